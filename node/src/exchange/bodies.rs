//! From a [`Releasable`] to the bytes of a body, and nothing else: there is no other way to build a body about a person.
//!
//! Callers: `compose`. Every message kind is built here from what the door sealed. Deliberately absent: reading a case.

use policy::door::{
    AttestationMade, Basis, PermissionUsed, RecallReason, Releasable, ReleasedAbout, ReleasedItem,
};
use policy::id::MessageId;
use policy::process::referral::{DeclineReason, NextActor, State, Urgency};
use policy::record::{Form, ItemValue, PermissionKind, PersonRole};
use policy::share::obligations::TravelText;
use policy::time::UtcTime;
use proto::exchange::v1 as pb;
use proto::exchange::v1::{Body, body, item_release::Value};

use super::wire;
use crate::app::{ReferralTerms, RequestTerms};

/// What a body says beside its items: nothing about a person.
pub struct Around<'a> {
    /// The case between these two agencies; no other pair has the same.
    pub case_ref: [u8; 16],
    /// Packet it began as.
    pub packet: &'a str,
    /// Whom to telephone at this agency.
    pub contact_name: &'a str,
    /// The number.
    pub contact_phone: &'a str,
    /// The same text in every answer, with or without items.
    pub notice: &'a str,
    /// Terms of a request.
    pub request: Option<&'a RequestTerms>,
    /// What a referral asks.
    pub referral: Option<&'a ReferralTerms>,
    /// When the state that a word tells was reached, and until when the time then runs.
    pub reached: Option<(UtcTime, Option<UtcTime>)>,
}

/// A summary, request, answer, referral or word about one, built from what the door let out. Salts were drawn before; commitments are made here.
pub fn body_of(released: &Releasable, around: &Around<'_>) -> Body {
    use policy::door::Schema;
    let (items, grounds) = items_and_grounds(released);
    let purpose = released.purpose().map_or(String::new(), |p| p.as_str().to_owned());
    let class = released.class().map_or(String::new(), |c| c.as_str().to_lowercase());
    let contact =
        Some(pb::Contact { name: around.contact_name.to_owned(), phone: around.contact_phone.to_owned() });
    let case_ref = around.case_ref.to_vec();
    let notice = around.notice.to_owned();
    let kind = match released.schema() {
        Schema::Answer(request) => body::Kind::Answer(pb::Answer {
            in_reply_to: request.0.to_bytes().to_vec(),
            case_ref,
            items,
            redisclosure_notice: notice,
            contact,
            grounds,
        }),
        Schema::Request => {
            let described = pb::Request {
                purpose,
                described_person: items,
                grounds,
                recipient_class: class,
                contact,
                ..request(released, around)
            };
            body::Kind::Request(described)
        }
        Schema::Referral(_) if around.referral.is_some() => body::Kind::Referral(pb::Referral {
            case_ref,
            purpose,
            service_category: around.referral.map_or(String::new(), |r| r.service_category.to_string()),
            urgency: around.referral.map_or(pb::Urgency::Unspecified, |r| urgency(r.urgency)).into(),
            recipient_class: class,
            items,
            redisclosure_notice: notice,
            contact_by_ms: around.referral.map_or(0, |r| r.contact_by.0),
            contact,
            emergency: released.emergency(),
            grounds,
        }),
        Schema::ReferralStatus(word) => {
            let stands = word.to.definition();
            let (at, due_at) = around.reached.unwrap_or((released.decided_at(), None));
            body::Kind::ReferralStatus(pb::ReferralStatus {
                case_ref,
                referral_message_id: word.referral.0.to_bytes().to_vec(),
                state: referral_state(word.to).into(),
                declined_because: word.because.map_or(pb::DeclineReason::Unspecified, decline_reason).into(),
                next_actor: next_actor(stands.next_actor).into(),
                next_step: stands.next_step.clone(),
                due_at_ms: due_at.map_or(0, |due| due.0),
                at_ms: at.0,
                redisclosure_notice: if items.is_empty() { String::new() } else { notice },
                items,
                grounds,
            })
        }
        _ => body::Kind::Summary(pb::Summary {
            case_ref,
            purpose,
            packet: around.packet.to_owned(),
            recipient_class: class,
            emergency: released.emergency(),
            items,
            redisclosure_notice: notice,
            reply_by_ms: 0,
            contact,
            grounds,
        }),
    };
    Body { kind: Some(kind) }
}

fn request(released: &Releasable, around: &Around<'_>) -> pb::Request {
    let terms = around.request;
    let statements = terms
        .filter(|t| t.legal_process.is_some_and(|p| p.as_str() == "administrative_request"))
        .map(|t| pb::AdministrativeStatements {
            authorized_under_law: t.authorized_under_law,
            relevant_and_material: t.relevant_and_material,
            specific_and_limited: t.specific_and_limited,
            deidentified_not_enough: t.needs_identity,
            by_role: t.by_role.clone(),
            at_ms: t.at.0,
        });
    pb::Request {
        case_ref: around.case_ref.to_vec(),
        legal_process: terms.and_then(|t| t.legal_process).map_or(String::new(), |p| p.as_str().to_owned()),
        statements,
        rows: terms.map_or(Vec::new(), |t| t.rows.iter().map(|r| u32::from(r.number())).collect()),
        redisclosure_notice: around.notice.to_owned(),
        reply_by_ms: terms.map_or(0, |t| t.reply_due.0),
        emergency: released.emergency(),
        ..pb::Request::default()
    }
}

/// A recall built from a notice that the door made.
pub fn recall_of(
    released: &Releasable,
    message: MessageId,
    by: UtcTime,
    around: &Around<'_>,
) -> Option<Body> {
    let notice = released.notice()?;
    let reason = match notice.reason {
        RecallReason::Revoked => pb::RecallReason::Revoked,
        RecallReason::Expired => pb::RecallReason::Expired,
        RecallReason::Corrected => pb::RecallReason::Corrected,
        RecallReason::Expelled => pb::RecallReason::Expelled,
        RecallReason::Mistake => pb::RecallReason::Mistake,
        RecallReason::Stale => pb::RecallReason::Stale,
        RecallReason::Superseded => pb::RecallReason::Superseded,
    };
    // what is only no longer current is neither sealed nor destroyed for it
    let ask = match notice.reason {
        RecallReason::Stale | RecallReason::Superseded => pb::RecallAsk::Mark,
        _ => pb::RecallAsk::Seal,
    };
    let target = pb::RecallTarget {
        message_id: message.0.to_bytes().to_vec(),
        commitments: notice.commitments.clone(),
    };
    let recall = pb::Recall {
        targets: vec![target],
        reason: reason.into(),
        ask: ask.into(),
        by_ms: by.0,
        contact: Some(pb::Contact {
            name: around.contact_name.to_owned(),
            phone: around.contact_phone.to_owned(),
        }),
    };
    Some(Body { kind: Some(body::Kind::Recall(recall)) })
}

/// Items, each with the place of its ground; a ground stands once, where an item first goes on it.
fn items_and_grounds(released: &Releasable) -> (Vec<pb::ItemRelease>, Vec<pb::Ground>) {
    let mut firsts: Vec<(&ReleasedItem, [u8; 32])> = Vec::new();
    let mut grounds = Vec::new();
    let mut items = Vec::with_capacity(released.items().len());
    for i in released.items() {
        let place = firsts.iter().position(|(first, _)| first.on_same_ground(i)).unwrap_or_else(|| {
            let made = ground(i);
            firsts.push((i, wire::ground_digest(&made)));
            grounds.push(made);
            grounds.len() - 1
        });
        items.push(item(i, released, place, &firsts[place].1));
    }
    (items, grounds)
}

fn ground(i: &ReleasedItem) -> pb::Ground {
    let text = |t: &TravelText| pb::TravellingText { id: t.id.to_string(), text: t.text.to_string() };
    pb::Ground {
        about: i.about.iter().map(|a| about(a, &i.permissions)).collect(),
        basis: basis(&i.basis),
        attestations: i.attestations.iter().map(attestation).collect(),
        obligations: i.travelling.clone(),
        travels: i.travels.iter().map(text).collect(),
    }
}

fn item(i: &ReleasedItem, released: &Releasable, place: usize, digest: &[u8; 32]) -> pb::ItemRelease {
    let mut made = pb::ItemRelease {
        row: u32::from(i.row.number()),
        form: form(i.form).into(),
        value: Some(value(i, released)),
        record_kind: i.record_kind.map_or(String::new(), |k| k.as_str().to_owned()),
        obtained_via: i.obtained_via.as_str().to_owned(),
        elements: i.elements.iter().map(|e| e.as_str().to_owned()).collect(),
        labels: i.labels.iter().map(|l| l.as_str().to_owned()).collect(),
        expires_at_ms: i.expires_at.map_or(0, |t| t.0),
        ground: u32::try_from(place).unwrap_or(u32::MAX),
        salt: Vec::new(),
        commitment: Vec::new(),
    };
    wire::commit(&mut made, digest, i.salt);
    made
}

/// One line for each clause, whomever of the item's people it opens.
fn basis(all: &[Basis]) -> Vec<pb::Basis> {
    let mut made: Vec<pb::Basis> = Vec::with_capacity(all.len());
    for b in all.iter().map(|b| &b.clause) {
        if !made.iter().any(|m| m.clause_id == b.clause_id) {
            made.push(pb::Basis {
                regime: b.regime.clone(),
                clause_id: b.clause_id.clone(),
                citation: b.citation.clone(),
                law_version: b.law_version.clone(),
            });
        }
    }
    made
}

fn attestation(a: &AttestationMade) -> pb::AttestationMade {
    pb::AttestationMade { fact: a.fact.to_owned(), by_role: a.by_role.to_string(), at_ms: a.at.0 }
}

fn about(a: &ReleasedAbout, permissions: &[PermissionUsed]) -> pb::AboutPerson {
    let role = match a.role {
        PersonRole::PersonOfConcern => pb::AboutRole::PersonOfConcern,
        PersonRole::Patient => pb::AboutRole::Patient,
        PersonRole::Target => pb::AboutRole::Target,
        PersonRole::Reporter => pb::AboutRole::Reporter,
        PersonRole::OtherStudent => pb::AboutRole::OtherStudent,
        _ => pb::AboutRole::Other,
    };
    pb::AboutPerson {
        role: role.into(),
        alias: a.alias.clone(),
        regimes: a.regimes.clone(),
        permissions: permissions.iter().filter(|p| p.person == a.person).filter_map(permission).collect(),
        record_kind: a.record_kind.map_or(String::new(), |k| k.as_str().to_owned()),
    }
}

fn permission(p: &PermissionUsed) -> Option<pb::PermissionUsed> {
    let kind = match p.kind {
        PermissionKind::HipaaAuthorization => pb::PermissionKind::HipaaAuthorization,
        PermissionKind::FerpaConsent => pb::PermissionKind::FerpaConsent,
        PermissionKind::Part2Consent => pb::PermissionKind::Part2Consent,
        PermissionKind::VawaRelease => pb::PermissionKind::VawaRelease,
        PermissionKind::OralAgreement => pb::PermissionKind::OralAgreement,
        PermissionKind::Objection => return None,
    };
    Some(pb::PermissionUsed {
        kind: kind.into(),
        scope: p.scope.clone(),
        expires_at_ms: p.expires_at.map_or(0, |t| t.0),
        all_future_tpo: p.all_future_tpo,
    })
}

fn form(form: Option<Form>) -> pb::Form {
    match form {
        None => pb::Form::Whole,
        Some(Form::Band) => pb::Form::Band,
        Some(Form::YesNo) => pb::Form::YesNo,
        Some(Form::Count) => pb::Form::Count,
        Some(Form::SettingKind) => pb::Form::SettingKind,
        Some(Form::Alias) => pb::Form::Alias,
        Some(Form::StatusCode) => pb::Form::StatusCode,
        Some(Form::OwnPlace) => pb::Form::OwnPlace,
        Some(Form::Statement) => pb::Form::Statement,
    }
}

fn value(i: &ReleasedItem, released: &Releasable) -> Value {
    match &i.value {
        ItemValue::Text(text) if i.form == Some(Form::Statement) => Value::Statement(pb::Statement {
            text: text.clone(),
            written_for: released.class().map_or(String::new(), |c| c.as_str().to_lowercase()),
            by_role: "member".to_owned(),
            written_at_ms: i.statement_at.unwrap_or(released.decided_at()).0,
        }),
        ItemValue::Text(text) => Value::Text(text.clone()),
        ItemValue::Date(date) => Value::Date(date.to_string()),
        ItemValue::Code(code) => Value::Code(code.clone()),
        ItemValue::Count(n) => Value::Count(*n),
        ItemValue::YesNo(yes) => Value::Yes(*yes),
        ItemValue::Place(p) => Value::Place(pb::Place {
            setting_kind: p.setting_kind.clone(),
            name: p.name.clone(),
            window: p.window.clone().unwrap_or_default(),
        }),
        ItemValue::Band(b) => Value::Band(pb::Band {
            model: b.model.clone(),
            original: b.original.clone(),
            band: match b.band.as_str() {
                "low" => pb::ConcernBand::Low,
                "moderate" => pb::ConcernBand::Moderate,
                "high" => pb::ConcernBand::High,
                "imminent" => pb::ConcernBand::Imminent,
                _ => pb::ConcernBand::None,
            }
            .into(),
            decided_at_ms: b.decided_at.0,
            valid_until_ms: b.valid_until.0,
        }),
    }
}

const fn urgency(urgency: Urgency) -> pb::Urgency {
    match urgency {
        Urgency::Routine => pb::Urgency::Routine,
        Urgency::Soon => pb::Urgency::Soon,
        Urgency::Urgent => pb::Urgency::Urgent,
    }
}

/// A state as it travels. Those before sending are the referrer's own.
const fn referral_state(state: State) -> pb::ReferralState {
    match state {
        State::Draft | State::Offered | State::Consented | State::Sent => pb::ReferralState::Unspecified,
        State::Received => pb::ReferralState::Received,
        State::Accepted => pb::ReferralState::Accepted,
        State::Contacted => pb::ReferralState::Contacted,
        State::Engaged => pb::ReferralState::Engaged,
        State::Completed => pb::ReferralState::Completed,
        State::DeclinedByPerson => pb::ReferralState::DeclinedByPerson,
        State::DeclinedByService => pb::ReferralState::DeclinedByService,
        State::NoContactMade => pb::ReferralState::NoContactMade,
        State::Withdrawn => pb::ReferralState::Withdrawn,
        State::Expired => pb::ReferralState::Expired,
    }
}

const fn decline_reason(reason: DeclineReason) -> pb::DeclineReason {
    match reason {
        DeclineReason::NoCapacity => pb::DeclineReason::NoCapacity,
        DeclineReason::NotEligible => pb::DeclineReason::NotEligible,
        DeclineReason::Waitlist => pb::DeclineReason::Waitlist,
        DeclineReason::OutOfArea => pb::DeclineReason::OutOfArea,
        DeclineReason::Safety => pb::DeclineReason::Safety,
        DeclineReason::WrongService => pb::DeclineReason::WrongService,
    }
}

const fn next_actor(actor: NextActor) -> pb::NextActor {
    match actor {
        NextActor::Referrer => pb::NextActor::Referrer,
        NextActor::Service => pb::NextActor::Service,
        NextActor::Person => pb::NextActor::Person,
        NextActor::Nobody => pb::NextActor::Nobody,
    }
}

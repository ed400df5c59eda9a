//! From a received body to what `admit` asks, and from its answer to codes and words. No decision of our own is made here.

use super::roster::Member;
use super::wire::{commitment_holds, ground_digest};
use crate::app::{Accounted, App, AppResult, Parties, ReferralTerms};
use policy::process::referral::{Category, DeclineReason, State, Urgency};
use policy::record::{
    Agreement, Capacities, Element, Form, Label, ObtainedVia, Peer, PermissionKind, Purpose, RecordKind, Row,
    StaleReason, TeamRole,
};
use policy::share::admit::{
    Admission, AdmitContext, ReceivedAbout, ReceivedAttestation, ReceivedItem, ReceivedMessage,
    ReceivedPermission, Refusal, admit,
};
use policy::time::UtcTime;
use proto::exchange::v1 as pb;
use proto::exchange::v1::{Body, ItemRelease, QuarantineReason, body};
use std::sync::Arc;

/// Why an item is set apart.
pub struct Apart {
    /// The code that the sender gets.
    pub code: QuarantineReason,
    /// What our privacy officer reads.
    pub texts: Vec<String>,
}

/// What a message states beside its items.
pub struct Stated {
    /// Why it was sent.
    pub purpose: Option<Purpose>,
    /// By the emergency road.
    pub emergency: bool,
}

/// The word for a body's kind.
pub fn kind_word(body: &Body) -> &'static str {
    match &body.kind {
        Some(body::Kind::Vignette(_)) => "vignette",
        Some(body::Kind::Interest(_)) => "interest",
        Some(body::Kind::Summary(_)) => "summary",
        Some(body::Kind::Request(_)) => "request",
        Some(body::Kind::Answer(_)) => "answer",
        Some(body::Kind::Referral(_)) => "referral",
        Some(body::Kind::ReferralStatus(_)) => "referral_status",
        Some(body::Kind::Recall(_)) => "recall",
        Some(body::Kind::Correction(_)) => "correction",
        Some(body::Kind::Receipt(_)) => "receipt",
        Some(body::Kind::SeenByPerson(_)) => "seen_by_person",
        None => "empty",
    }
}

/// What a body states about itself.
pub fn stated(body: &Body) -> Stated {
    let (purpose, emergency) = match &body.kind {
        Some(body::Kind::Summary(s)) => (s.purpose.as_str(), s.emergency),
        Some(body::Kind::Request(r)) => (r.purpose.as_str(), r.emergency),
        Some(body::Kind::Referral(r)) => (r.purpose.as_str(), r.emergency),
        Some(body::Kind::Vignette(v)) => (v.purpose.as_str(), false),
        _ => ("", false),
    };
    Stated { purpose: Purpose::from_word(purpose), emergency }
}

/// A ground and its digest, made once for all items that name it.
pub struct Ground<'a> {
    said: &'a pb::Ground,
    digest: [u8; 32],
    /// Whether an item on it was admitted, and so its duties were taken over.
    admitted: bool,
}

impl<'a> Ground<'a> {
    /// Of what was said.
    pub fn of(said: &'a pb::Ground) -> Self {
        Self { said, digest: ground_digest(said), admitted: false }
    }

    /// Takes an admitted item into the accounting, and over what its ground asks for.
    pub fn admitted(&mut self, item: &ItemRelease, lines: &mut Accounted, obligations: &mut Vec<String>) {
        let form = form_of(item.form()).map_or("whole", |f| f.as_str());
        let basis = self.said.basis.iter().map(|b| b.citation.as_str());
        lines.add(
            u8::try_from(item.row).unwrap_or_default(),
            form,
            basis,
            crate::hex::encode(&item.commitment),
        );
        if !std::mem::replace(&mut self.admitted, true) {
            for duty in &self.said.obligations {
                if !obligations.contains(duty) {
                    obligations.push(duty.clone());
                }
            }
        }
    }

    /// A copy, for an item that is set apart.
    pub fn alone(&self) -> pb::Ground {
        self.said.clone()
    }
}

/// A message whose items are to be admitted: who sent it, and what it states beside them.
pub struct Message<'a> {
    /// The sender and this agency.
    pub from: &'a Admitting,
    /// Why it was sent.
    pub purpose: Option<Purpose>,
    /// By the emergency road.
    pub emergency: bool,
}

/// Leaves out the grounds that no item names any more: they told of what was set apart.
pub fn only_named(items: &mut [ItemRelease], grounds: &mut Vec<pb::Ground>) {
    let mut kept = Vec::new();
    let mut places = vec![None; grounds.len()];
    for item in items {
        let place = usize::try_from(item.ground).ok().and_then(|at| Some((at, places.get_mut(at)?)));
        let Some((at, place)) = place else { continue };
        item.ground = *place.get_or_insert_with(|| {
            kept.push(std::mem::take(&mut grounds[at]));
            u32::try_from(kept.len() - 1).unwrap_or(u32::MAX)
        });
    }
    *grounds = kept;
}

/// The sender and this agency, as admission wants to see them.
pub struct Admitting {
    parties: Arc<Parties>,
    sender: Peer,
    own_role: TeamRole,
    agreements: Vec<Agreement>,
}

impl App {
    /// Gathers once for each message what admission needs.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn parties_for_admission(&self, sender: &Member) -> AppResult<Admitting> {
        let parties = self.parties().await?;
        let recorded = parties.peers.get(&sender.id);
        let sender = Peer {
            id: sender.id.clone(),
            name: sender.name.clone(),
            sector: sender.sector,
            team_role: sender.team_role,
            capacities: recorded.map_or_else(Capacities::default, |p| p.capacities.clone()),
            confirmed: recorded.and_then(|p| p.confirmed.clone()),
            training_current_until: recorded.and_then(|p| p.training_current_until),
        };
        let own_role = self.roster.load().agency(&self.own).map_or(TeamRole::None, |m| m.team_role);
        let agreements = parties.agreements.get(&sender.id).cloned().unwrap_or_default();
        Ok(Admitting { parties, sender, own_role, agreements })
    }
}

/// Asks policy whether one item may stay.
///
/// # Errors
/// [`Apart`] with the code for the sender and the reasons for our own staff.
pub fn admit_item(
    app: &App,
    message: &Message<'_>,
    item: &ItemRelease,
    ground: &Ground<'_>,
    now: UtcTime,
) -> Result<(), Apart> {
    if !commitment_holds(item, &ground.digest) {
        let texts = vec!["its commitment does not fit its content".to_owned()];
        return Err(Apart { code: QuarantineReason::Commitment, texts });
    }
    let unreadable = |what: &str| Apart { code: QuarantineReason::Cell, texts: vec![what.to_owned()] };
    let purpose = message.purpose.ok_or_else(|| unreadable("the message states no purpose"))?;
    let received = read(item, ground.said).ok_or_else(|| unreadable("its row is not in the matrix"))?;
    let who = message.from;
    let context = AdmitContext {
        door: &app.door,
        own: &who.parties.own,
        own_role: who.own_role,
        sender: &who.sender,
        agreements: &who.agreements,
        now,
    };
    let message = ReceivedMessage { recipient: &app.own, purpose, emergency: message.emergency };
    match admit(&context, &message, &received) {
        Admission::Admit => Ok(()),
        Admission::Quarantine(refusals) => Err(Apart {
            code: refusals.first().map_or(QuarantineReason::Unspecified, |r| code(*r)),
            texts: refusals.iter().map(|r| r.text().to_owned()).collect(),
        }),
    }
}

fn code(refusal: Refusal) -> QuarantineReason {
    use QuarantineReason as Q;
    match refusal {
        Refusal::NotForUs | Refusal::NoClass | Refusal::StatementForOthers => Q::Class,
        Refusal::CellClosed | Refusal::FormNotOurs => Q::Cell,
        Refusal::LabelMissing | Refusal::AboutNobody => Q::Label,
        Refusal::AuthorityNotShown
        | Refusal::BasisMissing
        | Refusal::ClauseUnknown
        | Refusal::ClauseNotAPermit
        | Refusal::BasisImpossible
        | Refusal::PermissionMissing
        | Refusal::AttestationMissing
        | Refusal::AttestationInvalid => Q::Basis,
        Refusal::PermissionExpired | Refusal::Expired => Q::Expired,
        Refusal::NoticeMissing => Q::Notice,
        Refusal::NoAgreement => Q::Agreement,
        Refusal::DutyUnknown => Q::Obligation,
    }
}

/// The form on the wire as policy names it; whole is `None`.
pub fn form_of(form: pb::Form) -> Option<Form> {
    match form {
        pb::Form::Unspecified | pb::Form::Whole => None,
        pb::Form::Band => Some(Form::Band),
        pb::Form::YesNo => Some(Form::YesNo),
        pb::Form::Count => Some(Form::Count),
        pb::Form::SettingKind => Some(Form::SettingKind),
        pb::Form::Alias => Some(Form::Alias),
        pb::Form::StatusCode => Some(Form::StatusCode),
        pb::Form::OwnPlace => Some(Form::OwnPlace),
        pb::Form::Statement => Some(Form::Statement),
    }
}

fn read<'a>(item: &'a ItemRelease, ground: &'a pb::Ground) -> Option<ReceivedItem<'a>> {
    let row = Row::new(u8::try_from(item.row).ok()?).ok()?;
    let at = |ms: i64| (ms > 0).then_some(UtcTime(ms));
    let about = ground
        .about
        .iter()
        .map(|a| ReceivedAbout { record_kind: RecordKind::from_word(&a.record_kind), regimes: &a.regimes });
    let permissions = ground.about.iter().flat_map(|a| &a.permissions).filter_map(|p| {
        Some(ReceivedPermission { kind: permission_kind(p.kind())?, expires_at: at(p.expires_at_ms) })
    });
    let attestations = ground.attestations.iter().map(|a| ReceivedAttestation {
        fact: &a.fact,
        by_role: &a.by_role,
        at: UtcTime(a.at_ms),
    });
    Some(ReceivedItem {
        row,
        form: form_of(item.form()),
        written_for: match &item.value {
            Some(pb::item_release::Value::Statement(s)) => Some(s.written_for.as_str()),
            _ => None,
        },
        about: about.collect(),
        record_kind: RecordKind::from_word(&item.record_kind),
        obtained_via: ObtainedVia::from_word(&item.obtained_via).unwrap_or(ObtainedVia::Own),
        elements: item.elements.iter().filter_map(|e| Element::from_word(e)).collect(),
        labels: item.labels.iter().filter_map(|l| Label::from_word(l)).collect(),
        basis: ground.basis.iter().map(|b| (b.regime.as_str(), b.clause_id.as_str())).collect(),
        permissions: permissions.collect(),
        attestations: attestations.collect(),
        obligations: &ground.obligations,
        texts: ground.travels.iter().map(|t| t.text.as_str()).collect(),
        expires_at: at(item.expires_at_ms),
    })
}

fn permission_kind(kind: pb::PermissionKind) -> Option<PermissionKind> {
    match kind {
        pb::PermissionKind::Unspecified => None,
        pb::PermissionKind::HipaaAuthorization => Some(PermissionKind::HipaaAuthorization),
        pb::PermissionKind::FerpaConsent => Some(PermissionKind::FerpaConsent),
        pb::PermissionKind::Part2Consent => Some(PermissionKind::Part2Consent),
        pb::PermissionKind::VawaRelease => Some(PermissionKind::VawaRelease),
        pb::PermissionKind::OralAgreement => Some(PermissionKind::OralAgreement),
    }
}

/// What a referral that came asks.
pub fn referral_terms(r: &pb::Referral) -> Option<ReferralTerms> {
    Some(ReferralTerms {
        service_category: Category::from_word(&r.service_category)?,
        urgency: match r.urgency() {
            pb::Urgency::Unspecified => return None,
            pb::Urgency::Routine => Urgency::Routine,
            pb::Urgency::Soon => Urgency::Soon,
            pb::Urgency::Urgent => Urgency::Urgent,
        },
        contact_by: UtcTime(r.contact_by_ms),
    })
}

/// The state that a word about a referral tells.
pub const fn referral_state(state: pb::ReferralState) -> Option<State> {
    Some(match state {
        pb::ReferralState::Unspecified => return None,
        pb::ReferralState::Received => State::Received,
        pb::ReferralState::Accepted => State::Accepted,
        pb::ReferralState::Contacted => State::Contacted,
        pb::ReferralState::Engaged => State::Engaged,
        pb::ReferralState::Completed => State::Completed,
        pb::ReferralState::DeclinedByPerson => State::DeclinedByPerson,
        pb::ReferralState::DeclinedByService => State::DeclinedByService,
        pb::ReferralState::NoContactMade => State::NoContactMade,
        pb::ReferralState::Withdrawn => State::Withdrawn,
        pb::ReferralState::Expired => State::Expired,
    })
}

/// Why a service declined.
pub const fn decline_reason(reason: pb::DeclineReason) -> Option<DeclineReason> {
    Some(match reason {
        pb::DeclineReason::Unspecified => return None,
        pb::DeclineReason::NoCapacity => DeclineReason::NoCapacity,
        pb::DeclineReason::NotEligible => DeclineReason::NotEligible,
        pb::DeclineReason::Waitlist => DeclineReason::Waitlist,
        pb::DeclineReason::OutOfArea => DeclineReason::OutOfArea,
        pb::DeclineReason::Safety => DeclineReason::Safety,
        pb::DeclineReason::WrongService => DeclineReason::WrongService,
    })
}

/// Why a notice marks a level of concern as no longer current; `None` for a recall proper.
pub const fn stale_reason(reason: pb::RecallReason) -> Option<StaleReason> {
    match reason {
        pb::RecallReason::Stale => Some(StaleReason::Stale),
        pb::RecallReason::Superseded => Some(StaleReason::Superseded),
        _ => None,
    }
}

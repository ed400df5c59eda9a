//! What other agencies sent.

use super::{decode, encode, referrals};
use crate::app::{
    Actor, App, AppResult, Inbound, Part, Read, Sight, invalid, purpose_of, received_role, received_value,
};
use policy::id::{MessageId, PersonId};
use policy::record::{Label, Row};
use policy::time::UtcTime;
use proto::agency::v1;
use proto::exchange::v1::{Body, Form, Ground, ItemRelease, RecallReason, body};
use std::collections::BTreeMap;

/// `ListInbox`.
pub async fn list(app: &App, actor: &Actor, ask: v1::ListInboxRequest) -> AppResult<v1::ListInboxResponse> {
    let mut messages = Vec::new();
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.inbox(ask.waiting_only).await?;
    let (some, next) = part.of(all, MESSAGES_SHOWN_MAX, |m| m.record.message.to_string())?;
    for m in &some {
        messages.push(message(app, actor, m).await?);
    }
    Ok(v1::ListInboxResponse { messages, next })
}

/// Messages, and items set apart, shown at once.
const MESSAGES_SHOWN_MAX: usize = 200;

/// A case of another team is not named.
async fn message(app: &App, actor: &Actor, m: &Read<Inbound>) -> AppResult<v1::InboxMessage> {
    let r = &m.record;
    let linked = match &r.linked {
        Some((case, _)) => app.is_own_case(actor, *case).await?.then_some(*case),
        None => None,
    };
    let referral = match r.kind.as_str() {
        "referral" => app.find_referral(r.message).await?,
        _ => None,
    };
    Ok(v1::InboxMessage {
        referral: referral.as_ref().map(|f| referrals::terms(&f.record.terms)),
        referral_state: encode::optional(referral.as_ref().map(|f| f.record.state())),
        stale_count: encode::count(r.stale.len()),
        message_id: r.message.to_string(),
        from: r.from.to_string(),
        kind: r.kind.clone(),
        stored_at: r.received_at.to_string(),
        emergency: r.emergency,
        exercise: r.exercise,
        item_count: r.admitted,
        quarantined_count: r.set_apart,
        opened_at: encode::optional(r.seen.as_ref().map(|(_, at)| at)),
        linked_case_id: encode::optional(linked),
        reply_due: encode::optional(app.answer_due(r.message).await?),
    })
}

/// `OpenInbox`.
pub async fn open(app: &App, actor: &Actor, ask: v1::OpenInboxRequest) -> AppResult<v1::OpenInboxResponse> {
    let opened = app.open_inbox(actor, decode::id("message_id", &ask.message_id)?).await?;
    let items = opened.body.items();
    let mut people: Vec<v1::ReceivedPerson> = Vec::new();
    for about in items.grounds.iter().flat_map(|g| &g.about) {
        if !people.iter().any(|p| p.alias == about.alias) {
            let role = received_role(about.role()).to_string();
            people.push(v1::ReceivedPerson { alias: about.alias.clone(), role });
        }
    }
    let said = Said::of(&opened.body);
    // In an emergency nothing waits for training.
    let sight = if opened.inbound.record.emergency { None } else { Some(app.sight_of(actor).await?) };
    let inbound = &opened.inbound.record;
    let referral = match referral_of(&opened.body, inbound.message) {
        Some(id) => app.find_referral(id).await?,
        None => None,
    };
    Ok(v1::OpenInboxResponse {
        referral: match referral {
            Some(referral) => {
                let view = app.referral_shown_to(actor, referral).await?;
                Some(referrals::referral(&view, app.now()))
            }
            None => None,
        },
        message: Some(message(app, actor, &opened.inbound).await?),
        purpose: purpose_of(&opened.body).to_owned(),
        items: items
            .iter()
            .enumerate()
            .map(|(at, (i, ground))| {
                let stale = inbound.stale_since(&i.commitment);
                v1::ReceivedItem {
                    stale_since: encode::optional(stale.map(|s| s.since)),
                    stale_because: encode::optional(stale.map(|s| s.because)),
                    ..item(app, at, i, ground, sight.as_ref())
                }
            })
            .collect(),
        redisclosure_notice: said.notice,
        contact_phone: said.phone,
        people,
        request_id: said.request,
        recall_reason: said.recall,
    })
}

/// What a body says beside its items.
#[derive(Default)]
struct Said {
    notice: String,
    phone: String,
    request: String,
    recall: String,
}

impl Said {
    fn of(body: &Body) -> Self {
        let phone = |c: Option<&proto::exchange::v1::Contact>| c.map(|c| c.phone.clone()).unwrap_or_default();
        match &body.kind {
            Some(body::Kind::Summary(s)) => Self {
                notice: s.redisclosure_notice.clone(),
                phone: phone(s.contact.as_ref()),
                ..Self::default()
            },
            Some(body::Kind::Referral(r)) => Self {
                notice: r.redisclosure_notice.clone(),
                phone: phone(r.contact.as_ref()),
                ..Self::default()
            },
            Some(body::Kind::ReferralStatus(s)) => {
                Self { notice: s.redisclosure_notice.clone(), ..Self::default() }
            }
            Some(body::Kind::Request(r)) => Self { notice: r.redisclosure_notice.clone(), ..Self::default() },
            Some(body::Kind::Answer(a)) => Self { request: hex_id(&a.in_reply_to), ..Self::default() },
            Some(body::Kind::Recall(r)) => {
                Self { recall: recall_word(r.reason()).to_owned(), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

/// The referral that a message is, or speaks of.
fn referral_of(body: &Body, message: MessageId) -> Option<MessageId> {
    match &body.kind {
        Some(body::Kind::Referral(_)) => Some(message),
        Some(body::Kind::ReferralStatus(s)) => {
            policy::id::Id::from_slice(&s.referral_message_id).map(MessageId)
        }
        _ => None,
    }
}

fn hex_id(bytes: &[u8]) -> String {
    encode::optional(policy::id::Id::from_slice(bytes))
}

fn recall_word(reason: RecallReason) -> &'static str {
    match reason {
        RecallReason::Revoked => "revoked",
        RecallReason::Expired => "expired",
        RecallReason::Corrected => "corrected",
        RecallReason::Expelled => "expelled",
        RecallReason::Mistake => "mistake",
        RecallReason::Stale => "stale",
        RecallReason::Superseded => "superseded",
        RecallReason::Unspecified => "not said",
    }
}

fn item(app: &App, at: usize, i: &ItemRelease, ground: &Ground, sight: Option<&Sight>) -> v1::ReceivedItem {
    let row = u8::try_from(i.row).ok().and_then(|n| Row::new(n).ok());
    let row_name = row.map(|r| app.door.matrix().name(r).to_owned()).unwrap_or_default();
    let labels: Vec<Label> = i.labels.iter().filter_map(|l| Label::from_word(l)).collect();
    if let Some(withheld) = sight.and_then(|sight| sight.withheld_row(row, &labels)) {
        let index = encode::count(at);
        return v1::ReceivedItem { index, row: i.row, row_name, withheld, ..v1::ReceivedItem::default() };
    }
    let basis = |b: &proto::exchange::v1::Basis| v1::Basis {
        regime: b.regime.clone(),
        clause_id: b.clause_id.clone(),
        citation: b.citation.clone(),
        summary: app.door.law().clause(&b.clause_id).map(|c| c.summary.clone()).unwrap_or_default(),
    };
    v1::ReceivedItem {
        index: encode::count(at),
        row: i.row,
        row_name,
        form: form_word(i.form()).to_owned(),
        value: received_value(i.value.as_ref()).as_ref().map(encode::value),
        about: ground.about.iter().map(|a| a.alias.clone()).collect(),
        basis: ground.basis.iter().map(basis).collect(),
        obligations: ground.obligations.clone(),
        labels: i.labels.clone(),
        expires_at: encode::optional((i.expires_at_ms > 0).then_some(UtcTime(i.expires_at_ms))),
        permissions: ground.about.iter().flat_map(|a| &a.permissions).map(|p| p.scope.clone()).collect(),
        notices: ground.travels.iter().map(|t| t.text.clone()).collect(),
        withheld: String::new(),
        ..v1::ReceivedItem::default()
    }
}

const fn form_word(form: Form) -> &'static str {
    match form {
        Form::Unspecified => "",
        Form::Whole => "whole",
        Form::Band => "band",
        Form::YesNo => "yes_no",
        Form::Count => "count",
        Form::SettingKind => "setting_kind",
        Form::Alias => "alias",
        Form::StatusCode => "status_code",
        Form::OwnPlace => "own_place",
        Form::Statement => "statement",
    }
}

/// `LinkInbox`.
pub async fn link(app: &App, actor: &Actor, ask: v1::LinkInboxRequest) -> AppResult<v1::LinkInboxResponse> {
    let (message, case) = (decode::id("message_id", &ask.message_id)?, decode::id("case_id", &ask.case_id)?);
    let mut people: BTreeMap<String, PersonId> = BTreeMap::new();
    for link in ask.people {
        let person = decode::optional_id("people.person_id", &link.person_id)?;
        let Some(person) = person else { continue };
        if people.insert(link.alias, person).is_some() {
            return Err(invalid("people", "names one alias twice"));
        }
    }
    let items = app.link_inbox(actor, message, case, &people).await?;
    Ok(v1::LinkInboxResponse { case_id: ask.case_id, item_ids: encode::texts(&items) })
}

/// `ListQuarantine`.
pub async fn list_quarantine(
    app: &App,
    _actor: &Actor,
    ask: v1::ListQuarantineRequest,
) -> AppResult<v1::ListQuarantineResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let (items, next) = part.of(app.quarantine().await?, MESSAGES_SHOWN_MAX, |q| q.row.r.id.to_string())?;
    let one = |q: &Read<crate::app::Quarantined>| v1::QuarantinedItem {
        id: q.row.r.id.to_string(),
        message_id: q.record.message.to_string(),
        from: q.record.from.to_string(),
        row: u32::from(q.record.row),
        reasons: q.record.reasons.clone(),
        at: q.record.at.to_string(),
    };
    Ok(v1::ListQuarantineResponse { items: items.iter().map(one).collect(), next })
}

//! What other agencies sent: listed, opened by a person, linked to a case by a named member, never automatically.

use super::recall::{Cause, Recalls};
use super::rows::{Read, put_new};
use super::{
    AccountingEntry, Actor, App, AppError, AppResult, Inbound, ReferralRecord, Task, UNLINKED, Work,
    derived_id, inbound_state, work_state,
};
use crate::store::{Changes, Kind, RecordRef};
use policy::id::{CaseId, DisclosureId, ItemId, MessageId, PersonId};
use policy::record::{
    About, Band, Case, Element, Item, ItemValue, Label, ObtainedVia, Person, PersonRole, Place, Provenance,
    Purpose, RecordKind, Row, Stale,
};
use policy::share::onward;
use policy::time::{Date, UtcTime};
use prost::Message;
use proto::exchange::v1::{
    AboutPerson, AboutRole, Body, ConcernBand, Ground, ItemRelease, body, item_release::Value,
};
use std::collections::BTreeMap;

/// A message as a person opens it.
pub struct Opened {
    /// What the node noted about it.
    pub inbound: Read<Inbound>,
    /// What it says.
    pub body: Body,
}

impl Read<Inbound> {
    /// The body as it was admitted.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when it is damaged.
    pub fn body(&self) -> AppResult<Body> {
        let bytes = self.bytes.get(..self.record.receipt_at).unwrap_or_default();
        Body::decode(bytes).map_err(|_| AppError::Unreadable(self.row.r))
    }
    /// Our signed receipt for it.
    pub fn receipt(&self) -> &[u8] {
        self.bytes.get(self.record.receipt_at..).unwrap_or_default()
    }
}

impl Inbound {
    /// Since when an item of it is no longer current, if its sender said so.
    pub fn stale_since(&self, commitment: &[u8]) -> Option<Stale> {
        let hex = crate::hex::encode(commitment);
        self.stale.iter().find(|(of, _)| *of == hex).map(|(_, stale)| *stale)
    }
}

/// Why a message was sent, as it says itself; empty for a kind that does not.
pub fn purpose_of(body: &Body) -> &str {
    match &body.kind {
        Some(body::Kind::Summary(s)) => &s.purpose,
        Some(body::Kind::Request(r)) => &r.purpose,
        Some(body::Kind::Referral(r)) => &r.purpose,
        _ => "",
    }
}

impl App {
    /// Messages that arrived, newest first, without content.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn inbox(&self, waiting_only: bool) -> AppResult<Vec<Read<Inbound>>> {
        let states: &[u16] = if waiting_only {
            &[inbound_state::UNSEEN, inbound_state::SEEN]
        } else {
            &[
                inbound_state::UNSEEN,
                inbound_state::SEEN,
                inbound_state::LINKED,
                inbound_state::RECALLED,
                inbound_state::FILED,
            ]
        };
        let mut all = Vec::new();
        for state in states {
            all.extend(self.in_state::<Inbound>(Kind::Inbound, *state).await?);
        }
        all.sort_by_key(|m| std::cmp::Reverse((m.record.received_at, m.row.position)));
        Ok(all)
    }

    /// Opens a message. The first person to do so stops the notification, and the sender is told, signed, that a person
    /// has seen it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such message.
    pub async fn open_inbox(&self, actor: &Actor, message: MessageId) -> AppResult<Opened> {
        let (opened, is_first) = self.opened(actor, message).await?;
        if !is_first {
            let ids = message_and_case(&opened.inbound);
            let event = self.event(actor.staff.as_str(), "inbox_read", ids);
            self.commit(Changes { events: vec![event], ..Changes::default() }).await?;
        }
        Ok(opened)
    }

    /// A message opened, and whether this was the first time, which leaves its own event.
    async fn opened(&self, actor: &Actor, message: MessageId) -> AppResult<(Opened, bool)> {
        let mut is_first = false;
        for _ in 0..super::DECIDE_AGAIN_MAX {
            let mut inbound: Read<Inbound> = self.load(Kind::Inbound.of(message)).await?;
            if inbound.row.state == inbound_state::RECALLED {
                return Err(AppError::Refused(
                    "its sender recalled this message: it may not be used any more".into(),
                ));
            }
            if inbound.record.seen.is_none() {
                match self.mark_seen(actor, &mut inbound).await {
                    Err(AppError::Stale) => continue,
                    other => other?,
                }
                is_first = true;
                inbound = self.load(Kind::Inbound.of(message)).await?;
            }
            let body = inbound.body()?;
            return Ok((Opened { inbound, body }, is_first));
        }
        Err(AppError::Stale)
    }

    async fn mark_seen(&self, actor: &Actor, inbound: &mut Read<Inbound>) -> AppResult<()> {
        let now = self.now();
        let message = inbound.record.message;
        inbound.record.seen = Some((actor.staff.clone(), now));
        let mut changes = Changes::default();
        let state =
            if inbound.row.state == inbound_state::UNSEEN { inbound_state::SEEN } else { inbound.row.state };
        changes.puts.push(inbound.put()?.in_state(state));
        let seen = Work::new(
            Task::Seen { message, by_role: actor.role_word().into(), at: now },
            &inbound.record.from,
            None,
        );
        let r = Kind::Work.of(derived_id("seen", &message.to_string()));
        changes.puts.push(put_new(r, &seen, &[])?.in_state(work_state::DUE).due(now));
        self.quiet("inbox", inbound.row.r, actor, &mut changes).await?;
        changes.events.push(self.event(actor.staff.as_str(), "inbox_opened", message_and_case(inbound)));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(())
    }

    /// Links a message to a case: each item becomes an item of the case, about the people the member named for each
    /// alias. An alias that is not named becomes a new person with the role that the sender gave.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the message was linked already, was recalled, has nothing to link, or when one of the
    /// two is a drill and the other is not; [`AppError::Invalid`] for an alias or person that is not there.
    pub async fn link_inbox(
        &self,
        actor: &Actor,
        message: MessageId,
        case: CaseId,
        people: &BTreeMap<String, PersonId>,
    ) -> AppResult<Vec<ItemId>> {
        let (opened, _) = self.opened(actor, message).await?;
        let mut inbound = opened.inbound;
        if inbound.row.state == inbound_state::LINKED {
            return Err(AppError::Refused("this message is linked to a case already".into()));
        }
        let target: Read<Case> = self.load(Kind::Case.of(case)).await?;
        if target.record.exercise != inbound.record.exercise {
            return Err(AppError::Refused(
                "a drill can never enter a real case, nor the other way round".into(),
            ));
        }
        let (all, purpose) = (opened.body.items(), purpose_of(&opened.body));
        if all.items.is_empty() {
            return Err(AppError::Refused("this message carries no items to link".into()));
        }
        let now = self.now();
        let known = self.case_snapshot(case).await?;
        let mut changes = Changes { relied_on: vec![target.relied_on()], ..Changes::default() };
        let mut links = Links { case, chosen: people, known: &known.people, made: BTreeMap::new() };
        let mut made = Vec::with_capacity(all.items.len());
        for (received, ground) in all.iter() {
            let about = links.people_of(self, ground)?;
            let item = Item {
                id: ItemId(self.new_id()),
                case,
                provenance: Provenance {
                    recorded_by: actor.staff.clone(),
                    recorded_at: now,
                    source: Some(format!("received from {}", inbound.record.from)),
                    received: Some((DisclosureId(message.0), inbound.record.from.clone())),
                    purposes: Purpose::from_word(purpose).into_iter().collect(),
                    obligations: ground.obligations.clone(),
                    expires_at: (received.expires_at_ms > 0).then_some(UtcTime(received.expires_at_ms)),
                },
                stale: inbound.record.stale_since(&received.commitment),
                ..as_item(received, ground, about, actor)?
            };
            changes.puts.push(put_new(Kind::Item.of(item.id), &item, &[])?.under(case));
            made.push(item.id);
        }
        if let Some(alias) = people.keys().find(|a| !links.made.contains_key(*a)) {
            return Err(AppError::Invalid {
                field: "people",
                problem: format!("the message has no alias '{alias}'"),
            });
        }
        for person in links.new_people() {
            changes.puts.push(put_new(Kind::Person.of(person.id), person, &[])?.under(case));
        }
        inbound.record.linked = Some((case, actor.staff.clone()));
        changes.puts.push(inbound.put()?.in_state(inbound_state::LINKED).under(case));
        if let Some(mut line) = self.find::<AccountingEntry>(Kind::Accounting.of(message)).await?
            && line.row.parent == Some(UNLINKED)
        {
            line.row.parent = Some(case.0);
            changes.puts.push(line.put()?);
        }
        if let Some(mut referral) = self.find::<ReferralRecord>(Kind::Referral.of(message)).await? {
            referral.row.parent = Some(case.0);
            changes.puts.push(referral.put()?);
        }
        changes.events.push(self.event(
            actor.staff.as_str(),
            "inbox_linked",
            vec![inbound.row.r, Kind::Case.of(case)],
        ));
        self.commit(changes).await?;
        Ok(made)
    }

    /// A sender recalled a message: it is closed to all use, also where it was linked, and what we passed on of it is
    /// recalled in turn. Fills `changes`; returns what follows.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn seal_recalled(
        &self,
        inbound: &mut Read<Inbound>,
        commitments: &[Vec<u8>],
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Recalls> {
        let mut follow = Recalls::default();
        if let Some((case, _)) = &inbound.record.linked {
            let from_it = DisclosureId(inbound.record.message.0);
            let all: Vec<Read<Item>> = self.children(Kind::Item, case.0).await?;
            let mut sealed = Vec::new();
            for mut item in all {
                let is_from_it = item.record.provenance.received.as_ref().is_some_and(|(d, _)| *d == from_it);
                let is_meant = commitments.is_empty()
                    || item.record.commitment.as_ref().is_some_and(|c| commitments.contains(c));
                if is_from_it && is_meant && item.record.sealed_at.is_none() {
                    item.record.sealed_at = Some(now);
                    sealed.push(item.record.id);
                    changes.puts.push(item.put()?);
                }
            }
            follow = self.queue_recalls(*case, &Cause::RecalledItems(&sealed), now, changes).await?;
        }
        changes.puts.push(inbound.put()?.in_state(inbound_state::RECALLED));
        Ok(follow)
    }
}

/// What an event about a message names: it, and the case it was linked to.
fn message_and_case(inbound: &Read<Inbound>) -> Vec<RecordRef> {
    let case = inbound.record.linked.as_ref().map(|(case, _)| Kind::Case.of(*case));
    [inbound.row.r].into_iter().chain(case).collect()
}

/// Aliases of one message, and which people of the case they are.
struct Links<'a> {
    case: CaseId,
    chosen: &'a BTreeMap<String, PersonId>,
    known: &'a [Person],
    made: BTreeMap<String, (PersonId, Option<Person>)>,
}

impl Links<'_> {
    fn people_of(&mut self, app: &App, ground: &Ground) -> AppResult<Vec<About>> {
        ground
            .about
            .iter()
            .map(|a| {
                let person = self.person(app, a)?;
                Ok(About { person, record_kind: RecordKind::from_word(&a.record_kind) })
            })
            .collect()
    }

    fn person(&mut self, app: &App, about: &AboutPerson) -> AppResult<PersonId> {
        if let Some((id, _)) = self.made.get(&about.alias) {
            return Ok(*id);
        }
        let entry = match self.chosen.get(&about.alias) {
            Some(id) if self.known.iter().any(|p| p.id == *id) => (*id, None),
            Some(id) => {
                let problem = format!("no person {id} in this case: `concord case show` lists them");
                return Err(AppError::Invalid { field: "people", problem });
            }
            None => {
                let id = PersonId(app.new_id());
                let person = Person {
                    id,
                    case: self.case,
                    roles: vec![role(about.role())],
                    names: vec![about.alias.clone()],
                    date_of_birth: None,
                    is_student: None,
                    is_patient: None,
                    attends_postsecondary: None,
                    consented_to_own_care: None,
                    law_enforcement_status: None,
                    state: None,
                };
                (id, Some(person))
            }
        };
        let id = entry.0;
        self.made.insert(about.alias.clone(), entry);
        Ok(id)
    }

    fn new_people(&self) -> impl Iterator<Item = &Person> {
        self.made.values().filter_map(|(_, p)| p.as_ref())
    }
}

pub(crate) fn role(role: AboutRole) -> PersonRole {
    match role {
        AboutRole::PersonOfConcern => PersonRole::PersonOfConcern,
        AboutRole::Patient => PersonRole::Patient,
        AboutRole::Target => PersonRole::Target,
        AboutRole::Reporter => PersonRole::Reporter,
        AboutRole::OtherStudent => PersonRole::OtherStudent,
        AboutRole::Other | AboutRole::Unspecified => PersonRole::Other,
    }
}

/// The item as this node will hold it. Admission has checked rows, words and forms before; what still does not fit is a
/// damaged record, not a peer's mistake.
fn as_item(received: &ItemRelease, ground: &Ground, about: Vec<About>, actor: &Actor) -> AppResult<Item> {
    let invalid = |problem: String| AppError::Invalid { field: "message", problem };
    let row = u8::try_from(received.row).ok().and_then(|n| Row::new(n).ok());
    let row = row.ok_or_else(|| invalid(format!("row {} is not in the matrix", received.row)))?;
    let labels: Vec<Label> = received.labels.iter().filter_map(|l| Label::from_word(l)).collect();
    Ok(Item {
        id: ItemId::default(),
        case: CaseId::default(),
        row,
        record_kind: RecordKind::from_word(&received.record_kind),
        obtained_via: onward::obtained_via(
            ObtainedVia::from_word(&received.obtained_via).unwrap_or(ObtainedVia::Own),
            ground.basis.iter().map(|b| b.clause_id.as_str()),
            &labels,
            ground.about.iter().flat_map(|a| &a.permissions).any(|p| p.all_future_tpo),
        ),
        elements: received.elements.iter().filter_map(|e| Element::from_word(e)).collect(),
        labels,
        about,
        value: value(received.value.as_ref()).ok_or_else(|| invalid("an item of it has no value".into()))?,
        statements: Vec::new(),
        provenance: Provenance {
            recorded_by: actor.staff.clone(),
            recorded_at: UtcTime::default(),
            source: None,
            received: None,
            purposes: Vec::new(),
            obligations: Vec::new(),
            expires_at: None,
        },
        own_of: Vec::new(),
        superseded_by: None,
        sealed_at: None,
        stale: None,
        commitment: Some(received.commitment.clone()),
    })
}

pub(crate) fn value(value: Option<&Value>) -> Option<ItemValue> {
    Some(match value? {
        Value::Text(t) => ItemValue::Text(t.clone()),
        Value::Statement(s) => ItemValue::Text(s.text.clone()),
        Value::Date(d) => ItemValue::Date(Date::parse(d).ok()?),
        Value::Code(c) => ItemValue::Code(c.clone()),
        Value::Count(n) => ItemValue::Count(*n),
        Value::Yes(y) => ItemValue::YesNo(*y),
        Value::Place(p) => ItemValue::Place(Place {
            setting_kind: p.setting_kind.clone(),
            name: p.name.clone(),
            owned_by: None,
            window: (!p.window.is_empty()).then(|| p.window.clone()),
        }),
        Value::Band(b) => ItemValue::Band(Band {
            model: b.model.clone(),
            original: b.original.clone(),
            band: match b.band() {
                ConcernBand::None | ConcernBand::Unspecified => "none",
                ConcernBand::Low => "low",
                ConcernBand::Moderate => "moderate",
                ConcernBand::High => "high",
                ConcernBand::Imminent => "imminent",
            }
            .to_owned(),
            decided_at: UtcTime(b.decided_at_ms),
            valid_until: UtcTime(b.valid_until_ms),
        }),
    })
}

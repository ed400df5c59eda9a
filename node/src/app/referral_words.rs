//! The service's side of a referral: a named person says how it stands, and the referring agency is told.
//!
//! Until the person has been reached the service holds nothing of them but what the referring agency itself wrote. Its word
//! then speaks of itself (it will act, it cannot, it reached nobody) and goes as a notice of the door that names the referral
//! and a state from a closed list. From first contact on every word speaks of the person: it is an item of row 25, with the
//! state as its code, of a record of this agency's own kind, and law, matrix, agreement and local rules decide it as they
//! decide any share. A referral is the referring agency's own, so the item is marked as theirs (the row's footnote). Who says
//! the word is its approver: a community partner shares its status and nothing else (domain 1.4), and by a second person's
//! absence no word may be lost.
//!
//! A small partner keeps no case: then the item is about the people of the message by its aliases, and what the person agreed
//! to is kept with the referral. Callers: the staff service, and the courier, which decides again. Deliberately absent: any
//! text beside the code.

use super::accounts;
use super::referrals::{Answered, ReferralRecord, ReferralStep, ReferralView, cannot_follow, linked_case};
use super::rows::Read;
use super::{
    Actor, App, AppError, AppResult, CaseSnapshot, Channel, DECIDE_AGAIN_MAX, Decided, Direction, Disclosure,
    Inbound, Snapshot, To, UNLINKED, derived_id, fields, inbound_state, invalid, received_role,
};
use crate::store::{Changes, Kind, RecordRef};
use policy::door::{Ask, Outcome, Releasable, Schema, ShareDecision};
use policy::id::{
    CaseId, DisclosureId, ItemId, MessageId, PermissionId, PersonId, ProposalId, StaffId, TeamId,
};
use policy::process::referral::{SetBy, State, set_by};
use policy::record::{
    About, Agency, Approval, ApprovedItem, ApprovedRecipient, Capacities, Case, Element, Item, ItemValue,
    ObtainedVia, Permission, PermissionKind, PermittedRecipient, Person, PersonRole, Provenance, RecordKind,
    Row, Signer,
};
use policy::time::UtcTime;
use proto::Items;
use std::sync::Arc;

/// The row of how somebody engages, as a status code.
const STATUS_ROW: u8 = 25;

/// That the person agreed that the referring agency be told how it stands.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// In which form.
    pub kind: PermissionKind,
    /// When it was signed; nothing: not in writing.
    pub signed_at: Option<UtcTime>,
    /// When it ends.
    pub expires_at: UtcTime,
    /// Where the signed form is kept (content).
    pub evidence: String,
}

/// What a word about the person is decided on.
pub(crate) struct StatusAsk {
    snapshot: Snapshot,
    items: Vec<Item>,
    asked: [ItemId; 1],
    approval: Approval,
    aliases: Vec<(PersonId, String)>,
    schema: Schema,
    by: StaffId,
}

impl StatusAsk {
    /// Asks policy.
    pub(crate) fn decide<'a>(&'a self, app: &'a App) -> ShareDecision<'a> {
        app.door.decide(Ask {
            setting: self.snapshot.setting(self.approval.purpose, &self.by, app.now()),
            items: &self.items,
            asked: &self.asked,
            schema: self.schema.clone(),
            emergency: false,
            approval: Some(&self.approval),
            aliases: &self.aliases,
            notes: &[],
        })
    }

    /// Rows that the decision rests on.
    pub(crate) fn relied_on(&self) -> Vec<(RecordRef, u64)> {
        self.snapshot.relied_on.clone()
    }
}

impl App {
    /// Says how a referral that came to this agency stands. What it means for the person is decided as any disclosure is.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the message is no referral or was recalled, when the state may not follow, or the law or the matrix keeps the word back: every reason is named.
    pub async fn answer_referral(
        &self,
        actor: &Actor,
        referral: MessageId,
        said: &Answered,
    ) -> AppResult<ReferralView> {
        if said.because.is_some() != (said.state == State::DeclinedByService) {
            let problem = "is needed with declined_by_service, and with no other state";
            return Err(invalid("reason", problem));
        }
        for _ in 0..DECIDE_AGAIN_MAX {
            let found: Option<Read<ReferralRecord>> = self.find(Kind::Referral.of(referral)).await?;
            let Some(mut found) = found.filter(|f| f.record.direction == Direction::Received) else {
                return Err(AppError::Refused(
                    "this message is no referral: `concord referral list` shows those that came".into(),
                ));
            };
            let inbound = self.store.get(Kind::Inbound.of(referral)).await?;
            if inbound.is_none_or(|row| row.state == inbound_state::RECALLED) {
                return Err(AppError::Refused(
                    "its sender recalled this referral: nothing further is said of it".into(),
                ));
            }
            let now = self.now();
            let from = found.record.state();
            let may = found.record.may_set().contains(&said.state);
            if !may || set_by(from, said.state) != SetBy::Service {
                return Err(cannot_follow(&found.record, said.state));
            }
            let mut changes = Changes::default();
            if let Some(agreed) = &said.agreed {
                found.record.agreed = Some(self.agreement_of_person(&found.record, agreed, now).await?);
            }
            let step = ReferralStep {
                state: said.state,
                because: said.because,
                at: now,
                by: Some(actor.staff.clone()),
            };
            self.say(&mut found, step, &mut changes)?;
            let at = found.record.steps.len() - 1;
            let of_person = found.record.word(at).is_some_and(|word| word.tells_of_person());
            if of_person {
                let ask = self.status_ask(&found, at).await?;
                if let Some(why) = withheld(self, &ask.decide(self)) {
                    let link = if linked_case(&found).is_none() {
                        ". Where it turns on their age, link the referral to a case of theirs first (`concord link`)"
                    } else {
                        ""
                    };
                    return Err(AppError::Refused(format!(
                        "that the person {} may not be told to {}: {why}. Where the person agrees to it, say so with \
                         --agreed{link}",
                        said.state, found.record.with
                    )));
                }
                changes.relied_on = ask.relied_on();
            }
            let ids = [Some(found.row.r), linked_case(&found).map(|case| Kind::Case.of(case))];
            let ids = ids.into_iter().flatten().collect();
            changes.events.push(self.event(actor.staff.as_str(), "referral_answered", ids));
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
                Ok(_) => {
                    self.courier_bell.notify_one();
                    return self.referral(referral).await;
                }
            }
        }
        Err(AppError::Stale)
    }

    /// What the person agreed to, as a permission for this referral's word alone.
    async fn agreement_of_person(
        &self,
        referral: &ReferralRecord,
        agreed: &Agreed,
        now: UtcTime,
    ) -> AppResult<Permission> {
        if agreed.kind == PermissionKind::Objection {
            return Err(invalid("person_agreed.kind", "is a refusal: then nothing of the person is told"));
        }
        if let Some(signed) = agreed.signed_at {
            fields::past("person_agreed.signed_at", signed, now)?;
        }
        let days_max = fields::PERMISSION_DAYS_MAX;
        fields::end("person_agreed.expires_at", agreed.expires_at, now, now, days_max)?;
        let evidence =
            fields::optional_text("person_agreed.evidence", &agreed.evidence, fields::SOURCE_BYTES_MAX)?;
        let kind = own_kind(&self.own_agency().await?.record);
        Ok(Permission {
            id: PermissionId(self.new_id()),
            case: CaseId::default(),
            person: PersonId::default(),
            kind: agreed.kind,
            given_by: Signer::Subject,
            signed_at: agreed.signed_at,
            given_at: agreed.signed_at.unwrap_or(now),
            expires_at: Some(agreed.expires_at),
            revoked_at: None,
            recipients: vec![PermittedRecipient::Agency(referral.with.clone())],
            record_kinds: vec![kind],
            elements: Vec::new(),
            rows: Row::new(STATUS_ROW).into_iter().collect(),
            purposes: vec![referral.purpose],
            stands_alone: None,
            tpo_all_future: None,
            evidence,
        })
    }

    /// What a step about the person is decided on: the case it is linked to, or the message alone.
    ///
    /// # Errors
    /// When what it rests on cannot be read, or the referring agency has left the roster.
    pub(crate) async fn status_ask(&self, found: &Read<ReferralRecord>, step: usize) -> AppResult<StatusAsk> {
        let r = &found.record;
        let refused = || AppError::Refused("there is no such word about this referral".into());
        let word = r.word(step).ok_or_else(refused)?;
        let said = r.steps.get(step).ok_or_else(refused)?;
        let by = said.by.clone().ok_or_else(refused)?;
        let to = To::Agency(r.with.clone());
        let (mut snapshot, people) = match linked_case(found) {
            Some(case) => {
                let snapshot = self.snapshot(case, &to).await?;
                let people = linked_people(&snapshot.case, r.message);
                (snapshot, people)
            }
            None => self.snapshot_of_message(r, &to).await?,
        };
        let case = snapshot.case.case.id;
        let kind = own_kind(&snapshot.parties.own);
        let item = Item {
            id: ItemId(derived_id("referral status item", &format!("{} {step}", r.message))),
            case,
            row: Row::new(STATUS_ROW).map_err(|_| refused())?,
            labels: Vec::new(),
            record_kind: Some(kind),
            obtained_via: ObtainedVia::Own,
            elements: match kind {
                RecordKind::SudRecord | RecordKind::Phi => vec![Element::DiagnosisOrTreatment],
                _ => Vec::new(),
            },
            about: people.iter().map(|person| About { person: *person, record_kind: None }).collect(),
            value: ItemValue::Code(word.to.as_str().to_owned()),
            own_of: vec![PermittedRecipient::Agency(r.with.clone())],
            statements: Vec::new(),
            provenance: Provenance {
                recorded_by: by.clone(),
                recorded_at: said.at,
                source: None,
                received: None,
                purposes: Vec::new(),
                obligations: Vec::new(),
                expires_at: None,
            },
            superseded_by: None,
            sealed_at: None,
            stale: None,
            commitment: None,
        };
        let held = Arc::make_mut(&mut snapshot.case);
        if let Some(agreed) = &r.agreed {
            let of = |person: &PersonId| Permission { case, person: *person, ..agreed.clone() };
            held.permissions.extend(people.iter().map(of));
        }
        let aliases = self.aliases(&to, &snapshot);
        let approval = Approval {
            proposal: ProposalId(r.message.0),
            by: by.clone(),
            at: said.at,
            until: None,
            recipient: ApprovedRecipient::of(&snapshot.recipient),
            purpose: r.purpose,
            items: vec![ApprovedItem { item: item.id, form: None }],
        };
        let asked = [item.id];
        let items = vec![item];
        Ok(StatusAsk { snapshot, items, asked, approval, aliases, schema: Schema::ReferralStatus(word), by })
    }

    /// A referral that is linked to no case: its people are those of the message, and nothing else is known of them.
    async fn snapshot_of_message(&self, r: &ReferralRecord, to: &To) -> AppResult<(Snapshot, Vec<PersonId>)> {
        let inbound: Read<Inbound> = self.load(Kind::Inbound.of(r.message)).await?;
        let body = inbound.body()?;
        let case = CaseId(UNLINKED);
        let mut people: Vec<Person> = Vec::new();
        for about in body.items().grounds.iter().flat_map(|g| &g.about) {
            let role = received_role(about.role());
            let id = PersonId(derived_id("referred person", &format!("{} {}", r.message, about.alias)));
            if !people.iter().any(|p| p.id == id) {
                people.push(nobody_known(id, case, role));
            }
        }
        if people.is_empty() {
            let id = PersonId(derived_id("referred person", &r.message.to_string()));
            people.push(nobody_known(id, case, PersonRole::PersonOfConcern));
        }
        let people = whom_it_is_for(people);
        let ids = people.iter().map(|p| p.id).collect();
        let snapshot = CaseSnapshot {
            case: Case {
                id: case,
                team: TeamId::default(),
                opened_at: inbound.record.received_at,
                opened_by: self.node_staff(),
                exercise: r.exercise,
                setting: None,
                process: None,
            },
            people,
            items: Vec::new(),
            permissions: Vec::new(),
            attestations: Vec::new(),
            documents: Vec::new(),
            contacts: Vec::new(),
            relied_on: vec![inbound.relied_on()],
        };
        let parties = self.parties().await?;
        let (recipient, agreements) = self.recipient(to, &snapshot, &parties)?;
        let relied_on = snapshot.relied_on.iter().chain(&parties.relied_on).copied().collect();
        Ok((Snapshot { case: Arc::new(snapshot), parties, recipient, agreements, relied_on }, ids))
    }

    /// A word about a referral as a disclosure: of an item where it speaks of the person, else of nothing.
    pub(crate) fn status_disclosure(
        &self,
        found: &Read<ReferralRecord>,
        message: MessageId,
        by: Option<StaffId>,
        released: &Releasable,
        sent: Items<'_>,
        decided: Vec<Decided>,
    ) -> Disclosure {
        let (items, grounds) = accounts::disclosed(released, sent);
        Disclosure {
            id: DisclosureId(message.0),
            case: linked_case(found),
            to: To::Agency(found.record.with.clone()),
            channel: Channel::Node,
            body: "referral_status".into(),
            purpose: found.record.purpose,
            items,
            grounds,
            threats: Vec::new(),
            by: by.clone().unwrap_or_else(|| self.node_staff()),
            approved_by: by,
            at: released.decided_at(),
            law_version: released.law_version().to_owned(),
            emergency: false,
            seen: Vec::new(),
            review: None,
            decided_afterwards: None,
            decided,
        }
    }
}

/// Why the word does not go; `None`: it goes.
pub(crate) fn withheld(app: &App, decision: &ShareDecision<'_>) -> Option<String> {
    let stops = decision.stops().iter().map(ToString::to_string);
    let kept = decision.items().iter().filter(|i| i.outcome == Outcome::Withheld);
    let reasons = kept.flat_map(|i| i.reasons.iter().map(|r| r.text(app.door.matrix())));
    let mut why: Vec<String> = stops.chain(reasons).collect();
    why.dedup();
    (!why.is_empty()).then(|| why.join("; "))
}

/// What kind of record this agency's own note on somebody it serves is: that of the law which binds it hardest.
fn own_kind(own: &Agency) -> RecordKind {
    let Capacities { hipaa_covered, ferpa_covered, part2_program, .. } = &own.capacities;
    match (part2_program, hipaa_covered, ferpa_covered) {
        (Some(true), ..) => RecordKind::SudRecord,
        (_, Some(true), _) => RecordKind::Phi,
        (_, _, Some(true)) => RecordKind::EducationRecord,
        _ => RecordKind::PlainRecord,
    }
}

/// The people of a case whom a referral linked to it is about, as its items name them.
fn linked_people(case: &CaseSnapshot, message: MessageId) -> Vec<PersonId> {
    let from_it =
        |i: &&Item| i.provenance.received.as_ref().is_some_and(|(disclosure, _)| disclosure.0 == message.0);
    let named: Vec<PersonId> =
        case.items.iter().filter(from_it).flat_map(|i| &i.about).map(|a| a.person).collect();
    let people = case.people.iter().filter(|p| named.contains(&p.id)).cloned().collect();
    whom_it_is_for(people).into_iter().map(|p| p.id).collect()
}

/// Of the people that a referral names, the one whom the service is for; where none stands out, all of them.
fn whom_it_is_for(mut people: Vec<Person>) -> Vec<Person> {
    let is_one =
        |p: &Person| p.roles.iter().any(|r| matches!(r, PersonRole::PersonOfConcern | PersonRole::Patient));
    if people.iter().any(is_one) {
        people.retain(is_one);
    }
    people
}

/// A person of whom this agency records nothing but that a message is about them.
fn nobody_known(id: PersonId, case: CaseId, role: PersonRole) -> Person {
    Person {
        id,
        case,
        roles: vec![role],
        names: Vec::new(),
        date_of_birth: None,
        is_student: None,
        is_patient: None,
        attends_postsecondary: None,
        consented_to_own_care: None,
        law_enforcement_status: None,
        state: None,
    }
}

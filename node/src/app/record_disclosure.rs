//! What was told outside the node, by telephone, in a meeting, on paper or to 911: the same decision, made afterwards for
//! the moment of telling, and the same accounting, also when the answer would have been no.

use super::accounts;
use super::approve::NOTE_BYTES_MAX;
use super::rows::put_new;
use super::share::{ITEMS_MAX, ShareView};
use super::{Actor, App, AppError, AppResult, Becomes, Channel, Decided, Disclosure, Proposal, To};
use crate::store::{Changes, Kind};
use policy::door::{Ask, Emergency, ItemDecision, Outcome, Schema};
use policy::id::{AttestationId, CaseId, DisclosureId, ItemId, MessageId, ProposalId};
use policy::record::{Approval, ApprovedItem, ApprovedRecipient, Purpose};
use policy::time::UtcTime;

/// What was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// The case.
    pub case: CaseId,
    /// Who was told.
    pub to: To,
    /// Why.
    pub purpose: Purpose,
    /// How.
    pub channel: Channel,
    /// When.
    pub at: UtcTime,
    /// Which items.
    pub items: Vec<ItemId>,
    /// Present: it was an emergency.
    pub emergency: Option<Emergency>,
    /// What the one who told it notes beside (content); empty: nothing.
    pub note: String,
}

impl App {
    /// Records it, whatever the answer is. Items that would have been refused are accounted for as well, and the privacy
    /// officer is told.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a time in the future, no items, items that are not in the case, or too long a note.
    pub async fn record_disclosure(&self, actor: &Actor, told: &Told) -> AppResult<ShareView> {
        let now = self.now();
        if told.at > now {
            return Err(AppError::Invalid {
                field: "told_at",
                problem: "it cannot be told in the future".into(),
            });
        }
        if told.items.is_empty() || told.items.len() > ITEMS_MAX {
            let problem = format!("name the items that were told, 1 to {ITEMS_MAX}");
            return Err(AppError::Invalid { field: "item_ids", problem });
        }
        if told.note.len() > NOTE_BYTES_MAX {
            return Err(AppError::Invalid {
                field: "note",
                problem: format!("at most {NOTE_BYTES_MAX} bytes"),
            });
        }
        let mut snapshot = self.snapshot(told.case, &told.to).await?;
        let mut changes = Changes { relied_on: snapshot.relied_on.clone(), ..Changes::default() };
        if let Some(emergency) = &told.emergency {
            let made = emergency
                .attestations(
                    told.case,
                    &snapshot.recipient,
                    &actor.staff,
                    actor.role_word(),
                    told.at,
                    || AttestationId(self.new_id()),
                )
                .map_err(|e| AppError::Invalid { field: "emergency", problem: e.to_string() })?;
            for a in &made {
                changes.puts.push(put_new(Kind::Attestation.of(a.id), a, &[])?.under(told.case));
            }
            snapshot.add_attestations(&made);
        }
        let id = DisclosureId(self.new_id());
        // Who told it decided it: that is the approval this decision is measured by.
        let approval = Approval {
            proposal: ProposalId(id.0),
            by: actor.staff.clone(),
            at: told.at,
            until: None,
            recipient: ApprovedRecipient::of(&snapshot.recipient),
            purpose: told.purpose,
            items: told.items.iter().map(|i| ApprovedItem { item: *i, form: None }).collect(),
        };
        let proposal = Proposal {
            id: ProposalId(id.0),
            case: told.case,
            to: told.to.clone(),
            purpose: told.purpose,
            packet: None,
            items: told.items.clone(),
            by: actor.staff.clone(),
            at: told.at,
            becomes: Becomes::Summary,
            emergency: told.emergency.is_some(),
            law_version: self.door.law().version().to_owned(),
            message: MessageId(id.0),
            denied_because: None,
            denied_by: None,
        };
        let aliases = self.aliases(&told.to, &snapshot);
        let decision = self.door.decide(Ask {
            setting: snapshot.setting(told.purpose, &actor.staff, told.at),
            items: &snapshot.case.items,
            asked: &told.items,
            schema: Schema::Outside,
            emergency: told.emergency.is_some(),
            approval: Some(&approval),
            aliases: &aliases,
            notes: &[],
        });
        if let Some(unknown) = decision.items().iter().find(|i| i.row.is_none()) {
            let problem = format!("no item {} in this case", unknown.item);
            return Err(AppError::Invalid { field: "item_ids", problem });
        }
        let mut view = self.view_of(&snapshot, &proposal, &decision, "recorded");
        let refused: Vec<&ItemDecision> =
            decision.items().iter().filter(|i| i.outcome == Outcome::Withheld).collect();
        let not_permitted = !refused.is_empty() || !decision.stops().is_empty();
        let mut disclosure = Disclosure {
            id,
            case: Some(told.case),
            to: told.to.clone(),
            channel: told.channel,
            body: "told".into(),
            purpose: told.purpose,
            items: Vec::new(),
            grounds: Vec::new(),
            threats: Vec::new(),
            by: actor.staff.clone(),
            approved_by: None,
            at: told.at,
            law_version: self.door.law().version().to_owned(),
            emergency: told.emergency.is_some(),
            seen: Vec::new(),
            review: None,
            decided_afterwards: Some(if not_permitted { "deny" } else { "permit" }.to_owned()),
            decided: Decided::of(&decision),
        };
        for (decided, view) in decision.items().iter().zip(&view.items) {
            accounts::add_told(&mut disclosure, decided, view, &self.door);
        }
        disclosure.threats = accounts::threats(&disclosure, &snapshot.case.attestations);
        changes.puts.extend(accounts::puts_told(&disclosure, &told.note, &decision, &self.door, told.case)?);
        let r = Kind::Disclosure.of(id);
        if not_permitted {
            changes.puts.push(self.raise("told_without_basis", r, true, now, now)?);
        }
        if disclosure.emergency {
            changes.puts.push(self.raise("emergency_review", r, true, now, now)?);
        }
        changes.events.push(self.event(
            actor.staff.as_str(),
            "disclosure_recorded",
            vec![r, Kind::Case.of(told.case)],
        ));
        self.commit(changes).await?;
        self.notify_bell.notify_one();
        view.disclosure = Some(id);
        Ok(view)
    }
}

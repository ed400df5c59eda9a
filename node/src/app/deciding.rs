//! From a proposal and a snapshot to policy's decision: the one way a verb or the courier asks the door.

use super::{App, Becomes, Proposal, Snapshot, To};
use policy::door::{Ask, Schema, ShareDecision};
use policy::facts::Setting;
use policy::id::{ItemId, PersonId, StaffId};
use policy::record::{About, Approval, Item, Purpose};
use policy::share::packets::PacketName;
use policy::time::UtcTime;

/// An ask and what it borrows from.
pub(crate) struct Deciding<'a> {
    snapshot: &'a Snapshot,
    purpose: Purpose,
    by: &'a StaffId,
    asked: &'a [ItemId],
    schema: Schema,
    emergency: bool,
    approval: Option<&'a Approval>,
    aliases: Vec<(PersonId, String)>,
    authority: Vec<&'a str>,
    now: UtcTime,
}

impl<'a> Deciding<'a> {
    /// The ask that a proposal makes now.
    pub(crate) fn of(
        app: &App,
        snapshot: &'a Snapshot,
        p: &'a Proposal,
        asked: &'a [ItemId],
        approval: Option<&'a Approval>,
    ) -> Self {
        let schema = match &p.becomes {
            Becomes::Summary => Schema::Summary(p.packet.as_deref().and_then(PacketName::from_word)),
            Becomes::Answer(request) => Schema::Answer(*request),
            Becomes::Request(_) => Schema::Request,
            Becomes::Referral(_) => Schema::Referral(p.packet.as_deref().and_then(PacketName::from_word)),
        };
        let authority =
            p.terms().map(|t| t.authority.as_str()).filter(|a| !a.is_empty()).into_iter().collect();
        Self {
            snapshot,
            purpose: p.purpose,
            by: &p.by,
            asked,
            schema,
            emergency: p.emergency,
            approval,
            aliases: app.aliases(&p.to, snapshot),
            authority,
            now: app.now(),
        }
    }

    /// Asks policy.
    pub(crate) fn decide(&self, app: &'a App) -> ShareDecision<'_> {
        app.door.decide(Ask {
            setting: self.snapshot.setting(self.purpose, self.by, self.now),
            items: &self.snapshot.case.items,
            asked: self.asked,
            schema: self.schema.clone(),
            emergency: self.emergency,
            approval: self.approval,
            aliases: &self.aliases,
            notes: &self.authority,
        })
    }
}

impl App {
    /// Names of the case's people that are valid for this recipient only.
    pub(crate) fn aliases(&self, to: &To, snapshot: &Snapshot) -> Vec<(PersonId, String)> {
        let To::Agency(agency) = to else { return Vec::new() };
        snapshot.case.people.iter().map(|p| (p.id, self.references.alias(agency, p.id))).collect()
    }
}

impl Snapshot {
    /// The items that a legal instrument in date compels for the recipient, of everybody whom they are about.
    pub(crate) fn compelled(&self, purpose: Purpose, now: UtcTime) -> Vec<ItemId> {
        let setting = self.setting(purpose, &self.case.case.opened_by, now);
        let compels = |item: &&Item| {
            let reached = |about: &About| setting.documents_for(item.row, about.person).next().is_some();
            !item.about.is_empty() && item.about.iter().all(reached)
        };
        self.case.items.iter().filter(compels).map(|item| item.id).collect()
    }

    /// Everything about a disclosure that `by` asks for but the items, as policy wants to see it.
    pub(crate) fn setting(&self, purpose: Purpose, by: &StaffId, now: UtcTime) -> Setting<'_> {
        Setting {
            own: &self.parties.own,
            recipient: &self.recipient,
            agreements: &self.agreements,
            state_rows: &self.parties.state_rows,
            case: &self.case.case,
            people: &self.case.people,
            permissions: &self.case.permissions,
            attestations: &self.case.attestations,
            documents: &self.case.documents,
            profession: self.parties.professions.get(by).copied(),
            purpose,
            now,
        }
    }
}

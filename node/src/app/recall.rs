//! What follows when something that was sent must no longer be used: recalls, down the tree of onward sharing.
//!
//! *Revoke* is what a person does to a permission; *recall* is the message that follows.

use super::notifications::waiting;
use super::rows::{Read, put_new};
use super::{
    App, AppResult, Disclosure, Inbound, Notification, Task, To, Work, derived_id, disclosure_state,
    work_state,
};
use crate::store::{Changes, Expected, Kind};
use policy::id::{CaseId, DisclosureId, ItemId, PermissionId};
use policy::record::{Item, Stale, StaleReason};
use policy::time::UtcTime;

/// What makes earlier disclosures of a case improper from now on.
pub enum Cause<'a> {
    /// This permission was revoked.
    Revoked(PermissionId),
    /// These items were recalled by the agency that sent them to us.
    RecalledItems(&'a [ItemId]),
    /// This item was replaced by a corrected one.
    Corrected(ItemId),
    /// This disclosure should not have been made.
    Mistake(DisclosureId),
    /// This level of concern stopped being current before its end: recipients mark it, and neither seal nor destroy it.
    Stale(ItemId),
    /// This level of concern was reassessed: recipients mark it, and neither seal nor destroy it.
    Superseded(ItemId),
}

impl Cause<'_> {
    fn concerns(&self, d: &Disclosure) -> bool {
        d.grounded().any(|(i, ground)| match self {
            Self::Revoked(p) => ground.permissions.contains(p),
            Self::RecalledItems(items) => items.contains(&i.item),
            Self::Corrected(item) | Self::Stale(item) | Self::Superseded(item) => i.item == *item,
            Self::Mistake(id) => d.id == *id,
        })
    }
    fn reason(&self) -> &'static str {
        match self {
            Self::Revoked(_) | Self::RecalledItems(_) => "revoked",
            Self::Corrected(_) => "corrected",
            Self::Mistake(_) => "mistake",
            Self::Stale(_) => "stale",
            Self::Superseded(_) => "superseded",
        }
    }
    /// The one item that is to be marked, where the cause takes nothing back.
    fn marks(&self) -> Option<ItemId> {
        match self {
            Self::Stale(item) | Self::Superseded(item) => Some(*item),
            Self::Revoked(_) | Self::RecalledItems(_) | Self::Corrected(_) | Self::Mistake(_) => None,
        }
    }
}

impl App {
    /// Adds to `changes` a recall for every disclosure of the case that the cause concerns and that may have reached its
    /// recipient. What waits for approval or for the courier needs nothing: it is decided again before it goes.
    /// Returns how many recalls were queued, and for how many disclosures made outside the node a person must tell the
    /// recipient.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn queue_recalls(
        &self,
        case: CaseId,
        cause: &Cause<'_>,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Recalls> {
        let mut recalls = Recalls::default();
        let disclosures: Vec<Read<Disclosure>> = self.children(Kind::Disclosure, case.0).await?;
        for d in disclosures.into_iter().filter(|d| cause.concerns(&d.record)) {
            match (&d.record.to, d.row.state) {
                (To::Agency(to), disclosure_state::ATTEMPTED) => {
                    let id = d.record.id;
                    let r = Kind::Work.of(match cause.marks() {
                        Some(item) => derived_id("notice", &format!("{id} {item} {}", cause.reason())),
                        None => derived_id("recall", &id.to_string()),
                    });
                    if self.store.get(r).await?.is_some() {
                        continue;
                    }
                    let reason = cause.reason().into();
                    let task = Task::Recall { disclosure: id, reason, item: cause.marks() };
                    let work = Work::new(task, to, Some(case));
                    changes.puts.push(put_new(r, &work, &[])?.in_state(work_state::DUE).due(now));
                    recalls.queued += 1;
                }
                (_, disclosure_state::OUTSIDE) => recalls.to_tell_by_hand += 1,
                _ => {}
            }
        }
        Ok(recalls)
    }

    /// Adds to `changes` a notice to every recipient of a level of concern that stopped being current before its end: they mark
    /// it and pass it on no more. Whoever was told outside the node is counted, to be told by hand. The item itself is the
    /// caller's to mark ([`Item::stale`](policy::record::Item)); ring `courier_bell` after the commit.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn queue_stale_notices(
        &self,
        case: CaseId,
        item: ItemId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Recalls> {
        self.queue_recalls(case, &Cause::Stale(item), now, changes).await
    }

    /// The same for a level of concern that was reassessed.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn queue_superseded_notices(
        &self,
        case: CaseId,
        item: ItemId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Recalls> {
        self.queue_recalls(case, &Cause::Superseded(item), now, changes).await
    }

    /// Marks items of a message as no longer current, also where they were linked, and tells in turn those to whom we passed
    /// them on. Returns the commitments that were known.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn mark_received(
        &self,
        inbound: &mut Read<Inbound>,
        commitments: &[Vec<u8>],
        stale: Stale,
        changes: &mut Changes,
    ) -> AppResult<Vec<Vec<u8>>> {
        let body = inbound.body()?;
        let known: Vec<Vec<u8>> = body
            .items()
            .items
            .iter()
            .map(|i| i.commitment.clone())
            .filter(|c| commitments.contains(c))
            .collect();
        if known.is_empty() {
            return Ok(known);
        }
        for commitment in &known {
            let hex = crate::hex::encode(commitment);
            match inbound.record.stale.iter_mut().find(|(of, _)| *of == hex) {
                Some((_, was)) => was.because = stale.because,
                None => inbound.record.stale.push((hex, stale)),
            }
        }
        let mut concerns = Vec::new();
        if let Some((case, _)) = &inbound.record.linked {
            let from_it = DisclosureId(inbound.record.message.0);
            let all: Vec<Read<Item>> = self.children(Kind::Item, case.0).await?;
            for mut item in all {
                let is_from_it = item.record.provenance.received.as_ref().is_some_and(|(d, _)| *d == from_it);
                if is_from_it && item.record.commitment.as_ref().is_some_and(|c| known.contains(c)) {
                    let since = item.record.stale.map_or(stale.since, |was| was.since);
                    item.record.stale = Some(Stale { since, ..stale });
                    changes.puts.push(item.put()?);
                    let passed_on = match stale.because {
                        StaleReason::Stale => Cause::Stale(item.record.id),
                        StaleReason::Superseded => Cause::Superseded(item.record.id),
                    };
                    self.queue_recalls(*case, &passed_on, stale.since, changes).await?;
                }
            }
            concerns = self.core_of_case(*case, stale.since).await?;
        }
        let notification = Notification {
            what: "stale_level".into(),
            about: inbound.row.r.to_string(),
            raised_at: stale.since,
            rung: 0,
            taken: None,
            last_result: None,
            urgent: false,
            why: Some(format!("the sender marked a level of concern: {}", stale.because)),
            concerns,
        };
        // a second mark of the same message rings again, also where somebody took the first
        changes.puts.push(waiting(&notification, inbound.row.r, stale.since)?.expecting(Expected::Any));
        changes.puts.push(inbound.put()?);
        Ok(known)
    }
}

/// What a cause leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recalls {
    /// Recall messages queued.
    pub queued: usize,
    /// Disclosures by telephone, paper or in a meeting: a person must tell the recipient.
    pub to_tell_by_hand: usize,
}

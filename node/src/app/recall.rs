//! What follows when something that was sent must no longer be used: recalls, down the tree of onward sharing.
//!
//! *Revoke* is what a person does to a permission; *recall* is the message that follows.

use super::rows::{Read, put_new};
use super::{App, AppResult, Disclosure, Task, To, Work, derived_id, disclosure_state, work_state};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, DisclosureId, ItemId, PermissionId};
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
}

impl Cause<'_> {
    fn concerns(&self, d: &Disclosure) -> bool {
        d.grounded().any(|(i, ground)| match self {
            Self::Revoked(p) => ground.permissions.contains(p),
            Self::RecalledItems(items) => items.contains(&i.item),
            Self::Corrected(item) => i.item == *item,
            Self::Mistake(id) => d.id == *id,
        })
    }
    fn reason(&self) -> &'static str {
        match self {
            Self::Revoked(_) | Self::RecalledItems(_) => "revoked",
            Self::Corrected(_) => "corrected",
            Self::Mistake(_) => "mistake",
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
                    let r = Kind::Work.of(derived_id("recall", &d.record.id.to_string()));
                    if self.store.get(r).await?.is_some() {
                        continue;
                    }
                    let task = Task::Recall { disclosure: d.record.id, reason: cause.reason().into() };
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
}

impl App {
    /// placeholder
    pub async fn queue_stale_notices(
        &self,
        _c: CaseId,
        _i: ItemId,
        _n: UtcTime,
        _ch: &mut Changes,
    ) -> AppResult<()> {
        Ok(())
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

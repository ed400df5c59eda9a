//! What makes a level of concern stale (T9; both sources: assessment *and* plan must follow).
//!
//! Callers: `standing`. Deliberately absent: writing it down. Staleness is read from the history and the time, so that it
//! is the same everywhere at once and nobody can forget to set it.

use super::entry::{Act, Assessment, Entry};
use super::referral::State as Status;
use super::standing::Standing;
use super::words::{CorrectionDecision, State};
use crate::id::EntryId;
use crate::record::words::words;
use crate::time::UtcTime;

words! {
    /// Why a level is stale.
    StaleReason {
        /// A factor was added, changed or ended.
        Factor = "factor",
        /// A precipitating event was added or changed.
        Event = "event",
        /// A tripwire was touched.
        Tripwire = "tripwire",
        /// A referral was declined, failed or ran out.
        Referral = "referral",
        /// A correction was accepted, or what the level rests on was written anew.
        Correction = "correction",
        /// The case came from another team.
        TransferIn = "transfer_in",
        /// New behavior in a closed case.
        Reopened = "reopened",
        /// The level's own end has passed.
        LevelEnded = "level_ended",
        /// The plan's review is due.
        ReviewDue = "review_due",
        /// The level is newer than the plan.
        PlanOlder = "plan_older_than_level",
    }
}

/// One reason, since when, and the entry that gave it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stale {
    /// Why.
    pub reason: StaleReason,
    /// Since when.
    pub since: UtcTime,
    /// The entry, where it is one.
    pub entry: Option<EntryId>,
}

/// Whether an entry makes the level that stood before it stale by itself. A new version of an observation does so too
/// where the level rests on it: see [`Standing::stale`], which is the whole answer.
pub fn triggers(entry: &Entry) -> Option<StaleReason> {
    match &entry.act {
        Act::Factor(_) => Some(StaleReason::Factor),
        Act::Event(_) => Some(StaleReason::Event),
        Act::TripwireHit(_) => Some(StaleReason::Tripwire),
        Act::Refer(r) if has_failed(r.status) => Some(StaleReason::Referral),
        Act::DecideCorrection(c) if c.decision != CorrectionDecision::Denied => Some(StaleReason::Correction),
        Act::TransferIn(_) => Some(StaleReason::TransferIn),
        Act::Reopen(_) => Some(StaleReason::Reopened),
        _ => None,
    }
}

fn has_failed(status: Status) -> bool {
    matches!(
        status,
        Status::DeclinedByPerson | Status::DeclinedByService | Status::NoContactMade | Status::Expired
    )
}

/// A new version of an observation that the level rests on, itself or by a factor.
fn changes_the_ground(case: &Standing<'_>, level: &Assessment, entry: &Entry) -> Option<StaleReason> {
    let (Act::Observe(_), Some(old)) = (&entry.act, entry.replaces) else { return None };
    let by_factor = level.factors.iter().filter_map(|id| case.entry(*id)).any(|e| match &e.act {
        Act::Factor(f) => f.observations.contains(&old),
        _ => false,
    });
    (by_factor || level.observations.contains(&old)).then_some(StaleReason::Correction)
}

/// Every reason, oldest first.
pub(super) fn reasons(case: &Standing<'_>, now: UtcTime) -> Vec<Stale> {
    let Some((assessed, assessment)) = case.level() else { return Vec::new() };
    let place = case.entries().iter().position(|e| e.id == assessed.id).unwrap_or(0);
    let mut all: Vec<Stale> = case.entries()[place + 1..]
        .iter()
        .filter_map(|e| {
            let reason = triggers(e).or_else(|| changes_the_ground(case, assessment, e))?;
            Some(Stale { reason, since: e.at, entry: Some(e.id) })
        })
        .collect();
    if assessment.level.valid_until <= now {
        all.push(Stale {
            reason: StaleReason::LevelEnded,
            since: assessment.level.valid_until,
            entry: Some(assessed.id),
        });
    }
    if matches!(case.moved_state(), State::Managing | State::Retiring)
        && let Some((planned, plan)) = case.plan()
    {
        // A proposal to close is that review.
        if plan.review_at <= now && case.moved_state() == State::Managing {
            all.push(Stale {
                reason: StaleReason::ReviewDue,
                since: plan.review_at,
                entry: Some(planned.id),
            });
        }
        let plan_place = case.entries().iter().position(|e| e.id == planned.id).unwrap_or(0);
        if plan_place < place {
            all.push(Stale { reason: StaleReason::PlanOlder, since: assessed.at, entry: Some(planned.id) });
        }
    }
    all.sort_by_key(|s| s.since);
    all
}

//! Where a case stands: its history, folded.
//!
//! Callers: `decide` and its guards, the node (what a member sees), `agenda`. Everything is read from the entries each
//! time, so that what is shown cannot differ from what was written. A level is never overwritten: the newest assessment
//! stands, the older ones stay in [`Standing::levels`].

use super::entry::{
    Act, Assessment, Concurrence, Entry, Plan, PlanTask, PoliceReferral, PoliceRequest, Referral, Tripwire,
};
use super::stale::{self, Stale};
use super::words::{LevelBand, State, TaskState};
use crate::id::{EntryId, Id, StaffId};
use crate::time::UtcTime;
use std::collections::HashSet;

/// After this long without renewal an emergency lapses to ordinary rules (domain 3.6).
pub const EMERGENCY_HOURS: i64 = 72;
/// How long a step towards law enforcement holds before it has to be taken again.
const POLICE_DAYS: i64 = 30;

/// The id of a plan's own task: the plan's entry and the task's place in it. A `task` entry that replaces this id says how it
/// stands, so that nobody has to write the whole plan again to mark one task as done.
pub fn task_id(plan: EntryId, place: usize) -> EntryId {
    EntryId(Id(plan.0.0.wrapping_add(place as u128 + 1)))
}

/// A case's history, folded.
pub struct Standing<'e> {
    entries: &'e [Entry],
    replaced: HashSet<EntryId>,
    base: State,
}

/// The overlay that does not replace the state.
#[derive(Clone, Copy, Debug)]
pub struct Overlay<'e> {
    /// The declaration.
    pub declared: &'e Entry,
    /// When it lapses without renewal.
    pub lapses_at: UtcTime,
    /// The five answers were given.
    pub answered: bool,
    /// Somebody said that it is over.
    pub ended: bool,
}

impl<'e> Standing<'e> {
    /// Folds a history. Entries are in the order they were written.
    pub fn of(entries: &'e [Entry]) -> Self {
        let replaced = entries.iter().filter_map(|e| e.replaces).collect();
        let base = entries.iter().rev().find_map(|e| e.moved_to).unwrap_or(State::Reported);
        Self { entries, replaced, base }
    }

    /// Every entry.
    pub fn entries(&self) -> &'e [Entry] {
        self.entries
    }

    /// The entry with this id.
    pub fn entry(&self, id: EntryId) -> Option<&'e Entry> {
        self.entries.iter().find(|e| e.id == id)
    }

    /// Whether a newer version stands in its place.
    pub fn is_replaced(&self, id: EntryId) -> bool {
        self.replaced.contains(&id)
    }

    /// The newest version of an entry.
    pub fn newest(&self, id: EntryId) -> EntryId {
        let mut newest = id;
        // entries only ever name older ones, so this ends
        while let Some(next) = self.entries.iter().find(|e| e.replaces == Some(newest)) {
            newest = next.id;
        }
        newest
    }

    /// Current entries, in order, with what `pick` takes of them.
    pub fn current<T: 'e>(&self, pick: impl Fn(&'e Act) -> Option<T>) -> Vec<(&'e Entry, T)> {
        self.entries
            .iter()
            .filter(|e| !self.is_replaced(e.id))
            .filter_map(|e| pick(&e.act).map(|of| (e, of)))
            .collect()
    }

    /// The newest current entry that `pick` takes.
    pub fn last<T: 'e>(&self, pick: impl Fn(&'e Act) -> Option<T>) -> Option<(&'e Entry, T)> {
        self.current(pick).pop()
    }

    /// The state as it was last moved, before time and triggers are looked at.
    pub fn moved_state(&self) -> State {
        self.base
    }

    /// The state as it is shown: an assessed or managed case with a stale level is being reassessed (T9).
    pub fn state(&self, now: UtcTime) -> State {
        match self.base {
            // A proposal to close is none any more once something has changed.
            State::Assessed | State::Managing | State::Retiring if !self.stale(now).is_empty() => {
                State::Reassessing
            }
            State::Consultation if self.consultation_until().is_some_and(|until| until <= now) => {
                State::Closed
            }
            state => state,
        }
    }

    /// When the consultation closes itself, if the case is one.
    pub fn consultation_until(&self) -> Option<UtcTime> {
        self.last(|a| if let Act::Consult(c) = a { c.until } else { None }).map(|(_, until)| until)
    }

    /// The place in the history of the entry that last brought the case into this state.
    pub fn came_into(&self, state: State) -> Option<usize> {
        self.entries.iter().rposition(|e| e.moved_to == Some(state))
    }

    /// Every assessment there ever was, oldest first.
    pub fn levels(&self) -> Vec<(&'e Entry, &'e Assessment)> {
        self.entries
            .iter()
            .filter_map(|e| if let Act::Assess(a) = &e.act { Some((e, &**a)) } else { None })
            .collect()
    }

    /// The assessment that stands.
    pub fn level(&self) -> Option<(&'e Entry, &'e Assessment)> {
        self.levels().pop()
    }

    /// Whether the level was ever at or above this band.
    pub fn ever_at_least(&self, band: LevelBand) -> bool {
        self.levels().iter().any(|(_, a)| a.level.band >= band)
    }

    /// The plan that stands.
    pub fn plan(&self) -> Option<(&'e Entry, &'e Plan)> {
        self.last(|a| if let Act::Plan(p) = a { Some(&**p) } else { None })
    }

    /// Why the level is stale now, oldest reason first; empty: it is not, or there is none.
    pub fn stale(&self, now: UtcTime) -> Vec<Stale> {
        stale::reasons(self, now)
    }

    /// Tasks that are entries of their own.
    pub fn tasks(&self) -> Vec<(&'e Entry, &'e PlanTask)> {
        self.current(|a| if let Act::Task(t) = a { Some(&**t) } else { None })
    }

    /// Open tasks, those of the plan that stands and those that are entries of their own, each with its id.
    pub fn open_tasks(&self) -> Vec<(EntryId, &'e Entry, &'e PlanTask)> {
        let planned = self.plan().into_iter().flat_map(|(entry, plan)| {
            plan.tasks.iter().enumerate().map(move |(place, task)| (task_id(entry.id, place), entry, task))
        });
        let own = self.tasks().into_iter().map(|(entry, task)| (entry.id, entry, task));
        planned
            .filter(|(id, ..)| !self.is_replaced(*id))
            .chain(own)
            .filter(|(_, _, task)| task.state == TaskState::Open)
            .collect()
    }

    /// The task of the plan that stands with this id ([`task_id`]).
    pub fn planned_task(&self, id: EntryId) -> Option<&'e PlanTask> {
        let (entry, plan) = self.plan()?;
        plan.tasks.iter().enumerate().find(|(place, _)| task_id(entry.id, *place) == id).map(|(_, task)| task)
    }

    /// Referrals as they stand.
    pub fn referrals(&self) -> Vec<(&'e Entry, &'e Referral)> {
        self.current(|a| if let Act::Refer(r) = a { Some(&**r) } else { None })
    }

    /// Tripwires that are up.
    pub fn tripwires(&self, now: UtcTime) -> Vec<(&'e Entry, &'e Tripwire)> {
        let mut all = self.current(|a| if let Act::Tripwire(t) = a { Some(&**t) } else { None });
        all.retain(|(_, t)| !t.ended && now < t.expires);
        all
    }

    /// The emergency that was declared and neither ended nor lapsed.
    pub fn emergency(&self, now: UtcTime) -> Option<Overlay<'e>> {
        let overlay = self.last_emergency()?;
        (!overlay.ended && now < overlay.lapses_at).then_some(overlay)
    }

    /// The emergency that was declared last, lapsed or not.
    pub fn last_emergency(&self) -> Option<Overlay<'e>> {
        let at = self.entries.iter().rposition(|e| matches!(e.act, Act::Emergency(_)))?;
        let since = &self.entries[at..];
        let held = since
            .iter()
            .rfind(|e| matches!(e.act, Act::Emergency(_) | Act::EmergencyRenewal(_)))
            .map_or(since[0].at, |e| e.at);
        Some(Overlay {
            declared: &since[0],
            lapses_at: held.plus_minutes(EMERGENCY_HOURS * 60),
            answered: since.iter().any(|e| matches!(e.act, Act::EmergencyAnswers(_))),
            ended: since.iter().any(|e| matches!(e.act, Act::EmergencyEnd(_))),
        })
    }

    /// The oldest emergency that no second person has reviewed. One review is of every emergency declared before it.
    pub fn unreviewed_emergency(&self) -> Option<&'e Entry> {
        let reviewed = self.entries.iter().rposition(|e| matches!(e.act, Act::EmergencyReview(_)));
        self.entries[reviewed.map_or(0, |at| at + 1)..].iter().find(|e| matches!(e.act, Act::Emergency(_)))
    }

    /// The history from the oldest unreviewed emergency on; where all are reviewed, from the last one.
    pub fn since_emergency(&self) -> &'e [Entry] {
        let first = self.unreviewed_emergency().or(self.last_emergency().map(|o| o.declared));
        let at = first.and_then(|first| self.entries.iter().position(|e| e.id == first.id));
        at.map_or(&[], |at| &self.entries[at..])
    }

    /// Who agreed to an entry.
    pub fn concurrences(&self, with: EntryId) -> Vec<(&'e Entry, &'e Concurrence)> {
        self.current(|a| match a {
            Act::Concur(c) if c.with == with => Some(&**c),
            _ => None,
        })
    }

    /// The referral to law enforcement that a second member agreed to, while it holds (thirty days).
    pub fn police_referral(&self, now: UtcTime) -> Option<(&'e Entry, &'e PoliceReferral)> {
        let all = self.current(|a| if let Act::PoliceReferral(r) = a { Some(&**r) } else { None });
        all.into_iter()
            .rev()
            .find(|(e, _)| now < e.at.plus_days(POLICE_DAYS) && !self.concurrences(e.id).is_empty())
    }

    /// What law enforcement asked for by its form, while it holds (thirty days).
    pub fn police_request(&self, now: UtcTime) -> Option<(&'e Entry, &'e PoliceRequest)> {
        let all = self.current(|a| if let Act::PoliceRequest(r) = a { Some(&**r) } else { None });
        all.into_iter().rev().find(|(e, _)| now < e.at.plus_days(POLICE_DAYS))
    }

    /// Members who stand aside: they said so, they reported, or they are the target. Nothing brings them back.
    pub fn recused(&self) -> Vec<&'e StaffId> {
        let mut all: Vec<&StaffId> = self
            .entries
            .iter()
            .filter_map(|e| match &e.act {
                Act::Recuse(r) => Some(&r.member),
                Act::Report(r) => r.reporting_member.as_ref(),
                Act::TargetNotice(n) => n.member.as_ref(),
                _ => None,
            })
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// When the case was last written to.
    pub fn last_at(&self) -> Option<UtcTime> {
        self.entries.iter().map(|e| e.at).max()
    }

    /// When the case last came into the state it is moved to.
    pub fn moved_at(&self) -> Option<UtcTime> {
        self.entries.iter().rev().find(|e| e.moved_to.is_some()).or(self.entries.first()).map(|e| e.at)
    }
}

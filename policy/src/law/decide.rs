//! The decision: one permit in every governing regime, and nothing that closes it.

use std::fmt;

use super::compile::{Guard, Permit};
use super::index::Clauses;
use super::obligation::ObligationSet;
use super::{ClauseRef, Law, Regime};
use crate::facts::{FactId, Facts, Place};

/// Clauses that a decision names, at most. Duties are collected from all that open, named or not.
pub const BASIS_MAX: usize = 16;

/// A few clauses, kept in place.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ClauseList {
    len: u8,
    items: [ClauseRef; BASIS_MAX],
}

impl ClauseList {
    fn push(&mut self, clause: ClauseRef) {
        let len = usize::from(self.len);
        if len < BASIS_MAX && !self.items[..len].contains(&clause) {
            self.items[len] = clause;
            self.len += 1;
        }
    }

    /// The clauses, in order.
    pub fn as_slice(&self) -> &[ClauseRef] {
        &self.items[..usize::from(self.len)]
    }
}

impl fmt::Debug for ClauseList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// A set of regimes, by their places in [`Law::regimes`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct RegimeSet(u16);

impl RegimeSet {
    fn insert(&mut self, regime: usize) {
        self.0 |= 1 << regime;
    }

    /// Whether the regime is in it.
    pub fn contains(self, regime: usize) -> bool {
        self.0 >> regime & 1 == 1
    }

    /// The places of its regimes, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..16).filter(move |regime| self.contains(*regime))
    }
}

/// What the law says to one proposed disclosure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be disclosed as proposed.
    pub permit: bool,
    /// Whether the law itself says that the discloser must. Never true of a denial.
    pub mandatory: bool,
    /// Denied because the law is not settled: counsel decides. Never true of a permit.
    pub ask_counsel: bool,
    /// The regimes that govern, or might.
    pub regimes: RegimeSet,
    /// Permitted: the permits relied on. Denied: the clauses that close, and the rule that denies by default.
    pub basis: ClauseList,
    /// Duties that come with it. None of a denial.
    pub obligations: ObligationSet,
    /// What must travel with it, as bits for [`Law::travels`].
    pub travels: u64,
}

/// How one regime answers.
#[derive(Default)]
pub(super) struct Answer {
    pub opens: bool,
    pub mandatory: bool,
    /// Denied by nothing but unsettled law.
    pub unsettled: bool,
    pub basis: ClauseList,
    pub obligations: ObligationSet,
    pub travels: u64,
}

impl Law {
    /// Decides. Total: every set of facts has an answer, and the answer to doubt is no.
    pub fn decide(&self, facts: &Facts) -> Decision {
        self.decide_among(facts, &self.index.candidates(facts))
    }

    /// Decides as if a clause were not there: what it changes can be seen without another text.
    pub fn decide_without(&self, facts: &Facts, clause: ClauseRef) -> Decision {
        let mut candidates = self.index.candidates(facts);
        candidates.remove(clause.index());
        self.decide_among(facts, &candidates)
    }

    pub(super) fn decide_among(&self, facts: &Facts, candidates: &Clauses) -> Decision {
        let mut decision = Decision {
            permit: true,
            regimes: self.governing_among(facts, candidates),
            ..Decision::default()
        };
        let mut denial = ClauseList::default();
        let mut unsettled = true;
        for regime in decision.regimes.iter() {
            let answer = self.answer(&self.regimes[regime], facts, candidates);
            if answer.opens {
                decision.mandatory |= answer.mandatory;
                decision.obligations = decision.obligations.union(answer.obligations);
                decision.travels |= answer.travels;
                answer.basis.as_slice().iter().for_each(|clause| decision.basis.push(*clause));
            } else {
                decision.permit = false;
                unsettled &= answer.unsettled;
                answer.basis.as_slice().iter().for_each(|clause| denial.push(*clause));
            }
        }
        // With no law loaded at all, nothing opens.
        decision.permit &= decision.regimes.iter().any(|regime| !self.regimes[regime].overlay);
        if decision.permit {
            return decision;
        }
        Decision {
            ask_counsel: unsettled && !denial.as_slice().is_empty(),
            basis: denial,
            regimes: decision.regimes,
            ..Decision::default()
        }
    }

    /// The regimes that govern: those not known not to, and the fallback where none but overlays and what comes on top do.
    // INVARIANT (what comes on top only narrows): a regime that adds never takes the fallback's place, or a label that says
    // more about an item would open what was shut without it.
    pub(super) fn governing(&self, facts: &Facts) -> RegimeSet {
        self.governing_among(facts, &self.index.candidates(facts))
    }

    fn governing_among(&self, facts: &Facts, candidates: &Clauses) -> RegimeSet {
        let mut governing = RegimeSet::default();
        let mut other = false;
        for (index, regime) in self.regimes.iter().enumerate().filter(|(_, regime)| !regime.fallback) {
            if candidates.can_govern(index) && self.nodes.maybe(regime.governs, facts) & facts.lanes() != 0 {
                governing.insert(index);
                other |= !regime.overlay && !regime.adds;
            }
        }
        if !other && let Some(fallback) = self.regimes.iter().position(|regime| regime.fallback) {
            governing.insert(fallback);
        }
        governing
    }

    /// Whether a permit opens, whether or not its regime governs: its condition is known true and nothing closes it.
    /// False of every other clause.
    pub fn opens(&self, clause: ClauseRef, facts: &Facts) -> bool {
        self.permits
            .get(self.permit_places[clause.index()])
            .is_some_and(|permit| self.left_open(permit, facts, &Clauses::ALL).1 != 0)
    }

    /// The permits of a regime that can bear, in order.
    #[inline]
    pub(super) fn permits_of(&self, regime: &Regime, candidates: &Clauses) -> impl Iterator<Item = &Permit> {
        regime.permits.both(candidates).filter_map(|clause| self.permits.get(self.permit_places[clause]))
    }

    /// The permissions with which a permit's condition is known true, and those of them with which nothing closes it.
    pub(super) fn left_open(&self, permit: &Permit, facts: &Facts, candidates: &Clauses) -> (u8, u8) {
        let opened = self.nodes.yes(permit.when, facts) & facts.lanes();
        let mut lanes = opened;
        for guard in among(&self.guards, &permit.guards, candidates) {
            if lanes == 0 {
                break;
            }
            lanes &= self.leaves(guard, facts, permit.by_permission, opened);
        }
        (opened, lanes)
    }

    pub(super) fn answer(&self, regime: &Regime, facts: &Facts, candidates: &Clauses) -> Answer {
        let mut answer = Answer { opens: regime.overlay, ..Answer::default() };
        let mut closed_by = ClauseList::default();
        if regime.overlay {
            let closes = |guard: &&Guard| self.leaves(guard, facts, false, facts.lanes()) == 0;
            let guards = among(&self.guards, &regime.whole_guards, candidates).filter(closes);
            if let Some(unsettled) = close(guards, &mut closed_by) {
                answer.opens = false;
                answer.unsettled = unsettled;
            }
        }
        for permit in self.permits_of(regime, candidates) {
            let (opened, lanes) = self.left_open(permit, facts, candidates);
            if lanes != 0 {
                answer.opens |= !regime.overlay;
                self.rely_on(permit, facts, lanes, candidates, &mut answer);
            } else if opened != 0 && !regime.overlay {
                let closes =
                    |guard: &&Guard| self.leaves(guard, facts, permit.by_permission, opened) != opened;
                let guards = among(&self.guards, &permit.guards, candidates).filter(closes);
                // Where one reading would leave this permit open, counsel can tell.
                answer.unsettled |= close(guards, &mut closed_by) == Some(true);
            }
        }
        if !answer.opens {
            answer.basis = closed_by;
            answer.unsettled |=
                closed_by.as_slice().is_empty() && self.unsettled_as_a_whole(regime, facts, candidates);
            answer.basis.push(regime.default_deny);
        }
        answer
    }

    /// Of the permissions in `lanes`, those that a forbid or limit leaves a permit open with.
    ///
    /// A forbid that is not known false closes unless its exception is known true; a limit that is not known false
    /// closes unless what it demands is known true. A permit that rests on one permission is judged with that
    /// permission, and an objection speaks against it from wherever it stands. Any other permit is judged once: a
    /// condition met by any permission is met.
    pub(super) fn leaves(&self, guard: &Guard, facts: &Facts, by_permission: bool, lanes: u8) -> u8 {
        let when = self.nodes.maybe(guard.when, facts);
        let given = facts.lanes();
        if when & given == 0 {
            return lanes;
        }
        let saved = guard.saved_by.map_or(0, |saved_by| self.nodes.yes(saved_by, facts));
        if !by_permission {
            return if saved & given != 0 { lanes } else { 0 };
        }
        let holds = !when | saved;
        let objections = self.objections(facts);
        if guard.is_forbid && holds & objections != objections { 0 } else { lanes & holds }
    }

    /// The permissions that are, or may be, objections.
    pub(super) fn objections(&self, facts: &Facts) -> u8 {
        if facts.permissions == 0 {
            return 0;
        }
        self.objection_atom.map_or(0, |atom| !facts.permissions_no[atom] & facts.lanes())
    }

    fn rely_on(&self, permit: &Permit, facts: &Facts, lanes: u8, candidates: &Clauses, answer: &mut Answer) {
        answer.basis.push(permit.clause);
        answer.mandatory |= permit.mandatory.is_some_and(|when| self.nodes.yes(when, facts) & lanes != 0);
        answer.obligations = answer.obligations.union(permit.obligations);
        answer.travels |= permit.travels;
        for require in permit.requires.iter().map(|require| &self.requires[*require]) {
            if candidates.has(require.clause.index())
                && self.nodes.yes(require.when, facts) & facts.lanes() != 0
            {
                answer.obligations = answer.obligations.union(require.obligations);
                answer.travels |= require.travels;
            }
        }
    }

    /// Whether an unsettled forbid of the whole regime is known to apply, and no settled one.
    fn unsettled_as_a_whole(&self, regime: &Regime, facts: &Facts, candidates: &Clauses) -> bool {
        let applies = |unsettled: bool| {
            among(&self.guards, &regime.whole_guards, candidates)
                .any(|guard| guard.is_forbid && guard.unsettled == unsettled && self.applies(guard, facts))
        };
        applies(true) && !applies(false)
    }

    /// Whether a forbid is known to apply and no exception is known to.
    pub(super) fn applies(&self, guard: &Guard, facts: &Facts) -> bool {
        let lanes = facts.lanes();
        self.nodes.yes(guard.when, facts) & lanes != 0
            && guard.saved_by.is_none_or(|unless| self.nodes.yes(unless, facts) & lanes == 0)
    }
}

/// The guards at these places that can bear.
fn among<'a>(
    guards: &'a [Guard],
    places: &'a [usize],
    candidates: &'a Clauses,
) -> impl Iterator<Item = &'a Guard> {
    places.iter().map(|place| &guards[*place]).filter(|guard| candidates.has(guard.clause.index()))
}

/// Notes every clause that closes, not only the first met; whether all of them are unsettled, if there is one.
fn close<'a>(guards: impl Iterator<Item = &'a Guard>, closed_by: &mut ClauseList) -> Option<bool> {
    guards.fold(None, |unsettled, guard| {
        closed_by.push(guard.clause);
        Some(unsettled.unwrap_or(true) && guard.unsettled)
    })
}

/// The atom that says a permission is an objection.
pub(super) fn objection_atom() -> Option<usize> {
    let fact = FactId::of("consent.type")?;
    let at = fact.row().kind.values().iter().position(|value| value.name == "objection")?;
    match fact.place() {
        Place::Permission { shift, .. } => Some(shift as usize + at),
        Place::Case { .. } | Place::Count(_) => None,
    }
}

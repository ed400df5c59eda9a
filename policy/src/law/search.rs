//! The search for the cheapest changes that would make conditions true or false, on the conditions as written.
//!
//! Called by `missing.rs`, once for each regime that denies and the facts it denies on. Forbids and limits bear on many
//! permits, so what each of them needs is found once and remembered; a permit that nothing could open any more, because of
//! what nobody can change, is known at once from its compiled condition.

use std::ops::Range;

use super::compile::{Guard, Permit};
use super::eval::NodeRef;
use super::expr::Expr;
use super::index::Clauses;
use super::missing::{Step, Wanted, merged};
use super::{ClauseRef, Law};
use crate::facts::{COUNTS_MAX, Change, FactId, Facts, Kind, Permission, Place, WORDS, vocabulary};

/// Cost of a fact that nobody can change.
const IMPOSSIBLE: u32 = 1_000;
/// Cost of a judgment that nobody has made, and of proposing less.
pub(super) const UNKNOWN: u32 = 2;
/// Cost of what somebody has to obtain or do, and of a judgment that is otherwise now.
const OTHERWISE: u32 = 3;
/// Cost of a fact of the world that is not known: nobody can bring it about.
pub(super) const OF_THE_WORLD: u32 = 5;
/// Cost of one more thing that a permission has to say.
const OF_PERMISSION: u32 = 1;

/// The permission that a condition is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// One that is given, or none where none is.
    Given(usize),
    /// One that could still be given.
    Fresh,
}

/// A search for the cheapest changes that make conditions true or false.
pub(super) struct Search<'a> {
    law: &'a Law,
    facts: &'a Facts,
    /// The clause whose condition is being solved.
    clause: ClauseRef,
    /// Whether impossible ways are told apart too.
    ranking: bool,
    /// What stays as it is, whatever people do: with some permission of which nothing is known; with none, if none is given.
    fixed: Vec<Facts>,
    /// Permissions that can be in view.
    views_max: usize,
    /// What each forbid and limit needs with each of them, as a cost and a part of `remembered_steps`.
    remembered: Vec<Option<(u32, Range<usize>)>>,
    remembered_steps: Vec<Step>,
}

impl<'a> Search<'a> {
    pub(super) fn new(law: &'a Law, facts: &'a Facts) -> Self {
        Self {
            law,
            facts,
            clause: ClauseRef::default(),
            ranking: false,
            fixed: law.fixed_atoms.of(facts),
            views_max: facts.permissions.max(1) + 1,
            remembered: Vec::new(),
            remembered_steps: Vec::new(),
        }
    }

    /// The views to try: each permission given, and one more.
    fn views(&self, by_permission: bool) -> Vec<View> {
        let given = (0..self.facts.permissions.max(1)).map(View::Given);
        if by_permission { given.chain([View::Fresh]).collect() } else { vec![View::Given(0)] }
    }

    /// How far a permit is from opening, counting what nobody can change as very far.
    pub(super) fn distance(&mut self, permit: &Permit) -> u32 {
        let law = self.law;
        let Some(when) = &law.at(permit.clause).when else { return 0 };
        (self.ranking, self.clause) = (true, permit.clause);
        let mut steps = Vec::new();
        let mut least = u32::MAX;
        for view in self.views(permit.by_permission) {
            steps.clear();
            least = least.min(self.solve(when, true, view, &mut steps));
        }
        self.ranking = false;
        least
    }

    /// The cheapest changes that open a permit and satisfy all that could close it.
    pub(super) fn shortest(&mut self, permit: &Permit, candidates: &Clauses) -> Option<Vec<Step>> {
        if !self.is_open(permit.when) {
            return None;
        }
        let law = self.law;
        let when = law.at(permit.clause).when.as_ref()?;
        let mut best: Option<(u32, Vec<Step>)> = None;
        let mut steps = Vec::new();
        for view in self.views(permit.by_permission) {
            steps.clear();
            self.clause = permit.clause;
            let mut cost = self.solve(when, true, view, &mut steps);
            for place in &permit.guards {
                if cost >= IMPOSSIBLE {
                    break;
                }
                if candidates.has(law.guards[*place].clause.index()) {
                    cost += self.satisfied(*place, view, &mut steps);
                }
            }
            if cost < IMPOSSIBLE && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, std::mem::take(&mut steps)));
            }
        }
        best.and_then(|(_, steps)| merged(steps))
    }

    /// Whether a condition could become true by changes that people can make.
    fn is_open(&self, when: NodeRef) -> bool {
        self.fixed.iter().any(|facts| self.law.nodes.maybe_so_far(when, facts) & facts.lanes() != 0)
    }

    /// What a forbid or limit needs with a permission in view: found once, then remembered.
    fn satisfied(&mut self, place: usize, view: View, steps: &mut Vec<Step>) -> u32 {
        let of_view = match view {
            View::Given(lane) => lane,
            View::Fresh => self.views_max - 1,
        };
        let key = place * self.views_max + of_view;
        if self.remembered.is_empty() {
            self.remembered.resize(self.law.guards.len() * self.views_max, None);
        }
        if let Some((cost, range)) = &self.remembered[key] {
            steps.extend_from_slice(&self.remembered_steps[range.clone()]);
            return *cost;
        }
        let (law, start) = (self.law, steps.len());
        let cost = self.satisfy(&law.guards[place], view, steps);
        let from = self.remembered_steps.len();
        self.remembered_steps.extend_from_slice(&steps[start..]);
        self.remembered[key] = Some((cost, from..self.remembered_steps.len()));
        cost
    }

    /// Makes the condition of a forbid or limit false, or what saves from it true.
    fn satisfy(&mut self, guard: &Guard, view: View, steps: &mut Vec<Step>) -> u32 {
        self.clause = guard.clause;
        let clause = self.law.at(guard.clause);
        let saved_by = if guard.is_forbid { &clause.unless } else { &clause.must };
        let mut best = Cheapest::from(steps);
        if let Some(saved_by) = saved_by {
            let cost = self.solve(saved_by, true, view, steps);
            best.offer(cost, steps);
        }
        if let Some(when) = &clause.when {
            let cost = self.solve(when, false, view, steps);
            best.offer(cost, steps);
        }
        best.cost
    }

    /// Adds to `steps` the cheapest changes that make `expr` known to be as wanted; their cost.
    fn solve(&mut self, expr: &'a Expr, wanted: bool, view: View, steps: &mut Vec<Step>) -> u32 {
        match expr {
            Expr::Const(value) => {
                if *value == wanted {
                    0
                } else {
                    IMPOSSIBLE
                }
            }
            Expr::Not(inner) => self.solve(inner, !wanted, view, steps),
            Expr::And(parts) if wanted => self.all(parts, wanted, view, steps),
            Expr::Or(parts) if !wanted => self.all(parts, wanted, view, steps),
            Expr::And(parts) | Expr::Or(parts) => self.cheapest(parts, wanted, view, steps),
            Expr::Define(named) => match self.law.define(named) {
                Some(when) => self.solve(when, wanted, view, steps),
                None => IMPOSSIBLE,
            },
            Expr::AnyPermission(inner) => self.any_permission(inner, wanted, steps),
            Expr::NoPermission => {
                let none = self.facts.lanes() == 1 && self.facts.permissions == 0 && view != View::Fresh;
                if none == wanted { 0 } else { IMPOSSIBLE }
            }
            Expr::Any(fact, bits) => {
                self.atom(*fact, view, steps, if wanted { Wanted::Any(*bits) } else { Wanted::None(*bits) })
            }
            Expr::Within(fact, bits) => {
                let all = all_values(*fact);
                self.atom(
                    *fact,
                    view,
                    steps,
                    if wanted { Wanted::Within(*bits) } else { Wanted::Any(all & !bits) },
                )
            }
            Expr::Known(fact) => {
                if wanted {
                    self.atom(*fact, view, steps, Wanted::Known)
                } else if self.state(*fact, view, Wanted::Known) == Some(true) {
                    IMPOSSIBLE
                } else {
                    0
                }
            }
            Expr::Compare(fact, comparison, number) => {
                self.atom(*fact, view, steps, Wanted::Number(*comparison, *number, wanted))
            }
        }
    }

    fn all(&mut self, parts: &'a [Expr], wanted: bool, view: View, steps: &mut Vec<Step>) -> u32 {
        let mut cost = 0u32;
        for part in parts {
            cost = cost.saturating_add(self.solve(part, wanted, view, steps));
            if cost >= IMPOSSIBLE && !self.ranking {
                break;
            }
        }
        cost
    }

    fn cheapest(&mut self, parts: &'a [Expr], wanted: bool, view: View, steps: &mut Vec<Step>) -> u32 {
        let mut best = Cheapest::from(steps);
        for part in parts {
            let cost = self.solve(part, wanted, view, steps);
            best.offer(cost, steps);
            if cost == 0 {
                break;
            }
        }
        best.cost
    }

    fn any_permission(&mut self, inner: &'a Expr, wanted: bool, steps: &mut Vec<Step>) -> u32 {
        let given = self.facts.permissions.max(1);
        if !wanted {
            return (0..given).fold(0, |cost, lane| {
                cost.saturating_add(self.solve(inner, false, View::Given(lane), steps))
            });
        }
        let mut best = Cheapest::from(steps);
        for view in (0..given).map(View::Given).chain([View::Fresh]) {
            let cost = self.solve(inner, true, view, steps);
            best.offer(cost, steps);
        }
        best.cost
    }

    fn atom(&self, fact: FactId, view: View, steps: &mut Vec<Step>, wanted: Wanted) -> u32 {
        let row = fact.row();
        let state = self.state(fact, view, wanted);
        if state == Some(true) {
            return 0;
        }
        // What a permission says stays said: another one can be given.
        let given = row.of_permission() && view != View::Fresh;
        let more = matches!(wanted, Wanted::Any(_));
        let cost = match (state, row.change) {
            (Some(false), _) if given => IMPOSSIBLE,
            (Some(false), Change::Fixed) => IMPOSSIBLE,
            // Nothing becomes lawful by proposing more.
            (Some(false), Change::Narrow) if more => IMPOSSIBLE,
            (Some(false), Change::Establish) => OTHERWISE,
            _ if given => IMPOSSIBLE,
            _ if row.of_permission() => OF_PERMISSION,
            (None, Change::Fixed) => OF_THE_WORLD,
            (None, Change::Establish) if !row.judgment => OTHERWISE,
            _ => UNKNOWN,
        };
        steps.push(Step { fact, wanted, clause: self.clause, otherwise: state == Some(false), cost });
        cost
    }

    /// Whether the fact is as wanted, if known.
    fn state(&self, fact: FactId, view: View, wanted: Wanted) -> Option<bool> {
        if let Wanted::Number(comparison, number, holds) = wanted {
            return self.facts.count(fact).map(|count| comparison.holds(count, number) == holds);
        }
        let (yes, no) = match view {
            _ if !fact.row().of_permission() => self.facts.bits(fact),
            View::Given(lane) => self.facts.permission_bits(fact, lane),
            View::Fresh => (0, 0),
        };
        let any = |bits: u64| {
            if yes & bits != 0 {
                Some(true)
            } else if no & bits == bits {
                Some(false)
            } else {
                None
            }
        };
        match wanted {
            Wanted::Any(bits) => any(bits),
            Wanted::None(bits) => any(bits).map(|any| !any),
            Wanted::Within(bits) => any(all_values(fact) & !bits).map(|any| !any),
            Wanted::Known => {
                let known = (yes | no) & all_values(fact) == all_values(fact)
                    || self.facts.count(fact).is_some() && fact.row().kind == Kind::Count;
                known.then_some(true)
            }
            Wanted::Number(..) => None,
        }
    }
}

/// The cheapest of several ways, each added to the end of the steps in turn; the others are taken off again.
struct Cheapest {
    cost: u32,
    start: usize,
    end: usize,
}

impl Cheapest {
    fn from(steps: &[Step]) -> Self {
        Self { cost: IMPOSSIBLE, start: steps.len(), end: steps.len() }
    }

    /// Judges the way whose steps were added last. A tie goes to the earlier way.
    fn offer(&mut self, cost: u32, steps: &mut Vec<Step>) {
        if cost < self.cost {
            steps.drain(self.start..self.end);
            self.cost = cost;
            self.end = steps.len();
        } else {
            steps.truncate(self.end);
        }
    }
}

/// Every value of a fact, as bits.
pub(super) fn all_values(fact: FactId) -> u64 {
    match fact.row().kind.values().len() {
        0 => 1,
        64 => u64::MAX,
        count => (1 << count) - 1,
    }
}

/// The atoms that stay as they are known, whatever people do: of facts that nobody can change all, of what the sender can
/// only propose less of those known not to be.
#[derive(Debug)]
pub(super) struct FixedAtoms {
    pub(super) yes: [u64; WORDS],
    no: [u64; WORDS],
    counts: [bool; COUNTS_MAX],
}

impl FixedAtoms {
    pub(super) fn new() -> Self {
        let mut fixed = Self { yes: [0; WORDS], no: [0; WORDS], counts: [false; COUNTS_MAX] };
        for fact in vocabulary().facts() {
            match (fact.place(), fact.row().change) {
                (Place::Case { word, mask, .. }, Change::Fixed) => {
                    fixed.yes[word] |= mask;
                    fixed.no[word] |= mask;
                }
                (Place::Case { word, mask, .. }, Change::Narrow) => fixed.no[word] |= mask,
                (Place::Count(slot), Change::Fixed) => fixed.counts[slot] = true,
                _ => {}
            }
        }
        fixed
    }

    /// What of these facts stays, with a permission that may say anything, and without any where none is given.
    fn of(&self, facts: &Facts) -> Vec<Facts> {
        let mut stays = Facts::new();
        for word in 0..WORDS {
            stays.yes[word] = facts.yes[word] & self.yes[word];
            stays.no[word] = facts.no[word] & self.no[word];
        }
        for slot in 0..COUNTS_MAX {
            stays.counts[slot] = facts.counts[slot].filter(|_| self.counts[slot]);
        }
        let mut with_some = stays.clone();
        // There is room for one.
        let _ = with_some.add_permission(Permission::new());
        if facts.permissions == 0 { vec![with_some, stays] } else { vec![with_some] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::{Draft, Rng, random};
    use super::*;

    #[test]
    fn what_is_remembered_and_left_out_changes_no_way() {
        let law = Law::embedded();
        let (mut found, mut left_out) = (0, 0);
        for seed in 0..300 {
            let mut rng = Rng(seed);
            let mut draft = Draft::default();
            let near = &law.permits[rng.below(law.permits.len())];
            let met = draft.ask(law, law.at(near.clause).when.as_ref().unwrap(), true, &mut rng);
            let facts = if met && rng.chance(70) { draft.facts(&mut rng) } else { random(&mut rng) };
            let candidates = law.index.candidates_for_any_permission(&facts);
            let mut together = Search::new(law, &facts);
            for permit in &law.permits {
                let way = together.shortest(permit, &candidates);
                let mut alone = Search::new(law, &facts);
                let open = alone.is_open(permit.when);
                // as if everything could change
                alone.fixed = vec![Facts::new(), together.fixed[0].clone()];
                alone.fixed[0].add_permission(Permission::new()).unwrap();
                let slow = alone.shortest(permit, &candidates);
                assert_eq!(way, slow, "seed {seed}, {}", law.at(permit.clause).id);
                found += u32::from(way.is_some());
                left_out += u32::from(!open);
            }
        }
        assert!(found > 1000 && left_out > 1000, "{found} ways, {left_out} permits left out");
    }
}

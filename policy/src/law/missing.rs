//! What would have to be established for a denied disclosure to become lawful.
//!
//! For each permit that could still open, the shortest set of facts that would open it is searched on the conditions as
//! written, applied to a copy of the facts, and kept only if the permit then opens. Facts that nobody can change (who
//! the recipient is, what kind of record it is, how old somebody is) are never offered. The text says what must be
//! *established*, and by whom where it is a judgment; it never says what to enter.

use std::cmp::Reverse;

use super::compile::{Guard, Permit};
use super::expr::Expr;
use super::index::Clauses;
use super::need::{Need, needs};
use super::{ClauseRef, Comparison, Law};
use crate::facts::{Change, FactId, FactValue, Facts, Kind, Permission};

/// Ways listed for each regime, at most.
pub const MISSING_MAX: usize = 6;
/// Things that one way may need.
const NEEDS_MAX: usize = 12;
/// Ways that are looked at for a law that denies, once another law's denial is mended.
const NEXT_WAYS_MAX: usize = 3;
/// Laws mended one after the other in one way.
const MENDED_MAX: usize = 6;
/// Ways in which the whole disclosure could become lawful, at most.
pub const WHOLE_WAYS_MAX: usize = 256;

/// Cost of a fact that nobody can change.
const IMPOSSIBLE: u32 = 1_000;
/// Cost of a judgment that nobody has made, and of proposing less.
const UNKNOWN: u32 = 2;
/// Cost of what somebody has to obtain or do, and of a judgment that is otherwise now.
const OTHERWISE: u32 = 3;
/// Cost of a fact of the world that is not known: nobody can bring it about.
const OF_THE_WORLD: u32 = 5;
/// Cost of one more thing that a permission has to say.
const OF_PERMISSION: u32 = 1;
/// Cost of a permission that has all it needs, at most.
const PERMISSION: u32 = 4;

/// One way in which one regime could open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Short name of the regime.
    pub regime: String,
    /// Id of the permit that would open it.
    pub clause: String,
    /// Its citation.
    pub citation: String,
    /// All that would have to be established, together.
    pub needs: Vec<Need>,
    pub(super) clause_ref: ClauseRef,
}

/// One way in which the whole disclosure could become lawful: every law that denies it now, mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeWay {
    /// The permits that would open, one for each law that denies now or would then.
    pub permits: Vec<ClauseRef>,
    /// All that would have to be established, together.
    pub needs: Vec<Need>,
    cost: u32,
}

/// One change to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub fact: FactId,
    pub wanted: Wanted,
    /// The clause that needs it.
    pub clause: ClauseRef,
    /// Whether it is known to be otherwise now.
    pub otherwise: bool,
    cost: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Any of these values, as bits in the order of the fact's list.
    Any(u64),
    /// None of these values.
    None(u64),
    /// No values but these.
    Within(u64),
    /// A number that compares so, or does not.
    Number(Comparison, i32, bool),
    /// Known, one way or the other.
    Known,
}

/// The permission that a condition is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// One that is given, or none where none is.
    Given(usize),
    /// One that could still be given.
    Fresh,
}

impl Law {
    /// The ways in which a regime could open, shortest first, at most [`MISSING_MAX`].
    pub(super) fn ways(&self, regime: usize, facts: &Facts, candidates: &Clauses) -> Vec<Missing> {
        let found = self.found(regime, facts, candidates, MISSING_MAX);
        found.iter().map(|way| self.way(way.permit, &way.steps)).collect()
    }

    /// Every way in which a denied disclosure could become lawful, those with the fewest needs first: one for each
    /// provision that could open, with what every other law that governs would need too. Each was tried: with its needs
    /// established, the answer is yes. Empty of a permit, and where nothing can mend it.
    pub fn whole_ways(&self, facts: &Facts) -> Vec<WholeWay> {
        let mut out = Vec::new();
        if !self.decide(facts).permit {
            self.mend(facts, &WholeWay { permits: Vec::new(), needs: Vec::new(), cost: 0 }, &mut out);
        }
        out.sort_by_key(|way| (way.needs.len(), way.cost));
        out
    }

    /// Tries the ways of the first law that denies, then goes on with what then denies.
    fn mend(&self, facts: &Facts, so_far: &WholeWay, out: &mut Vec<WholeWay>) {
        let decision = self.decide(facts);
        if decision.permit {
            if !out.iter().any(|way| way.needs == so_far.needs) {
                out.push(so_far.clone());
            }
            return;
        }
        let candidates = self.index.candidates(facts);
        let denies = |regime: &usize| !self.answer(&self.regimes[*regime], facts, &candidates).opens;
        let Some(regime) = decision.regimes.iter().find(denies) else { return };
        if so_far.permits.len() == MENDED_MAX {
            return;
        }
        let most = if so_far.permits.is_empty() { WHOLE_WAYS_MAX } else { NEXT_WAYS_MAX };
        for way in self.found(regime, facts, &self.index.candidates_for_any_permission(facts), most) {
            if out.len() == WHOLE_WAYS_MAX {
                return;
            }
            let Some(then) = apply(facts, &way.steps) else { continue };
            let mut longer = so_far.clone();
            longer.permits.push(way.permit.clause);
            longer.cost += way.cost;
            for need in needs(self, &way.steps) {
                if !longer.needs.contains(&need) {
                    longer.needs.push(need);
                }
            }
            self.mend(&then, &longer, out);
        }
    }

    /// The ways in which a regime could open, cheapest first, each tried.
    fn found(&self, regime: usize, facts: &Facts, candidates: &Clauses, most: usize) -> Vec<Found<'_>> {
        let mut found: Vec<(Reverse<i32>, Found<'_>)> = Vec::new();
        for permit in self.permits_of(&self.regimes[regime], candidates) {
            if let Some(steps) = Search::new(self, facts, permit.clause).shortest(permit, candidates) {
                let cost = cost(&steps).saturating_sub(u32::from(permit.names_case) * UNKNOWN);
                found.push((Reverse(self.bearing(permit.when, facts)), Found { cost, permit, steps }));
            }
        }
        found.sort_by_key(|(bearing, way)| (way.cost, *bearing, way.permit.clause));
        let opens = |way: &Found<'_>| {
            let then = apply(facts, &way.steps);
            then.is_some_and(|then| self.left_open(way.permit, &then, &Clauses::ALL).1 != 0)
        };
        let short = found.into_iter().map(|(_, way)| way).filter(|way| way.steps.len() <= NEEDS_MAX);
        short.filter(opens).take(most).collect()
    }

    /// How far a permit is from opening, counting what nobody can change as very far.
    pub(super) fn distance(&self, permit: &Permit, facts: &Facts) -> u32 {
        let Some(when) = &self.at(permit.clause).when else { return 0 };
        let mut search = Search { ranking: true, ..Search::new(self, facts, permit.clause) };
        let views = search.views(permit.by_permission);
        views
            .into_iter()
            .map(|view| search.solve(when, true, view, &mut Vec::new()))
            .min()
            .unwrap_or(IMPOSSIBLE)
    }

    fn way(&self, permit: &Permit, steps: &[Step]) -> Missing {
        let clause = self.at(permit.clause);
        Missing {
            regime: self.regimes[usize::from(clause.regime)].id.clone(),
            clause: clause.id.clone(),
            citation: clause.citation.clone(),
            needs: needs(self, steps),
            clause_ref: permit.clause,
        }
    }
}

/// A way found, before it is put into words.
struct Found<'a> {
    cost: u32,
    permit: &'a Permit,
    steps: Vec<Step>,
}

/// The facts with all steps taken; none if two contradict each other or there is no room for a permission.
fn apply(facts: &Facts, steps: &[Step]) -> Option<Facts> {
    let mut facts = facts.clone();
    let mut permission = Permission::new();
    let mut fresh = false;
    for step in steps {
        let row = step.fact.row();
        let values = row.kind.values();
        let words = |bits: u64| -> Vec<&str> {
            values
                .iter()
                .enumerate()
                .filter(|(at, _)| bits >> at & 1 == 1)
                .map(|(_, value)| value.name)
                .collect()
        };
        let listed = facts.listed(step.fact);
        let list;
        let value = match (row.kind, step.wanted) {
            (Kind::Flag, Wanted::Any(_) | Wanted::Known) => FactValue::Flag(true),
            (Kind::Flag, _) => FactValue::Flag(false),
            (Kind::Count, Wanted::Number(comparison, number, holds)) => {
                let fits = |count: &i32| comparison.holds(*count, number) == holds;
                let near = [number, number.saturating_sub(1), number.saturating_add(1)];
                FactValue::Count(near.into_iter().find(fits)?)
            }
            (Kind::Count, _) => FactValue::Count(0),
            (Kind::One(_), Wanted::Any(bits)) => FactValue::Word(words(bits).first()?),
            (Kind::One(_), Wanted::None(bits)) => FactValue::Word(words(!bits).first()?),
            (Kind::One(_), _) => FactValue::Word(values.first()?.name),
            (Kind::Some(_) | Kind::List(_), wanted) => {
                let bits = match wanted {
                    Wanted::Any(bits) => listed.unwrap_or(0) | bits & bits.wrapping_neg(),
                    Wanted::None(bits) => listed.unwrap_or(0) & !bits,
                    Wanted::Within(bits) => listed.unwrap_or(u64::MAX) & bits,
                    Wanted::Number(..) | Wanted::Known => listed.unwrap_or(0),
                };
                list = words(bits);
                FactValue::Words(&list)
            }
        };
        if row.of_permission() {
            fresh = true;
            permission.set_fact(step.fact, value).ok()?;
        } else {
            facts.set_fact(step.fact, value).ok()?;
        }
    }
    if fresh {
        facts.add_permission(permission).ok()?;
    }
    Some(facts)
}

/// A search for the cheapest changes that make conditions true or false.
struct Search<'a> {
    law: &'a Law,
    facts: &'a Facts,
    /// The clause whose condition is being solved.
    clause: ClauseRef,
    /// Whether impossible ways are told apart too.
    ranking: bool,
}

impl<'a> Search<'a> {
    fn new(law: &'a Law, facts: &'a Facts, clause: ClauseRef) -> Self {
        Self { law, facts, clause, ranking: false }
    }

    /// The views to try: each permission given, and one more.
    fn views(&self, by_permission: bool) -> Vec<View> {
        let given = (0..self.facts.permissions.max(1)).map(View::Given);
        if by_permission { given.chain([View::Fresh]).collect() } else { vec![View::Given(0)] }
    }

    /// The cheapest changes that open a permit and satisfy all that could close it.
    fn shortest(&mut self, permit: &Permit, candidates: &Clauses) -> Option<Vec<Step>> {
        let when = self.law.at(permit.clause).when.as_ref()?;
        let mut best: Option<(u32, Vec<Step>)> = None;
        for view in self.views(permit.by_permission) {
            let mut steps = Vec::new();
            self.clause = permit.clause;
            let mut cost = self.solve(when, true, view, &mut steps);
            for guard in permit.guards.iter().map(|guard| &self.law.guards[*guard]) {
                if cost >= IMPOSSIBLE {
                    break;
                }
                if candidates.has(guard.clause.index()) {
                    cost += self.satisfy(guard, view, &mut steps);
                }
            }
            if cost < IMPOSSIBLE && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, steps));
            }
        }
        best.and_then(|(_, steps)| merged(steps))
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
fn all_values(fact: FactId) -> u64 {
    match fact.row().kind.values().len() {
        0 => 1,
        64 => u64::MAX,
        count => (1 << count) - 1,
    }
}

/// What a way costs: one permission has one price, whatever it has to say.
fn cost(steps: &[Step]) -> u32 {
    let (of_permission, others): (Vec<&Step>, Vec<&Step>) =
        steps.iter().partition(|step| step.fact.row().of_permission());
    let sum = |steps: &[&Step]| steps.iter().map(|step| step.cost).sum::<u32>();
    sum(&others) + sum(&of_permission).min(PERMISSION)
}

/// The steps, those about the same fact made one; nothing if two of them contradict each other.
fn merged(steps: Vec<Step>) -> Option<Vec<Step>> {
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        let one_value = matches!(step.fact.row().kind, Kind::Flag | Kind::One(_));
        let same = out.iter_mut().find(|kept| {
            kept.fact == step.fact
                && (kept.wanted == step.wanted || one_value && step.wanted != Wanted::Known)
        });
        let Some(kept) = same else {
            out.push(step);
            continue;
        };
        if kept.wanted != step.wanted {
            let left = kept.left() & step.left();
            if left == 0 {
                return None;
            }
            // What is left of a flag is what both asked for.
            if step.fact.row().kind != Kind::Flag {
                kept.wanted = Wanted::Any(left);
            }
        }
    }
    Some(out)
}

impl Step {
    /// The values that are left for a fact with one value; of a flag, bit 0 is true and bit 1 false.
    fn left(&self) -> u64 {
        let all = if self.fact.row().kind == Kind::Flag { 0b11 } else { all_values(self.fact) };
        match self.wanted {
            Wanted::Any(bits) => bits,
            Wanted::None(bits) => all & !bits,
            Wanted::Within(_) | Wanted::Number(..) | Wanted::Known => all,
        }
    }
}

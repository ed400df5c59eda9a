//! What would have to be established for a denied disclosure to become lawful.
//!
//! For each permit that could still open, the shortest set of facts that would open it is searched on the conditions as
//! written, applied to a copy of the facts, and kept only if the permit then opens. Facts that nobody can change (who
//! the recipient is, what kind of record it is, how old somebody is) are never offered. The text says what must be
//! *established*, and by whom where it is a judgment; it never says what to enter.

use std::cmp::Reverse;

use super::compile::Permit;
use super::index::Clauses;
use super::need::{Need, needs};
use super::search::{OF_THE_WORLD, Search, UNKNOWN, all_values};
use super::{ClauseRef, Comparison, Law};
use crate::facts::{FactId, FactValue, Facts, Kind, Permission};

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
    /// Things among them that nobody can bring about: what a record or a person is, and nobody has said.
    given: usize,
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
    pub(super) cost: u32,
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

impl Law {
    /// The ways in which a regime could open, shortest first, at most [`MISSING_MAX`].
    pub(super) fn ways(&self, regime: usize, facts: &Facts, candidates: &Clauses) -> Vec<Missing> {
        let found = self.found(regime, facts, candidates, MISSING_MAX);
        found.iter().map(|way| self.way(way.permit, &way.steps)).collect()
    }

    /// Every way in which a denied disclosure could become lawful, those with the fewest needs first; of as many, those
    /// that people can bring about before those that hang on what a record or a person is and nobody has said: one for each
    /// provision that could open, with what every other law that governs would need too. Each was tried: with its needs
    /// established, the answer is yes. Empty of a permit, and where nothing can mend it.
    pub fn whole_ways(&self, facts: &Facts) -> Vec<WholeWay> {
        let mut out = Vec::new();
        if !self.decide(facts).permit {
            self.mend(
                facts,
                &WholeWay { permits: Vec::new(), needs: Vec::new(), cost: 0, given: 0 },
                &mut out,
            );
        }
        out.sort_by_key(|way| (way.needs.len(), way.given, way.cost));
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
            longer.given += given(&way.steps);
            for need in needs(self, &way.steps) {
                if !longer.needs.contains(&need) {
                    longer.needs.push(need);
                }
            }
            self.mend(&then, &longer, out);
        }
    }

    /// The ways in which a regime could open, cheapest first, those that nobody can bring about last; each tried.
    fn found(&self, regime: usize, facts: &Facts, candidates: &Clauses, most: usize) -> Vec<Found<'_>> {
        let mut found: Vec<(Reverse<i32>, Found<'_>)> = Vec::new();
        let mut search = Search::new(self, facts);
        for permit in self.permits_of(&self.regimes[regime], candidates) {
            if let Some(steps) = search.shortest(permit, candidates) {
                let cost = cost(&steps).saturating_sub(u32::from(permit.names_case) * UNKNOWN);
                found.push((Reverse(self.bearing(permit.when, facts)), Found { cost, permit, steps }));
            }
        }
        found.sort_by_key(|(bearing, way)| (given(&way.steps), way.cost, *bearing, way.permit.clause));
        let opens = |way: &Found<'_>| {
            let then = apply(facts, &way.steps);
            then.is_some_and(|then| self.left_open(way.permit, &then, &Clauses::ALL).1 != 0)
        };
        let short = found.into_iter().map(|(_, way)| way).filter(|way| way.steps.len() <= NEEDS_MAX);
        short.filter(opens).take(most).collect()
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

/// Steps that nobody can take: what the record, a person or a party is, where nobody has said. A way that hangs on one is
/// of use only to somebody who finds that it is so, and comes after all that people can bring about.
fn given(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.cost == OF_THE_WORLD).count()
}

/// What a way costs: one permission has one price, whatever it has to say.
fn cost(steps: &[Step]) -> u32 {
    let (of_permission, others): (Vec<&Step>, Vec<&Step>) =
        steps.iter().partition(|step| step.fact.row().of_permission());
    let sum = |steps: &[&Step]| steps.iter().map(|step| step.cost).sum::<u32>();
    sum(&others) + sum(&of_permission).min(PERMISSION)
}

/// The steps, those about the same fact made one; nothing if two of them contradict each other.
pub(super) fn merged(steps: Vec<Step>) -> Option<Vec<Step>> {
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

//! Which clauses can matter at all, given the few facts that nearly every clause asks about.
//!
//! A condition that is known false with only one fact known stays false whatever else becomes known (Kleene logic is
//! monotone; `known(..)` is taken as open here, since more may become known). So for each value of an indexed fact the
//! clauses that can still bear are found once, when the law is loaded, and a decision looks only at those in all rows
//! that apply.

use super::Law;
use super::compile::CLAUSES_MAX;
use super::eval::bits;
use crate::facts::{FactId, FactValue, Facts, Kind, Permission, Place};

/// Facts that the index is built over: each an enumeration with one value.
const INDEXED: [&str; 7] = [
    "purpose",
    "recipient.sector",
    "record.kind",
    "record.obtained_via",
    "circumstances.legal_process",
    "discloser.sector",
    "subject.state",
];
/// Words of a set of clauses.
const WORDS: usize = CLAUSES_MAX / 64;

/// A set of clauses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clauses([u64; WORDS]);

impl Clauses {
    /// Every clause.
    pub const ALL: Self = Self([u64::MAX; WORDS]);
    /// No clause.
    pub const NONE: Self = Self([0; WORDS]);

    #[inline]
    pub fn has(&self, clause: usize) -> bool {
        self.0.get(clause / 64).is_some_and(|word| word >> (clause % 64) & 1 == 1)
    }

    pub fn remove(&mut self, clause: usize) {
        if let Some(word) = self.0.get_mut(clause / 64) {
            *word &= !(1 << (clause % 64));
        }
    }

    pub fn insert(&mut self, clause: usize) {
        if let Some(word) = self.0.get_mut(clause / 64) {
            *word |= 1 << (clause % 64);
        }
    }

    /// The clauses that are in both sets, in order.
    #[inline]
    pub fn both(&self, other: &Self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().zip(&other.0).enumerate();
        words.flat_map(|(at, (word, other))| bits(word & other).map(move |bit| at * 64 + bit))
    }

    #[inline]
    fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }
}

/// The rows of one indexed fact, one for each of its values.
#[derive(Debug)]
struct Rows {
    word: usize,
    shift: u32,
    mask: u64,
    of_value: Vec<Clauses>,
}

/// For each value of an indexed fact, the clauses that can still bear.
#[derive(Debug, Default)]
pub(super) struct Index {
    facts: Vec<Rows>,
    /// With no permission, and with some.
    permissions: Option<[Clauses; 2]>,
}

impl Index {
    pub fn new(law: &Law) -> Self {
        let facts = INDEXED
            .iter()
            .filter_map(|path| FactId::of(path))
            .filter_map(|fact| {
                let (Place::Case { word, shift, mask }, Kind::One(values)) = (fact.place(), fact.row().kind)
                else {
                    return None;
                };
                let of_value = values
                    .iter()
                    .map(|value| {
                        let mut facts = Facts::new();
                        // The value is from the fact's own list.
                        let _ = facts.set_fact(fact, FactValue::Word(value.name));
                        still_bearing(law, &[facts.clone(), with_some_permission(facts)])
                    })
                    .collect();
                Some(Rows { word, shift, mask, of_value })
            })
            .collect();
        let none = still_bearing(law, &[Facts::new()]);
        let some = still_bearing(law, &[with_some_permission(Facts::new())]);
        Self { facts, permissions: Some([none, some]) }
    }

    /// The clauses that can bear on these facts.
    #[inline]
    pub fn candidates(&self, facts: &Facts) -> Clauses {
        let permissions = match &self.permissions {
            Some([none, some]) => *if facts.permissions == 0 { none } else { some },
            None => Clauses::ALL,
        };
        self.narrowed(permissions, facts)
    }

    /// The clauses that could bear if any permission were given beside these facts.
    pub fn candidates_for_any_permission(&self, facts: &Facts) -> Clauses {
        self.narrowed(Clauses::ALL, facts)
    }

    #[inline]
    fn narrowed(&self, mut candidates: Clauses, facts: &Facts) -> Clauses {
        for rows in &self.facts {
            let value = facts.yes[rows.word] & rows.mask;
            if value != 0
                && let Some(row) = rows.of_value.get((value.trailing_zeros() - rows.shift) as usize)
            {
                candidates.keep(row);
            }
        }
        candidates
    }
}

/// One permission of which nothing is known, which stands for any number of any kind.
fn with_some_permission(mut facts: Facts) -> Facts {
    // There is room for one.
    let _ = facts.add_permission(Permission::new());
    facts
}

/// The clauses whose condition is not known false in all of these cases.
fn still_bearing(law: &Law, cases: &[Facts]) -> Clauses {
    let mut clauses = Clauses::ALL;
    let permits = law.permits.iter().map(|permit| (permit.clause, permit.when));
    let guards = law.guards.iter().map(|guard| (guard.clause, guard.when));
    let requires = law.requires.iter().map(|require| (require.clause, require.when));
    for (clause, when) in permits.chain(guards).chain(requires) {
        let bears = |facts: &Facts| law.nodes.maybe_so_far(when, facts) & facts.lanes() != 0;
        if !cases.iter().any(bears) {
            clauses.remove(clause.index());
        }
    }
    clauses
}

#[cfg(test)]
#[path = "../../tests/law/cases.rs"]
mod cases;

#[cfg(test)]
mod tests {
    use super::cases::{Draft, Rng, random};
    use super::*;

    #[test]
    fn what_the_index_leaves_out_never_bears() {
        let law = Law::embedded();
        let (mut permits, mut left_out) = (0, 0);
        for seed in 0..4000 {
            let mut rng = Rng(seed);
            let mut draft = Draft::default();
            let permit = &law.permits[rng.below(law.permits.len())];
            let when = law.at(permit.clause).when.as_ref().unwrap();
            let met = rng.chance(80) && draft.ask(law, when, true, &mut rng);
            let mut facts = if met { draft.facts(&mut rng) } else { random(&mut rng) };
            if rng.chance(80) {
                // an ordinary holder: of the federal regimes at most one governs
                facts.close_adverse();
                for path in ["discloser.ferpa_covered", "discloser.part2_program", "discloser.cfr23_system"] {
                    if !facts.knows(FactId::of(path).unwrap()) {
                        facts.set(path, false).unwrap();
                    }
                }
            }
            let candidates = law.index.candidates(&facts);
            let decision = law.decide(&facts);
            assert_eq!(law.decide_among(&facts, &Clauses::ALL), decision, "seed {seed}");
            permits += u32::from(decision.permit);
            left_out += u32::from((0..law.clauses().len()).any(|clause| !candidates.has(clause)));
        }
        assert!(permits > 20 && left_out > 2000, "{permits} permits, {left_out} with something left out");
    }
}

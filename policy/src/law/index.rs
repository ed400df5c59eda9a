//! Which clauses can matter at all, given the few facts that nearly every clause asks about.
//!
//! A condition that is known false with only one fact known stays false whatever else becomes known (Kleene logic is
//! monotone; `known(..)` is taken as open here, since more may become known). So for each value of an indexed fact the
//! clauses that can still bear and the regimes that can still govern are found once, when the law is loaded, and a
//! decision looks only at those in all rows that apply: clauses of regimes that do not govern cost it nothing.

use super::Law;
use super::compile::{CLAUSES_MAX, REGIMES_MAX};
use super::eval::{NodeRef, bits};
use crate::facts::{FactId, FactValue, Facts, Kind, Permission, Place, vocabulary};

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

// One bit for each regime.
const _: () = assert!(REGIMES_MAX <= u16::BITS as usize);

/// What can matter: a set of clauses, and of regimes by their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clauses {
    words: [u64; WORDS],
    regimes: u16,
}

impl Clauses {
    /// Every clause and regime.
    pub const ALL: Self = Self { words: [u64::MAX; WORDS], regimes: u16::MAX };
    /// No clause and no regime.
    pub const NONE: Self = Self { words: [0; WORDS], regimes: 0 };

    #[inline]
    pub fn has(&self, clause: usize) -> bool {
        self.words.get(clause / 64).is_some_and(|word| word >> (clause % 64) & 1 == 1)
    }

    pub fn remove(&mut self, clause: usize) {
        if let Some(word) = self.words.get_mut(clause / 64) {
            *word &= !(1 << (clause % 64));
        }
    }

    pub fn insert(&mut self, clause: usize) {
        if let Some(word) = self.words.get_mut(clause / 64) {
            *word |= 1 << (clause % 64);
        }
    }

    /// The clauses that are in both sets, in order.
    #[inline]
    pub fn both(&self, other: &Self) -> impl Iterator<Item = usize> {
        let words = self.words.iter().zip(&other.words).enumerate();
        words.flat_map(|(at, (word, other))| bits(word & other).map(move |bit| at * 64 + bit))
    }

    #[inline]
    fn keep(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
        self.regimes &= other.regimes;
    }

    /// Whether a regime can govern.
    #[inline]
    pub fn can_govern(&self, regime: usize) -> bool {
        self.regimes >> regime & 1 == 1
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

/// The regimes that can still govern with a flag known, one way and the other.
#[derive(Debug)]
struct FlagRow {
    word: usize,
    bit: u64,
    if_true: u16,
    if_false: u16,
}

/// For each value of an indexed fact, the clauses that can still bear.
#[derive(Debug, Default)]
pub(super) struct Index {
    facts: Vec<Rows>,
    /// Flags that decide whether some regime governs.
    flags: Vec<FlagRow>,
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
        Self { facts, flags: flags(law), permissions: Some([none, some]) }
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
        for row in &self.flags {
            if facts.no[row.word] & row.bit != 0 {
                candidates.regimes &= row.if_false;
            } else if facts.yes[row.word] & row.bit != 0 {
                candidates.regimes &= row.if_true;
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

/// Whether a condition is not known false in all of these cases.
fn open(law: &Law, when: NodeRef, cases: &[Facts]) -> bool {
    cases.iter().any(|facts| law.nodes.maybe_so_far(when, facts) & facts.lanes() != 0)
}

/// The regimes that may govern in some of these cases. A fallback governs by what others do.
fn still_governing(law: &Law, cases: &[Facts]) -> u16 {
    let regimes = law.regimes.iter().enumerate();
    let out = regimes.filter(|(_, regime)| !regime.fallback && !open(law, regime.governs, cases));
    out.fold(u16::MAX, |regimes, (at, _)| regimes & !(1 << at))
}

/// The flags of which one value alone says that some regime does not govern.
fn flags(law: &Law) -> Vec<FlagRow> {
    let flags = vocabulary().facts().filter(|fact| fact.row().kind == Kind::Flag);
    flags
        .filter_map(|fact| {
            let Place::Case { word, mask, .. } = fact.place() else { return None };
            let with = |value: bool| {
                let mut facts = Facts::new();
                // A flag takes either value.
                let _ = facts.set_fact(fact, FactValue::Flag(value));
                still_governing(law, &[facts.clone(), with_some_permission(facts)])
            };
            let (if_true, if_false) = (with(true), with(false));
            (if_true & if_false != u16::MAX).then_some(FlagRow { word, bit: mask, if_true, if_false })
        })
        .collect()
}

/// The clauses and regimes whose condition is not known false in all of these cases.
fn still_bearing(law: &Law, cases: &[Facts]) -> Clauses {
    let mut clauses = Clauses::ALL;
    let permits = law.permits.iter().map(|permit| (permit.clause, permit.when));
    let guards = law.guards.iter().map(|guard| (guard.clause, guard.when));
    let requires = law.requires.iter().map(|require| (require.clause, require.when));
    for (clause, when) in permits.chain(guards).chain(requires) {
        if !open(law, when, cases) {
            clauses.remove(clause.index());
        }
    }
    clauses.regimes = still_governing(law, cases);
    clauses
}

#[cfg(test)]
mod tests {
    use super::super::cases::{Draft, Rng, random};
    use super::*;

    #[test]
    fn what_the_index_leaves_out_never_bears() {
        let law = Law::embedded();
        let (mut permits, mut left_out, mut regimes_out) = (0, 0, 0);
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
            regimes_out += u32::from((0..law.regimes().len()).any(|regime| !candidates.can_govern(regime)));
            permits += u32::from(decision.permit);
            left_out += u32::from((0..law.clauses().len()).any(|clause| !candidates.has(clause)));
        }
        assert!(permits > 20 && left_out > 2000, "{permits} permits, {left_out} with something left out");
        assert!(regimes_out > 2000, "{regimes_out} with a regime left out");
    }
}

//! To know more: no permit rests on what is unknown, and what helps in one case helps in every case that establishes more.
//!
//! Two cases side by side: in the second everything is established that is in the first, in the same way, and more. Asked
//! of each permit by itself, and of the whole decision where the same regimes govern in both cases.

#[path = "../common/asked.rs"]
mod asked;

use std::collections::BTreeSet;
use std::time::Instant;

use policy::facts::{FactId, Kind, vocabulary};
use policy::law::{ClauseRef, Effect, Law};
use serde::Deserialize;

use asked::asked_to_be_known;

use crate::atoms::{Case, LANES};
use crate::circuit::{Circuit, Wire};
use crate::claims::witness;
use crate::prover::{Prover, shortened};
use crate::reading::Reading;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    presumed: Vec<Presumed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presumed {
    fact: String,
    /// Of a flag: the value that speaks against the disclosure. Without it, either can.
    against: Option<bool>,
    why: String,
}

fn presumed() -> Vec<(FactId, Presumed)> {
    let file: File = toml::from_str(include_str!("presumed.toml")).unwrap();
    file.presumed
        .into_iter()
        .map(|row| (FactId::of(&row.fact).unwrap_or_else(|| panic!("{}: no such fact", row.fact)), row))
        .inspect(|(_, row)| assert!(!row.why.is_empty()))
        .collect()
}

/// Facts that `presumed.toml` lists more than once.
pub fn presumed_twice() -> Vec<String> {
    let mut seen = BTreeSet::new();
    presumed().into_iter().map(|(_, row)| row.fact).filter(|fact| !seen.insert(fact.clone())).collect()
}

/// What may be learned of a fact beyond what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Learn {
    Nothing,
    NotTrue,
    NotFalse,
    Anything,
}

/// Two cases, and what the law says to each.
struct Pair<'l> {
    law: &'l Law,
    circuit: Circuit,
    cases: Vec<Case>,
    lanes: usize,
}

impl<'l> Pair<'l> {
    fn new(law: &'l Law, lanes: usize) -> Self {
        let mut circuit = Circuit::default();
        let cases = Case::several(&mut circuit, law, lanes, 2);
        Self { law, circuit, cases, lanes }
    }

    /// The second case establishes what the first does; `learn` says what more of each fact.
    fn establishes_more(&mut self, learn: impl Fn(FactId) -> Learn, more_permissions: bool) -> Wire {
        let (less, more) = (&self.cases[0], &self.cases[1]);
        let circuit = &mut self.circuit;
        let mut all = Vec::new();
        let mut relate = |circuit: &mut Circuit, fact: FactId, known: Wire, pairs: Vec<(Wire, Wire)>| {
            for (at, (a, b)) in pairs.into_iter().enumerate() {
                let same = circuit.same(a, b);
                // a flag's first atom says that it is true, its second that it is not
                all.push(match (learn(fact), fact.row().kind, at) {
                    (Learn::Anything, ..) => circuit.implies(known, same),
                    (Learn::NotTrue, Kind::Flag, 1) | (Learn::NotFalse, Kind::Flag, 0) => {
                        circuit.implies(known, same)
                    }
                    _ => same,
                });
            }
        };
        for fact in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
            let known = less.known(circuit, fact, 0);
            relate(circuit, fact, known, less.paired(more, fact));
        }
        let mut lanes = Vec::new();
        for lane in 0..self.lanes {
            let (given, more_given) = (less.is_given(lane), more.is_given(lane));
            lanes.push(if more_permissions {
                let helpful = added_permission(circuit, more, lane);
                circuit.or([given, !more_given, helpful])
            } else {
                circuit.same(given, more_given)
            });
            lanes.push(circuit.implies(given, more_given));
            for fact in vocabulary().facts().filter(|fact| fact.row().of_permission()) {
                // of a permission that is not given, nothing is known in this sense
                let known = less.known(circuit, fact, lane);
                let known = circuit.and([given, known]);
                let pairs = less.paired_permission(more, fact, lane);
                if more_permissions {
                    for (at, (a, b)) in pairs.into_iter().enumerate() {
                        let same = circuit.same(a, b);
                        let kept = match (learn(fact), fact.row().kind, at) {
                            (Learn::Anything, ..) => known,
                            (Learn::NotTrue, Kind::Flag, 1) | (Learn::NotFalse, Kind::Flag, 0) => known,
                            _ => given,
                        };
                        lanes.push(circuit.implies(kept, same));
                    }
                } else {
                    relate(circuit, fact, known, pairs);
                }
            }
        }
        circuit.and(all.into_iter().chain(lanes))
    }

    /// What a permit says in both cases, or the decision with the same regimes governing.
    fn asked(&mut self) -> Vec<(String, Vec<Wire>)> {
        let law = self.law;
        let mut first = Reading::new(&mut self.circuit, law, &self.cases[0]);
        let mut second = Reading::new(&mut self.circuit, law, &self.cases[1]);
        let circuit = &mut self.circuit;
        let mut same_regimes = Vec::new();
        for regime in 0..law.regimes().len() {
            let (a, b) = (first.governs(circuit, regime), second.governs(circuit, regime));
            same_regimes.push(circuit.same(a, b));
        }
        let permits: Vec<ClauseRef> =
            (0..law.regimes().len()).flat_map(|regime| first.of_regime(regime, &[Effect::Permit])).collect();
        let mut asked: Vec<(String, Vec<Wire>)> = permits
            .into_iter()
            .map(|permit| {
                let opens = first.opens(circuit, permit, &[]);
                (law.at(permit).id.clone(), vec![opens, !second.opens(circuit, permit, &[])])
            })
            .collect();
        let mut whole = vec![first.decides(circuit, &[]), !second.decides(circuit, &[])];
        whole.extend(same_regimes);
        asked.push(("the whole law".to_owned(), whole));
        asked
    }

    fn words(&self, all: &[Wire], found: &[bool]) -> String {
        let cases: Vec<&Case> = self.cases.iter().collect();
        let found = shortened(&self.circuit, &cases, all, found);
        let of = |case: &Case| witness(self.law, &self.circuit, case, &found);
        format!("with\n{}\nbut not with\n{}", of(&self.cases[0]), of(&self.cases[1]))
    }
}

/// A permission that is added is no objection, and neither revoked nor expired nor defective.
fn added_permission(circuit: &mut Circuit, case: &Case, lane: usize) -> Wire {
    let kind = FactId::of("consent.type").unwrap();
    let objection = kind.row().kind.values().iter().position(|value| value.name == "objection").unwrap();
    let mut all = vec![!case.any(circuit, kind, 1 << objection, lane).maybe];
    for path in ["consent.revoked", "consent.expired", "consent.defective"] {
        all.push(!case.any(circuit, FactId::of(path).unwrap(), 1, lane).maybe);
    }
    circuit.and(all)
}

/// Refutations that are shown, at most.
const WITNESSES_MAX: usize = 3;

/// What opens and, when more is established, opens no longer.
fn closes_on_more(
    pair: &mut Pair<'_>,
    learn: impl Fn(FactId) -> Learn,
    more_permissions: bool,
) -> Vec<String> {
    let start = Instant::now();
    let more = pair.establishes_more(learn, more_permissions);
    let asked = pair.asked();
    let cases: Vec<&Case> = pair.cases.iter().collect();
    let mut prover = Prover::new(&pair.circuit, &cases);
    prover.require(&pair.circuit, more);
    let mut wrong = Vec::new();
    for (what, all) in &asked {
        // a few are enough to see what is the matter
        if wrong.len() == WITNESSES_MAX {
            break;
        }
        if let Some(found) = prover.solvable(&pair.circuit, &cases, all) {
            let all: Vec<Wire> = all.iter().copied().chain([more]).collect();
            wrong.push(format!("{what} opens {}", pair.words(&all, &found)));
        }
    }
    println!("{} permits and the whole, {:?}", asked.len() - 1, start.elapsed());
    wrong
}

/// What opens on less than what is established, and closes when more is.
pub fn rests_on_an_unknown(law: &Law) -> Vec<String> {
    let presumed: BTreeSet<FactId> = presumed().into_iter().map(|(fact, _)| fact).collect();
    let learn = |fact| if presumed.contains(&fact) { Learn::Nothing } else { Learn::Anything };
    closes_on_more(&mut Pair::new(law, LANES), learn, false)
}

/// What closes although more is established and nothing adverse is.
pub fn closes_without_anything_adverse(law: &Law) -> Vec<String> {
    let presumed = presumed();
    let learn = |fact| match presumed.iter().find(|(other, _)| *other == fact) {
        None => Learn::Anything,
        Some((_, row)) => match row.against {
            Some(true) => Learn::NotTrue,
            Some(false) => Learn::NotFalse,
            None => Learn::Nothing,
        },
    };
    closes_on_more(&mut Pair::new(law, LANES), learn, true)
}

/// Presumptions listed in vain: each, learned, must close something; and not by the value that speaks for it.
pub fn idle_presumptions(law: &Law) -> Vec<String> {
    let known = asked_to_be_known(law);
    let mut pair = Pair::new(law, 2);
    let asked = pair.asked();
    let mut wrong = Vec::new();
    let mut closes = |fact: FactId, learned: Learn| {
        let more = pair.establishes_more(|other| if other == fact { learned } else { Learn::Nothing }, false);
        let cases: Vec<&Case> = pair.cases.iter().collect();
        let mut prover = Prover::new(&pair.circuit, &cases);
        prover.require(&pair.circuit, more);
        asked.iter().any(|(_, all)| prover.solvable(&pair.circuit, &cases, all).is_some())
    };
    for (fact, row) in presumed() {
        if !known.contains(&fact) {
            wrong.push(format!("{}: no clause asks whether it is known", row.fact));
        }
        let (against, other) = match row.against {
            Some(true) => (Learn::NotFalse, Some(Learn::NotTrue)),
            Some(false) => (Learn::NotTrue, Some(Learn::NotFalse)),
            None => (Learn::Anything, None),
        };
        if !closes(fact, against) {
            wrong.push(format!("{}: to learn it closes nothing; take it off the list", row.fact));
        }
        if other.is_some_and(|other| closes(fact, other)) {
            wrong.push(format!("{}: to learn the other value closes something too", row.fact));
        }
    }
    wrong
}

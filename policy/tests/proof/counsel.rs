//! When counsel is asked: never with a permit, and never but for a clause that states two readings.
//!
//! Written from `law/README.md` ("where nothing but such a clause closes, the answer is no, and counsel is asked"), held
//! against the engine on generated facts, and then proved. No permit comes with a question to counsel: there is no list of
//! exceptions, and one would have to be stated here.

use std::collections::HashMap;

use policy::facts::Facts;
use policy::law::{ClauseRef, Effect, Law};

use crate::atoms::{Case, LANES};
use crate::cases::{Rng, random};
use crate::circuit::{Circuit, Wire, value_of};
use crate::claims::witness;
use crate::faithful::near;
use crate::prover::{Prover, shortened};
use crate::reading::{Reading, reads_permission};

/// Batches of 64 generated cases.
const BATCHES: u64 = 20;

/// Clauses with two readings of which neither opens by a permit here: without the clause the answer is no as well, and
/// counsel is asked because the text that would open it is a state's, which these texts do not hold.
const WHERE_NOTHING_OPENS: &[&str] = &["general-special-kinds"];

fn is_unsettled(law: &Law, clause: ClauseRef) -> bool {
    !law.at(clause).unsettled.is_empty()
}

/// The forbids and limits of a whole regime.
fn of_the_whole(reading: &Reading<'_>, regime: usize, effects: &[Effect]) -> Vec<ClauseRef> {
    let law = reading.law;
    let whole = |clause: &ClauseRef| {
        let on = &law.at(*clause).on;
        on.is_empty() || on.iter().any(|on| on == "*")
    };
    reading.of_regime(regime, effects).into_iter().filter(whole).collect()
}

/// Whether some permit would open this regime but for clauses that are not settled, or nothing but these speaks.
fn in_doubt(reading: &mut Reading<'_>, circuit: &mut Circuit, regime: usize) -> Wire {
    let law = reading.law;
    if law.regimes()[regime].overlay {
        let guards = of_the_whole(reading, regime, &[Effect::Forbid, Effect::Limit]);
        let (doubtful, settled): (Vec<_>, Vec<_>) =
            guards.into_iter().partition(|guard| is_unsettled(law, *guard));
        let closes: Vec<Wire> =
            doubtful.into_iter().map(|guard| !reading.spares_all(circuit, law.at(guard))).collect();
        let mut all = vec![circuit.or(closes)];
        all.extend(settled.into_iter().map(|guard| reading.spares_all(circuit, law.at(guard))));
        return circuit.and(all);
    }
    let (mut doubts, mut nothing_opened) = (Vec::new(), Vec::new());
    for permit in reading.of_regime(regime, &[Effect::Permit]) {
        let when = law.at(permit).when.as_ref().unwrap();
        let opened: Vec<Wire> = reading.in_lanes(circuit, when).iter().map(|both| both.yes).collect();
        let opened_at_all = circuit.or(opened.iter().copied());
        nothing_opened.push(!opened_at_all);
        let mut all = vec![opened_at_all, !reading.opens(circuit, permit, &[])];
        for guard in reading.guards_of(permit) {
            if is_unsettled(law, guard) {
                continue;
            }
            if reads_permission(law, when) {
                let spares = reading.spares_each(circuit, law.at(guard));
                for (opened, spares) in opened.iter().zip(spares) {
                    all.push(circuit.implies(*opened, spares));
                }
            } else {
                all.push(reading.spares_all(circuit, law.at(guard)));
            }
        }
        doubts.push(circuit.and(all));
    }
    let (mut doubtful, mut as_a_whole) = (Vec::new(), nothing_opened);
    for forbid in of_the_whole(reading, regime, &[Effect::Forbid]) {
        let clause = law.at(forbid);
        let holds = clause.when.as_ref().map_or(Wire::TRUE, |when| reading.holds(circuit, when));
        let saved = clause.unless.as_ref().map_or(Wire::FALSE, |unless| reading.holds(circuit, unless));
        let applies = circuit.and([holds, !saved]);
        if is_unsettled(law, forbid) {
            doubtful.push(applies);
        } else {
            as_a_whole.push(!applies);
        }
    }
    as_a_whole.push(circuit.or(doubtful));
    doubts.push(circuit.and(as_a_whole));
    circuit.or(doubts)
}

/// Whether counsel is asked: of the regimes that govern some do not open, and each of those is in doubt.
fn asks(reading: &mut Reading<'_>, circuit: &mut Circuit) -> Wire {
    let (mut all, mut closed) = (Vec::new(), Vec::new());
    for regime in 0..reading.law.regimes().len() {
        let governs = reading.governs(circuit, regime);
        let opens = reading.regime_opens(circuit, regime, &[]);
        let doubt = in_doubt(reading, circuit, regime);
        closed.push(circuit.and([governs, !opens]));
        all.push(circuit.or([!governs, opens, doubt]));
    }
    all.push(circuit.or(closed));
    circuit.and(all)
}

#[test]
fn counsel_is_asked_where_the_engine_asks() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let mut reading = Reading::new(&mut circuit, law, &case);
    let asks = asks(&mut reading, &mut circuit);
    let mut asked = 0;
    for batch in 0..BATCHES {
        let facts: Vec<Facts> = (0..64)
            .map(|place| {
                let mut rng = Rng(batch * 64 + place);
                if rng.chance(85) { near(law, &mut rng) } else { random(&mut rng) }
            })
            .collect();
        let mut atoms = vec![0; circuit.vars()];
        facts.iter().zip(0..).for_each(|(facts, place)| case.assign(&circuit, facts, &mut atoms, place));
        let values = circuit.evaluate(&atoms);
        for (place, facts) in facts.iter().enumerate() {
            let decision = law.decide(facts);
            let says = value_of(&values, asks) >> place & 1 == 1;
            assert_eq!(says, decision.ask_counsel, "{decision:?}");
            asked += usize::from(says);
        }
    }
    println!("counsel is asked in {asked} of {} cases", BATCHES * 64);
    assert!(asked > 10, "{asked}");
}

#[test]
fn counsel_is_never_asked_with_a_permit_nor_without_two_readings() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let mut reading = Reading::new(&mut circuit, law, &case);
    let asks = asks(&mut reading, &mut circuit);
    let decides = reading.decides(&mut circuit, &[]);
    let doubtful: Vec<ClauseRef> =
        reading.clauses.iter().copied().filter(|clause| is_unsettled(law, *clause)).collect();
    assert!(!doubtful.is_empty());
    // where none of these bites, there is nothing to ask
    let bites: Vec<Wire> = doubtful
        .iter()
        .map(|clause| {
            law.at(*clause).when.as_ref().map_or(Wire::TRUE, |when| reading.may_hold(&mut circuit, when))
        })
        .collect();
    let otherwise: HashMap<ClauseRef, Wire> =
        doubtful.iter().map(|clause| (*clause, reading.decides(&mut circuit, &[*clause]))).collect();
    let mut prover = Prover::new(&circuit, &[&case]);
    let mut refuted = |what: &str, all: Vec<Wire>| {
        if let Some(found) = prover.solvable(&circuit, &[&case], &all) {
            let found = shortened(&circuit, &[&case], &all, &found);
            panic!("{what}:\n{}", witness(law, &circuit, &case, &found));
        }
    };
    refuted("counsel is asked, and it is permitted", vec![asks, decides]);
    refuted(
        "counsel is asked about settled law",
        [asks].into_iter().chain(bites.iter().map(|bites| !*bites)).collect(),
    );
    // and each of them is what counsel is asked about: without it there would be a permit
    let mut silent = Vec::new();
    for (clause, bites) in doubtful.iter().zip(&bites) {
        let all = [asks, *bites, otherwise[clause]];
        if prover.solvable(&circuit, &[&case], &all).is_none() {
            silent.push(law.at(*clause).id.as_str());
        }
    }
    println!("{} clauses with two readings", doubtful.len());
    assert_eq!(silent, WHERE_NOTHING_OPENS, "two readings, and counsel is never asked because of them");
    for clause in WHERE_NOTHING_OPENS {
        let at = doubtful.iter().position(|doubtful| law.at(*doubtful).id == *clause).unwrap();
        assert!(prover.solvable(&circuit, &[&case], &[asks, bites[at]]).is_some(), "{clause}");
    }
}

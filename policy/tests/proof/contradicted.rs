//! Facts that cannot be so together: the law alone would permit some, and no way in lets it.
//!
//! The law is not asked to notice what is impossible; [`contradictions`] is, by `concord decide` before the law and by the door
//! after it. Here its rules are stated a second time, over the atoms, and held against it; then the prover looks for a permit
//! under each of them, so that what is guarded is known to need it. What the ways in do is tested where they are.

use policy::facts::{AGE_MAX, FactId, Facts, Kind, contradictions, vocabulary};
use policy::law::{Comparison, Law};

use crate::atoms::{Case, LANES};
use crate::cases::{Rng, random};
use crate::circuit::{Circuit, Wire, value_of};
use crate::faithful::near;
use crate::prover::{Prover, shortened};
use crate::reading::Reading;

/// Batches of 64 generated cases.
const BATCHES: u64 = 20;

fn fact(path: &str) -> FactId {
    FactId::of(path).unwrap()
}

/// Bits of these values of a fact.
fn values(fact: FactId, names: &[&str]) -> u64 {
    let bit =
        |name: &&str| 1 << fact.row().kind.values().iter().position(|value| value.name == *name).unwrap();
    names.iter().map(bit).sum()
}

/// Every rule, by the place that it names, with where it is broken.
fn rules(circuit: &mut Circuit, case: &Case) -> Vec<(String, Wire)> {
    let mut rules = Vec::new();
    let age = fact("subject.age");
    let too_old = case.compare(circuit, age, Comparison::More, AGE_MAX).yes;
    rules.push(("subject.age".to_owned(), too_old));

    let minor = case.compare(circuit, age, Comparison::Less, 18).yes;
    let eligible = case.any(circuit, fact("subject.eligible_student"), 1, 0).yes;
    let college = |circuit: &mut Circuit, path: &str| {
        let sector = fact(path);
        case.any(circuit, sector, values(sector, &["university"]), 0).yes
    };
    let (from, to) = (college(circuit, "discloser.sector"), college(circuit, "recipient.sector"));
    rules.push(("subject.eligible_student".to_owned(), circuit.and([minor, eligible, !from, !to])));

    for several in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
        let named = several.row().kind.values();
        if matches!(several.row().kind, Kind::Some(_) | Kind::List(_))
            && named.iter().any(|value| value.name == "none")
        {
            let none = values(several, &["none"]);
            let all = named.iter().map(|value| values(several, &[value.name])).sum::<u64>();
            let none_holds = case.any(circuit, several, none, 0).yes;
            let other_holds = case.any(circuit, several, all & !none, 0).yes;
            rules.push((several.path().to_owned(), circuit.and([none_holds, other_holds])));
        }
    }

    let (mut unnamed, mut unsigned) = (Vec::new(), Vec::new());
    for lane in 0..case.lane_count() {
        let kind = fact("consent.type");
        let signed = case.any(circuit, fact("consent.signed"), 1, lane);
        let expired = case.any(circuit, fact("consent.expired"), 1, lane).yes;
        let named = case.known(circuit, kind, lane);
        let written = values(kind, &["hipaa_authorization", "ferpa_consent", "part2_consent"]);
        let written = case.any(circuit, kind, written, lane).yes;
        let given = case.is_given(lane);
        unnamed.push(circuit.and([given, signed.yes, !named]));
        unsigned.push(circuit.and([given, !signed.maybe, expired, written]));
    }
    rules.push(("consent.signed".to_owned(), circuit.or(unnamed)));
    rules.push(("consent.expired".to_owned(), circuit.or(unsigned)));
    rules
}

#[test]
fn the_rules_are_those_that_the_ways_in_ask() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let rules = rules(&mut circuit, &case);
    let mut broken = vec![0; rules.len()];
    for batch in 0..BATCHES {
        let facts: Vec<Facts> = (0..64)
            .map(|place| {
                let mut rng = Rng(batch * 64 + place);
                if rng.chance(40) { near(law, &mut rng) } else { random(&mut rng) }
            })
            .collect();
        let mut atoms = vec![0; circuit.vars()];
        facts.iter().zip(0..).for_each(|(facts, place)| case.assign(&circuit, facts, &mut atoms, place));
        let values = circuit.evaluate(&atoms);
        for (place, facts) in facts.iter().enumerate() {
            let found = contradictions(facts);
            for (at, (rule, wire)) in rules.iter().enumerate() {
                let said = found.iter().any(|one| without_number(&one.place) == *rule);
                assert_eq!(value_of(&values, *wire) >> place & 1 == 1, said, "{rule}: {found:?}");
                broken[at] += usize::from(said);
            }
            let known = |place: &str| rules.iter().any(|(rule, _)| *rule == without_number(place));
            assert!(found.iter().all(|one| known(&one.place)), "no rule here says {found:?}");
        }
    }
    println!("broken so often: {:?}", rules.iter().map(|(rule, _)| rule).zip(&broken).collect::<Vec<_>>());
    assert!(broken.iter().sum::<usize>() > 100);
}

fn without_number(place: &str) -> String {
    let mut inside = false;
    place
        .chars()
        .filter(|c| {
            inside |= *c == '[';
            let keep = !inside;
            inside &= *c != ']';
            keep
        })
        .collect()
}

#[test]
fn whatever_the_law_alone_would_permit_of_them_is_refused() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let rules = rules(&mut circuit, &case);
    let mut reading = Reading::new(&mut circuit, law, &case);
    let decides = reading.decides(&mut circuit, &[]);
    let mut prover = Prover::new(&circuit, &[&case]);
    let mut permitted = 0;
    for (rule, broken) in &rules {
        let all = [decides, *broken];
        let Some(found) = prover.solvable(&circuit, &[&case], &all) else {
            println!("{rule}: the law itself permits nothing of it");
            continue;
        };
        permitted += 1;
        let facts = case.facts(&circuit, &shortened(&circuit, &[&case], &all, &found));
        assert!(law.decide(&facts).permit, "{rule}: no witness");
        let found = contradictions(&facts);
        assert!(found.iter().any(|one| without_number(&one.place) == *rule), "{rule}: {found:?}");
    }
    // else nothing would show that anybody has to look
    assert!(permitted > 0);
}

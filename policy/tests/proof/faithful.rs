//! The translation says what the engine says, and the atoms say what the facts say, whichever way these came in.

use policy::facts::{Facts, parse_scenario};
use policy::law::{Clause, ClauseRef, Effect, Law};

use policy::facts::{attestable, facts_for};
use policy::record::*;
use policy::share::Class;

use crate::atoms::{Case, LANES};
use crate::cases::{Draft, Rng, random};
use crate::circuit::{Circuit, Wire, value_of};
use crate::prover::{Prover, shortened};
use crate::reading::Reading;
use crate::world::{SUBJECT, TARGET, World, world_for};

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");
/// Batches of 64 generated cases.
const BATCHES: u64 = 60;

/// Facts near the ones that open something.
pub fn near(law: &Law, rng: &mut Rng) -> Facts {
    let permits: Vec<&Clause> =
        law.clauses().iter().filter(|clause| clause.effect == Effect::Permit).collect();
    let mut draft = Draft::default();
    let clause = permits[rng.below(permits.len())];
    let attempt = |draft: &mut Draft, expr, wanted, rng: &mut Rng| {
        let mut tried = draft.clone();
        let taken = tried.ask(law, expr, wanted, rng);
        if taken {
            *draft = tried;
        }
        taken
    };
    attempt(&mut draft, clause.when.as_ref().unwrap(), true, rng);
    for guard in law.bearing_on(law.find(&clause.id).unwrap()) {
        let guard = law.at(guard);
        let saved = guard.unless.as_ref().or(guard.must.as_ref());
        match (saved, &guard.when) {
            (Some(saved), _) if rng.chance(50) && attempt(&mut draft, saved, true, rng) => {}
            (_, Some(when)) if rng.chance(95) => {
                attempt(&mut draft, when, false, rng);
            }
            (Some(saved), _) => {
                attempt(&mut draft, saved, true, rng);
            }
            _ => {}
        }
    }
    for regime in law.regimes().iter().filter(|regime| !regime.fallback) {
        if rng.chance(70) {
            attempt(&mut draft, &regime.governs_expr, false, rng);
        }
    }
    draft.facts(rng)
}

#[test]
fn the_translation_says_what_the_engine_says() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let mut reading = Reading::new(&mut circuit, law, &case);
    let decides = reading.decides(&mut circuit, &[]);
    let governs: Vec<Wire> =
        (0..law.regimes().len()).map(|regime| reading.governs(&mut circuit, regime)).collect();
    let permits: Vec<ClauseRef> =
        (0..law.regimes().len()).flat_map(|regime| reading.of_regime(regime, &[Effect::Permit])).collect();
    let permits: Vec<(ClauseRef, Wire)> =
        permits.into_iter().map(|permit| (permit, reading.opens(&mut circuit, permit, &[]))).collect();
    // without a clause too: liveness is proved with it
    let mut rng = Rng(7);
    let removed: Vec<_> = (0..40)
        .map(|_| law.find(&law.clauses()[rng.below(law.clauses().len())].id).unwrap())
        .map(|clause| (clause, reading.decides(&mut circuit, &[clause])))
        .collect();

    let (mut permitted, mut opened) = (0, 0);
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
            let says = |wire: Wire| value_of(&values, wire) >> place & 1 == 1;
            let decision = law.decide(facts);
            assert_eq!(says(decides), decision.permit, "{}", words(&circuit, &case, &atoms, place));
            for (regime, wire) in governs.iter().enumerate() {
                assert_eq!(says(*wire), decision.regimes.contains(regime), "{}", law.regimes()[regime].id);
            }
            for (permit, wire) in &permits {
                let opens = law.opens(*permit, facts);
                assert_eq!(says(*wire), opens, "{}", law.at(*permit).id);
                opened += usize::from(opens);
            }
            for (clause, wire) in &removed {
                assert_eq!(says(*wire), law.decide_without(facts, *clause).permit, "{}", law.at(*clause).id);
            }
            assert!(case.lawful().iter().all(|wire| says(*wire)));
            permitted += usize::from(decision.permit);
        }
    }
    println!("{permitted} of {} cases permitted, {opened} permits open", BATCHES * 64);
    assert!(permitted > 200 && opened > 1000);
}

fn words(circuit: &Circuit, case: &Case, atoms: &[u64], place: usize) -> String {
    let one: Vec<bool> = atoms.iter().map(|atom| atom >> place & 1 == 1).collect();
    case.words(circuit, &one)
}

/// What holds among the atoms holds of these facts, and the atoms lose nothing of them but numbers between thresholds.
fn stated_whole(circuit: &Circuit, case: &Case, facts: &Facts) {
    let mut atoms = vec![0; circuit.vars()];
    case.assign(circuit, facts, &mut atoms, 0);
    let values = circuit.evaluate(&atoms);
    assert!(case.lawful().iter().all(|wire| value_of(&values, *wire) & 1 == 1));
    let again = case.facts(circuit, &atoms.iter().map(|atom| *atom & 1 == 1).collect::<Vec<_>>());
    let mut same = facts.clone();
    for fact in policy::facts::vocabulary().facts() {
        if let (Some(_), Some(count)) = (facts.count(fact), again.count(fact)) {
            same.set_fact(fact, count.into()).unwrap();
        }
    }
    assert_eq!(same, again);
}

#[test]
fn the_atoms_hold_what_scenarios_establish() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    for line in PUBLISHED.lines() {
        stated_whole(&circuit, &case, &parse_scenario(line).unwrap().facts);
    }
    for seed in 0..500 {
        stated_whole(&circuit, &case, &random(&mut Rng(seed)));
    }
}

/// A world of records at random.
fn records(rng: &mut Rng) -> World {
    let mut world = world_for(Class::ALL[rng.below(Class::COUNT)]);
    for capacity in [
        &mut world.own.capacities.hipaa_covered,
        &mut world.own.capacities.ferpa_covered,
        &mut world.own.capacities.part2_program,
        &mut world.own.capacities.cfr23_system,
    ] {
        *capacity = [None, Some(false), Some(true)][rng.below(3)];
    }
    world.person(SUBJECT).is_student = [None, Some(false), Some(true)][rng.below(3)];
    let row = 1 + rng.below(40) as u8;
    let about: &[_] = if rng.chance(30) { &[SUBJECT, TARGET] } else { &[SUBJECT] };
    world.item(row, about, World::value_for(row));
    let item = world.last();
    item.record_kind = rng.chance(80).then(|| RecordKind::ALL[rng.below(RecordKind::ALL.len())]);
    item.obtained_via = ObtainedVia::ALL[rng.below(ObtainedVia::ALL.len())];
    item.elements = (0..rng.below(4)).map(|_| Element::ALL[rng.below(Element::ALL.len())]).collect();
    for _ in 0..rng.below(4) {
        let kind = PermissionKind::ALL[rng.below(PermissionKind::ALL.len())];
        let permission = world.consent(SUBJECT, kind);
        permission.stands_alone = [None, Some(false), Some(true)][rng.below(3)];
        if rng.chance(20) {
            permission.revoked_at = Some(permission.given_at);
        }
        if rng.chance(20) {
            permission.expires_at = None;
        }
    }
    for _ in 0..rng.below(12) {
        let rows = attestable();
        world.attest(rows[rng.below(rows.len())].fact.path(), rng.chance(60));
    }
    if rng.chance(40) {
        world.order(LegalProcess::ALL[rng.below(LegalProcess::ALL.len())], 1..=40);
    }
    world.purpose = Purpose::ALL[rng.below(Purpose::ALL.len())];
    world
}

#[test]
fn the_atoms_hold_what_records_establish() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let mut permissions = 0;
    for seed in 0..600 {
        let world = records(&mut Rng(seed));
        let item = &world.items[0];
        for about in &item.about {
            let facts = facts_for(&world.setting(), item, about);
            permissions += facts.permissions().len();
            stated_whole(&circuit, &case, &facts);
        }
    }
    assert!(permissions > 300, "{permissions}");
}

#[test]
fn a_witness_can_be_told_as_a_scenario() {
    let law = Law::embedded();
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    let mut reading = Reading::new(&mut circuit, law, &case);
    let decides = reading.decides(&mut circuit, &[]);
    let stated = case.said_as_scenarios_do(&mut circuit);
    let mut prover = Prover::new(&circuit, &[&case]);
    for permission in [case.is_given(0), !case.is_given(0)] {
        let all = [decides, stated, permission];
        let found = prover.solvable(&circuit, &[&case], &all).unwrap();
        let mut scenario = case.scenario(&circuit, &shortened(&circuit, &[&case], &all, &found));
        scenario["id"] = "witness".into();
        let facts = parse_scenario(&scenario.to_string()).unwrap().facts;
        assert!(law.decide(&facts).permit, "{scenario}");
    }
}

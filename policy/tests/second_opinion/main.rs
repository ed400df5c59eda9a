//! A second opinion on the law: the clause tables' own conditions, read as data, against the clause texts.
//!
//! `data/facts_needed/*.tsv` states each provision once more, in other words and by another hand; `names.toml` says what
//! those words are in the vocabulary. Both statements are evaluated over the same facts, by evaluators of their own: a
//! row that permits must open exactly where the law opens, with every row that forbids, limits or demands something.
//! Every difference was settled by the text of the law: in the clause, or in the row, where `read as` and `why` tell it.
//!
//! `ONLY=hipaa-512 cargo test -p policy --test second_opinion -- --nocapture` compares the permissions whose id begins
//! so; `SAMPLES=100000` looks longer.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests")]

mod compare;
mod duties;
mod names;
mod near;
mod sense;
mod table;
mod unseen;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use compare::{Pair, Seen};
use names::{Context, Names};
use near::{Field, force};
use policy::law::catalog::{Catalog, Disposition};
use policy::law::{Effect, Law};
use sense::Sense;
use table::{Norm, Row, Rule};
use world::{Rng, World};

/// Sets of facts for each permission.
const SAMPLES: usize = 9_000;
/// Sets of facts in all, at least.
const SAMPLES_MIN: usize = 1_000_000;
/// Rows compared, at least: may only grow.
const COMPARED_MIN: usize = 262;
/// Of a hundred rows that decide, those compared, at least.
const COMPARED_PERCENT_MIN: usize = 90;
/// Sets of facts for each row that says what follows where nothing opens.
const CLOSED_SAMPLES: usize = 1_500;

/// The permissions that both state, by our clauses: rows with the same clauses are one.
pub fn permissions<'a>(names: &Names, rows: &'a [Row]) -> Vec<(Vec<String>, Vec<&'a Row>)> {
    let mut found: Vec<(Vec<String>, Vec<&Row>)> = Vec::new();
    for row in rows.iter().filter(|row| row.norm == Norm::Permit && names.counts(row)) {
        let ours = names.by.get(&row.id).cloned().unwrap_or_else(|| vec![row.id.to_lowercase()]);
        match found.iter_mut().find(|(known, _)| *known == ours) {
            Some((_, rows)) => rows.push(row),
            None => found.push((ours, vec![row])),
        }
    }
    found
}

/// All of them, ready to be compared.
pub fn pairs(law: &Law, names: &Names, rows: &[Row]) -> Vec<Pair> {
    permissions(names, rows)
        .iter()
        .map(|(ours, permits)| {
            Pair::new(law, names, rows, permits, ours)
                .unwrap_or_else(|lacks| panic!("{}: {lacks}", permits[0].id))
        })
        .collect()
}

/// What became of the comparison.
#[derive(Default)]
struct Outcome {
    samples: usize,
    turned_on: BTreeSet<String>,
    differences: Vec<String>,
}

#[test]
fn both_statements_agree() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    let only = std::env::var("ONLY").unwrap_or_default();
    let each = std::env::var("SAMPLES").ok().and_then(|text| text.parse().ok()).unwrap_or(SAMPLES);
    let mut outcome = Outcome::default();
    let mut unnamed = BTreeSet::new();
    for pair in pairs(law, &names, &rows).iter().filter(|pair| pair.ids().any(|id| id.starts_with(&only))) {
        unnamed.extend(pair.unnamed.iter().cloned());
        compare_pair(law, pair, each, &mut outcome);
    }
    outcome.differences.iter().for_each(|difference| println!("{difference}"));
    assert!(
        outcome.differences.is_empty(),
        "the two statements differ in {} ways",
        outcome.differences.len()
    );
    assert!(unnamed.is_empty(), "rows with names that names.toml does not know: {unnamed:#?}");
    if only.is_empty() {
        // Compared in tests of their own.
        outcome.turned_on.extend(names.nothing_opens.iter().cloned());
        outcome.turned_on.extend(names.duties.keys().cloned());
        let of_must = rows
            .iter()
            .filter(|row| names.must.values().any(|text| text.contains(&format!("row {}", row.id))));
        outcome.turned_on.extend(of_must.map(|row| row.id.clone()));
        report(&names, &rows, &outcome);
        assert!(outcome.samples >= SAMPLES_MIN, "{} sets of facts", outcome.samples);
    }
}

fn compare_pair(law: &Law, pair: &Pair, each: usize, outcome: &mut Outcome) {
    let mut seen = Seen::default();
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    pair.samples(law, each, &mut Rng(1), |sample| {
        if let Some(told) = pair.compare(law, sample, &mut seen) {
            found.entry(told).or_insert_with(|| (0, pair.shown(sample.world))).0 += 1;
        }
        seen.samples
    });
    let ids: Vec<&str> = pair.ids().collect();
    for (told, (times, shown)) in found {
        outcome.differences.push(format!("{}: {times} times {told}\n    {shown}", ids.join(", ")));
    }
    outcome.samples += seen.samples;
    outcome.turned_on.extend(seen.turned_on);
}

/// Prints how many rows were compared and why others were not; fails if there are fewer than there were.
fn report(names: &Names, rows: &[Row], outcome: &Outcome) {
    let decides = |row: &&Row| {
        let entry = Catalog::embedded().entry(&row.id).unwrap();
        let executable = matches!(entry.disposition, Disposition::Executable { .. });
        let brings_duty = names.duties.contains_key(&row.id);
        executable && (entry.norm.decides() || brings_duty || names.counts(row) && takes_part(row))
    };
    let deciding: Vec<&Row> = rows.iter().filter(decides).collect();
    let (compared, left): (Vec<&Row>, Vec<&Row>) =
        deciding.iter().partition(|row| outcome.turned_on.contains(&row.id));
    for regime in ["hipaa", "ferpa", "part2", "cfr23"] {
        let of = |rows: &[&Row]| rows.iter().filter(|row| row.regime == regime).count();
        println!("{regime}: {} of {} rows compared", of(&compared), of(&deciding));
    }
    let read_otherwise = compared.iter().filter(|row| !row.why.is_empty()).count();
    println!(
        "{} of {} rows compared on {} sets of facts; {read_otherwise} of them are read otherwise than they were written",
        compared.len(),
        deciding.len(),
        outcome.samples
    );
    let mut idle = Vec::new();
    for row in left {
        match (names.left_out.get(&row.id), &row.rule) {
            (Some(reason), _) => println!("not compared: {}: {reason}", row.id),
            (None, Rule::See) => println!("not compared: {}: points at other rows", row.id),
            (None, _) if row.norm == Norm::Define || row.norm == Norm::Require => {
                println!(
                    "not compared: {}: {}",
                    row.id,
                    if row.why.is_empty() { "opens and closes nothing" } else { &row.why }
                );
            }
            (None, _) => idle.push(&row.id),
        }
    }
    assert!(idle.is_empty(), "rows that no set of facts turned on: {idle:#?}");
    assert!(compared.len() >= COMPARED_MIN, "{} rows compared, there were {COMPARED_MIN}", compared.len());
    assert!(compared.len() * 100 >= deciding.len() * COMPARED_PERCENT_MIN);
}

/// Whether a row opens or closes something, as it is read.
fn takes_part(row: &Row) -> bool {
    matches!(row.norm, Norm::Permit | Norm::Forbid | Norm::Limit) || matches!(row.rule, Rule::Must(..))
}

/// A row that is no permit and bears on none, with what it says.
fn without_basis<'a>(names: &Names, rows: &'a [Row], id: &str) -> (&'a Row, Sense) {
    let row = rows.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("{id}: no such row"));
    let Rule::Plain(said) = &row.rule else { panic!("{id}: no plain condition") };
    let context = Context { rows, regime: row.regime, basis: None };
    let sense = names.translate(said, context).unwrap_or_else(|name| panic!("{id}: {name}"));
    (row, sense)
}

/// Rows that say that what nothing opens stays closed: there the law says no, and cites the rule.
#[test]
fn what_nothing_opens_stays_closed() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    for id in &names.nothing_opens {
        let (row, sense) = without_basis(&names, &rows, id);
        let regime = law.regimes().iter().position(|regime| regime.id == row.regime).unwrap();
        let governs = Sense::of(law, &law.regimes()[regime].governs_expr);
        let permits: Vec<_> = law
            .clauses()
            .iter()
            .filter(|clause| usize::from(clause.regime) == regime && clause.effect == Effect::Permit)
            .map(|clause| law.find(&clause.id).unwrap())
            .collect();
        let whens = permits.iter().map(|permit| Sense::of(law, law.at(*permit).when.as_ref().unwrap()));
        let whens: Vec<Sense> = whens.collect();
        let field = Field::of(whens.iter().chain([&sense, &governs]));
        let mut rng = Rng(2);
        let mut closed = 0;
        for _ in 0..CLOSED_SAMPLES * 20 {
            let mut world = World::new();
            (0..field.facts.len()).for_each(|_| field.disturb(&mut world, 20, &mut rng));
            force(&governs, true, &mut world, 0, &mut rng);
            force(&sense, true, &mut world, 0, &mut rng);
            let holds = [&governs, &sense].iter().all(|sense| sense.holds(&world, 0) == Some(true));
            if holds && !permits.iter().any(|permit| law.opens(*permit, world.facts())) {
                let decision = law.decide(world.facts());
                assert!(
                    !decision.permit && decision.regimes.contains(regime),
                    "{id}: {}",
                    world.shown(&field.facts)
                );
                closed += 1;
            }
            if closed == CLOSED_SAMPLES {
                break;
            }
        }
        assert_eq!(closed, CLOSED_SAMPLES, "{id}: too few sets of facts on which nothing opens");
    }
}

/// The mapping says nothing that no row asks for.
#[test]
fn every_name_is_used() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    pairs(law, &names, &rows).iter().for_each(|pair| drop(duties::arises(&names, &rows, pair)));
    names.nothing_opens.iter().for_each(|id| drop(without_basis(&names, &rows, id)));
    for (id, text) in &names.must {
        let regime = usize::from(law.clause(id).unwrap().regime);
        drop(duties::said_of_must(&names, &rows, &law.regimes()[regime].id, text));
    }
    assert!(names.unused().is_empty(), "{:#?}", names.unused());
    for id in names.by.keys().chain(names.left_out.keys()).chain(names.duties.keys()) {
        assert!(rows.iter().any(|row| row.id == *id), "{id}: no such row");
    }
}

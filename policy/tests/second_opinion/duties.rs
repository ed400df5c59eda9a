//! The duties that come with a disclosure, and the one to give access: both statements of each, on facts on which both
//! open.

use std::collections::BTreeMap;

use policy::law::{ClauseRef, Effect, Law, Obligation};
use serde::Deserialize;

use crate::compare::Pair;
use crate::names::{Context, Names};
use crate::near::{Field, force};
use crate::pairs;
use crate::sense::Sense;
use crate::table::{self, Row, Rule};
use crate::world::{Rng, World};

/// Sets of facts on which both open, for each permission.
const OPEN_SAMPLES: usize = 250;
/// Rows of which a duty was seen to arise, at least: may only grow.
const DUTIES_MIN: usize = 14;

/// Sets of facts for each clause that says must.
const MUST_SAMPLES: usize = 3_000;

/// A row that brings a duty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// What our clauses call it.
    pub obligation: String,
    /// When it arises, where the row as it is read does not say.
    pub when: Option<String>,
    /// The permissions it is compared for; all, if there are none.
    #[serde(default)]
    pub only: Vec<String>,
}

/// A duty, for one permission.
pub struct Arises {
    row: String,
    obligation: Obligation,
    /// For each row that permits.
    when: BTreeMap<String, Sense>,
}

/// The duties of a permission's regime, for that permission.
pub fn arises(names: &Names, rows: &[Row], pair: &Pair) -> Vec<Arises> {
    let regime = rows.iter().find(|row| pair.ids().any(|id| id == row.id)).unwrap().regime;
    let of_regime = |id: &str| rows.iter().find(|row| row.id == id && row.regime == regime);
    names
        .duties
        .iter()
        .filter(|(_, duty)| {
            duty.only.is_empty() || pair.ids().any(|id| duty.only.iter().any(|only| only == id))
        })
        .filter_map(|(id, duty)| Some((of_regime(id)?, duty)))
        .map(|(row, duty)| {
            let said = match (&duty.when, &row.rule) {
                (Some(text), _) => table::said(text).unwrap_or_else(|fault| panic!("{}: {fault}", row.id)),
                (None, Rule::Plain(said)) => said.clone(),
                (None, _) => panic!("{}: names.toml has to say when the duty arises", row.id),
            };
            let when = |permit: &str| {
                let context = Context { rows, regime, basis: rows.iter().find(|row| row.id == permit) };
                names.translate(&said, context).unwrap_or_else(|name| panic!("{}: {name}", row.id))
            };
            Arises {
                row: row.id.clone(),
                obligation: Obligation::of(&duty.obligation).unwrap_or_else(|| panic!("{}", duty.obligation)),
                when: pair.ids().map(|id| (id.to_owned(), when(id))).collect(),
            }
        })
        .collect()
}

/// Whether a permit of ours brings a duty on these facts.
fn brings(law: &Law, permit: ClauseRef, obligation: Obligation, world: &World) -> bool {
    let lanes = 0..world.permissions().max(1);
    law.at(permit).obligations.contains(obligation)
        || law.bearing_on(permit).into_iter().map(|bearing| law.at(bearing)).any(|clause| {
            let applies = |when: &Sense| lanes.clone().any(|lane| when.holds(world, lane) == Some(true));
            clause.effect == Effect::Require
                && clause.obligations.contains(obligation)
                && clause.when.as_ref().is_none_or(|when| applies(&Sense::of(law, when)))
        })
}

#[test]
fn both_statements_bring_the_same_duties() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    let mut differences: BTreeMap<String, String> = BTreeMap::new();
    let mut seen_to_arise: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs(law, &names, &rows) {
        let duties = arises(&names, &rows, &pair);
        let also = Field::of(duties.iter().flat_map(|duty| duty.when.values()));
        let also: Vec<usize> =
            also.facts.iter().copied().filter(|slot| !pair.field().facts.contains(slot)).collect();
        let (mut open, mut tried) = (0, 0);
        let mut chance = Rng(7);
        pair.samples(law, OPEN_SAMPLES, &mut Rng(6), |sample| {
            tried += 1;
            let mut world = sample.world.clone();
            for slot in &also {
                let value = pair.field().value(*slot, &mut chance);
                world.set(*slot, 0, chance.chance(80).then_some(value));
            }
            if chance.chance(30) && !duties.is_empty() {
                let duty = &duties[chance.below(duties.len())];
                duty.when.values().for_each(|when| force(when, true, &mut world, 0, &mut chance));
            }
            if let Some((permits, clauses)) = pair.opened(law, &world) {
                open += 1;
                for duty in &duties {
                    let holds = |permit: &&str| duty.when[*permit].holds(&world, 0) == Some(true);
                    let theirs = permits.iter().any(holds);
                    let ours = clauses.iter().any(|clause| brings(law, *clause, duty.obligation, &world));
                    *seen_to_arise.entry(duty.row.clone()).or_default() += usize::from(theirs && ours);
                    if theirs != ours {
                        let who = if theirs { "the table" } else { "the law" };
                        let (permits, bringing) = (permits.join(", "), duty.obligation);
                        let told = format!("{permits}: {who} alone brings {bringing} ({})", duty.row);
                        differences.entry(told).or_insert_with(|| pair.shown(&world));
                    }
                }
            }
            // Enough open ones, or enough tried.
            open.max(tried / 20)
        });
    }
    differences.iter().for_each(|(told, shown)| println!("{told}\n    {shown}"));
    assert!(differences.is_empty(), "{} differences", differences.len());
    let never: Vec<&String> =
        seen_to_arise.iter().filter(|(_, times)| **times == 0).map(|(row, _)| row).collect();
    assert!(never.is_empty(), "never arose: {never:?}");
    println!("{} rows on duties compared", seen_to_arise.len());
    assert!(seen_to_arise.len() >= DUTIES_MIN);
}

/// What the rows make of a clause that says must.
pub fn said_of_must(names: &Names, rows: &[Row], regime: &str, text: &str) -> Sense {
    let said = table::said(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    names
        .translate(&said, Context { rows, regime, basis: None })
        .unwrap_or_else(|name| panic!("{text}: {name}"))
}

/// Where the law says *must*, the rows do, and where a row takes the duty away, the law does.
#[test]
fn both_statements_say_must_alike() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    for (id, text) in &names.must {
        let clause = law.clause(id).unwrap_or_else(|| panic!("{id}: no such clause"));
        let regime = law.regimes()[usize::from(clause.regime)].id.as_str();
        let theirs = said_of_must(&names, &rows, regime, text);
        let ours =
            Sense::of(law, clause.mandatory.as_ref().unwrap_or_else(|| panic!("{id}: never says must")));
        let when = Sense::of(law, clause.when.as_ref().unwrap());
        let field = Field::of([&theirs, &ours, &when].into_iter());
        let mut rng = Rng(8);
        let (mut must, mut need_not) = (0, 0);
        for _ in 0..MUST_SAMPLES {
            let mut world = World::new();
            (0..field.facts.len()).for_each(|_| field.disturb(&mut world, 20, &mut rng));
            force(&when, true, &mut world, 0, &mut rng);
            if when.holds(&world, 0) == Some(true) {
                let answers = [&theirs, &ours].map(|sense| sense.holds(&world, 0) == Some(true));
                assert_eq!(answers[0], answers[1], "{id}: {}", world.shown(&field.facts));
                *(if answers[0] { &mut must } else { &mut need_not }) += 1;
            }
        }
        assert!(must > 50 && need_not > 50, "{id}: {must} times must, {need_not} times not");
    }
}

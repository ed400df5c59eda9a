//! Whatever an agency writes into its own rules, they only restrict: no case is permitted with them and not without, and
//! what is permitted comes with no duty less.
//!
//! Proved for each of many generated sets of rules, over all facts. Why it holds of any: local rules are an overlay, which
//! takes part in the decision as one more thing that must open, governs no item in another's place, and has no permits.

use policy::facts::{Kind, vocabulary};
use policy::law::Law;
use policy::share::local::law_with;

use crate::atoms::{Case, LANES};
use crate::cases::Rng;
use crate::circuit::Circuit;
use crate::claims::witness;
use crate::faithful::near;
use crate::prover::{Prover, shortened};
use crate::reading::Reading;

/// Sets of rules that are proved.
const SETS: u64 = 12;

/// Any condition.
fn condition(rng: &mut Rng, depth: usize) -> String {
    let pick = rng.below(if depth == 0 { 4 } else { 8 });
    match pick {
        4 | 5 => format!("({} and {})", condition(rng, depth - 1), condition(rng, depth - 1)),
        6 => format!("({} or {})", condition(rng, depth - 1), condition(rng, depth - 1)),
        7 => format!("not ({})", condition(rng, depth - 1)),
        _ => {
            let facts: Vec<_> = vocabulary().facts().collect();
            let fact = facts[rng.below(facts.len())];
            let path = fact.path();
            let values = fact.row().kind.values();
            let value = |rng: &mut Rng| values[rng.below(values.len())].name;
            match fact.row().kind {
                Kind::Flag if rng.chance(20) => format!("known({path})"),
                Kind::Flag => path.to_owned(),
                Kind::One(_) => format!("{path} = {}", value(rng)),
                Kind::Some(_) | Kind::List(_) if rng.chance(50) => {
                    format!("{path} within {{{}}}", value(rng))
                }
                Kind::Some(_) | Kind::List(_) => format!("{path} has {}", value(rng)),
                Kind::Count => format!("{path} < {}", [13, 14, 16, 18, 21][rng.below(5)]),
            }
        }
    }
}

fn rules(rng: &mut Rng) -> String {
    let mut text = String::new();
    for number in 0..1 + rng.below(4) {
        let (effect, rest) = match rng.below(4) {
            0 => ("forbid", format!("when = \"{}\"", condition(rng, 2))),
            1 => ("forbid", format!("when = \"{}\"\nunless = \"{}\"", condition(rng, 2), condition(rng, 1))),
            2 => ("limit", format!("when = \"{}\"\nmust = \"{}\"", condition(rng, 1), condition(rng, 1))),
            _ => ("require", format!("when = \"{}\"\nobligations = [\"notify_subject\"]", condition(rng, 1))),
        };
        text.push_str(&format!(
            "[[clause]]\nid = \"house-{number}\"\ncitation = \"house rule {number}\"\nread = \"2026-11-21\"\n\
             effect = \"{effect}\"\nsummary = \"A rule of the house.\"\n{rest}\n\n"
        ));
    }
    text
}

#[test]
fn local_rules_only_restrict() {
    let law = Law::embedded();
    let (mut proved, mut narrowed) = (0, 0);
    let mut seed = 0;
    while proved < SETS {
        seed += 1;
        let mut rng = Rng(seed);
        let text = rules(&mut rng);
        // what the loader refuses (a contradiction, a dead rule) restricts nothing either
        let Ok(stricter) = law_with(&text) else { continue };
        let mut circuit = Circuit::default();
        let case = Case::several(&mut circuit, &stricter, LANES, 1).remove(0);
        let without = Reading::new(&mut circuit, law, &case).decides(&mut circuit, &[]);
        let with = Reading::new(&mut circuit, &stricter, &case).decides(&mut circuit, &[]);
        let mut prover = Prover::new(&circuit, &[&case]);
        let widened = [with, !without];
        if let Some(found) = prover.solvable(&circuit, &[&case], &widened) {
            let found = shortened(&circuit, &[&case], &widened, &found);
            panic!(
                "permitted by these rules alone:\n{text}\n{}",
                witness(&stricter, &circuit, &case, &found)
            );
        }
        narrowed += u32::from(prover.solvable(&circuit, &[&case], &[without, !with]).is_some());
        proved += 1;

        for sample in 0..300 {
            let facts = near(law, &mut Rng(seed << 32 | sample));
            let (before, after) = (law.decide(&facts), stricter.decide(&facts));
            assert!(before.permit || !after.permit, "{text}");
            if after.permit {
                assert!(before.obligations.iter().all(|duty| after.obligations.contains(duty)), "{text}");
                assert!(before.mandatory == after.mandatory, "{text}");
            }
        }
    }
    println!("{proved} sets of {seed} written, {narrowed} restrict something");
    assert!(narrowed > 8);
}

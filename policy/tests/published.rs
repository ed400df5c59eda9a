//! The published cases: what public guidance answers, against what the law as text answers.
//!
//! `ONLY=prefix cargo test -p policy --test published -- --nocapture` prints the full answer to the cases whose id starts
//! so. Agreement: the same decision, the same `mandatory`, at least one basis in common (the same provision, or one
//! above the other), and every obligation the source states.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of a test that prints what disagrees")]

use policy::facts::parse_scenario;
use policy::law::{Explained, Law, related};
use serde_json::Value;

const PUBLISHED: &str = include_str!("../../tests/published.jsonl");

struct Expected {
    permit: bool,
    mandatory: bool,
    basis: Vec<String>,
    obligations: Vec<String>,
    why: String,
}

fn expected(line: &str) -> Expected {
    let case: Value = serde_json::from_str(line).unwrap();
    let expect = &case["expect"];
    let words = |key: &str| -> Vec<String> {
        expect[key].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    Expected {
        permit: expect["decision"] == "permit",
        mandatory: expect["mandatory"] == true,
        basis: words("basis"),
        obligations: words("obligations"),
        why: expect["why"].as_str().unwrap().to_owned(),
    }
}

fn disagreements(expected: &Expected, answer: &Explained) -> Vec<String> {
    let mut out = Vec::new();
    if expected.permit != answer.decision.permit {
        out.push(format!("permit should be {}", expected.permit));
        return out;
    }
    if expected.mandatory != answer.decision.mandatory {
        out.push(format!("mandatory should be {}", expected.mandatory));
    }
    let shared = |wanted: &String| answer.basis.iter().any(|given| related(wanted, given));
    if !expected.basis.iter().any(shared) {
        out.push(format!("basis {:?} has none of {:?}", answer.basis, expected.basis));
    }
    let given: Vec<&str> = answer.obligations.iter().map(|obligation| obligation.as_str()).collect();
    for wanted in expected.obligations.iter().filter(|wanted| !given.contains(&wanted.as_str())) {
        out.push(format!("lacks the obligation {wanted}"));
    }
    out
}

fn print(law: &Law, answer: &Explained, expected: &Expected) {
    println!(
        "  expected: permit={} mandatory={} {:?} {:?}",
        expected.permit, expected.mandatory, expected.basis, expected.obligations
    );
    println!("            {}", expected.why);
    let decision = &answer.decision;
    println!(
        "  answer:   permit={} mandatory={} ask_counsel={}",
        decision.permit, decision.mandatory, decision.ask_counsel
    );
    let regimes: Vec<&str> =
        decision.regimes.iter().map(|regime| law.regimes()[regime].id.as_str()).collect();
    println!("  governs:  {regimes:?}");
    println!("  basis:    {:?}", answer.basis);
    println!("  duties:   {:?}", answer.obligations);
    for clause in decision.basis.as_slice() {
        println!("  clause:   {}", law.at(*clause).id);
    }
    for denial in &answer.denials {
        let ids = |clauses: &[policy::law::ClauseRef]| -> Vec<String> {
            clauses.iter().map(|clause| law.at(*clause).id.clone()).collect()
        };
        println!(
            "  denied:   {} closed by {:?}, nearest {:?}",
            denial.regime,
            ids(&denial.closed_by),
            ids(&denial.nearest)
        );
    }
    for way in &answer.missing {
        println!("  missing:  {} {} ({})", way.regime, way.clause, way.citation);
        for need in &way.needs {
            println!("              {}: {}", need.path, need.text);
        }
    }
}

#[test]
fn agrees_with_the_published_cases() {
    let law = Law::embedded();
    let only = std::env::var("ONLY").unwrap_or_default();
    let (mut agreed, mut total) = (0, 0);
    for line in PUBLISHED.lines() {
        let scenario = parse_scenario(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if !scenario.id.starts_with(&only) {
            continue;
        }
        total += 1;
        let expected = expected(line);
        let answer = law.explain(&scenario.facts);
        let wrong = disagreements(&expected, &answer);
        agreed += usize::from(wrong.is_empty());
        if !wrong.is_empty() || !only.is_empty() {
            println!("{} {}", scenario.id, if wrong.is_empty() { "agrees" } else { "DISAGREES" });
            wrong.iter().for_each(|wrong| println!("  {wrong}"));
        }
        if !only.is_empty() {
            print(law, &answer, &expected);
        }
    }
    println!("{agreed} of {total} published cases agree");
    assert!(total > 0, "no case begins with {only}");
    assert!(!only.is_empty() || agreed >= AGREED_MIN, "agreement fell below {AGREED_MIN}");
}

/// May only rise.
const AGREED_MIN: usize = 126;

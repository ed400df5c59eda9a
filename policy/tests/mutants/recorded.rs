//! Cases that were looked for, one at a time, because nothing else noticed a change of the text: each hangs on one condition.
//!
//! `recorded.jsonl` holds them, with the whole answer of the law when they were recorded: whether, by which clauses, with
//! which duties. `UPDATE_GOLDEN=1` writes the answers anew, for somebody to read what changed.

use policy::facts::{Facts, parse_scenario};
use policy::law::{Decision, Law};
use serde_json::{Value, json};

pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mutants/recorded.jsonl");

/// A case and its answer.
pub struct Recorded {
    /// The clause or regime for whose sake it is here.
    pub about: String,
    pub scenario: Value,
    pub facts: Facts,
    pub answer: String,
}

impl Recorded {
    pub fn new(law: &Law, about: &str, scenario: Value) -> Self {
        let facts = facts(&scenario);
        let answer = answer(law, &law.decide(&facts));
        Self { about: about.to_owned(), scenario, facts, answer }
    }

    pub fn line(&self) -> String {
        json!({"about": self.about, "facts": self.scenario, "answer": self.answer}).to_string()
    }
}

fn facts(scenario: &Value) -> Facts {
    let mut named = scenario.clone();
    named["id"] = "recorded".into();
    parse_scenario(&named.to_string()).unwrap_or_else(|error| panic!("{error}: {scenario}")).facts
}

/// The whole answer in one line.
pub fn answer(law: &Law, decision: &Decision) -> String {
    let clauses: Vec<&str> =
        decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.as_str()).collect();
    let duties: Vec<&str> = decision.obligations.iter().map(|duty| duty.as_str()).collect();
    let travels: Vec<&str> = law.travels(decision.travels).collect();
    let word = match (decision.permit, decision.mandatory, decision.ask_counsel) {
        (true, true, _) => "must",
        (true, false, _) => "permit",
        (false, _, true) => "ask counsel",
        (false, _, false) => "deny",
    };
    format!("{word} by {}; {}; {}", clauses.join(" "), duties.join(" "), travels.join(" "))
}

/// All that are recorded, as recorded.
pub fn recorded() -> Vec<Recorded> {
    let text = std::fs::read_to_string(FILE).unwrap_or_default();
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            Recorded {
                about: row["about"].as_str().unwrap().to_owned(),
                scenario: row["facts"].clone(),
                facts: facts(&row["facts"]),
                answer: row["answer"].as_str().unwrap().to_owned(),
            }
        })
        .collect()
}

pub fn write<'r>(all: impl Iterator<Item = &'r Recorded>) {
    let lines: Vec<String> = all.map(Recorded::line).collect();
    std::fs::write(FILE, lines.join("\n") + "\n").unwrap();
}

//! The cases that people wrote, as questions with answers: the published ones, and those of `cases/<regime>/*.toml`.
//!
//! `runner/mod.rs` says how these are written. What a case says of basis and duties is asked too; where a denial names a
//! provision that is only the nearest miss, the answer alone is.

#[path = "../common/case_file.rs"]
mod case_file;

use policy::facts::{Facts, parse_scenario};
use policy::law::{Decision, Law, related};
use serde_json::{Value, json};

use case_file::{File, merge, turned_round, without};

/// A question and what it expects.
pub struct Question {
    pub name: String,
    pub facts: Facts,
    expects: Expects,
}

struct Expects {
    permit: bool,
    mandatory: Option<bool>,
    ask_counsel: Option<bool>,
    /// Any of these.
    basis: Vec<String>,
    obligations: Vec<String>,
    not_obligations: Vec<String>,
}

impl Question {
    /// Whether a decision is what was expected.
    pub fn is_met(&self, law: &Law, decision: &Decision) -> bool {
        let expects = &self.expects;
        let has = |word: &String| decision.obligations.iter().any(|duty| duty.as_str() == word);
        expects.permit == decision.permit
            && expects.mandatory.is_none_or(|mandatory| mandatory == decision.mandatory)
            && expects.ask_counsel.is_none_or(|ask| ask == decision.ask_counsel)
            && expects.obligations.iter().all(has)
            && !expects.not_obligations.iter().any(has)
            && (expects.basis.is_empty() || self.rests(law, decision))
    }

    fn rests(&self, law: &Law, decision: &Decision) -> bool {
        let cited = decision.basis.as_slice().iter().map(|clause| law.at(*clause));
        let mut cited = cited.flat_map(|clause| [&clause.citation].into_iter().chain(&clause.also));
        cited.any(|cited| self.expects.basis.iter().any(|basis| related(basis, cited)))
    }
}

/// Every question, checked against the law as it stands.
pub fn questions(law: &Law) -> Vec<Question> {
    let mut all = published();
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let mut regimes: Vec<_> =
        std::fs::read_dir(format!("{tests}/cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    regimes.sort();
    for directory in regimes {
        let regime = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(format!("{tests}/law_{regime}.rs")).unwrap_or_default();
        let ordinary = ordinary(&source);
        let mut files: Vec<_> =
            std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            of_file(&std::fs::read_to_string(&file).unwrap(), &ordinary, &mut all);
        }
    }
    for question in &mut all {
        let decision = law.decide(&question.facts);
        if !question.rests(law, &decision) {
            question.expects.basis.clear();
        }
        assert!(question.is_met(law, &decision), "{}", question.name);
    }
    all
}

fn published() -> Vec<Question> {
    const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");
    let of = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        let expect = &case["expect"];
        let words = |key: &str| -> Vec<String> {
            expect[key].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        let scenario = parse_scenario(line).unwrap();
        Question {
            name: scenario.id,
            facts: scenario.facts,
            expects: Expects {
                permit: expect["decision"] == "permit",
                mandatory: Some(expect["mandatory"] == true),
                ask_counsel: None,
                basis: words("basis"),
                obligations: words("obligations"),
                not_obligations: Vec::new(),
            },
        }
    };
    PUBLISHED.lines().map(of).collect()
}

/// The facts that hold in a suite unless a case says otherwise: the first JSON text of its source, if it has one.
fn ordinary(source: &str) -> Value {
    let Some((_, text)) = source.split_once("r#\"{") else { return json!({}) };
    let (text, _) = text.split_once("}\"#").unwrap();
    serde_json::from_str(&format!("{{{text}}}")).unwrap()
}

fn of_file(text: &str, ordinary: &Value, all: &mut Vec<Question>) {
    let file: File = toml::from_str(text).unwrap();
    for case in &file.case {
        let mut facts = ordinary.clone();
        merge(&mut facts, &file.base);
        merge(&mut facts, &case.facts);
        let mut ask = |name: String, facts: &Value, expects: Expects| {
            let mut facts = facts.clone();
            facts["id"] = "case".into();
            let facts = parse_scenario(&facts.to_string()).unwrap().facts;
            all.push(Question { name: format!("{}{name}", case.name), facts, expects });
        };
        let permitted = Expects {
            permit: true,
            mandatory: Some(case.mandatory),
            ask_counsel: None,
            basis: vec![case.basis.clone()],
            obligations: case.obligations.clone(),
            not_obligations: case.not_obligations.clone(),
        };
        ask(String::new(), &facts, permitted);
        for path in &case.needs {
            let denied = || Expects {
                permit: false,
                mandatory: None,
                ask_counsel: Some(false),
                basis: Vec::new(),
                obligations: Vec::new(),
                not_obligations: Vec::new(),
            };
            ask(format!(", without {path}"), &without(&facts, path), denied());
            if let Some(turned) = turned_round(&facts, path) {
                ask(format!(", {path} turned round"), &turned, denied());
            }
        }
        for but in &case.but {
            let mut changed = facts.clone();
            but.drop.iter().for_each(|path| changed = without(&changed, path));
            merge(&mut changed, &but.set);
            let expects = Expects {
                permit: but.permit.is_some(),
                mandatory: but.mandatory,
                ask_counsel: but.permit.is_none().then_some(but.ask_counsel),
                basis: but.permit.iter().chain(&but.deny).cloned().collect(),
                obligations: but.obligations.clone(),
                not_obligations: but.not_obligations.clone(),
            };
            ask(format!(", {}", but.when), &changed, expects);
        }
    }
}

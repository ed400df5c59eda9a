//! `law/cases.txt`, from which `concord law show` says which cases cover a clause, is what the cases say.
//!
//! `UPDATE_GOLDEN=1 cargo test -p policy --test cases_index` writes it anew. What is listed must be so, and every
//! clause that some case decides by must be listed.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what is wrong and stops"
)]

#[expect(dead_code, reason = "the other suites use the rest")]
mod runner;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use policy::law::{Decision, Effect, Law};
use runner::{Suite, answer};
use serde_json::Value;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// Cases listed for one clause, at most.
const LISTED_MAX: usize = 8;

fn read(path: &Path) -> &'static str {
    Box::leak(
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).into(),
    )
}

fn sorted(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The facts that hold in every case of a suite, as its test file states them.
fn ordinary(regime: &str) -> &'static str {
    let suite = Path::new(HERE).join(format!("tests/law_{regime}.rs"));
    if !suite.exists() {
        return r#"{"id": "case"}"#;
    }
    let text = read(&suite);
    let from = text.find("const ORDINARY").or_else(|| text.find("ordinary: r#")).expect("ordinary facts");
    let start = text[from..].find("r#\"").expect("a raw text") + from + 3;
    let end = text[start..].find("\"#").expect("its end") + start;
    &text[start..end]
}

/// The clauses that a case decides by: those its answer names, and the duties that would go without them.
fn decided_by(law: &'static Law, facts: &Value, found: &mut BTreeSet<&'static str>) {
    let Decision { basis, permit, .. } = answer(facts).decision;
    found.extend(basis.as_slice().iter().map(|clause| law.at(*clause).id.as_str()));
    if !permit {
        return;
    }
    let facts = policy::facts::parse_scenario(&facts.to_string()).unwrap().facts;
    let with = law.decide(&facts);
    for bearing in basis.as_slice().iter().flat_map(|permit| law.bearing_on(*permit)) {
        let clause = law.at(bearing);
        if clause.effect == Effect::Require && !found.contains(clause.id.as_str()) {
            let without = law.decide_without(&facts, bearing);
            if (without.obligations, without.travels) != (with.obligations, with.travels) {
                found.insert(&clause.id);
            }
        }
    }
}

/// Every case, as `file: name`, with the clauses it decides by; in order.
fn cases() -> BTreeMap<String, BTreeSet<&'static str>> {
    let law = Law::embedded();
    let mut all: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for regime in sorted(&Path::new(HERE).join("tests/cases")).iter().filter(|path| path.is_dir()) {
        let regime_name = regime.file_name().unwrap().to_string_lossy().into_owned();
        for file in sorted(regime) {
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            let files: &'static [(&'static str, &'static str)] =
                Box::leak(Box::new([(Box::leak(stem.clone().into_boxed_str()) as &str, read(&file))]));
            Suite { files, ordinary: ordinary(&regime_name) }.variants(|case, facts| {
                decided_by(law, facts, all.entry(format!("{regime_name}/{stem}: {case}")).or_default());
            });
        }
    }
    for line in read(&Path::new(HERE).join("../tests/published.jsonl")).lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = format!("published: {}", case["id"].as_str().unwrap());
        decided_by(law, &case, all.entry(name).or_default());
    }
    all
}

#[test]
fn the_index_of_cases_is_what_the_cases_say() {
    let cases = cases();
    let mut index: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (case, clauses) in &cases {
        for clause in clauses {
            index.entry(clause).or_default().push(case);
        }
    }
    let path = Path::new(HERE).join("law/cases.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|v| v == "1") {
        let mut text = String::new();
        for (clause, cases) in &index {
            cases.iter().take(LISTED_MAX).for_each(|case| text.push_str(&format!("{clause}\t{case}\n")));
        }
        std::fs::write(&path, text).unwrap();
    }
    let again = "write it anew with UPDATE_GOLDEN=1 cargo test -p policy --test cases_index";
    let text = read(&path);
    for line in text.lines() {
        let (clause, case) = line.split_once('\t').unwrap_or_else(|| panic!("{line}: no tab"));
        let so = cases.get(case).is_some_and(|clauses| clauses.contains(clause));
        assert!(so, "{line}: not so, or no longer; {again}");
    }
    let listed: BTreeSet<&str> =
        text.lines().filter_map(|line| line.split_once('\t')).map(|(id, _)| id).collect();
    let absent: Vec<&&str> = index.keys().filter(|clause| !listed.contains(**clause)).collect();
    assert!(absent.is_empty(), "not listed: {absent:?}; {again}");
}

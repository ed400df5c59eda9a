//! Runs cases of the law written as data: `cases/<regime>/*.toml`.
//!
//! A case gives the facts of one permitted disclosure and the provision that permits it. `needs` lists the facts that its
//! paragraph asks for: each is taken away, and if it is a flag also turned round, and the answer must become no. `but`
//! changes a few facts and says what the law answers then. Facts that a case does not give are those of its file's
//! `[base]`, and before that those of the suite. `CASE=words cargo test -p policy --test law_<..> -- --nocapture` prints
//! the full answer to the cases whose name contains the words.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what is wrong and stops"
)]

#[path = "../common/case_file.rs"]
pub mod case_file;

use std::cell::Cell;

use policy::facts::parse_scenario;
use policy::law::{Effect, Explained, Law, related};
use serde_json::Value;

use case_file::{Case, File, merge, turned_round, without};

/// The cases of one regime.
pub struct Suite {
    /// Name and text of each file.
    pub files: &'static [(&'static str, &'static str)],
    /// Facts that hold unless a file or case says otherwise, as JSON.
    pub ordinary: &'static str,
}

/// What was asked.
pub struct Asked {
    /// Questions.
    pub questions: usize,
    /// Refusals for want of one condition.
    pub denied: usize,
    /// Those of them that name the provision whose condition lacks.
    pub named: usize,
    /// Whether only some cases were chosen.
    pub chosen: bool,
}

/// The law's answer to facts.
pub fn answer(facts: &Value) -> Explained {
    let scenario = parse_scenario(&facts.to_string()).unwrap_or_else(|error| panic!("{error}: {facts}"));
    Law::embedded().explain(&scenario.facts)
}

/// What is wrong with a permit; empty if nothing.
fn wrong_permit(
    got: &Explained,
    basis: &str,
    mandatory: Option<bool>,
    with: &[String],
    without: &[String],
) -> Vec<String> {
    let mut wrong = Vec::new();
    if !got.decision.permit {
        return vec![format!("should be permitted by {basis}; denied: {:?}", got.basis)];
    }
    if !got.basis.iter().any(|given| related(basis, given)) {
        wrong.push(format!("should rest on {basis}, rests on {:?}", got.basis));
    }
    if mandatory.is_some_and(|mandatory| mandatory != got.decision.mandatory) {
        wrong.push(format!("mandatory should be {mandatory:?}"));
    }
    let has = |word: &String| got.obligations.iter().any(|obligation| obligation.as_str() == word);
    wrong.extend(with.iter().filter(|word| !has(word)).map(|word| format!("lacks the obligation {word}")));
    wrong.extend(without.iter().filter(|word| has(word)).map(|word| format!("has the obligation {word}")));
    wrong
}

fn wrong_denial(got: &Explained, basis: Option<&str>, ask_counsel: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if got.decision.permit {
        return vec![format!("should be denied; permitted by {:?}", got.basis)];
    }
    if let Some(basis) = basis
        && !got.basis.iter().any(|given| related(basis, given))
    {
        wrong.push(format!("should be denied by {basis}, is by {:?}", got.basis));
    }
    if ask_counsel != got.decision.ask_counsel {
        wrong.push(format!("ask_counsel should be {ask_counsel}"));
    }
    wrong
}

impl Suite {
    fn each_case(&self, mut visit: impl FnMut(&Case, Value)) {
        for (file, text) in self.files {
            let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("{file}.toml: {error}"));
            for case in &file.case {
                let mut facts: Value = serde_json::from_str(self.ordinary).unwrap();
                merge(&mut facts, &file.base);
                merge(&mut facts, &case.facts);
                visit(case, facts);
            }
        }
    }

    /// The facts of every case, as it stands and with each of its changes.
    pub fn variants(&self, mut visit: impl FnMut(&str, &Value)) {
        self.each_case(|case, facts| {
            visit(&case.name, &facts);
            for but in &case.but {
                let mut changed = facts.clone();
                but.drop.iter().for_each(|path| changed = without(&changed, path));
                merge(&mut changed, &but.set);
                visit(&case.name, &changed);
            }
        });
    }

    /// Asks everything; panics with the list of what is wrong.
    pub fn ask(&self) -> Asked {
        let chosen = std::env::var("CASE").unwrap_or_default();
        let (mut failures, mut count) = (Vec::new(), 0);
        let (denied, named) = (Cell::new(0), Cell::new(0));
        self.each_case(|case, facts| {
            if !case.name.contains(&chosen) {
                return;
            }
            let mut check = |what: String, facts: &Value, judge: &dyn Fn(&Explained) -> Vec<String>| {
                let got = answer(facts);
                count += 1;
                if !chosen.is_empty() {
                    println!("{what}\n  {facts}\n  {:?} {:?} {:?}", got.decision, got.basis, got.obligations);
                    got.missing.iter().for_each(|way| println!("    {} {:?}", way.clause, way.needs));
                }
                failures.extend(judge(&got).into_iter().map(|wrong| format!("{what}: {wrong}")));
            };
            check(case.name.clone(), &facts, &|got| {
                wrong_permit(got, &case.basis, Some(case.mandatory), &case.obligations, &case.not_obligations)
            });
            for path in &case.needs {
                let judge = |got: &Explained| {
                    denied.set(denied.get() + 1);
                    let names = got.basis.iter().any(|given| related(&case.basis, given));
                    named.set(named.get() + usize::from(names));
                    wrong_denial(got, None, false)
                };
                check(format!("{} | without {path}", case.name), &without(&facts, path), &judge);
                if let Some(turned) = turned_round(&facts, path) {
                    check(format!("{} | {path} turned round", case.name), &turned, &judge);
                }
            }
            for but in &case.but {
                let mut changed = facts.clone();
                but.drop.iter().for_each(|path| changed = without(&changed, path));
                merge(&mut changed, &but.set);
                let judge = |got: &Explained| match (&but.permit, &but.deny) {
                    (Some(basis), None) => {
                        wrong_permit(got, basis, but.mandatory, &but.obligations, &but.not_obligations)
                    }
                    (None, Some(basis)) => wrong_denial(got, Some(basis), but.ask_counsel),
                    _ => vec!["say `permit` or `deny`".to_owned()],
                };
                check(format!("{} | {}", case.name, but.when), &changed, &judge);
            }
        });
        let asked =
            Asked { questions: count, denied: denied.get(), named: named.get(), chosen: !chosen.is_empty() };
        println!("{count} questions");
        println!("{} of {} refusals name the permission that lacks a condition", asked.named, asked.denied);
        assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
        asked
    }

    /// Ids of permits of a regime on which no case rests, those given aside.
    pub fn without_a_case(&self, prefix: &str, aside: &[&str]) -> Vec<&'static str> {
        let law = Law::embedded();
        let mut relied_on = Vec::new();
        self.variants(|_, facts| {
            let decision = answer(facts).decision;
            relied_on.extend(decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.as_str()));
        });
        law.clauses()
            .iter()
            .filter(|clause| clause.effect == Effect::Permit && clause.id.starts_with(prefix))
            .map(|clause| clause.id.as_str())
            .filter(|id| !relied_on.contains(id) && !aside.contains(id))
            .collect()
    }
}

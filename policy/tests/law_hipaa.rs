//! The HIPAA clauses, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/hipaa/*.toml`. A case gives the facts of one permitted disclosure and the provision that
//! permits it. `needs` lists the facts that its paragraph asks for: each is taken away, and if it is a flag also turned
//! round, and the answer must become no. `but` changes a few facts and says what the law answers then. Facts that a
//! case does not give are those of [`ORDINARY`]. `CASE=words cargo test -p policy --test law_hipaa -- --nocapture` prints
//! the full answer to the cases whose name contains the words.

#![expect(clippy::panic, reason = "a test says what is wrong and stops")]

use std::cell::Cell;

use policy::facts::parse_scenario;
use policy::law::{Effect, Explained, Law, related};
use serde_json::{Map, Value, json};

const FILES: &[(&str, &str)] = &[
    ("authorities", include_str!("cases/hipaa/authorities.toml")),
    ("care", include_str!("cases/hipaa/care.toml")),
    ("consent", include_str!("cases/hipaa/consent.toml")),
    ("people", include_str!("cases/hipaa/people.toml")),
    ("process", include_str!("cases/hipaa/process.toml")),
    ("scope", include_str!("cases/hipaa/scope.toml")),
    ("threat", include_str!("cases/hipaa/threat.toml")),
];

/// An ordinary chart entry of an adult at a hospital.
const ORDINARY: &str = r#"{
    "id": "case",
    "discloser": {"sector": "hospital", "hipaa_covered": true, "ferpa_covered": false, "part2_program": false},
    "recipient": {"team_role": "none"},
    "subject": {"age": 40, "is_student": false},
    "record": {"kind": "phi", "obtained_via": "own", "elements": ["diagnosis_or_treatment"]}
}"#;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The provision that permits.
    basis: String,
    #[serde(default)]
    mandatory: bool,
    #[serde(default)]
    obligations: Vec<String>,
    #[serde(default)]
    not_obligations: Vec<String>,
    facts: Value,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    but: Vec<But>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct But {
    when: String,
    #[serde(default)]
    set: Value,
    #[serde(default)]
    drop: Vec<String>,
    permit: Option<String>,
    deny: Option<String>,
    mandatory: Option<bool>,
    #[serde(default)]
    ask_counsel: bool,
    #[serde(default)]
    obligations: Vec<String>,
    #[serde(default)]
    not_obligations: Vec<String>,
}

/// Puts `over` into `under`, object by object.
fn merge(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (under, over) => *under = over.clone(),
    }
}

fn at<'a>(facts: &'a mut Value, path: &str) -> Option<(&'a mut Map<String, Value>, String)> {
    match path.split_once('.') {
        Some((section, name)) => Some((facts.get_mut(section)?.as_object_mut()?, name.to_owned())),
        None => Some((facts.as_object_mut()?, path.to_owned())),
    }
}

fn without(facts: &Value, path: &str) -> Value {
    let mut facts = facts.clone();
    let (section, name) = at(&mut facts, path).unwrap_or_else(|| panic!("{path}: no such section"));
    assert!(section.remove(&name).is_some(), "{path}: the case does not give it");
    facts
}

fn turned_round(facts: &Value, path: &str) -> Option<Value> {
    let mut facts = facts.clone();
    let (section, name) = at(&mut facts, path)?;
    let flag = section.get(&name)?.as_bool()?;
    section.insert(name, json!(!flag));
    Some(facts)
}

fn answer(facts: &Value) -> Explained {
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

#[test]
fn each_permission_opens_with_all_its_conditions_and_with_no_fewer() {
    let chosen = std::env::var("CASE").unwrap_or_default();
    let (mut failures, mut count) = (Vec::new(), 0);
    let (denied, named) = (Cell::new(0), Cell::new(0));
    for (file, text) in FILES {
        let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("{file}.toml: {error}"));
        for case in file.case.iter().filter(|case| case.name.contains(&chosen)) {
            let mut facts: Value = serde_json::from_str(ORDINARY).unwrap();
            merge(&mut facts, &case.facts);
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
        }
    }
    println!("{count} questions");
    let (denied, named) = (denied.get(), named.get());
    println!("{named} of {denied} refusals name the permission that lacks a condition");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert!(!chosen.is_empty() || count > 300, "only {count} questions were asked");
    assert!(!chosen.is_empty() || named * 100 >= denied * 95, "{named} of {denied} refusals name it");
}

/// Every permission has a case of its own that rests on it.
#[test]
fn every_permission_has_a_case() {
    let law = Law::embedded();
    let mut relied_on = Vec::new();
    for (file, text) in FILES {
        let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("{file}.toml: {error}"));
        for case in &file.case {
            for changes in [&Value::Null].into_iter().chain(case.but.iter().map(|but| &but.set)) {
                let mut facts: Value = serde_json::from_str(ORDINARY).unwrap();
                merge(&mut facts, &case.facts);
                merge(&mut facts, changes);
                let decision = answer(&facts).decision;
                relied_on.extend(decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.clone()));
            }
        }
    }
    let permits = law
        .clauses()
        .iter()
        .filter(|clause| clause.effect == Effect::Permit && clause.id.starts_with("hipaa-"));
    let alone: Vec<&str> = permits
        .map(|clause| clause.id.as_str())
        .filter(|id| !relied_on.iter().any(|other| other == id))
        .collect();
    assert!(alone.is_empty(), "no case rests on {alone:?}");
}

/// 164.508(a)(2): whatever facts else, psychotherapy notes go out only under the closed list.
#[test]
fn psychotherapy_notes_leave_only_under_the_closed_list() {
    const CLOSED_LIST: &[&str] = &[
        "hipaa-502-a-1-i",
        "hipaa-502-a-2-ii",
        "hipaa-502-g-1",
        "hipaa-508-a-2-authorized",
        "hipaa-508-a-2-i-c",
        "hipaa-512-a-1",
        "hipaa-512-d-1",
        "hipaa-512-g-1",
        "hipaa-512-j-1-i",
    ];
    let law = Law::embedded();
    let mut opened = 0;
    for (file, text) in FILES {
        let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("{file}.toml: {error}"));
        for case in &file.case {
            for changes in [&Value::Null].into_iter().chain(case.but.iter().map(|but| &but.set)) {
                let mut facts: Value = serde_json::from_str(ORDINARY).unwrap();
                merge(&mut facts, &case.facts);
                merge(&mut facts, changes);
                merge(
                    &mut facts,
                    &json!({"record": {"kind": "psychotherapy_notes"}, "discloser": {"hipaa_covered": true}}),
                );
                let got = answer(&facts);
                if !got.decision.permit {
                    continue;
                }
                opened += 1;
                for clause in got.decision.basis.as_slice().iter().map(|clause| law.at(*clause)) {
                    let listed =
                        CLOSED_LIST.contains(&clause.id.as_str()) || !clause.id.starts_with("hipaa-");
                    assert!(listed, "{}: {} opened psychotherapy notes", case.name, clause.id);
                }
            }
        }
    }
    assert!(opened > 10, "only {opened} cases opened them at all");
}

//! What the schema cannot say: a number on a person, a likelihood, a rank; a level, tripwire, restriction or order without
//! an end (guardrails G5, G22).

use crate::common::full::every_act;
use crate::invariants::numbers;
use policy::process::Act;
use serde_json::Value;

fn fields(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                let path = format!("{path}/{name}");
                found.push((path.clone(), value.clone()));
                fields(value, &path, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| fields(value, &format!("{path}/*"), found)),
        _ => {}
    }
}

fn every_field() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for act in every_act() {
        fields(&serde_json::to_value(act).unwrap(), "", &mut found);
    }
    found
}

#[test]
fn the_full_instances_are_of_every_act_and_full() {
    let words: Vec<&str> = every_act().iter().map(|a| a.word()).collect();
    let mut sorted = (words.clone(), Act::WORDS.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1);
    for (path, value) in every_field() {
        let empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            Value::Null => true,
            _ => false,
        };
        assert!(!empty, "{path} is empty: no test of the schema sees it");
    }
    // What is left out when it is empty is there when it is full: as many fields as the structs have.
    for act in every_act() {
        let text = serde_json::to_string(&act).unwrap();
        let again: Act = serde_json::from_str(&text).unwrap();
        assert!(again == act, "`{}` does not come back as it was", act.word());
    }
}

#[test]
fn no_field_of_any_act_is_a_number_or_named_like_one() {
    const BANNED: &[&str] = &[
        "probab",
        "score",
        "scoring",
        "rank",
        "risk_level",
        "likelihood",
        "percent",
        "rating",
        "weight",
        "odds",
        "predict",
        "severity",
        "points",
    ];
    let fields = every_field();
    assert!(fields.len() > 200, "only {} fields", fields.len());
    for (path, value) in &fields {
        assert_eq!(numbers(value), 0, "{path} is a number");
        let name = path.rsplit('/').next().unwrap_or_default();
        assert!(!BANNED.iter().any(|banned| name.contains(banned)), "{path}");
    }
}

#[test]
fn a_number_where_a_word_belongs_is_not_read() {
    for act in every_act() {
        let whole = serde_json::to_value(&act).unwrap();
        let content = &whole[act.word()];
        for (name, value) in content.as_object().unwrap() {
            let mut other = whole.clone();
            other[act.word()][name] = match value {
                Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => Value::from(7),
                other => other.clone(),
            };
            assert!(serde_json::from_value::<Act>(other).is_err(), "{}/{name} takes a number", act.word());
        }
    }
}

#[test]
fn what_must_end_cannot_be_read_without_its_end() {
    for (word, at) in [
        ("assess", "/assess/level/valid_until"),
        ("tripwire", "/tripwire/expires"),
        ("order", "/order/until"),
        ("plan", "/plan/review_at"),
        ("plan", "/plan/restrictions/0/until"),
    ] {
        let act = every_act().into_iter().find(|a| a.word() == word).unwrap();
        let mut json = serde_json::to_value(act).unwrap();
        let (parent, field) = at.rsplit_once('/').unwrap();
        let removed = json.pointer_mut(parent).and_then(|p| p.as_object_mut()).and_then(|p| p.remove(field));
        assert!(removed.is_some(), "{at}");
        assert!(serde_json::from_value::<Act>(json.clone()).is_err(), "{at} may be left out");
        json.pointer_mut(parent).unwrap()[field] = "".into();
        assert!(serde_json::from_value::<Act>(json).is_err(), "{at} may be empty");
    }
}

#[test]
fn nothing_of_a_case_is_printed_for_debugging() {
    for act in every_act() {
        let shown = format!("{act:?}");
        assert_eq!(shown, format!("{}(..)", act.word()));
    }
}

//! `cases/<regime>/*.toml` as data, and what a case does to its facts. `runner/mod.rs` says how they are written.

use serde_json::{Map, Value, json};

/// A file: facts that all its cases share, and the cases.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub base: Value,
    pub case: Vec<Case>,
}

/// One permitted disclosure.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// The provision that permits.
    pub basis: String,
    #[serde(default)]
    pub mandatory: bool,
    #[serde(default)]
    pub obligations: Vec<String>,
    #[serde(default)]
    pub not_obligations: Vec<String>,
    pub facts: Value,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub but: Vec<But>,
}

/// The same with a few facts changed, and what the law answers then.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct But {
    pub when: String,
    #[serde(default)]
    pub set: Value,
    #[serde(default)]
    pub drop: Vec<String>,
    pub permit: Option<String>,
    pub deny: Option<String>,
    pub mandatory: Option<bool>,
    #[serde(default)]
    pub ask_counsel: bool,
    #[serde(default)]
    pub obligations: Vec<String>,
    #[serde(default)]
    pub not_obligations: Vec<String>,
}

/// Puts `over` into `under`, object by object.
pub fn merge(under: &mut Value, over: &Value) {
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

/// The facts without one of them.
pub fn without(facts: &Value, path: &str) -> Value {
    let mut facts = facts.clone();
    let (section, name) = at(&mut facts, path).unwrap_or_else(|| panic!("{path}: no such section"));
    assert!(section.remove(&name).is_some(), "{path}: the case does not give it");
    facts
}

/// The facts with one flag turned round; nothing if it is no flag.
pub fn turned_round(facts: &Value, path: &str) -> Option<Value> {
    let mut facts = facts.clone();
    let (section, name) = at(&mut facts, path)?;
    let flag = section.get(&name)?.as_bool()?;
    section.insert(name, json!(!flag));
    Some(facts)
}

//! Facts written down beside a decision, so that it can be made again under another version of the law.
//!
//! Called by the node for each item that goes and by tests; read back by [`parse_recorded`](super::parse_recorded). Only what
//! is known is written, in the words of the vocabulary: they outlive the layout of the table.

use serde_json::{Map, Value};

use super::{FactId, Facts, Kind, PERMISSION_SECTION, vocabulary};

/// All that is known, as one JSON object.
pub fn recorded(facts: &Facts) -> Value {
    let mut out = Map::new();
    for fact in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
        let value = match fact.row().kind {
            Kind::Count => facts.count(fact).map(Value::from),
            _ => said(fact, facts.bits(fact)),
        };
        if let Some(value) = value {
            put(&mut out, fact, value);
        }
    }
    if facts.permissions > 0 {
        let permissions = (0..facts.permissions).map(|lane| permission(facts, lane)).collect();
        out.insert(PERMISSION_SECTION.to_owned(), Value::Array(permissions));
    }
    Value::Object(out)
}

fn permission(facts: &Facts, lane: usize) -> Value {
    let of_permission = vocabulary().facts().filter(|fact| fact.row().of_permission());
    let known = of_permission.filter_map(|fact| {
        let value = said(fact, facts.permission_bits(fact, lane))?;
        let name = fact.path().split_once('.').map_or(fact.path(), |(_, name)| name);
        Some((name.to_owned(), value))
    });
    Value::Object(known.collect())
}

fn put(out: &mut Map<String, Value>, fact: FactId, value: Value) {
    match fact.path().split_once('.') {
        None => {
            out.insert(fact.path().to_owned(), value);
        }
        Some((section, name)) => {
            let section = out.entry(section).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(section) = section {
                section.insert(name.to_owned(), value);
            }
        }
    }
}

/// A fact's value, if it is known.
fn said(fact: FactId, (yes, no): (u64, u64)) -> Option<Value> {
    let values = fact.row().kind.values();
    let all = match values.len() {
        0 => 1,
        64 => u64::MAX,
        count => (1 << count) - 1,
    };
    if (yes | no) & all != all {
        return None;
    }
    let words =
        || values.iter().enumerate().filter(|(at, _)| yes >> at & 1 == 1).map(|(_, value)| value.name);
    match fact.row().kind {
        Kind::Flag => Some(Value::Bool(yes & 1 == 1)),
        Kind::One(_) => words().next().map(Value::from),
        Kind::Some(_) | Kind::List(_) => Some(words().collect()),
        Kind::Count => None,
    }
}

//! The way in from JSON, in the words of the vocabulary: scenarios, facts of one disclosure, facts as recorded.
//!
//! Called by `concord decide`, by `concord law replay` and by tests. Labels for people (`source`, `story`, `regimes`,
//! `expect` …) are not read. This is the only place where a fact that is not mentioned can become *false*: those rows of the
//! vocabulary that say so, each with its reason, and of facts as recorded none. Everything else that is absent stays
//! unknown. A permission may say when it was signed and when it expires (`signed_on`, `expires_on`), and the object what
//! day it is (`as_of`): the dates become flags here and go no further. Whether facts fit together is
//! [`contradictions`](super::contradictions)' business.

use std::collections::HashSet;
use std::fmt;

use super::near::near;
use super::{FactError, FactId, FactValue, Facts, Kind, PERMISSION_SECTION, Permission, quoted, vocabulary};
use crate::time::Date;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Bytes of one scenario, at most.
pub const LINE_BYTES_MAX: usize = 256 * 1024;

/// Keys of a scenario that are labels for people and statistics.
const LABELS: [&str; 6] = ["source", "derived", "derived_from", "regimes", "story", "expect"];
/// Sections of facts.
const SECTIONS: [&str; 5] = ["discloser", "recipient", "subject", "record", "circumstances"];
/// Years that a date can have.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// One scenario: its name and what it establishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its name, for the answer.
    pub id: String,
    /// What it establishes.
    pub facts: Facts,
}

/// Reads one scenario.
///
/// # Errors
/// Anything that is not understood: bad JSON, an unknown fact or value, a wrong type, a key given twice.
pub fn parse_scenario(line: &str) -> Result<Scenario, FactError> {
    let (id, facts) = read(line, true)?;
    Ok(Scenario { id: id.ok_or(FactError::NoId)?, facts })
}

/// Reads the facts of one disclosure; they need no name.
///
/// # Errors
/// As [`parse_scenario`].
pub fn parse_facts(text: &str) -> Result<Facts, FactError> {
    read(text, true).map(|(_, facts)| facts)
}

/// Reads facts as [`recorded`](super::recorded) wrote them: what they do not mention was not known.
///
/// # Errors
/// As [`parse_scenario`].
pub fn parse_recorded(text: &str) -> Result<Facts, FactError> {
    read(text, false).map(|(_, facts)| facts)
}

fn read(text: &str, close_adverse: bool) -> Result<(Option<String>, Facts), FactError> {
    if text.len() > LINE_BYTES_MAX {
        return Err(FactError::TooLong { bytes: text.len(), max: LINE_BYTES_MAX });
    }
    let tree: Tree = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    tree.refuse_duplicates("")?;
    let Tree::Object(entries) = tree else {
        return Err(FactError::WrongType { path: "the whole".to_owned(), expected: "an object" });
    };
    let as_of =
        entries.iter().find(|(key, _)| key == "as_of").map(|(_, day)| day.date("as_of")).transpose()?;

    let mut id = None;
    let mut facts = Facts::new();
    for (key, value) in &entries {
        match (key.as_str(), value) {
            ("id", Tree::Text(text)) => id = Some(text.clone()),
            ("id", _) => return Err(wrong("id", "text")),
            ("as_of", _) => {}
            (PERMISSION_SECTION, value) => read_permissions(&mut facts, value, as_of)?,
            (section, value) if SECTIONS.contains(&section) => {
                for (name, value) in value.entries(section)? {
                    read_case_fact(&mut facts, &format!("{section}.{name}"), value)?;
                }
            }
            (label, _) if LABELS.contains(&label) => {}
            (path, value) => read_case_fact(&mut facts, path, value)?,
        }
    }
    if close_adverse {
        facts.close_adverse();
    }
    Ok((id, facts))
}

fn known(path: &str) -> Result<FactId, FactError> {
    FactId::of(path).ok_or_else(|| {
        let hint = near(path, vocabulary().rows().iter().map(|row| row.path));
        FactError::UnknownFact { path: quoted(path), hint }
    })
}

fn read_case_fact(facts: &mut Facts, path: &str, value: &Tree) -> Result<(), FactError> {
    let fact = known(path)?;
    value.give(fact, |value| facts.set_fact(fact, value))
}

/// One permission, none, or a list of them.
fn read_permissions(facts: &mut Facts, value: &Tree, as_of: Option<Date>) -> Result<(), FactError> {
    match value {
        Tree::Null => Ok(()),
        Tree::List(items) => items.iter().enumerate().try_for_each(|(at, item)| {
            let place = format!("{PERMISSION_SECTION}[{at}]");
            read_permission(facts, item, as_of, &place).map_err(|error| error.within(&place))
        }),
        item => read_permission(facts, item, as_of, PERMISSION_SECTION),
    }
}

fn read_permission(
    facts: &mut Facts,
    value: &Tree,
    as_of: Option<Date>,
    place: &str,
) -> Result<(), FactError> {
    let mut permission = Permission::new();
    let (mut signed_on, mut expires_on) = (None, None);
    let entries = value.entries(PERMISSION_SECTION)?;
    for (name, value) in entries {
        let path = format!("{PERMISSION_SECTION}.{name}");
        match name.as_str() {
            "signed_on" => signed_on = Some(value.date(&path)?),
            "expires_on" => expires_on = Some(value.date(&path)?),
            _ => {
                let fact = known(&path)?;
                value.give(fact, |value| permission.set_fact(fact, value))?;
            }
        }
    }
    let says = |name: &str, wanted: bool| {
        entries.iter().any(|(key, value)| key == name && matches!(value, Tree::Flag(flag) if *flag == wanted))
    };
    let contradiction = |message: String| Err(FactError::Contradiction { place: place.to_owned(), message });
    if let Some(signed_on) = signed_on {
        if says("signed", false) {
            return contradiction(
                "signed_on gives a date and signed is false; keep the one that is so".to_owned(),
            );
        }
        if as_of.is_some_and(|day| signed_on > day) {
            return contradiction(format!(
                "signed_on ({signed_on}) is after as_of; correct the one that is wrong"
            ));
        }
        permission.set("consent.signed", true)?;
    }
    if let Some(expires_on) = expires_on {
        if let Some(signed_on) = signed_on.filter(|signed_on| *signed_on > expires_on) {
            return contradiction(format!(
                "it expired ({expires_on}) before it was signed ({signed_on}); correct the date that is wrong"
            ));
        }
        if let Some(day) = as_of {
            let expired = expires_on < day;
            if says("expired", !expired) {
                return contradiction(format!(
                    "expires_on is {expires_on}, as_of is {day}, and expired is {}; keep what is so",
                    !expired
                ));
            }
            permission.set("consent.expired", expired)?;
        }
    }
    facts.add_permission(permission)
}

fn wrong(path: &str, expected: &'static str) -> FactError {
    FactError::WrongType { path: quoted(path), expected }
}

/// The reader's complaint in our words: its own may quote the text.
fn not_json(error: &serde_json::Error) -> FactError {
    let reason = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "syntax error, or nested too deeply",
        serde_json::error::Category::Io | serde_json::error::Category::Data => "cannot be read",
    };
    FactError::NotJson { reason, line: error.line(), column: error.column() }
}

/// JSON as it stands, with the keys that repeat.
enum Tree {
    Null,
    Flag(bool),
    Whole(i64),
    Number,
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    fn entries(&self, path: &str) -> Result<&[(String, Tree)], FactError> {
        match self {
            Self::Object(entries) => Ok(entries),
            _ if path == PERMISSION_SECTION => Err(wrong(path, "an object, a list of objects, or null")),
            _ => Err(wrong(path, "an object")),
        }
    }

    /// Itself as a day.
    fn date(&self, path: &str) -> Result<Date, FactError> {
        let Self::Text(text) = self else { return Err(wrong(path, "a date, as \"YYYY-MM-DD\"")) };
        Date::parse(text).ok().filter(|day| YEARS.contains(&day.year)).ok_or_else(|| {
            wrong(path, "a day of the calendar from 1900-01-01 to 2199-12-31, as \"YYYY-MM-DD\"")
        })
    }

    /// Hands itself over as a value of `fact`.
    fn give(
        &self,
        fact: FactId,
        mut take: impl FnMut(FactValue<'_>) -> Result<(), FactError>,
    ) -> Result<(), FactError> {
        match (fact.row().kind, self) {
            (Kind::Count, Self::Null) => Ok(()),
            (Kind::Count, Self::Whole(count)) => match i32::try_from(*count) {
                Ok(count) => take(FactValue::Count(count)),
                Err(_) => Err(wrong(fact.path(), "a whole number or null")),
            },
            (_, Self::Flag(flag)) => take(FactValue::Flag(*flag)),
            (_, Self::Text(word)) => take(FactValue::Word(word)),
            (_, Self::List(items)) => {
                let words: Vec<&str> = items
                    .iter()
                    .map(|item| match item {
                        Self::Text(word) => Ok(word.as_str()),
                        _ => Err(wrong(fact.path(), "a list of words")),
                    })
                    .collect::<Result<_, _>>()?;
                take(FactValue::Words(&words))
            }
            (Kind::Flag, _) => Err(wrong(fact.path(), "true or false")),
            (Kind::Count, _) => Err(wrong(fact.path(), "a whole number or null")),
            (Kind::List(_), _) => Err(wrong(fact.path(), "a list of values")),
            (Kind::One(_) | Kind::Some(_), _) => Err(wrong(fact.path(), "a value, as text")),
        }
    }

    /// No key twice in one object, however deep; `place` is the path of this value.
    fn refuse_duplicates(&self, place: &str) -> Result<(), FactError> {
        match self {
            Self::List(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| item.refuse_duplicates(&format!("{place}[{at}]"))),
            Self::Object(entries) => {
                let mut seen = HashSet::with_capacity(entries.len());
                entries.iter().try_for_each(|(key, value)| {
                    let path = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                    if !seen.insert(key.as_str()) {
                        return Err(FactError::DuplicateKey { path: quoted(&path) });
                    }
                    value.refuse_duplicates(&path)
                })
            }
            _ => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Number, Tree::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Tree::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        parse_scenario(line).unwrap_err().to_string()
    }

    #[test]
    fn reads_sections_permissions_and_adverse_defaults() {
        let line = r#"{"id":"a","story":{"x":[1.5]},"purpose":"treatment","subject":{"age":16},
            "record":{"elements":["general_condition"]},"recipient":{"written_agreement":["none"]},
            "consent":[{"type":"part2_consent","signed":true},{"type":"objection"}]}"#;
        let scenario = parse_scenario(line).unwrap();
        assert_eq!(scenario.id, "a");
        assert_eq!(scenario.facts.permissions().len(), 2);
        let known = |path| scenario.facts.knows(FactId::of(path).unwrap());
        assert!(known("purpose") && known("subject.age") && known("record.elements"));
        assert!(known("circumstances.directory_opt_out"), "adverse facts are false unless stated");
        assert!(!known("circumstances.imminent"), "everything else absent is unknown");
    }

    #[test]
    fn no_permission_can_be_said_three_ways() {
        let plain = parse_scenario(r#"{"id":"a"}"#).unwrap();
        for consent in ["null", "[]"] {
            assert_eq!(parse_scenario(&format!(r#"{{"id":"a","consent":{consent}}}"#)).unwrap(), plain);
        }
    }

    #[test]
    fn errors_name_what_is_wrong() {
        assert!(refused(r#"{"id":"a","purpose":"fun"}"#).contains("purpose: `fun`"));
        assert!(refused(r#"{"id":"a","record":{"colour":1}}"#).starts_with("record.colour: no such fact"));
        assert!(refused(r#"{"id":"a","colour":1}"#).starts_with("colour: no such fact"));
        assert!(
            refused(r#"{"id":"a","purpose":"research","purpose":"research"}"#)
                .starts_with("purpose: given twice")
        );
        assert!(refused(r#"{"id":"a","story":{"k":1,"k":2}}"#).starts_with("story.k: given twice"));
        assert!(refused(r#"{"id":"a","circumstances":{"imminent":null}}"#).contains("true or false"));
        assert!(refused(r#"{"id":"a","circumstances":{"imminent":1}}"#).contains("true or false"));
        assert!(refused(r#"{"id":"a","subject":{"age":1.5}}"#).contains("whole number"));
        assert!(refused(r#"{"id":"a","subject":{"age":99999999999}}"#).contains("whole number"));
        assert!(refused(r#"{"id":"a","subject":{"age":-1}}"#).contains("0 or more"));
        assert!(refused(r#"{"id":"a","record":{"elements":"dna"}}"#).contains("list of values"));
        assert!(refused(r#"{"id":"a","consent":"yes"}"#).contains("list of objects"));
        assert!(refused(r#"{"id":"a","consent":{"none":true}}"#).contains("consent.none: no such fact"));
        assert!(refused(r#"{"id":7}"#).contains("id: must be text"));
        assert!(refused(r#"{"purpose":"research"}"#).starts_with("id: missing"));
        assert!(refused("[]").contains("an object"));
        assert!(refused("{").contains("ends too early"));
        assert!(refused(&"[".repeat(10_000)).contains("not JSON"));
        assert!(refused(&" ".repeat(LINE_BYTES_MAX + 1)).contains("at most"));
    }

    #[test]
    fn errors_repeat_strangers_words_bounded_and_printable() {
        let long = "x\\u0007".repeat(500);
        let error = refused(&format!(r#"{{"id":"a","purpose":"{long}"}}"#));
        assert!(error.len() < 400 && !error.contains('\u{7}'), "{error}");
    }
}

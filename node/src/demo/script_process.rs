//! The steps of a story in which a case goes its way by the process, and the words with which an act names what is there.
//!
//! An act is the JSON of the staff API. A text in it that begins with `@` stands for what is known only while playing:
//! `@at N` a moment N days from now, `@on N` a day N days from now, `@staff AGENCY/NAME` a person's certificate, and
//! `@id KEY` what the story calls KEY in the case. `play` resolves them, and so does the rehearsal.

use super::cast::Who;
use super::script::Key;
use policy::time::UtcTime;
use serde_json::Value;

/// Something done in a case by the process. A report begins the case.
pub struct Act {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The entry.
    pub key: Key,
    /// The case.
    pub case: Key,
    /// Who.
    pub by: Who,
    /// What: `{"observe": {..}}`.
    pub act: Value,
    /// The entry of which it is the next version; empty: it is a new one.
    pub replaces: Key,
    /// Where the case must stand afterwards: word of State; empty: where it stood.
    pub state: &'static str,
    /// It must wait for a second member.
    pub awaits: bool,
}

/// Something that the process refuses.
pub struct Refused {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The case.
    pub case: Key,
    /// Who tries.
    pub by: Who,
    /// What.
    pub act: Value,
    /// The guard that refuses it, by its word.
    pub guard: &'static str,
}

/// A look at what is due.
pub struct Agenda {
    /// Sentence for the reader.
    pub say: &'static str,
    /// Who looks.
    pub by: Who,
    /// The case.
    pub case: Key,
    /// Days ahead.
    pub days: u32,
    /// Words of Duty that must be there, each with whether it is overdue.
    pub has: &'static [(&'static str, bool)],
    /// Words of Duty that must not be there.
    pub has_not: &'static [&'static str],
}

/// A look at where a case stands.
pub struct History {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The case.
    pub case: Key,
    /// Who looks.
    pub by: Who,
    /// Word of State.
    pub state: &'static str,
    /// The band of the level that stands; empty: there is none.
    pub band: &'static str,
    /// Words of StaleReason, all of them; empty: the level is current.
    pub stale: &'static [&'static str],
    /// How many levels the history holds: none is ever overwritten.
    pub levels: usize,
}

/// A look at what its sender no longer stands by.
pub struct Outdated {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share that carried it.
    pub share: Key,
    /// Who looks, at the recipient's node.
    pub by: Who,
    /// Rows that must be marked, all of them.
    pub rows: &'static [u32],
    /// Why: `stale` or `superseded`.
    pub because: &'static str,
}

/// A word of the service about a referral.
pub struct AnswerReferral {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share that was the referral.
    pub share: Key,
    /// Who answers, at the service.
    pub by: Who,
    /// Word of referral State.
    pub state: &'static str,
    /// Days for which the person agreed that the referring agency be told; 0: nothing is said of it.
    pub agreed_days: i64,
}

/// An act with every `@` word put in its place.
///
/// # Errors
/// The word that stands for nothing.
pub fn resolved(
    act: &Value,
    now: UtcTime,
    staff: &impl Fn(Who) -> String,
    id: &impl Fn(&str) -> Option<String>,
) -> Result<Value, String> {
    Ok(match act {
        Value::String(text) => match text.strip_prefix('@') {
            Some(word) => Value::String(
                place(word, now, staff, id).ok_or_else(|| format!("`@{word}` stands for nothing"))?,
            ),
            None => Value::String(text.clone()),
        },
        Value::Array(all) => {
            Value::Array(all.iter().map(|one| resolved(one, now, staff, id)).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), resolved(value, now, staff, id)?)))
                .collect::<Result<_, String>>()?,
        ),
        plain => plain.clone(),
    })
}

fn place(
    word: &str,
    now: UtcTime,
    staff: &impl Fn(Who) -> String,
    id: &impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (kind, what) = word.split_once(' ')?;
    match kind {
        "at" => Some(now.plus_days(what.parse().ok()?).to_string()),
        "on" => Some(now.plus_days(what.parse().ok()?).date().to_string()),
        "staff" => {
            let (agency, name) = what.split_once('/')?;
            let agency = super::cast::REGION.agency(agency)?;
            let person = agency.staff.iter().find(|person| person.name == name)?;
            Some(staff(Who { agency: agency.id, name: person.name }))
        }
        "id" => id(what),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_an_act_are_put_in_their_place_and_an_unknown_one_is_said() {
        let now = UtcTime::parse("2026-11-21T18:00:00Z").unwrap();
        let staff = |who: Who| format!("{}:{}", who.agency, who.name);
        let id = |key: &str| (key == "seen").then(|| "17".to_owned());
        let act = json!({"a": ["@id seen", "@on 2", "@staff sheriff/kim.sato", 3], "b": {"c": "@at -1"}});
        let found = resolved(&act, now, &staff, &id).unwrap();
        let put = json!({"a": ["17", "2026-11-23", "sheriff:kim.sato", 3], "b": {"c": now.plus_days(-1).to_string()}});
        assert_eq!(found, put);
        let error = resolved(&json!("@id other"), now, &staff, &id).unwrap_err();
        assert!(error.contains("@id other"), "{error}");
        assert!(resolved(&json!("@staff sheriff/nobody"), now, &staff, &id).is_err());
    }
}

//! Between the staff API's messages of casework and the process's own records: both are one JSON, field by field and word
//! by word (`bridge_tests` keeps them so), and this is the way across.
//!
//! Caller: `casework`. A mistake is named by its path, such as `assess.level.band`, with the words there are; what was
//! written there is never repeated, because it may be about a person. Deliberately absent: a rule of the process. An empty
//! text passes here, and the guard that wants it says so.

use crate::app::{AppResult, invalid};
use policy::process::{Act, Entry};
use proto::agency::v1;
use serde_json::Value;

/// Bytes of a text.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a report's narrative: what the process keeps of one act, less room for the rest of the report.
pub const NARRATIVE_BYTES_MAX: usize = 48 * 1024;
/// Entries of a list.
pub const LIST_MAX: usize = 64;
/// Bytes of what is told of a mistake.
const PROBLEM_BYTES_MAX: usize = 1_500;

/// An act as the process knows it.
///
/// # Errors
/// [`crate::app::AppError::Invalid`] unless exactly one field is set, when something is too long, or is no such word, time
/// or id.
pub fn act(message: &v1::Act) -> AppResult<Act> {
    let mut value = serde_json::to_value(message).map_err(|_| invalid("act", "cannot be read"))?;
    drop_nulls(&mut value);
    let set: Vec<&str> = value.as_object().into_iter().flatten().map(|(word, _)| word.as_str()).collect();
    let [word] = set[..] else {
        let problem =
            if set.is_empty() { "nothing is set".to_owned() } else { format!("{} are set", set.join(", ")) };
        return Err(invalid("act", format!("{problem}: set exactly one of {}", Act::WORDS.join(", "))));
    };
    if let Some(content) = value.get(word) {
        bounded(&mut vec![word.to_owned()], content)?;
    }
    serde_path_to_error::deserialize(value.clone()).map_err(|e| {
        let path = e.path().to_string();
        let left_out = value.pointer(&pointer(&path)).is_some_and(|field| field == "");
        invalid("act", format!("{path}: {}", without_content(e.inner(), left_out)))
    })
}

/// Where a path such as `plan.tasks[0].kind` leads.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace("].", "/").replace(['.', '['], "/").replace(']', ""))
}

/// An act as the staff API shows it.
///
/// # Errors
/// [`crate::app::AppError::Refused`] when the two do not know the same fields.
pub fn shown_act(act: &Act) -> AppResult<v1::Act> {
    serde_json::to_value(act).and_then(serde_json::from_value).map_err(|e| {
        tracing::error!("an act `{}` has no message: {e}", act.word());
        crate::app::AppError::Refused(format!(
            "an entry `{}` was written by another version of concord: update this node",
            act.word()
        ))
    })
}

/// An entry as the staff API shows it, without what the whole history says of it.
///
/// # Errors
/// As [`shown_act`].
pub fn shown(entry: &Entry) -> AppResult<v1::Entry> {
    Ok(v1::Entry {
        id: entry.id.to_string(),
        at: entry.at.to_string(),
        by: entry.by.to_string(),
        act: Some(shown_act(&entry.act)?),
        replaces: entry.replaces.map(|id| id.to_string()).unwrap_or_default(),
        word: entry.act.word().to_owned(),
        moved_to: entry.moved_to.map(|state| state.to_string()).unwrap_or_default(),
        ..v1::Entry::default()
    })
}

/// A message that is left out is `null`; the process's own records leave it out.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(all) => all.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn bounded(path: &mut Vec<String>, value: &Value) -> AppResult<()> {
    let too_much =
        |path: &[String], problem: String| Err(invalid("act", format!("{}: {problem}", path.join("."))));
    match value {
        Value::String(text) => {
            let most = if path[..] == ["report", "narrative"] { NARRATIVE_BYTES_MAX } else { TEXT_BYTES_MAX };
            if text.len() > most {
                let problem = format!(
                    "is {} bytes long; {most} at most: write what matters, and keep the rest",
                    text.len()
                );
                return too_much(path, problem);
            }
        }
        Value::Array(all) => {
            if all.len() > LIST_MAX {
                return too_much(path, format!("has {} entries; {LIST_MAX} at most", all.len()));
            }
            for (at, one) in all.iter().enumerate() {
                path.push(at.to_string());
                bounded(path, one)?;
                path.pop();
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(name.clone());
                bounded(path, field)?;
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// What is wrong in a field, without what was written there.
fn without_content(e: &serde_json::Error, left_out: bool) -> String {
    let text = e.to_string();
    let mut said = if let Some(words) = text.strip_prefix("unknown variant `") {
        let known = words.split_once("expected ").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let is_left_out = words.starts_with('`');
        let problem = if is_left_out { "is needed" } else { "is not one of these words" };
        format!("{problem}: {}", known.join(", "))
    } else if let Some(field) = text.strip_prefix("missing field `") {
        format!("{} is needed", field.split('`').next().unwrap_or_default())
    } else if text.starts_with("not a time") || text.starts_with("an id is") {
        if left_out { format!("is needed; {}", text.replace("not a time: ", "")) } else { text }
    } else {
        "cannot be read: see the fields of this act in proto/schema/concord/agency/v1/acts.proto".to_owned()
    };
    if said.len() > PROBLEM_BYTES_MAX {
        said.truncate(PROBLEM_BYTES_MAX);
        said.push_str(" ..");
    }
    said
}

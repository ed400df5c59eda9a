//! What would have to be established, in words: what, and by whom. Never what to enter.
//!
//! Called by `missing.rs` for each way in which a denied disclosure could become lawful. Who establishes a fact is said by
//! the clause that asks for a judgment, else by the table of who may attest what (`facts/attestable.rs`), else by where
//! such a fact is kept.

use super::missing::{Step, Wanted};
use super::{Comparison, Law};
use crate::facts::{Change, FactId, Kind, PERMISSION_SECTION, attestable_row};

/// Values that a need lists by name.
const VALUES_SHOWN_MAX: usize = 4;

/// One thing that would have to be established.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The fact; `consent` for all that one permission has to say.
    pub path: &'static str,
    /// What must be established, and by whom, in plain words.
    pub text: String,
    /// Who establishes it; empty of what the sender can do by proposing less.
    pub established_by: String,
}

/// All that steps need, what one permission has to say put together.
pub(super) fn needs(law: &Law, steps: &[Step]) -> Vec<Need> {
    let (of_permission, others): (Vec<&Step>, Vec<&Step>) =
        steps.iter().partition(|step| step.fact.row().of_permission());
    let mut needs: Vec<Need> =
        others.iter().map(|step| need(step, law.at(step.clause).attested_by.as_deref())).collect();
    if !of_permission.is_empty() {
        let terms: Vec<String> = of_permission.iter().map(|step| term(step)).collect();
        needs.push(Need {
            path: PERMISSION_SECTION,
            text: format!("must be established by one permission that has all of: {}", terms.join("; ")),
            established_by: "a permission".to_owned(),
        });
    }
    needs
}

/// What a permission has to say.
fn term(step: &Step) -> String {
    let meaning = step.fact.row().meaning;
    match (step.fact.row().kind, step.wanted) {
        (Kind::Flag, Wanted::Any(_)) => meaning.to_owned(),
        (Kind::Flag, _) => format!("not so: {meaning}"),
        (_, Wanted::Any(bits)) => format!("{meaning}: {}", shown(step.fact, bits)),
        (_, Wanted::None(bits)) => format!("{meaning}: other than {}", shown(step.fact, bits)),
        _ => format!("known: {meaning}"),
    }
}

fn need(step: &Step, attester: Option<&str>) -> Need {
    let row = step.fact.row();
    let narrows = row.change == Change::Narrow;
    match step.wanted {
        Wanted::None(bits) if narrows && row.kind != Kind::Flag => {
            return narrower(row.path, format!("must be left out: {}", shown(step.fact, bits)));
        }
        Wanted::Within(bits) => {
            return narrower(row.path, format!("must be limited to: {}", shown(step.fact, bits)));
        }
        _ => {}
    }
    let by = match attester {
        Some(who) if row.judgment => who.to_owned(),
        _ => established_by(step.fact),
    };
    let meaning = row.meaning;
    let what = match (row.kind, step.wanted) {
        (Kind::Flag, Wanted::Any(_)) => meaning.to_owned(),
        (Kind::Flag, Wanted::Known) => format!("whether or not {meaning}"),
        (Kind::Flag, _) => format!("it is not so that {meaning}"),
        (_, Wanted::Any(bits)) => format!("{meaning}: {}", shown(step.fact, bits)),
        (_, Wanted::None(bits)) => format!("{meaning}: other than {}", shown(step.fact, bits)),
        (_, Wanted::Number(comparison, number, holds)) => {
            format!("{meaning}: {}{}", if holds { "" } else { "not " }, compared(comparison, number))
        }
        (_, Wanted::Within(_) | Wanted::Known) => meaning.to_owned(),
    };
    let now = if step.otherwise && !narrows { " (it is established now that it is otherwise)" } else { "" };
    Need { path: row.path, text: format!("must be established by {by}: {what}{now}"), established_by: by }
}

fn narrower(path: &'static str, text: String) -> Need {
    Need { path, text, established_by: String::new() }
}

/// Who establishes a fact, where the clause does not say.
pub fn established_by(fact: FactId) -> String {
    if let Some(row) = attestable_row(fact) {
        return people(row.roles);
    }
    match (fact.path(), fact.row().section()) {
        ("recipient.written_agreement", _) => "a written agreement in force",
        (_, "discloser") => "the officer who signs what this agency is under the law",
        (_, "recipient") => "the recipient's signed capacities",
        (_, "subject") => "the records of the person",
        (_, "record") => "whoever keeps the record",
        (_, "circumstances") => "the document itself, as counsel or the privacy officer reads it",
        (_, "consent") => "a permission",
        _ => "whoever asks for the disclosure",
    }
    .to_owned()
}

/// Roles as people are called.
fn people(roles: &[&str]) -> String {
    // everybody who works on the case may say what he or she saw, heard or was told
    if roles.contains(&"intake") {
        return "a member of the team who saw it, heard it or was told".to_owned();
    }
    let person = |role: &&str| match *role {
        "counsel" => "counsel".to_owned(),
        "treating_professional" | "school_official" | "law_enforcement_official" | "member" => {
            format!("a {}", role.replace('_', " "))
        }
        other => format!("the {}", other.replace('_', " ")),
    };
    let mut people: Vec<String> = roles.iter().map(person).collect();
    let last = people.pop().unwrap_or_default();
    if people.is_empty() { last } else { format!("{} or {last}", people.join(", ")) }
}

fn compared(comparison: Comparison, number: i32) -> String {
    match comparison {
        Comparison::Less => format!("under {number}"),
        Comparison::AtMost => format!("{number} or under"),
        Comparison::Equal => format!("{number}"),
        Comparison::More => format!("over {number}"),
        Comparison::AtLeast => format!("{number} or over"),
    }
}

/// Values by what they mean.
fn shown(fact: FactId, bits: u64) -> String {
    let values = fact.row().kind.values().iter().enumerate();
    let chosen: Vec<&str> =
        values.filter(|(at, _)| bits >> at & 1 == 1).map(|(_, value)| value.meaning).collect();
    let mut text = chosen.iter().take(VALUES_SHOWN_MAX).copied().collect::<Vec<_>>().join("; or ");
    if chosen.len() > VALUES_SHOWN_MAX {
        text.push_str(&format!("; or {} more", chosen.len() - VALUES_SHOWN_MAX));
    }
    text
}

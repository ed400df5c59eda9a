//! The clauses on duties to warn, written out from the rows of the table.
//!
//! `policy/law/states/duty_to_warn_clauses.toml` is this text; a test keeps the file the same, so that whoever reads the
//! clauses reads plain ones and whoever changes the table sees what follows from it. Deliberately absent: rows that bind
//! or let nobody tell, which make no clause.

use std::fmt::Write as _;

use super::{Duty, DutyToWarn, Profession, Victim};

/// The clauses that follow from the rows, as the text of a clause file.
pub fn duty_to_warn_clauses(rows: &[DutyToWarn]) -> String {
    let mut out = String::from(
        "# Written out from `duty_to_warn.toml`, which says where each row comes from. Change the table, then run\n\
         # `UPDATE_LAW=1 cargo test -p policy --test law_states`.\n",
    );
    // Writing to a string cannot fail.
    let _ = write_compelled(&mut out, rows);
    for row in rows {
        let _ = write_row(&mut out, row);
    }
    out
}

/// The definition that 45 CFR 164.512(a) names: a statute leaves no way around telling this recipient.
fn write_compelled(out: &mut String, rows: &[DutyToWarn]) -> std::fmt::Result {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for row in rows.iter().filter(|row| !row.compels.is_empty()) {
        let conditions = format!("{} {}", conditions(row, &row.compels), covered(row));
        match groups.iter_mut().find(|(_, other)| *other == conditions) {
            Some((codes, _)) => codes.push(&row.code),
            None => groups.push((vec![&row.code], conditions)),
        }
    }
    let states: Vec<String> = groups
        .iter()
        .map(|(codes, conditions)| format!("(subject.state in {{{}}} {conditions})", codes.join(", ")))
        .collect();
    write!(
        out,
        "\n[[clause]]\nid = \"states-dtw-compelled\"\ncitation = \"State law (duty to warn)\"\nread = \"2026-11-21\"\n\
         effect = \"define\"\nname = \"state_duty_to_warn_mandatory_met\"\n\
         summary = \"A statute whose conditions are met leaves the provider no way around telling this recipient.\"\n\
         when = \"\"\"\n@state_duty_trigger and (\n  {}\n)\n\"\"\"\n",
        states.join("\n  or "),
    )
}

fn write_row(out: &mut String, row: &DutyToWarn) -> std::fmt::Result {
    let id = row.code.to_ascii_lowercase();
    let (cite, also) =
        row.cite.split_first().map_or((row.authority.as_str(), &[][..]), |(first, rest)| (first, rest));
    let also = if also.is_empty() { String::new() } else { format!("also = {also:?}\n") };
    let head = |suffix: &str, effect: &str| {
        format!(
            "\n[[clause]]\nid = \"states-dtw-{id}-{suffix}\"\ncitation = {cite:?}\nread = \"2026-11-21\"\neffect = \"{effect}\"\n"
        )
    };
    if row.duty.binds_some() && !row.must_tell.is_empty() {
        let of_whom = if row.duty == Duty::Mixed { "some providers" } else { "a provider" };
        write!(
            out,
            "{}mandatory = \"true\"\nsummary = \"{}: {of_whom} must warn or protect, and telling this recipient counts.\"\n\
             when = \"\"\"\nsubject.state = {} and @state_duty_trigger {}\n{}\n\"\"\"\n{also}",
            head("must", "permit"),
            row.name,
            row.code,
            conditions(row, &row.must_tell),
            covered(row),
        )?;
    }
    if !row.may_tell.is_empty() {
        write!(
            out,
            "{}summary = \"{}: a provider may warn this recipient.\"\n\
             when = \"subject.state = {} and @state_leave_trigger {}\"\n{also}",
            head("may", "permit"),
            row.name,
            row.code,
            conditions(row, &row.may_tell),
        )?;
    }
    if row.closed_list {
        write!(
            out,
            "{}summary = \"{}: the law lists to whom a provider may give a warning; nobody else may get one.\"\n\
             when = \"known(subject.state) and subject.state = {} and @state_warning\"\n\
             unless = \"\"\"\n{}\n\
             or any_consent(@state_patient_agreed)\nor circumstances.legal_process in {{court_order, part2_order}}\n\"\"\"\n\
             also = [\"45 CFR 164.512(j)(1)\"]\n",
            head("list", "forbid"),
            row.name,
            row.code,
            listed(row),
        )?;
    }
    Ok(())
}

fn conditions(row: &DutyToWarn, recipients: &[String]) -> String {
    let mut out = String::new();
    if row.imminence {
        out.push_str("and circumstances.imminent ");
    }
    let only_police = recipients.iter().all(|who| who == "law_enforcement");
    out.push_str(match row.victim {
        Victim::UnlessPolice if only_police => "",
        Victim::Needed => "and circumstances.identifiable_victim ",
        Victim::UnlessPolice => {
            "and (circumstances.identifiable_victim or recipient.sector = law_enforcement) "
        }
        Victim::NotNeeded => "",
    });
    let told = format!("recipient.sector in {{{}}}", recipients.join(", "));
    let victim_counts = recipients.iter().any(|who| who == "target_of_threat");
    let _ = if row.guardian_of_minor_victim && victim_counts {
        write!(out, "and ({told} or recipient.guardian_of_threatened_minor)")
    } else {
        write!(out, "and {told}")
    };
    out
}

/// Where the provider's profession is known, it is one that the duty is about.
fn covered(row: &DutyToWarn) -> String {
    let listed: Vec<&str> =
        row.professions.iter().filter(|who| **who != Profession::Other).map(|who| who.as_str()).collect();
    format!("and (not known(discloser.profession) or discloser.profession in {{{}}})", listed.join(", "))
}

/// Who is on a closed list; those who care for the patient hear of the patient's state by other rules.
fn listed(row: &DutyToWarn) -> String {
    let mut out = format!(
        "recipient.sector in {{{}}}\nor recipient.medical_personnel or recipient.treats_subject",
        row.may_tell.join(", ")
    );
    if row.guardian_of_minor_victim {
        out.push_str("\nor recipient.guardian_of_threatened_minor");
    }
    out
}

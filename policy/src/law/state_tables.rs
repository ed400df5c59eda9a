//! Tables of state law: data for people and for the node, beside the clauses that follow from them.
//!
//! A node establishes `circumstances.duty_to_warn_state` and the like from a row only after counsel of its agency has
//! confirmed (or replaced) that row; here every row is unconfirmed. The clauses on duties to warn are written out from
//! the rows by [`duty_to_warn_clauses`], and a test keeps the file of clauses the same. Deliberately absent: any
//! evaluation of a trigger, which a named clinician finds met or not.

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::Deserialize;

use super::LawError;

const DUTY_TO_WARN: &str = include_str!("../../law/states/duty_to_warn.toml");
const THREAT_TEAMS: &str = include_str!("../../law/states/threat_teams.toml");

/// What a state's law asks of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// A statute makes the duty, or takes the shield from liability away once its trigger is met.
    Mandatory,
    /// Only, or mainly, courts have made it.
    CommonLawMandatory,
    /// The provider may warn; no duty was found.
    Permissive,
    /// It depends on the profession or on which duty is meant, or the sources conflict: a person must be asked.
    Mixed,
}

impl Duty {
    /// Whether some provider of the state is under a duty.
    pub const fn binds_some(self) -> bool {
        !matches!(self, Self::Permissive)
    }

    /// Whether counsel must be asked before anything rests on the row, confirmed or not.
    pub const fn asks_counsel(self) -> bool {
        matches!(self, Self::Mixed)
    }
}

/// Whether the threat has to be against somebody identifiable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Victim {
    /// Always.
    Needed,
    /// But for telling police.
    UnlessPolice,
    /// Never.
    NotNeeded,
}

/// The duty to warn or protect of one jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyToWarn {
    /// Postal code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What the law asks.
    pub duty: Duty,
    /// How the acts that discharge it combine, in the words of the table.
    pub logic: String,
    /// Short citations; the first leads.
    pub cite: Vec<String>,
    /// The statute or leading case in full.
    pub authority: String,
    /// Professions covered.
    pub professions: Vec<String>,
    /// What sets the duty off, in our words.
    pub trigger: String,
    /// Whether the source asks for imminence: yes, no or unclear.
    pub imminence_required: String,
    /// Whether the source asks for an identifiable victim.
    pub identifiable_victim_required: String,
    /// Acts that count.
    pub discharge_methods: Vec<String>,
    /// Recipients to whom a disclosure counts toward the duty.
    pub must_tell: Vec<String>,
    /// Recipients whom the law names or leaves open for a warning.
    pub may_tell: Vec<String>,
    /// Recipients that the law leaves no way around telling.
    pub compels: Vec<String>,
    /// Whether our rule asks for an imminent threat.
    pub imminence: bool,
    /// Whether our rule asks for an identifiable victim.
    pub victim: Victim,
    /// Whether `may_tell` is all there is.
    pub closed_list: bool,
    /// Whether the law read shields from liability: yes or unclear. Never a reason to disclose.
    pub immunity: String,
    /// The copy that was read.
    pub source: String,
    /// What kind of text was read: `statute_text` or `secondary_source`.
    pub verified: String,
    /// Whether only part of the text was read.
    pub partial: bool,
    /// What was read, in words.
    pub read: String,
    /// Whether counsel has confirmed the row.
    pub confirmed: bool,
    /// Caveats.
    pub notes: String,
}

impl DutyToWarn {
    /// Whether an answer may rest on the row without asking counsel.
    pub fn may_be_relied_on(&self) -> bool {
        self.confirmed && !self.duty.asks_counsel()
    }
}

/// One threat assessment team statute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreatTeams {
    /// Postal code.
    pub code: String,
    /// Name of the state.
    pub name: String,
    /// What the teams serve.
    pub serves: String,
    /// Citations; the first leads.
    pub cite: Vec<String>,
    /// Who sets teams up.
    pub set_up_by: String,
    /// What must be found before records may be obtained.
    pub opens: String,
    /// Kinds of record that the team may then obtain.
    pub may_obtain: Vec<String>,
    /// What may not go on.
    pub redisclosure: String,
    /// Who must be told.
    pub must_notify: Vec<String>,
    /// What may be done at once, whatever else.
    pub urgent_action: String,
    /// What kind of text was read.
    pub verified: String,
    /// What was read, in words.
    pub read: String,
    /// The copy that was read.
    pub source: String,
    /// Whether counsel has confirmed the row.
    pub confirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<Row> {
    row: Vec<Row>,
}

/// The duty to warn of every jurisdiction, in the order of the table.
///
/// # Panics
/// If the embedded table does not load; a test of this crate loads it.
pub fn duty_to_warn() -> &'static [DutyToWarn] {
    static ROWS: OnceLock<Vec<DutyToWarn>> = OnceLock::new();
    ROWS.get_or_init(|| embedded("duty_to_warn.toml", DUTY_TO_WARN))
}

/// The threat assessment team statutes that were read.
///
/// # Panics
/// If the embedded table does not load; a test of this crate loads it.
pub fn threat_teams() -> &'static [ThreatTeams] {
    static ROWS: OnceLock<Vec<ThreatTeams>> = OnceLock::new();
    ROWS.get_or_init(|| embedded("threat_teams.toml", THREAT_TEAMS))
}

#[expect(clippy::panic, reason = "the tables are part of the program; a test loads them")]
fn embedded<Row: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Vec<Row> {
    read_rows(file, text).unwrap_or_else(|error| panic!("the embedded table: {error}"))
}

fn read_rows<Row: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<Vec<Row>, LawError> {
    let table: Table<Row> = toml::from_str(text).map_err(|error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        LawError {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().map_or(0, str::len) + 1,
            message: error.message().trim().to_owned(),
        }
    })?;
    Ok(table.row)
}

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
        let conditions = conditions(row, &row.compels);
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
             when = \"subject.state = {} and @state_duty_trigger {}\"\n{also}",
            head("must", "permit"),
            row.name,
            row.code,
            conditions(row, &row.must_tell),
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
             unless = \"\"\"\nrecipient.sector in {{{}}}\nor recipient.medical_personnel or recipient.treats_subject\n\
             or any_consent(@state_patient_agreed)\nor circumstances.legal_process in {{court_order, part2_order}}\n\"\"\"\n\
             also = [\"45 CFR 164.512(j)(1)\"]\n",
            head("list", "forbid"),
            row.name,
            row.code,
            row.may_tell.join(", "),
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
    let _ = write!(out, "and recipient.sector in {{{}}}", recipients.join(", "));
    out
}

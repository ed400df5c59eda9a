//! Reports that a law asks of the discloser: one row for each kind, with the federal gates it has to pass.
//!
//! A table for people and for the node: it prompts ("you may have a personal duty to report"), it never files, and no row
//! is inferred from another. Each gate names permits of the law; a test holds them against it. The decision itself rests on
//! `circumstances.state_law_requires_report`, which counsel attests. Deliberately absent: each state's own list of
//! reporters and deadlines, which no federal text fixes and no row here claims to know.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::record::Sector;

const REPORTS: &str = include_str!("../../../law/states/mandatory_reports.toml");

/// A federal gate that a report has to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// 45 CFR Part 164.
    Hipaa,
    /// 42 CFR Part 2.
    Part2,
    /// 34 CFR Part 99.
    Ferpa,
}

/// One kind of report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandatoryReport {
    /// Stable name.
    pub id: String,
    /// What is reported.
    pub report: String,
    /// Postal codes; `*`: every jurisdiction has such a law of its own, but those in `except`.
    pub jurisdictions: Vec<String>,
    /// Jurisdictions without it.
    #[serde(default)]
    pub except: Vec<String>,
    /// Citations; the first leads.
    pub cite: Vec<String>,
    /// Whether the law says must; otherwise may.
    pub mandatory: bool,
    /// Who reports: the person, never the team.
    pub who: String,
    /// To whom.
    pub to: Vec<Sector>,
    /// What sets it off, in our words.
    pub trigger: String,
    /// Hours within which it must be made, where a text that was read says so.
    #[serde(default)]
    pub within_hours: Option<u16>,
    /// What it may hold.
    pub content: String,
    /// Permits of HIPAA that it can rest on.
    pub hipaa: Vec<String>,
    /// Permits of Part 2; none: no exception.
    pub part2: Vec<String>,
    /// Permits of FERPA that it can rest on.
    pub ferpa: Vec<String>,
    /// Whether the person has to be told of the report (45 CFR 164.512(c)(2)).
    pub tell_the_person: bool,
    /// Whether the report also discharges a duty to warn.
    pub discharges_duty_to_warn: bool,
    /// What kind of text was read: `statute_text`, `secondary_source` or `knowledge_only`.
    pub verified: String,
    /// Whether counsel has confirmed the row.
    pub confirmed: bool,
    /// Caveats.
    pub notes: String,
}

impl MandatoryReport {
    /// Whether a jurisdiction has it.
    pub fn applies_in(&self, code: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|other| other == code);
        !named(&self.except) && (named(&self.jurisdictions) || named_everywhere(&self.jurisdictions))
    }

    /// The permits that carry it through a gate; none where the gate has no exception for it.
    pub fn through(&self, gate: Gate) -> &[String] {
        match gate {
            Gate::Hipaa => &self.hipaa,
            Gate::Part2 => &self.part2,
            Gate::Ferpa => &self.ferpa,
        }
    }
}

fn named_everywhere(list: &[String]) -> bool {
    list.iter().any(|code| code == "*")
}

/// Every kind of report, in the order of the table.
///
/// # Panics
/// If the embedded table does not load; a test of this crate loads it.
pub fn mandatory_reports() -> &'static [MandatoryReport] {
    static ROWS: OnceLock<Vec<MandatoryReport>> = OnceLock::new();
    ROWS.get_or_init(|| super::embedded("mandatory_reports.toml", REPORTS))
}

//! Report, triage, screening out, and advice without identity.

use super::without_content;
use crate::id::{EntryId, StaffId};
use crate::process::blank;
use crate::process::words::{Anonymity, ReportChannel, ScreenReason};
use crate::time::{UtcTime, text_option};
use serde::{Deserialize, Serialize};

/// A concern as it arrived (domain 2.4): facts first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How it came.
    pub channel: ReportChannel,
    /// What the reporter lets us know of themselves. Who they are is kept apart.
    pub anonymity: Anonymity,
    /// What was seen or heard (content).
    pub narrative: String,
    /// Where (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// When it happened, in words (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub happened: String,
    /// Who is at risk now (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at_risk_now: String,
    /// Whether a weapon was mentioned; none: not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weapon_mentioned: Option<bool>,
    /// Whether a target was named; none: not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_named: Option<bool>,
    /// Whether somebody may be in danger now.
    #[serde(default)]
    pub possibly_imminent: bool,
    /// How the reporter knows (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how_known: String,
    /// We may come back to them.
    #[serde(default)]
    pub may_come_back: bool,
    /// They want to be told that it was dealt with.
    #[serde(default)]
    pub wants_outcome: bool,
    /// The member who reports, or who is named as reporter, if one is: recused from judging.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub reporting_member: Option<StaffId>,
}

/// A word in the two-way channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// From the reporter; else from the team.
    #[serde(default)]
    pub from_reporter: bool,
    /// What it says (content).
    pub text: String,
}

/// An intake coordinator takes a report.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// Who.
    pub coordinator: StaffId,
    /// The member of another discipline who looks at it too.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub second: Option<StaffId>,
}

/// A report is no matter for the team.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenOut {
    /// Why.
    pub reason: ScreenReason,
    /// Why, in a sentence without names.
    pub sentence: String,
}

/// Facts are to be gathered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInquiry {
    /// The observations it starts from.
    pub observations: Vec<EntryId>,
    /// What is to be found out (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub questions: String,
}

/// Advice about a situation: no case, no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// The situation, without names, places, dates or numbers of persons.
    pub situation: String,
    /// The advice, once given; likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// When it closes itself.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub until: Option<UtcTime>,
}

without_content!(Report, Message, Triage, ScreenOut, OpenInquiry, Consultation);

//! What is found out and judged: observations, factors, events, instruments, assessments.

use super::without_content;
use crate::id::{EntryId, PersonId, StaffId};
use crate::process::blank;
use crate::process::words::{
    Basis, Directness, EventKind, FactorCategory, IndicatorKind, LevelBand, Nature, Polarity, SourceType,
    Tense, ThreatMode, ThreatType,
};
use crate::record::{Element, Label, ObtainedVia, RecordKind};
use crate::time::{Date, UtcTime, text};
use serde::{Deserialize, Serialize};

/// What something is as a record, in the law's terms: what a share is decided on. Empty: as this agency keeps records.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AsRecord {
    /// Class of the record; none: as this agency's capacities make it.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub record_kind: Option<RecordKind>,
    /// How this agency came to hold it; none: its own.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub obtained_via: Option<ObtainedVia>,
    /// What it contains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Element>,
    /// Labels, each adding a row of the matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Whom it is about; empty: the person of concern.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<PersonId>,
}

/// A dated, sourced thing seen, heard or written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// What, in neutral words (content).
    pub text: String,
    /// When it happened.
    pub happened_on: Date,
    /// When we learned of it.
    pub learned_on: Date,
    /// Seen, told or concluded.
    pub basis: Basis,
    /// What it is of.
    pub nature: Nature,
    /// Where from.
    pub source_type: SourceType,
    /// The source in words without names, such as `charge nurse`: two observations of one source are not independent.
    pub source: String,
    /// How direct.
    pub directness: Directness,
    /// Kind of indicator.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub indicator: Option<IndicatorKind>,
    /// Kind of threat.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub threat_type: Option<ThreatType>,
    /// How it was expressed.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub threat_mode: Option<ThreatMode>,
    /// These are the exact words of a threat (row 11), not a neutral account (row 12).
    #[serde(default)]
    pub exact_words: bool,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

/// A factor on the nine-cell grid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Which way it works.
    pub polarity: Polarity,
    /// Its cell.
    pub category: FactorCategory,
    /// In words (content).
    pub text: String,
    /// It can change.
    #[serde(default)]
    pub dynamic: bool,
    /// It no longer holds.
    #[serde(default)]
    pub ended: bool,
    /// Observations it rests on.
    pub observations: Vec<EntryId>,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

/// Something that may set a change off.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrecipitatingEvent {
    /// When it is, to now.
    pub tense: Tense,
    /// Kind.
    pub kind: EventKind,
    /// In words (content).
    pub text: String,
    /// The day, or the first of the window.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The last day of the window.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Observations it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<EntryId>,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

/// What an instrument came to. The assessor keeps the workbook: no items, no scores.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentResult {
    /// Its name, such as `WAVR-21`.
    pub name: String,
    /// Its version, such as `V3`.
    pub version: String,
    /// Who used it.
    pub assessor: StaffId,
    /// Until when the assessor is qualified.
    pub qualified_until: Date,
    /// The day.
    pub on: Date,
    /// The overall result in the instrument's own words, without numbers (content).
    pub overall: String,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

/// A level of concern: the model's word and the common band. It ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Model, such as `cstag`.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// The model's own word.
    pub original: String,
    /// The common band, chosen by the team and never computed.
    pub band: LevelBand,
    /// When it lapses.
    #[serde(with = "text")]
    pub valid_until: UtcTime,
}

/// A member's other view.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dissent {
    /// Whose.
    pub by: StaffId,
    /// What they hold (content).
    pub says: String,
}

/// Who met.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meeting {
    /// Members present.
    pub present: Vec<StaffId>,
    /// The one present who knows the person, where the team's policy asks for one.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub knows_the_person: Option<StaffId>,
    /// Why a discipline that is wanted to the extent practicable was not there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub absent_because: String,
    /// The person has a known disability; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_known: Option<bool>,
}

/// The team's judgment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The level. None is no level: an assessment without one is refused.
    pub level: Level,
    /// Why (content).
    pub rationale: String,
    /// Observations it rests on.
    pub observations: Vec<EntryId>,
    /// Factors considered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<EntryId>,
    /// Factors that raise concern were looked for and none was found.
    #[serde(default)]
    pub no_enhancing_found: bool,
    /// Protective factors were looked for and none was found.
    #[serde(default)]
    pub no_mitigating_found: bool,
    /// It rests on one source, knowingly.
    #[serde(default)]
    pub single_source: bool,
    /// Instrument results considered: an input, never the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<EntryId>,
    /// What is not known. Without names: it travels with the level.
    pub gaps: String,
    /// Limits of the judgment. Without names: they travel with it.
    pub caveats: String,
    /// Who met.
    pub meeting: Meeting,
    /// Other views.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dissent: Vec<Dissent>,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

without_content!(
    AsRecord,
    Observation,
    Factor,
    PrecipitatingEvent,
    InstrumentResult,
    Level,
    Dissent,
    Meeting,
    Assessment,
);

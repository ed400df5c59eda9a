//! One item of information: the unit that the matrix and the law decide on.

use super::permission::PermittedRecipient;
use super::words::{Element, ObtainedVia, Purpose, RecordKind, words};
use crate::id::{CaseId, DisclosureId, ItemId, PersonId, StaffId};
use crate::time::{Date, UtcTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A row of the matrix, 1 to 40 (`share::matrix` names them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Row(u8);

/// The number is not a row of the matrix.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("row {0} is not in the matrix: rows are 1 to 40")]
pub struct RowOutOfRange(pub u8);

impl Row {
    /// How many rows there are.
    pub const COUNT: u8 = 40;
    /// The row with this number.
    ///
    /// # Errors
    /// [`RowOutOfRange`] outside 1 to 40.
    pub const fn new(number: u8) -> Result<Self, RowOutOfRange> {
        if number >= 1 && number <= Self::COUNT { Ok(Self(number)) } else { Err(RowOutOfRange(number)) }
    }
    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
    /// Every row in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::COUNT).map(Self)
    }
}
impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(u8::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

words! {
    /// What sticks to an item whatever its row: it is also judged by the row that the label names. Labels only grow.
    Label {
        /// Health content: diagnosis, medication, treatment (row 24).
        Health = "health",
        /// Psychotherapy or counseling session notes (row 26).
        SessionNotes = "session_notes",
        /// Part 2 record (row 27).
        Part2 = "part2",
        /// Education-record content (row 29).
        Education = "education",
        /// Criminal or juvenile history (row 31).
        CriminalHistory = "criminal_history",
        /// Victim-service information (row 32).
        VictimService = "victim_service",
        /// Protected trait, belief, association or lawful speech (row 33).
        ProtectedTrait = "protected_trait",
    }
}

impl Label {
    /// The row of the matrix that this label adds.
    pub const fn row(self) -> Row {
        Row(match self {
            Self::Health => 24,
            Self::SessionNotes => 26,
            Self::Part2 => 27,
            Self::Education => 29,
            Self::CriminalHistory => 31,
            Self::VictimService => 32,
            Self::ProtectedTrait => 33,
        })
    }
}

/// Level of concern: the model's own word and the common band, never a number (domain 2.2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// Model and version, such as `cstag 2`.
    pub model: String,
    /// The word the team recorded.
    pub original: String,
    /// `none`, `low`, `moderate`, `high` or `imminent`.
    pub band: String,
    /// When it was decided.
    pub decided_at: UtcTime,
    /// When it lapses. There is no level without an end (guardrail G22).
    pub valid_until: UtcTime,
}

/// A place and time window.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Kind of setting, such as `hospital` (domain 2.3); says nothing about which one.
    pub setting_kind: String,
    /// Its name (content).
    pub name: String,
    /// The agency whose own place it is.
    #[serde(default)]
    pub owned_by: Option<crate::id::AgencyId>,
    /// Time window in words (content).
    #[serde(default)]
    pub window: Option<String>,
}

/// The content of an item. Typed where a derived form must be computed from it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemValue {
    /// Words.
    Text(String),
    /// A calendar date.
    Date(Date),
    /// A level of concern.
    Band(Band),
    /// A place and window.
    Place(Place),
    /// A code from a closed list, such as a referral status.
    Code(String),
    /// Yes or no.
    YesNo(bool),
    /// A count for a period.
    Count(u32),
}
impl fmt::Debug for ItemValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ItemValue(..)")
    }
}

/// A text that a named member wrote for one class of recipient, standing in for the item (form `statement`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Recipient class code, such as `AFF`.
    pub class: String,
    /// The words (content), checked for the case's names, dates and numbers before they may leave.
    pub text: String,
    /// Who wrote it.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
}

/// One person an item is about, and what the item is as a record about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The person.
    pub person: PersonId,
    /// Class of the item as a record about this person; `None`: the item's own.
    #[serde(default)]
    pub record_kind: Option<RecordKind>,
}

/// Where an item comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Who wrote it into the node.
    pub recorded_by: StaffId,
    /// When.
    pub recorded_at: UtcTime,
    /// Source in words: `direct witness`, `chart` (content).
    #[serde(default)]
    pub source: Option<String>,
    /// The disclosure by which it arrived, and who sent it.
    #[serde(default)]
    pub received: Option<(DisclosureId, crate::id::AgencyId)>,
    /// Purposes the sender allowed; empty: our own collection, no such limit.
    #[serde(default)]
    pub purposes: Vec<Purpose>,
    /// Obligations that came with it, by name.
    #[serde(default)]
    pub obligations: Vec<String>,
    /// When the sender's leave to hold it ends.
    #[serde(default)]
    pub expires_at: Option<UtcTime>,
}

words! {
    /// Why a level of concern stopped being current before its end.
    StaleReason {
        /// Something new was learned, or a date passed: the team has to reassess.
        Stale = "stale",
        /// The team reassessed: there is a newer one.
        Superseded = "superseded",
    }
}

/// Since when an item is no longer current, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// Since when.
    pub since: UtcTime,
    /// Why.
    pub because: StaleReason,
}

/// One item of information in a case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Identifier.
    pub id: ItemId,
    /// The case.
    pub case: CaseId,
    /// Its own row of the matrix.
    pub row: Row,
    /// Labels; each adds a row. Only grow.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Class of the item as this agency has it; `None`: a plain record that no federal row classifies.
    pub record_kind: Option<RecordKind>,
    /// How this agency came to hold it.
    pub obtained_via: ObtainedVia,
    /// What it contains, in the law's terms.
    pub elements: Vec<Element>,
    /// Whom it is about: never empty.
    pub about: Vec<About>,
    /// Content.
    pub value: ItemValue,
    /// Whose own place, service status or task this is (rows 14, 25 and 35 go to nobody else). Empty: nobody outside.
    #[serde(default)]
    pub own_of: Vec<PermittedRecipient>,
    /// Texts written for classes of recipients.
    #[serde(default)]
    pub statements: Vec<Statement>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The item that corrects it.
    #[serde(default)]
    pub superseded_by: Option<ItemId>,
    /// When its sender recalled it: closed to all use since.
    #[serde(default)]
    pub sealed_at: Option<UtcTime>,
    /// That its level of concern is no longer current though its end has not come: kept and shown so, passed on to nobody.
    #[serde(default)]
    pub stale: Option<Stale>,
    /// The sender's commitment, for an item that was received.
    #[serde(default)]
    pub commitment: Option<Vec<u8>>,
}
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("id", &self.id).field("row", &self.row).finish_non_exhaustive()
    }
}

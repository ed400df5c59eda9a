//! Transfer, closing, reopening, the end of content.

use super::without_content;
use crate::id::{AgencyId, DisclosureId, EntryId, StaffId};
use crate::process::blank;
use crate::process::words::Outcome;
use serde::{Deserialize, Serialize};

/// The case is offered to another team.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOffer {
    /// The agency whose team is to take it.
    pub agency: AgencyId,
    /// Why (content).
    pub because: String,
    /// The disclosure of the minimum packet, decided for this very recipient.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureId>,
}

/// The other team accepted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferAccepted {
    /// The offer.
    pub offer: EntryId,
    /// Who there accepted, by function.
    pub accepted_by: String,
    /// The disclosure by which the packet went.
    pub disclosure: DisclosureId,
}

/// A case taken over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferIn {
    /// From which agency.
    pub from: AgencyId,
    /// The chair who accepts.
    pub accepted_by: StaffId,
}

/// The team proposes to close.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    /// Why concern no longer justifies engagement (content).
    pub because: String,
}

/// Closing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// How it ended.
    pub outcome: Outcome,
    /// In words (content).
    pub summary: String,
    /// Why the change is expected to last (content): needed where the level was ever moderate or higher.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why_it_lasts: String,
}

/// New behavior in a closed case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// The new observation, written after the closing.
    pub observation: EntryId,
}

/// Content is destroyed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purge {
    /// The rule that asks for it.
    pub rule: String,
}

without_content!(TransferOffer, TransferAccepted, TransferIn, Retirement, Closing, Reopening, Purge);

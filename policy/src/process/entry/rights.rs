//! What the person asks for: correction, and a statement of disagreement that stays with what it is about.

use super::without_content;
use crate::id::EntryId;
use crate::process::words::CorrectionDecision;
use serde::{Deserialize, Serialize};

/// Somebody asks for a correction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionAsk {
    /// Which entry.
    pub entry: EntryId,
    /// Who asks: `person`, `parent_or_guardian`, `representative`, `member`, `agency`.
    pub asked_by: String,
    /// What it should say (content).
    pub says: String,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionAnswer {
    /// The request.
    pub ask: EntryId,
    /// What was decided.
    pub decision: CorrectionDecision,
    /// Why (content).
    pub reasons: String,
    /// The entry that replaces the disputed one, when accepted.
    #[serde(default, with = "crate::process::blank", skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<EntryId>,
}

/// The person's own statement, kept with the entry and sent with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Which entry.
    pub entry: EntryId,
    /// The statement (content).
    pub text: String,
}

without_content!(CorrectionAsk, CorrectionAnswer, Disagreement);

//! Danger and what follows from it: emergencies, notices, law enforcement.

use super::without_content;
use crate::id::{DisclosureId, EntryId, PersonId, StaffId};
use crate::process::blank;
use crate::process::words::{PoliceReason, ReviewResult, TargetKind};
use crate::time::{UtcTime, text_option};
use serde::{Deserialize, Serialize};

/// Act first: it may say nothing yet.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Emergency {
    /// What is known at this moment (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
}

/// The five answers (domain 3.6), after the act.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyAnswers {
    /// Who is at risk (content).
    pub who_is_at_risk: String,
    /// What makes it imminent (content).
    pub what_makes_it_imminent: String,
    /// What is known first-hand (content).
    pub known_first_hand: String,
    /// Who can prevent it (content).
    pub who_can_prevent: String,
    /// What they must know (content).
    pub what_they_must_know: String,
}

/// It still stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyRenewal {
    /// Why it is imminent still (content).
    pub because: String,
}

/// A second person's review.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyReview {
    /// What was found.
    pub result: ReviewResult,
    /// Why (content).
    pub reasons: String,
}

/// It is over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyEnd {
    /// Why (content).
    pub because: String,
}

/// The target is told, or why not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetNotice {
    /// What is threatened; none: a person, by name.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub kind: Option<TargetKind>,
    /// The target, a person of the case; of a role, group or place somebody who answers for it.
    pub target: PersonId,
    /// The member of the team who is the target, if one is: recused.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub member: Option<StaffId>,
    /// When they were told; none: not yet.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub told_at: Option<UtcTime>,
    /// The disclosure that it was.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureId>,
    /// By when they are to be told.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub due: Option<UtcTime>,
    /// Why they are not told (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_told_because: String,
    /// Their wishes (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wishes: String,
    /// An advocate of victim services was offered.
    #[serde(default)]
    pub advocate_offered: bool,
}

/// A parent or guardian is told, or why not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardianNotice {
    /// The parent or guardian, a person of the case.
    pub guardian: PersonId,
    /// When they were told; none: not yet.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub told_at: Option<UtcTime>,
    /// The disclosure that it was.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureId>,
    /// By when.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub due: Option<UtcTime>,
    /// A documented safety reason not to tell them (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_told_because: String,
    /// Whether custody was checked.
    #[serde(default)]
    pub custody_checked: bool,
}

/// Police are told: an act of its own, which a second member who is not of law enforcement has to agree to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliceReferral {
    /// Why.
    pub reason: PoliceReason,
    /// The observation that it rests on.
    pub observation: EntryId,
    /// What else was considered, and why it is not enough (content). Only an imminent danger needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alternatives: String,
}

/// Police ask: the form of 45 CFR 164.512(f)(1)(ii)(C). Without it nothing is looked at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliceRequest {
    /// The agency that asks.
    pub agency: String,
    /// What is asked (content).
    pub asks: String,
    /// Relevant and material to a legitimate inquiry: how (content).
    pub relevant_and_material: String,
    /// Specific and limited in scope: how (content).
    pub specific_and_limited: String,
    /// Why de-identified information would not do (content).
    pub why_not_deidentified: String,
    /// The officer who signs, with badge or office.
    pub signed_by: String,
}

/// A second member agrees to what another proposed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrence {
    /// To which entry.
    pub with: EntryId,
    /// A note (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A member stands aside: target, reporter, or near to one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// Who.
    pub member: StaffId,
    /// Why, as far as colleagues may know: `target`, `reporter`, `near_to_one`.
    pub because: String,
}

without_content!(
    Emergency,
    EmergencyAnswers,
    EmergencyRenewal,
    EmergencyReview,
    EmergencyEnd,
    TargetNotice,
    GuardianNotice,
    PoliceReferral,
    PoliceRequest,
    Concurrence,
    Recusal,
);

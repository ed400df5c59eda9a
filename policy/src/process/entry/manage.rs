//! What is done: needs, plan, tasks, referrals, tripwires, orders.

use super::{AsRecord, without_content};
use crate::id::{AgencyId, DisclosureId, EntryId, PermissionId, StaffId};
use crate::process::blank;
use crate::process::referral::{Category, DeclineReason, Outcome, State as Status, Urgency};
use crate::process::words::{Intervention, Orientation, PlanTier, TaskState};
use crate::time::{Date, UtcTime, text, text_option};
use serde::{Deserialize, Serialize};

/// One thing that would improve the person's circumstances.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Category of service.
    pub category: Category,
    /// In words (content).
    pub text: String,
}

/// What the person needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedsAssessment {
    /// Needs; empty: none was found.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// In the person's own words, where they were asked (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub own_account: String,
}

/// A restriction, with the observation it rests on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Kind.
    pub kind: Intervention,
    /// In words (content).
    pub text: String,
    /// The observation that makes it needed.
    pub observation: EntryId,
    /// When it ends.
    #[serde(with = "text")]
    pub until: UtcTime,
    /// Who keeps it to its end once the team is done, by function.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept_by: String,
    /// For an exclusion: whether disability was considered, and what came of it (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub disability_considered: String,
}

/// The plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Who owns it.
    pub owner: StaffId,
    /// Goals (content).
    pub goals: Vec<String>,
    /// The person's own account and wishes (content); empty: not asked yet.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub own_voice: String,
    /// Tasks it starts with; later ones are entries of their own.
    pub tasks: Vec<PlanTask>,
    /// Restrictions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Restriction>,
    /// When it is looked at again.
    #[serde(with = "text")]
    pub review_at: UtcTime,
}

/// A task. As an entry of its own it is a further one, or, replacing, how one stands: an earlier task entry, or a task of
/// the plan by its [`task_id`](crate::process::standing::task_id).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTask {
    /// Kind of intervention.
    pub kind: Intervention,
    /// At whom or what it works.
    pub orientation: Orientation,
    /// Tier.
    pub tier: PlanTier,
    /// What is to be done (content).
    pub text: String,
    /// The agency that does it; none: this one.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// The member who does it.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub owner: Option<StaffId>,
    /// By when.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub due: Option<UtcTime>,
    /// How it stands.
    pub state: TaskState,
    /// How to approach safely (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact_safety: String,
}

/// A referral, or, replacing, how it stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Category of service. Law enforcement is none: that is an act of its own.
    pub category: Category,
    /// The agency that serves, where it has a node.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// The service in words, where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// The person's permission.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub permission: Option<PermissionId>,
    /// How it stands.
    pub status: Status,
    /// Why the service declined.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub declined_because: Option<DeclineReason>,
    /// How soon it asks for action; none: in the ordinary course.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// What came of it, once it has ended.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// By when first contact is asked.
    #[serde(default, with = "text_option", skip_serializing_if = "Option::is_none")]
    pub contact_by: Option<UtcTime>,
    /// The disclosure by which it went.
    #[serde(default, with = "blank", skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureId>,
    /// Note (content).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What to tell whom, should it happen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tripwire {
    /// What can be seen (content).
    pub observable: String,
    /// Whom to tell (content).
    pub tell: String,
    /// When it ends: at most ninety days.
    #[serde(with = "text")]
    pub expires: UtcTime,
    /// Somebody who agreed to watch. Who they are is kept apart, sealed.
    #[serde(default)]
    pub has_watcher: bool,
    /// It is taken down.
    #[serde(default)]
    pub ended: bool,
}

/// A tripwire was touched.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripwireHit {
    /// Which.
    pub tripwire: EntryId,
    /// The observation of it.
    pub observation: EntryId,
}

/// A court's order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourtOrder {
    /// The court (content).
    pub court: String,
    /// Kind, such as `supervised treatment`.
    pub kind: String,
    /// Conditions (content).
    pub conditions: String,
    /// The day it was made.
    pub made_on: Date,
    /// When it ends.
    #[serde(with = "text")]
    pub until: UtcTime,
    /// What it is as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_record: Option<AsRecord>,
}

without_content!(
    Need,
    NeedsAssessment,
    Restriction,
    Plan,
    PlanTask,
    Referral,
    Tripwire,
    TripwireHit,
    CourtOrder,
);

//! What a named person said yes to: the fact that the gate asks for, never proof by itself.

use super::agency::Recipient;
use super::words::{Purpose, words};
use crate::id::{AgencyId, ContactId, ItemId, ProposalId, StaffId};
use crate::time::UtcTime;
use serde::{Deserialize, Serialize};

words! {
    /// A derived form: how less than the whole of an item is said (design section 3). None of them paraphrases.
    Form {
        /// The common band of a level of concern, without the model's own word.
        Band = "band",
        /// Whether there is such a thing, or the yes or no that was recorded.
        YesNo = "yes_no",
        /// A count, suppressed when small.
        Count = "count",
        /// The kind of setting, not which one.
        SettingKind = "setting_kind",
        /// A name valid for this recipient only.
        Alias = "alias",
        /// A code from a closed list.
        StatusCode = "status_code",
        /// The place and time, when they are the recipient's own.
        OwnPlace = "own_place",
        /// A text that a named member wrote for this class of recipient.
        Statement = "statement",
    }
}

/// Whom an approval is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovedRecipient {
    /// This agency's node.
    Agency(AgencyId),
    /// This person or body outside any node.
    Contact(ContactId),
    /// The agency's own core team.
    OwnTeam,
}
impl ApprovedRecipient {
    /// The name under which an approval for this recipient is recorded.
    pub fn of(recipient: &Recipient) -> Self {
        match recipient {
            Recipient::Node(peer) => Self::Agency(peer.id.clone()),
            Recipient::Contact(contact) => Self::Contact(contact.id),
            Recipient::OwnTeam => Self::OwnTeam,
        }
    }
}

/// One item that was approved, and the most that may be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedItem {
    /// The item.
    pub item: ItemId,
    /// The form that the approver saw; `None`: the whole.
    #[serde(default)]
    pub form: Option<Form>,
}

/// A named person's yes to one share. It may only narrow what was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The proposal that was approved.
    pub proposal: ProposalId,
    /// Who said yes.
    pub by: StaffId,
    /// When; what was written after this moment was not approved.
    pub at: UtcTime,
    /// When the yes lapses; `None`: with what it rests on.
    #[serde(default)]
    pub until: Option<UtcTime>,
    /// To whom.
    pub recipient: ApprovedRecipient,
    /// For what.
    pub purpose: Purpose,
    /// What.
    pub items: Vec<ApprovedItem>,
}

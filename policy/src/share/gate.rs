//! What must be in place around a disclosure besides law and matrix: agreement, training, approval.
//!
//! Called by `door` for each share. An emergency waits for none of these; the matrix's X holds all the same. Absent on
//! purpose: any list of trusted agencies.

use crate::facts::Setting;
use crate::record::{Agreement, Approval, ApprovedItem, ApprovedRecipient, Item, Recipient, Row};
use crate::time::UtcTime;

/// What stops a share as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Nobody has signed what this agency is under the law.
    #[error("this agency's officer has to sign what it is under the law before anything is shared")]
    CapacitiesUnsigned,
    /// No agreement with the recipient is in force.
    #[error("no agreement with {0} is in force: this agency's officer has to countersign one")]
    NoAgreement(crate::id::AgencyId),
    /// The agreements in force do not name the purpose.
    #[error("no agreement in force with {0} covers this purpose")]
    PurposeNotAgreed(crate::id::AgencyId),
    /// The recipient's training has lapsed, or nobody has said that it is current.
    #[error("the training of {0} is not current: its officer has to state a date that has not passed")]
    TrainingLapsed(crate::id::AgencyId),
    /// Nobody has approved.
    #[error("a named person has to approve it first")]
    NotApproved,
    /// The approval is for somebody or something else.
    #[error("what was approved was for another recipient or another purpose: approve again")]
    ApprovedForOther,
    /// The approval is no longer, or not yet, in force.
    #[error("the approval has lapsed: approve again")]
    ApprovalLapsed,
    /// A text that goes along names somebody.
    #[error("a text that would go along contains {0}: write it without")]
    NoteIdentifies(super::words::Identifying),
    /// The packet is made for others.
    #[error("a packet has to be one for this class of recipient: {0} is not")]
    PacketForOther(super::packets::PacketName),
}

/// How the gate stands for one share.
#[derive(Debug)]
pub struct Gate<'a> {
    /// Everything that stops it; an emergency lifts these for the items that are part of it.
    pub stops: Vec<Stop>,
    /// Agreements in force that cover the purpose.
    pub agreements: Vec<&'a Agreement>,
    approval: Option<&'a Approval>,
}

/// Looks at everything around the items.
pub fn gate<'a>(setting: &Setting<'a>, approval: Option<&'a Approval>) -> Gate<'a> {
    let mut stops = Vec::new();
    let mut agreements = Vec::new();
    if let Recipient::Node(peer) = setting.recipient {
        let in_force: Vec<&Agreement> = setting.agreements_in_force().collect();
        agreements = in_force.iter().filter(|a| a.purposes.contains(&setting.purpose)).copied().collect();
        if in_force.is_empty() {
            stops.push(Stop::NoAgreement(peer.id.clone()));
        } else if agreements.is_empty() {
            stops.push(Stop::PurposeNotAgreed(peer.id.clone()));
        }
        if peer.training_current_until.is_none_or(|until| until <= setting.now) {
            stops.push(Stop::TrainingLapsed(peer.id.clone()));
        }
    }
    if setting.own.signed_by.is_none() || setting.own.signed_at.is_none_or(|at| setting.now < at) {
        stops.push(Stop::CapacitiesUnsigned);
    }
    let needs_approval = !matches!(setting.recipient, Recipient::OwnTeam);
    match approval {
        None if needs_approval => stops.push(Stop::NotApproved),
        None => {}
        Some(a)
            if a.recipient != ApprovedRecipient::of(setting.recipient) || a.purpose != setting.purpose =>
        {
            stops.push(Stop::ApprovedForOther);
        }
        Some(a) if setting.now < a.at || a.until.is_some_and(|end| end <= setting.now) => {
            stops.push(Stop::ApprovalLapsed);
        }
        Some(_) => {}
    }
    Gate { stops, agreements, approval }
}

impl Gate<'_> {
    /// Whether an agreement in force covers this row; always so where no agreement is asked for.
    pub fn covers_row(&self, recipient: &Recipient, row: Row) -> bool {
        !matches!(recipient, Recipient::Node(_))
            || self.agreements.iter().any(|a| a.rows.is_empty() || a.rows.contains(&row))
    }

    /// When the last agreement that covers this row ends.
    pub fn agreed_until(&self, row: Row) -> Option<UtcTime> {
        self.agreements.iter().filter(|a| a.rows.is_empty() || a.rows.contains(&row)).map(|a| a.until).max()
    }

    /// What was approved of this item; `Err` where there is an approval and the item is not in it, or was written later.
    pub fn approved(&self, item: &Item) -> Result<Option<&ApprovedItem>, NotApproved> {
        let Some(approval) = self.approval else { return Ok(None) };
        let approved = approval.items.iter().find(|a| a.item == item.id).ok_or(NotApproved::Item)?;
        if approval.at < item.provenance.recorded_at {
            Err(NotApproved::WrittenLater)
        } else {
            Ok(Some(approved))
        }
    }

    /// When it was approved.
    pub fn approved_at(&self) -> Option<UtcTime> {
        self.approval.map(|a| a.at)
    }

    /// When the approval lapses.
    pub fn approved_until(&self) -> Option<UtcTime> {
        self.approval.and_then(|a| a.until)
    }
}

/// Why an approval does not reach an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotApproved {
    /// The approver took it out, or never saw it.
    Item,
    /// It was recorded after the approval.
    WrittenLater,
}

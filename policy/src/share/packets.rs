//! The ten default packets (domain 3.5): which rows a share starts from, and which it must never hold.
//!
//! A packet selects; it opens nothing. Every item is still judged by law, matrix and gate, and a member may take items
//! out. Called by the staff's `share` verb and by `door`, which refuses items on a packet's must-not list.

use super::class::Class;
use crate::record::words::words;
use crate::record::{Item, Row};

words! {
    /// A packet that the software assembles by default.
    PacketName {
        /// De-identified consultation.
        Consultation = "consultation",
        /// Two core teams managing one case.
        PeerCoManagement = "peer_co_management",
        /// An affiliate's task.
        AffiliateTask = "affiliate_task",
        /// Referral to a clinician.
        CareReferral = "care_referral",
        /// Referral to a community partner.
        CommunityReferral = "community_referral",
        /// Police, in an emergency.
        LawEnforcementEmergency = "le_emergency",
        /// Police, nothing imminent: a guarded event of its own.
        LawEnforcementReferral = "le_referral",
        /// Notice to the target of a threat.
        TargetSafetyNotice = "target_safety_notice",
        /// Parent or guardian of a minor.
        ParentGuardian = "parent_guardian",
        /// Counts for the coordinator.
        CoordinatorReport = "coordinator_report",
    }
}

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its name.
    pub name: PacketName,
    /// Classes it is for.
    pub classes: &'static [Class],
    /// Rows it starts from.
    pub rows: &'static [u8],
    /// Rows that are asked only in their form, although the whole might be open.
    pub derived: &'static [u8],
    /// Rows it must not hold, whatever else is open.
    pub must_not: &'static [u8],
    /// Names nobody: an item whose text names a person of the case stays out.
    pub nameless: bool,
}

/// The packet of this name.
pub const fn packet(name: PacketName) -> Packet {
    use Class as C;
    let (classes, rows, derived, must_not, nameless): (&[C], &[u8], &[u8], &[u8], bool) = match name {
        PacketName::Consultation => (
            &[C::Per, C::Aff],
            &[1, 4, 7, 12, 16, 20, 21, 22, 23, 35],
            &[7, 12, 20, 21, 22],
            &[2, 3, 5, 6, 8, 10, 11, 13, 14],
            true,
        ),
        PacketName::PeerCoManagement => (
            &[C::Per],
            &[1, 2, 4, 5, 7, 9, 11, 12, 16, 20, 21, 22, 23, 30, 35, 39],
            &[],
            &[19, 26, 31, 38],
            false,
        ),
        PacketName::AffiliateTask => (
            &[C::Aff],
            &[1, 4, 7, 9, 12, 14, 16, 23, 35, 37],
            &[12, 37],
            &[18, 20, 24, 25, 26, 27, 29, 38],
            false,
        ),
        PacketName::CareReferral => {
            (&[C::Prv], &[1, 2, 3, 4, 5, 8, 9, 12, 21, 23, 25, 35, 36], &[], &[], false)
        }
        PacketName::CommunityReferral => {
            (&[C::Cbo], &[1, 2, 4, 5, 9, 21, 22, 35, 36], &[], &[11, 12, 16, 18, 20], false)
        }
        PacketName::LawEnforcementEmergency => {
            (&[C::Le], &[1, 2, 5, 6, 9, 11, 14, 15, 17, 21, 23, 28, 35], &[], &[18, 19, 34, 38], false)
        }
        PacketName::LawEnforcementReferral => {
            (&[C::Le], &[1, 2, 11, 12, 13, 15, 21, 23, 35], &[], &[16, 18, 20], false)
        }
        PacketName::TargetSafetyNotice => (
            &[C::Tgt],
            &[1, 2, 6, 11, 12, 14, 15, 30, 35, 37, 39],
            &[12, 37],
            &[16, 18, 20, 24, 27, 29, 31],
            false,
        ),
        PacketName::ParentGuardian => (
            &[C::Par],
            &[1, 2, 7, 11, 12, 15, 16, 17, 21, 22, 23, 28, 34, 35, 36, 37, 39],
            &[11, 12, 34],
            &[10, 13],
            false,
        ),
        PacketName::CoordinatorReport => (
            &[C::Crd],
            &[1, 4, 7, 9, 12, 16, 18, 20, 21, 25, 28, 32, 39, 40],
            &[],
            &[2, 3, 5, 6, 8, 10, 11, 13, 14],
            true,
        ),
    };
    Packet { name, classes, rows, derived, must_not, nameless }
}

impl Packet {
    /// Whether the packet starts from this row.
    pub fn holds(&self, row: Row) -> bool {
        self.rows.contains(&row.number())
    }
    /// Whether it must not hold an item of this row or label.
    pub fn forbids(&self, item: &Item) -> bool {
        self.must_not.contains(&item.row.number())
            || item.labels.iter().any(|l| self.must_not.contains(&l.row().number()))
    }
    /// The items of the case that the packet starts from: current ones of its rows.
    pub fn select<'i>(&self, items: impl IntoIterator<Item = &'i Item>) -> Vec<&'i Item> {
        items
            .into_iter()
            .filter(|i| self.holds(i.row) && !self.forbids(i) && i.superseded_by.is_none())
            .collect()
    }
}

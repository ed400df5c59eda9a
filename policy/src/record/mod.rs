//! What a node keeps, as plain data: the second way in for facts (`facts::from_records`).
//!
//! A record states what somebody wrote down: who they are, what they signed, what they judged and when.
//! It never states a legal conclusion. Records are stored by the node as JSON inside a sealed body, so a
//! field may be added with `#[serde(default)]` but never renamed. `Debug` prints ids only.

mod agency;
mod approval;
mod case;
mod item;
mod permission;
mod team_words;
pub(crate) mod words;

pub use agency::{
    Agency, Agreement, AgreementKind, Capacities, Confirmed, Contact, Peer, Recipient, StateRow, TeamRole,
};
pub use approval::{Approval, ApprovedItem, ApprovedRecipient, Form};
pub use case::{Case, Person, PersonRole, Team};
pub use item::{
    About, Band, Item, ItemValue, Label, Place, Provenance, Row, RowOutOfRange, Stale, StaleReason, Statement,
};
pub use permission::{
    Attestation, AttestationScope, Document, Permission, PermissionKind, PermittedRecipient, Signer,
};
pub use team_words::{Discipline, QuorumSetting, TeamKind, TeamModel, TrainingTopic};
pub use words::{
    DutyLogic, Element, LawEnforcementStatus, LegalProcess, ObtainedVia, Profession, Purpose, RecordKind,
    Sector, UsState,
};

//! What people signed, said, judged or ordered: permissions, attestations, legal documents.

use super::Row;
use super::agency::Recipient;
use super::words::{Element, LegalProcess, Purpose, RecordKind, Sector, words};
use crate::id::{
    AgencyId, AttestationId, CaseId, ContactId, DocumentId, ItemId, PermissionId, PersonId, StaffId,
};
use crate::time::UtcTime;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// The form of an expression of will (design section 7).
    PermissionKind {
        /// 45 CFR 164.508.
        HipaaAuthorization = "hipaa_authorization",
        /// 34 CFR 99.30.
        FerpaConsent = "ferpa_consent",
        /// 42 CFR 2.31.
        Part2Consent = "part2_consent",
        /// Informed, written, time-limited release to a victim-service provider.
        VawaRelease = "vawa_release",
        /// Spoken agreement.
        OralAgreement = "oral_agreement",
        /// Refusal or request not to share.
        Objection = "objection",
    }
}

words! {
    /// Who gave it.
    Signer {
        /// The person whom the record is about.
        Subject = "subject",
        /// Parent or guardian.
        Parent = "parent",
    }
}

/// One recipient that a permission names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermittedRecipient {
    /// This agency.
    Agency(AgencyId),
    /// This person or body outside any node.
    Contact(ContactId),
    /// Every body of this kind: a named class of recipients.
    Sector(Sector),
}

/// What a person signed or said about passing on their information.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Identifier.
    pub id: PermissionId,
    /// The case.
    pub case: CaseId,
    /// Whose information it releases.
    pub person: PersonId,
    /// Form.
    pub kind: PermissionKind,
    /// Who gave it.
    pub given_by: Signer,
    /// When it was signed on paper or screen; `None`: not in writing.
    #[serde(default)]
    pub signed_at: Option<UtcTime>,
    /// When it was given.
    pub given_at: UtcTime,
    /// When it ends by its own terms.
    #[serde(default)]
    pub expires_at: Option<UtcTime>,
    /// When the person revoked it and this agency knew.
    #[serde(default)]
    pub revoked_at: Option<UtcTime>,
    /// Recipients it names (an objection: at whom it is directed). Empty: nobody.
    pub recipients: Vec<PermittedRecipient>,
    /// Kinds of record it describes. Empty: none.
    pub record_kinds: Vec<RecordKind>,
    /// Elements it describes; empty: everything of those kinds.
    #[serde(default)]
    pub elements: Vec<Element>,
    /// Rows it describes; empty: every row of those kinds.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// Purposes it covers.
    pub purposes: Vec<Purpose>,
    /// Concerns this kind of record or use only, not combined with another permission.
    #[serde(default)]
    pub stands_alone: Option<bool>,
    /// Single Part 2 consent for all future treatment, payment and health care operations.
    #[serde(default)]
    pub tpo_all_future: Option<bool>,
    /// Where the signed form is kept, and its SHA-256 in hex. The form itself never travels.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl PermittedRecipient {
    /// Whether this names the recipient: by agency, by contact, or as a class of bodies.
    pub fn names(&self, recipient: &Recipient) -> bool {
        match (self, recipient) {
            (Self::Agency(id), Recipient::Node(peer)) => *id == peer.id,
            (Self::Contact(id), Recipient::Contact(contact)) => *id == contact.id,
            (Self::Sector(sector), Recipient::Node(peer)) => *sector == peer.sector,
            (Self::Sector(sector), Recipient::Contact(contact)) => *sector == contact.sector,
            _ => false,
        }
    }
}

/// How far an attestation reaches. A narrower one wins over the case's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestationScope {
    /// Every item and recipient of the case.
    Case,
    /// One item.
    Item(ItemId),
    /// One person of the case.
    Person(PersonId),
    /// One agency as recipient.
    Agency(AgencyId),
    /// One contact as recipient.
    Contact(ContactId),
}

/// A named person's judgment or finding on one fact of the law, with reasons (design invariant 4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Identifier.
    pub id: AttestationId,
    /// The case.
    pub case: CaseId,
    /// The fact, by its path in the vocabulary, such as `circumstances.imminent`.
    pub fact: String,
    /// What was found.
    pub value: bool,
    /// How far it reaches.
    pub scope: AttestationScope,
    /// Why (content): what was seen or heard.
    pub reasons: String,
    /// Who judged.
    pub by: StaffId,
    /// In which role, as travels with a disclosure.
    pub role: String,
    /// When.
    pub at: UtcTime,
    /// When the judgment lapses to ordinary rules (domain 3.6: imminence after 72 hours).
    pub until: UtcTime,
}
impl fmt::Debug for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attestation").field("id", &self.id).field("fact", &self.fact).finish_non_exhaustive()
    }
}

/// A legal instrument that demands or authorizes a disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Identifier.
    pub id: DocumentId,
    /// The case.
    pub case: CaseId,
    /// What it is.
    pub kind: LegalProcess,
    /// When it was issued.
    pub issued_at: UtcTime,
    /// When it ends, if it says so.
    #[serde(default)]
    pub until: Option<UtcTime>,
    /// Rows its terms reach; empty: none.
    pub rows: Vec<Row>,
    /// Whose information its terms reach. Empty: the person of concern's.
    #[serde(default)]
    pub persons: Vec<PersonId>,
    /// To whom it directs or allows the disclosure. Empty: to courts, prosecutors, police and authorities as such.
    #[serde(default)]
    pub recipients: Vec<PermittedRecipient>,
    /// Comes with a subpoena or other compulsory process (42 CFR 2.61).
    #[serde(default)]
    pub accompanying_subpoena: Option<bool>,
    /// Forbids telling the person of its existence.
    #[serde(default)]
    pub forbids_notice: Option<bool>,
    /// Where it is kept and its SHA-256 in hex.
    #[serde(default)]
    pub evidence: Option<String>,
}

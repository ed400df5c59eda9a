//! What may leave: sealed values, read-only from outside the door.

use crate::id::{AgencyId, CaseId, ItemId, MessageId, PermissionId, PersonId};
use crate::law::ObligationSet;
use crate::process::referral::{DeclineReason, SetBy, State, may_follow, set_by, tells_of_person};
use crate::record::words::words;
use crate::record::{
    ApprovedRecipient, Element, Form, ItemValue, Label, ObtainedVia, PermissionKind, PersonRole, Purpose,
    RecordKind, Row,
};
use crate::share::Class;
use crate::share::obligations::TravelText;
use crate::share::packets::PacketName;
use crate::time::UtcTime;
use std::sync::Arc;

/// What kind of message the items are for. Each has a schema of its own on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// A case summary, from a packet or from chosen items.
    Summary(Option<PacketName>),
    /// A de-identified vignette.
    Vignette,
    /// A request; describing a person is itself a disclosure.
    Request,
    /// The answer to a request of this message; it may be empty, and then says nothing.
    Answer(MessageId),
    /// A referral, assembled from the packet of the recipient's class.
    Referral(Option<PacketName>),
    /// How a referral stands.
    ReferralStatus(ReferralWord),
    /// A corrected item for those who hold the old one.
    Correction,
    /// Told outside the node: by telephone, on paper, in a meeting.
    Outside,
    /// A person's copy of their own information.
    AccessCopy,
    /// A recall: names commitments and a reason, and nothing about anybody.
    Notice,
}

/// A word about how a referral stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferralWord {
    /// The message that carried the referral.
    pub referral: MessageId,
    /// How it stood.
    pub from: State,
    /// How it stands.
    pub to: State,
    /// Why a service declined; nothing with any other state.
    pub because: Option<DeclineReason>,
}

impl ReferralWord {
    /// Whether it may be said at all: it follows, is one agency's word to the other, and has a reason exactly where one
    /// belongs.
    pub fn may_be_said(self) -> bool {
        may_follow(self.from, self.to)
            && matches!(set_by(self.from, self.to), SetBy::Service | SetBy::Referrer)
            && (self.to == State::DeclinedByService) == self.because.is_some()
    }

    /// Whether it speaks of the person: then it goes as an item of row 25, decided like any other.
    pub fn tells_of_person(self) -> bool {
        tells_of_person(self.from, self.to)
    }
}

words! {
    /// Why something is recalled.
    RecallReason {
        /// A permission was revoked.
        Revoked = "revoked",
        /// The leave to hold it ended.
        Expired = "expired",
        /// It was corrected.
        Corrected = "corrected",
        /// The holder left the roster.
        Expelled = "expelled",
        /// It should not have gone.
        Mistake = "mistake",
        /// The level of concern is not current any more; nothing is destroyed or sealed for it.
        Stale = "stale",
        /// The level of concern was reassessed; nothing is destroyed or sealed for it.
        Superseded = "superseded",
    }
}

/// A recall: which commitments, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Commitments of the items, as both sides keep them.
    pub commitments: Vec<Vec<u8>>,
    /// Why.
    pub reason: RecallReason,
}

/// One clause that an item rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Whose information it opens.
    pub person: PersonId,
    /// The clause.
    pub clause: Arc<Cited>,
}

/// A clause as it is named to others. One for each clause of a law: every item that rests on it shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// Short name of the regime.
    pub regime: String,
    /// The clause.
    pub clause_id: String,
    /// Its citation.
    pub citation: String,
    /// The law that decided.
    pub law_version: String,
}

/// What a recipient needs to know of a permission. Never the form itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionUsed {
    /// The permission; stays at home.
    pub id: PermissionId,
    /// Whose it is.
    pub person: PersonId,
    /// What kind.
    pub kind: PermissionKind,
    /// Its scope in words of the vocabulary (42 CFR 2.32(b)).
    pub scope: String,
    /// When it ends.
    pub expires_at: Option<UtcTime>,
    /// Single Part 2 consent for all future treatment, payment and operations.
    pub all_future_tpo: bool,
}

/// A judgment the basis needed: the role and the time, never the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationMade {
    /// The fact, by its path.
    pub fact: &'static str,
    /// The attester's role.
    pub by_role: Arc<str>,
    /// When.
    pub at: UtcTime,
}

/// One person an item is about, as the recipient learns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedAbout {
    /// The person; stays at home.
    pub person: PersonId,
    /// In which role.
    pub role: PersonRole,
    /// The name valid for this recipient only; empty when none was drawn.
    pub alias: String,
    /// Regimes that govern this person's information here.
    pub regimes: Vec<String>,
    /// Class of the item as a record about this person, where it differs from the item's own.
    pub record_kind: Option<RecordKind>,
}

/// One item as it leaves.
#[derive(PartialEq, Eq)]
pub struct ReleasedItem {
    /// The item at home; never sent.
    pub item: ItemId,
    /// Its row.
    pub row: Row,
    /// The form; `None`: whole.
    pub form: Option<Form>,
    /// The value in that form.
    pub value: ItemValue,
    /// The statement's writer and time stay at home; its time travels.
    pub statement_at: Option<UtcTime>,
    /// Whom it is about.
    pub about: Vec<ReleasedAbout>,
    /// Class of the item as its holder has it.
    pub record_kind: Option<RecordKind>,
    /// How the holder came to hold it.
    pub obtained_via: ObtainedVia,
    /// What it contains, in the law's terms.
    pub elements: Vec<Element>,
    /// Labels, never fewer than it had.
    pub labels: Vec<Label>,
    /// Clauses it rests on, per person and regime.
    pub basis: Vec<Basis>,
    /// Permissions relied on.
    pub permissions: Vec<PermissionUsed>,
    /// Judgments relied on.
    pub attestations: Vec<AttestationMade>,
    /// Every duty of the law that comes with it.
    pub obligations: ObligationSet,
    /// The duties among them that bind the recipient, and those it arrived with.
    pub travelling: Vec<String>,
    /// Texts that travel.
    pub travels: Vec<TravelText>,
    /// When the recipient must have destroyed it; `None`: the agreement's own retention.
    pub expires_at: Option<UtcTime>,
    /// 32 random bytes that were drawn for its commitment.
    pub salt: [u8; 32],
}

impl ReleasedItem {
    /// Whether both go on the same ground: about the same people, by the same clauses, permissions and judgments, under the
    /// same duties and with the same texts.
    pub fn on_same_ground(&self, other: &Self) -> bool {
        self.about == other.about
            && self.basis == other.basis
            && self.permissions == other.permissions
            && self.attestations == other.attestations
            && self.obligations == other.obligations
            && self.travelling == other.travelling
            && self.travels == other.travels
    }
}

impl std::fmt::Debug for ReleasedItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReleasedItem")
            .field("item", &self.item)
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

/// Something that may leave, to this recipient, for this purpose, now. See the module for why nobody else can make one.
pub struct Releasable {
    recipient: ApprovedRecipient,
    class: Option<Class>,
    purpose: Option<Purpose>,
    schema: Schema,
    case: Option<CaseId>,
    emergency: bool,
    exercise: bool,
    items: Vec<ReleasedItem>,
    notes: Vec<String>,
    notice: Option<Notice>,
    law_version: String,
    decided_at: UtcTime,
    valid_until: Option<UtcTime>,
}

/// All fields of a [`Releasable`], for the door alone.
pub(super) struct Parts {
    pub recipient: ApprovedRecipient,
    pub class: Option<Class>,
    pub purpose: Option<Purpose>,
    pub schema: Schema,
    pub case: Option<CaseId>,
    pub emergency: bool,
    pub exercise: bool,
    pub items: Vec<ReleasedItem>,
    pub notes: Vec<String>,
    pub notice: Option<Notice>,
    pub law_version: String,
    pub decided_at: UtcTime,
    pub valid_until: Option<UtcTime>,
}

impl Releasable {
    // INVARIANT (one door): called by `decide.rs` alone.
    pub(super) fn seal(p: Parts) -> Self {
        Self {
            recipient: p.recipient,
            class: p.class,
            purpose: p.purpose,
            schema: p.schema,
            case: p.case,
            emergency: p.emergency,
            exercise: p.exercise,
            items: p.items,
            notes: p.notes,
            notice: p.notice,
            law_version: p.law_version,
            decided_at: p.decided_at,
            valid_until: p.valid_until,
        }
    }

    /// To whom. The courier compares it with the peer that the session proved.
    pub fn recipient(&self) -> &ApprovedRecipient {
        &self.recipient
    }
    /// The agency, where the recipient is a node.
    pub fn agency(&self) -> Option<&AgencyId> {
        match &self.recipient {
            ApprovedRecipient::Agency(id) => Some(id),
            ApprovedRecipient::Contact(_) | ApprovedRecipient::OwnTeam => None,
        }
    }
    /// The recipient's column; `None` for notices.
    pub fn class(&self) -> Option<Class> {
        self.class
    }
    /// Why; `None` for notices.
    pub fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }
    /// What kind of message it is for.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
    /// The case it is from; `None` for notices and for empty answers.
    pub fn case(&self) -> Option<CaseId> {
        self.case
    }
    /// Sent by one person in an emergency; a second reviews it.
    pub fn emergency(&self) -> bool {
        self.emergency
    }
    /// A drill.
    pub fn exercise(&self) -> bool {
        self.exercise
    }
    /// What goes.
    pub fn items(&self) -> &[ReleasedItem] {
        &self.items
    }
    /// Texts that go along with the items, checked for names, dates and numbers of the case.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
    /// The recall, if it is one.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }
    /// The law that decided.
    pub fn law_version(&self) -> &str {
        &self.law_version
    }
    /// When it was decided.
    pub fn decided_at(&self) -> UtcTime {
        self.decided_at
    }
    /// Until when the decision stands at most; a later attempt decides again in any case.
    pub fn valid_until(&self) -> Option<UtcTime> {
        self.valid_until
    }
}
impl std::fmt::Debug for Releasable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Releasable")
            .field("recipient", &self.recipient)
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

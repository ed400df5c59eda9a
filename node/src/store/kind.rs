//! The kinds of record a node keeps. Callers: every verb of `app`. What a kind's body holds is `policy::record`'s
//! and the exchange's business: the store sees bytes.

use policy::id::Id;
use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal $text:literal),* $(,)?) => {
        /// A kind of record. The code is what the database holds: a code is never reused for something else.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name = $code),* }

        impl Kind {
            /// Every kind, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The kind as one lower-case word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The kind of a code, or `None` when this version knows no such kind.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// This agency's own capacities, signed by its officer.
    Agency = 1 "agency",
    /// Another node, as the roster names it.
    Peer = 2 "peer",
    /// A member of staff.
    Staff = 3 "staff",
    /// A team hosted here.
    Team = 4 "team",
    /// A person's place in a team.
    Membership = 5 "membership",
    /// A person as one case knows them.
    Person = 6 "person",
    /// One team's management of one person of concern.
    Case = 7 "case",
    /// One item of information in a case.
    Item = 8 "item",
    /// What a person signed or said.
    Permission = 9 "permission",
    /// A named person's judgment.
    Attestation = 10 "attestation",
    /// A legal instrument.
    Document = 11 "document",
    /// Written terms with another agency.
    Agreement = 12 "agreement",
    /// A row of state law, confirmed by counsel.
    StateRow = 13 "state_row",
    /// Someone outside any node.
    Contact = 14 "contact",
    /// A share asked for, with its decision.
    Proposal = 15 "proposal",
    /// A named approver's yes or narrowing.
    Approval = 16 "approval",
    /// Something to be sent or done: the outbox.
    Work = 17 "work",
    /// Information about a person that left, or was about to leave, this node.
    Disclosure = 18 "disclosure",
    /// The line owed to the subject.
    Accounting = 19 "accounting",
    /// A message received: the inbox.
    Inbound = 20 "inbound",
    /// Something received that should not have been.
    Quarantine = 21 "quarantine",
    /// A request, ours or a peer's.
    Request = 22 "request",
    /// The answer to a request.
    Answer = 23 "answer",
    /// Something that a person here has to be told.
    Notification = 24 "notification",
    /// A peer's signed digest of what arrived.
    Receipt = 25 "receipt",
    /// A message that takes a disclosure back.
    Recall = 26 "recall",
    /// Small counters and marks of the node itself.
    Sequence = 27 "sequence",
    /// A statement that suspends a person's right to an accounting.
    Suspension = 28 "suspension",
    /// One entry of a case's history: what somebody did, observed, judged or planned.
    Entry = 29 "entry",
    /// Who reported, apart from every case list, under a key of its own.
    Identity = 30 "identity",
    /// What a person said of themselves for the review of fairness, joinable to no case by a team.
    Equity = 31 "equity",
    /// A member's training with its end.
    Training = 32 "training",
    /// A named session of a member who wears two hats, in one of them.
    HatSession = 33 "hat_session",
    /// What an anonymous reporter comes back with: a digest of the code, never the code.
    ReturnCode = 34 "return_code",
    /// A referral between this agency and another, and how it stands.
    Referral = 35 "referral",
}

impl Kind {
    /// The stored code, 1 to 62.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Whether no two records of this kind may have the same lookup. Such a lookup survives erasure, so that a
    /// message is known again when it is sent twice: it must never be made from personal data.
    pub const fn unique_lookup(self) -> bool {
        matches!(self, Self::Peer | Self::Staff | Self::Inbound | Self::Sequence)
    }

    /// Whether an index keeps the records of this kind by parent and due time, so that
    /// [`super::Store::due_children`] reads no more rows than it answers. Each one costs a little at every write.
    pub const fn found_by_due(self) -> bool {
        matches!(self, Self::Case)
    }

    /// Whether records of this kind are what opening a case reads, which the medium keeps apart from the rest of the case.
    /// Each but the case itself must be sealed under the key of the case that is its parent.
    pub const fn opens_a_case(self) -> bool {
        matches!(self, Self::Case | Self::Entry)
    }

    /// Whether bodies of this kind are made smaller before they are sealed: what a case is made of, of which there is most. What
    /// the exchange keeps is for the greater part signed or encrypted bytes, which nothing makes smaller, and is written while a
    /// peer waits.
    pub const fn made_smaller(self) -> bool {
        use Kind as K;
        matches!(
            self,
            K::Case
                | K::Entry
                | K::Person
                | K::Item
                | K::Permission
                | K::Attestation
                | K::Document
                | K::Contact
        )
    }

    /// The reference of the record of this kind with this id.
    pub fn of(self, id: impl Into<RawId>) -> RecordRef {
        RecordRef { kind: self, id: id.into().0 }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Any of policy's id types, taken for the number that it is.
#[derive(Clone, Copy, Debug)]
pub struct RawId(pub Id);

macro_rules! raw_ids {
    ($($name:ident),*) => {
        impl From<Id> for RawId { fn from(id: Id) -> Self { Self(id) } }
        $(impl From<policy::id::$name> for RawId { fn from(id: policy::id::$name) -> Self { Self(id.0) } })*
    };
}
raw_ids!(
    CaseId,
    TeamId,
    PersonId,
    ItemId,
    PermissionId,
    AttestationId,
    DocumentId,
    AgreementId,
    ContactId,
    ProposalId,
    DisclosureId,
    MessageId,
    EntryId
);

/// Which record: its kind and its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// The kind.
    pub kind: Kind,
    /// The id, unique within the kind.
    pub id: Id,
}

/// Bytes of a stored reference: the kind's code, then the id.
pub(super) const REF_BYTES: usize = 17;

impl RecordRef {
    pub(super) fn to_bytes(self) -> [u8; REF_BYTES] {
        let mut bytes = [0; REF_BYTES];
        bytes[0] = self.kind.code();
        bytes[1..].copy_from_slice(&self.id.to_bytes());
        bytes
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let (code, id) = bytes.split_first()?;
        Some(Self { kind: Kind::from_code(*code)?, id: Id::from_slice(id)? })
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl fmt::Debug for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_are_unique_and_codes_read_back() {
        let mut words = std::collections::BTreeSet::new();
        for (place, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(usize::from(kind.code()), place + 1);
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
            assert!(words.insert(kind.as_str()));
        }
        assert_eq!(Kind::from_code(0), None);
        assert!(Kind::ALL.len() < 63, "a set of kinds is the bits of one signed 64-bit number");
    }

    #[test]
    fn a_reference_reads_back_from_its_bytes() {
        let r = Kind::Item.of(Id(0x1234));
        assert_eq!(RecordRef::from_slice(&r.to_bytes()), Some(r));
        assert_eq!(RecordRef::from_slice(&r.to_bytes()[..16]), None);
    }
}

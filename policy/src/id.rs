//! Identifiers: random 128-bit numbers with a type for each noun, never derived from a person.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A random 128-bit identifier, written as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u128);

/// The text was not 32 hex digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an id is 32 hex digits, as printed by concord")]
pub struct IdMalformed;

impl Id {
    /// The identifier as 16 bytes, most significant first.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
    /// An identifier from 16 bytes, most significant first.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
    /// An identifier from a slice, or `None` when it is not 16 bytes long.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_bytes)
    }
}
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Id {
    type Err = IdMalformed;
    fn from_str(text: &str) -> Result<Self, IdMalformed> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(IdMalformed);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| IdMalformed)
    }
}
impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Id);
        impl fmt::Display for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(&self.0, f) } }
        impl fmt::Debug for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(&self.0, f) } }
        impl FromStr for $name { type Err = IdMalformed; fn from_str(t: &str) -> Result<Self, IdMalformed> { t.parse().map(Self) } }
        impl From<Id> for $name { fn from(id: Id) -> Self { Self(id) } }
    )*};
}

ids! {
    /// One team's management of one person of concern.
    CaseId,
    /// A team hosted by this node.
    TeamId,
    /// A person as one case knows them; never the same across nodes.
    PersonId,
    /// One item of information in a case.
    ItemId,
    /// What a person signed or said.
    PermissionId,
    /// A named person's judgment.
    AttestationId,
    /// A legal instrument.
    DocumentId,
    /// Written terms with another agency.
    AgreementId,
    /// Someone outside any node: a parent, a target, an employer.
    ContactId,
    /// A share asked for, before approval.
    ProposalId,
    /// Information about a person leaving its holder.
    DisclosureId,
    /// One envelope between two nodes.
    MessageId,
    /// One entry of a case's history.
    EntryId,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);
        impl $name { /// The name as text.
            pub fn as_str(&self) -> &str { &self.0 } }
        impl fmt::Display for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
        impl fmt::Debug for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
        impl From<&str> for $name { fn from(t: &str) -> Self { Self(t.to_owned()) } }
    )*};
}

names! {
    /// An agency's short name in the roster, such as `county-hospital`.
    AgencyId,
    /// A staff member: the SPIFFE URI of their certificate.
    StaffId,
}

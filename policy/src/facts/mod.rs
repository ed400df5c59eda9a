//! What is established about one proposed disclosure: a typed table of facts, three-valued.
//!
//! There are two ways in, scenario JSON ([`parse_scenario`]) and an agency's own records; both fill the same [`Facts`], which
//! [`crate::law::Law`] decides on. A fact that nobody established is *unknown*, which is neither true nor false.
//! Deliberately absent: names, dates, free text. A fact is a yes, a no, a word of the vocabulary or an age.

mod attestable;
mod contradictions;
mod from_json;
mod from_records;
mod near;
mod recorded;
mod setting;
mod table;
mod values;
mod vocabulary;

use std::fmt;
use std::sync::OnceLock;

pub(crate) use attestable::attestable_row;
pub use attestable::{Attestable, attestable, attestable_fact};
pub use contradictions::{AGE_MAX, Contradiction, contradictions};
pub use from_json::{LINE_BYTES_MAX, Scenario, parse_facts, parse_recorded, parse_scenario};
pub use from_records::{Reader, attestation_until, facts_for};
pub(crate) use near::near;
pub use recorded::{Recorded, recorded};
pub use setting::Setting;
pub(crate) use vocabulary::{COUNTS_MAX, PERMISSION_ATOMS_MAX, PERMISSION_SECTION, Place, WORDS};
pub use vocabulary::{Change, FactId, FactRow, Kind, ValueRow, Vocabulary, vocabulary};

/// Permissions that one case can carry, at most.
pub const PERMISSIONS_MAX: usize = 8;
/// Characters of a stranger's word that an error repeats, at most.
const QUOTED_CHARS_MAX: usize = 64;

/// Why a fact cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// No such fact.
    #[error("{path}: no such fact{hint}; `concord law vocabulary` lists them")]
    UnknownFact {
        /// The path as given.
        path: String,
        /// What may have been meant; often empty.
        hint: String,
    },
    /// The fact has a closed list of values and this is not one.
    #[error("{path}: `{value}` is not one of its values{hint}; `concord law vocabulary {path}` lists them")]
    UnknownValue {
        /// Path of the fact.
        path: String,
        /// The value as given.
        value: String,
        /// What may have been meant; often empty.
        hint: String,
    },
    /// The value is of another type.
    #[error("{path}: must be {expected}")]
    WrongType {
        /// Path of the fact or section.
        path: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// A key is given twice in one object.
    #[error("{path}: given twice in one object, and which one holds is not known; keep the one that is so")]
    DuplicateKey {
        /// The key, with the path of its object.
        path: String,
    },
    /// Two things that cannot both be so.
    #[error("{place}: {message}")]
    Contradiction {
        /// Where.
        place: String,
        /// What contradicts what, and what to do.
        message: String,
    },
    /// Something about one of several permissions.
    #[error("{place}: {error}")]
    Within {
        /// Which, as `consent[1]`.
        place: String,
        /// What is wrong.
        error: Box<FactError>,
    },
    /// Not JSON.
    #[error("not JSON: {reason} at line {line} column {column}")]
    NotJson {
        /// What the reader stumbled over.
        reason: &'static str,
        /// Line within the text, from 1.
        line: usize,
        /// Column within the line, from 1.
        column: usize,
    },
    /// The line is longer than any scenario.
    #[error("{bytes} bytes long; at most {max} are read: one disclosure's facts are much shorter")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// More permissions than are considered.
    #[error("more than {max} permissions; state those that bear on this disclosure")]
    TooManyPermissions {
        /// The bound.
        max: usize,
    },
    /// The scenario has no name.
    #[error("id: missing; give each scenario a text id")]
    NoId,
    /// The fact belongs to a permission, or does not.
    #[error("{path}: {hint}")]
    WrongHolder {
        /// Path of the fact.
        path: String,
        /// What to do.
        hint: &'static str,
    },
}

impl FactError {
    /// The same, saying of which permission, where it does not yet.
    fn within(self, place: &str) -> Self {
        match self {
            Self::Contradiction { .. } | Self::Within { .. } | Self::TooManyPermissions { .. } => self,
            error => Self::Within { place: place.to_owned(), error: Box::new(error) },
        }
    }
}

/// A stranger's word as an error may repeat it: short, printable.
fn quoted(text: &str) -> String {
    let mut out: String =
        text.chars().take(QUOTED_CHARS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// A value on its way into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactValue<'a> {
    /// Of a flag.
    Flag(bool),
    /// Of an enumerated fact: one word.
    Word(&'a str),
    /// Of an enumerated fact that can have several: all of them.
    Words(&'a [&'a str]),
    /// Of a number.
    Count(i32),
}

impl From<bool> for FactValue<'_> {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<i32> for FactValue<'_> {
    fn from(value: i32) -> Self {
        Self::Count(value)
    }
}

impl<'a> From<&'a str> for FactValue<'a> {
    fn from(value: &'a str) -> Self {
        Self::Word(value)
    }
}

impl<'a> From<&'a [&'a str]> for FactValue<'a> {
    fn from(value: &'a [&'a str]) -> Self {
        Self::Words(value)
    }
}

impl<'a, const N: usize> From<&'a [&'a str; N]> for FactValue<'a> {
    fn from(value: &'a [&'a str; N]) -> Self {
        Self::Words(value)
    }
}

/// What a value says about the atoms of its fact, counted from the fact's first atom.
struct Atoms {
    yes: u64,
    no: u64,
}

/// Reads a value as atoms of `fact`.
fn atoms(fact: FactId, value: FactValue<'_>) -> Result<Atoms, FactError> {
    let row = fact.row();
    let wrong = |expected| FactError::WrongType { path: row.path.to_owned(), expected };
    let values = row.kind.values();
    let bit = |word: &str| {
        values.iter().position(|value| value.name == word).map(|at| 1u64 << at).ok_or_else(|| {
            FactError::UnknownValue {
                path: row.path.to_owned(),
                value: quoted(word),
                hint: near(word, values.iter().map(|value| value.name)),
            }
        })
    };
    let all = if values.len() == 64 { u64::MAX } else { (1u64 << values.len()) - 1 };
    let chosen = match (row.kind, value) {
        (Kind::Flag, FactValue::Flag(value)) => {
            return Ok(Atoms { yes: u64::from(value), no: u64::from(!value) });
        }
        (Kind::One(_) | Kind::Some(_), FactValue::Word(word)) => bit(word)?,
        (Kind::Some(_) | Kind::List(_), FactValue::Words(words)) => {
            words.iter().try_fold(0, |chosen, word| bit(word).map(|bit| chosen | bit))?
        }
        (Kind::Flag, _) => return Err(wrong("true or false")),
        (Kind::One(_), _) => return Err(wrong("one value, as text")),
        (Kind::Some(_), _) => return Err(wrong("one value as text, or a list of them")),
        (Kind::List(_), _) => return Err(wrong("a list of values")),
        (Kind::Count, _) => return Err(wrong("a whole number or null")),
    };
    Ok(Atoms { yes: chosen, no: all & !chosen })
}

/// One permission: what a person signed or said. Its facts are the `consent.*` of the vocabulary.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permission {
    yes: u64,
    no: u64,
}

impl Permission {
    /// A permission of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Establishes one of its facts, by path (`consent.signed`).
    ///
    /// # Errors
    /// The path is no fact of a permission, or the value does not fit it.
    pub fn set<'a>(&mut self, path: &str, value: impl Into<FactValue<'a>>) -> Result<(), FactError> {
        let fact = FactId::of(path)
            .ok_or_else(|| FactError::UnknownFact { path: quoted(path), hint: String::new() })?;
        self.set_fact(fact, value.into())
    }

    /// Establishes one of its facts.
    ///
    /// # Errors
    /// The fact is not one of a permission, or the value does not fit it.
    pub fn set_fact(&mut self, fact: FactId, value: FactValue<'_>) -> Result<(), FactError> {
        let Place::Permission { shift, mask } = fact.place() else {
            let hint = "not a fact of a permission; set it on the case";
            return Err(FactError::WrongHolder { path: fact.path().to_owned(), hint });
        };
        let atoms = atoms(fact, value)?;
        self.yes = self.yes & !mask | atoms.yes << shift;
        self.no = self.no & !mask | atoms.no << shift;
        Ok(())
    }

    fn knows(&self, mask: u64) -> bool {
        (self.yes | self.no) & mask == mask
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({} atoms known)", (self.yes | self.no).count_ones())
    }
}

/// Everything that is established about one item, one recipient and one purpose.
///
/// Permissions are kept side by side: bit *n* of each byte in `permissions_*` belongs to the *n*th permission, so that
/// a clause is evaluated for all of them at once. With none given, the first bit says no to everything.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    pub(crate) yes: [u64; WORDS],
    pub(crate) no: [u64; WORDS],
    pub(crate) counts: [Option<i32>; COUNTS_MAX],
    pub(crate) permissions_yes: [u8; PERMISSION_ATOMS_MAX],
    pub(crate) permissions_no: [u8; PERMISSION_ATOMS_MAX],
    pub(crate) permissions: usize,
}

impl Default for Facts {
    fn default() -> Self {
        Self::new()
    }
}

impl Facts {
    /// Nothing established, no permission given.
    pub fn new() -> Self {
        Self {
            yes: [0; WORDS],
            no: [0; WORDS],
            counts: [None; COUNTS_MAX],
            permissions_yes: [0; PERMISSION_ATOMS_MAX],
            permissions_no: [1; PERMISSION_ATOMS_MAX],
            permissions: 0,
        }
    }

    /// Establishes a fact of the case, by path; what was known of it before is replaced.
    ///
    /// # Errors
    /// No such fact, a fact of a permission, or a value that does not fit.
    pub fn set<'a>(&mut self, path: &str, value: impl Into<FactValue<'a>>) -> Result<(), FactError> {
        let fact = FactId::of(path)
            .ok_or_else(|| FactError::UnknownFact { path: quoted(path), hint: String::new() })?;
        self.set_fact(fact, value.into())
    }

    /// Establishes a fact of the case; what was known of it before is replaced.
    ///
    /// # Errors
    /// A fact of a permission, or a value that does not fit.
    pub fn set_fact(&mut self, fact: FactId, value: FactValue<'_>) -> Result<(), FactError> {
        match fact.place() {
            Place::Case { word, shift, mask } => {
                let atoms = atoms(fact, value)?;
                self.yes[word] = self.yes[word] & !mask | atoms.yes << shift;
                self.no[word] = self.no[word] & !mask | atoms.no << shift;
            }
            Place::Count(slot) => {
                let FactValue::Count(count @ 0..) = value else {
                    let expected = "a whole number, 0 or more, or null";
                    return Err(FactError::WrongType { path: fact.path().to_owned(), expected });
                };
                self.counts[slot] = Some(count);
            }
            Place::Permission { .. } => {
                let hint = "a fact of a permission; set it on a Permission and add that";
                return Err(FactError::WrongHolder { path: fact.path().to_owned(), hint });
            }
        }
        Ok(())
    }

    /// Makes a fact of the case unknown again. Facts of permissions are not touched.
    pub fn forget(&mut self, fact: FactId) {
        match fact.place() {
            Place::Case { word, mask, .. } => {
                self.yes[word] &= !mask;
                self.no[word] &= !mask;
            }
            Place::Count(slot) => self.counts[slot] = None,
            Place::Permission { .. } => {}
        }
    }

    /// Adds a permission beside those already given.
    ///
    /// # Errors
    /// There are [`PERMISSIONS_MAX`] already.
    pub fn add_permission(&mut self, permission: Permission) -> Result<(), FactError> {
        if self.permissions == PERMISSIONS_MAX {
            return Err(FactError::TooManyPermissions { max: PERMISSIONS_MAX });
        }
        self.put_permission(self.permissions, permission);
        self.permissions += 1;
        Ok(())
    }

    fn put_permission(&mut self, lane: usize, permission: Permission) {
        for atom in 0..PERMISSION_ATOMS_MAX {
            let (yes, no) = (permission.yes >> atom & 1, permission.no >> atom & 1);
            self.permissions_yes[atom] = self.permissions_yes[atom] & !(1 << lane) | (yes as u8) << lane;
            self.permissions_no[atom] = self.permissions_no[atom] & !(1 << lane) | (no as u8) << lane;
        }
    }

    /// The permissions given, in order.
    pub fn permissions(&self) -> Vec<Permission> {
        (0..self.permissions).map(|lane| self.permission_in(lane)).collect()
    }

    fn permission_in(&self, lane: usize) -> Permission {
        let mut permission = Permission::new();
        for atom in 0..PERMISSION_ATOMS_MAX {
            permission.yes |= u64::from(self.permissions_yes[atom] >> lane & 1) << atom;
            permission.no |= u64::from(self.permissions_no[atom] >> lane & 1) << atom;
        }
        permission
    }

    /// Takes all permissions away.
    pub fn clear_permissions(&mut self) {
        self.permissions = 0;
        self.permissions_yes = [0; PERMISSION_ATOMS_MAX];
        self.permissions_no = [1; PERMISSION_ATOMS_MAX];
    }

    /// Whether a fact of the case is established, one way or the other.
    pub fn knows(&self, fact: FactId) -> bool {
        match fact.place() {
            Place::Case { word, mask, .. } => (self.yes[word] | self.no[word]) & mask == mask,
            Place::Count(slot) => self.counts[slot].is_some(),
            Place::Permission { mask, .. } => {
                (0..self.permissions).any(|lane| self.permission_in(lane).knows(mask))
            }
        }
    }

    /// Whether a flag of the case is known true. Of anything but a flag: never.
    pub fn is_true(&self, fact: FactId) -> bool {
        fact.row().kind == Kind::Flag && self.bits(fact).0 & 1 == 1
    }

    /// What is known of the atoms of a fact of the case, counted from its first: those known to be so, and those known
    /// not to be. A flag has one atom, an enumerated fact one for each value; a number has none, see [`Self::count`].
    pub fn bits(&self, fact: FactId) -> (u64, u64) {
        match fact.place() {
            Place::Case { word, shift, mask } => {
                ((self.yes[word] & mask) >> shift, (self.no[word] & mask) >> shift)
            }
            Place::Permission { .. } | Place::Count(_) => (0, 0),
        }
    }

    /// What is known of the atoms of a fact of one permission, counted from its first.
    pub fn permission_bits(&self, fact: FactId, lane: usize) -> (u64, u64) {
        let Place::Permission { shift, mask } = fact.place() else { return (0, 0) };
        let of_lane = |atoms: &[u8; PERMISSION_ATOMS_MAX]| {
            let (mut left, mut found) = (mask >> shift, 0);
            while left != 0 {
                let at = left.trailing_zeros();
                found |= u64::from(atoms[(shift + at) as usize] >> lane & 1) << at;
                left &= left - 1;
            }
            found
        };
        (of_lane(&self.permissions_yes), of_lane(&self.permissions_no))
    }

    /// The values of a list that is known.
    pub(crate) fn listed(&self, fact: FactId) -> Option<u64> {
        self.knows(fact).then(|| self.bits(fact).0)
    }

    /// A number, if known.
    pub fn count(&self, fact: FactId) -> Option<i32> {
        match fact.place() {
            Place::Count(slot) => self.counts[slot],
            Place::Case { .. } | Place::Permission { .. } => None,
        }
    }

    /// The lanes in use, as bits: one for each permission, or one if there is none.
    pub(crate) fn lanes(&self) -> u8 {
        if self.permissions == 0 { 1 } else { (0xFFu16 >> (8 - self.permissions)) as u8 }
    }

    /// Establishes as not so what a scenario would have mentioned (`false_unless_stated` in the vocabulary).
    pub(crate) fn close_adverse(&mut self) {
        self.close(vocabulary().facts().filter(|fact| fact.row().false_unless_stated.is_some()));
    }

    /// Establishes as not so the rare exceptions that records would show (`exception` in the vocabulary).
    fn close_exceptions(&mut self) {
        static EXCEPTIONS: OnceLock<Vec<FactId>> = OnceLock::new();
        let exceptions =
            EXCEPTIONS.get_or_init(|| vocabulary().facts().filter(|fact| fact.row().exception).collect());
        self.close(exceptions.iter().copied());
    }

    /// Establishes flags as not so where nothing is known of them.
    fn close(&mut self, flags: impl Iterator<Item = FactId>) {
        for fact in flags {
            match fact.place() {
                Place::Case { word, mask, .. } if (self.yes[word] | self.no[word]) & mask == 0 => {
                    self.no[word] |= mask;
                }
                Place::Permission { shift, .. } => {
                    let atom = shift as usize;
                    self.permissions_no[atom] |= self.lanes() & !self.permissions_yes[atom];
                }
                Place::Case { .. } | Place::Count(_) => {}
            }
        }
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = vocabulary().facts().filter(|fact| self.knows(*fact)).count();
        write!(f, "Facts({known} known, {} permissions)", self.permissions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_replaces_the_one_before() {
        let mut facts = Facts::new();
        facts.set("purpose", "treatment").unwrap();
        let treatment = facts.clone();
        facts.set("purpose", "research").unwrap();
        assert_ne!(facts, treatment);
        facts.set("purpose", "treatment").unwrap();
        assert_eq!(facts, treatment);
        facts.forget(FactId::of("purpose").unwrap());
        assert_eq!(facts, Facts::new());
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let mut facts = Facts::new();
        let error = |result: Result<(), FactError>| result.unwrap_err().to_string();
        assert!(error(facts.set("purpose", "fun")).contains("purpose: `fun`"));
        assert!(error(facts.set("purpse", "treatment")).starts_with("purpse: no such fact"));
        assert!(error(facts.set("circumstances.imminent", "yes")).contains("true or false"));
        assert!(error(facts.set("consent.signed", true)).contains("set it on a Permission"));
        assert!(error(Permission::new().set("purpose", "research")).contains("set it on the case"));
        assert!(error(facts.set("subject.age", "12")).contains("whole number"));
        assert_eq!(facts, Facts::new());
    }

    #[test]
    fn permissions_come_back_as_given() {
        let mut facts = Facts::new();
        let mut given = Vec::new();
        for kind in ["hipaa_authorization", "objection", "part2_consent"] {
            let mut permission = Permission::new();
            permission.set("consent.type", kind).unwrap();
            permission.set("consent.signed", kind != "objection").unwrap();
            facts.add_permission(permission).unwrap();
            given.push(permission);
        }
        assert_eq!(facts.permissions(), given);
        assert_eq!(facts.lanes(), 0b111);
        facts.clear_permissions();
        assert_eq!(facts, Facts::new());
    }

    #[test]
    fn records_close_rare_exceptions_and_nothing_else() {
        let known = |facts: &Facts, path| facts.knows(FactId::of(path).unwrap());
        let mut facts = Facts::new();
        facts.set("circumstances.restriction_agreed", true).unwrap();
        let told = facts.clone();
        facts.add_permission(Permission::new()).unwrap();
        facts.close_exceptions();
        assert!(known(&facts, "discloser.notice_excludes_disclosure") && known(&facts, "consent.defective"));
        for path in
            ["circumstances.state_law_bars_parent_disclosure", "circumstances.imminent", "consent.revoked"]
        {
            assert!(!known(&facts, path), "{path}");
        }
        let restricted = FactId::of("circumstances.restriction_agreed").unwrap();
        assert_eq!(facts.bits(restricted), told.bits(restricted));
    }

    #[test]
    fn permissions_are_bounded() {
        let mut facts = Facts::new();
        for _ in 0..PERMISSIONS_MAX {
            facts.add_permission(Permission::new()).unwrap();
        }
        assert!(facts.add_permission(Permission::new()).is_err());
        assert_eq!(facts.lanes(), 0xFF);
    }
}

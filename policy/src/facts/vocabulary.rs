//! What the law can ask about: paths, types, values, and where each is kept.
//!
//! The rows are in `table.rs`. Used by the parser of clauses, by the reader of scenario JSON, by whoever establishes
//! facts from records, and to print the vocabulary. No fact has a value here; values are in [`super::Facts`].

use std::collections::HashMap;
use std::sync::OnceLock;

use super::table::TABLE;

/// Machine words that hold the atoms of the case (not of permissions); 64 atoms each.
pub(crate) const WORDS: usize = 10;
/// Atoms that one permission can have, at most.
pub(crate) const PERMISSION_ATOMS_MAX: usize = 64;
/// Integer facts, at most.
pub(crate) const COUNTS_MAX: usize = 4;
/// Section whose facts belong to one permission each, of which a case may have several.
pub(crate) const PERMISSION_SECTION: &str = "consent";

/// One value of an enumerated fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueRow {
    /// The word used in clauses and scenarios.
    pub name: &'static str,
    /// What it means, in plain words.
    pub meaning: &'static str,
}

/// The type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// Exactly one of the values.
    One(&'static [ValueRow]),
    /// One value or several at once; `=` asks whether it is among them.
    Some(&'static [ValueRow]),
    /// A list of values, possibly empty.
    List(&'static [ValueRow]),
    /// A whole number, or not known.
    Count,
}

impl Kind {
    /// The values of an enumerated fact; empty for flags and numbers.
    pub const fn values(self) -> &'static [ValueRow] {
        match self {
            Self::One(values) | Self::Some(values) | Self::List(values) => values,
            Self::Flag | Self::Count => &[],
        }
    }

    /// The name of the type as the published vocabulary spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "bool",
            Self::One(_) => "enum",
            Self::Some(_) => "enum (one or several)",
            Self::List(_) => "enum_list",
            Self::Count => "int_or_null",
        }
    }

    /// How many yes-or-no atoms it takes.
    const fn atoms(self) -> usize {
        match self {
            Self::Flag => 1,
            Self::Count => 0,
            _ => self.values().len(),
        }
    }
}

/// What can be done about a fact that a clause needs and the case does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Somebody can establish it, obtain it or do it.
    Establish,
    /// The sender can propose less.
    Narrow,
    /// Nothing, once it is known to be otherwise.
    Fixed,
}

/// One fact of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactRow {
    /// Section and name, as in `circumstances.imminent`.
    pub path: &'static str,
    /// Its type and values.
    pub kind: Kind,
    /// What it means, in plain words.
    pub meaning: &'static str,
    /// What can be done where it is missing.
    pub change: Change,
    /// Whether it is a judgment, which a named person makes and gives reasons for.
    pub judgment: bool,
    of_permission: bool,
    /// Set if a scenario that does not mention the fact says that it is not so: the reason why.
    pub false_unless_stated: Option<&'static str>,
    /// A rare exception that an agency would have on record: where its records do not say so, it is not so.
    pub exception: bool,
}

impl FactRow {
    /// Where known, it cannot be changed by establishing anything.
    pub(super) const fn fixed(mut self) -> Self {
        self.change = Change::Fixed;
        self
    }

    /// A named person judges it.
    pub(super) const fn judgment(mut self) -> Self {
        self.judgment = true;
        self
    }

    /// The sender can meet conditions on it by proposing less.
    pub(super) const fn narrowable(mut self) -> Self {
        self.change = Change::Narrow;
        self
    }

    /// Records that do not say so say that it is not so.
    pub(super) const fn exception(mut self) -> Self {
        self.exception = true;
        self
    }

    /// A scenario that does not mention it says that it is not so.
    pub(super) const fn false_unless_stated(mut self, reason: &'static str) -> Self {
        self.false_unless_stated = Some(reason);
        self
    }

    /// Whether each permission has its own.
    pub const fn of_permission(&self) -> bool {
        self.of_permission
    }

    /// The part of the path before the dot; for `purpose`, the whole.
    pub fn section(&self) -> &'static str {
        self.path.split_once('.').map_or(self.path, |(section, _)| section)
    }
}

const fn row(path: &'static str, kind: Kind, meaning: &'static str) -> FactRow {
    FactRow {
        path,
        kind,
        meaning,
        change: Change::Establish,
        judgment: false,
        of_permission: starts_with(path, PERMISSION_SECTION),
        false_unless_stated: None,
        exception: false,
    }
}

pub(super) const fn flag(path: &'static str, meaning: &'static str) -> FactRow {
    row(path, Kind::Flag, meaning)
}

pub(super) const fn count(path: &'static str, meaning: &'static str) -> FactRow {
    row(path, Kind::Count, meaning)
}

pub(super) const fn one_of(path: &'static str, of: &'static [ValueRow], meaning: &'static str) -> FactRow {
    row(path, Kind::One(of), meaning)
}

pub(super) const fn some_of(path: &'static str, of: &'static [ValueRow], meaning: &'static str) -> FactRow {
    row(path, Kind::Some(of), meaning)
}

pub(super) const fn list_of(path: &'static str, of: &'static [ValueRow], meaning: &'static str) -> FactRow {
    row(path, Kind::List(of), meaning)
}

pub(super) const fn value(name: &'static str, meaning: &'static str) -> ValueRow {
    ValueRow { name, meaning }
}

/// One fact, by its place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(u16);

impl FactId {
    /// The fact of this path.
    pub fn of(path: &str) -> Option<Self> {
        vocabulary().by_path.get(path).copied()
    }

    /// Its row in the vocabulary.
    pub fn row(self) -> &'static FactRow {
        &TABLE[self.index()]
    }

    /// Its path.
    pub fn path(self) -> &'static str {
        self.row().path
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Where its atoms are kept.
    pub(crate) fn place(self) -> Place {
        vocabulary().places[self.index()]
    }
}

/// Where the atoms of a fact are kept. A fact never straddles two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the words of the case.
    Case {
        /// Index of the word.
        word: usize,
        /// Bit of the first atom.
        shift: u32,
        /// All its atoms.
        mask: u64,
    },
    /// In the word of each permission.
    Permission {
        /// Bit of the first atom.
        shift: u32,
        /// All its atoms.
        mask: u64,
    },
    /// Among the numbers.
    Count(usize),
}

/// The whole vocabulary: its rows and how to find one.
#[derive(Debug)]
pub struct Vocabulary {
    by_path: HashMap<&'static str, FactId>,
    places: Vec<Place>,
}

impl Vocabulary {
    /// Every row, in order.
    pub fn rows(&self) -> &'static [FactRow] {
        TABLE
    }

    /// Every fact, in order.
    pub fn facts(&self) -> impl Iterator<Item = FactId> + use<> {
        (0..TABLE.len()).filter_map(|index| u16::try_from(index).ok()).map(FactId)
    }
}

/// The vocabulary, laid out once.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let mut next = Layout::default();
        let mut by_path = HashMap::with_capacity(TABLE.len());
        let mut places = Vec::with_capacity(TABLE.len());
        for (index, row) in TABLE.iter().enumerate() {
            places.push(next.place(row));
            if let Ok(index) = u16::try_from(index) {
                by_path.insert(row.path, FactId(index));
            }
        }
        Vocabulary { by_path, places }
    })
}

/// The next free place of each sort.
#[derive(Default)]
struct Layout {
    case: usize,
    permission: usize,
    counts: usize,
}

impl Layout {
    fn place(&mut self, row: &FactRow) -> Place {
        let atoms = row.kind.atoms();
        if let Kind::Count = row.kind {
            self.counts += 1;
            return Place::Count(self.counts - 1);
        }
        let mask = if atoms == 64 { u64::MAX } else { (1u64 << atoms) - 1 };
        if row.of_permission() {
            let shift = self.permission as u32;
            self.permission += atoms;
            return Place::Permission { shift, mask: mask << shift };
        }
        let start = fit(self.case, atoms);
        self.case = start + atoms;
        let shift = (start % 64) as u32;
        Place::Case { word: start / 64, shift, mask: mask << shift }
    }
}

/// The first atom at or after `next` from which `atoms` fit into one word.
const fn fit(next: usize, atoms: usize) -> usize {
    if next % 64 + atoms > 64 { (next / 64 + 1) * 64 } else { next }
}

// The layout must fit: a row too many is a compile error, not a wrong answer.
const _: () = {
    let (mut case, mut permission, mut counts, mut index) = (0, 0, 0, 0);
    while index < TABLE.len() {
        let row = &TABLE[index];
        let atoms = row.kind.atoms();
        assert!(atoms <= 64, "an enumerated fact has at most 64 values");
        if let Kind::Count = row.kind {
            assert!(!row.of_permission, "a permission has no numbers");
            counts += 1;
        } else if row.of_permission {
            permission += atoms;
        } else {
            case = fit(case, atoms) + atoms;
        }
        index += 1;
    }
    assert!(case <= WORDS * 64, "raise WORDS");
    assert!(permission <= PERMISSION_ATOMS_MAX, "a permission has too many atoms");
    assert!(counts <= COUNTS_MAX, "raise COUNTS_MAX");
};

const fn starts_with(path: &str, section: &str) -> bool {
    let (path, section) = (path.as_bytes(), section.as_bytes());
    if path.len() <= section.len() || path[section.len()] != b'.' {
        return false;
    }
    let mut index = 0;
    while index < section.len() {
        if path[index] != section[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn paths_and_values_are_unique_and_plain() {
        let plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let mut paths = HashSet::new();
        for row in TABLE {
            assert!(paths.insert(row.path), "{} is listed twice", row.path);
            assert!(row.path.split('.').all(plain) && row.path.split('.').count() <= 2, "{}", row.path);
            let mut values = HashSet::new();
            for value in row.kind.values() {
                assert!(values.insert(value.name), "{} lists {} twice", row.path, value.name);
                assert!(plain(value.name) && !value.meaning.is_empty(), "{} {}", row.path, value.name);
            }
        }
    }

    #[test]
    fn places_do_not_overlap() {
        let (mut case, mut permission) = ([0u64; WORDS], 0u64);
        for fact in vocabulary().facts() {
            match fact.place() {
                Place::Case { word, mask, .. } => {
                    assert_eq!(case[word] & mask, 0, "{}", fact.path());
                    case[word] |= mask;
                }
                Place::Permission { mask, .. } => {
                    assert_eq!(permission & mask, 0, "{}", fact.path());
                    permission |= mask;
                }
                Place::Count(_) => {}
            }
        }
    }

    #[test]
    fn only_flags_close_the_world() {
        for row in TABLE.iter().filter(|row| row.false_unless_stated.is_some()) {
            assert_eq!(row.kind, Kind::Flag, "{}", row.path);
        }
        for row in TABLE.iter().filter(|row| row.exception) {
            assert!(row.false_unless_stated.is_some(), "{}", row.path);
        }
    }
}

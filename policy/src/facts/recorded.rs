//! Facts written down beside a decision, so that it can be made again under another version of the law.
//!
//! Called by the node for each item that goes and by tests; read back by [`parse_recorded`](super::parse_recorded). Only what
//! is known is written, in the words of the vocabulary: they outlive the layout of the table.

use std::sync::OnceLock;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{FactId, Facts, Kind, PERMISSION_SECTION, vocabulary};

/// All that is known, as one JSON object.
pub fn recorded(facts: &Facts) -> Value {
    serde_json::to_value(Recorded(facts)).unwrap_or_default()
}

/// The same, written without being built first.
pub struct Recorded<'a>(pub &'a Facts);

impl Serialize for Recorded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(facts) = self;
        let (sections, of_none) = sections();
        let mut out = serializer.serialize_map(None)?;
        for fact in of_none {
            if let Some(said) = Said::of(facts, *fact) {
                out.serialize_entry(fact.path(), &said)?;
            }
        }
        for (name, of_section) in sections {
            if of_section.iter().any(|(_, fact)| Said::of(facts, *fact).is_some()) {
                out.serialize_entry(name, &Section(facts, of_section))?;
            }
        }
        if facts.permissions > 0 {
            let permissions: Vec<_> = (0..facts.permissions).map(|lane| Permission(facts, lane)).collect();
            out.serialize_entry(PERMISSION_SECTION, &permissions)?;
        }
        out.end()
    }
}

type Named = (&'static str, FactId);
type Sections = Vec<(&'static str, Vec<Named>)>;

/// Facts of one item by the section of their path, each with its name in it; and those whose path is their name.
fn sections() -> &'static (Sections, Vec<FactId>) {
    static SECTIONS: OnceLock<(Sections, Vec<FactId>)> = OnceLock::new();
    SECTIONS.get_or_init(|| {
        let (mut sections, mut of_none): (Sections, Vec<FactId>) = Default::default();
        for fact in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
            match fact.path().split_once('.') {
                None => of_none.push(fact),
                Some((section, name)) => match sections.iter_mut().find(|(known, _)| *known == section) {
                    Some((_, facts)) => facts.push((name, fact)),
                    None => sections.push((section, vec![(name, fact)])),
                },
            }
        }
        (sections, of_none)
    })
}

/// What is known of one section.
struct Section<'a>(&'a Facts, &'a [Named]);

impl Serialize for Section<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        for (name, fact) in self.1 {
            if let Some(said) = Said::of(self.0, *fact) {
                out.serialize_entry(name, &said)?;
            }
        }
        out.end()
    }
}

/// What is known of one permission.
struct Permission<'a>(&'a Facts, usize);

impl Serialize for Permission<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        for fact in vocabulary().facts().filter(|fact| fact.row().of_permission()) {
            if let Some(said) = Said::bits(fact, self.0.permission_bits(fact, self.1)) {
                let name = fact.path().split_once('.').map_or(fact.path(), |(_, name)| name);
                out.serialize_entry(name, &said)?;
            }
        }
        out.end()
    }
}

/// A fact's value.
enum Said {
    Count(i32),
    Flag(bool),
    One(&'static str),
    All(FactId, u64),
}

impl Said {
    /// If it is known.
    fn of(facts: &Facts, fact: FactId) -> Option<Self> {
        match fact.row().kind {
            Kind::Count => facts.count(fact).map(Self::Count),
            _ => Self::bits(fact, facts.bits(fact)),
        }
    }

    fn bits(fact: FactId, (yes, no): (u64, u64)) -> Option<Self> {
        let values = fact.row().kind.values();
        let all = match values.len() {
            0 => 1,
            64 => u64::MAX,
            count => (1 << count) - 1,
        };
        if (yes | no) & all != all {
            return None;
        }
        match fact.row().kind {
            Kind::Flag => Some(Self::Flag(yes & 1 == 1)),
            Kind::One(_) => words(fact, yes).next().map(Self::One),
            Kind::Some(_) | Kind::List(_) => Some(Self::All(fact, yes)),
            Kind::Count => None,
        }
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_i32(*count),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::One(word) => serializer.serialize_str(word),
            Self::All(fact, yes) => serializer.collect_seq(words(*fact, *yes)),
        }
    }
}

fn words(fact: FactId, yes: u64) -> impl Iterator<Item = &'static str> {
    let values = fact.row().kind.values().iter().enumerate();
    values.filter(move |(at, _)| yes >> at & 1 == 1).map(|(_, value)| value.name)
}

//! The law as a list, for people to read and print.

use super::obligation::Obligation;
use super::{Clause, Effect, Law};

/// One clause as a reader wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Stable name.
    pub id: &'a str,
    /// Short name of the regime.
    pub regime: &'a str,
    /// The provision.
    pub citation: &'a str,
    /// The day its text was read.
    pub read: &'a str,
    /// What it does.
    pub effect: &'static str,
    /// What it says.
    pub summary: &'a str,
    /// Its conditions as written, each with the word that introduces it.
    pub conditions: Vec<(&'static str, &'a str)>,
    /// The permits it is about, with the word for what it does to them; ids or beginnings of ids and `*`.
    pub about: Vec<(&'static str, &'a [String])>,
    /// Who attests the judgments it needs.
    pub attested_by: Option<&'a str>,
    /// Duties it brings.
    pub obligations: Vec<Obligation>,
    /// What must travel with the item.
    pub travels: &'a [String],
    /// Further citations shown with it.
    pub also: &'a [String],
    /// The readings, where the law is not settled.
    pub unsettled: &'a [String],
}

/// Every clause, in order.
pub fn book(law: &Law) -> impl Iterator<Item = Entry<'_>> {
    law.clauses().iter().map(|clause| entry(law, clause))
}

/// One clause.
pub fn entry<'a>(law: &'a Law, clause: &'a Clause) -> Entry<'a> {
    let conditions = [
        ("when", &clause.when_text),
        ("unless", &clause.unless_text),
        ("must", &clause.must_text),
        ("mandatory", &clause.mandatory_text),
    ];
    let names = match clause.effect {
        Effect::Forbid => "defeats",
        _ => "bites on",
    };
    let about = [(names, clause.on.as_slice()), ("spares", clause.spares.as_slice())];
    Entry {
        id: &clause.id,
        regime: law.regimes().get(usize::from(clause.regime)).map_or("", |regime| &regime.id),
        citation: &clause.citation,
        read: &clause.read,
        effect: clause.effect.as_str(),
        summary: &clause.summary,
        conditions: conditions
            .into_iter()
            .filter_map(|(word, text)| text.as_deref().map(|text| (word, text)))
            .collect(),
        about: about.into_iter().filter(|(_, permits)| !permits.is_empty()).collect(),
        attested_by: clause.attested_by.as_deref(),
        obligations: clause.obligations.iter().collect(),
        travels: &clause.travels,
        also: &clause.also,
        unsettled: &clause.unsettled,
    }
}

/// The cases of the tests on which a clause decides, as `file: case`: of those that rest on it, the first few.
///
/// The list is `law/cases.txt`; a test holds it against the cases.
pub fn cases_of(clause: &str) -> impl Iterator<Item = &'static str> {
    CASES
        .lines()
        .filter_map(move |line| line.split_once('\t').filter(|(id, _)| *id == clause))
        .map(|(_, case)| case)
}

const CASES: &str = include_str!("../../law/cases.txt");

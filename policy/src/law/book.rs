//! The law as a list, for people to read and print.

use super::{Clause, Law};

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
}

/// Every clause, in order.
pub fn book(law: &Law) -> impl Iterator<Item = Entry<'_>> {
    law.clauses().iter().map(|clause| entry(law, clause))
}

fn entry<'a>(law: &'a Law, clause: &'a Clause) -> Entry<'a> {
    let conditions = [
        ("when", &clause.when_text),
        ("unless", &clause.unless_text),
        ("must", &clause.must_text),
        ("mandatory", &clause.mandatory_text),
    ];
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
    }
}

//! The catalog: every provision of the federal regimes that was read, and where this program keeps it.
//!
//! One file a regime, `law/catalog/<regime>.toml`; an entry is one provision with its disposition: clauses that decide
//! it, a fact that a named person attests, a duty kept outside the decision, or a reason why it is left out. Read by
//! `concord law` and by tests, which hold it against the clauses and the vocabulary. Deliberately absent: any part in a
//! decision; the clauses alone decide.

use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;

use super::error::{Fault, LawError};
use super::{Clause, Law};

const FILES: &[(&str, &str)] = &[
    ("law/catalog/hipaa.toml", include_str!("../../law/catalog/hipaa.toml")),
    ("law/catalog/ferpa.toml", include_str!("../../law/catalog/ferpa.toml")),
    ("law/catalog/part2.toml", include_str!("../../law/catalog/part2.toml")),
    ("law/catalog/cfr23.toml", include_str!("../../law/catalog/cfr23.toml")),
];
/// What names a regime's own test of when it governs, in place of a clause.
const GOVERNS: &str = "governs:";

/// What a provision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// Says what a word or condition means.
    Define,
    /// Allows a disclosure.
    Permit,
    /// Bars a disclosure.
    Forbid,
    /// Narrows what may go, why or to whom, or takes a permission away.
    Limit,
    /// Asks for something before or after.
    Require,
}

impl Norm {
    /// The word used in the catalog.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Define => "define",
            Self::Permit => "permit",
            Self::Forbid => "forbid",
            Self::Limit => "limit",
            Self::Require => "require",
        }
    }

    /// Whether a decision turns on it: it opens, closes or narrows.
    pub const fn decides(self) -> bool {
        matches!(self, Self::Permit | Self::Forbid | Self::Limit)
    }
}

/// How much a provision bears on behavioral threat assessment and management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relevance {
    /// Not at all, or the text is not in force.
    None,
    /// Seldom.
    Low,
    /// In some cases.
    Medium,
    /// In many.
    High,
}

impl Relevance {
    /// The word used in the catalog.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where a provision is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// By clauses that decide.
    Executable {
        /// Their ids, beginnings of ids and `*`, or `governs:` and a regime.
        by: Vec<String>,
    },
    /// By the judgment of a named person, which clauses then ask about.
    Attestation {
        /// Path of the fact attested.
        fact: String,
        /// Who attests it.
        who: String,
    },
    /// Outside the decision.
    Duty {
        /// Where: a part of the program, or the agency's own practice.
        kept: String,
    },
    /// Nowhere.
    OutOfScope {
        /// Why.
        reason: String,
    },
}

impl Disposition {
    /// The word used in the catalog.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Executable { .. } => "executable",
            Self::Attestation { .. } => "attestation",
            Self::Duty { .. } => "duty",
            Self::OutOfScope { .. } => "out_of_scope",
        }
    }
}

/// One provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// Stable name, never used again for another.
    pub id: String,
    /// Short name of its regime.
    pub regime: String,
    /// Where it is found.
    pub citation: String,
    /// What it does.
    pub norm: Norm,
    /// How much it bears on threat assessment.
    pub relevance: Relevance,
    /// What it says, in one plain sentence.
    pub summary: String,
    /// Where it is kept.
    pub disposition: Disposition,
    /// What was found wrong with it as first written down, if anything.
    pub corrected: Option<String>,
}

impl Provision {
    /// The clauses of a law that decide it, in the order of the law.
    pub fn clauses<'a>(&self, law: &'a Law) -> Vec<&'a Clause> {
        let Disposition::Executable { by } = &self.disposition else { return Vec::new() };
        law.clauses().iter().filter(|clause| by.iter().any(|name| named(name, &clause.id))).collect()
    }

    /// Names that this law has nothing for.
    pub fn unknown<'a>(&'a self, law: &Law) -> Vec<&'a str> {
        let Disposition::Executable { by } = &self.disposition else { return Vec::new() };
        let known = |name: &str| match name.strip_prefix(GOVERNS) {
            Some(regime) => law.regimes().iter().any(|other| other.id == regime),
            None => law.clauses().iter().any(|clause| named(name, &clause.id)),
        };
        by.iter().map(String::as_str).filter(|name| !known(name)).collect()
    }
}

/// Whether `name`, an id or the beginning of ids and `*`, names this id.
fn named(name: &str, id: &str) -> bool {
    name.strip_suffix('*').map_or(name == id, |beginning| id.starts_with(beginning))
}

/// Every provision that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    provisions: Vec<Provision>,
}

impl Catalog {
    /// The catalog this program was built with.
    ///
    /// # Panics
    /// If the embedded texts do not load; a test of this crate loads them.
    #[expect(clippy::panic, reason = "the texts are part of the program; a test loads them")]
    pub fn embedded() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| {
            Self::parse(FILES).unwrap_or_else(|error| panic!("the embedded catalog: {error}"))
        })
    }

    /// Reads a catalog from files, each a name `…/<regime>.toml` and its text.
    ///
    /// # Errors
    /// The first fault found, with file, line and column.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LawError> {
        let mut provisions: Vec<Provision> = Vec::new();
        for (file, text) in files {
            let regime = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
            for (at, provision) in read(regime, text).map_err(|fault| fault.in_file(file, text))? {
                if provisions.iter().any(|other| other.id == provision.id) {
                    return Err(Fault::new(at, "this id is in the catalog already").in_file(file, text));
                }
                provisions.push(provision);
            }
        }
        Ok(Self { provisions })
    }

    /// Every provision, in order.
    pub fn entries(&self) -> &[Provision] {
        &self.provisions
    }

    /// The provision of this id.
    pub fn entry(&self, id: &str) -> Option<&Provision> {
        self.provisions.iter().find(|provision| provision.id == id)
    }

    /// The provisions that a clause decides, in order.
    pub fn decided_by(&self, clause: &str) -> impl Iterator<Item = &Provision> {
        self.provisions.iter().filter(move |provision| match &provision.disposition {
            Disposition::Executable { by } => by.iter().any(|name| named(name, clause)),
            _ => false,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDoc {
    #[serde(default)]
    entry: Vec<EntryDoc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryDoc {
    id: Spanned<String>,
    citation: String,
    norm: Norm,
    relevance: Relevance,
    summary: String,
    disposition: Word,
    by: Option<Vec<String>>,
    fact: Option<String>,
    who: Option<String>,
    kept: Option<String>,
    reason: Option<String>,
    corrected: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Executable,
    Attestation,
    Duty,
    OutOfScope,
}

fn read(regime: &str, text: &str) -> Result<Vec<(usize, Provision)>, Fault> {
    let doc: FileDoc = toml::from_str(text).map_err(|error| {
        Fault::new(error.span().map_or(0, |span| span.start), error.message().trim().to_owned())
    })?;
    doc.entry
        .into_iter()
        .map(|entry| {
            let at = entry.id.span().start;
            provision(regime, entry).map(|provision| (at, provision)).map_err(|what| Fault::new(at, what))
        })
        .collect()
}

fn provision(regime: &str, doc: EntryDoc) -> Result<Provision, &'static str> {
    let id = doc.id.into_inner();
    if [&id, &doc.citation, &doc.summary].iter().any(|text| text.trim().is_empty()) {
        return Err("id, citation and summary must not be empty");
    }
    let extra = [
        (Word::Executable, doc.by.is_some()),
        (Word::Attestation, doc.fact.is_some() || doc.who.is_some()),
        (Word::Duty, doc.kept.is_some()),
        (Word::OutOfScope, doc.reason.is_some()),
    ];
    if extra.iter().any(|(word, given)| *given && *word != doc.disposition) {
        return Err(
            "`by` is for executable, `fact` and `who` for attestation, `kept` for duty, `reason` for out_of_scope",
        );
    }
    let words = |text: Option<String>, missing| match text {
        Some(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(missing),
    };
    let disposition = match doc.disposition {
        // the clause of the same id, which clause files spell in lower case
        Word::Executable => match doc.by {
            Some(by) if by.is_empty() => {
                return Err("an empty list names no clause; leave `by` out to mean the same id");
            }
            by => Disposition::Executable { by: by.unwrap_or_else(|| vec![id.to_ascii_lowercase()]) },
        },
        Word::Attestation => Disposition::Attestation {
            fact: words(doc.fact, "an attestation names its `fact`")?,
            who: words(doc.who, "an attestation says `who` gives it")?,
        },
        Word::Duty => Disposition::Duty { kept: words(doc.kept, "a duty says where it is `kept`")? },
        Word::OutOfScope => {
            Disposition::OutOfScope { reason: words(doc.reason, "what is out of scope has a `reason`")? }
        }
    };
    Ok(Provision {
        id,
        regime: regime.to_owned(),
        citation: doc.citation,
        norm: doc.norm,
        relevance: doc.relevance,
        summary: doc.summary,
        disposition,
        corrected: doc.corrected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "[[entry]]\nid = \"x-1-A\"\ncitation = \"1 CFR 1\"\nnorm = \"permit\"\nrelevance = \"high\"\nsummary = \"One.\"\n";

    fn read_one(rest: &str) -> Result<Catalog, LawError> {
        Catalog::parse(&[("law/catalog/x.toml", &format!("{ENTRY}{rest}"))])
    }

    #[test]
    fn an_entry_is_kept_by_the_clause_of_its_own_id_unless_it_names_others() {
        let by = |rest: &str| match &read_one(rest).unwrap().entry("x-1-A").unwrap().disposition {
            Disposition::Executable { by } => by.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(by("disposition = \"executable\"\n"), ["x-1-a"]);
        assert_eq!(by("disposition = \"executable\"\nby = [\"x-2\", \"x-3-*\"]\n"), ["x-2", "x-3-*"]);
        assert!(named("x-3-*", "x-3-a") && !named("x-3-*", "x-3") && !named("x-3", "x-3-a"));
    }

    #[test]
    fn what_is_missing_or_out_of_place_is_a_fault_with_its_place() {
        for rest in [
            "disposition = \"duty\"\n",
            "disposition = \"out_of_scope\"\nreason = \" \"\n",
            "disposition = \"attestation\"\nfact = \"purpose\"\n",
            "disposition = \"executable\"\nby = []\n",
            "disposition = \"executable\"\nkept = \"here\"\n",
            "disposition = \"somewhere\"\n",
            "disposition = \"executable\"\nbye = []\n",
        ] {
            let error = read_one(rest).unwrap_err();
            assert!(error.file == "law/catalog/x.toml" && error.line >= 2, "{rest}: {error}");
        }
        let twice = format!("disposition = \"executable\"\n{ENTRY}disposition = \"executable\"\n");
        assert!(read_one(&twice).unwrap_err().message.contains("already"));
    }
}

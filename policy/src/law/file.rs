//! Clause files: TOML blocks of one regime, read with the place of every word kept.
//!
//! `law/<regime>/regime.toml` describes the regime; any file of the directory holds `[[clause]]` blocks. This reads and
//! checks one file at a time; what one clause says about another is checked in `compile.rs`.

use serde::Deserialize;
use toml::Spanned;

use super::error::{Fault, LawError};
use super::expr::Expr;
use super::obligation::{Obligation, ObligationSet};
use crate::time::Date;

/// Bytes of one clause file, at most.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// What a clause does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Opens its regime for the disclosure.
    Permit,
    /// Closes permits.
    Forbid,
    /// Makes permits depend on something more.
    Limit,
    /// Adds duties to permits.
    Require,
    /// Gives a condition a name.
    Define,
    /// Is cited where nothing opens the regime.
    DefaultDeny,
}

impl Effect {
    /// The word used in clause files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Forbid => "forbid",
            Self::Limit => "limit",
            Self::Require => "require",
            Self::Define => "define",
            Self::DefaultDeny => "default_deny",
        }
    }
}

/// A condition, its text as written, and where the text starts in its file.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub expr: Expr,
    pub text: String,
    pub at: usize,
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub text: String,
    pub at: usize,
}

/// `[regime]`
#[derive(Debug, Clone)]
pub(super) struct RegimeText {
    pub id: Word,
    pub name: String,
    pub citation: String,
    pub governs: Option<Condition>,
    pub default_deny: Word,
    pub overlay: bool,
    pub adds: bool,
    pub fallback: bool,
}

/// `[[clause]]`
#[derive(Debug, Clone)]
pub(super) struct ClauseText {
    pub id: Word,
    pub citation: String,
    pub read: String,
    pub effect: Effect,
    pub summary: String,
    pub name: Option<Word>,
    pub when: Option<Condition>,
    pub unless: Option<Condition>,
    pub must: Option<Condition>,
    pub mandatory: Option<Condition>,
    /// The permits that a forbid, limit or require is about: ids or prefixes ending in `*`.
    pub on: Vec<Word>,
    /// Permits that it leaves alone though `on` names them.
    pub spares: Vec<Word>,
    pub obligations: ObligationSet,
    pub attested_by: Option<String>,
    pub travels: Vec<String>,
    pub also: Vec<String>,
    pub unsettled: Vec<String>,
}

/// One file.
#[derive(Debug, Clone)]
pub(super) struct FileText {
    pub regime: Option<RegimeText>,
    pub clauses: Vec<ClauseText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDoc {
    regime: Option<RegimeDoc>,
    #[serde(default)]
    clause: Vec<Spanned<ClauseDoc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegimeDoc {
    id: Spanned<String>,
    name: String,
    citation: String,
    governs: Option<Spanned<String>>,
    default_deny: Spanned<String>,
    #[serde(default)]
    overlay: bool,
    #[serde(default)]
    adds: bool,
    #[serde(default)]
    fallback: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseDoc {
    id: Spanned<String>,
    citation: Spanned<String>,
    read: Spanned<String>,
    effect: Effect,
    summary: Spanned<String>,
    name: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    unless: Option<Spanned<String>>,
    must: Option<Spanned<String>>,
    mandatory: Option<Spanned<String>>,
    defeats: Option<Vec<Spanned<String>>>,
    bites_on: Option<Vec<Spanned<String>>>,
    spares: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    obligations: Vec<Spanned<String>>,
    attested_by: Option<String>,
    #[serde(default)]
    travels: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    unsettled: Option<Spanned<Vec<String>>>,
}

/// Reads one file.
pub(super) fn read(file: &str, text: &str) -> Result<FileText, LawError> {
    read_file(text).map_err(|fault| fault.in_file(file, text))
}

fn read_file(text: &str) -> Result<FileText, Fault> {
    if text.len() > FILE_BYTES_MAX {
        return Err(Fault::new(0, format!("longer than {FILE_BYTES_MAX} bytes; split the file")));
    }
    let doc: FileDoc = toml::from_str(text).map_err(|error| {
        Fault::new(error.span().map_or(0, |span| span.start), error.message().trim().to_owned())
    })?;
    let reader = Reader { text };
    let regime = doc.regime.map(|regime| reader.regime(regime)).transpose()?;
    let clauses = doc.clause.into_iter().map(|clause| reader.clause(clause)).collect::<Result<_, _>>()?;
    Ok(FileText { regime, clauses })
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn regime(&self, doc: RegimeDoc) -> Result<RegimeText, Fault> {
        let at = doc.id.span().start;
        if doc.fallback == doc.governs.is_some() {
            return Err(Fault::new(at, "a regime has `governs`, or `fallback = true`, and not both"));
        }
        if doc.adds && (doc.fallback || doc.overlay) {
            let problem = "`adds = true` is of a regime of its own: leave out `fallback` and `overlay`";
            return Err(Fault::new(at, problem));
        }
        Ok(RegimeText {
            id: word(doc.id),
            name: doc.name,
            citation: doc.citation,
            governs: doc.governs.map(|governs| self.condition(&governs)).transpose()?,
            default_deny: word(doc.default_deny),
            overlay: doc.overlay,
            adds: doc.adds,
            fallback: doc.fallback,
        })
    }

    fn clause(&self, doc: Spanned<ClauseDoc>) -> Result<ClauseText, Fault> {
        let doc = doc.into_inner();
        let at = doc.id.span().start;
        for required in [&doc.id, &doc.citation, &doc.summary] {
            if required.get_ref().trim().is_empty() {
                return Err(Fault::new(required.span().start, "must not be empty"));
            }
        }
        let plain = |id: &str| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !plain(doc.id.get_ref()) {
            return Err(Fault::new(at, "an id has lower case letters, digits and hyphens only"));
        }
        if !is_date(doc.read.get_ref()) {
            return Err(Fault::new(doc.read.span().start, "give the date read as YYYY-MM-DD"));
        }
        check_fields(&doc).map_err(|message| Fault::new(at, message))?;

        let mut obligations = ObligationSet::default();
        for name in &doc.obligations {
            let obligation = Obligation::of(name.get_ref())
                .ok_or_else(|| Fault::new(name.span().start, "no such obligation"))?;
            obligations.insert(obligation);
        }
        if doc.unsettled.as_ref().is_some_and(|readings| readings.get_ref().len() < 2) {
            return Err(Fault::new(at, "`unsettled` states at least two readings"));
        }
        let condition = |text: Option<Spanned<String>>| text.map(|text| self.condition(&text)).transpose();
        Ok(ClauseText {
            when: condition(doc.when)?,
            unless: condition(doc.unless)?,
            must: condition(doc.must)?,
            mandatory: condition(doc.mandatory)?,
            id: word(doc.id),
            citation: doc.citation.into_inner(),
            read: doc.read.into_inner(),
            effect: doc.effect,
            summary: doc.summary.into_inner(),
            name: doc.name.map(word),
            on: doc.defeats.or(doc.bites_on).unwrap_or_default().into_iter().map(word).collect(),
            spares: doc.spares.unwrap_or_default().into_iter().map(word).collect(),
            obligations,
            attested_by: doc.attested_by,
            travels: doc.travels,
            also: doc.also,
            unsettled: doc.unsettled.map(Spanned::into_inner).unwrap_or_default(),
        })
    }

    /// Parses a condition from the file's own bytes, so that every place is the file's.
    fn condition(&self, value: &Spanned<String>) -> Result<Condition, Fault> {
        let span = value.span();
        let raw = self.text.get(span.clone()).unwrap_or_default();
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes));
        let quotes = quotes.map_or(0, str::len);
        let at = span.start + quotes;
        let text = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
        let expr = Expr::parse(text).map_err(|fault| fault.shifted(at))?;
        Ok(Condition { expr, text: dedent(text), at })
    }
}

fn word(value: Spanned<String>) -> Word {
    Word { at: value.span().start, text: value.into_inner() }
}

/// Which fields each effect has.
fn check_fields(doc: &ClauseDoc) -> Result<(), String> {
    use Effect::{DefaultDeny, Define, Forbid, Limit, Permit, Require};
    let effect = doc.effect;
    let given = [
        ("name", doc.name.is_some(), &[Define] as &[Effect], &[Define] as &[Effect]),
        ("when", doc.when.is_some(), &[Permit, Forbid, Limit, Require, Define], &[Permit, Forbid, Define]),
        ("unless", doc.unless.is_some(), &[Forbid], &[]),
        ("must", doc.must.is_some(), &[Limit], &[Limit]),
        ("mandatory", doc.mandatory.is_some(), &[Permit], &[]),
        ("defeats", doc.defeats.is_some(), &[Forbid], &[]),
        ("bites_on", doc.bites_on.is_some(), &[Limit, Require], &[]),
        ("spares", doc.spares.is_some(), &[Forbid, Limit], &[]),
        ("obligations", !doc.obligations.is_empty(), &[Permit, Require], &[]),
        ("attested_by", doc.attested_by.is_some(), &[Permit, Forbid, Limit], &[]),
        ("travels", !doc.travels.is_empty(), &[Permit, Require], &[]),
        ("unsettled", doc.unsettled.is_some(), &[Forbid, Limit], &[]),
    ];
    for (field, is_given, allowed, needed) in given {
        if is_given && !allowed.contains(&effect) {
            return Err(format!("`{field}` has no meaning in a {} clause", effect.as_str()));
        }
        if !is_given && needed.contains(&effect) {
            return Err(format!("a {} clause needs `{field}`", effect.as_str()));
        }
    }
    if effect == Require && doc.obligations.is_empty() && doc.travels.is_empty() {
        return Err("a require clause needs `obligations` or `travels`".to_owned());
    }
    let names_none = |names: &Option<Vec<Spanned<String>>>| names.as_ref().is_some_and(Vec::is_empty);
    if names_none(&doc.defeats) || names_none(&doc.bites_on) {
        return Err("an empty list names no permit; leave the field out to mean all".to_owned());
    }
    if names_none(&doc.spares) {
        return Err("an empty list spares no permit; leave the field out".to_owned());
    }
    match effect {
        DefaultDeny | Permit | Forbid | Limit | Require | Define => Ok(()),
    }
}

/// A day of the calendar, in the years in which a law can have been read.
fn is_date(text: &str) -> bool {
    Date::parse(text).is_ok_and(|day| (1900..=2999).contains(&day.year))
}

/// The text of a condition without the indentation of its file.
fn dedent(text: &str) -> String {
    let text = text.trim_end();
    let indent = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .enumerate()
        .map(|(index, line)| if index == 0 { line.trim_start() } else { line.get(indent..).unwrap_or("") })
        .collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAUSE: &str = r#"
[[clause]]
id = "x-1"
citation = "1 CFR 1"
read = "2026-11-21"
effect = "permit"
summary = "One."
"#;

    fn fault(text: &str) -> (usize, usize, String) {
        let error = read("law/x/x.toml", text).unwrap_err();
        (error.line, error.column, error.message)
    }

    #[test]
    fn a_fault_in_a_condition_is_placed_in_the_file() {
        let text =
            format!("{CLAUSE}when = \"\"\"\ncircumstances.imminent\n  and circumstances.nowhere\n\"\"\"\n");
        let (line, column, message) = fault(&text);
        assert_eq!((line, column), (10, 7), "{message}");
        let text = format!("{CLAUSE}when = 'circumstances.nowhere'\n");
        assert_eq!(fault(&text).0, 8);
        assert_eq!(fault(&text).1, 9);
        let text = format!("{CLAUSE}when = \"true \\u0041\"\n");
        assert_eq!((fault(&text).0, fault(&text).1), (8, 14));
    }

    #[test]
    fn unknown_fields_values_and_shapes_are_placed() {
        assert_eq!(fault(&format!("{CLAUSE}when = \"true\"\nwhn = \"true\"\n")).0, 9);
        assert_eq!(fault(&CLAUSE.replace("permit", "allow")).0, 6);
        assert_eq!(fault(&CLAUSE.replace("2026-11-21", "lately")).0, 5);
        assert_eq!(fault(&format!("{CLAUSE}when = \"true\"\nobligations = [\"smile\"]\n")).0, 9);
        assert!(fault(CLAUSE).2.contains("needs `when`"));
        assert!(
            fault(&format!("{CLAUSE}when = \"true\"\nmust = \"true\"\n")).2.contains("`must` has no meaning")
        );
        assert!(fault("[[clause]\n").0 >= 1);
    }
}

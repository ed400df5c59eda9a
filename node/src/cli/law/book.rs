//! `law`, `law clauses`, `law show`: the book, as text, Markdown or JSON.

use super::print;
use crate::cli::page::Page;
use crate::cli::{Exit, Failure, Printed};
use policy::law::catalog::{Catalog, Disposition, Provision};
use policy::law::{Effect, Entry, Law, book, cases_of, entry};
use serde::Serialize;
use std::fmt::Write;

/// The book, for `--json`.
#[derive(Serialize)]
struct Book<'a> {
    version: &'a str,
    regimes: Vec<Regime<'a>>,
    provisions: Vec<Kept<'a>>,
    clauses: Vec<Clause<'a>>,
}

#[derive(Serialize)]
struct Regime<'a> {
    id: &'a str,
    name: &'a str,
    citation: &'a str,
    governs: Option<&'a str>,
}

/// One provision that was read, and where it is kept.
#[derive(Serialize)]
struct Kept<'a> {
    id: &'a str,
    regime: &'a str,
    citation: &'a str,
    norm: &'static str,
    relevance: &'static str,
    summary: &'a str,
    disposition: &'static str,
    /// The clauses that decide it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clauses: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attested_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<&'a str>,
}

impl<'a> Kept<'a> {
    fn of(law: &'a Law, p: &'a Provision) -> Self {
        let (mut fact, mut attested_by, mut kept, mut reason) = (None, None, None, None);
        match &p.disposition {
            Disposition::Executable { .. } => {}
            Disposition::Attestation { fact: path, who } => {
                (fact, attested_by) = (Some(path.as_str()), Some(who.as_str()));
            }
            Disposition::Duty { kept: place } => kept = Some(place.as_str()),
            Disposition::OutOfScope { reason: why } => reason = Some(why.as_str()),
        }
        Self {
            id: &p.id,
            regime: &p.regime,
            citation: &p.citation,
            norm: p.norm.as_str(),
            relevance: p.relevance.as_str(),
            summary: &p.summary,
            disposition: p.disposition.as_str(),
            clauses: decided_by(law, p),
            fact,
            attested_by,
            kept,
            reason,
            corrected: p.corrected.as_deref(),
        }
    }

    /// Where it is kept, in words.
    fn place(&self) -> String {
        let at = |what: &str, place: Option<&str>| format!("{what}{}", place.unwrap_or_default());
        match self.disposition {
            "executable" => format!("decided by {}", self.clauses.join(", ")),
            "attestation" => {
                format!("{}, {}", at("attested by ", self.attested_by), at("as ", self.fact))
            }
            "duty" => at("a duty outside the decision: ", self.kept),
            _ => at("out of scope: ", self.reason),
        }
    }

    fn show(&self, page: &mut Page) {
        page.heading(format_args!("{}  {}  {}", self.id, self.norm, self.citation));
        page.line(format_args!("  {}", self.summary));
        page.field("kept", self.place());
        page.field("relevance", self.relevance);
        page.field("corrected", self.corrected.unwrap_or_default());
    }
}

/// The clauses, and the tests of when a regime governs, that a provision is kept by.
fn decided_by<'a>(law: &'a Law, p: &'a Provision) -> Vec<&'a str> {
    let Disposition::Executable { by } = &p.disposition else { return Vec::new() };
    let governs = by.iter().map(String::as_str).filter(|name| name.starts_with("governs:"));
    governs.chain(p.clauses(law).into_iter().map(|clause| clause.id.as_str())).collect()
}

/// One clause, as printed with `--json`.
#[derive(Serialize)]
struct Clause<'a> {
    id: &'a str,
    regime: &'a str,
    citation: &'a str,
    read: &'a str,
    effect: &'a str,
    summary: &'a str,
    conditions: Vec<(&'static str, &'a str)>,
    about: Vec<(&'static str, &'a [String])>,
    attested_by: Option<&'a str>,
    obligations: Vec<&'static str>,
    travels: &'a [String],
    also: &'a [String],
    unsettled: &'a [String],
    /// Provisions of the catalog that it decides.
    provisions: Vec<&'static str>,
    /// Cases of the tests that it decides.
    cases: Vec<&'static str>,
}

impl<'a> Clause<'a> {
    fn of(e: Entry<'a>) -> Self {
        Self {
            id: e.id,
            regime: e.regime,
            citation: e.citation,
            read: e.read,
            effect: e.effect,
            summary: e.summary,
            conditions: e.conditions,
            about: e.about,
            attested_by: e.attested_by,
            obligations: e.obligations.iter().map(|duty| duty.as_str()).collect(),
            travels: e.travels,
            also: e.also,
            unsettled: e.unsettled,
            provisions: Catalog::embedded().decided_by(e.id).map(|p| p.id.as_str()).collect(),
            cases: cases_of(e.id).collect(),
        }
    }

    fn show(&self, whole: bool, page: &mut Page) {
        page.heading(format_args!("{}  {}  {}", self.id, self.effect, self.citation));
        page.line(format_args!("  {}", self.summary));
        if !whole {
            return;
        }
        page.list("also", self.also);
        page.field("read", self.read);
        for (word, text) in &self.conditions {
            page.field(word, text.trim());
        }
        self.about.iter().for_each(|(word, permits)| page.field(word, permits.join(", ")));
        page.field("attested by", self.attested_by.unwrap_or_default());
        page.field("duties", self.obligations.join(", "));
        page.list("travels with it", self.travels);
        page.list("unsettled", self.unsettled);
        page.field("provisions", self.provisions.join(", "));
    }

    fn markdown(&self, out: &mut String) {
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "### `{}`: {}\n\n{} ({}, read {})\n",
            self.id, self.citation, self.summary, self.effect, self.read
        );
        for (word, text) in &self.conditions {
            let _ = writeln!(out, "{word}:\n\n```text\n{}\n```\n", text.trim());
        }
        let mut item = |name: &str, text: String| {
            if !text.is_empty() {
                let _ = writeln!(out, "- {name}: {text}");
            }
        };
        item("also", self.also.join("; "));
        self.about.iter().for_each(|(word, permits)| item(word, code(permits)));
        item("attested by", self.attested_by.unwrap_or_default().to_owned());
        item("duties", code(&self.obligations));
        item("travels with it", code(self.travels));
        item("unsettled", self.unsettled.join(" / "));
        item("provisions", code(&self.provisions));
        item("cases", self.cases.join("; "));
        out.push('\n');
    }
}

fn code<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The whole book.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn whole(markdown: bool, json: bool) -> Result<Printed, Failure> {
    let law = Law::embedded();
    let regime = |r: &'static policy::law::Regime| Regime {
        id: &r.id,
        name: &r.name,
        citation: &r.citation,
        governs: r.governs_text.as_deref(),
    };
    let whole = Book {
        version: law.version(),
        regimes: law.regimes().iter().map(regime).collect(),
        provisions: Catalog::embedded().entries().iter().map(|p| Kept::of(law, p)).collect(),
        clauses: book(law).map(Clause::of).collect(),
    };
    if markdown && !json {
        return Ok(Printed { text: whole.markdown(), exit: Exit::Done });
    }
    print(&whole, json, |page| whole.show(page))
}

impl Book<'_> {
    fn of_regime<'s>(&'s self, regime: &'s Regime<'_>) -> impl Iterator<Item = &'s Clause<'s>> {
        self.clauses.iter().filter(move |clause| clause.regime == regime.id)
    }

    fn show(&self, page: &mut Page) {
        page.line(format_args!("law {}", self.version));
        page.line("Not legal advice: counsel of each agency reads the clauses and the law itself.");
        for regime in &self.regimes {
            page.heading(format_args!("== {} ({}): {}", regime.name, regime.id, regime.citation));
            page.field("governs when", regime.governs.unwrap_or("no other does").trim());
            self.of_regime(regime).for_each(|clause| clause.show(true, page));
        }
        page.heading("== Every provision that was read, and where it is kept");
        self.provisions.iter().for_each(|p| {
            page.line(format_args!("  {}  {}  {}", p.id, p.citation, p.place()));
        });
    }

    fn markdown(&self) -> String {
        let mut out = format!(
            "# The law\n\nVersion `{}`. Not legal advice: counsel of each agency reads the clauses and the law itself.\n\n",
            self.version
        );
        for regime in &self.regimes {
            let _ = writeln!(out, "## {} (`{}`)\n\n{}\n", regime.name, regime.id, regime.citation);
            let governs = regime.governs.unwrap_or("where no other does").trim();
            let _ = writeln!(out, "Governs:\n\n```text\n{governs}\n```\n");
            self.of_regime(regime).for_each(|clause| clause.markdown(&mut out));
        }
        out.push_str("## Every provision that was read\n\n| id | citation | norm | where it is kept |\n|---|---|---|---|\n");
        for p in &self.provisions {
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let _ =
                writeln!(out, "| `{}` | {} | {} | {} |", p.id, cell(p.citation), p.norm, cell(&p.place()));
        }
        out
    }
}

/// The clauses of one body of law, or those whose citation contains a text.
///
/// # Errors
/// When there is none.
pub fn clauses(regime: &str, cite: &str, json: bool) -> Result<Printed, Failure> {
    let law = Law::embedded();
    let wanted = |e: &Entry<'_>| (regime.is_empty() || e.regime == regime) && e.citation.contains(cite);
    let clauses: Vec<Clause<'_>> = book(law).filter(wanted).map(Clause::of).collect();
    if clauses.is_empty() {
        let known: Vec<&str> = law.regimes().iter().map(|r| r.id.as_str()).collect();
        return Err(Failure::usage(format!("no such clause; the bodies of law are {}", known.join(", "))));
    }
    print(&clauses, json, |page| {
        page.line(format_args!("law {}", law.version()));
        clauses.iter().for_each(|c| c.show(false, page));
    })
}

/// One clause, or one provision of the catalog.
///
/// # Errors
/// When there is neither.
pub fn show(id: &str, json: bool) -> Result<Printed, Failure> {
    let law = Law::embedded();
    let provision = Catalog::embedded().entry(id).map(|p| Kept::of(law, p));
    let Some(clause) = law.clause(id) else {
        let provision = provision.ok_or_else(|| {
            Failure::usage(format!(
                "no clause or provision {id}: `concord law clauses` and `concord law` list all"
            ))
        })?;
        return print(&provision, json, |page| {
            provision.show(page);
            let clauses = provision.clauses.iter().filter_map(|id| law.clause(id));
            clauses.for_each(|clause| Clause::of(entry(law, clause)).show(true, page));
        });
    };
    let shown = Clause::of(entry(law, clause));
    print(&shown, json, |page| {
        shown.show(true, page);
        if clause.effect == Effect::Permit {
            let bearing = law.clause_ref(id).map(|at| law.bearing_on(at)).unwrap_or_default();
            let bearing: Vec<&str> = bearing.into_iter().map(|at| law.at(at).id.as_str()).collect();
            page.list("narrowed by", &bearing);
        }
        page.list("cases", &shown.cases);
        if let Some(p) = provision.filter(|p| p.id != id || p.corrected.is_some()) {
            p.show(page);
        }
    })
}

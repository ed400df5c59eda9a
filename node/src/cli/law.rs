//! `law`: the clauses and the facts as this program has them. Needs no node.

use super::page::Page;
use super::{Exit, Failure, Printed};
use clap::Subcommand;
use policy::facts::{FactRow, attestable_fact, vocabulary};
use policy::law::{Entry, Law, book};
use serde::Serialize;

/// What the program knows of the law.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  concord law vocabulary                     every fact
  concord law vocabulary circumstances.imm   facts whose path begins so
  concord law clauses --regime part2
  concord law clauses --cite 164.512(j)
  concord law clause hipaa-512-j-1-i

This is not legal advice: counsel of each agency reads the clauses and the law itself.")]
pub enum LawVerb {
    /// Facts: path, type, words, meaning, and who may attest them.
    Vocabulary {
        /// Only facts whose path begins so.
        #[arg(default_value = "", hide_default_value = true)]
        beginning: String,
    },
    /// Clauses: name, effect, citation, what each says.
    Clauses {
        /// Only this body of law: hipaa, ferpa, part2, cfr23, states, general.
        #[arg(long, default_value = "", hide_default_value = true)]
        regime: String,
        /// Only clauses whose citation contains this.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        cite: String,
    },
    /// One clause with its conditions as written.
    Clause {
        /// Its name.
        id: String,
    },
}

/// One fact, as printed with `--json`.
#[derive(Serialize)]
struct Fact {
    path: &'static str,
    kind: &'static str,
    meaning: &'static str,
    words: Vec<(&'static str, &'static str)>,
    attested_by: &'static [&'static str],
    hours: Option<i64>,
    false_unless_stated: Option<&'static str>,
}

impl Fact {
    fn of(row: &FactRow) -> Self {
        let attestable = attestable_fact(row.path);
        Self {
            path: row.path,
            kind: row.kind.name(),
            meaning: row.meaning,
            words: row.kind.values().iter().map(|v| (v.name, v.meaning)).collect(),
            attested_by: attestable.map_or(&[], |a| a.roles),
            hours: attestable.map(|a| a.hours),
            false_unless_stated: row.false_unless_stated,
        }
    }

    fn show(&self, page: &mut Page) {
        page.heading(format_args!("{}  ({})", self.path, self.kind));
        page.line(format_args!("  {}", self.meaning));
        for (word, meaning) in &self.words {
            page.line(format_args!("    {word}: {meaning}"));
        }
        if let Some(hours) = self.hours {
            page.field("attested by", self.attested_by.join(", "));
            page.field("for", format_args!("{hours} hours at most"));
        }
        if let Some(reason) = self.false_unless_stated {
            page.field("not stated", format_args!("means no: {reason}"));
        }
    }
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
        }
    }

    fn show(&self, with_conditions: bool, page: &mut Page) {
        page.heading(format_args!("{}  {}  {}", self.id, self.effect, self.citation));
        page.line(format_args!("  {}", self.summary));
        if with_conditions {
            page.field("read", self.read);
            for (word, text) in &self.conditions {
                page.field(word, text.trim());
            }
        }
    }
}

/// Runs it.
///
/// # Errors
/// When no fact or clause is so named.
pub fn run(verb: &LawVerb, json: bool) -> Result<Printed, Failure> {
    let law = Law::embedded();
    match verb {
        LawVerb::Vocabulary { beginning } => {
            let rows = vocabulary().rows().iter().filter(|row| row.path.starts_with(beginning.as_str()));
            let facts: Vec<Fact> = rows.map(Fact::of).collect();
            if facts.is_empty() {
                return Err(Failure::usage(format!(
                    "no fact begins with {beginning}: `concord law vocabulary` lists all"
                )));
            }
            print(&facts, json, |page| facts.iter().for_each(|f| f.show(page)))
        }
        LawVerb::Clauses { regime, cite } => {
            let wanted = |e: &Entry<'_>| {
                (regime.is_empty() || e.regime == regime) && e.citation.contains(cite.as_str())
            };
            let clauses: Vec<Clause<'_>> = book(law).filter(wanted).map(Clause::of).collect();
            if clauses.is_empty() {
                let known: Vec<&str> = law.regimes().iter().map(|r| r.id.as_str()).collect();
                return Err(Failure::usage(format!(
                    "no such clause; the bodies of law are {}",
                    known.join(", ")
                )));
            }
            print(&clauses, json, |page| {
                page.line(format_args!("law {}", law.version()));
                clauses.iter().for_each(|c| c.show(false, page));
            })
        }
        LawVerb::Clause { id } => {
            let clause = book(law).find(|e| e.id == id).map(Clause::of);
            let clause = clause
                .ok_or_else(|| Failure::usage(format!("no clause {id}: `concord law clauses` lists all")))?;
            print(&clause, json, |page| clause.show(true, page))
        }
    }
}

fn print<T: Serialize>(value: &T, json: bool, show: impl FnOnce(&mut Page)) -> Result<Printed, Failure> {
    let text = if json {
        serde_json::to_string(value).map_err(|e| Failure::refused(e.to_string()))? + "\n"
    } else {
        let mut page = Page::default();
        show(&mut page);
        page.finish()
    };
    Ok(Printed { text, exit: Exit::Done })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_say_who_attests_them_and_clauses_what_they_ask() {
        let verb = LawVerb::Vocabulary { beginning: "circumstances.imminent".into() };
        let text = run(&verb, false).unwrap().text;
        assert!(text.contains("(bool)") && text.contains("72 hours") && text.contains("chair"), "{text}");
        let all = run(&LawVerb::Vocabulary { beginning: String::new() }, true).unwrap().text;
        let all: Vec<serde_json::Value> = serde_json::from_str(&all).unwrap();
        assert_eq!(all.len(), vocabulary().rows().len());
        let one = run(&LawVerb::Clause { id: "hipaa-512-j-1-i".into() }, false).unwrap().text;
        assert!(one.contains("45 CFR 164.512(j)(1)(i)") && one.contains("when"), "{one}");
        let listed = LawVerb::Clauses { regime: "part2".into(), cite: String::new() };
        assert!(run(&listed, false).unwrap().text.contains("42 CFR 2."));
        let none = LawVerb::Clauses { regime: "canon".into(), cite: String::new() };
        let failure = run(&none, false).unwrap_err();
        assert!(failure.exit == Exit::BadInput && failure.message.contains("hipaa"), "{failure}");
    }
}

//! `law vocabulary`: every fact, its words, and who may attest it.

use super::print;
use crate::cli::page::Page;
use crate::cli::{Failure, Printed};
use policy::facts::{FactRow, attestable_fact, vocabulary};
use serde::Serialize;

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

/// All of them, as printed with `--json`.
#[derive(Serialize)]
struct Facts<'f> {
    facts: &'f [Fact],
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

/// The facts whose path begins so.
///
/// # Errors
/// When there is none.
pub fn run(beginning: &str, json: bool) -> Result<Printed, Failure> {
    let rows = vocabulary().rows().iter().filter(|row| row.path.starts_with(beginning));
    let facts: Vec<Fact> = rows.map(Fact::of).collect();
    if facts.is_empty() {
        return Err(Failure::usage(format!(
            "no fact begins with {beginning}: `concord law vocabulary` lists all"
        )));
    }
    print(&Facts { facts: &facts }, json, |page| facts.iter().for_each(|f| f.show(page)))
}

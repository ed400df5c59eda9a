//! `law decisions`, `law replay`: what was decided, and what another version of the law would have answered.

use super::texts;
use crate::app::Disclosure;
use crate::app::rows::read;
use crate::cli::decide::possible;
use crate::cli::page::{Page, count};
use crate::cli::{Exit, Failure, Printed};
use crate::store::{Kind, NodeStore, Page as Rows, Store};
use clap::Args;
use policy::facts::{Facts, parse_recorded, parse_scenario};
use policy::law::Law;
use policy::law::replay::{Difference, compare};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Bytes of one file of decisions, at most.
const DECISIONS_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Arguments of `decisions`.
#[derive(Debug, Args)]
pub struct DecisionsArgs {
    /// Home of the node. Its records are read; nothing is changed.
    #[arg(long, value_name = "HOME")]
    dir: PathBuf,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The version that decided: `embedded`, a directory of clause texts, or a pack.
    #[arg(long, value_name = "VERSION")]
    from: PathBuf,
    /// The version to try.
    #[arg(long, value_name = "VERSION")]
    to: PathBuf,
    /// Decisions or scenarios, one a line.
    #[arg(long, value_name = "FILE")]
    decisions: PathBuf,
}

/// A decision as it was made, one a line.
#[derive(Serialize)]
struct Made<'a> {
    id: String,
    law: &'a str,
    at: String,
    items: Vec<String>,
    permit: bool,
    facts: &'a serde_json::Value,
}

/// The part of such a line that is read back.
#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    law: Option<String>,
    #[serde(default)]
    permit: Option<bool>,
    facts: serde_json::Value,
}

/// One decision to be made again.
struct Decided {
    id: String,
    law: Option<String>,
    permit: Option<bool>,
    facts: Facts,
}

/// What would change.
#[derive(Serialize)]
struct Changed {
    id: String,
    before: &'static str,
    after: &'static str,
    ask_counsel: bool,
    mandatory_before: bool,
    mandatory_after: bool,
    duties_dropped: Vec<&'static str>,
    duties_added: Vec<&'static str>,
    travels_dropped: Vec<String>,
    travels_added: Vec<String>,
    clauses_dropped: Vec<String>,
    clauses_added: Vec<String>,
}

/// The whole answer.
#[derive(Serialize, Default)]
struct Report {
    from: String,
    to: String,
    decisions: usize,
    /// Decided by neither the one nor the other: the version is named in the line.
    of_other_versions: usize,
    /// Lines that say another answer than `from` gives.
    not_reproduced: Vec<String>,
    /// The same answer and duties, by other clauses.
    by_other_clauses: usize,
    changed: Vec<Changed>,
    errors: Vec<String>,
}

/// Prints the decisions of a home.
///
/// # Errors
/// When there is no node in it, or one runs on it.
pub async fn decisions(args: &DecisionsArgs) -> Result<Printed, Failure> {
    let store = NodeStore::open(&args.dir).await.map_err(Failure::chain)?;
    let text = lines(&store).await;
    store.close().await.map_err(Failure::chain)?;
    Ok(Printed { text: text?, exit: Exit::Done })
}

async fn lines(store: &dyn Store) -> Result<String, Failure> {
    let mut text = String::new();
    let mut page = Rows::first(500);
    loop {
        let rows = store.list(Kind::Disclosure, page).await.map_err(Failure::chain)?;
        let Some(last) = rows.last().map(|row| row.position) else { return Ok(text) };
        page.after = last;
        for row in rows.into_iter().filter(|row| !row.erased) {
            let made = read::<Disclosure>(row).map_err(Failure::chain)?.record;
            for (at, decided) in made.decided.iter().enumerate() {
                let line = Made {
                    id: format!("{}/{at}", made.id),
                    law: &made.law_version,
                    at: made.at.to_string(),
                    items: decided.items.iter().map(ToString::to_string).collect(),
                    permit: decided.permit,
                    facts: &decided.facts,
                };
                text.push_str(&serde_json::to_string(&line).map_err(|e| Failure::refused(e.to_string()))?);
                text.push('\n');
            }
        }
    }
}

/// Decides everything again.
///
/// # Errors
/// When a version does not load or the decisions cannot be read.
pub fn replay(args: &ReplayArgs, json: bool) -> Result<Printed, Failure> {
    let (old, new) = (texts::law(&args.from)?, texts::law(&args.to)?);
    let report = report(&old, &new, &read_decisions(&args.decisions)?);
    let exit = if report.errors.is_empty() { Exit::Done } else { Exit::BadInput };
    let mut printed = super::print(&report, json, |page| report.show(page))?;
    printed.exit = exit;
    Ok(printed)
}

fn read_decisions(path: &Path) -> Result<String, Failure> {
    texts::text(path, DECISIONS_BYTES_MAX)
}

fn report(old: &Law, new: &Law, lines: &str) -> Report {
    let mut report =
        Report { from: old.version().to_owned(), to: new.version().to_owned(), ..Report::default() };
    for (at, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let decided = match decided(line) {
            Ok(decided) => decided,
            Err(error) => {
                report.errors.push(format!("line {}: {error}", at + 1));
                continue;
            }
        };
        report.decisions += 1;
        if decided.law.as_ref().is_some_and(|law| law != old.version()) {
            report.of_other_versions += 1;
        }
        if decided.permit.is_some_and(|permit| permit != old.decide(&decided.facts).permit) {
            report.not_reproduced.push(decided.id.clone());
        }
        match compare(old, new, &decided.facts) {
            Some(difference) if difference.changes_what_is_done() => {
                report.changed.push(changed(decided.id, difference));
            }
            Some(_) => report.by_other_clauses += 1,
            None => {}
        }
    }
    report
}

/// A line: a decision as recorded, or a scenario.
fn decided(line: &str) -> Result<Decided, String> {
    if let Ok(Line { id, law, permit, facts }) = serde_json::from_str::<Line>(line) {
        let facts = parse_recorded(&facts.to_string()).map_err(|e| e.to_string())?;
        return Ok(Decided { id, law, permit, facts });
    }
    let scenario = parse_scenario(line).map_err(|e| e.to_string())?;
    possible(&scenario.facts)?;
    Ok(Decided { id: scenario.id, law: None, permit: None, facts: scenario.facts })
}

fn changed(id: String, d: Difference) -> Changed {
    let word = |permit| if permit { "permit" } else { "deny" };
    let words = |duties: Vec<policy::law::Obligation>| duties.into_iter().map(|duty| duty.as_str()).collect();
    Changed {
        id,
        before: word(d.permit.0),
        after: word(d.permit.1),
        ask_counsel: d.ask_counsel.1,
        mandatory_before: d.mandatory.0,
        mandatory_after: d.mandatory.1,
        duties_dropped: words(d.duties_dropped),
        duties_added: words(d.duties_added),
        travels_dropped: d.travels_dropped,
        travels_added: d.travels_added,
        clauses_dropped: d.basis_dropped,
        clauses_added: d.basis_added,
    }
}

impl Report {
    fn show(&self, page: &mut Page) {
        page.field("from", &self.from);
        page.field("to", &self.to);
        page.line(format_args!(
            "{}: {} would change, {} would rest on other clauses only",
            count(self.decisions, "decision"),
            self.changed.len(),
            self.by_other_clauses
        ));
        if self.of_other_versions > 0 {
            page.line(format_args!(
                "{} were made under another version than `from`",
                count(self.of_other_versions, "decision")
            ));
        }
        for change in &self.changed {
            page.heading(format_args!("{}: {} -> {}", change.id, change.before, change.after));
            page.field("counsel", if change.ask_counsel { "would be asked" } else { "" });
            match (change.mandatory_before, change.mandatory_after) {
                (true, false) => page.field("must", "no longer"),
                (false, true) => page.field("must", "from then on"),
                _ => {}
            }
            page.field("duties dropped", change.duties_dropped.join(", "));
            page.field("duties added", change.duties_added.join(", "));
            page.list("no longer along", &change.travels_dropped);
            page.list("goes along", &change.travels_added);
            page.field("not by", change.clauses_dropped.join(", "));
            page.field("by", change.clauses_added.join(", "));
        }
        if !self.not_reproduced.is_empty() {
            page.heading(
                "Recorded with another answer than `from` gives: it is not the version that decided",
            );
            self.not_reproduced.iter().for_each(|id| page.line(format_args!("  {id}")));
        }
        if !self.errors.is_empty() {
            page.heading("Not understood");
            self.errors.iter().for_each(|error| page.line(format_args!("  {error}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::law::FILES;

    const SCENARIO: &str = r#"{"id":"warned","discloser":{"sector":"mental_health_provider","hipaa_covered":true,"ferpa_covered":false,"part2_program":false},"recipient":{"sector":"law_enforcement","able_to_prevent_threat":true},"subject":{"age":40},"record":{"kind":"phi","obtained_via":"own","elements":["statement_of_threat_or_crime"]},"purpose":"avert_serious_threat","consent":null,"circumstances":{"serious_threat":true,"imminent":true,"good_faith_belief":true}}"#;

    /// The embedded law, the clause on averting a threat asking for one thing more.
    fn stricter() -> Law {
        let change = |text: &str| {
            let (before, clause) = text.split_once("id = \"hipaa-512-j-1-i\"").unwrap();
            let clause =
                clause.replacen("when = \"\"\"", "when = \"\"\"circumstances.danger_to_property and ", 1);
            format!("{before}id = \"hipaa-512-j-1-i\"{clause}")
        };
        let texts: Vec<(&str, String)> = FILES
            .iter()
            .map(|(name, text)| {
                (*name, if *name == "law/hipaa/threat.toml" { change(text) } else { (*text).to_owned() })
            })
            .collect();
        Law::parse(&texts.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_would_change_is_listed_and_what_would_not_is_counted() {
        let old = Law::embedded();
        let facts = parse_scenario(SCENARIO).unwrap().facts;
        assert!(old.decide(&facts).permit);
        let recorded = serde_json::json!({
            "id": "d-1/0", "law": old.version(), "permit": true, "facts": policy::facts::recorded(&facts),
        });
        let research = SCENARIO.replace("warned", "research").replace("avert_serious_threat", "research");
        let lines = format!("{SCENARIO}\n{recorded}\n\n{research}\nnot json\n");
        let found = report(old, &stricter(), &lines);
        assert_eq!((found.decisions, found.errors.len(), found.of_other_versions), (3, 1, 0));
        let changed: Vec<_> = found.changed.iter().map(|c| (c.id.as_str(), c.before, c.after)).collect();
        assert_eq!(changed, [("warned", "permit", "deny"), ("d-1/0", "permit", "deny")]);
        assert!(found.changed[0].clauses_dropped.contains(&"hipaa-512-j-1-i".to_owned()));
        assert_eq!(found.not_reproduced, Vec::<String>::new());
        assert_eq!(report(old, old, &lines).changed.len(), 0);
        let back = report(&stricter(), old, &recorded.to_string());
        assert_eq!((back.not_reproduced.len(), back.of_other_versions), (1, 1));
    }
}

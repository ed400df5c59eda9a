//! `law replay`: what another version of the law would have answered to what was decided.
//!
//! Decisions come from a file of facts about nobody, or from a node's home. What a home's records hold of people is decided on in
//! memory and never printed or written: the answer names decisions by their ids, and the home keeps an event of the look.

use super::texts;
use crate::app::Disclosure;
use crate::app::rows::read;
use crate::cli::decide::possible;
use crate::cli::page::{Page, count};
use crate::cli::{Exit, Failure, Printed};
use crate::clock::{Clock, SystemClock};
use crate::store::{Changes, Event, Kind, NodeStore, Outcome, Page as Rows, Store};
use clap::Args;
use policy::facts::{Facts, parse_recorded, parse_scenario};
use policy::law::Law;
use policy::law::replay::{Difference, compare};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Bytes of one file of decisions, at most.
const DECISIONS_BYTES_MAX: u64 = 256 * 1024 * 1024;

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
    #[arg(long, value_name = "FILE", required_unless_present = "home")]
    decisions: Option<PathBuf>,
    /// Home of a node: what it decided. Stop the node first; only ids are printed, and its log keeps the look.
    #[arg(long, value_name = "HOME", conflicts_with = "decisions")]
    home: Option<PathBuf>,
}

/// A line: what was established, and what was answered.
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

/// A decision, or why it cannot be made again.
type Said = Result<Decided, String>;

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

/// What a node decided. The look leaves an event in its log.
async fn of_home(home: &Path) -> Result<Vec<Said>, Failure> {
    let store = NodeStore::open(home).await.map_err(Failure::chain)?;
    let found = recorded_in(&store).await;
    store.close().await.map_err(Failure::chain)?;
    found
}

async fn recorded_in(store: &dyn Store) -> Result<Vec<Said>, Failure> {
    let look = Event {
        at: SystemClock.now(),
        actor: "host".into(),
        kind: "decisions_replayed".into(),
        ids: Vec::new(),
    };
    let kept = store.commit(Changes { events: vec![look], ..Changes::default() }).await;
    if !matches!(kept.map_err(Failure::chain)?, Outcome::Committed { .. }) {
        return Err(Failure::refused("the look could not be recorded, so nothing was looked at: try again"));
    }
    let mut found = Vec::new();
    let mut page = Rows::first(500);
    loop {
        let rows = store.list(Kind::Disclosure, page).await.map_err(Failure::chain)?;
        let Some(last) = rows.last().map(|row| row.position) else { return Ok(found) };
        page.after = last;
        for row in rows.into_iter().filter(|row| !row.erased) {
            let made = read::<Disclosure>(row).map_err(Failure::chain)?.record;
            for (at, decided) in made.decided.iter().enumerate() {
                let id = format!("{}/{at}", made.id);
                // What cannot be read is not repeated: it is about somebody.
                let facts = parse_recorded(decided.facts.get());
                found.push(match facts {
                    Ok(facts) => Ok(Decided {
                        id,
                        law: Some(made.law_version.clone()),
                        permit: Some(decided.permit),
                        facts,
                    }),
                    Err(_) => Err(format!("{id}: this program does not know every fact that was recorded")),
                });
            }
        }
    }
}

/// Decides everything again.
///
/// # Errors
/// When a version does not load or the decisions cannot be read.
pub async fn replay(args: &ReplayArgs, json: bool) -> Result<Printed, Failure> {
    let (old, new) = (texts::law(&args.from)?, texts::law(&args.to)?);
    let decisions = match (&args.home, &args.decisions) {
        (Some(home), _) => of_home(home).await?,
        (None, Some(file)) => of_lines(&texts::text(file, DECISIONS_BYTES_MAX)?),
        (None, None) => Vec::new(),
    };
    let report = report(&old, &new, decisions);
    let exit = if report.errors.is_empty() { Exit::Done } else { Exit::BadInput };
    let mut printed = super::print(&report, json, |page| report.show(page))?;
    printed.exit = exit;
    Ok(printed)
}

/// What each line says, or why it cannot be understood.
fn of_lines(lines: &str) -> Vec<Said> {
    let written = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    written.map(|(at, line)| decided(line).map_err(|error| format!("line {}: {error}", at + 1))).collect()
}

fn report(old: &Law, new: &Law, decisions: Vec<Said>) -> Report {
    let mut report =
        Report { from: old.version().to_owned(), to: new.version().to_owned(), ..Report::default() };
    for said in decisions {
        let decided = match said {
            Ok(decided) => decided,
            Err(error) => {
                report.errors.push(error);
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
        let found = report(old, &stricter(), of_lines(&lines));
        assert_eq!((found.decisions, found.errors.len(), found.of_other_versions), (3, 1, 0));
        let changed: Vec<_> = found.changed.iter().map(|c| (c.id.as_str(), c.before, c.after)).collect();
        assert_eq!(changed, [("warned", "permit", "deny"), ("d-1/0", "permit", "deny")]);
        assert!(found.changed[0].clauses_dropped.contains(&"hipaa-512-j-1-i".to_owned()));
        assert_eq!(found.not_reproduced, Vec::<String>::new());
        assert_eq!(report(old, old, of_lines(&lines)).changed.len(), 0);
        let back = report(&stricter(), old, of_lines(&recorded.to_string()));
        assert_eq!((back.not_reproduced.len(), back.of_other_versions), (1, 1));
    }
}

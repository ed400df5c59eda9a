//! The answer of `decide --facts`, in words for people and in full for programs.

use super::Answer;
use crate::cli::page::{Page, count};
use policy::facts::Facts;
use policy::law::{Clause, ClauseRef, Explained, Law, WholeWay};
use serde::Serialize;

/// The answer with all that is said beside it.
#[derive(Serialize)]
pub struct InFull<'a> {
    #[serde(flatten)]
    answer: Answer<'a>,
    law: &'a str,
    governing: Vec<&'a str>,
    because: Vec<Provision<'a>>,
    travels: &'a [String],
    ways: Vec<Way<'a>>,
    /// Where a warning by a provider of care stands, and the ways that need no software.
    warning: Option<String>,
    /// A duty that meets a prohibition, with both citations.
    conflict: Option<String>,
}

/// A clause that decides.
#[derive(Serialize)]
struct Provision<'a> {
    id: &'a str,
    regime: &'a str,
    citation: &'a str,
    read: &'a str,
    effect: &'a str,
    summary: &'a str,
    attested_by: Option<&'a str>,
}

/// One way in which it could become lawful.
#[derive(Serialize)]
struct Way<'a> {
    permits: Vec<Provision<'a>>,
    needs: Vec<Need>,
}

#[derive(Serialize)]
struct Need {
    fact: &'static str,
    text: String,
    established_by: String,
}

/// Everything, for `--json`.
pub fn in_full<'a>(law: &'a Law, facts: &Facts, e: &'a Explained, answer: Answer<'a>) -> InFull<'a> {
    InFull {
        answer,
        law: law.version(),
        governing: governing(law, e).map(|regime| regime.id.as_str()).collect(),
        because: decisive(e).into_iter().map(|clause| provision(law, clause)).collect(),
        travels: &e.travels,
        ways: law.whole_ways(facts).into_iter().map(|way| told(law, way)).collect(),
        warning: law.warning(facts).map(|advice| advice.describe(law)),
        conflict: law.conflict(facts).map(|conflict| conflict.describe(law)),
    }
}

fn told(law: &Law, way: WholeWay) -> Way<'_> {
    let need = |n: policy::law::Need| Need { fact: n.path, text: n.text, established_by: n.established_by };
    Way {
        permits: way.permits.iter().map(|clause| provision(law, *clause)).collect(),
        needs: way.needs.into_iter().map(need).collect(),
    }
}

fn provision(law: &Law, clause: ClauseRef) -> Provision<'_> {
    let clause = law.at(clause);
    Provision {
        id: &clause.id,
        regime: regime(law, clause),
        citation: &clause.citation,
        read: &clause.read,
        effect: clause.effect.as_str(),
        summary: &clause.summary,
        attested_by: clause.attested_by.as_deref(),
    }
}

fn regime<'a>(law: &'a Law, clause: &Clause) -> &'a str {
    law.regimes().get(usize::from(clause.regime)).map_or("", |regime| regime.id.as_str())
}

fn governing<'a>(law: &'a Law, e: &Explained) -> impl Iterator<Item = &'a policy::law::Regime> {
    e.decision.regimes.iter().filter_map(|at| law.regimes().get(at))
}

/// The clauses relied on, or those that close and come nearest.
fn decisive(e: &Explained) -> Vec<ClauseRef> {
    if e.decision.permit {
        return e.decision.basis.as_slice().to_vec();
    }
    let mut clauses: Vec<ClauseRef> = Vec::new();
    for denial in &e.denials {
        for clause in denial.closed_by.iter().chain(&denial.nearest).chain([&denial.default_deny]) {
            if !clauses.contains(clause) {
                clauses.push(*clause);
            }
        }
    }
    clauses
}

/// The answer in plain words.
pub fn page(law: &Law, facts: &Facts, e: &Explained) -> String {
    let mut page = Page::default();
    match (e.decision.permit, e.decision.mandatory) {
        (true, true) => page.line("permit: the law says that it is to be disclosed"),
        (true, false) => {
            page.line("permit: it may be disclosed as proposed; nothing here says that it must be")
        }
        (false, _) => page.line("deny: it may not be disclosed as proposed"),
    }
    let names: Vec<&str> = governing(law, e).map(|regime| regime.name.as_str()).collect();
    page.list("governed by", &names);
    page.list("basis", &e.basis);
    page.field("law version", law.version());
    if e.decision.permit {
        permitted(law, e, &mut page)
    } else {
        denied(law, facts, e, &mut page)
    }
    beside(law, facts, &mut page);
    page.finish()
}

/// What a person has to know beside the answer: whether there is a duty to warn, and duties that meet prohibitions.
fn beside(law: &Law, facts: &Facts, page: &mut Page) {
    if let Some(advice) = law.warning(facts) {
        page.heading("Warning somebody in danger");
        advice.describe(law).lines().for_each(|line| page.line(format_args!("  {line}")));
    } else if let Some(conflict) = law.conflict(facts) {
        page.heading("Conflict");
        conflict.describe(law).lines().for_each(|line| page.line(format_args!("  {line}")));
    }
}

fn permitted(law: &Law, e: &Explained, page: &mut Page) {
    page.heading("Because");
    for clause in decisive(e) {
        cite(law, clause, "", page);
    }
    if !e.obligations.is_empty() {
        page.heading("Duties that come with it");
        for duty in &e.obligations {
            page.line(format_args!("  {}: {}", duty.as_str(), duty.meaning()));
        }
    }
    if !e.travels.is_empty() {
        page.heading("What must travel with it");
        e.travels.iter().for_each(|text| page.line(format_args!("  {}", text.replace('_', " "))));
    }
}

fn denied(law: &Law, facts: &Facts, e: &Explained, page: &mut Page) {
    page.heading("Because");
    for denial in &e.denials {
        let name = law.regimes().iter().find(|r| r.id == denial.regime).map_or("", |r| r.name.as_str());
        let why =
            if denial.closed_by.is_empty() { "nothing permits it" } else { "it is forbidden, or limited" };
        page.line(format_args!("  {name}: {why}"));
        denial.closed_by.iter().for_each(|clause| cite(law, *clause, "closes: ", page));
        denial.nearest.iter().for_each(|clause| cite(law, *clause, "comes nearest: ", page));
        cite(law, denial.default_deny, "where nothing opens: ", page);
    }
    if e.decision.ask_counsel {
        page.heading("Ask counsel: the law is read in more than one way");
        e.readings.iter().for_each(|r| page.list(&r.citation, &r.readings));
    }
    let ways = law.whole_ways(facts);
    if ways.is_empty() {
        page.heading("Nothing that could still be established would make it lawful as proposed.");
        return;
    }
    page.heading(format_args!(
        "It could become lawful in {}, those that need least first. Each need has to be so, and be attested:",
        count(ways.len(), "way")
    ));
    for (at, way) in ways.iter().enumerate() {
        let citations: Vec<&str> =
            way.permits.iter().map(|clause| law.at(*clause).citation.as_str()).collect();
        page.line(format_args!("  {}. under {}", at + 1, citations.join(" and ")));
        way.needs.iter().for_each(|need| page.line(format_args!("       {}", need.text)));
    }
}

fn cite(law: &Law, clause: ClauseRef, word: &str, page: &mut Page) {
    let clause = law.at(clause);
    page.line(format_args!(
        "    {word}{} (read {}, `concord law show {}`)",
        clause.citation, clause.read, clause.id
    ));
    page.line(format_args!("      {}", clause.summary));
    if let Some(who) = &clause.attested_by {
        page.line(format_args!("      attested by: {who}"));
    }
}

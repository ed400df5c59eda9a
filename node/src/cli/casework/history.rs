//! `case history`: where a case stands, and everything that was written.
//!
//! What was seen, told and concluded carry different marks; what raises concern and what protects stand side by side, the
//! same size; a level never stands without its date, its end, and STALE where it is. Times are UTC.

use super::super::page::{Page, count};
use super::super::{Failure, Printed, Session};
use super::act::{content, reasons, spoken};
use clap::Args;
use policy::process::referral::State as Status;
use policy::share::obligations::LAWFUL_CONDUCT_WARNING;
use proto::agency::v1::{
    AgendaLine, Entry, Factor, History, Level, Observation, ShowHistoryRequest, StandingLevel,
};
use serde_json::Value;

/// Width of one of two columns.
const COLUMN: usize = 46;

/// A case's history.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord case history 7a..3b\n  concord case history 7a..3b --purpose personal_access"
)]
pub struct HistoryArgs {
    /// The case.
    case: String,
    /// Why: word of Purpose; default: to work on the case. Kept with who read.
    #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
    purpose: String,
}

impl HistoryArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = ShowHistoryRequest { case_id: self.case, purpose: self.purpose };
        let history = s.client.show_history(request).await?.into_inner();
        s.print(&history, print)
    }
}

/// Where it stands, then what was written.
pub fn print(h: &History, page: &mut Page) {
    let drill = if h.exercise { "  (drill)" } else { "" };
    page.line(format_args!("case {}  {}{drill}", h.case_id, spoken(&h.state)));
    page.field("team", &h.team_id);
    if h.moved_state != h.state {
        page.field("moved to", format_args!("{} before something changed", spoken(&h.moved_state)));
    }
    if let Some(e) = &h.emergency {
        let force = if e.in_force { format!("in force, lapses {}", e.lapses_at) } else { "over".to_owned() };
        let answered = if e.answered { "answered" } else { "the five questions are not answered" };
        let reviewed = if e.reviewed { "reviewed" } else { "not reviewed by a second person" };
        page.field("emergency", format_args!("declared {}; {force}; {answered}; {reviewed}", e.declared_at));
    }
    match &h.level {
        Some(level) => standing_level(level, page),
        None => page.field("level of concern", "none was recorded"),
    }
    factors(h, page);
    observations(h, page);
    if h.withheld > 0 {
        page.field(
            "withheld",
            format_args!("{} of the history, each with the reason", count(h.withheld as usize, "entry")),
        );
    }
    if !h.open_tasks.is_empty() {
        page.heading("Open tasks");
        for open in &h.open_tasks {
            if let Some(task) = &open.task {
                let due = if task.due.is_empty() { String::new() } else { format!(", due {}", task.due) };
                page.line(format_args!("- {}{due}  [task {}]", spoken(&task.kind), open.id));
                page.field("", &task.text);
            }
        }
    }
    open_work(h, page);
    if !h.agenda.is_empty() {
        page.heading("Due");
        let row = |line: &AgendaLine| {
            let overdue = if line.overdue { "overdue" } else { "" };
            vec![line.due.clone(), overdue.to_owned(), spoken(&line.duty), line.entry_id.clone()]
        };
        page.table(&["due (UTC)", "", "what", "entry"], &h.agenda.iter().map(row).collect::<Vec<_>>());
    }
    page.heading(format_args!("History: {}", count(h.entries.len(), "entry")));
    let standing = h.level.as_ref().map(|l| l.entry_id.as_str()).unwrap_or_default();
    let stale = h.level.as_ref().is_some_and(|l| !l.stale.is_empty());
    for e in &h.entries {
        let level = match (e.id == standing, stale) {
            (true, false) => "",
            (true, true) => "STALE",
            (false, _) => "STALE: a newer assessment stands",
        };
        entry(e, level, page);
    }
}

/// What else a closing would find open: referrals, tripwires and restrictions, each with the id of what ends it.
fn open_work(h: &History, page: &mut Page) {
    let referrals: Vec<_> = standing(h, |e| e.act.as_ref()?.refer.as_ref())
        .into_iter()
        .filter(|(_, r)| Status::from_word(&r.status).is_none_or(|status| !status.definition().ended))
        .collect();
    if !referrals.is_empty() {
        page.heading("Referrals that have not ended");
        for (entry, r) in referrals {
            let to = if r.agency.is_empty() { &r.service } else { &r.agency };
            let (what, status) = (spoken(&r.category), spoken(&r.status));
            page.line(format_args!("- {what}, {to}: {status}  [referral {}]", entry.id));
        }
    }
    let tripwires: Vec<_> =
        standing(h, |e| e.act.as_ref()?.tripwire.as_ref()).into_iter().filter(|(_, t)| !t.ended).collect();
    if !tripwires.is_empty() {
        page.heading("Tripwires");
        for (entry, t) in tripwires {
            page.line(format_args!("- until {}  [tripwire {}]", t.expires, entry.id));
            page.field("", format_args!("{}; tell {}", t.observable, t.tell));
        }
    }
    let plans = standing(h, |e| e.act.as_ref()?.plan.as_ref());
    let restrictions: Vec<_> =
        plans.iter().flat_map(|(e, plan)| plan.restrictions.iter().map(move |r| (e, r))).collect();
    if !restrictions.is_empty() {
        page.heading("Restrictions");
        for (entry, r) in restrictions {
            let kept = if r.kept_by.is_empty() { String::new() } else { format!(", kept by {}", r.kept_by) };
            page.line(format_args!("- {} until {}{kept}  [plan {}]", spoken(&r.kind), r.until, entry.id));
            page.field("", format_args!("{}; because of {}", r.text, r.observation));
        }
    }
}

fn standing_level(standing: &StandingLevel, page: &mut Page) {
    let Some(l) = &standing.level else {
        page.field("level of concern", format_args!("withheld; decided {}", standing.decided_at));
        return;
    };
    page.field("level of concern", level(l, &standing.decided_at));
    page.field("", LAWFUL_CONDUCT_WARNING);
    if !standing.stale.is_empty() {
        page.field("", "STALE: the team has to reassess, then look at the plan again");
        page.list("because", &reasons(&standing.stale));
    }
}

/// A level with its date and its end.
fn level(l: &Level, decided_at: &str) -> String {
    format!(
        "\"{}\" ({}) by {} {}, decided {decided_at}, valid until {}",
        l.original, l.band, l.model, l.model_version, l.valid_until
    )
}

/// Entries that stand, with what `of` finds in them.
fn standing<'h, T>(h: &'h History, of: impl Fn(&'h Entry) -> Option<&'h T>) -> Vec<(&'h Entry, &'h T)> {
    let current = h.entries.iter().filter(|e| e.replaced_by.is_empty());
    current.filter_map(|e| of(e).map(|found| (e, found))).collect()
}

/// What raises concern and what protects, side by side.
fn factors(h: &History, page: &mut Page) {
    let all = standing(h, |e| e.act.as_ref()?.factor.as_ref());
    if all.is_empty() {
        return;
    }
    let column = |polarity: &str| -> Vec<String> {
        let of: Vec<String> = all
            .iter()
            .filter(|(_, f)| f.polarity == polarity && !f.ended)
            .flat_map(|(e, f)| one_factor(e, f))
            .collect();
        if of.is_empty() { vec!["none was written down".to_owned()] } else { of }
    };
    side_by_side(
        "What raises concern",
        &column("risk_enhancing"),
        "What protects",
        &column("risk_mitigating"),
        page,
    );
}

fn one_factor(entry: &Entry, f: &Factor) -> Vec<String> {
    let mut lines = wrapped(&format!("- {}", f.text));
    let dynamic = if f.dynamic { ", can change" } else { "" };
    lines.extend(wrapped(&format!("  ({}{dynamic})", spoken(&f.category))));
    lines.push(format!("  [{}]", entry.id));
    lines
}

fn side_by_side(left_title: &str, left: &[String], right_title: &str, right: &[String], page: &mut Page) {
    page.heading(format_args!("{left_title:<COLUMN$}  {right_title}"));
    for at in 0..left.len().max(right.len()) {
        let cell = |column: &[String]| column.get(at).cloned().unwrap_or_default();
        page.line(format!("{:<COLUMN$}  {}", cell(left), cell(right)).trim_end());
    }
}

/// Lines of at most a column's width, broken between words where that is possible.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = lines.last().is_some_and(|l| l.chars().count() + word.chars().count() < COLUMN);
        match lines.last_mut().filter(|_| fits) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => {
                let indent = if lines.is_empty() && !text.starts_with(' ') { "" } else { "  " };
                lines.push(format!("{indent}{word}"));
            }
        }
    }
    lines
}

/// Facts and inferences, each with its mark.
fn observations(h: &History, page: &mut Page) {
    let all = standing(h, |e| e.act.as_ref()?.observe.as_ref());
    if all.is_empty() {
        return;
    }
    page.heading("What was seen [=], told [\"] and concluded [?]");
    for (entry, o) in all {
        page.line(format_args!("{} {}  {}  {}", mark(&o.basis), o.basis, o.happened_on, sourced(o)));
        page.field("", if o.exact_words { format!("exact words: {}", o.text) } else { o.text.clone() });
        page.field("", format_args!("[{}]", entry.id));
        if entry.awaits_agreement {
            page.field("", "waits until a second member has read it");
        }
    }
}

/// The mark of a fact that was seen, of one that was told, of an inference.
fn mark(basis: &str) -> &'static str {
    match basis {
        "observed" => "[=]",
        "reported" => "[\"]",
        _ => "[?]",
    }
}

fn sourced(o: &Observation) -> String {
    format!("{} ({}), {}", o.source, spoken(&o.source_type), spoken(&o.nature))
}

/// One entry with all it says. `level` is what is to stand beside a level of concern.
pub fn entry(e: &Entry, level_now: &str, page: &mut Page) {
    let said = content(e).unwrap_or_default();
    let mark = said.get("basis").and_then(Value::as_str).map(|b| format!("{} ", mark(b))).unwrap_or_default();
    page.heading(format_args!("{}  {mark}{}  [{}]", e.at, spoken(&e.word), e.id));
    page.field("by", &e.by);
    page.field("withheld", &e.withheld);
    page.field("case came to", spoken(&e.moved_to));
    page.field("waits for", if e.awaits_agreement { "a second member's agreement" } else { "" });
    page.field("replaces", &e.replaces);
    page.field("replaced by", &e.replaced_by);
    if let Some(l) = e.act.as_ref().and_then(|a| a.assess.as_ref()).and_then(|a| a.level.as_ref()) {
        page.field("level of concern", level(l, &e.at));
        page.field("", level_now);
    }
    if let Value::Object(fields) = &said {
        for (name, value) in fields.iter().filter(|(name, _)| name.as_str() != "level") {
            page.field(&spoken(name), said_of(value, ""));
        }
    }
}

/// A field in words, nothing where it is empty.
fn said_of(value: &Value, indent: &str) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let each: Vec<String> = all.iter().map(|one| said_of(one, indent)).collect();
            each.join("\n")
        }
        Value::Object(fields) => {
            let each = fields.iter().map(|(name, field)| (name, said_of(field, indent)));
            let each: Vec<String> = each
                .filter(|(_, said)| !said.is_empty())
                .map(|(name, said)| format!("{indent}{}: {}", spoken(name), said.replace('\n', "; ")))
                .collect();
            each.join("; ")
        }
    }
}

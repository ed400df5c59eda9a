//! `agenda`: what is due, by when it is due and never by level.

use super::super::page::Page;
use super::super::{Failure, Printed, Session};
use super::act::spoken;
use clap::Args;
use proto::agency::v1::{AgendaLine, AgendaRequest, AgendaResponse};

/// What is due.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord agenda\n  concord agenda --mine --days 7\n  concord agenda --team 4f..e2"
)]
pub struct AgendaArgs {
    /// One team; default: all of mine.
    #[arg(long)]
    team: Option<String>,
    /// Only what waits for me.
    #[arg(long)]
    mine: bool,
    /// Also what is due within so many days.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    days: u32,
    /// How many lines at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    limit: u32,
    /// Go on after this entry, as the part before said.
    #[arg(long, value_name = "ENTRY", default_value = "", hide_default_value = true)]
    after: String,
}

impl AgendaArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = AgendaRequest {
            team_id: self.team.unwrap_or_default(),
            mine_only: self.mine,
            days_ahead: self.days,
            limit: self.limit,
            after: self.after,
        };
        let agenda = s.client.agenda(request).await?.into_inner();
        s.print(&agenda, print)
    }
}

/// Whether a group takes a line, on this day.
type Takes = fn(&AgendaLine, &str) -> bool;

/// In this order, each line in the first group that takes it.
const GROUPS: [(&str, Takes); 7] = [
    ("Emergencies to answer and review", |line, _| line.duty.starts_with("emergency")),
    ("Stale: to be reassessed", |line, _| {
        line.duty == "reassess" || line.duty == "level_ends" && line.overdue
    }),
    ("Waiting for somebody else", |line, _| line.waits_for_another),
    ("Overdue", |line, _| line.overdue),
    ("Due today", |line, today| line.due.starts_with(today)),
    ("Waiting for the team", |line, _| ["triage", "notice", "correction"].contains(&line.duty.as_str())),
    ("Later", |_, _| true),
];

/// Groups of lines.
pub fn print(agenda: &AgendaResponse, page: &mut Page) {
    let today = agenda.now.split('T').next().unwrap_or_default();
    let place = |line: &AgendaLine| GROUPS.iter().position(|(_, takes)| takes(line, today));
    for (at, (title, _)) in GROUPS.iter().enumerate() {
        let lines: Vec<&AgendaLine> = agenda.lines.iter().filter(|line| place(line) == Some(at)).collect();
        if lines.is_empty() {
            continue;
        }
        page.heading(title);
        let rows: Vec<Vec<String>> = lines.into_iter().map(row).collect();
        page.table(&["due (UTC)", "", "what", "case", "stands at", "", "entry", "for"], &rows);
    }
    if agenda.lines.is_empty() {
        page.line("nothing is due today, and nothing waits for an answer; --days 7 shows the week ahead");
    }
    if agenda.review_first {
        page.heading("review this first: `concord emergency review CASE`; nothing else is shown before");
    }
    page.more(&agenda.next);
    if agenda.more {
        page.heading(
            "there is more due than one look shows: do first what is due first, or ask for one team",
        );
    }
}

fn row(line: &AgendaLine) -> Vec<String> {
    let overdue = if line.overdue { "overdue" } else { "" };
    let stale = if line.stale { "STALE" } else { "" };
    let who = line.who.rsplit('/').next().filter(|who| !who.is_empty()).unwrap_or("the team");
    vec![
        line.due.clone(),
        overdue.to_owned(),
        spoken(&line.duty),
        line.case_id.clone(),
        spoken(&line.state),
        stale.to_owned(),
        line.entry_id.clone(),
        who.to_owned(),
    ]
}

//! `case open | list | show`.

use super::casework::{HistoryArgs, spoken};
use super::input::PartArgs;
use super::page::Page;
use super::show;
use super::{Failure, Printed, Session};
use clap::Subcommand;
use proto::agency::v1::{Case, ListCasesRequest, OpenCaseRequest, ShowCaseRequest};

/// Cases of one's own teams.
#[derive(Debug, Subcommand)]
pub enum CaseVerb {
    /// Open a case.
    #[command(
        after_help = "Example:\n  concord case open --team 4f..e2 --setting-file setting.txt\n  concord case open --team 4f..e2 --exercise"
    )]
    Open {
        /// The team that owns it.
        #[arg(long)]
        team: String,
        /// A drill: it never exchanges with a real case.
        #[arg(long)]
        exercise: bool,
        /// File with the name of the case's own place, if it has one; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        setting_file: Option<std::path::PathBuf>,
    },
    /// List the cases of my teams.
    #[command(after_help = "Example:\n  concord case list")]
    List {
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
    /// Show a case with its people and contacts; `case history` shows what was written.
    #[command(
        after_help = "Examples:\n  concord case show 7a..3b\n  concord case show 7a..3b --purpose care_coordination"
    )]
    Show {
        /// The case.
        case: String,
        /// Why: word of Purpose; default: to work on the case.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        purpose: String,
    },
    /// Show where a case stands and everything that was written.
    History(HistoryArgs),
}

impl CaseVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Open { team, exercise, setting_file } => {
                let setting = setting_file.map(|f| super::input::read_text(&f)).transpose()?;
                let setting = setting.map(|t| t.trim().to_owned()).unwrap_or_default();
                let request = OpenCaseRequest { team_id: team, exercise, setting };
                let case = s.client.open_case(request).await?.into_inner();
                s.print(&case, head)
            }
            Self::List { part: PartArgs { limit, after } } => {
                let all = s.client.list_cases(ListCasesRequest { limit, after }).await?.into_inner();
                s.print(&all, |all, page| {
                    let rows: Vec<_> = all
                        .cases
                        .iter()
                        .map(|c| {
                            let drill = if c.exercise { "drill" } else { "" };
                            vec![
                                c.id.clone(),
                                c.team_id.clone(),
                                c.opened_at.clone(),
                                spoken(&c.state),
                                drill.to_owned(),
                            ]
                        })
                        .collect();
                    page.table(&["case", "team", "opened (UTC)", "stands at", ""], &rows);
                    page.more(&all.next);
                })
            }
            Self::History(args) => args.run(s).await,
            Self::Show { case, purpose } => {
                let request = ShowCaseRequest { case_id: case, purpose };
                let shown = s.client.show_case(request).await?.into_inner();
                s.print(&shown, |shown, page| {
                    if let Some(case) = &shown.case {
                        head(case, page);
                    }
                    page.field("items", shown.item_count);
                    for person in &shown.people {
                        show::person(person, page);
                    }
                    for contact in &shown.contacts {
                        show::contact(contact, page);
                    }
                })
            }
        }
    }
}

fn head(case: &Case, page: &mut Page) {
    page.line(format_args!("case {}{}", case.id, if case.exercise { "  (drill)" } else { "" }));
    page.field("team", &case.team_id);
    page.field("stands at", spoken(&case.state));
    page.field("opened", format_args!("{} by {}", case.opened_at, case.opened_by));
    page.field("setting", &case.setting);
}

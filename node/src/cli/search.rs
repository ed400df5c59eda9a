//! `search`.

use super::input::read_text;
use super::page::count;
use super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::SearchCasesRequest;
use std::path::PathBuf;

/// Arguments of `search`.
#[derive(Debug, Args)]
#[command(after_help = "\
Finds cases of one own team whose people have words that begin so, whatever their case and order, or
whose id, or a person's alias, begins so. Who searched, why and what was found is kept; what was
looked for is not. The newest cases are looked through first.

Examples:
  echo 'quill jor' | concord search --team 4f..e2 --purpose threat_assessment --name-file -
  concord search --team 4f..e2 --purpose care_coordination --name P-3f2a")]
pub struct SearchArgs {
    /// The team, one of my own.
    #[arg(long)]
    team: String,
    /// Why: word of Purpose (`concord law vocabulary`).
    #[arg(long)]
    purpose: String,
    /// What to look for. A name is better in a file.
    #[arg(long, value_name = "TEXT", conflicts_with = "name_file", required_unless_present = "name_file")]
    name: Option<String>,
    /// File with what to look for; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    name_file: Option<PathBuf>,
}

impl SearchArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let name = match (self.name, self.name_file) {
            (Some(name), _) => name,
            (None, Some(file)) => read_text(&file)?,
            (None, None) => {
                return Err(Failure::usage("say what to look for: --name-file FILE or --name TEXT"));
            }
        };
        let request = SearchCasesRequest { team_id: self.team, name, purpose: self.purpose };
        let found = s.client.search_cases(request).await?.into_inner();
        s.print(&found, |f, page| {
            page.line(format_args!("found: {}", count(f.case_ids.len(), "case")));
            f.case_ids.iter().for_each(|case| page.line(case));
            if f.not_all {
                page.line("older cases were not looked at: say more of the name");
            }
        })
    }
}

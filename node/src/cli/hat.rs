//! `session start | end | show`: which of two hats a member who is police wears.

use super::page::Page;
use super::{Failure, Printed, Session};
use clap::Subcommand;
use proto::agency::v1::{EndHatSessionRequest, HatSession, ShowHatSessionRequest, StartHatSessionRequest};

/// Which hat a member who is police wears: one at a time, and it comes off by itself.
#[derive(Debug, Subcommand)]
pub enum SessionVerb {
    /// Put a hat on.
    #[command(
        after_help = "Examples:\n  concord session start --hat member\n  concord session start --hat officer --minutes 120"
    )]
    Start {
        /// member: work on the team's cases, under its rules. officer: no case of any team is there.
        #[arg(long)]
        hat: String,
        /// How long at most, 1 to 720; default: eight hours.
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        minutes: u32,
    },
    /// Take it off.
    #[command(after_help = "Example:\n  concord session end")]
    End,
    /// Which hat I wear.
    #[command(after_help = "Example:\n  concord session show")]
    Show,
}

impl SessionVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let worn = match self {
            Self::Start { hat, minutes } => {
                s.client.start_hat_session(StartHatSessionRequest { hat, minutes }).await?
            }
            Self::End => s.client.end_hat_session(EndHatSessionRequest {}).await?,
            Self::Show => s.client.show_hat_session(ShowHatSessionRequest {}).await?,
        };
        s.print(&worn.into_inner(), hat)
    }
}

fn hat(h: &HatSession, page: &mut Page) {
    match (h.hat.as_str(), h.needed) {
        ("", true) => page.line(
            "no hat: you are police in a team here. Cases open to the member's: concord session start --hat member",
        ),
        ("", false) => page.line("no hat, and none is needed"),
        (hat, _) => page.line(format_args!("the {hat}'s hat, {} to {} at most", h.from, h.until)),
    }
}

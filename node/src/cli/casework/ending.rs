//! `transfer offer | complete | accept`, `retire`, `close`, `reopen`.

use super::super::{Failure, Printed, Session};
use super::act::{self, Given, act, put, put_text};
use clap::{Args, Subcommand};
use proto::agency::v1::{Closing, Reopening, Retirement, TransferAccepted, TransferIn, TransferOffer};
use std::path::PathBuf;

/// Transfers.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  concord transfer offer 7a..3b --agency state-university --because-file - --disclosure 8e..70\n  concord transfer complete 7a..3b 6f..02 --accepted-by \"their chair\" --disclosure 8e..70\n  concord transfer accept 7a..3b --from-agency county-school"
)]
pub enum TransferVerb {
    /// Offer the case to another team.
    Offer {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The agency whose team is to take it.
        #[arg(long, value_name = "AGENCY")]
        agency: Option<String>,
        /// File with why.
        #[arg(long, value_name = "FILE")]
        because_file: Option<PathBuf>,
        /// The disclosure of the minimum packet to it.
        #[arg(long, value_name = "DISCLOSURE")]
        disclosure: Option<String>,
    },
    /// The other team accepted: the case is theirs.
    Complete {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The offer.
        offer: String,
        /// Who there accepted, by function.
        #[arg(long, value_name = "WORDS")]
        accepted_by: Option<String>,
        /// The disclosure by which the packet went.
        #[arg(long, value_name = "DISCLOSURE")]
        disclosure: Option<String>,
    },
    /// Take over a case from another team: it is reassessed here.
    Accept {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The agency it comes from.
        #[arg(long, value_name = "AGENCY")]
        from_agency: Option<String>,
        /// The chair who accepts; default: me.
        #[arg(long, value_name = "STAFF")]
        accepted_by: Option<String>,
    },
}

impl TransferVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Offer { given, agency, because_file, disclosure } => {
                let mut offer: TransferOffer = given.read()?;
                put(&mut offer.agency, agency);
                put_text(&mut offer.because, because_file)?;
                put(&mut offer.disclosure, disclosure);
                given.send(s, act!(offer_transfer: offer)).await
            }
            Self::Complete { given, offer, accepted_by, disclosure } => {
                let mut done: TransferAccepted = given.read()?;
                done.offer = offer;
                put(&mut done.accepted_by, accepted_by);
                put(&mut done.disclosure, disclosure);
                given.send(s, act!(complete_transfer: done)).await
            }
            Self::Accept { given, from_agency, accepted_by } => {
                let mut taken: TransferIn = given.read()?;
                put(&mut taken.from, from_agency);
                put(&mut taken.accepted_by, accepted_by);
                if taken.accepted_by.is_empty() {
                    taken.accepted_by = act::me(s).await?;
                }
                given.send(s, act!(transfer_in: taken)).await
            }
        }
    }
}

/// A proposal to close.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord retire 7a..3b --because-file -")]
pub struct RetireArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// File with why concern no longer justifies engagement.
    #[arg(long, value_name = "FILE")]
    because_file: Option<PathBuf>,
}

impl RetireArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut retirement: Retirement = self.given.read()?;
        put_text(&mut retirement.because, self.because_file)?;
        self.given.send(s, act!(retire: retirement)).await
    }
}

/// Closing.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord close 7a..3b --outcome connected_to_support --summary-file - --why-it-lasts-file why.txt"
)]
pub struct CloseArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// How it ended, such as `connected_to_support`.
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// File with how it ended, in words.
    #[arg(long, value_name = "FILE")]
    summary_file: Option<PathBuf>,
    /// File with why the change is expected to last.
    #[arg(long, value_name = "FILE")]
    why_it_lasts_file: Option<PathBuf>,
}

impl CloseArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut closing: Closing = self.given.read()?;
        put(&mut closing.outcome, self.outcome);
        put_text(&mut closing.summary, self.summary_file)?;
        put_text(&mut closing.why_it_lasts, self.why_it_lasts_file)?;
        self.given.send(s, act!(close: closing)).await
    }
}

/// Reopening.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord reopen 7a..3b --observation 1c..99")]
pub struct ReopenArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The new observation, written after the closing.
    #[arg(long, value_name = "ENTRY")]
    observation: Option<String>,
}

impl ReopenArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut reopening: Reopening = self.given.read()?;
        put(&mut reopening.observation, self.observation);
        self.given.send(s, act!(reopen: reopening)).await
    }
}

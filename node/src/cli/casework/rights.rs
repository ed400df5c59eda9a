//! `concur`, `recuse`, `correction ask | decide`, `disagree`.

use super::super::{Failure, Printed, Session};
use super::act::{self, Given, act, put, put_text};
use clap::{Args, Subcommand};
use proto::agency::v1::{Concurrence, CorrectionAnswer, CorrectionAsk, Disagreement, Recusal};
use std::path::PathBuf;

/// Agreement.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord concur 7a..3b 5e..21")]
pub struct ConcurArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The entry.
    entry: String,
    /// File with a note.
    #[arg(long, value_name = "FILE")]
    note_file: Option<PathBuf>,
}

impl ConcurArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut agreed: Concurrence = self.given.read()?;
        agreed.with = self.entry;
        put_text(&mut agreed.note, self.note_file)?;
        self.given.send(s, act!(concur: agreed)).await
    }
}

/// Standing aside.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord recuse 7a..3b --because reporter")]
pub struct RecuseArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Who; default: me.
    #[arg(long, value_name = "STAFF")]
    member: Option<String>,
    /// `target`, `reporter` or `near_to_one`.
    #[arg(long, value_name = "WORD")]
    because: Option<String>,
}

impl RecuseArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut recusal: Recusal = self.given.read()?;
        put(&mut recusal.member, self.member);
        if recusal.member.is_empty() {
            recusal.member = act::me(s).await?;
        }
        put(&mut recusal.because, self.because);
        self.given.send(s, act!(recuse: recusal)).await
    }
}

/// Corrections.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  concord correction ask 7a..3b 1c..90 --asked-by person --says-file -\n  concord correction decide 7a..3b 6f..02 --decision accepted --corrected-by 1c..94 --reasons-file -"
)]
pub enum CorrectionVerb {
    /// Record that somebody asks for a correction of an entry.
    Ask {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The entry.
        entry: String,
        /// `person`, `parent_or_guardian`, `representative`, `member` or `agency`.
        #[arg(long, value_name = "WORD")]
        asked_by: Option<String>,
        /// File with what it should say.
        #[arg(long, value_name = "FILE")]
        says_file: Option<PathBuf>,
    },
    /// Decide a request for correction.
    Decide {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The request.
        ask: String,
        /// `accepted`, `partly` or `denied`.
        #[arg(long, value_name = "WORD")]
        decision: Option<String>,
        /// File with why: the person is told.
        #[arg(long, value_name = "FILE")]
        reasons_file: Option<PathBuf>,
        /// The entry that replaces the disputed one.
        #[arg(long, value_name = "ENTRY")]
        corrected_by: Option<String>,
    },
}

impl CorrectionVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Ask { given, entry, asked_by, says_file } => {
                let mut ask: CorrectionAsk = given.read()?;
                ask.entry = entry;
                put(&mut ask.asked_by, asked_by);
                put_text(&mut ask.says, says_file)?;
                given.send(s, act!(ask_correction: ask)).await
            }
            Self::Decide { given, ask, decision, reasons_file, corrected_by } => {
                let mut answer: CorrectionAnswer = given.read()?;
                answer.ask = ask;
                put(&mut answer.decision, decision);
                put_text(&mut answer.reasons, reasons_file)?;
                put(&mut answer.corrected_by, corrected_by);
                given.send(s, act!(decide_correction: answer)).await
            }
        }
    }
}

/// The person's own statement.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord disagree 7a..3b 1c..90 --text-file statement.txt")]
pub struct DisagreeArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The entry it is about.
    entry: String,
    /// File with the statement in the person's own words.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
}

impl DisagreeArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut disagreement: Disagreement = self.given.read()?;
        disagreement.entry = self.entry;
        put_text(&mut disagreement.text, self.text_file)?;
        self.given.send(s, act!(disagree: disagreement)).await
    }
}

//! `emergency declare | answer | renew | review | end`.

use super::super::{Failure, Printed, Session};
use super::act::{Given, act, put, put_text};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    EmergencyAccount, EmergencyDeclaration, EmergencyEnd, EmergencyRenewal, EmergencyReview,
};
use std::path::PathBuf;

/// Emergencies. It asks for nothing first.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  concord emergency declare 7a..3b\n  concord emergency answer 7a..3b --from answers.json\n  concord emergency renew 7a..3b --because-file -\n  concord emergency review 7a..3b --result justified --reasons-file -\n  concord emergency end 7a..3b --because-file -\n\nIf someone is in danger now: telephone 911."
)]
pub enum EmergencyVerb {
    /// Declare an emergency now; it lapses by itself.
    Declare {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// File with what is known at this moment, if there is time.
        #[arg(long, value_name = "FILE")]
        what_file: Option<PathBuf>,
    },
    /// Answer the five questions, after the act.
    Answer(AnswerArgs),
    /// Say that it still stands.
    Renew {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// File with why it is imminent still.
        #[arg(long, value_name = "FILE")]
        because_file: Option<PathBuf>,
    },
    /// Review it, as a second person.
    Review {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// `justified`, `too_wide` or `not_justified`.
        #[arg(long, value_name = "WORD")]
        result: Option<String>,
        /// File with why.
        #[arg(long, value_name = "FILE")]
        reasons_file: Option<PathBuf>,
    },
    /// Say that it is over.
    End {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// File with why.
        #[arg(long, value_name = "FILE")]
        because_file: Option<PathBuf>,
    },
}

/// The five answers.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// File with who is at risk.
    #[arg(long, value_name = "FILE")]
    who_is_at_risk_file: Option<PathBuf>,
    /// File with what makes it imminent.
    #[arg(long, value_name = "FILE")]
    what_makes_it_imminent_file: Option<PathBuf>,
    /// File with what is known first-hand.
    #[arg(long, value_name = "FILE")]
    known_first_hand_file: Option<PathBuf>,
    /// File with who can prevent it.
    #[arg(long, value_name = "FILE")]
    who_can_prevent_file: Option<PathBuf>,
    /// File with what they must know.
    #[arg(long, value_name = "FILE")]
    what_they_must_know_file: Option<PathBuf>,
}

impl EmergencyVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Declare { given, what_file } => {
                let mut emergency: EmergencyDeclaration = given.read()?;
                put_text(&mut emergency.what, what_file)?;
                given.send(s, act!(emergency: emergency)).await
            }
            Self::Answer(args) => {
                let mut answers: EmergencyAccount = args.given.read()?;
                put_text(&mut answers.who_is_at_risk, args.who_is_at_risk_file)?;
                put_text(&mut answers.what_makes_it_imminent, args.what_makes_it_imminent_file)?;
                put_text(&mut answers.known_first_hand, args.known_first_hand_file)?;
                put_text(&mut answers.who_can_prevent, args.who_can_prevent_file)?;
                put_text(&mut answers.what_they_must_know, args.what_they_must_know_file)?;
                args.given.send(s, act!(emergency_answers: answers)).await
            }
            Self::Renew { given, because_file } => {
                let mut renewal: EmergencyRenewal = given.read()?;
                put_text(&mut renewal.because, because_file)?;
                given.send(s, act!(emergency_renewal: renewal)).await
            }
            Self::Review { given, result, reasons_file } => {
                let mut review: EmergencyReview = given.read()?;
                put(&mut review.result, result);
                put_text(&mut review.reasons, reasons_file)?;
                given.send(s, act!(emergency_review: review)).await
            }
            Self::End { given, because_file } => {
                let mut end: EmergencyEnd = given.read()?;
                put_text(&mut end.because, because_file)?;
                given.send(s, act!(emergency_end: end)).await
            }
        }
    }
}

//! `notice target | guardian`, `police refer | request`.

use super::super::{Failure, Printed, Session};
use super::act::{Given, act, put, put_text};
use super::print_notice;
use clap::{Args, Subcommand};
use proto::agency::v1::{GuardianNotice, PoliceReferral, PoliceRequest, TargetNotice};
use std::path::PathBuf;

/// Notices.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  concord notice target 7a..3b --person c4..5d --told-at 2026-11-21T18:00:00Z --disclosure 8e..70 --advocate-offered\n  concord notice guardian 7a..3b --person a0..17 --not-told-because-file why.txt"
)]
pub enum NoticeVerb {
    /// The target was told, is to be told, or is not told, and why.
    Target {
        /// What every notice has.
        #[command(flatten)]
        notice: NoticeArgs,
        /// What is threatened: `named_person`, `role`, `group`, `place` or `unspecified`.
        #[arg(long, value_name = "WORD")]
        kind: Option<String>,
        /// The member of the team who is the target, if one is: stands aside.
        #[arg(long, value_name = "STAFF")]
        member: Option<String>,
        /// File with the target's wishes.
        #[arg(long, value_name = "FILE")]
        wishes_file: Option<PathBuf>,
        /// An advocate of victim services was offered.
        #[arg(long)]
        advocate_offered: bool,
    },
    /// A parent or guardian was told, is to be told, or is not told, and why.
    Guardian {
        /// What every notice has.
        #[command(flatten)]
        notice: NoticeArgs,
        /// Custody was checked.
        #[arg(long)]
        custody_checked: bool,
    },
    /// Decide, record and print a notice on paper.
    Print(print_notice::PrintArgs),
}

/// What every notice has.
#[derive(Debug, Args)]
pub struct NoticeArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The person of the case.
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// When they were told.
    #[arg(long, value_name = "TIME")]
    told_at: Option<String>,
    /// The disclosure that it was.
    #[arg(long, value_name = "DISCLOSURE")]
    disclosure: Option<String>,
    /// By when they are to be told.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,
    /// File with why they are not told.
    #[arg(long, value_name = "FILE")]
    not_told_because_file: Option<PathBuf>,
}

impl NoticeVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Target { notice: n, kind, member, wishes_file, advocate_offered } => {
                let mut notice: TargetNotice = n.given.read()?;
                put(&mut notice.target, n.person);
                put(&mut notice.told_at, n.told_at);
                put(&mut notice.disclosure, n.disclosure);
                put(&mut notice.due, n.due);
                put_text(&mut notice.not_told_because, n.not_told_because_file)?;
                put(&mut notice.kind, kind);
                put(&mut notice.member, member);
                put_text(&mut notice.wishes, wishes_file)?;
                notice.advocate_offered |= advocate_offered;
                n.given.send(s, act!(target_notice: notice)).await
            }
            Self::Print(args) => args.run(s).await,
            Self::Guardian { notice: n, custody_checked } => {
                let mut notice: GuardianNotice = n.given.read()?;
                put(&mut notice.guardian, n.person);
                put(&mut notice.told_at, n.told_at);
                put(&mut notice.disclosure, n.disclosure);
                put(&mut notice.due, n.due);
                put_text(&mut notice.not_told_because, n.not_told_because_file)?;
                notice.custody_checked |= custody_checked;
                n.given.send(s, act!(guardian_notice: notice)).await
            }
        }
    }
}

/// Law enforcement: one option, and an event of its own.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  concord police refer 7a..3b --reason weapon_or_means --observation 1c..90 --alternatives-file considered.txt\n  concord police request 7a..3b --from request.json\n\nA second member who is not of law enforcement agrees with `concord concur`. Nothing is sent by it: `concord share` does."
)]
pub enum PoliceVerb {
    /// Propose to tell police, with the observation it rests on and what else was considered.
    Refer {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// `imminent`, `weapon_or_means`, `crime_reported_by_target`, `mandated_report`, `court_order` or `threshold_met`.
        #[arg(long, value_name = "WORD")]
        reason: Option<String>,
        /// The observation that it rests on.
        #[arg(long, value_name = "ENTRY")]
        observation: Option<String>,
        /// File with what else was considered, and why it is not enough.
        #[arg(long, value_name = "FILE")]
        alternatives_file: Option<PathBuf>,
    },
    /// Record what police ask, in the form that the law wants.
    Request(RequestArgs),
}

/// The form of 45 CFR 164.512(f)(1)(ii)(C).
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The agency that asks.
    #[arg(long, value_name = "AGENCY")]
    agency: Option<String>,
    /// File with what is asked.
    #[arg(long, value_name = "FILE")]
    asks_file: Option<PathBuf>,
    /// File with how it is relevant and material to a legitimate inquiry.
    #[arg(long, value_name = "FILE")]
    relevant_and_material_file: Option<PathBuf>,
    /// File with how it is specific and limited in scope.
    #[arg(long, value_name = "FILE")]
    specific_and_limited_file: Option<PathBuf>,
    /// File with why de-identified information would not do.
    #[arg(long, value_name = "FILE")]
    why_not_deidentified_file: Option<PathBuf>,
    /// The officer who signs, with badge or office.
    #[arg(long, value_name = "WORDS")]
    signed_by: Option<String>,
}

impl PoliceVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Refer { given, reason, observation, alternatives_file } => {
                let mut referral: PoliceReferral = given.read()?;
                put(&mut referral.reason, reason);
                put(&mut referral.observation, observation);
                put_text(&mut referral.alternatives, alternatives_file)?;
                given.send(s, act!(police_referral: referral)).await
            }
            Self::Request(args) => {
                let mut request: PoliceRequest = args.given.read()?;
                put(&mut request.agency, args.agency);
                put_text(&mut request.asks, args.asks_file)?;
                put_text(&mut request.relevant_and_material, args.relevant_and_material_file)?;
                put_text(&mut request.specific_and_limited, args.specific_and_limited_file)?;
                put_text(&mut request.why_not_deidentified, args.why_not_deidentified_file)?;
                put(&mut request.signed_by, args.signed_by);
                args.given.send(s, act!(police_request: request)).await
            }
        }
    }
}

//! `referral add | advance`: a referral as a record of the case. Those that travel are listed and answered beside it.

use super::super::{Failure, Printed, Session};
use super::act::{self, Given, act, put, put_text};
use clap::{Args, Subcommand};
use proto::agency::v1::ServiceReferral;
use std::path::PathBuf;

/// Referrals of a case.
#[derive(Debug, Subcommand)]
pub enum CaseReferralVerb {
    /// Write a referral down.
    #[command(
        after_help = "Example:\n  concord referral add 7a..3b --category housing_assistance --agency riverside-services --contact-by 2026-12-01T18:00:00Z\n  concord referral add 7a..3b --category food --service \"the pantry on the square\" --status offered"
    )]
    Add(Box<AddArgs>),
    /// Say how a referral of a case stands.
    #[command(
        after_help = "Example:\n  concord referral advance 7a..3b 5e..21 --status consented --permission 9b..04\n  concord referral advance 7a..3b 5e..21 --status declined_by_service --declined-because waitlist\n  concord referral advance 7a..3b 5e..21 --status completed --outcome need_met"
    )]
    Advance(Box<AdvanceArgs>),
}

/// A new referral.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Category of service.
    #[arg(long, value_name = "WORD")]
    category: Option<String>,
    /// The agency that serves, where it has a node.
    #[arg(long, value_name = "AGENCY")]
    agency: Option<String>,
    /// The service in words, where it has none.
    #[arg(long, value_name = "WORDS")]
    service: Option<String>,
    /// How it stands.
    #[command(flatten)]
    stands: StandsArgs,
}

/// The next version of a referral.
#[derive(Debug, Args)]
pub struct AdvanceArgs {
    /// The case.
    case: String,
    /// The referral: its newest entry.
    referral: String,
    /// How it stands.
    #[command(flatten)]
    stands: StandsArgs,
}

/// How a referral stands.
#[derive(Debug, Args)]
pub struct StandsArgs {
    /// `draft`, `offered`, `consented`, `sent`, `received`, `accepted`, `contacted`, `engaged`, `completed`,
    /// `declined_by_person`, `declined_by_service`, `no_contact_made`, `withdrawn` or `expired`.
    #[arg(long, value_name = "WORD")]
    status: Option<String>,
    /// The person's permission.
    #[arg(long, value_name = "PERMISSION")]
    permission: Option<String>,
    /// Why the service declined.
    #[arg(long, value_name = "WORD")]
    declined_because: Option<String>,
    /// How soon it asks for action: `routine`, `soon` or `urgent`.
    #[arg(long, value_name = "WORD")]
    urgency: Option<String>,
    /// What came of it, once it has ended: `need_met`, `need_partly_met`, `need_not_met` or `not_known`.
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// By when first contact is asked.
    #[arg(long, value_name = "TIME")]
    contact_by: Option<String>,
    /// The disclosure by which it went.
    #[arg(long, value_name = "DISCLOSURE")]
    disclosure: Option<String>,
    /// File with a note.
    #[arg(long, value_name = "FILE")]
    note_file: Option<PathBuf>,
}

impl StandsArgs {
    fn add_to(self, referral: &mut ServiceReferral) -> Result<(), Failure> {
        put(&mut referral.status, self.status);
        put(&mut referral.permission, self.permission);
        put(&mut referral.declined_because, self.declined_because);
        put(&mut referral.urgency, self.urgency);
        put(&mut referral.outcome, self.outcome);
        put(&mut referral.contact_by, self.contact_by);
        put(&mut referral.disclosure, self.disclosure);
        put_text(&mut referral.note, self.note_file)
    }
}

impl CaseReferralVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add(args) => {
                let mut referral: ServiceReferral = args.given.read()?;
                put(&mut referral.category, args.category);
                put(&mut referral.agency, args.agency);
                put(&mut referral.service, args.service);
                args.stands.add_to(&mut referral)?;
                if referral.status.is_empty() {
                    referral.status = "draft".to_owned();
                }
                args.given.send(s, act!(refer: referral)).await
            }
            Self::Advance(args) => {
                let found = act::act_of(s, &args.case, &args.referral).await?.refer;
                let mut referral = found.ok_or_else(|| act::no_entry(&args.referral, &args.case))?;
                args.stands.add_to(&mut referral)?;
                act::send(s, args.case, args.referral, act!(refer: referral)).await
            }
        }
    }
}

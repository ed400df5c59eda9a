//! `referral list`, `referral status`, `referral withdraw`.

use super::casework::CaseReferralVerb;
use super::input::PartArgs;
use super::page::Page;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    AnswerReferralRequest, ListReferralsRequest, PersonAgreed, Referral, WithdrawReferralRequest,
};

/// Referrals.
#[derive(Debug, Subcommand)]
pub enum ReferralVerb {
    /// Those of a case, as its history has them.
    #[command(flatten)]
    OfCase(CaseReferralVerb),
    /// How referrals stand, who acts next, and until when.
    List(ListArgs),
    /// Say how a referral that came stands; the referring agency is told.
    Status(StatusArgs),
    /// Take back a referral that was sent; the service is told.
    Withdraw(WithdrawArgs),
}

/// Arguments of `referral list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  concord referral list            those that came to this agency and are not linked to a case
  concord referral list 7a..3b     those of a case, overdue ones first")]
pub struct ListArgs {
    /// The case; left out: what came and is not linked.
    case: Option<String>,
    /// Only those that have not ended.
    #[arg(long)]
    open: bool,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

/// Arguments of `referral status`.
#[derive(Debug, Args)]
#[command(after_help = "\
accepted: you will act. declined_by_service: you will not, with --reason no_capacity, not_eligible,
waitlist, out_of_area, safety or wrong_service. no_contact_made: you tried and reached nobody. These
say nothing of the person and need nothing more.

contacted, engaged, completed and declined_by_person speak of the person. They go as the law allows
you to tell; where that needs the person's agreement, say with --agreed in which form they gave it:
oral_agreement, hipaa_authorization, ferpa_consent, part2_consent or vawa_release.

Examples:
  concord referral status e7..15 --state accepted
  concord referral status e7..15 --state declined_by_service --reason waitlist
  concord referral status e7..15 --state contacted --agreed oral_agreement --until 2027-06-30T00:00:00Z")]
pub struct StatusArgs {
    /// The message that carried the referral.
    message: String,
    /// How it stands.
    #[arg(long, value_name = "STATE")]
    state: String,
    /// Why you decline.
    #[arg(long, value_name = "REASON", default_value = "", hide_default_value = true)]
    reason: String,
    /// The person agreed, in this form, that the referring agency be told.
    #[arg(long, value_name = "FORM", requires = "until")]
    agreed: Option<String>,
    /// When what the person agreed to ends.
    #[arg(long, value_name = "TIME", requires = "agreed")]
    until: Option<String>,
    /// When the person signed it; left out: not in writing.
    #[arg(long, value_name = "TIME", requires = "agreed")]
    signed: Option<String>,
    /// Where the signed form is kept.
    #[arg(long, value_name = "WHERE", requires = "agreed")]
    evidence: Option<String>,
}

/// Arguments of `referral withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  concord referral withdraw 7a..3b e7..15
  concord referral withdraw 7a..3b e7..15 --expired   contact was asked by a time that has passed")]
pub struct WithdrawArgs {
    /// The case.
    case: String,
    /// The referral.
    referral: String,
    /// Its time ran out.
    #[arg(long)]
    expired: bool,
}

impl ReferralVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::OfCase(verb) => verb.run(s).await,
            Self::List(args) => {
                let PartArgs { limit, after } = args.part;
                let case_id = args.case.unwrap_or_default();
                let none = if case_id.is_empty() {
                    "no referral came that is not linked to a case"
                } else {
                    "no referral of this case went to another node, or came from one; those written down in it are in \
                     `concord case history`, and `concord share --referral` sends one"
                };
                let request = ListReferralsRequest { case_id, open_only: args.open, limit, after };
                let all = s.client.list_referrals(request).await?.into_inner();
                s.print(&all, |all, page| {
                    if all.referrals.is_empty() {
                        page.line(none);
                    }
                    all.referrals.iter().for_each(|r| referral(r, page));
                    page.more(&all.next);
                })
            }
            Self::Status(args) => {
                let agreed = args.agreed.map(|kind| PersonAgreed {
                    kind,
                    signed_at: args.signed.unwrap_or_default(),
                    expires_at: args.until.unwrap_or_default(),
                    evidence: args.evidence.unwrap_or_default(),
                });
                let request = AnswerReferralRequest {
                    message_id: args.message,
                    state: args.state,
                    reason: args.reason,
                    person_agreed: agreed,
                };
                let made = s.client.answer_referral(request).await?.into_inner();
                s.print(&made, referral)
            }
            Self::Withdraw(args) => {
                let request = WithdrawReferralRequest {
                    case_id: args.case,
                    referral_id: args.referral,
                    expired: args.expired,
                };
                let made = s.client.withdraw_referral(request).await?.into_inner();
                s.print(&made, referral)
            }
        }
    }
}

/// A referral and how it stands.
pub fn referral(r: &Referral, page: &mut Page) {
    let from_to = if r.direction == "sent" { "to" } else { "from" };
    let overdue = if r.overdue { "  OVERDUE" } else { "" };
    page.heading(format_args!(
        "referral {}  {} {from_to} {}  {}{overdue}",
        r.id, r.direction, r.agency, r.state
    ));
    if let Some(terms) = &r.terms {
        page.field("service", &terms.service_category);
        page.field("urgency", &terms.urgency);
        page.field("contact by", &terms.contact_by);
    }
    page.field("means", &r.means);
    page.field("declined because", &r.declined_because);
    page.field("which means", &r.reason_means);
    page.field("acts next", &r.next_actor);
    page.field("what", &r.next_step);
    page.field("until", &r.due_at);
    page.field("you may say", r.may_set.join(", "));
    page.field("case", &r.case_id);
    page.field("drill", if r.exercise { "yes" } else { "" });
    let steps: Vec<String> = r.steps.iter().map(|s| format!("{}  {}", s.at, s.state)).collect();
    page.list("so far", &steps);
}

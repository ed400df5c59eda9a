//! `approve`, `review`, `record-disclosure`.

use super::input::{PartArgs, TextInput};
use super::page::Page;
use super::share::{ToArgs, emergency};
use super::show;
use super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{
    ApproveRequest, ListProposalsRequest, Proposal, RecordDisclosureRequest, ReviewEmergencyRequest,
};
use std::path::PathBuf;

/// Arguments of `approve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  concord approve                          list what waits, with what each would send
  concord approve --case 7a..3b --all      list every proposal of a case
  concord approve c0..1d                   yes to all of it
  concord approve c0..1d --keep 91..aa     yes, but only to this item
  concord approve c0..1d --deny 'the landlord needs no date of birth'")]
pub struct ApproveArgs {
    /// The proposal; left out: list.
    proposal: Option<String>,
    /// Keep only these items.
    #[arg(long, value_name = "ITEM", requires = "proposal", conflicts_with = "deny")]
    keep: Vec<String>,
    /// Deny, with the reason.
    #[arg(long, value_name = "REASON", requires = "proposal", default_value = "", hide_default_value = true)]
    deny: String,
    /// List only this case.
    #[arg(long, conflicts_with = "proposal", default_value = "", hide_default_value = true)]
    case: String,
    /// List decided ones too.
    #[arg(long, conflicts_with = "proposal")]
    all: bool,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

impl ApproveArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Some(proposal_id) = self.proposal else {
            let PartArgs { limit, after } = self.part;
            let request = ListProposalsRequest { case_id: self.case, waiting_only: !self.all, limit, after };
            let all = s.client.list_proposals(request).await?.into_inner();
            return s.print(&all, |all, page| {
                if all.proposals.is_empty() {
                    page.line("nothing waits for you");
                }
                all.proposals.iter().for_each(|p| proposal(p, page));
                page.more(&all.next);
            });
        };
        let request = ApproveRequest { proposal_id, keep_item_ids: self.keep, deny_reason: self.deny };
        let decided = s.client.approve(request).await?.into_inner();
        s.print(&decided, proposal)
    }
}

fn proposal(p: &Proposal, page: &mut Page) {
    let name = if p.recipient_name.is_empty() { show::to(p.to.as_ref()) } else { p.recipient_name.clone() };
    page.heading(format_args!("proposal {}  {} to {name}", p.id, p.state));
    page.field("case", &p.case_id);
    page.field("purpose", &p.purpose);
    page.field("asked", format_args!("{} by {}", p.proposed_at, p.proposed_by));
    if !p.decided_by.is_empty() {
        page.field("decided", format_args!("{} by {}", p.decided_at, p.decided_by));
    }
    page.field("reason", &p.reason);
    page.field("disclosure", &p.disclosure_id);
    if p.emergency {
        page.field("emergency", if p.reviewed_at.is_empty() { "waits for review" } else { "reviewed" });
    }
    page.list("items", &p.item_ids);
    page.list("approved only", &p.approved_item_ids);
    if let Some(view) = &p.view {
        show::share(view, page);
    }
}

/// Arguments of `review`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  concord review d1..9f --ok\n  concord review d1..9f --not-ok --text-file note.txt"
)]
pub struct ReviewArgs {
    /// The disclosure.
    disclosure: String,
    /// It was in order.
    #[arg(long, required_unless_present = "not_ok")]
    ok: bool,
    /// It was not in order; say why.
    #[arg(long, conflicts_with = "ok")]
    not_ok: bool,
    /// Note.
    #[command(flatten)]
    note: TextInput,
}

impl ReviewArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let note = if self.not_ok {
            self.note.required("the reason")?
        } else {
            self.note.read()?.unwrap_or_default()
        };
        let request = ReviewEmergencyRequest { disclosure_id: self.disclosure, ok: self.ok, note };
        let reviewed = s.client.review_emergency(request).await?.into_inner();
        s.print(&reviewed, |r, page| {
            let word = if r.ok { "in order" } else { "not in order" };
            page.line(format_args!(
                "disclosure {} reviewed {} by {}: {word}",
                r.disclosure_id, r.reviewed_at, r.reviewed_by
            ));
        })
    }
}

/// Arguments of `record-disclosure`.
#[derive(Debug, Args)]
#[command(after_help = "\
The law decides as for any share, also when the answer would have been no: what was told is recorded
and accounted for either way.

Example:
  concord record-disclosure 7a..3b --to-contact 88..02 --purpose avert_serious_threat --how telephone \\
    --told-at 2026-11-21T18:05:00Z --item 91..aa --emergency answers.toml")]
pub struct RecordDisclosureArgs {
    /// The case.
    case: String,
    /// Who was told.
    #[command(flatten)]
    to: ToArgs,
    /// Why.
    #[arg(long, value_name = "PURPOSE")]
    purpose: String,
    /// telephone, meeting, paper or emergency_911.
    #[arg(long)]
    how: String,
    /// When it was told.
    #[arg(long, value_name = "TIME")]
    told_at: String,
    /// What was told.
    #[arg(long = "item", value_name = "ITEM", required = true)]
    items: Vec<String>,
    /// It was an emergency: file with the five answers.
    #[arg(long, value_name = "FILE")]
    emergency: Option<PathBuf>,
    /// Note: kept sealed with the disclosure, shown beside its accounting.
    #[command(flatten)]
    note: TextInput,
}

impl RecordDisclosureArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = RecordDisclosureRequest {
            emergency: emergency(self.emergency.as_ref())?,
            note: self.note.read()?.unwrap_or_default(),
            case_id: self.case,
            to: Some(self.to.into()),
            purpose: self.purpose,
            how: self.how,
            told_at: self.told_at,
            item_ids: self.items,
        };
        let view = s.client.record_disclosure(request).await?.into_inner();
        s.print(&view, show::share)
    }
}

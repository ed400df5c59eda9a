//! `request`, `answer`.

use super::input::PartArgs;
use super::page::Page;
use super::share::emergency;
use super::show;
use super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{
    AnswerRequestRequest, InformationRequest, ListRequestsRequest, RequestInformationRequest,
    RequestStatements,
};
use std::path::PathBuf;

/// Arguments of `request`.
#[derive(Debug, Args)]
#[command(after_help = "\
Describing a person is itself a disclosure: each describing item is decided and shown like a share.

Examples:
  concord request                                    list requests that wait
  concord request 7a..3b --to county-hospital --purpose threat_assessment --row 25 --describe 91..aa \\
    --due 2026-11-28T00:00:00Z --preview
  concord request 7a..3b --to clinic --purpose law_enforcement_investigation --row 27 --describe 91..aa \\
    --process administrative_request --relevant-and-material --specific-and-limited --needs-identity \\
    --authority 'sheriff, state code 1-2' --due 2026-11-28T00:00:00Z")]
pub struct RequestArgs {
    /// The case; left out: list.
    case: Option<String>,
    /// Agency asked.
    #[arg(long, value_name = "AGENCY", requires = "case", default_value = "", hide_default_value = true)]
    to: String,
    /// Why.
    #[arg(long, value_name = "PURPOSE", default_value = "", hide_default_value = true)]
    purpose: String,
    /// Rows asked for.
    #[arg(long = "row", value_name = "ROW")]
    rows: Vec<u32>,
    /// Items that describe the person.
    #[arg(long = "describe", value_name = "ITEM")]
    describe: Vec<String>,
    /// When an answer is due.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    due: String,
    /// Legal instrument.
    #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
    process: String,
    /// I state: an administrative subpoena or summons, a civil or authorized investigative demand, or similar process authorized under law.
    #[arg(long)]
    authorized_under_law: bool,
    /// I state: relevant and material to a legitimate inquiry.
    #[arg(long)]
    relevant_and_material: bool,
    /// I state: specific and limited in scope.
    #[arg(long)]
    specific_and_limited: bool,
    /// I state: de-identified information could not reasonably be used.
    #[arg(long)]
    needs_identity: bool,
    /// The authority under which I ask.
    #[arg(long, default_value = "", hide_default_value = true)]
    authority: String,
    /// Only show what would go.
    #[arg(long)]
    preview: bool,
    /// Emergency: file with the five answers.
    #[arg(long, value_name = "FILE")]
    emergency: Option<PathBuf>,
    /// List answered requests too.
    #[arg(long, conflicts_with = "case")]
    all: bool,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

impl RequestArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Some(case_id) = self.case else {
            let PartArgs { limit, after } = self.part;
            let request = ListRequestsRequest { waiting_only: !self.all, limit, after };
            let all = s.client.list_requests(request).await?.into_inner();
            return s.print(&all, |all, page| {
                list(&all.requests, page);
                page.more(&all.next);
            });
        };
        let stated = self.authorized_under_law
            || self.relevant_and_material
            || self.specific_and_limited
            || self.needs_identity;
        let statements = (stated || !self.authority.is_empty()).then_some(RequestStatements {
            relevant_and_material: self.relevant_and_material,
            specific_and_limited: self.specific_and_limited,
            needs_identity: self.needs_identity,
            authority: self.authority,
            authorized_under_law: self.authorized_under_law,
        });
        let request = RequestInformationRequest {
            case_id,
            to_agency: self.to,
            purpose: self.purpose,
            legal_process: self.process,
            statements,
            rows: self.rows,
            describing_item_ids: self.describe,
            reply_due: self.due,
            preview: self.preview,
            emergency: emergency(self.emergency.as_ref())?,
        };
        let made = s.client.request_information(request).await?.into_inner();
        s.print(&made, |made, page| {
            if !made.request_id.is_empty() {
                page.line(format_args!("request {}", made.request_id));
            }
            if let Some(view) = &made.view {
                show::share(view, page);
            }
        })
    }
}

fn list(all: &[InformationRequest], page: &mut Page) {
    if all.is_empty() {
        page.line("no requests");
    }
    for r in all {
        let from_to = if r.direction == "sent" { "to" } else { "from" };
        page.heading(format_args!("request {}  {} {from_to} {}  {}", r.id, r.direction, r.agency, r.state));
        page.field("purpose", &r.purpose);
        page.field("legal process", &r.legal_process);
        page.field("rows", r.rows.iter().map(u32::to_string).collect::<Vec<_>>().join(", "));
        page.field("at", &r.at);
        page.field("due", &r.reply_due);
        page.field("case", &r.case_id);
        page.field("message", &r.message_id);
    }
}

/// Arguments of `answer`.
#[derive(Debug, Args)]
#[command(after_help = "\
An answer leaves at the time that was set when the request arrived, whatever it holds. To the asker
\"unknown\", \"withheld\" and \"nothing\" look the same.

Examples:
  concord answer 5b..40 --nothing
  concord answer 5b..40 --case 7a..3b --item 91..aa --preview
  concord answer 5b..40 --case 7a..3b --item 91..aa")]
pub struct AnswerArgs {
    /// The request.
    request: String,
    /// The case the items are from.
    #[arg(long, requires = "items", default_value = "", hide_default_value = true)]
    case: String,
    /// Items.
    #[arg(
        long = "item",
        value_name = "ITEM",
        id = "items",
        requires = "case",
        required_unless_present = "nothing"
    )]
    items: Vec<String>,
    /// Answer with nothing.
    #[arg(long, conflicts_with = "items")]
    nothing: bool,
    /// Only show what would go.
    #[arg(long)]
    preview: bool,
}

impl AnswerArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = AnswerRequestRequest {
            request_id: self.request,
            case_id: self.case,
            item_ids: self.items,
            preview: self.preview,
        };
        let answer = s.client.answer_request(request).await?.into_inner();
        s.print(&answer, |a, page| {
            page.line(format_args!("the answer to request {} leaves at {}", a.request_id, a.leaves_at));
            if let Some(view) = &a.view {
                show::share(view, page);
            }
        })
    }
}

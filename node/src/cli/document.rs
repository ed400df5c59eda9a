//! `document add | list`.

use super::input::{PartArgs, RecipientArgs, parse_yes_no};
use super::page::{Page, yes_no};
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{AddDocumentRequest, Document, ListDocumentsRequest};

/// Legal instruments.
#[derive(Debug, Subcommand)]
pub enum DocumentVerb {
    /// Record a legal instrument.
    #[command(
        after_help = "Example:\n  concord document add 7a..3b --kind part2_order --issued-at 2026-11-01T09:00:00Z --row 27 \\\n    --accompanying-subpoena yes --evidence 'file 12, sha256 ..'"
    )]
    Add(AddArgs),
    /// List the legal instruments of a case.
    #[command(after_help = "Example:\n  concord document list 7a..3b")]
    List {
        /// The case.
        case: String,
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `document add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The case.
    case: String,
    /// court_order, grand_jury_subpoena, judicial_subpoena, subpoena_without_judge, administrative_request,
    /// discovery_request, part2_order.
    #[arg(long)]
    kind: String,
    /// When it was issued.
    #[arg(long, value_name = "TIME")]
    issued_at: String,
    /// When it ends, if it says so.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    until: String,
    /// Rows of the matrix its terms reach.
    #[arg(long = "row", value_name = "ROW", required = true)]
    rows: Vec<u32>,
    /// To whom it orders or allows disclosure; nobody named: courts, parties and authorities.
    #[command(flatten)]
    recipients: RecipientArgs,
    /// Comes with a subpoena or other compulsory process (42 CFR 2.61).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    accompanying_subpoena: Option<bool>,
    /// Forbids telling the person of its existence.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    forbids_notice: Option<bool>,
    /// Where it is kept, and its SHA-256.
    #[arg(long, default_value = "", hide_default_value = true)]
    evidence: String,
}

impl DocumentVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add(args) => {
                let document = Document {
                    id: String::new(),
                    case_id: args.case,
                    kind: args.kind,
                    issued_at: args.issued_at,
                    until: args.until,
                    rows: args.rows,
                    accompanying_subpoena: args.accompanying_subpoena,
                    forbids_notice: args.forbids_notice,
                    evidence: args.evidence,
                    recipients: args.recipients.list(),
                };
                let request = AddDocumentRequest { document: Some(document) };
                let added = s.client.add_document(request).await?.into_inner();
                s.print(&added, show)
            }
            Self::List { case, part: PartArgs { limit, after } } => {
                let all = s
                    .client
                    .list_documents(ListDocumentsRequest { case_id: case, limit, after })
                    .await?
                    .into_inner();
                s.print(&all, |all, page| {
                    all.documents.iter().for_each(|d| show(d, page));
                    page.more(&all.next);
                })
            }
        }
    }
}

fn show(d: &Document, page: &mut Page) {
    page.heading(format_args!("document {}  {}", d.id, d.kind));
    page.field("issued", &d.issued_at);
    page.field("until", &d.until);
    page.field("rows", d.rows.iter().map(u32::to_string).collect::<Vec<_>>().join(", "));
    page.list("speaks to", &super::show::recipients(&d.recipients));
    page.field("with a subpoena", yes_no(d.accompanying_subpoena));
    page.field("forbids notice", yes_no(d.forbids_notice));
    page.field("evidence", &d.evidence);
}

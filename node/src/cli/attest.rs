//! `attest record | list`.

use super::input::{PartArgs, TextInput, parse_yes_no};
use super::page::Page;
use super::{Failure, Printed, Session};
use clap::{ArgAction, Args, Subcommand};
use proto::agency::v1::{AttestRequest, Attestation, AttestationScope, ListAttestationsRequest};

/// Judgments of named people.
#[derive(Debug, Subcommand)]
pub enum AttestVerb {
    /// Record your own judgment on one fact of the law, with reasons.
    #[command(
        after_help = "Example:\n  concord attest record 7a..3b circumstances.imminent yes --role treating_professional \\\n    --person 55..9e --text-file reasons.txt"
    )]
    Record(Box<RecordArgs>),
    /// List the judgments of a case.
    #[command(after_help = "Example:\n  concord attest list 7a..3b")]
    List {
        /// The case.
        case: String,
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `attest record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// The case.
    case: String,
    /// The fact by its path, such as circumstances.imminent.
    fact: String,
    /// What you found.
    #[arg(value_name = "yes|no", value_parser = parse_yes_no, action = ArgAction::Set)]
    value: bool,
    /// In which role you judge.
    #[arg(long)]
    role: String,
    /// Only for this item.
    #[arg(long, group = "scope", default_value = "", hide_default_value = true)]
    item: String,
    /// Only for this person of the case.
    #[arg(long, group = "scope", default_value = "", hide_default_value = true)]
    person: String,
    /// Only for this agency as recipient.
    #[arg(long, group = "scope", default_value = "", hide_default_value = true)]
    agency: String,
    /// Only for this contact as recipient.
    #[arg(long, group = "scope", default_value = "", hide_default_value = true)]
    contact: String,
    /// When the judgment lapses; default: after the fact's usual time.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    until: String,
    /// The reasons: what was seen or heard.
    #[command(flatten)]
    reasons: TextInput,
}

impl AttestVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Record(args) => {
                let request = AttestRequest {
                    reasons: args.reasons.required("the reasons")?,
                    case_id: args.case,
                    fact: args.fact,
                    value: args.value,
                    scope: Some(AttestationScope {
                        item_id: args.item,
                        person_id: args.person,
                        agency: args.agency,
                        contact_id: args.contact,
                    }),
                    role: args.role,
                    until: args.until,
                };
                let made = s.client.attest(request).await?.into_inner();
                s.print(&made, attestation)
            }
            Self::List { case, part: PartArgs { limit, after } } => {
                let request = ListAttestationsRequest { case_id: case, limit, after };
                let all = s.client.list_attestations(request).await?.into_inner();
                s.print(&all, |all, page| {
                    all.attestations.iter().for_each(|a| attestation(a, page));
                    page.more(&all.next);
                })
            }
        }
    }
}

fn attestation(a: &Attestation, page: &mut Page) {
    page.heading(format_args!("attestation {}  {} = {}", a.id, a.fact, if a.value { "yes" } else { "no" }));
    page.field("by", format_args!("{} as {}", a.by, a.role));
    page.field("at", &a.at);
    page.field("until", &a.until);
    if let Some(scope) = &a.scope {
        page.field("only item", &scope.item_id);
        page.field("only person", &scope.person_id);
        page.field("only agency", &scope.agency);
        page.field("only contact", &scope.contact_id);
    }
    page.field("reasons", &a.reasons);
}

//! `permission record | list`, `revoke`.

use super::input::{PartArgs, RecipientArgs, parse_yes_no, read_message};
use super::page::Page;
use super::show;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    ListPermissionsRequest, Permission, RecordPermissionRequest, RevokePermissionRequest,
};
use std::path::PathBuf;

/// What people signed or said.
#[derive(Debug, Subcommand)]
pub enum PermissionVerb {
    /// Record a permission or an objection.
    #[command(
        after_help = "Example:\n  concord permission record 7a..3b --person 55..9e --kind part2_consent --given-by subject \\\n    --signed-at 2026-11-01T09:00:00Z --expires-at 2027-06-30T00:00:00Z --agency housing \\\n    --record-kind sud_record --purpose care_coordination --evidence 'binder 4, sha256 ..'"
    )]
    Record(Box<RecordArgs>),
    /// List the permissions of a case.
    #[command(after_help = "Example:\n  concord permission list 7a..3b")]
    List {
        /// The case.
        case: String,
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `permission record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// The case.
    case: String,
    /// Whose information it releases.
    #[arg(long, default_value = "")]
    person: String,
    /// hipaa_authorization, ferpa_consent, part2_consent, vawa_release, oral_agreement, objection.
    #[arg(long, default_value = "")]
    kind: String,
    /// subject or parent.
    #[arg(long, default_value = "subject")]
    given_by: String,
    /// When it was signed; leave out when it is not in writing.
    #[arg(long, value_name = "TIME", default_value = "")]
    signed_at: String,
    /// When it was given; default: when it was signed, or now.
    #[arg(long, value_name = "TIME", default_value = "")]
    given_at: String,
    /// When it ends.
    #[arg(long, value_name = "TIME", default_value = "")]
    expires_at: String,
    /// Recipients it names.
    #[command(flatten)]
    recipients: RecipientArgs,
    /// Kinds of record it describes.
    #[arg(long = "record-kind", value_name = "KIND")]
    record_kinds: Vec<String>,
    /// Elements it describes; none: everything of those kinds.
    #[arg(long = "element", value_name = "ELEMENT")]
    elements: Vec<String>,
    /// Rows it describes; none: every row of those kinds.
    #[arg(long = "row", value_name = "ROW")]
    rows: Vec<u32>,
    /// Purposes it covers.
    #[arg(long = "purpose", value_name = "PURPOSE")]
    purposes: Vec<String>,
    /// Concerns this kind of record or use only.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    stands_alone: Option<bool>,
    /// Single Part 2 consent for all future treatment, payment and operations.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    tpo_all_future: Option<bool>,
    /// Where the signed form is kept, and its SHA-256.
    #[arg(long, default_value = "")]
    evidence: String,
    /// File with the whole permission as JSON of the staff API, in place of the options above.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["person", "kind", "purposes"])]
    from: Option<PathBuf>,
}

impl RecordArgs {
    fn permission(self) -> Result<Permission, Failure> {
        if let Some(file) = &self.from {
            return Ok(Permission { case_id: self.case, ..read_message(file)? });
        }
        Ok(Permission {
            case_id: self.case,
            person_id: self.person,
            kind: self.kind,
            given_by: self.given_by,
            signed_at: self.signed_at,
            given_at: self.given_at,
            expires_at: self.expires_at,
            recipients: self.recipients.list(),
            record_kinds: self.record_kinds,
            elements: self.elements,
            rows: self.rows,
            purposes: self.purposes,
            stands_alone: self.stands_alone,
            tpo_all_future: self.tpo_all_future,
            evidence: self.evidence,
            ..Permission::default()
        })
    }
}

impl PermissionVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Record(args) => {
                let request = RecordPermissionRequest { permission: Some(args.permission()?) };
                let recorded = s.client.record_permission(request).await?.into_inner();
                s.print(&recorded, permission)
            }
            Self::List { case, part: PartArgs { limit, after } } => {
                let all = s
                    .client
                    .list_permissions(ListPermissionsRequest { case_id: case, limit, after })
                    .await?
                    .into_inner();
                s.print(&all, |all, page| {
                    all.permissions.iter().for_each(|p| permission(p, page));
                    page.more(&all.next);
                })
            }
        }
    }
}

/// Arguments of `revoke`.
#[derive(Debug, Args)]
#[command(
    after_help = "What was sent under the permission is recalled, and what was approved but not sent is stopped.\n\nExample:\n  concord revoke 7a..3b 2d..77"
)]
pub struct RevokeArgs {
    /// The case.
    case: String,
    /// The permission.
    permission: String,
}

impl RevokeArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = RevokePermissionRequest { case_id: self.case, permission_id: self.permission };
        let revoked = s.client.revoke_permission(request).await?.into_inner();
        s.print(&revoked, |r, page| {
            if let Some(p) = &r.permission {
                permission(p, page);
            }
            page.field("recalls queued", r.recalls_queued);
            page.field("to tell by hand", r.to_tell_by_hand);
            page.list("decided again", &r.waiting_proposals);
        })
    }
}

fn permission(p: &Permission, page: &mut Page) {
    page.heading(format_args!("permission {}  {} by {}", p.id, p.kind, p.given_by));
    page.field("about person", &p.person_id);
    page.field("given", &p.given_at);
    page.field("signed", if p.signed_at.is_empty() { "not in writing" } else { &p.signed_at });
    page.field("ends", &p.expires_at);
    page.field("revoked", &p.revoked_at);
    page.list("may go to", &show::recipients(&p.recipients));
    page.field("records", p.record_kinds.join(", "));
    page.field("elements", p.elements.join(", "));
    page.field("rows", p.rows.iter().map(u32::to_string).collect::<Vec<_>>().join(", "));
    page.field("purposes", p.purposes.join(", "));
    page.field("evidence", &p.evidence);
}

//! `share`.

use super::input::read_message;
use super::show;
use super::{Exit, Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{EmergencyAnswers, ReferralTerms, ShareRequest, To};
use std::path::PathBuf;

/// Arguments of `share`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 1 when nothing of it may go.

The packets: consultation, peer_co_management, affiliate_task, care_referral, community_referral,
le_emergency, le_referral, target_safety_notice, parent_guardian, coordinator_report.

An emergency needs five answers, in a file: who_is_at_risk, what_makes_it_imminent,
known_first_hand, who_can_prevent_it, what_they_must_know. It goes at once; a second person reviews
it. If seconds count, telephone first and use `concord record-disclosure` afterwards.

Examples:
  concord share 7a..3b --to housing --purpose care_coordination --packet community_referral --preview
  concord share 7a..3b --to housing --purpose care_coordination --item 91..aa --item 92..ab
  concord share 7a..3b --to sheriff --purpose avert_serious_threat --packet le_emergency \\
    --emergency answers.toml
  concord share 7a..3b --to housing --purpose care_coordination --referral housing_assistance \\
    --urgency soon --contact-by 2026-12-01T17:00:00Z

A referral asks a clinic or community partner to act for the person. Its categories:
mental_behavioral_health, social_services, housing_assistance, job_training_skill,
faith_based_counseling, substance_use, legal_aid, food, education_support, family_services,
victim_services, veteran_services, crisis_line, medical, other. Without --packet and --item it takes
the items of care_referral or community_referral, as the recipient's class asks. `concord referral
list` shows how it stands.")]
pub struct ShareArgs {
    /// The case.
    case: String,
    /// Who receives.
    #[command(flatten)]
    to: ToArgs,
    /// Why.
    #[arg(long, value_name = "PURPOSE")]
    purpose: String,
    /// Default packet: the case's items of its rows.
    #[arg(long, default_value = "", hide_default_value = true)]
    packet: String,
    /// Items.
    #[arg(long = "item", value_name = "ITEM")]
    items: Vec<String>,
    /// Only show what would go, what would not, and why.
    #[arg(long)]
    preview: bool,
    /// A referral: what service is asked for.
    #[arg(long, value_name = "CATEGORY", requires_all = ["urgency", "contact_by"])]
    referral: Option<String>,
    /// How soon: routine, soon or urgent.
    #[arg(long, value_name = "WORD", requires = "referral")]
    urgency: Option<String>,
    /// By when first contact is asked.
    #[arg(long, value_name = "TIME", requires = "referral")]
    contact_by: Option<String>,
    /// Emergency: file with the five answers (TOML, or JSON); `-` reads JSON from standard input.
    #[arg(long, value_name = "FILE")]
    emergency: Option<PathBuf>,
}

/// Who receives: one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ToArgs {
    /// An agency, by its short name in the roster.
    #[arg(long, value_name = "AGENCY")]
    pub to: Option<String>,
    /// A contact of the case.
    #[arg(long, value_name = "CONTACT")]
    pub to_contact: Option<String>,
}

impl From<ToArgs> for To {
    fn from(args: ToArgs) -> Self {
        Self { agency: args.to.unwrap_or_default(), contact: args.to_contact.unwrap_or_default() }
    }
}

/// The five answers from a file.
///
/// # Errors
/// When the file cannot be read or has another field.
pub fn emergency(file: Option<&PathBuf>) -> Result<Option<EmergencyAnswers>, Failure> {
    file.map(|f| read_message(f)).transpose()
}

impl ShareArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        if self.packet.is_empty() && self.items.is_empty() && self.referral.is_none() {
            return Err(Failure::usage("say what to share: --packet NAME, --item ITEM, or both"));
        }
        let request = ShareRequest {
            case_id: self.case,
            to: Some(self.to.into()),
            purpose: self.purpose,
            packet: self.packet,
            item_ids: self.items,
            preview: self.preview,
            emergency: emergency(self.emergency.as_ref())?,
            referral: self.referral.map(|service_category| ReferralTerms {
                service_category,
                urgency: self.urgency.unwrap_or_default(),
                contact_by: self.contact_by.unwrap_or_default(),
            }),
        };
        let view = s.client.share(request).await?.into_inner();
        let nothing_goes = view.whole_count + view.form_count == 0 || !view.stops.is_empty();
        let mut printed = s.print(&view, show::share)?;
        if nothing_goes {
            printed.exit = Exit::Refused;
        }
        Ok(printed)
    }
}

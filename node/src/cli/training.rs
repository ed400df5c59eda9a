//! `training add | list`.

use super::input::PartArgs;
use super::page::Page;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{JointTraining, ListTrainingRequest, RecordTrainingRequest, Training};

/// Trainings of members. What they open to a member is closed the moment they end.
#[derive(Debug, Subcommand)]
pub enum TrainingVerb {
    /// Record a training of somebody else (administrator, privacy officer, or a chair of a member of their team).
    #[command(
        after_help = "Examples:\n  concord training add spiffe://region.example/agency/county-hospital/staff/kim --topic ferpa \\\n    --provider 'State department of education' --course 'FERPA 101' \\\n    --completed 2026-09-01T00:00:00Z --expires 2027-09-01T00:00:00Z\n  concord training add spiffe://region.example/agency/county-hospital/staff/kim --team 4f..e2 \\\n    --topic cross_training --with school-district --provider 'County' --course 'Joint exercise' \\\n    --completed 2026-09-01T00:00:00Z --expires 2028-09-01T00:00:00Z"
    )]
    Add(Box<AddArgs>),
    /// List trainings: my own, those of a team of mine, or joint ones.
    #[command(
        after_help = "Examples:\n  concord training list\n  concord training list --team 4f..e2 --current\n  concord training list --with school-district"
    )]
    List {
        /// Of the members of this team.
        #[arg(long, value_name = "TEAM", default_value = "", hide_default_value = true)]
        team: String,
        /// Of this person (SPIFFE URI).
        #[arg(long = "of", value_name = "STAFF", default_value = "", hide_default_value = true)]
        of: String,
        /// Only those given together with this agency.
        #[arg(long = "with", value_name = "AGENCY", default_value = "", hide_default_value = true)]
        with: String,
        /// Only those that are current now.
        #[arg(long)]
        current: bool,
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `training add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// SPIFFE URI of who was trained.
    staff_id: String,
    /// duty_to_warn, duty_to_protect, hipaa, ferpa, part2, threat_assessment_process, violent_extremism_awareness,
    /// bystander_reporting, privacy_civil_rights_civil_liberties, model_specific, instrument_qualification, ctm,
    /// nter_master_trainer, fletc_course, cross_training, disability.
    #[arg(long)]
    topic: String,
    /// Who gave it.
    #[arg(long)]
    provider: String,
    /// The course, by name or number.
    #[arg(long)]
    course: String,
    /// When it was completed.
    #[arg(long, value_name = "TIME")]
    completed: String,
    /// When it is current no longer, five years later at most.
    #[arg(long, value_name = "TIME")]
    expires: String,
    /// The team whose chair records it.
    #[arg(long, value_name = "TEAM", default_value = "", hide_default_value = true)]
    team: String,
    /// The body whose certificate it is, such as ATAP.
    #[arg(long, value_name = "BODY", default_value = "", hide_default_value = true)]
    certificate_of: String,
    /// Another agency whose people were trained together with them.
    #[arg(long = "with", value_name = "AGENCY")]
    with: Vec<String>,
}

impl TrainingVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add(args) => {
                let a = *args;
                let training = Training {
                    staff_id: a.staff_id,
                    team_id: a.team,
                    topic: a.topic,
                    provider: a.provider,
                    course: a.course,
                    completed_at: a.completed,
                    expires_at: a.expires,
                    certificate_of: a.certificate_of,
                    with_agencies: a.with,
                    ..Training::default()
                };
                let request = RecordTrainingRequest { training: Some(training) };
                let made = s.client.record_training(request).await?.into_inner();
                s.print(&made, |t, page| table(std::slice::from_ref(t), page))
            }
            Self::List { team, of, with, current, part: PartArgs { limit, after } } => {
                let request = ListTrainingRequest {
                    team_id: team,
                    staff_id: of,
                    with_agency: with,
                    current_only: current,
                    limit,
                    after,
                };
                let all = s.client.list_training(request).await?.into_inner();
                s.print(&all, |all, page| {
                    table(&all.trainings, page);
                    joint(&all.joint, page);
                    page.more(&all.next);
                })
            }
        }
    }
}

fn joint(all: &[JointTraining], page: &mut Page) {
    if all.is_empty() {
        return;
    }
    page.heading("Trained together");
    let rows: Vec<_> = all
        .iter()
        .map(|j| {
            let state = if j.current { "" } else { "not current" };
            vec![
                j.agency.clone(),
                j.topic.clone(),
                j.course.clone(),
                j.completed_at.clone(),
                j.expires_at.clone(),
                format!("{} here", j.people_count),
                state.to_owned(),
            ]
        })
        .collect();
    page.table(&["agency", "topic", "course", "on", "until", "", ""], &rows);
}

fn table(all: &[Training], page: &mut Page) {
    if all.is_empty() {
        page.line("no training is recorded: the administrator, the privacy officer or a chair records one");
        return;
    }
    let rows: Vec<_> = all
        .iter()
        .map(|t| {
            let state = if t.current { "" } else { "not current" };
            let with = if t.with_agencies.is_empty() {
                String::new()
            } else {
                format!("with {}", t.with_agencies.join(", "))
            };
            vec![
                t.staff_id.clone(),
                t.topic.clone(),
                t.course.clone(),
                t.expires_at.clone(),
                state.to_owned(),
                with,
            ]
        })
        .collect();
    page.table(&["staff", "topic", "course", "until", "", ""], &rows);
}

//! `whoami`, `staff`, `team`.

use super::input::PartArgs;
use super::page::Page;
use super::{Failure, Printed, Session};
use clap::Subcommand;
use proto::agency::v1::{
    AddMembershipRequest, AddStaffRequest, CreateTeamRequest, EndMembershipRequest, ListStaffRequest,
    ListTeamsRequest, Membership, StaffMember, Team, UpdateTeamRequest, WhoAmIRequest,
};

/// `concord whoami`.
pub async fn whoami(s: &mut Session) -> Result<Printed, Failure> {
    let me = s.client.who_am_i(WhoAmIRequest {}).await?.into_inner();
    s.print(&me, |me, page| {
        page.line(format_args!("{} at {} ({})", me.staff_id, me.agency_name, me.agency_id));
        page.list("roles", &me.roles);
        page.list("qualifications", &me.qualifications);
        if !me.memberships.is_empty() {
            page.heading("Teams");
            memberships(&me.memberships, page);
        }
    })
}

/// Staff of this node.
#[derive(Debug, Subcommand)]
pub enum StaffVerb {
    /// Add a person, or replace their roles, standing and profession.
    #[command(
        after_help = "Example:\n  concord staff add spiffe://region.example/agency/county-hospital/staff/kim \\\n    --name 'Kim, social worker' --role member --role intake"
    )]
    Add {
        /// SPIFFE URI of the person's certificate.
        staff_id: String,
        /// Name and function for colleagues.
        #[arg(long)]
        name: String,
        /// Roles: intake, chair, member, privacy_officer, approver, auditor, administrator. None: may do nothing here.
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Professional standing in which they may attest: treating_professional, program_director, school_official,
        /// law_enforcement_official, records_keeper, counsel.
        #[arg(long = "qualification", value_name = "WORD")]
        qualifications: Vec<String>,
        /// Profession, which some states' duties to warn ask about: psychiatrist, psychologist, licensed_counselor,
        /// social_worker, mft, physician, nurse, mental_health_facility, other. Left out: not established.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        profession: String,
    },
    /// List everybody.
    #[command(after_help = "Example:\n  concord staff list")]
    List {
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

impl StaffVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add { staff_id, name, roles, qualifications, profession } => {
                let request =
                    AddStaffRequest { staff_id, display_name: name, roles, qualifications, profession };
                let member = s.client.add_staff(request).await?.into_inner();
                s.print(&member, |m, page| staff(std::slice::from_ref(m), page))
            }
            Self::List { part: PartArgs { limit, after } } => {
                let all = s.client.list_staff(ListStaffRequest { limit, after }).await?.into_inner();
                s.print(&all, |all, page| {
                    staff(&all.staff, page);
                    page.more(&all.next);
                })
            }
        }
    }
}

fn staff(all: &[StaffMember], page: &mut Page) {
    let rows: Vec<_> = all
        .iter()
        .map(|m| {
            vec![
                m.staff_id.clone(),
                m.display_name.clone(),
                [m.roles.as_slice(), &m.qualifications].concat().join(", "),
                m.profession.clone(),
                m.added_at.clone(),
            ]
        })
        .collect();
    page.table(&["staff", "name", "roles", "profession", "added"], &rows);
}

/// Teams of this node.
#[derive(Debug, Subcommand)]
pub enum TeamVerb {
    /// Create a team.
    #[command(
        after_help = "Example:\n  concord team create 'Community team' \\\n    --chair spiffe://region.example/agency/community-team/staff/ana --until 2027-11-21T00:00:00Z \\
    --confidentiality-acknowledged"
    )]
    Create {
        /// Name for people.
        name: String,
        /// SPIFFE URI of the chair.
        #[arg(long, value_name = "STAFF", requires = "until")]
        chair: Option<String>,
        /// Last moment of the chair's membership.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// The chair's written confidentiality acknowledgement is on file.
        #[arg(long)]
        confidentiality_acknowledged: bool,
        /// What the chair brings to the team, as in `team add`.
        #[arg(long = "chair-discipline", value_name = "WORD")]
        chair_disciplines: Vec<String>,
        /// school, campus, workplace, hospital, community, law_enforcement_unit.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        kind: String,
        /// Which table of quorum it keeps to: virginia_k12, florida_k12, texas_k12, hospital, community, default.
        #[arg(long, value_name = "WORD", default_value = "default")]
        quorum_policy: String,
        /// Whose words it uses for the level of concern: cstag, ntac, dcjs, florida, nabita, local.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        model: String,
    },
    /// Change what a team is, or who presides: its own chair, or an administrator. What was decided stays as it was decided.
    #[command(
        after_help = "Examples:\n  concord team change 4f..e2 --quorum-policy community\n  concord team change 4f..e2 --chair spiffe://region.example/agency/community-team/staff/ruth"
    )]
    Change {
        /// The team.
        team: String,
        /// school, campus, workplace, hospital, community, law_enforcement_unit.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        kind: String,
        /// Which table of quorum it keeps to from now on: virginia_k12, florida_k12, texas_k12, hospital, community, default.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        quorum_policy: String,
        /// Whose words it uses for the level of concern: cstag, ntac, dcjs, florida, nabita, local.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        model: String,
        /// SPIFFE URI of the core member who presides from now on.
        #[arg(long, value_name = "STAFF", default_value = "", hide_default_value = true)]
        chair: String,
    },
    /// List teams with their members.
    #[command(after_help = "Example:\n  concord team list")]
    List {
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
    /// Add a person; people of other agencies join by their own SPIFFE URI.
    #[command(
        after_help = "Example:\n  concord team add 4f..e2 spiffe://region.example/agency/sheriff/staff/lee --name 'Lee, deputy' \\\n    --until 2027-11-21T00:00:00Z --tier core --confidentiality-acknowledged"
    )]
    Add {
        /// The team.
        team: String,
        /// SPIFFE URI of the person.
        staff_id: String,
        /// Name and function for colleagues, if the node does not know the person yet.
        #[arg(long, default_value = "")]
        name: String,
        /// First moment; default now.
        #[arg(long, value_name = "TIME", default_value = "")]
        from: String,
        /// Last moment.
        #[arg(long, value_name = "TIME")]
        until: String,
        /// core: sees the team's cases. affiliate: sees only what is shared with their agency. community_partner: sees only its
        /// own referral. coordinator: sees counts, never a case.
        #[arg(long, default_value = "core")]
        tier: String,
        /// The member's written confidentiality acknowledgement is on file. Without it they see nothing.
        #[arg(long)]
        confidentiality_acknowledged: bool,
        /// Professional standing of a person of another agency, which you have checked.
        #[arg(long = "qualification", value_name = "WORD")]
        qualifications: Vec<String>,
        /// What the member brings to the team: counseling, instruction, administration, law_enforcement, mental_health,
        /// substance_use, behavior, special_education, safety, emergency_management, security, human_resources, legal, risk,
        /// supervision, social_services, medical, fire, ems, education, faith, prosecution, defense, community, other.
        #[arg(long = "discipline", value_name = "WORD")]
        disciplines: Vec<String>,
        /// The agreement under which a person of another agency sits in the team: when it ends, so does their access.
        #[arg(long, value_name = "AGREEMENT", default_value = "", hide_default_value = true)]
        agreement: String,
    },
    /// End a membership now.
    #[command(after_help = "Example:\n  concord team end 9c..01")]
    End {
        /// The membership, as `team list` shows it.
        membership: String,
    },
}

impl TeamVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Create {
                name,
                chair,
                until,
                confidentiality_acknowledged,
                chair_disciplines,
                kind,
                quorum_policy,
                model,
            } => {
                let (chair, chair_until) = (chair.unwrap_or_default(), until.unwrap_or_default());
                let request = CreateTeamRequest {
                    name,
                    chair,
                    chair_until,
                    confidentiality_acknowledged,
                    kind,
                    quorum_policy,
                    model,
                    chair_disciplines,
                };
                let made = s.client.create_team(request).await?.into_inner();
                s.print(&made, |t, page| teams(std::slice::from_ref(t), page))
            }
            Self::Change { team, kind, quorum_policy, model, chair } => {
                let request = UpdateTeamRequest { team_id: team, kind, quorum_policy, model, chair };
                let made = s.client.update_team(request).await?.into_inner();
                s.print(&made, |t, page| teams(std::slice::from_ref(t), page))
            }
            Self::List { part: PartArgs { limit, after } } => {
                let all = s.client.list_teams(ListTeamsRequest { limit, after }).await?.into_inner();
                s.print(&all, |all, page| {
                    teams(&all.teams, page);
                    page.more(&all.next);
                })
            }
            Self::Add {
                team,
                staff_id,
                name,
                from,
                until,
                tier,
                confidentiality_acknowledged,
                qualifications,
                disciplines,
                agreement,
            } => {
                let request = AddMembershipRequest {
                    team_id: team,
                    staff_id,
                    display_name: name,
                    from,
                    until,
                    tier,
                    confidentiality_acknowledged,
                    qualifications,
                    disciplines,
                    agreement_id: agreement,
                };
                let made = s.client.add_membership(request).await?.into_inner();
                s.print(&made, |m, page| memberships(std::slice::from_ref(m), page))
            }
            Self::End { membership } => {
                let request = EndMembershipRequest { membership_id: membership };
                let ended = s.client.end_membership(request).await?.into_inner();
                s.print(&ended, |m, page| memberships(std::slice::from_ref(m), page))
            }
        }
    }
}

fn teams(all: &[Team], page: &mut Page) {
    for team in all {
        page.heading(format_args!("{}  {}", team.id, team.name));
        page.field("chair", &team.chair);
        page.field("kind", &team.kind);
        page.field("quorum", &team.quorum_policy);
        page.field("model", &team.model);
        memberships(&team.memberships, page);
    }
    if all.is_empty() {
        page.line("no team is open to you: ask a chair or an administrator to add you");
    }
}

fn memberships(all: &[Membership], page: &mut Page) {
    let rows: Vec<_> = all
        .iter()
        .map(|m| {
            let state = match (m.ended_at.as_str(), m.confidentiality_acknowledged_at.as_str()) {
                ("", "") => "confidentiality not acknowledged: no access".to_owned(),
                ("", _) => String::new(),
                (ended, _) => format!("ended {ended}"),
            };
            vec![
                m.id.clone(),
                m.staff_id.clone(),
                m.tier.clone(),
                m.from.clone(),
                m.until.clone(),
                m.disciplines.join(", "),
                state,
            ]
        })
        .collect();
    page.table(&["membership", "staff", "tier", "from", "until", "disciplines", ""], &rows);
}

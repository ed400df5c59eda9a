//! Staff and teams.

use super::decode::{self, optional_word, word, words};
use super::encode;
use super::roles::{Role, Tier};
use crate::app::{Actor, App, AppResult, NewMembership, NewTeam, Part, TeamChange, invalid};
use policy::id::TeamId;
use policy::record::{Discipline, Profession, QuorumSetting, TeamKind, TeamModel};
use proto::agency::v1;

/// Staff shown at once.
const STAFF_SHOWN_MAX: usize = 1_000;
/// Teams shown at once.
const TEAMS_SHOWN_MAX: usize = 200;

/// `WhoAmI`.
pub async fn who_am_i(app: &App, actor: &Actor, _ask: v1::WhoAmIRequest) -> AppResult<v1::WhoAmIResponse> {
    let memberships = app.memberships_of(&actor.staff).await?;
    Ok(v1::WhoAmIResponse {
        staff_id: actor.staff.to_string(),
        roles: encode::texts(&actor.roles),
        memberships: memberships.iter().map(encode::membership).collect(),
        agency_id: app.own.to_string(),
        agency_name: app.config.agency.name.clone(),
        qualifications: actor.qualifications.clone(),
    })
}

/// `AddStaff`.
pub async fn add_staff(app: &App, actor: &Actor, ask: v1::AddStaffRequest) -> AppResult<v1::StaffMember> {
    let known = || Role::assignable().map(Role::as_str).collect::<Vec<_>>().join(", ");
    let role = |text: &String| {
        Role::from_word(text).ok_or_else(|| invalid("roles", format!("use these words: {}", known())))
    };
    let roles = ask.roles.iter().map(role).collect::<AppResult<_>>()?;
    let profession = optional_word!(Profession, "profession", &ask.profession)?;
    let (id, name) = (&ask.staff_id, &ask.display_name);
    let member = app.add_staff(actor, id, name, roles, ask.qualifications, profession).await?;
    Ok(encode::staff_member(&member))
}

/// `ListStaff`.
pub async fn list_staff(
    app: &App,
    _actor: &Actor,
    ask: v1::ListStaffRequest,
) -> AppResult<v1::ListStaffResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = part.of(app.staff().await?, STAFF_SHOWN_MAX, |m| m.id.to_string())?;
    Ok(v1::ListStaffResponse { staff: some.iter().map(encode::staff_member).collect(), next })
}

/// `CreateTeam`.
pub async fn create_team(app: &App, actor: &Actor, ask: v1::CreateTeamRequest) -> AppResult<v1::Team> {
    let chair = if ask.chair.is_empty() {
        None
    } else {
        Some(NewMembership {
            staff_id: ask.chair,
            display_name: String::new(),
            from: None,
            until: decode::time("chair_until", &ask.chair_until)?,
            tier: Tier::Core,
            confidentiality_acknowledged: ask.confidentiality_acknowledged,
            qualifications: Vec::new(),
            disciplines: words!(Discipline, "chair_disciplines", ask.chair_disciplines)?,
            agreement: None,
        })
    };
    let new = NewTeam {
        name: ask.name,
        kind: optional_word!(TeamKind, "kind", &ask.kind)?,
        quorum_policy: optional_word!(QuorumSetting, "quorum_policy", &ask.quorum_policy)?
            .unwrap_or_default(),
        model: optional_word!(TeamModel, "model", &ask.model)?,
    };
    Ok(encode::team(&app.create_team(actor, new, chair).await?))
}

/// `UpdateTeam`.
pub async fn update_team(app: &App, actor: &Actor, ask: v1::UpdateTeamRequest) -> AppResult<v1::Team> {
    let change = TeamChange {
        kind: optional_word!(TeamKind, "kind", &ask.kind)?,
        quorum_policy: optional_word!(QuorumSetting, "quorum_policy", &ask.quorum_policy)?,
        model: optional_word!(TeamModel, "model", &ask.model)?,
        chair: (!ask.chair.is_empty()).then_some(ask.chair),
    };
    let team = decode::id("team_id", &ask.team_id)?;
    Ok(encode::team(&app.update_team(actor, team, change).await?))
}

/// `ListTeams`.
pub async fn list_teams(
    app: &App,
    actor: &Actor,
    ask: v1::ListTeamsRequest,
) -> AppResult<v1::ListTeamsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = part.of(app.teams(actor).await?, TEAMS_SHOWN_MAX, |t| t.team.id.to_string())?;
    Ok(v1::ListTeamsResponse { teams: some.iter().map(encode::team).collect(), next })
}

/// `AddMembership`.
pub async fn add_membership(
    app: &App,
    actor: &Actor,
    ask: v1::AddMembershipRequest,
) -> AppResult<v1::Membership> {
    let team: TeamId = decode::id("team_id", &ask.team_id)?;
    let new = NewMembership {
        from: decode::optional_time("from", &ask.from)?,
        until: decode::time("until", &ask.until)?,
        tier: word!(Tier, "tier", &ask.tier)?,
        staff_id: ask.staff_id,
        display_name: ask.display_name,
        confidentiality_acknowledged: ask.confidentiality_acknowledged,
        qualifications: ask.qualifications,
        disciplines: words!(Discipline, "disciplines", ask.disciplines)?,
        agreement: decode::optional_id("agreement_id", &ask.agreement_id)?,
    };
    Ok(encode::membership(&app.add_membership(actor, team, new).await?))
}

/// `EndMembership`.
pub async fn end_membership(
    app: &App,
    actor: &Actor,
    ask: v1::EndMembershipRequest,
) -> AppResult<v1::Membership> {
    let membership = decode::id("membership_id", &ask.membership_id)?;
    Ok(encode::membership(&app.end_membership(actor, membership).await?))
}

//! Teams hosted by this node and who belongs to them. Every membership ends.

use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::staff_members::{check_qualifications, staff_ref};
use super::{Actor, App, AppError, AppResult};
use crate::staff::roles::{Role, Tier};
use crate::store::{Changes, Kind, RecordRef};
use policy::id::{AgencyId, AgreementId, Id, StaffId, TeamId};
use policy::record::{Agreement, Discipline, QuorumSetting, Team, TeamKind, TeamModel};
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};

/// One person's place in one team.
#[derive(Clone, Serialize, Deserialize)]
pub struct Membership {
    /// Identifier.
    pub id: Id,
    /// The team.
    pub team: TeamId,
    /// The member; may be of another agency.
    pub staff: StaffId,
    /// First moment.
    pub from: UtcTime,
    /// Last moment. There is no membership without an end (guardrail G22).
    pub until: UtcTime,
    /// How near.
    pub tier: Tier,
    /// When the member's written confidentiality acknowledgement was recorded. Without it there is no access.
    #[serde(default)]
    pub confidentiality_acknowledged_at: Option<UtcTime>,
    /// When it was ended before its term.
    #[serde(default)]
    pub ended_at: Option<UtcTime>,
    /// Who added the member.
    pub added_by: StaffId,
    /// What the member brings to the team; the quorum counts it.
    #[serde(default)]
    pub disciplines: Vec<Discipline>,
    /// The agreement under which somebody of another agency sits in the team. Without it in force there is no access.
    #[serde(default)]
    pub agreement: Option<AgreementId>,
}

impl Membership {
    /// Whether it stands at `now`, as far as it says itself: whether its agreement is in force is the caller's to ask.
    pub fn stands(&self, now: UtcTime) -> bool {
        self.from <= now && now < self.until && self.ended_at.is_none_or(|t| now < t)
    }

    /// Whether it gives access at `now`: it stands, and confidentiality was acknowledged in writing.
    pub fn gives_access(&self, now: UtcTime) -> bool {
        self.stands(now) && self.confidentiality_acknowledged_at.is_some()
    }
}

/// What a new membership says.
pub struct NewMembership {
    /// SPIFFE URI of the member.
    pub staff_id: String,
    /// Name and function for colleagues, for somebody who is not known here yet.
    pub display_name: String,
    /// First moment; none: now.
    pub from: Option<UtcTime>,
    /// Last moment.
    pub until: UtcTime,
    /// How near.
    pub tier: Tier,
    /// The written acknowledgement is on file.
    pub confidentiality_acknowledged: bool,
    /// Professional standing of somebody of another agency.
    pub qualifications: Vec<String>,
    /// What the member brings to the team.
    pub disciplines: Vec<Discipline>,
    /// The agreement under which somebody of another agency sits in the team.
    pub agreement: Option<AgreementId>,
}

/// What a new team is.
#[derive(Clone, Debug, Default)]
pub struct NewTeam {
    /// Name for people.
    pub name: String,
    /// What kind of team.
    pub kind: Option<TeamKind>,
    /// Which table of quorum.
    pub quorum_policy: QuorumSetting,
    /// Which model's words.
    pub model: Option<TeamModel>,
}

/// What changes of a team; none: it stays.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    /// What kind of team.
    pub kind: Option<TeamKind>,
    /// Which table of quorum, from now on.
    pub quorum_policy: Option<QuorumSetting>,
    /// Which model's words.
    pub model: Option<TeamModel>,
    /// SPIFFE URI of the core member who presides from now on.
    pub chair: Option<String>,
}

/// A team with its memberships.
pub struct TeamView {
    /// The team.
    pub team: Team,
    /// Memberships, ended ones included.
    pub memberships: Vec<Membership>,
}

impl App {
    /// Creates a team; its chair, if one is named, becomes a core member until the named time.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a bad name or time, [`AppError::Refused`] when the chair is not known here.
    pub async fn create_team(
        &self,
        actor: &Actor,
        new: NewTeam,
        chair: Option<NewMembership>,
    ) -> AppResult<TeamView> {
        let mut team = Team {
            id: TeamId(self.new_id()),
            name: fields::text("name", &new.name, fields::NAME_BYTES_MAX)?,
            chair: None,
            kind: new.kind,
            quorum_policy: new.quorum_policy,
            model: new.model,
        };
        let r = Kind::Team.of(team.id);
        let mut changes = Changes::default();
        let mut memberships = Vec::new();
        if let Some(chair) = chair {
            if !chair.confidentiality_acknowledged {
                return Err(AppError::Refused(
                    "a chair acknowledges confidentiality in writing first: keep the signed form, then add \
                     --confidentiality-acknowledged"
                        .into(),
                ));
            }
            let membership = self.new_membership(actor, team.id, chair, &mut changes).await?;
            team.chair = Some(membership.staff.clone());
            memberships.push(membership);
        }
        changes.puts.push(put_new(r, &team, &[])?);
        changes.events.push(self.event(actor.staff.as_str(), "team_created", vec![r]));
        self.commit(changes).await?;
        Ok(TeamView { team, memberships })
    }

    /// Changes what a team is, or who presides. What was decided stays as it was decided: a judgment keeps the meeting that it
    /// was made by.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown team; [`AppError::NotAllowed`] for anybody but its own chair and an administrator;
    /// [`AppError::Invalid`] when nothing is given, or for a chair who is no core member with access.
    pub async fn update_team(&self, actor: &Actor, team: TeamId, change: TeamChange) -> AppResult<TeamView> {
        let mut team = self.team(team).await?;
        // Not every chair: a chair of another team is a member here like any other.
        if team.record.chair.as_ref() != Some(&actor.staff) && !actor.roles.contains(&Role::Administrator) {
            return Err(AppError::NotAllowed(
                "a team is changed by its own chair or by an administrator".into(),
            ));
        }
        if matches!(change, TeamChange { kind: None, quorum_policy: None, model: None, chair: None }) {
            return Err(invalid(
                "kind",
                "says nothing: give kind, quorum_policy, model or chair as they are to be",
            ));
        }
        let memberships: Vec<Read<Membership>> = self.children(Kind::Membership, team.record.id.0).await?;
        let mut changes = Changes::default();
        let mut what = Vec::new();
        let mut ids = vec![team.row.r];
        if let Some(kind) = change.kind.filter(|kind| team.record.kind != Some(*kind)) {
            team.record.kind = Some(kind);
            what.push("team_kind_changed");
        }
        if let Some(quorum) = change.quorum_policy.filter(|quorum| team.record.quorum_policy != *quorum) {
            team.record.quorum_policy = quorum;
            what.push("team_quorum_changed");
        }
        if let Some(model) = change.model.filter(|model| team.record.model != Some(*model)) {
            team.record.model = Some(model);
            what.push("team_model_changed");
        }
        if let Some(chair) = &change.chair {
            let (_, chair) = fields::staff_id("chair", chair)?;
            if team.record.chair.as_ref() != Some(&chair) {
                changes.relied_on = self.can_preside(&memberships, &chair).await?;
                ids.push(staff_ref(&chair));
                team.record.chair = Some(chair);
                what.push("team_chair_changed");
            }
        }
        if !what.is_empty() {
            changes.puts.push(team.put()?);
            for kind in what {
                changes.events.push(self.event(actor.staff.as_str(), kind, ids.clone()));
            }
            self.commit(changes).await?;
        }
        Ok(TeamView { team: team.record, memberships: memberships.into_iter().map(|m| m.record).collect() })
    }

    /// What it rests on that somebody can preside: a core membership with access now.
    async fn can_preside(
        &self,
        memberships: &[Read<Membership>],
        chair: &StaffId,
    ) -> AppResult<Vec<(RecordRef, u64)>> {
        let now = self.now();
        let core = |m: &&Read<Membership>| {
            m.record.staff == *chair && m.record.tier == Tier::Core && m.record.gives_access(now)
        };
        for membership in memberships.iter().filter(core) {
            if let Some(mut relied_on) = self.agreement_of(&membership.record, now).await? {
                relied_on.push(membership.relied_on());
                return Ok(relied_on);
            }
        }
        Err(invalid(
            "chair",
            "is no core member of this team with access now: add them with `concord team add` first",
        ))
    }

    /// Adds a person to a team.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown team; [`AppError::Invalid`] for a bad URI or time; [`AppError::Refused`] when
    /// the person is a member already, or is of this agency and not known here.
    pub async fn add_membership(
        &self,
        actor: &Actor,
        team: TeamId,
        new: NewMembership,
    ) -> AppResult<Membership> {
        let team: Read<Team> = self.load(Kind::Team.of(team)).await?;
        let mut changes = Changes { relied_on: vec![team.relied_on()], ..Changes::default() };
        let membership = self.new_membership(actor, team.record.id, new, &mut changes).await?;
        let now = self.now();
        let there: Vec<Read<Membership>> = self.children(Kind::Membership, team.record.id.0).await?;
        let stands = |m: &Membership| m.staff == membership.staff && m.ended_at.is_none() && now < m.until;
        if let Some(known) = there.iter().find(|m| stands(&m.record)) {
            return Err(AppError::Refused(format!(
                "{} is a member already ({}): end that membership first with `concord team end`",
                membership.staff, known.record.id
            )));
        }
        changes.events.push(self.event(
            actor.staff.as_str(),
            "membership_added",
            vec![Kind::Membership.of(membership.id), team.row.r, staff_ref(&membership.staff)],
        ));
        self.commit(changes).await?;
        Ok(membership)
    }

    async fn new_membership(
        &self,
        actor: &Actor,
        team: TeamId,
        new: NewMembership,
        changes: &mut Changes,
    ) -> AppResult<Membership> {
        let now = self.now();
        let (spiffe, staff) = fields::staff_id("staff_id", &new.staff_id)?;
        check_qualifications(&new.qualifications)?;
        let from = new.from.unwrap_or(now);
        fields::end("until", new.until, from, now, fields::MEMBERSHIP_DAYS_MAX)?;
        let mut disciplines = new.disciplines;
        disciplines.sort_unstable();
        disciplines.dedup();
        fields::at_most("disciplines", &disciplines, DISCIPLINES_MAX)?;
        if let Some(agreement) = new.agreement {
            changes.relied_on.push(self.agreement_for_member(agreement, &spiffe.agency(), now).await?);
        }
        let known =
            self.make_known(actor, &staff, &spiffe.agency(), &new.display_name, &new.qualifications).await?;
        changes.puts.extend(known);
        let membership = Membership {
            id: self.new_id(),
            team,
            from,
            until: new.until,
            tier: new.tier,
            confidentiality_acknowledged_at: new.confidentiality_acknowledged.then_some(now),
            ended_at: None,
            added_by: actor.staff.clone(),
            disciplines,
            agreement: new.agreement,
            staff,
        };
        let lookup = staff_ref(&membership.staff).id.to_bytes();
        let r = Kind::Membership.of(membership.id);
        changes.puts.push(put_new(r, &membership, &[])?.under(team).found_by(lookup));
        Ok(membership)
    }

    /// The agreement that a member of another agency sits in the team under, as what the decision relies on.
    async fn agreement_for_member(
        &self,
        agreement: AgreementId,
        agency: &AgencyId,
        now: UtcTime,
    ) -> AppResult<(RecordRef, u64)> {
        let found: Option<Read<Agreement>> = self.find(Kind::Agreement.of(agreement)).await?;
        let of_agency = found.filter(|found| found.record.with == *agency);
        let Some(found) = of_agency else {
            return Err(invalid(
                "agreement_id",
                format!("is no agreement with {agency}: `concord agreement list` has them"),
            ));
        };
        if !found.record.in_force(now) {
            return Err(AppError::Refused(format!(
                "agreement {agreement} is not in force now: the privacy officer countersigns one with `concord agreement \
                 countersign`"
            )));
        }
        Ok(found.relied_on())
    }

    /// A person's memberships that give access now.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn memberships_with_access(&self, staff: &StaffId) -> AppResult<Vec<Membership>> {
        let now = self.now();
        let mut all = Vec::new();
        for row in self.store.by_lookup(Kind::Membership, staff_ref(staff).id.to_bytes()).await? {
            let m: Membership = super::rows::read(row)?.record;
            if !m.gives_access(now) {
                continue;
            }
            if self.agreement_of(&m, now).await?.is_some() {
                all.push(m);
            }
        }
        Ok(all)
    }

    /// What a membership rests on besides itself: the agreement it is under, which is in force now, or nothing where it is
    /// under none. `None`: its agreement is in force no longer, and neither is the membership.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn agreement_of(
        &self,
        membership: &Membership,
        now: UtcTime,
    ) -> AppResult<Option<Vec<(RecordRef, u64)>>> {
        let Some(agreement) = membership.agreement else { return Ok(Some(Vec::new())) };
        let found: Option<Read<Agreement>> = self.find(Kind::Agreement.of(agreement)).await?;
        Ok(found.filter(|found| found.record.in_force(now)).map(|found| vec![found.relied_on()]))
    }

    /// The team of a membership.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such membership.
    pub async fn team_of_membership(&self, membership: Id) -> AppResult<TeamId> {
        let found: Read<Membership> = self.load(Kind::Membership.of(membership)).await?;
        Ok(found.record.team)
    }

    /// Ends a membership now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, [`AppError::Refused`] when it has ended.
    pub async fn end_membership(&self, actor: &Actor, membership: Id) -> AppResult<Membership> {
        let mut found: Read<Membership> = self.load(Kind::Membership.of(membership)).await?;
        let now = self.now();
        if found.record.ended_at.is_some() || found.record.until <= now {
            return Err(AppError::Refused("this membership has ended already".into()));
        }
        found.record.ended_at = Some(now);
        let mut changes = Changes::default();
        changes.puts.push(found.put()?);
        let ids = vec![found.row.r, staff_ref(&found.record.staff)];
        changes.events.push(self.event(actor.staff.as_str(), "membership_ended", ids));
        self.commit(changes).await?;
        Ok(found.record)
    }

    /// Teams with their memberships: all for an administrator or auditor, else the caller's own; by name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn teams(&self, actor: &Actor) -> AppResult<Vec<TeamView>> {
        let sees_all = actor.roles.iter().any(|r| matches!(r, Role::Administrator | Role::Auditor));
        let all: Vec<Read<Team>> = self.list(Kind::Team).await?;
        let mut views = Vec::new();
        for team in all {
            let team = team.record;
            if !sees_all && !actor.teams.iter().any(|(of, _)| *of == team.id) {
                continue;
            }
            let memberships: Vec<Read<Membership>> = self.children(Kind::Membership, team.id.0).await?;
            views.push(TeamView { team, memberships: memberships.into_iter().map(|m| m.record).collect() });
        }
        views.sort_by(|a, b| a.team.name.cmp(&b.team.name));
        Ok(views)
    }

    /// A person's memberships that stand now, access or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn memberships_of(&self, staff: &StaffId) -> AppResult<Vec<Membership>> {
        let now = self.now();
        let rows = self.store.by_lookup(Kind::Membership, staff_ref(staff).id.to_bytes()).await?;
        let mut all = Vec::new();
        for row in rows {
            let m: Membership = super::rows::read(row)?.record;
            if m.ended_at.is_none() && now < m.until {
                all.push(m);
            }
        }
        Ok(all)
    }

    /// Refuses a team that is not there.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn team(&self, team: TeamId) -> AppResult<Read<Team>> {
        self.load(Kind::Team.of(team)).await
    }
}

/// What one person can bring to a team.
const DISCIPLINES_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_needs_time_and_acknowledgement() {
        let m = Membership {
            id: Id(1),
            team: TeamId(Id(2)),
            staff: StaffId::from("x"),
            from: UtcTime(10),
            until: UtcTime(20),
            tier: Tier::Core,
            confidentiality_acknowledged_at: Some(UtcTime(10)),
            ended_at: None,
            added_by: StaffId::from("y"),
            disciplines: Vec::new(),
            agreement: None,
        };
        assert!(m.gives_access(UtcTime(10)) && !m.gives_access(UtcTime(9)) && !m.gives_access(UtcTime(20)));
        assert!(!Membership { ended_at: Some(UtcTime(15)), ..m.clone() }.gives_access(UtcTime(15)));
        assert!(!Membership { confidentiality_acknowledged_at: None, ..m }.gives_access(UtcTime(12)));
    }
}

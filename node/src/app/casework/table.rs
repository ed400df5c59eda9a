//! Who is at the table: the team as the process wants to see it, from memberships, staff and training.

use super::super::rows::Read;
use super::super::{App, AppResult, Membership, StaffMember, staff_ref};
use crate::staff::roles::{Role, Tier};
use crate::store::{Kind, RecordRef};
use crate::tls::SpiffeId;
use policy::id::{AgencyId, TeamId};
use policy::process::team::{Member, Place, TeamRules};
use policy::record::Team;
use policy::time::UtcTime;

/// The team as a decision sees it, and the versions it rests on.
pub(super) struct Table {
    /// The team.
    pub(super) rules: TeamRules,
    /// Rows read.
    pub(super) relied_on: Vec<(RecordRef, u64)>,
}

impl App {
    /// The team's members now.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] for an unknown team.
    pub(super) async fn team_rules(&self, team: TeamId, now: UtcTime) -> AppResult<Table> {
        let head: Read<Team> = self.team(team).await?;
        let mut relied_on = vec![head.relied_on()];
        let memberships: Vec<Read<Membership>> = self.children(Kind::Membership, team.0).await?;
        let standing: Vec<&Read<Membership>> = memberships
            .iter()
            .filter(|m| {
                m.record.from <= now && now < m.record.until && m.record.ended_at.is_none_or(|t| now < t)
            })
            .collect();
        let refs: Vec<RecordRef> = standing.iter().map(|m| staff_ref(&m.record.staff)).collect();
        let staff = self.store.get_many(&refs).await?;
        let mut members = Vec::with_capacity(standing.len());
        for (membership, staff) in standing.into_iter().zip(staff) {
            relied_on.push(membership.relied_on());
            let staff: Option<Read<StaffMember>> = staff.map(super::super::rows::read).transpose()?;
            relied_on.extend(staff.as_ref().map(Read::relied_on));
            let m = &membership.record;
            let agency = SpiffeId::parse(m.staff.as_str())
                .map_or_else(|_| AgencyId::from(""), |id| AgencyId(id.agency().to_string()));
            members.push(Member {
                is_chair: head.record.chair.as_ref() == Some(&m.staff),
                is_intake: staff.is_some_and(|s| s.record.roles.contains(&Role::Intake)),
                place: place(m.tier),
                disciplines: m.disciplines.clone(),
                trained: self.training_of(&m.staff).await?,
                acknowledged: m.confidentiality_acknowledged_at.is_some(),
                staff: m.staff.clone(),
                agency,
            });
        }
        let quorum = head.record.quorum_policy.as_str().to_owned();
        Ok(Table { rules: TeamRules { quorum, members }, relied_on })
    }
}

fn place(tier: Tier) -> Place {
    match tier {
        Tier::Core => Place::Core,
        Tier::Affiliate => Place::Affiliate,
        Tier::CommunityPartner => Place::Partner,
        Tier::Coordinator => Place::Coordinator,
    }
}

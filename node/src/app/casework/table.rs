//! Who is at the table: the team as the process wants to see it, from memberships, staff and training.

use super::super::rows::Read;
use super::super::{App, AppResult, Membership, StaffMember, staff_ref};
use super::process;
use crate::staff::roles::{Role, Tier};
use crate::store::{Kind, RecordRef};
use crate::tls::SpiffeId;
use policy::id::{AgencyId, TeamId};
use policy::process::Act;
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
    /// The team's members now, as this act needs to know them: what they are trained in is read where votes are counted.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] for an unknown team.
    pub(super) async fn team_rules(&self, team: TeamId, act: &Act, now: UtcTime) -> AppResult<Table> {
        let head: Read<Team> = self.team(team).await?;
        let mut relied_on = vec![head.relied_on()];
        let mut standing: Vec<Membership> = Vec::new();
        for membership in self.children::<Membership>(Kind::Membership, team.0).await? {
            if !membership.record.stands(now) {
                continue;
            }
            let Some(agreement) = self.agreement_of(&membership.record, now).await? else { continue };
            relied_on.push(membership.relied_on());
            relied_on.extend(agreement);
            standing.push(membership.record);
        }
        let refs: Vec<RecordRef> = standing.iter().map(|m| staff_ref(&m.staff)).collect();
        let staff = self.store.get_many(&refs).await?;
        let counts_votes = process()?.counts_votes(act);
        let mut members = Vec::with_capacity(standing.len());
        for (m, staff) in standing.into_iter().zip(staff) {
            let staff: Option<Read<StaffMember>> = staff.map(super::super::rows::read).transpose()?;
            relied_on.extend(staff.as_ref().map(Read::relied_on));
            let mut trained = Vec::new();
            if counts_votes {
                for training in self.current_trainings(&m.staff, now).await? {
                    trained.push(training.record.topic);
                    relied_on.push(training.relied_on());
                }
            }
            let agency = SpiffeId::parse(m.staff.as_str())
                .map_or_else(|_| AgencyId::from(""), |id| AgencyId(id.agency().to_string()));
            members.push(Member {
                is_chair: head.record.chair.as_ref() == Some(&m.staff),
                is_intake: staff.is_some_and(|s| s.record.roles.contains(&Role::Intake)),
                place: place(m.tier),
                acknowledged: m.confidentiality_acknowledged_at.is_some(),
                disciplines: m.disciplines,
                trained,
                staff: m.staff,
                agency,
            });
        }
        relied_on.sort_unstable();
        relied_on.dedup();
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

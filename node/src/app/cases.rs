//! Opening cases and finding one's own.

use super::part::no_such_entry;
use super::rows::{self, Read, put_new};
use super::{Actor, App, AppResult, Part, fields};
use crate::staff::roles::Tier;
use crate::store::{Changes, Kind};
use policy::id::{CaseId, Id, TeamId};
use policy::record::Case;
use std::{cmp::Reverse, collections::BTreeSet, str::FromStr};

/// Cases shown at once.
const CASES_SHOWN_MAX: usize = 500;

impl App {
    /// Opens a case of a team.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] for an unknown team, [`super::AppError::Invalid`] for a place name that is too long.
    pub async fn open_case(
        &self,
        actor: &Actor,
        team: TeamId,
        exercise: bool,
        setting: &str,
    ) -> AppResult<Case> {
        let team = self.team(team).await?;
        let case = Case {
            id: CaseId(self.new_id()),
            team: team.record.id,
            opened_at: self.now(),
            opened_by: actor.staff.clone(),
            exercise,
            setting: fields::optional_text("setting", setting, fields::NAME_BYTES_MAX)?,
            process: None,
        };
        let r = Kind::Case.of(case.id);
        let mut changes = Changes { relied_on: vec![team.relied_on()], ..Changes::default() };
        changes.puts.push(put_new(r, &case, &[])?.under(case.team));
        changes.events.push(self.event(actor.staff.as_str(), "case_opened", vec![r, team.row.r]));
        self.commit(changes).await?;
        Ok(case)
    }

    /// The head of a case.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] when there is none.
    pub async fn case(&self, case: CaseId) -> AppResult<Read<Case>> {
        self.load(Kind::Case.of(case)).await
    }

    /// A part of the cases of the caller's own teams, newest first, and the case to go on after; empty: there are no more.
    /// No more rows are read than the part may show, of each team, however many cases it has. A part may show fewer than
    /// it may, where cases were destroyed.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] when the part goes on after what is no case of these teams.
    pub async fn own_cases(&self, actor: &Actor, part: &Part) -> AppResult<(Vec<Case>, String)> {
        let core = actor.teams.iter().filter(|(_, tier)| *tier == Tier::Core);
        let teams: BTreeSet<TeamId> = core.map(|(team, _)| *team).collect();
        let before = match part.after.as_str() {
            "" => None,
            after => Some(self.position_of_case(after, &teams).await?),
        };
        let most = part.at_most(CASES_SHOWN_MAX);
        let asked = u32::try_from(most + 1).unwrap_or(u32::MAX);
        let mut rows = Vec::new();
        for team in teams {
            rows.extend(self.store.children_newest(Kind::Case, team.0, before, asked).await?);
        }
        rows.sort_unstable_by_key(|row| Reverse(row.position));
        let is_cut = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| is_cut).map(|row| row.r.id.to_string()).unwrap_or_default();
        let shown = rows.into_iter().filter(|row| !row.erased);
        let cases = shown.map(|row| Ok(rows::read::<Case>(row)?.record)).collect::<AppResult<_>>()?;
        Ok((cases, next))
    }

    /// Where the case that a part goes on after stands in the list.
    async fn position_of_case(&self, after: &str, teams: &BTreeSet<TeamId>) -> AppResult<u64> {
        let id = Id::from_str(after).map_err(|_| no_such_entry())?;
        let row = self.store.get(Kind::Case.of(id)).await?;
        let own = row.filter(|row| row.parent.is_some_and(|team| teams.contains(&TeamId(team))));
        own.map(|row| row.position).ok_or_else(no_such_entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Actor, NewTeam};
    use crate::staff::testing::World;

    #[tokio::test]
    async fn parts_of_all_own_teams_follow_each_other_newest_first_past_what_was_destroyed() {
        let world = World::new().await;
        let app = &world.app;
        let mut actor = Actor {
            staff: "spiffe://region.example/agency/county-hospital/staff/root".into(),
            roles: vec![],
            teams: vec![],
            qualifications: vec![],
        };
        let mut teams = Vec::new();
        for name in ["One", "Two", "Not mine"] {
            let new = NewTeam { name: name.into(), ..NewTeam::default() };
            teams.push(app.create_team(&actor, new, None).await.unwrap().team.id);
        }
        let mut opened = Vec::new();
        for n in 0..9 {
            opened.push(app.open_case(&actor, teams[n % 3], false, "").await.unwrap().id);
        }
        actor.teams = vec![(teams[0], Tier::Core), (teams[1], Tier::Core), (teams[2], Tier::Affiliate)];
        let destroyed = Kind::Case.of(opened[3]);
        let events = vec![app.event("test", "erased", vec![destroyed])];
        app.commit(Changes { erase: vec![destroyed], events, ..Changes::default() }).await.unwrap();

        let part = |limit, after: &str| Part { limit, after: after.to_owned() };
        let all = app.own_cases(&actor, &part(0, "")).await.unwrap();
        assert_eq!(all.0.iter().map(|c| c.id).collect::<Vec<_>>(), [7, 6, 4, 1, 0].map(|n| opened[n]));
        assert_eq!(all.1, "");
        let (mut seen, mut after) = (Vec::new(), String::new());
        let mut sizes = Vec::new();
        loop {
            let (some, next) = app.own_cases(&actor, &part(2, &after)).await.unwrap();
            sizes.push(some.len());
            seen.extend(some);
            // A case that came in meanwhile is neither shown nor in the way.
            app.open_case(&actor, teams[0], false, "").await.unwrap();
            after = next;
            if after.is_empty() {
                break;
            }
        }
        assert_eq!((seen, sizes), (all.0, vec![2, 1, 2]));
        for wrong in [opened[2].to_string(), Id(7).to_string(), "no id".to_owned()] {
            let error = app.own_cases(&actor, &part(2, &wrong)).await.unwrap_err().to_string();
            assert!(error.contains("begin again"), "{wrong}: {error}");
        }
    }
}

//! Opening cases and finding one's own.

use super::rows::{Read, put_new};
use super::{Actor, App, AppResult, fields};
use crate::staff::roles::Tier;
use crate::store::{Changes, Kind};
use policy::id::{CaseId, TeamId};
use policy::record::Case;

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

    /// Cases of the caller's own teams, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn own_cases(&self, actor: &Actor) -> AppResult<Vec<Case>> {
        let mut all = Vec::new();
        for (team, _) in actor.teams.iter().filter(|(_, tier)| *tier == Tier::Core) {
            let cases: Vec<Read<Case>> = self.children(Kind::Case, team.0).await?;
            all.extend(cases.into_iter().map(|c| c.record));
        }
        all.sort_by_key(|c| (std::cmp::Reverse(c.opened_at), c.id));
        Ok(all)
    }
}

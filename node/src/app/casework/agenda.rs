//! What is due: for a team, for a member, soonest first. Reads the heads of cases that have something due and nothing else.

use super::super::rows::{Read, read};
use super::super::{Actor, App, AppResult};
use crate::staff::roles::Tier;
use crate::store::Kind;
use policy::id::{CaseId, StaffId, TeamId};
use policy::process::agenda::{Duty, Line};
use policy::process::words::State;
use policy::record::Case;
use policy::time::UtcTime;

/// Cases looked at for one agenda.
const CASES_MAX: u32 = 200;

/// What is asked.
pub struct AgendaAsk {
    /// One team; none: all the caller's.
    pub team: Option<TeamId>,
    /// Only what waits for the caller.
    pub mine_only: bool,
    /// What is due at this time or earlier.
    pub until: UtcTime,
}

/// One line, with its case.
#[derive(Clone)]
pub struct AgendaLine {
    /// The case.
    pub case: CaseId,
    /// Its team.
    pub team: TeamId,
    /// The state as shown.
    pub state: State,
    /// Its level is stale.
    pub stale: bool,
    /// It is overdue.
    pub overdue: bool,
    /// What is due.
    pub line: Line,
}

impl App {
    /// What is due, soonest first, and whether there is more than one look shows.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn agenda(&self, actor: &Actor, ask: &AgendaAsk) -> AppResult<(Vec<AgendaLine>, bool)> {
        let now = self.now();
        let mut lines = Vec::new();
        let mut more = false;
        let teams = actor.teams.iter().filter(|(_, tier)| *tier == Tier::Core).map(|(team, _)| *team);
        for team in teams.filter(|team| ask.team.is_none_or(|wanted| wanted == *team)) {
            let rows = self.store.due_children(Kind::Case, team.0, ask.until, CASES_MAX).await?;
            more |= rows.len() >= CASES_MAX as usize;
            for row in rows.into_iter().filter(|row| !row.erased) {
                let case: Read<Case> = read(row)?;
                lines.extend(of_case(case.record, ask, &actor.staff, now));
            }
        }
        lines.sort_by_key(|l| (l.line.due, l.case, l.line.duty));
        Ok((lines, more))
    }
}

fn of_case(case: Case, ask: &AgendaAsk, me: &StaffId, now: UtcTime) -> Vec<AgendaLine> {
    let (id, team) = (case.id, case.team);
    let Some(head) = case.process else { return Vec::new() };
    let passed = |duty: Duty| head.agenda.iter().any(|l| l.duty == duty && l.due <= now);
    let known = head.agenda.iter().any(|l| l.duty == Duty::Reassess);
    let stale = known || passed(Duty::LevelEnds) || (head.state == State::Managing && passed(Duty::Review));
    let state = match head.state {
        State::Assessed | State::Managing if stale => State::Reassessing,
        state => state,
    };
    head.agenda
        .into_iter()
        .filter(|line| line.due <= ask.until)
        .filter(|line| !ask.mine_only || line.who.as_ref() == Some(me))
        .map(|line| AgendaLine { case: id, team, state, stale, overdue: line.due <= now, line })
        .collect()
}

//! What is due: for a team, for a member, soonest first. Reads the heads of cases that have something due and nothing else.

use super::super::rows::{Read, read};
use super::super::{Actor, App, AppResult};
use crate::staff::roles::Tier;
use crate::store::Kind;
use policy::id::{CaseId, StaffId, TeamId};
use policy::process::Act;
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
    /// What is due at this time or earlier, and what somebody's hand is awaited for, whenever it is due.
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

/// What is due.
pub struct Agenda {
    /// Lines, soonest due first.
    pub lines: Vec<AgendaLine>,
    /// There is more than one look shows.
    pub more: bool,
    /// An emergency waits overdue for a review that the caller can give: nothing else is shown before (guardrail G10). The
    /// emergency itself is never held up.
    pub review_first: bool,
}

impl App {
    /// What is due, soonest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn agenda(&self, actor: &Actor, ask: &AgendaAsk) -> AppResult<Agenda> {
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
        let mut owed = Vec::new();
        for line in lines.iter().filter(|l| l.overdue && l.line.duty == Duty::EmergencyReview) {
            if self.may_review(actor, line.case).await? {
                owed.push(line.clone());
            }
        }
        let review_first = !owed.is_empty();
        Ok(Agenda { lines: if review_first { owed } else { lines }, more, review_first })
    }

    /// Whether the caller took no part in the emergency that waits for a review.
    async fn may_review(&self, actor: &Actor, case: CaseId) -> AppResult<bool> {
        let history = self.history(actor, case).await?;
        let took_part = history.entries.iter().any(|e| {
            e.by == actor.staff
                && matches!(e.act, Act::Emergency(_) | Act::EmergencyAnswers(_) | Act::EmergencyRenewal(_))
        });
        Ok(!took_part)
    }
}

fn of_case(case: Case, ask: &AgendaAsk, me: &StaffId, now: UtcTime) -> Vec<AgendaLine> {
    let (id, team) = (case.id, case.team);
    let Some(head) = case.process else { return Vec::new() };
    let (state, stale) = (head.state(now), head.is_stale(now));
    head.agenda
        .into_iter()
        .filter(|line| line.shown_from() <= ask.until)
        .filter(|line| !ask.mine_only || line.who.as_ref() == Some(me))
        .map(|line| AgendaLine { case: id, team, state, stale, overdue: line.due <= now, line })
        .collect()
}

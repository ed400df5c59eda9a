//! The process: acts in a case, a case's history, what is due.
//!
//! Caller: `service`. What is allowed is `policy::process`, asked by `app::casework`; `bridge` reads and writes the acts.

use super::bridge;
use super::{decode, encode};
use crate::app::casework::{AgendaAsk, Done, History, NewDeed, process};
use crate::app::{Actor, App, AppError, AppResult, Part, invalid};
use policy::id::{CaseId, EntryId};
use policy::process::agenda::Line;
use policy::process::decide::awaits;
use policy::process::stale::Stale;
use policy::process::table::SecondPerson;
use policy::process::words::State;
use policy::process::{Act, Entry, Standing};
use policy::record::Purpose;
use policy::time::UtcTime;
use proto::agency::v1;
use std::collections::{BTreeMap, HashMap};

/// Lines of an agenda shown at once.
const LINES_SHOWN_MAX: usize = 500;
/// Days ahead that an agenda may look.
const DAYS_AHEAD_MAX: u32 = 366;

/// `Act`.
pub async fn act(app: &App, actor: &Actor, ask: v1::ActRequest) -> AppResult<v1::ActResponse> {
    let act = bridge::act(decode::needed("act", ask.act.as_ref())?)?;
    let begins = matches!(act, Act::Report(_) | Act::Consult(_)) && ask.case_id.is_empty();
    let (case, team) = match (begins, ask.case_id.as_str(), ask.team_id.as_str()) {
        (true, _, team) => (None, Some(decode::id("team_id", team)?)),
        (false, "", _) => {
            let problem = "is needed: only a report or a consultation begins a case";
            return Err(invalid("case_id", problem));
        }
        (false, case, "") => (Some(decode::id::<CaseId>("case_id", case)?), None),
        (false, ..) => return Err(invalid("team_id", "is for an act that begins a case: leave it out")),
    };
    if ask.exercise && !begins {
        return Err(invalid("exercise", "is decided where a case begins: leave it out"));
    }
    let replaces = decode::optional_id::<EntryId>("replaces", &ask.replaces)?;
    let done = app.act(actor, NewDeed { case, team, act, replaces, exercise: ask.exercise }).await?;
    response(&done)
}

fn response(done: &Done) -> AppResult<v1::ActResponse> {
    let entry = v1::Entry { awaits_agreement: done.allowed.awaits.is_some(), ..bridge::shown(&done.entry)? };
    let mut warnings = Vec::new();
    if let Some(second) = done.allowed.awaits {
        warnings.push(format!(
            "it counts once {} runs `concord concur {} {}`",
            second_person(second),
            done.case,
            done.entry.id
        ));
    }
    if matches!(&done.entry.act, Act::Report(r) if r.possibly_imminent) {
        warnings.push("somebody may be in danger now: telephone 911; `concord emergency declare` lets one person tell who can prevent it".to_owned());
    }
    Ok(v1::ActResponse {
        case_id: done.case.to_string(),
        entry: Some(entry),
        step: done.allowed.step.clone(),
        state: done.state.to_string(),
        awaits: done.allowed.awaits.map(second_person).unwrap_or_default(),
        stale: done.stale.iter().map(stale).collect(),
        warnings,
        return_code: done.return_code.clone().unwrap_or_default(),
    })
}

/// Who has to agree, in words.
fn second_person(second: SecondPerson) -> String {
    let mut who = "a second member".to_owned();
    if second.other_discipline {
        who.push_str(" of another discipline");
    }
    if second.not_police {
        who.push_str(" who is not of law enforcement");
    }
    who
}

/// `ShowHistory`.
pub async fn history(app: &App, actor: &Actor, ask: v1::ShowHistoryRequest) -> AppResult<v1::History> {
    decode::optional_word!(Purpose, "purpose", &ask.purpose)?;
    let history = app.history(actor, decode::id("case_id", &ask.case_id)?).await?;
    let withheld = app.withheld_entries(actor, history.head.record.id, &history.entries).await?;
    shown(&history, &withheld, app.now())
}

/// Where a case stands is read from the whole history, whoever looks; what an entry says is left out where it is withheld.
fn shown(history: &History, withheld: &BTreeMap<EntryId, String>, now: UtcTime) -> AppResult<v1::History> {
    let (process, standing) = (process()?, Standing::of(&history.entries));
    let state = standing.state(now);
    let is_stale = !standing.stale(now).is_empty();
    let case = history.head.record.id;
    let replaced: HashMap<EntryId, EntryId> =
        history.entries.iter().filter_map(|e| e.replaces.map(|old| (old, e.id))).collect();
    let entries = history.entries.iter().map(|entry| {
        let mut said = v1::Entry {
            awaits_agreement: awaits(process, &standing, entry),
            replaced_by: replaced.get(&entry.id).map(ToString::to_string).unwrap_or_default(),
            ..bridge::shown(entry)?
        };
        if let Some(why) = withheld.get(&entry.id) {
            (said.act, said.withheld) = (None, why.clone());
        }
        Ok::<_, AppError>(said)
    });
    let is_open = |entry: &Entry| !withheld.contains_key(&entry.id);
    let level = standing.level().map(|(entry, assessment)| {
        Ok::<_, AppError>(v1::StandingLevel {
            entry_id: entry.id.to_string(),
            level: bridge::shown_act(&Act::from(assessment.clone()))?
                .assess
                .and_then(|a| a.level)
                .filter(|_| is_open(entry)),
            decided_at: entry.at.to_string(),
            stale: standing.stale(now).iter().map(stale).collect(),
        })
    });
    let emergency = standing.last_emergency().map(|overlay| v1::StandingEmergency {
        entry_id: overlay.declared.id.to_string(),
        declared_at: overlay.declared.at.to_string(),
        lapses_at: overlay.lapses_at.to_string(),
        in_force: standing.emergency(now).is_some(),
        answered: overlay.answered,
        reviewed: standing.unreviewed_emergency().is_none(),
    });
    let open_tasks =
        standing.open_tasks().into_iter().filter(|(_, entry, _)| is_open(entry)).map(|(id, entry, task)| {
            Ok::<_, AppError>(v1::OpenTask {
                id: id.to_string(),
                entry_id: entry.id.to_string(),
                task: bridge::shown_act(&Act::from(task.clone()))?.task.filter(|_| is_open(entry)),
            })
        });
    Ok(v1::History {
        case_id: case.to_string(),
        team_id: history.head.record.team.to_string(),
        state: state.to_string(),
        moved_state: standing.moved_state().to_string(),
        level: level.transpose()?,
        emergency,
        agenda: process.agenda(&standing, now).iter().map(|l| line(case, state, is_stale, l, now)).collect(),
        entries: entries.collect::<AppResult<_>>()?,
        withheld: encode::count(withheld.len()),
        exercise: history.head.record.exercise,
        open_tasks: open_tasks.collect::<AppResult<_>>()?,
    })
}

/// `Agenda`.
pub async fn agenda(app: &App, actor: &Actor, ask: v1::AgendaRequest) -> AppResult<v1::AgendaResponse> {
    let team = decode::optional_id("team_id", &ask.team_id)?;
    if team.is_some_and(|team| !actor.is_core_of(team)) {
        return Err(AppError::NotFound);
    }
    if ask.days_ahead > DAYS_AHEAD_MAX {
        return Err(invalid("days_ahead", format!("{DAYS_AHEAD_MAX} at most")));
    }
    let now = app.now();
    let until = end_of_day(now.plus_days(i64::from(ask.days_ahead)));
    let due = app.agenda(actor, &AgendaAsk { team, mine_only: ask.mine_only, until }).await?;
    let part = Part { limit: ask.limit, after: ask.after };
    let key = |l: &crate::app::casework::AgendaLine| {
        let entry = l.line.entry.map(|id| id.to_string()).unwrap_or_default();
        format!("{}.{}.{entry}.{}", l.case, l.line.duty, l.line.due.0)
    };
    let (some, next) = part.of(due.lines, LINES_SHOWN_MAX, key)?;
    Ok(v1::AgendaResponse {
        lines: some.iter().map(|l| line(l.case, l.state, l.stale, &l.line, now)).collect(),
        more: due.more && next.is_empty(),
        review_first: due.review_first,
        next,
        now: now.to_string(),
    })
}

/// The last millisecond of the UTC day.
fn end_of_day(at: UtcTime) -> UtcTime {
    const MS_PER_DAY: i64 = 24 * 60 * 60 * 1_000;
    UtcTime(at.0.div_euclid(MS_PER_DAY).saturating_add(1).saturating_mul(MS_PER_DAY) - 1)
}

fn line(case: CaseId, state: State, stale: bool, line: &Line, now: UtcTime) -> v1::AgendaLine {
    v1::AgendaLine {
        case_id: case.to_string(),
        duty: line.duty.to_string(),
        due: line.due.to_string(),
        overdue: line.due <= now,
        who: line.who.as_ref().map(ToString::to_string).unwrap_or_default(),
        waits_for_another: line.waits_for_another,
        entry_id: line.entry.map(|id| id.to_string()).unwrap_or_default(),
        state: state.to_string(),
        stale,
    }
}

fn stale(stale: &Stale) -> v1::StaleReason {
    v1::StaleReason {
        reason: stale.reason.to_string(),
        since: stale.since.to_string(),
        entry_id: stale.entry.map(|id| id.to_string()).unwrap_or_default(),
    }
}

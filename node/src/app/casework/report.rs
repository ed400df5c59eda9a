//! What somebody outside tells a team, and how they come back: report, news, more words.
//!
//! Caller: the intake port. The case, its entry and who is told are [`super`]'s work; here are the return code and the seal
//! of a confidential reporter, in the same commit. Deliberately absent: any look at people or cases by what a reporter
//! says, and any answer from which it could be told whether somebody is known here.

use super::super::fields::{self, invalid};
use super::super::rows::Read;
use super::super::{App, AppError, AppResult, Code, DECIDE_AGAIN_MAX, NewIdentity, Whose};
use super::NewDeed;
use crate::store::{Changes, Kind};
use policy::id::{CaseId, StaffId, TeamId};
use policy::process::entry::{BYSTANDER, Message, Report};
use policy::process::words::{Anonymity, ReportChannel, State};
use policy::process::{Act, Entry, Standing};
use policy::record::Team;
use policy::time::{Date, UtcTime};

/// Bytes of what was seen or heard, and of a message.
pub const NARRATIVE_BYTES_MAX: usize = 16_384;
/// Messages shown at once, the newest.
const MESSAGES_SHOWN_MAX: usize = 50;
/// Words that one reporter can add to a case.
const MESSAGES_OF_REPORTER_MAX: usize = 200;
/// Days that a code leads somewhere after its case was closed.
const CODE_DAYS_AFTER_CLOSING: i64 = 90;

/// How far a report is, as its reporter is told: of the report, never of anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It arrived.
    Received,
    /// Somebody looks at it.
    BeingLookedAt,
    /// It was dealt with.
    DealtWith,
}

/// What a code leads to.
pub struct News {
    /// How far the report is.
    pub stage: Stage,
    /// What the team said, with the day, newest last.
    pub messages: Vec<(Date, String)>,
}

impl App {
    /// The team that takes what is told under a public name; `None` where there is no such team here.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn team_called(&self, name: &str) -> AppResult<Option<TeamId>> {
        let all: Vec<Read<Team>> = self.list(Kind::Team).await?;
        let found = all.iter().find(|t| t.record.name == name || t.record.id.to_string() == name);
        Ok(found.map(|t| t.record.id))
    }

    /// Keeps what somebody tells a team, as a new case. Returns the code with which they come back, which is shown once.
    /// Who they are, if they say so, is sealed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a missing or overlong text.
    pub async fn take_report(
        &self,
        team: TeamId,
        report: Report,
        confidential: Option<NewIdentity>,
    ) -> AppResult<String> {
        let report = checked(report, confidential.is_some())?;
        let deed =
            NewDeed { case: None, team: Some(team), act: Act::from(report), replaces: None, exercise: false };
        let by = StaffId::from(BYSTANDER);
        for _ in 0..DECIDE_AGAIN_MAX {
            let mut changes = Changes::default();
            let done = self.decide_act(&by, &deed, &mut changes).await?;
            let code = self.new_return_code(done.case, &mut changes)?;
            if let Some(identity) = &confidential {
                self.sealing(&by, done.case, Whose::Reporter, identity, &mut changes)?;
            }
            if self.committed(changes).await? {
                return Ok(code);
            }
        }
        Err(AppError::Stale)
    }

    /// What the team said since; `None`: the code leads nowhere, or no longer.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn news_for(&self, code: &Code) -> AppResult<Option<News>> {
        let Some((_, entries)) = self.open_code(code).await? else { return Ok(None) };
        let standing = Standing::of(&entries);
        let mut messages: Vec<(Date, String)> = standing
            .current(|act| match act {
                Act::Message(m) if !m.from_reporter => Some(&**m),
                _ => None,
            })
            .into_iter()
            .map(|(entry, m)| (entry.at.date(), m.text.clone()))
            .collect();
        messages.drain(..messages.len().saturating_sub(MESSAGES_SHOWN_MAX));
        Ok(Some(News { stage: stage(standing.moved_state()), messages }))
    }

    /// Adds what a reporter says, also to a case that was closed: somebody is told of it all the same. A code that leads
    /// nowhere changes nothing: then the answer is false.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a missing or overlong text, [`AppError::Refused`] after very many.
    pub async fn reporter_says(&self, code: &Code, text: &str) -> AppResult<bool> {
        let text = fields::text("text", text, NARRATIVE_BYTES_MAX)?;
        let Some((case, entries)) = self.open_code(code).await? else { return Ok(false) };
        let said = entries.iter().filter(|e| matches!(&e.act, Act::Message(m) if m.from_reporter)).count();
        if said >= MESSAGES_OF_REPORTER_MAX {
            return Err(AppError::Refused(format!(
                "{MESSAGES_OF_REPORTER_MAX} messages came with this code: report anew, or telephone"
            )));
        }
        let deed = NewDeed {
            case: Some(case),
            team: None,
            act: Act::from(Message { from_reporter: true, text }),
            replaces: None,
            exercise: false,
        };
        self.act_as_bystander(&deed).await.map(|_| true)
    }

    /// The case of a code and its entries, while the code leads somewhere.
    async fn open_code(&self, code: &Code) -> AppResult<Option<(CaseId, Vec<Entry>)>> {
        let Some(case) = self.case_of_code(code).await? else { return Ok(None) };
        let entries = match self.entries_of(case).await {
            Err(AppError::NotFound | AppError::Erased(_)) => return Ok(None),
            other => other?,
        };
        Ok(is_open(&Standing::of(&entries), self.now()).then_some((case, entries)))
    }
}

/// Whether the code of a case still leads somewhere.
fn is_open(standing: &Standing<'_>, now: UtcTime) -> bool {
    match standing.moved_state() {
        State::Purged => false,
        State::Closed | State::ScreenedOut => {
            standing.moved_at().is_some_and(|at| now < at.plus_days(CODE_DAYS_AFTER_CLOSING))
        }
        _ => !standing.entries().is_empty(),
    }
}

const fn stage(state: State) -> Stage {
    match state {
        State::Reported => Stage::Received,
        State::Closed | State::ScreenedOut | State::Purged => Stage::DealtWith,
        _ => Stage::BeingLookedAt,
    }
}

/// The report with its texts bounded, as it comes in by the intake port.
fn checked(report: Report, is_confidential: bool) -> AppResult<Report> {
    let short = |field, text: &str| -> AppResult<String> {
        Ok(fields::optional_text(field, text, fields::STATEMENT_BYTES_MAX)?.unwrap_or_default())
    };
    if report.reporting_member.is_some() {
        return Err(invalid("reporting_member", "is for staff: a member reports through the staff port"));
    }
    Ok(Report {
        channel: ReportChannel::Intake,
        anonymity: if is_confidential { Anonymity::Confidential } else { Anonymity::Anonymous },
        narrative: fields::text("narrative", &report.narrative, NARRATIVE_BYTES_MAX)?,
        place: short("place", &report.place)?,
        happened: short("happened", &report.happened)?,
        at_risk_now: short("at_risk_now", &report.at_risk_now)?,
        how_known: short("how_known", &report.how_known)?,
        ..report
    })
}

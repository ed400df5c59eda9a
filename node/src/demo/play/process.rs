//! Cases by the process: acts and refusals, days that pass, what is due, where a case stands, referrals and their words.

use super::{CaseOpened, Player, SOON_SECONDS, wait_for};
use crate::demo::DemoError;
use crate::demo::cast::Who;
use crate::demo::report::StepReport;
use crate::demo::script::{Act, Agenda, AnswerReferral, History, Key, Outdated, Refused};
use crate::demo::script_process::resolved;
use crate::demo::staff::is_refusal;
use proto::agency::v1 as api;
use serde_json::Value;
use std::collections::BTreeSet;

impl Player<'_> {
    pub(super) async fn act(&mut self, act: &Act, done: &mut StepReport) -> Result<(), DemoError> {
        let known = self.scene.cases.get(act.case).map(|case| case.id.clone());
        let begins = known.is_none();
        let team_id =
            if begins { self.teams.get(act.by.agency).cloned().unwrap_or_default() } else { String::new() };
        let replaces = if act.replaces.is_empty() { String::new() } else { self.id(act.case, act.replaces)? };
        let request = api::ActRequest {
            case_id: known.unwrap_or_default(),
            team_id,
            act: Some(self.written(act.case, &act.act)?),
            replaces,
            exercise: false,
        };
        let came = self.staff(act.by)?.act(request).await?;
        if begins {
            let opened = CaseOpened { agency: act.by.agency, by: act.by, id: came.case_id.clone() };
            self.cases_opened.push(opened.clone());
            self.scene.cases.insert(act.case, opened);
        }
        let entry = came.entry.map(|entry| entry.id).unwrap_or_default();
        done.check("it is in the history", !entry.is_empty(), "no entry came back");
        self.scene.ids.insert((act.case, act.key), entry);
        let stood = self.scene.states.get(act.case).cloned().unwrap_or_default();
        let expected = if act.state.is_empty() { stood } else { act.state.to_owned() };
        done.check(format!("the case is {expected}"), came.state == expected, came.state.clone());
        self.scene.states.insert(act.case, came.state.clone());
        let waits = !came.awaits.is_empty();
        let what = if act.awaits { "it waits for a second member" } else { "it waits for nobody" };
        done.check(what, waits == act.awaits, came.awaits.clone());
        if !came.step.is_empty() {
            done.lines.push(format!("step {}: {}", came.step, came.state));
        }
        done.lines.extend(
            came.stale
                .iter()
                .map(|stale| format!("the level is STALE: {} since {}", stale.reason, stale.since)),
        );
        done.lines.extend(came.warnings);
        Ok(())
    }

    pub(super) async fn refused(
        &mut self,
        refused: &Refused,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let request = api::ActRequest {
            case_id: self.case(refused.case)?.id,
            act: Some(self.written(refused.case, &refused.act)?),
            ..Default::default()
        };
        match self.staff(refused.by)?.act(request).await {
            Ok(came) => done.check("it is refused", false, format!("it was done: {}", came.step)),
            Err(error) if is_refusal(&error) => {
                let said = error.to_string();
                let named = said.contains(refused.guard);
                done.check(
                    format!("the guard {} refuses it and says why", refused.guard),
                    named,
                    said.clone(),
                );
                done.lines.push(format!("refused: {said}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The act as the staff API takes it, with what the story names in its place.
    fn written(&self, case: Key, act: &Value) -> Result<api::Act, DemoError> {
        let domain = self.region.spec.trust_domain;
        let staff = |who: Who| format!("spiffe://{domain}/agency/{}/staff/{}", who.agency, who.name);
        let id = |key: &str| {
            let of_case = self.scene.ids.iter().find(|((of, named), _)| *of == case && *named == key);
            let sent = || {
                self.scene.sent.iter().find(|(named, _)| **named == key).map(|(_, sent)| sent.message.clone())
            };
            of_case.map(|(_, id)| id.clone()).or_else(sent)
        };
        let written = resolved(act, self.now(), &staff, &id)
            .and_then(|value| serde_json::from_value(value).map_err(|error| error.to_string()));
        written.map_err(|key| DemoError::Script { story: self.scene.story, what: "act", key })
    }

    pub(super) async fn days_pass(&mut self, days: u32, done: &mut StepReport) -> Result<(), DemoError> {
        self.region.pass_days(days).await?;
        done.lines.push(format!("it is {} at every node", self.now().date()));
        Ok(())
    }

    pub(super) async fn agenda(&mut self, agenda: &Agenda, done: &mut StepReport) -> Result<(), DemoError> {
        let case = self.case(agenda.case)?.id;
        let request = api::AgendaRequest { days_ahead: agenda.days, ..Default::default() };
        let answer = self.staff(agenda.by)?.agenda(request).await?;
        let lines: Vec<_> = answer.lines.into_iter().filter(|line| line.case_id == case).collect();
        for (duty, overdue) in agenda.has {
            let word = if *overdue { "overdue" } else { "due" };
            let there = lines.iter().any(|line| line.duty == *duty && line.overdue == *overdue);
            done.check(format!("{duty} is {word}"), there, "it is not");
        }
        for duty in agenda.has_not {
            let there = lines.iter().any(|line| line.duty == *duty);
            done.check(format!("{duty} is not on it"), !there, "it is");
        }
        let in_order = lines.is_sorted_by(|a, b| a.due <= b.due);
        done.check("it is in the order of what is due first", in_order, "it is not");
        done.lines.extend(lines.iter().map(|line| {
            let late = if line.overdue { ", overdue" } else { "" };
            let waits = if line.waits_for_another { ", waits for another" } else { "" };
            format!("{} due {}{late}{waits}", line.duty, line.due)
        }));
        Ok(())
    }

    pub(super) async fn history(
        &mut self,
        history: &History,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let request = api::ShowHistoryRequest { case_id: self.case(history.case)?.id, ..Default::default() };
        let found = self.staff(history.by)?.show_history(request).await?;
        done.check(
            format!("the case is {}", history.state),
            found.state == history.state,
            found.state.clone(),
        );
        self.scene.states.insert(history.case, found.state.clone());
        let standing = found.level.unwrap_or_default();
        let level = standing.level.unwrap_or_default();
        let what = if history.band.is_empty() {
            "there is no level".to_owned()
        } else {
            format!("the level is {}", history.band)
        };
        done.check(what, level.band == history.band, level.band.clone());
        if !history.band.is_empty() {
            done.check("the level has an end", !level.valid_until.is_empty(), "it has none");
            done.lines.push(format!(
                "level {}, decided {}, until {}",
                level.original, standing.decided_at, level.valid_until
            ));
        }
        let stale: BTreeSet<&str> = standing.stale.iter().map(|stale| stale.reason.as_str()).collect();
        let expected: BTreeSet<&str> = history.stale.iter().copied().collect();
        let what = if expected.is_empty() {
            "the level is current".to_owned()
        } else {
            format!("the level is stale: {expected:?}")
        };
        done.check(what, stale == expected, format!("{stale:?}"));
        let levels = found
            .entries
            .iter()
            .filter(|entry| entry.act.as_ref().is_some_and(|act| act.assess.is_some()))
            .count();
        done.check(
            format!("{} levels are in the history", history.levels),
            levels == history.levels,
            levels.to_string(),
        );
        // tasks of the plan get their names here, by their place in it
        for (at, task) in found.open_tasks.iter().enumerate() {
            if let Some(name) = TASKS.get(at) {
                self.scene.ids.insert((history.case, name), task.id.clone());
            }
        }
        done.lines.push(format!("{} entries, {} tasks open", found.entries.len(), found.open_tasks.len()));
        Ok(())
    }

    pub(super) async fn outdated(
        &mut self,
        outdated: &Outdated,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let message_id = self.message_of(outdated.share).await?;
        let staff = self.staff(outdated.by)?;
        let wanted: BTreeSet<u32> = outdated.rows.iter().copied().collect();
        let found = wait_for("an item to be marked as no longer current", SOON_SECONDS, async || {
            let opened = staff.open_inbox(api::OpenInboxRequest { message_id: message_id.clone() }).await?;
            let marked: Vec<_> = opened
                .items
                .into_iter()
                .filter(|item| !item.stale_since.is_empty() && item.stale_because == outdated.because)
                .collect();
            Ok((!marked.is_empty()).then_some(marked))
        })
        .await?;
        let rows: BTreeSet<u32> = found.iter().map(|item| item.row).collect();
        done.check(format!("rows {wanted:?} are marked, and no others"), rows == wanted, format!("{rows:?}"));
        done.lines.extend(
            found
                .iter()
                .map(|item| format!("row {}: {} since {}", item.row, item.stale_because, item.stale_since)),
        );
        Ok(())
    }

    pub(super) async fn answer_referral(
        &mut self,
        answer: &AnswerReferral,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let message_id = self.message_of(answer.share).await?;
        let person_agreed = (answer.agreed_days > 0).then(|| api::PersonAgreed {
            kind: "hipaa_authorization".to_owned(),
            signed_at: self.now().plus_minutes(-5).to_string(),
            expires_at: self.in_days(answer.agreed_days),
            evidence: format!("paper form in the file of {}", answer.by.agency),
        });
        let request = api::AnswerReferralRequest {
            message_id: message_id.clone(),
            state: answer.state.to_owned(),
            reason: String::new(),
            person_agreed,
        };
        let said = self.staff(answer.by)?.answer_referral(request).await?;
        done.check(
            format!("the service says {}", answer.state),
            said.state == answer.state,
            said.state.clone(),
        );
        let sent = self.sent(answer.share)?;
        let by = sent.by.ok_or_else(|| self.missing("sender of", answer.share))?;
        let (home, case_id) = (self.staff(by)?, self.case(sent.case)?.id);
        let came = wait_for("the word to come home", SOON_SECONDS, async || {
            let request = api::ListReferralsRequest { case_id: case_id.clone(), ..Default::default() };
            let all = home.list_referrals(request).await?.referrals;
            Ok(all.into_iter().find(|r| r.id == message_id && r.state == answer.state))
        })
        .await?;
        done.check("the referring agency sees it", true, "");
        done.lines
            .push(format!("{}: {}; next: {} {}", came.state, came.means, came.next_actor, came.next_step));
        Ok(())
    }
}

/// Names of the open tasks of a case, in their order, from the look at its history on.
const TASKS: [Key; 6] = ["task 1", "task 2", "task 3", "task 4", "task 5", "task 6"];

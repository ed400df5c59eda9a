//! What an attempt came to: receipted, put off with back-off, or stopped for a person to look at.
//!
//! Callers: the courier after it called a peer, and `collect` after a peer fetched. What a peer said and why the law refused
//! stay in the sealed task, where `concord trace` shows them to those who may see the case; the log gets ids and a word.

use super::compose::{Checked, Composed};
use crate::app::rows::{Read, put_new};
use crate::app::{App, AppError, AppResult, ReferralRecord, Task, Work, work_state};
use crate::faults;
use crate::store::{Changes, Kind};
use policy::id::{AgencyId, MessageId};
use policy::time::UtcTime;
use proto::exchange::v1::{DeliverOutcome, DeliverResult, Envelope, RefusalCode};

/// Why an attempt came to nothing.
#[derive(Clone)]
pub struct Halt {
    /// For the log: a word of this program's own, never one of the peer's.
    pub word: &'static str,
    /// For the people of this agency: kept in the sealed task.
    pub told: String,
}

impl Halt {
    /// A word for the log, and what people are told.
    pub fn new(word: &'static str, told: impl Into<String>) -> Self {
        Self { word, told: told.into() }
    }
}

impl App {
    /// The envelope of a task: composed now, or decided on again. `None`: it is not sent, and the task is closed.
    ///
    /// # Errors
    /// When storage fails, or the records keep changing.
    pub(super) async fn ready(&self, work: &mut Read<Work>) -> AppResult<Option<(MessageId, Envelope)>> {
        let composed = match work.record.message {
            None => self.compose(work).await,
            Some(message) => self.compose_again(work, message).await,
        };
        match composed {
            Ok(Composed::Ready { message, envelope }) => Ok(Some((message, envelope))),
            Ok(Composed::Waits) => {
                tracing::debug!(work = %work.row.r, to = %work.record.to, "waits for what has to arrive before it");
                Ok(None)
            }
            Ok(Composed::NotSent) => {
                // The reason can be that somebody took a permission back: the sealed task has it.
                tracing::info!(work = %work.row.r, to = %work.record.to, "not sent");
                Ok(None)
            }
            // Its bytes lay under the key of what was destroyed, and so would its receipt: it can never be done.
            Err(error @ AppError::Erased(_)) => {
                self.stop(work, Halt::new("erased", error.to_string())).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What the recipient's node answered.
    pub(super) async fn settle(
        &self,
        mut work: Read<Work>,
        message: MessageId,
        envelope: &Envelope,
        result: DeliverResult,
    ) -> AppResult<()> {
        let to = work.record.to.clone();
        match result.outcome() {
            DeliverOutcome::Stored | DeliverOutcome::Quarantined | DeliverOutcome::Duplicate => {
                let Some(receipt) = result.receipt else {
                    let told = format!("{to} confirmed without a signed receipt");
                    return self.put_off(work, Halt::new("no_receipt", told)).await;
                };
                match self.check_receipt(&to, message, envelope, &receipt) {
                    Ok(checked) => self.done(work, message, &checked).await,
                    Err(why) => {
                        let told = format!("the receipt of {to} cannot be believed: {why}");
                        self.put_off(work, Halt::new("receipt_not_believed", told)).await
                    }
                }
            }
            DeliverOutcome::Refused | DeliverOutcome::Unspecified => {
                let word = result.refusal().as_str_name();
                let why = Halt::new(word, format!("{to} refused it: {}", result.text));
                match result.refusal() {
                    RefusalCode::Busy
                    | RefusalCode::Clock
                    | RefusalCode::NotInRoster
                    | RefusalCode::KeyNotCurrent => self.put_off(work, why).await,
                    _ => self.stop(&mut work, why).await,
                }
            }
        }
    }

    /// Receipt held: the task is done.
    async fn done(&self, mut work: Read<Work>, message: MessageId, checked: &Checked) -> AppResult<()> {
        let app = self;
        work.record.attempts += 1;
        work.record.last_attempt_at = Some(app.now());
        work.record.stopped_by = None;
        let mut changes = Changes::default();
        let receipt = Kind::Receipt.of(message);
        let kept = put_new(receipt, &checked.record, &checked.bytes)?;
        changes.puts.push(match work.record.task {
            Task::Seen { .. } => kept,
            Task::Share(_) | Task::Answer(_) | Task::Recall { .. } | Task::ReferralStatus { .. } => {
                kept.sharing_key_of(Kind::Disclosure.of(message))
            }
        });
        if work.record.referral {
            app.referral_receipted(message, &mut changes).await?;
        }
        if let Task::ReferralStatus { referral, step } = work.record.task {
            let found: Read<ReferralRecord> = app.load(Kind::Referral.of(referral)).await?;
            app.let_go_after(&found.record, step, &mut changes).await?;
        }
        changes.puts.push(work.put()?.in_state(work_state::DONE).due(None));
        if checked.record.set_apart > 0 {
            changes.puts.push(app.raise("set_apart_by_recipient", receipt, false, app.now(), app.now())?);
        }
        changes.events.push(app.event("courier", "receipted", vec![work.row.r, receipt]));
        faults::reached("courier.before_receipt");
        app.commit(changes).await?;
        faults::reached("courier.after_receipt");
        Ok(())
    }

    /// Not this time: later, by doubling waits; given up after the configured hours, and then a person is told.
    pub(super) async fn put_off(&self, mut work: Read<Work>, why: Halt) -> AppResult<()> {
        let app = self;
        let now = app.now();
        let config = &app.config.courier;
        work.record.attempts = work.record.attempts.saturating_add(1);
        work.record.last_attempt_at = Some(now);
        let first_due = work.record.first_due.unwrap_or(now);
        work.record.first_due = Some(first_due);
        if now.0 - first_due.0 > i64::from(config.give_up_hours) * 3_600_000 {
            let told = format!("given up after {} hours: {}", config.give_up_hours, why.told);
            return self.stop(&mut work, Halt { told, ..why }).await;
        }
        let doublings = work.record.attempts.saturating_sub(1).min(16);
        let wait_s =
            (u64::from(config.retry_first_seconds) << doublings).min(u64::from(config.retry_longest_seconds));
        let next = UtcTime(now.0.saturating_add(i64::try_from(wait_s * 1000).unwrap_or(i64::MAX)));
        tracing::info!(work = %work.row.r, to = %work.record.to, attempts = work.record.attempts, why = why.word, "put off");
        work.record.stopped_by = Some(why.told);
        let mut changes = Changes::default();
        changes.puts.push(work.put()?.in_state(work_state::DUE).due(next));
        changes.events.push(app.event("courier", "put_off", vec![work.row.r]));
        app.commit(changes).await?;
        Ok(())
    }

    /// Not at all: a person of this agency is told.
    async fn stop(&self, work: &mut Read<Work>, why: Halt) -> AppResult<()> {
        let app = self;
        let now = app.now();
        tracing::warn!(work = %work.row.r, to = %work.record.to, why = why.word, "stopped");
        work.record.stopped_by = Some(why.told);
        work.record.last_attempt_at = Some(now);
        let mut changes = Changes::default();
        changes.puts.push(work.put()?.in_state(work_state::STOPPED).due(None));
        changes.puts.push(app.raise("not_sent", work.row.r, true, now, now)?);
        changes.events.push(app.event("courier", "stopped", vec![work.row.r]));
        app.commit(changes).await?;
        app.notify_bell.notify_one();
        Ok(())
    }

    /// Why nothing may go to this agency at all: the roster has expired or does not list it.
    pub fn roster_stops(&self, to: &AgencyId) -> Option<String> {
        let roster = self.roster.load();
        if let Err(why) = roster.usable_at(self.now()) {
            return Some(why.to_string());
        }
        roster.agency(to).is_none().then(|| format!("{to} is not in the roster any more"))
    }

    /// Whether the roster lists an address at which this agency can be called.
    pub(super) fn can_be_called(&self, to: &AgencyId) -> bool {
        self.roster.load().agency(to).is_none_or(|m| !m.addresses.is_empty())
    }

    /// An agency that opens no port fetches what waits for it: nothing is decided before it does.
    pub(super) async fn wait_for_collection(&self, mut work: Read<Work>) -> AppResult<()> {
        work.record.stopped_by =
            Some(format!("{} opens no port: it waits here until they fetch it", work.record.to));
        let mut changes = Changes::default();
        let again = self.now().plus_days(1);
        changes.puts.push(work.put()?.in_state(work_state::DUE).due(again));
        changes.events.push(self.event("courier", "waits_for_collection", vec![work.row.r]));
        self.commit(changes).await?;
        Ok(())
    }
}

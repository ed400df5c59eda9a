//! The courier: does what is due in the outbox. Decides again, builds, commits, and only then sends; repeats with
//! back-off; keeps the receipt.
//!
//! Callers: `serve` runs it; tests call `run_once`. This file alone holds the client that sends to peers. Deliberately
//! absent: any sending inside a commit, and any decision: `compose` asks policy, and what comes out is either an envelope
//! whose bytes are durable or a reason not to send.
//!
//! // INVARIANT (moment of disclosure): an envelope leaves only after the commit that holds its exact bytes, its
//! // commitments and its accounting lines.

use super::compose::{Composed, NotSent};
use super::lanes::{Lanes, Sent};
use crate::app::rows::{Read, put_new, read};
use crate::app::{App, AppError, AppResult, Work, work_state};
use crate::faults;
use crate::store::{Changes, Kind, RecordRef};
use policy::id::{AgencyId, MessageId};
use policy::time::UtcTime;
use proto::exchange::v1::{DeliverOutcome, DeliverResult, Envelope, RefusalCode};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Work done at the same time.
pub const IN_FLIGHT_MAX: usize = 64;
/// How long the courier sleeps when nothing is due and nobody rings.
const IDLE: Duration = Duration::from_millis(500);

/// The outbox's worker.
pub struct Courier {
    app: Arc<App>,
    lanes: Lanes,
}

impl Courier {
    /// A courier that sends over `lanes`.
    pub fn new(app: Arc<App>, lanes: Lanes) -> Self {
        Self { app, lanes }
    }

    /// Works until `stop` says so, then finishes what is in flight.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tasks: JoinSet<RecordRef> = JoinSet::new();
        let mut in_flight: HashSet<RecordRef> = HashSet::new();
        while !*stop.borrow() {
            let mut idle = true;
            if in_flight.len() < IN_FLIGHT_MAX {
                match self.due(self.app.now(), in_flight.len()).await {
                    Ok(due) => {
                        for work in due {
                            if in_flight.len() < IN_FLIGHT_MAX && in_flight.insert(work.row.r) {
                                idle = false;
                                let courier = Arc::clone(&self);
                                tasks.spawn(async move { courier.step_logged(work).await });
                            }
                        }
                    }
                    Err(error) => tracing::error!(%error, "the outbox cannot be read"),
                }
            }
            tokio::select! {
                Some(done) = tasks.join_next() => { forget(&mut in_flight, done); }
                () = self.app.courier_bell.notified() => {}
                () = tokio::time::sleep(IDLE), if idle => {}
                _ = stop.changed() => {}
            }
            while let Some(done) = tasks.try_join_next() {
                forget(&mut in_flight, done);
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Does everything that is due at `now` once, one after the other. Returns how many tasks were begun.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn run_once(&self, now: UtcTime) -> AppResult<usize> {
        let due = self.due(now, 0).await?;
        let begun = due.len();
        for work in due {
            match self.step(work).await {
                Ok(()) | Err(AppError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(begun)
    }

    async fn due(&self, now: UtcTime, busy: usize) -> AppResult<Vec<Read<Work>>> {
        let limit = u32::try_from(busy + IN_FLIGHT_MAX).unwrap_or(u32::MAX);
        let rows = self.app.store.by_state(Kind::Work, work_state::DUE, Some(now), limit).await?;
        rows.into_iter().map(read).collect()
    }

    async fn step_logged(&self, work: Read<Work>) -> RecordRef {
        let r = work.row.r;
        match self.step(work).await {
            Ok(()) | Err(AppError::Stale) => {}
            Err(error) => {
                tracing::error!(%error, work = %r, "a task of the outbox failed and will be tried again");
                tokio::time::sleep(IDLE).await;
            }
        }
        r
    }

    /// One task: compose or decide again, deliver, settle.
    async fn step(&self, mut work: Read<Work>) -> AppResult<()> {
        let app = &self.app;
        if let Some(why) = app.roster_stops(&work.record.to) {
            return self.put_off(work, why).await;
        }
        let composed = match work.record.message {
            None => app.compose(&mut work).await?,
            Some(message) => app.compose_again(&mut work, message).await?,
        };
        let (message, envelope) = match composed {
            Composed::Ready { message, envelope } => (message, envelope),
            Composed::NotSent(NotSent { reason }) => {
                tracing::info!(work = %work.row.r, reason, "not sent");
                return Ok(());
            }
        };
        faults::reached("courier.before_send");
        let sent = self.lanes.deliver(&work.record.to, envelope.clone()).await;
        faults::reached("courier.after_send");
        match sent {
            Sent::Answered(result) => self.settle(work, message, &envelope, result).await,
            Sent::Unreached(why) => self.put_off(work, why).await,
        }
    }

    /// What the recipient's node answered.
    async fn settle(
        &self,
        work: Read<Work>,
        message: MessageId,
        envelope: &Envelope,
        result: DeliverResult,
    ) -> AppResult<()> {
        let to = work.record.to.clone();
        match result.outcome() {
            DeliverOutcome::Stored | DeliverOutcome::Quarantined | DeliverOutcome::Duplicate => {
                let Some(receipt) = result.receipt else {
                    return self.put_off(work, format!("{to} confirmed without a signed receipt")).await;
                };
                match self.app.check_receipt(&to, message, envelope, &receipt) {
                    Ok(checked) => self.done(work, message, &checked).await,
                    Err(why) => self.put_off(work, format!("the receipt of {to} cannot be believed: {why}")).await,
                }
            }
            DeliverOutcome::Refused | DeliverOutcome::Unspecified => {
                let why = format!("{to} refused it: {}", result.text);
                match result.refusal() {
                    RefusalCode::Busy | RefusalCode::Clock | RefusalCode::NotInRoster | RefusalCode::KeyNotCurrent => {
                        self.put_off(work, why).await
                    }
                    _ => self.stop(work, why).await,
                }
            }
        }
    }

    /// Receipt held: the task is done.
    async fn done(&self, mut work: Read<Work>, message: MessageId, checked: &super::compose::Checked) -> AppResult<()> {
        let app = &self.app;
        work.record.attempts += 1;
        work.record.last_attempt_at = Some(app.now());
        work.record.stopped_by = None;
        let mut changes = Changes::default();
        let receipt = Kind::Receipt.of(message);
        changes.puts.push(put_new(receipt, &checked.record, &checked.bytes)?);
        changes.puts.push(work.put()?.in_state(work_state::DONE).due(None));
        if checked.record.set_apart > 0 {
            changes.puts.push(app.raise("set_apart_by_recipient", receipt, false, app.now(), app.now())?);
        }
        changes.events.push(app.event("courier", "receipted", vec![work.row.r, receipt]));
        faults::reached("courier.before_receipt_commit");
        app.commit(changes).await?;
        faults::reached("courier.after_receipt_commit");
        Ok(())
    }

    /// Not this time: later, by doubling waits; given up after the configured hours, and then a person is told.
    async fn put_off(&self, mut work: Read<Work>, why: String) -> AppResult<()> {
        let app = &self.app;
        let now = app.now();
        let config = &app.config.courier;
        work.record.attempts = work.record.attempts.saturating_add(1);
        work.record.last_attempt_at = Some(now);
        let first_due = work.record.first_due.unwrap_or(now);
        work.record.first_due = Some(first_due);
        if now.0 - first_due.0 > i64::from(config.give_up_hours) * 3_600_000 {
            return self.stop(work, format!("given up after {} hours: {why}", config.give_up_hours)).await;
        }
        let doublings = work.record.attempts.saturating_sub(1).min(16);
        let wait_s = (u64::from(config.retry_first_seconds) << doublings).min(u64::from(config.retry_longest_seconds));
        let next = UtcTime(now.0.saturating_add(i64::try_from(wait_s * 1000).unwrap_or(i64::MAX)));
        tracing::info!(work = %work.row.r, to = %work.record.to, attempts = work.record.attempts, why, "put off");
        work.record.stopped_by = Some(why);
        let mut changes = Changes::default();
        changes.puts.push(work.put()?.in_state(work_state::DUE).due(next));
        changes.events.push(app.event("courier", "put_off", vec![work.row.r]));
        app.commit(changes).await?;
        Ok(())
    }

    /// Not at all: a person of this agency is told.
    async fn stop(&self, mut work: Read<Work>, why: String) -> AppResult<()> {
        let app = &self.app;
        let now = app.now();
        tracing::warn!(work = %work.row.r, to = %work.record.to, why, "stopped");
        work.record.stopped_by = Some(why);
        work.record.last_attempt_at = Some(now);
        let mut changes = Changes::default();
        changes.puts.push(work.put()?.in_state(work_state::STOPPED).due(None));
        changes.puts.push(app.raise("not_sent", work.row.r, true, now, now)?);
        changes.events.push(app.event("courier", "stopped", vec![work.row.r]));
        app.commit(changes).await?;
        app.notify_bell.notify_one();
        Ok(())
    }
}

fn forget(in_flight: &mut HashSet<RecordRef>, done: Result<RecordRef, tokio::task::JoinError>) {
    match done {
        Ok(r) => {
            in_flight.remove(&r);
        }
        Err(error) => {
            // A panicking task loses its name: forget all, what is still running is guarded by its row's version.
            tracing::error!(%error, "a task of the outbox broke off");
            in_flight.clear();
        }
    }
}

/// Agencies the courier may not send to now, and why.
impl App {
    /// Why nothing may go to this agency at all: the roster has expired or does not list it.
    pub fn roster_stops(&self, to: &AgencyId) -> Option<String> {
        let roster = self.roster.load();
        if let Err(why) = roster.usable_at(self.now()) {
            return Some(why.to_string());
        }
        roster.agency(to).is_none().then(|| format!("{to} is not in the roster any more"))
    }
}

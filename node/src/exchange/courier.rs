//! The courier: does what is due in the outbox. Decides again, builds, commits, and only then sends; repeats with
//! back-off; keeps the receipt.
//!
//! Callers: `serve` runs it; tests call `run_once`. This file alone holds the client that sends to peers. Deliberately
//! absent: any sending inside a commit, and any decision: `compose` asks policy, and what comes out is either an envelope
//! whose bytes are durable or a reason not to send.
//!
//! // INVARIANT (moment of disclosure): an envelope leaves only after the commit that holds its exact bytes, its
//! // commitments and its accounting lines.

use super::lanes::{Lanes, Sent};
use super::settle::Halt;
use crate::app::rows::{Read, read};
use crate::app::{App, AppError, AppResult, Task, Work, work_state};
use crate::faults;
use crate::store::{Kind, RecordRef};
use policy::time::UtcTime;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Work done at the same time.
pub const IN_FLIGHT_MAX: usize = 64;
/// How long the courier sleeps when nothing is due and nobody rings.
const IDLE: Duration = Duration::from_millis(500);

/// Milliseconds after its due time at which an answer leaves, however long composing it took.
const ANSWER_LEAVES_AFTER_MS: i64 = 250;

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
        let due = rows.into_iter().map(read).collect::<AppResult<Vec<Read<Work>>>>()?;
        self.read_together(&due).await;
        Ok(due)
    }

    /// Reads at once what each of these tasks will read first, so that the store has it at hand. What changes meanwhile is
    /// read again; what cannot be read stops only the task that needs it, which then says so.
    pub async fn read_together(&self, due: &[Read<Work>]) {
        let shares = due.iter().filter_map(|work| match work.record.task {
            Task::Share(proposal) if work.record.message.is_none() => Some(proposal),
            _ => None,
        });
        let wanted: Vec<RecordRef> =
            shares.flat_map(|p| [Kind::Proposal.of(p), Kind::Approval.of(p)]).collect();
        if wanted.len() > 2
            && let Err(error) = self.app.store.get_many(&wanted).await
        {
            tracing::debug!(%error, "what is due could not be read together");
        }
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
    ///
    /// # Errors
    /// When storage fails, or the records keep changing.
    pub async fn step(&self, mut work: Read<Work>) -> AppResult<()> {
        let app = &self.app;
        if !app.can_be_called(&work.record.to) {
            return app.wait_for_collection(work).await;
        }
        if let Some(why) = app.roster_stops(&work.record.to) {
            return app.put_off(work, Halt::new("roster", why)).await;
        }
        faults::reached("courier.before_decide");
        let Some((message, envelope)) = app.ready(&mut work).await? else { return Ok(()) };
        if let (Task::Answer(_), Some(due)) = (&work.record.task, work.row.due_at) {
            // Deciding on content takes longer than having none: the wait hides which it was.
            let left_ms = due.0.saturating_add(ANSWER_LEAVES_AFTER_MS).saturating_sub(app.now().0);
            let left_ms = u64::try_from(left_ms.clamp(0, ANSWER_LEAVES_AFTER_MS)).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(left_ms)).await;
        }
        faults::reached("courier.before_send");
        let sent = self.lanes.deliver(&work.record.to, envelope.clone()).await;
        faults::reached("courier.after_send");
        match sent {
            Sent::Answered(result) => app.settle(work, message, &envelope, result).await,
            Sent::Unreached(why) => app.put_off(work, why).await,
        }
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

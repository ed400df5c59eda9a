//! The one writer: takes waiting sets, judges them in order, commits them together, then answers each.
//!
//! Caller: the engine's `commit`. Bodies arrive sealed; the writer does no cryptography. Nobody is answered before
//! the commit. INVARIANT (keys first): new keys are durable in the key store before a row needs them.

use super::{
    CHANGES_PER_COMMIT_MAX, Outcome, RecordRef, Refusal, StoreError, WRITER_QUEUE_MAX,
    backend::{Batch, Batcher, WriteFault},
    keys::{KeyId, KeyStore, NewKey},
    plan::{Gather, Overlay, Plan, SealedSet},
    recent::{Recent, Topic},
};
use crate::faults;
use std::{collections::HashSet, sync::Arc};
use tokio::sync::{mpsc, oneshot};

type Answer = Result<Outcome, StoreError>;

enum Message {
    Set(Box<SealedSet>, oneshot::Sender<Answer>),
    Close(oneshot::Sender<()>),
}

/// The engine's end of the writer.
#[derive(Clone)]
pub(super) struct WriterHandle(mpsc::Sender<Message>);

impl WriterHandle {
    /// Hands a set to the writer and waits for its answer.
    pub(super) async fn commit(&self, set: SealedSet) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.0.send(Message::Set(Box::new(set), answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until everything queued is answered and the writer is gone.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Message::Close(done)).await.is_ok() {
            // An error means that the writer is gone already.
            let _ = closed.await;
        }
    }
}

/// Starts the writer task.
pub(super) async fn start<B: Batcher>(
    mut batcher: B,
    keys: Arc<KeyStore>,
    recent: Arc<Recent>,
) -> Result<WriterHandle, StoreError> {
    let sequence = batcher.last_sequence().await?;
    let (sender, queue) = mpsc::channel(WRITER_QUEUE_MAX);
    tokio::spawn(
        Writer { batcher, keys, recent, sequence, unfinished: Vec::new(), lost_track: false }.run(queue),
    );
    Ok(WriterHandle(sender))
}

struct Writer<B> {
    batcher: B,
    keys: Arc<KeyStore>,
    recent: Arc<Recent>,
    /// The number of the last commit.
    sequence: u64,
    /// Purges committed whose keys are not destroyed yet.
    unfinished: Vec<KeyId>,
    /// After a commit that may have taken effect: there may be purges that we do not know of, so the key store's mark
    /// stays where it is, and opening the store finds them.
    lost_track: bool,
}

/// A set in a group, and what to answer it.
struct Job {
    set: Box<SealedSet>,
    answer: oneshot::Sender<Answer>,
    verdict: Option<Answer>,
}

impl<B: Batcher> Writer<B> {
    async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(CHANGES_PER_COMMIT_MAX);
        let mut closers = Vec::new();
        while queue.recv_many(&mut messages, CHANGES_PER_COMMIT_MAX).await > 0 {
            let mut jobs = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Set(set, answer) => jobs.push(Job { set, answer, verdict: None }),
                    Message::Close(done) => {
                        // What was sent before the close is still taken; then the loop ends.
                        queue.close();
                        closers.push(done);
                    }
                }
            }
            if !jobs.is_empty() {
                self.group(jobs).await;
            }
        }
        self.batcher.close().await;
        for done in closers {
            // The closer may have stopped waiting.
            let _ = done.send(());
        }
    }

    /// Commits a group and answers all of it.
    async fn group(&mut self, mut jobs: Vec<Job>) {
        let refs: Vec<_> =
            jobs.iter().flat_map(|job| job.set.refs()).collect::<HashSet<_>>().into_iter().collect();
        if let Err(error) = self.try_group(&refs, &mut jobs).await {
            for job in &mut jobs {
                job.verdict.get_or_insert(Err(error.clone()));
            }
        }
        faults::reached("store.before_answer");
        for job in jobs {
            // A set without a verdict cannot be: every path gives one. A caller may have stopped waiting.
            let _ = job.answer.send(job.verdict.unwrap_or(Err(StoreError::Closed)));
        }
    }

    async fn try_group(&mut self, refs: &[RecordRef], jobs: &mut [Job]) -> Result<(), StoreError> {
        let heads = self.batcher.begin(refs).await?;
        let (mut overlay, mut gather) = (Overlay::new(heads), Gather::default());
        let (mut sequence, mut effects) = (self.sequence, Effects::default());
        let (mut new_keys, mut fitting) = (Vec::new(), Vec::new());
        for (place, job) in jobs.iter_mut().enumerate() {
            match overlay.plan(&job.set, |key| self.keys.is_destroyed(key)) {
                Ok(plan) => {
                    sequence += 1;
                    gather.add(&job.set, &plan, sequence);
                    overlay.apply(&plan);
                    effects.add(&plan);
                    new_keys.extend_from_slice(&job.set.new_keys);
                    fitting.push((place, sequence));
                }
                Err(outcome) => job.verdict = Some(Ok(outcome)),
            }
        }
        if fitting.is_empty() {
            self.batcher.rollback().await;
            return Ok(());
        }
        if let Err(error) = self.store_keys(&new_keys).await {
            self.batcher.rollback().await;
            return Err(error);
        }
        faults::reached("store.before_rows");
        if self.batcher.write(&gather.finish()).await.is_err() {
            // One set spoils the batch: find out which.
            self.batcher.rollback().await;
            return self.one_by_one(refs, jobs).await;
        }
        self.commit(sequence, effects).await?;
        for (place, sequence) in fitting {
            jobs[place].verdict = Some(Ok(Outcome::Committed { sequence }));
        }
        Ok(())
    }

    /// Writes the sets that have no verdict yet each in a savepoint, so that one that fails is alone in failing.
    async fn one_by_one(&mut self, refs: &[RecordRef], jobs: &mut [Job]) -> Result<(), StoreError> {
        let mut overlay = Overlay::new(self.batcher.begin(refs).await?);
        let (mut sequence, mut effects, mut written) = (self.sequence, Effects::default(), Vec::new());
        for (place, job) in jobs.iter_mut().enumerate().filter(|(_, job)| job.verdict.is_none()) {
            let plan = match overlay.plan(&job.set, |key| self.keys.is_destroyed(key)) {
                Ok(plan) => plan,
                Err(outcome) => {
                    job.verdict = Some(Ok(outcome));
                    continue;
                }
            };
            match self.batcher.write_guarded(&batch_of(&job.set, &plan, sequence + 1)).await {
                Ok(()) => {
                    sequence += 1;
                    overlay.apply(&plan);
                    effects.add(&plan);
                    written.push((place, sequence));
                }
                Err(fault) => job.verdict = Some(verdict_on(&job.set, fault)),
            }
        }
        if written.is_empty() {
            self.batcher.rollback().await;
            return Ok(());
        }
        self.commit(sequence, effects).await?;
        for (place, sequence) in written {
            jobs[place].verdict = Some(Ok(Outcome::Committed { sequence }));
        }
        Ok(())
    }

    async fn store_keys(&mut self, new: &[NewKey]) -> Result<(), StoreError> {
        faults::reached("store.before_keys");
        self.keys.store(new).await?;
        self.keys.remember(new);
        Ok(())
    }

    async fn commit(&mut self, sequence: u64, effects: Effects) -> Result<(), StoreError> {
        faults::reached("store.before_commit");
        let committed = self.batcher.commit().await;
        // Also when the commit failed: it may have taken effect.
        self.recent.changed(&effects.topics);
        if let Err(cause) = committed {
            self.lost_track = true;
            // Its numbers may be taken. Leaving them out is always right.
            self.sequence = sequence;
            return Err(StoreError::CommitUnknown { cause });
        }
        faults::reached("store.after_commit");
        self.sequence = sequence;
        self.keys.forget(&effects.purged);
        self.unfinished.extend(effects.purged);
        if !self.unfinished.is_empty() {
            match self.keys.destroy(&self.unfinished, if self.lost_track { 0 } else { sequence }).await {
                Ok(()) => self.unfinished.clear(),
                // The purge list is durable: tried again with the next group, and before the store next serves.
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    keys = self.unfinished.len(),
                    "erased records' keys could not be destroyed yet: check the disk under keys.db"
                ),
            }
        }
        Ok(())
    }
}

/// What a group's commit changes beyond the rows.
#[derive(Default)]
struct Effects {
    purged: Vec<KeyId>,
    topics: Vec<Topic>,
}

impl Effects {
    fn add(&mut self, plan: &Plan) {
        self.purged.extend_from_slice(&plan.purged);
        self.topics.extend_from_slice(&plan.topics);
    }
}

fn batch_of(set: &SealedSet, plan: &Plan, sequence: u64) -> Batch {
    let mut gather = Gather::default();
    gather.add(set, plan, sequence);
    gather.finish()
}

fn verdict_on(set: &SealedSet, fault: WriteFault) -> Answer {
    match fault {
        WriteFault::LookupTaken => {
            let taken = set.puts.iter().find(|p| p.lookup.is_some() && p.r.kind.unique_lookup());
            match taken {
                Some(put) => Ok(Outcome::Refused(Refusal::LookupTaken(put.r))),
                None => Err(StoreError::Damaged { what: "a unique lookup without a lookup" }),
            }
        }
        WriteFault::Failed(cause) => Err(StoreError::Database { doing: "writing a change", cause }),
    }
}

//! One lane to each peer: envelopes that are ready at the same moment travel in one call, over one connection.
//!
//! Callers: the courier. Lanes know nothing of what they carry.

use crate::app::App;
use policy::id::AgencyId;
use proto::exchange::v1::{DeliverRequest, DeliverResult, Envelope};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::peer::Peers;
use super::settle::Halt;

/// Envelopes in one call.
pub const ENVELOPES_PER_CALL_MAX: usize = 32;
/// Calls to one peer at the same time.
const CALLS_AT_ONCE: usize = 4;
/// Envelopes waiting for one peer; past it, tasks wait.
const LANE_QUEUE_MAX: usize = 128;

/// What became of an attempt.
pub enum Sent {
    /// The peer answered.
    Answered(DeliverResult),
    /// It could not be reached, and why.
    Unreached(Halt),
}

type Job = (Envelope, oneshot::Sender<Sent>);

/// Every lane of this node.
pub struct Lanes {
    app: Arc<App>,
    peers: Arc<Peers>,
    open: Mutex<HashMap<AgencyId, mpsc::Sender<Job>>>,
}

impl Lanes {
    /// Lanes over these connections; none is open yet.
    pub fn new(app: Arc<App>, peers: Arc<Peers>) -> Self {
        Self { app, peers, open: Mutex::new(HashMap::new()) }
    }

    /// Sends one envelope and waits for the answer.
    pub async fn deliver(&self, to: &AgencyId, envelope: Envelope) -> Sent {
        let lane = self.lane(to);
        let (answer, answered) = oneshot::channel();
        if lane.send((envelope, answer)).await.is_err() {
            return Sent::Unreached(Halt::new("stopping", "this node is shutting down"));
        }
        answered.await.unwrap_or_else(|_| Sent::Unreached(Halt::new("broken_off", "the call was broken off")))
    }

    fn lane(&self, to: &AgencyId) -> mpsc::Sender<Job> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(to.clone())
            .or_insert_with(|| {
                let (sender, receiver) = mpsc::channel(LANE_QUEUE_MAX);
                tokio::spawn(drive(Arc::clone(&self.app), Arc::clone(&self.peers), to.clone(), receiver));
                sender
            })
            .clone()
    }
}

async fn drive(app: Arc<App>, peers: Arc<Peers>, to: AgencyId, mut jobs: mpsc::Receiver<Job>) {
    let calls = Arc::new(Semaphore::new(CALLS_AT_ONCE));
    let mut batch: Vec<Job> = Vec::with_capacity(ENVELOPES_PER_CALL_MAX);
    while jobs.recv_many(&mut batch, ENVELOPES_PER_CALL_MAX).await > 0 {
        let Ok(permit) = Arc::clone(&calls).acquire_owned().await else { return };
        // While all calls were busy more may have become ready.
        while batch.len() < ENVELOPES_PER_CALL_MAX {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let (envelopes, answers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let (app, peers, to) = (Arc::clone(&app), Arc::clone(&peers), to.clone());
        tokio::spawn(async move {
            call(&app, &peers, &to, envelopes, answers).await;
            drop(permit);
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "the courier's lanes are the one way out")]
async fn call(
    app: &App,
    peers: &Peers,
    to: &AgencyId,
    envelopes: Vec<Envelope>,
    answers: Vec<oneshot::Sender<Sent>>,
) {
    let roster = app.roster.load_full();
    let Some(member) = roster.agency(to) else {
        for answer in answers {
            let told = format!("{to} is not in the roster any more");
            let _gone = answer.send(Sent::Unreached(Halt::new("roster", told)));
        }
        return;
    };
    match peers.deliver(member, DeliverRequest { envelopes }).await {
        Ok(response) if response.results.len() == answers.len() => {
            for (answer, result) in answers.into_iter().zip(response.results) {
                let _gone = answer.send(Sent::Answered(result));
            }
        }
        Ok(_) => {
            for answer in answers {
                let told = format!("{to} answered another number of messages than were sent");
                let _gone = answer.send(Sent::Unreached(Halt::new("other_number", told)));
            }
        }
        Err(error) => {
            let why = Halt::new(error.kind.as_str(), error.text);
            for answer in answers {
                let _gone = answer.send(Sent::Unreached(why.clone()));
            }
        }
    }
}

//! The floor: the same bytes over the same mutual TLS, the same grouped durable commits and signatures, nothing else. No
//! records, no law, no encryption of bodies, no admission.

use super::figures::Timed;
use super::{BenchError, FloorArgs};
use crate::config::Config;
use crate::exchange::envelope::sha256;
use crate::exchange::keys::NodeKeys;
use crate::exchange::listen::{self, Inbox, InboxError, ListenLimits};
use crate::exchange::peer::{PeerLimits, Peers};
use crate::exchange::roster::{Member, Roster};
use crate::serve::tls_paths;
use crate::store::{Changes, Event, Kind, NodeStore, Outcome, Put, Store};
use crate::tls::{PeerIdentity, TcpDial, Tls, TlsMaterial};
use arc_swap::ArcSwap;
use policy::id::Id;
use policy::time::UtcTime;
use proto::exchange::v1::{
    CollectRequest, CollectResponse, DeliverOutcome, DeliverRequest, DeliverResult, Envelope,
};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Envelopes in one call: as the courier's lanes send them.
const ENVELOPES_PER_CALL: usize = crate::exchange::lanes::ENVELOPES_PER_CALL_MAX;
/// Calls under way at once: as the courier's lanes have them.
const CALLS_AT_ONCE: usize = 4;

struct Floor {
    store: Arc<NodeStore>,
    keys: Arc<NodeKeys>,
    sender_key: [u8; 32],
    receipt_bytes: usize,
}

fn row(id: Id, bytes: Vec<u8>) -> Changes {
    let r = Kind::Receipt.of(id);
    let event = Event { at: UtcTime(0), actor: "floor".into(), kind: "kept".into(), ids: vec![r] };
    Changes { puts: vec![Put::new(r, bytes)], events: vec![event], ..Changes::default() }
}

async fn keep(store: &NodeStore, id: Id, bytes: Vec<u8>) -> Result<(), BenchError> {
    match store.commit(row(id, bytes)).await? {
        Outcome::Committed { .. } => Ok(()),
        other => Err(BenchError::Off(format!("the floor could not commit: {other:?}"))),
    }
}

impl Floor {
    async fn take(&self, envelope: &Envelope) -> Result<Envelope, BenchError> {
        let id = Id::from_slice(&envelope.header)
            .ok_or_else(|| BenchError::Off("the floor's id is wrong".into()))?;
        if !crate::exchange::keys::verifies(
            &self.sender_key,
            &sha256(&envelope.ciphertext),
            &envelope.signature,
        ) {
            return Err(BenchError::Off("the floor's signature does not verify".into()));
        }
        keep(&self.store, id, envelope.ciphertext.clone()).await?;
        let (header, ciphertext) = (envelope.header.clone(), vec![0x5a; self.receipt_bytes]);
        let signature = self.keys.sign(&sha256(&ciphertext)).to_vec();
        Ok(Envelope { header, encapsulated_key: Vec::new(), ciphertext, signature })
    }
}

/// The inbox of the floor: verify, commit, sign.
struct FloorInbox(Arc<Floor>);

impl Inbox for FloorInbox {
    fn deliver(
        &self,
        _peer: PeerIdentity,
        envelopes: Vec<Envelope>,
    ) -> impl Future<Output = Result<Vec<DeliverResult>, InboxError>> + Send {
        let floor = Arc::clone(&self.0);
        async move {
            let mut tasks = Vec::with_capacity(envelopes.len());
            for envelope in envelopes {
                let floor = Arc::clone(&floor);
                tasks.push(tokio::spawn(async move { floor.take(&envelope).await }));
            }
            let mut results = Vec::with_capacity(tasks.len());
            for task in tasks {
                let receipt = task.await.ok().and_then(Result::ok).ok_or(InboxError::Failed)?;
                results.push(DeliverResult {
                    message_id: Vec::new(),
                    outcome: DeliverOutcome::Stored.into(),
                    refusal: 0,
                    text: String::new(),
                    receipt: Some(receipt),
                });
            }
            Ok(results)
        }
    }

    async fn collect(
        &self,
        _peer: PeerIdentity,
        _request: CollectRequest,
    ) -> Result<CollectResponse, InboxError> {
        Ok(CollectResponse::default())
    }
}

struct Parts {
    tls: Arc<Tls>,
    roster: Roster,
    keys: NodeKeys,
}

/// Certificates, roster and keys of a node's home; its records stay closed.
fn parts(home: &Path) -> Result<Parts, BenchError> {
    let serve = crate::serve::ServeError::from;
    let config = Config::load(home).map_err(|e| BenchError::Serve(e.into()))?;
    let keys = NodeKeys::read(&config.keys.signing, &config.keys.opening)
        .map_err(|e| BenchError::Serve(e.into()))?;
    let material = TlsMaterial::read(&tls_paths(&config)).map_err(|e| BenchError::Serve(serve(e)))?;
    let tls =
        Tls::new(material, Arc::new(crate::clock::SystemClock)).map_err(|e| BenchError::Serve(serve(e)))?;
    let r = &config.roster;
    let roster = Roster::read(&r.file, &r.signature, &r.coordinator_key, None)
        .map_err(|e| BenchError::Serve(e.into()))?;
    Ok(Parts { tls, roster, keys })
}

/// Serves the receiving half until it is killed.
///
/// # Errors
/// When it cannot start.
pub async fn serve(args: &FloorArgs) -> Result<(), BenchError> {
    let Parts { tls, roster, keys } = parts(&args.dir)?;
    let sender = other(&roster, &tls)?;
    let store = Arc::new(NodeStore::create(&args.rows).await?);
    let io = |what: &str| {
        let what = what.to_owned();
        move |source| BenchError::Io { what, source }
    };
    let listener = TcpListener::bind(args.listen).await.map_err(io("the floor cannot listen"))?;
    let floor = Arc::new(Floor {
        store,
        keys: Arc::new(keys),
        sender_key: sender.verify_key,
        receipt_bytes: args.receipt_bytes,
    });
    let roster = Arc::new(ArcSwap::from_pointee(roster));
    let inbox = Arc::new(FloorInbox(floor));
    listen::serve(listener, tls, roster, inbox, ListenLimits::default(), None, std::future::pending())
        .await
        .map_err(|e| BenchError::Off(format!("the floor's listener failed: {e}")))
}

/// The one other member of a region of two.
fn other(roster: &Roster, tls: &Tls) -> Result<Member, BenchError> {
    let own = tls.own();
    let mut others = roster.members().iter().filter(|m| m.spiffe != own);
    others.next().cloned().ok_or_else(|| BenchError::Off("the floor needs a region of two".into()))
}

/// The sending half, connected.
pub struct Sender {
    store: Arc<NodeStore>,
    keys: Arc<NodeKeys>,
    receiver: Member,
    jobs: mpsc::Sender<Job>,
    next: Arc<AtomicU64>,
    bytes: usize,
}

impl Sender {
    /// Connects, and sends one message before any is timed.
    ///
    /// # Errors
    /// When anything of it fails.
    pub async fn new(
        home: &Path,
        rows: &Path,
        address: std::net::SocketAddr,
        bytes: usize,
    ) -> Result<Self, BenchError> {
        let Parts { tls, roster, keys } = parts(home)?;
        let mut receiver = other(&roster, &tls)?;
        receiver.addresses = vec![address.to_string()];
        let peers = Arc::new(Peers::new(TcpDial, tls, PeerLimits::default(), None));
        let (jobs, queue) = mpsc::channel(128);
        tokio::spawn(send_in_batches(peers, receiver.clone(), queue));
        let sender = Self {
            store: Arc::new(NodeStore::create(rows).await?),
            keys: Arc::new(keys),
            receiver,
            jobs,
            next: Arc::new(AtomicU64::new(1)),
            bytes,
        };
        sender.run(1, 1).await?;
        Ok(sender)
    }

    /// Signs, commits, sends, verifies the receipt, commits; `count` times, `in_flight` at once.
    ///
    /// # Errors
    /// When anything of it fails.
    pub async fn run(&self, count: usize, in_flight: usize) -> Result<Timed, BenchError> {
        let begun = Instant::now();
        let left = Arc::new(AtomicU64::new(count as u64));
        let mut workers = JoinSet::new();
        for _ in 0..in_flight {
            let (store, keys, receiver) =
                (Arc::clone(&self.store), Arc::clone(&self.keys), self.receiver.clone());
            let (jobs, next, left) = (self.jobs.clone(), Arc::clone(&self.next), Arc::clone(&left));
            let bytes = self.bytes;
            workers.spawn(async move {
                let mut each = Vec::new();
                let take = |n: u64| n.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                    let id = Id(u128::from(next.fetch_add(1, Ordering::Relaxed)));
                    let at = Instant::now();
                    one(&store, &keys, &receiver, &jobs, id, bytes).await?;
                    each.push(at.elapsed());
                }
                Ok::<_, BenchError>(each)
            });
        }
        let mut each = Vec::with_capacity(count);
        while let Some(worker) = workers.join_next().await {
            each.extend(worker.map_err(|e| BenchError::Off(e.to_string()))??);
        }
        Ok(Timed { wall: begun.elapsed(), each })
    }

    /// Closes its rows.
    ///
    /// # Errors
    /// When they cannot be closed.
    pub async fn close(self) -> Result<(), BenchError> {
        Ok(self.store.close().await?)
    }
}

type Job = (Envelope, oneshot::Sender<Option<Envelope>>);

async fn one(
    store: &NodeStore,
    keys: &NodeKeys,
    receiver: &Member,
    jobs: &mpsc::Sender<Job>,
    id: Id,
    bytes: usize,
) -> Result<(), BenchError> {
    let content = vec![0x5a_u8; bytes];
    // The digest is signed, as envelopes have it: Ed25519's own hash is the slower one.
    let signature = keys.sign(&sha256(&content)).to_vec();
    keep(store, id, content.clone()).await?;
    let header = id.to_bytes().to_vec();
    let envelope =
        Envelope { header: header.clone(), encapsulated_key: Vec::new(), ciphertext: content, signature };
    let (answer, answered) = oneshot::channel();
    let gone = || BenchError::Off("the floor's call failed".into());
    jobs.send((envelope, answer)).await.map_err(|_| gone())?;
    let receipt = answered.await.ok().flatten().ok_or_else(gone)?;
    if receipt.header != header
        || !crate::exchange::keys::verifies(
            &receiver.verify_key,
            &sha256(&receipt.ciphertext),
            &receipt.signature,
        )
    {
        return Err(BenchError::Off("the floor's receipt does not verify".into()));
    }
    keep(store, Id(id.0 ^ (1 << 100)), receipt.ciphertext).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the floor sends no information about anybody: bytes of one value"
)]
async fn send_in_batches(peers: Arc<Peers>, receiver: Member, mut queue: mpsc::Receiver<Job>) {
    let calls = Arc::new(tokio::sync::Semaphore::new(CALLS_AT_ONCE));
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, ENVELOPES_PER_CALL).await > 0 {
        let Ok(permit) = Arc::clone(&calls).acquire_owned().await else { return };
        while batch.len() < ENVELOPES_PER_CALL {
            match queue.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let (envelopes, answers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let (peers, receiver) = (Arc::clone(&peers), receiver.clone());
        tokio::spawn(async move {
            let results = peers.deliver(&receiver, DeliverRequest { envelopes }).await;
            let mut receipts = results.map(|r| r.results).unwrap_or_default().into_iter();
            for answer in answers {
                let _gone = answer.send(receipts.next().and_then(|r| r.receipt));
            }
            drop(permit);
        });
    }
}

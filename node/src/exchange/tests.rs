//! Two nodes on loopback, over real TLS: who may call, and what each side is told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use policy::id::AgencyId;
use policy::record::{Sector, TeamRole};
use proto::exchange::v1::{
    CollectRequest, CollectResponse, DeliverOutcome, DeliverRequest, DeliverResult, Envelope,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::keys::NodeKeys;
use super::listen::{CALL_BYTES_MAX, ENVELOPES_MAX, Inbox, InboxError, ListenLimits, serve};
use super::peer::{PeerLimits, Peers};
use super::roster::{Member, Roster};
use crate::tls::testing::*;
use crate::tls::{CallError, CallFailure, PeerIdentity, TcpDial, Tls};

/// Remembers who called, and answers every envelope as stored.
#[derive(Default)]
struct Remembering {
    callers: Mutex<Vec<String>>,
    loses_count: AtomicBool,
    hangs: AtomicBool,
}

impl Inbox for Remembering {
    async fn deliver(
        &self,
        peer: PeerIdentity,
        envelopes: Vec<Envelope>,
    ) -> Result<Vec<DeliverResult>, InboxError> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.callers.lock().unwrap().push(peer.agency().to_string());
        if self.loses_count.load(Ordering::SeqCst) {
            return Ok(Vec::new());
        }
        let stored = DeliverResult { outcome: DeliverOutcome::Stored.into(), ..DeliverResult::default() };
        Ok(vec![stored; envelopes.len()])
    }

    async fn collect(&self, _: PeerIdentity, request: CollectRequest) -> Result<CollectResponse, InboxError> {
        let envelopes = vec![Envelope::default(); usize::try_from(request.envelopes_max).unwrap()];
        Ok(CollectResponse { envelopes, more: true })
    }
}

struct Node {
    credentials: Credentials,
    tls: Arc<Tls>,
    member: Member,
}

fn node(region: &Region, id: &str, n: u8) -> Node {
    let credentials = region.node(id);
    let tls = region.tls(&credentials, &[region.list(&[])]);
    let member = Member {
        id: AgencyId::from(id),
        name: id.to_owned(),
        spiffe: spiffe(id),
        tls_key_sha256: tls.own_public_key_sha256(),
        verify_key: [n; 32],
        hpke_key: [n; 32],
        addresses: Vec::new(),
        sector: Sector::Hospital,
        team_role: TeamRole::Core,
        emergency_phone: "555 0100".to_owned(),
    };
    Node { credentials, tls, member }
}

fn roster(serial: u64, members: &[&Member]) -> Roster {
    let coordinator = NodeKeys::generate().unwrap();
    let members: Vec<Member> = members.iter().map(|member| (*member).clone()).collect();
    let (from, until) = (UtcTime(NOW_MS), UtcTime(NOW_MS).plus_days(30));
    let (text, signature) = Roster::issue(DOMAIN, serial, from, until, &members, &coordinator).unwrap();
    let key = crate::hex::encode(&coordinator.verify_key());
    Roster::parse(text.as_bytes(), signature.as_bytes(), &key, None).unwrap()
}

/// The hospital serves; the school and others call.
struct World {
    region: Region,
    hospital: Node,
    school: Node,
    roster: Arc<ArcSwap<Roster>>,
    inbox: Arc<Remembering>,
    stop: Option<oneshot::Sender<()>>,
}

impl World {
    async fn new() -> Self {
        Self::with_limits(ListenLimits::default()).await
    }

    async fn with_limits(limits: ListenLimits) -> Self {
        let region = Region::new();
        let (hospital, school) = (node(&region, "hospital", 1), node(&region, "school", 2));
        let roster = Arc::new(ArcSwap::from_pointee(roster(1, &[&hospital.member, &school.member])));
        let inbox = Arc::new(Remembering::default());
        let mut world = Self { region, hospital, school, roster, inbox, stop: None };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        world.hospital.member.addresses = vec![listener.local_addr().unwrap().to_string()];
        world.serve(listener, limits);
        world
    }

    fn serve(&mut self, listener: TcpListener, limits: ListenLimits) {
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        let (tls, roster, inbox) =
            (Arc::clone(&self.hospital.tls), Arc::clone(&self.roster), Arc::clone(&self.inbox));
        tokio::spawn(serve(listener, tls, roster, inbox, limits, None, stopped));
        self.stop = Some(stop);
    }

    fn peers(&self, tls: &Arc<Tls>) -> Peers {
        Peers::new(TcpDial, Arc::clone(tls), PeerLimits::default(), None)
    }

    async fn call(&self, peers: &Peers) -> Result<(), CallError> {
        let results = peers.deliver(&self.hospital.member, envelopes(1)).await?.results;
        assert_eq!(results[0].outcome(), DeliverOutcome::Stored);
        Ok(())
    }
}

fn envelopes(count: usize) -> DeliverRequest {
    DeliverRequest { envelopes: vec![Envelope { header: vec![1; 64], ..Envelope::default() }; count] }
}

#[tokio::test]
async fn envelopes_go_both_ways_and_the_caller_is_the_proved_one() {
    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    let answer = peers.deliver(&world.hospital.member, envelopes(ENVELOPES_MAX)).await.unwrap();
    assert_eq!(answer.results.len(), ENVELOPES_MAX);
    assert_eq!(*world.inbox.callers.lock().unwrap(), ["school"]);
    let request = CollectRequest { envelopes_max: 3, acknowledged: Vec::new() };
    let collected = peers.collect(&world.hospital.member, request).await.unwrap();
    assert_eq!((collected.envelopes.len(), collected.more), (3, true));
}

#[tokio::test]
async fn the_largest_call_passes_and_a_larger_one_is_refused() {
    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    let large = |bytes: usize| DeliverRequest {
        envelopes: vec![Envelope { ciphertext: vec![1; bytes], ..Envelope::default() }; ENVELOPES_MAX],
    };
    let each = super::envelope::ENVELOPE_BYTES_MAX - 1024;
    peers.deliver(&world.hospital.member, large(each)).await.unwrap();
    let error =
        peers.deliver(&world.hospital.member, large(CALL_BYTES_MAX / ENVELOPES_MAX)).await.unwrap_err();
    assert!(error.text.contains("send fewer envelopes at a time"), "{error}");
    for count in [0, ENVELOPES_MAX + 1] {
        let error = peers.deliver(&world.hospital.member, envelopes(count)).await.unwrap_err();
        assert!(error.text.contains("1 to 32 envelopes"), "{error}");
    }
    for wanted in [0, 33] {
        let request = CollectRequest { envelopes_max: wanted, acknowledged: Vec::new() };
        let error = peers.collect(&world.hospital.member, request).await.unwrap_err();
        assert!(error.text.contains("ask for 1 to 32"), "{error}");
    }
}

#[tokio::test]
async fn a_good_certificate_outside_the_roster_gets_nothing() {
    let world = World::new().await;
    let stranger = node(&world.region, "stranger", 3);
    let error = world.call(&world.peers(&stranger.tls)).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::Status(tonic::Code::PermissionDenied));
    assert!(error.text.contains("agency/stranger is not in the roster"), "{error}");
    // The right name, newly issued: not the key that the coordinator was told.
    let rekeyed = node(&world.region, "school", 4);
    let error = world.call(&world.peers(&rekeyed.tls)).await.unwrap_err();
    assert!(error.text.contains("a key that the roster does not list"), "{error}");
    // A person of a member agency.
    let ana =
        world.region.authority.issue(&Holder::staff("school", "ana"), Validity::days(NOW_MS, 30)).unwrap();
    let error = world.call(&world.peers(&world.region.tls(&ana, &[]))).await.unwrap_err();
    assert!(error.text.contains("people use the staff port"), "{error}");
    assert!(world.inbox.callers.lock().unwrap().is_empty(), "the inbox saw none of them");
}

#[tokio::test]
async fn leaving_the_roster_counts_on_an_open_connection() {
    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    world.call(&peers).await.unwrap();
    world.roster.store(Arc::new(roster(2, &[&world.hospital.member])));
    let error = world.call(&peers).await.unwrap_err();
    assert!(error.text.contains("is not in the roster"), "{error}");
}

#[tokio::test]
async fn revocation_counts_on_an_open_connection_both_ways() {
    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    world.call(&peers).await.unwrap();
    let revoked = world.region.list(&[&world.school.credentials]);
    world.hospital.tls.reload(world.region.material(&world.hospital.credentials, &[revoked])).unwrap();
    let error = world.call(&peers).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::Status(tonic::Code::Unauthenticated));
    assert!(error.text.contains("the certificate is revoked"), "{error}");

    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    world.call(&peers).await.unwrap();
    let revoked = world.region.list(&[&world.hospital.credentials]);
    world.school.tls.reload(world.region.material(&world.school.credentials, &[revoked])).unwrap();
    for _ in 0..2 {
        let error = world.call(&peers).await.unwrap_err();
        assert_eq!(error.kind, CallFailure::WeRefused, "{error}");
        assert!(error.text.contains("revoked"), "{error}");
    }
}

#[tokio::test]
async fn refused_certificates_are_named_through_the_client() {
    let world = World::new().await;
    let ended = world.region.authority.issue(&Holder::node("school"), Validity::expired(NOW_MS)).unwrap();
    let error =
        world.call(&world.peers(&world.region.tls_at(&ended, NOW_MS - 10 * DAY_MS))).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::TheyRefused, "{error:?}");
    assert!(error.text.contains("our certificate has expired"), "{error}");
    let impostor = Member { spiffe: spiffe("sheriff"), ..world.hospital.member.clone() };
    let error = world.peers(&world.school.tls).deliver(&impostor, envelopes(1)).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::WeRefused, "{error:?}");
    assert!(error.text.contains("check the address in the roster"), "{error}");
    let nowhere = Member { addresses: Vec::new(), ..world.hospital.member.clone() };
    let error = world.peers(&world.school.tls).deliver(&nowhere, envelopes(1)).await.unwrap_err();
    assert!(error.text.contains("it has to call us"), "{error}");
}

#[tokio::test]
async fn a_port_that_speaks_something_else_is_named() {
    let world = World::new().await;
    let peers = world.peers(&world.school.tls);
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let wrong =
        Member { addresses: vec![plain.local_addr().unwrap().to_string()], ..world.hospital.member.clone() };
    tokio::spawn(async move {
        let (stream, _) = plain.accept().await.unwrap();
        let mut stream = stream;
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.example\r\n").await.unwrap();
    });
    let error = peers.deliver(&wrong, envelopes(1)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.text.contains("is it the right port?")),
        (CallFailure::NotTls, true),
        "{error}"
    );
    // The second address is tried when the first does not answer.
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addresses = vec![dead.local_addr().unwrap().to_string(), world.hospital.member.addresses[0].clone()];
    drop(dead);
    let two = Member { addresses, ..world.hospital.member.clone() };
    peers.deliver(&two, envelopes(1)).await.unwrap();
}

#[tokio::test]
async fn a_node_that_stops_and_comes_back_is_found_again() {
    let mut world = World::new().await;
    let peers = world.peers(&world.school.tls);
    world.call(&peers).await.unwrap();
    let address = world.hospital.member.addresses[0].clone();
    drop(world.stop.take());
    // Stopping is graceful: wait until the port is free again.
    let listener = loop {
        let error = world.call(&peers).await.err();
        if let Some(error) = error {
            assert!(matches!(error.kind, CallFailure::Unreachable | CallFailure::Broken), "{error:?}");
            match TcpListener::bind(&address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    world.serve(listener, ListenLimits::default());
    world.call(&peers).await.unwrap();
}

#[tokio::test]
async fn old_connections_end_and_calls_go_on() {
    let limits = ListenLimits { connection_age: Duration::from_millis(50), ..ListenLimits::default() };
    let world = World::with_limits(limits).await;
    let peers = world.peers(&world.school.tls);
    let started = tokio::time::Instant::now();
    let mut calls = 0;
    while started.elapsed() < Duration::from_millis(400) {
        // A call may meet a connection at its very end; the courier repeats it.
        match world.call(&peers).await {
            Ok(()) => calls += 1,
            Err(error) => assert!(matches!(error.kind, CallFailure::Broken), "{error:?}"),
        }
    }
    assert!(calls > 10, "{calls}");
}

#[tokio::test]
async fn a_peer_that_never_answers_costs_one_time_limit() {
    let world = World::new().await;
    world.inbox.hangs.store(true, Ordering::SeqCst);
    let limits = PeerLimits { call: Duration::from_millis(200), ..PeerLimits::default() };
    let peers = Peers::new(TcpDial, Arc::clone(&world.school.tls), limits, None);
    let error = world.call(&peers).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::Unreachable, "{error:?}");
    assert!(error.text.contains("did not answer in time"), "{error}");
}

#[tokio::test]
async fn a_fault_of_the_inbox_tells_the_peer_nothing() {
    let world = World::new().await;
    world.inbox.loses_count.store(true, Ordering::SeqCst);
    let error = world.call(&world.peers(&world.school.tls)).await.unwrap_err();
    assert_eq!(error.kind, CallFailure::Status(tonic::Code::Internal));
    assert_eq!(error.text, InboxError::Failed.to_string());
}

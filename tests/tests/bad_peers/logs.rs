//! A peer that puts a name into every refusal, and a patient who takes a permission back: the log of the sender's node holds
//! ids and words of its own, the reasons stay in the sealed task, where its people read them.

use node::config::Config;
use node::exchange::collect::Fetcher;
use node::exchange::listen::{ListenLimits, server};
use node::exchange::peer::{PeerLimits, Peers};
use node::serve::tls_paths;
use node::tls::{AcceptLimits, TcpDial, Tls, TlsMaterial, incoming};
use proto::agency::v1 as api;
use proto::exchange::v1::exchange_server::{Exchange, ExchangeServer};
use proto::exchange::v1::{
    CollectRequest, CollectResponse, DeliverOutcome, DeliverRequest, DeliverResponse, DeliverResult,
    RefusalCode,
};
use std::io::Write;
use std::sync::{Arc, Mutex};
use system_tests::pair::{Asked, HOSPITAL, NURSE, PAIR, TEAM, approve, ask, trace};
use system_tests::world::World;
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};
use tracing_subscriber::EnvFilter;

const MARKER: &str = "planted9d04e2";

/// What the peer does with whatever comes.
#[derive(Clone, Copy)]
enum Mood {
    Refuses(RefusalCode),
    Fails,
}

/// Stands at the team's port with the team's own certificate.
struct Talker(Arc<Mutex<Mood>>);

#[tonic::async_trait]
impl Exchange for Talker {
    async fn deliver(&self, request: Request<DeliverRequest>) -> Result<Response<DeliverResponse>, Status> {
        let mood = *self.0.lock().unwrap();
        let Mood::Refuses(code) = mood else {
            return Err(Status::internal(format!("no room for {MARKER} here")));
        };
        let refused = |_| DeliverResult {
            outcome: DeliverOutcome::Refused.into(),
            refusal: code.into(),
            text: format!("we know {MARKER} already"),
            ..DeliverResult::default()
        };
        let results = request.into_inner().envelopes.into_iter().map(refused).collect();
        Ok(Response::new(DeliverResponse { results }))
    }

    async fn collect(&self, _: Request<CollectRequest>) -> Result<Response<CollectResponse>, Status> {
        Err(Status::internal(format!("nothing waits for {MARKER}")))
    }
}

/// What was logged, in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn tls(world: &World, agency: &str) -> Arc<Tls> {
    let config = Config::load(&world.region.home(agency)).unwrap();
    Tls::new(TlsMaterial::read(&tls_paths(&config)).unwrap(), Arc::new(world.clock.clone())).unwrap()
}

async fn revoke(world: &World, asked: &Asked) {
    let request =
        api::RevokePermissionRequest { case_id: asked.case.clone(), permission_id: asked.permission.clone() };
    world.region.staff(NURSE).unwrap().revoke_permission(request).await.unwrap();
}

#[tokio::test]
async fn the_log_holds_no_words_of_a_peer_and_no_reason_about_a_person() {
    let lines = Lines::default();
    let kept = lines.clone();
    // of this thread alone: everything of this test runs on it
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("node=trace,info"))
        .with_ansi(false)
        .with_writer(move || kept.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(log);

    let mut world = World::ready(PAIR).await;
    let address = world.node(TEAM).exchange;
    world.stop(TEAM).await;
    let listener = TcpListener::bind(address).await.unwrap();
    let mood = Arc::new(Mutex::new(Mood::Refuses(RefusalCode::Busy)));
    let connections = incoming(listener, tls(&world, TEAM), AcceptLimits::default(), None);
    let talker = ExchangeServer::new(Talker(Arc::clone(&mood)));
    tokio::spawn(async move {
        server(&ListenLimits::default()).serve_with_incoming(talker, connections).await.unwrap();
    });

    // put off twice, by a refusal and by a status; then the permission is taken back, and a recall follows
    let first = ask(&world.region, &world.teams, MARKER).await.unwrap();
    approve(&world.region, &first).await.unwrap();
    let mut told = Vec::new();
    for next in [Mood::Fails, Mood::Refuses(RefusalCode::Malformed)] {
        assert_eq!(world.step(HOSPITAL).await, 1);
        told.push(trace(&world.region, &first).await.unwrap());
        *mood.lock().unwrap() = next;
        world.pass_minutes(10);
    }
    assert!(told[0].contains(&format!("we know {MARKER} already")), "{}", told[0]);
    assert!(told[1].contains(&format!("no room for {MARKER} here")), "{}", told[1]);
    revoke(&world, &first).await;
    // the share and its recall; the recall itself is refused for good
    assert_eq!(world.step(HOSPITAL).await, 2);
    let recalled = trace(&world.region, &first).await.unwrap();
    assert!(recalled.contains("an attempt had begun, so a recall follows"), "{recalled}");
    // and one that is taken back before anything went
    let second = ask(&world.region, &world.teams, MARKER).await.unwrap();
    approve(&world.region, &second).await.unwrap();
    revoke(&world, &second).await;
    assert_eq!(world.step(HOSPITAL).await, 1);
    let reasons = world.stopped(HOSPITAL).await;
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    // the other road
    let peers = Peers::new(TcpDial, tls(&world, HOSPITAL), PeerLimits::default(), None);
    assert_eq!(Fetcher::default().fetch_once(world.app(HOSPITAL), &peers).await, 0);

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for line in [
        "put off",
        "REFUSAL_CODE_BUSY",
        "REFUSAL_CODE_MALFORMED",
        "stopped",
        "not sent",
        "nothing could be fetched",
    ] {
        assert!(log.contains(line), "`{line}` is not logged:\n{log}");
    }
    for word in [MARKER, "Robin", "ermission", "evoke", "we know", "no room", "nothing waits"] {
        assert!(!log.contains(word), "`{word}` is logged:\n{log}");
    }
    for reason in &reasons {
        assert!(!reason.is_empty() && !log.contains(reason), "`{reason}` is logged:\n{log}");
    }
    world.stop_all().await;
}

//! The intake over real TLS, on a node that keeps its records in memory.

use super::*;
use crate::app::casework::NewDeed;
use crate::app::{Actor, Answers, Notification, Read};
use crate::staff::testing::{OWN, World, uri};
use crate::store::{Changes, Kind, Page};
use crate::tls::{OpenConnector, SpiffeId};
use hyper::Uri;
use policy::id::CaseId;
use policy::process::entry::{Entry, Message};
use policy::process::{Act, Standing};
use prost::Message as _;
use proto::agency::v1 as staff;
use proto::agency::v1::agency_client::AgencyClient;
use proto::intake::v1::Confidential;
use proto::intake::v1::intake_client::IntakeClient;
use std::sync::Arc;
use tokio::net::TcpListener;
use tonic::transport::{Channel, Endpoint};

const TEAM: &str = "Threat assessment team";
const INTAKE: &str =
    "[intake]\nlisten = \"127.0.0.1:0\"\nteams = [\"Threat assessment team\", \"School team\"]\n";
/// Nobody else is called so, and nobody else has this number.
const NAME: &str = "Zebulon Quackenbush";
const CONTACT: &str = "+1 555 0173 evenings";

/// As fast as a test can be, and as many calls as it makes.
fn fast() -> Limits {
    let many = Rate { burst: 10_000, each_ms: 1 };
    Limits {
        reports_of_one: many,
        reports_of_all: many,
        codes_of_one: many,
        codes_of_all: many,
        misses_free: u32::MAX,
        wait_max: Duration::ZERO,
        answer_after: Duration::from_millis(1),
        ..Limits::default()
    }
}

struct Node {
    world: World,
    address: String,
    team: staff::Team,
}

impl Node {
    async fn new(limits: Limits) -> Self {
        let world = World::with(INTAKE).await;
        world.added("chair", &["chair", "intake"]).await;
        world.added("officer", &["privacy_officer"]).await;
        let team = world.team(TEAM, "chair").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (tls, app) = (Arc::clone(&world.tls), Arc::clone(&world.app));
        tokio::spawn(serve(listener, tls, app, limits, std::future::pending()));
        Self { world, address, team }
    }

    fn channel(&self, address: &str, expected: Option<SpiffeId>) -> Channel {
        let authority = self.world.region.authority.certificate_pem();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        std::fs::write(&path, authority).unwrap();
        let authorities = crate::tls::read_authorities(&path).unwrap();
        let clock = Arc::new(self.world.region.clock.clone());
        let connector = OpenConnector::new(address.to_owned(), &authorities, expected, clock).unwrap();
        Endpoint::from(Uri::from_static("http://node.invalid")).connect_with_connector_lazy(connector)
    }

    fn client(&self) -> IntakeClient<Channel> {
        IntakeClient::new(self.channel(&self.address, None))
    }

    async fn told(&self, request: ReportRequest) -> ReportResponse {
        self.client().report(request).await.unwrap().into_inner()
    }

    async fn news(&self, code: &str) -> Response<ComeBackResponse> {
        self.client().come_back(ComeBackRequest { return_code: code.into() }).await.unwrap()
    }

    async fn say(&self, code: &str, text: &str) -> Response<SayResponse> {
        self.client().say(SayRequest { return_code: code.into(), text: text.into() }).await.unwrap()
    }

    async fn actor(&self, name: &str) -> Actor {
        self.world.app.actor(&policy::id::StaffId::from(uri(OWN, name).as_str())).await.unwrap()
    }

    /// Cases, oldest first, with their entries.
    async fn cases(&self) -> Vec<(CaseId, Vec<Entry>)> {
        let mut all = Vec::new();
        for row in self.world.app.store.list(Kind::Case, Page::first(100)).await.unwrap() {
            if row.erased {
                continue;
            }
            let case = CaseId(row.r.id);
            let entries: Vec<Read<Entry>> = self.world.app.children(Kind::Entry, case.0).await.unwrap();
            all.push((case, entries.into_iter().map(|e| e.record).collect()));
        }
        all
    }

    async fn waiting(&self) -> Vec<Notification> {
        let all = self.world.app.waiting_notifications().await.unwrap();
        all.into_iter().map(|n| n.record).collect()
    }
}

fn report(narrative: &str) -> ReportRequest {
    ReportRequest { narrative: narrative.into(), ..ReportRequest::default() }
}

/// Everything of an answer that its reader gets, but for its date.
fn bytes<T: prost::Message>(answer: &Response<T>) -> (Vec<u8>, Vec<String>) {
    let headers = answer.metadata().clone().into_headers();
    let mut said: Vec<String> =
        headers.iter().filter(|(name, _)| *name != "date").map(|h| format!("{h:?}")).collect();
    said.sort();
    (answer.get_ref().encode_to_vec(), said)
}

#[tokio::test]
async fn a_bystander_tells_comes_back_and_says_more_and_the_team_answers() {
    let node = Node::new(fast()).await;
    let told = ReportRequest {
        place: "the north entrance".into(),
        weapon_mentioned: Some(true),
        possibly_imminent: true,
        may_come_back: true,
        ..report("He said that they will all see on Friday.")
    };
    let answer = node.told(told).await;
    assert!(
        answer.if_someone_is_in_danger.contains("911") && answer.if_someone_is_in_danger.contains("0100")
    );
    let code = answer.return_code;
    let news = node.news(&code).await.into_inner();
    assert_eq!((news.state.as_str(), news.messages.len()), ("received", 0));

    let (case, entries) = node.cases().await.remove(0);
    let Act::Report(kept) = &entries[0].act else { panic!("{:?}", entries[0]) };
    assert_eq!(entries[0].by.as_str(), "bystander");
    assert_eq!((kept.channel, kept.anonymity), (ReportChannel::Intake, Anonymity::Anonymous));
    assert!(kept.weapon_mentioned == Some(true) && kept.target_named.is_none() && kept.possibly_imminent);
    let told = node.waiting().await;
    assert!(told.iter().any(|n| n.what == "report" && n.urgent), "urgent, because somebody may be in danger");

    let answer = Act::from(Message { from_reporter: false, text: "Which Friday did he mean?".into() });
    let deed = NewDeed { case: Some(case), team: None, act: answer, replaces: None, exercise: false };
    node.world.app.act(&node.actor("chair").await, deed).await.unwrap();
    let news = node.news(&code.to_lowercase().replace('-', " ")).await.into_inner();
    assert_eq!(news.messages.len(), 1);
    assert_eq!(news.messages[0].text, "Which Friday did he mean?");
    assert_eq!(news.messages[0].day.len(), 10, "the day alone");

    node.say(&code, "The next one.").await;
    let (_, entries) = node.cases().await.remove(0);
    let last = entries.last().unwrap();
    assert!(matches!(&last.act, Act::Message(m) if m.from_reporter && m.text == "The next one."));
    assert!(node.waiting().await.iter().any(|n| n.what == "reporter_wrote"));
    let news = node.news(&code).await.into_inner();
    assert_eq!(news.messages.len(), 1, "the reporter's own words are not shown to whoever has the code");
}

#[tokio::test]
async fn the_code_is_nowhere_and_another_teams_name_leads_to_that_team() {
    let node = Node::new(fast()).await;
    let code = node.told(report("something")).await.return_code;
    let plain = code.replace('-', "");
    for row in node.world.app.store.list(Kind::ReturnCode, Page::first(10)).await.unwrap() {
        let body = String::from_utf8_lossy(&row.body).into_owned();
        assert!(!body.contains(&code) && !body.contains(&plain), "a digest alone is kept");
    }
    assert_eq!(node.world.app.store.count(Kind::ReturnCode).await.unwrap(), 1);
    let school = node.world.team("School team", "chair").await;
    node.told(ReportRequest { team: "school TEAM".into(), ..report("something else") }).await;
    let (case, _) = node.cases().await.pop().unwrap();
    assert_eq!(node.world.app.case(case).await.unwrap().record.team.to_string(), school.id);
    assert_ne!(school.id, node.team.id);
    let wrong = ReportRequest { team: "Nobody's".into(), ..report("x") };
    let refused = node.client().report(wrong).await.unwrap_err();
    assert!(
        refused.code() == GrpcCode::InvalidArgument && refused.message().contains("School team"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_code_that_leads_nowhere_and_one_that_is_closed_are_answered_with_the_same_bytes() {
    let node = Node::new(fast()).await;
    let (destroyed, closed) =
        (node.told(report("one")).await.return_code, node.told(report("two")).await.return_code);
    let all = node.cases().await;
    let case = Kind::Case.of(all[0].0);
    let events = vec![node.world.app.event("test", "erased", vec![case])];
    node.world.app.commit(Changes { erase: vec![case], events, ..Changes::default() }).await.unwrap();
    // screened out, and some time ago: as the process would write it
    let now = node.world.app.now();
    let mut entry = all[1].1[0].clone();
    entry.at = now.plus_days(-41);
    entry.id = policy::id::EntryId(node.world.app.new_id());
    entry.moved_to = Some(policy::process::words::State::ScreenedOut);
    let case = Kind::Case.of(all[1].0);
    let put = crate::app::rows::put_new(Kind::Entry.of(entry.id), &entry, &[]).unwrap();
    let events = vec![node.world.app.event("test", "screened_out", vec![case])];
    let put = put.under(all[1].0).sharing_key_of(case);
    node.world.app.commit(Changes { puts: vec![put], events, ..Changes::default() }).await.unwrap();
    assert_eq!(node.news(&closed).await.into_inner().state, "dealt_with");
    node.world.region.clock.set(now.plus_days(49));

    let unknown = {
        let elsewhere = Node::new(fast()).await;
        // another node, with other randomness: a code as good as any, that leads nowhere here
        elsewhere.told(report("x")).await;
        elsewhere.told(report("x")).await;
        elsewhere.told(report("x")).await.return_code
    };
    assert!(unknown != destroyed && unknown != closed);
    let nowhere = bytes(&node.news(&unknown).await);
    assert_eq!(bytes(&node.news(&destroyed).await), nowhere);
    assert_eq!(bytes(&node.news(&closed).await), nowhere);
    let open = node.told(report("three")).await.return_code;
    assert_ne!(open, unknown);
    let before = node.cases().await.len();
    let said = bytes(&node.say(&unknown, "more").await);
    for code in [&destroyed, &closed, &open] {
        assert_eq!(
            bytes(&node.say(code, "more").await),
            said,
            "what is said is answered alike for every code"
        );
    }
    assert_eq!(node.cases().await.len(), before, "and only the open one took it");
    let slip =
        node.client().come_back(ComeBackRequest { return_code: "7KQ2-M9XD".into() }).await.unwrap_err();
    assert!(slip.message().contains("five groups of four"), "{slip}");
}

#[tokio::test]
async fn words_for_a_case_that_was_dealt_with_are_kept_and_the_team_is_told() {
    let node = Node::new(fast()).await;
    let code = node.told(report("one")).await.return_code;
    let (case, entries) = node.cases().await.remove(0);
    let mut entry = entries[0].clone();
    entry.id = policy::id::EntryId(node.world.app.new_id());
    entry.moved_to = Some(policy::process::words::State::ScreenedOut);
    let r = Kind::Case.of(case);
    let put = crate::app::rows::put_new(Kind::Entry.of(entry.id), &entry, &[]).unwrap();
    let events = vec![node.world.app.event("test", "screened_out", vec![r])];
    let changes = Changes { puts: vec![put.under(case).sharing_key_of(r)], events, ..Changes::default() };
    node.world.app.commit(changes).await.unwrap();
    node.say(&code, "He is back, and it is worse.").await;
    let all = node.cases().await;
    let last = all[0].1.last().unwrap();
    assert!(matches!(&last.act, Act::Message(m) if m.from_reporter && m.text.contains("worse")), "{last:?}");
    assert_eq!(Standing::of(&all[0].1).moved_state(), policy::process::words::State::ScreenedOut);
    assert!(node.waiting().await.iter().any(|n| n.what == "reporter_wrote"));
    assert_eq!(node.news(&code).await.into_inner().state, "dealt_with");
}

#[tokio::test]
async fn who_reports_in_confidence_is_sealed_and_only_opening_shows_it() {
    let node = Node::new(fast()).await;
    let who = Confidential { name: NAME.into(), contact: CONTACT.into() };
    node.told(ReportRequest { confidential: Some(who), ..report("I work with them.") }).await;
    let (case, entries) = node.cases().await.remove(0);
    let Act::Report(kept) = &entries[0].act else { panic!() };
    assert_eq!(kept.anonymity, Anonymity::Confidential);
    let case_id = case.to_string();

    let person = staff::Person {
        case_id: case_id.clone(),
        roles: vec!["person_of_concern".into()],
        names: vec!["Alex Example".into()],
        ..Default::default()
    };
    let mut chair = node.world.staff("chair");
    chair.add_person(staff::AddPersonRequest { person: Some(person) }).await.unwrap();
    let short = staff::OpenIdentityRequest {
        case_id: case_id.clone(),
        whose: "reporter".into(),
        reason: "want to know".into(),
        ..Default::default()
    };
    let refused = chair.open_identity(short.clone()).await.unwrap_err();
    assert!(refused.message().contains("20 characters"), "{refused}");
    assert!(node.waiting().await.iter().all(|n| n.what != "reporter_opened"), "nothing was opened");

    let reason = "They wrote that they fear for their own safety tonight.";
    let open = staff::OpenIdentityRequest { reason: reason.into(), ..short };
    let opened = chair.open_identity(open).await.unwrap().into_inner();
    assert_eq!((opened.name.as_str(), opened.contact.as_str()), (NAME, CONTACT));
    assert_eq!(opened.sealed_by, "bystander");
    assert_eq!(opened.openings.len(), 1);
    assert_eq!(opened.openings[0].reason, reason);
    let told: Vec<_> = node.waiting().await.into_iter().filter(|n| n.what == "reporter_opened").collect();
    let whom: Vec<String> = told.iter().flat_map(|n| &n.concerns).map(ToString::to_string).collect();
    assert_eq!(whom, [uri(OWN, "officer")], "the officer is told; the chair is the one who opened");
    let events = node.world.app.store.events(0, 1_000).await.unwrap();
    assert_eq!(events.iter().filter(|e| e.event.kind == "reporter_opened").count(), 1);
    // whoever opens cannot silence what tells of it
    let id = chair.list_notifications(staff::ListNotificationsRequest::default()).await.unwrap().into_inner();
    let id = id.notifications.into_iter().find(|n| n.kind == "reporter_opened").unwrap().id;
    let take = staff::TakeNotificationRequest { notification_id: id };
    assert!(chair.take_notification(take.clone()).await.is_err());
    assert!(node.world.staff("officer").take_notification(take).await.is_ok());

    let mut shown = Vec::new();
    let c = case_id.clone();
    for name in ["chair", "officer"] {
        let mut client = node.world.staff(name);
        macro_rules! show {
            ($($rpc:ident($request:expr);)*) => {$(
                if let Ok(answer) = client.$rpc($request).await {
                    shown.push((stringify!($rpc), answer.into_inner().encode_to_vec()));
                }
            )*};
        }
        show! {
            show_case(staff::ShowCaseRequest { case_id: c.clone(), ..Default::default() });
            list_cases(staff::ListCasesRequest::default());
            list_items(staff::ListItemsRequest { case_id: c.clone(), ..Default::default() });
            search_cases(staff::SearchCasesRequest {
                team_id: node.team.id.clone(), name: "Zebulon".into(), purpose: "threat_assessment".into(),
            });
            accounting(staff::AccountingRequest { case_id: c.clone(), ..Default::default() });
            list_notifications(staff::ListNotificationsRequest::default());
            events(staff::EventsRequest { limit: 1_000, ..Default::default() });
            node_status(staff::NodeStatusRequest::default());
            list_permissions(staff::ListPermissionsRequest { case_id: c.clone(), ..Default::default() });
            list_attestations(staff::ListAttestationsRequest { case_id: c.clone(), ..Default::default() });
            list_documents(staff::ListDocumentsRequest { case_id: c.clone(), ..Default::default() });
            trace(staff::TraceRequest { id: c.clone() });
        }
    }
    let calls: std::collections::BTreeSet<&str> = shown.iter().map(|(call, _)| *call).collect();
    assert!(calls.len() >= 9, "{calls:?} were answered");
    for (call, bytes) in &shown {
        let text = String::from_utf8_lossy(bytes);
        for told in ["Zebulon", "Quackenbush", "0173"] {
            assert!(!text.contains(told), "{call} shows {told}");
        }
    }
    // every record but the sealed one
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Identity) {
        for row in node.world.app.store.list(*kind, Page::first(500)).await.unwrap() {
            assert!(!String::from_utf8_lossy(&row.body).contains("Quackenbush"), "{}", row.r);
        }
    }
    let sealed = node.world.app.store.list(Kind::Identity, Page::first(10)).await.unwrap();
    assert!(sealed.len() == 1 && sealed[0].parent.is_none(), "no case leads to it");
    assert_eq!(node.world.app.sealed_refs(case, &[]).await.unwrap(), [sealed[0].r]);
}

#[tokio::test]
async fn what_is_sealed_and_what_was_said_of_oneself_outlive_the_case_and_each_other() {
    let node = Node::new(fast()).await;
    let who = Confidential { name: NAME.into(), contact: CONTACT.into() };
    node.told(ReportRequest { confidential: Some(who), ..report("x") }).await;
    let (case, _) = node.cases().await.remove(0);
    let case_id = case.to_string();
    let mut chair = node.world.staff("chair");
    let equity = staff::RecordEquityRequest { case_id, language: "tlh".into(), ..Default::default() };
    chair.record_equity(equity.clone()).await.unwrap();
    chair.record_equity(staff::RecordEquityRequest { sex: "declined".into(), ..equity }).await.unwrap();
    let rows = node.world.app.store.list(Kind::Equity, Page::first(10)).await.unwrap();
    assert!(rows.len() == 1 && rows[0].parent.is_none() && rows[0].version == 2, "replaced, not added");
    assert!(!String::from_utf8_lossy(&rows[0].body).contains("chair"), "no author");
    let erase = |r| {
        let app = &node.world.app;
        let events = vec![app.event("test", "erased", vec![r])];
        app.commit(Changes { erase: vec![r], events, ..Changes::default() })
    };
    let read = async |kind| node.world.app.store.list(kind, Page::first(10)).await.unwrap().remove(0).erased;
    erase(Kind::Case.of(case)).await.unwrap();
    assert!(!read(Kind::Identity).await && !read(Kind::Equity).await);
    assert!(read(Kind::ReturnCode).await, "the way back goes with the case");
    erase(node.world.app.sealed_refs(case, &[]).await.unwrap()[0]).await.unwrap();
    assert!(read(Kind::Identity).await && !read(Kind::Equity).await);
}

#[tokio::test]
async fn counts_are_the_officers_for_quarters_that_ended_and_hide_small_ones() {
    let node = Node::new(fast()).await;
    let (app, chair) = (&node.world.app, node.actor("chair").await);
    let now = app.now();
    for n in 0..14 {
        node.told(report("x")).await;
        let case = node.cases().await.pop().unwrap().0;
        // in the quarter before
        node.world.region.clock.set(now.plus_days(-60));
        let answers =
            Answers::parse([("sex", vec![if n < 12 { "female" } else { "male" }.to_owned()])]).unwrap();
        app.record_equity(&chair, case, answers).await.unwrap();
        node.world.region.clock.set(now);
    }
    let quarter_of = |day: policy::time::Date| staff::EquityCountsRequest {
        year: u32::try_from(day.year).unwrap(),
        quarter: u32::from((day.month - 1) / 3 + 1),
    };
    let (ask, running) = (quarter_of(now.plus_days(-60).date()), quarter_of(now.date()));
    let mut officer = node.world.staff("officer");
    let early = officer.equity_counts(running).await.unwrap_err();
    assert!(early.message().contains("not ended") && early.code() == GrpcCode::FailedPrecondition, "{early}");
    let refused = node.world.staff("chair").equity_counts(ask).await.unwrap_err();
    assert_eq!(refused.code(), GrpcCode::PermissionDenied);
    let counts = officer.equity_counts(ask).await.unwrap().into_inner();
    let of = |question: &str, code: &str| {
        counts.counts.iter().find(|c| c.question == question && c.code == code).unwrap().count
    };
    assert_eq!((of("sex", "male"), of("sex", "female")), (None, None), "2 would be 14 less 12");
    assert_eq!((of("age_band", "not_answered"), of("sex", "declined")), (Some(14), Some(0)));
    assert_eq!(counts.shown_from, 11);
}

#[tokio::test]
async fn a_watcher_is_sealed_for_a_tripwire_of_the_case_and_for_nothing_else() {
    let node = Node::new(fast()).await;
    node.told(report("x")).await;
    let (case, entries) = node.cases().await.remove(0);
    let request = staff::SealIdentityRequest {
        case_id: case.to_string(),
        whose: "watcher".into(),
        tripwire_id: entries[0].id.to_string(),
        name: NAME.into(),
        ..Default::default()
    };
    let mut chair = node.world.staff("chair");
    let refused = chair.seal_identity(request.clone()).await.unwrap_err();
    assert!(refused.message().contains("sets no tripwire"), "{refused}");
    let none = staff::SealIdentityRequest { tripwire_id: case.to_string(), ..request.clone() };
    assert_eq!(chair.seal_identity(none).await.unwrap_err().code(), GrpcCode::NotFound);
    let missing = staff::SealIdentityRequest { tripwire_id: String::new(), ..request.clone() };
    assert!(chair.seal_identity(missing).await.unwrap_err().message().contains("tripwire_id"));
    // a tripwire as the process would write it
    let mut entry = entries[0].clone();
    entry.id = policy::id::EntryId(node.world.app.new_id());
    entry.act = Act::from(policy::process::entry::Tripwire {
        observable: "comes to the gate".into(),
        tell: "the chair".into(),
        expires: node.world.app.now().plus_days(30),
        has_watcher: true,
        ended: false,
    });
    let r = Kind::Case.of(case);
    let put = crate::app::rows::put_new(Kind::Entry.of(entry.id), &entry, &[]).unwrap();
    let events = vec![node.world.app.event("test", "tripwire", vec![r])];
    let changes = Changes { puts: vec![put.under(case).sharing_key_of(r)], events, ..Changes::default() };
    node.world.app.commit(changes).await.unwrap();
    let tripwire_id = entry.id.to_string();
    let request = staff::SealIdentityRequest { tripwire_id: tripwire_id.clone(), ..request };
    let sealed = chair.seal_identity(request).await.unwrap().into_inner().sealed_id;
    let reporter = staff::OpenIdentityRequest {
        case_id: case.to_string(),
        whose: "reporter".into(),
        reason: "The tripwire was touched and nobody reaches them.".into(),
        ..Default::default()
    };
    assert_eq!(chair.open_identity(reporter.clone()).await.unwrap_err().code(), GrpcCode::NotFound);
    let open = staff::OpenIdentityRequest { whose: "watcher".into(), tripwire_id, ..reporter };
    let opened = node.world.staff("chair").open_identity(open).await.unwrap().into_inner();
    assert_eq!((opened.name.as_str(), opened.sealed_id), (NAME, sealed));
    assert!(node.waiting().await.iter().any(|n| n.what == "watcher_opened"));
}

#[tokio::test]
async fn too_many_reports_and_too_large_ones_are_refused_in_plain_words() {
    let limits = Limits { reports_of_one: Rate { burst: 2, each_ms: 600_000 }, ..fast() };
    let node = Node::new(limits).await;
    let large = node.client().report(report(&"x".repeat(5 * 1024 * 1024))).await.unwrap_err();
    assert_eq!(large.code(), GrpcCode::OutOfRange);
    assert!(
        large.message().contains("larger than 65536 bytes") && large.message().contains("in parts"),
        "{large}"
    );
    let long = node.client().report(report(&"x".repeat(20_000))).await.unwrap_err();
    assert!(long.message().contains("16384 at most"), "{long}");
    assert!(node.cases().await.is_empty(), "nothing of it was kept");
    node.told(report("one")).await;
    let refused = node.client().report(report("two")).await.unwrap_err();
    assert_eq!(refused.code(), GrpcCode::ResourceExhausted);
    assert!(refused.message().contains("10 minutes") && refused.message().contains("911"), "{refused}");
    let now = node.world.app.now();
    node.world.region.clock.set(now.plus_minutes(11));
    node.told(report("two")).await;
    assert_eq!(node.cases().await.len(), 2);
}

#[tokio::test]
async fn without_a_certificate_nothing_but_the_intake_answers() {
    let node = Node::new(fast()).await;
    let staff_port = node.channel(&node.world.address, None);
    let refused = IntakeClient::new(staff_port).report(report("x")).await.unwrap_err();
    assert!(!matches!(refused.code(), GrpcCode::Ok | GrpcCode::Unimplemented), "{refused}");
    let mut staff_over_intake = AgencyClient::new(node.channel(&node.address, None));
    let refused = staff_over_intake.who_am_i(staff::WhoAmIRequest {}).await.unwrap_err();
    assert_eq!(refused.code(), GrpcCode::Unimplemented, "{refused}");
    let other = SpiffeId::parse("spiffe://region.example/agency/sheriff").unwrap();
    let refused = IntakeClient::new(node.channel(&node.address, Some(other))).report(report("x")).await;
    assert!(refused.is_err(), "another node than the one that was named");
    let right = SpiffeId::parse("spiffe://region.example/agency/county-hospital").unwrap();
    assert!(IntakeClient::new(node.channel(&node.address, Some(right))).report(report("x")).await.is_ok());
    let elsewhere = Node::new(fast()).await;
    let mut stranger = IntakeClient::new(elsewhere.channel(&node.address, None));
    assert!(stranger.report(report("x")).await.is_err(), "a node of another authority");
}

#[tokio::test]
async fn wrong_codes_slow_down_whoever_tries_them() {
    let limits = Limits { misses_free: 1, wait_max: Duration::from_secs(1), ..fast() };
    let node = Node::new(limits).await;
    let unknown = {
        let elsewhere = Node::new(fast()).await;
        elsewhere.told(report("x")).await.return_code
    };
    let time = async |code: &str| {
        let begun = Instant::now();
        node.news(code).await;
        begun.elapsed()
    };
    let first = time(&unknown).await;
    time(&unknown).await;
    let third = time(&unknown).await;
    assert!(first < Duration::from_millis(400) && third >= Duration::from_millis(500), "{first:?} {third:?}");
}

/// What this node logs, as text.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_what_is_told_nor_who_calls_nor_a_code_is_logged() {
    let log = Log::default();
    let into = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("node=trace"))
        .with_writer(move || into.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let node = Node::new(fast()).await;
    let who = Confidential { name: NAME.into(), contact: CONTACT.into() };
    let code =
        node.told(ReportRequest { confidential: Some(who), ..report("the lilac van") }).await.return_code;
    node.say(&code, "the lilac van again").await;
    node.news(&code).await;
    // what fails is said, without content: a team that is not there, a text that is too long, no TLS at all
    let refused =
        node.client().report(ReportRequest { team: "School team".into(), ..report("the lilac van") }).await;
    assert_eq!(refused.unwrap_err().code(), GrpcCode::Unavailable);
    assert!(node.client().report(report(&"lilac".repeat(5_000))).await.is_err());
    let mut plain = tokio::net::TcpStream::connect(&node.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut end = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut plain, &mut end).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("intake.teams names a team that is not there"), "the log is heard at all: {text}");
    for told in ["lilac", "Quackenbush", "0173", code.as_str(), "127.0.0.1"] {
        assert!(!text.contains(told), "{told} is logged: {text}");
    }
}

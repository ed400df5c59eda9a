//! To the agency that asks, "unknown", "withheld" and "not yours to know" are the same bytes, the same size, at a time
//! computed from arrival alone; an answer with content has the same size and the same time.

use node::app::{Disclosure, RequestRecord, rows};
use node::demo::staff::Staff;
use node::exchange::envelope::{self, Opened};
use node::exchange::keys::NodeKeys;
use node::store::{Changes, Kind};
use policy::id::{AgencyId, AttestationId, CaseId, ItemId, MessageId, PersonId};
use policy::record::{
    About, Attestation, AttestationScope, Case, Element, Item, ItemValue, ObtainedVia, Permission,
    PermissionKind, PermittedRecipient, Person, PersonRole, Provenance, Purpose, RecordKind, Row, Signer,
};
use policy::time::{Date, UtcTime};
use prost::Message;
use proto::agency::v1 as api;
use proto::exchange::v1::{Body, Envelope, body};
use system_tests::world::{HOSPITAL, SCHOOL, THREE, World};

/// What `answer_after_seconds` is at the hospital.
const ANSWER_AFTER_MS: i64 = 60_000;
/// Between two requests, so that each is due at its own time.
const BETWEEN_MS: i64 = 1_700;

/// What happens at the hospital while a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    /// Nobody there knows the person, and nobody looks.
    Unknown,
    /// A member answers with nothing.
    Nothing,
    /// What is known may not go: the door says no.
    Forbidden,
    /// A member would answer, and the approver says no.
    Denied,
    /// A member would answer, and nobody approves.
    NotApproved,
    /// Approved, and the permission it rested on is revoked before it is due.
    Revoked,
    /// Approved, and more than any message can carry.
    TooLarge,
    /// Approved: content goes.
    Answered,
    /// As `Answered`, for a long text.
    AnsweredAtLength,
}
use Meanwhile as M;

const EVERY: [Meanwhile; 9] = [
    M::Unknown,
    M::Nothing,
    M::Forbidden,
    M::Denied,
    M::NotApproved,
    M::Revoked,
    M::TooLarge,
    M::Answered,
    M::AnsweredAtLength,
];

struct Known {
    id: CaseId,
    permission: policy::id::PermissionId,
    items: Vec<ItemId>,
}

/// A case at the hospital with items of this row and a patient's authorization for the school.
async fn case(world: &World, row: u8, texts: &[String]) -> Known {
    let app = world.app(HOSPITAL);
    let (now, by) = (app.now(), world.staff_id(HOSPITAL, "chair"));
    let case = CaseId(app.new_id());
    let mut changes = Changes::default();
    let head = Case {
        id: case,
        team: world.team(HOSPITAL),
        opened_at: now,
        opened_by: by.clone(),
        exercise: false,
        setting: None,
        process: None,
    };
    changes.puts.push(rows::put_new(Kind::Case.of(case), &head, &[]).unwrap());
    let person = Person {
        id: PersonId(app.new_id()),
        case,
        roles: vec![PersonRole::PersonOfConcern, PersonRole::Patient],
        names: vec!["Robin Marlowe".to_owned()],
        date_of_birth: Date::parse("1984-05-01").ok(),
        is_student: Some(false),
        attends_postsecondary: None,
        is_patient: Some(true),
        consented_to_own_care: None,
        law_enforcement_status: None,
        state: None,
    };
    changes.puts.push(rows::put_new(Kind::Person.of(person.id), &person, &[]).unwrap().under(case));
    let permission = Permission {
        id: policy::id::PermissionId(app.new_id()),
        case,
        person: person.id,
        kind: PermissionKind::HipaaAuthorization,
        given_by: Signer::Subject,
        signed_at: Some(now),
        given_at: now,
        expires_at: Some(now.plus_days(30)),
        revoked_at: None,
        recipients: vec![PermittedRecipient::Agency(AgencyId::from(SCHOOL))],
        record_kinds: vec![RecordKind::Phi],
        elements: Vec::new(),
        rows: Vec::new(),
        purposes: vec![Purpose::ThreatAssessment],
        stands_alone: Some(true),
        tpo_all_future: None,
        evidence: None,
    };
    changes
        .puts
        .push(rows::put_new(Kind::Permission.of(permission.id), &permission, &[]).unwrap().under(case));
    let made = Attestation {
        id: AttestationId(app.new_id()),
        case,
        fact: "circumstances.good_faith_belief".to_owned(),
        value: true,
        scope: AttestationScope::Case,
        reasons: "seen on the ward".to_owned(),
        by: by.clone(),
        role: "treating_professional".to_owned(),
        at: now,
        until: now.plus_days(2),
    };
    changes.puts.push(rows::put_new(Kind::Attestation.of(made.id), &made, &[]).unwrap().under(case));
    let mut items = Vec::new();
    for text in texts {
        let item = Item {
            id: ItemId(app.new_id()),
            case,
            row: Row::new(row).unwrap(),
            labels: Vec::new(),
            record_kind: Some(RecordKind::Phi),
            obtained_via: ObtainedVia::Own,
            elements: vec![Element::StatementOfThreatOrCrime],
            about: vec![About { person: person.id, record_kind: None }],
            value: ItemValue::Text(text.clone()),
            own_of: Vec::new(),
            statements: Vec::new(),
            provenance: Provenance {
                recorded_by: by.clone(),
                recorded_at: now,
                source: None,
                received: None,
                purposes: Vec::new(),
                obligations: Vec::new(),
                expires_at: None,
            },
            superseded_by: None,
            sealed_at: None,
            stale: None,
            commitment: None,
        };
        items.push(item.id);
        changes.puts.push(rows::put_new(Kind::Item.of(item.id), &item, &[]).unwrap().under(case));
    }
    changes.events.push(app.event("test", "case_seeded", vec![Kind::Case.of(case)]));
    app.commit(changes).await.unwrap();
    Known { id: case, permission: permission.id, items }
}

/// The school asks; returns the request as it arrived.
async fn ask(world: &mut World, case: &str) -> MessageId {
    let (chair, officer) = (world.staff(SCHOOL, "chair"), world.staff(SCHOOL, "officer"));
    let asked = chair
        .request_information(api::RequestInformationRequest {
            case_id: case.to_owned(),
            to_agency: HOSPITAL.to_owned(),
            purpose: "threat_assessment".to_owned(),
            rows: vec![11],
            reply_due: world.clock.advance_ms(0).plus_days(2).to_string(),
            ..Default::default()
        })
        .await
        .unwrap();
    let proposal_id = asked.view.unwrap().proposal_id;
    officer.approve(api::ApproveRequest { proposal_id, ..Default::default() }).await.unwrap();
    let known = world.rows_of(HOSPITAL, Kind::Request).await.len();
    assert_eq!(world.step(SCHOOL).await, 1);
    let rows = world.rows_of(HOSPITAL, Kind::Request).await;
    assert_eq!(rows.len(), known + 1, "{:?}", world.stopped(SCHOOL).await);
    MessageId(rows.last().unwrap().r.id)
}

/// What the hospital's people do about it.
async fn act(world: &mut World, chair: &Staff, officer: &Staff, request: MessageId, meanwhile: Meanwhile) {
    let (row, texts): (u8, Vec<String>) = match meanwhile {
        M::Unknown => return,
        M::Forbidden => (26, vec!["said in a session".to_owned()]),
        M::TooLarge => (11, (0..60).map(|n| format!("{n} {}", "x".repeat(8_000))).collect()),
        M::AnsweredAtLength => (11, vec!["y".repeat(8_000), "z".repeat(8_000)]),
        _ => (11, vec!["said that it would happen on Friday".to_owned()]),
    };
    let case = case(world, row, &texts).await;
    let answer = api::AnswerRequestRequest {
        request_id: request.to_string(),
        case_id: case.id.to_string(),
        item_ids: case.items.iter().map(ToString::to_string).collect(),
        preview: false,
    };
    if meanwhile == M::Nothing {
        let nothing = api::AnswerRequestRequest { case_id: String::new(), item_ids: Vec::new(), ..answer };
        chair.answer_request(nothing).await.unwrap();
        return;
    }
    let view = chair.answer_request(answer).await.unwrap().view.unwrap();
    let went = view.items.iter().filter(|i| i.outcome != "withheld").count();
    if meanwhile == M::Forbidden {
        assert_eq!((went, view.state.as_str()), (0, "nothing_to_send"));
        return;
    }
    assert_eq!((went, view.state.as_str()), (case.items.len(), "proposed"), "{:?}", view.items[0].reasons);
    let proposal_id = view.proposal_id;
    if meanwhile == M::NotApproved {
        return;
    }
    let deny_reason = if meanwhile == M::Denied { "not now".to_owned() } else { String::new() };
    officer.approve(api::ApproveRequest { proposal_id, deny_reason, ..Default::default() }).await.unwrap();
    if meanwhile == M::Revoked {
        let revoked = api::RevokePermissionRequest {
            case_id: case.id.to_string(),
            permission_id: case.permission.to_string(),
        };
        chair.revoke_permission(revoked).await.unwrap();
    }
}

/// The answer that left for a request, as the school reads it, with its envelope.
async fn answer(world: &World, request: MessageId) -> Option<(Opened, Envelope, Disclosure)> {
    let home = world.region.home(SCHOOL);
    let keys = NodeKeys::read(&home.join("sign.key"), &home.join("hpke.key")).unwrap();
    let roster = world.app(SCHOOL).roster.load();
    let hospital = roster.agency(&AgencyId::from(HOSPITAL)).unwrap();
    let own = format!("spiffe://{}/agency/{SCHOOL}", THREE.trust_domain);
    for row in world.rows_of(HOSPITAL, Kind::Disclosure).await {
        let disclosure = rows::read::<Disclosure>(row).unwrap();
        let sealed = Envelope::decode(disclosure.bytes.as_slice()).unwrap();
        let opened = envelope::open(&keys, &own, hospital, &sealed, world.clock.advance_ms(0)).unwrap();
        if matches!(&opened.body.kind, Some(body::Kind::Answer(a)) if a.in_reply_to == request.0.to_bytes()) {
            let receipt =
                world.app(HOSPITAL).store.get(Kind::Receipt.of(disclosure.record.id)).await.unwrap();
            assert!(receipt.is_some(), "the school did not receipt it: {:?}", world.stopped(HOSPITAL).await);
            return Some((opened, sealed, disclosure.record));
        }
    }
    None
}

/// The body without what names this one exchange.
fn masked(body: &Body) -> Body {
    let mut body = body.clone();
    let Some(body::Kind::Answer(answer)) = &mut body.kind else { panic!("not an answer") };
    assert_eq!((answer.in_reply_to.len(), answer.case_ref.len()), (16, 16));
    answer.in_reply_to.fill(0);
    answer.case_ref.fill(0);
    body
}

/// The sizes of an envelope's parts, and its header without what names this one message.
fn outside(envelope: &Envelope, opened: &Opened) -> (usize, usize, usize, usize, bool) {
    let Envelope { header, encapsulated_key, ciphertext, signature } = envelope;
    (header.len(), encapsulated_key.len(), ciphertext.len(), signature.len(), opened.exercise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_withheld_and_forbidden_are_one_answer() {
    let mut world = World::files(THREE).await;
    let file = world.region.home(HOSPITAL).join("concord.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, _) = text.split_once("answer_after_seconds").expect("the time of answers stands last");
    std::fs::write(&file, format!("{before}answer_after_seconds = {}\n", ANSWER_AFTER_MS / 1_000)).unwrap();
    world.start_all().await;
    world.first_day().await;
    let asking = world.staff(SCHOOL, "chair");
    let open = api::OpenCaseRequest { team_id: world.team(SCHOOL).to_string(), ..Default::default() };
    let asked_from = asking.open_case(open).await.unwrap().id;
    let (chair, officer) = (world.staff(HOSPITAL, "chair"), world.staff(HOSPITAL, "officer"));

    let mut asked: Vec<(Meanwhile, MessageId, UtcTime)> = Vec::new();
    for meanwhile in EVERY {
        let request = ask(&mut world, &asked_from).await;
        asked.push((meanwhile, request, world.clock.advance_ms(0)));
        act(&mut world, &chair, &officer, request, meanwhile).await;
        world.clock.advance_ms(BETWEEN_MS);
        // nothing leaves early, whatever a member has done
        world.step(HOSPITAL).await;
    }

    // every answer leaves at its own due time: a millisecond before, it has not; then it has
    let mut answers = Vec::new();
    for (meanwhile, request, arrived) in &asked {
        let due = UtcTime(arrived.0 + ANSWER_AFTER_MS);
        let record =
            world.app(HOSPITAL).load::<RequestRecord>(Kind::Request.of(*request)).await.unwrap().record;
        assert_eq!(record.answer_due, due, "{meanwhile:?}");
        world.clock.set(UtcTime(due.0 - 1));
        world.step(HOSPITAL).await;
        assert!(answer(&world, *request).await.is_none(), "{meanwhile:?} left early");
        world.clock.set(due);
        world.step(HOSPITAL).await;
        let (opened, envelope, disclosure) = answer(&world, *request)
            .await
            .unwrap_or_else(|| panic!("{meanwhile:?} did not leave when it was due"));
        assert_eq!((opened.created_at, disclosure.at), (due, due), "{meanwhile:?}");
        answers.push((*meanwhile, opened, envelope));
    }

    let (_, unknown, unknown_envelope) = answers.iter().find(|(m, ..)| *m == M::Unknown).expect("asked");
    let same = masked(&unknown.body).encode_to_vec();
    for (meanwhile, opened, envelope) in &answers {
        let body = masked(&opened.body);
        let Some(body::Kind::Answer(said)) = &body.kind else { unreachable!("masked") };
        assert_eq!(outside(envelope, opened), outside(unknown_envelope, unknown), "{meanwhile:?}: size");
        match meanwhile {
            M::Answered => assert_eq!(said.items.len(), 1),
            M::AnsweredAtLength => assert_eq!(said.items.len(), 2),
            _ => assert_eq!(body.encode_to_vec(), same, "{meanwhile:?}: bytes"),
        }
    }

    // the receipt that the asker got at once says nothing either: those of one kind are alike
    world.until_quiet().await;
    let mut receipts = Vec::new();
    for (_, request, _) in &asked {
        let row = world.app(HOSPITAL).load::<node::app::Inbound>(Kind::Inbound.of(*request)).await.unwrap();
        let receipt = Envelope::decode(row.receipt()).unwrap();
        receipts.push((receipt.header.len(), receipt.ciphertext.len()));
    }
    receipts.dedup();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    assert_eq!(world.stopped(HOSPITAL).await, Vec::<String>::new());
    own_staff_know_why(&mut world, &chair, &officer).await;
}

/// Whoever asked for an approved answer and approved it is told that the empty one went, which, and why; others are told that.
async fn own_staff_know_why(world: &mut World, chair: &Staff, officer: &Staff) {
    let all = api::ListNotificationsRequest::default();
    let told = chair.list_notifications(all).await.unwrap().notifications;
    let told: Vec<_> = told.iter().filter(|n| n.kind == "answer_empty").collect();
    let whys: Vec<_> = told.iter().map(|n| n.why.as_str()).collect();
    assert_eq!(whys.len(), 2, "{whys:?}");
    assert!(whys[0].contains("a permission for this recipient was revoked"), "{whys:?}");
    assert!(whys[1].contains("cannot be sealed"), "{whys:?}");
    let both: Vec<_> = ["chair", "officer"].map(|n| world.staff_id(HOSPITAL, n).to_string()).into();
    let proposals = officer.list_proposals(api::ListProposalsRequest::default()).await.unwrap().proposals;
    for (n, why) in told.iter().zip(&whys) {
        assert!(n.urgent && n.concerns == both, "{:?}", n.concerns);
        let id = n.about.strip_prefix("proposal/").unwrap();
        let proposal = proposals.iter().find(|p| p.id == id).unwrap();
        assert_eq!(proposal.state, "not_sent");
        assert!(proposal.reason.ends_with(why), "{}", proposal.reason);
        let trace = chair.trace(api::TraceRequest { id: id.to_owned() }).await.unwrap().lines;
        assert!(trace.iter().any(|l| l.what.contains("the empty answer went in its place")), "{trace:?}");
    }
    let delivered = proposals.iter().filter(|p| p.state == "delivered").count();
    assert_eq!(delivered, 2, "the answers with content arrived");
}

//! Referrals between two nodes, their states coming home word by word, and levels of concern that stop being current: what
//! each side keeps and shows, what is refused, and that a refusal tells a peer nothing.

use node::app::rows::{put_new, read};
use node::app::{
    Direction, Inbound, Read, ReferralRecord, ReferralStep, ReferralTerms, Task, UNLINKED, Work,
    referral_work, work_state,
};
use node::clock::Clock;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec};
use node::store::{Changes, Kind};
use policy::id::{CaseId, ItemId, MessageId};
use policy::process::referral::{Category, State, Urgency};
use policy::record::{Item, Purpose, StaleReason};
use proto::agency::v1 as api;
use system_tests::world::{HOSPITAL, SCHOOL, World, agency};

/// Keeps no case: a community partner with no duty of any federal law.
const HOUSING: &str = "housing";
/// The law that lets what the patient agreed to go.
const AGREED: &str = "hipaa_authorization";

/// A clinic under HIPAA.
const CLINIC: &str = "clinic";
/// A program under 42 CFR Part 2.
const PROGRAM: &str = "program";

const PURPOSES: &[&str] = &["care_coordination", "threat_assessment"];

const REGION: RegionSpec = RegionSpec {
    trust_domain: "referrals.example",
    state: "CA",
    agencies: &[
        AgencySpec { hipaa_covered: true, ..agency(HOSPITAL, "hospital") },
        AgencySpec { ferpa_covered: true, ..agency(SCHOOL, "k12_school") },
        AgencySpec { team_role: "community_partner", ..agency(HOUSING, "community_org") },
        AgencySpec { hipaa_covered: true, ..agency(CLINIC, "mental_health_provider") },
        AgencySpec { hipaa_covered: true, part2_program: true, ..agency(PROGRAM, "sud_program") },
    ],
    agreements: &[
        AgreementSpec { between: [HOSPITAL, HOUSING], purposes: PURPOSES },
        AgreementSpec { between: [HOSPITAL, SCHOOL], purposes: PURPOSES },
        AgreementSpec { between: [SCHOOL, HOUSING], purposes: PURPOSES },
        AgreementSpec { between: [HOSPITAL, CLINIC], purposes: PURPOSES },
        AgreementSpec { between: [HOSPITAL, PROGRAM], purposes: PURPOSES },
    ],
};

struct Stage {
    world: World,
    case: String,
    person: String,
}

impl Stage {
    /// A hospital's case of a patient who agreed in writing that housing and school be told what they need.
    async fn new() -> Self {
        let mut world = World::ready(REGION).await;
        let chair = world.staff(HOSPITAL, "chair");
        let team_id = world.team(HOSPITAL).to_string();
        let case = chair.open_case(api::OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
        let person = api::Person {
            case_id: case.clone(),
            roles: vec!["person_of_concern".into(), "patient".into()],
            names: vec!["Mina Duarte".into()],
            date_of_birth: "1990-06-04".into(),
            is_patient: Some(true),
            is_student: Some(false),
            ..Default::default()
        };
        let person = chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap().id;
        let now = world.clock.now();
        let permission = api::Permission {
            case_id: case.clone(),
            person_id: person.clone(),
            kind: AGREED.into(),
            given_by: "subject".into(),
            signed_at: now.plus_minutes(-5).to_string(),
            expires_at: now.plus_days(200).to_string(),
            recipients: [HOUSING, SCHOOL, CLINIC, PROGRAM]
                .map(|agency| api::PermittedRecipient { agency: agency.into(), ..Default::default() })
                .to_vec(),
            record_kinds: vec!["phi".into()],
            rows: vec![2, 9, 12, 16, 36],
            purposes: PURPOSES.iter().map(|p| (*p).to_owned()).collect(),
            evidence: "paper form in the file".into(),
            ..Default::default()
        };
        chair.record_permission(api::RecordPermissionRequest { permission: Some(permission) }).await.unwrap();
        let mut stage = Self { world, case, person };
        stage.item(2, "identity_and_location", text("Mina Duarte")).await;
        stage.item(9, "general_condition", text("Spanish-speaking")).await;
        stage.item(12, "incident_circumstances", text("what happened at the desk")).await;
        stage.item(36, "general_condition", text("advice on rent arrears")).await;
        stage
    }

    async fn item(&mut self, row: u32, element: &str, value: api::ItemValue) -> String {
        let item = api::Item {
            case_id: self.case.clone(),
            row,
            record_kind: "phi".into(),
            elements: vec![element.into()],
            about: vec![api::About { person_id: self.person.clone(), ..Default::default() }],
            value: Some(value),
            ..Default::default()
        };
        let add = api::AddItemRequest { item: Some(item), ..Default::default() };
        self.world.staff(HOSPITAL, "chair").add_item(add).await.unwrap().id
    }

    fn asks(&self, to: &str, category: &str) -> api::ShareRequest {
        api::ShareRequest {
            case_id: self.case.clone(),
            to: Some(api::To { agency: to.into(), ..Default::default() }),
            purpose: "care_coordination".into(),
            referral: Some(api::ReferralTerms {
                service_category: category.into(),
                urgency: "soon".into(),
                contact_by: self.world.clock.now().plus_days(2).to_string(),
            }),
            ..Default::default()
        }
    }

    /// Asks, approves and sends; the id of the message.
    async fn share(&mut self, ask: api::ShareRequest) -> String {
        let view = self.world.staff(HOSPITAL, "chair").share(ask).await.unwrap();
        assert!(!view.proposal_id.is_empty(), "{:?} {:?}", view.stops, view.items);
        let yes = api::ApproveRequest { proposal_id: view.proposal_id, ..Default::default() };
        self.world.staff(HOSPITAL, "officer").approve(yes).await.unwrap();
        view.disclosure_id
    }

    async fn refer(&mut self) -> String {
        let ask = self.asks(HOUSING, "housing_assistance");
        let id = self.share(ask).await;
        self.world.until_quiet().await;
        id
    }

    async fn home(&mut self) -> api::Referral {
        let request = api::ListReferralsRequest { case_id: self.case.clone(), ..Default::default() };
        let all = self.world.staff(HOSPITAL, "chair").list_referrals(request).await.unwrap().referrals;
        all.into_iter().next().unwrap()
    }

    async fn says(&mut self, id: &str, state: &str, reason: &str) -> Result<api::Referral, String> {
        let request = api::AnswerReferralRequest {
            message_id: id.into(),
            state: state.into(),
            reason: reason.into(),
            ..Default::default()
        };
        let said = self.world.staff(HOUSING, "member").answer_referral(request).await;
        said.map_err(|e| e.to_string())
    }

    async fn bells(&mut self, agency: &'static str, what: &str) -> usize {
        let waiting = api::ListNotificationsRequest { waiting_only: true, ..Default::default() };
        let all = self.world.staff(agency, "chair").list_notifications(waiting).await.unwrap();
        all.notifications.iter().filter(|n| n.kind == what).count()
    }

    /// Lets a node say a word that its own staff API would not let it say; why the other node refused it.
    async fn forces(&self, agency: &str, with: &str, message: MessageId, steps: &[State]) -> String {
        let app = self.world.app(agency);
        let now = app.now();
        let step = |s: &State| ReferralStep {
            state: *s,
            because: None,
            at: now,
            by: Some(self.world.staff_id(agency, "member")),
        };
        let record = ReferralRecord {
            message,
            direction: Direction::Received,
            with: with.into(),
            case_ref: [9; 16],
            purpose: Purpose::CareCoordination,
            exercise: false,
            terms: ReferralTerms {
                service_category: Category::Food,
                urgency: Urgency::Soon,
                contact_by: now.plus_days(1),
            },
            steps: steps.iter().map(step).collect(),
            proposal: None,
            agreed: None,
        };
        let at = steps.len() - 1;
        let r = Kind::Referral.of(message);
        let mut put = put_new(r, &record, &[]).unwrap().under(UNLINKED);
        if app.find_referral(message).await.unwrap().is_some() {
            put = put.expecting(node::store::Expected::Any);
        }
        let work = Work::new(Task::ReferralStatus { referral: message, step: at }, &with.into(), None);
        let work = put_new(referral_work(message, at), &work, &[]).unwrap();
        let puts = vec![put, work.in_state(work_state::DUE).due(now)];
        let events = vec![app.event("test", "forced", Vec::new())];
        app.commit(Changes { puts, events, ..Changes::default() }).await.unwrap();
        self.world.until_quiet().await;
        self.world.stopped(agency).await.pop().unwrap_or_default()
    }
}

fn text(words: &str) -> api::ItemValue {
    api::ItemValue { text: Some(words.into()), ..Default::default() }
}

#[tokio::test]
async fn a_referral_travels_and_its_states_come_home() {
    let mut stage = Stage::new().await;
    let police = stage.asks(HOUSING, "law_enforcement");
    let refused = stage.world.staff(HOSPITAL, "chair").share(police).await.unwrap_err().to_string();
    assert!(refused.contains("an event of its own"), "{refused}");

    let id = stage.refer().await;
    let home = stage.home().await;
    assert_eq!(
        (home.id.as_str(), home.state.as_str(), home.next_actor.as_str()),
        (id.as_str(), "received", "service")
    );
    assert!(!home.overdue && !home.due_at.is_empty() && home.means.contains("signed receipt"));

    // at the service, which keeps no case
    let all = stage.world.staff(HOUSING, "member").list_inbox(Default::default()).await.unwrap().messages;
    let [message] = all.as_slice() else { panic!("{all:?}") };
    let terms = message.referral.clone().unwrap();
    assert_eq!((message.kind.as_str(), message.referral_state.as_str()), ("referral", "received"));
    assert_eq!((terms.service_category.as_str(), terms.urgency.as_str()), ("housing_assistance", "soon"));
    let open = api::OpenInboxRequest { message_id: id.clone() };
    let opened = stage.world.staff(HOUSING, "member").open_inbox(open).await.unwrap();
    let rows: Vec<u32> = opened.items.iter().map(|i| i.row).collect();
    assert_eq!(rows, [2, 9, 36], "what happened never goes to a community partner");
    let referral = opened.referral.unwrap();
    assert_eq!(referral.may_set, ["accepted", "declined_by_service", "no_contact_made"]);

    let early = stage.says(&id, "engaged", "").await.unwrap_err();
    assert!(early.contains("engaged cannot follow") && early.contains("accepted"), "{early}");
    for (state, lines) in [("accepted", 0), ("contacted", 1), ("engaged", 2), ("completed", 3)] {
        stage.says(&id, state, "").await.unwrap();
        stage.world.until_quiet().await;
        assert_eq!(stage.home().await.state, state, "{:?}", stage.world.stopped(HOUSING).await);
        // a word that speaks of the person is a disclosure, in the accounting of both sides
        let of_case = api::AccountingRequest { case_id: stage.case.clone(), ..Default::default() };
        let kept = stage.world.staff(HOSPITAL, "officer").accounting(of_case).await.unwrap().entries;
        let came: Vec<_> = kept.iter().filter(|e| e.items.iter().any(|i| i.row == 25)).collect();
        assert_eq!(came.len(), lines, "{state}");
        let unlinked = api::AccountingRequest { unlinked: true, ..Default::default() };
        let kept = stage.world.staff(HOUSING, "officer").accounting(unlinked).await.unwrap().entries;
        let went: Vec<_> = kept.iter().filter(|e| e.items.iter().any(|i| i.row == 25)).collect();
        assert_eq!(went.len(), lines, "{state}");
        assert!(
            came.iter().all(|c| went.iter().any(|w| w.items[0].commitment == c.items[0].commitment)),
            "{state}"
        );
    }
    let home = stage.home().await;
    assert_eq!((home.next_actor.as_str(), home.due_at.as_str(), home.steps.len()), ("nobody", "", 6));
    assert_eq!(stage.bells(HOSPITAL, "referral_status").await, 4);
    assert!(stage.says(&id, "accepted", "").await.unwrap_err().contains("nothing further"));
    stage.world.stop_all().await;
}

impl Stage {
    /// What a service says of the person, with what the person agreed to.
    async fn tells(
        &mut self,
        service: &'static str,
        id: &str,
        state: &str,
        agreed: Option<&str>,
    ) -> Result<api::Referral, String> {
        let now = self.world.clock.now();
        let agreed = agreed.map(|kind| api::PersonAgreed {
            kind: kind.into(),
            signed_at: if kind == "oral_agreement" {
                String::new()
            } else {
                now.plus_minutes(-1).to_string()
            },
            expires_at: now.plus_days(30).to_string(),
            evidence: "paper form in the file".into(),
        });
        let request = api::AnswerReferralRequest {
            message_id: id.into(),
            state: state.into(),
            person_agreed: agreed,
            ..Default::default()
        };
        let said = self.world.staff(service, "chair").answer_referral(request).await;
        self.world.until_quiet().await;
        said.map_err(|e| e.to_string())
    }
}

impl Stage {
    /// The service accepts and opens a case of its own, with the person and the birth date that they gave there.
    async fn taken_in(&mut self, service: &'static str, category: &str) -> String {
        let ask = self.asks(service, category);
        let id = self.share(ask).await;
        self.world.until_quiet().await;
        self.tells(service, &id, "accepted", None).await.unwrap();
        assert_eq!(self.home().await.state, "accepted");
        // Not linked to anybody, nobody knows whether they may agree by themselves.
        let unlinked = self.tells(service, &id, "contacted", Some("hipaa_authorization")).await.unwrap_err();
        assert!(unlinked.contains("concord link"), "{unlinked}");
        let team_id = self.world.team(service).to_string();
        let chair = self.world.staff(service, "chair");
        let case_id =
            chair.open_case(api::OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
        let person = api::Person {
            case_id: case_id.clone(),
            roles: vec!["person_of_concern".into(), "patient".into()],
            names: vec!["Mina Duarte".into()],
            date_of_birth: "1990-06-04".into(),
            is_patient: Some(true),
            ..Default::default()
        };
        let person_id = chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap().id;
        let opened = chair.open_inbox(api::OpenInboxRequest { message_id: id.clone() }).await.unwrap();
        let of = |alias: &str| api::PersonLink { alias: alias.to_owned(), person_id: person_id.clone() };
        let people = opened.people.iter().map(|p| of(&p.alias)).collect();
        let link = api::LinkInboxRequest { message_id: id.clone(), case_id, people };
        chair.link_inbox(link).await.unwrap();
        id
    }
}

/// Until somebody is reached, a service speaks of itself. What it says of the person then is a record of a Part 2 program, which
/// the matrix opens to another provider in a medical emergency alone, whatever the person agreed to.
#[tokio::test]
async fn a_program_speaks_of_itself_and_of_the_person_to_no_other_provider() {
    let mut stage = Stage::new().await;
    let id = stage.taken_in(PROGRAM, "substance_use").await;
    for (agreed, says) in [
        (None, "--agreed"),
        (Some("oral_agreement"), "the law does not permit it"),
        (Some("hipaa_authorization"), "row 27"),
        (Some("part2_consent"), "row 27"),
        (Some("objection"), "is a refusal"),
    ] {
        let refused = stage.tells(PROGRAM, &id, "contacted", agreed).await.unwrap_err();
        assert!(refused.contains(says), "{agreed:?}: {refused}");
        assert_eq!(stage.home().await.state, "accepted", "{agreed:?}: nothing was said");
    }
    // with the consent the law would let it go; the matrix alone keeps it
    let refused = stage.tells(PROGRAM, &id, "contacted", Some("part2_consent")).await.unwrap_err();
    assert!(refused.contains("medical emergency") && !refused.contains("the law does not"), "{refused}");
    let of_case = api::AccountingRequest { case_id: stage.case.clone(), ..Default::default() };
    let kept = stage.world.staff(HOSPITAL, "officer").accounting(of_case).await.unwrap().entries;
    assert!(!kept.iter().flat_map(|e| &e.items).any(|i| i.row == 25), "nothing of the person came");
    stage.tells(PROGRAM, &id, "no_contact_made", None).await.unwrap();
    assert_eq!(stage.home().await.state, "no_contact_made");
    stage.world.stop_all().await;
}

#[tokio::test]
async fn a_clinic_tells_how_somebody_fares_as_they_agreed_to() {
    let mut stage = Stage::new().await;
    let id = stage.taken_in(CLINIC, "mental_behavioral_health").await;
    for agreed in [None, Some("oral_agreement")] {
        let refused = stage.tells(CLINIC, &id, "contacted", agreed).await.unwrap_err();
        assert!(refused.contains("--agreed"), "{agreed:?}: {refused}");
    }
    stage.tells(CLINIC, &id, "contacted", Some("hipaa_authorization")).await.unwrap();
    assert_eq!(stage.home().await.state, "contacted");
    stage.world.stop_all().await;
}

#[tokio::test]
async fn words_said_together_arrive_in_their_order_and_a_decline_says_why() {
    let mut stage = Stage::new().await;
    let id = stage.refer().await;
    stage.says(&id, "accepted", "").await.unwrap();
    stage.says(&id, "contacted", "").await.unwrap();
    assert!(stage.says(&id, "declined_by_service", "").await.unwrap_err().contains("reason"));
    stage.says(&id, "declined_by_service", "waitlist").await.unwrap();
    stage.world.until_quiet().await;
    let home = stage.home().await;
    assert_eq!((home.state.as_str(), home.declined_because.as_str()), ("declined_by_service", "waitlist"));
    assert!(home.reason_means.contains("waiting list") && home.next_actor == "referrer", "{home:?}");
    let states: Vec<&str> = home.steps.iter().map(|s| s.state.as_str()).collect();
    assert_eq!(states, ["sent", "received", "accepted", "contacted", "declined_by_service"]);
    assert!(stage.world.stopped(HOUSING).await.is_empty());
    stage.world.stop_all().await;
}

#[tokio::test]
async fn a_referral_is_taken_back_or_runs_out() {
    let mut stage = Stage::new().await;
    let id = stage.refer().await;
    let withdraw = |expired| api::WithdrawReferralRequest {
        case_id: stage.case.clone(),
        referral_id: id.clone(),
        expired,
    };
    let (early, late) = (withdraw(true), withdraw(true));
    let refused =
        stage.world.staff(HOSPITAL, "chair").withdraw_referral(early).await.unwrap_err().to_string();
    assert!(refused.contains("its time has not run out"), "{refused}");
    stage.world.pass_minutes(2 * 24 * 60 + 1);
    assert!(stage.home().await.overdue);
    stage.world.staff(HOSPITAL, "chair").withdraw_referral(late).await.unwrap();
    stage.world.until_quiet().await;
    let request = api::ListReferralsRequest::default();
    let theirs = stage.world.staff(HOUSING, "member").list_referrals(request).await.unwrap().referrals;
    assert_eq!((theirs[0].state.as_str(), theirs[0].overdue), ("expired", false));
    assert_eq!(stage.bells(HOUSING, "referral_status").await, 1);
    assert!(stage.says(&id, "accepted", "").await.unwrap_err().contains("cannot follow"));
    stage.world.stop_all().await;
}

#[tokio::test]
async fn a_word_that_is_none_is_refused_in_the_same_words_whatever_is_wrong() {
    let mut stage = Stage::new().await;
    let id: MessageId = stage.refer().await.parse().map(MessageId).unwrap();
    let unknown = MessageId(stage.world.app(HOUSING).new_id());
    let said = [
        // of no referral at all; of one that went to somebody else; out of turn, by whom it went to
        stage.forces(HOUSING, HOSPITAL, unknown, &[State::Received, State::Accepted]).await,
        stage.forces(SCHOOL, HOSPITAL, id, &[State::Received, State::Accepted]).await,
        stage.forces(HOUSING, HOSPITAL, id, &[State::Accepted, State::NoContactMade]).await,
    ];
    // the last may follow `received` too, and is the service's own: it is taken
    assert_eq!(said[2], said[0], "nothing more was refused");
    assert!(said[0].contains("no word of yours that can follow"), "{said:?}");
    assert_eq!(said[0], said[1]);
    assert_eq!(stage.home().await.state, "no_contact_made");
    let again =
        stage.forces(HOUSING, HOSPITAL, id, &[State::Received, State::Received, State::Accepted]).await;
    assert_eq!(again, said[0], "an ended referral is no other than one that never was");
    stage.world.stop_all().await;
}

#[tokio::test]
async fn a_level_that_stops_being_current_is_marked_at_every_recipient_at_once() {
    let mut stage = Stage::new().await;
    let now = stage.world.clock.now();
    let band = api::Band {
        model: "structured judgement 1".into(),
        original: "moderate concern".into(),
        band: "moderate".into(),
        decided_at: now.to_string(),
        valid_until: now.plus_days(30).to_string(),
    };
    let value = api::ItemValue { band: Some(band), ..Default::default() };
    let level = stage.item(16, "assessment_only", value).await;
    let ask = api::ShareRequest {
        case_id: stage.case.clone(),
        to: Some(api::To { agency: SCHOOL.into(), ..Default::default() }),
        purpose: "threat_assessment".into(),
        item_ids: vec![level.clone()],
        ..Default::default()
    };
    let id = stage.share(ask).await;
    stage.world.until_quiet().await;
    let chair = stage.world.staff(SCHOOL, "chair");
    let team_id = stage.world.team(SCHOOL).to_string();
    let case_id = chair.open_case(api::OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
    let link = api::LinkInboxRequest { message_id: id.clone(), case_id: case_id.clone(), people: Vec::new() };
    let linked = chair.link_inbox(link).await.unwrap().item_ids;

    let (case, item): (CaseId, ItemId) =
        (CaseId(stage.case.parse().unwrap()), ItemId(level.parse().unwrap()));
    let app = stage.world.app(HOSPITAL);
    for (because, word) in [(StaleReason::Stale, "stale"), (StaleReason::Superseded, "superseded")] {
        for again in [false, true] {
            let mut changes = Changes::default();
            let queued = match because {
                StaleReason::Stale => app.queue_stale_notices(case, item, app.now(), &mut changes).await,
                StaleReason::Superseded => {
                    app.queue_superseded_notices(case, item, app.now(), &mut changes).await
                }
            };
            assert_eq!(queued.unwrap().queued, usize::from(!again), "{word}");
            changes.events.push(app.event("test", "stale", Vec::new()));
            app.commit(changes).await.unwrap();
        }
        stage.world.until_quiet().await;
        let row =
            stage.world.app(SCHOOL).store.get(Kind::Item.of(item_of(&linked[0]))).await.unwrap().unwrap();
        let held: Read<Item> = read(row).unwrap();
        let stale = held.record.stale.unwrap();
        assert!(stale.because == because && held.record.sealed_at.is_none(), "{word}");
    }
    assert!(stage.world.stopped(HOSPITAL).await.is_empty());
    let notice = stage.world.rows_of(HOSPITAL, Kind::Disclosure).await.len();
    assert_eq!(notice, 3, "the share and two notices, none of them recalled");

    let chair = stage.world.staff(SCHOOL, "chair");
    let all = chair.list_items(api::ListItemsRequest { case_id: case_id.clone(), ..Default::default() });
    assert_eq!(all.await.unwrap().items[0].stale_because, "superseded");
    let messages = chair.list_inbox(Default::default()).await.unwrap().messages;
    assert_eq!(messages.iter().find(|m| m.message_id == id).unwrap().stale_count, 1);
    let onward = api::ShareRequest {
        case_id,
        to: Some(api::To { agency: HOSPITAL.into(), ..Default::default() }),
        purpose: "threat_assessment".into(),
        item_ids: vec![linked[0].clone()],
        preview: true,
        ..Default::default()
    };
    let view = chair.share(onward).await.unwrap();
    assert_eq!(view.items[0].outcome, "withheld");
    assert!(
        view.items[0].reasons.iter().any(|r| r.contains("the sender marked this level stale")),
        "{view:?}"
    );
    assert_eq!(stage.bells(SCHOOL, "stale_level").await, 1);
    let row = stage.world.app(SCHOOL).store.get(Kind::Inbound.of(item_of(&id))).await.unwrap().unwrap();
    let kept: Read<Inbound> = read(row).unwrap();
    assert_eq!(kept.record.stale.len(), 1);
    stage.world.stop_all().await;
}

fn item_of(text: &str) -> policy::id::Id {
    text.parse().unwrap()
}

//! Who sits in a team and what that opens, over real mutual TLS: tiers, trainings, hats, search within one team.

use super::testing::*;
use crate::store::{Kind, Page};
use policy::id::Id;
use proto::agency::v1::*;
use tonic::{Code, Status};

/// A team with a chair, a case and a person of concern.
struct Place {
    world: World,
    chair: Client,
    team: String,
    case: String,
    person: String,
}

async fn place() -> Place {
    let world = World::new().await;
    let mut chair = world.added("ana", &["chair", "intake"]).await;
    let team = world.team("School team", "ana").await.id;
    let (case, person) = case_of(&mut chair, &team, "Jordan Quillfeather").await;
    Place { world, chair, team, case, person }
}

async fn case_of(chair: &mut Client, team: &str, name: &str) -> (String, String) {
    let open = OpenCaseRequest { team_id: team.into(), ..Default::default() };
    let case = chair.open_case(open).await.unwrap().into_inner().id;
    let person = Person {
        case_id: case.clone(),
        roles: vec!["person_of_concern".into()],
        names: vec![name.into()],
        ..Default::default()
    };
    let person = chair.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().into_inner();
    (case, person.id)
}

impl Place {
    async fn item(&mut self, row: u32, labels: &[&str], kind: &str, text: &str) -> Item {
        let item = Item {
            case_id: self.case.clone(),
            row,
            labels: labels.iter().map(|l| (*l).to_owned()).collect(),
            record_kind: kind.into(),
            about: vec![About { person_id: self.person.clone(), ..Default::default() }],
            value: Some(ItemValue { text: Some(text.into()), ..Default::default() }),
            ..Default::default()
        };
        let add = AddItemRequest { item: Some(item), corrects: String::new() };
        self.chair.add_item(add).await.unwrap().into_inner()
    }

    async fn add(
        &self,
        staff_id: String,
        change: impl FnOnce(&mut AddMembershipRequest),
    ) -> Result<Membership, Status> {
        let mut request = AddMembershipRequest {
            team_id: self.team.clone(),
            staff_id,
            display_name: "Somebody, deputy".into(),
            until: self.world.later(300),
            tier: "core".into(),
            confidentiality_acknowledged: true,
            ..Default::default()
        };
        change(&mut request);
        Ok(self.world.staff("root").add_membership(request).await?.into_inner())
    }

    fn show(&self) -> ShowCaseRequest {
        ShowCaseRequest { case_id: self.case.clone(), ..Default::default() }
    }

    fn items(&self) -> ListItemsRequest {
        ListItemsRequest { case_id: self.case.clone(), ..Default::default() }
    }

    fn search(&self, name: &str) -> SearchCasesRequest {
        SearchCasesRequest {
            team_id: self.team.clone(),
            name: name.into(),
            purpose: "threat_assessment".into(),
        }
    }

    fn preview(&self, items: &[&Item]) -> ShareRequest {
        ShareRequest {
            case_id: self.case.clone(),
            to: Some(To { agency: OTHER.into(), ..Default::default() }),
            purpose: "avert_serious_threat".into(),
            item_ids: items.iter().map(|i| i.id.clone()).collect(),
            preview: true,
            ..Default::default()
        }
    }
}

/// All that a caller gets with a refusal but the date.
fn bytes(status: &Status) -> (Code, String, Vec<u8>) {
    (status.code(), status.message().to_owned(), status.details().to_vec())
}

/// What somebody is answered who asks everything that could open a case.
async fn doors(p: &Place, c: &mut Client, case: &str) -> Vec<Result<(), Status>> {
    let case_id = || case.to_owned();
    let (purpose, to) = ("threat_assessment".to_owned(), p.preview(&[]).to);
    let item = Item { case_id: case_id(), row: 12, ..Default::default() };
    vec![
        c.show_case(ShowCaseRequest { case_id: case_id(), ..Default::default() }).await.map(drop),
        c.list_items(ListItemsRequest { case_id: case_id(), ..Default::default() }).await.map(drop),
        c.add_item(AddItemRequest { item: Some(item), ..Default::default() }).await.map(drop),
        c.list_permissions(ListPermissionsRequest { case_id: case_id(), ..Default::default() })
            .await
            .map(drop),
        c.list_attestations(ListAttestationsRequest { case_id: case_id(), ..Default::default() })
            .await
            .map(drop),
        c.list_documents(ListDocumentsRequest { case_id: case_id(), ..Default::default() }).await.map(drop),
        c.share(ShareRequest { case_id: case_id(), to, purpose, preview: true, ..Default::default() })
            .await
            .map(drop),
        c.accounting(AccountingRequest { case_id: case_id(), ..Default::default() }).await.map(drop),
        c.add_labels(AddLabelsRequest { case_id: case_id(), ..Default::default() }).await.map(drop),
    ]
}

#[tokio::test]
async fn an_affiliate_a_community_partner_and_a_coordinator_never_open_a_case() {
    let p = place().await;
    for tier in ["affiliate", "community_partner", "coordinator"] {
        let name = tier.replace('_', "-");
        let mut outside = p.world.added(&name, &["member", "intake", "chair"]).await;
        let joined = p.add(uri(OWN, &name), |m| m.tier = tier.into()).await.unwrap();
        assert_eq!(joined.tier, tier);
        for answer in doors(&p, &mut outside, &p.case).await {
            says(&answer.unwrap_err(), Code::NotFound, &["nothing with this id"]);
        }
        let search = outside.search_cases(p.search("jordan")).await.unwrap_err();
        says(&search, Code::NotFound, &["nothing with this id"]);
        let open = OpenCaseRequest { team_id: p.team.clone(), ..Default::default() };
        says(&outside.open_case(open).await.unwrap_err(), Code::NotFound, &[]);
        let listed = outside.list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
        assert!(listed.cases.is_empty(), "{tier}");
    }
}

#[tokio::test]
async fn without_current_training_an_item_is_its_row_alone_and_the_end_of_one_closes_it_at_once() {
    let mut p = place().await;
    let plain = p.item(12, &[], "personal_observation", "seen at the gate").await;
    let grades = p.item(29, &[], "education_record", "failed three courses").await;
    let labelled = p.item(12, &["education"], "personal_observation", "was sent home").await;
    let program = p.item(27, &["part2"], "sud_record", "comes every week").await;
    let emergency = EmergencyAnswers {
        who_is_at_risk: "the pupils of the third floor".into(),
        what_makes_it_imminent: "said that it would be today".into(),
        known_first_hand: "heard by a teacher".into(),
        who_can_prevent_it: "the sheriff".into(),
        what_they_must_know: "who, where and when".into(),
    };
    let preview = ShareRequest { emergency: Some(emergency), ..p.preview(&[&plain, &grades]) };
    let capacities = Some(Capacities {
        hipaa_covered: Some(false),
        ferpa_covered: Some(true),
        part2_program: Some(false),
        cfr23_system: Some(false),
        ..Default::default()
    });
    let mut officer = p.world.added("pia", &["privacy_officer"]).await;
    officer.declare_capacities(DeclareCapacitiesRequest { capacities, ..Default::default() }).await.unwrap();
    for (days, topic) in [(10, "ferpa"), (20, "part2")] {
        p.world.train(uri(OWN, "ana"), topic, days).await;
    }
    let mut seen = Vec::new();
    for day in [0, 10, 20] {
        let all = p.chair.list_items(p.items()).await.unwrap().into_inner().items;
        let of = |item: &Item| all.iter().find(|i| i.id == item.id).unwrap().clone();
        assert_eq!(of(&plain).withheld, "", "what needs no training is there on day {day}");
        for item in all.iter().filter(|i| !i.withheld.is_empty()) {
            let bare = Item {
                id: item.id.clone(),
                case_id: p.case.clone(),
                row: item.row,
                row_name: item.row_name.clone(),
                withheld: item.withheld.clone(),
                ..Default::default()
            };
            assert_eq!(*item, bare, "nothing but the row");
        }
        seen.push([&grades, &labelled, &program].map(|i| of(i).withheld));
        let view = p.chair.share(preview.clone()).await.unwrap().into_inner();
        let outcome = view.items.iter().find(|i| i.item_id == grades.id).unwrap();
        assert_eq!(outcome.withheld, of(&grades).withheld);
        assert_eq!(outcome.outcome, "whole", "what goes does not hang on who looks: {:?}", outcome.reasons);
        assert_eq!(outcome.released.is_none(), !outcome.withheld.is_empty());
        p.world.region.clock.advance_ms(10 * 24 * 3_600_000);
    }
    let (ferpa, part2) =
        ("withheld: needs current FERPA training", "withheld: needs current 42 CFR Part 2 training");
    assert_eq!(seen, [["", "", ""], [ferpa, ferpa, ""], [ferpa, ferpa, part2]]);
    // the person who adds a text to what they may not see does not get it back either
    let statement = AddStatementRequest {
        case_id: p.case.clone(),
        item_id: grades.id.clone(),
        class: "AFF".into(),
        text: "Needs help with school.".into(),
    };
    let answered = p.chair.add_statement(statement).await.unwrap().into_inner();
    assert_eq!((answered.withheld.as_str(), answered.value), (ferpa, None));
}

#[tokio::test]
async fn trainings_end_are_recorded_by_somebody_else_and_by_a_chair_for_the_own_team_alone() {
    let mut p = place().await;
    for name in ["kim", "lou"] {
        p.world.added(name, &["member"]).await;
    }
    p.add(uri(OWN, "kim"), |_| {}).await.unwrap();
    let training = |name: &str, team: &str| Training {
        staff_id: uri(OWN, name),
        team_id: team.into(),
        topic: "cross_training".into(),
        provider: "County".into(),
        course: "Joint exercise".into(),
        completed_at: p.world.later(0),
        expires_at: p.world.later(30),
        with_agencies: vec![OTHER.into()],
        ..Default::default()
    };
    let record = |t: Training| RecordTrainingRequest { training: Some(t) };
    let made = p.chair.record_training(record(training("kim", &p.team))).await.unwrap().into_inner();
    assert!(made.current && made.recorded_by == uri(OWN, "ana"), "{made:?}");

    let own = p.chair.record_training(record(training("ana", &p.team))).await.unwrap_err();
    says(&own, Code::FailedPrecondition, &["nobody records their own"]);
    let stranger = p.chair.record_training(record(training("lou", &p.team))).await.unwrap_err();
    says(&stranger, Code::InvalidArgument, &["no member of this team"]);
    let anybody = p.chair.record_training(record(training("lou", ""))).await.unwrap_err();
    says(&anybody, Code::PermissionDenied, &["RecordTraining"]);
    let endless = Training { expires_at: String::new(), ..training("kim", &p.team) };
    says(
        &p.chair.record_training(record(endless)).await.unwrap_err(),
        Code::InvalidArgument,
        &["expires_at"],
    );
    let long = Training { expires_at: p.world.later(9_999), ..training("kim", &p.team) };
    says(
        &p.chair.record_training(record(long)).await.unwrap_err(),
        Code::InvalidArgument,
        &["every training ends"],
    );
    let unknown = Training { with_agencies: vec!["nowhere".into()], ..training("kim", &p.team) };
    says(&p.chair.record_training(record(unknown)).await.unwrap_err(), Code::InvalidArgument, &["roster"]);

    let mut kim = p.world.staff("kim");
    let list = |with: &str| ListTrainingRequest { with_agency: with.into(), ..Default::default() };
    assert_eq!(
        kim.list_training(list(OTHER)).await.unwrap().into_inner().trainings,
        std::slice::from_ref(&made)
    );
    assert!(kim.list_training(list(OWN)).await.unwrap().into_inner().trainings.is_empty());
    p.add(uri(OTHER, "max"), |_| {}).await.unwrap();
    let max = Training { staff_id: uri(OTHER, "max"), ..training("kim", &p.team) };
    p.chair.record_training(record(max)).await.unwrap();
    let by_agency = ListTrainingRequest { team_id: p.team.clone(), ..Default::default() };
    let joint = p.chair.list_training(by_agency.clone()).await.unwrap().into_inner().joint;
    let [joint] = &joint[..] else { panic!("{joint:?}") };
    assert_eq!((joint.agency.as_str(), joint.people_count, joint.current), (OTHER, 2, true));
    assert_eq!((&joint.topic, &joint.completed_at), (&made.topic, &made.completed_at));
    assert!(
        kim.list_training(list(OTHER)).await.unwrap().into_inner().joint[0].people_count == 1,
        "their own"
    );
    let of_ana = ListTrainingRequest { staff_id: uri(OWN, "ana"), ..Default::default() };
    says(&kim.list_training(of_ana).await.unwrap_err(), Code::PermissionDenied, &["another person's"]);
    let mut lou = p.world.staff("lou");
    assert!(lou.list_training(list("")).await.unwrap().into_inner().trainings.is_empty());
    let of_team = ListTrainingRequest { team_id: p.team.clone(), ..Default::default() };
    says(&lou.list_training(of_team.clone()).await.unwrap_err(), Code::NotFound, &[]);
    p.world.region.clock.advance_ms(30 * 24 * 3_600_000);
    let all = p.chair.list_training(of_team.clone()).await.unwrap().into_inner();
    assert!(!all.joint[0].current, "{:?}", all.joint);
    let shown: Vec<Training> = all.trainings.into_iter().filter(|t| t.staff_id == made.staff_id).collect();
    assert_eq!(shown, [Training { current: false, ..made }]);
    let current = ListTrainingRequest { current_only: true, ..of_team };
    assert!(p.chair.list_training(current).await.unwrap().into_inner().trainings.is_empty());
}

#[tokio::test]
async fn police_wear_one_hat_at_a_time_and_in_the_officers_no_case_is_there() {
    let p = place().await;
    // one by what the team recorded, one because their own agency is police: leaving the discipline out helps nobody
    let own = p.world.added("sro", &["member", "privacy_officer", "intake"]).await;
    p.add(uri(OWN, "sro"), |m| m.disciplines = vec!["law_enforcement".into()]).await.unwrap();
    p.add(uri(OTHER, "lee"), |_| {}).await.unwrap();
    let visitor = p.world.connect(&p.world.credentials(OTHER, "lee"));
    for (mut c, who) in [(own, uri(OWN, "sro")), (visitor, uri(OTHER, "lee"))] {
        let worn = c.show_hat_session(ShowHatSessionRequest {}).await.unwrap().into_inner();
        assert_eq!((worn.needed, worn.hat.as_str()), (true, ""));
        for answer in doors(&p, &mut c, &p.case).await {
            says(&answer.unwrap_err(), Code::PermissionDenied, &["concord session start --hat member"]);
        }
        assert!(c.who_am_i(WhoAmIRequest {}).await.is_ok());

        p.world.put_on(&mut c, "member").await;
        c.show_case(p.show()).await.unwrap();
        let nobodys = doors(&p, &mut c, &Id(7).to_string()).await;
        let twice = StartHatSessionRequest { hat: "officer".into(), minutes: 0 };
        says(
            &c.start_hat_session(twice).await.unwrap_err(),
            Code::FailedPrecondition,
            &["concord session end"],
        );
        c.show_case(p.show()).await.unwrap();

        p.world.put_on(&mut c, "officer").await;
        for (answer, nobodys) in doors(&p, &mut c, &p.case).await.iter().zip(&nobodys) {
            let (answer, nobodys) = (answer.as_ref().unwrap_err(), nobodys.as_ref().unwrap_err());
            if nobodys.code() == Code::PermissionDenied {
                // a call that this role never makes, in whichever hat
                assert_eq!(answer.code(), Code::PermissionDenied);
            } else {
                assert_eq!(bytes(answer), bytes(nobodys));
            }
        }
        let search = c.search_cases(p.search("jordan")).await.unwrap_err();
        says(&search, Code::NotFound, &["nothing with this id"]);
        if who.contains(OWN) {
            let listed = c.list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
            assert_eq!(listed, ListCasesResponse::default());
            assert_eq!(
                c.list_inbox(ListInboxRequest::default()).await.unwrap().into_inner(),
                Default::default()
            );
            let proposals = c.list_proposals(ListProposalsRequest::default()).await.unwrap().into_inner();
            assert_eq!(proposals, ListProposalsResponse::default());
        }

        // the hat comes off by itself, and then a member's is needed again
        p.world.region.clock.advance_ms(9 * 3_600_000);
        says(&c.show_case(p.show()).await.unwrap_err(), Code::PermissionDenied, &["session start"]);
        p.world.put_on(&mut c, "member").await;
        c.show_case(p.show()).await.unwrap();
        c.end_hat_session(EndHatSessionRequest {}).await.unwrap();
        says(&c.show_case(p.show()).await.unwrap_err(), Code::PermissionDenied, &["session start"]);
        says(
            &c.end_hat_session(EndHatSessionRequest {}).await.unwrap_err(),
            Code::FailedPrecondition,
            &["no hat"],
        );
        let long = StartHatSessionRequest { hat: "member".into(), minutes: 721 };
        says(&c.start_hat_session(long).await.unwrap_err(), Code::InvalidArgument, &["720"]);

        let kinds = kinds_of(&p.world, &who).await;
        let hats: Vec<&str> = kinds.iter().map(String::as_str).filter(|k| k.contains("_hat_o")).collect();
        let expected =
            ["member_hat_on", "member_hat_off", "officer_hat_on", "member_hat_on", "member_hat_off"];
        assert_eq!(hats, expected, "each start and end is an event");
    }
}

#[tokio::test]
async fn whoever_is_no_police_needs_no_hat_and_the_officers_closes_cases_to_them_too() {
    let mut p = place().await;
    let worn = p.chair.show_hat_session(ShowHatSessionRequest {}).await.unwrap().into_inner();
    assert!(!worn.needed && worn.hat.is_empty());
    p.chair.show_case(p.show()).await.unwrap();
    p.world.put_on(&mut p.chair, "officer").await;
    says(&p.chair.show_case(p.show()).await.unwrap_err(), Code::NotFound, &[]);
}

async fn kinds_of(world: &World, who: &str) -> Vec<String> {
    let all = world.app.store.events(0, 10_000).await.unwrap();
    all.into_iter().filter(|e| e.event.actor == who).map(|e| e.event.kind.to_string()).collect()
}

#[tokio::test]
async fn a_search_finds_within_one_own_team_alone_and_keeps_why_but_not_what_was_looked_for() {
    let mut p = place().await;
    let other = p.world.team("Another team", "ana").await.id;
    let (theirs, _) = case_of(&mut p.chair, &other, "Jordan Quillfeather").await;
    let (newer, person) = case_of(&mut p.chair, &p.team, "Quill, Jo-Ann").await;
    let found = |r: tonic::Response<SearchCasesResponse>| r.into_inner().case_ids;
    for name in ["quill", "QUILL jo", "jo quill"] {
        let ids = found(p.chair.search_cases(p.search(name)).await.unwrap());
        assert_eq!(ids, [newer.clone(), p.case.clone()], "{name}: newest first, of this team alone");
    }
    assert_eq!(found(p.chair.search_cases(p.search("ann")).await.unwrap()), std::slice::from_ref(&newer));
    assert!(found(p.chair.search_cases(p.search("feather")).await.unwrap()).is_empty());
    assert_eq!(found(p.chair.search_cases(p.search(&newer)).await.unwrap()), std::slice::from_ref(&newer));
    let alias = p
        .world
        .app
        .references
        .alias(&policy::id::AgencyId::from(OTHER), person.parse::<Id>().unwrap().into());
    assert_eq!(
        found(p.chair.search_cases(p.search(&alias[..9])).await.unwrap()),
        std::slice::from_ref(&newer)
    );
    assert!(found(p.chair.search_cases(p.search(&theirs)).await.unwrap()).is_empty());

    for (wrong, field) in [
        (SearchCasesRequest { purpose: String::new(), ..p.search("quill") }, "purpose"),
        (SearchCasesRequest { purpose: "curiosity".into(), ..p.search("quill") }, "purpose"),
        (p.search("q"), "name"),
        (p.search(&"x".repeat(201)), "name"),
    ] {
        says(&p.chair.search_cases(wrong).await.unwrap_err(), Code::InvalidArgument, &[field]);
    }
    let mut outsider = p.world.added("otto", &["member"]).await;
    p.world.join(&other, uri(OWN, "otto")).await;
    says(&outsider.search_cases(p.search("quill")).await.unwrap_err(), Code::NotFound, &[]);

    let events = p.world.app.store.events(0, 10_000).await.unwrap();
    let kept: Vec<_> = events.iter().filter(|e| e.event.kind.starts_with("cases_searched")).collect();
    let case_ref = |id: &str| Kind::Case.of(id.parse::<Id>().unwrap());
    assert_eq!(kept[0].event.kind, "cases_searched/threat_assessment");
    let team = Kind::Team.of(p.team.parse::<Id>().unwrap());
    assert_eq!(kept[0].event.ids, [team, case_ref(&newer), case_ref(&p.case)]);
    assert_eq!(kept.last().unwrap().event.kind, "cases_searched_refused");
    assert!(!format!("{events:?}").to_lowercase().contains("quill"));
    let counted = p.world.app.store.list(Kind::Sequence, Page::first(1_000)).await.unwrap();
    assert!(counted.iter().all(|row| !String::from_utf8_lossy(&row.body).to_lowercase().contains("quill")));
}

#[tokio::test]
async fn searches_are_counted_by_the_hour_and_the_refusal_says_when_to_go_on() {
    let mut p = place().await;
    for _ in 0..20 {
        p.chair.search_cases(p.search("quill")).await.unwrap();
    }
    let again = p.world.app.now().plus_minutes(60).to_string();
    let refused = p.chair.search_cases(p.search("quill")).await.unwrap_err();
    says(&refused, Code::FailedPrecondition, &["20 searches within an hour", &again]);
    // another member has their own count
    let mut kim = p.world.added("kim", &["member"]).await;
    p.world.join(&p.team, uri(OWN, "kim")).await;
    kim.search_cases(p.search("quill")).await.unwrap();
    p.world.region.clock.advance_ms(60 * 60_000);
    p.chair.search_cases(p.search("quill")).await.unwrap();
    let kinds = kinds_of(&p.world, &uri(OWN, "ana")).await;
    let count = |word: &str| kinds.iter().filter(|k| *k == word).count();
    assert_eq!(count("cases_searched/threat_assessment"), 21);
    assert_eq!(count("cases_searched/threat_assessment_refused"), 1);
}

#[tokio::test]
async fn a_membership_under_an_agreement_opens_nothing_once_that_ends() {
    let mut p = place().await;
    let mut officer = p.world.added("pia", &["privacy_officer"]).await;
    let agreement = CountersignAgreementRequest {
        with: OTHER.into(),
        purposes: vec!["threat_assessment".into()],
        until: p.world.later(100),
        ..Default::default()
    };
    let agreement = officer.countersign_agreement(agreement).await.unwrap().into_inner().id;
    let own = p.add(uri(OWN, "ana"), |m| m.agreement_id = agreement.clone()).await.unwrap_err();
    says(&own, Code::InvalidArgument, &["agreement_id", "no agreement with county-hospital"]);
    let unknown = p.add(uri(OTHER, "lee"), |m| m.agreement_id = Id(9).to_string()).await.unwrap_err();
    says(&unknown, Code::InvalidArgument, &["agreement_id"]);
    let member = p
        .add(uri(OTHER, "lee"), |m| {
            m.agreement_id = agreement.clone();
            m.disciplines = vec!["law_enforcement".into(), "safety".into(), "safety".into()];
        })
        .await
        .unwrap();
    assert_eq!((member.agreement_id, member.disciplines.len()), (agreement.clone(), 2));
    let mut lee = p.world.connect(&p.world.credentials(OTHER, "lee"));
    p.world.put_on(&mut lee, "member").await;
    lee.show_case(p.show()).await.unwrap();
    officer.end_agreement(EndAgreementRequest { agreement_id: agreement.clone() }).await.unwrap();
    says(&lee.show_case(p.show()).await.unwrap_err(), Code::NotFound, &[]);
    let late = p.add(uri(OTHER, "max"), |m| m.agreement_id = agreement).await.unwrap_err();
    says(&late, Code::FailedPrecondition, &["not in force"]);
    p.chair.show_case(p.show()).await.unwrap();
}

#[tokio::test]
async fn every_read_has_a_purpose_and_that_is_kept_with_it() {
    let mut p = place().await;
    p.item(12, &[], "personal_observation", "seen at the gate").await;
    p.chair.show_case(ShowCaseRequest { purpose: "care_coordination".into(), ..p.show() }).await.unwrap();
    p.chair.list_items(ListItemsRequest { purpose: "treatment".into(), ..p.items() }).await.unwrap();
    p.chair.list_items(p.items()).await.unwrap();
    let kinds = kinds_of(&p.world, &uri(OWN, "ana")).await;
    assert_eq!(
        kinds[kinds.len() - 3..],
        ["case_read/care_coordination", "items_read/treatment", "items_read/case_work"]
    );
    p.chair.show_case(p.show()).await.unwrap();
    let history = |purpose: &str| ShowHistoryRequest { case_id: p.case.clone(), purpose: purpose.into() };
    let _ = p.chair.show_history(history("")).await;
    let _ = p.chair.show_history(history("personal_access")).await;
    let kinds = kinds_of(&p.world, &uri(OWN, "ana")).await;
    assert_eq!(
        kinds[kinds.len() - 3..],
        ["case_read/case_work", "history_read/case_work", "history_read/personal_access"]
    );
    let wrong = ListItemsRequest { purpose: "curiosity".into(), ..p.items() };
    says(&p.chair.list_items(wrong).await.unwrap_err(), Code::InvalidArgument, &["purpose", "treatment"]);
}

#[tokio::test]
async fn a_team_is_changed_by_its_own_chair_and_each_change_is_an_event() {
    let mut p = place().await;
    let update = |change: UpdateTeamRequest| UpdateTeamRequest { team_id: p.team.clone(), ..change };
    let quorum = UpdateTeamRequest { quorum_policy: "florida_k12".into(), ..Default::default() };
    // Somebody with the role of a chair, who leads another team and is a member of this one.
    let mut dana = p.world.added("dana", &["chair"]).await;
    p.add(uri(OWN, "dana"), |_| {}).await.unwrap();
    says(
        &dana.update_team(update(quorum.clone())).await.unwrap_err(),
        Code::PermissionDenied,
        &["own chair"],
    );
    let mut kim = p.world.added("kim", &["member"]).await;
    p.add(uri(OWN, "kim"), |m| m.confidentiality_acknowledged = false).await.unwrap();
    says(
        &kim.update_team(update(quorum.clone())).await.unwrap_err(),
        Code::PermissionDenied,
        &["UpdateTeam"],
    );

    let changed = p.chair.update_team(update(quorum.clone())).await.unwrap().into_inner();
    assert_eq!((changed.quorum_policy.as_str(), changed.kind.as_str()), ("florida_k12", ""));
    assert_eq!(changed.memberships.len(), 3);
    p.chair.update_team(update(quorum)).await.unwrap();
    let nothing = p.chair.update_team(update(UpdateTeamRequest::default())).await.unwrap_err();
    says(&nothing, Code::InvalidArgument, &["says nothing"]);
    let wrong = UpdateTeamRequest { kind: "posse".into(), ..Default::default() };
    says(&p.chair.update_team(update(wrong)).await.unwrap_err(), Code::InvalidArgument, &["kind", "school"]);
    for nobody in ["kim", "lou"] {
        let chair = UpdateTeamRequest { chair: uri(OWN, nobody), ..Default::default() };
        let refused = p.chair.update_team(update(chair)).await.unwrap_err();
        says(&refused, Code::InvalidArgument, &["chair", "no core member"]);
    }
    let hand_over =
        UpdateTeamRequest { chair: uri(OWN, "dana"), kind: "school".into(), ..Default::default() };
    let changed = p.chair.update_team(update(hand_over)).await.unwrap().into_inner();
    assert_eq!(changed.chair, uri(OWN, "dana"));
    let back = UpdateTeamRequest { chair: uri(OWN, "ana"), ..Default::default() };
    says(
        &p.chair.update_team(update(back.clone())).await.unwrap_err(),
        Code::PermissionDenied,
        &["own chair"],
    );
    p.world.staff("root").update_team(update(back)).await.unwrap();
    let events = p.world.app.store.events(0, 1_000).await.unwrap();
    let kinds: Vec<&str> = events
        .iter()
        .map(|e| &*e.event.kind)
        .filter(|k| k.starts_with("team_") && k.ends_with("_changed"))
        .collect();
    assert_eq!(
        kinds,
        ["team_quorum_changed", "team_kind_changed", "team_chair_changed", "team_chair_changed"]
    );
}

#[tokio::test]
async fn a_team_says_what_it_is_and_words_that_are_none_are_refused() {
    let p = place().await;
    let mut root = p.world.staff("root");
    let request = CreateTeamRequest {
        name: "High school".into(),
        kind: "school".into(),
        quorum_policy: "virginia_k12".into(),
        model: "cstag".into(),
        ..Default::default()
    };
    let team = root.create_team(request.clone()).await.unwrap().into_inner();
    assert_eq!(
        (team.kind.as_str(), team.quorum_policy.as_str(), team.model.as_str()),
        ("school", "virginia_k12", "cstag")
    );
    let plain = root.create_team(CreateTeamRequest { name: "Plain".into(), ..Default::default() }).await;
    assert_eq!(plain.unwrap().into_inner().quorum_policy, "default");
    for (wrong, field) in [
        (CreateTeamRequest { kind: "posse".into(), ..request.clone() }, "kind"),
        (CreateTeamRequest { quorum_policy: "two_friends".into(), ..request.clone() }, "quorum_policy"),
        (CreateTeamRequest { model: "crystal_ball".into(), ..request }, "model"),
    ] {
        says(&root.create_team(wrong).await.unwrap_err(), Code::InvalidArgument, &[field]);
    }
    let astrologer =
        p.add(uri(OTHER, "lee"), |m| m.disciplines = vec!["astrology".into()]).await.unwrap_err();
    says(&astrologer, Code::InvalidArgument, &["disciplines", "mental_health"]);
}

//! What staff are told over real mutual TLS: who gets in, what is refused and how it is said.

use super::testing::*;
use crate::cli::{self, Cli, Exit, Session};
use crate::tls::testing::{Holder, NOW_MS, Validity};
use clap::Parser;
use policy::id::Id;
use proto::agency::v1::*;
use tonic::Code;

#[tokio::test]
async fn somebody_unknown_is_told_the_command_that_adds_them() {
    let world = World::new().await;
    let status = world.staff("kim").who_am_i(WhoAmIRequest {}).await.unwrap_err();
    says(&status, Code::PermissionDenied, &["concord staff add", &uri(OWN, "kim"), "concord team"]);
    let mut kim = world.added("kim", &["member", "intake"]).await;
    let me = kim.who_am_i(WhoAmIRequest {}).await.unwrap().into_inner();
    assert_eq!((me.staff_id, me.roles), (uri(OWN, "kim"), vec!["member".to_owned(), "intake".to_owned()]));
    assert_eq!(me.agency_name, "County Hospital");
}

#[tokio::test]
async fn a_nodes_certificate_is_not_a_persons() {
    let world = World::new().await;
    let node = world.region.node(OTHER);
    let status = world.connect(&node).who_am_i(WhoAmIRequest {}).await.unwrap_err();
    says(&status, Code::Unauthenticated, &["for people", "exchange port"]);
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_on_an_open_connection() {
    let world = World::new().await;
    let credentials = world.credentials(OWN, "root");
    let mut root = world.connect(&credentials);
    root.list_staff(ListStaffRequest::default()).await.unwrap();
    let list = world.region.list(&[&credentials]);
    world.tls.reload(world.region.material(&world.region.node(OWN), &[list])).unwrap();
    let status = root.list_staff(ListStaffRequest::default()).await.unwrap_err();
    says(&status, Code::Unauthenticated, &["revoked", "authority"]);
}

#[tokio::test]
async fn an_expired_certificate_does_not_get_in() {
    let world = World::new().await;
    let validity = Validity { from_ms: NOW_MS - 10_000_000, until_ms: NOW_MS - 1_000 };
    let expired = world.region.authority.issue(&Holder::staff(OWN, "root"), validity).unwrap();
    let tls = world.region.tls_at(&expired, NOW_MS - 5_000_000);
    let connector = crate::tls::Connector::new(
        crate::tls::TcpDial,
        tls,
        vec![world.address.clone()],
        crate::tls::testing::spiffe(OWN),
        None,
        None,
    );
    let endpoint = tonic::transport::Endpoint::from(hyper::Uri::from_static("http://node.invalid"));
    let mut client = Client::new(endpoint.connect_with_connector_lazy(connector));
    let failure = cli::Failure::from(client.who_am_i(WhoAmIRequest {}).await.unwrap_err());
    assert_eq!(failure.exit, Exit::Unreachable);
    assert!(failure.message.contains("expired") || failure.message.contains("not valid yet"), "{failure}");
}

#[tokio::test]
async fn another_teams_case_and_no_case_are_the_same_answer() {
    let mut b = busy().await;
    let mut outsider = b.world.added("otto", &["member"]).await;
    b.world.added("cara", &["chair"]).await;
    let other = b.world.team("Another team", "cara").await;
    b.world.join(&other.id, uri(OWN, "otto")).await;
    let ask = |id: &str| ShowCaseRequest { case_id: id.to_owned(), ..Default::default() };
    let unknown = outsider.show_case(ask(&Id(7).to_string())).await.unwrap_err();
    let foreign = outsider.show_case(ask(&b.case.id)).await.unwrap_err();
    assert_eq!((unknown.code(), unknown.message()), (foreign.code(), foreign.message()));
    says(&foreign, Code::NotFound, &["nothing with this id is open to you"]);
    assert!(b.chair.show_case(ask(&b.case.id)).await.is_ok());
    let listed = outsider.list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
    assert!(listed.cases.is_empty());
}

#[tokio::test]
async fn a_person_of_another_agency_works_in_the_team_until_the_membership_ends() {
    let mut b = busy().await;
    let lee = b.world.credentials(OTHER, "lee");
    let mut lee = b.world.connect(&lee);
    says(&lee.who_am_i(WhoAmIRequest {}).await.unwrap_err(), Code::PermissionDenied, &["concord team"]);
    let membership = b.world.join(&b.team.id, uri(OTHER, "lee")).await;
    let me = lee.who_am_i(WhoAmIRequest {}).await.unwrap().into_inner();
    assert_eq!(me.roles, ["visitor"]);
    b.world.put_on(&mut lee, "member").await;
    let case = ShowCaseRequest { case_id: b.case.id.clone(), ..Default::default() };
    lee.show_case(case.clone()).await.unwrap();
    let inbox =
        lee.list_inbox(ListInboxRequest { waiting_only: true, ..Default::default() }).await.unwrap_err();
    says(&inbox, Code::PermissionDenied, &["ListInbox", "visitor"]);
    let end = EndMembershipRequest { membership_id: membership.id };
    b.chair.end_membership(end).await.unwrap();
    says(&lee.show_case(case).await.unwrap_err(), Code::NotFound, &[]);
}

#[tokio::test]
async fn a_membership_lapses_by_itself_and_needs_the_acknowledgement() {
    let mut b = busy().await;
    let mut mia = b.world.added("mia", &["member"]).await;
    let join = |acknowledged, until| AddMembershipRequest {
        team_id: b.team.id.clone(),
        staff_id: uri(OWN, "mia"),
        until,
        tier: "core".into(),
        confidentiality_acknowledged: acknowledged,
        ..AddMembershipRequest::default()
    };
    let case = || ShowCaseRequest { case_id: b.case.id.clone(), ..Default::default() };
    let silent = b.chair.add_membership(join(false, b.world.later(2))).await.unwrap().into_inner();
    says(&mia.show_case(case()).await.unwrap_err(), Code::NotFound, &[]);
    let twice = b.chair.add_membership(join(true, b.world.later(2))).await.unwrap_err();
    says(&twice, Code::FailedPrecondition, &["concord team end"]);
    b.chair.end_membership(EndMembershipRequest { membership_id: silent.id }).await.unwrap();
    b.chair.add_membership(join(true, b.world.later(2))).await.unwrap();
    mia.show_case(case()).await.unwrap();
    b.world.region.clock.advance_ms(2 * 24 * 3_600_000);
    says(&mia.show_case(case()).await.unwrap_err(), Code::NotFound, &[]);
    let endless = b.chair.add_membership(join(true, String::new())).await.unwrap_err();
    says(&endless, Code::InvalidArgument, &["until", "is needed"]);
    let long = b.chair.add_membership(join(true, b.world.later(9_999))).await.unwrap_err();
    says(&long, Code::InvalidArgument, &["until", "too far ahead"]);
}

#[tokio::test]
async fn an_administrator_gets_no_role_that_reads_and_the_last_one_stays() {
    let world = World::new().await;
    let add = |name: &str, roles: &[&str]| AddStaffRequest {
        staff_id: uri(OWN, name),
        display_name: "X".into(),
        roles: roles.iter().map(|r| (*r).to_owned()).collect(),
        qualifications: Vec::new(),
        ..Default::default()
    };
    let mut root = world.staff("root");
    let both = root.add_staff(add("root", &["administrator", "member"])).await.unwrap_err();
    says(&both, Code::FailedPrecondition, &["never reads content", "two certificates"]);
    let last = root.add_staff(add("root", &["auditor"])).await.unwrap_err();
    says(&last, Code::FailedPrecondition, &["last administrator"]);
    root.add_staff(add("second", &["administrator"])).await.unwrap();
    root.add_staff(add("root", &["auditor"])).await.unwrap();
    let now = root.add_staff(add("third", &[])).await.unwrap_err();
    says(&now, Code::PermissionDenied, &["AddStaff is for these roles: administrator; yours here: auditor"]);
    let mut second = world.staff("second");
    let foreign = AddStaffRequest { staff_id: uri(OTHER, "lee"), ..add("x", &["member"]) };
    says(&second.add_staff(foreign).await.unwrap_err(), Code::InvalidArgument, &["concord team add"]);
    let unknown = second.add_staff(add("x", &["king"])).await.unwrap_err();
    says(&unknown, Code::InvalidArgument, &["roles", "privacy_officer"]);
}

#[tokio::test]
async fn an_item_is_about_somebody_of_the_case_and_labels_only_grow() {
    let mut b = busy().await;
    b.world.train(uri(OWN, "ana"), "part2", 10).await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let nobody = Item { about: Vec::new(), ..b.item(&person, "x") };
    says(&b.add(nobody).await.unwrap_err(), Code::InvalidArgument, &["about", "name one at least"]);
    let stranger = About { person_id: Id(9).to_string(), ..About::default() };
    let elsewhere = Item { about: vec![stranger], ..b.item(&person, "x") };
    says(&b.add(elsewhere).await.unwrap_err(), Code::InvalidArgument, &["about", "concord case show"]);
    let long = b.item(&person, &"x".repeat(8_193));
    says(&b.add(long).await.unwrap_err(), Code::InvalidArgument, &["value.text", "8192"]);
    let labelled = Item { labels: vec!["health".into()], ..b.item(&person, "asked for help") };
    let item = b.add(labelled).await.unwrap();
    assert_eq!(item.recorded_by, uri(OWN, "ana"));
    let more = AddLabelsRequest {
        case_id: b.case.id.clone(),
        item_id: item.id.clone(),
        labels: vec!["part2".into(), "health".into()],
    };
    let item = b.chair.add_labels(more).await.unwrap().into_inner();
    assert_eq!(item.labels, ["health", "part2"]);
    let newer = AddItemRequest { item: Some(b.item(&person, "asked twice")), corrects: item.id.clone() };
    let newer = b.chair.add_item(newer).await.unwrap().into_inner();
    assert_eq!(newer.labels, ["health", "part2"]);
    let again = AddItemRequest { item: Some(b.item(&person, "asked thrice")), corrects: item.id.clone() };
    says(&b.chair.add_item(again).await.unwrap_err(), Code::FailedPrecondition, &["corrected already"]);
    let all = ListItemsRequest { case_id: b.case.id.clone(), ..Default::default() };
    let all = b.chair.list_items(all).await.unwrap().into_inner().items;
    assert_eq!(all.iter().find(|i| i.id == item.id).unwrap().superseded_by, newer.id);
}

#[tokio::test]
async fn a_statement_names_nobody_of_the_case() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let item = b.item(&person, "said something");
    let item = b.add(item).await.unwrap();
    let mut write = async |class: &str, text: &str| {
        let request = AddStatementRequest {
            case_id: b.case.id.clone(),
            item_id: item.id.clone(),
            class: class.into(),
            text: text.into(),
        };
        b.chair.add_statement(request).await
    };
    let named = write("AFF", "Mr. EXAMPLE asked for help").await.unwrap_err();
    says(&named, Code::FailedPrecondition, &["a name of a person of this case"]);
    assert!(!named.message().contains("EXAMPLE"));
    says(&write("XYZ", "asked for help").await.unwrap_err(), Code::InvalidArgument, &["class", "PER"]);
    let written = write("AFF", "asked for help").await.unwrap().into_inner();
    assert_eq!(written.statements[0].by, uri(OWN, "ana"));
}

#[tokio::test]
async fn a_judgment_is_of_one_who_may() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let ask = |fact: &str, role: &str| AttestRequest {
        case_id: b.case.id.clone(),
        fact: fact.into(),
        value: true,
        scope: Some(AttestationScope { person_id: person.id.clone(), ..AttestationScope::default() }),
        reasons: "saw it".into(),
        role: role.into(),
        until: String::new(),
    };
    let derived = b.chair.attest(ask("consent.revoked", "chair")).await.unwrap_err();
    says(&derived, Code::InvalidArgument, &["fact", "follows from records"]);
    let director = ask("circumstances.program_director_found_minor_lacks_capacity", "program_director");
    says(
        &b.chair.attest(director).await.unwrap_err(),
        Code::PermissionDenied,
        &["--qualification program_director"],
    );
    let made = b.chair.attest(ask("circumstances.imminent", "chair")).await.unwrap().into_inner();
    assert_eq!(made.until, b.world.app.now().plus_days(3).to_string(), "imminence lapses after 72 hours");
    let endless = AttestRequest { until: b.world.later(30), ..ask("circumstances.imminent", "chair") };
    says(&b.chair.attest(endless).await.unwrap_err(), Code::InvalidArgument, &["until", "renew"]);
}

#[tokio::test]
async fn a_permission_ends_and_is_revoked_once() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let permission = Permission {
        case_id: b.case.id.clone(),
        person_id: person.id.clone(),
        kind: "hipaa_authorization".into(),
        given_by: "subject".into(),
        signed_at: b.world.app.now().to_string(),
        expires_at: b.world.later(90),
        recipients: vec![PermittedRecipient { agency: OTHER.into(), ..PermittedRecipient::default() }],
        record_kinds: vec!["phi".into()],
        purposes: vec!["care_coordination".into()],
        ..Permission::default()
    };
    let mut record = async |p: Permission| {
        b.chair
            .record_permission(RecordPermissionRequest { permission: Some(p) })
            .await
            .map(|p| p.into_inner())
    };
    let endless = Permission { expires_at: String::new(), ..permission.clone() };
    says(
        &record(endless).await.unwrap_err(),
        Code::InvalidArgument,
        &["expires_at", "every permission ends"],
    );
    let unknown = PermittedRecipient { agency: "nobody".into(), ..PermittedRecipient::default() };
    let to_nobody = Permission { recipients: vec![unknown], ..permission.clone() };
    says(&record(to_nobody).await.unwrap_err(), Code::InvalidArgument, &["recipients", "roster"]);
    let recorded = record(permission).await.unwrap();
    let revoke = RevokePermissionRequest { case_id: b.case.id.clone(), permission_id: recorded.id };
    let revoked = b.chair.revoke_permission(revoke.clone()).await.unwrap().into_inner();
    assert_eq!(revoked.permission.unwrap().revoked_at, b.world.app.now().to_string());
    let again = b.chair.revoke_permission(revoke).await.unwrap_err();
    says(&again, Code::FailedPrecondition, &["revoked already"]);
}

#[tokio::test]
async fn an_agreement_is_with_a_member_and_ends() {
    let b = busy().await;
    let mut officer = b.world.added("ines", &["privacy_officer"]).await;
    let sign = |with: &str, until: String| CountersignAgreementRequest {
        with: with.into(),
        purposes: vec!["threat_assessment".into()],
        until,
        ..CountersignAgreementRequest::default()
    };
    let stranger = officer.countersign_agreement(sign("nobody", b.world.later(30))).await.unwrap_err();
    says(&stranger, Code::InvalidArgument, &["with", "roster"]);
    let itself = officer.countersign_agreement(sign(OWN, b.world.later(30))).await.unwrap_err();
    says(&itself, Code::InvalidArgument, &["itself"]);
    let endless = officer.countersign_agreement(sign(OTHER, String::new())).await.unwrap_err();
    says(&endless, Code::InvalidArgument, &["until", "is needed"]);
    let made = officer.countersign_agreement(sign(OTHER, b.world.later(30))).await.unwrap().into_inner();
    assert!(made.in_force && made.kinds == ["participation"]);
    let ended =
        officer.end_agreement(EndAgreementRequest { agreement_id: made.id }).await.unwrap().into_inner();
    assert!(!ended.in_force);
    let counsel = ConfirmStateRowRequest {
        state: "VA".into(),
        logic: "mandatory".into(),
        until: b.world.later(30),
        ..ConfirmStateRowRequest::default()
    };
    says(&officer.confirm_state_row(counsel).await.unwrap_err(), Code::FailedPrecondition, &["counsel"]);
}

#[tokio::test]
async fn the_command_line_is_a_client_with_exit_codes() {
    let b = busy().await;
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().join("name");
    std::fs::write(&name, "Alex Example\n").unwrap();
    let run = async |client: &Client, json: bool, line: &[&str]| {
        let mut session = Session::over(client.clone(), json);
        let cli = Cli::try_parse_from(["concord"].iter().chain(line)).unwrap();
        cli::run_with(&mut session, cli.verb).await
    };
    let name = name.to_str().unwrap();
    let add = ["person", "add", &b.case.id, "--role", "person_of_concern", "--name-file", name];
    let added = run(&b.chair, true, &add).await.unwrap();
    let person: Person = serde_json::from_str(&added.text).unwrap();
    assert_eq!((person.names[0].as_str(), added.exit), ("Alex Example", Exit::Done));
    let shown = run(&b.chair, false, &["case", "show", &b.case.id]).await.unwrap();
    assert!(
        shown.text.contains("Alex Example") && shown.text.contains("person_of_concern"),
        "{}",
        shown.text
    );
    let bad = ["item", "add", &b.case.id, "--row", "12", "--about", &person.id];
    let failure = run(&b.chair, true, &bad).await.unwrap_err();
    assert_eq!(failure.exit, Exit::BadInput);
    assert!(failure.message.contains("exactly one"), "{failure}");
    let root = b.world.staff("root");
    let failure = run(&root, true, &["item", "list", &b.case.id]).await.unwrap_err();
    assert_eq!(failure.exit, Exit::NotPermitted);
    let refused = ["team", "create", "Third", "--chair", &uri(OWN, "ana"), "--until", &b.world.later(3)];
    assert_eq!(run(&root, true, &refused).await.unwrap_err().exit, Exit::Refused);
    let status = run(&root, true, &["status"]).await.unwrap();
    let status: NodeStatusResponse = serde_json::from_str(&status.text).unwrap();
    assert_eq!((status.agency_id.as_str(), status.members.len()), (OWN, 2));
    assert!(status.warnings.iter().any(|w| w.contains("capacity declare")));
}

#[tokio::test]
async fn a_node_that_is_not_there_is_unreachable_and_a_wrong_one_is_named() {
    let world = World::new().await;
    let dir = tempfile::tempdir().unwrap();
    let credentials = world.region.authority.issue(
        &Holder::staff(OWN, "root"),
        Validity::days(crate::clock::Clock::now(&crate::clock::SystemClock).0, 2),
    );
    credentials.unwrap().write(dir.path(), "staff").unwrap();
    std::fs::write(dir.path().join("ca.pem"), world.region.authority.certificate_pem()).unwrap();
    let place = |address: &str, node: &str| {
        let text = format!("address = \"{address}\"\nnode = \"{node}\"\n");
        std::fs::write(dir.path().join(cli::CONNECTION_FILE), text).unwrap();
    };
    let whoami = async || {
        let line = ["concord", "whoami", "--staff", dir.path().to_str().unwrap()];
        cli::run(Cli::try_parse_from(line).unwrap()).await
    };
    let missing = whoami().await.unwrap_err();
    assert_eq!(missing.exit, Exit::BadInput);
    assert!(
        missing.message.contains("connection.toml") && missing.message.contains("address ="),
        "{missing}"
    );
    place("127.0.0.1:1", "spiffe://region.example/agency/county-hospital");
    let nobody = whoami().await.unwrap_err();
    assert_eq!(nobody.exit, Exit::Unreachable);
    assert!(nobody.message.contains("127.0.0.1:1"), "{nobody}");
    place(&world.address, "spiffe://region.example/agency/sheriff");
    let wrong = whoami().await.unwrap_err();
    assert_eq!(wrong.exit, Exit::Unreachable);
    assert!(!wrong.message.is_empty(), "{wrong}");
}

#[tokio::test]
async fn a_refusal_names_the_command_by_which_a_named_person_puts_on_record_what_is_missing() {
    let mut b = busy().await;
    let officer = b.world.added("pat", &["privacy_officer"]).await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let mut item = b.item(&person, "said that it would happen");
    item.record_kind = "phi".into();
    let item = b.add(item).await.unwrap();
    let ask = ShareRequest {
        case_id: b.case.id.clone(),
        to: Some(To { agency: OTHER.into(), ..To::default() }),
        purpose: "avert_serious_threat".into(),
        item_ids: vec![item.id],
        preview: true,
        ..ShareRequest::default()
    };
    let no = |c: fn(&mut Capacities)| {
        let mut all = Capacities { hipaa_covered: Some(true), ..Capacities::default() };
        c(&mut all);
        DeclareCapacitiesRequest { capacities: Some(all), ..Default::default() }
    };
    let declare = no(|c| {
        (c.ferpa_covered, c.part2_program, c.cfr23_system) = (Some(false), Some(false), Some(false));
    });
    officer.clone().declare_capacities(declare).await.unwrap();
    let view = b.chair.share(ask.clone()).await.unwrap().into_inner();
    assert_eq!(view.stops.len(), view.stop_commands.len());
    assert!(view.stop_commands.iter().any(|c| c.starts_with("concord agreement countersign sheriff")));
    let needs: Vec<&Need> = view.items[0].missing.iter().flat_map(|m| &m.establish).collect();
    let named = |fact: &str| {
        let found = needs.iter().find(|n| n.fact == fact);
        found.unwrap_or_else(|| panic!("{fact} is not among what is missing")).command.clone()
    };
    let imminent = named("circumstances.imminent");
    assert!(
        imminent.starts_with(&format!("concord attest record {} circumstances.imminent yes|no", b.case.id))
    );
    assert!(named("consent").contains(&format!("--person {}", person.id)), "{}", named("consent"));
    assert!(view.items[0].missing.iter().all(|m| m.needs.len() == m.establish.len()));

    let mut session = Session::over(b.chair.clone(), false);
    let (case, item) = (b.case.id.as_str(), ask.item_ids[0].as_str());
    let cli = Cli::parse_from([
        "concord",
        "share",
        case,
        "--to",
        OTHER,
        "--purpose",
        "avert_serious_threat",
        "--item",
        item,
        "--preview",
    ]);
    let page = cli::run_with(&mut session, cli.verb).await.unwrap().text;
    assert!(
        page.contains("mended with") && page.contains("on record with") && page.contains(&imminent),
        "{page}"
    );
    assert!(page.contains("must be established by") && !page.contains("true"), "{page}");
}

#[tokio::test]
async fn long_lists_come_in_parts_and_counts_are_exact() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(b.add(b.item(&person, &format!("note {n}"))).await.unwrap().id);
    }
    let (mut seen, mut after, mut parts) = (Vec::new(), String::new(), 0);
    loop {
        let ask = ListItemsRequest { case_id: b.case.id.clone(), limit: 2, after, ..Default::default() };
        let part = b.chair.list_items(ask).await.unwrap().into_inner();
        assert!(part.items.len() <= 2);
        seen.extend(part.items.into_iter().map(|i| i.id));
        parts += 1;
        after = part.next;
        if after.is_empty() {
            break;
        }
    }
    seen.sort();
    made.sort();
    assert_eq!((seen, parts), (made, 3));
    let stray =
        ListItemsRequest { case_id: b.case.id.clone(), limit: 2, after: "x".into(), ..Default::default() };
    says(&b.chair.list_items(stray).await.unwrap_err(), Code::InvalidArgument, &["after", "begin again"]);

    let mut session = Session::over(b.chair.clone(), false);
    let cli = Cli::parse_from(["concord", "item", "list", &b.case.id, "--limit", "3"]);
    let page = cli::run_with(&mut session, cli.verb).await.unwrap().text;
    assert!(page.contains("more: repeat with --after "), "{page}");

    let many = 1_200_u128;
    for some in (1..=many).collect::<Vec<_>>().chunks(400) {
        let puts = some.iter().map(|n| {
            let about = crate::store::Kind::Inbound.of(Id(*n));
            b.world.app.raise("inbox", about, false, b.world.app.now(), b.world.app.now()).unwrap()
        });
        let puts = puts.collect();
        let events = vec![b.world.app.event("test", "made", Vec::new())];
        b.world.app.commit(crate::store::Changes { puts, events, ..Default::default() }).await.unwrap();
    }
    let status = b.chair.node_status(NodeStatusRequest {}).await.unwrap().into_inner();
    assert_eq!(u128::from(status.notification_count), many);
    let (mut told, mut after) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let ask = ListNotificationsRequest { waiting_only: true, after, ..Default::default() };
        let part = b.chair.list_notifications(ask).await.unwrap().into_inner();
        told.extend(part.notifications.into_iter().map(|n| n.id));
        after = part.next;
        if after.is_empty() {
            break;
        }
    }
    assert_eq!(told.len() as u128, many);
}

/// California's duty binds psychotherapists of named professions (Cal. Civ. Code 43.92): what the administrator recorded of
/// the member who asks, and what the officer signed for the agency as such, decides whether the law says "must".
#[tokio::test]
async fn a_profession_on_record_changes_what_the_law_answers_to_a_share() {
    let mut b = busy().await;
    let (mut officer, item) = b.duty_to_warn().await;
    let ask = ShareRequest {
        case_id: b.case.id.clone(),
        to: Some(To { agency: OTHER.into(), ..To::default() }),
        purpose: "avert_serious_threat".into(),
        item_ids: vec![item],
        preview: true,
        ..ShareRequest::default()
    };
    let chair = async |profession: &str| {
        let staff = AddStaffRequest {
            staff_id: uri(OWN, "ana"),
            display_name: "Ana".into(),
            roles: vec!["chair".into()],
            qualifications: vec!["treating_professional".into()],
            profession: profession.into(),
        };
        b.world.staff("root").add_staff(staff).await
    };
    let must = async || {
        let view = b.chair.clone().share(ask.clone()).await.unwrap().into_inner();
        view.items[0].mandatory
    };
    assert_eq!(chair("psychologist").await.unwrap().into_inner().profession, "psychologist");
    assert!(must().await, "a psychologist is covered");
    chair("other").await.unwrap();
    assert!(!must().await, "no named profession is on record");
    chair("").await.unwrap();
    let declare = DeclareCapacitiesRequest {
        capacities: b.chair.clone().show_agency(ShowAgencyRequest {}).await.unwrap().into_inner().capacities,
        profession: "mental_health_facility".into(),
    };
    officer.declare_capacities(declare).await.unwrap();
    assert!(!must().await, "what the agency as such is speaks where the member has none");
    chair("nurse").await.unwrap();
    assert!(must().await, "the member's own profession comes first");
    let unknown = chair("wizard").await.unwrap_err();
    says(&unknown, Code::InvalidArgument, &["profession", "social_worker"]);
    let agency = officer.show_agency(ShowAgencyRequest {}).await.unwrap().into_inner();
    assert_eq!(agency.profession, "mental_health_facility");
}

//! What those who answer for the node can look up: who looked at what, and what was told of whom.

use super::testing::*;
use crate::cli::{self, Cli, Session};
use clap::Parser;
use policy::id::Id;
use proto::agency::v1::*;
use tonic::Code;

/// Kinds of the events that an auditor lists.
async fn listed(auditor: &mut Client, ask: EventsRequest) -> Vec<String> {
    let (mut kinds, mut after) = (Vec::new(), ask.after);
    loop {
        let part = auditor.events(EventsRequest { after, ..ask.clone() }).await.unwrap().into_inner();
        kinds.extend(part.events.into_iter().map(|e| e.kind));
        match part.next_after {
            0 => return kinds,
            next => after = next,
        }
    }
}

#[tokio::test]
async fn each_look_is_an_event_that_the_auditor_finds_by_case_and_by_person() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let item = b.add(b.item(&person, "seen at the gate")).await.unwrap();
    let mut auditor = b.world.added("audit", &["auditor"]).await;
    let mut member = b.world.added("kim", &["member"]).await;
    b.world.join(&b.team.id, uri(OWN, "kim")).await;
    let mut stranger = b.world.added("lou", &["member"]).await;
    let case_id = b.case.id.clone();
    let other_team = b.world.team("Other team", "ana").await;
    let open = OpenCaseRequest { team_id: other_team.id, ..OpenCaseRequest::default() };
    let other_case = b.chair.open_case(open).await.unwrap().into_inner().id;

    member.show_case(ShowCaseRequest { case_id: case_id.clone(), ..Default::default() }).await.unwrap();
    member.list_items(ListItemsRequest { case_id: case_id.clone(), ..Default::default() }).await.unwrap();
    let accounting = AccountingRequest { person_id: person.id.clone(), ..AccountingRequest::default() };
    member.accounting(accounting).await.unwrap();
    let refused =
        member.list_items(ListItemsRequest { case_id: other_case, ..Default::default() }).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let refused = stranger
        .show_case(ShowCaseRequest { case_id: case_id.clone(), ..Default::default() })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);

    let mine = EventsRequest { staff_id: uri(OWN, "kim"), limit: 2, ..EventsRequest::default() };
    let reads = ["case_read/case_work", "items_read/case_work", "accounting_read"];
    assert_eq!(listed(&mut auditor, mine).await, [reads.as_slice(), &["items_read_refused"]].concat());
    let of_case = EventsRequest { case_id, limit: 3, ..EventsRequest::default() };
    let before = ["case_opened", "person_added", "item_added"];
    let all = [before.as_slice(), &reads, &["case_read_refused"]].concat();
    assert_eq!(listed(&mut auditor, of_case).await, all);

    let all = auditor.events(EventsRequest { limit: 1_000, ..EventsRequest::default() }).await.unwrap();
    let all = serde_json::to_string(&all.into_inner()).unwrap();
    assert!(all.contains(&item.id) && !all.contains("Alex") && !all.contains("gate"), "{all}");
}

/// Lets the privacy officer say what this agency is under the law.
async fn declare(b: &Busy) {
    let mut officer = b.world.added("pat", &["privacy_officer"]).await;
    let capacities = Some(Capacities { hipaa_covered: Some(true), ..Capacities::default() });
    let declared = DeclareCapacitiesRequest { capacities, ..DeclareCapacitiesRequest::default() };
    officer.declare_capacities(declared).await.unwrap();
}

#[tokio::test]
async fn the_note_of_a_telling_is_kept_with_its_disclosure_and_shown_beside_its_accounting() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let item = b.add(b.item(&person, "seen at the gate")).await.unwrap();
    declare(&b).await;
    let told = RecordDisclosureRequest {
        case_id: b.case.id.clone(),
        to: Some(To { agency: OTHER.into(), ..To::default() }),
        purpose: "threat_assessment".into(),
        how: "telephone".into(),
        told_at: b.world.app.now().to_string(),
        item_ids: vec![item.id],
        note: "the desk sergeant called back".into(),
        ..RecordDisclosureRequest::default()
    };
    let long = RecordDisclosureRequest { note: "x".repeat(2_001), ..told.clone() };
    let status = b.chair.record_disclosure(long).await.unwrap_err();
    says(&status, Code::InvalidArgument, &["note", "2000 bytes"]);
    let disclosure = b.chair.record_disclosure(told).await.unwrap().into_inner().disclosure_id;
    for ask in [
        AccountingRequest { case_id: b.case.id.clone(), ..AccountingRequest::default() },
        AccountingRequest { person_id: person.id, ..AccountingRequest::default() },
    ] {
        let entries = b.chair.accounting(ask).await.unwrap().into_inner().entries;
        let kept: Vec<_> = entries.iter().map(|e| (&e.disclosure_id, e.note.as_str())).collect();
        assert_eq!(kept, [(&disclosure, "the desk sergeant called back")]);
    }
    // Destroying the content of the disclosure destroys the note with it.
    let r = crate::store::Kind::Disclosure.of(disclosure.parse::<Id>().unwrap());
    let event = b.world.app.event("test", "erased", vec![r]);
    let erase = crate::store::Changes { erase: vec![r], events: vec![event], ..Default::default() };
    b.world.app.commit(erase).await.unwrap();
    let ask = AccountingRequest { case_id: b.case.id.clone(), ..AccountingRequest::default() };
    let after = b.chair.accounting(ask).await;
    let said = format!("{:?}", after.map(|a| serde_json::to_string(&a.into_inner()).unwrap()));
    assert!(!said.contains("sergeant"), "{said}");
}

#[tokio::test]
async fn the_accounting_names_whoever_was_told_outside_the_node() {
    let mut b = busy().await;
    let person = b.person("person_of_concern", "Alex Example").await;
    let item = b.add(b.item(&person, "seen at the gate")).await.unwrap();
    declare(&b).await;
    let contact = Contact {
        case_id: b.case.id.clone(),
        sector: "employer".into(),
        name: "Jo Sample, head of security".into(),
        ..Contact::default()
    };
    let contact = AddContactRequest { contact: Some(contact) };
    let contact = b.chair.add_contact(contact).await.unwrap().into_inner().id;
    let told = RecordDisclosureRequest {
        case_id: b.case.id.clone(),
        to: Some(To { contact, ..To::default() }),
        purpose: "threat_assessment".into(),
        how: "telephone".into(),
        told_at: b.world.app.now().to_string(),
        item_ids: vec![item.id],
        ..RecordDisclosureRequest::default()
    };
    b.chair.record_disclosure(told).await.unwrap();
    let ask = AccountingRequest { case_id: b.case.id.clone(), ..AccountingRequest::default() };
    let [line] = <[_; 1]>::try_from(b.chair.accounting(ask).await.unwrap().into_inner().entries).unwrap();
    assert_eq!((line.party.as_str(), line.direction.as_str()), ("Jo Sample, head of security", "out"));
}

#[tokio::test]
async fn what_arrived_and_is_not_linked_is_accounted_for_to_the_privacy_officer() {
    use crate::app::{Accounted, AccountingEntry, Channel, Direction, UNLINKED, rows::put_new};
    let mut b = busy().await;
    let message = Id(77);
    let mut accounted = Accounted::default();
    accounted.add(12, "whole", ["45 CFR 164.512(j)"].into_iter(), "c0".into());
    let line = AccountingEntry {
        disclosure: policy::id::DisclosureId(message),
        person: None,
        direction: Direction::Received,
        party: OTHER.into(),
        at: b.world.app.now(),
        purpose: Some(policy::record::Purpose::ThreatAssessment),
        accounted,
        views: Vec::new(),
        emergency: false,
        channel: Channel::Node,
    };
    let r = crate::store::Kind::Accounting.of(message);
    let puts = vec![put_new(r, &line, &[]).unwrap().under(UNLINKED)];
    let events = vec![b.world.app.event("test", "made", vec![r])];
    b.world.app.commit(crate::store::Changes { puts, events, ..Default::default() }).await.unwrap();

    let mut officer = b.world.added("pat", &["privacy_officer"]).await;
    let ask = AccountingRequest { unlinked: true, ..AccountingRequest::default() };
    let entries = officer.accounting(ask.clone()).await.unwrap().into_inner().entries;
    let shown: Vec<_> =
        entries.iter().map(|e| (e.message_id.clone(), e.party.as_str(), e.items[0].row)).collect();
    assert_eq!(shown, [(message.to_string(), OTHER, 12)]);
    assert_eq!(b.chair.accounting(ask.clone()).await.unwrap_err().code(), Code::PermissionDenied);
    let two = AccountingRequest { case_id: b.case.id.clone(), ..ask };
    let status = officer.accounting(two).await.unwrap_err();
    says(&status, Code::InvalidArgument, &["case", "person", "not linked"]);
    let mut session = Session::over(officer, true);
    let cli = Cli::parse_from(["concord", "accounting", "--unlinked", "--json"]);
    let printed = cli::run_with(&mut session, cli.verb).await.unwrap();
    assert!(printed.text.contains("\"direction\":\"in\""), "{}", printed.text);
}

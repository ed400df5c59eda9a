//! What goes to law enforcement, and by which step of the process: G8, over the real staff port.

use super::testing::*;
use crate::app::rows::{Read, read};
use crate::app::{Work, work_state};
use crate::exchange::compose::Composed;
use crate::store::Kind;
use proto::agency::v1::*;

/// A share of these items with the police.
fn share(case: &str, items: &[&str], preview: bool) -> ShareRequest {
    ShareRequest {
        case_id: case.into(),
        to: Some(To { agency: OTHER.into(), ..To::default() }),
        purpose: "avert_serious_threat".into(),
        item_ids: items.iter().map(|i| (*i).to_owned()).collect(),
        preview,
        ..ShareRequest::default()
    }
}

/// Previews a share of these items with the police; gives what stops it, and the items of which the law says that they must go.
async fn towards_police(chair: &mut Client, case: &str, items: &[&str]) -> (String, Vec<String>) {
    let ask = share(case, items, true);
    let view = chair.share(ask).await.unwrap().into_inner();
    for item in &view.items {
        assert_ne!(item.outcome, "withheld", "the law lets it go: {}", item.item_id);
    }
    let stops: Vec<String> = view.stops.into_iter().filter(|s| s.starts_with('T')).collect();
    let must = view.items.into_iter().filter(|i| i.mandatory).map(|i| i.item_id).collect();
    (stops.join("\n"), must)
}

/// A case opened by hand in which California's duty to warn is due: the threat, and an item beside it.
async fn opened_by_hand() -> (Busy, Client, String, String) {
    let mut b = busy().await;
    let (officer, threat) = b.duty_to_warn().await;
    let root = AddStaffRequest {
        staff_id: uri(OWN, "ana"),
        display_name: "Ana".into(),
        roles: vec!["chair".into()],
        qualifications: vec!["treating_professional".into()],
        profession: "psychologist".into(),
    };
    b.world.staff("root").add_staff(root).await.unwrap();
    let visitor = b.person("person_of_concern", "Rio Example").await;
    let beside = b.add(b.item(&visitor, "parked across the road")).await.unwrap().id;
    (b, officer, threat, beside)
}

#[tokio::test]
async fn a_case_opened_by_hand_tells_police_nothing_by_the_way_and_a_duty_takes_nothing_with_it() {
    let (mut b, _, threat, beside) = opened_by_hand().await;
    let case = b.case.id.clone();
    let chair = &mut b.chair;

    let (stops, must) = towards_police(chair, &case, &[&threat]).await;
    assert_eq!((stops.as_str(), must), ("", vec![threat.clone()]), "a duty to warn waits for nobody");
    let (stops, must) = towards_police(chair, &case, &[&threat, &beside]).await;
    assert_eq!(must, std::slice::from_ref(&threat));
    assert!(stops.contains("T15") && stops.contains(&format!("leave out {beside}")), "{stops}");
    let (stops, _) = towards_police(chair, &case, &[&beside]).await;
    assert!(stops.contains("T15") && !stops.contains("leave out"), "{stops}");

    let declared = Act { emergency: Some(EmergencyDeclaration::default()), ..Act::default() };
    let declared = ActRequest { case_id: case.clone(), act: Some(declared), ..ActRequest::default() };
    chair.act(declared).await.unwrap();
    let (stops, _) = towards_police(chair, &case, &[&threat, &beside]).await;
    assert_eq!(stops, "", "danger waits for no form");
}

#[tokio::test]
async fn a_courts_order_stands_in_for_the_step_where_it_reaches_and_for_nothing_else() {
    let (mut b, mut officer, _, beside) = opened_by_hand().await;
    let case = b.case.id.clone();
    let chair = &mut b.chair;
    let order = |row: u32, to: &str| AddDocumentRequest {
        document: Some(Document {
            case_id: case.clone(),
            kind: "court_order".into(),
            issued_at: "2026-11-01T09:00:00Z".into(),
            rows: vec![row],
            recipients: vec![PermittedRecipient { agency: to.into(), ..PermittedRecipient::default() }],
            evidence: "in the safe".into(),
            ..Document::default()
        }),
    };
    for row in [11, 14] {
        officer.add_document(order(row, OTHER)).await.unwrap();
        let (stops, _) = towards_police(chair, &case, &[&beside]).await;
        assert!(stops.contains("T15"), "row {row}: {stops}");
    }
    officer.add_document(order(12, OTHER)).await.unwrap();
    let (stops, _) = towards_police(chair, &case, &[&beside]).await;
    assert_eq!(stops, "");
}

#[tokio::test]
async fn what_was_approved_in_an_emergency_does_not_leave_after_its_end_by_the_way() {
    let (mut b, mut officer, threat, beside) = opened_by_hand().await;
    let case = b.case.id.clone();
    let act = |act| ActRequest { case_id: case.clone(), act: Some(act), ..ActRequest::default() };
    let declared = Act { emergency: Some(EmergencyDeclaration::default()), ..Act::default() };
    b.chair.act(act(declared)).await.unwrap();
    let agreement = CountersignAgreementRequest {
        with: OTHER.into(),
        purposes: vec!["avert_serious_threat".into()],
        until: b.world.later(30),
        training_current_until: b.world.later(30),
        ..CountersignAgreementRequest::default()
    };
    officer.countersign_agreement(agreement).await.unwrap();
    let proposal = b.chair.share(share(&case, &[&threat, &beside], false)).await.unwrap().into_inner();
    assert_eq!((proposal.state.as_str(), proposal.stops.join("; ").as_str()), ("proposed", ""));
    let approve = ApproveRequest { proposal_id: proposal.proposal_id, ..ApproveRequest::default() };
    officer.approve(approve).await.unwrap();
    let ended = Act {
        emergency_end: Some(EmergencyEnd { because: "they are with family".into() }),
        ..Act::default()
    };
    b.chair.act(act(ended)).await.unwrap();

    let app = &b.world.app;
    let due = app.store.by_state(Kind::Work, work_state::DUE, None, 10).await.unwrap();
    let [due] = <[_; 1]>::try_from(due).unwrap();
    let mut work: Read<Work> = read(due).unwrap();
    assert!(matches!(app.compose(&mut work).await.unwrap(), Composed::NotSent));
    let why = work.record.stopped_by.unwrap();
    assert!(why.contains("T15") && why.contains(&format!("leave out {beside}")), "{why}");
}

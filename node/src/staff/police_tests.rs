//! What goes to law enforcement, and by which step of the process: G8, over the real staff port.

use super::testing::*;
use super::tests::busy;
use proto::agency::v1::*;

/// Previews a share of these items with the police; gives what stops it, and the items of which the law says that they must go.
async fn towards_police(chair: &mut Client, case: &str, items: &[&str]) -> (String, Vec<String>) {
    let ask = ShareRequest {
        case_id: case.into(),
        to: Some(To { agency: OTHER.into(), ..To::default() }),
        purpose: "avert_serious_threat".into(),
        item_ids: items.iter().map(|i| (*i).to_owned()).collect(),
        preview: true,
        ..ShareRequest::default()
    };
    let view = chair.share(ask).await.unwrap().into_inner();
    for item in &view.items {
        assert_ne!(item.outcome, "withheld", "the law lets it go: {}", item.item_id);
    }
    let stops: Vec<String> = view.stops.into_iter().filter(|s| s.starts_with('T')).collect();
    let must = view.items.into_iter().filter(|i| i.mandatory).map(|i| i.item_id).collect();
    (stops.join("\n"), must)
}

#[tokio::test]
async fn a_case_opened_by_hand_tells_police_nothing_by_the_way_and_a_duty_takes_nothing_with_it() {
    let mut b = busy().await;
    let (_, threat) = b.duty_to_warn().await;
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

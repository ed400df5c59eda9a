//! The matrix decides what leaves a running node: with one cell turned over, exactly that row of what is sent changes.
//!
//! `policy` turns over every cell at the door; this is a sample through whole nodes: previewed, approved, sent, received.

use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec};
use policy::record::Row;
use policy::share::Class;
use policy::share::Matrix;
use policy::share::matrix::Cell;
use proto::agency::v1::*;
use std::collections::BTreeMap;
use system_tests::world::{World, agency};

/// Sends; no federal regime binds it, so that only the matrix stands between its items and the others.
const SENDER: &str = "sender";
/// One recipient of each class in the sample: name, class, and why it is told.
const RECIPIENTS: &[(&str, Class, &str)] = &[
    ("team", Class::Per, "threat_assessment"),
    ("sheriff", Class::Le, "threat_assessment"),
    ("housing", Class::Cbo, "care_coordination"),
    ("chapel", Class::Aff, "threat_assessment"),
];
const PURPOSES: &[&str] = &["threat_assessment", "care_coordination"];

const REGION: RegionSpec = RegionSpec {
    trust_domain: "matrix.example",
    state: "WY",
    agencies: &[
        agency(SENDER, "threat_assessment_team"),
        agency("team", "threat_assessment_team"),
        agency("sheriff", "law_enforcement"),
        AgencySpec { team_role: "community_partner", ..agency("housing", "community_org") },
        AgencySpec { team_role: "affiliate", ..agency("chapel", "faith") },
    ],
    agreements: &[
        AgreementSpec { between: [SENDER, "team"], purposes: PURPOSES },
        AgreementSpec { between: [SENDER, "sheriff"], purposes: PURPOSES },
        AgreementSpec { between: [SENDER, "housing"], purposes: PURPOSES },
        AgreementSpec { between: [SENDER, "chapel"], purposes: PURPOSES },
    ],
};

/// A value that suits the row.
fn value(row: u32, days_ahead: String, now: String) -> ItemValue {
    let mut v = ItemValue::default();
    match row {
        7 | 14 => {
            v.place = Some(Place {
                setting_kind: "school".into(),
                name: "North campus".into(),
                ..Default::default()
            });
        }
        16 | 18 => {
            v.band = Some(Band {
                model: "cstag 2".into(),
                original: "serious substantive".into(),
                band: "moderate".into(),
                decided_at: now,
                valid_until: days_ahead,
            });
        }
        25 | 39 => v.code = Some("engaged".into()),
        40 => v.count = Some(25),
        _ => v.text = Some("a plain sentence".into()),
    }
    v
}

/// A case of the sender with an item of every row, in the order of rows.
async fn case_of_every_row(world: &mut World) -> (String, Vec<String>) {
    let chair = world.staff(SENDER, "chair");
    let team_id = world.team(SENDER).to_string();
    let case = chair.open_case(OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
    let person =
        Person { case_id: case.clone(), roles: vec!["person_of_concern".into()], ..Default::default() };
    let person = chair.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().id;
    // The process lets nothing go to law enforcement by the way; in an emergency the matrix alone decides.
    let danger = Act { emergency: Some(EmergencyDeclaration::default()), ..Default::default() };
    let danger = ActRequest { case_id: case.clone(), act: Some(danger), ..Default::default() };
    chair.act(danger).await.unwrap();
    let now = node::clock::Clock::now(&world.clock);
    let mut items = Vec::new();
    for row in 1..=u32::from(Row::COUNT) {
        let item = Item {
            case_id: case.clone(),
            row,
            about: vec![About { person_id: person.clone(), ..Default::default() }],
            value: Some(value(row, now.plus_days(30).to_string(), now.to_string())),
            ..Default::default()
        };
        let add = AddItemRequest { item: Some(item), ..Default::default() };
        items.push(chair.add_item(add).await.unwrap().id);
    }
    (case, items)
}

/// What one share came to.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    /// Row to outcome and value as the recipient would see it, in the preview.
    shown: BTreeMap<u32, String>,
    /// Row to form, as the sender accounts for what left.
    left: BTreeMap<u32, String>,
    /// Items that arrived, whether the recipient admitted them or not.
    arrived: usize,
}

/// Shares every row with this recipient: previewed, asked for, approved, sent.
async fn send(world: &mut World, case: &str, items: &[String], to: &'static str, purpose: &str) -> Sent {
    // so that this share's line of the accounting is the newest
    world.pass_minutes(1);
    let share = ShareRequest {
        case_id: case.into(),
        to: Some(To { agency: to.into(), ..Default::default() }),
        purpose: purpose.into(),
        item_ids: items.to_vec(),
        ..Default::default()
    };
    let chair = world.staff(SENDER, "chair");
    let preview = chair.share(ShareRequest { preview: true, ..share.clone() }).await.unwrap();
    let shown =
        preview.items.iter().map(|i| (i.row, format!("{} {} {:?}", i.outcome, i.form, i.released.is_some())));
    let proposal_id = chair.share(share).await.unwrap().proposal_id;
    let approve = ApproveRequest { proposal_id, ..Default::default() };
    world.staff(SENDER, "officer").approve(approve).await.unwrap();
    world.until_quiet().await;
    let entries = AccountingRequest { case_id: case.into(), ..Default::default() };
    let entries = world.staff(SENDER, "chair").accounting(entries).await.unwrap().entries;
    let newest = entries.first().unwrap();
    let inbox = world.staff(to, "chair").list_inbox(ListInboxRequest::default()).await.unwrap().messages;
    let arrived = inbox.iter().find(|m| m.message_id == newest.message_id).unwrap();
    Sent {
        shown: shown.collect(),
        left: newest.items.iter().map(|i| (i.row, i.form.clone())).collect(),
        arrived: (arrived.item_count + arrived.quarantined_count) as usize,
    }
}

/// Rows that differ between two shares, in the preview and in what left.
fn changed<V: PartialEq>(before: &BTreeMap<u32, V>, after: &BTreeMap<u32, V>) -> Vec<u32> {
    (1..=u32::from(Row::COUNT)).filter(|row| before.get(row) != after.get(row)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cell_turned_over_changes_exactly_that_row_of_what_is_sent() {
    let mut world = World::ready(REGION).await;
    let (case, items) = case_of_every_row(&mut world).await;
    let mut turned = 0;
    for (to, class, purpose) in RECIPIENTS {
        let before = send(&mut world, &case, &items, to, purpose).await;
        assert_eq!(before.arrived, before.left.len());
        // the last row that goes is closed; the last that stays is opened
        let goes = before.left.keys().copied().next_back().unwrap();
        let stays = (1..=u32::from(Row::COUNT)).rfind(|row| !before.left.contains_key(row)).unwrap();
        for (row, cell) in [(goes, "X"), (stays, "N")] {
            let at = Row::new(u8::try_from(row).unwrap()).unwrap();
            let matrix = Matrix::embedded().clone().with_cell(at, *class, Cell::parse(cell).unwrap());
            world.stop(SENDER).await;
            world.matrix = Some(matrix);
            world.start(SENDER).await;
            let after = send(&mut world, &case, &items, to, purpose).await;
            assert_eq!(changed(&before.shown, &after.shown), [row], "shown to {class}, row {row} {cell}");
            assert_eq!(changed(&before.left, &after.left), [row], "left for {class}, row {row} {cell}");
            let difference = if cell == "N" { before.arrived + 1 } else { before.arrived - 1 };
            assert_eq!(after.arrived, difference, "arrived at {class}, row {row} {cell}");
            turned += 1;
        }
        world.stop(SENDER).await;
        world.matrix = None;
        world.start(SENDER).await;
    }
    assert_eq!(turned, 2 * RECIPIENTS.len());
}

//! The ten packets: what they start from, what they must never hold, and that none opens anything.

use crate::world::*;
use policy::door::{Door, Outcome, Schema};
use policy::record::*;
use policy::share::packets::{PacketName, packet};
use policy::share::{Class, Matrix};

#[test]
fn every_row_of_a_packet_is_one_its_class_could_be_told() {
    assert_eq!(PacketName::ALL.len(), 10);
    for name in PacketName::ALL {
        let packet = packet(*name);
        for number in packet.rows {
            assert!(!packet.must_not.contains(number), "{name}: {number} is in both lists");
            let open = packet.classes.iter().any(|c| !Matrix::embedded().cell(row(*number), *c).is_never());
            assert!(open, "{name}: row {number} is never open to its classes");
        }
        for number in packet.derived {
            assert!(packet.rows.contains(number), "{name}: {number}");
        }
        // nothing that no class is told is ever in a packet
        for never in [19, 26, 33] {
            assert!(!packet.rows.contains(&never), "{name}");
        }
    }
}

#[test]
fn a_packet_selects_current_items_of_its_rows_and_nothing_it_must_not_hold() {
    let mut world = World::new(Sector::CommunityOrg, TeamRole::CommunityPartner, Purpose::CareCoordination);
    let name = world.text(2, "a name");
    world.text(12, "what happened");
    world.text(16, "a level");
    let old = world.text(36, "old");
    world.last().superseded_by = Some(name);
    let task = world.text(35, "confirm contact in two days");
    let education = world.text(36, "referral");
    let community = packet(PacketName::CommunityReferral);
    let chosen: Vec<_> = community.select(&world.items).iter().map(|i| i.id).collect();
    assert_eq!(chosen, [name, task, education]);
    assert!(!chosen.contains(&old));
    assert_eq!(community.classes, [Class::Cbo]);
}

#[test]
fn what_a_packet_must_not_hold_stays_although_the_matrix_is_open() {
    let door = Door::embedded();
    let mut world = World::new(Sector::ThreatAssessmentTeam, TeamRole::Core, Purpose::ThreatAssessment);
    world.text(5, "4417 Elm Street");
    world.consent(SUBJECT, PermissionKind::OralAgreement);
    assert_eq!(world.judge(door).0, Outcome::Whole);
    world.schema = Schema::Summary(Some(PacketName::Consultation));
    assert_eq!(
        world.judge(door),
        (Outcome::Withheld, vec!["packet consultation must not hold it".to_owned()])
    );
}

#[test]
fn a_consultation_names_nobody_and_says_less_even_with_consent() {
    let door = Door::embedded();
    let consulting = |number: u8, value: ItemValue| {
        let mut world = World::new(Sector::ThreatAssessmentTeam, TeamRole::Core, Purpose::ThreatAssessment);
        world.item(number, &[SUBJECT], value);
        world.consent(SUBJECT, PermissionKind::OralAgreement);
        world.schema = Schema::Summary(Some(PacketName::Consultation));
        world
    };
    // what consent would open whole goes in its form all the same
    let mut world = consulting(12, ItemValue::Text("everything".into()));
    assert_eq!(world.judge(door).0, Outcome::Withheld);
    world.write_statements();
    assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement));
    assert_eq!(consulting(7, World::value_for(7)).judge(door).0, Outcome::Form(Form::SettingKind));
    // a name or a birthday in an open row keeps its text here
    for text in ["Jordan alone said so", "since 17 May 1990"] {
        let mut world = consulting(23, ItemValue::Text(text.into()));
        assert_eq!(world.judge(door).0, Outcome::Withheld, "{text}");
        world.write_statements();
        assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement), "{text}");
    }
    assert_eq!(consulting(23, ItemValue::Text("one source only".into())).judge(door).0, Outcome::Whole);
}

//! Names in a text: relatives who share a surname, a recipient's own name, and a packet for somebody who is something else
//! to each person of the case.

use crate::world::*;
use policy::door::{Door, Outcome, Reason, Schema};
use policy::record::*;
use policy::share::Class;
use policy::share::gate::Stop;
use policy::share::packets::PacketName;
use policy::share::words::{CaseWords, Identifying};
use policy::time::Date;

/// A case in which a brother of the person of concern is named too.
fn relatives(sector: Sector, role: TeamRole) -> World {
    let mut world = World::new(sector, role, Purpose::ThreatAssessment);
    world.person(STUDENT).names = vec!["Sam Quillfeather".into()];
    world
}

#[test]
fn a_full_name_names_one_relative_and_a_surname_each() {
    let world = relatives(Sector::Faith, TeamRole::Affiliate);
    let words = CaseWords::of_people(&world.people);
    for one in [
        "Jordan Quillfeather",
        "by Jordan Quillfeather.",
        "Quillfeather, Jordan",
        "Quillfeather Jordan",
        "JORDAN QUILLFEATHER's bag",
    ] {
        assert_eq!(words.named_in(one), [SUBJECT], "{one}");
        assert_eq!(words.identifying(one), [Identifying::Name], "{one}");
    }
    for each in [
        "Quillfeather",
        "the Quillfeather brothers",
        "Jordan and Sam Quillfeather",
        "Jordan, Quillfeather",
        "Jordan. Quillfeather",
        "Jordan-Quillfeather",
        "Sam's brother Jordan Quillfeather",
        "Jordan Quillfeather and Quillfeather",
        "told Mr Quillfeather, Jordan left",
        "told Mr Quillfeather Jordan left",
    ] {
        let mut named = words.named_in(each);
        named.sort_unstable();
        assert_eq!(named, [SUBJECT, STUDENT], "{each}");
    }
    // who has the whole name is named with it
    let mut world = relatives(Sector::Faith, TeamRole::Affiliate);
    world.person(STUDENT).names = vec!["Jordan Sam Quillfeather".into()];
    let words = CaseWords::of_people(&world.people);
    assert_eq!(words.named_in("Jordan Quillfeather"), [SUBJECT, STUDENT]);
}

#[test]
fn the_name_of_one_goes_although_a_relative_shares_the_surname() {
    let door = Door::embedded();
    let mut world = relatives(Sector::ThreatAssessmentTeam, TeamRole::Core);
    world.text(2, "Jordan Quillfeather");
    world.consent(SUBJECT, PermissionKind::OralAgreement);
    assert_eq!(world.judge(door).0, Outcome::Whole);
    world.last().value = ItemValue::Text("Quillfeather".into());
    let asked = world.ids();
    assert!(world.decide(door, &asked).items()[0].reasons.contains(&Reason::NamesSomebodyElse(STUDENT)));
}

#[test]
fn who_is_told_may_read_their_own_name() {
    let door = Door::embedded();
    let mut world = World::new(Sector::CommunityOrg, TeamRole::None, Purpose::AvertSeriousThreat);
    world.reach_contact(Sector::TargetOfThreat, Some(TARGET));
    world.text(30, "no contact with Ana Petrova-Lindqvist");
    let asked = world.ids();
    let reasons = |world: &World| world.decide(door, &asked).items()[0].reasons.clone();
    assert!(!reasons(&world).contains(&Reason::NamesSomebodyElse(TARGET)));
    // somebody else's all the same not
    world.last().value = ItemValue::Text("no contact with Sam Okonkwo".into());
    assert!(reasons(&world).contains(&Reason::NamesSomebodyElse(STUDENT)));
    // nor is it the recipient's own for another
    world.reach_contact(Sector::TargetOfThreat, Some(STUDENT));
    world.last().value = ItemValue::Text("no contact with Ana Petrova-Lindqvist".into());
    assert!(reasons(&world).contains(&Reason::NamesSomebodyElse(TARGET)));
}

#[test]
fn a_parents_packet_holds_what_is_of_their_child_and_not_of_others() {
    let door = Door::embedded();
    let mut world = World::new(Sector::CommunityOrg, TeamRole::None, Purpose::ThreatAssessment);
    world.person(SUBJECT).date_of_birth = Some(Date::parse("2012-01-01").unwrap());
    world.reach_contact(Sector::Parent, None);
    world.schema = Schema::Summary(Some(PacketName::ParentGuardian));
    world.text(23, "what is not known");
    world.item(23, &[STUDENT], ItemValue::Text("of another".into()));
    let asked = world.ids();
    let decision = world.decide(door, &asked);
    let packet = Reason::Packet(PacketName::ParentGuardian);
    let [child, other] = decision.items() else { panic!("two items") };
    assert_eq!(
        (child.outcome, child.people[0].class),
        (Outcome::Whole, Some(Class::Par)),
        "{:?}",
        child.reasons
    );
    assert!(other.outcome == Outcome::Withheld && other.reasons.contains(&packet), "{:?}", other.reasons);
    assert_eq!(decision.class(), Some(Class::Par));
    let other_class = Stop::PacketForOther(PacketName::ParentGuardian);
    assert!(!decision.stops().contains(&other_class), "{:?}", decision.stops());
    // where it is for nobody of its class, all of it is stopped
    assert!(world.decide(door, &asked[1..]).stops().contains(&other_class));
}

//! Which column a recipient is, over the whole product, with a golden table that a person can review.

use policy::record::{Purpose, Sector, TeamRole};
use policy::share::Class;
use policy::share::class::{Party, Relation, class};
use std::collections::BTreeMap;
use std::fmt::Write;

const GOLDEN: &str = include_str!("../decisions/class.txt");

fn product() -> impl Iterator<Item = (Party, Purpose)> {
    let parties = Sector::ALL.iter().flat_map(|s| {
        TeamRole::ALL.iter().flat_map(move |r| {
            let contacts = Relation::ALL.iter().map(move |rel| Party::Contact(*s, *r, *rel));
            contacts.chain([Party::Node(*s, *r)])
        })
    });
    parties.chain([Party::OwnTeam]).flat_map(|p| Purpose::ALL.iter().map(move |u| (p, *u)))
}

#[test]
fn only_the_own_team_is_the_own_team() {
    for (party, purpose) in product() {
        assert_eq!(class(party, purpose) == Some(Class::Cor), party == Party::OwnTeam, "{party:?} {purpose}");
    }
}

#[test]
fn police_are_police_whatever_their_role() {
    for (party, purpose) in product() {
        if let Party::Node(
            Sector::LawEnforcement | Sector::IntelligenceProject | Sector::SchoolLawEnforcementUnit,
            _,
        ) = party
        {
            assert!(matches!(class(party, purpose), Some(Class::Le) | None), "{party:?} {purpose}");
        }
    }
    assert_eq!(
        class(Party::Node(Sector::LawEnforcement, TeamRole::Core), Purpose::ThreatAssessment),
        Some(Class::Le)
    );
}

#[test]
fn people_have_no_node_and_rights_are_for_the_person() {
    for (party, purpose) in product() {
        let found = class(party, purpose);
        match party {
            Party::Node(..) => assert!(
                !matches!(found, Some(Class::Tgt | Class::Par | Class::Sub | Class::Fam | Class::Cor)),
                "{party:?} {purpose}"
            ),
            Party::Contact(_, _, Relation::Other) => {
                assert_ne!(found, Some(Class::Sub), "{party:?} {purpose}")
            }
            _ => {}
        }
    }
}

#[test]
fn every_class_is_reached() {
    let reached: std::collections::BTreeSet<Class> = product().filter_map(|(p, u)| class(p, u)).collect();
    assert_eq!(reached.len(), Class::COUNT);
}

/// One line for each body and role: purposes by class; `-` is no class.
fn table() -> String {
    let never = |p: &Purpose| {
        product()
            .filter(|(_, q)| q == p)
            .all(|(party, p)| party == Party::OwnTeam || matches!(class(party, p), None | Some(Class::Sub)))
    };
    let closed: Vec<&str> = Purpose::ALL.iter().filter(|p| never(p)).map(|p| p.as_str()).collect();
    let mut out = String::from(
        "# sector, role: class, and purposes for which it is another; * is every purpose not named on the line; - is no class\n",
    );
    writeln!(out, "# no class but SUB, for anybody: {}", closed.join(" ")).unwrap();
    let mut line = |head: String, party: Party| {
        let mut by_class: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for purpose in
            Purpose::ALL.iter().filter(|p| party == Party::OwnTeam || !closed.contains(&p.as_str()))
        {
            let name = class(party, *purpose).map_or("-".to_owned(), |c| c.to_string());
            by_class.entry(name).or_default().push(purpose.as_str());
        }
        let most = by_class.iter().max_by_key(|(_, p)| p.len()).map(|(c, _)| c.clone()).unwrap_or_default();
        let mut parts = vec![format!("{most} *")];
        parts.extend(
            by_class.iter().filter(|(c, _)| **c != most).map(|(c, p)| format!("{c} {}", p.join(" "))),
        );
        writeln!(out, "{head}: {}", parts.join("; ")).unwrap();
    };
    line("own team".into(), Party::OwnTeam);
    for sector in Sector::ALL {
        for role in TeamRole::ALL {
            line(format!("node {sector}, {role}"), Party::Node(*sector, *role));
        }
    }
    for sector in [
        Sector::Parent,
        Sector::FamilyOrFriend,
        Sector::TargetOfThreat,
        Sector::CrimeVictim,
        Sector::GeneralPublic,
        Sector::LawEnforcement,
        Sector::Hospital,
    ] {
        for relation in Relation::ALL {
            line(format!("contact {sector}, {relation}"), Party::Contact(sector, TeamRole::None, *relation));
        }
    }
    out
}

#[test]
fn the_table_of_classes_is_as_reviewed() {
    let now = table();
    if now != GOLDEN {
        let path = std::env::temp_dir().join("class.txt");
        std::fs::write(&path, &now).unwrap();
        panic!(
            "the table of classes changed; review {} and put it in policy/tests/decisions by hand",
            path.display()
        );
    }
}

//! The HIPAA clauses, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/hipaa/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use policy::law::Law;
use runner::{Suite, answer, merge};
use serde_json::json;

const SUITE: Suite = Suite { files: FILES, ordinary: ORDINARY };

const FILES: &[(&str, &str)] = &[
    ("authorities", include_str!("cases/hipaa/authorities.toml")),
    ("care", include_str!("cases/hipaa/care.toml")),
    ("consent", include_str!("cases/hipaa/consent.toml")),
    ("limits", include_str!("cases/hipaa/limits.toml")),
    ("people", include_str!("cases/hipaa/people.toml")),
    ("process", include_str!("cases/hipaa/process.toml")),
    ("proceedings", include_str!("cases/hipaa/proceedings.toml")),
    ("scope", include_str!("cases/hipaa/scope.toml")),
    ("special", include_str!("cases/hipaa/special.toml")),
    ("threat", include_str!("cases/hipaa/threat.toml")),
];

/// An ordinary chart entry of an adult at a hospital.
const ORDINARY: &str = r#"{
    "id": "case",
    "discloser": {"sector": "hospital", "hipaa_covered": true, "ferpa_covered": false, "part2_program": false},
    "recipient": {"team_role": "none"},
    "subject": {"age": 40, "is_student": false},
    "record": {"kind": "phi", "obtained_via": "own", "elements": ["diagnosis_or_treatment"]}
}"#;

#[test]
fn each_permission_opens_with_all_its_conditions_and_with_no_fewer() {
    let asked = SUITE.ask();
    assert!(asked.chosen || asked.questions > 300, "only {} questions were asked", asked.questions);
    assert!(
        asked.chosen || asked.named * 100 >= asked.denied * 95,
        "{} of {} refusals name it",
        asked.named,
        asked.denied
    );
}

/// Every permission has a case of its own that rests on it.
#[test]
fn every_permission_has_a_case() {
    assert_eq!(SUITE.without_a_case("hipaa-", &[]), Vec::<&str>::new());
}

/// 164.508(a)(2): whatever facts else, psychotherapy notes go out only under the closed list.
#[test]
fn psychotherapy_notes_leave_only_under_the_closed_list() {
    const CLOSED_LIST: &[&str] = &[
        "hipaa-502-a-1-i",
        "hipaa-502-a-2-ii",
        // no protected health information any more
        "hipaa-502-f",
        "hipaa-502-g-1",
        "hipaa-508-a-2-authorized",
        "hipaa-508-a-2-i-a",
        "hipaa-508-a-2-i-c",
        "hipaa-512-a-1",
        "hipaa-512-d-1",
        "hipaa-512-g-1",
        "hipaa-512-j-1-i",
    ];
    let law = Law::embedded();
    let mut opened = 0;
    SUITE.variants(|name, facts| {
        let mut facts = facts.clone();
        merge(
            &mut facts,
            &json!({"record": {"kind": "psychotherapy_notes"}, "discloser": {"hipaa_covered": true}}),
        );
        let got = answer(&facts);
        if !got.decision.permit {
            return;
        }
        opened += 1;
        for clause in got.decision.basis.as_slice().iter().map(|clause| law.at(*clause)) {
            let listed = CLOSED_LIST.contains(&clause.id.as_str()) || !clause.id.starts_with("hipaa-");
            assert!(listed, "{name}: {} opened psychotherapy notes", clause.id);
        }
    });
    assert!(opened > 10, "only {opened} cases opened them at all");
}

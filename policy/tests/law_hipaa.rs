//! The HIPAA clauses, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/hipaa/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use policy::law::{Effect, Law};
use runner::case_file::merge;
use runner::{Suite, answer};
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

/// Permits that the minimum necessary does not bind, each with the paragraph that says so or that limits it itself.
const NOT_HELD_TO_THE_MINIMUM: &[(&str, &str)] = &[
    ("hipaa-506-c-2", "164.502(b)(2)(i)"),
    ("hipaa-506-c-1-provider-service", "164.502(b)(2)(i)"),
    ("hipaa-508-a-2-i-a", "164.502(b)(2)(i)"),
    ("hipaa-502-a-1-i", "164.502(b)(2)(ii)"),
    ("hipaa-502-g-1", "164.502(b)(2)(ii), (g)(1)"),
    ("hipaa-502-g-3-ii-a", "limited to what state law allows or requires"),
    ("hipaa-502-g-3-ii-c", "164.502(b)(2)(ii), (g)(3)(ii)(C)"),
    ("hipaa-524-a-1", "164.502(b)(2)(ii)"),
    ("hipaa-502-a-1-iv", "164.502(b)(2)(iii)"),
    ("hipaa-508-a-2-authorized", "164.502(b)(2)(iii)"),
    ("hipaa-502-a-2-ii", "164.502(b)(2)(iv)"),
    ("hipaa-512-a-1", "164.502(b)(2)(v)"),
    ("hipaa-512-c-1-i", "164.502(b)(2)(v)"),
    ("hipaa-512-f-1-i", "164.502(b)(2)(v)"),
    ("hipaa-512-e-1-i", "164.512(e)(1)(i): what the order expressly names"),
    ("hipaa-512-f-1-ii-a", "164.502(b)(2)(v): compulsory process, as far as it goes"),
    ("hipaa-512-f-1-ii-b", "164.502(b)(2)(v): compulsory process, as far as it goes"),
    ("hipaa-512-b-1-ii", "164.502(b)(2)(v) where a law requires the report; else `hipaa-512-b-1-ii-mn`"),
    ("hipaa-512-b-1-vi", "proof of immunization and nothing else"),
    ("hipaa-512-j-1-ii-a", "the statement and the items of (f)(2)(i)"),
    ("hipaa-502-j-2", "the items of (f)(2)(i)"),
    ("hipaa-510-a-1", "the entry of the directory"),
    ("hipaa-510-a-3", "the entry of the directory"),
    ("hipaa-510-b-1-ii", "location, general condition and death"),
    ("hipaa-510-b-2", "what bears on the involvement"),
    ("hipaa-510-b-3", "what bears on the involvement"),
    ("hipaa-510-b-4", "location, general condition and death"),
    ("hipaa-510-b-5", "what bears on the involvement"),
    ("hipaa-502-d-2", "no protected health information"),
    ("hipaa-502-f", "no protected health information"),
    ("hipaa-514-e-1", "16 kinds of identifier are gone; the agreement says for what"),
];

/// Permits of which no accounting is owed, each with the paragraph.
const NOT_ACCOUNTED: &[(&str, &str)] = &[
    ("hipaa-506-c-*", "164.528(a)(1)(i)"),
    ("hipaa-508-a-2-i-*", "164.528(a)(1)(i)"),
    ("hipaa-502-e-1", "164.528(a)(1)(i)"),
    ("hipaa-504-e-3-i", "164.528(a)(1)(i)"),
    ("hipaa-502-a-1-i", "164.528(a)(1)(ii)"),
    ("hipaa-502-g-1", "164.528(a)(1)(ii), 164.502(g)(1)"),
    ("hipaa-524-a-1", "164.528(a)(1)(ii)"),
    ("hipaa-502-a-1-iv", "164.528(a)(1)(iv)"),
    ("hipaa-508-a-2-authorized", "164.528(a)(1)(iv)"),
    ("hipaa-510-*", "164.528(a)(1)(v)"),
    ("hipaa-512-k-2", "164.528(a)(1)(vi)"),
    ("hipaa-512-k-5-i", "164.528(a)(1)(vii)"),
    ("hipaa-514-e-1", "164.528(a)(1)(viii)"),
    ("hipaa-502-d-2", "no protected health information"),
    ("hipaa-502-f", "no protected health information"),
];

/// A new permission has to be classed: bound by the duty, or on the list with the paragraph that leaves it out.
#[test]
fn every_permission_is_bound_by_minimum_and_accounting_or_left_out_by_name() {
    for (duty, left_out) in [("hipaa-502-b-1", NOT_HELD_TO_THE_MINIMUM), ("hipaa-528-a-1", NOT_ACCOUNTED)] {
        let law = Law::embedded();
        let duty = law.find(duty).unwrap();
        let named = |id: &str, known: &str| match known.strip_suffix('*') {
            Some(beginning) => id.starts_with(beginning),
            None => id == known,
        };
        let mut used = vec![false; left_out.len()];
        for clause in
            law.clauses().iter().filter(|c| c.effect == Effect::Permit && c.id.starts_with("hipaa-"))
        {
            let bound = law.bearing_on(law.find(&clause.id).unwrap()).contains(&duty);
            let listed = left_out.iter().position(|(known, _)| named(&clause.id, known));
            assert_eq!(bound, listed.is_none(), "{} and {}", clause.id, law.at(duty).id);
            listed.into_iter().for_each(|at| used[at] = true);
        }
        let idle: Vec<&str> =
            left_out.iter().zip(&used).filter(|(_, used)| !**used).map(|((known, _), _)| *known).collect();
        assert_eq!(idle, Vec::<&str>::new(), "{}", law.at(duty).id);
    }
}

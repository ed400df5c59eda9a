//! Victim services and criminal history, permission by permission: with all its conditions each opens, without any one of
//! them it does not.
//!
//! The cases are in `cases/victim_services/*.toml` and `cases/general/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use runner::Suite;

const SUITE: Suite = Suite {
    files: &[
        ("release", include_str!("cases/victim_services/release.toml")),
        ("criminal_history", include_str!("cases/general/criminal_history.toml")),
    ],
    ordinary: r#"{"id": "case"}"#,
};

#[test]
fn each_permission_opens_with_all_its_conditions_and_with_no_fewer() {
    let asked = SUITE.ask();
    assert!(asked.chosen || asked.questions > 60, "only {} questions were asked", asked.questions);
}

#[test]
fn every_permission_has_a_case() {
    assert_eq!(SUITE.without_a_case("vawa-", &[]), Vec::<&str>::new());
    assert_eq!(SUITE.without_a_case("general-20-", &[]), Vec::<&str>::new());
}

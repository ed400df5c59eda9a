//! The clauses of 28 CFR Part 23, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/cfr23/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use runner::Suite;

const SUITE: Suite = Suite {
    files: &[("intelligence", include_str!("cases/cfr23/intelligence.toml"))],
    ordinary: r#"{"id": "case"}"#,
};

#[test]
fn each_permission_opens_with_all_its_conditions_and_with_no_fewer() {
    let asked = SUITE.ask();
    assert!(asked.chosen || asked.questions > 40, "only {} questions were asked", asked.questions);
}

#[test]
fn every_permission_has_a_case() {
    assert_eq!(SUITE.without_a_case("cfr23-", &[]), Vec::<&str>::new());
}

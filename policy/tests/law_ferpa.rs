//! The FERPA clauses, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/ferpa/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use runner::Suite;

const SUITE: Suite = Suite {
    files: &[
        ("school", include_str!("cases/ferpa/school.toml")),
        ("threats", include_str!("cases/ferpa/threats.toml")),
        ("parents", include_str!("cases/ferpa/parents.toml")),
        ("edges", include_str!("cases/ferpa/edges.toml")),
    ],
    ordinary: r#"{"id": "case"}"#,
};

#[test]
fn each_permission_opens_with_all_its_conditions_and_with_no_fewer() {
    let asked = SUITE.ask();
    assert!(asked.chosen || asked.questions > 100, "only {} questions were asked", asked.questions);
}

/// Every permission has a case of its own that rests on it, but for those that only name what is closed.
#[test]
fn every_permission_has_a_case() {
    let aside = ["ferpa-guid-child-abuse-report"];
    assert_eq!(SUITE.without_a_case("ferpa-", &aside), Vec::<&str>::new());
}

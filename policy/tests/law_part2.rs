//! The clauses of 42 CFR Part 2, permission by permission: with all its conditions each opens, without any one of them it does not.
//!
//! The cases are in `cases/part2/*.toml`; `runner/mod.rs` says how they are written.

mod runner;

use runner::Suite;

const SUITE: Suite = Suite {
    files: &[
        ("consent", include_str!("cases/part2/consent.toml")),
        ("exceptions", include_str!("cases/part2/exceptions.toml")),
        ("edges", include_str!("cases/part2/edges.toml")),
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
    let aside = ["part2-2-61-b-1-process", "part2-2-20-mandate", "part2-2-51-received", "part2-2-25"];
    assert_eq!(SUITE.without_a_case("part2-", &aside), Vec::<&str>::new());
}

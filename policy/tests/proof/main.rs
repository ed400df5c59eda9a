//! What holds of the law over *all* facts, proved and not sampled.
//!
//! `atoms.rs` states the atoms of a case and what holds among them, `reading.rs` translates the law into a circuit over them,
//! `prover.rs` asks decision diagrams and, above a stated bound, a SAT solver. `faithful.rs` tests the translation against the
//! engine and the atoms against both ways in. The rest is what is proved: whatever the texts say, not what they said
//! when this was written. A property that is refuted prints a case in the words of the vocabulary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests; figures are printed"
)]

#[path = "../law/cases.rs"]
mod cases;

mod atoms;
mod cells;
mod circuit;
mod claims;
mod contradicted;
mod counsel;
mod faithful;
mod live;
mod local;
mod more;
mod prover;
mod reading;
#[path = "../share_suite/world.rs"]
#[expect(dead_code, reason = "not all of it is needed here")]
mod world;

use policy::law::Law;

#[test]
fn what_never_leaves_never_leaves() {
    let wrong = claims::refuted(Law::embedded());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_permit_rests_on_an_unknown() {
    let wrong = more::rests_on_an_unknown(Law::embedded());
    assert!(
        wrong.is_empty(),
        "rests on what is unknown (or list the fact in presumed.toml):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn whoever_establishes_more_and_adds_nothing_adverse_is_permitted_as_much() {
    let wrong = more::closes_without_anything_adverse(Law::embedded());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_presumption_is_one() {
    assert_eq!(more::presumed_twice(), Vec::<String>::new(), "presumed.toml lists these twice");
    let wrong = more::idle_presumptions(Law::embedded());
    assert!(wrong.is_empty(), "presumed.toml: {}", wrong.join("\n"));
}

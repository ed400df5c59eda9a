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
mod faithful;
mod live;
mod local;
mod more;
mod prover;
mod reading;
#[path = "../share_suite/world.rs"]
#[expect(dead_code, reason = "not all of it is needed here")]
mod world;

//! The process, proved: a whole good story, each guard by what goes wrong without it, random histories, the schema, words.
//!
//! Which test shows which guardrail (domain 7.2) is in `README.md` beside this file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail a test by panicking"
)]

mod common;
mod concurrence;
mod guards;
mod hands;
mod holes;
mod invariants;
mod printed;
mod quorum;
mod random;
mod schema;
mod story;
mod wording;

//! Bad input and bad peers against nodes that run: each is refused, changes nothing, and leaves a message that says what to do.
//!
//! `starting`: what keeps a node from starting. `reaching`: certificates, roster and ports, as the sender's staff read of them.
//! `envelopes`: what a member of the region could send by mistake or on purpose.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: what is not there fails the test"
)]

mod envelopes;
mod reaching;
mod starting;

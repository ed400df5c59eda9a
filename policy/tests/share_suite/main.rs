//! Who may be told what: class, matrix, forms, facts from records, the door and the receiver's side, tested together.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail a test by panicking"
)]

mod admit;
mod class;
mod door;
mod forms;
mod matrix;
mod names;
mod one_engine;
mod packets;
mod properties;
mod records;
mod world;

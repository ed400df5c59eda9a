//! Input that is wrong: each fault is refused with an error that names the place and the remedy; nothing is decided.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod clauses;
mod facts;

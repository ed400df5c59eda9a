//! What Concord may disclose, decided purely: facts in, decision out.
//!
//! No IO, no async, no clock, no randomness. [`facts`] is what is established about one proposed disclosure, [`law`] what
//! the clause texts say to it.

pub mod door;
// So that a unit test can share a file with the tests of the crate.
#[cfg(test)]
extern crate self as policy;

pub mod facts;
pub mod id;
pub mod law;
pub mod record;
pub mod share;
pub mod time;

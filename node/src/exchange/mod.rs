//! Between agencies: envelopes, the roster, the listener that receives and the client that sends.
//!
//! Callers: `serve`. Out: `courier` takes what is due, `compose` decides again and commits, `bodies` builds from a
//! `Releasable`, `lanes` and `peer` send, `settle` keeps the receipt. In: `listen` proves the caller, `desk` admits and stores,
//! `collect` hands out to those who open no port. Under both: `envelope` seals and opens, `wire` says what a body may be,
//! `roster` says who is reachable and with which keys.

pub mod bodies;
pub mod collect;
pub mod compose;
mod content_key;
pub mod courier;
pub mod desk;
mod draft;
pub mod envelope;
pub mod keys;
pub mod lanes;
pub mod listen;
pub mod peer;
mod received;
pub mod roster;
mod settle;
pub mod wire;
mod words;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests call the client themselves")]
mod tests;

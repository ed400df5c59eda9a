//! Between agencies: envelopes, the roster, the listener that receives and the client that sends.
//!
//! Callers: `serve` and the app layer. `envelope` seals and opens; `wire` says what a body may be; `roster` says who is
//! reachable and with which keys; `listen` hands proved calls to an [`listen::Inbox`]; `peer` calls one other node.
//! Deliberately absent here: deciding, storing, retrying. Those are the desk's and the courier's, above.

pub mod envelope;
pub mod keys;
pub mod listen;
pub mod peer;
pub mod roster;
pub mod wire;

#[cfg(test)]
mod tests;

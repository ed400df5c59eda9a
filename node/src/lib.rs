//! One agency's node: its own records, its staff, its exchange with other agencies.
//!
//! `app` holds one file for each verb; `store`, `exchange`, `staff` and `tls` are what they stand on.
//! Dependencies point one way: staff and exchange call app; app calls policy, store and clock; store never calls up.

pub mod app;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod entropy;
pub mod exchange;
pub mod faults;
mod hex;
pub mod init;
pub mod intake;
pub mod law_pack;
mod respond;
pub mod serve;
pub mod staff;
pub mod store;
pub mod tls;
pub mod work;

/// An id that follows from another: which item a part of an entry or of a person became.
pub use app::derived_beside;

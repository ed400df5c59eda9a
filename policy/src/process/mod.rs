//! How casework goes, as data and pure functions over it.
//!
//! Callers: the node's verbs and its exchange. Deliberately absent: storing, sending and time.

pub mod referral;

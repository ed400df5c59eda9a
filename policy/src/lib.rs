//! policy

pub mod id;
pub mod record;
pub mod time;

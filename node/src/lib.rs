//! node
pub mod cli;
pub mod clock;
pub mod config;
pub mod entropy;
pub mod exchange;
pub mod faults;
mod hex;
pub mod store;
pub mod tls;

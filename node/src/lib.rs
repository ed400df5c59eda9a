//! node
pub mod clock;
pub mod config;
pub mod entropy;
pub mod faults;
pub mod store;
pub mod tls;

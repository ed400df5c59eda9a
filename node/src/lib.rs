//! node
pub mod clock;
pub mod config;
pub mod entropy;
pub mod tls;

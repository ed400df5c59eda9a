//! node
pub mod clock;
pub mod entropy;

//! What the whole-system tests share.

pub mod clinic;
pub mod pair;
pub mod program;
pub mod tape;
pub mod world;

pub use marker_search as search;

//! What the whole-system tests share.

pub mod pair;
pub mod program;
pub mod search;
pub mod tape;
pub mod world;

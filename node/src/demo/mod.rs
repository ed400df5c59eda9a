//! `concord demo`: a region of eight agencies on this machine, each its own process, and stories played through their staff
//! API exactly as staff would.

pub mod cast;
pub mod script;
pub mod story;

#[cfg(test)]
mod rehearsal;

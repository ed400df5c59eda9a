//! What staff may ask of this node: the services of `concord.agency.v1`, and who may call what.
//!
//! Callers: `serve` (the staff listener). A service decodes, calls one verb of `app`, and encodes; the only decision
//! taken here is whether the caller may make the call (`roles`, asked by `gate`).

mod access;
mod agencies;
mod bridge;
#[cfg(test)]
mod bridge_tests;
mod cases;
mod casework;
#[cfg(test)]
mod casework_tests;
mod decode;
mod encode;
pub mod gate;
mod inbox;
pub mod listen;
#[cfg(test)]
mod live_roles;
mod oversight;
#[cfg(test)]
mod oversight_tests;
mod people;
mod permissions;
#[cfg(test)]
mod police_tests;
mod referrals;
mod requests;
pub mod roles;
mod service;
mod shares;
#[cfg(test)]
mod team_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod training;
mod vault;

pub use service::StaffService;
#[cfg(test)]
pub(crate) use testing::CONFIG as TEST_CONFIG;

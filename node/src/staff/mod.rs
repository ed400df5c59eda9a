//! What staff may ask of this node: the services of `concord.agency.v1`, and who may call what.
//!
//! Callers: `serve` (the staff listener). A service decodes, calls one verb of `app`, and encodes; the only decision
//! taken here is whether the caller may make the call (`roles`).

pub mod roles;

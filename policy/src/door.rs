//! The one door out: law ∧ matrix ∧ gate ∧ local rules, item by item, and the only constructor of [`Releasable`].
//!
//! A verb of the node gathers a snapshot, calls [`Door::decide`], shows the [`ShareDecision`] to its own staff, and, when
//! somebody approved, asks it to [`release`](ShareDecision::release). What a `Releasable` names is all that the wire may
//! be built from. It is never stored and loaded again as proof: before every attempt the courier decides again.
//!
//! INVARIANT (one door): `Releasable` has no public fields, no `Default`, `Clone`, `Deserialize` or `From`, and its only
//! constructors are `ShareDecision::release` and the three notices here that say nothing about anybody.
//!
//! ```
//! use policy::door::{Door, Releasable};
//! fn only_reads(r: &Releasable) -> usize { r.items().len() }
//! let _door = Door::embedded();
//! ```
//! Nobody else makes one:
//! ```compile_fail
//! use policy::door::{Door, Releasable};
//! fn only_reads(r: &Releasable) -> usize { r.items().len() }
//! let _forged = Releasable { items: Vec::new() };
//! ```
//! or makes two of one:
//! ```compile_fail
//! use policy::door::Releasable;
//! fn twice(r: &Releasable) -> Releasable { r.clone() }
//! ```
//! ```
//! use policy::door::Releasable;
//! fn once(r: Releasable) -> Releasable { r }
//! ```
//! or reads one back from storage:
//! ```compile_fail
//! use policy::door::Releasable;
//! fn load(text: &str) -> Releasable { serde_json::from_str(text).unwrap() }
//! ```
//! or out of nothing:
//! ```compile_fail
//! use policy::door::Releasable;
//! let _empty = Releasable::default();
//! ```
//! and a decision cannot be made up either:
//! ```compile_fail
//! use policy::door::ShareDecision;
//! fn made_up<'a>() -> ShareDecision<'a> { ShareDecision { items: Vec::new(), stops: Vec::new() } }
//! ```
//!
//! Absent on purpose: sending, storing, time and randomness; and any way to widen a decision once it is made.

mod decide;
mod emergency;
mod explain;
mod judge;
mod reason;
mod releasable;
mod release;

pub use decide::{Ask, Door, ItemDecision, Outcome, PersonDecision, ShareDecision};
pub use emergency::{AnswersMissing, Emergency};
pub use explain::{Explanation, ItemExplanation};
pub use reason::{Conflict, Reason};
pub use releasable::{
    AttestationMade, Basis, Cited, Notice, PermissionUsed, RecallReason, ReferralWord, Releasable,
    ReleasedAbout, ReleasedItem, Schema,
};

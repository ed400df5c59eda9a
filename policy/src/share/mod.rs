//! Minimum necessary and the way out: which column a recipient is, what each cell lets out and in which form, what must
//! be in place around it, and what the receiver checks.
//!
//! `door` puts these together with the law; nothing here makes anything sendable by itself.

pub mod admit;
pub mod class;
pub mod forms;
pub mod gate;
pub mod grounds;
pub mod labels;
pub mod local;
pub mod matrix;
pub mod obligations;
pub mod onward;
pub mod packets;
pub mod words;

pub use class::Class;
pub use matrix::Matrix;

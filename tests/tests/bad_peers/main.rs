//! Bad input and bad peers against nodes that run: each is refused, changes nothing, and leaves a message that says what to do.
//!
//! `starting`: what keeps a node from starting. `reaching`: certificates, roster and ports, as the sender's staff read of them.
//! `envelopes`: what a member of the region could send by mistake or on purpose.
//! `logs`: what the log of a node does not hold of all that.
//! `destroyed`: what becomes of a message whose content was destroyed.
mod destroyed;
mod envelopes;
mod logs;
mod reaching;
mod starting;

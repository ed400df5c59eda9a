//! Bad input and bad peers against nodes that run: each is refused, changes nothing, and leaves a message that says what to do.
//!
//! `starting`: what keeps a node from starting. `reaching`: certificates, roster and ports, as the sender's staff read of them.
//! `envelopes`: what a member of the region could send by mistake or on purpose.
mod envelopes;
mod reaching;
mod starting;

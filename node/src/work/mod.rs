//! What the node does by itself when its time comes. Each part has a `run_once(now)` that a test can call.

pub mod notify;

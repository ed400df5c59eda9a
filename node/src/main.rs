//! concord: one binary, one node.
fn main() {}

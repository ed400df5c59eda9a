//! What must hold of the law as text, whatever it says: properties over generated facts, and that every clause counts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../../benches/decide/by_hand.rs"]
mod by_hand;
mod cases;
mod clauses;
mod explanation;
mod loading;
mod properties;
mod semantics;

/// The benchmark's floor is the same rules, or it is no floor.
#[test]
fn the_rules_written_by_hand_are_the_same() {
    by_hand::compare(&by_hand::same_rules(), 20_000);
}

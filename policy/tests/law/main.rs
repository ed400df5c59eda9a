//! What must hold of the law as text, whatever it says: properties over generated facts, and that every clause counts.

mod cases;
mod clauses;
mod properties;

//! Who may be told what: class, matrix, forms, facts from records, the door and the receiver's side, tested together.

mod admit;
mod class;
mod door;
mod forms;
mod matrix;
mod one_engine;
mod properties;
mod records;
mod world;

#![doc = include_str!("../GLOSSARY.md")]

pub mod door;
// So that a unit test can share a file with the tests of the crate.
#[cfg(test)]
extern crate self as policy;

pub mod facts;
pub mod id;
pub mod law;
pub mod process;
pub mod record;
pub mod share;
pub mod time;
pub mod training;

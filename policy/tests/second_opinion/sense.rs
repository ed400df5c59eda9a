//! Conditions over facts, evaluated without the engine: a second evaluator beside the second statement.
//!
//! Strict three-valued logic: `None` is what nobody established.

use std::collections::HashMap;

use policy::facts::{FactId, Kind};
use policy::law::{Comparison, Expr, Law};

use crate::world::{World, slot};

/// A condition with nothing left to look up.
#[derive(Debug, Clone, PartialEq)]
pub enum Sense {
    Const(bool),
    /// Any of these values: the fact's place, the values as bits.
    Any(usize, u64),
    /// None but these values.
    Within(usize, u64),
    Known(usize),
    Compare(usize, Comparison, i32),
    NoPermission,
    AnyPermission(Box<Sense>),
    Not(Box<Sense>),
    And(Vec<Sense>),
    Or(Vec<Sense>),
}

impl Sense {
    /// A condition of the law, its definitions written out.
    pub fn of(law: &Law, expr: &Expr) -> Self {
        let all = |parts: &[Expr]| parts.iter().map(|part| Self::of(law, part)).collect();
        match expr {
            Expr::Const(value) => Self::Const(*value),
            Expr::Any(fact, bits) if fact.row().kind == Kind::Flag => Self::Any(slot(*fact), bits & 1),
            Expr::Any(fact, bits) => Self::Any(slot(*fact), *bits),
            Expr::Within(fact, bits) => Self::Within(slot(*fact), *bits),
            Expr::Known(fact) => Self::Known(slot(*fact)),
            Expr::Compare(fact, comparison, number) => Self::Compare(slot(*fact), *comparison, *number),
            Expr::NoPermission => Self::NoPermission,
            Expr::AnyPermission(inner) => Self::AnyPermission(Box::new(Self::of(law, inner))),
            Expr::Define(named) => Self::of(law, law.define(named).unwrap()),
            Expr::Not(inner) => Self::Not(Box::new(Self::of(law, inner))),
            Expr::And(parts) => Self::And(all(parts)),
            Expr::Or(parts) => Self::Or(all(parts)),
        }
    }

    /// What it comes to, with this permission in view.
    pub fn holds(&self, world: &World, lane: usize) -> Option<bool> {
        match self {
            Self::Const(value) => Some(*value),
            Self::Any(fact, bits) => world.value(*fact, lane).map(|value| value & bits != 0),
            Self::Within(fact, bits) => world.value(*fact, lane).map(|value| value & !bits == 0),
            Self::Known(fact) => Some(world.value(*fact, lane).is_some()),
            Self::Compare(fact, comparison, number) => {
                world.value(*fact, lane).map(|value| comparison.holds(value as i32, *number))
            }
            Self::NoPermission => Some(world.permissions() == 0),
            Self::AnyPermission(inner) => {
                any((0..world.permissions().max(1)).map(|lane| inner.holds(world, lane)))
            }
            Self::Not(inner) => inner.holds(world, lane).map(|value| !value),
            Self::And(parts) => any(parts.iter().map(|part| part.holds(world, lane).map(|v| !v))).map(|v| !v),
            Self::Or(parts) => any(parts.iter().map(|part| part.holds(world, lane))),
        }
    }

    /// The facts it asks about.
    pub fn facts(&self, found: &mut Vec<usize>) {
        match self {
            Self::Any(fact, _) | Self::Within(fact, _) | Self::Known(fact) | Self::Compare(fact, ..) => {
                if !found.contains(fact) {
                    found.push(*fact);
                }
            }
            Self::AnyPermission(inner) | Self::Not(inner) => inner.facts(found),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.facts(found)),
            Self::Const(_) | Self::NoPermission => {}
        }
    }

    /// The numbers it compares each fact with.
    pub fn numbers(&self, found: &mut HashMap<usize, Vec<i32>>) {
        match self {
            Self::Compare(fact, _, number) => found.entry(*fact).or_default().push(*number),
            Self::AnyPermission(inner) | Self::Not(inner) => inner.numbers(found),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.numbers(found)),
            _ => {}
        }
    }
}

/// Whether any of them is so.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(false);
    for part in parts {
        match part {
            Some(true) => return Some(true),
            None => answer = None,
            Some(false) => {}
        }
    }
    answer
}

/// Conditions written in the law's own words, in the given order. One that is `@name` is what the law defines: for what
/// the states' tables say, which other tests hold against them and which is too long to say twice.
pub fn conditions(texts: &[String]) -> Vec<Sense> {
    const REGIME: &str = "[regime]\nid = \"x\"\nname = \"x\"\ncitation = \"x\"\nfallback = true\ndefault_deny = \"d\"\n\
        [[clause]]\nid = \"d\"\ncitation = \"x\"\nread = \"2026-01-01\"\neffect = \"default_deny\"\nsummary = \"x\"\n";
    let mut file = String::new();
    for (at, text) in texts.iter().enumerate().filter(|(_, text)| !text.starts_with('@')) {
        file.push_str(&format!(
            "[[clause]]\nid = \"c{at}\"\ncitation = \"x\"\nread = \"2026-01-01\"\neffect = \"define\"\nname = \"n{at}\"\n\
             summary = \"x\"\nwhen = '''{text}'''\n"
        ));
    }
    let law =
        Law::parse(&[("law/x/regime.toml", REGIME), ("law/x/names.toml", &file)]).unwrap_or_else(|error| {
            let line = file.lines().nth(error.line - 1).unwrap_or_default();
            panic!("names.toml: {}: {line}", error.message)
        });
    let embedded = Law::embedded();
    let of_state = |name: &str| {
        let clause = embedded.clauses().iter().find(|clause| clause.name.as_deref() == Some(name));
        Sense::of(
            embedded,
            clause.and_then(|clause| clause.when.as_ref()).unwrap_or_else(|| panic!("@{name}")),
        )
    };
    let of_name = |at: usize| Sense::of(&law, law.clause(&format!("c{at}")).unwrap().when.as_ref().unwrap());
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| text.strip_prefix('@').map_or_else(|| of_name(at), of_state))
        .collect()
}

/// The place of a fact of this path.
pub fn place(path: &str) -> usize {
    slot(FactId::of(path).unwrap_or_else(|| panic!("{path}: no such fact")))
}

//! What a permitting clause rests on: its kind of authority, and the facts it asks for.
//!
//! Worked out once for each law that is loaded. `door` uses it to judge cells and to know which judgments and
//! permissions a disclosure relied on; `admit` to know whether a basis is possible at all for a recipient. The kinds are
//! data (`law/gates.toml`). Absent on purpose: any clause named in code.

use super::matrix::Gates;
use crate::facts::{FactId, FactValue, Facts};
use crate::law::{Clause, ClauseRef, Decision, Effect, Expr, Law};
use std::collections::BTreeMap;

/// The table of kinds cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("gates: {0}")]
pub struct GatesMalformed(pub String);

/// Kinds and facts of every clause of one law.
#[derive(Debug, Clone)]
pub struct Grounds {
    gates: Vec<Gates>,
    facts: Vec<Box<[FactId]>>,
    unclassified: Vec<String>,
}

impl Grounds {
    /// With the table that is part of this build.
    #[expect(clippy::expect_used, reason = "the embedded table is parsed by a test of this module")]
    pub fn of(law: &Law) -> Self {
        Self::parse(law, include_str!("../../law/gates.toml")).expect("embedded gates")
    }

    /// With a table in the format of `law/gates.toml`.
    ///
    /// # Errors
    /// [`GatesMalformed`] for a kind that does not exist, or a pattern in two kinds.
    pub fn parse(law: &Law, table: &str) -> Result<Self, GatesMalformed> {
        let file: BTreeMap<String, Vec<String>> =
            toml::from_str(table).map_err(|e| GatesMalformed(e.to_string()))?;
        let mut patterns: BTreeMap<String, Gates> = BTreeMap::new();
        for (kind, ids) in file {
            let gate = Gates::NAMES
                .iter()
                .find(|(name, _)| *name == kind)
                .ok_or_else(|| GatesMalformed(format!("there is no kind `{kind}`")))?
                .1;
            for id in ids {
                if patterns.insert(id.clone(), gate).is_some() {
                    return Err(GatesMalformed(format!("`{id}` is listed twice")));
                }
            }
        }
        let mut grounds = Self { gates: Vec::new(), facts: Vec::new(), unclassified: Vec::new() };
        for clause in law.clauses() {
            let found = patterns
                .iter()
                .filter(|(pattern, _)| match pattern.strip_suffix('*') {
                    Some(prefix) => clause.id.starts_with(prefix),
                    None => clause.id == **pattern,
                })
                .max_by_key(|(pattern, _)| {
                    pattern.trim_end_matches('*').len() * 2 + usize::from(!pattern.ends_with('*'))
                });
            if clause.effect == Effect::Permit && found.is_none() {
                grounds.unclassified.push(clause.id.clone());
            }
            grounds.gates.push(found.map_or(Gates::GENERAL, |(_, gate)| *gate));
            let mut facts = Vec::new();
            if let Some(when) = &clause.when {
                collect(law, when, &mut facts);
            }
            facts.sort_unstable();
            facts.dedup();
            grounds.facts.push(facts.into());
        }
        Ok(grounds)
    }

    /// The kind of authority that this clause is.
    pub fn gate(&self, clause: ClauseRef) -> Gates {
        self.gates.get(clause.index()).copied().unwrap_or(Gates::GENERAL)
    }

    /// The facts that this clause asks for, in the vocabulary's order.
    pub fn facts(&self, clause: ClauseRef) -> &[FactId] {
        self.facts.get(clause.index()).map_or(&[], |f| f)
    }

    /// Permits that the table does not name; they open only what needs nothing further.
    pub fn unclassified(&self) -> &[String] {
        &self.unclassified
    }

    /// Every permit with the name of its kind, in the order of the law.
    pub fn permits<'l>(&self, law: &'l Law) -> impl Iterator<Item = (&'l Clause, &'static str)> {
        law.clauses().iter().zip(self.gates.clone()).filter(|(c, _)| c.effect == Effect::Permit).map(
            |(c, gate)| {
                let name = Gates::NAMES.iter().find(|(_, g)| *g == gate).map_or("general", |(name, _)| name);
                (c, name)
            },
        )
    }

    /// For each regime that governs and is no overlay, the kinds of the permissions relied on. Empty on a denial.
    pub fn regimes(&self, law: &Law, decision: &Decision) -> Vec<(usize, Gates)> {
        if !decision.permit {
            return Vec::new();
        }
        let mut found: Vec<(usize, Gates)> = decision
            .regimes
            .iter()
            .filter(|r| !law.regimes()[*r].overlay)
            .map(|r| (r, Gates::default()))
            .collect();
        for clause in decision.basis.as_slice() {
            let regime = usize::from(law.at(*clause).regime);
            if let Some((_, gates)) = found.iter_mut().find(|(r, _)| *r == regime) {
                *gates = gates.and(self.gate(*clause));
            }
        }
        found
    }
}

fn collect(law: &Law, expr: &Expr, facts: &mut Vec<FactId>) {
    match expr {
        Expr::Const(_) | Expr::NoPermission => {}
        Expr::Any(fact, _) | Expr::Within(fact, _) | Expr::Known(fact) | Expr::Compare(fact, ..) => {
            facts.push(*fact)
        }
        Expr::AnyPermission(inner) | Expr::Not(inner) => collect(law, inner, facts),
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|e| collect(law, e, facts)),
        Expr::Define(named) => {
            if let Some(when) = law.define(named) {
                collect(law, when, facts);
            }
        }
    }
}

/// Whether a clause's condition could ever hold for a recipient of this sector and a record of this kind: false only when
/// these facts alone already make it false.
pub fn could_hold(law: &Law, clause: &Clause, known: &[(FactId, FactValue<'_>)]) -> bool {
    let mut facts = Facts::new();
    for (fact, value) in known {
        if facts.set_fact(*fact, *value).is_err() {
            return false;
        }
    }
    clause.when.as_ref().is_none_or(|when| maybe(law, when, &facts, true))
}

/// Whether the expression may be `wanted`, knowing only the facts of the case that are set.
fn maybe(law: &Law, expr: &Expr, facts: &Facts, wanted: bool) -> bool {
    match expr {
        Expr::Const(value) => *value == wanted,
        Expr::Any(fact, values) if !fact.row().of_permission() => {
            let (yes, no) = facts.bits(*fact);
            if wanted { values & !no != 0 || facts.bits(*fact) == (0, 0) } else { values & yes == 0 }
        }
        Expr::Within(fact, values) if wanted => facts.bits(*fact).0 & !values == 0,
        Expr::Not(inner) => maybe(law, inner, facts, !wanted),
        Expr::And(all) if wanted => all.iter().all(|e| maybe(law, e, facts, true)),
        Expr::And(all) => all.iter().any(|e| maybe(law, e, facts, false)),
        Expr::Or(any) if wanted => any.iter().any(|e| maybe(law, e, facts, true)),
        Expr::Or(any) => any.iter().all(|e| maybe(law, e, facts, false)),
        Expr::Define(named) => law.define(named).is_none_or(|when| maybe(law, when, facts, wanted)),
        // permissions, numbers and what is merely known can be either way
        _ => true,
    }
}

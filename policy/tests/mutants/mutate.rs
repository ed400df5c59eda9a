//! Every single change of the clause text: a negated atom, a dropped conjunct, a swapped effect, a dropped duty, a widened
//! set. One change at a time, over every condition of every clause and of every regime.

use policy::facts::Kind;
use policy::law::{Clause, Comparison, Effect, Expr, Law, Obligation, ObligationSet, Regime};

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    When,
    Unless,
    Must,
    Mandatory,
}

/// One change.
#[derive(Debug, Clone)]
pub enum Change {
    Condition(Part, Expr),
    Effect(Effect),
    /// A limit that asks for the opposite.
    Obligation(Obligation),
    Travels(String),
    NoLongerMandatory,
    Governs(Expr),
}

/// A changed text: of which clause (or regime), what is changed, in words.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Place of the clause in the law; of a regime's, that of the regime.
    pub at: usize,
    pub of: String,
    pub words: String,
    pub change: Change,
}

impl Mutant {
    /// Name on lists: stays the same as long as the words that it changes do.
    pub fn name(&self) -> String {
        format!("{}: {}", self.of, self.words)
    }

    /// The law with this change; nothing if that does not load.
    pub fn law(&self, law: &Law) -> Option<Law> {
        law.altered(|clauses, regimes| self.apply(clauses, regimes)).ok()
    }

    /// The place of the clause that is changed, if one is.
    pub fn clause(&self) -> Option<usize> {
        (!matches!(self.change, Change::Governs(_))).then_some(self.at)
    }

    fn apply(&self, clauses: &mut [Clause], regimes: &mut [Regime]) {
        match &self.change {
            Change::Governs(expr) => regimes[self.at].governs_expr = expr.clone(),
            Change::Condition(part, expr) => {
                let clause = &mut clauses[self.at];
                let condition = match part {
                    Part::When => &mut clause.when,
                    Part::Unless => &mut clause.unless,
                    Part::Must => &mut clause.must,
                    Part::Mandatory => &mut clause.mandatory,
                };
                *condition = Some(expr.clone());
            }
            Change::Effect(effect) => {
                let clause = &mut clauses[self.at];
                clause.effect = *effect;
                clause.on.clear();
                clause.spares.clear();
            }
            Change::Obligation(dropped) => {
                let left: ObligationSet =
                    clauses[self.at].obligations.iter().filter(|duty| duty != dropped).collect();
                clauses[self.at].obligations = left;
            }
            Change::Travels(dropped) => clauses[self.at].travels.retain(|thing| thing != dropped),
            Change::NoLongerMandatory => clauses[self.at].mandatory = None,
        }
    }
}

/// Every mutant of a law, in the order of its text.
pub fn all(law: &Law) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, regime) in law.regimes().iter().enumerate().filter(|(_, regime)| !regime.fallback) {
        for (words, expr) in of_condition(&regime.governs_expr) {
            let change = Change::Governs(expr);
            mutants.push(Mutant { at, of: regime.id.clone(), words: format!("governs, {words}"), change });
        }
    }
    for (at, clause) in law.clauses().iter().enumerate() {
        let mut push = |words: String, change: Change| {
            mutants.push(Mutant { at, of: clause.id.clone(), words, change });
        };
        for (part, name, condition) in [
            (Part::When, "when", &clause.when),
            (Part::Unless, "unless", &clause.unless),
            (Part::Must, "must", &clause.must),
            (Part::Mandatory, "mandatory", &clause.mandatory),
        ] {
            for (words, expr) in condition.iter().flat_map(of_condition) {
                push(format!("{name}, {words}"), Change::Condition(part, expr));
            }
        }
        match clause.effect {
            Effect::Permit => push("permit becomes forbid".to_owned(), Change::Effect(Effect::Forbid)),
            Effect::Forbid => push("forbid becomes permit".to_owned(), Change::Effect(Effect::Permit)),
            _ => {}
        }
        for duty in clause.obligations.iter() {
            push(format!("without {duty}"), Change::Obligation(duty));
        }
        for thing in &clause.travels {
            push(format!("without {thing}"), Change::Travels(thing.clone()));
        }
        if clause.mandatory.is_some() {
            push("no longer mandatory".to_owned(), Change::NoLongerMandatory);
        }
    }
    // the same words twice in one condition are told apart by number
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for mutant in &mut mutants {
        let count = seen.entry(mutant.name()).or_default();
        *count += 1;
        if *count > 1 {
            mutant.words = format!("{} ({count})", mutant.words);
        }
    }
    mutants
}

/// Every single change within a condition, in words and done.
fn of_condition(expr: &Expr) -> Vec<(String, Expr)> {
    let mut found = Vec::new();
    match expr {
        Expr::Not(inner) => {
            for (words, changed) in of_condition(inner) {
                // `not not x` is what negating x within a negation gives
                found.push((words, Expr::Not(Box::new(changed))));
            }
        }
        Expr::AnyPermission(inner) => {
            found.push(negated(expr));
            for (words, changed) in of_condition(inner) {
                found.push((words, Expr::AnyPermission(Box::new(changed))));
            }
        }
        Expr::And(parts) | Expr::Or(parts) => {
            let is_and = matches!(expr, Expr::And(_));
            let join = |parts: Vec<Expr>| if is_and { Expr::And(parts) } else { Expr::Or(parts) };
            for (at, part) in parts.iter().enumerate() {
                if is_and {
                    let left: Vec<Expr> = parts
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != at)
                        .map(|(_, p)| p.clone())
                        .collect();
                    let left = if let [only] = &left[..] { only.clone() } else { Expr::And(left) };
                    found.push((format!("dropped: {}", short(part)), left));
                }
                for (words, changed) in of_condition(part) {
                    let mut parts = parts.clone();
                    parts[at] = changed;
                    found.push((words, join(parts)));
                }
            }
        }
        Expr::Const(_) => {}
        atom => {
            found.push(negated(atom));
            found.extend(widened(atom));
        }
    }
    found
}

fn negated(atom: &Expr) -> (String, Expr) {
    (format!("negated: {}", short(atom)), Expr::Not(Box::new(atom.clone())))
}

/// The set with one more value; the number that is one off.
fn widened(atom: &Expr) -> Option<(String, Expr)> {
    let one_more = |fact: &policy::facts::FactId, bits: u64| -> Option<(&'static str, u64)> {
        let values = fact.row().kind.values();
        let outside: Vec<usize> = (0..values.len()).filter(|at| bits >> at & 1 == 0).collect();
        // spread over the values, and the same each time
        let at = outside.get((fact.path().len() + bits.count_ones() as usize * 7) % outside.len().max(1))?;
        Some((values[*at].name, bits | 1 << at))
    };
    match atom {
        Expr::Any(fact, bits) if fact.row().kind != Kind::Flag => {
            let (value, bits) = one_more(fact, *bits)?;
            Some((format!("widened by {value}: {}", short(atom)), Expr::Any(*fact, bits)))
        }
        Expr::Within(fact, bits) => {
            let (value, bits) = one_more(fact, *bits)?;
            Some((format!("widened by {value}: {}", short(atom)), Expr::Within(*fact, bits)))
        }
        Expr::Compare(fact, comparison, number) => {
            let (comparison, number) = match comparison {
                Comparison::Less | Comparison::AtMost => (*comparison, number + 1),
                Comparison::More | Comparison::AtLeast => (*comparison, number - 1),
                Comparison::Equal => (Comparison::AtLeast, *number),
            };
            Some((format!("widened by one: {}", short(atom)), Expr::Compare(*fact, comparison, number)))
        }
        _ => None,
    }
}

fn short(expr: &Expr) -> String {
    let text = expr.to_string();
    if text.len() <= 90 {
        return text;
    }
    let cut = (0..=90).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..cut])
}

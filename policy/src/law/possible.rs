//! Whether conditions can hold together at all, on any facts.
//!
//! A search over what is left possible for each fact, for rules that an agency writes: to tell it of a condition that can
//! never be so. It errs on one side only: where the search would take more than [`STEPS_MAX`] steps, or a case would need
//! more than a few permissions, it answers that they can. Deliberately absent: the unknown. A condition that is only ever
//! unknown can never be so either.

use std::collections::HashMap;

use super::{Comparison, Expr, Law};
use crate::facts::{FactId, Kind};

/// Steps of one search, at most.
const STEPS_MAX: u32 = 50_000;
/// Permissions that a case of the search has, at most.
const LANES_MAX: usize = 3;

/// What is still possible for one fact.
#[derive(Debug, Clone, Copy)]
enum Room {
    /// One of these values (a flag: bit 0 false, bit 1 true).
    One(u64),
    /// A list that has these, and has not those.
    Many { has: u64, not: u64 },
    /// A number within these.
    Between(i32, i32),
    /// Nobody established it.
    Unknown,
}

#[derive(Debug, Clone, Default)]
struct State<'e> {
    case: HashMap<FactId, Room>,
    permissions: Vec<HashMap<FactId, Room>>,
    /// Set once it is settled whether there is any permission.
    none: Option<bool>,
    /// What every permission must not meet.
    of_all: Vec<&'e Expr>,
}

/// A condition, what it has to be, and the permission in view.
type Goal<'e> = (&'e Expr, bool, usize);

impl Law {
    /// Whether facts are possible on which each of these conditions is known to be as asked, with the same permission in
    /// view. False is certain; true may be an error where the conditions are very large.
    pub fn can_be(&self, asked: &[(&Expr, bool)]) -> bool {
        let goals: Vec<Goal<'_>> = asked.iter().map(|(expr, wanted)| (*expr, *wanted, 0)).collect();
        Search { law: self, steps: 0 }.meets(State::default(), goals)
    }
}

struct Search<'l> {
    law: &'l Law,
    steps: u32,
}

impl<'e, 'l: 'e> Search<'l> {
    fn meets(&mut self, mut state: State<'e>, mut goals: Vec<Goal<'e>>) -> bool {
        while let Some((expr, wanted, lane)) = goals.pop() {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return true;
            }
            match expr {
                Expr::Const(value) if *value == wanted => {}
                Expr::Const(_) => return false,
                Expr::Not(inner) => goals.push((inner, !wanted, lane)),
                Expr::Define(named) => match self.law.define(named) {
                    Some(when) => goals.push((when, wanted, lane)),
                    None => return false,
                },
                Expr::And(parts) | Expr::Or(parts) if matches!(expr, Expr::And(_)) == wanted => {
                    goals.extend(parts.iter().map(|part| (part, wanted, lane)));
                }
                Expr::And(parts) | Expr::Or(parts) => {
                    // what settles most without a choice comes first
                    if let Some(put_off) = put_off(&goals) {
                        let at = goals.len() - 1 - put_off;
                        let next = goals.remove(at);
                        goals.push((expr, wanted, lane));
                        goals.push(next);
                        continue;
                    }
                    return parts.iter().any(|part| self.branch(&state, &goals, (part, wanted, lane)));
                }
                Expr::NoPermission => {
                    if *state.none.get_or_insert(wanted) != wanted || wanted && !state.permissions.is_empty()
                    {
                        return false;
                    }
                    if !wanted && state.permissions.is_empty() {
                        add_permission(&mut state, &mut goals);
                    }
                }
                Expr::AnyPermission(inner) if wanted => {
                    if state.none == Some(true) {
                        return false;
                    }
                    if state.permissions.len() >= LANES_MAX {
                        return true;
                    }
                    let among = state.permissions.len();
                    if (0..among).any(|lane| self.branch(&state, &goals, (inner, true, lane))) {
                        return true;
                    }
                    add_permission(&mut state, &mut goals);
                    goals.push((inner, true, among));
                }
                Expr::AnyPermission(inner) => {
                    state.of_all.push(inner);
                    goals.extend((0..state.permissions.len()).map(|lane| (&**inner, false, lane)));
                }
                Expr::Known(fact) if fact.row().of_permission() => {}
                Expr::Known(fact) => match (state.case.get(fact), wanted) {
                    (Some(Room::Unknown), false) | (None, true) => {}
                    (Some(Room::Unknown), true) => return false,
                    (Some(_), true) => {}
                    (Some(_), false) => return false,
                    (None, false) => {
                        state.case.insert(*fact, Room::Unknown);
                    }
                },
                Expr::Any(fact, _)
                    if fact.row().of_permission()
                        && !wanted
                        && state.none.is_none()
                        && state.permissions.get(lane).is_none() =>
                {
                    // nothing is so of a permission that is not there
                    let mut without = state.clone();
                    without.none = Some(true);
                    if self.meets(without, goals.clone()) {
                        return true;
                    }
                    add_permission(&mut state, &mut goals);
                    goals.push((expr, wanted, lane));
                }
                Expr::Any(fact, values) => {
                    match self.any(&mut state, &mut goals, *fact, *values, wanted, lane) {
                        Some(true) => {}
                        Some(false) => return false,
                        None => {
                            return each(*values).any(|value| {
                                let mut tried = state.clone();
                                many(&mut tried, *fact, value, 0) && self.meets(tried, goals.clone())
                            });
                        }
                    }
                }
                Expr::Within(fact, values) => {
                    let outside = all_values(*fact) & !values;
                    if wanted {
                        if !many(&mut state, *fact, 0, outside) {
                            return false;
                        }
                    } else {
                        return each(outside).any(|value| {
                            let mut tried = state.clone();
                            many(&mut tried, *fact, value, 0) && self.meets(tried, goals.clone())
                        });
                    }
                }
                Expr::Compare(fact, comparison, number) => {
                    let rooms = between(*comparison, *number, wanted);
                    return rooms.into_iter().any(|(low, high)| {
                        let mut tried = state.clone();
                        number_within(&mut tried, *fact, low, high) && self.meets(tried, goals.clone())
                    });
                }
            }
        }
        true
    }

    fn branch(&mut self, state: &State<'e>, goals: &[Goal<'e>], goal: Goal<'e>) -> bool {
        let mut goals = goals.to_vec();
        goals.push(goal);
        self.meets(state.clone(), goals)
    }

    /// Narrows a fact; nothing if there is a choice to make.
    fn any(
        &mut self,
        state: &mut State<'e>,
        goals: &mut Vec<Goal<'e>>,
        fact: FactId,
        values: u64,
        wanted: bool,
        lane: usize,
    ) -> Option<bool> {
        let row = fact.row();
        if let Kind::List(_) | Kind::Some(_) = row.kind {
            return if wanted { None } else { Some(many(state, fact, 0, values)) };
        }
        let values = if row.kind == Kind::Flag { 0b10 } else { values };
        let values = if wanted { values } else { all_values(fact) & !values };
        if !row.of_permission() {
            return Some(narrow(&mut state.case, fact, values));
        }
        if state.none == Some(true) {
            return Some(!wanted);
        }
        while state.permissions.len() <= lane {
            add_permission(state, goals);
        }
        Some(narrow(&mut state.permissions[lane], fact, values))
    }
}

fn add_permission<'e>(state: &mut State<'e>, goals: &mut Vec<Goal<'e>>) {
    state.none = Some(false);
    state.permissions.push(HashMap::new());
    let lane = state.permissions.len() - 1;
    goals.extend(state.of_all.iter().map(|expr| (*expr, false, lane)));
}

/// How far from the top the next goal lies that leaves no choice.
fn put_off(goals: &[Goal<'_>]) -> Option<usize> {
    goals.iter().rev().position(|(expr, wanted, _)| match expr {
        Expr::Const(_) | Expr::Known(_) | Expr::NoPermission => true,
        Expr::And(_) => *wanted,
        Expr::Or(_) => !*wanted,
        Expr::Any(fact, _) => !matches!(fact.row().kind, Kind::List(_) | Kind::Some(_)) || !*wanted,
        Expr::Within(..) => *wanted,
        _ => false,
    })
}

fn all_values(fact: FactId) -> u64 {
    match fact.row().kind {
        Kind::Flag => 0b11,
        kind => u64::MAX.checked_shr(64 - kind.values().len() as u32).unwrap_or(0),
    }
}

/// The single values of a set.
fn each(values: u64) -> impl Iterator<Item = u64> {
    super::eval::bits(values).map(|at| 1 << at)
}

fn narrow(rooms: &mut HashMap<FactId, Room>, fact: FactId, values: u64) -> bool {
    match rooms.entry(fact).or_insert_with(|| Room::One(all_values(fact))) {
        Room::One(left) => {
            *left &= values;
            *left != 0
        }
        _ => false,
    }
}

fn many(state: &mut State<'_>, fact: FactId, more: u64, less: u64) -> bool {
    match state.case.entry(fact).or_insert(Room::Many { has: 0, not: 0 }) {
        Room::Many { has, not } => {
            *has |= more;
            *not |= less;
            *has & *not == 0
        }
        _ => false,
    }
}

fn number_within(state: &mut State<'_>, fact: FactId, from: i32, to: i32) -> bool {
    match state.case.entry(fact).or_insert(Room::Between(0, i32::MAX)) {
        Room::Between(low, high) => {
            (*low, *high) = ((*low).max(from), (*high).min(to));
            *low <= *high
        }
        _ => false,
    }
}

/// The numbers of which a comparison is as asked.
fn between(comparison: Comparison, number: i32, wanted: bool) -> Vec<(i32, i32)> {
    let (below, above) = (number.saturating_sub(1), number.saturating_add(1));
    match (comparison, wanted) {
        (Comparison::Less, true) | (Comparison::AtLeast, false) => vec![(0, below)],
        (Comparison::AtMost, true) | (Comparison::More, false) => vec![(0, number)],
        (Comparison::More, true) | (Comparison::AtMost, false) => vec![(above, i32::MAX)],
        (Comparison::AtLeast, true) | (Comparison::Less, false) => vec![(number, i32::MAX)],
        (Comparison::Equal, true) => vec![(number, number)],
        (Comparison::Equal, false) => vec![(0, below), (above, i32::MAX)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_be(asked: &[(&str, bool)]) -> bool {
        let law = Law::embedded();
        let exprs: Vec<(Expr, bool)> =
            asked.iter().map(|(text, wanted)| (law.condition("test", text).unwrap(), *wanted)).collect();
        let asked: Vec<(&Expr, bool)> = exprs.iter().map(|(expr, wanted)| (expr, *wanted)).collect();
        law.can_be(&asked)
    }

    #[test]
    fn tells_what_can_be_from_what_cannot() {
        for (text, can) in [
            ("purpose = treatment and purpose = research", false),
            ("purpose in {treatment, research} and not purpose = research", true),
            ("purpose in {treatment, research} and not purpose in {treatment, research}", false),
            ("subject.age < 18 and subject.age >= 18", false),
            ("subject.age < 18 and not subject.age = 17 and subject.age > 16", false),
            ("subject.age < 18 and subject.age > 16", true),
            ("record.elements within {general_condition} and record.elements has entire_record", false),
            (
                "record.elements has {general_condition, entire_record} and not record.elements has entire_record",
                true,
            ),
            ("circumstances.imminent and not circumstances.imminent", false),
            ("circumstances.imminent and not known(circumstances.imminent)", false),
            ("consent.none and any_consent(consent.signed)", false),
            ("any_consent(consent.signed) and not any_consent(consent.signed)", false),
            ("any_consent(consent.signed) and any_consent(not consent.signed)", true),
            ("consent.none and consent.signed", false),
            ("consent.signed and not consent.signed", false),
            ("not consent.signed and consent.type = objection", true),
            ("consent.none and not consent.signed", true),
            (
                "(purpose = treatment or purpose = research) and (recipient.sector = media or not purpose = treatment)",
                true,
            ),
            ("@hipaa_threat_test and not circumstances.imminent", false),
            ("@hipaa_threat_test and purpose = treatment", true),
        ] {
            assert_eq!(can_be(&[(text, true)]), can, "{text}");
        }
        assert!(!can_be(&[
            ("circumstances.imminent or circumstances.serious_threat", false),
            ("circumstances.imminent", true)
        ]));
    }

    #[test]
    fn every_permit_of_the_law_can_be() {
        let law = Law::embedded();
        for clause in law.clauses().iter().filter(|clause| clause.effect == crate::law::Effect::Permit) {
            let when = clause.when.as_ref().unwrap();
            assert!(law.can_be(&[(when, true)]), "{}", clause.id);
        }
    }
}

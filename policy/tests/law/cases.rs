//! Facts for tests: random ones, and ones that make given conditions true or not.

#[path = "../common/rng.rs"]
mod rng;

use std::collections::HashMap;

use policy::facts::{FactId, FactValue, Facts, Kind, Permission, vocabulary};
use policy::law::{Comparison, Expr, Law};

pub use rng::Rng;

/// What is still possible for one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Room {
    /// One of these values (a flag: bit 0 false, bit 1 true).
    One(u64),
    /// Has these, has not those; at least one of each group.
    Many { has: u64, not: u64 },
    /// Within these numbers.
    Between(i32, i32),
}

/// Facts in the making: what conditions have asked for so far.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    case: HashMap<FactId, Room>,
    permissions: Vec<HashMap<FactId, Room>>,
    /// Set once a condition has asked whether there is a permission at all.
    no_permission: Option<bool>,
    /// Facts that must stay unknown.
    unknown: Vec<FactId>,
}

const OWN: usize = 0;

fn all_values(fact: FactId) -> u64 {
    match fact.row().kind {
        Kind::Flag => 0b11,
        kind => (1u64 << kind.values().len()) - 1,
    }
}

impl Draft {
    /// Makes `expr` known true (or known false), choosing at random where there is a choice.
    pub fn ask(&mut self, law: &Law, expr: &Expr, wanted: bool, rng: &mut Rng) -> bool {
        self.ask_of(law, expr, wanted, OWN, rng)
    }

    fn ask_of(&mut self, law: &Law, expr: &Expr, wanted: bool, lane: usize, rng: &mut Rng) -> bool {
        match expr {
            Expr::Const(value) => *value == wanted,
            Expr::Not(inner) => self.ask_of(law, inner, !wanted, lane, rng),
            Expr::Define(named) => {
                law.define(named).is_some_and(|when| self.ask_of(law, when, wanted, lane, rng))
            }
            Expr::And(parts) | Expr::Or(parts) if matches!(expr, Expr::And(_)) == wanted => {
                parts.iter().all(|part| self.ask_of(law, part, wanted, lane, rng))
            }
            Expr::And(parts) | Expr::Or(parts) => {
                let first = rng.below(parts.len());
                (0..parts.len()).any(|at| {
                    let mut tried = self.clone();
                    let part = &parts[(first + at) % parts.len()];
                    let taken = tried.ask_of(law, part, wanted, lane, rng);
                    if taken {
                        *self = tried;
                    }
                    taken
                })
            }
            Expr::AnyPermission(inner) if wanted => [OWN, 1].into_iter().any(|lane| {
                let mut tried = self.clone();
                let taken = tried.ask_of(law, inner, true, lane, rng);
                if taken {
                    *self = tried;
                }
                taken
            }),
            Expr::AnyPermission(inner) => {
                let lanes = self.permissions.len().max(1);
                (0..lanes).all(|lane| self.ask_of(law, inner, false, lane, rng))
            }
            Expr::NoPermission => {
                let fits = *self.no_permission.get_or_insert(wanted) == wanted;
                fits && (!wanted || self.permissions.is_empty())
            }
            Expr::Any(fact, bits) => {
                let flag = fact.row().kind == Kind::Flag;
                let bits = if flag { 0b10 } else { *bits };
                self.narrow(*fact, lane, if wanted { bits } else { all_values(*fact) & !bits }, rng, wanted)
            }
            Expr::Within(fact, bits) => {
                let outside = all_values(*fact) & !bits;
                if wanted {
                    self.many(*fact, 0, outside)
                } else {
                    self.narrow(*fact, lane, outside, rng, true)
                }
            }
            Expr::Known(fact) if wanted => self.narrow(*fact, lane, all_values(*fact), rng, false),
            Expr::Known(fact) => {
                self.unknown.push(*fact);
                !self.case.contains_key(fact)
            }
            Expr::Compare(fact, comparison, number) => self.compare(*fact, *comparison, *number, wanted),
        }
    }

    fn narrow(&mut self, fact: FactId, lane: usize, bits: u64, rng: &mut Rng, wanted: bool) -> bool {
        if self.unknown.contains(&fact) {
            return false;
        }
        let row = fact.row();
        if let Kind::List(_) | Kind::Some(_) = row.kind {
            if !wanted {
                return self.many(fact, 0, all_values(fact) & !bits);
            }
            let room = self.case.get(&fact).cloned();
            let not = if let Some(Room::Many { not, .. }) = room { not } else { 0 };
            let open: Vec<u32> = (0..64).filter(|at| (bits & !not) >> at & 1 == 1).collect();
            return !open.is_empty() && self.many(fact, 1 << open[rng.below(open.len())], 0);
        }
        if row.kind == Kind::Count {
            self.case.entry(fact).or_insert(Room::Between(0, 120));
            return true;
        }
        let rooms = if row.of_permission() {
            if self.no_permission == Some(true) {
                // With no permission every fact of one is known false.
                return row.kind == Kind::Flag && bits == 0b01 || row.kind != Kind::Flag && !wanted;
            }
            if !wanted && self.permissions.get(lane).is_none() && rng.chance(50) {
                self.no_permission = Some(true);
                return true;
            }
            self.no_permission = Some(false);
            while self.permissions.len() <= lane {
                self.permissions.push(HashMap::new());
            }
            &mut self.permissions[lane]
        } else {
            &mut self.case
        };
        let Room::One(left) = rooms.entry(fact).or_insert(Room::One(all_values(fact))) else { return false };
        *left &= bits;
        *left != 0
    }

    fn many(&mut self, fact: FactId, has: u64, not: u64) -> bool {
        if self.unknown.contains(&fact) {
            return false;
        }
        let room = self.case.entry(fact).or_insert(Room::Many { has: 0, not: 0 });
        let Room::Many { has: had, not: had_not } = room else { return false };
        *had |= has;
        *had_not |= not;
        *had & *had_not == 0
    }

    fn compare(&mut self, fact: FactId, comparison: Comparison, number: i32, wanted: bool) -> bool {
        let room = self.case.entry(fact).or_insert(Room::Between(0, 120));
        let Room::Between(low, high) = room else { return false };
        match (comparison, wanted) {
            (Comparison::Less, true) | (Comparison::AtLeast, false) => *high = (*high).min(number - 1),
            (Comparison::AtMost, true) | (Comparison::More, false) => *high = (*high).min(number),
            (Comparison::More, true) | (Comparison::AtMost, false) => *low = (*low).max(number + 1),
            (Comparison::AtLeast, true) | (Comparison::Less, false) => *low = (*low).max(number),
            (Comparison::Equal, true) => (*low, *high) = ((*low).max(number), (*high).min(number)),
            (Comparison::Equal, false) => *low = (*low).max(number + 1),
        }
        low <= high
    }

    /// The facts: exactly what was asked for, and nothing else.
    pub fn facts(&self, rng: &mut Rng) -> Facts {
        let mut facts = Facts::new();
        for (fact, room) in &self.case {
            give(*fact, room, rng, |value| facts.set_fact(*fact, value).unwrap());
        }
        for rooms in &self.permissions {
            let mut permission = Permission::new();
            for (fact, room) in rooms {
                give(*fact, room, rng, |value| permission.set_fact(*fact, value).unwrap());
            }
            facts.add_permission(permission).unwrap();
        }
        facts
    }
}

fn give(fact: FactId, room: &Room, rng: &mut Rng, mut set: impl FnMut(FactValue<'_>)) {
    let values = fact.row().kind.values();
    let pick = |bits: u64, rng: &mut Rng| {
        let open: Vec<usize> = (0..64).filter(|at| bits >> at & 1 == 1).collect();
        open[rng.below(open.len())]
    };
    match room {
        Room::One(bits) if fact.row().kind == Kind::Flag => set(FactValue::Flag(pick(*bits, rng) == 1)),
        Room::One(bits) => set(FactValue::Word(values[pick(*bits, rng)].name)),
        Room::Many { has, .. } => {
            let words: Vec<&str> =
                values.iter().enumerate().filter(|(at, _)| has >> at & 1 == 1).map(|(_, v)| v.name).collect();
            set(FactValue::Words(&words));
        }
        Room::Between(low, high) => set(FactValue::Count(low + rng.below((high - low + 1) as usize) as i32)),
    }
}

/// Any facts at all: each known with some probability.
pub fn random(rng: &mut Rng) -> Facts {
    let mut facts = Facts::new();
    let known = 20 + rng.next() % 80;
    for fact in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
        if rng.chance(known) {
            give(fact, &any_room(fact, rng), rng, |value| facts.set_fact(fact, value).unwrap());
        }
    }
    for _ in 0..rng.below(4) {
        let mut permission = Permission::new();
        for fact in vocabulary().facts().filter(|fact| fact.row().of_permission()) {
            if rng.chance(known) {
                give(fact, &any_room(fact, rng), rng, |value| permission.set_fact(fact, value).unwrap());
            }
        }
        facts.add_permission(permission).unwrap();
    }
    facts
}

fn any_room(fact: FactId, rng: &mut Rng) -> Room {
    match fact.row().kind {
        Kind::Flag | Kind::One(_) => Room::One(all_values(fact)),
        Kind::Some(_) | Kind::List(_) => {
            Room::Many { has: rng.next() & rng.next() & all_values(fact), not: 0 }
        }
        Kind::Count => Room::Between(0, 90),
    }
}

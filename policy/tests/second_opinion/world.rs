//! Facts for both statements at once: in a plain form of our own, and as the engine takes them.

#[path = "../common/rng.rs"]
mod rng;

use std::collections::HashMap;
use std::sync::OnceLock;

use policy::facts::{FactId, FactValue, Facts, Kind, Permission, vocabulary};

pub use rng::Rng;

/// Permissions that a generated case has, at most.
pub const LANES_MAX: usize = 2;
/// Facts that a permission has, at most.
const PERMISSION_FACTS_MAX: usize = 48;

struct Slots {
    facts: Vec<FactId>,
    places: HashMap<FactId, usize>,
}

fn slots() -> &'static Slots {
    static SLOTS: OnceLock<Slots> = OnceLock::new();
    SLOTS.get_or_init(|| {
        let facts: Vec<FactId> = vocabulary().facts().collect();
        let places = facts.iter().enumerate().map(|(at, fact)| (*fact, at)).collect();
        Slots { facts, places }
    })
}

/// The place of a fact in the vocabulary.
pub fn slot(fact: FactId) -> usize {
    slots().places[&fact]
}

/// The fact of a place.
pub fn fact(slot: usize) -> FactId {
    slots().facts[slot]
}

/// The places of all facts, in the order of the vocabulary.
pub fn all_slots() -> impl Iterator<Item = usize> {
    0..slots().facts.len()
}

/// What is established of one proposed disclosure. A value is bits in the order of the fact's list, a flag one bit, a
/// number itself.
#[derive(Clone)]
pub struct World {
    case: Vec<Option<u64>>,
    lanes: [Lane; LANES_MAX],
    count: usize,
    facts: Facts,
}

type Lane = [Option<u64>; PERMISSION_FACTS_MAX];

impl World {
    pub fn new() -> Self {
        Self {
            case: vec![None; slots().facts.len()],
            lanes: [[None; PERMISSION_FACTS_MAX]; LANES_MAX],
            count: 0,
            facts: Facts::new(),
        }
    }

    /// The same as the engine takes it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn permissions(&self) -> usize {
        self.count
    }

    /// What is established, with this permission in view. Without any permission, every fact of one is known not so.
    pub fn value(&self, slot: usize, lane: usize) -> Option<u64> {
        match permission_place(slot) {
            None => self.case[slot],
            Some(_) if self.count == 0 => Some(0),
            Some(at) => self.lanes[lane.min(self.count - 1)][at],
        }
    }

    /// Establishes a fact, or makes it unknown.
    pub fn set(&mut self, slot: usize, lane: usize, value: Option<u64>) {
        let id = fact(slot);
        let Some(at) = permission_place(slot) else {
            self.case[slot] = value;
            match value {
                Some(value) => with_value(id, value, |value| self.facts.set_fact(id, value).unwrap()),
                None => self.facts.forget(id),
            }
            return;
        };
        if lane < self.count {
            self.lanes[lane][at] = value;
            self.hand_over();
        }
    }

    /// Adds a permission of which nothing is known, or takes the last away.
    pub fn set_permissions(&mut self, count: usize) {
        for lane in self.count..count.min(LANES_MAX) {
            self.lanes[lane] = [None; PERMISSION_FACTS_MAX];
        }
        self.count = count.min(LANES_MAX);
        self.hand_over();
    }

    /// Adds a permission like the first.
    pub fn copy_permission(&mut self) {
        if self.count > 0 && self.count < LANES_MAX {
            self.lanes[self.count] = self.lanes[0];
            self.count += 1;
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.facts.clear_permissions();
        for lane in &self.lanes[..self.count] {
            let mut permission = Permission::new();
            for (at, value) in lane.iter().enumerate() {
                if let Some(value) = value {
                    let id = fact(permission_slots()[at]);
                    with_value(id, *value, |value| permission.set_fact(id, value).unwrap());
                }
            }
            self.facts.add_permission(permission).unwrap();
        }
    }

    /// What is established among these facts, for people.
    pub fn shown(&self, slots: &[usize]) -> String {
        let mut out = Vec::new();
        for slot in slots {
            let lanes = if permission_place(*slot).is_some() { self.count } else { 1 };
            for lane in 0..lanes {
                let value = match self.value(*slot, lane) {
                    Some(value) => spelled(fact(*slot), value),
                    None => continue,
                };
                let lane = if lanes > 1 { format!("#{lane}") } else { String::new() };
                out.push(format!("{}{lane}={value}", fact(*slot).path()));
            }
        }
        out.sort();
        format!("[{} permissions] {}", self.count, out.join(" "))
    }
}

fn spelled(fact: FactId, value: u64) -> String {
    let values = fact.row().kind.values();
    match fact.row().kind {
        Kind::Flag => (value == 1).to_string(),
        Kind::Count => value.to_string(),
        _ => {
            let names: Vec<&str> = values
                .iter()
                .enumerate()
                .filter(|(at, _)| value >> at & 1 == 1)
                .map(|(_, v)| v.name)
                .collect();
            format!("{{{}}}", names.join(","))
        }
    }
}

fn with_value(fact: FactId, value: u64, set: impl FnOnce(FactValue<'_>)) {
    let values = fact.row().kind.values();
    match fact.row().kind {
        Kind::Flag => set(FactValue::Flag(value == 1)),
        Kind::Count => set(FactValue::Count(value as i32)),
        Kind::One(_) => set(FactValue::Word(values[value.trailing_zeros() as usize].name)),
        Kind::Some(_) | Kind::List(_) => {
            let names: Vec<&str> = values
                .iter()
                .enumerate()
                .filter(|(at, _)| value >> at & 1 == 1)
                .map(|(_, v)| v.name)
                .collect();
            set(FactValue::Words(&names));
        }
    }
}

fn permission_slots() -> &'static [usize] {
    static PLACES: OnceLock<Vec<usize>> = OnceLock::new();
    PLACES.get_or_init(|| (0..slots().facts.len()).filter(|slot| fact(*slot).row().of_permission()).collect())
}

/// Where a fact of a permission is kept; nothing for a fact of the case.
pub fn permission_place(slot: usize) -> Option<usize> {
    static PLACES: OnceLock<Vec<Option<usize>>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let mut places = vec![None; slots().facts.len()];
        permission_slots().iter().enumerate().for_each(|(at, slot)| places[*slot] = Some(at));
        places
    })[slot]
}

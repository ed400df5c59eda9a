//! Facts near the ones that matter: made to satisfy conditions, then changed a little.

use std::collections::HashMap;

use policy::facts::Kind;

use crate::sense::Sense;
use crate::world::{LANES_MAX, Rng, World, fact, permission_place};

/// The facts that some conditions ask about, and the values that make a difference to them.
#[derive(Default)]
pub struct Field {
    pub facts: Vec<usize>,
    sets: HashMap<usize, Vec<u64>>,
    numbers: HashMap<usize, Vec<i32>>,
}

impl Field {
    pub fn of<'a>(senses: impl Iterator<Item = &'a Sense>) -> Self {
        let mut field = Self::default();
        for sense in senses {
            sense.facts(&mut field.facts);
            sense.numbers(&mut field.numbers);
            sets(sense, &mut field.sets);
        }
        field.facts.sort_unstable();
        field
    }

    /// Some value of a fact, more often one that makes a difference.
    pub fn value(&self, slot: usize, rng: &mut Rng) -> u64 {
        let kind = fact(slot).row().kind;
        let mentioned = self.sets.get(&slot).map_or(&[][..], Vec::as_slice);
        let all = (1u64 << kind.values().len().min(63)) - 1;
        match kind {
            Kind::Flag => rng.next() & 1,
            Kind::One(_) => {
                let from = if mentioned.is_empty() || rng.chance(25) {
                    all
                } else {
                    mentioned[rng.below(mentioned.len())]
                };
                one_of(from, rng)
            }
            Kind::Some(_) | Kind::List(_) => {
                let mut chosen = 0;
                for _ in 0..=rng.below(3) {
                    let from = if mentioned.is_empty() || rng.chance(25) {
                        all
                    } else {
                        mentioned[rng.below(mentioned.len())]
                    };
                    chosen |= one_of(from, rng);
                }
                if rng.chance(3) { 0 } else { chosen }
            }
            Kind::Count => {
                let near = self.numbers.get(&slot).map_or(&[18][..], Vec::as_slice);
                (near[rng.below(near.len())] + rng.below(5) as i32 - 2).max(0) as u64
            }
        }
    }

    /// Every other value of a fact that is worth a look, and that nobody knows it.
    pub fn alternatives(&self, slot: usize, now: Option<u64>) -> Vec<Option<u64>> {
        let kind = fact(slot).row().kind;
        let mut out = vec![None];
        match kind {
            Kind::Flag => out.extend([Some(0), Some(1)]),
            Kind::One(values) => out.extend((0..values.len()).map(|at| Some(1 << at))),
            Kind::Some(values) | Kind::List(values) => {
                out.push(Some(0));
                out.extend((0..values.len()).map(|at| Some(now.unwrap_or(0) ^ 1 << at)));
            }
            Kind::Count => {
                for number in self.numbers.get(&slot).into_iter().flatten() {
                    out.extend((-1..=1).map(|by| Some((number + by).max(0) as u64)));
                }
            }
        }
        out.retain(|value| *value != now);
        out
    }

    /// Changes one fact at random.
    pub fn disturb(&self, world: &mut World, unknowns: u64, rng: &mut Rng) {
        if self.facts.is_empty() {
            return;
        }
        let slot = self.facts[rng.below(self.facts.len())];
        let value = if rng.chance(unknowns) { None } else { Some(self.value(slot, rng)) };
        if permission_place(slot).is_some() && rng.chance(8) {
            world.set_permissions(rng.below(LANES_MAX + 1));
        }
        let lane = rng.below(world.permissions().max(1));
        world.set(slot, lane, value);
    }

    /// Establishes what is still open.
    pub fn complete(&self, world: &mut World, rng: &mut Rng) {
        for slot in &self.facts {
            let lanes = if permission_place(*slot).is_some() { world.permissions() } else { 1 };
            for lane in 0..lanes {
                if world.value(*slot, lane).is_none() {
                    let value = self.value(*slot, rng);
                    world.set(*slot, lane, Some(value));
                }
            }
        }
    }
}

fn sets(sense: &Sense, found: &mut HashMap<usize, Vec<u64>>) {
    match sense {
        Sense::Any(slot, bits) | Sense::Within(slot, bits) => {
            let of_fact = found.entry(*slot).or_default();
            if !of_fact.contains(bits) && *bits != 0 {
                of_fact.push(*bits);
            }
        }
        Sense::AnyPermission(inner) | Sense::Not(inner) => sets(inner, found),
        Sense::And(parts) | Sense::Or(parts) => parts.iter().for_each(|part| sets(part, found)),
        _ => {}
    }
}

fn one_of(bits: u64, rng: &mut Rng) -> u64 {
    let mut skip = rng.below(bits.count_ones() as usize);
    let mut left = bits;
    while skip > 0 {
        left &= left - 1;
        skip -= 1;
    }
    left & left.wrapping_neg()
}

/// Changes facts until a condition is known to be so (or known not to be), where that can be done.
pub fn force(sense: &Sense, wanted: bool, world: &mut World, lane: usize, rng: &mut Rng) {
    if sense.holds(world, lane) == Some(wanted) {
        return;
    }
    match sense {
        Sense::Const(_) => {}
        Sense::Not(inner) => force(inner, !wanted, world, lane, rng),
        Sense::And(parts) | Sense::Or(parts) => {
            if matches!(sense, Sense::And(_)) == wanted {
                parts.iter().for_each(|part| force(part, wanted, world, lane, rng));
            } else if !parts.is_empty() {
                force(&parts[rng.below(parts.len())], wanted, world, lane, rng);
            }
        }
        Sense::AnyPermission(inner) if wanted => {
            if world.permissions() == 0 {
                world.set_permissions(1);
            }
            force(inner, true, world, rng.below(world.permissions()), rng);
        }
        Sense::AnyPermission(inner) => {
            (0..world.permissions().max(1)).for_each(|lane| force(inner, false, world, lane, rng));
        }
        Sense::NoPermission => world.set_permissions(usize::from(!wanted)),
        Sense::Any(slot, bits) => {
            let known = world.value(*slot, lane);
            let values = fact(*slot).row().kind.values();
            let all = if values.is_empty() { 1 } else { (1u64 << values.len().min(63)) - 1 };
            let value = match fact(*slot).row().kind {
                Kind::Flag => u64::from(wanted),
                Kind::One(_) => one_of(if wanted { *bits } else { all & !bits }, rng),
                _ if wanted => known.unwrap_or(0) | one_of(*bits, rng),
                _ => known.unwrap_or(0) & !bits,
            };
            give(world, *slot, lane, Some(value), rng);
        }
        Sense::Within(slot, bits) => {
            let known = world.value(*slot, lane).unwrap_or(0);
            let all = (1u64 << fact(*slot).row().kind.values().len().min(63)) - 1;
            let value = if !wanted {
                known | one_of(all & !bits, rng)
            } else if known & bits == 0 {
                one_of(*bits, rng)
            } else {
                known & bits
            };
            give(world, *slot, lane, Some(value), rng);
        }
        Sense::Known(slot) => {
            let value = wanted.then(|| Field::default().value(*slot, rng));
            give(world, *slot, lane, value, rng);
        }
        Sense::Compare(slot, comparison, number) => {
            let holds = |value: &i32| comparison.holds(*value, *number) == wanted && *value >= 0;
            let near: Vec<i32> = (number - 8..number + 9).filter(holds).collect();
            if !near.is_empty() {
                give(world, *slot, lane, Some(near[rng.below(near.len())] as u64), rng);
            }
        }
    }
}

fn give(world: &mut World, slot: usize, lane: usize, value: Option<u64>, rng: &mut Rng) {
    if permission_place(slot).is_some() && world.permissions() == 0 {
        world.set_permissions(1 + usize::from(rng.chance(20)));
    }
    world.set(slot, lane, value);
}

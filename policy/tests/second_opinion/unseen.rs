//! Cases that nobody published: the facts of every published case, with one or several of them changed, dropped or
//! contradicted. The law answers each without a panic, both statements agree, and what is dropped never opens.

use policy::facts::{FactId, Kind, parse_scenario};
use policy::law::{Effect, Expr, Law};
use serde_json::Value;

use crate::compare::{Pair, Sample, Seen};
use crate::names::Names;
use crate::near::{Field, force};
use crate::sense::{Sense, place};
use crate::world::{Rng, World, all_slots, fact, permission_place};
use crate::{pairs, table};

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");
/// Other values tried of one fact, at most; all of a flag.
const VALUES_MAX: usize = 8;
/// Times that several facts of a case are changed at once.
const CHANGES: usize = 80;
/// Times that several facts of a case are forgotten at once.
const FORGETTINGS: usize = 40;

/// A published case, read by a way in of this test's own.
struct Case {
    id: String,
    world: World,
}

fn cases() -> Vec<Case> {
    PUBLISHED.lines().map(case).collect()
}

fn case(line: &str) -> Case {
    let json: Value = serde_json::from_str(line).unwrap();
    let mut world = World::new();
    let consents: Vec<&Value> = match &json["consent"] {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    world.set_permissions(consents.len());
    for slot in all_slots() {
        let row = fact(slot).row();
        let name = row.path.split_once('.').map_or(row.path, |(_, name)| name);
        let unless_stated = row.false_unless_stated.map(|_| 0);
        if permission_place(slot).is_some() {
            for (lane, consent) in consents.iter().enumerate() {
                world.set(slot, lane, value(slot, &consent[name]).or(unless_stated));
            }
        } else {
            let stated = if row.path == name { &json[name] } else { &json[row.section()][name] };
            world.set(slot, 0, value(slot, stated).or(unless_stated));
        }
    }
    let id = json["id"].as_str().unwrap().to_owned();
    assert!(parse_scenario(line).unwrap().facts == *world.facts(), "{id}: the two ways in differ");
    Case { id, world }
}

fn value(slot: usize, stated: &Value) -> Option<u64> {
    let values = fact(slot).row().kind.values();
    let bit = |word: &Value| {
        let at = values.iter().position(|value| Some(value.name) == word.as_str());
        1u64 << at.unwrap_or_else(|| panic!("{}: {word}", fact(slot).path()))
    };
    match (fact(slot).row().kind, stated) {
        (_, Value::Null) => None,
        (Kind::Flag, stated) => Some(u64::from(stated.as_bool().unwrap())),
        (Kind::Count, stated) => Some(stated.as_u64().unwrap()),
        (_, Value::Array(words)) => Some(words.iter().map(bit).fold(0, |all, bit| all | bit)),
        (_, word) => Some(bit(word)),
    }
}

struct Check<'a> {
    law: &'a Law,
    pairs: &'a [Pair],
    seen: Seen,
}

impl Check<'_> {
    /// Decides, explains where asked, and compares both statements of the permissions that ask about `changed`.
    fn look(&mut self, id: &str, world: &World, changed: Option<usize>, explain: bool) {
        let decision = self.law.decide(world.facts());
        if explain {
            assert_eq!(self.law.explain(world.facts()).decision, decision, "{id}");
        }
        let bearing = |pair: &&Pair| changed.is_none_or(|slot| pair.field().facts.contains(&slot));
        for pair in self.pairs.iter().filter(bearing) {
            let sample = Sample { world, one_from_open: false };
            if let Some(told) = pair.compare(self.law, &sample, &mut self.seen) {
                panic!(
                    "near {id}: {}: {told}\n{}",
                    pair.ids().collect::<Vec<_>>().join(", "),
                    pair.shown(world)
                );
            }
        }
    }
}

/// Every condition of the law.
fn conditions(law: &Law) -> Vec<&Expr> {
    let clauses = law.clauses().iter();
    let clauses =
        clauses.flat_map(|clause| [&clause.when, &clause.unless, &clause.must, &clause.mandatory]).flatten();
    clauses.chain(law.regimes().iter().map(|regime| &regime.governs_expr)).collect()
}

#[test]
fn near_every_published_case_both_statements_agree() {
    let law = Law::embedded();
    let names = Names::read();
    let rows = table::rows();
    let pairs = pairs(law, &names, &rows);
    let whole: Vec<Sense> = conditions(law).iter().map(|expr| Sense::of(law, expr)).collect();
    let field = Field::of(whole.iter());
    let mut check = Check { law, pairs: &pairs, seen: Seen::default() };
    let mut rng = Rng(3);
    for Case { id, world } in cases() {
        check.look(&id, &world, None, true);
        for slot in &field.facts {
            let lanes = if permission_place(*slot).is_some() { world.permissions() } else { 1 };
            for lane in 0..lanes {
                let now = world.value(*slot, lane);
                let mut others = field.alternatives(*slot, now);
                // Of a fact that the case does not mention, one other value.
                let most = if now.is_some() { VALUES_MAX } else { 1 };
                while others.len() > most {
                    others.swap_remove(rng.below(others.len()));
                }
                for value in others {
                    let mut near = world.clone();
                    near.set(*slot, lane, value);
                    check.look(&id, &near, Some(*slot), false);
                }
            }
        }
        for change in 0..CHANGES {
            let mut near = world.clone();
            (0..2 + rng.below(4)).for_each(|_| field.disturb(&mut near, 25, &mut rng));
            check.look(&id, &near, None, change % 8 == 0);
        }
    }
    println!("{} comparisons near the published cases, {} of them open", check.seen.samples, check.seen.open);
    assert!(check.seen.samples > 100_000 && check.seen.open > 1_000);
}

/// With one of its conditions known not to hold, no permission is relied on that a published case relies on.
#[test]
fn a_dropped_condition_never_carries_a_permit() {
    let law = Law::embedded();
    let mut rng = Rng(4);
    let mut dropped = 0;
    for Case { id, world } in cases() {
        let decision = law.decide(world.facts());
        let relied_on = decision.basis.as_slice().iter().filter(|_| decision.permit);
        for permit in relied_on.filter(|clause| law.at(**clause).effect == Effect::Permit) {
            let clause = law.at(*permit);
            let conditions = conjuncts(&Sense::of(law, clause.when.as_ref().unwrap()));
            for condition in conditions {
                for lane in 0..world.permissions().max(1) {
                    let mut near = world.clone();
                    force(&condition, false, &mut near, lane, &mut rng);
                    let holds = (0..near.permissions().max(1))
                        .any(|lane| condition.holds(&near, lane) != Some(false));
                    if holds {
                        continue;
                    }
                    dropped += 1;
                    assert!(
                        !law.opens(*permit, near.facts()),
                        "{id}: {} without a condition of its own",
                        clause.id
                    );
                    let decision = law.decide(near.facts());
                    assert!(
                        !decision.permit || !decision.basis.as_slice().contains(permit),
                        "{id}: {}",
                        clause.id
                    );
                }
            }
        }
    }
    println!("{dropped} dropped conditions");
    assert!(dropped > 200);
}

/// The conditions that all have to hold, one by one.
fn conjuncts(sense: &Sense) -> Vec<Sense> {
    match sense {
        Sense::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other.clone()],
    }
}

/// Forgetting never turns a no into a yes, as long as the same regimes govern. Some clauses ask whether something is
/// known; what they ask about is an event to learn, and stays.
#[test]
fn to_forget_never_opens_a_published_denial() {
    let law = Law::embedded();
    let mut asked = Vec::new();
    for condition in conditions(law) {
        condition.walk(&mut |expr| {
            if let Expr::Known(fact) = expr {
                asked.push(place(FactId::path(*fact)));
            }
        });
    }
    let mut rng = Rng(5);
    let mut forgotten = 0;
    for Case { id, world } in cases() {
        let before = law.decide(world.facts());
        let known = |slot: &usize| {
            permission_place(*slot).is_none() && world.value(*slot, 0).is_some() && !asked.contains(slot)
        };
        let slots: Vec<usize> = all_slots().filter(known).collect();
        let alone = slots.iter().map(|slot| vec![*slot]);
        let several: Vec<Vec<usize>> = (0..FORGETTINGS)
            .map(|_| (0..2 + rng.below(5)).map(|_| slots[rng.below(slots.len())]).collect())
            .collect();
        for some in alone.chain(several) {
            let mut near = world.clone();
            some.iter().for_each(|slot| near.set(*slot, 0, None));
            let after = law.decide(near.facts());
            forgotten += 1;
            if !before.permit && after.regimes == before.regimes {
                assert!(!after.permit, "{id}: opens without {}", fact(some[0]).path());
            }
        }
    }
    println!("{forgotten} sets of forgotten facts");
}

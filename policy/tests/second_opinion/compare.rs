//! Both statements of one permission, side by side.
//!
//! The second statement opens where the row is known true and every forbid, limit and demand of its regime is known to
//! leave it alone (the tables' own rule of combination); the law opens where one of its clauses for that row does.

use std::collections::BTreeSet;

use policy::law::{Clause, ClauseRef, Effect, Law};

use crate::names::{Context, Names};
use crate::near::{Field, force};
use crate::sense::{Sense, place};
use crate::table::{Norm, Row, Rule};
use crate::world::{LANES_MAX, Rng, World, permission_place};

/// One permission, as both say it.
pub struct Pair {
    /// The rows that open it.
    sides: Vec<Side>,
    ours: Vec<Ours>,
    /// When the regime governs: elsewhere there is nothing to compare.
    governs: Sense,
    field: Field,
    /// Rows that could close it and have no counterpart, each with the name that lacks.
    pub unnamed: Vec<String>,
}

/// One row that permits, and the rows that can close it.
struct Side {
    id: String,
    row: Sense,
    by_permission: bool,
    /// Each as what leaves the permission alone.
    guards: Vec<(String, Sense)>,
}

/// Facts to compare on.
pub struct Sample<'a> {
    pub world: &'a World,
    /// One changed fact away from others on which both sides open.
    pub one_from_open: bool,
}

/// One of our clauses.
struct Ours {
    clause: ClauseRef,
    id: String,
    when: Sense,
    /// What leaves it alone.
    guards: Vec<(String, Sense)>,
}

/// What became of a pair over all samples.
#[derive(Default, Clone)]
pub struct Seen {
    pub samples: usize,
    pub open: usize,
    /// Rows that a single changed fact made bite where both were open and then closed; permits that opened.
    pub turned_on: BTreeSet<String>,
}

impl Pair {
    /// Permit rows that our clauses of these ids stand for, and what bears on them; the error names what has no
    /// counterpart.
    pub fn new(
        law: &Law,
        names: &Names,
        rows: &[Row],
        permits: &[&Row],
        ours: &[String],
    ) -> Result<Self, String> {
        let ours: Vec<Ours> = ours.iter().map(|id| Ours::new(law, id)).collect::<Result<_, _>>()?;
        let mut unnamed = Vec::new();
        let sides: Vec<Side> =
            permits.iter().map(|row| Side::new(names, rows, row, &mut unnamed)).collect::<Result<_, _>>()?;
        let regime = law.regimes().iter().find(|regime| regime.id == permits[0].regime).unwrap();
        let governs = Sense::of(law, &regime.governs_expr);
        let of_sides =
            sides.iter().flat_map(|side| side.guards.iter().map(|(_, leaves)| leaves).chain([&side.row]));
        let of_ours =
            ours.iter().flat_map(|ours| ours.guards.iter().map(|(_, sense)| sense).chain([&ours.when]));
        let field = Field::of(of_sides.chain(of_ours).chain([&governs]));
        Ok(Self { sides, ours, governs, field, unnamed })
    }

    /// The rows that permit it.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.sides.iter().map(|side| side.id.as_str())
    }

    /// The facts that it asks about.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Compares both on these facts, which may be one fact away from others on which both open. A difference is told in
    /// short, for grouping.
    pub fn compare(&self, law: &Law, sample: &Sample<'_>, seen: &mut Seen) -> Option<String> {
        let world = sample.world;
        if self.governs.holds(world, 0) != Some(true) {
            return None;
        }
        seen.samples += 1;
        let closed_by: Vec<Option<Vec<usize>>> =
            self.sides.iter().map(|side| side.closed_by(world)).collect();
        let opens = |closed: &Option<Vec<usize>>| closed.as_ref().is_some_and(Vec::is_empty);
        let theirs = closed_by.iter().any(opens);
        let ours = self.ours.iter().any(|ours| law.opens(ours.clause, world.facts()));
        seen.open += usize::from(theirs);
        for (side, closed) in self.sides.iter().zip(&closed_by) {
            if opens(closed) && ours {
                note(&mut seen.turned_on, &side.id);
            }
        }
        if sample.one_from_open && !theirs && !ours {
            for side in &self.sides {
                let biting = side.guards.iter().filter(|(_, leaves)| leaves.holds(world, 0) != Some(true));
                biting.for_each(|(id, _)| note(&mut seen.turned_on, id));
            }
        }
        (theirs != ours).then(|| self.told(world, &closed_by, theirs))
    }

    /// The rows and the clauses that open on these facts; nothing unless both do.
    pub fn opened(&self, law: &Law, world: &World) -> Option<(Vec<&str>, Vec<ClauseRef>)> {
        if self.governs.holds(world, 0) != Some(true) {
            return None;
        }
        let open = |side: &&Side| side.closed_by(world).is_some_and(|by| by.is_empty());
        let rows: Vec<&str> = self.sides.iter().filter(open).map(|side| side.id.as_str()).collect();
        let clauses = self.ours.iter().map(|ours| ours.clause);
        let clauses: Vec<ClauseRef> = clauses.filter(|clause| law.opens(*clause, world.facts())).collect();
        (!rows.is_empty() && !clauses.is_empty()).then_some((rows, clauses))
    }

    /// Whether both open on these facts.
    fn both_open(&self, law: &Law, world: &World) -> bool {
        self.governs.holds(world, 0) == Some(true)
            && self.sides.iter().any(|side| side.closed_by(world).is_some_and(|by| by.is_empty()))
            && self.ours.iter().any(|ours| law.opens(ours.clause, world.facts()))
    }

    fn told(&self, world: &World, closed_by: &[Option<Vec<usize>>], theirs: bool) -> String {
        if theirs {
            let ours: Vec<String> = self.ours.iter().map(|ours| ours.told(world)).collect();
            return format!("the table opens, the law does not: {}", ours.join("; "));
        }
        let sides = self.sides.iter().zip(closed_by).map(|(side, closed)| match closed {
            Some(by) => {
                let by: Vec<&str> = by.iter().map(|at| side.guards[*at].0.as_str()).collect();
                format!("{}: {}", side.id, by.join(" "))
            }
            None => format!("{}: row, {}", side.id, failing(&side.row, world, 0)),
        });
        let open =
            self.ours.iter().filter(|ours| ours.told(world).ends_with(": ")).map(|ours| ours.id.as_str());
        let open: Vec<&str> = open.collect();
        format!(
            "the law opens ({}), the table does not: {}",
            open.join(" "),
            sides.collect::<Vec<_>>().join("; ")
        )
    }

    /// Facts for this pair: some that satisfy one side, and neighbors of those. `with` says how many count so far.
    pub fn samples(
        &self,
        law: &Law,
        wanted: usize,
        rng: &mut Rng,
        mut with: impl FnMut(&Sample<'_>) -> usize,
    ) {
        let mut done = 0;
        let mut round = 0;
        while done < wanted {
            let world = self.seed(round, rng);
            with(&Sample { world: &world, one_from_open: false });
            if round % 8 < 3 {
                let one_from_open = self.both_open(law, &world);
                self.each_changed(&world, |world| done = with(&Sample { world, one_from_open }));
            }
            let unknowns = if round.is_multiple_of(2) { 0 } else { 30 };
            for _ in 0..120 {
                let mut near = world.clone();
                for _ in 0..=rng.below(4) {
                    self.field.disturb(&mut near, unknowns, rng);
                }
                done = with(&Sample { world: &near, one_from_open: false });
            }
            round += 1;
        }
    }

    fn each_changed(&self, world: &World, mut give: impl FnMut(&World)) {
        for slot in &self.field.facts {
            let lanes = if permission_place(*slot).is_some() { world.permissions() } else { 1 };
            for lane in 0..lanes {
                for value in self.field.alternatives(*slot, world.value(*slot, lane)) {
                    let mut near = world.clone();
                    near.set(*slot, lane, value);
                    give(&near);
                }
            }
        }
        for permissions in 0..=LANES_MAX {
            let mut near = world.clone();
            near.set_permissions(permissions);
            give(&near);
        }
    }

    /// Facts on which one side should open, with nothing else known or everything.
    fn seed(&self, round: usize, rng: &mut Rng) -> World {
        let mut world = World::new();
        if rng.chance(15) {
            world.set_permissions(1 + rng.below(LANES_MAX));
        }
        let ours = &self.ours[rng.below(self.ours.len())];
        let side = &self.sides[rng.below(self.sides.len())];
        let theirs = rng.chance(50);
        if round.is_multiple_of(2) {
            self.field.complete(&mut world, rng);
        }
        for _ in 0..4 {
            force(&self.governs, true, &mut world, 0, rng);
            if theirs {
                force(&side.row, true, &mut world, 0, rng);
                side.guards.iter().for_each(|(_, leaves)| force(leaves, true, &mut world, 0, rng));
            } else {
                force(&ours.when, true, &mut world, 0, rng);
                ours.guards.iter().for_each(|(_, guard)| force(guard, true, &mut world, 0, rng));
            }
        }
        // Two who sign the same.
        if world.permissions() == 1 && rng.chance(20) {
            world.copy_permission();
            let signer = place("consent.given_by");
            world.set(signer, 1, Some(self.field.value(signer, rng)));
        }
        world
    }

    /// The facts it asks about, for people.
    pub fn shown(&self, world: &World) -> String {
        world.shown(&self.field.facts)
    }
}

impl Side {
    fn new(names: &Names, rows: &[Row], row: &Row, unnamed: &mut Vec<String>) -> Result<Self, String> {
        let context = Context { rows, regime: row.regime, basis: Some(row) };
        let Rule::Plain(said) = &row.rule else { return Err("no plain condition".to_owned()) };
        let sense = names.translate(said, context)?;
        let mut guards = Vec::new();
        let others = rows.iter().filter(|other| other.regime == row.regime && names.counts(other));
        for other in others {
            match leaves_alone(names, other, context) {
                Ok(Some(leaves)) => guards.push((other.id.clone(), leaves)),
                Ok(None) => {}
                Err(name) => unnamed.push(format!("{}: {name}", other.id)),
            }
        }
        let mut asked = Vec::new();
        sense.facts(&mut asked);
        let by_permission = asked.iter().any(|slot| permission_place(*slot).is_some());
        Ok(Self { id: row.id.clone(), row: sense, by_permission, guards })
    }

    /// The rows that close it, by place; nothing if the row itself does not open.
    fn closed_by(&self, world: &World) -> Option<Vec<usize>> {
        let lanes = 0..world.permissions().max(1);
        let open = |lane: &usize| self.row.holds(world, *lane) == Some(true);
        let leaves = |at: usize, lane: usize| self.guards[at].1.holds(world, lane) == Some(true);
        if !self.by_permission {
            // A condition that some permission meets is met.
            return open(&0).then(|| {
                (0..self.guards.len()).filter(|at| !lanes.clone().any(|lane| leaves(*at, lane))).collect()
            });
        }
        // One permission has to carry all of it: the one with which least is missing.
        lanes
            .filter(open)
            .map(|lane| (0..self.guards.len()).filter(|at| !leaves(*at, lane)).collect::<Vec<_>>())
            .min_by_key(Vec::len)
    }
}

impl Ours {
    fn new(law: &Law, id: &str) -> Result<Self, String> {
        let clause = law.find(id).ok_or_else(|| format!("no clause {id}"))?;
        let text = law.at(clause);
        if text.effect != Effect::Permit {
            return Err(format!("{id} is no permit"));
        }
        let guards = law
            .bearing_on(clause)
            .into_iter()
            .map(|guard| law.at(guard))
            .filter(|guard| matches!(guard.effect, Effect::Forbid | Effect::Limit))
            .map(|guard| (guard.id.clone(), spares(law, guard)))
            .collect();
        let when = Sense::of(law, text.when.as_ref().unwrap());
        Ok(Self { clause, id: id.to_owned(), when, guards })
    }

    fn told(&self, world: &World) -> String {
        let lanes = 0..world.permissions().max(1);
        let Some(lane) = lanes.clone().find(|lane| self.when.holds(world, *lane) == Some(true)) else {
            return format!("{}: {}", self.id, failing(&self.when, world, 0));
        };
        let closing = self.guards.iter().filter(|(_, guard)| guard.holds(world, lane) != Some(true));
        format!("{}: {}", self.id, closing.map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" "))
    }
}

/// What leaves the permits of a forbid or limit of ours alone.
fn spares(law: &Law, guard: &Clause) -> Sense {
    let off = guard.when.as_ref().map(|when| Sense::Not(Box::new(Sense::of(law, when))));
    let saved = guard.unless.as_ref().or(guard.must.as_ref()).map(|saved| Sense::of(law, saved));
    Sense::Or(off.into_iter().chain(saved).collect())
}

/// What leaves a basis alone, of a row that can close it; nothing if it cannot.
fn leaves_alone(names: &Names, row: &Row, context: Context<'_>) -> Result<Option<Sense>, String> {
    let sense = match (&row.rule, row.norm) {
        (Rule::Must(when, must), _) => {
            let when = names.translate(when, context)?;
            Sense::Or(vec![Sense::Not(Box::new(when)), names.translate(must, context)?])
        }
        (Rule::Plain(said), Norm::Forbid | Norm::Limit) => {
            let when = names.translate(said, context)?;
            Sense::Not(Box::new(when))
        }
        _ => return Ok(None),
    };
    // What nothing known could make it do, it never does to this basis.
    Ok((!always(&sense)).then_some(sense))
}

fn always(sense: &Sense) -> bool {
    match sense {
        Sense::Const(value) => *value,
        Sense::Not(inner) => never(inner),
        Sense::And(parts) => parts.iter().all(always),
        Sense::Or(parts) => parts.iter().any(always),
        _ => false,
    }
}

fn never(sense: &Sense) -> bool {
    match sense {
        Sense::Const(value) => !*value,
        Sense::Not(inner) => always(inner),
        Sense::And(parts) => parts.iter().any(never),
        Sense::Or(parts) => parts.iter().all(never),
        _ => false,
    }
}

/// The parts of a condition that are not known to be so.
fn failing(sense: &Sense, world: &World, lane: usize) -> String {
    match sense {
        Sense::And(parts) => parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.holds(world, lane) != Some(true))
            .map(|(at, part)| {
                format!("part {at}{}", if part.holds(world, lane).is_none() { "?" } else { "" })
            })
            .collect::<Vec<_>>()
            .join(", "),
        _ => "the whole".to_owned(),
    }
}

fn note(ids: &mut BTreeSet<String>, id: &str) {
    if !ids.contains(id) {
        ids.insert(id.to_owned());
    }
}

//! Random histories against a plain model: every backend answers every commit and every read as the model does.
//!
//! The model shares no code with the store: maps of the last version, and the rules of the contract spelled out.

use super::{
    Changes, Event, Expected, Kind, NodeStore, Outcome, PAGE_ROWS_MAX, Page, Put, RecordRef, Refusal, Row,
    Store, conformance::Bench,
};
use policy::{id::Id, time::UtcTime};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{collections::BTreeMap, sync::Arc};

/// Few ids, parents and lookups, so that histories cross each other.
const IDS: u128 = 5;
const KINDS: [Kind; 4] = [Kind::Case, Kind::Item, Kind::Inbound, Kind::Work];

#[derive(Clone, Debug)]
struct Step {
    puts: Vec<PutStep>,
    relied_on: Option<(RecordRef, i64)>,
    erase: Option<RecordRef>,
    reopen: bool,
}

#[derive(Clone, Debug)]
struct PutStep {
    r: RecordRef,
    expected: Guess,
    parent: Option<u128>,
    lookup: Option<u8>,
    state: u16,
    due_at: Option<i64>,
    shares: Option<RecordRef>,
    body: u8,
}

#[derive(Clone, Copy, Debug)]
enum Guess {
    Absent,
    /// The current version plus this; right when 0.
    Off(i64),
    Any,
}

#[derive(Clone, Debug)]
struct Held {
    version: u64,
    position: usize,
    put: PutStep,
    erased: bool,
    /// Whose key seals it.
    owner: RecordRef,
}

#[derive(Default)]
struct Model {
    held: BTreeMap<RecordRef, Held>,
}

impl Model {
    fn version(&self, r: RecordRef) -> u64 {
        self.held.get(&r).map_or(0, |held| held.version)
    }

    fn readable(&self, held: &Held) -> bool {
        !held.erased && !self.held.get(&held.owner).is_some_and(|owner| owner.erased)
    }

    /// Whether the set commits; why not is told apart only where the contract promises more than a no.
    fn commit(
        &mut self,
        step: &Step,
        relied_on: Option<(RecordRef, u64)>,
        puts: &[(PutStep, Expected)],
    ) -> bool {
        let mut next = self.held.clone();
        if relied_on.is_some_and(|(r, version)| self.version(r) != version) {
            return false;
        }
        for (put, expected) in puts {
            let old = self.held.get(&put.r);
            let fits = match expected {
                Expected::Absent => old.is_none(),
                Expected::Version(version) => self.version(put.r) == *version,
                Expected::Any => true,
            };
            if !fits || old.is_some_and(|held| !self.readable(held)) {
                return false;
            }
            let owner = match (old, put.shares) {
                (Some(held), _) => held.owner,
                (None, None) => put.r,
                (None, Some(owner)) => {
                    let new = puts.iter().find(|(p, _)| p.r == owner && !self.held.contains_key(&owner));
                    match (self.held.get(&owner), new) {
                        (Some(held), _) if self.readable(held) => held.owner,
                        (None, Some((p, _))) if p.shares.is_none() => owner,
                        _ => return false,
                    }
                }
            };
            let position = old.map_or(next.len(), |held| held.position);
            let version = self.version(put.r) + 1;
            next.insert(put.r, Held { version, position, put: put.clone(), erased: false, owner });
        }
        if let Some(r) = step.erase {
            match next.get_mut(&r) {
                None => return false,
                Some(held) if held.erased => {}
                Some(held) => {
                    held.erased = true;
                    held.version += 1;
                    held.put.due_at = None;
                    if !r.kind.unique_lookup() {
                        held.put.lookup = None;
                    }
                }
            }
        }
        let lookups: Vec<_> = next
            .values()
            .filter(|held| held.put.r.kind.unique_lookup() && held.put.lookup.is_some())
            .map(|held| (held.put.r.kind, held.put.lookup))
            .collect();
        let mut unique = lookups.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() < lookups.len() {
            return false;
        }
        self.held = next;
        true
    }

    fn found(&self, wanted: impl Fn(&Held) -> bool) -> Vec<Seen> {
        let mut found: Vec<_> = self.held.values().filter(|held| wanted(held)).collect();
        found.sort_by_key(|held| held.position);
        found.into_iter().map(|held| self.seen(held)).collect()
    }

    fn seen(&self, held: &Held) -> Seen {
        let body = if self.readable(held) { vec![held.put.body] } else { vec![] };
        let PutStep { r, parent, lookup, state, due_at, .. } = held.put.clone();
        (r, held.version, parent, lookup, state, due_at, !self.readable(held), body)
    }
}

type Seen = (RecordRef, u64, Option<u128>, Option<u8>, u16, Option<i64>, bool, Vec<u8>);

fn seen(rows: &[Row]) -> Vec<Seen> {
    rows.iter()
        .map(|row| {
            let lookup = row.lookup.map(|lookup| lookup[0]);
            let (parent, due_at) = (row.parent.map(|id| id.0), row.due_at.map(|at| at.0));
            (row.r, row.version, parent, lookup, row.state, due_at, row.erased, row.body.to_vec())
        })
        .collect()
}

fn reference() -> impl Strategy<Value = RecordRef> {
    (0..KINDS.len(), 1..=IDS).prop_map(|(kind, id)| KINDS[kind].of(Id(id)))
}

fn put_step() -> impl Strategy<Value = PutStep> {
    let guess = prop_oneof![
        3 => Just(Guess::Off(0)),
        2 => Just(Guess::Absent),
        2 => Just(Guess::Any),
        1 => (-1_i64..=1).prop_map(Guess::Off),
    ];
    (
        reference(),
        guess,
        proptest::option::of(1..=3_u128),
        proptest::option::weighted(0.3, 0..3_u8),
        0..2_u16,
        proptest::option::of(0..3_i64),
        proptest::option::weighted(0.2, reference()),
        any::<u8>(),
    )
        .prop_map(|(r, expected, parent, lookup, state, due_at, shares, body)| PutStep {
            r,
            expected,
            parent,
            lookup,
            state,
            due_at,
            shares: shares.filter(|owner| *owner != r),
            body,
        })
}

fn step() -> impl Strategy<Value = Step> {
    (
        proptest::collection::vec(put_step(), 0..4),
        proptest::option::weighted(0.3, (reference(), prop_oneof![3 => Just(0_i64), 1 => -1..=1_i64])),
        proptest::option::weighted(0.1, reference()),
        proptest::bool::weighted(0.05),
    )
        .prop_map(|(mut puts, relied_on, erase, reopen)| {
            // A record written twice is refused, and shown elsewhere.
            let mut written: Vec<_> = erase.into_iter().collect();
            puts.retain(|put| {
                !written.contains(&put.r) && {
                    written.push(put.r);
                    true
                }
            });
            Step { puts, relied_on, erase, reopen }
        })
}

async fn run(bench: &Bench, steps: &[Step]) {
    let mut store = bench.open().await;
    let mut model = Model::default();
    let mut commits = 0;
    for step in steps {
        if step.reopen {
            store.close().await.unwrap();
            drop(store);
            store = bench.open().await;
        }
        let near = |r: RecordRef, off: i64| model.version(r).saturating_add_signed(off);
        let relied_on = step.relied_on.map(|(r, off)| (r, near(r, off)));
        let expected = |put: &PutStep| match put.expected {
            Guess::Absent => Expected::Absent,
            Guess::Any => Expected::Any,
            Guess::Off(off) => match near(put.r, off) {
                0 => Expected::Absent,
                version => Expected::Version(version),
            },
        };
        let puts: Vec<_> = step.puts.iter().map(|put| (put.clone(), expected(put))).collect();
        let changes = Changes {
            relied_on: relied_on.into_iter().collect(),
            puts: puts.iter().map(|(put, expected)| real(put, *expected)).collect(),
            erase: step.erase.into_iter().collect(),
            events: vec![Event { at: UtcTime(1), actor: "model".into(), kind: "step".into(), ids: vec![] }],
        };
        let outcome = store.commit(changes).await.unwrap();
        let commits_in_model = model.commit(step, relied_on, &puts);
        assert_eq!(
            matches!(outcome, Outcome::Committed { .. }),
            commits_in_model,
            "{outcome:?} for {step:?}"
        );
        if let Outcome::Refused(refusal) = outcome {
            assert!(matches!(refusal, Refusal::Erased(_) | Refusal::LookupTaken(_)), "{refusal:?}");
        }
        commits += usize::from(commits_in_model);
        compare(&store, &model, commits).await;
    }
    store.close().await.unwrap();
}

fn real(put: &PutStep, expected: Expected) -> Put {
    let mut real = Put::new(put.r, vec![put.body]).expecting(expected).in_state(put.state);
    real.parent = put.parent.map(Id);
    real.lookup = put.lookup.map(|byte| [byte; 16]);
    real.due_at = put.due_at.map(UtcTime);
    match put.shares {
        Some(owner) => real.sharing_key_of(owner),
        None => real,
    }
}

async fn compare(store: &Arc<NodeStore>, model: &Model, commits: usize) {
    let all: Vec<_> = KINDS.iter().flat_map(|kind| (1..=IDS).map(|id| kind.of(Id(id)))).collect();
    let many: Vec<_> = store.get_many(&all).await.unwrap().into_iter().flatten().collect();
    for r in &all {
        let one: Vec<_> = store.get(*r).await.unwrap().into_iter().collect();
        assert_eq!(seen(&one), model.found(|held| held.put.r == *r));
        let of_many: Vec<_> = many.iter().filter(|row| row.r == *r).cloned().collect();
        assert_eq!(seen(&of_many), seen(&one));
    }
    for kind in KINDS {
        let is = |held: &Held| held.put.r.kind == kind;
        let list = store.list(kind, Page::first(PAGE_ROWS_MAX)).await.unwrap();
        assert_eq!(seen(&list), model.found(is));
        assert_eq!(store.count(kind).await.unwrap(), list.len() as u64);
        if let Some(row) = list.get(1) {
            let rest = store.list(kind, Page { after: row.position, limit: 2 }).await.unwrap();
            assert_eq!(seen(&rest), seen(&list.iter().skip(2).take(2).cloned().collect::<Vec<_>>()));
        }
        for parent in 1..=3_u128 {
            let children = |limit| store.children(kind, Id(parent), Page::first(limit));
            let expected = model.found(|held| is(held) && held.put.parent == Some(parent));
            let two: Vec<_> = expected.iter().take(2).cloned().collect();
            assert_eq!(seen(&children(2).await.unwrap()), two);
            assert_eq!(seen(&children(PAGE_ROWS_MAX).await.unwrap()), expected);
            assert_eq!(seen(&children(2).await.unwrap()), two);
            let mut newest = store.children_newest(kind, Id(parent), None, 2).await.unwrap();
            if let Some(last) = newest.last().filter(|_| newest.len() == 2) {
                let before = Some(last.position);
                newest.extend(store.children_newest(kind, Id(parent), before, 1000).await.unwrap());
            }
            assert_eq!(seen(&newest), expected.iter().rev().cloned().collect::<Vec<_>>());
            for (by, limit) in [(0, 1000), (1, 2), (2, 1000)] {
                let due = store.due_children(kind, Id(parent), UtcTime(by), limit).await.unwrap();
                let mut expected: Vec<_> =
                    expected.iter().filter(|seen| seen.5.is_some_and(|at| at <= by)).cloned().collect();
                expected.sort_by_key(|seen| seen.5);
                expected.truncate(limit as usize);
                assert_eq!(seen(&due), expected);
            }
        }
        for lookup in 0..3_u8 {
            let found = store.by_lookup(kind, [lookup; 16]).await.unwrap();
            assert_eq!(seen(&found), model.found(|held| is(held) && held.put.lookup == Some(lookup)));
        }
        for (state, due) in [(0, None), (0, Some(1)), (1, None), (1, Some(1))] {
            let found = store.by_state(kind, state, due.map(UtcTime), 1000).await.unwrap();
            let by = |held: &Held| due.is_none_or(|due| held.put.due_at.is_some_and(|at| at <= due));
            let mut expected = model.found(|held| is(held) && held.put.state == state && by(held));
            expected.sort_by_key(|seen| (seen.5.is_none(), seen.5));
            assert_eq!(seen(&found), expected);
        }
    }
    for case in 1..=IDS {
        for kinds in [&KINDS[..], &[Kind::Case], &[Kind::Item, Kind::Work]] {
            let snapshot = store.case_snapshot(Id(case), kinds).await.unwrap();
            let own = |held: &Held| match held.put.r.kind {
                Kind::Case => held.put.r.id == Id(case),
                _ => held.put.parent == Some(case),
            };
            assert_eq!(seen(&snapshot), model.found(|held| kinds.contains(&held.put.r.kind) && own(held)));
        }
    }
    assert_eq!(store.events(0, PAGE_ROWS_MAX).await.unwrap().len(), commits);
}

fn histories(bench: fn() -> Bench, cases: u32, steps: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 200, ..Config::default() });
    let history = proptest::collection::vec(step(), 1..steps);
    runner
        .run(&history, |steps| {
            runtime.block_on(run(&bench(), &steps));
            Ok(())
        })
        .unwrap();
}

#[test]
fn memory_answers_as_the_model_does() {
    histories(Bench::memory, 60, 60);
}

#[test]
fn sqlite_answers_as_the_model_does() {
    histories(Bench::sqlite, 12, 40);
}

//! One suite for every backend: what [`super::Store`] promises, called by name for each of them.
//!
//! A new backend adds a [`Bench`] and one line to `on_each_backend!`. What only one backend can show (files, modes,
//! schema versions) is tested beside that backend.

use super::{
    Changes, Event, Expected, Kind, MemoryDisk, MemoryFault, NodeStore, Outcome, PAGE_ROWS_MAX, Page, Put,
    RecordRef, Refusal, Row, Store, StoreError,
};
use policy::{id::Id, time::UtcTime};
use std::sync::Arc;

/// A medium on which a store can be opened, closed and opened again.
pub(super) enum Bench {
    Memory(MemoryDisk),
    Sqlite(tempfile::TempDir),
}

impl Bench {
    pub(super) fn memory() -> Self {
        Self::Memory(MemoryDisk::new())
    }
    pub(super) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }
    pub(super) async fn open(&self) -> Arc<NodeStore> {
        Arc::new(match self {
            Self::Memory(disk) => NodeStore::in_memory(disk).await.unwrap(),
            Self::Sqlite(dir) if dir.path().join("concord.db").exists() => {
                NodeStore::open(dir.path()).await.unwrap()
            }
            Self::Sqlite(dir) => NodeStore::create(dir.path()).await.unwrap(),
        })
    }
}

macro_rules! on_each_backend {
    ($($(#[$doc:meta])* async fn $name:ident($bench:ident: &Bench) $body:block)*) => {
        $($(#[$doc])* async fn $name($bench: &Bench) $body)*
        mod memory { $(#[tokio::test] async fn $name() { super::$name(&super::Bench::memory()).await; })* }
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(&super::Bench::sqlite()).await; })* }
    };
}

fn item(n: u128) -> RecordRef {
    Kind::Item.of(Id(n))
}

fn event(kind: &'static str, ids: Vec<RecordRef>) -> Event {
    Event { at: UtcTime(1_000), actor: "spiffe://test/agency/a/staff/b".into(), kind: kind.into(), ids }
}

fn changes(puts: Vec<Put>) -> Changes {
    let ids = puts.iter().map(|put| put.r).collect();
    Changes { puts, events: vec![event("test", ids)], ..Changes::default() }
}

fn put(n: u128, expected: Expected, body: &str) -> Put {
    Put::new(item(n), body.to_owned()).expecting(expected)
}

async fn committed(store: &NodeStore, changes: Changes) -> u64 {
    match store.commit(changes).await.unwrap() {
        Outcome::Committed { sequence } => sequence,
        other => panic!("{other:?}"),
    }
}

async fn outcome(store: &NodeStore, changes: Changes) -> Outcome {
    store.commit(changes).await.unwrap()
}

async fn read(store: &NodeStore, r: RecordRef) -> Option<(u64, String)> {
    store.get(r).await.unwrap().map(|row| (row.version, String::from_utf8(row.body.to_vec()).unwrap()))
}

fn refs(rows: &[Row]) -> Vec<RecordRef> {
    rows.iter().map(|row| row.r).collect()
}

on_each_backend! {

async fn everything_written_reads_back_also_after_reopening(bench: &Bench) {
    let store = bench.open().await;
    let (case, lookup) = (Id(u128::MAX), [7; 16]);
    let written = Put::new(item(1), vec![0, 255, 0]).under(case).found_by(lookup).in_state(9).due(UtcTime(-5));
    let bare = Put::new(item(2), Vec::new());
    committed(&store, changes(vec![written, bare])).await;
    let check = async |store: &NodeStore| {
        let row = store.get(item(1)).await.unwrap().unwrap();
        assert_eq!((row.r, row.version, row.parent, row.lookup), (item(1), 1, Some(case), Some(lookup)));
        assert_eq!((row.state, row.due_at, row.erased, &*row.body), (9, Some(UtcTime(-5)), false, &[0, 255, 0][..]));
        let bare = store.get(item(2)).await.unwrap().unwrap();
        assert_eq!((bare.parent, bare.lookup, bare.state, bare.due_at, bare.body.len()), (None, None, 0, None, 0));
        assert!(bare.position > row.position);
        assert!(store.get(item(3)).await.unwrap().is_none());
    };
    check(&store).await;
    store.close().await.unwrap();
    // The closed store is still there: closing is what lets go.
    let again = bench.open().await;
    check(&again).await;
}

async fn a_put_commits_only_over_the_version_it_expects(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes(vec![put(1, Expected::Absent, "one")])).await;
    let stale = Outcome::Stale(item(1));
    assert_eq!(outcome(&store, changes(vec![put(1, Expected::Absent, "x")])).await, stale);
    assert_eq!(outcome(&store, changes(vec![put(1, Expected::Version(2), "x")])).await, stale);
    committed(&store, changes(vec![put(1, Expected::Version(1), "two")])).await;
    assert_eq!(outcome(&store, changes(vec![put(1, Expected::Version(1), "x")])).await, stale);
    committed(&store, changes(vec![put(1, Expected::Any, "three"), put(2, Expected::Any, "new")])).await;
    assert_eq!(read(&store, item(1)).await, Some((3, "three".into())));
    assert_eq!(read(&store, item(2)).await, Some((1, "new".into())));
    assert_eq!(outcome(&store, changes(vec![put(9, Expected::Version(1), "x")])).await, Outcome::Stale(item(9)));
}

async fn a_set_is_all_or_nothing(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes(vec![put(1, Expected::Absent, "one")])).await;
    let set = changes(vec![put(2, Expected::Absent, "new"), put(1, Expected::Absent, "x")]);
    assert_eq!(outcome(&store, set).await, Outcome::Stale(item(1)));
    assert_eq!(read(&store, item(2)).await, None);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 1);
}

async fn relied_on_versions_are_checked(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes(vec![put(1, Expected::Absent, "one")])).await;
    let relying = |r, version, n| Changes { relied_on: vec![(r, version)], ..changes(vec![put(n, Expected::Absent, "x")]) };
    assert_eq!(outcome(&store, relying(item(1), 0, 2)).await, Outcome::Stale(item(1)));
    assert_eq!(outcome(&store, relying(item(1), 2, 2)).await, Outcome::Stale(item(1)));
    assert_eq!(outcome(&store, relying(item(7), 1, 2)).await, Outcome::Stale(item(7)));
    committed(&store, relying(item(1), 1, 2)).await;
    committed(&store, relying(item(7), 0, 3)).await;
}

/// Many callers raise one counter, each from what it read: every raise counts once, whatever groups they fall into.
async fn concurrent_raises_of_one_record_are_never_lost(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes(vec![put(1, Expected::Absent, "0")])).await;
    let raises = (0..40).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                let row = store.get(item(1)).await.unwrap().unwrap();
                let next = std::str::from_utf8(&row.body).unwrap().parse::<u32>().unwrap() + 1;
                match store.commit(changes(vec![Put::update(&row, next.to_string())])).await.unwrap() {
                    Outcome::Committed { .. } => return,
                    Outcome::Stale(r) => assert_eq!(r, item(1)),
                    Outcome::Refused(refusal) => panic!("{refusal}"),
                }
            }
        })
    });
    for raise in raises.collect::<Vec<_>>() {
        raise.await.unwrap();
    }
    assert_eq!(read(&store, item(1)).await, Some((41, "40".into())));
}

/// With `Expected::Any` the store itself looks again.
async fn concurrent_marks_all_commit(bench: &Bench) {
    let store = bench.open().await;
    let marks: Vec<_> = (0..30).map(|n: u32| {
        let store = store.clone();
        tokio::spawn(async move { committed(&store, changes(vec![put(1, Expected::Any, &n.to_string())])).await })
    }).collect();
    for mark in marks {
        mark.await.unwrap();
    }
    assert_eq!(store.get(item(1)).await.unwrap().unwrap().version, 30);
}

/// Stale, refused and failing sets among good ones: each is answered for itself, the good ones commit.
async fn bad_sets_do_not_spoil_the_good_ones(bench: &Bench) {
    let store = bench.open().await;
    let name = [3; 16];
    let inbound = move |n: u128| Put::new(Kind::Inbound.of(Id(n)), "m".to_owned()).found_by(name);
    committed(&store, changes(vec![inbound(1)])).await;
    committed(&store, changes(vec![put(1, Expected::Absent, "one")])).await;
    let answers: Vec<_> = (0..200_u128).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut puts = vec![put(1_000 + n, Expected::Absent, "good")];
            match n % 10 {
                3 => puts.push(put(1, Expected::Absent, "stale")),
                // Fails in the database itself, which fails the whole group's write.
                7 => puts.push(inbound(2_000 + n)),
                _ => {}
            }
            (n, store.commit(changes(puts)).await.unwrap())
        })
    }).collect();
    for answer in answers {
        let (n, outcome) = answer.await.unwrap();
        let there = read(&store, item(1_000 + n)).await.is_some();
        match n % 10 {
            3 => assert_eq!((outcome, there), (Outcome::Stale(item(1)), false)),
            7 => {
                let taken = Refusal::LookupTaken(Kind::Inbound.of(Id(2_000 + n)));
                assert_eq!((outcome, there), (Outcome::Refused(taken), false));
            }
            _ => assert!(matches!(outcome, Outcome::Committed { .. }) && there),
        }
    }
    assert_eq!(store.count(Kind::Item).await.unwrap(), 1 + 160);
    assert_eq!(store.count(Kind::Inbound).await.unwrap(), 1);
}

/// Two racing messages with one id: one is stored, the other is told.
async fn a_unique_lookup_belongs_to_one_record(bench: &Bench) {
    let store = bench.open().await;
    let message = |n: u128| Put::new(Kind::Inbound.of(Id(n)), "m".to_owned()).found_by([5; 16]);
    let (a, b) = tokio::join!(store.commit(changes(vec![message(1)])), store.commit(changes(vec![message(2)])));
    let mut answers = [a.unwrap(), b.unwrap()];
    answers.sort_by_key(|answer| matches!(answer, Outcome::Refused(_)));
    assert!(matches!(answers[0], Outcome::Committed { .. }));
    assert!(matches!(answers[1], Outcome::Refused(Refusal::LookupTaken(_))));
    assert_eq!(store.by_lookup(Kind::Inbound, [5; 16]).await.unwrap().len(), 1);
    // The same record may keep its lookup, and other kinds may use it, many times over.
    let row = store.by_lookup(Kind::Inbound, [5; 16]).await.unwrap().remove(0);
    committed(&store, changes(vec![Put::update(&row, "again".to_owned())])).await;
    let same = |n| put(n, Expected::Absent, "x").found_by([5; 16]);
    committed(&store, changes(vec![same(1), same(2)])).await;
    assert_eq!(refs(&store.by_lookup(Kind::Item, [5; 16]).await.unwrap()), [item(1), item(2)]);
    assert_eq!(store.by_lookup(Kind::Item, [6; 16]).await.unwrap().len(), 0);
}

/// One set may pass a unique lookup on, in whichever order it names the two, and exchange two.
async fn a_unique_lookup_passes_on_within_one_set(bench: &Bench) {
    let store = bench.open().await;
    let r = |n| Kind::Inbound.of(Id(n));
    let written = |n, version, lookup: Option<u8>| {
        let put = Put::new(r(n), "m".to_owned());
        let put = if version == 0 { put } else { put.expecting(Expected::Version(version)) };
        if let Some(lookup) = lookup { put.found_by([lookup; 16]) } else { put }
    };
    let of = async |lookup: u8| refs(&store.by_lookup(Kind::Inbound, [lookup; 16]).await.unwrap());
    committed(&store, changes(vec![written(1, 0, Some(5))])).await;
    committed(&store, changes(vec![written(2, 0, Some(5)), written(1, 1, None)])).await;
    assert_eq!(of(5).await, [r(2)]);
    committed(&store, changes(vec![written(2, 1, Some(6)), written(1, 2, Some(5))])).await;
    committed(&store, changes(vec![written(1, 3, Some(6)), written(2, 2, Some(5))])).await;
    assert_eq!((of(5).await, of(6).await), (vec![r(2)], vec![r(1)]));
}

async fn what_no_set_may_be_is_refused(bench: &Bench) {
    let store = bench.open().await;
    let no_event = Changes { events: vec![], ..changes(vec![put(1, Expected::Absent, "x")]) };
    assert_eq!(outcome(&store, no_event).await, Outcome::Refused(Refusal::NoEvent));
    let twice = changes(vec![put(1, Expected::Absent, "x"), put(1, Expected::Version(1), "y")]);
    assert_eq!(outcome(&store, twice).await, Outcome::Refused(Refusal::Twice(item(1))));
    let both = Changes { erase: vec![item(1)], ..changes(vec![put(1, Expected::Absent, "x")]) };
    assert_eq!(outcome(&store, both).await, Outcome::Refused(Refusal::Twice(item(1))));
    let large = changes(vec![Put::new(item(1), vec![0; super::BODY_BYTES_MAX + 1])]);
    assert!(matches!(outcome(&store, large).await, Outcome::Refused(Refusal::TooLarge { .. })));
    let largest = changes(vec![Put::new(item(1), vec![1; super::BODY_BYTES_MAX])]);
    committed(&store, largest).await;
    assert_eq!(store.count(Kind::Item).await.unwrap(), 1);
}

async fn events_come_in_the_order_of_commits_and_are_never_cut(bench: &Bench) {
    let store = bench.open().await;
    for n in 1..=5_u128 {
        let mut set = changes(vec![put(n, Expected::Absent, "x")]);
        set.events = (0..3).map(|place| event(["a", "b", "c"][place], vec![item(n), Kind::Case.of(Id(n))])).collect();
        assert_eq!(u128::from(committed(&store, set).await), n);
    }
    let all = store.events(0, 100).await.unwrap();
    let order: Vec<_> = all.iter().map(|e| (e.sequence, e.event.kind.to_string())).collect();
    let expected: Vec<_> = (1..=5).flat_map(|n| ["a", "b", "c"].map(|kind| (n, kind.to_owned()))).collect();
    assert_eq!(order, expected);
    assert_eq!(all[4].event, event("b", vec![item(2), Kind::Case.of(Id(2))]));
    let some = store.events(1, 4).await.unwrap();
    assert_eq!(some.iter().map(|e| e.sequence).collect::<Vec<_>>(), [2, 2, 2, 3, 3, 3]);
    assert_eq!(store.events(5, 4).await.unwrap(), []);
}

async fn lists_are_in_order_of_creation_and_page_on(bench: &Bench) {
    let store = bench.open().await;
    let (mine, other) = (Id(1), Id(2));
    for n in [5, 3, 9, 1, 7] {
        committed(&store, changes(vec![put(n, Expected::Absent, "x").under(mine)])).await;
        committed(&store, changes(vec![put(n + 100, Expected::Absent, "x").under(other)])).await;
        committed(&store, changes(vec![Put::new(Kind::Work.of(Id(n)), "w".to_owned()).under(mine)])).await;
    }
    // A later version keeps its place.
    committed(&store, changes(vec![put(5, Expected::Version(1), "y").under(mine)])).await;
    let mut seen = Vec::new();
    let mut page = Page::first(2);
    loop {
        let rows = store.children(Kind::Item, mine, page).await.unwrap();
        let Some(last) = rows.last() else { break };
        assert!(rows.len() <= 2);
        page.after = last.position;
        seen.extend(refs(&rows));
    }
    assert_eq!(seen, [5, 3, 9, 1, 7].map(item));
    let all = store.list(Kind::Item, Page::first(PAGE_ROWS_MAX)).await.unwrap();
    assert_eq!(refs(&all), [5, 105, 3, 103, 9, 109, 1, 101, 7, 107].map(item));
    let later = store.list(Kind::Item, Page { after: all[7].position, limit: 9 }).await.unwrap();
    assert_eq!(refs(&later), [7, 107].map(item));
    assert_eq!(store.count(Kind::Work).await.unwrap(), 5);
}

async fn children_are_listed_newest_first_and_page_on(bench: &Bench) {
    let store = bench.open().await;
    let (mine, other) = (Id(1), Id(2));
    for n in [5, 3, 9, 1, 7] {
        committed(&store, changes(vec![put(n, Expected::Absent, "x").under(mine)])).await;
        committed(&store, changes(vec![put(n + 100, Expected::Absent, "x").under(other)])).await;
        committed(&store, changes(vec![Put::new(Kind::Work.of(Id(n)), "w".to_owned()).under(mine)])).await;
    }
    // A later version keeps its place.
    committed(&store, changes(vec![put(5, Expected::Version(1), "y").under(mine)])).await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let rows = store.children_newest(Kind::Item, mine, before, 2).await.unwrap();
        let Some(last) = rows.last() else { break };
        assert!(rows.len() <= 2);
        before = Some(last.position);
        seen.extend(refs(&rows));
        // What comes in meanwhile is newer than every page still to come.
        let n = 200 + seen.len() as u128;
        committed(&store, changes(vec![put(n, Expected::Absent, "x").under(mine)])).await;
    }
    assert_eq!(seen, [7, 1, 9, 3, 5].map(item));
    let newest = store.children_newest(Kind::Item, mine, None, u32::MAX).await.unwrap();
    assert_eq!(refs(&newest)[..3], [205, 204, 202].map(item));
    assert_eq!(refs(&store.children_newest(Kind::Item, Id(3), None, 9).await.unwrap()), []);
    assert_eq!(refs(&store.children_newest(Kind::Item, mine, None, 0).await.unwrap()), []);
}

async fn due_children_come_soonest_first_and_follow_every_change(bench: &Bench) {
    let store = bench.open().await;
    let (team, other) = (Id(1), Id(2));
    for kind in [Kind::Case, Kind::Training] {
        let of = |n: u128, due: Option<i64>| {
            Put::new(kind.of(Id(n)), "c".to_owned()).under(team).in_state(u16::try_from(n).unwrap()).due(due.map(UtcTime))
        };
        let puts = vec![of(1, Some(30)), of(2, None), of(3, Some(10)), of(4, Some(30)), of(5, Some(-7)), of(6, Some(10)).under(other)];
        committed(&store, changes(puts)).await;
        let due = async |by: i64, limit| {
            let rows = store.due_children(kind, team, UtcTime(by), limit).await.unwrap();
            rows.iter().map(|row| row.r.id.0).collect::<Vec<_>>()
        };
        assert_eq!(due(i64::MAX, 10).await, [5, 3, 1, 4]);
        assert_eq!(due(30, 3).await, [5, 3, 1]);
        assert_eq!(due(29, 10).await, [5, 3]);
        assert_eq!(due(-8, 10).await, []);
        // Due later, no longer due, due at last, gone to another parent, destroyed.
        let change = async |n: u128, change: &dyn Fn(Put) -> Put| {
            let row = store.get(kind.of(Id(n))).await.unwrap().unwrap();
            committed(&store, changes(vec![change(Put::update(&row, "d".to_owned()))])).await;
        };
        change(5, &|put| put.due(UtcTime(31))).await;
        change(3, &|put| put.due(None)).await;
        change(2, &|put| put.due(UtcTime(0))).await;
        change(6, &|put| put.under(team)).await;
        assert_eq!(due(31, 10).await, [2, 6, 1, 4, 5]);
        change(1, &|put| put.under(other)).await;
        let erase = vec![kind.of(Id(4))];
        committed(&store, Changes { erase, events: vec![event("erased", vec![])], ..Changes::default() }).await;
        assert_eq!(due(31, 10).await, [2, 6, 5]);
    }
}

async fn work_is_found_by_state_soonest_due_first(bench: &Bench) {
    let store = bench.open().await;
    let work = |n: u128, state, due: Option<i64>| {
        Put::new(Kind::Work.of(Id(n)), "w".to_owned()).in_state(state).due(due.map(UtcTime))
    };
    let puts = vec![work(1, 1, None), work(2, 1, Some(30)), work(3, 1, Some(10)), work(4, 2, Some(5)), work(5, 1, Some(10))];
    committed(&store, changes(puts)).await;
    let ids = |rows: Vec<Row>| rows.iter().map(|row| row.r.id.0).collect::<Vec<_>>();
    assert_eq!(ids(store.by_state(Kind::Work, 1, None, 10).await.unwrap()), [3, 5, 2, 1]);
    assert_eq!(ids(store.by_state(Kind::Work, 1, None, 2).await.unwrap()), [3, 5]);
    assert_eq!(ids(store.by_state(Kind::Work, 1, Some(UtcTime(10)), 10).await.unwrap()), [3, 5]);
    assert_eq!(ids(store.by_state(Kind::Work, 1, Some(UtcTime(9)), 10).await.unwrap()), []);
    let row = store.get(Kind::Work.of(Id(3))).await.unwrap().unwrap();
    committed(&store, changes(vec![Put::update(&row, "w".to_owned()).in_state(2).due(None)])).await;
    assert_eq!(ids(store.by_state(Kind::Work, 1, None, 10).await.unwrap()), [5, 2, 1]);
    assert_eq!(ids(store.by_state(Kind::Work, 2, None, 10).await.unwrap()), [4, 3]);
}

/// Counts are of all records of a state, past what one list holds, and follow each change of state.
async fn records_are_counted_by_state_however_many(bench: &Bench) {
    let store = bench.open().await;
    let many = u128::from(PAGE_ROWS_MAX) + 7;
    let all: Vec<u128> = (1..=many).collect();
    for some in all.chunks(500) {
        let puts = some.iter().map(|n| Put::new(Kind::Work.of(Id(*n)), "w".to_owned()).in_state(1)).collect();
        committed(&store, changes(puts)).await;
    }
    let elsewhere = Put::new(item(1), "x".to_owned()).in_state(1);
    committed(&store, changes(vec![elsewhere])).await;
    let count = async |state| store.count_in_state(Kind::Work, state).await.unwrap();
    assert_eq!((count(1).await, count(2).await), (many as u64, 0));
    let row = store.get(Kind::Work.of(Id(3))).await.unwrap().unwrap();
    committed(&store, changes(vec![Put::update(&row, "w".to_owned()).in_state(2)])).await;
    assert_eq!((count(1).await, count(2).await), (many as u64 - 1, 1));
    let erase = vec![Kind::Work.of(Id(3))];
    committed(&store, Changes { erase, events: vec![event("erased", vec![])], ..Changes::default() }).await;
    assert_eq!(count(2).await, 1, "an erased record is counted");
}

async fn a_case_snapshot_is_the_case_and_its_children_of_the_kinds_asked(bench: &Bench) {
    let store = bench.open().await;
    let case = Id(77);
    let of = |r: RecordRef| Put::new(r, "x".to_owned()).under(case);
    let own = Put::new(Kind::Case.of(case), "case".to_owned()).under(Id(1));
    let person = Kind::Person.of(Id(1));
    let sequence = Kind::Sequence.of(Id(1));
    let elsewhere = put(9, Expected::Absent, "x").under(Id(78));
    committed(&store, changes(vec![of(item(1)), own, of(person), of(sequence), of(item(2)), elsewhere])).await;
    let snapshot = |kinds: &'static [Kind]| store.case_snapshot(case, kinds);
    let rows = snapshot(&[Kind::Case, Kind::Item, Kind::Person, Kind::Sequence]).await.unwrap();
    assert_eq!(refs(&rows), [item(1), Kind::Case.of(case), person, sequence, item(2)]);
    assert_eq!(refs(&snapshot(&[Kind::Item]).await.unwrap()), [item(1), item(2)]);
    assert_eq!(refs(&snapshot(&[Kind::Case, Kind::Work]).await.unwrap()), [Kind::Case.of(case)]);
    assert_eq!(refs(&snapshot(&[]).await.unwrap()), []);
    // What opens a case: its own head and history, and an entry is of no case but by its key.
    let entry = |n: u128, of: Id| {
        let owner = Kind::Case.of(of);
        Put::new(Kind::Entry.of(Id(n)), "entry".to_owned()).under(of).sharing_key_of(owner)
    };
    let other = Id(78);
    let second = Put::new(Kind::Case.of(other), "other".to_owned()).under(case);
    committed(&store, changes(vec![second, entry(1, other), entry(2, case), entry(3, other), entry(4, case)])).await;
    let history: Vec<_> = [Kind::Case.of(case)].into_iter().chain([2, 4].map(|n| Kind::Entry.of(Id(n)))).collect();
    assert_eq!(refs(&snapshot(&[Kind::Case, Kind::Entry]).await.unwrap()), history);
    assert_eq!(refs(&snapshot(&[Kind::Entry]).await.unwrap()), history[1..]);
    let theirs = store.case_snapshot(other, &[Kind::Entry, Kind::Case]).await.unwrap();
    assert_eq!(refs(&theirs), [Kind::Case.of(other), Kind::Entry.of(Id(1)), Kind::Entry.of(Id(3))]);
    for stray in [Put::new(Kind::Entry.of(Id(9)), "x".to_owned()).under(case), entry(9, case).under(other)] {
        let refused = store.commit(changes(vec![stray])).await.unwrap();
        assert_eq!(refused, Outcome::Refused(Refusal::OutsideItsCase(Kind::Entry.of(Id(9)))));
    }
    // A case that is its own parent is still one row.
    let row = store.get(Kind::Case.of(case)).await.unwrap().unwrap();
    committed(&store, changes(vec![Put::update(&row, "case".to_owned()).under(case)])).await;
    assert_eq!(refs(&snapshot(&[Kind::Case]).await.unwrap()), [Kind::Case.of(case)]);
}

async fn a_snapshot_is_whole_or_an_error(bench: &Bench) {
    let store = bench.open().await;
    let case = Id(1);
    for first in (0..=super::SNAPSHOT_ROWS_MAX as u128).step_by(1000) {
        let last = (first + 1000).min(super::SNAPSHOT_ROWS_MAX as u128 + 1);
        let puts = (first..last).map(|n| put(n, Expected::Absent, "").under(case).sharing_key_of(Kind::Case.of(case)));
        let own = (first == 0).then(|| Put::new(Kind::Case.of(case), "case".to_owned()));
        let mut set = changes(own.into_iter().chain(puts).collect());
        set.events[0].ids.clear();
        committed(&store, set).await;
    }
    let refused = store.case_snapshot(case, &[Kind::Item]).await.unwrap_err();
    assert!(matches!(refused, StoreError::SnapshotTooLarge { .. }));
}

async fn get_many_answers_in_the_order_asked(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes((0..300).map(|n| put(n, Expected::Absent, &n.to_string())).collect())).await;
    let asked: Vec<_> = [299, 5, 1000, 5, 0].map(item).into_iter().chain((0..290).map(item)).collect();
    let rows = store.get_many(&asked).await.unwrap();
    assert_eq!(rows.len(), asked.len());
    for (r, row) in asked.iter().zip(rows) {
        assert_eq!(row.map(|row| (row.r, row.body.to_vec())), (r.id.0 < 300).then(|| (*r, r.id.to_string_bytes())));
    }
    assert_eq!(store.get_many(&[]).await.unwrap().len(), 0);
}

async fn erasure_empties_the_record_and_all_under_its_key_for_good(bench: &Bench) {
    let store = bench.open().await;
    let (disclosure, accounting) = (Kind::Disclosure.of(Id(1)), Kind::Accounting.of(Id(1)));
    let shared = Put::new(accounting, "line".to_owned()).sharing_key_of(disclosure);
    committed(&store, changes(vec![shared, Put::new(disclosure, "sent".to_owned()).found_by([1; 16]).due(UtcTime(1))])).await;
    committed(&store, changes(vec![put(1, Expected::Absent, "late").sharing_key_of(disclosure)])).await;
    committed(&store, changes(vec![put(2, Expected::Absent, "kept")])).await;
    let erase = |r| Changes { erase: vec![r], events: vec![event("erase", vec![r])], ..Changes::default() };
    committed(&store, erase(disclosure)).await;
    store.close().await.unwrap();
    drop(store);
    // Once in a store that remembers, once in one that was opened since.
    for _ in 0..2 {
        let store = bench.open().await;
        for (r, version) in [(disclosure, 2), (accounting, 1), (item(1), 1)] {
            let row = store.get(r).await.unwrap().unwrap();
            assert_eq!((row.version, row.erased, row.body.len()), (version, true, 0), "{r}");
        }
        let row = store.get(disclosure).await.unwrap().unwrap();
        assert_eq!((row.lookup, row.due_at), (None, None));
        assert_eq!(read(&store, item(2)).await, Some((1, "kept".into())));
        let refused = |r| Outcome::Refused(Refusal::Erased(r));
        let again = Put::new(disclosure, "x".to_owned()).expecting(Expected::Version(2));
        assert_eq!(outcome(&store, changes(vec![again])).await, refused(disclosure));
        let again = Put::new(accounting, "x".to_owned()).expecting(Expected::Version(1));
        assert_eq!(outcome(&store, changes(vec![again])).await, refused(accounting));
        let shared = put(3, Expected::Absent, "x").sharing_key_of(disclosure);
        assert!(matches!(outcome(&store, changes(vec![shared])).await, Outcome::Refused(Refusal::Erased(_))));
        committed(&store, erase(disclosure)).await;
        assert_eq!(store.get(disclosure).await.unwrap().unwrap().version, 2);
        assert_eq!(outcome(&store, erase(item(99))).await, Outcome::Stale(item(99)));
        store.close().await.unwrap();
    }
}

/// Emptying a record that shares a key leaves the key to its owner; a message id survives erasure.
async fn erasing_a_sharer_leaves_the_owner_and_a_message_is_known_again(bench: &Bench) {
    let store = bench.open().await;
    let (inbound, receipt) = (Kind::Inbound.of(Id(1)), Kind::Receipt.of(Id(1)));
    let owner = Put::new(inbound, "in".to_owned()).found_by([9; 16]);
    let sharer = Put::new(receipt, "r".to_owned()).sharing_key_of(inbound);
    committed(&store, changes(vec![owner, sharer])).await;
    let erase = |r| Changes { erase: vec![r], events: vec![event("erase", vec![r])], ..Changes::default() };
    committed(&store, erase(receipt)).await;
    assert!(store.get(receipt).await.unwrap().unwrap().erased);
    assert_eq!(read(&store, inbound).await, Some((1, "in".into())));
    committed(&store, erase(inbound)).await;
    let found = store.by_lookup(Kind::Inbound, [9; 16]).await.unwrap();
    assert_eq!((refs(&found), found[0].erased), (vec![inbound], true));
    let replayed = Put::new(Kind::Inbound.of(Id(2)), "in".to_owned()).found_by([9; 16]);
    let taken = Refusal::LookupTaken(Kind::Inbound.of(Id(2)));
    assert_eq!(outcome(&store, changes(vec![replayed])).await, Outcome::Refused(taken));
}

async fn sharing_the_key_of_nothing_is_stale(bench: &Bench) {
    let store = bench.open().await;
    let orphan = put(1, Expected::Absent, "x").sharing_key_of(item(2));
    assert_eq!(outcome(&store, changes(vec![orphan])).await, Outcome::Stale(item(2)));
}

/// A record keeps the key that it was born with, whatever a later put says.
async fn a_later_version_stays_under_the_first_key(bench: &Bench) {
    let store = bench.open().await;
    committed(&store, changes(vec![put(1, Expected::Absent, "owner"), put(2, Expected::Absent, "a").sharing_key_of(item(1))])).await;
    committed(&store, changes(vec![put(2, Expected::Version(1), "b")])).await;
    assert_eq!(read(&store, item(2)).await, Some((2, "b".into())));
    let erase = Changes { erase: vec![item(1)], events: vec![event("erase", vec![])], ..Changes::default() };
    committed(&store, erase).await;
    assert!(store.get(item(2)).await.unwrap().unwrap().erased);
}

async fn closing_answers_everything_that_was_queued(bench: &Bench) {
    let store = bench.open().await;
    let queued: Vec<_> = (0..100).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { (n, store.commit(changes(vec![put(n, Expected::Absent, "x")])).await) })
    }).collect();
    tokio::task::yield_now().await;
    store.close().await.unwrap();
    assert!(matches!(store.get(item(1)).await, Err(StoreError::Closed)));
    assert!(matches!(store.commit(changes(vec![])).await, Err(StoreError::Closed)));
    let mut answers = Vec::new();
    for queued in queued {
        answers.push(queued.await.unwrap());
    }
    drop(store);
    let store = bench.open().await;
    for (n, answer) in answers {
        match answer {
            Ok(Outcome::Committed { .. }) => assert!(read(&store, item(n)).await.is_some()),
            Err(StoreError::Closed) => assert!(read(&store, item(n)).await.is_none()),
            other => panic!("{other:?}"),
        }
    }
}

/// Whoever was answered reads what was committed, by every way of reading, while others fill the caches.
async fn a_read_sees_every_commit_answered_before_it(bench: &Bench) {
    let store = bench.open().await;
    let (case, lookup) = (Id(1), [4; 16]);
    let first = put(1, Expected::Absent, "x").under(case).found_by(lookup);
    committed(&store, changes(vec![first])).await;
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..4).map(|_| {
        let (store, done) = (store.clone(), done.clone());
        tokio::spawn(async move {
            let mut last = 0;
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                let rows = store.case_snapshot(case, &[Kind::Item]).await.unwrap();
                assert!(rows[0].version >= last, "time went back");
                last = rows[0].version;
                store.get(item(1)).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    }).collect();
    for version in 1..200 {
        let row = store.get(item(1)).await.unwrap().unwrap();
        assert_eq!(row.version, version);
        committed(&store, changes(vec![Put::update(&row, "y".to_owned())])).await;
        let all = [
            store.children(Kind::Item, case, Page::first(PAGE_ROWS_MAX)).await.unwrap(),
            store.case_snapshot(case, &[Kind::Item, Kind::Case]).await.unwrap(),
            store.by_lookup(Kind::Item, lookup).await.unwrap(),
            store.list(Kind::Item, Page::first(PAGE_ROWS_MAX)).await.unwrap(),
            store.get_many(&[item(1)]).await.unwrap().into_iter().flatten().collect(),
        ];
        for rows in all {
            assert_eq!(rows.iter().map(|row| row.version).collect::<Vec<_>>(), [version + 1]);
        }
    }
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

/// Numbers go on after reopening, and grow.
async fn sequence_numbers_go_on_after_reopening(bench: &Bench) {
    let store = bench.open().await;
    let first = committed(&store, changes(vec![put(1, Expected::Absent, "x")])).await;
    store.close().await.unwrap();
    drop(store);
    let store = bench.open().await;
    assert!(committed(&store, changes(vec![put(2, Expected::Absent, "x")])).await > first);
}

}

trait StringBytes {
    fn to_string_bytes(self) -> Vec<u8>;
}
impl StringBytes for Id {
    fn to_string_bytes(self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }
}

#[tokio::test]
async fn a_failed_commit_fails_every_set_in_it_and_the_next_one_is_right_either_way() {
    for fault in [MemoryFault::CommitFails, MemoryFault::CommitPersistsButFails] {
        let disk = MemoryDisk::new();
        let store = NodeStore::in_memory(&disk).await.unwrap();
        committed(&store, changes(vec![put(1, Expected::Absent, "one")])).await;
        disk.fail_next(fault);
        let (a, b) = tokio::join!(
            store.commit(changes(vec![put(1, Expected::Version(1), "two")])),
            store.commit(changes(vec![put(2, Expected::Absent, "new")])),
        );
        for answer in [a, b] {
            assert!(matches!(answer, Err(StoreError::CommitUnknown { .. })));
        }
        let kept = fault == MemoryFault::CommitPersistsButFails;
        assert_eq!(read(&store, item(1)).await.unwrap().0, if kept { 2 } else { 1 });
        assert_eq!(read(&store, item(2)).await.is_some(), kept);
        // Whoever repeats without reading again is stale, or commits what did not take effect.
        let again = outcome(&store, changes(vec![put(1, Expected::Version(1), "again")])).await;
        assert_eq!(matches!(again, Outcome::Stale(_)), kept);
        committed(&store, changes(vec![put(3, Expected::Absent, "x")])).await;
        let sequences: Vec<_> = store.events(0, 100).await.unwrap().iter().map(|e| e.sequence).collect();
        assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
    }
}

#[tokio::test]
async fn an_erasure_that_took_effect_unseen_is_finished_when_the_store_opens() {
    let disk = MemoryDisk::new();
    let store = NodeStore::in_memory(&disk).await.unwrap();
    committed(
        &store,
        changes(vec![
            put(1, Expected::Absent, "gone"),
            put(2, Expected::Absent, "x").sharing_key_of(item(1)),
        ]),
    )
    .await;
    disk.fail_next(MemoryFault::CommitPersistsButFails);
    let erase = Changes { erase: vec![item(1)], events: vec![event("erase", vec![])], ..Changes::default() };
    assert!(store.commit(erase).await.is_err());
    // A later erasure must not make the store believe that the earlier one is finished.
    committed(&store, changes(vec![put(3, Expected::Absent, "y")])).await;
    let later = Changes { erase: vec![item(3)], events: vec![event("erase", vec![])], ..Changes::default() };
    committed(&store, later).await;
    store.close().await.unwrap();
    let store = NodeStore::in_memory(&disk).await.unwrap();
    assert!(store.get(item(2)).await.unwrap().unwrap().erased, "the key of the erased record is destroyed");
}

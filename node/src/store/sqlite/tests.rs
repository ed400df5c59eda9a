//! What only files can show: modes, what is on the medium, altered rows, restored backups, newer schemas, failing
//! commits of a real database.

use super::shelf::Shelf;
use crate::store::{
    BODY_BYTES_MAX, Changes, Event, Expected, Kind, NodeStore, Outcome, Page, Put, RecordRef, Row, Store,
    StoreError, home::HomeError, keys::KeyError,
};
use policy::{id::Id, time::UtcTime};
use sqlx::{
    Connection, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use std::{
    error::Error,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

fn item(n: u128) -> RecordRef {
    Kind::Item.of(Id(n))
}

fn changes(puts: Vec<Put>) -> Changes {
    let event = Event { at: UtcTime(1), actor: "test".into(), kind: "test".into(), ids: vec![] };
    Changes { puts, events: vec![event], ..Changes::default() }
}

fn erasing(r: RecordRef) -> Changes {
    Changes { erase: vec![r], ..changes(vec![]) }
}

async fn commit(store: &NodeStore, changes: Changes) {
    let outcome = store.commit(changes).await.unwrap();
    assert!(matches!(outcome, Outcome::Committed { .. }), "{outcome:?}");
}

async fn body(store: &NodeStore, r: RecordRef) -> String {
    String::from_utf8(store.get(r).await.unwrap().unwrap().body.to_vec()).unwrap()
}

struct Fixture {
    dir: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }
    fn file(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }
    async fn create(&self) -> NodeStore {
        NodeStore::create(&self.home()).await.unwrap()
    }
    async fn open(&self) -> NodeStore {
        NodeStore::open(&self.home()).await.unwrap()
    }
    async fn open_error(&self) -> StoreError {
        NodeStore::open(&self.home()).await.err().expect("must not open")
    }
    /// A connection that the store knows nothing of.
    async fn raw(&self, name: &str) -> SqliteConnection {
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(self.file(name))).await.unwrap()
    }
    async fn run(&self, name: &str, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&mut self.raw(name).await).await.unwrap();
    }
    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.home()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
    /// Whether any file of the home holds these bytes.
    fn holds(&self, bytes: &[u8]) -> bool {
        let found =
            |file: &PathBuf| fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes);
        self.files().iter().any(found)
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The message of an error and of all its sources.
fn chain(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    message
}

#[tokio::test]
async fn every_file_is_private() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "x".to_owned())])).await;
    store.get(item(1)).await.unwrap();
    let files = fixture.files();
    assert!(files.iter().any(|file| file.ends_with("concord.db-wal")), "{files:?}");
    for file in files {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn no_file_holds_a_body_in_the_clear_but_the_search_would_find_it() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    let marker = "QUITE-PERSONAL-MARKER";
    let large = format!("{marker}{}", "x".repeat(BODY_BYTES_MAX - 100));
    commit(&store, changes(vec![Put::new(item(1), marker.to_owned()), Put::new(item(2), large)])).await;
    let found = store.get(item(1)).await.unwrap().unwrap();
    commit(
        &store,
        changes(vec![Put::update(&found, format!("{marker} again")).found_by(*b"findable lookup!")]),
    )
    .await;
    for closed in [false, true] {
        if closed {
            store.close().await.unwrap();
        }
        assert!(!fixture.holds(marker.as_bytes()));
        assert!(fixture.holds(b"findable lookup!"));
    }
}

#[tokio::test]
async fn a_body_moved_or_altered_or_put_back_does_not_open() {
    for sql in [
        "UPDATE records SET body = (SELECT body FROM records WHERE position = 2) WHERE position = 1",
        "UPDATE records SET body = (SELECT body FROM records WHERE position = 2), \
         key_id = (SELECT key_id FROM records WHERE position = 2) WHERE position = 1",
        "UPDATE records SET version = 2 WHERE position = 1",
        "UPDATE records SET kind = 6 WHERE position = 1; UPDATE records SET kind = 8, id = (SELECT id FROM records WHERE \
         position = 1) WHERE position = 2",
        "UPDATE records SET body = CAST(substr(body, 1, 20) AS BLOB) WHERE position = 1",
    ] {
        let fixture = Fixture::new();
        let store = fixture.create().await;
        commit(
            &store,
            changes(vec![Put::new(item(1), "one".to_owned()), Put::new(item(2), "two".to_owned())]),
        )
        .await;
        store.close().await.unwrap();
        fixture.run("concord.db", sql).await;
        let store = fixture.open().await;
        let error = store.get(item(1)).await.unwrap_err();
        assert!(matches!(error, StoreError::Seal(_)), "{sql}: {error:?}");
        assert!(chain(&error).contains("altered or moved"), "{}", chain(&error));
        assert!(!chain(&error).contains("one"));
    }
}

#[tokio::test]
async fn a_key_file_that_is_missing_foreign_or_readable_by_others_is_refused() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "one".to_owned())])).await;
    store.close().await.unwrap();
    let kek = fixture.file("kek.key");
    let good = fs::read(&kek).unwrap();

    fs::set_permissions(&kek, fs::Permissions::from_mode(0o644)).unwrap();
    let message = chain(&fixture.open_error().await);
    assert!(message.contains("chmod 600") && message.contains("kek.key"), "{message}");
    fs::set_permissions(&kek, fs::Permissions::from_mode(0o600)).unwrap();

    let other = Fixture::new();
    other.create().await.close().await.unwrap();
    fs::copy(other.file("kek.key"), &kek).unwrap();
    let error = fixture.open_error().await;
    assert!(matches!(error, StoreError::Keys(KeyError::WrongKek { generation: 1 })), "{error:?}");
    assert!(chain(&error).contains("restore the kek.key that belongs to this home"));

    fs::write(&kek, "nonsense").unwrap();
    assert!(matches!(fixture.open_error().await, StoreError::Keys(KeyError::Malformed { .. })));

    fs::remove_file(&kek).unwrap();
    let error = fixture.open_error().await;
    assert!(matches!(error, StoreError::Home(HomeError::Missing { file: "kek.key", .. })), "{error:?}");

    fs::write(&kek, good).unwrap();
    fs::set_permissions(&kek, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(body(&fixture.open().await, item(1)).await, "one");
}

#[tokio::test]
async fn a_home_is_made_once_opened_once_at_a_time_and_missed_by_name() {
    let fixture = Fixture::new();
    let message = chain(&fixture.open_error().await);
    assert!(message.contains("concord init") && !fixture.home().exists(), "{message}");
    let store = fixture.create().await;
    let error = fixture.open_error().await;
    assert!(matches!(error, StoreError::Home(HomeError::Locked { .. })), "{error:?}");
    assert!(chain(&error).contains("another concord runs on"));
    store.close().await.unwrap();
    let error = NodeStore::create(&fixture.home()).await.err().unwrap();
    assert!(matches!(error, StoreError::Home(HomeError::Exists { .. })), "{error:?}");
    fixture.open().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    for (name, newest) in [("concord.db", 3), ("keys.db", 1)] {
        let fixture = Fixture::new();
        fixture.create().await.close().await.unwrap();
        fixture
            .run(
                name,
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9000, 'from the future', 1, x'00', 0)",
            )
            .await;
        let error = fixture.open_error().await;
        assert!(
            matches!(error, StoreError::NewerSchema { found: 9000, known, .. } if known == newest),
            "{error:?}"
        );
        let message = chain(&error);
        assert!(message.contains(name) && message.contains("install the concord that wrote it"), "{message}");
    }
}

/// Puts a home back to the first schema, with everything in it.
const BACK_TO_THE_FIRST_SCHEMA: &str = concat!(
    "CREATE TEMP TABLE r AS SELECT position, kind, id, version, parent, lookup, state, due_at, key_id, owns_key, erased, \
     body FROM records; CREATE TEMP TABLE e AS SELECT * FROM events; CREATE TEMP TABLE p AS SELECT * FROM purges; \
     DROP TABLE records; DROP TABLE events; DROP TABLE purges;",
    include_str!("../../../migrations/sqlite/0001_records.sql"),
    "INSERT INTO records SELECT * FROM r; INSERT INTO events SELECT * FROM e; INSERT INTO purges SELECT * FROM p; \
     DELETE FROM _sqlx_migrations WHERE version > 1;"
);

/// A home of the first schema is brought up to date when it opens, with everything in it and in the same order, what
/// shares a key side by side, and cases due are found.
#[tokio::test]
async fn a_database_of_the_first_schema_is_brought_up_to_date() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    let team = Id(9);
    let case = |n: u128, due| Put::new(Kind::Case.of(Id(n)), n.to_string()).under(team).due(UtcTime(due));
    let of_case = |n: u128, case: u128| {
        let owner = Kind::Case.of(Id(case));
        Put::new(item(n), format!("{n} of {case}")).under(owner.id).sharing_key_of(owner)
    };
    commit(&store, changes(vec![case(1, 30), case(2, 10), Put::new(item(1), "one".to_owned())])).await;
    commit(&store, changes(vec![of_case(12, 2), of_case(11, 1), Put::new(item(3), "gone".to_owned())])).await;
    commit(&store, erasing(item(3))).await;
    let before = store.list(Kind::Item, Page::first(10)).await.unwrap();
    let events = store.events(0, 100).await.unwrap();
    store.close().await.unwrap();
    fixture.run("concord.db", BACK_TO_THE_FIRST_SCHEMA).await;

    let store = fixture.open().await;
    let after = store.list(Kind::Item, Page::first(10)).await.unwrap();
    let told = |rows: &[Row]| {
        rows.iter().map(|r| (r.position, r.r, r.version, r.erased, r.body.to_vec())).collect::<Vec<_>>()
    };
    assert_eq!(told(&after), told(&before));
    assert_eq!(store.events(0, 100).await.unwrap(), events);
    assert_eq!(shelves(&fixture).await, shelved([&[1, 11], &[2, 12], &[1], &[3]]));

    commit(&store, changes(vec![case(3, 20), of_case(13, 1), of_case(14, 3)])).await;
    assert_eq!(shelves(&fixture).await, shelved([&[1, 11, 13], &[2, 12], &[1], &[3], &[3, 14]]));
    let due = store.due_children(Kind::Case, team, UtcTime(30), 10).await.unwrap();
    assert_eq!(due.iter().map(|row| row.r.id.0).collect::<Vec<_>>(), [2, 3, 1]);
    assert_eq!(store.count(Kind::Item).await.unwrap(), 6);
}

/// The ids of the records as they stand on the medium, a list for each shelf.
async fn shelves(fixture: &Fixture) -> Vec<Vec<u128>> {
    let rows = sqlx::query("SELECT place, id FROM records ORDER BY place")
        .fetch_all(&mut fixture.raw("concord.db").await)
        .await
        .unwrap();
    let placed = |row: &SqliteRow| {
        (Shelf::of(row.get::<i64, _>(0)), Id::from_slice(row.get::<&[u8], _>(1)).unwrap().0)
    };
    let placed: Vec<_> = rows.iter().map(placed).collect();
    placed.chunk_by(|a, b| a.0 == b.0).map(|shelf| shelf.iter().map(|(_, id)| *id).collect()).collect()
}

fn shelved<const N: usize>(shelves: [&[u128]; N]) -> Vec<Vec<u128>> {
    shelves.into_iter().map(<[u128]>::to_vec).collect()
}

/// However records of two cases take turns, each case's stand together, behind their owner: also when it is written after
/// them, when it is long known, and when the store was opened anew.
#[tokio::test]
async fn records_that_share_a_key_stand_together_however_they_were_written() {
    let fixture = Fixture::new();
    let mut store = fixture.create().await;
    let owner = |n: u128| Kind::Case.of(Id(n));
    let of =
        |n: u128, case: u128| Put::new(item(n), n.to_string()).under(Id(case)).sharing_key_of(owner(case));
    // The owner comes last in its set, as a report's case does.
    commit(&store, changes(vec![of(11, 1), Put::new(owner(1), "first".to_owned())])).await;
    commit(&store, changes(vec![Put::new(owner(2), "second".to_owned()), of(21, 2)])).await;
    commit(&store, changes(vec![of(22, 2), of(12, 1), Put::new(item(5), "alone".to_owned())])).await;
    let row = store.get(item(11)).await.unwrap().unwrap();
    commit(&store, changes(vec![Put::update(&row, "again".to_owned()), of(23, 2), of(13, 1)])).await;
    store.close().await.unwrap();
    store = fixture.open().await;
    commit(&store, changes(vec![of(24, 2), of(14, 1)])).await;
    assert_eq!(shelves(&fixture).await, shelved([&[1, 11, 12, 13, 14], &[2, 21, 22, 23, 24], &[5]]));
    let rows = store.case_snapshot(Id(1), &[Kind::Case, Kind::Item]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.r.id.0).collect::<Vec<_>>(), [11, 1, 12, 13, 14]);
    assert_eq!(body(&store, item(11)).await, "again");
    // A new version takes no number: those are for new records, in the order of their creation.
    let items = store.list(Kind::Item, Page::first(20)).await.unwrap();
    assert_eq!(items.iter().map(|row| row.position).max(), Some(11));
}

#[tokio::test]
async fn records_and_events_cannot_be_deleted_nor_events_rewritten() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "one".to_owned())])).await;
    commit(&store, erasing(item(1))).await;
    let mut raw = fixture.raw("concord.db").await;
    for sql in [
        "DELETE FROM records",
        "DELETE FROM events",
        "UPDATE events SET actor = 'someone else'",
        "DELETE FROM purges",
        "UPDATE purges SET sequence = 9",
    ] {
        let error = sqlx::raw_sql(sql).execute(&mut raw).await.unwrap_err().to_string();
        assert!(error.contains("never deleted") || error.contains("append-only"), "{sql}: {error}");
    }
}

/// A set that the database itself refuses fails alone; the others of its group commit.
#[tokio::test]
async fn a_set_that_the_database_refuses_fails_alone() {
    let fixture = Fixture::new();
    let store = Arc::new(fixture.create().await);
    fixture
        .run(
            "concord.db",
            "CREATE TRIGGER refuse BEFORE INSERT ON records WHEN NEW.state = 666 BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        .await;
    let answers: Vec<_> = (0..100_u128)
        .map(|n| {
            let store = store.clone();
            let state = if n % 7 == 0 { 666 } else { 1 };
            let first = Put::new(item(1000 + n), "x".to_owned());
            let second = Put::new(item(n), "x".to_owned()).in_state(state);
            tokio::spawn(async move { (n, store.commit(changes(vec![first, second])).await) })
        })
        .collect();
    for answer in answers {
        let (n, answer) = answer.await.unwrap();
        let there = store.get(item(1000 + n)).await.unwrap().is_some();
        match answer {
            Ok(Outcome::Committed { .. }) => assert!(n % 7 != 0 && there),
            Err(StoreError::Database { .. }) => assert!(n % 7 == 0 && !there),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.events(0, 1000).await.unwrap().len(), 85);
}

/// The commit itself fails in the database: everyone in the group is told, nothing is kept, and the store goes on.
#[tokio::test]
async fn a_commit_that_the_database_refuses_fails_the_group_and_the_store_goes_on() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "one".to_owned())])).await;
    fixture
        .run(
            "concord.db",
            "CREATE TABLE owner (n INTEGER PRIMARY KEY); \
             CREATE TABLE owned (n INTEGER REFERENCES owner (n) DEFERRABLE INITIALLY DEFERRED); \
             CREATE TRIGGER late AFTER INSERT ON records WHEN NEW.state = 666 BEGIN INSERT INTO owned VALUES (1); END",
        )
        .await;
    let good = Put::update(&store.get(item(1)).await.unwrap().unwrap(), "two".to_owned());
    let (good, bad) = tokio::join!(
        store.commit(changes(vec![good])),
        store.commit(changes(vec![Put::new(item(2), "x".to_owned()).in_state(666)])),
    );
    assert!(matches!(bad, Err(StoreError::CommitUnknown { .. })), "{bad:?}");
    // Alone in a group, or together with the bad one.
    let kept = matches!(good, Ok(Outcome::Committed { .. }));
    assert!(kept || matches!(good, Err(StoreError::CommitUnknown { .. })), "{good:?}");
    assert_eq!(body(&store, item(1)).await, if kept { "two" } else { "one" });
    assert!(store.get(item(2)).await.unwrap().is_none());
    commit(&store, changes(vec![Put::new(item(2), "three".to_owned())])).await;
    let row = store.get(item(1)).await.unwrap().unwrap();
    commit(&store, changes(vec![Put::update(&row, "four".to_owned())])).await;
    assert_eq!(body(&store, item(1)).await, "four");
}

/// What was answered is there after a crash: the files are taken as they are while the store runs.
#[tokio::test]
async fn what_was_answered_survives_without_closing() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    let mut row = None;
    for n in 0..50_u32 {
        let put = match &row {
            None => Put::new(item(1), n.to_string()),
            Some(row) => Put::update(row, n.to_string()),
        };
        commit(&store, changes(vec![put, Put::new(item(100 + u128::from(n)), "x".to_owned())])).await;
        row = store.get(item(1)).await.unwrap();
    }
    let after = Fixture::new();
    copy_dir(&fixture.home(), &after.home());
    let store = after.open().await;
    assert_eq!(body(&store, item(1)).await, "49");
    assert_eq!(store.count(Kind::Item).await.unwrap(), 51);
    assert_eq!(store.events(0, 1000).await.unwrap().len(), 50);
}

#[tokio::test]
async fn a_destroyed_key_is_in_no_file() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "one".to_owned()), Put::new(item(2), "two".to_owned())]))
        .await;
    let mut raw = fixture.raw("keys.db").await;
    let wrapped: Vec<Vec<u8>> = sqlx::query("SELECT wrapped FROM keys ORDER BY key_id")
        .fetch_all(&mut raw)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    raw.close().await.unwrap();
    assert!(wrapped.len() == 2 && wrapped.iter().all(|key| fixture.holds(key)));
    commit(&store, erasing(item(1))).await;
    let left: Vec<_> = wrapped.iter().map(|key| fixture.holds(key)).collect();
    assert_eq!(left.iter().filter(|held| **held).count(), 1, "one key is gone, the other is not");
    assert_eq!(body(&store, item(2)).await, "two");
}

/// A key store restored from a backup forgets again what was erased since, before anything is served.
#[tokio::test]
async fn a_restored_key_store_forgets_again_and_says_what_it_misses() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(
        &store,
        changes(vec![
            Put::new(item(1), "gone".to_owned()),
            Put::new(item(2), "shared".to_owned()).sharing_key_of(item(1)),
            Put::new(item(3), "kept".to_owned()),
        ]),
    )
    .await;
    store.close().await.unwrap();
    let backup = fs::read(fixture.file("keys.db")).unwrap();

    let store = fixture.open().await;
    commit(&store, erasing(item(1))).await;
    commit(&store, changes(vec![Put::new(item(4), "since".to_owned())])).await;
    store.close().await.unwrap();

    fs::write(fixture.file("keys.db"), backup).unwrap();
    let store = fixture.open().await;
    assert!(store.get(item(2)).await.unwrap().unwrap().erased);
    assert_eq!(body(&store, item(3)).await, "kept");
    let error = store.get(item(4)).await.unwrap_err();
    assert!(matches!(error, StoreError::Keys(KeyError::Missing { .. })), "{error:?}");
    assert!(chain(&error).contains("keys.db is older than concord.db"));
    // New records get keys of their own, not those of records that the backup never saw.
    commit(&store, changes(vec![Put::new(item(5), "new".to_owned())])).await;
    assert_eq!(body(&store, item(5)).await, "new");
}

#[tokio::test]
async fn a_rotation_changes_every_key_and_no_body_and_old_backups_open_nothing() {
    let fixture = Fixture::new();
    let store = Arc::new(fixture.create().await);
    for n in 0..6_u128 {
        let puts = (0..100).map(|m| Put::new(item(n * 100 + m), format!("body {}", n * 100 + m))).collect();
        commit(&store, changes(puts)).await;
    }
    assert_eq!(store.kek_rotated_at().await.unwrap(), None);
    let old_kek = fs::read(fixture.file("kek.key")).unwrap();

    // Commits and reads go on while the keys are wrapped anew.
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 600..700_u128 {
                commit(&store, changes(vec![Put::new(item(n), format!("body {n}"))])).await;
                assert_eq!(body(&store, item(n - 300)).await, format!("body {}", n - 300));
            }
        })
    };
    let rewrapped = store.rotate_kek(UtcTime(77)).await.unwrap();
    writing.await.unwrap();
    assert!((600..=700).contains(&rewrapped), "{rewrapped}");
    assert_eq!(store.kek_rotated_at().await.unwrap(), Some(UtcTime(77)));
    store.close().await.unwrap();

    let new_kek = fs::read(fixture.file("kek.key")).unwrap();
    let secret =
        |kek: &[u8]| String::from_utf8(kek.to_vec()).unwrap().lines().last().unwrap()[2..].to_owned();
    assert_ne!(secret(&old_kek), secret(&new_kek));
    assert!(!String::from_utf8(new_kek).unwrap().contains(&secret(&old_kek)));
    let store = fixture.open().await;
    for n in [0, 99, 345, 599, 600, 699] {
        assert_eq!(body(&store, item(n)).await, format!("body {n}"));
    }
    store.close().await.unwrap();

    fs::write(fixture.file("kek.key"), old_kek).unwrap();
    fs::set_permissions(fixture.file("kek.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let error = fixture.open_error().await;
    assert!(matches!(error, StoreError::Keys(KeyError::WrongKek { generation: 2 })), "{error:?}");
}

/// A crash after the new key file was written, with any part of the keys wrapped anew: everything still opens, and
/// the next rotation finishes this one.
#[tokio::test]
async fn a_rotation_left_half_way_is_finished() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes((0..10).map(|n| Put::new(item(n), n.to_string())).collect())).await;
    store.close().await.unwrap();
    let before = Fixture::new();
    copy_dir(&fixture.home(), &before.home());
    let store = fixture.open().await;
    store.rotate_kek(UtcTime(1)).await.unwrap();
    store.close().await.unwrap();

    // Old keys, and a key file with both generations.
    let old = fs::read_to_string(before.file("kek.key")).unwrap();
    let new = fs::read_to_string(fixture.file("kek.key")).unwrap();
    fs::write(before.file("kek.key"), format!("{old}{}\n", new.lines().last().unwrap())).unwrap();
    let store = before.open().await;
    assert_eq!(body(&store, item(3)).await, "3");
    commit(&store, changes(vec![Put::new(item(10), "10".to_owned())])).await;
    assert_eq!(store.rotate_kek(UtcTime(2)).await.unwrap(), 10);
    store.close().await.unwrap();
    assert_eq!(fs::read_to_string(before.file("kek.key")).unwrap(), new);
    let store = before.open().await;
    for n in 0..=10 {
        assert_eq!(body(&store, item(n)).await, n.to_string());
    }
}

#[tokio::test]
async fn an_index_answers_every_query() {
    let fixture = Fixture::new();
    let store = fixture.create().await;
    commit(&store, changes(vec![Put::new(item(1), "x".to_owned()).expecting(Expected::Any)])).await;
    let mut raw = fixture.raw("concord.db").await;
    for (name, sql) in super::read::queries() {
        let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan = sqlx::query(sql).fetch_all(&mut raw).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let walks = |step: &String| {
            ["SCAN r", "SCAN records", "SCAN events"].iter().any(|scan| step.starts_with(scan))
        };
        let scans = steps.iter().any(walks);
        assert!(!scans, "{name} walks the whole table: {steps:#?}");
        // What pages or ranks many cases reads no more rows than it answers: by this index, in its order.
        let index = match name {
            "newest" => "records_parent",
            "due cases" => "records_due",
            _ => continue,
        };
        let uses = steps.len() == 1 && steps[0].contains(&format!("USING INDEX {index} ("));
        assert!(uses, "{name} sorts, or does not use {index}: {steps:#?}");
    }
}

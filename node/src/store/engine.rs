//! The store itself: seals and opens bodies, resolves keys, and hands sets to the writer. The same over every backend.

use super::{
    ANY_TRIES_MAX, BODY_BYTES_MAX, Body, Changes, EVENT_IDS_MAX, EVENT_TEXT_BYTES_MAX, EVENTS_MAX, Expected,
    GET_MANY_MAX, HEADS_CACHED_MAX, KeyScope, Kind, LoggedEvent, Lookup, Outcome, PAGE_ROWS_MAX, PUTS_MAX,
    Page, Pending, Put, REFS_MAX, RecordRef, Refusal, Row, SNAPSHOT_ROWS_MAX, Store, StoreError,
    backend::{Batcher, KindSet, Query, Reader, SealedRow},
    cache::Cache,
    home::Home,
    keys::{Held, KeyId, KeyStore, NewKey},
    memory::{MemoryDisk, MemoryReader},
    plan::{SealedPut, SealedSet},
    recent::{Recent, Rows, Topic},
    seal::RecordKey,
    sqlite::{self, SqliteReader},
    writer::{self, WriterHandle},
};
use policy::{id::Id, time::UtcTime};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// A node's store over a home directory or over memory.
pub struct NodeStore {
    backing: Backing,
    /// Held until the store is closed.
    home: Mutex<Option<Home>>,
}

enum Backing {
    Sqlite(Engine<SqliteReader>),
    Memory(Engine<MemoryReader>),
}

impl NodeStore {
    /// Makes the store of a new home: empty databases and a key file, all private to this user.
    ///
    /// # Errors
    /// [`super::home::HomeError::Exists`] when there is one already.
    pub async fn create(home: &Path) -> Result<Self, StoreError> {
        let home = Home::take(home)?;
        if [home.records_file(), home.keys_file(), home.kek_file()].iter().any(|file| file.exists()) {
            return Err(super::home::HomeError::Exists { home: home.path().to_owned() }.into());
        }
        super::home::write_private(&home.records_file(), b"")?;
        super::home::write_private(&home.keys_file(), b"")?;
        KeyStore::create_kek(&home.kek_file())?;
        Self::open_taken(home).await
    }

    /// Opens the store of a home, brings its schema up to date and destroys keys that were to be destroyed.
    ///
    /// # Errors
    /// When another process has the home, when there is no store in it, when its key file is readable by others or
    /// another's, or when a newer version wrote it.
    pub async fn open(home: &Path) -> Result<Self, StoreError> {
        Home::exists(home)?;
        let home = Home::take(home)?;
        home.require("concord.db")?;
        home.require("keys.db")?;
        home.require("kek.key")?;
        Self::open_taken(home).await
    }

    async fn open_taken(home: Home) -> Result<Self, StoreError> {
        let keys =
            KeyStore::open(sqlite::SqliteKeys::open(&home.keys_file()).await?, &home.kek_file()).await?;
        let (reader, batcher) = sqlite::open(&home.records_file()).await?;
        let backing = Backing::Sqlite(Engine::start(reader, batcher, keys).await?);
        Ok(Self { backing, home: Mutex::new(Some(home)) })
    }

    /// Wraps every record key under a new key-encryption key and destroys the old one, so that backups of the key
    /// store made before open nothing any more. Reads and commits go on meanwhile. A rotation that a crash left
    /// half-way is finished instead of begun anew. Answers how many keys were wrapped anew.
    ///
    /// # Errors
    /// When the key file or the key store cannot be written; the store stays usable, and the call may be repeated.
    pub async fn rotate_kek(&self, now: UtcTime) -> Result<u64, StoreError> {
        self.keys().rotate(now).await
    }

    /// When the last rotation ended, if there ever was one.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn kek_rotated_at(&self) -> Result<Option<UtcTime>, StoreError> {
        self.keys().rotated_at().await
    }

    fn keys(&self) -> &KeyStore {
        match &self.backing {
            Backing::Sqlite(engine) => &engine.keys,
            Backing::Memory(engine) => &engine.keys,
        }
    }

    /// Opens a store over memory. What it commits outlives it on `disk`.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub async fn in_memory(disk: &MemoryDisk) -> Result<Self, StoreError> {
        let keys = KeyStore::in_memory(disk.keys()).await?;
        let backing = Backing::Memory(Engine::start(disk.reader(), disk.batcher(), keys).await?);
        Ok(Self { backing, home: Mutex::new(None) })
    }
}

macro_rules! on_engine {
    ($self:ident, $engine:ident => $call:expr) => {
        match &$self.backing {
            Backing::Sqlite($engine) => Box::pin($call),
            Backing::Memory($engine) => Box::pin($call),
        }
    };
}

impl Store for NodeStore {
    fn get(&self, r: RecordRef) -> Pending<'_, Option<Row>> {
        on_engine!(self, e => async move { Ok(e.known(Topic::Record(r), Query::Refs(vec![r])).await?.pop()) })
    }
    fn get_many<'a>(&'a self, refs: &'a [RecordRef]) -> Pending<'a, Vec<Option<Row>>> {
        on_engine!(self, e => e.get_many(refs))
    }
    fn children(&self, kind: Kind, parent: Id, page: Page) -> Pending<'_, Vec<Row>> {
        on_engine!(self, e => e.children(kind, parent, bounded(page)))
    }
    fn children_newest(
        &self,
        kind: Kind,
        parent: Id,
        before: Option<u64>,
        limit: u32,
    ) -> Pending<'_, Vec<Row>> {
        let limit = limit.min(PAGE_ROWS_MAX);
        on_engine!(self, e => e.rows(Query::Newest { kind, parent, before, limit }))
    }
    fn due_children(&self, kind: Kind, parent: Id, due_before: UtcTime, limit: u32) -> Pending<'_, Vec<Row>> {
        let limit = limit.min(PAGE_ROWS_MAX);
        on_engine!(self, e => e.rows(Query::Due { kind, parent, due_before, limit }))
    }
    fn list(&self, kind: Kind, page: Page) -> Pending<'_, Vec<Row>> {
        on_engine!(self, e => e.list(kind, bounded(page)))
    }
    fn by_lookup(&self, kind: Kind, lookup: Lookup) -> Pending<'_, Vec<Row>> {
        on_engine!(self, e => e.known(Topic::Lookup(kind, lookup), Query::Lookup { kind, lookup }))
    }
    fn by_state(
        &self,
        kind: Kind,
        state: u16,
        due_before: Option<UtcTime>,
        limit: u32,
    ) -> Pending<'_, Vec<Row>> {
        let limit = limit.min(PAGE_ROWS_MAX);
        on_engine!(self, e => e.rows(Query::State { kind, state, due_before, limit }))
    }
    fn case_snapshot<'a>(&'a self, case: Id, kinds: &'a [Kind]) -> Pending<'a, Vec<Row>> {
        on_engine!(self, e => e.case_snapshot(case, kinds))
    }
    fn events(&self, after: u64, limit: u32) -> Pending<'_, Vec<LoggedEvent>> {
        on_engine!(self, e => e.events(after, limit.min(PAGE_ROWS_MAX)))
    }
    fn count(&self, kind: Kind) -> Pending<'_, u64> {
        on_engine!(self, e => e.count(kind))
    }
    fn count_in_state(&self, kind: Kind, state: u16) -> Pending<'_, u64> {
        on_engine!(self, e => async move {
            e.serving()?;
            e.reader.count_in_state(kind, state).await
        })
    }
    fn commit(&self, changes: Changes) -> Pending<'_, Outcome> {
        on_engine!(self, e => e.commit(changes))
    }
    fn close(&self) -> Pending<'_, ()> {
        on_engine!(self, e => async move {
            e.close().await;
            drop(self.home.lock().unwrap_or_else(PoisonError::into_inner).take());
            Ok(())
        })
    }
}

fn bounded(page: Page) -> Page {
    Page { limit: page.limit.min(PAGE_ROWS_MAX), ..page }
}

struct Engine<R> {
    reader: R,
    keys: Arc<KeyStore>,
    writer: WriterHandle,
    recent: Arc<Recent>,
    /// Which key a record was born with: that never changes, so readers may fill it too.
    key_ids: Mutex<Cache<RecordRef, KeyId>>,
    closed: AtomicBool,
}

impl<R: Reader> Engine<R> {
    async fn start(reader: R, batcher: impl Batcher, keys: KeyStore) -> Result<Self, StoreError> {
        // INVARIANT (purges replayed): before anything is served, every key on the purge list is destroyed.
        let purges = reader.purges(keys.purged_through().await?).await?;
        if let Some(last) = purges.iter().map(|(sequence, _)| *sequence).max() {
            let ids: Vec<_> = purges.into_iter().map(|(_, key)| key).collect();
            keys.destroy(&ids, last).await?;
        }
        let keys = Arc::new(keys);
        let recent = Arc::new(Recent::new(R::SOLE_WRITER));
        let writer = writer::start(batcher, keys.clone(), recent.clone()).await?;
        let key_ids = Mutex::new(Cache::new(HEADS_CACHED_MAX));
        Ok(Self { reader, keys, writer, recent, key_ids, closed: AtomicBool::new(false) })
    }

    fn serving(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::Acquire) { Err(StoreError::Closed) } else { Ok(()) }
    }

    async fn rows(&self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.serving()?;
        self.open_all(&self.reader.select(query).await?).await
    }

    /// The rows of a query that depends on one topic, which may have been read before.
    async fn known(&self, topic: Topic, query: Query) -> Result<Vec<Row>, StoreError> {
        self.serving()?;
        let rows = match self.recent.get(topic) {
            Ok(rows) => rows,
            Err(stamp) => {
                let rows = Rows::new(self.reader.select(query).await?);
                self.recent.keep(topic, stamp, rows.clone());
                rows
            }
        };
        self.open_all(rows.iter()).await
    }

    /// Children are kept as a family if they fit one page. A snapshot may have kept them already; its family of cases
    /// holds the parent's own record too.
    async fn children(&self, kind: Kind, parent: Id, page: Page) -> Result<Vec<Row>, StoreError> {
        self.serving()?;
        let query = Query::Children { kind, parent, page };
        let stamp = match self.recent.get(Topic::Family(parent, kind)) {
            Ok(rows) => {
                let later = |row: &&SealedRow| row.head.parent == Some(parent) && row.position > page.after;
                let wanted: Vec<_> = rows.iter().filter(later).take(page.limit as usize).collect();
                return self.open_all(wanted).await;
            }
            Err(stamp) => stamp,
        };
        let rows = Rows::new(self.reader.select(query).await?);
        let whole = page.after == 0 && rows.len() < page.limit as usize;
        if whole && kind != Kind::Case {
            self.recent.keep(Topic::Family(parent, kind), stamp, rows.clone());
        }
        self.open_all(rows.iter()).await
    }

    /// A whole list that fits one page is kept; a longer one is read page by page.
    async fn list(&self, kind: Kind, page: Page) -> Result<Vec<Row>, StoreError> {
        if page.after > 0 || page.limit < PAGE_ROWS_MAX {
            return self.rows(Query::List { kind, page }).await;
        }
        self.known(Topic::All(kind), Query::List { kind, page }).await
    }

    async fn get_many(&self, refs: &[RecordRef]) -> Result<Vec<Option<Row>>, StoreError> {
        self.serving()?;
        let (mut known, mut unread) = (Vec::with_capacity(refs.len()), Vec::new());
        for r in refs {
            match self.recent.get(Topic::Record(*r)) {
                Ok(rows) => known.push(rows),
                Err(stamp) => unread.push((*r, stamp)),
            }
        }
        for some in unread.chunks(GET_MANY_MAX) {
            let wanted = some.iter().map(|(r, _)| *r).collect();
            let found = self.reader.select(Query::Refs(wanted)).await?.into_iter();
            let mut found: HashMap<_, _> = found.map(|row| (row.r, row)).collect();
            for (r, stamp) in some {
                let rows = Rows::new(found.remove(r).into_iter().collect());
                self.recent.keep(Topic::Record(*r), *stamp, rows.clone());
                known.push(rows);
            }
        }
        let sealed: Vec<&SealedRow> = known.iter().flat_map(|rows| rows.iter()).collect();
        let rows = self.open_all(sealed).await?;
        let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.r, row)).collect();
        Ok(refs.iter().map(|r| rows.get(r).cloned()).collect())
    }

    async fn case_snapshot(&self, case: Id, kinds: &[Kind]) -> Result<Vec<Row>, StoreError> {
        self.serving()?;
        let (mut known, mut unread) = (Vec::with_capacity(kinds.len()), Vec::new());
        let topic = |kind| match kind {
            Kind::Case => Topic::Record(Kind::Case.of(case)),
            kind => Topic::Family(case, kind),
        };
        for kind in KindSet::of(kinds).iter() {
            match self.recent.get(topic(kind)) {
                Ok(rows) => known.push(rows),
                Err(stamp) => unread.push((kind, stamp)),
            }
        }
        if !unread.is_empty() {
            let limit = u32::try_from(SNAPSHOT_ROWS_MAX + 1).unwrap_or(u32::MAX);
            let wanted: Vec<_> = unread.iter().map(|(kind, _)| *kind).collect();
            let read = self.reader.select(Query::Case { case, kinds: KindSet::of(&wanted), limit }).await?;
            if read.len() > SNAPSHOT_ROWS_MAX {
                return Err(StoreError::SnapshotTooLarge { case });
            }
            let mut families: HashMap<Kind, Vec<SealedRow>> = HashMap::new();
            for row in read {
                families.entry(row.r.kind).or_default().push(row);
            }
            for (kind, stamp) in unread {
                let rows = Rows::new(families.remove(&kind).unwrap_or_default());
                self.recent.keep(topic(kind), stamp, rows.clone());
                known.push(rows);
            }
        }
        let mut rows: Vec<_> = known.iter().flat_map(|rows| rows.iter()).collect();
        if rows.len() > SNAPSHOT_ROWS_MAX {
            return Err(StoreError::SnapshotTooLarge { case });
        }
        rows.sort_unstable_by_key(|row| row.position);
        self.open_all(rows).await
    }

    async fn events(&self, after: u64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        self.serving()?;
        self.reader.events(after, limit).await
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        self.serving()?;
        self.reader.count(kind).await
    }

    async fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            self.writer.close().await;
            self.reader.close().await;
            self.keys.close().await;
        }
    }

    async fn open_all<'a>(
        &self,
        sealed: impl IntoIterator<Item = &'a SealedRow, IntoIter: Clone + Send>,
    ) -> Result<Vec<Row>, StoreError> {
        let sealed = sealed.into_iter();
        let readable: Vec<_> =
            sealed.clone().filter(|row| !row.head.erased).map(|row| (row.r, row.head.key)).collect();
        let ids: Vec<_> = readable.iter().map(|(_, key)| *key).collect();
        let mut keys = self.keys.fetch(&ids).await?.into_iter();
        {
            let mut key_ids = self.key_ids();
            readable.into_iter().for_each(|(r, key)| key_ids.insert(r, key));
        }
        let open = |row: &SealedRow| {
            let held = if row.head.erased { Held::Destroyed } else { keys.next().unwrap_or(Held::Destroyed) };
            let (erased, body) = match held {
                Held::Live(key) => (false, key.open(row.r, row.head.version, &row.body)?),
                Held::Destroyed => (true, Body::empty()),
            };
            Ok(Row {
                r: row.r,
                version: row.head.version,
                position: row.position,
                parent: row.head.parent,
                lookup: row.head.lookup,
                state: row.state,
                due_at: row.due_at,
                erased,
                body,
            })
        };
        sealed.map(open).collect()
    }

    async fn commit(&self, changes: Changes) -> Result<Outcome, StoreError> {
        self.serving()?;
        if let Err(refusal) = check(&changes) {
            return Ok(Outcome::Refused(refusal));
        }
        let any: HashSet<_> =
            changes.puts.iter().filter(|p| p.expected == Expected::Any).map(|p| p.r).collect();
        for _ in 1..ANY_TRIES_MAX {
            match self.seal_and_write(&changes).await? {
                // Someone wrote the mark between our look and the commit: look again.
                Outcome::Stale(r) if any.contains(&r) => {}
                outcome => return Ok(outcome),
            }
        }
        self.seal_and_write(&changes).await
    }

    async fn seal_and_write(&self, changes: &Changes) -> Result<Outcome, StoreError> {
        let (set, new_keys) = match self.seal(changes).await? {
            Ok(sealed) => sealed,
            Err(outcome) => return Ok(outcome),
        };
        let outcome = self.writer.commit(set).await?;
        if matches!(outcome, Outcome::Committed { .. }) && !new_keys.is_empty() {
            let mut key_ids = self.key_ids();
            for (r, key) in new_keys {
                key_ids.insert(r, key);
            }
        }
        Ok(outcome)
    }

    /// Resolves every put's key and version, and seals its body. Also answers which records would get a new key.
    async fn seal(
        &self,
        changes: &Changes,
    ) -> Result<Result<(SealedSet, Vec<(RecordRef, KeyId)>), Outcome>, StoreError> {
        let mut looked = Looked::default();
        self.look(changes, &mut looked).await?;

        let mut fresh: HashMap<RecordRef, NewKey> = HashMap::new();
        for put in changes.puts.iter().filter(|p| p.key == KeyScope::Own && looked.from(p) == 0) {
            fresh.insert(put.r, self.keys.fresh()?);
        }
        let mut key_owners = Vec::new();
        let mut plans: Vec<(&Put, u64, KeyId, bool)> = Vec::with_capacity(changes.puts.len());
        for put in &changes.puts {
            let from = looked.from(put);
            let (key, owns) = match (from, put.key) {
                (0, KeyScope::Own) => match fresh.get(&put.r) {
                    Some(new) => (new.id, true),
                    None => return Ok(Err(Outcome::Stale(put.r))),
                },
                (0, KeyScope::SharedWith(owner)) => match (fresh.get(&owner), looked.keys.get(&owner)) {
                    (Some(new), _) => (new.id, false),
                    (None, Some(key)) => {
                        key_owners.push((owner, *key));
                        (*key, false)
                    }
                    (None, None) => return Ok(Err(Outcome::Stale(owner))),
                },
                _ => match looked.keys.get(&put.r) {
                    Some(key) => (*key, false),
                    None => return Ok(Err(Outcome::Stale(put.r))),
                },
            };
            plans.push((put, from, key, owns));
        }

        let held = self.held(plans.iter().map(|(_, _, key, _)| *key), &fresh).await?;
        let mut puts = Vec::with_capacity(plans.len());
        for (put, from, key, owns_key) in plans {
            let Some(cipher) = held.get(&key) else {
                return Ok(Err(Outcome::Refused(Refusal::Erased(put.r))));
            };
            let body = Arc::new(cipher.seal(put.r, from + 1, &put.body)?);
            let Put { r, parent, lookup, state, due_at, .. } = *put;
            puts.push(SealedPut { r, from, parent, lookup, state, due_at, key, owns_key, body });
        }
        let named = puts.iter().map(|p| (p.r, p.key)).collect();
        let set = SealedSet {
            relied_on: changes.relied_on.clone(),
            puts,
            erase: changes.erase.clone(),
            events: changes.events.clone(),
            new_keys: fresh.into_values().collect(),
            key_owners,
        };
        Ok(Ok((set, named)))
    }

    /// Reads what sealing needs and the cache does not know: keys of existing records, versions where any will do.
    async fn look(&self, changes: &Changes, looked: &mut Looked) -> Result<(), StoreError> {
        let mut unknown = HashSet::new();
        // A record that this set makes has its key from this set.
        let made = |owner: RecordRef| {
            changes
                .puts
                .iter()
                .any(|p| p.r == owner && p.expected == Expected::Absent && p.key == KeyScope::Own)
        };
        {
            let mut key_ids = self.key_ids();
            for put in &changes.puts {
                let wanted = match (put.expected, put.key) {
                    (Expected::Any, KeyScope::SharedWith(owner)) => vec![put.r, owner],
                    (Expected::Any, KeyScope::Own) | (Expected::Version(_), _) => vec![put.r],
                    (Expected::Absent, KeyScope::SharedWith(owner)) if !made(owner) => vec![owner],
                    (Expected::Absent, _) => vec![],
                };
                for r in wanted {
                    match key_ids.get(&r) {
                        Some(key) if put.expected != Expected::Any => {
                            looked.keys.insert(r, key);
                        }
                        _ => {
                            unknown.insert(r);
                        }
                    }
                }
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown: Vec<_> = unknown.into_iter().collect();
        for (r, head) in self.reader.heads(&unknown).await? {
            looked.keys.insert(r, head.key);
            looked.versions.insert(r, head.version);
        }
        Ok(())
    }

    /// The keys themselves; destroyed ones are left out.
    async fn held(
        &self,
        ids: impl Iterator<Item = KeyId>,
        fresh: &HashMap<RecordRef, NewKey>,
    ) -> Result<HashMap<KeyId, RecordKey>, StoreError> {
        let mut held: HashMap<_, _> = fresh.values().map(|new| (new.id, new.key.clone())).collect();
        let stored: Vec<_> = ids.filter(|id| !held.contains_key(id)).collect();
        for (id, key) in stored.iter().zip(self.keys.fetch(&stored).await?) {
            if let Held::Live(key) = key {
                held.insert(*id, key);
            }
        }
        Ok(held)
    }

    fn key_ids(&self) -> MutexGuard<'_, Cache<RecordRef, KeyId>> {
        self.key_ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was known or read before sealing.
#[derive(Default)]
struct Looked {
    keys: HashMap<RecordRef, KeyId>,
    versions: HashMap<RecordRef, u64>,
}

impl Looked {
    /// The version that a put replaces; 0 for none.
    fn from(&self, put: &Put) -> u64 {
        match put.expected {
            Expected::Absent => 0,
            Expected::Version(version) => version,
            Expected::Any => self.versions.get(&put.r).copied().unwrap_or(0),
        }
    }
}

/// Bounds, and what no set may ever be.
fn check(changes: &Changes) -> Result<(), Refusal> {
    let within = |what, is, max| if is > max { Err(Refusal::TooLarge { what, is, max }) } else { Ok(()) };
    if changes.events.is_empty() {
        return Err(Refusal::NoEvent);
    }
    within("number of puts", changes.puts.len(), PUTS_MAX)?;
    within("number of versions relied on", changes.relied_on.len(), REFS_MAX)?;
    within("number of erasures", changes.erase.len(), REFS_MAX)?;
    within("number of events", changes.events.len(), EVENTS_MAX)?;
    for event in &changes.events {
        within("number of records in an event", event.ids.len(), EVENT_IDS_MAX)?;
        within("length of an event's actor", event.actor.len(), EVENT_TEXT_BYTES_MAX)?;
        within("length of an event's kind", event.kind.len(), EVENT_TEXT_BYTES_MAX)?;
    }
    let mut written = HashSet::with_capacity(changes.puts.len() + changes.erase.len());
    for put in &changes.puts {
        within("body", put.body.len(), BODY_BYTES_MAX)?;
        if !written.insert(put.r) {
            return Err(Refusal::Twice(put.r));
        }
        let of_case = |parent| put.key == KeyScope::SharedWith(Kind::Case.of(parent));
        if put.r.kind == Kind::Entry && !put.parent.is_some_and(of_case) && put.expected == Expected::Absent {
            return Err(Refusal::OutsideItsCase(put.r));
        }
    }
    match changes.erase.iter().find(|r| !written.insert(**r)) {
        Some(r) => Err(Refusal::Twice(*r)),
        None => Ok(()),
    }
}

//! The same contract in memory, for simulation and tests. Sealing, keys and the writer are the real ones.
//!
//! A [`MemoryDisk`] outlives the store over it, as a disk outlives a process: drop the store, open another over the
//! same disk, and only what was committed is there. Deliberately absent: any use by a node in service.

use super::{
    Cause, Event, Kind, LoggedEvent, Lookup, PAGE_ROWS_MAX, RecordRef, StoreError,
    backend::{Batch, Batcher, Head, Query, Reader, RowWrite, SealedRow, WriteFault},
    keys::{KeyId, MemoryKeys},
};
use policy::id::Id;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the medium does at the next commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemoryFault {
    /// It fails, and nothing is kept.
    CommitFails,
    /// It says that it failed, but kept everything.
    CommitPersistsButFails,
}

/// A medium in memory. Clones are the same medium.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    tables: Arc<Mutex<Tables>>,
    keys: MemoryKeys,
}

#[derive(Default)]
struct Rows {
    by_ref: HashMap<RecordRef, SealedRow>,
    by_position: BTreeMap<u64, RecordRef>,
    by_parent: HashMap<Id, BTreeSet<u64>>,
    unique: HashMap<(Kind, Lookup), RecordRef>,
    events: BTreeMap<(u64, u32), Event>,
    purges: Vec<(u64, KeyId)>,
}

#[derive(Default)]
struct Tables {
    rows: Rows,
    fault: Option<MemoryFault>,
}

impl MemoryDisk {
    /// An empty medium.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next commit fail.
    pub fn fail_next(&self, fault: MemoryFault) {
        self.tables().fault = Some(fault);
    }

    pub(super) fn keys(&self) -> MemoryKeys {
        self.keys.clone()
    }

    pub(super) fn reader(&self) -> MemoryReader {
        MemoryReader(self.clone())
    }

    pub(super) fn batcher(&self) -> MemoryBatcher {
        MemoryBatcher { disk: self.clone(), staged: Vec::new() }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct MemoryReader(MemoryDisk);

impl Reader for MemoryReader {
    const SOLE_WRITER: bool = true;

    async fn select(&self, query: Query) -> Result<Vec<SealedRow>, StoreError> {
        let tables = self.0.tables();
        let rows = &tables.rows;
        let found = |wanted: &dyn Fn(&SealedRow) -> bool, after: u64, limit: u32| -> Vec<SealedRow> {
            let later = rows.by_position.range(after + 1..).filter_map(|(_, r)| rows.by_ref.get(r));
            later.filter(|row| wanted(row)).take(limit as usize).cloned().collect()
        };
        Ok(match query {
            Query::Refs(refs) => refs.iter().filter_map(|r| rows.by_ref.get(r)).cloned().collect(),
            Query::Children { kind, parent, page } => {
                let later =
                    rows.children(parent).filter(|row| row.r.kind == kind && row.position > page.after);
                later.take(page.limit as usize).cloned().collect()
            }
            Query::Newest { kind, parent, before, limit } => {
                let mut all: Vec<_> = rows.children(parent).filter(|row| row.r.kind == kind).collect();
                all.retain(|row| before.is_none_or(|before| row.position < before));
                all.into_iter().rev().take(limit as usize).cloned().collect()
            }
            Query::Due { kind, parent, due_before, limit } => {
                let due = |row: &&SealedRow| row.due_at.is_some_and(|at| at <= due_before);
                let mut all: Vec<_> =
                    rows.children(parent).filter(|row| row.r.kind == kind).filter(due).collect();
                all.sort_by_key(|row| (row.due_at, row.position));
                all.into_iter().take(limit as usize).cloned().collect()
            }
            Query::List { kind, page } => found(&|row| row.r.kind == kind, page.after, page.limit),
            Query::Lookup { kind, lookup } => {
                found(&|row| row.r.kind == kind && row.head.lookup == Some(lookup), 0, PAGE_ROWS_MAX)
            }
            Query::State { kind, state, due_before, limit } => {
                let due = |row: &SealedRow| due_before.is_none_or(|by| row.due_at.is_some_and(|at| at <= by));
                let mut all = found(&|row| row.r.kind == kind && row.state == state && due(row), 0, u32::MAX);
                all.sort_by_key(|row| (row.due_at.is_none(), row.due_at, row.position));
                all.truncate(limit as usize);
                all
            }
            Query::Case { case, kinds, limit } => {
                let own = rows.by_ref.get(&Kind::Case.of(case));
                let others = rows.children(case).filter(|row| row.r.kind != Kind::Case);
                let mut all: Vec<_> = others.chain(own).filter(|row| kinds.contains(row.r.kind)).collect();
                all.sort_unstable_by_key(|row| row.position);
                all.into_iter().take(limit as usize).cloned().collect()
            }
        })
    }

    async fn heads(&self, refs: &[RecordRef]) -> Result<HashMap<RecordRef, Head>, StoreError> {
        Ok(self.0.tables().rows.heads(refs))
    }

    async fn events(&self, after: u64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        let tables = self.0.tables();
        let later = tables.rows.events.range((after + 1, 0)..);
        let mut events: Vec<LoggedEvent> = Vec::new();
        for ((sequence, _), event) in later {
            if events.len() >= limit as usize && events.last().is_none_or(|last| last.sequence != *sequence) {
                break;
            }
            events.push(LoggedEvent { sequence: *sequence, event: event.clone() });
        }
        Ok(events)
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        Ok(self.0.tables().rows.by_ref.keys().filter(|r| r.kind == kind).count() as u64)
    }

    async fn count_in_state(&self, kind: Kind, state: u16) -> Result<u64, StoreError> {
        let tables = self.0.tables();
        Ok(tables.rows.by_ref.values().filter(|row| row.r.kind == kind && row.state == state).count() as u64)
    }

    async fn purges(&self, after: u64) -> Result<Vec<(u64, KeyId)>, StoreError> {
        let tables = self.0.tables();
        Ok(tables.rows.purges.iter().filter(|(sequence, _)| *sequence > after).copied().collect())
    }

    async fn close(&self) {}
}

/// Writes wait here until the commit; readers see them all at once or never.
pub(super) struct MemoryBatcher {
    disk: MemoryDisk,
    staged: Vec<Batch>,
}

impl Batcher for MemoryBatcher {
    async fn last_sequence(&mut self) -> Result<u64, StoreError> {
        Ok(self.disk.tables().rows.events.last_key_value().map_or(0, |((sequence, _), _)| *sequence))
    }

    async fn begin(&mut self, refs: &[RecordRef]) -> Result<HashMap<RecordRef, Head>, StoreError> {
        self.staged.clear();
        Ok(self.disk.tables().rows.heads(refs))
    }

    async fn write(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        let tables = self.disk.tables();
        let staged = self.staged.iter().flat_map(|staged| &staged.rows);
        // What each record of this transaction is found by: the last write counts.
        let lookups: HashMap<RecordRef, Option<Lookup>> =
            staged.chain(&batch.rows).map(|row| (row.r, row.head.lookup)).collect();
        for row in batch.rows.iter().filter(|row| row.r.kind.unique_lookup()) {
            let Some(lookup) = row.head.lookup else { continue };
            let here = lookups.iter().any(|(r, l)| *r != row.r && r.kind == row.r.kind && *l == Some(lookup));
            let holder = tables.rows.unique.get(&(row.r.kind, lookup));
            if here || holder.is_some_and(|r| *r != row.r && !lookups.contains_key(r)) {
                return Err(WriteFault::LookupTaken);
            }
        }
        drop(tables);
        self.staged.push(batch.clone());
        Ok(())
    }

    async fn write_guarded(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        self.write(batch).await
    }

    async fn commit(&mut self) -> Result<(), Cause> {
        let staged = std::mem::take(&mut self.staged);
        let mut tables = self.disk.tables();
        let fault = tables.fault.take();
        if fault != Some(MemoryFault::CommitFails) {
            staged.into_iter().for_each(|batch| tables.rows.apply(batch));
        }
        match fault {
            Some(_) => Err(Arc::new(std::io::Error::other("the medium was told to fail"))),
            None => Ok(()),
        }
    }

    async fn rollback(&mut self) {
        self.staged.clear();
    }

    async fn close(self) {}
}

impl Rows {
    fn heads(&self, refs: &[RecordRef]) -> HashMap<RecordRef, Head> {
        refs.iter().filter_map(|r| Some((*r, self.by_ref.get(r)?.head))).collect()
    }

    fn children(&self, parent: Id) -> impl Iterator<Item = &SealedRow> {
        let places = self.by_parent.get(&parent).into_iter().flatten();
        places.filter_map(|place| self.by_ref.get(self.by_position.get(place)?))
    }

    fn apply(&mut self, batch: Batch) {
        for write in batch.rows {
            let old = self.by_ref.get(&write.r);
            let position = old.map_or(self.by_position.len() as u64 + 1, |row| row.position);
            let (old_parent, old_lookup) = old.map_or((None, None), |row| (row.head.parent, row.head.lookup));
            self.by_position.insert(position, write.r);
            if let Some(siblings) = old_parent.and_then(|parent| self.by_parent.get_mut(&parent)) {
                siblings.remove(&position);
            }
            if let Some(parent) = write.head.parent {
                self.by_parent.entry(parent).or_default().insert(position);
            }
            self.name(write.r, old_lookup, write.head.lookup);
            let RowWrite { r, head, state, due_at, body } = write;
            let body = body.to_vec();
            self.by_ref.insert(r, SealedRow { r, position, head, state, due_at, body });
        }
        for erasure in batch.erasures {
            if let Some(row) = self.by_ref.get_mut(&erasure.r) {
                row.head = Head { version: erasure.version, erased: true, ..row.head };
                row.body.clear();
                row.due_at = None;
                if !erasure.r.kind.unique_lookup() {
                    row.head.lookup = None;
                }
            }
        }
        for (sequence, place, event) in batch.events {
            self.events.insert((sequence, place), event);
        }
        self.purges.extend(batch.purges);
    }

    fn name(&mut self, r: RecordRef, old: Option<Lookup>, new: Option<Lookup>) {
        if r.kind.unique_lookup() {
            if let Some(old) = old {
                self.unique.remove(&(r.kind, old));
            }
            if let Some(new) = new {
                self.unique.insert((r.kind, new), r);
            }
        }
    }
}

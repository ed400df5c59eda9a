//! What a backend has to do: keep sealed rows, and write batches in one transaction.
//!
//! Callers: the engine (reads) and the writer (batches). A backend decides nothing: versions, staleness, sealing and
//! numbering are the engine's and the writer's, so that every backend has them alike.

use super::{Cause, Event, Kind, LoggedEvent, Lookup, Page, RecordRef, StoreError, keys::KeyId};
use policy::{id::Id, time::UtcTime};
use std::{collections::HashMap, future::Future, sync::Arc};

/// What the writer must know of a record to judge a set against it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) version: u64,
    pub(super) key: KeyId,
    pub(super) owns_key: bool,
    pub(super) erased: bool,
    pub(super) parent: Option<Id>,
    pub(super) lookup: Option<Lookup>,
}

/// A row as stored.
#[derive(Clone)]
pub(super) struct SealedRow {
    pub(super) r: RecordRef,
    pub(super) position: u64,
    pub(super) head: Head,
    pub(super) state: u16,
    pub(super) due_at: Option<UtcTime>,
    pub(super) body: Vec<u8>,
}

/// Which rows. Limits are within [`super::PAGE_ROWS_MAX`] already.
#[derive(Clone, Debug)]
pub(super) enum Query {
    /// In any order; absent ones left out.
    Refs(Vec<RecordRef>),
    Children {
        kind: Kind,
        parent: Id,
        page: Page,
    },
    Newest {
        kind: Kind,
        parent: Id,
        before: Option<u64>,
        limit: u32,
    },
    Due {
        kind: Kind,
        parent: Id,
        due_before: UtcTime,
        limit: u32,
    },
    List {
        kind: Kind,
        page: Page,
    },
    Lookup {
        kind: Kind,
        lookup: Lookup,
    },
    State {
        kind: Kind,
        state: u16,
        due_before: Option<UtcTime>,
        limit: u32,
    },
    /// `limit` is one more than a snapshot may hold.
    Case {
        case: Id,
        kinds: KindSet,
        limit: u32,
    },
}

/// A set of kinds as bits, numbered by their codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct KindSet(u64);

impl KindSet {
    pub(super) fn of(kinds: &[Kind]) -> Self {
        Self(kinds.iter().fold(0, |bits, kind| bits | 1 << kind.code()))
    }
    pub(super) fn contains(self, kind: Kind) -> bool {
        self.0 >> kind.code() & 1 == 1
    }
    /// The kinds, in the order of their codes.
    pub(super) fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
    /// As a database's signed number; codes stay below 63.
    pub(super) fn bits(self) -> i64 {
        self.0.cast_signed()
    }
}

/// One row to write.
#[derive(Clone)]
pub(super) struct RowWrite {
    pub(super) r: RecordRef,
    pub(super) head: Head,
    pub(super) state: u16,
    pub(super) due_at: Option<UtcTime>,
    /// Shared with the set it came from, which may have to be written again alone.
    pub(super) body: Arc<Vec<u8>>,
}

/// One record to empty: its body, due time and, unless the kind's lookups are unique, its lookup.
#[derive(Clone, Copy)]
pub(super) struct Erasure {
    pub(super) r: RecordRef,
    pub(super) version: u64,
}

/// What one transaction writes, in this order.
#[derive(Clone, Default)]
pub(super) struct Batch {
    /// Each record once, in order of creation. Applied only over a lower version.
    pub(super) rows: Vec<RowWrite>,
    pub(super) erasures: Vec<Erasure>,
    /// By sequence and place.
    pub(super) events: Vec<(u64, u32, Event)>,
    /// Keys to be destroyed, by sequence.
    pub(super) purges: Vec<(u64, KeyId)>,
}

/// Why a batch could not be written.
pub(super) enum WriteFault {
    /// Two records of one kind would have one unique lookup.
    LookupTaken,
    /// Anything else that the database says.
    Failed(Cause),
}

/// The side that reads, shared by all callers.
pub(super) trait Reader: Send + Sync + 'static {
    /// Whether nobody but this process's writer changes the medium.
    const SOLE_WRITER: bool;
    fn select(&self, query: Query) -> impl Future<Output = Result<Vec<SealedRow>, StoreError>> + Send;
    /// Heads of those of `refs` that exist.
    fn heads(
        &self,
        refs: &[RecordRef],
    ) -> impl Future<Output = Result<HashMap<RecordRef, Head>, StoreError>> + Send;
    fn events(
        &self,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<LoggedEvent>, StoreError>> + Send;
    fn count(&self, kind: Kind) -> impl Future<Output = Result<u64, StoreError>> + Send;
    fn count_in_state(&self, kind: Kind, state: u16) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// Purges of commits after the one numbered `after`.
    fn purges(&self, after: u64) -> impl Future<Output = Result<Vec<(u64, KeyId)>, StoreError>> + Send;
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// The side that writes, owned by the writer task.
pub(super) trait Batcher: Send + 'static {
    /// The number of the last commit.
    fn last_sequence(&mut self) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// Begins a transaction, and answers the heads of those of `refs` that exist.
    fn begin(
        &mut self,
        refs: &[RecordRef],
    ) -> impl Future<Output = Result<HashMap<RecordRef, Head>, StoreError>> + Send;
    /// Writes; after a fault only `rollback` may follow.
    fn write(&mut self, batch: &Batch) -> impl Future<Output = Result<(), WriteFault>> + Send;
    /// Writes whole or not at all; the transaction goes on either way.
    fn write_guarded(&mut self, batch: &Batch) -> impl Future<Output = Result<(), WriteFault>> + Send;
    /// Commits; after a failure the transaction is over, and whether it took effect is unknown.
    fn commit(&mut self) -> impl Future<Output = Result<(), Cause>> + Send;
    fn rollback(&mut self) -> impl Future<Output = ()> + Send;
    fn close(self) -> impl Future<Output = ()> + Send;
}

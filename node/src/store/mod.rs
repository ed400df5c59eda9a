//! The storage contract: [`Changes`] in, [`Row`]s out.
//!
//! Callers: `app`, which takes a snapshot, asks `policy` and commits what comes out, and `exchange`, which keeps
//! its inbox and outbox here. The store never calls up and knows nothing of law.
//!
//! What a database sees of a record is its kind, id, version, parent, lookup, state and due time; everything else
//! is inside a body sealed under a key of that record. Deliberately absent: search over content, history of bodies
//! (a record that must not change is written once), deletion of rows (erasure destroys the key and keeps the id),
//! and a way to write without saying who did what ([`Changes::events`]).
//!
//! One engine ([`NodeStore`]) does sealing, group commit and staleness for every backend. A backend only keeps
//! sealed rows: `sqlite` for a node, `memory` for simulation; one suite, `conformance`, runs on each of them.

mod backend;
mod body;
mod bounds;
mod cache;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod conformance_model;
mod engine;
pub mod home;
pub mod keys;
mod kind;
mod memory;
mod plan;
mod recent;
mod seal;
mod shrink;
mod sqlite;
mod writer;

pub use body::Body;
pub use bounds::*;
pub use engine::NodeStore;
pub use kind::{Kind, RawId, RecordRef};
pub use memory::{MemoryDisk, MemoryFault};
pub use seal::SealBroken;

use policy::{id::Id, time::UtcTime};
use std::{borrow::Cow, fmt, future::Future, path::PathBuf, pin::Pin, sync::Arc};

/// Sixteen bytes by which a record can be found, for example a truncated keyed digest or a peer's message id.
pub type Lookup = [u8; 16];

/// An answer of the store, still to come.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A node's records.
///
/// # The contract, for whoever writes a backend
///
/// 1. **Acknowledged means durable.** [`Store::commit`] answers [`Outcome::Committed`] only after the medium has
///    the set. SQLite: WAL with `synchronous = FULL`. PostgreSQL: `synchronous_commit = on`.
/// 2. **All or nothing.** A [`Changes`] takes effect whole or not at all. Sets that share one database transaction
///    do not share a fate: a stale or failing set is answered alone, the others commit. Only when the transaction's
///    own commit fails do all its sets fail, each with [`StoreError::CommitUnknown`]: the caller reads again.
/// 3. **Versions.** A record's first version is 1 and each put adds one. A set is stale when a version it relied
///    on, or expects, is not the current one *after the sets committed before it, also those of the same group*.
///    A backend that shares its database with other processes must read these versions inside the transaction and
///    hold them (`SELECT … FOR UPDATE`, and for rows that must not exist the unique index).
/// 4. **Order.** Commits have strictly growing sequence numbers, and [`Store::events`] gives events in that order.
///    A backend with several writers may leave gaps, but an event must never appear behind one that was already
///    handed out (on PostgreSQL: take an advisory lock while numbering). Rows keep the position of their first
///    version; lists are in that order.
/// 5. **Sealed.** Bodies reach the backend sealed, with (kind, id, version) as associated data. New record keys are
///    durable in the key store *before* the rows that need them; a key without a row is harmless.
/// 6. **Erasure.** The row stays, emptied; its key goes on the purge list in the same transaction, and is destroyed
///    in the key store before the answer, or at the latest before the store next opens.
/// 7. **Reads** see every commit that was answered before the read began. Rows read by separate calls may be of
///    different moments; what makes a decision safe is naming the versions in [`Changes::relied_on`].
pub trait Store: Send + Sync {
    /// One record, or `None` when there never was one.
    fn get(&self, r: RecordRef) -> Pending<'_, Option<Row>>;

    /// Many records in one read; the answer has the order and length of `refs`.
    fn get_many<'a>(&'a self, refs: &'a [RecordRef]) -> Pending<'a, Vec<Option<Row>>>;

    /// The records of a kind under a parent, in order of creation.
    fn children(&self, kind: Kind, parent: Id, page: Page) -> Pending<'_, Vec<Row>>;

    /// The records of a kind under a parent that were created before the one at a position (`None`: all of them), the
    /// newest first, at most `limit`. Whoever pages on names the position of the last row seen.
    fn children_newest(
        &self,
        kind: Kind,
        parent: Id,
        before: Option<u64>,
        limit: u32,
    ) -> Pending<'_, Vec<Row>>;

    /// The records of a kind under a parent that are due at a time or earlier, soonest due first and in order of
    /// creation where they are due together, at most `limit`. What has no due time is left out. Kinds of
    /// [`Kind::found_by_due`] are read from an index; of others all under the parent are looked through.
    fn due_children(&self, kind: Kind, parent: Id, due_before: UtcTime, limit: u32) -> Pending<'_, Vec<Row>>;

    /// The records of a kind, in order of creation.
    fn list(&self, kind: Kind, page: Page) -> Pending<'_, Vec<Row>>;

    /// The records of a kind with a lookup, in order of creation, at most [`PAGE_ROWS_MAX`]. At most one for the
    /// kinds of [`Kind::unique_lookup`].
    fn by_lookup(&self, kind: Kind, lookup: Lookup) -> Pending<'_, Vec<Row>>;

    /// The records of a kind in a state, soonest due first (those without a due time last), at most `limit`.
    /// With `due_before`, only those due at that time or earlier.
    fn by_state(
        &self,
        kind: Kind,
        state: u16,
        due_before: Option<UtcTime>,
        limit: u32,
    ) -> Pending<'_, Vec<Row>>;

    /// Everything of the named kinds whose parent is `case`, and the case's own record if [`Kind::Case`] is named,
    /// in one read, in order of creation. No case is part of another.
    ///
    /// # Errors
    /// [`StoreError::SnapshotTooLarge`] past [`SNAPSHOT_ROWS_MAX`]: a snapshot is never silently cut.
    fn case_snapshot<'a>(&'a self, case: Id, kinds: &'a [Kind]) -> Pending<'a, Vec<Row>>;

    /// Events of commits after the one numbered `after` (0 for all), in order. At least `limit` events if there are
    /// that many: the last commit's events are never cut in two.
    fn events(&self, after: u64, limit: u32) -> Pending<'_, Vec<LoggedEvent>>;

    /// How many records of a kind there are, erased ones included.
    fn count(&self, kind: Kind) -> Pending<'_, u64>;

    /// How many records of a kind are in a state, erased ones included: all of them, however many.
    fn count_in_state(&self, kind: Kind, state: u16) -> Pending<'_, u64>;

    /// Commits a set, or says why not. Waits for room in the queue. A caller that stops waiting does not take the set
    /// back: it may commit.
    ///
    /// # Errors
    /// When the medium or the keys fail; a stale or refused set is an [`Outcome`].
    fn commit(&self, changes: Changes) -> Pending<'_, Outcome>;

    /// Commits what is queued, then closes. Later calls answer [`StoreError::Closed`].
    fn close(&self) -> Pending<'_, ()>;
}

/// A record as it is now, opened.
#[derive(Clone)]
pub struct Row {
    /// Which record.
    pub r: RecordRef,
    /// Its version, from 1.
    pub version: u64,
    /// The place of its first version among all records of this node: the cursor of [`Page`].
    pub position: u64,
    /// The record it belongs to, mostly a case.
    pub parent: Option<Id>,
    /// What it can be found by.
    pub lookup: Option<Lookup>,
    /// The state, as the kind's owner numbers them.
    pub state: u16,
    /// When something is due about it.
    pub due_at: Option<UtcTime>,
    /// Whether its content was erased, or lay under a key that was destroyed. The body is then empty.
    pub erased: bool,
    /// The content.
    pub body: Body,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} state {}", self.r, self.version, self.state)
    }
}

/// Which part of a list: rows after a position.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The [`Row::position`] of the last row seen; 0 to begin.
    pub after: u64,
    /// Most rows wanted; lowered to [`PAGE_ROWS_MAX`].
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { after: 0, limit }
    }
}

/// What version a put expects to replace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// None: the record must be new.
    Absent,
    /// Exactly this one.
    Version(u64),
    /// Whatever is there, also nothing. For marks that no decision rests on; costs a read.
    Any,
}

/// Under which key a new record is sealed. Counts when the record is created; later versions keep that key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyScope {
    /// A key of its own.
    Own,
    /// The key of another record, which must exist or be created in the same set under a key of its own. Erasing
    /// the other record makes this one unreadable too.
    SharedWith(RecordRef),
}

/// One record to be written.
pub struct Put {
    /// Which record.
    pub r: RecordRef,
    /// What it replaces.
    pub expected: Expected,
    /// The record it belongs to.
    pub parent: Option<Id>,
    /// What it can be found by. Not personal data in the clear: digest it under a key.
    pub lookup: Option<Lookup>,
    /// The state.
    pub state: u16,
    /// When something is due about it.
    pub due_at: Option<UtcTime>,
    /// The content, at most [`BODY_BYTES_MAX`].
    pub body: Body,
    /// Under which key, if the record is new.
    pub key: KeyScope,
}

impl Put {
    /// A new record under a key of its own, without parent, lookup or due time, in state 0.
    pub fn new(r: RecordRef, body: impl Into<Body>) -> Self {
        Self {
            r,
            expected: Expected::Absent,
            parent: None,
            lookup: None,
            state: 0,
            due_at: None,
            body: body.into(),
            key: KeyScope::Own,
        }
    }

    /// The next version of a record as it was read: everything but the content stays.
    pub fn update(row: &Row, body: impl Into<Body>) -> Self {
        Self {
            r: row.r,
            expected: Expected::Version(row.version),
            parent: row.parent,
            lookup: row.lookup,
            state: row.state,
            due_at: row.due_at,
            body: body.into(),
            key: KeyScope::Own,
        }
    }

    /// The same put with another expectation.
    #[must_use]
    pub fn expecting(mut self, expected: Expected) -> Self {
        self.expected = expected;
        self
    }

    /// The same put under a parent.
    #[must_use]
    pub fn under(mut self, parent: impl Into<RawId>) -> Self {
        self.parent = Some(parent.into().0);
        self
    }

    /// The same put with a lookup.
    #[must_use]
    pub fn found_by(mut self, lookup: Lookup) -> Self {
        self.lookup = Some(lookup);
        self
    }

    /// The same put in a state.
    #[must_use]
    pub fn in_state(mut self, state: u16) -> Self {
        self.state = state;
        self
    }

    /// The same put with a due time, or without.
    #[must_use]
    pub fn due(mut self, due_at: impl Into<Option<UtcTime>>) -> Self {
        self.due_at = due_at.into();
        self
    }

    /// The same put under the key of another record.
    #[must_use]
    pub fn sharing_key_of(mut self, owner: RecordRef) -> Self {
        self.key = KeyScope::SharedWith(owner);
        self
    }
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "put {} expecting {:?}", self.r, self.expected)
    }
}

/// Who did what, when, to which records. Append-only, and never about a person: ids and words of ours alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When, by the node's clock.
    pub at: UtcTime,
    /// A staff member's or node's SPIFFE URI, or a part of this node such as `courier`.
    pub actor: String,
    /// What happened, as one of our words.
    pub kind: Cow<'static, str>,
    /// The records it was about.
    pub ids: Vec<RecordRef>,
}

/// An event with the number of the commit that it was part of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedEvent {
    /// The commit's number, growing.
    pub sequence: u64,
    /// The event.
    pub event: Event,
}

/// Writes as a value: what a verb wants to be true, and what it relied on.
#[derive(Default, Debug)]
pub struct Changes {
    /// Versions that the decision rested on; 0 means that the record must not exist.
    pub relied_on: Vec<(RecordRef, u64)>,
    /// Records to write, each at most once.
    pub puts: Vec<Put>,
    /// Records whose content is destroyed. A record under another's key is emptied; its key dies with its owner.
    /// Erasing what is erased already changes nothing.
    pub erase: Vec<RecordRef>,
    /// Who did what: at least one.
    pub events: Vec<Event>,
}

/// What became of a set.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub enum Outcome {
    /// It is durable.
    Committed {
        /// Its number among all commits.
        sequence: u64,
    },
    /// This record is not as the set expects: load again, decide again.
    Stale(RecordRef),
    /// The set can never commit as it is.
    Refused(Refusal),
}

/// Why a set can never commit as it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// No event.
    #[error("the change names no event: every change must say who did what")]
    NoEvent,
    /// Two puts of one record, or a put and an erasure.
    #[error("the change writes {0} twice: put each record once")]
    Twice(RecordRef),
    /// A record whose content was erased.
    #[error("{0} was erased and cannot be written again: make a new record")]
    Erased(RecordRef),
    /// A record of a kind that stands with its case, but not under its case's key.
    #[error("{0} does not share the key of a case that is its parent: it belongs to one")]
    OutsideItsCase(RecordRef),
    /// Another record of the kind has this lookup.
    #[error("another {} already has this lookup: use that record", .0.kind)]
    LookupTaken(RecordRef),
    /// Something is larger than its bound.
    #[error("{what} of {is} is over the limit of {max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Its size.
        is: usize,
        /// The bound.
        max: usize,
    },
}

/// A cause that several callers can be told.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why the store could not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It was closed.
    #[error("the store is closed: the node is shutting down, or its writer stopped (the log says why)")]
    Closed,
    /// The database failed. Nothing of the call took effect.
    #[error("the database failed while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The commit failed, possibly after it took effect.
    #[error("the commit failed and may or may not have taken effect: read again before repeating it")]
    CommitUnknown {
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// A sealed body did not open.
    #[error("a record could not be opened")]
    Seal(#[from] SealBroken),
    /// The key store failed.
    #[error("the key store failed")]
    Keys(#[from] keys::KeyError),
    /// The node's home cannot be used.
    #[error("the node's home cannot be used")]
    Home(#[from] home::HomeError),
    /// The database was written by a newer version.
    #[error(
        "{} has schema version {found}, this concord knows up to {known}: install the concord that wrote it, \
         or restore the backup made before the upgrade",
        .file.display()
    )]
    NewerSchema {
        /// Which database.
        file: PathBuf,
        /// Its version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A case has more records than one snapshot may hold.
    #[error("case {case} has more than {SNAPSHOT_ROWS_MAX} records of the kinds asked for")]
    SnapshotTooLarge {
        /// Which case.
        case: Id,
    },
    /// There is no number left for a new record: 4.3 billion were written.
    #[error("the database is full: this node has written as many records as one database can number")]
    Full,
    /// The database holds something that this version would never write.
    #[error("the database is damaged ({what}): restore a backup, and keep a copy of the damaged file")]
    Damaged {
        /// What.
        what: &'static str,
    },
}

impl StoreError {
    pub(crate) fn database(
        doing: &'static str,
        cause: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Database { doing, cause: Arc::new(cause) }
    }
}

//! Every bound of the store, by name.

/// Sets that share one commit.
pub const CHANGES_PER_COMMIT_MAX: usize = 64;
/// Sets waiting for the writer; past it, callers wait.
pub const WRITER_QUEUE_MAX: usize = 1024;
/// Bytes of one opened body: the largest envelope, and room for what is kept beside it.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Puts in one set.
pub const PUTS_MAX: usize = 1024;
/// Versions relied on, and erasures, in one set.
pub const REFS_MAX: usize = 4096;
/// Events in one set.
pub const EVENTS_MAX: usize = 1024;
/// Records named by one event.
pub const EVENT_IDS_MAX: usize = 1024;
/// Bytes of an event's actor or kind.
pub const EVENT_TEXT_BYTES_MAX: usize = 512;
/// Rows of one page or list.
pub const PAGE_ROWS_MAX: u32 = 1000;
/// Records of one `get_many`.
pub const GET_MANY_MAX: usize = 4096;
/// Rows of one case snapshot.
pub const SNAPSHOT_ROWS_MAX: usize = 8192;
/// Tries of a set that expects any version, when others write the same record.
pub const ANY_TRIES_MAX: usize = 100;
/// Record keys held opened in memory.
pub const KEYS_CACHED_MAX: usize = 65_536;
/// Record heads (version and key id) held in memory.
pub const HEADS_CACHED_MAX: usize = 131_072;
/// Read-only connections.
pub const READERS_MAX: u32 = 4;

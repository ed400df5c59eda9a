//! The embedded backend: one file of sealed rows, one of wrapped keys.
//!
//! One writer connection (`BEGIN IMMEDIATE`, so that a transaction never has to be promoted) and a pool of read-only
//! ones. WAL with `synchronous = FULL`: a commit is on the medium when it returns. `secure_delete` overwrites what is
//! replaced, temporary tables stay in memory, and the files are private to this user (SQLite gives its WAL the mode
//! of the database). sqlx hands each statement to a thread of its own, so statements are few and many-rowed.

#[cfg(all(test, any(debug_assertions, feature = "faults")))]
mod crash_tests;
mod keys;
mod keys_ahead;
mod read;
mod rows;
mod shelf;
#[cfg(test)]
mod tests;
mod write;

pub(super) use keys::SqliteKeys;
pub(super) use read::SqliteReader;
pub(super) use write::SqliteBatcher;

use super::{READERS_MAX, StoreError};
use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

static RECORDS: Migrator = sqlx::migrate!("migrations/sqlite");
static KEYS: Migrator = sqlx::migrate!("migrations/sqlite_keys");

/// How long a statement waits for another process that holds the file, such as a backup.
const BUSY_MAX: Duration = Duration::from_secs(10);
/// Bytes of a page of a new database (one that is there keeps its own): what opens a case, some 6 KiB, is then mostly on one,
/// and a home of a million cases reads one where it would read three.
const PAGE_BYTES: u32 = 16_384;
/// Pages in the WAL before a commit copies them into the database: 32 MiB.
const CHECKPOINT_PAGES: &str = "2000";
/// Page cache of each connection, in KiB (SQLite writes this as a negative number). Taken as it is needed: a small node never
/// takes it. A reader's is emptied by every commit.
const CACHE_KIB: &str = "-65536";

/// Opens the records of a home, migrated.
pub(super) async fn open(file: &Path) -> Result<(SqliteReader, SqliteBatcher), StoreError> {
    let writer = open_writer(file, &RECORDS).await?;
    let mut reader = SqliteReader::new(readers(file));
    reader.learn().await?;
    Ok((reader, SqliteBatcher::new(writer)))
}

async fn open_writer(file: &Path, migrator: &Migrator) -> Result<SqliteConnection, StoreError> {
    let mut writer = options(file)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("cache_size", CACHE_KIB)
        .connect()
        .await
        .map_err(failed("opening the database"))?;
    migrator.run(&mut writer).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => StoreError::NewerSchema {
            file: file.to_owned(),
            found,
            known: migrator.iter().map(|m| m.version).max().unwrap_or(0),
        },
        other => StoreError::database("bringing the schema up to date", other),
    })?;
    Ok(writer)
}

fn readers(file: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options(file).read_only(true).pragma("cache_size", CACHE_KIB))
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_MAX)
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| StoreError::database(doing, error)
}

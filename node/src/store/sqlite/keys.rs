//! The database of wrapped keys.

use super::{
    KEYS, failed,
    keys_ahead::KeysAhead,
    open_writer, readers,
    rows::{ManyRows, chunks, column, damaged, key_id, number, pad, signed},
};
use crate::store::{
    StoreError,
    keys::{KeyId, Stored},
};
use policy::time::UtcTime;
use sqlx::{Connection, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use std::{collections::HashSet, path::Path};
use tokio::sync::Mutex;
use tokio_stream::StreamExt;

/// Keys from which on a home is large; few in tests, which are of such a one too.
const LARGE: u64 = if cfg!(test) { 4 } else { 10_000 };
/// Keys of a large home that are read ahead.
const AHEAD_MAX: u32 = 4_000_000;
const INSERTING: &str = "writing record keys";
const DESTROYING: &str = "destroying record keys";
const ROTATING: &str = "wrapping record keys anew";

/// Wrapped keys in a file of their own.
pub(in crate::store) struct SqliteKeys {
    /// `None` once closed.
    writer: Mutex<Option<SqliteConnection>>,
    pool: SqlitePool,
    insert: ManyRows,
    select: ManyRows,
    ahead: KeysAhead,
}

impl SqliteKeys {
    pub(in crate::store) async fn open(file: &Path) -> Result<Self, StoreError> {
        let writer = open_writer(file, &KEYS).await?;
        let pool = readers(file);
        Ok(Self {
            writer: Mutex::new(Some(writer)),
            ahead: read_ahead(&pool).await?,
            pool,
            insert: ManyRows::new(
                "INSERT INTO keys (key_id, generation, wrapped) SELECT * FROM (VALUES ",
                "(?,?,?)",
                ") WHERE column1 IS NOT NULL ON CONFLICT (key_id) DO NOTHING",
            ),
            select: ManyRows::new("SELECT key_id, generation, wrapped FROM keys WHERE key_id IN (", "?", ")"),
        })
    }

    pub(in crate::store) async fn insert(&self, keys: Vec<Stored>) -> Result<(), StoreError> {
        let mut guard = self.writer.lock().await;
        let connection = guard.as_mut().ok_or(StoreError::Closed)?;
        for chunk in chunks(&keys) {
            // One statement is a transaction by itself. Keys need no transaction together: one alone is harmless.
            let (sql, taken) = self.insert.at_least(chunk.len());
            let mut query = sqlx::query(sql);
            for key in chunk {
                query = query.bind(key.id.0.to_vec()).bind(key.generation).bind(key.wrapped.as_deref());
            }
            pad(query, (taken - chunk.len()) * 3)
                .execute(&mut *connection)
                .await
                .map_err(failed(INSERTING))?;
        }
        Ok(())
    }

    pub(in crate::store) async fn fetch(&self, ids: &[KeyId]) -> Result<Vec<Stored>, StoreError> {
        let mut found: Vec<Stored> = ids.iter().filter_map(|id| self.ahead.get(*id)).collect();
        let ahead: HashSet<KeyId> = found.iter().map(|key| key.id).collect();
        let unread: Vec<KeyId> = ids.iter().filter(|id| !ahead.contains(id)).copied().collect();
        for chunk in chunks(&unread) {
            let (sql, taken) = self.select.at_least(chunk.len());
            let mut query = sqlx::query(sql);
            for place in 0..taken {
                query = query.bind(chunk.get(place).map(|id| id.0.to_vec()));
            }
            let rows = query.fetch_all(&self.pool).await.map_err(failed("reading record keys"))?;
            for row in &rows {
                found.push(stored(row)?);
            }
        }
        Ok(found)
    }

    /// Overwrites the keys, and then empties the WAL, which may still hold them.
    pub(in crate::store) async fn destroy(&self, ids: &[KeyId], through: u64) -> Result<(), StoreError> {
        self.ahead.forget(ids);
        let mut guard = self.writer.lock().await;
        let connection = guard.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed(DESTROYING))?;
        for id in ids {
            sqlx::query(
                "INSERT INTO keys (key_id, generation, wrapped) VALUES (?, 1, NULL) \
                 ON CONFLICT (key_id) DO UPDATE SET wrapped = NULL",
            )
            .bind(id.0.to_vec())
            .execute(&mut *transaction)
            .await
            .map_err(failed(DESTROYING))?;
        }
        sqlx::query(
            "INSERT INTO marks (name, number) VALUES ('purged_through', ?) \
             ON CONFLICT (name) DO UPDATE SET number = max(number, excluded.number)",
        )
        .bind(signed(through))
        .execute(&mut *transaction)
        .await
        .map_err(failed(DESTROYING))?;
        transaction.commit().await.map_err(failed(DESTROYING))?;
        empty_wal(connection).await.map_err(failed(DESTROYING))
    }

    pub(in crate::store) async fn not_under(
        &self,
        generation: u32,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows = sqlx::query(
            "SELECT key_id, generation, wrapped FROM keys WHERE generation <> ? AND wrapped IS NOT NULL LIMIT ?",
        )
        .bind(generation)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading record keys"))?;
        rows.iter().map(stored).collect()
    }

    pub(in crate::store) async fn rewrap(&self, keys: Vec<Stored>) -> Result<(), StoreError> {
        self.ahead.forget_all();
        let mut guard = self.writer.lock().await;
        let connection = guard.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed(ROTATING))?;
        for key in keys {
            sqlx::query(
                "UPDATE keys SET generation = ?, wrapped = ? WHERE key_id = ? AND wrapped IS NOT NULL",
            )
            .bind(key.generation)
            .bind(key.wrapped)
            .bind(key.id.0.to_vec())
            .execute(&mut *transaction)
            .await
            .map_err(failed(ROTATING))?;
        }
        transaction.commit().await.map_err(failed(ROTATING))
    }

    pub(in crate::store) async fn rotated(&self, generation: u32, at: UtcTime) -> Result<(), StoreError> {
        let mut guard = self.writer.lock().await;
        let connection = guard.as_mut().ok_or(StoreError::Closed)?;
        sqlx::query("DELETE FROM checks WHERE generation <> ?")
            .bind(generation)
            .execute(&mut *connection)
            .await
            .map_err(failed(ROTATING))?;
        sqlx::query(
            "INSERT INTO marks (name, number) VALUES ('rotated_at', ?) \
             ON CONFLICT (name) DO UPDATE SET number = excluded.number",
        )
        .bind(at.0)
        .execute(&mut *connection)
        .await
        .map_err(failed(ROTATING))?;
        empty_wal(connection).await.map_err(failed(ROTATING))
    }

    pub(in crate::store) async fn rotated_at(&self) -> Result<Option<UtcTime>, StoreError> {
        let row = sqlx::query("SELECT number FROM marks WHERE name = 'rotated_at'")
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("reading the time of the last rotation"))?;
        row.as_ref().map(|row| column(row, 0).map(UtcTime)).transpose()
    }

    pub(in crate::store) async fn purged_through(&self) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT coalesce(max(number), 0) FROM marks WHERE name = 'purged_through'")
            .fetch_one(&self.pool)
            .await
            .map_err(failed("reading the purge mark"))?;
        number(&row, 0)
    }

    pub(in crate::store) async fn last_id(&self) -> Result<Option<KeyId>, StoreError> {
        let row = sqlx::query("SELECT key_id FROM keys ORDER BY key_id DESC LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("reading the last record key"))?;
        row.as_ref().map(|row| key_id(row, 0)).transpose()
    }

    pub(in crate::store) async fn checks(&self) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        let rows = sqlx::query("SELECT generation, wrapped FROM checks ORDER BY generation")
            .fetch_all(&self.pool)
            .await
            .map_err(failed("reading the key check"))?;
        rows.iter().map(|row| Ok((generation(row, 0)?, column(row, 1)?))).collect()
    }

    pub(in crate::store) async fn insert_check(
        &self,
        generation: u32,
        wrapped: Vec<u8>,
    ) -> Result<(), StoreError> {
        let mut guard = self.writer.lock().await;
        let connection = guard.as_mut().ok_or(StoreError::Closed)?;
        sqlx::query(
            "INSERT INTO checks (generation, wrapped) VALUES (?, ?) ON CONFLICT (generation) DO NOTHING",
        )
        .bind(generation)
        .bind(wrapped)
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed("writing the key check"))
    }

    pub(in crate::store) async fn close(&self) {
        self.pool.close().await;
        let Some(connection) = self.writer.lock().await.take() else { return };
        if let Err(error) = connection.close().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "closing the key store");
        }
    }
}

/// The keys of a large home, read once from end to end.
async fn read_ahead(pool: &SqlitePool) -> Result<KeysAhead, StoreError> {
    const READING: &str = "reading record keys ahead";
    let count = sqlx::query("SELECT count(*) FROM keys").fetch_one(pool).await.map_err(failed(READING))?;
    let mut keys = Vec::new();
    if number(&count, 0)? >= LARGE {
        let mut rows = sqlx::query("SELECT key_id, generation, wrapped FROM keys ORDER BY key_id LIMIT ?")
            .bind(AHEAD_MAX)
            .fetch(pool);
        while let Some(row) = rows.try_next().await.map_err(failed(READING))? {
            keys.push(stored(&row)?);
        }
    }
    Ok(KeysAhead::of(keys))
}

/// Copies the WAL into the database and empties it: what was overwritten is then in neither.
async fn empty_wal(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await.map(drop)
}

fn stored(row: &SqliteRow) -> Result<Stored, StoreError> {
    Ok(Stored { id: key_id(row, 0)?, generation: generation(row, 1)?, wrapped: column(row, 2)? })
}

fn generation(row: &SqliteRow, at: usize) -> Result<u32, StoreError> {
    u32::try_from(number(row, at)?).map_err(|_| damaged("a key generation"))
}

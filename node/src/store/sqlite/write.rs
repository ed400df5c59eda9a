//! Batches on the one writer connection.
//!
//! Where a record stands on the medium is this module's business alone: records that share a key stand on one shelf, so
//! that a case is read from a few pages side by side (`migrations/sqlite/0003_shelves.sql`).

use super::{
    failed,
    read::{heads_statement, read_heads},
    rows::{ManyRows, chunks, number, pad, signed},
    shelf::Shelf,
};
use crate::store::{
    Cause, HEADS_CACHED_MAX, Lookup, RecordRef, StoreError,
    backend::{Batch, Batcher, Head, RowWrite, WriteFault},
    cache::Cache,
    keys::KeyId,
    kind::REF_BYTES,
};
use sqlx::{Connection, SqliteConnection};
use std::{collections::HashMap, sync::Arc};

/// The writer connection, which knows the heads that it wrote or read: nobody else writes.
pub(in crate::store) struct SqliteBatcher {
    connection: SqliteConnection,
    upsert: ManyRows,
    insert_events: ManyRows,
    begin_with_heads: ManyRows,
    heads: ManyRows,
    known: Cache<RecordRef, Standing>,
    /// Heads written in this transaction, known once it is committed.
    written: Vec<(RecordRef, Standing)>,
    /// Records that are there already, of those that this transaction writes, and the lookup that each has.
    there: HashMap<RecordRef, Option<Lookup>>,
    /// Shelves of the keys that this transaction's records are sealed under.
    shelves: HashMap<KeyId, Shelf>,
    /// The last position given away.
    position: Option<u64>,
}

/// A record as the writer knows it: its head, and the shelf of those that share its key.
#[derive(Clone, Copy)]
struct Standing {
    head: Head,
    shelf: Shelf,
}

impl SqliteBatcher {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        let upsert = ManyRows::new(
            "INSERT INTO records (place, kind, id, version, parent, lookup, state, due_at, key_id, owns_key, body) \
             SELECT * FROM (VALUES ",
            "(?,?,?,?,?,?,?,?,?,?,?)",
            ") WHERE column1 IS NOT NULL ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, parent = excluded.parent, \
             lookup = excluded.lookup, state = excluded.state, due_at = excluded.due_at, body = excluded.body \
             WHERE records.version < excluded.version AND records.erased = 0",
        );
        let insert_events = ManyRows::new(
            "INSERT INTO events (sequence, place, at, actor, kind, ids) SELECT * FROM (VALUES ",
            "(?,?,?,?,?,?)",
            ") WHERE column1 IS NOT NULL",
        );
        Self {
            connection,
            upsert,
            insert_events,
            begin_with_heads: heads_statement("BEGIN IMMEDIATE; "),
            heads: heads_statement(""),
            known: Cache::new(HEADS_CACHED_MAX),
            written: Vec::new(),
            there: HashMap::new(),
            shelves: HashMap::new(),
            position: None,
        }
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(sql).execute(&mut self.connection).await.map(drop)
    }

    /// The last position that a record has. Asked once: nobody else writes.
    async fn last_position(&mut self) -> Result<u64, WriteFault> {
        if let Some(position) = self.position {
            return Ok(position);
        }
        let row = sqlx::query("SELECT coalesce(max(position), 0) FROM records")
            .fetch_one(&mut self.connection)
            .await
            .map_err(fault)?;
        number(&row, 0).map_err(|error| WriteFault::Failed(Arc::new(error)))
    }

    /// A place for each row: of a new record on the shelf of its key. One that is there keeps its own, and is given the next
    /// that is free, which it does not take.
    async fn places(&mut self, rows: &[RowWrite]) -> Result<Vec<i64>, WriteFault> {
        let mut last = self.last_position().await?;
        let mut positions = Vec::with_capacity(rows.len());
        for row in rows {
            let is_new = !self.there.contains_key(&row.r);
            last += u64::from(is_new);
            positions.push(is_new.then_some(last));
            // An owner may be written after those that share its key. One that this transaction wrote before keeps its shelf.
            if is_new && row.head.owns_key {
                self.shelves.entry(row.head.key).or_insert(Shelf::numbered(last));
            }
        }
        self.position = Some(last);
        let place = |(row, position): (&RowWrite, Option<u64>)| {
            let position = position.unwrap_or(last + 1);
            let shelf = self.shelves.get(&row.head.key).copied().unwrap_or(Shelf::numbered(position));
            shelf.place(row.r.kind, position)
        };
        let places: Option<_> = rows.iter().zip(positions).map(place).collect();
        places.ok_or_else(|| WriteFault::Failed(Arc::new(StoreError::Full)))
    }

    /// Takes lookups from the records that give them up, where others of these rows take them: SQLite looks at each row alone.
    async fn free_lookups(&mut self, rows: &[RowWrite]) -> Result<(), WriteFault> {
        let unique = || rows.iter().filter(|row| row.r.kind.unique_lookup());
        let gives_up = |row: &&RowWrite| {
            let had = *self.there.get(&row.r)?;
            (had.is_some() && had != row.head.lookup).then_some((row.r, had))
        };
        let given_up: Vec<_> = unique().filter_map(|row| gives_up(&row)).collect();
        for (r, lookup) in given_up {
            if !unique().any(|row| row.r.kind == r.kind && row.head.lookup == lookup) {
                continue;
            }
            sqlx::query("UPDATE records SET lookup = NULL WHERE kind = ? AND id = ?")
                .bind(i64::from(r.kind.code()))
                .bind(r.id.to_bytes().to_vec())
                .execute(&mut self.connection)
                .await
                .map_err(fault)?;
        }
        Ok(())
    }

    async fn upsert(&mut self, rows: &[RowWrite]) -> Result<(), WriteFault> {
        self.free_lookups(rows).await?;
        let places = self.places(rows).await?;
        for (chunk, places) in chunks(rows).zip(chunks(&places)) {
            let (sql, taken) = self.upsert.at_least(chunk.len());
            let mut query = sqlx::query(sql);
            for (row, place) in chunk.iter().zip(places) {
                query = query
                    .bind(*place)
                    .bind(i64::from(row.r.kind.code()))
                    .bind(row.r.id.to_bytes().to_vec())
                    .bind(signed(row.head.version))
                    .bind(row.head.parent.map(|id| id.to_bytes().to_vec()))
                    .bind(row.head.lookup.map(|lookup| lookup.to_vec()))
                    .bind(i64::from(row.state))
                    .bind(row.due_at.map(|at| at.0))
                    .bind(row.head.key.0.to_vec())
                    .bind(i64::from(row.head.owns_key))
                    .bind(row.body.as_slice());
            }
            let done =
                pad(query, (taken - chunk.len()) * 11).execute(&mut self.connection).await.map_err(fault)?;
            all_written(done.rows_affected(), chunk.len())?;
        }
        Ok(())
    }

    async fn write_all(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        self.upsert(&batch.rows).await?;
        for erasure in &batch.erasures {
            let done = sqlx::query(
                "UPDATE records SET version = ?, erased = 1, body = x'', due_at = NULL, \
                 lookup = iif(?, lookup, NULL) WHERE kind = ? AND id = ? AND version < ? AND erased = 0",
            )
            .bind(signed(erasure.version))
            .bind(erasure.r.kind.unique_lookup())
            .bind(i64::from(erasure.r.kind.code()))
            .bind(erasure.r.id.to_bytes().to_vec())
            .bind(signed(erasure.version))
            .execute(&mut self.connection)
            .await
            .map_err(fault)?;
            all_written(done.rows_affected(), 1)?;
        }
        for (sequence, key) in &batch.purges {
            sqlx::query("INSERT INTO purges (sequence, key_id) VALUES (?, ?)")
                .bind(signed(*sequence))
                .bind(key.0.to_vec())
                .execute(&mut self.connection)
                .await
                .map_err(fault)?;
        }
        for chunk in chunks(&batch.events) {
            let (sql, taken) = self.insert_events.at_least(chunk.len());
            let mut query = sqlx::query(sql);
            for (sequence, place, event) in chunk {
                let mut ids = Vec::with_capacity(event.ids.len() * REF_BYTES);
                event.ids.iter().for_each(|r| ids.extend_from_slice(&r.to_bytes()));
                query = query
                    .bind(signed(*sequence))
                    .bind(i64::from(*place))
                    .bind(event.at.0)
                    .bind(event.actor.as_str())
                    .bind(&*event.kind)
                    .bind(ids);
            }
            pad(query, (taken - chunk.len()) * 6).execute(&mut self.connection).await.map_err(fault)?;
        }
        let shelves = &self.shelves;
        let standing = |row: &RowWrite| Standing {
            head: row.head,
            shelf: shelves.get(&row.head.key).copied().unwrap_or_default(),
        };
        self.written.extend(batch.rows.iter().map(|row| (row.r, standing(row))));
        self.there.extend(batch.rows.iter().map(|row| (row.r, row.head.lookup)));
        Ok(())
    }

    /// Begins, and reads the heads of a first chunk in the same message to the connection's thread.
    async fn begin_reading(
        &mut self,
        unknown: &[RecordRef],
    ) -> Result<Vec<(RecordRef, Standing)>, StoreError> {
        if unknown.is_empty() {
            self.execute("BEGIN IMMEDIATE").await.map_err(failed("beginning a transaction"))?;
            return Ok(Vec::new());
        }
        let mut found = Vec::with_capacity(unknown.len());
        for (number, chunk) in chunks(unknown).enumerate() {
            let statement = if number == 0 { &self.begin_with_heads } else { &self.heads };
            let heads = read_heads(&mut self.connection, statement, chunk).await?;
            found.extend(
                heads.into_iter().map(|(r, head, place)| (r, Standing { head, shelf: Shelf::of(place) })),
            );
        }
        Ok(found)
    }

    /// Notes what a record of this transaction is.
    fn stands(&mut self, heads: &mut HashMap<RecordRef, Head>, r: RecordRef, standing: Standing) {
        if standing.head.owns_key {
            self.shelves.insert(standing.head.key, standing.shelf);
        }
        self.there.insert(r, standing.head.lookup);
        heads.insert(r, standing.head);
    }
}

impl Batcher for SqliteBatcher {
    async fn last_sequence(&mut self) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT coalesce(max(sequence), 0) FROM events")
            .fetch_one(&mut self.connection)
            .await
            .map_err(failed("reading the last commit's number"))?;
        number(&row, 0)
    }

    async fn begin(&mut self, refs: &[RecordRef]) -> Result<HashMap<RecordRef, Head>, StoreError> {
        self.written.clear();
        self.shelves.clear();
        self.there.clear();
        let mut heads = HashMap::with_capacity(refs.len());
        let mut unknown = Vec::new();
        for r in refs {
            match self.known.get(r) {
                Some(standing) => self.stands(&mut heads, *r, standing),
                None => unknown.push(*r),
            }
        }
        match self.begin_reading(&unknown).await {
            // Read before anything is written, so true of the committed records.
            Ok(found) => {
                for (r, standing) in found {
                    self.known.insert(r, standing);
                    self.stands(&mut heads, r, standing);
                }
                Ok(heads)
            }
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    async fn write(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        if let Err(fault) = self.write_all(batch).await {
            self.known.clear();
            return Err(fault);
        }
        for erasure in &batch.erasures {
            self.known.remove(&erasure.r);
            self.written.retain(|(r, _)| *r != erasure.r);
        }
        Ok(())
    }

    async fn write_guarded(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        self.execute("SAVEPOINT one_set").await.map_err(fault)?;
        let written = self.write(batch).await;
        if written.is_err() {
            self.execute("ROLLBACK TO one_set").await.map_err(fault)?;
        }
        self.execute("RELEASE one_set").await.map_err(fault)?;
        written
    }

    async fn commit(&mut self) -> Result<(), Cause> {
        match self.execute("COMMIT").await {
            Ok(()) => {
                for (r, standing) in self.written.drain(..) {
                    self.known.insert(r, standing);
                }
                Ok(())
            }
            Err(error) => {
                self.known.clear();
                self.rollback().await;
                Err(Arc::new(error))
            }
        }
    }

    async fn rollback(&mut self) {
        self.written.clear();
        // SQLite may have rolled back by itself, in which case this says that there is no transaction.
        if let Err(error) = self.execute("ROLLBACK").await {
            tracing::debug!(error = &error as &dyn std::error::Error, "nothing to roll back");
        }
    }

    async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "closing the database");
        }
    }
}

fn fault(error: sqlx::Error) -> WriteFault {
    let lookup_taken = error
        .as_database_error()
        .is_some_and(|e| e.is_unique_violation() && e.message().contains("records.lookup"));
    if lookup_taken { WriteFault::LookupTaken } else { WriteFault::Failed(Arc::new(error)) }
}

/// Checks at write again what the plan decided: a row that is newer or erased is never replaced.
fn all_written(affected: u64, rows: usize) -> Result<(), WriteFault> {
    if affected == rows as u64 {
        return Ok(());
    }
    Err(WriteFault::Failed(Arc::new(StoreError::Damaged { what: "a row newer than the writer knows" })))
}

#[cfg(test)]
mod tests {
    use crate::store::Kind;

    #[test]
    fn the_schema_and_the_code_name_the_same_unique_kinds() {
        let unique = Kind::ALL.iter().filter(|kind| kind.unique_lookup());
        let unique: Vec<_> = unique.map(|kind| kind.code().to_string()).collect();
        let schema = include_str!("../../../migrations/sqlite/0003_shelves.sql");
        assert!(schema.contains(&format!("kind IN ({});", unique.join(", "))));
    }

    #[test]
    fn the_schema_and_the_code_name_the_same_kinds_that_open_a_case() {
        let opens = Kind::ALL.iter().filter(|kind| kind.opens_a_case());
        let opens: Vec<_> = opens.map(|kind| kind.code().to_string()).collect();
        let schema = include_str!("../../../migrations/sqlite/0003_shelves.sql");
        assert!(schema.contains(&format!("kind NOT IN ({})", opens.join(", "))));
    }

    #[test]
    fn the_schema_and_the_code_name_the_same_kinds_found_by_due_time() {
        let found = Kind::ALL.iter().filter(|kind| kind.found_by_due());
        let found: Vec<_> = found.map(|kind| format!("kind = {}", kind.code())).collect();
        let schema = include_str!("../../../migrations/sqlite/0003_shelves.sql");
        assert!(schema.contains(&format!("WHERE {} AND due_at IS NOT NULL;", found.join(" OR "))));
    }
}

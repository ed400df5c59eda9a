//! Reads, each one statement on a read-only connection.

use super::{
    failed,
    rows::{ManyRows, chunks, column, columns, damaged, head, key_id, number, reference, sealed_row, signed},
    shelf::Shelf,
};
use crate::store::{
    Event, Kind, LoggedEvent, PAGE_ROWS_MAX, RecordRef, StoreError,
    backend::{Head, Query, Reader, SealedRow},
    keys::KeyId,
};
use policy::id::Id;
use policy::time::UtcTime;
use sqlx::{
    Sqlite, SqliteExecutor, SqlitePool,
    query::Query as Statement,
    sqlite::{SqliteArguments, SqliteRow},
};
use std::collections::HashMap;
use tokio_stream::StreamExt;

const CHILDREN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.parent = ? AND r.kind = ? AND r.position > ? ",
    "ORDER BY r.position LIMIT ?"
);
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.parent = ? AND r.kind = ? AND r.position < ? ",
    "ORDER BY r.position DESC LIMIT ?"
);
// The kind is written out: an index of some rows is used only where the statement itself says that it wants those.
const DUE_CASES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.kind = 7 AND r.parent = ? AND r.due_at <= ? ",
    "ORDER BY r.due_at, r.position LIMIT ?"
);
const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.parent = ? AND r.kind = ? AND r.due_at <= ? ",
    "ORDER BY r.due_at, r.position LIMIT ?"
);
// `+` keeps the planner on the index of the kind: the table's own order would make it walk every kind.
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.kind = ? AND +r.position > ? ORDER BY +r.position LIMIT ?"
);
const LOOKUP: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.lookup = ? AND r.kind = ? ORDER BY r.position LIMIT ?"
);
const STATE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.kind = ? AND r.state = ? ",
    "ORDER BY r.due_at IS NULL, r.due_at, +r.position LIMIT ?"
);
const STATE_DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.kind = ? AND r.state = ? AND r.due_at <= ? ",
    "ORDER BY r.due_at, +r.position LIMIT ?"
);
const COUNT_IN_STATE: &str = "SELECT count(*) FROM records WHERE kind = ? AND state = ?";
const CASE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.parent = ?1 AND r.kind <> ?3 AND (?2 >> r.kind) & 1 = 1 ",
    "UNION ALL SELECT ",
    columns!(),
    " FROM records r WHERE r.kind = ?3 AND r.id = ?1 AND (?2 >> ?3) & 1 = 1 ORDER BY 1 LIMIT ?4"
);
// What opens a case stands in one half of one shelf: a walk along it, and a look at no index where the place of the case is known.
const OPENS_CASE_AT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records r WHERE r.place BETWEEN (?5 >> 32) << 32 AND ((?5 >> 32) << 32) + 0xffffffff ",
    "AND (?2 >> r.kind) & 1 = 1 AND iif(r.kind = ?3, r.id, r.parent) = ?1 ORDER BY r.place LIMIT ?4"
);
const OPENS_CASE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records c CROSS JOIN records r ON r.place BETWEEN (c.place >> 32) << 32 AND ((c.place >> 32) << 32) + 0xffffffff ",
    "WHERE c.kind = ?3 AND c.id = ?1 AND (?2 >> r.kind) & 1 = 1 AND iif(r.kind = ?3, r.id, r.parent) = ?1 ",
    "ORDER BY r.place LIMIT ?4"
);
const EVENTS: &str = "SELECT sequence, at, actor, kind, ids FROM events WHERE sequence > ?1 AND sequence <= \
     (SELECT max(sequence) FROM (SELECT sequence FROM events WHERE sequence > ?1 ORDER BY sequence, place LIMIT ?2)) \
     ORDER BY sequence, place";

/// Records from which on a database is large; few in tests, which are of such a one too.
const LARGE_POSITION: u64 = if cfg!(test) { 4 } else { 200_000 };
/// Cases of a large database whose places are known: 32 bytes each.
const CASES_KNOWN_MAX: u32 = 4_000_000;
/// Bytes that an inner page has for each page below it, about: that page's number, and where its places end.
const INNER_CELL_BYTES: u64 = 15;
/// Looks along a large table for each inner page that it has.
const STEPS_PER_INNER_PAGE: u64 = 2;
/// The last position, pages, and bytes of a page.
const SIZE: &str = "SELECT coalesce(max(position), 0), (SELECT page_count FROM pragma_page_count), \
     (SELECT page_size FROM pragma_page_size) FROM records";
const CASES: &str = "SELECT id, place FROM records INDEXED BY records_ref WHERE kind = 7 ORDER BY id LIMIT ?";
const LEARNING: &str = "reading where cases stand";

/// The read-only connections.
pub(in crate::store) struct SqliteReader {
    pool: SqlitePool,
    by_ref: ManyRows,
    heads: ManyRows,
    /// Places of the cases of a large database, by id.
    cases: Vec<(Id, i64)>,
}

impl SqliteReader {
    pub(super) fn new(pool: SqlitePool) -> Self {
        let by_ref = ManyRows::new(
            "WITH wanted(kind, id) AS (VALUES ",
            "(?,?)",
            concat!(
                ") SELECT ",
                columns!(),
                " FROM wanted w CROSS JOIN records r WHERE r.kind = w.kind AND r.id = w.id"
            ),
        );
        Self { pool, by_ref, heads: heads_statement(""), cases: Vec::new() }
    }

    /// Learns where the cases of a large database stand, and reads the inner pages on the way to them, so that a case is
    /// opened by one walk along its shelf. What a connection has read itself does not help: SQLite forgets it at every commit.
    pub(super) async fn learn(&mut self) -> Result<(), StoreError> {
        let size = sqlx::query(SIZE).fetch_one(&self.pool).await.map_err(failed(LEARNING))?;
        let last = number(&size, 0)?;
        if last < LARGE_POSITION {
            return Ok(());
        }
        let steps = number(&size, 1)? * INNER_CELL_BYTES / number(&size, 2)? * STEPS_PER_INNER_PAGE;
        for step in 0..steps {
            let place = Shelf::numbered(last * step / steps).place(Kind::Case, 0);
            let near = sqlx::query("SELECT kind FROM records WHERE place >= ? LIMIT 1").bind(place);
            near.fetch_optional(&self.pool).await.map_err(failed(LEARNING))?;
        }
        let mut cases = sqlx::query(CASES).bind(i64::from(CASES_KNOWN_MAX)).fetch(&self.pool);
        while let Some(row) = cases.try_next().await.map_err(failed(LEARNING))? {
            let id = Id::from_slice(column(&row, 0)?).ok_or_else(|| damaged("an id"))?;
            self.cases.push((id, column(&row, 1)?));
        }
        Ok(())
    }

    /// The place of a case that was there when the database was opened. A record never moves.
    fn place_of(&self, case: Id) -> Option<i64> {
        let at = self.cases.binary_search_by_key(&case, |(id, _)| *id).ok()?;
        Some(self.cases[at].1)
    }

    async fn fetch(
        &self,
        statement: Statement<'_, Sqlite, SqliteArguments>,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let rows = statement.fetch_all(&self.pool).await.map_err(failed("reading records"))?;
        rows.iter().map(sealed_row).collect()
    }
}

impl Reader for SqliteReader {
    // The home is locked, and only the writer's connection may write.
    const SOLE_WRITER: bool = true;

    async fn select(&self, query: Query) -> Result<Vec<SealedRow>, StoreError> {
        match query {
            Query::Refs(refs) => {
                let mut rows = Vec::with_capacity(refs.len());
                for chunk in chunks(&refs) {
                    let found = self.fetch(bind_refs(&self.by_ref, chunk)).await?;
                    rows.extend(found);
                }
                Ok(rows)
            }
            Query::Children { kind, parent, page } => {
                let statement = sqlx::query(CHILDREN)
                    .bind(parent.to_bytes().to_vec())
                    .bind(i64::from(kind.code()))
                    .bind(signed(page.after))
                    .bind(i64::from(page.limit));
                self.fetch(statement).await
            }
            Query::Newest { kind, parent, before, limit } => {
                let statement = sqlx::query(NEWEST)
                    .bind(parent.to_bytes().to_vec())
                    .bind(i64::from(kind.code()))
                    .bind(before.map_or(i64::MAX, signed))
                    .bind(i64::from(limit));
                self.fetch(statement).await
            }
            Query::Due { kind: Kind::Case, parent, due_before, limit } => {
                let statement = sqlx::query(DUE_CASES)
                    .bind(parent.to_bytes().to_vec())
                    .bind(due_before.0)
                    .bind(i64::from(limit));
                self.fetch(statement).await
            }
            Query::Due { kind, parent, due_before, limit } => {
                let statement = sqlx::query(DUE)
                    .bind(parent.to_bytes().to_vec())
                    .bind(i64::from(kind.code()))
                    .bind(due_before.0)
                    .bind(i64::from(limit));
                self.fetch(statement).await
            }
            Query::List { kind, page } => {
                let statement = sqlx::query(LIST)
                    .bind(i64::from(kind.code()))
                    .bind(signed(page.after))
                    .bind(i64::from(page.limit));
                self.fetch(statement).await
            }
            Query::Lookup { kind, lookup } => {
                let statement = sqlx::query(LOOKUP)
                    .bind(lookup.to_vec())
                    .bind(i64::from(kind.code()))
                    .bind(i64::from(PAGE_ROWS_MAX));
                self.fetch(statement).await
            }
            Query::State { kind, state, due_before: None, limit } => {
                let statement = sqlx::query(STATE)
                    .bind(i64::from(kind.code()))
                    .bind(i64::from(state))
                    .bind(i64::from(limit));
                self.fetch(statement).await
            }
            Query::State { kind, state, due_before: Some(due), limit } => {
                let statement = sqlx::query(STATE_DUE)
                    .bind(i64::from(kind.code()))
                    .bind(i64::from(state))
                    .bind(due.0)
                    .bind(i64::from(limit));
                self.fetch(statement).await
            }
            Query::Case { case, kinds, limit } => {
                let opens = kinds.contains(Kind::Entry) && kinds.iter().all(Kind::opens_a_case);
                let place = if opens { self.place_of(case) } else { None };
                let statement = match (opens, place) {
                    (true, Some(_)) => OPENS_CASE_AT,
                    (true, None) => OPENS_CASE,
                    (false, _) => CASE,
                };
                let statement = sqlx::query(statement)
                    .bind(case.to_bytes().to_vec())
                    .bind(kinds.bits())
                    .bind(i64::from(Kind::Case.code()))
                    .bind(i64::from(limit));
                self.fetch(if place.is_some() { statement.bind(place) } else { statement }).await
            }
        }
    }

    async fn heads(&self, refs: &[RecordRef]) -> Result<HashMap<RecordRef, Head>, StoreError> {
        let mut heads = HashMap::with_capacity(refs.len());
        for chunk in chunks(refs) {
            let found = read_heads(&self.pool, &self.heads, chunk).await?;
            heads.extend(found.into_iter().map(|(r, head, _)| (r, head)));
        }
        Ok(heads)
    }

    async fn events(&self, after: u64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        let rows = sqlx::query(EVENTS)
            .bind(signed(after))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(failed("reading events"))?;
        rows.iter().map(logged_event).collect()
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT count(*) FROM records WHERE kind = ?")
            .bind(i64::from(kind.code()))
            .fetch_one(&self.pool)
            .await
            .map_err(failed("counting records"))?;
        number(&row, 0)
    }

    async fn count_in_state(&self, kind: Kind, state: u16) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT_IN_STATE)
            .bind(i64::from(kind.code()))
            .bind(i64::from(state))
            .fetch_one(&self.pool)
            .await
            .map_err(failed("counting records"))?;
        number(&row, 0)
    }

    async fn purges(&self, after: u64) -> Result<Vec<(u64, KeyId)>, StoreError> {
        let rows = sqlx::query("SELECT sequence, key_id FROM purges WHERE sequence > ? ORDER BY sequence")
            .bind(signed(after))
            .fetch_all(&self.pool)
            .await
            .map_err(failed("reading the purge list"))?;
        rows.iter().map(|row| Ok((number(row, 0)?, key_id(row, 1)?))).collect()
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

pub(super) fn heads_statement(before: &str) -> ManyRows {
    ManyRows::new(
        &format!("{before}WITH wanted(kind, id) AS (VALUES "),
        "(?,?)",
        ") SELECT r.kind, r.id, r.version, r.key_id, r.owns_key, r.erased, r.parent, r.lookup, r.place \
         FROM wanted w CROSS JOIN records r WHERE r.kind = w.kind AND r.id = w.id",
    )
}

/// Heads and places of those of a chunk that exist.
pub(super) async fn read_heads(
    on: impl SqliteExecutor<'_>,
    statement: &ManyRows,
    chunk: &[RecordRef],
) -> Result<Vec<(RecordRef, Head, i64)>, StoreError> {
    let rows = bind_refs(statement, chunk).fetch_all(on).await.map_err(failed("reading versions"))?;
    rows.iter().map(|row| Ok((reference(row, 0)?, head(row, 2)?, column(row, 8)?))).collect()
}

/// Binds a chunk, padded with a reference that no record has.
fn bind_refs(statement: &ManyRows, chunk: &[RecordRef]) -> Statement<'static, Sqlite, SqliteArguments> {
    let (sql, taken) = statement.at_least(chunk.len());
    let mut query = sqlx::query(sql);
    for place in 0..taken {
        query = match chunk.get(place) {
            Some(r) => query.bind(i64::from(r.kind.code())).bind(r.id.to_bytes().to_vec()),
            None => query.bind(0_i64).bind(Vec::new()),
        };
    }
    query
}

fn logged_event(row: &SqliteRow) -> Result<LoggedEvent, StoreError> {
    let ids: &[u8] = column(row, 4)?;
    let ids: Option<Vec<_>> = ids.chunks(crate::store::kind::REF_BYTES).map(RecordRef::from_slice).collect();
    Ok(LoggedEvent {
        sequence: number(row, 0)?,
        event: Event {
            at: UtcTime(column(row, 1)?),
            actor: column(row, 2)?,
            kind: column::<String>(row, 3)?.into(),
            ids: ids.ok_or_else(|| damaged("an event's references"))?,
        },
    })
}

/// Every query by name, for the test that looks at their plans.
#[cfg(test)]
pub(super) fn queries() -> Vec<(&'static str, String)> {
    let heads = heads_statement("").at_least(1).0.as_str().to_owned();
    let fixed = [
        ("children", CHILDREN),
        ("newest", NEWEST),
        ("due cases", DUE_CASES),
        ("due", DUE),
        ("list", LIST),
        ("lookup", LOOKUP),
        ("state", STATE),
        ("state and due", STATE_DUE),
        ("count in state", COUNT_IN_STATE),
        ("case", CASE),
        ("opens case", OPENS_CASE),
        ("opens case at", OPENS_CASE_AT),
        ("events", EVENTS),
    ];
    fixed.map(|(name, sql)| (name, sql.to_owned())).into_iter().chain([("heads", heads)]).collect()
}

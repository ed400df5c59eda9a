//! Statements over many rows: their texts, made once for a few sizes, and columns read back.

use crate::store::{
    Kind, RecordRef, StoreError,
    backend::{Head, SealedRow},
    keys::KeyId,
};
use policy::{id::Id, time::UtcTime};
use sqlx::{
    AssertSqlSafe, Row, SqlSafeStr, SqlStr, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use std::sync::Arc;

/// How many rows a statement may be made for. Few, so that each is prepared once; close enough, so that little is
/// padding; the largest well below SQLite's 32,766 parameters.
const SIZES: [usize; 16] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, ROWS_MAX];
const ROWS_MAX: usize = 256;

/// One statement in every size: `head`, then as many times `tuple` as there are rows, then `tail`.
pub(super) struct ManyRows(Box<[Arc<str>]>);

impl ManyRows {
    /// The texts are ours: nothing in them comes from outside.
    pub(super) fn new(head: &str, tuple: &str, tail: &str) -> Self {
        let text = |size| format!("{head}{}{tail}", vec![tuple; size].join(",")).into();
        Self(SIZES.into_iter().map(text).collect())
    }

    /// The statement for at least the rows of one of [`chunks`], and how many it takes: pad the rest.
    pub(super) fn at_least(&self, rows: usize) -> (SqlStr, usize) {
        let place = SIZES.partition_point(|size| *size < rows).min(SIZES.len() - 1);
        (AssertSqlSafe(self.0[place].clone()).into_sql_str(), SIZES[place])
    }
}

/// Cuts rows into chunks that a statement takes.
pub(super) fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    rows.chunks(ROWS_MAX)
}

/// Binds NULLs for rows that are not there; the statement leaves out rows whose first column is NULL.
pub(super) fn pad(
    mut query: Query<'_, Sqlite, SqliteArguments>,
    parameters: usize,
) -> Query<'_, Sqlite, SqliteArguments> {
    for _ in 0..parameters {
        query = query.bind(None::<i64>);
    }
    query
}

/// The columns that [`sealed_row`] reads, in its order.
macro_rules! columns {
    () => {
        "r.position, r.kind, r.id, r.version, r.key_id, r.owns_key, r.erased, r.parent, r.lookup, r.state, r.due_at, r.body"
    };
}
pub(super) use columns;

pub(super) fn sealed_row(row: &SqliteRow) -> Result<SealedRow, StoreError> {
    let due_at: Option<i64> = column(row, 10)?;
    Ok(SealedRow {
        position: number(row, 0)?,
        r: reference(row, 1)?,
        head: head(row, 3)?,
        state: u16::try_from(column::<i64>(row, 9)?).map_err(|_| damaged("a state"))?,
        due_at: due_at.map(UtcTime),
        body: column(row, 11)?,
    })
}

/// A kind and an id, beginning at a column.
pub(super) fn reference(row: &SqliteRow, at: usize) -> Result<RecordRef, StoreError> {
    let code: i64 = column(row, at)?;
    let kind = u8::try_from(code).ok().and_then(Kind::from_code).ok_or_else(|| damaged("a kind"))?;
    let id = Id::from_slice(column(row, at + 1)?).ok_or_else(|| damaged("an id"))?;
    Ok(RecordRef { kind, id })
}

/// Version, key id, whether owned, whether erased, parent, lookup, beginning at a column.
pub(super) fn head(row: &SqliteRow, at: usize) -> Result<Head, StoreError> {
    Ok(Head {
        version: number(row, at)?,
        key: key_id(row, at + 1)?,
        owns_key: column::<i64>(row, at + 2)? != 0,
        erased: column::<i64>(row, at + 3)? != 0,
        parent: column::<Option<&[u8]>>(row, at + 4)?.and_then(Id::from_slice),
        lookup: column::<Option<&[u8]>>(row, at + 5)?.and_then(|bytes| bytes.try_into().ok()),
    })
}

pub(super) fn key_id(row: &SqliteRow, at: usize) -> Result<KeyId, StoreError> {
    column::<&[u8]>(row, at)?.try_into().map(KeyId).map_err(|_| damaged("a key id"))
}

pub(super) fn number(row: &SqliteRow, at: usize) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, at)?).map_err(|_| damaged("a negative number"))
}

/// The schema is strict and ours, so the types are as we ask for them.
pub(super) fn column<'r, T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>>(
    row: &'r SqliteRow,
    at: usize,
) -> Result<T, StoreError> {
    row.try_get(at).map_err(|error| StoreError::database("reading a column", error))
}

/// Our unsigned numbers as SQLite's signed ones; none comes near the difference.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::Damaged { what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_row_once_with_a_statement_that_takes_them() {
        let many = ManyRows::new("VALUES ", "(?)", "");
        for n in [0, 1, 2, 3, 5, 64, 100, 127, 128, 129, 255, 256, 257, 1000] {
            let rows: Vec<usize> = (0..n).collect();
            let mut seen = Vec::new();
            for chunk in chunks(&rows) {
                let (sql, taken) = many.at_least(chunk.len());
                assert!(taken >= chunk.len() && taken <= 2 * chunk.len());
                assert_eq!(sql.as_str().matches('?').count(), taken);
                seen.extend_from_slice(chunk);
            }
            assert_eq!(seen, rows);
        }
    }
}

//! Statements over many rows: their texts, made once for a few sizes, and columns read back.

use crate::store::{
    Kind, RecordRef, StoreError,
    backend::{Head, SealedRow},
    keys::KeyId,
};
use policy::{id::Id, time::UtcTime};
use sqlx::{AssertSqlSafe, Row, SqlSafeStr, SqlStr, sqlite::SqliteRow};
use std::sync::Arc;

/// Rows of the largest statement; smaller ones have powers of two, so that all are prepared once.
const ROWS_MAX: usize = 128;
const SIZES: usize = ROWS_MAX.ilog2() as usize + 1;

/// One statement in every size: `head`, then as many times `tuple` as there are rows, then `tail`.
pub(super) struct ManyRows([Arc<str>; SIZES]);

impl ManyRows {
    /// The texts are ours: nothing in them comes from outside.
    pub(super) fn new(head: &'static str, tuple: &'static str, tail: &'static str) -> Self {
        Self(std::array::from_fn(|size| format!("{head}{}{tail}", vec![tuple; 1 << size].join(",")).into()))
    }

    /// The statement for exactly the number of rows of a chunk of [`chunks`].
    pub(super) fn exactly(&self, rows: usize) -> SqlStr {
        self.sized(rows.max(1).ilog2())
    }

    /// The statement for at least `rows` rows, and how many it takes.
    pub(super) fn at_least(&self, rows: usize) -> (SqlStr, usize) {
        let taken = rows.max(1).next_power_of_two();
        (self.sized(taken.ilog2()), taken)
    }

    fn sized(&self, size: u32) -> SqlStr {
        let size = usize::try_from(size).unwrap_or(SIZES).min(SIZES - 1);
        AssertSqlSafe(self.0[size].clone()).into_sql_str()
    }
}

/// Cuts rows into chunks whose lengths are powers of two, largest first.
pub(super) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = 1 << rows.len().min(ROWS_MAX).checked_ilog2()?;
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

/// Cuts rows into chunks for [`ManyRows::at_least`].
pub(super) fn padded_chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    rows.chunks(ROWS_MAX)
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
        parent: column::<Option<&[u8]>>(row, 7)?.and_then(Id::from_slice),
        lookup: column::<Option<&[u8]>>(row, 8)?.and_then(|bytes| bytes.try_into().ok()),
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

/// Version, key id, whether owned, whether erased, beginning at a column.
pub(super) fn head(row: &SqliteRow, at: usize) -> Result<Head, StoreError> {
    Ok(Head {
        version: number(row, at)?,
        key: key_id(row, at + 1)?,
        owns_key: column::<i64>(row, at + 2)? != 0,
        erased: column::<i64>(row, at + 3)? != 0,
    })
}

pub(super) fn key_id(row: &SqliteRow, at: usize) -> Result<KeyId, StoreError> {
    column::<&[u8]>(row, at)?.try_into().map(KeyId).map_err(|_| damaged("a key id"))
}

pub(super) fn number(row: &SqliteRow, at: usize) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, at)?).map_err(|_| damaged("a negative number"))
}

/// The schema is strict and ours, so the types are as we ask for them.
pub(super) fn column<'r, T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>>(
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
    fn chunks_cover_every_row_once_in_sizes_that_have_a_statement() {
        let many = ManyRows::new("VALUES ", "(?)", "");
        for n in [0, 1, 2, 3, 64, 100, 127, 128, 129, 1000] {
            let rows: Vec<usize> = (0..n).collect();
            let mut seen = Vec::new();
            for chunk in chunks(&rows) {
                assert_eq!(many.exactly(chunk.len()).as_str().matches('?').count(), chunk.len());
                seen.extend_from_slice(chunk);
            }
            assert_eq!(seen, rows);
            for chunk in padded_chunks(&rows) {
                let (sql, taken) = many.at_least(chunk.len());
                assert!(taken >= chunk.len());
                assert_eq!(sql.as_str().matches('?').count(), taken);
            }
        }
    }
}

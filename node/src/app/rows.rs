//! How a record becomes a row's body and back: a JSON head, then exact bytes.
//!
//! The head is JSON so that a record can gain a field; the bytes behind it (an envelope, a signed receipt) are kept as
//! they were. Layout: head length as four bytes, most significant first; head; bytes.

use super::{AppError, AppResult};
use crate::store::{Expected, KeyScope, Put, RecordRef, Row};
use policy::id::Id;
use policy::time::UtcTime;
use serde::{Serialize, de::DeserializeOwned};

/// A row with its record read.
#[derive(Clone)]
pub struct Read<T> {
    /// Which row.
    pub r: RecordRef,
    /// Its version, to rely on in `Changes`.
    pub version: u64,
    /// Its parent.
    pub parent: Option<Id>,
    /// Its state.
    pub state: u16,
    /// Its time.
    pub due_at: Option<UtcTime>,
    /// The record.
    pub record: T,
    /// The exact bytes behind the head.
    pub bytes: Vec<u8>,
}

impl<T: Serialize> Read<T> {
    /// A `Put` that replaces this row, expecting the version that was read.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when the record cannot be written as JSON.
    pub fn put(&self) -> AppResult<Put> {
        Ok(Put {
            r: self.r,
            expected: Expected::Version(self.version),
            parent: self.parent,
            lookup: None,
            state: self.state,
            due_at: self.due_at,
            body: pack(self.r, &self.record, &self.bytes)?,
            key: KeyScope::Own,
        })
    }
}

/// A `Put` of a new record.
///
/// # Errors
/// [`AppError::Unreadable`] when the record cannot be written as JSON.
pub fn put_new<T: Serialize>(
    r: RecordRef,
    parent: Option<Id>,
    state: u16,
    due_at: Option<UtcTime>,
    record: &T,
    bytes: &[u8],
) -> AppResult<Put> {
    let body = pack(r, record, bytes)?;
    Ok(Put { r, expected: Expected::Absent, parent, lookup: None, state, due_at, body, key: KeyScope::Own })
}

fn pack<T: Serialize>(r: RecordRef, record: &T, bytes: &[u8]) -> AppResult<Vec<u8>> {
    let mut body = vec![0_u8; 4];
    serde_json::to_writer(&mut body, record).map_err(|_| AppError::Unreadable(r))?;
    let head = u32::try_from(body.len() - 4).map_err(|_| AppError::Unreadable(r))?;
    body[..4].copy_from_slice(&head.to_be_bytes());
    body.extend_from_slice(bytes);
    Ok(body)
}

/// Reads a row's record.
///
/// # Errors
/// [`AppError::Unreadable`] when the body is not what this version writes.
pub fn read<T: DeserializeOwned>(row: Row) -> AppResult<Read<T>> {
    let Row { r, version, parent, state, due_at, body, .. } = row;
    let unreadable = || AppError::Unreadable(r);
    let (length, rest) = body.split_first_chunk::<4>().ok_or_else(unreadable)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| unreadable())?;
    let (head, bytes) = rest.split_at_checked(length).ok_or_else(unreadable)?;
    let record = serde_json::from_slice(head).map_err(|_| unreadable())?;
    Ok(Read { r, version, parent, state, due_at, record, bytes: bytes.to_vec() })
}

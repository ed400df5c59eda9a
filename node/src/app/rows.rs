//! How a record becomes a row's body and back: a JSON head, then exact bytes.
//!
//! The head is JSON so that a record can gain a field; the bytes behind it (an envelope, a signed receipt) are kept as
//! they were. Layout: head length as four bytes, most significant first; head; bytes.

use super::{AppError, AppResult};
use crate::store::{Body, Put, RecordRef, Row};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;
use zeroize::{Zeroize, Zeroizing};

thread_local! {
    /// Where a head is written before its length is known. Wiped after each, and so large that it seldom has to grow: a
    /// buffer that grows leaves its content behind.
    static HEAD: RefCell<Zeroizing<Vec<u8>>> = RefCell::new(Zeroizing::new(Vec::with_capacity(64 << 10)));
}

/// A row with its record read.
#[derive(Clone)]
pub struct Read<T> {
    /// The row: reference, version, parent, state, due time. Its body stays sealed away in `record` and `bytes`.
    pub row: Row,
    /// The record.
    pub record: T,
    /// The exact bytes behind the head.
    pub bytes: Vec<u8>,
}

impl<T> Read<T> {
    /// Which row, and the version that was read: what a decision relies on.
    pub fn relied_on(&self) -> (RecordRef, u64) {
        (self.row.r, self.row.version)
    }
}

impl<T> Read<T> {
    /// A record that is not stored yet, at version 0.
    pub fn unsaved(r: RecordRef, record: T) -> Self {
        let row = Row {
            r,
            version: 0,
            position: 0,
            parent: None,
            lookup: None,
            state: 0,
            due_at: None,
            erased: false,
            body: Body::default(),
        };
        Self { row, record, bytes: Vec::new() }
    }
}

impl<T: Serialize> Read<T> {
    /// A put of the record as it is now, in place of the version that was read.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when the record cannot be written as JSON.
    pub fn put(&self) -> AppResult<Put> {
        Ok(Put::update(&self.row, pack(self.row.r, &self.record, &self.bytes)?))
    }
}

/// A put of a new record under a key of its own.
///
/// # Errors
/// [`AppError::Unreadable`] when the record cannot be written as JSON.
pub fn put_new<T: Serialize>(r: RecordRef, record: &T, bytes: &[u8]) -> AppResult<Put> {
    Ok(Put::new(r, pack(r, record, bytes)?))
}

fn pack<T: Serialize>(r: RecordRef, record: &T, bytes: &[u8]) -> AppResult<Body> {
    HEAD.with_borrow_mut(|head| {
        let written = serde_json::to_writer(&mut **head, record).ok();
        let length = written.and_then(|()| u32::try_from(head.len()).ok());
        let body = length.map(|length| [&length.to_be_bytes(), head.as_slice(), bytes].concat());
        head.as_mut_slice().zeroize();
        head.clear();
        body.map(Body::from).ok_or(AppError::Unreadable(r))
    })
}

/// Reads a row's record.
///
/// # Errors
/// [`AppError::Erased`] when its content was destroyed, [`AppError::Unreadable`] when the body is not what this version
/// writes.
pub fn read<T: DeserializeOwned>(row: Row) -> AppResult<Read<T>> {
    if row.erased {
        return Err(AppError::Erased(row.r));
    }
    let unreadable = || AppError::Unreadable(row.r);
    let (length, rest) = row.body.split_first_chunk::<4>().ok_or_else(unreadable)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| unreadable())?;
    let (head, bytes) = rest.split_at_checked(length).ok_or_else(unreadable)?;
    let record = serde_json::from_slice(head).map_err(|_| unreadable())?;
    let bytes = bytes.to_vec();
    Ok(Read { row: Row { body: Body::default(), ..row }, record, bytes })
}

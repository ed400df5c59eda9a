//! The wrapped keys of a large home, read once when it opens: a case that nobody looked at for long is then opened by one
//! question to the medium. They stay wrapped here, and what is destroyed is wiped here first.
//!
//! Caller: `keys`, which asks the database for whatever is not here.

use crate::store::keys::{KeyId, Stored};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use zeroize::Zeroize;

/// Bytes of a wrapped key (`migrations/sqlite_keys`).
const WRAPPED_BYTES: usize = 48;

/// Wrapped keys in the order of their ids; 72 bytes each.
pub(super) struct KeysAhead(RwLock<Vec<Ahead>>);

struct Ahead {
    id: KeyId,
    /// 0: not here any more.
    generation: u32,
    wrapped: [u8; WRAPPED_BYTES],
}

impl KeysAhead {
    /// Takes those that are live; whoever gives them gives them in the order of their ids.
    pub(super) fn of(keys: impl IntoIterator<Item = Stored>) -> Self {
        let ahead = |key: Stored| {
            let wrapped = key.wrapped?.try_into().ok()?;
            Some(Ahead { id: key.id, generation: key.generation, wrapped })
        };
        let keys: Vec<Ahead> = keys.into_iter().filter_map(ahead).collect();
        debug_assert!(keys.is_sorted_by_key(|key| key.id), "keys ahead are found by their order");
        Self(RwLock::new(keys))
    }

    /// A key, if it is here.
    pub(super) fn get(&self, id: KeyId) -> Option<Stored> {
        let keys = self.read();
        let key = &keys[keys.binary_search_by_key(&id, |key| key.id).ok()?];
        (key.generation > 0).then(|| Stored {
            id,
            generation: key.generation,
            wrapped: Some(key.wrapped.to_vec()),
        })
    }

    /// Wipes keys that are to be destroyed.
    pub(super) fn forget(&self, ids: &[KeyId]) {
        let mut keys = self.write();
        for id in ids {
            if let Ok(at) = keys.binary_search_by_key(id, |key| key.id) {
                keys[at].generation = 0;
                keys[at].wrapped.zeroize();
            }
        }
    }

    /// Wipes all, because they are being wrapped anew.
    pub(super) fn forget_all(&self) {
        for mut key in self.write().drain(..) {
            key.wrapped.zeroize();
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Ahead>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Ahead>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(n: u8, wrapped: Option<usize>) -> Stored {
        Stored { id: KeyId([n; 16]), generation: 3, wrapped: wrapped.map(|bytes| vec![n; bytes]) }
    }

    #[test]
    fn it_has_what_it_was_given_until_that_is_destroyed_or_wrapped_anew() {
        let ahead =
            KeysAhead::of([stored(1, Some(48)), stored(2, None), stored(3, Some(9)), stored(4, Some(48))]);
        let has = |n| ahead.get(KeyId([n; 16])).map(|key| (key.generation, key.wrapped.unwrap()));
        assert_eq!(has(1), Some((3, vec![1; 48])));
        assert_eq!([has(0), has(2), has(3), has(5)], [None, None, None, None]);
        ahead.forget(&[KeyId([1; 16]), KeyId([9; 16])]);
        assert_eq!((has(1), has(4)), (None, Some((3, vec![4; 48]))));
        assert!(ahead.read().iter().all(|key| key.id != KeyId([1; 16]) || key.wrapped == [0; 48]));
        ahead.forget_all();
        assert_eq!(has(4), None);
    }
}

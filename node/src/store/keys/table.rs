//! Where wrapped keys are kept: a database of their own, or memory. Neither can open one.

use super::{Generation, Keks, KeyError, KeyId};
use crate::store::{StoreError, sqlite::SqliteKeys};
use policy::time::UtcTime;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A wrapped key as it is stored; `wrapped` is `None` once destroyed.
#[derive(Clone)]
pub(in crate::store) struct Stored {
    pub(in crate::store) id: KeyId,
    pub(in crate::store) generation: Generation,
    pub(in crate::store) wrapped: Option<Vec<u8>>,
}

pub(super) enum Table {
    Sqlite(SqliteKeys),
    Memory(MemoryKeys),
}

impl Table {
    pub(super) async fn insert(&self, keys: Vec<Stored>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(t) => t.insert(keys).await,
            Self::Memory(t) => {
                let mut tables = t.tables();
                for key in keys {
                    tables.keys.entry(key.id).or_insert((key.generation, key.wrapped));
                }
                Ok(())
            }
        }
    }

    pub(super) async fn fetch(&self, ids: &[KeyId]) -> Result<Vec<Stored>, StoreError> {
        match self {
            Self::Sqlite(t) => t.fetch(ids).await,
            Self::Memory(t) => {
                let tables = t.tables();
                let stored = |id: &KeyId| {
                    let (generation, wrapped) = tables.keys.get(id)?.clone();
                    Some(Stored { id: *id, generation, wrapped })
                };
                Ok(ids.iter().filter_map(stored).collect())
            }
        }
    }

    pub(super) async fn destroy(&self, ids: &[KeyId], through: u64) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(t) => t.destroy(ids, through).await,
            Self::Memory(t) => {
                let mut tables = t.tables();
                for id in ids {
                    tables.keys.insert(*id, (1, None));
                }
                tables.purged_through = tables.purged_through.max(through);
                Ok(())
            }
        }
    }

    /// Some live keys under another generation.
    pub(super) async fn not_under(
        &self,
        generation: Generation,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        match self {
            Self::Sqlite(t) => t.not_under(generation, limit).await,
            Self::Memory(t) => {
                let tables = t.tables();
                let others =
                    tables.keys.iter().filter(|(_, (g, wrapped))| wrapped.is_some() && *g != generation);
                let stored = |(id, (generation, wrapped)): (&KeyId, &(Generation, Option<Vec<u8>>))| Stored {
                    id: *id,
                    generation: *generation,
                    wrapped: wrapped.clone(),
                };
                Ok(others.take(limit as usize).map(stored).collect())
            }
        }
    }

    /// Replaces live keys by the same keys wrapped anew, all or none; keys destroyed meanwhile stay destroyed.
    pub(super) async fn rewrap(&self, keys: Vec<Stored>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(t) => t.rewrap(keys).await,
            Self::Memory(t) => {
                let mut tables = t.tables();
                for Stored { id, generation, wrapped } in keys {
                    if let Some(row) = tables.keys.get_mut(&id).filter(|(_, wrapped)| wrapped.is_some()) {
                        *row = (generation, wrapped);
                    }
                }
                Ok(())
            }
        }
    }

    /// Ends a rotation: check values of other generations are removed, the time is noted, old pages are overwritten.
    pub(super) async fn rotated(&self, generation: Generation, at: UtcTime) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(t) => t.rotated(generation, at).await,
            Self::Memory(t) => {
                t.tables().rotated_at = Some(at);
                Ok(())
            }
        }
    }

    /// When the last rotation ended.
    pub(super) async fn rotated_at(&self) -> Result<Option<UtcTime>, StoreError> {
        match self {
            Self::Sqlite(t) => t.rotated_at().await,
            Self::Memory(t) => Ok(t.tables().rotated_at),
        }
    }

    pub(super) async fn purged_through(&self) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(t) => t.purged_through().await,
            Self::Memory(t) => Ok(t.tables().purged_through),
        }
    }

    pub(super) async fn last_id(&self) -> Result<Option<KeyId>, StoreError> {
        match self {
            Self::Sqlite(t) => t.last_id().await,
            Self::Memory(t) => Ok(t.tables().keys.last_key_value().map(|(id, _)| *id)),
        }
    }

    pub(super) async fn checks(&self) -> Result<Vec<(Generation, Vec<u8>)>, StoreError> {
        match self {
            Self::Sqlite(t) => t.checks().await,
            Self::Memory(_) => Ok(Vec::new()),
        }
    }

    pub(super) async fn insert_check(
        &self,
        generation: Generation,
        wrapped: Vec<u8>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(t) => t.insert_check(generation, wrapped).await,
            Self::Memory(_) => Ok(()),
        }
    }

    pub(super) async fn close(&self) {
        if let Self::Sqlite(t) = self {
            t.close().await;
        }
    }
}

/// Wrapped keys in memory, which outlive the store that uses them as a disk would.
#[derive(Clone, Default)]
pub(in crate::store) struct MemoryKeys(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    keys: BTreeMap<KeyId, (Generation, Option<Vec<u8>>)>,
    purged_through: u64,
    rotated_at: Option<UtcTime>,
    keks: Option<Arc<Keks>>,
}

impl MemoryKeys {
    pub(super) fn keks(&self) -> Result<Arc<Keks>, KeyError> {
        let mut tables = self.tables();
        if let Some(keks) = &tables.keks {
            return Ok(keks.clone());
        }
        let keks = Arc::new(Keks::fresh()?);
        tables.keks = Some(keks.clone());
        Ok(keks)
    }

    pub(super) fn set_keks(&self, keks: Arc<Keks>) {
        self.tables().keks = Some(keks);
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The key store: record keys wrapped under a key-encryption key, apart from the records.
//!
//! Callers: the engine (for keys to seal and open with) and the writer (new keys before the rows that need them,
//! destroyed keys after the rows that lost them). Deliberately absent: any way to list keys by record. A key whose
//! record is erased is destroyed here, and what it sealed is gone from every copy of the records.

mod kek;
mod rotate;
mod table;

pub(super) use table::MemoryKeys;

use super::{
    KEYS_CACHED_MAX, StoreError, cache::Cache, home::HomeError, seal::RecordKey, sqlite::SqliteKeys,
};
use kek::{Generation, Keks, random};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
pub(super) use table::Stored;
use table::Table;
use tokio::sync::RwLock;
use zeroize::Zeroizing;

/// Which record key. Grows with time in its first half, so that the key table is written at its end; random in its
/// second, so that two processes, or a key store restored from a backup, never give one id to two keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(super) [u8; 16]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why the key store could not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file, or the directory, cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The key file is not one of ours.
    #[error("{} is not a file of concord key-encryption keys, or is damaged: restore it from its backup", .file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
    },
    /// The key file belongs to another node or was replaced.
    #[error(
        "the key file does not open this key store (generation {generation}): it is another node's, or older than \
         the key store; restore the kek.key that belongs to this home"
    )]
    WrongKek {
        /// The generation that does not open.
        generation: u32,
    },
    /// One wrapped key does not open.
    #[error(
        "record key {key} (generation {generation}) does not open: the key store is damaged; restore its backup"
    )]
    Broken {
        /// Which key.
        key: KeyId,
        /// Under which generation it claims to be.
        generation: u32,
    },
    /// A record names a key that was never here.
    #[error(
        "record key {key} is not in the key store: keys.db is older than concord.db; restore the newer backup of keys.db"
    )]
    Missing {
        /// Which key.
        key: KeyId,
    },
    /// The cryptographic library refused.
    #[error("the cryptographic library failed: the machine may be out of memory or of randomness")]
    Cipher,
}

/// A new record key, wrapped and waiting to be stored.
#[derive(Clone)]
pub(super) struct NewKey {
    pub(super) id: KeyId,
    pub(super) key: RecordKey,
    generation: Generation,
    wrapped: Vec<u8>,
}

/// A key as a reader finds it.
#[derive(Clone)]
pub(super) enum Held {
    Live(RecordKey),
    Destroyed,
}

/// Record keys, cached opened within a bound.
pub(super) struct KeyStore {
    table: Table,
    /// The key file, if there is one.
    kek_file: Option<PathBuf>,
    keks: Mutex<Arc<Keks>>,
    /// Held by whoever stores new keys, and alone by a rotation while it changes the generation.
    storing: RwLock<()>,
    /// Held by a rotation.
    rotating: tokio::sync::Mutex<()>,
    cache: Mutex<KeyCache>,
}

struct KeyCache {
    live: Cache<KeyId, RecordKey>,
    /// Destroyed since the store opened. Few: erasure is rare.
    destroyed: HashSet<KeyId>,
    next: u64,
}

impl KeyStore {
    /// Opens a key store over a file database, with the key file beside it.
    pub(super) async fn open(keys: SqliteKeys, kek_file: &std::path::Path) -> Result<Self, StoreError> {
        let keks = Arc::new(Keks::read(kek_file)?);
        Self::with(Table::Sqlite(keys), Some(kek_file.to_owned()), keks).await
    }

    /// Makes the key file of a new home.
    pub(super) fn create_kek(kek_file: &std::path::Path) -> Result<(), StoreError> {
        Ok(Keks::fresh()?.write_new(kek_file)?)
    }

    /// Opens a key store in memory.
    pub(super) async fn in_memory(keys: MemoryKeys) -> Result<Self, StoreError> {
        let keks = keys.keks()?;
        Self::with(Table::Memory(keys), None, keks).await
    }

    async fn with(table: Table, kek_file: Option<PathBuf>, keks: Arc<Keks>) -> Result<Self, StoreError> {
        for (generation, wrapped) in table.checks().await? {
            keks.unwrap(check_id(), generation, &wrapped).map_err(|_| KeyError::WrongKek { generation })?;
        }
        let store = Self {
            kek_file,
            keks: Mutex::new(keks),
            storing: RwLock::new(()),
            rotating: tokio::sync::Mutex::new(()),
            cache: Mutex::new(KeyCache {
                live: Cache::new(KEYS_CACHED_MAX),
                destroyed: HashSet::new(),
                next: table.last_id().await?.map_or(0, id_number) + 1,
            }),
            table,
        };
        store.write_check().await?;
        Ok(store)
    }

    /// A new key, not yet stored.
    pub(super) fn fresh(&self) -> Result<NewKey, KeyError> {
        let id = {
            let mut cache = self.cache();
            let number = cache.next;
            cache.next += 1;
            number
        };
        let tail = random::<8>()?;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&id.to_be_bytes());
        bytes[8..].copy_from_slice(&*tail);
        let (id, key) = (KeyId(bytes), RecordKey::new(random()?));
        let (generation, wrapped) = self.keks().wrap(id, &key)?;
        Ok(NewKey { id, key, generation, wrapped })
    }

    /// Makes new keys durable. Storing a key again changes nothing.
    pub(super) async fn store(&self, keys: &[NewKey]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let _storing = self.storing.read().await;
        let keks = self.keks();
        let stored = |new: &NewKey| {
            // INVARIANT (one generation): nothing is stored under a generation that a rotation may have left.
            let (generation, wrapped) = if new.generation == keks.current() {
                (new.generation, new.wrapped.clone())
            } else {
                keks.wrap(new.id, &new.key)?
            };
            Ok::<_, KeyError>(Stored { id: new.id, generation, wrapped: Some(wrapped) })
        };
        self.table.insert(keys.iter().map(stored).collect::<Result<_, _>>()?).await
    }

    /// Keeps keys that were just committed at hand.
    pub(super) fn remember(&self, keys: &[NewKey]) {
        let mut cache = self.cache();
        for new in keys {
            if !cache.destroyed.contains(&new.id) {
                cache.live.insert(new.id, new.key.clone());
            }
        }
    }

    /// The keys of these ids, in their order.
    pub(super) async fn fetch(&self, ids: &[KeyId]) -> Result<Vec<Held>, StoreError> {
        let mut held = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        {
            let mut cache = self.cache();
            for id in ids {
                let found = match cache.live.get(id) {
                    Some(key) => Some(Held::Live(key)),
                    None => cache.destroyed.contains(id).then_some(Held::Destroyed),
                };
                if found.is_none() {
                    missing.push(*id);
                }
                held.push(found);
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let read = self.read(missing).await?;
            for (place, id) in held.iter_mut().zip(ids) {
                if place.is_none() {
                    *place = read.get(id).cloned();
                }
            }
        }
        held.into_iter()
            .zip(ids)
            .map(|(held, id)| held.ok_or(StoreError::Keys(KeyError::Missing { key: *id })))
            .collect()
    }

    /// Whether a key was destroyed since the store opened.
    pub(super) fn is_destroyed(&self, id: KeyId) -> bool {
        self.cache().destroyed.contains(&id)
    }

    /// Destroys keys, and marks that every purge through commit `through` is done.
    pub(super) async fn destroy(&self, ids: &[KeyId], through: u64) -> Result<(), StoreError> {
        self.forget(ids);
        self.table.destroy(ids, through).await
    }

    /// Stops serving keys that are to be destroyed, at once.
    pub(super) fn forget(&self, ids: &[KeyId]) {
        let mut cache = self.cache();
        for id in ids {
            cache.live.remove(id);
            cache.destroyed.insert(*id);
        }
    }

    /// The last commit whose purges are done.
    pub(super) async fn purged_through(&self) -> Result<u64, StoreError> {
        self.table.purged_through().await
    }

    pub(super) async fn close(&self) {
        self.table.close().await;
        self.cache().live.clear();
    }

    async fn read(&self, ids: Vec<KeyId>) -> Result<HashMap<KeyId, Held>, StoreError> {
        let (mut stored, mut keks) = (self.table.fetch(&ids).await?, self.keks());
        if stored.iter().any(|row| row.wrapped.is_some() && !keks.knows(row.generation)) {
            // A rotation ended between the two: what is read now is under the new generation.
            (stored, keks) = (self.table.fetch(&ids).await?, self.keks());
        }
        let mut read = HashMap::with_capacity(stored.len());
        let mut cache = self.cache();
        for Stored { id, generation, wrapped } in stored {
            let held = match wrapped {
                // A key destroyed while we read stays destroyed.
                Some(_) if cache.destroyed.contains(&id) => Held::Destroyed,
                Some(wrapped) => {
                    let key = keks.unwrap(id, generation, &wrapped)?;
                    cache.live.insert(id, key.clone());
                    Held::Live(key)
                }
                None => Held::Destroyed,
            };
            read.insert(id, held);
        }
        Ok(read)
    }

    async fn write_check(&self) -> Result<(), StoreError> {
        let (generation, wrapped) =
            self.keks().wrap(check_id(), &RecordKey::new(Zeroizing::new([0; super::seal::KEY_BYTES])))?;
        self.table.insert_check(generation, wrapped).await
    }

    fn keks(&self) -> Arc<Keks> {
        self.keks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn cache(&self) -> MutexGuard<'_, KeyCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id under which each generation wraps its check value; no record key has it, since numbers start at 1.
fn check_id() -> KeyId {
    KeyId([0; 16])
}

fn id_number(id: KeyId) -> u64 {
    id.0.first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

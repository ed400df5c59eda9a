//! Rotation of the key-encryption key. Every step may be the last before a crash: the next call goes on from there.
//!
//! The old key is gone when its file is replaced, as far as a file system lets go of what it held: homes belong on an
//! encrypted disk.

use super::{Keks, KeyStore, Stored, Table};
use crate::store::StoreError;
use policy::time::UtcTime;
use std::sync::{Arc, PoisonError};

/// Keys wrapped anew in one transaction.
const STEP: u32 = 256;

impl KeyStore {
    /// Wraps every key under a new generation, then destroys the old one. See [`crate::store::NodeStore::rotate_kek`].
    pub(in crate::store) async fn rotate(&self, now: UtcTime) -> Result<u64, StoreError> {
        let _one_at_a_time = self.rotating.lock().await;
        if !self.keks().is_rotating() {
            // The new key is in the file before anything is wrapped under it.
            let next = Arc::new(self.keks().with_next()?);
            let alone = self.storing.write().await;
            self.replace(next)?;
            drop(alone);
        }
        self.write_check().await?;
        let keks = self.keks();
        let mut rewrapped = 0;
        loop {
            let old = self.table.not_under(keks.current(), STEP).await?;
            if old.is_empty() {
                break;
            }
            rewrapped += old.len() as u64;
            let mut new = Vec::with_capacity(old.len());
            for Stored { id, generation, wrapped } in old {
                let Some(wrapped) = wrapped else { continue };
                let (generation, wrapped) = keks.wrap(id, &keks.unwrap(id, generation, &wrapped)?)?;
                new.push(Stored { id, generation, wrapped: Some(wrapped) });
            }
            self.table.rewrap(new).await?;
        }
        // The old check value goes before the old key: a check without its key would read as a wrong key file.
        self.table.rotated(keks.current(), now).await?;
        self.replace(Arc::new(keks.newest_only()?))?;
        Ok(rewrapped)
    }

    pub(in crate::store) async fn rotated_at(&self) -> Result<Option<UtcTime>, StoreError> {
        self.table.rotated_at().await
    }

    /// Puts other key-encryption keys in use, first where they are kept.
    fn replace(&self, keks: Arc<Keks>) -> Result<(), StoreError> {
        if let Some(file) = &self.kek_file {
            keks.replace(file)?;
        }
        if let Table::Memory(table) = &self.table {
            table.set_keks(keks.clone());
        }
        *self.keks.lock().unwrap_or_else(PoisonError::into_inner) = keks;
        Ok(())
    }
}

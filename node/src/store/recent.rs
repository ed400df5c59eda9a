//! Answers read recently, still sealed: what every verb reads again and again is not read from the database again.
//!
//! Callers: the engine asks and fills, the writer tells what a commit changed. Only for a backend whose one writer is
//! this process. Bodies stay sealed here, and are opened for each reader under keys that an erasure takes away.
//!
//! INVARIANT (nothing older than an answered commit): an answer is kept only if no commit touched what it depends on
//! since before it was read. A reader takes the [`Stamp`] of a [`Topic`] before it reads and gives it back with the
//! answer; the writer raises the stamps of a commit's topics after the commit and before it answers anyone.

use super::{Kind, Lookup, RecordRef, backend::SealedRow, cache::Cache};
use policy::id::Id;
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of sealed rows kept.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes that one answer counts for beyond its bodies, and each row in it.
const OVERHEAD_BYTES: usize = 200;
/// Stamps; topics that share one only cost each other a read.
const STAMPS: usize = 8192;

/// What an answer depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Topic {
    /// One record, or that there is none.
    Record(RecordRef),
    /// All records of a kind under a parent; for [`Kind::Case`] also the parent's own record.
    Family(Id, Kind),
    /// All records of a kind with a lookup.
    Lookup(Kind, Lookup),
    /// All records of a kind.
    All(Kind),
}

/// When a reader began.
#[derive(Clone, Copy)]
pub(super) struct Stamp(u64);

/// Rows shared between the cache and its readers.
pub(super) type Rows = Arc<Vec<SealedRow>>;

pub(super) struct Recent {
    enabled: bool,
    hasher: RandomState,
    stamps: Box<[AtomicU64]>,
    answers: Mutex<Cache<Topic, Rows>>,
}

impl Recent {
    /// A cache that keeps nothing unless `enabled`.
    pub(super) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            hasher: RandomState::new(),
            stamps: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
            answers: Mutex::new(Cache::new(BYTES_MAX)),
        }
    }

    /// The kept answer, or the stamp to keep a new one with.
    pub(super) fn get(&self, topic: Topic) -> Result<Rows, Stamp> {
        let stamp = Stamp(self.stamp(&topic).load(Ordering::SeqCst));
        self.answers().get(&topic).ok_or(stamp)
    }

    /// Keeps an answer, unless what it depends on changed since the stamp was taken.
    pub(super) fn keep(&self, topic: Topic, stamp: Stamp, rows: Rows) {
        if !self.enabled {
            return;
        }
        let bytes = rows.iter().map(|row| row.body.len() + OVERHEAD_BYTES).sum::<usize>() + OVERHEAD_BYTES;
        let mut answers = self.answers();
        if self.stamp(&topic).load(Ordering::SeqCst) == stamp.0 && bytes < BYTES_MAX / 4 {
            answers.insert_weighing(topic, rows, bytes);
        }
    }

    /// Forgets every answer that a commit may have changed.
    pub(super) fn changed(&self, topics: &[Topic]) {
        for topic in topics {
            self.stamp(topic).fetch_add(1, Ordering::SeqCst);
        }
        let mut answers = self.answers();
        for topic in topics {
            answers.remove(topic);
        }
    }

    fn stamp(&self, topic: &Topic) -> &AtomicU64 {
        let place = self.hasher.hash_one(topic) % STAMPS as u64;
        &self.stamps[usize::try_from(place).unwrap_or(0)]
    }

    fn answers(&self) -> MutexGuard<'_, Cache<Topic, Rows>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_read_before_a_change_is_not_kept_after_it() {
        let recent = Recent::new(true);
        let topic = Topic::Family(Id(1), Kind::Item);
        let before = recent.get(topic).err().unwrap();
        recent.changed(&[topic]);
        recent.keep(topic, before, Rows::default());
        let after = recent.get(topic).err().unwrap();
        recent.keep(topic, after, Rows::default());
        assert!(recent.get(topic).is_ok());
        recent.changed(&[topic]);
        assert!(recent.get(topic).is_err());
    }

    #[test]
    fn nothing_is_kept_where_others_write_too() {
        let recent = Recent::new(false);
        let topic = Topic::All(Kind::Peer);
        recent.keep(topic, recent.get(topic).err().unwrap(), Rows::default());
        assert!(recent.get(topic).is_err());
    }
}

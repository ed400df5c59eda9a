//! Judging sets against what the records are now: pure, so that every backend judges alike.
//!
//! Caller: the writer, which plans the sets of a group one after another over one [`Overlay`]. A set sees what the
//! sets before it in the group did.

use super::{
    Event, Lookup, Outcome, RecordRef, Refusal,
    backend::{Batch, Erasure, Head, RowWrite},
    keys::{KeyId, NewKey},
    recent::Topic,
};
use policy::{id::Id, time::UtcTime};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A set with its bodies sealed.
pub(super) struct SealedSet {
    pub(super) relied_on: Vec<(RecordRef, u64)>,
    pub(super) puts: Vec<SealedPut>,
    pub(super) erase: Vec<RecordRef>,
    pub(super) events: Vec<Event>,
    /// Keys to be stored before the rows.
    pub(super) new_keys: Vec<NewKey>,
    /// Records whose key new records share: they must still have that key.
    pub(super) key_owners: Vec<(RecordRef, KeyId)>,
}

/// One put with its body sealed for the version after `from` (0: the record must be new).
pub(super) struct SealedPut {
    pub(super) r: RecordRef,
    pub(super) from: u64,
    pub(super) parent: Option<Id>,
    pub(super) lookup: Option<Lookup>,
    pub(super) state: u16,
    pub(super) due_at: Option<UtcTime>,
    pub(super) key: KeyId,
    pub(super) owns_key: bool,
    pub(super) body: Arc<Vec<u8>>,
}

impl SealedSet {
    /// Every record whose head the plan needs.
    pub(super) fn refs(&self) -> impl Iterator<Item = RecordRef> {
        let relied_on = self.relied_on.iter().map(|(r, _)| *r);
        let owners = self.key_owners.iter().map(|(r, _)| *r);
        relied_on.chain(owners).chain(self.puts.iter().map(|p| p.r)).chain(self.erase.iter().copied())
    }
}

/// What the records are, with the sets planned so far applied.
#[derive(Default)]
pub(super) struct Overlay {
    heads: HashMap<RecordRef, Head>,
    purged: HashSet<KeyId>,
}

/// What a set does, once it was found to fit.
pub(super) struct Plan {
    heads: Vec<(RecordRef, Head)>,
    /// What answers read before this set may be wrong about.
    pub(super) topics: Vec<Topic>,
    pub(super) purged: Vec<KeyId>,
    erasures: Vec<Erasure>,
}

impl Overlay {
    /// The records as they are before the group.
    pub(super) fn new(heads: HashMap<RecordRef, Head>) -> Self {
        Self { heads, purged: HashSet::new() }
    }

    /// Judges a set. `destroyed` tells keys destroyed by earlier groups.
    pub(super) fn plan(&self, set: &SealedSet, destroyed: impl Fn(KeyId) -> bool) -> Result<Plan, Outcome> {
        let version = |r: &RecordRef| self.heads.get(r).map_or(0, |head| head.version);
        let is_destroyed = |key: KeyId| self.purged.contains(&key) || destroyed(key);

        if let Some((r, _)) = set.relied_on.iter().find(|(r, relied)| version(r) != *relied) {
            return Err(Outcome::Stale(*r));
        }
        for (owner, key) in &set.key_owners {
            match self.heads.get(owner) {
                Some(head) if head.erased => return Err(Outcome::Refused(Refusal::Erased(*owner))),
                Some(head) if head.key == *key => {}
                _ => return Err(Outcome::Stale(*owner)),
            }
        }
        let mut heads = Vec::with_capacity(set.puts.len() + set.erase.len());
        let mut topics = Vec::with_capacity(set.puts.len() * 4);
        for put in &set.puts {
            let old = self.heads.get(&put.r);
            if old.is_some_and(|head| head.erased) || is_destroyed(put.key) {
                return Err(Outcome::Refused(Refusal::Erased(put.r)));
            }
            // A record keeps the key that it was born with.
            let owns_key = match old {
                Some(head) if head.key != put.key => return Err(Outcome::Stale(put.r)),
                Some(head) => head.owns_key,
                None => put.owns_key,
            };
            if version(&put.r) != put.from {
                return Err(Outcome::Stale(put.r));
            }
            let head = Head {
                version: put.from + 1,
                key: put.key,
                owns_key,
                erased: false,
                parent: put.parent,
                lookup: put.lookup,
            };
            touch(&mut topics, put.r, old.into_iter().chain([&head]));
            heads.push((put.r, head));
        }
        let (mut purged, mut erasures) = (Vec::new(), Vec::new());
        for r in &set.erase {
            let Some(head) = self.heads.get(r) else { return Err(Outcome::Stale(*r)) };
            if head.erased {
                continue;
            }
            // A lookup that must stay unique outlives the content.
            let lookup = head.lookup.filter(|_| r.kind.unique_lookup());
            let erased = Head { version: head.version + 1, erased: true, lookup, ..*head };
            touch(&mut topics, *r, [head, &erased]);
            heads.push((*r, erased));
            erasures.push(Erasure { r: *r, version: erased.version });
            if head.owns_key {
                purged.push(head.key);
            }
        }
        Ok(Plan { heads, topics, purged, erasures })
    }

    /// Applies a plan made over this very overlay.
    pub(super) fn apply(&mut self, plan: &Plan) {
        self.heads.extend(plan.heads.iter().copied());
        self.purged.extend(plan.purged.iter().copied());
    }
}

/// Adds what depends on a record, by what it was and what it becomes.
fn touch<'a>(topics: &mut Vec<Topic>, r: RecordRef, heads: impl IntoIterator<Item = &'a Head>) {
    topics.extend([Topic::Record(r), Topic::All(r.kind)]);
    for head in heads {
        topics.extend(head.parent.map(|parent| Topic::Family(parent, r.kind)));
        topics.extend(head.lookup.map(|lookup| Topic::Lookup(r.kind, lookup)));
    }
}

/// Collects planned sets into one batch, each record once with its last version.
#[derive(Default)]
pub(super) struct Gather {
    batch: Batch,
    places: HashMap<RecordRef, usize>,
}

impl Gather {
    /// Adds a set with the number of its commit.
    pub(super) fn add(&mut self, set: &SealedSet, plan: &Plan, sequence: u64) {
        for (put, (_, head)) in set.puts.iter().zip(&plan.heads) {
            let row = RowWrite {
                r: put.r,
                head: *head,
                state: put.state,
                due_at: put.due_at,
                body: put.body.clone(),
            };
            match self.places.get(&put.r) {
                Some(place) => self.batch.rows[*place] = row,
                None => {
                    self.places.insert(put.r, self.batch.rows.len());
                    self.batch.rows.push(row);
                }
            }
        }
        self.batch.erasures.extend(plan.erasures.iter().copied());
        self.batch.purges.extend(plan.purged.iter().map(|key| (sequence, *key)));
        for (place, event) in (0..).zip(&set.events) {
            self.batch.events.push((sequence, place, event.clone()));
        }
    }

    pub(super) fn finish(self) -> Batch {
        self.batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Kind;

    const KEY: KeyId = KeyId([1; 16]);

    fn item(n: u128) -> RecordRef {
        Kind::Item.of(Id(n))
    }

    fn put(n: u128, from: u64) -> SealedPut {
        SealedPut {
            r: item(n),
            from,
            parent: None,
            lookup: None,
            state: 0,
            due_at: None,
            key: KEY,
            owns_key: true,
            body: Arc::new(vec![u8::try_from(from).unwrap()]),
        }
    }

    fn set(puts: Vec<SealedPut>) -> SealedSet {
        SealedSet {
            relied_on: vec![],
            puts,
            erase: vec![],
            events: vec![],
            new_keys: vec![],
            key_owners: vec![],
        }
    }

    fn outcome(overlay: &Overlay, set: &SealedSet) -> Option<Outcome> {
        overlay.plan(set, |_| false).err()
    }

    #[test]
    fn a_set_sees_the_sets_before_it_and_a_batch_writes_each_record_once() {
        let mut overlay = Overlay::default();
        let mut gather = Gather::default();
        for from in 0..3 {
            let set = set(vec![put(1, from)]);
            let plan = overlay.plan(&set, |_| false).unwrap_or_else(|o| panic!("{o:?}"));
            overlay.apply(&plan);
            gather.add(&set, &plan, from + 1);
        }
        assert_eq!(outcome(&overlay, &set(vec![put(1, 2)])), Some(Outcome::Stale(item(1))));
        let batch = gather.finish();
        assert_eq!(batch.rows.len(), 1);
        assert_eq!((batch.rows[0].head.version, &batch.rows[0].body[..]), (3, &[2][..]));
    }

    #[test]
    fn relied_on_versions_count_also_where_nothing_is_written() {
        let head = Head { version: 2, key: KEY, owns_key: true, erased: false, parent: None, lookup: None };
        let overlay = Overlay::new(HashMap::from([(item(1), head)]));
        let relying = |r, version| SealedSet { relied_on: vec![(r, version)], ..set(vec![]) };
        assert_eq!(outcome(&overlay, &relying(item(1), 2)), None);
        assert_eq!(outcome(&overlay, &relying(item(2), 0)), None);
        for (r, version) in [(item(1), 1), (item(1), 0), (item(2), 1)] {
            assert_eq!(outcome(&overlay, &relying(r, version)), Some(Outcome::Stale(r)));
        }
    }

    #[test]
    fn an_erased_record_is_not_written_again_nor_its_key_used() {
        let mut overlay = Overlay::default();
        let first = set(vec![put(1, 0)]);
        let plan = overlay.plan(&first, |_| false).unwrap_or_else(|o| panic!("{o:?}"));
        overlay.apply(&plan);
        let erase = SealedSet { erase: vec![item(1)], ..set(vec![]) };
        let plan = overlay.plan(&erase, |_| false).unwrap_or_else(|o| panic!("{o:?}"));
        assert_eq!(plan.purged, [KEY]);
        overlay.apply(&plan);
        let erased = Some(Outcome::Refused(Refusal::Erased(item(1))));
        assert_eq!(outcome(&overlay, &set(vec![put(1, 2)])), erased);
        assert_eq!(
            outcome(&overlay, &set(vec![put(2, 0)])),
            Some(Outcome::Refused(Refusal::Erased(item(2))))
        );
        let again = overlay.plan(&erase, |_| false).unwrap_or_else(|o| panic!("{o:?}"));
        assert!(again.heads.is_empty() && again.purged.is_empty());
    }
}

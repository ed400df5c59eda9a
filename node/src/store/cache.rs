//! A bounded map that forgets what was not used lately: two generations, the older dropped when the younger is full.

use std::{collections::HashMap, hash::Hash, mem};

pub(super) struct Cache<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    young_weight: usize,
    young_weight_max: usize,
}

impl<K: Eq + Hash + Copy, V: Clone> Cache<K, V> {
    /// A cache of values that weigh at most `max` together.
    pub(super) fn new(max: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            young_weight: 0,
            young_weight_max: (max / 2).max(1),
        }
    }

    /// The value, which counts as used.
    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.remove(key)?;
        self.insert_weighing(*key, value.clone(), weight);
        Some(value)
    }

    /// Keeps a value that weighs 1.
    pub(super) fn insert(&mut self, key: K, value: V) {
        self.insert_weighing(key, value, 1);
    }

    /// Keeps a value, which must weigh less than half of what the cache may.
    pub(super) fn insert_weighing(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if self.young_weight + weight > self.young_weight_max {
            self.old = mem::take(&mut self.young);
            self.young_weight = 0;
        }
        self.young_weight += weight;
        self.young.insert(key, (value, weight));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some((_, weight)) = self.young.remove(key) {
            self.young_weight -= weight;
        }
        self.old.remove(key);
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
        self.young_weight = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_bound_and_keeps_what_is_used() {
        let mut cache = Cache::new(8);
        for n in 0..100 {
            cache.insert(n, n);
            assert_eq!(cache.get(&0), Some(0));
            assert!(cache.young.len() + cache.old.len() <= 8);
        }
        assert_eq!(cache.get(&50), None);
        cache.insert(0, 7);
        assert_eq!(cache.get(&0), Some(7));
        cache.remove(&0);
        assert_eq!(cache.get(&0), None);
    }

    #[test]
    fn weights_add_up_whatever_is_replaced_or_removed() {
        let mut cache = Cache::new(100);
        for n in 0..1000_usize {
            cache.insert_weighing(n % 37, n, n % 11 + 1);
            if n % 3 == 0 {
                cache.remove(&(n % 13));
            }
            let held =
                |map: &HashMap<usize, (usize, usize)>| map.values().map(|(_, weight)| weight).sum::<usize>();
            assert_eq!(held(&cache.young), cache.young_weight);
            assert!(held(&cache.young) + held(&cache.old) <= 100);
        }
    }
}

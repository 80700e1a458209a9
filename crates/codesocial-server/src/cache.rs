//! What was worked out once, kept until its place is needed.
//!
//! Invariant: the bound on bytes holds at every moment. What a key does not name, what is kept may
//! not depend on: the cache itself never asks whether a value still holds.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{PoisonError, RwLock};

/// What a cache may keep: a handle to something of a known size.
pub(crate) trait Footprint: Clone {
    /// About what it occupies, with its key.
    fn bytes(&self) -> usize;
}

/// Two generations: what is used again moves to the young one; when that has taken half of the
/// bytes it becomes the old one, and the old one goes.
pub(crate) struct Cache<K, V> {
    generations: RwLock<Generations<K, V>>,
    half_bytes_max: usize,
}

struct Generations<K, V> {
    young: HashMap<K, V>,
    young_bytes: usize,
    old: HashMap<K, V>,
}

impl<K: Clone + Eq + Hash, V: Footprint> Cache<K, V> {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let generations =
            Generations { young: HashMap::new(), young_bytes: 0, old: HashMap::new() };
        Self { generations: RwLock::new(generations), half_bytes_max: bytes_max / 2 }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let found = {
            // Nothing can panic while the lock is held.
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(young) = generations.young.get(key) {
                return Some(young.clone());
            }
            generations.old.get(key)?.clone()
        };
        self.insert(key.clone(), found.clone());
        Some(found)
    }

    /// Keeps a value, unless it is so large that little else would stay.
    pub(crate) fn insert(&self, key: K, value: V) {
        let bytes = value.bytes();
        if bytes > self.value_bytes_max() {
            return;
        }
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young_bytes + bytes > self.half_bytes_max {
            generations.old = mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        generations.young_bytes += bytes;
        if let Some(replaced) = generations.young.insert(key, value) {
            generations.young_bytes -= replaced.bytes();
        }
    }

    /// What is larger is not kept.
    pub(crate) fn value_bytes_max(&self) -> usize {
        self.half_bytes_max / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Bytes(usize);

    impl Footprint for Bytes {
        fn bytes(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let cache = Cache::new(8_000);
        for n in 0..100 {
            cache.insert(n, Bytes(1_000));
            assert!(cache.get(&0).is_some(), "used each time: {n}");
            let generations = cache.generations.read().unwrap();
            let (young, old) = (generations.young.len(), generations.old.len());
            assert!(young + old <= 8 && generations.young_bytes == young * 1_000, "{young} {old}");
        }
        assert!(cache.get(&99).is_some() && cache.get(&50).is_none());
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = Cache::new(100_000);
        cache.insert(1, Bytes(60_000));
        assert!(cache.get(&1).is_none());
        let none = Cache::new(0);
        none.insert(1, Bytes(1));
        assert!(none.get(&1).is_none());
    }
}

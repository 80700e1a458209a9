//! Answers that were rendered once, kept until their place is needed.
//!
//! Invariant: a key names all that an answer depends on, the state of the document included, so
//! that what is kept is never wrong, only unused. The bound on bytes holds at every moment.

use axum::http::HeaderMap;
use bytes::Bytes;
use codesocial_store::Agent;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::extract::{EntityTag, Portion};

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) agent: Agent,
    pub(crate) document: String,
    /// Names the state, the form, the language and what is shown.
    pub(crate) tag: EntityTag,
    pub(crate) portion: Portion,
}

/// An answer with all the headers that do not depend on who asks.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// About what an answer occupies beside its body.
const OVERHEAD_BYTES: usize = 2_048;

impl Rendered {
    fn bytes(&self) -> usize {
        self.body.len() + OVERHEAD_BYTES
    }
}

/// Two generations: what is used again moves to the young one; when that has taken half of the
/// bytes it becomes the old one, and the old one goes.
pub(crate) struct RenderedCache {
    generations: RwLock<Generations>,
    half_bytes_max: usize,
}

#[derive(Default)]
struct Generations {
    young: HashMap<Key, Arc<Rendered>>,
    young_bytes: usize,
    old: HashMap<Key, Arc<Rendered>>,
}

impl RenderedCache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { generations: RwLock::default(), half_bytes_max: bytes_max / 2 }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Rendered>> {
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

    /// Keeps an answer, unless it is so large that little else would stay.
    pub(crate) fn insert(&self, key: Key, rendered: Arc<Rendered>) {
        let bytes = rendered.bytes();
        if bytes > self.half_bytes_max / 2 {
            return;
        }
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young_bytes + bytes > self.half_bytes_max {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        generations.young_bytes += bytes;
        if let Some(replaced) = generations.young.insert(key, rendered) {
            generations.young_bytes -= replaced.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_store::Etag;

    fn key(n: usize) -> Key {
        let tag = EntityTag::new(&Etag(n.to_string()), "ttl");
        let document = "http://x/a".to_owned();
        Key { agent: Agent::Anonymous, document, tag, portion: Portion::default() }
    }

    fn answer(bytes: usize) -> Arc<Rendered> {
        Arc::new(Rendered { headers: HeaderMap::new(), body: vec![0; bytes].into() })
    }

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let one = OVERHEAD_BYTES + 1_000;
        let cache = RenderedCache::new(8 * one);
        for n in 0..100 {
            cache.insert(key(n), answer(1_000));
            assert!(cache.get(&key(0)).is_some(), "used each time: {n}");
            let generations = cache.generations.read().unwrap();
            let kept = generations.young.len() + generations.old.len();
            assert!(
                kept <= 8 && generations.young_bytes == generations.young.len() * one,
                "{kept}"
            );
        }
        assert!(cache.get(&key(99)).is_some() && cache.get(&key(50)).is_none());
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = RenderedCache::new(100_000);
        cache.insert(key(1), answer(60_000));
        assert!(cache.get(&key(1)).is_none());
        let none = RenderedCache::new(0);
        none.insert(key(1), answer(0));
        assert!(none.get(&key(1)).is_none());
    }
}

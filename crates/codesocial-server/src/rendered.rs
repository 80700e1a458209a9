//! Answers that were rendered once, kept until their place is needed.
//!
//! Invariant: a key names all that an answer depends on but the state of the document, which its
//! entity tag names: an answer is given only where the tag is known to be the document's, so that
//! what is kept is never wrong, only unused. The bound on bytes holds at every moment.

use axum::http::HeaderMap;
use bytes::Bytes;
use codesocial_store::Agent;
use oxrdf::NamedNode;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use crate::extract::{EntityTag, Portion};
use crate::representation::Form;

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) agent: Agent,
    /// The last entry that changed who may do what.
    pub(crate) access: u64,
    pub(crate) document: NamedNode,
    pub(crate) form: Form,
    pub(crate) portion: Portion,
}

/// An answer with all the headers that do not depend on who asks.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) tag: EntityTag,
    /// The headers of a 304.
    pub(crate) unchanged: HeaderMap,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The newest entry of the journal after which the tag was seen to be the document's.
    holds_at: AtomicU64,
}

/// About what an answer occupies beside its body.
const OVERHEAD_BYTES: usize = 2_048;

impl Rendered {
    pub(crate) fn new(
        tag: EntityTag,
        unchanged: HeaderMap,
        headers: HeaderMap,
        body: impl Into<Bytes>,
        seq: u64,
    ) -> Self {
        Self { tag, unchanged, headers, body: body.into(), holds_at: AtomicU64::new(seq) }
    }

    /// Whether this is known to be the answer after an entry, with nothing else looked at.
    pub(crate) fn holds_at(&self, seq: u64) -> bool {
        self.holds_at.load(Relaxed) == seq
    }

    /// Whether this is the answer after an entry, where the document has that tag.
    pub(crate) fn is_tagged(&self, tag: &EntityTag, seq: u64) -> bool {
        let same = self.tag == *tag;
        if same {
            self.holds_at.fetch_max(seq, Relaxed);
        }
        same
    }

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
    use codesocial_rdf::RdfSyntax;
    use codesocial_store::Etag;

    fn key(n: usize) -> Key {
        let document = NamedNode::new_unchecked(format!("http://x/{n}"));
        let form = Form::Rdf(RdfSyntax::Turtle);
        Key { agent: Agent::Anonymous, access: 0, document, form, portion: Portion::default() }
    }

    fn tag(state: &str) -> EntityTag {
        EntityTag::new(&Etag(state.to_owned()), "ttl")
    }

    fn answer(bytes: usize) -> Arc<Rendered> {
        let (unchanged, headers) = (HeaderMap::new(), HeaderMap::new());
        Arc::new(Rendered::new(tag("a"), unchanged, headers, vec![0; bytes], 1))
    }

    #[test]
    fn an_answer_holds_where_its_tag_was_seen() {
        let answer = answer(0);
        assert!(answer.holds_at(1) && !answer.holds_at(2));
        assert!(!answer.is_tagged(&tag("b"), 2) && !answer.holds_at(2));
        assert!(answer.is_tagged(&tag("a"), 3) && answer.holds_at(3));
        assert!(answer.is_tagged(&tag("a"), 2) && answer.holds_at(3), "an older state");
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

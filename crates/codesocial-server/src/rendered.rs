//! Answers that were rendered once, kept until their place is needed.
//!
//! Invariant: a key names all that an answer depends on but the state of the document, which its
//! entity tag names: an answer is given only where the tag is known to be the document's, so that
//! what is kept is never wrong, only unused.

use axum::http::HeaderMap;
use bytes::Bytes;
use codesocial_store::Agent;
use oxrdf::NamedNode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::cache::{Cache, Footprint};
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
}

impl Footprint for Arc<Rendered> {
    fn bytes(&self) -> usize {
        self.body.len() + OVERHEAD_BYTES
    }
}

/// The answers that are kept, within a bound on bytes.
pub(crate) type RenderedCache = Cache<Key, Arc<Rendered>>;

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_store::Etag;

    fn tag(state: &str) -> EntityTag {
        EntityTag::new(&Etag(state.to_owned()), "ttl")
    }

    #[test]
    fn an_answer_holds_where_its_tag_was_seen() {
        let (unchanged, headers) = (HeaderMap::new(), HeaderMap::new());
        let answer = Rendered::new(tag("a"), unchanged, headers, Vec::new(), 1);
        assert!(answer.holds_at(1) && !answer.holds_at(2));
        assert!(!answer.is_tagged(&tag("b"), 2) && !answer.holds_at(2));
        assert!(answer.is_tagged(&tag("a"), 3) && answer.holds_at(3));
        assert!(answer.is_tagged(&tag("a"), 2) && answer.holds_at(3), "an older state");
    }
}

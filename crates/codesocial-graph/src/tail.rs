//! The terms that came since the base was written. Persistent: each state has its own tail, and a
//! refused candidate takes the terms it minted away with it.

use crate::dictionary::{KindCell, kind_of};
use crate::term::{Key, StoredTerm, TERMS_MAX, Tag, TermId, Value, ViewFull};
use crate::text::{StemHashes, Words};
use codesocial_rdf::{Base, GraphKind};
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, Vector};
use oxrdf::TermRef;
use rustc_hash::FxBuildHasher;
use std::sync::{Arc, OnceLock};

/// Ids are given in the order of arrival, from where the dictionary of the generation ends.
#[derive(Clone)]
pub(crate) struct Tail {
    first: u32,
    terms: Vector<Arc<TailTerm>>,
    /// By the term's keyed hash; where two terms share it, the later stands at the next number.
    ids: GenericHashMap<u64, TermId, FxBuildHasher, DefaultSharedPtr>,
    text_bytes: usize,
}

struct TailTerm {
    tag: Tag,
    text: Box<str>,
    value: Value,
    kind: KindCell,
    /// Worked out when words are first asked for.
    stems: OnceLock<StemHashes>,
}

impl TailTerm {
    fn stored(&self) -> StoredTerm<'_> {
        StoredTerm { tag: self.tag, text: &self.text }
    }

    fn holds(&self, words: &Words) -> bool {
        let TermRef::Literal(text) = self.stored().to_term() else { return false };
        self.tag.is_text()
            && self.stems.get_or_init(|| StemHashes::of(text)).may_hold(words)
            && words.are_in(text)
    }
}

impl Tail {
    pub(crate) fn new(first: u32) -> Self {
        Self { first, terms: Vector::new(), ids: GenericHashMap::new(), text_bytes: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.terms.len()
    }

    fn term(&self, id: TermId) -> &TailTerm {
        &self.terms[(id.0 - self.first) as usize]
    }

    pub(crate) fn get(&self, id: TermId) -> StoredTerm<'_> {
        self.term(id).stored()
    }

    pub(crate) fn value(&self, id: TermId) -> Value {
        self.term(id).value
    }

    pub(crate) fn kind(&self, id: TermId, base: &Base) -> GraphKind {
        let term = self.term(id);
        term.kind.get(|| kind_of(term.stored(), base))
    }

    pub(crate) fn find(&self, key: Key<'_>, hash: u64) -> Option<TermId> {
        if self.terms.is_empty() { None } else { self.probe(key, hash).ok() }
    }

    /// The id of a term, or the free number where it would stand.
    fn probe(&self, key: Key<'_>, mut hash: u64) -> Result<TermId, u64> {
        loop {
            match self.ids.get(&hash) {
                None => return Err(hash),
                Some(id) if key.is(self.get(*id)) => return Ok(*id),
                Some(_) => hash = hash.wrapping_add(1),
            }
        }
    }

    /// The id of a term, which is given one if it has none. The term is not in the dictionary.
    pub(crate) fn intern(&mut self, key: Key<'_>, hash: u64) -> Result<TermId, ViewFull> {
        let free = match self.probe(key, hash) {
            Ok(id) => return Ok(id),
            Err(free) => free,
        };
        let id = self.first as usize + self.terms.len();
        if id >= TERMS_MAX as usize {
            return Err(ViewFull);
        }
        let (tag, text) = (key.tag(), key.text());
        let value = StoredTerm { tag, text: &text }.value();
        self.text_bytes += text.len();
        let (kind, stems) = (KindCell::default(), OnceLock::new());
        self.terms.push_back(Arc::new(TailTerm { tag, text, value, kind, stems }));
        self.ids.insert(free, TermId(id as u32));
        Ok(TermId(id as u32))
    }

    /// The texts that hold some words, ascending.
    pub(crate) fn texts_with(&self, words: &Words) -> impl Iterator<Item = TermId> {
        let ids = (self.first..).map(TermId);
        ids.zip(&self.terms).filter(|(_, term)| term.holds(words)).map(|(id, _)| id)
    }

    /// About what the tail occupies.
    pub(crate) fn bytes(&self) -> usize {
        const POINTER_AND_INDEX_BYTES: usize = 48;
        self.text_bytes + self.len() * (size_of::<TailTerm>() + POINTER_AND_INDEX_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNodeRef;

    fn intern(tail: &mut Tail, iri: &str) -> Result<TermId, ViewFull> {
        // Terms that share a hash must not be taken for one another.
        const HASH: u64 = u64::MAX;
        tail.intern(Key::of(NamedNodeRef::new_unchecked(iri).into()), HASH)
    }

    #[test]
    fn a_term_keeps_its_id_until_no_id_is_left() {
        let mut tail = Tail::new(TERMS_MAX - 2);
        assert_eq!(intern(&mut tail, "urn:a"), Ok(TermId(TERMS_MAX - 2)));
        assert_eq!(intern(&mut tail, "urn:b"), Ok(TermId(TERMS_MAX - 1)));
        assert_eq!(intern(&mut tail, "urn:c"), Err(ViewFull));
        assert_eq!(intern(&mut tail, "urn:a"), Ok(TermId(TERMS_MAX - 2)));
        assert_eq!(tail.get(TermId(TERMS_MAX - 1)).text, "urn:b");
    }
}

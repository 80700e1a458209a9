//! The terms of one generation: one text for all of them, and ids in it. Immutable once built;
//! no two ids stand for the same term.

use crate::term::{Key, StoredTerm, TERMS_MAX, Tag, TermId, Value, ViewFull};
use codesocial_rdf::{Base, GraphKind};
use oxrdf::{GraphNameRef, TermRef};
use std::hash::RandomState;
use std::sync::atomic::{AtomicU8, Ordering};

/// Term ↔ id, both ways without allocation.
///
/// Literals with a parsed value come last, so that the values are a plain array.
pub(crate) struct Dictionary {
    text: Box<str>,
    /// Where each term's text begins, and its tag in the highest byte; one more at the end.
    /// The first entry stands for the default graph.
    places: Vec<Place>,
    first_valued: u32,
    values: Vec<Value>,
    kinds: Box<[KindCell]>,
    /// Open addressing with linear probing.
    slots: Vec<Slot>,
    hasher: RandomState,
}

#[derive(Clone, Copy)]
struct Place(u64);

impl Place {
    const TAG_SHIFT: u32 = 56;

    fn new(tag: Tag, start: usize) -> Self {
        Self(u64::from(tag.to_byte()) << Self::TAG_SHIFT | start as u64)
    }

    fn start(self) -> usize {
        (self.0 & ((1 << Self::TAG_SHIFT) - 1)) as usize
    }

    fn tag(self) -> Tag {
        Tag::from_byte((self.0 >> Self::TAG_SHIFT) as u8).expect("a place is made from a tag")
    }
}

/// Where a term may be found by its hash. The part of the hash that is kept here tells most
/// others apart without a look at their text.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    id: TermId,
}

impl Slot {
    /// The default graph is no term, so its id is free to say this.
    const FREE: Self = Self { hash: 0, id: TermId::DEFAULT_GRAPH };

    fn new(hash: u64, id: TermId) -> Self {
        Self { hash: (hash >> 32) as u32, id }
    }

    fn is_free(self) -> bool {
        self.id == TermId::DEFAULT_GRAPH
    }
}

impl Dictionary {
    /// How many ids there are, the default graph's included.
    pub(crate) fn len(&self) -> u32 {
        (self.places.len() - 1) as u32
    }

    pub(crate) fn get(&self, id: TermId) -> StoredTerm<'_> {
        let (place, next) = (self.places[id.index()], self.places[id.index() + 1]);
        StoredTerm { tag: place.tag(), text: &self.text[place.start()..next.start()] }
    }

    pub(crate) fn hash(&self, key: Key<'_>) -> u64 {
        key.hash(&self.hasher)
    }

    pub(crate) fn find(&self, key: Key<'_>, hash: u64) -> Option<TermId> {
        self.probe(key, hash).ok()
    }

    /// The id of a term, or the free slot where it would stand.
    fn probe(&self, key: Key<'_>, hash: u64) -> Result<TermId, usize> {
        let mask = self.slots.len() - 1;
        let wanted = Slot::new(hash, TermId::DEFAULT_GRAPH).hash;
        let mut position = hash as usize & mask;
        loop {
            let slot = self.slots[position];
            if slot.is_free() {
                return Err(position);
            }
            if slot.hash == wanted && key.is(self.get(slot.id)) {
                return Ok(slot.id);
            }
            position = (position + 1) & mask;
        }
    }

    pub(crate) fn value(&self, id: TermId) -> Value {
        let position = id.0.checked_sub(self.first_valued);
        position.map_or(Value::None, |n| self.values[n as usize])
    }

    pub(crate) fn kind(&self, id: TermId, base: &Base) -> GraphKind {
        self.kinds[id.index()].get(|| kind_of(self.get(id), base))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
            + self.places.capacity() * size_of::<Place>()
            + self.values.capacity() * size_of::<Value>()
            + self.kinds.len()
            + self.slots.capacity() * size_of::<Slot>()
    }
}

/// The kind of the graph that a term would name.
pub(crate) fn kind_of(term: StoredTerm<'_>, base: &Base) -> GraphKind {
    match term.to_term() {
        TermRef::NamedNode(node) => base.kind_of(node),
        TermRef::BlankNode(node) => base.kind(GraphNameRef::BlankNode(node)),
        // No literal names a graph, and nobody sees a system graph.
        TermRef::Literal(_) => GraphKind::System,
    }
}

/// The kind of a graph, computed when it is first asked for.
#[derive(Default)]
pub(crate) struct KindCell(AtomicU8);

impl KindCell {
    const UNKNOWN: u8 = 0;

    pub(crate) fn get(&self, compute: impl FnOnce() -> GraphKind) -> GraphKind {
        // Two readers may both compute it: they find the same.
        match self.0.load(Ordering::Relaxed) {
            Self::UNKNOWN => {
                let kind = compute();
                self.0.store(kind as u8 + 1, Ordering::Relaxed);
                kind
            }
            known => GraphKind::ALL[usize::from(known) - 1],
        }
    }
}

/// Why a list of terms is no dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadDictionary {
    Full(ViewFull),
    /// A term stands twice.
    Duplicate,
    /// A term without a value comes after one with a value.
    Misplaced,
}

/// Takes terms in the order of their ids.
pub(crate) struct DictionaryBuilder {
    text: String,
    places: Vec<Place>,
    first_valued: u32,
    values: Vec<Value>,
}

impl DictionaryBuilder {
    pub(crate) fn new() -> Self {
        let default_graph = Place::new(Tag::IRI, 0);
        Self {
            text: String::new(),
            places: vec![default_graph],
            first_valued: TERMS_MAX,
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, term: StoredTerm<'_>) -> Result<TermId, BadDictionary> {
        let id = TermId(self.places.len() as u32);
        if id.0 >= TERMS_MAX {
            return Err(BadDictionary::Full(ViewFull));
        }
        if term.tag.is_valued() {
            self.first_valued = self.first_valued.min(id.0);
            self.values.push(term.value());
        } else if !self.values.is_empty() {
            return Err(BadDictionary::Misplaced);
        }
        self.places.push(Place::new(term.tag, self.text.len()));
        self.text.push_str(term.text);
        Ok(id)
    }

    pub(crate) fn finish(mut self) -> Result<Dictionary, BadDictionary> {
        let ids = self.places.len();
        self.places.push(Place::new(Tag::IRI, self.text.len()));
        self.places.shrink_to_fit();
        self.values.shrink_to_fit();
        let mut dictionary = Dictionary {
            text: self.text.into_boxed_str(),
            places: self.places,
            first_valued: self.first_valued,
            values: self.values,
            kinds: (0..ids).map(|_| KindCell::default()).collect(),
            // At most two thirds full: probes stay short.
            slots: vec![Slot::FREE; (ids * 3 / 2 + 1).next_power_of_two()],
            hasher: RandomState::new(),
        };
        for id in (1..ids as u32).map(TermId) {
            let key = dictionary.get(id).key();
            let hash = dictionary.hash(key);
            match dictionary.probe(key, hash) {
                Ok(_) => return Err(BadDictionary::Duplicate),
                Err(free) => dictionary.slots[free] = Slot::new(hash, id),
            }
        }
        Ok(dictionary)
    }
}

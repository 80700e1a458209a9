//! Adds many quads at once: they are sorted into a new generation, where adding them one by one
//! would first fill a delta and then merge it. What is not accepted is dropped like any candidate.

use crate::base::QUADS_MAX;
use crate::dictionary::{Dictionary, DictionaryBuilder};
use crate::merge::Compacted;
use crate::row::{Order, QuadIds, Row};
use crate::scan::Scan;
use crate::state::State;
use crate::term::{Key, StoredTerm, TERMS_MAX, Tag, TermId, ViewFull};
use codesocial_rdf::Changeset;
use oxrdf::{GraphNameRef, Quad, QuadRef, TermRef};
use rustc_hash::{FxHashMap, FxHashSet};

/// Adds quads to a state, and tells which it did not hold.
pub(crate) fn add(state: &State, added: &[Quad]) -> Result<(State, Changeset), ViewFull> {
    let mut terms = NewTerms::after(state);
    let mut rows = Vec::with_capacity(added.len());
    let mut seen: FxHashSet<Row> = FxHashSet::default();
    let mut net = Changeset::default();
    for quad in added {
        let ids = terms.quad(quad.as_ref())?;
        let known = ids.iter().all(|id| id.0 < terms.first) && state.contains_ids(ids);
        if !known && seen.insert(Order::Spog.row(ids)) {
            rows.push(ids);
            net.added.push(quad.clone());
        }
    }
    drop(seen);
    if state.len() + rows.len() > QUADS_MAX {
        return Err(ViewFull);
    }
    let generation = terms.compacted(&rows).into_generation(state.base().clone());
    Ok((State::of_generation(generation), net))
}

/// Terms that a state does not have, numbered from where its own end.
struct NewTerms<'a> {
    state: &'a State,
    first: u32,
    text: String,
    /// Each term's tag, and where its text ends.
    places: Vec<(Tag, usize)>,
    /// By the term's keyed hash; where two terms share it, the later stands at the next number.
    ids: FxHashMap<u64, TermId>,
}

impl<'a> NewTerms<'a> {
    fn after(state: &'a State) -> Self {
        let (first, ids) = (state.ids(), FxHashMap::default());
        Self { state, first, text: String::new(), places: Vec::new(), ids }
    }

    fn quad(&mut self, quad: QuadRef<'_>) -> Result<QuadIds, ViewFull> {
        Ok([
            self.id(quad.subject.into())?,
            self.id(quad.predicate.into())?,
            self.id(quad.object)?,
            match quad.graph_name {
                GraphNameRef::DefaultGraph => TermId::DEFAULT_GRAPH,
                GraphNameRef::NamedNode(node) => self.id(node.into())?,
                GraphNameRef::BlankNode(node) => self.id(node.into())?,
            },
        ])
    }

    fn id(&mut self, term: TermRef<'_>) -> Result<TermId, ViewFull> {
        if let Some(id) = self.state.id(term) {
            return Ok(id);
        }
        let key = Key::of(term);
        let mut hash = self.state.hash(key);
        while let Some(id) = self.ids.get(&hash) {
            if key.is(self.get((id.0 - self.first) as usize)) {
                return Ok(*id);
            }
            hash = hash.wrapping_add(1);
        }
        let id = self.first as usize + self.places.len();
        if id >= TERMS_MAX as usize {
            return Err(ViewFull);
        }
        self.text.push_str(&key.text());
        self.places.push((key.tag(), self.text.len()));
        self.ids.insert(hash, TermId(id as u32));
        Ok(TermId(id as u32))
    }

    fn get(&self, n: usize) -> StoredTerm<'_> {
        let start = n.checked_sub(1).map_or(0, |before| self.places[before].1);
        let (tag, end) = self.places[n];
        StoredTerm { tag, text: &self.text[start..end] }
    }

    /// The state and the new rows, of ids that are given to the terms in use alone.
    fn compacted(self, new: &[QuadIds]) -> Compacted {
        let (dictionary, new_ids) = self.dictionary(new);
        let old = Scan::from(self.state, Order::Spog, Row::MIN);
        let quads = old.chain(new.iter().copied());
        let mut rows = Vec::with_capacity(self.state.len() + new.len());
        rows.extend(quads.map(|quad| Row::new(quad.map(|id| new_ids[id.index()]))));
        rows.sort_unstable();
        Compacted { dictionary, rows }
    }

    fn dictionary(&self, new: &[QuadIds]) -> (Dictionary, Vec<u32>) {
        const FITS: &str = "the terms are distinct, and as many as fit";
        let count = self.first as usize + self.places.len();
        let mut live = vec![false; count];
        let old = Scan::from(self.state, Order::Spog, Row::MIN);
        for id in old.chain(new.iter().copied()).flatten() {
            live[id.index()] = true;
        }
        let mut builder = DictionaryBuilder::new();
        let mut new_ids = vec![0; count];
        for valued in [false, true] {
            for (id, new_id) in new_ids.iter_mut().enumerate().skip(1).filter(|(id, _)| live[*id]) {
                let term = match id.checked_sub(self.first as usize) {
                    Some(n) => self.get(n),
                    None => self.state.stored(TermId(id as u32)),
                };
                if term.tag.is_valued() == valued {
                    *new_id = builder.push(term).expect(FITS).0;
                }
            }
        }
        (builder.finish().expect(FITS), new_ids)
    }
}

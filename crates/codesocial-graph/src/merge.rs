//! Compacts a state: its quads sorted, of ids that are given to the terms in use alone. This is
//! what the next generation is made of, and what a checkpoint holds.

use crate::base::BaseQuads;
use crate::dictionary::{Dictionary, DictionaryBuilder};
use crate::row::{Order, QuadIds, Row};
use crate::scan::Scan;
use crate::state::{Generation, State};
use crate::term::TermId;
use codesocial_rdf::Base;
use std::sync::OnceLock;

/// A dictionary, and rows of its ids in `Spog` order, strictly ascending.
pub(crate) struct Compacted {
    pub(crate) dictionary: Dictionary,
    pub(crate) rows: Vec<Row>,
}

impl Compacted {
    pub(crate) fn empty() -> Self {
        let dictionary = DictionaryBuilder::new().finish().expect("no term can stand twice");
        Self { dictionary, rows: Vec::new() }
    }

    pub(crate) fn of(state: &State) -> Self {
        Self::of_some(state, |_| true)
    }

    /// Of a state, the quads that are to be kept.
    pub(crate) fn of_some(state: &State, keeps: impl Fn(&QuadIds) -> bool) -> Self {
        let kept = || Scan::from(state, Order::Spog, Row::MIN).filter(|quad| keeps(quad));
        let (dictionary, new_ids) = live_terms(state, kept());
        let mut rows = Vec::with_capacity(state.len());
        for quad in kept() {
            rows.push(Row::new(quad.map(|id| new_ids[id.index()])));
        }
        rows.shrink_to_fit();
        rows.sort_unstable();
        Self { dictionary, rows }
    }

    pub(crate) fn into_generation(self, base: Base) -> Generation {
        let quads = BaseQuads::from_sorted(self.rows, self.dictionary.len());
        Generation { base, dictionary: self.dictionary, quads, words: OnceLock::new() }
    }
}

const FITS: &str = "the terms of a state are distinct and fit a dictionary";

/// The terms in use by some quads, and for each old id the new one, zero where there is none.
fn live_terms(state: &State, kept: impl Iterator<Item = QuadIds>) -> (Dictionary, Vec<u32>) {
    let ids = state.ids();
    let mut live = vec![false; ids as usize];
    for quad in kept {
        for id in quad {
            live[id.index()] = true;
        }
    }
    let mut builder = DictionaryBuilder::new();
    let mut new_ids = vec![0; ids as usize];
    for valued in [false, true] {
        for id in (1..ids).map(TermId).filter(|id| live[id.index()]) {
            let term = state.stored(id);
            if term.tag.is_valued() == valued {
                new_ids[id.index()] = builder.push(term).expect(FITS).0;
            }
        }
    }
    (builder.finish().expect(FITS), new_ids)
}

//! What a state holds and about what it occupies, in numbers that cost little to ask for.

use crate::row::{Order, Row};
use crate::state::{Firsts, State};
use crate::term::TermId;
use crate::word_index::WordIndex;
use std::ops::Bound;

/// The size of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    pub quads: usize,
    /// Terms with an id, in use or not.
    pub terms: usize,
    /// Quads whose presence differs from the base.
    pub changed_quads: usize,
    /// Terms that came since the base was written.
    pub new_terms: usize,
    /// About what base, delta, terms and their words occupy; shared parts count for each state
    /// that has them.
    pub bytes: usize,
}

impl State {
    pub fn stats(&self) -> Stats {
        Stats {
            quads: self.len(),
            terms: self.ids() as usize - 1,
            changed_quads: self.delta.len(),
            new_terms: self.tail.len(),
            bytes: self.base_quads().bytes()
                + self.generation.dictionary.bytes()
                + self.generation.words.get().map_or(0, WordIndex::bytes)
                + self.delta.bytes()
                + self.tail.bytes(),
        }
    }

    /// The predicates in use.
    pub fn predicates(&self) -> impl Iterator<Item = TermId> {
        Firsts::new(self, Order::Posg)
    }

    /// How many quads have a predicate.
    pub fn predicate_count(&self, predicate: TermId) -> usize {
        let settled = self.base_quads().in_order(Order::Posg).count(predicate);
        let start = Bound::Included(Row::new([predicate.0, 0, 0, 0]));
        let changed = self.delta.from(Order::Posg, start);
        changed.take_while(|row| row.first() == predicate.0).fold(settled, |count, row| {
            let quad = Order::Posg.quad(*row);
            if self.contains_ids(quad) { count + 1 } else { count - 1 }
        })
    }
}

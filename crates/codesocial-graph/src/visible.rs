//! All that some readers may see of a state: what a copy that is kept for them holds, no more and
//! no less. It is written whole once; afterwards a copy is told only what changed since.
//!
//! What becomes readable and what ceases to be is a change like any other: whole graphs come and
//! go.

use crate::merge::Compacted;
use crate::readers::{GraphSet, Readers};
use crate::row::{Order, QuadIds, Row};
use crate::scan::{Pattern, Scan};
use crate::state::State;
use crate::term::TermId;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::ldp;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

/// A state, as readers of it see it.
pub struct Visible<'a> {
    state: &'a State,
    readers: &'a Readers,
    withheld: Option<Withheld>,
}

impl<'a> Visible<'a> {
    /// The readers must be of this very state.
    pub fn new(state: &'a State, readers: &'a Readers) -> Self {
        Self { state, readers, withheld: Withheld::of(state, readers) }
    }

    fn holds(&self, quad: &QuadIds) -> bool {
        self.readers.may_read(self.state, quad[3])
            && !self.withheld.as_ref().is_some_and(|withheld| withheld.holds(quad))
    }

    /// Every quad, in no order that means anything.
    pub fn quads(&self) -> impl Iterator<Item = oxrdf::Quad> + '_ {
        let quads = Scan::from(self.state, Order::Spog, Row::MIN);
        quads.filter(|quad| self.holds(quad)).map(|quad| self.state.decode(quad))
    }

    /// The same quads and their terms, and nothing else of the state.
    pub fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
        Compacted::of_some(self.state, |quad| self.holds(quad)).encode(writer)
    }

    /// What changed since, in time that grows with the change. Nothing is known where a generation
    /// lies between the two.
    pub fn since(&self, before: &Self) -> Option<Changeset> {
        if !self.state.shares_ids_with(before.state) {
            return None;
        }
        let mut touched: BTreeSet<Row> = BTreeSet::new();
        touched.extend(self.state.delta().differing(before.state.delta()));
        for graph in differing(before.readers.hidden(), self.readers.hidden()) {
            // What is in one of the two states only was just met.
            let own = Pattern { graph: Some(graph), ..Pattern::default() };
            let object = Some(graph);
            let listings = self.withheld.as_ref().or(before.withheld.as_ref()).map(|withheld| {
                Pattern { predicate: Some(withheld.contains), object, ..Pattern::default() }
            });
            for pattern in [Some(own), listings].into_iter().flatten() {
                touched.extend(self.state.quads(pattern).map(|quad| Order::Spog.row(quad)));
            }
        }
        let mut changes = Changeset::default();
        for quad in touched.into_iter().map(|row| Order::Spog.quad(row)) {
            let sees = |seen: &Self| seen.state.contains_ids(quad) && seen.holds(&quad);
            match (sees(before), sees(self)) {
                (true, false) => changes.removed.push(before.state.decode(quad)),
                (false, true) => changes.added.push(self.state.decode(quad)),
                (true, true) | (false, false) => {}
            }
        }
        Some(changes)
    }
}

/// The graphs that are in one of two sets.
fn differing(one: Option<&Arc<GraphSet>>, other: Option<&Arc<GraphSet>>) -> Vec<TermId> {
    let none = Arc::default();
    let (one, other) = (one.unwrap_or(&none), other.unwrap_or(&none));
    if Arc::ptr_eq(one, other) { Vec::new() } else { one.differing(other).collect() }
}

/// Containers say whom they hold, hidden documents too: to whom these are hidden, that is not said.
pub(crate) struct Withheld {
    contains: TermId,
    hidden: Arc<GraphSet>,
}

impl Withheld {
    pub(crate) fn of(state: &State, readers: &Readers) -> Option<Self> {
        let hidden = readers.hidden()?.clone();
        Some(Self { contains: state.id(ldp::CONTAINS)?, hidden })
    }

    pub(crate) fn holds(&self, [_, predicate, object, _]: &QuadIds) -> bool {
        *predicate == self.contains && self.hidden.contains(*object)
    }
}

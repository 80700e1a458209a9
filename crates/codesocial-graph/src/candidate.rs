//! A state that is proposed: a snapshot and changes applied to it. It reads like a snapshot;
//! refusing it is dropping it, and leaves nothing behind, not even a term.

use crate::base::QUADS_MAX;
use crate::bulk;
use crate::readers::GraphSet;
use crate::row::{Order, QuadIds, Row};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::term::{TermId, ViewFull};
use codesocial_rdf::Changeset;
use oxrdf::{GraphNameRef, NamedNodeRef, QuadRef, TermRef};
use rustc_hash::FxHashSet;
use std::ops::Deref;

/// A [`State`] in the making. A clone is the state to come back to when a change is refused.
#[derive(Debug, Clone)]
pub struct Candidate(State);

impl Candidate {
    pub(crate) fn new(state: State) -> Self {
        Self(state)
    }

    /// Removes, then adds, and tells the net change: removals of what was present and additions
    /// of what was not, in the order given.
    ///
    /// A change that does not fit is not applied at all.
    pub fn apply(&mut self, changes: &Changeset) -> Result<Changeset, ViewFull> {
        if changes.removed.is_empty() && self.0.outgrown_by(changes.added.len()) {
            let (state, net) = bulk::add(&self.0, &changes.added)?;
            self.0 = state;
            return Ok(net);
        }
        let mut state = self.0.clone();
        let mut removed: FxHashSet<Row> = FxHashSet::default();
        for quad in &changes.removed {
            if let Some(ids) = state.quad_ids(quad.as_ref())
                && state.contains_ids(ids)
            {
                state.delta.toggle(ids);
                state.len -= 1;
                removed.insert(Order::Spog.row(ids));
            }
        }
        let mut net = Changeset::default();
        for quad in &changes.added {
            let ids = state.intern_quad(quad.as_ref())?;
            if state.contains_ids(ids) {
                continue;
            }
            if state.len == QUADS_MAX {
                return Err(ViewFull);
            }
            state.delta.toggle(ids);
            state.len += 1;
            if !removed.remove(&Order::Spog.row(ids)) {
                state.kinds.insert(state.kind(ids[3]));
                net.added.push(quad.clone());
            }
        }
        for quad in &changes.removed {
            let row = state.quad_ids(quad.as_ref()).map(|ids| Order::Spog.row(ids));
            if row.is_some_and(|row| removed.remove(&row)) {
                net.removed.push(quad.clone());
            }
        }
        self.0 = state;
        Ok(net)
    }

    /// The set of the graphs of these names, also of those that hold nothing yet.
    pub fn graph_set<'n>(
        &mut self,
        names: impl Iterator<Item = NamedNodeRef<'n>>,
    ) -> Result<GraphSet, ViewFull> {
        names.map(|name| self.0.intern(name.into())).collect()
    }

    /// The state that everyone reads from now on. The work was done when changes were applied.
    pub fn publish(self) -> Snapshot {
        Snapshot::of_state(self.0)
    }
}

impl State {
    fn intern_quad(&mut self, quad: QuadRef<'_>) -> Result<QuadIds, ViewFull> {
        Ok([
            self.intern(quad.subject.into())?,
            self.intern(quad.predicate.into())?,
            self.intern(quad.object)?,
            match quad.graph_name {
                GraphNameRef::DefaultGraph => TermId::DEFAULT_GRAPH,
                GraphNameRef::NamedNode(node) => self.intern(TermRef::NamedNode(node))?,
                GraphNameRef::BlankNode(node) => self.intern(TermRef::BlankNode(node))?,
            },
        ])
    }
}

impl Deref for Candidate {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

//! A published state: immutable, shared by any number of readers on any thread, freed with the
//! last of them.

use crate::candidate::Candidate;
use crate::merge::Compacted;
use crate::state::{State, is_due};
use codesocial_rdf::Base;
use std::ops::Deref;
use std::sync::Arc;

/// A handle to a published [`State`].
#[derive(Debug, Clone)]
pub struct Snapshot(Arc<State>);

impl Snapshot {
    /// The state before the first write of the instance at `base`.
    pub fn empty(base: Base) -> Self {
        Self::of_state(State::of_generation(Compacted::empty().into_generation(base)))
    }

    pub(crate) fn of_state(state: State) -> Self {
        Self(Arc::new(state))
    }

    /// A state to propose changes on.
    pub fn candidate(&self) -> Candidate {
        Candidate::new(State::clone(self))
    }

    /// Whether what changed since the base was written has grown past a tenth of it.
    pub fn merge_due(&self) -> bool {
        self.outgrown_by(self.delta().len())
            || is_due(self.tail.len(), self.generation.dictionary.len() as usize)
    }

    /// The same quads in a new generation: a base without delta, and only terms that are used.
    ///
    /// Takes time in proportion to the whole, so it is for a thread of its own. What was
    /// published meanwhile is applied to the result as changesets: ids of the two differ.
    #[must_use]
    pub fn merged(&self) -> Self {
        let generation = Compacted::of(self).into_generation(self.base().clone());
        Self::of_state(State::of_generation(generation))
    }
}

impl Deref for Snapshot {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

//! Applying entries of the journal to a state. Patches only: no shape is checked again and no query
//! is run again, so a state is what was accepted, whatever today's rules say.

use crate::access::AccessIndex;
use crate::journal::{Entry, JournalError};
use crate::rules::Rules;
use crate::state::{GraphRecord, Quads};
use crate::{Results, State};
use codesocial_rdf::{GraphKind, Patch};
use codesocial_shacl::Edition;
use jiff::Timestamp;
use oxrdf::{GraphName, Quad};
use std::sync::Arc;

impl State {
    /// The state after the next entry.
    pub(crate) fn replay(mut self, entry: &Entry) -> Result<Self, JournalError> {
        let seq = entry.header.seq;
        let damaged = |problem: String| JournalError::Damaged { seq, problem };
        if seq != self.head.seq + 1 || entry.header.prev != self.head.hash {
            return Err(damaged("it does not follow the entry before it".to_owned()));
        }
        let mut candidate = self.candidate();
        for segment in &entry.segments {
            let patch = Patch::decode(&segment.bytes).map_err(|e| damaged(e.to_string()))?;
            if let Some(minted) = &patch.minted {
                let id = minted.id.parse().map_err(|e| damaged(format!("{e}")))?;
                self.graphs.insert(minted.iri.as_str().into(), GraphRecord { id, last: seq });
            }
            let touched: Option<&Quad> =
                patch.changes.added.iter().chain(&patch.changes.removed).next();
            if let Some(GraphName::NamedNode(graph)) = touched.map(|quad| &quad.graph_name)
                && let Some(record) = self.graphs.get_mut(graph.as_str())
            {
                record.last = seq;
            }
            candidate.apply(&patch.changes).map_err(|_| damaged("it does not fit".to_owned()))?;
        }
        self.quads = Quads::Proposed(Box::new(candidate));
        self.head = entry.head();
        self.at = entry.header.at;
        Ok(self)
    }

    /// The state with the rules that its shapes graphs state. The draft of SHACL 1.2 understands
    /// all shapes that 1.0 does.
    pub(crate) fn with_rules(mut self, edition: Edition) -> Self {
        self.rules = Arc::new(Rules::none(edition));
        let has_shapes = self.graphs().any(|graph| self.kind(graph) == GraphKind::Shapes);
        if has_shapes {
            match Rules::of(&self, edition) {
                Ok(rules) => self.rules = Arc::new(rules),
                // They were accepted once, by another version: the next install replaces them.
                Err(rejection) => tracing::error!(%rejection, "the stored shapes cannot be used"),
            }
        }
        self
    }

    /// The state with what its access documents say.
    pub(crate) fn with_access(mut self) -> Self {
        self.access = AccessIndex::of(&self);
        self
    }

    /// Whether its shapes are rules only where the draft of SHACL 1.2 is switched on.
    pub(crate) fn needs_draft(&self) -> bool {
        self.rules.shapes.is_none()
            && self.clone().with_rules(Edition::Draft1_2).rules.shapes.is_some()
    }

    /// The state with what its rules say of all that is judged.
    pub(crate) fn with_results(mut self, now: Timestamp) -> Self {
        match self.rules.results(&self, now) {
            Ok(results) => self.results = results,
            Err(rejection) => {
                tracing::error!(%rejection, "the stored results are not known");
                self.results = Results::unknown();
            }
        }
        self
    }
}

//! Erasure: a graph is taken away and forgotten. What the journal held of it goes from the disk;
//! the chain still verifies, as headers commit to salted hashes only.
//!
//! Invariant: nothing is missing from the journal but what an entry says was erased.

use crate::journal::{Hash, Segment};
use crate::state::Quads;
use crate::{CommandKind, State};
use codesocial_rdf::vocab::system;
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term};
use std::collections::BTreeMap;

/// What is left of a segment that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedSegment {
    /// Its place among the segments of its entry.
    pub n: u32,
    /// The key of its graph, of which no more than the key is known.
    pub(crate) graph: i64,
    pub commitment: Hash,
}

/// The keys of graphs that were erased, each with the entry that did it.
pub(crate) type Erasures = BTreeMap<i64, u64>;

impl State {
    /// What the server has to say for ever of a graph that is erased by the next entry: the key of
    /// its name, of which the name cannot be told.
    pub fn erasure_mark(&self, graph: NamedNodeRef<'_>) -> Quad {
        let key = Segment::key_of(graph.as_str());
        let marks = self.erasure_marks();
        let mark = NamedNode::new_unchecked(format!("{}/{key:016x}", marks.as_str()));
        let by = i64::try_from(self.head().seq + 1).unwrap_or(i64::MAX);
        Quad::new(mark, system::ERASED_BY, Literal::from(by), marks)
    }

    fn erasure_marks(&self) -> NamedNode {
        self.base().resolve("system/erasures")
    }

    pub(crate) fn erasures(&self) -> Erasures {
        let marks = self.erasure_marks();
        let told = |triple: oxrdf::Triple| {
            let NamedOrBlankNode::NamedNode(mark) = &triple.subject else { return None };
            let (_, key) = mark.as_str().rsplit_once('/')?;
            let Term::Literal(by) = &triple.object else { return None };
            Some((u64::from_str_radix(key, 16).ok()?.cast_signed(), by.value().parse().ok()?))
        };
        self.graph(marks.as_ref().into()).filter_map(told).collect()
    }

    /// The state without the names and the terms of what was erased.
    pub(crate) fn forgotten(&self) -> Self {
        let erasures = self.erasures();
        let mut graphs = self.graphs.clone();
        graphs.retain(|name, _| !erasures.contains_key(&Segment::key_of(name)));
        let quads = Quads::Published(self.snapshot().merged());
        let state = Self { quads, graphs, ..self.clone() };
        let access = state.access.clone().with_ids(&state);
        Self { access, ..state }
    }
}

impl CommandKind {
    /// Whether what it leaves may break rules: the program's own installation does as it must, and
    /// nobody is kept from being forgotten.
    pub(crate) fn may_break_rules(self) -> bool {
        matches!(self, Self::Install | Self::Erase)
    }
}

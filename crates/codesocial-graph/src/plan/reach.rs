//! What `p*` and `p+` reach from a node that the query names: one walk over ids, each node once.
//!
//! Equal, because such a path relates two nodes once or not at all, so that the other end has each
//! value that the walk finds once. A `*` of no steps is for nodes of the graph only, as the
//! evaluator has it.

use super::{Plan, Pulse};
use crate::queryable::ReadableDataset;
use crate::term::TermId;
use oxrdf::{TermRef, Variable};
use rustc_hash::FxHashSet;
use spargebra::algebra::{GraphPattern, PropertyPathExpression as Path};
use spargebra::term::TermPattern;
use std::ops::ControlFlow;

/// Beyond so many nodes a list of them is no help.
const REACHED_MAX: usize = 20_000;

impl Plan<'_> {
    pub(super) fn reach(&self, pattern: &mut GraphPattern) {
        if let Some(values) = self.reached(pattern) {
            *pattern = values;
        }
    }

    fn reached(&self, pattern: &GraphPattern) -> Option<GraphPattern> {
        let GraphPattern::Path { subject, path, object } = pattern else { return None };
        let (variable, start, way) = match (subject, object) {
            (TermPattern::Variable(variable), start) => (variable, named(start)?, Way::Back),
            (start, TermPattern::Variable(variable)) => (variable, named(start)?, Way::On),
            _ => return None,
        };
        let (step, is_reflexive) = match path {
            Path::ZeroOrMore(step) => (step, true),
            Path::OneOrMore(step) => (step, false),
            _ => return None,
        };
        let arcs = Arc::of(step, way, self.dataset)?;
        let Some(start) = self.dataset.id(start) else {
            return Some(values(variable, Vec::new()));
        };
        let mut found = Found::default();
        if is_reflexive && is_node(start, self.dataset) {
            found.add(start);
        }
        let walked = walk(&mut found, start, &arcs, self.dataset, &self.pulse);
        if walked.is_break() {
            return None;
        }
        let rows = found.nodes.into_iter().map(|node| Some(vec![Some(self.value(node)?)]));
        Some(values(variable, rows.collect::<Option<_>>()?))
    }
}

fn values(
    variable: &Variable,
    bindings: Vec<Vec<Option<spargebra::term::GroundTerm>>>,
) -> GraphPattern {
    GraphPattern::Values { variables: vec![variable.clone()], bindings }
}

fn named(term: &TermPattern) -> Option<TermRef<'_>> {
    match term {
        TermPattern::NamedNode(iri) => Some(iri.into()),
        TermPattern::Literal(literal) => Some(literal.into()),
        TermPattern::BlankNode(_) | TermPattern::Variable(_) => None,
    }
}

/// From subjects to objects, or from objects to subjects.
#[derive(Clone, Copy)]
enum Way {
    On,
    Back,
}

impl Way {
    fn turned(self) -> Self {
        match self {
            Self::On => Self::Back,
            Self::Back => Self::On,
        }
    }
}

/// One step of a walk: a predicate, and which way it is gone.
struct Arc {
    predicate: TermId,
    way: Way,
}

impl Arc {
    /// The steps that one round of the path can take. Predicates that no quad has lead nowhere.
    fn of(path: &Path, way: Way, dataset: &ReadableDataset) -> Option<Vec<Self>> {
        Some(match path {
            Path::NamedNode(iri) => {
                dataset.id(iri).map(|predicate| Self { predicate, way }).into_iter().collect()
            }
            Path::Reverse(path) => Self::of(path, way.turned(), dataset)?,
            Path::Alternative(one, other) => {
                let mut arcs = Self::of(one, way, dataset)?;
                arcs.extend(Self::of(other, way, dataset)?);
                arcs
            }
            _ => return None,
        })
    }
}

/// Nodes in the order in which they were found.
#[derive(Default)]
struct Found {
    nodes: Vec<TermId>,
    set: FxHashSet<TermId>,
}

impl Found {
    fn add(&mut self, node: TermId) {
        if self.set.insert(node) {
            self.nodes.push(node);
        }
    }
}

fn walk(
    found: &mut Found,
    start: TermId,
    arcs: &[Arc],
    dataset: &ReadableDataset,
    pulse: &Pulse<'_>,
) -> ControlFlow<()> {
    // The start is gone from first, and is found by `+` only where a walk comes back to it.
    let mut next = found.nodes.len();
    let mut from = start;
    loop {
        for Arc { predicate, way } in arcs {
            let bound = match way {
                Way::On => [Some(from), Some(*predicate), None],
                Way::Back => [None, Some(*predicate), Some(from)],
            };
            for [subject, _, object] in dataset.triples(bound) {
                pulse.beat()?;
                found.add(match way {
                    Way::On => object,
                    Way::Back => subject,
                });
            }
        }
        if found.nodes.len() > REACHED_MAX {
            return ControlFlow::Break(());
        }
        match found.nodes.get(next) {
            Some(node) => from = *node,
            None => return ControlFlow::Continue(()),
        }
        next += 1;
    }
}

fn is_node(id: TermId, dataset: &ReadableDataset) -> bool {
    let mut triples =
        dataset.triples([Some(id), None, None]).chain(dataset.triples([None, None, Some(id)]));
    triples.next().is_some()
}

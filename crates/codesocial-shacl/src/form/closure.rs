//! The nodes of a shapes graph that some shapes consist of: themselves, the shapes they build on,
//! the groups of their properties, queries and components, and the blank nodes between.

use crate::model::{Constraint, Shapes};
use crate::sparql::Source;
use crate::view::{GraphView, TermKind};
use crate::vocab::sh;
use indexmap::IndexMap;
use oxrdf::{NamedNode, NamedOrBlankNode, Term, TermRef, Triple};
use rustc_hash::{FxBuildHasher, FxHashSet};

/// The triples of some shapes, enough to validate with them alone, or to make a form.
pub fn closure<V: GraphView>(
    shapes: &Shapes,
    vocabulary: &V,
    roots: impl IntoIterator<Item = NamedOrBlankNode>,
) -> Vec<Triple> {
    let mut closure = Closure::new(shapes, vocabulary);
    closure.extend(roots);
    // A use of a component names its parameters only.
    closure.extend(components(shapes, &closure));
    let triples = closure.nodes.iter().flat_map(|(subject, node)| {
        vocabulary.out(*node).filter_map(|(property, object)| {
            let Term::NamedNode(property) = vocabulary.term(property) else { return None };
            Some(Triple::new(subject.clone(), property, vocabulary.term(object)))
        })
    });
    triples.collect()
}

fn components<V: GraphView>(shapes: &Shapes, met: &Closure<'_, V>) -> Vec<NamedOrBlankNode> {
    let shapes = shapes.iter().filter(|(_, shape)| met.nodes.contains_key(&shape.node));
    let constraints = shapes.flat_map(|(_, shape)| &shape.constraints);
    let components = constraints.filter_map(|constraint| match constraint {
        Constraint::Sparql(query) => match &query.source {
            Source::Component(component) => Some(component.clone().into()),
            Source::Constraint(_) => None,
        },
        _ => None,
    });
    components.collect()
}

/// Properties whose values belong to a shape, whatever they are.
const PARTS: [&str; 7] =
    ["group", "sparql", "prefixes", "parameter", "validator", "nodeValidator", "propertyValidator"];

/// The nodes met so far, with their handles.
pub(super) struct Closure<'a, V: GraphView> {
    vocabulary: &'a V,
    shapes: FxHashSet<&'a NamedOrBlankNode>,
    parts: Vec<V::Node>,
    nodes: IndexMap<NamedOrBlankNode, V::Node, FxBuildHasher>,
}

impl<'a, V: GraphView> Closure<'a, V> {
    pub(super) fn new(shapes: &'a Shapes, vocabulary: &'a V) -> Self {
        Self {
            vocabulary,
            shapes: shapes.iter().map(|(_, shape)| &shape.node).collect(),
            parts: PARTS
                .iter()
                .filter_map(|part| vocabulary.node(TermRef::from(&sh(part))))
                .collect(),
            nodes: IndexMap::default(),
        }
    }

    pub(super) fn extend(&mut self, roots: impl IntoIterator<Item = NamedOrBlankNode>) {
        let mut next = self.nodes.len();
        for root in roots {
            if let Some(node) = self.handle(&root) {
                self.nodes.entry(root).or_insert(node);
            }
        }
        while let Some((_, node)) = self.nodes.get_index(next) {
            next += 1;
            for (property, object) in self.vocabulary.out(*node) {
                let is_part = self.parts.contains(&property);
                let is_blank = self.vocabulary.kind(object) == TermKind::BlankNode;
                let Some(term) = resource(self.vocabulary.term(object)) else { continue };
                if is_part || is_blank || self.shapes.contains(&term) {
                    self.nodes.entry(term).or_insert(object);
                }
            }
        }
    }

    /// The handle of a node. A view need not find a blank node by its label: it is known where a
    /// walk has met it.
    pub(super) fn handle(&self, node: &NamedOrBlankNode) -> Option<V::Node> {
        let met = self.nodes.get(node).copied();
        met.or_else(|| self.vocabulary.node(TermRef::from(&named(node)?)))
    }
}

fn resource(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(blank) => Some(blank.into()),
        Term::Literal(_) => None,
    }
}

fn named(node: &NamedOrBlankNode) -> Option<NamedNode> {
    match node {
        NamedOrBlankNode::NamedNode(iri) => Some(iri.clone()),
        NamedOrBlankNode::BlankNode(_) => None,
    }
}

//! Which nodes a shape is about, and which shapes are about a node.
//! <https://www.w3.org/TR/shacl/#targets>

use crate::ground::{Ground, Id};
use crate::model::{Constant, Shape, ShapeId, Target};
use crate::view::GraphView;
use oxrdf::{NamedNode, Term, TermRef};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The focus nodes to evaluate after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FocusSet<N> {
    /// So much may have changed that a full validation costs less than telling what.
    Everything,
    Nodes(BTreeSet<N>),
}

impl<N: Ord> FromIterator<N> for FocusSet<N> {
    fn from_iter<I: IntoIterator<Item = N>>(nodes: I) -> Self {
        Self::Nodes(nodes.into_iter().collect())
    }
}

impl<N: Ord> FocusSet<N> {
    pub fn contains(&self, node: &N) -> bool {
        match self {
            Self::Everything => true,
            Self::Nodes(nodes) => nodes.contains(node),
        }
    }
}

/// From what a node is and does to the shapes that target it, so that a small change looks at
/// these only.
#[derive(Debug, Default)]
pub(crate) struct TargetIndex {
    by_node: FxHashMap<Term, Vec<ShapeId>>,
    by_class: FxHashMap<String, Vec<ShapeId>>,
    subjects_of: Vec<(Constant<NamedNode>, ShapeId)>,
    objects_of: Vec<(Constant<NamedNode>, ShapeId)>,
    linked: Vec<(Constant<NamedNode>, Constant<NamedNode>, ShapeId)>,
}

impl TargetIndex {
    pub(crate) fn new(shapes: &[Shape]) -> Self {
        let mut index = Self::default();
        for (position, shape) in shapes.iter().enumerate() {
            let id = ShapeId::new(position);
            for target in &shape.targets {
                match target {
                    Target::Node(node) => {
                        index.by_node.entry(node.term.clone()).or_default().push(id);
                    }
                    Target::Class(class) => {
                        let class = class.term.as_str().to_owned();
                        index.by_class.entry(class).or_default().push(id);
                    }
                    Target::SubjectsOf(p) => index.subjects_of.push((p.clone(), id)),
                    Target::ObjectsOf(p) => index.objects_of.push((p.clone(), id)),
                    Target::Linked { by, shape } => {
                        index.linked.push((by.clone(), shape.clone(), id));
                    }
                }
            }
        }
        index
    }
}

impl<V: GraphView> Ground<'_, V> {
    /// The focus nodes of a shape in the data, each once.
    pub(crate) fn focus_nodes(&self, shape: &Shape) -> Vec<Id<V::Node>> {
        let mut nodes = Vec::new();
        for target in &shape.targets {
            match target {
                Target::Node(node) => nodes.push(self.resolve(node)),
                Target::Class(class) => {
                    let Id::Known(class) = self.resolve(class) else { continue };
                    for class in self.subclasses(class) {
                        nodes.extend(self.instances(class).map(Id::Known));
                    }
                }
                Target::SubjectsOf(p) => {
                    let Id::Known(p) = self.resolve(p) else { continue };
                    nodes.extend(self.view.pairs(p).map(|(s, _)| Id::Known(s)));
                }
                Target::ObjectsOf(p) => {
                    let Id::Known(p) = self.resolve(p) else { continue };
                    nodes.extend(self.view.pairs(p).map(|(_, o)| Id::Known(o)));
                }
                Target::Linked { by, shape } => {
                    nodes.extend(self.subjects(self.resolve(by), self.resolve(shape)));
                }
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// The shapes that have a node as a target, each once.
    pub(crate) fn shapes_targeting(&self, node: V::Node) -> BTreeSet<ShapeId> {
        let index = &self.shapes.targets;
        let mut shapes = BTreeSet::new();
        if !index.by_node.is_empty() {
            shapes.extend(index.by_node.get(&self.view.term(node)).into_iter().flatten());
        }
        if !index.by_class.is_empty() {
            for declared in self.types(Id::Known(node)) {
                for &class in &*self.superclasses(declared) {
                    let of_class = |term: TermRef<'_>| match term {
                        TermRef::NamedNode(iri) => index.by_class.get(iri.as_str()),
                        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
                    };
                    shapes.extend(self.view.read(class, of_class).into_iter().flatten());
                }
            }
        }
        for (p, shape) in &index.subjects_of {
            if self.objects(Id::Known(node), self.resolve(p)).next().is_some() {
                shapes.insert(*shape);
            }
        }
        for (p, shape) in &index.objects_of {
            if self.subjects(self.resolve(p), Id::Known(node)).next().is_some() {
                shapes.insert(*shape);
            }
        }
        for (by, own, shape) in &index.linked {
            let own = self.resolve(own);
            if self.objects(Id::Known(node), self.resolve(by)).any(|linked| linked == own) {
                shapes.insert(*shape);
            }
        }
        shapes
    }
}

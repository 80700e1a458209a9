//! Shapes as the engine runs them: checked once, shared by every validation.
//!
//! Invariant: what stands here is well-formed (SHACL §3.4.3) and not recursive: following
//! [`ShapeId`]s from any shape ends within [`SHAPE_DEPTH_MAX`](crate::parse::SHAPE_DEPTH_MAX).

use crate::compact::Prefixes;
use crate::datatype::LexicalSpace;
use crate::memory::MemoryGraph;
use crate::parse::{ShapesError, ShapesErrors};
use crate::path::Path;
use crate::pattern::Pattern;
use crate::reads::Reads;
use crate::sparql::SparqlConstraint;
use crate::target::TargetIndex;
use crate::value::Comparable;
use crate::view::TermKind;
use oxrdf::vocab::{rdf, rdfs};
use oxrdf::{Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::ops::Index;
use std::sync::Arc;

/// A checked shapes graph.
#[derive(Debug)]
pub struct Shapes {
    pub(crate) shapes: Vec<Shape>,
    /// Every term that the shapes name, by its slot: a view resolves each at most once.
    pub(crate) constants: Vec<Term>,
    pub(crate) targets: TargetIndex,
    pub(crate) reads: Reads,
    pub(crate) prefixes: Arc<Prefixes>,
    /// The shapes graph, where a query asks for it.
    pub(crate) graph: Option<MemoryGraph>,
    /// What is legal in the shapes graph and has no effect.
    pub warnings: Vec<ShapesError>,
}

impl Shapes {
    /// Reads a shapes graph, or tells everything that is wrong with it.
    pub fn parse(graph: &Graph) -> Result<Self, ShapesErrors> {
        crate::parse::parse(graph)
    }

    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// The shapes in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = (ShapeId, &Shape)> {
        self.shapes.iter().enumerate().map(|(index, shape)| (ShapeId::new(index), shape))
    }

    /// The shape that this node of the shapes graph is.
    pub fn find(&self, node: &NamedOrBlankNode) -> Option<ShapeId> {
        self.iter().find(|(_, shape)| shape.node == *node).map(|(id, _)| id)
    }
}

impl Index<ShapeId> for Shapes {
    type Output = Shape;

    fn index(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.index()]
    }
}

/// The place of a shape among the shapes it was parsed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(u32);

impl ShapeId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("shapes are far fewer than 2^32"))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A node shape, or a property shape where it has a path.
#[derive(Debug)]
pub struct Shape {
    pub node: NamedOrBlankNode,
    pub path: Option<Path>,
    pub targets: Vec<Target>,
    pub constraints: Vec<Constraint>,
    pub severity: Severity,
    /// `sh:message`, in a stable order.
    pub messages: Vec<Literal>,
    /// `sh:name`, in a stable order.
    pub names: Vec<Literal>,
    pub deactivated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Node(Constant<Term>),
    /// `sh:targetClass`, or the shape itself where it is a class.
    Class(Constant<NamedNode>),
    SubjectsOf(Constant<NamedNode>),
    ObjectsOf(Constant<NamedNode>),
}

/// A term that a shape names, with its slot among the constants of the shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant<T> {
    pub term: T,
    pub(crate) slot: Slot,
}

/// The place of a term in the table of constants; equal slots are equal terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u32);

impl Slot {
    pub(crate) const TYPE: Self = Self(0);
    pub(crate) const SUB_CLASS_OF: Self = Self(1);
    /// The terms that the engine itself names; they come first in every table of constants.
    pub(crate) const FIXED: [NamedNodeRef<'static>; 2] = [rdf::TYPE, rdfs::SUB_CLASS_OF];
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Violation,
    Warning,
    Info,
    Other(NamedNode),
}

/// One constraint of a shape: a component with its parameters, or a query.
#[derive(Debug)]
pub enum Constraint {
    Class(Constant<NamedNode>),
    Datatype(NamedNode, LexicalSpace),
    NodeKind(NodeKinds),

    MinCount(u64),
    MaxCount(u64),

    Range(Bound),

    MinLength(u64),
    MaxLength(u64),
    Pattern(Pattern),
    LanguageIn(Vec<String>),
    UniqueLang,

    Equals(Constant<NamedNode>),
    Disjoint(Constant<NamedNode>),
    LessThan(Constant<NamedNode>),
    LessThanOrEquals(Constant<NamedNode>),

    Not(ShapeId),
    And(Vec<ShapeId>),
    Or(Vec<ShapeId>),
    Xone(Vec<ShapeId>),

    Node(ShapeId),
    Property(ShapeId),
    Qualified(Qualified),

    Closed { allowed: Vec<Constant<NamedNode>> },
    HasValue(Constant<Term>),
    In(Vec<Constant<Term>>),

    Sparql(Box<SparqlConstraint>),
}

/// The node kinds that `sh:nodeKind` lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeKinds {
    pub iri: bool,
    pub blank_node: bool,
    pub literal: bool,
}

impl NodeKinds {
    pub fn admits(self, kind: TermKind) -> bool {
        match kind {
            TermKind::Iri => self.iri,
            TermKind::BlankNode => self.blank_node,
            TermKind::Literal => self.literal,
        }
    }
}

/// One side of a value range.
#[derive(Debug)]
pub struct Bound {
    pub side: Side,
    pub literal: Literal,
    pub(crate) value: Option<Comparable<'static>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    MinExclusive,
    MinInclusive,
    MaxExclusive,
    MaxInclusive,
}

/// `sh:qualifiedValueShape` with its counts; `siblings` is filled where the shapes are disjoint.
#[derive(Debug)]
pub struct Qualified {
    pub shape: ShapeId,
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub siblings: Vec<ShapeId>,
}

/// The constraint components, as reports name them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    Class,
    Datatype,
    NodeKind,
    MinCount,
    MaxCount,
    MinExclusive,
    MinInclusive,
    MaxExclusive,
    MaxInclusive,
    MinLength,
    MaxLength,
    Pattern,
    LanguageIn,
    UniqueLang,
    Equals,
    Disjoint,
    LessThan,
    LessThanOrEquals,
    Not,
    And,
    Or,
    Xone,
    Node,
    QualifiedMinCount,
    QualifiedMaxCount,
    Closed,
    HasValue,
    In,
    Sparql,
    /// One that the shapes graph declares.
    Declared(NamedNode),
}

impl Component {
    /// The IRI, such as `sh:MinCountConstraintComponent`.
    pub fn iri(&self) -> NamedNode {
        match self {
            Self::Sparql => crate::vocab::sh("SPARQLConstraintComponent"),
            Self::Declared(iri) => iri.clone(),
            core => crate::vocab::sh(&format!("{core:?}ConstraintComponent")),
        }
    }
}

impl From<Side> for Component {
    fn from(side: Side) -> Self {
        match side {
            Side::MinExclusive => Self::MinExclusive,
            Side::MinInclusive => Self::MinInclusive,
            Side::MaxExclusive => Self::MaxExclusive,
            Side::MaxInclusive => Self::MaxInclusive,
        }
    }
}

impl Severity {
    /// Whether a result of this severity refuses what was validated.
    pub fn blocks(&self) -> bool {
        *self == Self::Violation
    }

    pub fn iri(&self) -> NamedNode {
        match self {
            Self::Violation => crate::vocab::sh("Violation"),
            Self::Warning => crate::vocab::sh("Warning"),
            Self::Info => crate::vocab::sh("Info"),
            Self::Other(iri) => iri.clone(),
        }
    }
}

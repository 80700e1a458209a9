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
use indexmap::IndexSet;
use oxrdf::vocab::{rdf, rdfs};
use oxrdf::{Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use rustc_hash::FxBuildHasher;
use std::ops::Index;
use std::sync::Arc;

/// A checked shapes graph.
#[derive(Debug)]
pub struct Shapes {
    pub(crate) shapes: Vec<Shape>,
    /// Which node of the shapes graph each is.
    pub(crate) nodes: IndexSet<NamedOrBlankNode, FxBuildHasher>,
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
    /// Reads a shapes graph of SHACL 1.0, or tells everything that is wrong with it.
    pub fn parse(graph: &Graph) -> Result<Self, ShapesErrors> {
        Self::parse_as(graph, Edition::V1_0)
    }

    /// Reads a shapes graph of an edition.
    pub fn parse_as(graph: &Graph, edition: Edition) -> Result<Self, ShapesErrors> {
        crate::parse::parse(graph, edition)
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
        self.nodes.get_index_of(node).map(ShapeId::new)
    }
}

impl Index<ShapeId> for Shapes {
    type Output = Shape;

    fn index(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.index()]
    }
}

/// Which terms of SHACL a shapes graph may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// The Recommendation. <https://www.w3.org/TR/shacl/>
    #[default]
    V1_0,
    /// With what this engine has of the draft of 1.2: lists in `sh:class`, `sh:datatype` and
    /// `sh:nodeKind`, `sh:closed sh:ByTypes`, `sh:singleLine`, `sh:subsetOf`, `sh:someValue`,
    /// `sh:rootClass`, `sh:uniqueValuesFor`. <https://www.w3.org/TR/shacl12-core/>
    Draft1_2,
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
    /// The nodes that say with `sh:shape`, in the draft of SHACL 1.2, that the shape is theirs.
    /// <https://www.w3.org/TR/shacl12-core/#explicitShapeTarget>
    Linked {
        by: Constant<NamedNode>,
        shape: Constant<NamedNode>,
    },
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

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Violation,
    Warning,
    Info,
    Other(NamedNode),
}

/// One constraint of a shape: a component with its parameters, or a query.
#[derive(Debug)]
pub enum Constraint {
    /// An instance of one of these.
    Class(Vec<Constant<NamedNode>>),
    /// Of one of these, and well formed.
    Datatype(Vec<(NamedNode, LexicalSpace)>),
    NodeKind(NodeKinds),

    MinCount(u64),
    MaxCount(u64),

    Range(Bound),

    MinLength(u64),
    MaxLength(u64),
    Pattern(Pattern),
    LanguageIn(Vec<String>),
    UniqueLang,
    SingleLine,

    Equals(Constant<NamedNode>),
    Disjoint(Constant<NamedNode>),
    LessThan(Constant<NamedNode>),
    LessThanOrEquals(Constant<NamedNode>),
    SubsetOf(Constant<NamedNode>),

    Not(ShapeId),
    And(Vec<ShapeId>),
    Or(Vec<ShapeId>),
    Xone(Vec<ShapeId>),

    Node(ShapeId),
    Property(ShapeId),
    SomeValue(ShapeId),
    Qualified(Qualified),

    Closed {
        allowed: Vec<Constant<NamedNode>>,
    },
    ClosedByTypes(ByTypes),
    HasValue(Constant<Term>),
    In(Vec<Constant<Term>>),
    /// The class itself or one below it.
    RootClass(Vec<Constant<NamedNode>>),
    UniqueValuesFor(Key),

    Sparql(Box<SparqlConstraint>),
}

/// What a node may have by its types: the predicates of the property shapes of each class, and of
/// the shapes that these are made of.
#[derive(Debug)]
pub struct ByTypes {
    /// `rdf:type` and `sh:ignoredProperties`.
    pub allowed: Vec<Constant<NamedNode>>,
    pub classes: Vec<(Constant<NamedNode>, Vec<Constant<NamedNode>>)>,
}

/// Properties whose values together are those of one target node of a shape only.
#[derive(Debug)]
pub struct Key {
    pub properties: Vec<Constant<NamedNode>>,
    /// The shape whose target nodes are told apart.
    pub shape: ShapeId,
}

/// The node kinds that `sh:nodeKind` lets pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeKinds {
    pub iri: bool,
    pub blank_node: bool,
    pub literal: bool,
}

impl NodeKinds {
    /// What either lets pass.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            iri: self.iri || other.iri,
            blank_node: self.blank_node || other.blank_node,
            literal: self.literal || other.literal,
        }
    }

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
    SingleLine,
    Equals,
    Disjoint,
    LessThan,
    LessThanOrEquals,
    SubsetOf,
    Not,
    And,
    Or,
    Xone,
    Node,
    SomeValue,
    QualifiedMinCount,
    QualifiedMaxCount,
    Closed,
    HasValue,
    In,
    RootClass,
    UniqueValuesFor,
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

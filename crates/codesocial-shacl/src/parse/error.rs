//! What can be wrong with a shapes graph, told all at once.

use crate::pattern::PatternError;
use crate::sparql::QueryProblem;
use oxrdf::{NamedNode, Term};
use std::fmt;
use thiserror::Error;

/// Everything that was found wrong; never empty.
#[derive(Debug, Error)]
pub struct ShapesErrors(pub Vec<ShapesError>);

impl fmt::Display for ShapesErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

/// One thing wrong with one shape.
#[derive(Clone, Debug)]
pub struct ShapesError {
    pub shape: Term,
    pub property: Option<NamedNode>,
    pub value: Option<Term>,
    pub problem: Problem,
}

impl fmt::Display for ShapesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shape {}", self.shape)?;
        if let Some(property) = &self.property {
            write!(f, ", {property}")?;
        }
        if let Some(value) = &self.value {
            write!(f, " {value}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

#[derive(Clone, Debug, PartialEq, Error)]
pub enum Problem {
    #[error("not supported by this server yet")]
    Unsupported,
    #[error("not a term of SHACL that a shape may have")]
    UnknownTerm,
    #[error("belongs to the draft of SHACL 1.2, which is not switched on")]
    Draft,
    #[error("expects an IRI")]
    NotAnIri,
    #[error("expects a literal")]
    NotALiteral,
    #[error("expects an IRI or a literal")]
    NotATargetNode,
    #[error("expects a non-negative xsd:integer")]
    NotACount,
    #[error("expects an IRI, or a list of IRIs that is not empty")]
    NotIris,
    #[error("expects true or false")]
    NotABoolean,
    #[error("expects a string")]
    NotAString,
    #[error("expects a text, with or without a language")]
    NotAText,
    #[error("expects one of the six node kinds of SHACL")]
    NotANodeKind,
    #[error("expects a shape")]
    NotAShape,
    #[error("expects a property shape, which has exactly one sh:path")]
    NotAPropertyShape,
    #[error("expects a node shape, which has no sh:path")]
    NotANodeShape,
    #[error("nothing in the shapes graph describes this shape")]
    UndescribedShape,
    #[error("has more than one value, and may have one only")]
    TooManyValues,
    #[error("only a property shape may have it")]
    OnlyOnPropertyShapes,
    #[error("a node shape has no sh:path")]
    PathOnNodeShape,
    #[error("a property shape has exactly one sh:path")]
    NotOnePath,
    #[error("not a well-formed path")]
    BadPath,
    #[error("a path longer or deeper than this engine follows")]
    PathTooLong,
    #[error("not a well-formed list, or one without end")]
    BadList,
    #[error("a list longer than this engine reads")]
    ListTooLong,
    #[error("has no effect without sh:{0}")]
    Without(&'static str),
    #[error("has no effect: only the literal true switches this on")]
    NotTrue,
    #[error("not a regular expression this engine runs: {0}")]
    Pattern(#[from] PatternError),
    #[error("not a query that can be a constraint: {0}")]
    Query(#[from] QueryProblem),
    #[error("expects a node that holds a query")]
    NotAConstraint,
    #[error("missing")]
    Missing,
    #[error("expects one sh:prefix, a string, and one sh:namespace, an xsd:anyURI")]
    BadPrefix,
    #[error("gives a prefix that is declared already another namespace")]
    PrefixDeclaredTwice,
    #[error("expects one sh:annotationProperty, an IRI, and at most one sh:annotationVarName")]
    BadAnnotation,
    #[error("a constraint component needs an IRI")]
    AnonymousComponent,
    #[error("a constraint component needs a parameter that is not optional")]
    NoParameter,
    #[error("a parameter has one sh:path, an IRI")]
    BadParameter,
    #[error("its name is empty, taken or reserved")]
    BadParameterName,
    #[error("expects a node that holds a validator")]
    NotAValidator,
    #[error("has no effect: the component has no validator for this kind of shape")]
    NoValidator,
    #[error("has no effect: a parameter of the component is missing")]
    ParameterMissing,
    #[error("the implicit target of a shape that is a class needs an IRI")]
    AnonymousClass,
    #[error("refers to itself, and recursive shapes have no meaning")]
    Recursive,
    #[error("nests other shapes deeper than this engine follows")]
    TooDeep,
}

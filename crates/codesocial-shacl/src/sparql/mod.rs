//! SHACL-SPARQL: constraints that are queries. <https://www.w3.org/TR/shacl/#part2>
//!
//! A query is parsed and checked once (`text.rs`). Its pre-bound variables become names that no
//! author can write (`prebind.rs`), so that one algebra serves every focus node; the dataset it is
//! evaluated on (`dataset.rs`) knows what these names stand for, and is the graph that Core walks.
//!
//! Invariant: a query is either evaluated as the specification says or refused when the shapes are
//! parsed; it has no clock, no chance and no network.

mod dataset;
mod evaluate;
mod message;
mod operands;
mod order;
mod prebind;
mod reads;
mod text;

pub use self::text::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryProblem};

pub(crate) use self::evaluate::Running;
pub(crate) use self::message::Said;
pub(crate) use self::reads::{Place, Read, reads};
pub(crate) use self::text::{Form, Role, parse};

use crate::model::{Component, Constant, Severity};
use crate::path::Path;
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term};
use spargebra::Query;

/// `sh:sparql`, or the use of a constraint component that the shapes graph declares.
#[derive(Debug)]
pub struct SparqlConstraint {
    pub source: Source,
    /// Where the constraint says it; else that of the shape.
    pub severity: Option<Severity>,
    /// What the constraint or its validator says, with `{?variable}` for what was found.
    pub messages: Vec<Literal>,
    /// `sh:labelTemplate` of the component, said where neither validator nor shape has a message.
    pub labels: Vec<Literal>,
    pub(crate) annotations: Vec<Annotation>,
    /// The parameters of the component that the shape gives, by variable.
    pub(crate) parameters: Vec<(String, Constant<Term>)>,
    pub(crate) query: PreBound,
    /// What the query reads, for `affected`.
    pub(crate) reads: Vec<Read>,
}

/// Where a query comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The value of `sh:sparql`.
    Constraint(NamedOrBlankNode),
    /// A constraint component.
    Component(NamedNode),
}

impl SparqlConstraint {
    pub(crate) fn component(&self) -> Component {
        match &self.source {
            Source::Constraint(_) => Component::Sparql,
            Source::Component(iri) => Component::Declared(iri.clone()),
        }
    }
}

/// A checked query whose pre-bound variables are placeholders.
#[derive(Debug)]
pub(crate) struct PreBound {
    pub(crate) query: Query,
    /// The placeholders that expressions ask for, as functions without arguments.
    pub(crate) called: Vec<String>,
    /// Whether it asks for the shapes.
    pub(crate) reads_shapes: bool,
}

impl PreBound {
    /// Fixes a query that was checked for its place: the path of the shape is that of `$PATH`, and
    /// these variables have values.
    pub(crate) fn new(
        query: &Query,
        path: Option<&Path>,
        given: &[&str],
    ) -> Result<Self, QueryProblem> {
        let mut prebound = prebind::prebound(query, path, given);
        order::order(&mut prebound.query);
        evaluate::rehearse(&prebound)?;
        Ok(prebound)
    }
}

/// `sh:resultAnnotation`: what results say beside the standard.
/// <https://www.w3.org/TR/shacl-af/#results-annotations>
#[derive(Clone, Debug)]
pub(crate) struct Annotation {
    pub(crate) property: NamedNode,
    pub(crate) variable: String,
    pub(crate) values: Vec<Term>,
}

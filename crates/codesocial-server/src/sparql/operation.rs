//! What a request to the endpoint asks for, as the protocol writes it: a query or an update, and of
//! which graphs. <https://www.w3.org/TR/sparql11-protocol/>

use crate::extract::pairs;
use codesocial_store::query::QueryError;
use oxrdf::NamedNode;
use spargebra::algebra::QueryDataset;

/// What a request asks for, and of which graphs.
#[derive(Debug, Default)]
pub(super) struct Operation {
    pub(super) query: Option<String>,
    pub(super) update: Option<String>,
    /// The dataset of a query.
    pub(super) dataset: Graphs,
    /// The dataset of an update's patterns.
    pub(super) using: Graphs,
}

#[derive(Debug, Default)]
pub(super) struct Graphs {
    default: Vec<NamedNode>,
    named: Vec<NamedNode>,
}

impl Operation {
    pub(super) fn of_form(form: &[u8]) -> Result<Self, QueryError> {
        let mut operation = Self::default();
        for (name, value) in pairs(form) {
            match name.as_str() {
                "query" => once(&mut operation.query, &name, value)?,
                "update" => once(&mut operation.update, &name, value)?,
                "default-graph-uri" => operation.dataset.default.push(graph(&name, &value)?),
                "named-graph-uri" => operation.dataset.named.push(graph(&name, &value)?),
                "using-graph-uri" => operation.using.default.push(graph(&name, &value)?),
                "using-named-graph-uri" => operation.using.named.push(graph(&name, &value)?),
                _ => {}
            }
        }
        Ok(operation)
    }
}

// SPARQL Protocol 2.1.1: query string parameters for the query operation: query (exactly 1).
// https://www.w3.org/TR/sparql11-protocol/#query-operation
fn once(slot: &mut Option<String>, name: &str, value: String) -> Result<(), QueryError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(QueryError::Syntax(format!("{name} is given twice"))),
    }
}

fn graph(name: &str, iri: &str) -> Result<NamedNode, QueryError> {
    NamedNode::new(iri).map_err(|error| QueryError::Syntax(format!("{name}={iri}: {error}")))
}

impl Graphs {
    pub(super) fn dataset(self) -> Option<QueryDataset> {
        let any = !self.default.is_empty() || !self.named.is_empty();
        any.then_some(QueryDataset { default: self.default, named: Some(self.named) })
    }
}

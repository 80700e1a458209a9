//! The patterns of updates, evaluated like queries: what comes out is not an answer for the client
//! but a change that the server then lets through its door.

use super::evaluate::{Answer, QueryError, Terms, failed};
use crate::update;
use codesocial_graph::{Selection, Snapshot};
use codesocial_rdf::Patch;
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use spareval::{DeleteInsertQuad, QueryEvaluationError};
use spargebra::SparqlParser;
use spargebra::algebra::QueryDataset;
use std::io::Write;

/// The patterns of one operation of a request.
#[derive(Debug, Clone)]
pub struct UpdatePatterns {
    /// The request, whose text was checked.
    pub text: String,
    pub base: String,
    /// Which operation of it, counted from none.
    pub operation: usize,
    /// The dataset that they see; none where it is that of the endpoint.
    pub dataset: Option<QueryDataset>,
    /// What the operations before it changed.
    pub before: Patch,
}

/// The same, as the server tells it to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) operation: usize,
    pub(super) before: String,
}

impl From<QueryEvaluationError> for QueryError {
    fn from(error: QueryEvaluationError) -> Self {
        failed(error)
    }
}

/// Writes what the patterns find as a patch, what goes before what comes.
pub(super) fn find(
    (text, base): (&str, &str),
    Order { operation, before }: &Order,
    dataset: Option<QueryDataset>,
    state: &Snapshot,
    terms: &Terms<'_>,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    let unreadable = |error: &dyn std::fmt::Display| QueryError::Syntax(error.to_string());
    let parser = SparqlParser::new().with_base_iri(base).map_err(|error| unreadable(&error))?;
    let update = parser.parse_update(text).map_err(|error| unreadable(&error))?;
    let operation =
        update.operations.get(*operation).ok_or_else(|| unreadable(&"no such operation"))?;
    let before = Patch::decode(before.as_bytes()).map_err(|error| unreadable(&error))?;
    let mut candidate = state.candidate();
    candidate.apply(&before.changes).map_err(|_| QueryError::Memory)?;
    let selection = Selection::default().narrowed_by(dataset);
    let dataset = candidate.readable_by(terms.readers, &selection);
    let (mut removed, mut added, mut left) =
        (String::new(), String::new(), terms.limits.result_bytes_max);
    let mut truncated = false;
    update::evaluate(operation, &dataset, terms.cancel, |quad| {
        let (lines, line) = match quad {
            DeleteInsertQuad::Delete(quad) => (&mut removed, format!("D {quad} .\n")),
            DeleteInsertQuad::Insert(quad) => (&mut added, format!("A {quad} .\n")),
        };
        match left.checked_sub(line.len()) {
            Some(rest) => {
                left = rest;
                lines.push_str(&line);
                Ok(())
            }
            None => {
                truncated = true;
                Err(QueryError::Memory)
            }
        }
    })
    .or_else(|error| if truncated { Ok(()) } else { Err(error) })?;
    if truncated {
        return Ok(Answer::Truncated);
    }
    output.write_all(removed.as_bytes())?;
    output.write_all(added.as_bytes())?;
    Ok(Answer::Whole)
}

/// The names of a dataset, for who writes them down.
pub(super) fn names(graphs: &[NamedNode]) -> Vec<String> {
    graphs.iter().map(|name| name.as_str().to_owned()).collect()
}

//! Evaluating one query on one state and writing its answer as it comes.

use super::limits::{LimitError, Limits, check_text};
use super::service::{ServiceCalls, ServiceError, bind_endpoints};
use codesocial_graph::{Readers, Rewrites, Selection, State};
use codesocial_graph::{evaluator, plan, strip_dataset};
use codesocial_rdf::{RdfSyntax, write};
use sparesults::{QueryResultsFormat, QueryResultsSerializer};
use spareval::{CancellationToken, QueryEvaluationError, QueryResults};
use spargebra::algebra::{GraphPattern, QueryDataset};
use spargebra::{Query, SparqlParser};
use std::io::{self, BufWriter, Write};

/// A query that passed the limits and the parser.
#[derive(Debug, Clone)]
pub struct Prepared {
    query: Query,
    selection: Selection,
    /// What it was made of.
    pub(super) text: String,
    pub(super) base: String,
    pub(super) protocol: Option<QueryDataset>,
}

/// How an answer is written: one for each kind of query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultSyntax {
    Solutions(QueryResultsFormat),
    Graph(RdfSyntax),
}

/// What an evaluation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Whole,
    /// Cut at the limit on rows or bytes: the bytes written so far are not a whole answer.
    Truncated,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error(transparent)]
    Limit(#[from] LimitError),
    #[error("the query cannot be read: {0}")]
    Syntax(String),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("the query took longer than it may")]
    Timeout,
    #[error("the query needs more memory than it may use")]
    Memory,
    #[error("the query needs a deeper stack than there is")]
    Stack,
    #[error("the evaluation failed: {0}")]
    Evaluation(String),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Checks and parses a query. Relative IRIs resolve against `base`.
pub fn prepare(
    text: &str,
    base: &str,
    protocol: Option<QueryDataset>,
    limits: &Limits,
) -> Result<Prepared, QueryError> {
    check_text(text, limits)?;
    Prepared::parse(text, base, protocol)
}

impl Prepared {
    /// Parses a query whose text was checked.
    pub(super) fn parse(
        text: &str,
        base: &str,
        protocol: Option<QueryDataset>,
    ) -> Result<Self, QueryError> {
        let malformed = |error: &dyn std::fmt::Display| QueryError::Syntax(error.to_string());
        let parser = SparqlParser::new().with_base_iri(base).map_err(|error| malformed(&error))?;
        let mut query = parser.parse_query(text).map_err(|error| malformed(&error))?;
        let selection = strip_dataset(&mut query, protocol.clone());
        Ok(Self { query, selection, text: text.to_owned(), base: base.to_owned(), protocol })
    }

    /// Whether the answer is a graph, and not rows or a boolean.
    pub fn answers_with_graph(&self) -> bool {
        matches!(self.query, Query::Construct { .. } | Query::Describe { .. })
    }
}

/// Under what a query is evaluated.
pub(super) struct Terms<'a> {
    pub(super) readers: &'a Readers,
    pub(super) limits: &'a Limits,
    pub(super) cancel: &'a CancellationToken,
    /// How other endpoints are asked, where they may be.
    pub(super) services: Option<ServiceCalls>,
}

/// Evaluates a query as its readers may read the state. Blocking, and deep: on a big stack.
pub(super) fn evaluate(
    prepared: &Prepared,
    state: &State,
    syntax: ResultSyntax,
    terms: Terms<'_>,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    match answer(prepared, state, syntax, terms, output) {
        Err(QueryError::Write(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
            Ok(Answer::Truncated)
        }
        other => other,
    }
}

fn answer(
    prepared: &Prepared,
    state: &State,
    syntax: ResultSyntax,
    Terms { readers, limits, cancel, services }: Terms<'_>,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    let dataset = state.readable_by(readers, &prepared.selection);
    let mut evaluator = evaluator().with_cancellation_token(cancel.clone());
    let mut query = prepared.query.clone();
    if let Some(services) = services {
        bind_endpoints(pattern_of(&mut query));
        evaluator = evaluator.with_default_service_handler(services);
    }
    // Serialisers write a few bytes at a time.
    let mut output = BufWriter::new(Bounded { output, left: limits.result_bytes_max });
    plan(&mut query, &dataset, Rewrites::default(), cancel);
    let results = evaluator.prepare(&query).execute(dataset).map_err(failed)?;
    let answer = match (results, syntax) {
        (QueryResults::Solutions(solutions), ResultSyntax::Solutions(format)) => {
            write_solutions(solutions, format, limits, &mut output)?
        }
        (QueryResults::Boolean(value), ResultSyntax::Solutions(format)) => {
            QueryResultsSerializer::from_format(format)
                .serialize_boolean_to_writer(&mut output, value)?;
            Answer::Whole
        }
        (QueryResults::Graph(triples), ResultSyntax::Graph(syntax)) => {
            write_graph(triples, syntax, limits, &mut output)?
        }
        _ => {
            let unsuited = "the syntax does not suit the kind of query";
            return Err(QueryError::Evaluation(unsuited.to_owned()));
        }
    };
    output.flush()?;
    Ok(answer)
}

fn write_graph(
    triples: spareval::QueryTripleIter<'_>,
    syntax: RdfSyntax,
    limits: &Limits,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    let mut all = Vec::new();
    for triple in triples {
        if all.len() == limits.rows_max {
            return Ok(Answer::Truncated);
        }
        all.push(triple.map_err(failed)?);
    }
    // A graph is a set: templates may give a triple twice.
    write::sort_for_reading(&mut all, "");
    all.dedup();
    output.write_all(write::graph(&all, syntax).as_bytes())?;
    Ok(Answer::Whole)
}

fn write_solutions(
    solutions: spareval::QuerySolutionIter<'_>,
    format: QueryResultsFormat,
    limits: &Limits,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    let variables = solutions.variables().to_vec();
    let mut serializer = QueryResultsSerializer::from_format(format)
        .serialize_solutions_to_writer(&mut *output, variables)?;
    for (n, solution) in solutions.enumerate() {
        if n == limits.rows_max {
            return Ok(Answer::Truncated);
        }
        serializer.serialize(&solution.map_err(failed)?)?;
    }
    serializer.finish()?;
    Ok(Answer::Whole)
}

pub(super) fn failed(error: QueryEvaluationError) -> QueryError {
    match error {
        QueryEvaluationError::Cancelled => QueryError::Timeout,
        QueryEvaluationError::UnsupportedService(endpoint) => {
            ServiceError::Unlisted(endpoint.into_string()).into()
        }
        QueryEvaluationError::Service(error) => match error.downcast::<ServiceError>() {
            Ok(error) => QueryError::Service(*error),
            Err(error) => QueryError::Evaluation(error.to_string()),
        },
        other => QueryError::Evaluation(other.to_string()),
    }
}

fn pattern_of(query: &mut Query) -> &mut GraphPattern {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    pattern
}

/// A writer that stops at the limit on bytes.
struct Bounded<'a, W> {
    output: &'a mut W,
    left: usize,
}

impl<W: Write> Write for Bounded<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

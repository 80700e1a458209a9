//! `SERVICE`: what a query asks of other endpoints. A worker has no network: it asks the server,
//! which knows the endpoints that the administrator named, and gives back what they answer.
//! <https://www.w3.org/TR/sparql11-federated-query/>

use oxiri::Iri;
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use spareval::{DefaultServiceHandler, QuerySolutionIter};
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use spargebra::term::NamedNodePattern;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// How often one query may ask other endpoints.
pub const SERVICE_CALLS_MAX: usize = 16;

/// A question to another endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServiceCall {
    pub endpoint: String,
    /// A `SELECT`.
    pub query: String,
}

/// The rows that another endpoint gave, as it wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAnswer {
    pub media_type: String,
    pub text: String,
}

/// Why another endpoint gave no rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ServiceError {
    #[error("the administrator has not named {0}")]
    Unlisted(String),
    #[error("{endpoint}: {message}")]
    Failed { endpoint: String, message: String },
    #[error("other endpoints are asked more than {0} times")]
    TooOften(usize),
}

/// What becomes of a call.
pub type Served = Result<ServiceAnswer, ServiceError>;

/// Who asks other endpoints.
pub type Services =
    dyn Fn(ServiceCall) -> Pin<Box<dyn Future<Output = Served> + Send>> + Send + Sync;

/// A call on its way to the server and back, from the thread that evaluates.
pub(super) trait Ask: Send {
    fn ask(&mut self, call: &ServiceCall) -> Served;
}

/// The calls of one query: each is made once, however often the evaluation comes back to it.
pub(super) struct ServiceCalls {
    ask: Mutex<Box<dyn Ask>>,
    answers: Mutex<HashMap<ServiceCall, Served>>,
}

impl ServiceCalls {
    pub(super) fn new(ask: impl Ask + 'static) -> Self {
        Self { ask: Mutex::new(Box::new(ask)), answers: Mutex::default() }
    }

    fn answer(&self, call: ServiceCall) -> Served {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = answers.get(&call) {
            return known.clone();
        }
        if answers.len() == SERVICE_CALLS_MAX {
            return Err(ServiceError::TooOften(SERVICE_CALLS_MAX));
        }
        let served = self.ask.lock().unwrap_or_else(PoisonError::into_inner).ask(&call);
        answers.insert(call, served.clone());
        served
    }
}

impl DefaultServiceHandler for ServiceCalls {
    type Error = ServiceError;

    fn handle(
        &self,
        endpoint: &NamedNode,
        pattern: &GraphPattern,
        _: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, ServiceError> {
        let pattern = pattern.clone();
        let query = Query::Select { dataset: None, pattern, base_iri: None }.to_string();
        let call = ServiceCall { endpoint: endpoint.as_str().to_owned(), query };
        let answer = self.answer(call)?;
        // Read whole, so that a silent call hears of an error before it gave a row.
        rows(&answer).map_err(|message| ServiceError::Failed {
            endpoint: endpoint.as_str().to_owned(),
            message,
        })
    }
}

/// Has patterns that ask an endpoint which is a variable evaluated for each row that binds it: the
/// evaluator would ask before it knows whom.
/// <https://www.w3.org/TR/sparql11-federated-query/#variableService>
pub(super) fn bind_endpoints(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Join { left, right } => {
            bind_endpoints(left);
            bind_endpoints(right);
            if asks_variable(left) && !asks_variable(right) {
                std::mem::swap(left, right);
            }
            if asks_variable(right) {
                let nothing = || Box::new(GraphPattern::Bgp { patterns: Vec::new() });
                let left = std::mem::replace(left, nothing());
                let right = std::mem::replace(right, nothing());
                *pattern = GraphPattern::Lateral { left, right };
            }
        }
        GraphPattern::LeftJoin { left, right, .. }
        | GraphPattern::Union { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Minus { left, right } => {
            bind_endpoints(left);
            bind_endpoints(right);
        }
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. } => bind_endpoints(inner),
        // What an endpoint is asked is its own to plan.
        GraphPattern::Bgp { .. }
        | GraphPattern::Path { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::Service { .. } => {}
    }
}

fn asks_variable(pattern: &GraphPattern) -> bool {
    matches!(pattern, GraphPattern::Service { name: NamedNodePattern::Variable(_), .. })
}

fn rows(answer: &ServiceAnswer) -> Result<QuerySolutionIter<'static>, String> {
    let format = QueryResultsFormat::from_media_type(&answer.media_type);
    let format = format.ok_or_else(|| format!("{} is no format of rows", answer.media_type))?;
    let output = QueryResultsParser::from_format(format).for_slice(answer.text.as_bytes());
    match output.map_err(|error| error.to_string())? {
        SliceQueryResultsParserOutput::Boolean(_) => Err("a boolean, and no rows".to_owned()),
        SliceQueryResultsParserOutput::Solutions(solutions) => {
            let variables: Arc<[_]> = solutions.variables().into();
            let rows: Result<Vec<_>, _> = solutions.collect();
            let rows = rows.map_err(|error| error.to_string())?;
            Ok(QuerySolutionIter::new(variables, rows.into_iter().map(Ok)))
        }
    }
}

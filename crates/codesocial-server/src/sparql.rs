//! The SPARQL endpoint. <https://www.w3.org/TR/sparql11-protocol/>
//!
//! Queries are evaluated on threads of their own, and their answers sent while they are written;
//! updates pass the door.

use crate::body;
use crate::extract::{Who, pairs};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::RdfSyntax;
use codesocial_store::query::{self, Part, Prepared, QueryError, ResultSyntax, Unfinished};
use codesocial_store::{Agent, CommitError, Precondition, Rejection};
use futures_util::stream::{self, StreamExt as _};
use oxrdf::NamedNode;
use sparesults::QueryResultsFormat;
use spareval::CancellationToken;
use spargebra::algebra::QueryDataset;
use spargebra::{GraphUpdateOperation, Update};
use std::sync::Arc;
use std::time::Duration;

const ATTEMPTS_MAX: usize = 5;

const SOLUTIONS: &[(&str, QueryResultsFormat)] = &[
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("application/xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
];

const GRAPHS: &[(&str, RdfSyntax)] = &[
    ("text/turtle", RdfSyntax::Turtle),
    ("application/ld+json", RdfSyntax::JsonLd),
    ("application/n-triples", RdfSyntax::NTriples),
    ("application/rdf+xml", RdfSyntax::RdfXml),
];

/// What a request asks for, and of which graphs.
#[derive(Debug, Default)]
struct Operation {
    query: Option<String>,
    update: Option<String>,
    /// The dataset of a query.
    dataset: Graphs,
    /// The dataset of an update's patterns.
    using: Graphs,
}

#[derive(Debug, Default)]
struct Graphs {
    default: Vec<NamedNode>,
    named: Vec<NamedNode>,
}

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let operation = Operation::of_form(parameters.unwrap_or_default().as_bytes())
        .map_err(|error| Problem::new(&app, &ask, error))?;
    match operation.query {
        Some(text) => answer(app, ask, agent, text, operation.dataset.dataset()).await,
        None if ask.prefers(&["text/turtle", "text/html"]) == Some(1) => {
            Ok(app.pages.sparql(ask.language).into_response())
        }
        None => Err(Problem::new(&app, &ask, Refusal::Missing("query"))),
    }
}

pub(crate) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(ALLOW, "GET, HEAD, OPTIONS, POST")]).into_response()
}

pub(crate) async fn post(
    State(app): State<App>,
    Who(agent): Who,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let body = body::read(&app.config, body).await;
    let body = body.map_err(|refusal| Problem::new(&app, &ask, refusal))?;
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let malformed = |error: QueryError| refuse(error.into());
    let operation = match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => Operation::of_form(&body).map_err(malformed)?,
        direct => {
            let text = String::from_utf8(body.to_vec())
                .map_err(|_| refuse(codesocial_rdf::parse::SyntaxError::NotUtf8.into()))?;
            let parameters = parameters.unwrap_or_default();
            let mut operation = Operation::of_form(parameters.as_bytes()).map_err(malformed)?;
            match direct {
                "application/sparql-update" => operation.update = Some(text),
                // SemApps's front-ends send queries under whatever type they send data with.
                "application/sparql-query"
                | "application/ld+json"
                | "application/json"
                | "text/plain"
                | "" => operation.query = Some(text),
                _ => return Err(refuse(Refusal::MediaType)),
            }
            operation
        }
    };
    match (operation.query, operation.update) {
        (Some(text), None) => answer(app, ask, agent, text, operation.dataset.dataset()).await,
        (None, Some(text)) => update(app, ask, agent, text, operation.using.dataset()).await,
        _ => Err(refuse(Refusal::Missing("query | update"))),
    }
}

fn ask(headers: &HeaderMap, parameters: Option<&str>) -> Ask {
    let uri = format!("/sparql?{}", parameters.unwrap_or_default());
    let mut request = axum::http::Request::new(());
    *request.headers_mut() = headers.clone();
    if let Ok(uri) = uri.parse() {
        *request.uri_mut() = uri;
    }
    let (parts, ()): (Parts, ()) = request.into_parts();
    Ask::of(&parts)
}

impl Operation {
    fn of_form(form: &[u8]) -> Result<Self, QueryError> {
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
    fn dataset(self) -> Option<QueryDataset> {
        let any = !self.default.is_empty() || !self.named.is_empty();
        any.then_some(QueryDataset { default: self.default, named: Some(self.named) })
    }
}

async fn answer(
    app: App,
    ask: Ask,
    agent: Agent,
    text: String,
    dataset: Option<QueryDataset>,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let limits = app.config.sparql.limits();
    let prepared = query::prepare(&text, app.base.root().as_str(), dataset, &limits)
        .map_err(|error| refuse(error.into()))?;
    let (media_type, syntax) =
        syntax(&ask, &prepared).ok_or_else(|| refuse(Refusal::NotAcceptable))?;
    let mut parts = app
        .evaluators
        .start(prepared, app.store.state(), agent, syntax, limits)
        .await
        .map_err(|_| refuse(Rejection::Busy.into()))?;
    let body = match parts.next().await {
        Ok(Part::Last(whole)) => Body::from(whole),
        Ok(Part::More(first)) => streamed(first, parts),
        Err(Unfinished::Refused(error)) => return Err(refuse(error.into())),
        Err(Unfinished::Truncated) => return Err(refuse(Refusal::AnswerTooLarge)),
        Err(Unfinished::Lost) => return Err(refuse(Refusal::Internal)),
    };
    Ok(([(CONTENT_TYPE, media_type), (VARY, "Accept, Authorization, Cookie")], body)
        .into_response())
}

/// A body that is sent while the rest is evaluated. An answer that remains unfinished ends in an
/// error, which cuts the connection: the client must not take it for whole.
fn streamed(first: Vec<u8>, parts: query::Parts) -> Body {
    let rest = stream::unfold(Some(parts), |parts| async move {
        let mut parts = parts?;
        Some(match parts.next().await {
            Ok(Part::More(part)) => (Ok(part), Some(parts)),
            Ok(Part::Last(part)) => (Ok(part), None),
            Err(unfinished) => {
                tracing::info!(%unfinished, "an answer was cut off");
                (Err(unfinished), None)
            }
        })
    });
    Body::from_stream(stream::iter([Ok(first)]).chain(rest))
}

/// The syntax of the answer: the preferred one that suits the kind of query.
fn syntax(ask: &Ask, prepared: &Prepared) -> Option<(&'static str, ResultSyntax)> {
    if prepared.answers_with_graph() {
        let offers: Vec<&str> = GRAPHS.iter().map(|(media_type, _)| *media_type).collect();
        let (media_type, syntax) = GRAPHS[ask.prefers(&offers)?];
        return Some((media_type, ResultSyntax::Graph(syntax)));
    }
    let offers: Vec<&str> = SOLUTIONS.iter().map(|(media_type, _)| *media_type).collect();
    // A SemApps front-end asks for JSON-LD whatever the query: rows have JSON only.
    let json_ld = || ask.prefers(&["application/ld+json"]);
    let n = ask.prefers(&offers).or_else(json_ld)?;
    let (media_type, format) = SOLUTIONS[n];
    Some((media_type, ResultSyntax::Solutions(format)))
}

async fn update(
    app: App,
    ask: Ask,
    agent: Agent,
    text: String,
    using: Option<QueryDataset>,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    if agent == Agent::Anonymous {
        return Err(refuse(Rejection::Unauthenticated.into()));
    }
    let mut limits = app.config.sparql.limits();
    // Data may be large; what nests or chains may not.
    limits.text_bytes_max = app.config.body_bytes_max;
    query::check_text(&text, &limits).map_err(|error| refuse(QueryError::from(error).into()))?;
    let mut parsed = codesocial_ldp::parse_update(&text, app.base.root().as_str())
        .map_err(|rejection| refuse(rejection.into()))?;
    if let Some(dataset) = using {
        use_dataset(&mut parsed, &dataset).map_err(|error| refuse(error.into()))?;
    }
    let parsed = Arc::new(parsed);
    for _ in 0..ATTEMPTS_MAX {
        let (app, parsed, agent) = (app.clone(), parsed.clone(), agent.clone());
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        let evaluation = tokio::task::spawn_blocking({
            let app = app.clone();
            move || {
                let request = codesocial_ldp::Request {
                    agent,
                    now: (app.clock)(),
                    random: &mut app.random(),
                    precondition: Precondition::None,
                };
                codesocial_ldp::update(request, parsed, &app.store.state(), &token)
            }
        });
        let evaluated = tokio::time::timeout(Duration::from_secs(limits.seconds_max), evaluation);
        let command = match evaluated.await {
            Ok(Ok(command)) => command.map_err(|rejection| refuse(rejection.into()))?,
            Ok(Err(_)) => return Err(refuse(Refusal::Internal)),
            Err(_) => {
                cancel.cancel();
                return Err(refuse(QueryError::Timeout.into()));
            }
        };
        match app.store.commit(command).await {
            Ok(_) => return Ok(StatusCode::NO_CONTENT.into_response()),
            Err(CommitError::Rejected(Rejection::Moved)) => {}
            Err(error) => return Err(refuse(error.into())),
        }
    }
    Err(refuse(Rejection::Moved.into()))
}

/// Evaluates the patterns of an update on the dataset that the protocol gives.
fn use_dataset(update: &mut Update, dataset: &QueryDataset) -> Result<(), QueryError> {
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { using, .. } = operation
            && using.replace(dataset.clone()).is_some()
        {
            // SPARQL Protocol 2.2.3: it is an error to supply the using-graph-uri or
            // using-named-graph-uri parameters when using this protocol to convey a SPARQL 1.1
            // Update request that contains an operation that uses the USING, USING NAMED, or WITH
            // clause. https://www.w3.org/TR/sparql11-protocol/#update-dataset
            return Err(QueryError::Syntax("using-graph-uri beside USING or WITH".to_owned()));
        }
    }
    Ok(())
}

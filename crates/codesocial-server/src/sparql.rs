//! The SPARQL endpoint. <https://www.w3.org/TR/sparql11-protocol/>
//!
//! Queries run on threads of their own with a big stack, a few at a time; updates pass the door.

use crate::extract::Who;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::RdfSyntax;
use codesocial_store::query::{self, Answer, Prepared, QueryError, ResultSyntax};
use codesocial_store::{Agent, CommitError, Precondition, Rejection};
use oxrdf::NamedNode;
use sparesults::QueryResultsFormat;
use spareval::CancellationToken;
use spargebra::algebra::QueryDataset;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Evaluation recurses once per operator: the stack is sized for the limits on text.
const STACK_BYTES: usize = 64 * 1024 * 1024;
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

/// What a request asks for.
#[derive(Debug, Default)]
struct Operation {
    query: Option<String>,
    update: Option<String>,
    default_graphs: Vec<NamedNode>,
    named_graphs: Vec<NamedNode>,
}

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let operation = Operation::of_form(parameters.unwrap_or_default().as_bytes());
    match operation.query.clone() {
        Some(text) => answer(app, ask, agent, text, operation).await,
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
    body: Bytes,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let operation = match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => Operation::of_form(&body),
        direct => {
            let text = String::from_utf8(body.to_vec())
                .map_err(|_| refuse(codesocial_rdf::parse::SyntaxError::NotUtf8.into()))?;
            let mut operation = Operation::of_form(parameters.unwrap_or_default().as_bytes());
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
    match (operation.query.clone(), operation.update.clone()) {
        (Some(text), None) => answer(app, ask, agent, text, operation).await,
        (None, Some(text)) => update(app, ask, agent, text).await,
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
    fn of_form(form: &[u8]) -> Self {
        let mut operation = Self::default();
        for (name, value) in pairs(form) {
            match name.as_str() {
                "query" => operation.query = Some(value),
                "update" => operation.update = Some(value),
                "default-graph-uri" => operation.default_graphs.extend(NamedNode::new(value)),
                "named-graph-uri" => operation.named_graphs.extend(NamedNode::new(value)),
                _ => {}
            }
        }
        operation
    }

    fn dataset(self) -> Option<QueryDataset> {
        let none = self.default_graphs.is_empty() && self.named_graphs.is_empty();
        (!none).then_some(QueryDataset {
            default: self.default_graphs,
            named: Some(self.named_graphs),
        })
    }
}

/// <https://url.spec.whatwg.org/#urlencoded-parsing>
fn pairs(form: &[u8]) -> Vec<(String, String)> {
    let decode = |text: &[u8]| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        while let [first, tail @ ..] = rest {
            let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
            let escaped = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            (rest, bytes) = match (first, escaped) {
                (b'%', Some(byte)) => (&tail[2..], [bytes, vec![byte]].concat()),
                (b'+', _) => (tail, [bytes, vec![b' ']].concat()),
                (byte, _) => (tail, [bytes, vec![*byte]].concat()),
            };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decode(&pair[..end]), decode(pair.get(end + 1..).unwrap_or_default()))
        })
        .collect()
}

async fn answer(
    app: App,
    ask: Ask,
    agent: Agent,
    text: String,
    operation: Operation,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let Ok(admitted) = app.admitted.clone().try_acquire_owned() else {
        return Err(refuse(Rejection::Busy.into()));
    };
    let limits = app.config.sparql.limits();
    let base = app.base.root();
    let prepared = query::prepare(&text, base.as_str(), operation.dataset(), &limits)
        .map_err(|error| refuse(error.into()))?;
    let (media_type, syntax) =
        syntax(&ask, &prepared).ok_or_else(|| refuse(Refusal::NotAcceptable))?;
    let running = app.running.clone().acquire_owned().await;
    let cancel = CancellationToken::new();
    let (sender, receiver) = oneshot::channel();
    let (state, token) = (app.store.state(), cancel.clone());
    let thread = std::thread::Builder::new().name("query".to_owned()).stack_size(STACK_BYTES);
    let deadline = Duration::from_secs(limits.seconds_max);
    let spawned = thread.spawn(move || {
        let mut output = Vec::new();
        let outcome =
            query::evaluate(&prepared, &state, agent, syntax, &limits, &token, &mut output);
        drop((running, admitted));
        // Nobody waits any more where the deadline has passed.
        drop(sender.send(outcome.map(|answer| (answer, output))));
    });
    if spawned.is_err() {
        return Err(refuse(Rejection::Busy.into()));
    }
    let outcome = tokio::time::timeout(deadline, receiver).await;
    cancel.cancel();
    match outcome {
        Err(_) => Err(refuse(QueryError::Timeout.into())),
        Ok(Err(_)) => Err(refuse(Refusal::Internal)),
        Ok(Ok(Err(error))) => Err(refuse(error.into())),
        Ok(Ok(Ok((Answer::Truncated, _)))) => Err(refuse(Refusal::AnswerTooLarge)),
        Ok(Ok(Ok((Answer::Whole, bytes)))) => {
            Ok(([(CONTENT_TYPE, media_type), (VARY, "Accept")], bytes).into_response())
        }
    }
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

async fn update(app: App, ask: Ask, agent: Agent, text: String) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    if agent == Agent::Anonymous {
        return Err(refuse(Rejection::Unauthenticated.into()));
    }
    let mut limits = app.config.sparql.limits();
    // Data may be large; what nests or chains may not.
    limits.text_bytes_max = app.config.body_bytes_max;
    query::check_text(&text, &limits).map_err(|error| refuse(QueryError::from(error).into()))?;
    let parsed = codesocial_ldp::parse_update(&text, app.base.root().as_str())
        .map_err(|rejection| refuse(rejection.into()))?;
    let parsed = Arc::new(parsed);
    for _ in 0..ATTEMPTS_MAX {
        let (app, parsed, cancel) = (app.clone(), parsed.clone(), CancellationToken::new());
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

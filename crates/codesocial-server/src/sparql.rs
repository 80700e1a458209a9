//! The SPARQL endpoint. <https://www.w3.org/TR/sparql11-protocol/>
//!
//! Queries are evaluated in processes of their own, and their answers sent while they are written;
//! updates pass the door.

mod kept;
mod operation;
mod query;
mod services;
mod update;

mod description;
pub(crate) mod formats;
mod page;
mod saved;

pub(crate) use description::told_limits;
pub(crate) use operation::Misuse;
pub(crate) use services::services;
pub(crate) use update::{Evaluated, carry_out};

use crate::body;
use crate::extract::{Address, Who};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::parse::SyntaxError;
use codesocial_store::Agent;
use operation::{Operation, Parameters};
use saved::Saved;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const POSTED: &str =
    "application/sparql-query, application/sparql-update, application/x-www-form-urlencoded";

pub(crate) use kept::KeptAnswers;

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    address: Address,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = saved::with_syntax(ask(&headers, parameters.as_deref()));
    let limits = told_limits(&app);
    let parameters = parameters.unwrap_or_default();
    told(asked(app, ask, agent, address, &parameters).await, limits)
}

/// The answer to what an address asks, to people as a page.
async fn asked(
    app: App,
    ask: Ask,
    agent: Agent,
    address: Address,
    parameters: &str,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let operation = Parameters::default().and_form(parameters.as_bytes());
    let operation = operation.and_then(Parameters::operation);
    let saved = Saved::of(parameters).map_err(refuse)?;
    let (saved, text, dataset) = match (operation.map_err(|misuse| refuse(misuse.into()))?, saved) {
        (Operation::Update(..), _) => return Err(refuse(Misuse::UpdateByGet.into())),
        (Operation::Query(text, dataset), _) => (None, Ok(Some(text)), dataset),
        (Operation::None, None) => (None, Ok(None), None),
        (Operation::None, Some(saved)) => {
            let text = saved.text(&app.base).map(Some);
            (Some(saved), text, None)
        }
    };
    if page::is_wanted(&ask) {
        return page::answer(app, ask, agent, address, (saved, text), dataset).await;
    }
    match text.map_err(refuse)? {
        Some(text) => query::answer(app, ask, agent, address, text, dataset).await,
        None => description::answer(&app, &ask),
    }
}

pub(crate) async fn options() -> Response {
    let headers = [(ALLOW, "GET, HEAD, OPTIONS, POST"), (ACCEPT_POST, POSTED)];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub(crate) async fn post(
    State(app): State<App>,
    Who(agent): Who,
    address: Address,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let limits = told_limits(&app);
    let parameters = parameters.unwrap_or_default();
    let operation = match body::read(&app.config, body).await {
        Ok(body) => posted(&parameters, &headers, &body),
        Err(refusal) => Err(refusal),
    };
    let answer = match operation {
        Ok(Operation::Query(text, dataset)) => {
            query::answer(app, ask, agent, address, text, dataset).await
        }
        Ok(Operation::Update(text, using)) => {
            update::update(app, ask, agent, address, text, using).await
        }
        Ok(Operation::None) => Err(Problem::new(&app, &ask, Refusal::Missing("query | update"))),
        Err(refusal) => Err(Problem::new(&app, &ask, refusal)),
    };
    told(answer, limits)
}

/// The answer with the limits that hold, also where it is a refusal.
fn told(
    answer: Result<Response, Problem>,
    (name, limits): (HeaderName, HeaderValue),
) -> Result<Response, Problem> {
    let headers = HeaderMap::from_iter([
        (name.clone(), limits.clone()),
        (ACCEPT_POST, HeaderValue::from_static(POSTED)),
    ]);
    let mut response = answer.map_err(|problem| problem.with_headers(headers))?;
    response.headers_mut().insert(name, limits);
    Ok(response)
}

/// What a body asks for, with what the address adds.
fn posted(parameters: &str, headers: &HeaderMap, body: &[u8]) -> Result<Operation, Refusal> {
    let parameters = Parameters::default().and_form(parameters.as_bytes())?;
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let (essence, rest) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let text = || match String::from_utf8(body.to_vec()) {
        // SPARQL Protocol 2.1.3: "The document MUST be encoded using UTF-8".
        // https://www.w3.org/TR/sparql11-protocol/#query-via-post-direct
        Ok(_) if !is_utf_8(rest) => Err(Refusal::from(Misuse::Charset)),
        Ok(text) => Ok(text),
        Err(_) => Err(SyntaxError::NotUtf8.into()),
    };
    let parameters = match essence.trim() {
        "application/x-www-form-urlencoded" => parameters.and_form(text()?.as_bytes()),
        "application/sparql-update" => parameters.and_update(text()?),
        // SemApps's front-ends send queries under the type that they send data with.
        "application/sparql-query" | "application/ld+json" | "application/json" => {
            parameters.and_query(text()?)
        }
        _ => return Err(Refusal::MediaType),
    };
    Ok(parameters?.operation()?)
}

/// Whether the parameters of a media type name no other charset.
fn is_utf_8(parameters: &str) -> bool {
    let mut charsets = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().strip_prefix("charset="))
        .map(|charset| charset.trim_matches('"'));
    charsets.all(|charset| matches!(charset, "utf-8" | "utf8" | "us-ascii"))
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

//! The SPARQL endpoint. <https://www.w3.org/TR/sparql11-protocol/>
//!
//! Queries are evaluated in processes of their own, and their answers sent while they are written;
//! updates pass the door.

mod operation;
mod query;
mod update;

use crate::body;
use crate::extract::{Address, Who};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_store::query::QueryError;
use operation::Operation;

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    address: Address,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = ask(&headers, parameters.as_deref());
    let operation = Operation::of_form(parameters.unwrap_or_default().as_bytes())
        .map_err(|error| Problem::new(&app, &ask, error))?;
    match operation.query {
        Some(text) => {
            query::answer(app, ask, agent, address, text, operation.dataset.dataset()).await
        }
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
    address: Address,
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
        (Some(text), None) => {
            query::answer(app, ask, agent, address, text, operation.dataset.dataset()).await
        }
        (None, Some(text)) => {
            update::update(app, ask, agent, text, operation.using.dataset()).await
        }
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

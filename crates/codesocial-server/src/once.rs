//! Writes that come with `Idempotency-Key`: who did not hear the answer asks again, and hears it
//! without anything being done twice.
//! <https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header>
//!
//! Invariant: a key is its agent's own, and stands for one request, body included.

use crate::body;
use crate::extract::Who;
use crate::problem::{Problem, Refusal};
use crate::state::App;
use crate::{graph_store, ldp, sparql};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::handler::Handler;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_store::{Agent, Asked, Hash, KeptAnswer};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key that is taken.
const KEY_BYTES_MAX: usize = 255;

/// A request on a resource.
pub(crate) async fn resource(State(app): State<App>, request: Request) -> Response {
    once(ldp::dispatch, app, request).await
}

/// A request to the SPARQL endpoint.
pub(crate) async fn sparql(State(app): State<App>, request: Request) -> Response {
    once(sparql::post, app, request).await
}

/// A request on a graph.
pub(crate) async fn graph(State(app): State<App>, request: Request) -> Response {
    once(graph_store::dispatch, app, request).await
}

/// The answer to a request, which for a write with a key may be that of the first of its kind.
async fn once<T>(answer: impl Handler<T, App>, app: App, request: Request) -> Response {
    let is_write =
        matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    if !is_write || !request.headers().contains_key(KEY) {
        return answer.call(request, app).await;
    }
    let (mut parts, body) = request.into_parts();
    match known(&app, &mut parts, body).await {
        Ok(Known { key: None, body }) => {
            answer.call(Request::from_parts(parts, body.into()), app).await
        }
        Ok(Known { key: Some(key), body }) => {
            let answer = answer.call(Request::from_parts(parts, body.into()), app.clone());
            // Of its own: a client that goes away takes neither the write nor its answer along.
            let kept = tokio::spawn(async move { keep(&app, key, answer.await).await }).await;
            kept.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Err(told) => told,
    }
}

/// A request that is to be carried out.
struct Known {
    /// By what its answer is kept; none for who has no name.
    key: Option<Hash>,
    body: Bytes,
}

/// Looks a request up, or the answer that ends it.
async fn known(app: &App, parts: &mut Parts, body: Body) -> Result<Known, Response> {
    let who = Who::from_request_parts(parts, app).await;
    let who = who.map_err(Problem::into_response)?;
    let refused = |refusal: Refusal| Problem::from_parts(app, parts, refusal).into_response();
    let body = body::read(&app.config, body).await.map_err(refused)?;
    let given = parts.headers.get(KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if given.is_empty() || given.len() > KEY_BYTES_MAX {
        return Err(refused(Refusal::IdempotencyKey));
    }
    let Some(name) = name(&who.0) else { return Ok(Known { key: None, body }) };
    let key = digest(&[name.as_bytes(), given]);
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let target = parts.uri.to_string();
    let asked = digest(&[parts.method.as_str().as_bytes(), target.as_bytes(), kind, &body]);
    let asked = app.store.side().ask(key, asked, (app.clock)()).await;
    match asked.map_err(|error| refused(error.into()))? {
        Asked::First => {
            // Found out once: a proof of possession is good for one look.
            parts.extensions.insert(who);
            Ok(Known { key: Some(key), body })
        }
        Asked::Answered(answer) => Err(given_again(answer)),
        Asked::Unanswered => Err(refused(Refusal::Unanswered)),
        Asked::Otherwise => Err(refused(Refusal::OtherRequest)),
    }
}

/// By what an agent's keys are told from those of others.
fn name(agent: &Agent) -> Option<String> {
    match agent {
        Agent::Person(person) => Some(person.webid.as_str().to_owned()),
        Agent::Administrator(id) => Some(id.to_string()),
        Agent::Anonymous | Agent::Server => None,
    }
}

/// Each part after its length, so that no two sequences give the same bytes.
fn digest(parts: &[&[u8]]) -> Hash {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Keeps an answer before it is sent, unless trying again may help.
async fn keep(app: &App, key: Hash, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = parts.status;
    let may_help = status.is_server_error()
        || [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    let kept = if may_help {
        app.store.side().forget(key).await
    } else {
        let headers = written(&parts.headers);
        let answer = KeptAnswer { status: status.as_u16(), headers, body: body.to_vec() };
        app.store.side().keep_answer(key, answer).await
    };
    if let Err(error) = kept {
        tracing::error!(%error, "an answer could not be kept");
    }
    Response::from_parts(parts, body.into())
}

fn written(headers: &HeaderMap) -> Vec<u8> {
    let lines = headers
        .iter()
        .map(|(name, value)| [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat());
    lines.collect::<Vec<_>>().concat()
}

fn given_again(answer: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for line in answer.headers.split(|byte| *byte == b'\n') {
        let Some(at) = line.windows(2).position(|pair| pair == b": ") else { continue };
        let name = HeaderName::from_bytes(&line[..at]);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&line[at + 2..])) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

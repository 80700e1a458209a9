//! The table of contents: every address and what answers it.

use crate::auth::oauth;
use crate::cors::{self, Preflight};
use crate::problem::{Problem, Refusal};
use crate::state::App;
use crate::{
    auth, body, context, export, federation, health, metrics, once, openapi, pages, policy,
    quality, routes, search, semapps, shapes, snapshot, sparql,
};
use axum::Router;
use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{HeaderName, HeaderValue, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route(routes::HEALTHZ, get(health::healthz))
        .route(routes::READYZ, get(health::readyz))
        .route(routes::METRICS, get(metrics::get))
        .route(routes::LDP_CONTEXT, get(context::ldp))
        .route(routes::V1_CONTEXT, get(context::v1))
        .route(routes::JWKS, get(auth::jwks))
        .route(routes::OPENID_CONFIGURATION, get(oauth::metadata::get))
        .route(routes::OAUTH_METADATA, get(oauth::metadata::get))
        .route(routes::OAUTH_AUTHORIZE, get(oauth::authorize::get).post(oauth::authorize::post))
        .route(routes::OAUTH_TOKEN, post(oauth::token::post))
        .route(routes::OAUTH_REVOKE, post(oauth::revoke::post))
        .route(routes::OAUTH_REGISTER, post(oauth::client::register))
        .route(routes::OAUTH_USERINFO, get(oauth::userinfo::get).post(oauth::userinfo::get))
        .route(routes::ASSET, get(pages::asset))
        .route(routes::OPENAPI, get(openapi::get))
        .route(routes::SEARCH, get(search::get))
        .route(routes::SHAPES, get(shapes::get))
        .route(routes::QUALITY, get(quality::get))
        .route(routes::EXPORTS, get(export::index))
        .route(routes::EXPORT, get(export::get))
        .route(routes::SPARQL, get(sparql::get).post(once::sparql).options(sparql::options))
        .route(routes::GRAPHS, any(once::graph))
        .route(routes::GRAPH, any(once::graph))
        .route(routes::VERSION, any(snapshot::get))
        .merge(federation::router())
        .merge(semapps::router())
        .merge(auth::router())
        .fallback(once::resource)
        // One layer of two: the router allocates for each layer of each request.
        .layer((from_fn_with_state(app.clone(), answered), CatchPanicLayer::new()))
        .with_state(app)
}

/// What all answers have in common: an id, which their log lines have too, what browsers are told,
/// and that they are counted.
async fn answered(
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
    next: Next,
) -> Response {
    let (began, method) = ((app.clock)(), request.method().clone());
    let _open = metrics::Open::of(&app);
    let preflight = Preflight::of(&request);
    let id = app.opaque_id().to_string();
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let mut response = if has_one_host(&request) {
        next.run(body::judged(request)).instrument(span.clone()).await
    } else {
        Problem::from_parts(&app, &request.into_parts().0, Refusal::Host).into_response()
    };
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    let micros = metrics::micros_since(began, (app.clock)());
    app.metrics.answered(&method, response.status(), micros);
    policy::limit(&mut response);
    cors::allow(&mut response, preflight);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// RFC 9112 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request
/// message that lacks a Host header field and to any request message that contains more than one".
/// <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
fn has_one_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let first = hosts.next().is_some() || request.version() != Version::HTTP_11;
    first && hosts.next().is_none()
}

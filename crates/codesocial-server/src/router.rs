//! The table of contents: every address and what answers it.

use crate::cors::{self, Preflight};
use crate::state::App;
use crate::{
    context, export, health, ldp, metrics, pages, policy, quality, routes, search, shapes,
    snapshot, sparql,
};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
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
        .route(routes::ASSET, get(pages::asset))
        .route(routes::SEARCH, get(search::get))
        .route(routes::SHAPES, get(shapes::get))
        .route(routes::QUALITY, get(quality::get))
        .route(routes::EXPORTS, get(export::index))
        .route(routes::EXPORT, get(export::get))
        .route(routes::SPARQL, get(sparql::get).post(sparql::post).options(sparql::options))
        .route(routes::VERSION, any(snapshot::get))
        .fallback(ldp::dispatch)
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
    let mut response = next.run(request).instrument(span.clone()).await;
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

//! `GET {codesocial}/versions/{x.y.z}.nq`: a version as the bytes that its digest is of.

use crate::extract::{Conditions, EntityTag};
use crate::ldp;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_store::{Etag, hex};
use sha2::{Digest, Sha256};

/// What was published stays as it is.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The snapshot of that address, or else the document of that address.
pub(crate) async fn get(State(app): State<App>, request: Request) -> Response {
    let asked = [Method::GET, Method::HEAD].contains(request.method());
    let iri = app.iri(request.uri().path());
    let canonical =
        asked.then(|| codesocial_registry::snapshot(&app.store.state(), iri.as_ref())).flatten();
    let Some(canonical) = canonical else {
        return ldp::dispatch(State(app), request).await;
    };
    let digest = Etag(hex(&Sha256::digest(canonical.as_bytes())));
    let tag = EntityTag::new(&digest, "nq");
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    if let Ok(value) = HeaderValue::from_str(tag.as_str()) {
        headers.insert(ETAG, value);
    }
    if Conditions::of(request.headers()).not_modified(&tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/n-quads"));
    (headers, canonical).into_response()
}

//! The JSON-LD contexts, for whoever reads our answers.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use codesocial_rdf::context::{LDP, V1};

type Context = ([(HeaderName, &'static str); 2], &'static str);

/// The context of LDP answers, which may grow.
pub(crate) async fn ldp() -> Context {
    context("public, max-age=25, s-maxage=10", LDP)
}

/// The context of exports, which never changes.
pub(crate) async fn v1() -> Context {
    context("public, max-age=31536000, immutable", V1)
}

fn context(cache: &'static str, text: &'static str) -> Context {
    ([(CONTENT_TYPE, "application/ld+json"), (CACHE_CONTROL, cache)], text)
}

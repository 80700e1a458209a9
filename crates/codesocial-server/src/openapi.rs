//! `GET /openapi.json`: the addresses that are not resources, described for programs.
//! <https://spec.openapis.org/oas/v3.1.1.html>

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};

const DOCUMENT: &str = include_str!("../openapi.json");

pub(crate) async fn get() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT)
}

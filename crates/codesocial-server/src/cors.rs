//! Cross-origin requests: any page on the web may read, and write with a token of its own.
//! Cookies are never asked for, and carry no rights where another origin writes: no origin is told
//! apart.
//! <https://fetch.spec.whatwg.org/#http-cors-protocol>

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;

/// What a page's script may see of an answer.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "accept-patch, accept-post, accept-ranges, allow, content-disposition, content-location, \
     content-range, content-type, etag, link, location, preference-applied, retry-after, sparql-limits, vary, wac-allow, x-request-id",
);
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("86400");

/// Adds what a browser asks for to any answer. A preflight is an `OPTIONS` like any other, whose
/// own answer stays: LDP clients read `Allow` there. <https://www.w3.org/TR/ldp/#ldpr-HTTP_OPTIONS>
pub(crate) fn allow(response: &mut Response, Preflight { method, names }: Preflight) {
    if method.is_some() && !response.status().is_success() {
        // A browser sends the request itself only after a success.
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.body_mut() = axum::body::Body::empty();
    }
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    if let Some(method) = method {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        if let Some(names) = names {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        let varied = [ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS];
        headers.extend(varied.map(|name| (VARY, HeaderValue::from(name))));
    }
}

/// The method and the header names that a preflight asks for.
pub(crate) struct Preflight {
    method: Option<HeaderValue>,
    names: Option<HeaderValue>,
}

impl Preflight {
    pub(crate) fn of(request: &Request) -> Self {
        let is_options = request.method() == Method::OPTIONS;
        let asked = |name| request.headers().get(name).filter(|_| is_options).cloned();
        Self {
            method: asked(ACCESS_CONTROL_REQUEST_METHOD),
            names: asked(ACCESS_CONTROL_REQUEST_HEADERS),
        }
    }
}

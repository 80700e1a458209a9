//! What a browser may do with our pages: run and show what we serve, and no more.

use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

/// No script and no style stands in a page itself. <https://www.w3.org/TR/CSP3/>
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The policy of a page whose form sends the person on to another place.
pub(crate) fn sending_to(source: &str) -> String {
    POLICY.replace("form-action 'self'", &format!("form-action 'self' {source}"))
}

pub(crate) fn limit(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    if is_page {
        // A page that somebody uploaded has a stricter one, and one about a program names it.
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
}

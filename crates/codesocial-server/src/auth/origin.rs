//! Whose page made a request, as browsers tell it: one that changes something is to be made by our
//! own, as the cookie comes with forms of others too.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};
use codesocial_rdf::Base;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a method promises to change nothing.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1>
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a browser says that one of our pages made the request. One that says nothing is refused:
/// programs hold tokens, and no cookies.
///
/// W3C Fetch Metadata 2.4: "same-origin" is told where "the request's initiator and the target are
/// same origin". <https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>
pub(crate) fn is_ours(base: &Base, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = text(&ORIGIN) else { return false };
    // The address in the browser may be another than the base, as on a loopback.
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    origin == origin_of(base) || authority.is_some() && authority == text(&HOST)
}

/// The origin of the script or form that made a request. An opaque one is nobody's in particular.
/// <https://fetch.spec.whatwg.org/#origin-header>
pub(super) fn told(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(ORIGIN)?.to_str().ok()?;
    (origin != "null").then(|| origin.to_owned())
}

/// The origin of the instance's own pages.
pub(crate) fn origin_of(base: &Base) -> &str {
    let base = base.as_str();
    let start = base.find("://").map_or(0, |at| at + 3);
    base[start..].find('/').map_or(base, |end| &base[..start + end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[track_caller]
    fn check(lines: &[(&'static str, &'static str)], expected: bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let base = Base::parse("https://a.example/registry/").unwrap();
        assert_eq!(is_ours(&base, &headers), expected, "{lines:?}");
    }

    #[test]
    fn only_what_our_own_pages_send_counts() {
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("sec-fetch-site", "cross-site"), ("origin", "https://a.example")], false);
        check(&[("origin", "https://a.example")], true);
        check(&[("origin", "https://a.example.evil.example")], false);
        check(&[("origin", "https://b.a.example")], false);
        check(&[("origin", "http://a.example")], false);
        check(&[("origin", "https://a.example:8443")], false);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true);
        check(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "null"), ("host", "null")], false);
        check(&[("origin", "null")], false);
        check(&[], false);
    }
}

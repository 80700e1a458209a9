//! What a signature may be about, beside headers: parts of a request that have a name.
//! <https://www.rfc-editor.org/rfc/rfc9421#section-2.2>

use crate::{Fault, Request};
use http::HeaderName;
use std::fmt::Write as _;

/// The value of a derived component, which has no parameter.
pub(crate) fn derived(request: &Request<'_>, name: &str) -> Option<String> {
    let Request { method, scheme, authority, target, .. } = request;
    match name {
        "@method" => Some(method.as_str().to_owned()),
        "@target-uri" => Some(format!("{scheme}://{authority}{target}")),
        "@authority" => Some((*authority).to_owned()),
        "@scheme" => Some((*scheme).to_owned()),
        "@request-target" => Some((*target).to_owned()),
        "@path" => Some(request.path().to_owned()),
        // "If the query string is absent from the request message, the component value is the
        // leading ? character alone". https://www.rfc-editor.org/rfc/rfc9421#section-2.2.7
        "@query" => Some(format!("?{}", request.query().unwrap_or_default())),
        _ => None,
    }
}

/// The value of the one parameter of the query that has this name.
/// <https://www.rfc-editor.org/rfc/rfc9421#section-2.2.8>
pub(crate) fn query_parameter(request: &Request<'_>, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(request.query()?.as_bytes());
    let mut values =
        pairs.filter(|(own, _)| encoded(own) == name).map(|(_, value)| encoded(&value));
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// "the application/x-www-form-urlencoded percent-encode set", without a plus for a space.
/// <https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set>
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a text grows");
        }
    }
    encoded
}

/// The value of a header, over all its lines.
pub(crate) fn header(request: &Request<'_>, name: &str) -> Result<Vec<u8>, Fault> {
    let absent = || Fault::Component(name.to_owned());
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| absent())?;
    request.header(&header).ok_or_else(absent)
}

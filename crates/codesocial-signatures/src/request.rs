//! A request as its signature sees it.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, Method};

/// The head of a request.
///
/// Where it goes is for who verifies to say, not for `Host`: a signature that was made for another
/// server is good there only.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a Method,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The host, and the port where it is not that of the scheme.
    pub authority: &'a str,
    /// Path and query, as they are sent.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
}

impl<'a> Request<'a> {
    pub(crate) fn path(&self) -> &'a str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    pub(crate) fn query(&self) -> Option<&'a str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// All lines of a header in one, as both forms of signatures read them; none where there is
    /// no such header.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<Vec<u8>> {
        if *name == http::header::HOST {
            return Some(self.authority.as_bytes().to_vec());
        }
        let lines = self.headers.get_all(name).into_iter();
        let lines: Vec<&[u8]> = lines.map(|line| line.as_bytes().trim_ascii()).collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }

    /// Whether a body comes along, as the head tells it.
    /// <https://www.rfc-editor.org/rfc/rfc9112#section-6.3>
    pub(crate) fn has_body(&self) -> bool {
        let length = self.headers.get(CONTENT_LENGTH);
        length.is_some_and(|length| length != "0") || self.headers.contains_key(TRANSFER_ENCODING)
    }
}

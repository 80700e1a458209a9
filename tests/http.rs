//! A blocking HTTP client for tests: one connection for each request, and no opinion.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// What an automated administrator presents.
pub const TOKEN: &str = "the-token-of-the-tests";

/// A request in the making.
#[must_use]
#[derive(Debug)]
pub struct Request {
    address: String,
    method: &'static str,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// An answer, read to its end.
#[derive(Clone)]
pub struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
    /// The body as it came, which need not be text.
    pub bytes: Vec<u8>,
}

impl Request {
    pub fn new(address: &str, method: &'static str, path: &str) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        Self { address, method, path, headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        self.header_bytes(name, value.as_bytes())
    }

    /// Headers are bytes, and some clients send more than ASCII.
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    pub fn accept(self, value: &str) -> Self {
        self.header("Accept", value)
    }

    /// Speaks as the administrator.
    pub fn admin(self) -> Self {
        self.bearer(TOKEN)
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.untyped(body).header("Content-Type", content_type)
    }

    /// A body without a word on what it is.
    pub fn untyped(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn turtle(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("text/turtle", body)
    }

    /// The answer, where the server lives.
    #[track_caller]
    pub fn send(self) -> Response {
        let told = format!("{} {}", self.method, self.path);
        self.try_send().unwrap_or_else(|error| unreachable!("{told}: {error}"))
    }

    #[track_caller]
    pub fn status(self) -> u16 {
        self.send().status
    }

    /// The whole answer, or an error where the connection broke before its end.
    pub fn try_send(self) -> io::Result<Response> {
        let mut stream = TcpStream::connect(&self.address)?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        head.extend_from_slice(b"Host: somewhere.else.example\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        // A server may refuse before it has read everything: its answer counts.
        let sent = stream.write_all(&head).and_then(|()| stream.write_all(&self.body));
        let mut bytes = Vec::new();
        let received = stream.read_to_end(&mut bytes);
        match Response::parse(&bytes, self.method == "HEAD") {
            Some(response) => Ok(response),
            None => sent
                .and(received.map(drop))
                .and(Err(io::Error::new(io::ErrorKind::UnexpectedEof, "half an answer"))),
        }
    }
}

impl Response {
    fn parse(bytes: &[u8], head_only: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let rest = &bytes[end + 4..];
        let mut response = Self { status, headers, body: String::new(), bytes: Vec::new() };
        let body = if response.header("transfer-encoding") == "chunked" && !head_only {
            unchunked(rest)?
        } else {
            let promised = response.header("content-length").parse().unwrap_or(0);
            (head_only || rest.len() == promised).then(|| rest.to_vec())?
        };
        response.body = String::from_utf8_lossy(&body).into_owned();
        response.bytes = body;
        Some(response)
    }

    /// A header, or the empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// All values of a header that may stand several times.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether a `Link` header says that.
    pub fn links(&self, target: &str, relation: &str) -> bool {
        let wanted = format!("<{target}>; rel=\"{relation}\"");
        self.headers("link").any(|link| link == wanted)
    }

    /// The path of the `Location`, under the base that the tests use.
    #[track_caller]
    pub fn location(&self) -> String {
        let path = self.header("location").strip_prefix(crate::server::BASE);
        format!("/{}", path.unwrap_or_else(|| unreachable!("no location under the base: {self:?}")))
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| unreachable!("{error}: {self:?}"))
    }

    /// Fails with the whole answer where the status is another.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// The content of chunks, if the last one came.
/// <https://www.rfc-editor.org/rfc/rfc9112#section-7.1>
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", self.body)
    }
}

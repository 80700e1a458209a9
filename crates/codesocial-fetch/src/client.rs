//! One question to another server, and its answer.
//!
//! Invariant: each connection is made for one request, to an address that the guard admitted just
//! before. No proxy is asked, no cookie kept, no redirect followed but by the rules below.

use crate::guard::{Guard, Origin, Refused, Resolver};
use crate::limits::Limits;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap,
    HeaderValue, LOCATION, USER_AGENT,
};
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Position, Url};

/// A client; clones share its limits.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    guard: Guard,
    limits: Limits,
    resolver: Resolver,
    running: Semaphore,
    /// Made at the first need: reading the system's certificates takes a while.
    tls: OnceLock<Arc<ClientConfig>>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    url: &'a str,
    method: Method,
    /// The media types that the asker understands; an answer of another is refused.
    accept: &'a [&'a str],
    authorization: Option<HeaderValue>,
    /// What else is sent, to this address and no other.
    signature: HeaderMap,
    body: Option<(&'static str, Bytes)>,
}

impl<'a> Request<'a> {
    pub fn get(url: &'a str, accept: &'a [&'a str]) -> Self {
        Self::new(url, Method::GET, accept)
    }

    fn new(url: &'a str, method: Method, accept: &'a [&'a str]) -> Self {
        let signature = HeaderMap::new();
        Self { url, method, accept, authorization: None, signature, body: None }
    }

    /// Sends a body of a media type. Its answer may not be a redirect, and is not read where no
    /// media type is asked for.
    pub fn post(
        url: &'a str,
        media_type: &'static str,
        body: impl Into<Bytes>,
        accept: &'a [&'a str],
    ) -> Self {
        Self { body: Some((media_type, body.into())), ..Self::new(url, Method::POST, accept) }
    }

    /// Shows who asks, to this origin and no other.
    pub fn authorized(self, authorization: HeaderValue) -> Self {
        Self { authorization: Some(authorization), ..self }
    }

    /// Sends the headers of a signature, which is good for this address alone.
    pub fn signed(self, signature: HeaderMap) -> Self {
        Self { signature, ..self }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where the answer was found, after a redirect.
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("{host} cannot be reached: {error}")]
    Connect { host: String, error: std::io::Error },
    #[error("{host} cannot prove who it is: {error}")]
    Tls { host: String, error: std::io::Error },
    #[error("no connection after {0:?}")]
    ConnectTime(Duration),
    #[error("no whole answer after {0:?}")]
    WholeTime(Duration),
    #[error("the answer is no HTTP: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the answer is packed more than {0} times")]
    Ratio(usize),
    #[error("the answer is encoded as «{0}», which was not asked for, or badly")]
    Encoding(String),
    #[error("the answer is «{0}», which was not asked for")]
    MediaType(String),
    #[error("the answer is one more redirect")]
    Redirects,
    #[error("the answer redirects to «{0}», with another scheme")]
    RedirectScheme(String),
    #[error("the answer redirects what was posted")]
    RedirectPost,
    #[error("the client is closed")]
    Closed,
}

/// What moves the bytes of one connection, and ends when it is dropped.
type Driven = JoinSet<Result<(), hyper::Error>>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Client {
    pub fn new(guard: Guard, limits: Limits, resolver: Resolver) -> Self {
        let running = Semaphore::new(limits.running_max);
        Self(Arc::new(Shared { guard, limits, resolver, running, tls: OnceLock::new() }))
    }

    /// Asks, and reads the answer whole.
    pub async fn send(&self, request: Request<'_>) -> Result<Answer, FetchError> {
        let whole = self.0.limits.whole;
        let answered = timeout(whole, async {
            let _place = self.0.running.acquire().await.map_err(|_| FetchError::Closed)?;
            self.follow(request).await
        });
        answered.await.unwrap_or(Err(FetchError::WholeTime(whole)))
    }

    async fn follow(&self, mut request: Request<'_>) -> Result<Answer, FetchError> {
        let mut url = self.0.guard.parse(request.url)?;
        for _ in 0..=self.0.limits.redirects_max {
            let (response, _driven) = self.ask(&url, &request).await?;
            let Some(target) = redirect(&url, &request, &response)? else {
                return self.read(url, &request, response).await;
            };
            let next = self.0.guard.parse(&target)?;
            if next.scheme() != url.scheme() {
                return Err(FetchError::RedirectScheme(target));
            }
            if Origin::of(&next) != Origin::of(&url) {
                request.authorization = None;
            }
            request.signature.clear();
            url = next;
        }
        Err(FetchError::Redirects)
    }

    async fn ask(
        &self,
        url: &Url,
        request: &Request<'_>,
    ) -> Result<(Response<Incoming>, Driven), FetchError> {
        let limit = self.0.limits.connect;
        let stream = timeout(limit, self.connect(url))
            .await
            .unwrap_or(Err(FetchError::ConnectTime(limit)))?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(self.0.limits.head_bytes_max)
            .handshake(TokioIo::new(stream))
            .await?;
        let mut driven = JoinSet::new();
        driven.spawn(connection);
        Ok((sender.send_request(message(url, request)).await?, driven))
    }

    async fn connect(&self, url: &Url) -> Result<Box<dyn Stream>, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let addresses = self.0.guard.resolve(url, &self.0.resolver).await?;
        let sockets: Vec<SocketAddr> =
            addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        let tcp = TcpStream::connect(&*sockets)
            .await
            .map_err(|error| FetchError::Connect { host: host.clone(), error })?;
        if url.scheme() == "http" {
            return Ok(Box::new(tcp));
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(bare).map_err(|_| Refused::Malformed(host.clone()))?;
        let connector = TlsConnector::from(self.tls());
        let tls = connector.connect(name, tcp).await;
        Ok(Box::new(tls.map_err(|error| FetchError::Tls { host, error })?))
    }

    /// TLS as the system trusts it.
    fn tls(&self) -> Arc<ClientConfig> {
        let made = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring has ciphers for the versions of TLS")
                .with_root_certificates(roots)
                .with_no_client_auth();
            Arc::new(config)
        };
        self.0.tls.get_or_init(made).clone()
    }

    async fn read(
        &self,
        url: Url,
        request: &Request<'_>,
        response: Response<Incoming>,
    ) -> Result<Answer, FetchError> {
        let (head, mut incoming) = response.into_parts();
        if request.accept.is_empty() {
            let (status, headers, body) = (head.status, head.headers, Bytes::new());
            return Ok(Answer { url, status, headers, body });
        }
        let found = text(&head.headers, CONTENT_TYPE);
        let essence = found.split(';').next().unwrap_or_default().trim();
        let is_asked_for = request.accept.iter().any(|own| own.eq_ignore_ascii_case(essence));
        if head.status.is_success() && !is_asked_for {
            return Err(FetchError::MediaType(found.to_owned()));
        }
        let bytes_max = self.0.limits.body_bytes_max;
        let mut body = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            if body.len() + data.len() > bytes_max {
                return Err(FetchError::TooLong(bytes_max));
            }
            body.extend_from_slice(&data);
        }
        let body = self.unpacked(text(&head.headers, CONTENT_ENCODING), body)?;
        Ok(Answer { url, status: head.status, headers: head.headers, body })
    }

    /// A body without its encoding.
    fn unpacked(&self, encoding: &str, body: Vec<u8>) -> Result<Bytes, FetchError> {
        match encoding {
            "" | "identity" => return Ok(body.into()),
            "gzip" | "x-gzip" => {}
            other => return Err(FetchError::Encoding(other.to_owned())),
        }
        let Limits { body_bytes_max, ratio_max, .. } = self.0.limits;
        let longest = body_bytes_max.min(body.len().saturating_mul(ratio_max));
        let mut unpacked = Vec::new();
        // One byte more than may be: nothing beyond it is ever unpacked.
        GzDecoder::new(&*body)
            .take(longest as u64 + 1)
            .read_to_end(&mut unpacked)
            .map_err(|error| FetchError::Encoding(format!("{encoding}: {error}")))?;
        if unpacked.len() <= longest {
            return Ok(unpacked.into());
        }
        Err(match longest == body_bytes_max {
            true => FetchError::TooLong(body_bytes_max),
            false => FetchError::Ratio(ratio_max),
        })
    }
}

/// The request as it is sent.
fn message(url: &Url, request: &Request<'_>) -> hyper::Request<Full<Bytes>> {
    let (media_type, body) = request.body.clone().unzip();
    let mut message = hyper::Request::new(Full::new(body.unwrap_or_default()));
    *message.method_mut() = request.method.clone();
    let target = &url[Position::BeforePath..Position::AfterQuery];
    *message.uri_mut() = target.parse().unwrap_or_default();
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let accept = request.accept.join(", ");
    let headers = message.headers_mut();
    let accept = (!accept.is_empty()).then_some((ACCEPT, &*accept));
    let texts = [Some((HOST, host)), accept, Some((ACCEPT_ENCODING, "gzip"))].into_iter().flatten();
    for (name, value) in texts.chain(media_type.map(|own| (CONTENT_TYPE, own))) {
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    }
    headers.insert(USER_AGENT, HeaderValue::from_static("codesocial"));
    headers.extend(request.authorization.clone().map(|value| (AUTHORIZATION, value)));
    headers.extend(request.signature.clone());
    message
}

/// Where an answer redirects to, if it does.
fn redirect(
    url: &Url,
    request: &Request<'_>,
    response: &Response<Incoming>,
) -> Result<Option<String>, FetchError> {
    let location = text(response.headers(), LOCATION);
    let status = response.status();
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) || location.is_empty() {
        return Ok(None);
    }
    if request.method != Method::GET {
        return Err(FetchError::RedirectPost);
    }
    let target = url.join(location).map_err(|_| Refused::Malformed(location.to_owned()))?;
    Ok(Some(target.into()))
}

fn text(headers: &HeaderMap, name: hyper::header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

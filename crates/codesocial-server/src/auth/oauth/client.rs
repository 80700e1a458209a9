//! Programs that act for people: those that registered themselves, and those whose own address
//! says who they are.
//! [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [Client ID documents](https://solidproject.org/TR/oidc#clientids-document)
//!
//! Invariant: a person is sent back to an address that the program gave beforehand, to the letter.
//! Programs keep no secret here: each proves with PKCE that it is the one that began.

use super::error::OAuthError;
use crate::body;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use codesocial_fetch::Url;
use serde::Deserialize;
use serde_json::{Value, json};

const REDIRECTS_MAX: usize = 16;
const ADDRESS_BYTES_MAX: usize = 2_000;
const NAME_CHARS_MAX: usize = 100;
/// How a document that says who a program is may be written.
const DOCUMENT: &[&str] = &["application/json", "application/ld+json"];

/// A program that asks to act for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// What it calls itself, which nobody vouches for.
    pub(crate) name: Option<String>,
    redirects: Vec<String>,
}

/// What a program says of itself, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Metadata {
    client_id: Option<String>,
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
}

/// Why a program is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("it is not registered")]
    Unknown,
    #[error("its document: {0}")]
    Document(String),
    /// Ours.
    #[error(transparent)]
    Side(#[from] codesocial_store::SideError),
}

impl Client {
    /// The program of that name: an address is asked who it is, any other name is looked up.
    pub(crate) async fn find(app: &App, id: &str) -> Result<Self, ClientError> {
        let metadata = if id.starts_with("https://") || id.starts_with("http://") {
            fetched(app, id).await?
        } else {
            let text = app.store.side().registered_client(id).await?.ok_or(ClientError::Unknown)?;
            serde_json::from_str(&text).map_err(|_| ClientError::Unknown)?
        };
        Ok(Self {
            id: id.to_owned(),
            name: metadata.client_name.filter(|name| !name.trim().is_empty()),
            redirects: metadata.redirect_uris,
        })
    }

    /// Whether a person may be sent back there. A program on the person's own machine listens on
    /// whatever port it gets. <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
    pub(crate) fn allows(&self, redirect: &str) -> bool {
        self.redirects.iter().any(|own| own == redirect || loopback(own, redirect))
    }

    /// The address to which a request that names none goes back, where there is no choice.
    pub(crate) fn only_redirect(&self) -> Option<&str> {
        match self.redirects.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// Whether two addresses on this machine, by number, differ in their ports only.
fn loopback(own: &str, other: &str) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
        (url.scheme() == "http" && is_loopback && url.as_str() == text).then_some(())?;
        url.set_port(None).ok()?;
        Some(url)
    };
    without_port(own).is_some_and(|own| without_port(other) == Some(own))
}

/// What the document at the program's own address says.
async fn fetched(app: &App, id: &str) -> Result<Metadata, ClientError> {
    let document = |text: &str| ClientError::Document(text.to_owned());
    let answer = app.fetch.send(codesocial_fetch::Request::get(id, DOCUMENT)).await;
    let answer = answer.map_err(|error| ClientError::Document(error.to_string()))?;
    if !answer.status.is_success() {
        return Err(ClientError::Document(format!("the answer is {}", answer.status)));
    }
    let metadata: Metadata =
        serde_json::from_slice(&answer.body).map_err(|_| document("it does not say who it is"))?;
    // "The client_id in the document MUST be identical to the URL."
    // https://solidproject.org/TR/oidc#clientids-document
    if metadata.client_id.as_deref() != Some(id) {
        return Err(document("it is of another program"));
    }
    metadata.check().map_err(|_| document("it does not name where people are sent back to"))?;
    Ok(metadata)
}

impl Metadata {
    fn check(&self) -> Result<(), OAuthError> {
        if self.redirect_uris.is_empty() || self.redirect_uris.len() > REDIRECTS_MAX {
            let told = format!("redirect_uris names one to {REDIRECTS_MAX} addresses");
            return Err(OAuthError::InvalidRedirect(told));
        }
        for redirect in &self.redirect_uris {
            check_redirect(redirect).map_err(|problem| {
                OAuthError::InvalidRedirect(format!("«{redirect}» {problem}"))
            })?;
        }
        let asks = |types: &Option<Vec<String>>, word| {
            types.as_ref().is_none_or(|types| types.iter().any(|own| own == word))
        };
        let is_short = |name: &String| name.chars().count() <= NAME_CHARS_MAX;
        let problem = if !asks(&self.grant_types, "authorization_code") {
            "grant_types leaves out authorization_code"
        } else if !asks(&self.response_types, "code") {
            "response_types leaves out code"
        } else if !self.client_name.as_ref().is_none_or(is_short) {
            "client_name has more than 100 characters"
        } else {
            return Ok(());
        };
        Err(OAuthError::InvalidMetadata(problem.to_owned()))
    }
}

/// Whether people may be sent there: over TLS, on their own machine, or to a program of it that
/// has a name under a domain. <https://www.rfc-editor.org/rfc/rfc8252#section-7.1>
fn check_redirect(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is no address")?;
    if text.len() > ADDRESS_BYTES_MAX {
        return Err("is too long");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("has a fragment, a name or a password");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("holds spaces");
    }
    let is_own_machine = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_own_machine => Ok(()),
        "http" => Err("is not https"),
        scheme if scheme.contains('.') => Ok(()),
        _ => Err("has a scheme that is nobody's"),
    }
}

/// `POST /oauth/register`: a program says who it is, and hears by what name it is known.
pub(crate) async fn register(State(app): State<App>, request: Request) -> Response {
    match registered(&app, request).await {
        Ok(told) => {
            (StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(told)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn registered(app: &App, request: Request) -> Result<Value, OAuthError> {
    let malformed = || OAuthError::InvalidMetadata("the body is no JSON object".to_owned());
    let body = body::read(&app.config, request.into_body()).await.map_err(|_| malformed())?;
    let metadata: Metadata = serde_json::from_slice(&body).map_err(|_| malformed())?;
    metadata.check()?;
    let kept = json!({
        "client_name": metadata.client_name,
        "redirect_uris": metadata.redirect_uris,
    });
    let now = (app.clock)();
    let id = app
        .store
        .side()
        .register_client(&kept.to_string(), now, &mut app.random())
        .await
        .map_err(|error| OAuthError::server(&error))?;
    let mut told = json!({
        "client_id": id.to_string(),
        "client_id_issued_at": now.as_second(),
        "redirect_uris": metadata.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        // Whatever was asked for. https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
        "token_endpoint_auth_method": "none",
    });
    if let Some(name) = metadata.client_name {
        told["client_name"] = name.into();
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_over_tls_or_to_their_own_machine() {
        for (redirect, good) in [
            ("https://program.example/cb", true),
            ("https://program.example/cb?x=y", true),
            ("http://127.0.0.1/cb", true),
            ("http://[::1]:8080/cb", true),
            ("http://localhost:3000/", true),
            ("org.example.program:/cb", true),
            ("http://program.example/cb", false),
            ("http://localhost.program.example/cb", false),
            ("https://program.example/cb#fragment", false),
            ("https://name@program.example/", false),
            ("https://program.example/a b", false),
            ("https://program.example/a\nb", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("program:/cb", false),
            ("/cb", false),
            ("", false),
        ] {
            assert_eq!(check_redirect(redirect).is_ok(), good, "{redirect}");
        }
        assert!(check_redirect(&format!("https://x.example/{}", "x".repeat(2_000))).is_err());
    }

    #[test]
    fn a_redirect_is_exact_but_for_the_port_on_the_persons_own_machine() {
        let redirects = [
            "https://program.example/cb",
            "http://127.0.0.1/cb",
            "http://localhost:3000/cb",
            "org.example.program:/cb",
        ];
        let redirects = redirects.map(str::to_owned).to_vec();
        let client = Client { id: "x".to_owned(), name: None, redirects };
        for (redirect, allowed) in [
            ("https://program.example/cb", true),
            ("https://program.example/cb/", false),
            ("https://program.example/cb?x", false),
            ("https://program.example/cb/../x", false),
            ("https://PROGRAM.example/cb", false),
            ("https://program.example:443/cb", false),
            ("https://program.example:8443/cb", false),
            ("https://program.example.evil.example/cb", false),
            ("https://program.example@evil.example/cb", false),
            ("http://program.example/cb", false),
            ("http://127.0.0.1/cb", true),
            ("http://127.0.0.1:49152/cb", true),
            ("http://127.0.0.1:49152/other", false),
            ("http://127.1:49152/cb", false),
            ("https://127.0.0.1:49152/cb", false),
            ("http://[::1]:49152/cb", false),
            ("http://localhost:3000/cb", true),
            ("http://localhost:3001/cb", false),
            ("org.example.program:/cb", true),
            ("org.example.program:/cb2", false),
            ("", false),
        ] {
            assert_eq!(client.allows(redirect), allowed, "{redirect}");
        }
    }
}

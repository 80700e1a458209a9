//! Where a person lets a program act for them, or does not.
//!
//! Invariant: only the person's own answer on our page, sent by that page, makes a grant.

use super::client::Client;
use super::request::{Asked, Unasked, asked};
use crate::auth::{cookie::SessionCookie, origin};
use crate::body;
use crate::extract::{Encoded, pairs};
use crate::policy;
use crate::problem::{Ask, Problem, Refusal};
use crate::routes;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use codesocial_fetch::Url;
use codesocial_store::{Account, NewGrant, Rejection};

/// What the page of consent shows.
#[derive(Debug)]
pub(crate) struct Consent<'a> {
    /// What the program calls itself, and who vouches for that name: nobody, or its own server.
    pub(crate) program: &'a str,
    pub(crate) id: &'a str,
    /// Where the person goes next.
    pub(crate) host: String,
    pub(crate) handle: &'a str,
    pub(crate) scopes: &'a [&'static str],
    /// The address that the form is sent to.
    pub(crate) action: String,
    /// The query of this page, for the same in another language.
    pub(crate) query: &'a str,
}

/// `GET /oauth/authorize`: asks the person, once they are logged in.
pub(crate) async fn get(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let ask = Ask::of(&parts);
    let answered = answered(&app, &parts, &ask).await;
    told(&app, &ask, answered)
}

async fn answered(app: &App, parts: &Parts, ask: &Ask) -> Result<Response, Unasked> {
    let query = &without_language(parts);
    let account = account(app, parts).await.map_err(Unasked::Here)?;
    // Before the program is looked for: strangers do not have us ask other servers.
    if account.is_none() && !is_silent(query) {
        let here = format!("{}?{query}", routes::OAUTH_AUTHORIZE);
        return Ok(sent(&format!("{}?next={}", routes::LOGIN, Encoded(&here))));
    }
    let asked = asked(app, query).await?;
    let Some(account) = account else {
        return Err(asked.back.error("login_required", "the person is not logged in"));
    };
    if is_silent(query) {
        return Err(asked.back.error("consent_required", "the person is asked each time"));
    }
    let Client { id, name, .. } = &asked.client;
    let consent = Consent {
        program: name.as_deref().unwrap_or(id),
        id,
        host: shown(&asked.back.redirect),
        handle: account.handle.as_str(),
        scopes: asked.scopes.words(),
        action: format!("{}?{query}", routes::OAUTH_AUTHORIZE),
        query,
    };
    let mut page = Html(app.pages.consent(ask.language, &consent)).into_response();
    let headers = page.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Some browsers take the answer of a form for a part of it, wherever it sends the person.
    if let Ok(policy) = HeaderValue::try_from(policy::sending_to(&source(&asked.back.redirect))) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(page)
}

/// `POST /oauth/authorize`: the person's answer.
pub(crate) async fn post(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, sent_body) = request.into_parts();
    let ask = Ask::of(&parts);
    let decided = async {
        let body = body::read(&app.config, sent_body).await.map_err(Unasked::Here)?;
        decided(&app, &parts, &body).await
    };
    let decided = decided.await;
    told(&app, &ask, decided)
}

async fn decided(app: &App, parts: &Parts, body: &[u8]) -> Result<Response, Unasked> {
    if !origin::is_ours(&app.base, &parts.headers) {
        return Err(Unasked::Here(Rejection::Forbidden.into()));
    }
    let account = account(app, parts).await.map_err(Unasked::Here)?;
    let account = account.ok_or(Unasked::Here(Rejection::Unauthenticated.into()))?;
    let asked = asked(app, &without_language(parts)).await?;
    let form = pairs(body);
    let agrees = form.iter().any(|(name, value)| name == "decision" && value == "allow");
    if !agrees {
        return Err(asked.back.error("access_denied", "the person does not agree"));
    }
    let Asked { client, scopes, code, back, .. } = asked;
    let scope = scopes.to_string();
    let new = NewGrant { client: &client.id, account: account.id, scope: &scope, code };
    let code = app.store.side().grant(new, (app.clock)(), &mut app.random()).await;
    let code = code.map_err(|error| Unasked::Here(error.into()))?;
    Ok(sent(&back.with(&[("code", code.reveal())])))
}

/// Whether the person may not be asked anything.
fn is_silent(query: &str) -> bool {
    pairs(query.as_bytes()).contains(&("prompt".to_owned(), "none".to_owned()))
}

/// What the program asks, without what the person has chosen since.
fn without_language(parts: &Parts) -> String {
    let query = parts.uri.query().unwrap_or_default();
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("lang=")).collect();
    kept.join("&")
}

/// Whose session a request comes with.
async fn account(app: &App, parts: &Parts) -> Result<Option<Account>, Refusal> {
    let Some(secret) = SessionCookie::of(&app.base).read(&parts.headers) else { return Ok(None) };
    let session = app.store.side().session(secret, (app.clock)()).await?;
    Ok(session.map(|(account, _)| account))
}

fn told(app: &App, ask: &Ask, answer: Result<Response, Unasked>) -> Result<Response, Problem> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(Unasked::Back(address)) => Ok(sent(&address)),
        Err(Unasked::Here(refusal)) => Err(Problem::new(app, ask, refusal)),
    }
}

/// RFC 9700 4.12: 303 makes any browser ask by GET, so that nothing of a form goes along.
/// <https://www.rfc-editor.org/rfc/rfc9700#section-4.12>
fn sent(address: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(address) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let headers = [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Where an address leads, as people know it: a host, or the name of a program's own scheme.
fn shown(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
    host.or_else(|| url.map(|url| url.scheme().to_owned())).unwrap_or_default()
}

/// What a policy calls where an address leads.
fn source(address: &str) -> String {
    let url = Url::parse(address).ok();
    match url {
        Some(url) if url.has_host() => url.origin().ascii_serialization(),
        Some(url) => format!("{}:", url.scheme()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_hears_where_they_go() {
        for (address, host, policy) in [
            ("https://program.example/cb?x", "program.example", "https://program.example"),
            ("http://127.0.0.1:49152/cb", "127.0.0.1", "http://127.0.0.1:49152"),
            ("org.example.program:/cb", "org.example.program", "org.example.program:"),
        ] {
            assert_eq!((shown(address).as_str(), source(address).as_str()), (host, policy));
        }
    }
}

//! A visit of one of the pages about oneself, and the forms that come back from them.

use super::session::{self, LoggedIn};
use super::{origin, rate};
use crate::extract::Language;
use crate::pages::Entry;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use crate::{body, client, extract};
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use std::convert::Infallible;
use std::net::SocketAddr;

/// Somebody at a page of ours.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) ask: Ask,
    pub(super) parts: Parts,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self { app: app.clone(), ask: Ask::of(parts), parts: parts.clone() })
    }
}

impl Visit {
    pub(super) fn refuse(&self, refusal: impl Into<Refusal>) -> Problem {
        Problem::new(&self.app, &self.ask, refusal)
    }

    pub(super) async fn logged_in(&self) -> Result<Option<LoggedIn>, Problem> {
        session::of(&self.app, &self.parts).await.map_err(|refusal| self.refuse(refusal))
    }

    /// A parameter of the address.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.parts.uri.query().unwrap_or_default();
        let mut pairs = extract::pairs(query.as_bytes()).into_iter();
        pairs.find_map(|(known, value)| (known == name).then_some(value))
    }

    /// By what attempts from the visitor's address are counted.
    pub(super) fn address(&self) -> String {
        address(&self.app, &self.parts)
    }

    /// A form that one of our own pages sends.
    pub(super) async fn form(&self, body: Body) -> Result<Submitted, Problem> {
        if !origin::is_ours(&self.app.base, &self.parts.headers) {
            return Err(self.refuse(Refusal::CrossSite));
        }
        let kind = self.parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.and_then(|kind| kind.split(';').next()) != Some("application/x-www-form-urlencoded")
        {
            return Err(self.refuse(Refusal::MediaType));
        }
        let bytes = body::read(&self.app.config, body).await;
        Ok(Submitted(extract::pairs(&bytes.map_err(|refusal| self.refuse(refusal))?)))
    }

    /// A page about oneself, which no cache keeps.
    pub(super) fn page(&self, status: StatusCode, entry: Entry) -> Response {
        let page = self.app.pages.entry(entry, self.ask.language);
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (VARY, "Accept-Language, Cookie"),
            (CACHE_CONTROL, "no-store"),
        ];
        let mut answer = (status, headers, page).into_response();
        if Language::is_chosen_by(&self.parts.uri) {
            let cookie = HeaderValue::try_from(self.ask.language.cookie());
            answer.headers_mut().extend(cookie.ok().map(|cookie| (SET_COOKIE, cookie)));
        }
        answer
    }

    /// On to another page of ours, given from the root.
    pub(super) fn go(&self, path: &str) -> Response {
        self.go_to(&format!("{}{path}", self.app.pages.root()))
    }

    /// On to an address that begins with the path of ours.
    pub(super) fn go_to(&self, address: &str) -> Response {
        let location =
            HeaderValue::from_str(address).unwrap_or_else(|_| HeaderValue::from_static("/"));
        let headers = [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}

/// By what attempts from a client's address are counted.
pub(super) fn address(app: &App, parts: &Parts) -> String {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = peer.and_then(|ConnectInfo(peer)| {
        client::address(peer.ip(), &parts.headers, &app.config.trusted_proxies)
    });
    rate::of_address(address)
}

/// What came with a form.
#[derive(Debug)]
pub(super) struct Submitted(Vec<(String, String)>);

impl Submitted {
    /// The text of a field, empty where it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

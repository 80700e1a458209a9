//! Who somebody is: accounts, sessions, keys and tokens, and the pages about them.
//!
//! Invariant: every way to tell who sends a request ends in [`agent`], and none of them takes a
//! means that is not good for nobody's: a wrong token is refused.

mod account;
mod login;
mod mail;
mod partner;
pub(crate) mod personal;
mod registration;
mod reset;
mod semapps;
mod signup;
mod visit;

mod bearer;
mod holders;
mod session;
mod signature;

mod profile;
mod signed;

pub(crate) mod oauth;

mod cookie;
mod origin;
mod password;
mod rate;

mod dpop;
mod foreign;
mod issuer;
mod jwk;
mod jwt;
mod signer;

pub(crate) use dpop::Proofs;
pub(crate) use profile::ensure_all as ensure_profiles;
pub(crate) use registration::Fault;
pub(crate) use signer::{SignerError, Signers, jwks, new_rsa_key};

use crate::config::Config;
use crate::problem::Refusal;
use crate::routes;
use crate::state::App;
use axum::Router;
use axum::http::request::Parts;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codesocial_rdf::Base;
use codesocial_store::{Account, Agent, Person, Role, Scope, SideError};
use cookie::SessionCookie;
use foreign::Foreign;
use holders::Holders;
use mail::{Mailer, Wish};
use partner::Journeys;
use password::Passwords;
use rate::Rates;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::Receiver;

/// What identity needs of the running server.
pub(crate) struct Auth {
    cookie: SessionCookie,
    holders: Holders,
    journeys: Journeys,
    passwords: Passwords,
    rates: Rates,
    /// What is known of people and issuers of elsewhere.
    foreign: Foreign,
    /// Where mail can be sent.
    mailer: Option<Mailer>,
    wishes: Mutex<Option<Receiver<Wish>>>,
}

impl Auth {
    pub(crate) fn new(base: &Base, config: &Config) -> Self {
        let mail = config.smtp.is_set().then(Mailer::new);
        let (mailer, wishes) = mail.unzip();
        Self {
            cookie: SessionCookie::of(base),
            holders: Holders::default(),
            journeys: Journeys::of(base),
            passwords: Passwords::new(),
            rates: Rates::default(),
            foreign: Foreign::default(),
            mailer,
            wishes: Mutex::new(wishes),
        }
    }
}

/// The addresses of the pages about oneself.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route(routes::LOGIN, get(login::get).post(login::post))
        .route(routes::LOGIN_WITH, get(partner::leave))
        .route(routes::LOGIN_FROM, get(partner::come_back))
        .route(routes::SIGNUP, get(signup::get).post(signup::post))
        .route(routes::PASSWORD, get(reset::get).post(reset::post))
        .route(routes::ACCOUNT, get(account::get).post(account::post))
        .route(routes::ACCOUNT_DATA, get(personal::get))
        .route(routes::AUTH, get(semapps::handover))
        .route(routes::AUTH_LOGIN, post(semapps::login))
        .route(routes::AUTH_SIGNUP, post(semapps::signup))
        .route(routes::AUTH_LOGOUT, get(semapps::logout))
        .route(routes::AUTH_RESET_PASSWORD, post(semapps::reset_password))
        .route(routes::AUTH_NEW_PASSWORD, post(semapps::new_password))
        .route(routes::AUTH_ACCOUNT, get(semapps::settings).post(semapps::set))
}

/// Sends mail for as long as it runs, where the configuration says how.
pub(crate) async fn send_mail(app: App) {
    // Nothing can panic while the lock is held.
    let wishes = app.auth.wishes.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(wishes) = wishes {
        let config = app.config.smtp.clone();
        mail::deliver(app, config, wishes).await;
    }
}

/// Who sends a request, by the first of the ways that it takes.
pub(crate) async fn agent(app: &App, parts: &Parts) -> Result<Agent, Refusal> {
    if let Some(agent) = signature::agent(app, parts).await? {
        return Ok(agent);
    }
    if let Some(agent) = bearer::agent(app, parts).await? {
        return Ok(agent);
    }
    if let Some(agent) = session::agent(app, parts).await? {
        return Ok(agent);
    }
    Ok(Agent::Anonymous)
}

/// Whom an account acts as. What an administrator may do beside all others needs the whole scope: a
/// token that is good for less is a person's.
fn acting(app: &App, parts: &Parts, account: &Account, scope: Scope) -> Agent {
    match account.role {
        Role::Administrator if scope == Scope::ALL => Agent::Administrator(account.actor),
        Role::Administrator | Role::Member => person(app, parts, account, scope),
    }
}

/// Somebody of this server, as the person that they are.
fn person(app: &App, parts: &Parts, account: &Account, scope: Scope) -> Agent {
    let (webid, id) = (account.webid(&app.base), Some(account.actor));
    Agent::Person(Arc::new(Person { webid, id, scope, origin: origin::told(&parts.headers) }))
}

impl From<SideError> for Refusal {
    fn from(error: SideError) -> Self {
        tracing::error!(%error, "the side tables failed");
        Self::Internal
    }
}

/// Bytes as tokens write them. <https://www.rfc-editor.org/rfc/rfc7515#section-2>
fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token's text stands for: one text for each sequence of bytes.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

//! `/auth/…`: how people log in at front-ends of SemApps, which hold a signed token and send it as
//! any bearer's.
//! <https://semapps.org/docs/middleware/auth/local>
//!
//! Invariant: a token goes to who gave a password, in the body of the answer, or to the address of
//! a front-end that the configuration names; and no cookie counts here but for that.

use super::registration::{Fault, Registration, Unregistered, register};
use super::visit::Visit;
use super::{login, profile, reset, session, signed};
use crate::body;
use crate::extract::Encoded;
use crate::problem::{Problem, Refusal};
use axum::Json;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_fetch::{Origin, Url};
use codesocial_store::{Account, AccountError, Agent, Email, Scope};
use serde_json::{Map, Value, json};

/// What front-ends know a refusal by: they read the text.
type Told = (StatusCode, &'static str);

const NOBODY: Told = (StatusCode::UNAUTHORIZED, "account.not-found");
const WRONG_PASSWORD: Told = (StatusCode::UNAUTHORIZED, "auth.account.invalid_password");
const WRONG_TICKET: Told = (StatusCode::BAD_REQUEST, "auth.password.invalid_reset_token");

/// `POST /auth/login`: a name or an address and a password, for a token.
pub(super) async fn login(visit: Visit, request: Request) -> Result<Response, Problem> {
    let asked = Fields::read(&visit, request).await?;
    let name = Some(asked.text("username")).filter(|name| !name.is_empty());
    let name = name.unwrap_or(asked.text("email")).trim();
    let opened = login::opened(&visit.app, &visit.address(), name, asked.text("password")).await;
    match opened.map_err(|refusal| visit.refuse(refusal))? {
        Some(account) => known(&visit, &account, false).await,
        None => Ok(told(NOBODY)),
    }
}

/// `POST /auth/signup`: a new account, where the configuration lets people make one.
pub(super) async fn signup(visit: Visit, request: Request) -> Result<Response, Problem> {
    let asked = Fields::read(&visit, request).await?;
    let registration = Registration {
        handle: asked.text("username"),
        email: asked.text("email"),
        password: asked.text("password"),
        ticket: asked.text("ticket"),
        language: visit.ask.language,
    };
    match register(&visit.app, &visit.address(), registration).await {
        Ok(account) => known(&visit, &account, true).await,
        Err(Unregistered::Refusal(refusal)) => Err(visit.refuse(refusal)),
        Err(Unregistered::Faults(faults)) => {
            let fault = faults.first().copied().unwrap_or(Fault::Uninvited);
            Ok(told((StatusCode::BAD_REQUEST, message(fault))))
        }
    }
}

/// `GET /auth`: the token of who is logged in here, or logs in now, for a front-end.
pub(super) async fn handover(visit: Visit) -> Result<Response, Problem> {
    let mut front = front(&visit)?;
    let Some(who) = visit.logged_in().await? else {
        let query = visit.parts.uri.query().unwrap_or_default();
        let here = format!("{}auth?{query}", visit.app.pages.root());
        return Ok(visit.go(&format!("login?next={}", Encoded(&here))));
    };
    let token = token(&visit, &who.account).await?;
    front.query_pairs_mut().append_pair("token", &token).append_pair("new", "false");
    Ok(visit.away(&front))
}

/// `GET /auth/logout`: the end of the session here, and back to the front-end.
pub(super) async fn logout(visit: Visit) -> Result<Response, Problem> {
    let mut answer = match visit.parameter("redirectUrl") {
        Some(_) => visit.away(&front(&visit)?),
        None => visit.go(""),
    };
    let cookie = session::close(&visit.app, &visit.parts).await;
    let cookie = cookie.map_err(|refusal| visit.refuse(refusal))?;
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

/// `POST /auth/reset_password`: a ticket by mail, for whoever has an account.
pub(super) async fn reset_password(visit: Visit, request: Request) -> Result<Response, Problem> {
    let asked = Fields::read(&visit, request).await?;
    let sent = reset::send(&visit.app, &visit.address(), asked.text("email"), visit.ask.language);
    sent.map_err(|refusal| visit.refuse(refusal))?;
    Ok(Json(json!({})).into_response())
}

/// `POST /auth/new_password`: the ticket that was sent, for another password.
pub(super) async fn new_password(visit: Visit, request: Request) -> Result<Response, Problem> {
    let asked = Fields::read(&visit, request).await?;
    let found = visit.app.store.side().reset_ticket(asked.text("token"), (visit.app.clock)());
    let found = found.await.map_err(|error| visit.refuse(error))?;
    let is_of = |account: &Account| {
        let email = asked.text("email").trim().to_lowercase();
        account.email.as_ref().is_some_and(|own| own.as_str() == email)
    };
    let Some(account) = found.filter(is_of) else { return Ok(told(WRONG_TICKET)) };
    choose(&visit, &account, asked.text("password")).await
}

/// `GET /auth/account`: what somebody may change of their account.
pub(super) async fn settings(visit: Visit) -> Result<Response, Problem> {
    let account = holder(&visit).await?;
    let email = account.email.as_ref().map(Email::as_str);
    let told = json!({"email": email, "preferredLocale": account.language});
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// `POST /auth/account`: changes of it, by who knows the password.
pub(super) async fn set(visit: Visit, request: Request) -> Result<Response, Problem> {
    let account = holder(&visit).await?;
    let asked = Fields::read(&visit, request).await?;
    let (login, address) = (account.handle.as_str(), visit.address());
    let current = asked.text("currentPassword");
    let is_right = login::is_password(&visit.app, &address, login, Some(&account), current).await;
    if !is_right.map_err(|refusal| visit.refuse(refusal))? {
        return Ok(told(WRONG_PASSWORD));
    }
    if let Some(email) = asked.given("email") {
        let Ok(email) = email.parse::<Email>() else {
            return Ok(told((StatusCode::BAD_REQUEST, message(Fault::MalformedEmail))));
        };
        let (side, language) = (visit.app.store.side(), account.language.as_deref());
        match side.set_contact(account.id, &account.handle, Some(&email), language).await {
            Ok(()) => {}
            Err(AccountError::Side(error)) => return Err(visit.refuse(error)),
            Err(AccountError::EmailTaken(_) | AccountError::HandleTaken(_)) => {
                return Ok(told((StatusCode::BAD_REQUEST, message(Fault::TakenEmail))));
            }
        }
    }
    match asked.given("newPassword") {
        Some(password) => choose(&visit, &account, password).await,
        None => Ok(Json(json!({})).into_response()),
    }
}

async fn choose(visit: &Visit, account: &Account, password: &str) -> Result<Response, Problem> {
    let chosen = reset::choose(&visit.app, account, password).await;
    match chosen.map_err(|refusal| visit.refuse(refusal))? {
        Ok(()) => Ok(Json(json!({})).into_response()),
        Err(fault) => Ok(told((StatusCode::BAD_REQUEST, message(fault)))),
    }
}

/// Whose token a request came with. One for less than everything is no key to the account.
async fn holder(visit: &Visit) -> Result<Account, Problem> {
    let agent = super::agent(&visit.app, &visit.parts).await;
    let actor = match agent.map_err(|refusal| visit.refuse(refusal))? {
        Agent::Person(person) if person.scope == Scope::ALL => person.id,
        Agent::Administrator(id) => Some(id),
        Agent::Person(_) | Agent::Anonymous | Agent::Server => None,
    };
    let Some(actor) = actor else { return Err(visit.refuse(Refusal::InvalidToken)) };
    let account = visit.app.store.side().account_of_actor(actor).await;
    let account = account.map_err(|error| visit.refuse(error))?;
    account.ok_or_else(|| visit.refuse(Refusal::InvalidToken))
}

async fn known(visit: &Visit, account: &Account, is_new: bool) -> Result<Response, Problem> {
    profile::come(&visit.app, account).await;
    let webid = account.webid(&visit.app.base);
    let token = token(visit, account).await?;
    let told = json!({"token": token, "webId": webid.as_str(), "newUser": is_new});
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

async fn token(visit: &Visit, account: &Account) -> Result<String, Problem> {
    signed::session(&visit.app, account).await.map_err(|refusal| visit.refuse(refusal))
}

/// Where a front-end wants somebody back, if the configuration knows it.
fn front(visit: &Visit) -> Result<Url, Problem> {
    let asked = visit.parameter("redirectUrl").unwrap_or_default();
    let known = |url: &Url| visit.app.config.accounts.fronts.contains(&Origin::of(url));
    let url = Url::parse(&asked).ok().filter(known);
    url.ok_or_else(|| visit.refuse(Refusal::UnknownFront(asked)))
}

impl Visit {
    /// On to an address of somebody else.
    fn away(&self, url: &Url) -> Response {
        let location =
            HeaderValue::from_str(url.as_str()).unwrap_or_else(|_| HeaderValue::from_static("/"));
        let headers = [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (StatusCode::FOUND, headers).into_response()
    }
}

/// What came, as JSON.
struct Fields(Map<String, Value>);

impl Fields {
    async fn read(visit: &Visit, request: Request) -> Result<Self, Problem> {
        let body = body::read(&visit.app.config, request.into_body()).await;
        let body = body.map_err(|refusal| visit.refuse(refusal))?;
        let fields = serde_json::from_slice(&body);
        fields.map(Self).map_err(|_| visit.refuse(Refusal::NoJson))
    }

    /// The text of a field, empty where there is none.
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }
}

/// What front-ends show words of their own for.
fn message(fault: Fault) -> &'static str {
    match fault {
        Fault::MalformedHandle => "username.invalid",
        Fault::TakenHandle => "username.already.exists",
        Fault::MalformedEmail => "email.invalid",
        Fault::TakenEmail => "email.already.exists",
        Fault::ShortPassword => "password.too-short",
        Fault::LongPassword => "password.too-long",
        Fault::Uninvited => "account.uninvited",
    }
}

/// An error in the form of Moleculer, in which SemApps is written.
/// <https://moleculer.services/docs/0.14/errors>
fn told((status, message): Told) -> Response {
    let code = status.as_u16();
    let told = json!({"name": "MoleculerError", "message": message, "code": code});
    (status, Json(told)).into_response()
}

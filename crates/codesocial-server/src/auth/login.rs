//! `/login`: a handle or an e-mail address, and the password.
//!
//! Invariant: an answer to who is unknown is the one to a wrong password, and takes as long.

use super::rate::{GUESSES, GUESSES_OF_ADDRESS};
use super::visit::Visit;
use super::{profile, session};
use crate::pages::{Entry, LoginPage};
use crate::problem::{Problem, Refusal};
use crate::routes;
use crate::state::App;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use codesocial_store::Account;

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let next = visit.parameter("next").unwrap_or_default();
    if visit.logged_in().await?.is_some() {
        return Ok(onward(&visit, &next));
    }
    Ok(visit.page(StatusCode::OK, Entry::Login(LoginPage { next, ..LoginPage::of(&visit.app) })))
}

pub(super) async fn post(visit: Visit, request: Request) -> Result<Response, Problem> {
    let form = visit.form(request.into_body()).await?;
    let (login, next) = (form.text("login").trim(), form.text("next"));
    let opened = opened(&visit.app, &visit.address(), login, form.text("password")).await;
    let Some(account) = opened.map_err(|refusal| visit.refuse(refusal))? else {
        let (login, next) = (login.to_owned(), next.to_owned());
        let page = LoginPage { login, next, is_wrong: true, ..LoginPage::of(&visit.app) };
        return Ok(visit.page(StatusCode::FORBIDDEN, Entry::Login(page)));
    };
    let cookie = session::open(&visit.app, &visit.parts, &account).await;
    let cookie = cookie.map_err(|refusal| visit.refuse(refusal))?;
    let mut answer = onward(&visit, next);
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

/// The account that a name and a password open.
pub(super) async fn opened(
    app: &App,
    address: &str,
    login: &str,
    password: &str,
) -> Result<Option<Account>, Refusal> {
    let known = app.store.side().account_of_login(login).await?;
    let opened = is_password(app, address, login, known.as_ref(), password).await?;
    let Some(account) = known.filter(|account| opened && account.disabled.is_none()) else {
        return Ok(None);
    };
    profile::come(app, &account).await;
    Ok(Some(account))
}

/// Whether a password is an account's, counted as a guess unless it is.
pub(super) async fn is_password(
    app: &App,
    address: &str,
    login: &str,
    account: Option<&Account>,
    password: &str,
) -> Result<bool, Refusal> {
    let now = (app.clock)();
    let login: String = login.chars().take(LOGIN_CHARS_MAX).collect();
    let guess = format!("guess {address} {}", login.to_lowercase());
    let guesses = format!("guesses {address}");
    for (key, rate) in [(&guess, GUESSES), (&guesses, GUESSES_OF_ADDRESS)] {
        app.auth.rates.take(key, rate, now).map_err(Refusal::too_often)?;
    }
    let kept = account.and_then(|account| account.password.as_deref());
    let is_right = app.auth.passwords.is_right(password, kept).await;
    if is_right {
        app.auth.rates.forget(&guess);
    }
    Ok(is_right)
}

/// No name is longer: more of it is not counted apart.
const LOGIN_CHARS_MAX: usize = 254;

/// To where somebody was before, if that is a page of ours.
pub(super) fn onward(visit: &Visit, next: &str) -> Response {
    let is_local = next.starts_with(visit.app.pages.root())
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_control() || !c.is_ascii());
    if is_local { visit.go_to(next) } else { visit.go(routes::ACCOUNT.trim_start_matches('/')) }
}

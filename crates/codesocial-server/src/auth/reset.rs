//! `/password`: a new password for who has forgotten the old one, by a ticket that is sent by mail,
//! or that the administrator makes.
//!
//! Invariant: what is said to who asks for a ticket does not depend on who has an account.

use super::mail::Wish;
use super::password::Password;
use super::rate::MAILS;
use super::registration::Fault;
use super::session;
use super::visit::Visit;
use crate::extract::Language;
use crate::pages::{Entry, NewPasswordPage};
use crate::problem::{Problem, Refusal};
use crate::state::App;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use codesocial_store::Account;

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let Some(ticket) = visit.parameter("ticket") else {
        let has_mail = visit.app.auth.mailer.is_some();
        return Ok(visit.page(StatusCode::OK, Entry::Forgotten { has_mail, is_sent: false }));
    };
    let account = opened(&visit, &ticket).await?;
    let page = NewPasswordPage { is_outdated: account.is_none(), ticket, fault: None };
    Ok(visit.page(StatusCode::OK, Entry::NewPassword(page)))
}

pub(super) async fn post(visit: Visit, request: Request) -> Result<Response, Problem> {
    let form = visit.form(request.into_body()).await?;
    if !form.has("ticket") {
        let (login, language) = (form.text("login"), visit.ask.language);
        let sent = send(&visit.app, &visit.address(), login, language);
        sent.map_err(|refusal| visit.refuse(refusal))?;
        return Ok(visit.page(StatusCode::OK, Entry::Forgotten { has_mail: true, is_sent: true }));
    }
    let (ticket, password) = (form.text("ticket"), form.text("password"));
    let failed = |fault, is_outdated| {
        let page = NewPasswordPage { is_outdated, ticket: ticket.to_owned(), fault };
        visit.page(StatusCode::UNPROCESSABLE_ENTITY, Entry::NewPassword(page))
    };
    let Some(account) = opened(&visit, ticket).await? else { return Ok(failed(None, true)) };
    if let Err(fault) = choose(&visit.app, &account, password).await.map_err(|r| visit.refuse(r))? {
        return Ok(failed(Some(fault), false));
    }
    let cookie = session::open(&visit.app, &visit.parts, &account).await;
    let mut answer = visit.go("account?done=password");
    answer.headers_mut().insert(SET_COOKIE, cookie.map_err(|refusal| visit.refuse(refusal))?);
    Ok(answer)
}

async fn opened(visit: &Visit, ticket: &str) -> Result<Option<Account>, Problem> {
    let found = visit.app.store.side().reset_ticket(ticket, (visit.app.clock)()).await;
    found.map_err(|error| visit.refuse(error))
}

/// Makes a text an account's password, and ends what the old one gave.
pub(super) async fn choose(
    app: &App,
    account: &Account,
    password: &str,
) -> Result<Result<(), Fault>, Refusal> {
    let password = match password.parse::<Password>() {
        Ok(password) => password,
        Err(error) => return Ok(Err(error.into())),
    };
    let hash = app.auth.passwords.hash(&password, &mut app.random()).await;
    app.store.side().set_password(account.id, &hash.ok_or(Refusal::Internal)?).await?;
    Ok(Ok(()))
}

/// Has a ticket sent to the address of an account, where there is one: found out later, so that the
/// answer does not tell.
pub(super) fn send(
    app: &App,
    address: &str,
    login: &str,
    language: Language,
) -> Result<(), Refusal> {
    let attempts = format!("mail {address}");
    app.auth.rates.take(&attempts, MAILS, (app.clock)()).map_err(Refusal::too_often)?;
    if let Some(mailer) = &app.auth.mailer {
        mailer.send(Wish { login: login.to_owned(), language });
    }
    Ok(())
}

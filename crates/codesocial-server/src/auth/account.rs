//! `/account`: what somebody may know and change of their own account.
//!
//! Invariant: what could give the account away, a password or an address for resets, is changed
//! only by who knows the password; and each form brings the token of its session.

use super::session::{self, LoggedIn};
use super::visit::{Submitted, Visit};
use super::{login, personal, profile, reset};
use crate::extract::Encoded;
use crate::pages::{AccountFaults, AccountPage, Entry};
use crate::problem::{Problem, Refusal};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use codesocial_store::{AccountError, Email, Handle, NewToken, Scope, Secret};
use jiff::SignedDuration;

/// What a token lasts at most, where it does not last for ever.
const TOKEN_DAYS_MAX: u16 = 3_650;
/// What is kept of what a token is called.
const TOKEN_NAME_CHARS_MAX: usize = 100;

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let Some(who) = visit.logged_in().await? else {
        let page = format!("{}account", visit.app.pages.root());
        return Ok(visit.go(&format!("login?next={}", Encoded(&page))));
    };
    shown(&visit, &who, StatusCode::OK, AccountFaults::default(), None).await
}

pub(super) async fn post(visit: Visit, request: Request) -> Result<Response, Problem> {
    let form = visit.form(request.into_body()).await?;
    let Some(who) = visit.logged_in().await? else { return Ok(visit.go("login")) };
    if form.text("form") != who.form_token {
        return Err(visit.refuse(Refusal::CrossSite));
    }
    match form.text("do") {
        "contact" => contact(&visit, &who, &form).await,
        "password" => password(&visit, &who, &form).await,
        "token" => token(&visit, &who, &form).await,
        "erase" if knows_password(&visit, &who, &form).await? => {
            personal::erase(&visit, &who).await
        }
        "erase" => {
            let erase = Some("account.wrong-password");
            refused(&visit, &who, AccountFaults { erase, ..AccountFaults::default() }).await
        }
        "revoke" => {
            let side = visit.app.store.side();
            let revoked = side.revoke_token(who.account.id, form.text("label")).await;
            revoked.map_err(|error| visit.refuse(error))?;
            Ok(done(&visit, "revoked"))
        }
        "end" => {
            let label = Some(form.text("label")).filter(|label| !label.is_empty());
            let ended = visit.app.store.side().end_sessions(who.account.id, label).await;
            ended.map_err(|error| visit.refuse(error))?;
            Ok(done(&visit, "ended"))
        }
        "logout" => {
            let cookie = session::close(&visit.app, &visit.parts).await;
            let mut answer = visit.go("");
            let cookie = cookie.map_err(|refusal| visit.refuse(refusal))?;
            answer.headers_mut().insert(SET_COOKIE, cookie);
            Ok(answer)
        }
        _ => Err(visit.refuse(Refusal::Missing("do"))),
    }
}

/// The page again, so that going back or reloading sends nothing twice.
fn done(visit: &Visit, what: &str) -> Response {
    visit.go(&format!("account?done={what}"))
}

async fn shown(
    visit: &Visit,
    who: &LoggedIn,
    status: StatusCode,
    faults: AccountFaults,
    fresh: Option<Secret>,
) -> Result<Response, Problem> {
    let (side, now) = (visit.app.store.side(), (visit.app.clock)());
    let tokens = side.tokens(who.account.id).await.map_err(|error| visit.refuse(error))?;
    let sessions = side.sessions(who.account.id, now).await.map_err(|e| visit.refuse(e))?;
    let page = AccountPage {
        account: who.account.clone(),
        webid: who.account.webid(&visit.app.base),
        profile: format!("{}users/{}", visit.app.pages.root(), who.account.id),
        form_token: who.form_token.clone(),
        own: who.session.label.clone(),
        tokens,
        sessions,
        done: visit.parameter("done"),
        fresh,
        faults,
        now,
    };
    Ok(visit.page(status, Entry::Account(Box::new(page))))
}

/// The page with what is wrong.
async fn refused(
    visit: &Visit,
    who: &LoggedIn,
    faults: AccountFaults,
) -> Result<Response, Problem> {
    shown(visit, who, StatusCode::UNPROCESSABLE_ENTITY, faults, None).await
}

/// Whether the form holds the password of who is logged in.
async fn knows_password(visit: &Visit, who: &LoggedIn, form: &Submitted) -> Result<bool, Problem> {
    let (account, text) = (&who.account, form.text("current"));
    let (login, address) = (account.handle.as_str(), visit.address());
    let is_right = login::is_password(&visit.app, &address, login, Some(account), text).await;
    is_right.map_err(|refusal| visit.refuse(refusal))
}

async fn contact(visit: &Visit, who: &LoggedIn, form: &Submitted) -> Result<Response, Problem> {
    let mut faults = AccountFaults::default();
    let handle = form.text("handle").parse::<Handle>();
    faults.handle = handle.is_err().then_some("signup.malformed-handle");
    let email = Some(form.text("email").trim()).filter(|email| !email.is_empty());
    let email = email.map(str::parse::<Email>).transpose();
    faults.email = email.is_err().then_some("signup.malformed-email");
    let (Ok(handle), Ok(email)) = (handle, email) else {
        return refused(visit, who, faults).await;
    };
    if email != who.account.email && !knows_password(visit, who, form).await? {
        faults.contact_password = Some("account.wrong-password");
        return refused(visit, who, faults).await;
    }
    let language = form.text("language");
    let language = ["fr", "en"].into_iter().find(|known| *known == language);
    let side = visit.app.store.side();
    match side.set_contact(who.account.id, &handle, email.as_ref(), language).await {
        Ok(()) => {}
        Err(AccountError::HandleTaken(_)) => {
            faults.handle = Some("signup.taken-handle");
            return refused(visit, who, faults).await;
        }
        Err(AccountError::EmailTaken(_)) => {
            faults.email = Some("signup.taken-email");
            return refused(visit, who, faults).await;
        }
        Err(AccountError::Side(error)) => return Err(visit.refuse(error)),
    }
    let renamed = profile::rename(&visit.app, &who.account, &handle).await;
    renamed.map_err(|error| visit.refuse(error))?;
    Ok(done(visit, "contact"))
}

async fn password(visit: &Visit, who: &LoggedIn, form: &Submitted) -> Result<Response, Problem> {
    let mut faults = AccountFaults::default();
    if !knows_password(visit, who, form).await? {
        faults.current = Some("account.wrong-password");
        return refused(visit, who, faults).await;
    }
    let chosen = reset::choose(&visit.app, &who.account, form.text("password")).await;
    if let Err(fault) = chosen.map_err(|refusal| visit.refuse(refusal))? {
        faults.password = Some(fault.word());
        return refused(visit, who, faults).await;
    }
    // All sessions have ended, this one too: who knows the new password goes on in another.
    let cookie = session::open(&visit.app, &visit.parts, &who.account).await;
    let mut answer = done(visit, "password");
    answer.headers_mut().insert(SET_COOKIE, cookie.map_err(|refusal| visit.refuse(refusal))?);
    Ok(answer)
}

async fn token(visit: &Visit, who: &LoggedIn, form: &Submitted) -> Result<Response, Problem> {
    let scope =
        Scope { read: form.has("read"), write: form.has("write"), control: form.has("control") };
    if scope == Scope::NONE {
        let faults = AccountFaults { scope: Some("account.no-scope"), ..AccountFaults::default() };
        return refused(visit, who, faults).await;
    }
    let now = (visit.app.clock)();
    let days = form.text("days").parse::<u16>().ok().filter(|days| *days > 0);
    let days = days.map(|days| i64::from(days.min(TOKEN_DAYS_MAX)));
    let expires = days.map(|days| now + SignedDuration::from_hours(24 * days));
    let name = form.text("name").trim().chars().take(TOKEN_NAME_CHARS_MAX).collect();
    let new = NewToken { name, scope, expires };
    let side = visit.app.store.side();
    let fresh = side.issue_token(&who.account, new, now, &mut visit.app.random()).await;
    let fresh = fresh.map_err(|error| visit.refuse(error))?;
    shown(visit, who, StatusCode::OK, AccountFaults::default(), Some(fresh)).await
}

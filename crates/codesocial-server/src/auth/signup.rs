//! `/signup`: a new account, where the configuration lets people make one.

use super::registration::{Registration, Unregistered, register};
use super::session;
use super::visit::Visit;
use crate::config::Signup;
use crate::pages::{Entry, SignupPage};
use crate::problem::{Problem, Refusal};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    if visit.logged_in().await?.is_some() {
        return Ok(visit.go("account"));
    }
    if visit.app.config.accounts.signup == Signup::Closed {
        return Err(visit.refuse(Refusal::SignupClosed));
    }
    let ticket = visit.parameter("ticket").unwrap_or_default();
    Ok(visit.page(StatusCode::OK, Entry::Signup(SignupPage { ticket, ..SignupPage::default() })))
}

pub(super) async fn post(visit: Visit, request: Request) -> Result<Response, Problem> {
    let form = visit.form(request.into_body()).await?;
    let asked = Registration {
        handle: form.text("handle"),
        email: form.text("email"),
        password: form.text("password"),
        ticket: form.text("ticket"),
        language: visit.ask.language,
    };
    let account = match register(&visit.app, &visit.address(), asked).await {
        Ok(account) => account,
        Err(Unregistered::Refusal(refusal)) => return Err(visit.refuse(refusal)),
        Err(Unregistered::Faults(faults)) => {
            let page = SignupPage {
                handle: form.text("handle").to_owned(),
                email: form.text("email").to_owned(),
                ticket: form.text("ticket").to_owned(),
                faults,
            };
            return Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, Entry::Signup(page)));
        }
    };
    let cookie = session::open(&visit.app, &visit.parts, &account).await;
    let cookie = cookie.map_err(|refusal| visit.refuse(refusal))?;
    let mut answer = visit.go("account?done=signup");
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

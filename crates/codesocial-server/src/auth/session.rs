//! Sessions over HTTP: who is logged in, and how logging in and out is said to the browser.
//!
//! Invariant: a request that may change something counts as its session's only where one of our own
//! pages made it, and a form of ours only with the token that was written into it.

use super::{acting, origin};
use crate::problem::Refusal;
use crate::state::App;
use axum::http::HeaderValue;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use codesocial_store::{Account, Agent, Scope, Session, hex};
use sha2::{Digest as _, Sha256};

/// Somebody at a browser.
#[derive(Debug, Clone)]
pub(crate) struct LoggedIn {
    pub(crate) account: Account,
    pub(crate) session: Session,
    /// What a form of theirs brings along, which no other page can know.
    pub(crate) form_token: String,
}

/// Whom the cookie of a request stands for. One that is outdated is as good as none.
pub(super) async fn agent(app: &App, parts: &Parts) -> Result<Option<Agent>, Refusal> {
    let Some(LoggedIn { account, .. }) = of(app, parts).await? else { return Ok(None) };
    if !origin::is_safe(&parts.method) && !origin::is_ours(&app.base, &parts.headers) {
        return Err(Refusal::CrossSite);
    }
    Ok(Some(acting(app, parts, &account, Scope::ALL)))
}

/// Who is logged in, by the cookie alone.
pub(crate) async fn of(app: &App, parts: &Parts) -> Result<Option<LoggedIn>, Refusal> {
    let Some(secret) = app.auth.cookie.read(&parts.headers) else { return Ok(None) };
    let found = app.store.side().session(secret, (app.clock)()).await?;
    let form_token = form_token(secret);
    Ok(found.map(|(account, session)| LoggedIn { account, session, form_token }))
}

/// Ends the session that a request came with, if any, and opens one for `account`: the cookie that
/// says so. Who placed a cookie in somebody's browser beforehand has nothing of it.
pub(super) async fn open(
    app: &App,
    parts: &Parts,
    account: &Account,
) -> Result<HeaderValue, Refusal> {
    if let Some(before) = app.auth.cookie.read(&parts.headers) {
        app.store.side().end_session(before).await?;
    }
    let browser = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let (now, mut random) = ((app.clock)(), app.random());
    let browser = browser.unwrap_or_default();
    let secret = app.store.side().open_session(account.id, browser, now, &mut random).await?;
    Ok(app.auth.cookie.set(&secret))
}

/// Ends the session of a request: the cookie that says so.
pub(super) async fn close(app: &App, parts: &Parts) -> Result<HeaderValue, Refusal> {
    if let Some(secret) = app.auth.cookie.read(&parts.headers) {
        app.store.side().end_session(secret).await?;
    }
    Ok(app.auth.cookie.clear())
}

/// Worked out of the secret, which only the browser and its session know.
fn form_token(secret: &str) -> String {
    let digest = Sha256::new().chain_update("form\0").chain_update(secret).finalize();
    hex(&digest[..16])
}

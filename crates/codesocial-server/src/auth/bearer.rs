//! Tokens in the header `Authorization`.

use super::signed::{self, Scheme};
use super::{acting, profile};
use crate::problem::Refusal;
use crate::state::App;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use codesocial_store::{Agent, Bearer};

/// Who holds the token of a request. A wrong one is refused, never ignored: its holder would take
/// the answer of a stranger for theirs.
pub(super) async fn agent(app: &App, parts: &Parts) -> Result<Option<Agent>, Refusal> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, token) =
        header.to_str().ok().and_then(credentials).ok_or(Refusal::InvalidToken)?;
    if signed::is_signed(token) {
        return signed::agent(app, parts, scheme, token).await.map(Some);
    }
    if scheme != Scheme::Bearer {
        return Err(Refusal::InvalidToken);
    }
    match app.store.side().bearer(token, (app.clock)()).await? {
        Some(Bearer::Administrator(actor)) => Ok(Some(Agent::Administrator(actor))),
        Some(Bearer::Account(account, scope)) => {
            profile::come(app, &account).await;
            Ok(Some(acting(app, parts, &account, scope)))
        }
        None => Err(Refusal::InvalidToken),
    }
}

/// RFC 6750 2.1: credentials = "Bearer" 1*SP b64token; the scheme's case does not matter.
/// <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>
fn credentials(header: &str) -> Option<(Scheme, &str)> {
    let (name, token) = header.split_once(' ')?;
    let scheme = [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)]
        .into_iter()
        .find_map(|(own, scheme)| name.eq_ignore_ascii_case(own).then_some(scheme))?;
    Some((scheme, token.trim()))
}

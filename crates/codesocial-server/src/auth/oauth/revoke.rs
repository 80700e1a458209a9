//! `POST /oauth/revoke`: a program, or whoever finds a token, ends what came of a grant.
//! [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)

use super::error::OAuthError;
use super::token::read_form;
use crate::auth::signed;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::StatusCode;

/// "The authorization server responds with HTTP status code 200 if the token has been revoked
/// successfully or if the client submitted an invalid token."
/// <https://www.rfc-editor.org/rfc/rfc7009#section-2.2>
pub(crate) async fn post(
    State(app): State<App>,
    request: Request,
) -> Result<StatusCode, OAuthError> {
    let (parts, body) = request.into_parts();
    let form = read_form(&app, &parts.headers, body).await?;
    let token = form.get("token").ok_or(OAuthError::InvalidRequest("token is missing"))?;
    let (side, now) = (app.store.side(), (app.clock)());
    let revoked = match signed::grant_of(&app, token).await {
        Some(grant) => side.revoke_grant(grant, now).await,
        None => side.revoke_refresh(token, now).await,
    };
    revoked.map_err(|error| OAuthError::server(&error))?;
    Ok(StatusCode::OK)
}

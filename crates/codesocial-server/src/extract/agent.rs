//! Who sends a request.

use crate::problem::Problem;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use codesocial_store::{Agent, Rejection};

/// The agent of a request: anonymous without a token, and never with a wrong one.
#[derive(Debug, Clone)]
pub(crate) struct Who(pub(crate) Agent);

impl FromRequestParts<App> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else {
            return Ok(Self(Agent::Anonymous));
        };
        // RFC 6750 2.1: credentials = "Bearer" 1*SP b64token; the scheme's case does not matter.
        // https://www.rfc-editor.org/rfc/rfc6750#section-2.1
        let token = header.to_str().ok().and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let agent = token.and_then(|token| app.store.tokens().agent(token));
        agent.map(Self).ok_or_else(|| Problem::from_parts(app, parts, Rejection::Unauthenticated))
    }
}

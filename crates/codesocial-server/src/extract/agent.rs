//! Who sends a request.

use crate::auth;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use codesocial_store::Agent;

/// The agent of a request: anonymous without a token or a session, and never with a wrong token.
#[derive(Debug, Clone)]
pub(crate) struct Who(pub(crate) Agent);

impl FromRequestParts<App> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let agent = auth::agent(app, parts).await;
        agent.map(Self).map_err(|refusal| Problem::from_parts(app, parts, refusal))
    }
}

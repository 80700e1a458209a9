//! Who somebody is: accounts, keys and tokens.
//!
//! Invariant: every way to tell who sends a request ends in [`agent`], and none of them takes a
//! means that is not good for nobody's: a wrong token is refused.

mod bearer;
mod profile;

#[cfg_attr(not(test), expect(dead_code, reason = "no request brings a token of these yet"))]
mod jwk;
#[cfg_attr(not(test), expect(dead_code, reason = "no request brings a token of these yet"))]
mod jwt;
mod signer;

pub(crate) use profile::ensure_all as ensure_profiles;
pub(crate) use signer::{SignerError, Signers, jwks};

use crate::problem::Refusal;
use crate::state::App;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codesocial_rdf::Base;
use codesocial_store::{Account, Agent, Person, Role, Scope, SideError};
use std::sync::Arc;

/// Who sends a request, by the first of the ways that it takes.
pub(crate) async fn agent(app: &App, parts: &Parts) -> Result<Agent, Refusal> {
    if let Some(agent) = bearer::agent(app, parts).await? {
        return Ok(agent);
    }
    Ok(Agent::Anonymous)
}

/// Whom an account acts as. What an administrator may do beside all others needs the whole scope: a
/// token that is good for less is a person's.
fn acting(base: &Base, account: &Account, scope: Scope) -> Agent {
    match account.role {
        Role::Administrator if scope == Scope::ALL => Agent::Administrator(account.actor),
        Role::Administrator | Role::Member => Agent::Person(Arc::new(Person {
            webid: account.webid(base),
            id: Some(account.actor),
            scope,
            origin: None,
        })),
    }
}

impl From<SideError> for Refusal {
    fn from(error: SideError) -> Self {
        tracing::error!(%error, "the side tables failed");
        Self::Internal
    }
}

/// Bytes as tokens write them. <https://www.rfc-editor.org/rfc/rfc7515#section-2>
fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token's text stands for: one text for each sequence of bytes.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

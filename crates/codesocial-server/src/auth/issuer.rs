//! What is asked of whoever issues identities: how it describes itself, and the keys that it signs
//! with. <https://openid.net/specs/openid-connect-discovery-1_0.html>

use super::jwk::Jwk;
use crate::state::App;
use codesocial_fetch::{FetchError, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) const JSON: &[&str] = &["application/json", "application/jwk-set+json"];

/// Why an issuer tells nothing. For the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum IssuerError {
    #[error("the provider: {0}")]
    Fetch(#[from] FetchError),
    #[error("the provider answers {0}")]
    Status(u16),
    #[error("the provider's answer is not understood: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("another provider answers")]
    Issuer,
}

#[derive(Debug, Deserialize)]
struct Named {
    issuer: String,
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// How an issuer describes itself now.
pub(super) async fn discovered<T: DeserializeOwned>(
    app: &App,
    issuer: &str,
) -> Result<T, IssuerError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let metadata: Value = asked(app, Request::get(&address, JSON)).await?;
    // "The issuer value returned MUST be identical to the Issuer URL that was used as the
    // prefix to /.well-known/openid-configuration".
    // https://openid.net/specs/openid-connect-discovery-1_0.html#rfc.section.4.3
    let Named { issuer: named } = Named::deserialize(&metadata)?;
    if named != issuer {
        return Err(IssuerError::Issuer);
    }
    Ok(T::deserialize(metadata)?)
}

/// The keys at an address, by their names.
pub(super) async fn keys(app: &App, address: &str) -> Result<Vec<(String, Jwk)>, IssuerError> {
    let KeySet { keys } = asked(app, Request::get(address, JSON)).await?;
    let named = |key: &Value| Some((key["kid"].as_str()?.to_owned(), Jwk::parse(key)?));
    Ok(keys.iter().filter_map(named).collect())
}

/// What an address answers, in JSON.
pub(super) async fn asked<T: DeserializeOwned>(
    app: &App,
    request: Request<'_>,
) -> Result<T, IssuerError> {
    let answer = app.fetch.send(request).await?;
    if !answer.status.is_success() {
        return Err(IssuerError::Status(answer.status.as_u16()));
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

//! Signed tokens. Ours are sessions of SemApps's front-ends, and what programs got from our
//! provider; those of other servers are bound to keys.
//!
//! Invariant: a token is good as long as its signature, its time, and what it rests on are: the
//! account, and for a program's token the grant, and the key that it is bound to.

use super::dpop::Proved;
use super::foreign::{self, Named};
use super::jwt::{self, Claims, Expected, Kind};
use super::oauth::Scopes;
use super::{acting, base64url};
use crate::problem::Refusal;
use crate::state::App;
use axum::http::request::Parts;
use codesocial_store::{Account, Agent, OpaqueId, Scope};
use jiff::SignedDuration;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// How long a front-end of SemApps stays logged in.
const SESSION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The scheme under which a token comes. <https://www.rfc-editor.org/rfc/rfc9449#section-7.1>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Bearer,
    Dpop,
}

/// Whether a text looks like a signed token: three parts, the first of them a JSON object.
pub(super) fn is_signed(token: &str) -> bool {
    token.starts_with("eyJ") && token.matches('.').count() == 2
}

/// Who holds a token.
pub(super) async fn agent(
    app: &App,
    parts: &Parts,
    scheme: Scheme,
    token: &str,
) -> Result<Agent, Refusal> {
    if let (Scheme::Dpop, Some(named)) = (scheme, Named::of(app, token)) {
        let key = proved(app, parts, token).ok_or(Refusal::InvalidToken)?;
        return foreign::agent(app, parts, token, named, &key).await;
    }
    if let Some(claims) = verified(app, Kind::Access, token).await {
        return program(app, parts, scheme, token, &claims).await;
    }
    let claims = verified(app, Kind::Jwt, token).await.filter(|_| scheme == Scheme::Bearer);
    let claims = claims.ok_or(Refusal::InvalidToken)?;
    let account = person(app, &claims).await?.ok_or(Refusal::InvalidToken)?;
    Ok(acting(app, parts, &account, Scope::ALL))
}

/// The session of a front-end of SemApps. Another password ends it.
pub(crate) async fn session(app: &App, account: &Account) -> Result<String, Refusal> {
    let signers = app.signers().await.map_err(|error| {
        tracing::error!(%error, "no session could be signed");
        Refusal::Internal
    })?;
    let (now, issuer) = ((app.clock)(), app.issuer());
    let webid = account.webid(&app.base);
    let claims = json!({
        "webId": webid.as_str(), "iss": issuer, "aud": issuer,
        "iat": now.as_second(), "exp": (now + SESSION).as_second(),
        "password": of_password(account),
    });
    Ok(signers.issue(Kind::Jwt, &claims))
}

/// The grant that an access token of ours comes of.
pub(super) async fn grant_of(app: &App, token: &str) -> Option<OpaqueId> {
    verified(app, Kind::Access, token).await?.text("grant")?.parse().ok()
}

/// What a token says that we signed, for ourselves, and that is not over.
async fn verified(app: &App, kind: Kind, token: &str) -> Option<Claims> {
    let signers = app.signers().await.ok()?;
    let issuer = app.issuer();
    let expected = Expected { kind, issuer: &issuer, audience: &issuer };
    let verified = jwt::verify(token, |kid| signers.key(kid), expected, (app.clock)());
    verified.inspect_err(|error| tracing::debug!(%error, "a token is refused")).ok()
}

/// A program acts for the person who agreed to it, within what they agreed to, and never as an
/// administrator.
async fn program(
    app: &App,
    parts: &Parts,
    scheme: Scheme,
    token: &str,
    claims: &Claims,
) -> Result<Agent, Refusal> {
    check_key(app, parts, scheme, token, claims)?;
    let grant = claims.text("grant").and_then(|grant| grant.parse().ok());
    let grant = grant.ok_or(Refusal::InvalidToken)?;
    let grant = app.store.side().grant_in_force(grant, (app.clock)()).await?;
    let account = grant.ok_or(Refusal::InvalidToken)?.account;
    let scope = Scopes::parse(claims.text("scope").unwrap_or_default()).access();
    Ok(super::person(app, parts, &account, scope))
}

/// A token that is bound to a key comes with a proof of it, and under the scheme for that.
fn check_key(
    app: &App,
    parts: &Parts,
    scheme: Scheme,
    token: &str,
    claims: &Claims,
) -> Result<(), Refusal> {
    let bound = claims.0.get("cnf").and_then(|cnf| cnf["jkt"].as_str());
    if bound.is_some() != (scheme == Scheme::Dpop) {
        return Err(Refusal::InvalidToken);
    }
    if scheme == Scheme::Bearer {
        return Ok(());
    }
    if proved(app, parts, token).as_deref() == bound { Ok(()) } else { Err(Refusal::InvalidToken) }
}

/// The thumbprint of the key whose possession a request with a token proves.
fn proved(app: &App, parts: &Parts, token: &str) -> Option<String> {
    let address = app.iri(parts.uri.path());
    let proved = Proved { method: &parts.method, address: address.as_str(), token: Some(token) };
    let key = app.proofs.key(&parts.headers, proved, (app.clock)());
    key.inspect_err(|error| tracing::debug!(%error, "a proof is refused")).ok().flatten()
}

/// The account that a front-end of SemApps is logged in with.
async fn person(app: &App, claims: &Claims) -> Result<Option<Account>, Refusal> {
    let id = claims
        .text("webId")
        .and_then(|webid| app.base.path_of(webid)?.strip_prefix("users/")?.parse().ok());
    let Some(id) = id else { return Ok(None) };
    let account = app.store.side().account(id).await?;
    let is_good = |account: &Account| {
        account.disabled.is_none() && claims.text("password") == Some(&of_password(account))
    };
    Ok(account.filter(is_good))
}

/// What tells the password that an account has now from those that it had, and nobody more.
fn of_password(account: &Account) -> String {
    let hash = account.password.as_deref().unwrap_or_default();
    base64url(&Sha256::new().chain_update("session\0").chain_update(hash).finalize()[..12])
}

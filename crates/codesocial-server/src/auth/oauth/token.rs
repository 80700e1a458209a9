//! `POST /oauth/token`: what a program gets for a code, or for a refresh token.
//! <https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-3.2>
//!
//! Invariant: whatever is wrong with the rest of a request, the code or token that it brings is
//! used up.

use super::error::OAuthError;
use super::scopes::Scopes;
use crate::auth::base64url;
use crate::auth::dpop::Proved;
use crate::auth::jwt::Kind;
use crate::body;
use crate::extract::pairs;
use crate::routes;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use codesocial_store::{Code, Grant, Use};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How long an access token, and what a program is told of the person, is good.
const TOKEN_SECONDS: i64 = 3_600;
/// The audience of all servers that speak Solid. <https://solidproject.org/TR/oidc#tokens-access>
const SOLID: &str = "solid";

pub(crate) async fn post(State(app): State<App>, request: Request) -> Response {
    match exchanged(&app, request).await {
        Ok(tokens) => ([(CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn exchanged(app: &App, request: Request) -> Result<Value, OAuthError> {
    let (parts, body) = request.into_parts();
    let form = read_form(app, &parts.headers, body).await?;
    let address = app.iri(routes::OAUTH_TOKEN);
    let proved = Proved { method: &parts.method, address: address.as_str(), token: None };
    let now = (app.clock)();
    let key = app.proofs.key(&parts.headers, proved, now);
    let key = key.map_err(|error| OAuthError::InvalidProof(error.to_string()))?;
    match form.get("grant_type").ok_or(OAuthError::InvalidRequest("grant_type is missing"))? {
        "authorization_code" => {
            let (grant, code) = first(app, &form, now).await?;
            let scopes = Scopes::parse(&grant.scope);
            issue(app, &grant, &scopes, key, code.nonce, now).await
        }
        "refresh_token" => {
            let (grant, scopes) = next(app, &form, key.as_deref(), now).await?;
            issue(app, &grant, &scopes, key, None, now).await
        }
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

/// The pairs of a form, each name once.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(OAuthError::InvalidRequest(missing))
    }
}

pub(super) async fn read_form(
    app: &App,
    headers: &axum::http::HeaderMap,
    body: axum::body::Body,
) -> Result<Form, OAuthError> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::InvalidRequest("the body is application/x-www-form-urlencoded"));
    }
    let body = body::read(&app.config, body).await;
    let pairs = pairs(&body.map_err(|_| OAuthError::InvalidRequest("the body is not whole"))?);
    let is_twice = |name: &str| pairs.iter().filter(|(own, _)| own == name).count() > 1;
    if pairs.iter().any(|(name, _)| is_twice(name)) {
        return Err(OAuthError::InvalidRequest("a parameter comes twice"));
    }
    Ok(Form(pairs))
}

/// The grant that a code begins, for the program that asked for it and still knows its secret.
async fn first(app: &App, form: &Form, now: Timestamp) -> Result<(Grant, Code), OAuthError> {
    let code = form.required("code", "code is missing")?;
    let used = app.store.side().use_code(code, now).await;
    let (grant, code) = match used.map_err(|error| OAuthError::server(&error))? {
        Use::First(begun) => begun,
        Use::Again => {
            return Err(OAuthError::InvalidGrant(
                "the code was used before: all it gave has ended",
            ));
        }
        Use::Unknown => return Err(OAuthError::InvalidGrant("there is no such code, or no more")),
    };
    check_client(form, &grant)?;
    if form.get("redirect_uri").is_some_and(|redirect| redirect != code.redirect) {
        return Err(OAuthError::InvalidGrant("redirect_uri is another"));
    }
    let verifier = form.required("code_verifier", "code_verifier is missing")?;
    // RFC 7636 4.6: BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge
    // https://www.rfc-editor.org/rfc/rfc7636#section-4.6
    if base64url(Sha256::digest(verifier)) != code.challenge {
        return Err(OAuthError::InvalidGrant("code_verifier is not that of code_challenge"));
    }
    Ok((grant, code))
}

/// The grant that a refresh token continues, for the program that has it, with no more than it had.
async fn next(
    app: &App,
    form: &Form,
    key: Option<&str>,
    now: Timestamp,
) -> Result<(Grant, Scopes), OAuthError> {
    let token = form.required("refresh_token", "refresh_token is missing")?;
    let used = app.store.side().use_refresh(token, now).await;
    let grant = match used.map_err(|error| OAuthError::server(&error))? {
        Use::First(grant) => grant,
        Use::Again => {
            return Err(OAuthError::InvalidGrant("the token was used before: its grant has ended"));
        }
        Use::Unknown => return Err(OAuthError::InvalidGrant("there is no such token, or no more")),
    };
    check_client(form, &grant)?;
    // RFC 9449 5: "the refresh token MUST be bound to the respective public key" of a public client.
    // https://www.rfc-editor.org/rfc/rfc9449#section-5
    if grant.key.as_deref().is_some_and(|own| Some(own) != key) {
        return Err(OAuthError::InvalidGrant("the proof is not that of the key of the token"));
    }
    let granted = Scopes::parse(&grant.scope);
    let scopes = form.get("scope").map_or_else(|| granted.clone(), Scopes::parse);
    if !scopes.within(&granted) || form.get("scope").is_some() && scopes.words().is_empty() {
        return Err(OAuthError::InvalidScope);
    }
    Ok((grant, scopes))
}

fn check_client(form: &Form, grant: &Grant) -> Result<(), OAuthError> {
    let client = form.required("client_id", "client_id is missing")?;
    if client == grant.client {
        return Ok(());
    }
    Err(OAuthError::InvalidGrant("it was given to another program"))
}

async fn issue(
    app: &App,
    grant: &Grant,
    scopes: &Scopes,
    key: Option<String>,
    nonce: Option<String>,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    let signers = app.signers().await.map_err(|error| OAuthError::server(&error))?;
    let (webid, issued) = (grant.account.webid(&app.base), now.as_second());
    let issuer = app.issuer();
    let mut access = json!({
        "iss": issuer, "sub": webid.as_str(), "webid": webid.as_str(),
        "aud": [issuer, SOLID], "client_id": grant.client, "azp": grant.client,
        "scope": scopes.to_string(), "iat": issued, "exp": issued + TOKEN_SECONDS,
        "jti": app.opaque_id().to_string(), "grant": grant.id.to_string(),
    });
    if let Some(key) = &key {
        access["cnf"] = json!({"jkt": key});
    }
    let mut tokens = json!({
        "access_token": signers.issue(Kind::Access, &access),
        "token_type": if key.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": TOKEN_SECONDS,
        "scope": scopes.to_string(),
    });
    if scopes.has("openid") {
        let mut identity = json!({
            "iss": issuer, "sub": webid.as_str(), "webid": webid.as_str(),
            "aud": [grant.client, SOLID], "azp": grant.client,
            "iat": issued, "exp": issued + TOKEN_SECONDS,
        });
        if let Some(nonce) = nonce {
            identity["nonce"] = nonce.into();
        }
        tokens["id_token"] = signers.issue(Kind::Jwt, &identity).into();
    }
    if scopes.has("offline_access") {
        let mut random = app.random();
        let refresh = app.store.side().issue_refresh(grant.id, key.as_deref(), now, &mut random);
        let refresh = refresh.await.map_err(|error| OAuthError::server(&error))?;
        tokens["refresh_token"] = refresh.reveal().into();
    }
    Ok(tokens)
}

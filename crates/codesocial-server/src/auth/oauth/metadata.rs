//! What programs read first: where our addresses are, and what is understood there.
//! [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html),
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)

use super::scopes;
use crate::routes;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use serde_json::{Value, json};

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub(crate) async fn get(State(app): State<App>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    let at = |path: &str| app.iri(path).into_string();
    let metadata = json!({
        "issuer": app.issuer(),
        "authorization_endpoint": at(routes::OAUTH_AUTHORIZE),
        "token_endpoint": at(routes::OAUTH_TOKEN),
        "registration_endpoint": at(routes::OAUTH_REGISTER),
        "revocation_endpoint": at(routes::OAUTH_REVOKE),
        "userinfo_endpoint": at(routes::OAUTH_USERINFO),
        "jwks_uri": at(routes::JWKS),
        "scopes_supported": scopes::KNOWN,
        "claims_supported": ["sub", "webid", "iss", "aud", "azp", "exp", "iat", "nonce"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "dpop_signing_alg_values_supported": ["ES256", "RS256"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        // https://solidproject.org/TR/oidc#discovery
        "solid_oidc_supported": "https://solidproject.org/TR/solid-oidc",
    });
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata))
}

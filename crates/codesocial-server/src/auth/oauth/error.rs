//! What a program hears that asked for a token, or to be known, and gets nothing.
//! <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::fmt;

/// A refusal with the sentence that tells whoever writes the program what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OAuthError {
    InvalidRequest(&'static str),
    InvalidGrant(&'static str),
    InvalidScope,
    UnsupportedGrantType,
    /// <https://www.rfc-editor.org/rfc/rfc9449#section-5>
    InvalidProof(String),
    /// <https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2>
    InvalidRedirect(String),
    InvalidMetadata(String),
    /// Ours: logged where it is made.
    Server,
}

impl OAuthError {
    /// What is ours and not theirs.
    pub(crate) fn server(error: &dyn fmt::Display) -> Self {
        tracing::error!(%error, "no token could be made");
        Self::Server
    }

    fn told(&self) -> (StatusCode, &'static str, &str) {
        use StatusCode as S;
        let (status, error, text) = match self {
            Self::InvalidRequest(text) => (S::BAD_REQUEST, "invalid_request", *text),
            Self::InvalidGrant(text) => (S::BAD_REQUEST, "invalid_grant", *text),
            Self::InvalidScope => {
                (S::BAD_REQUEST, "invalid_scope", "it is more than the person agreed to")
            }
            Self::UnsupportedGrantType => (
                S::BAD_REQUEST,
                "unsupported_grant_type",
                "authorization_code and refresh_token are understood",
            ),
            Self::InvalidProof(text) => (S::BAD_REQUEST, "invalid_dpop_proof", text.as_str()),
            Self::InvalidRedirect(text) => (S::BAD_REQUEST, "invalid_redirect_uri", text.as_str()),
            Self::InvalidMetadata(text) => {
                (S::BAD_REQUEST, "invalid_client_metadata", text.as_str())
            }
            Self::Server => (S::INTERNAL_SERVER_ERROR, "server_error", "try again later"),
        };
        (status, error, text)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, error, text) = self.told();
        let told = Json(json!({"error": error, "error_description": text}));
        (status, [(CACHE_CONTROL, "no-store")], told).into_response()
    }
}

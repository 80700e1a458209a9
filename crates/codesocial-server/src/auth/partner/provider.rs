//! What is asked of an identity provider: where it sends people, and whom it sends back.
//!
//! Invariant: an identity is believed only under a key that its issuer publishes, for us, and with
//! the nonce of the journey.

use super::Journey;
use crate::auth::issuer::{self, IssuerError, JSON};
use crate::auth::jwt::{self, Claims, Expected, Kind, TokenError};
use crate::config::PartnerConfig;
use crate::extract::Encoded;
use crate::state::App;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codesocial_fetch::Request;
use serde::Deserialize;
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";

/// Why nobody is logged in. For the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum PartnerError {
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error("the provider says «{0}»")]
    Told(String),
    #[error("there is no «{0}»")]
    Missing(&'static str),
    #[error("the identity: {0}")]
    Token(#[from] TokenError),
    #[error("the identity is of another journey, or for another program")]
    Other,
    #[error("nobody left from here with that browser, or long ago")]
    Journey,
    #[error("the file of the secret: {0}")]
    Secret(#[from] std::io::Error),
}

/// Somebody as the provider knows them.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Only where the provider has verified it.
    pub(super) email: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

pub(super) struct Provider<'a> {
    partner: &'a PartnerConfig,
    metadata: Metadata,
}

impl<'a> Provider<'a> {
    /// The provider as it describes itself now.
    pub(super) async fn discovered(
        app: &App,
        partner: &'a PartnerConfig,
    ) -> Result<Self, PartnerError> {
        let metadata = issuer::discovered(app, &partner.issuer).await?;
        Ok(Self { partner, metadata })
    }

    /// Where somebody is sent with that query.
    pub(super) fn authorization(&self, query: &[(&str, &str)]) -> String {
        let endpoint = &self.metadata.authorization_endpoint;
        let join = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{join}{}", form(query))
    }

    /// Whom a code stands for.
    pub(super) async fn identity(
        &self,
        app: &App,
        code: &str,
        journey: &Journey,
        redirect: &str,
    ) -> Result<Subject, PartnerError> {
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("client_id", &self.partner.client),
            ("code_verifier", &journey.verifier),
        ]);
        let mut request = Request::post(&self.metadata.token_endpoint, FORM, body, JSON);
        if let Some(authorization) = self.authorized()? {
            request = request.authorized(authorization);
        }
        let Tokens { id_token } = issuer::asked(app, request).await?;
        let keys = issuer::keys(app, &self.metadata.jwks_uri).await?;
        let expected = Expected {
            kind: Kind::Jwt,
            issuer: &self.partner.issuer,
            audience: &self.partner.client,
        };
        let key = |kid: &str| keys.iter().find(|(own, _)| own == kid).map(|(_, key)| key);
        let claims = jwt::verify(&id_token, key, expected, (app.clock)())?;
        self.subject(&claims, journey)
    }

    fn subject(&self, claims: &Claims, journey: &Journey) -> Result<Subject, PartnerError> {
        let is_ours = claims.text("azp").is_none_or(|program| program == self.partner.client);
        if claims.text("nonce") != Some(&journey.nonce) || !is_ours {
            return Err(PartnerError::Other);
        }
        let id = claims.text("sub").filter(|subject| !subject.is_empty());
        let id = id.ok_or(PartnerError::Missing("sub"))?.to_owned();
        let is_verified = claims.0.get("email_verified") == Some(&Value::Bool(true));
        let email = claims.text("email").filter(|_| is_verified).map(str::to_owned);
        let name = claims.text("preferred_username").map(str::to_owned);
        Ok(Subject { id, name, email })
    }

    /// How the program shows who it is, where it has a secret.
    /// <https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>
    fn authorized(&self) -> Result<Option<HeaderValue>, PartnerError> {
        let Some(file) = &self.partner.secret_file else { return Ok(None) };
        // A line on the disk of this machine: not worth a thread.
        let secret = std::fs::read_to_string(file)?;
        Ok(Some(basic(&self.partner.client, secret.trim())))
    }
}

fn basic(client: &str, secret: &str) -> HeaderValue {
    let pair = STANDARD.encode(format!("{}:{}", Encoded(client), Encoded(secret)));
    HeaderValue::try_from(format!("Basic {pair}")).expect("base64 is ASCII")
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", Encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

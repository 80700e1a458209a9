//! What a program asks of a person, before the person is asked.
//! <https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-4.1.1>
//!
//! Invariant: until the program is known and the address is one of its own, nobody is sent there.

use super::client::{Client, ClientError};
use super::scopes::Scopes;
use crate::extract::{Encoded, pairs};
use crate::problem::Refusal;
use crate::state::App;
use codesocial_store::Code;

/// A request that may be put before the person.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) client: Client,
    pub(crate) scopes: Scopes,
    pub(crate) code: Code,
    pub(crate) back: Back,
}

/// Where the person goes back to, and what the program wants to find there again.
#[derive(Debug, Clone)]
pub(crate) struct Back {
    pub(crate) redirect: String,
    state: Option<String>,
    issuer: String,
}

/// A request that is not put before the person.
#[derive(Debug)]
pub(crate) enum Unasked {
    /// The person hears why, and stays.
    Here(Refusal),
    /// The program hears why, at this address.
    Back(String),
}

impl Back {
    /// The address at which the program finds the answer, and who gave it.
    /// <https://www.rfc-editor.org/rfc/rfc9207>
    pub(crate) fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut address = self.redirect.clone();
        let state = self.state.as_deref().map(|state| ("state", state));
        let all = answer.iter().copied().chain(state).chain([("iss", self.issuer.as_str())]);
        for (name, value) in all {
            let before = if address.contains('?') { '&' } else { '?' };
            address.push_str(&format!("{before}{name}={}", Encoded(value)));
        }
        address
    }

    pub(crate) fn error(&self, error: &str, description: &str) -> Unasked {
        Unasked::Back(self.with(&[("error", error), ("error_description", description)]))
    }
}

/// The parameters of a request. One that comes twice could be read in two ways.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: &str) -> Self {
        Self(pairs(query.as_bytes()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, value)| own == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    fn is_twice(&self, name: &str) -> bool {
        self.0.iter().filter(|(own, _)| own == name).count() > 1
    }

    fn repeated(&self) -> bool {
        self.0.iter().any(|(name, _)| self.is_twice(name))
    }
}

/// Reads a request, and refuses it where the person need not be asked.
pub(crate) async fn asked(app: &App, query: &str) -> Result<Asked, Unasked> {
    let parameters = Parameters::of(query);
    let unknown = |told: String| Unasked::Here(Refusal::UnknownProgram(told));
    let id = parameters.get("client_id").filter(|_| !parameters.is_twice("client_id"));
    let id = id.ok_or_else(|| unknown("client_id".to_owned()))?;
    let client = Client::find(app, id).await.map_err(|error| match error {
        ClientError::Side(error) => Unasked::Here(error.into()),
        ClientError::Unknown | ClientError::Document(_) => unknown(format!("{id} – {error}")),
    })?;
    let redirect = match parameters.get("redirect_uri") {
        Some(redirect) if parameters.is_twice("redirect_uri") => {
            return Err(Unasked::Here(Refusal::RedirectAddress(redirect.to_owned())));
        }
        Some(redirect) if client.allows(redirect) => redirect.to_owned(),
        Some(redirect) => return Err(Unasked::Here(Refusal::RedirectAddress(redirect.to_owned()))),
        None => client
            .only_redirect()
            .ok_or_else(|| Unasked::Here(Refusal::RedirectAddress("–".to_owned())))?
            .to_owned(),
    };
    let state = parameters.get("state").map(str::to_owned);
    let back = Back { redirect, state, issuer: app.issuer() };
    judged(client, &parameters, back)
}

/// From here on the program hears what is wrong.
fn judged(client: Client, parameters: &Parameters, back: Back) -> Result<Asked, Unasked> {
    if parameters.repeated() {
        return Err(back.error("invalid_request", "a parameter comes twice"));
    }
    for unsupported in ["request", "request_uri"] {
        if parameters.get(unsupported).is_some() {
            let error = format!("{unsupported}_not_supported");
            return Err(back.error(&error, "write the parameters into the address"));
        }
    }
    if parameters.get("response_type") != Some("code") {
        return Err(back.error("unsupported_response_type", "response_type is code"));
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(back.error("invalid_request", "response_mode is query"));
    }
    // RFC 7636 4.2: a challenge by SHA-256 has 43 characters.
    // https://www.rfc-editor.org/rfc/rfc7636#section-4.2
    let challenge = parameters.get("code_challenge").filter(|text| {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        text.len() == 43 && text.bytes().all(is_base64url)
    });
    let (Some(challenge), Some("S256")) = (challenge, parameters.get("code_challenge_method"))
    else {
        let told = "code_challenge with code_challenge_method=S256 is required";
        return Err(back.error("invalid_request", told));
    };
    let scopes = Scopes::asked(parameters.get("scope").unwrap_or_default());
    if scopes.words().is_empty() {
        return Err(
            back.error("invalid_scope", "scope holds none of the words of scopes_supported")
        );
    }
    let code = Code {
        redirect: back.redirect.clone(),
        challenge: challenge.to_owned(),
        nonce: parameters.get("nonce").map(str::to_owned),
    };
    Ok(Asked { client, scopes, code, back })
}

//! Signed tokens: issued under our key, and verified under a key that the verifier chose.
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725)
//!
//! Invariant: nothing in a token chooses how it is verified. Key and algorithm are the verifier's,
//! and a claim is believed only after the signature has held.

use super::from_base64url;
use super::jwk::{Algorithm, Jwk};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longest token that is looked at.
pub(crate) const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far the clocks of two servers may be apart.
pub(super) const SKEW_SECONDS_MAX: i64 = 60;
/// How long after it was made a proof is good.
pub(super) const PROOF_SECONDS_MAX: i64 = 300;

/// What a token is for: one that was issued for one use is refused for any other.
/// <https://www.rfc-editor.org/rfc/rfc8725#section-3.11>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session of SemApps's front-ends, and the identity that a client is told.
    Jwt,
    /// An access token. <https://www.rfc-editor.org/rfc/rfc9068#section-2.1>
    Access,
    /// A proof of possession. <https://www.rfc-editor.org/rfc/rfc9449#section-4.2>
    Proof,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::Access => "at+jwt",
            Self::Proof => "dpop+jwt",
        }
    }

    /// A type is a media type whose `application/` may be left out, and so may that of a plain JWT.
    /// <https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9>
    fn is(self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else { return self == Self::Jwt };
        let typ = typ.strip_prefix("application/").unwrap_or(typ);
        typ.eq_ignore_ascii_case(self.as_str())
    }
}

/// What a token says, once it is known who says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims(pub(crate) Map<String, Value>);

impl Claims {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A time in seconds; a client may give it a fraction.
    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        let number = self.0.get(name)?;
        number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))
    }

    /// Whether a claim is this text, or a list that holds it.
    pub(crate) fn holds(&self, name: &str, text: &str) -> bool {
        match self.0.get(name) {
            Some(Value::String(own)) => own == text,
            Some(Value::Array(list)) => list.iter().any(|own| own == text),
            _ => false,
        }
    }
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("it is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    #[error("it is not three parts in base64url with JSON in them")]
    Malformed,
    #[error("its algorithm «{0}» is not one of ours")]
    Algorithm(String),
    #[error("its header brings a key or the address of one")]
    BringsKey,
    #[error("its header asks for what is not understood")]
    Critical,
    #[error("it is of another type")]
    Type,
    #[error("its key is unknown")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("it does not say «{0}»")]
    Missing(&'static str),
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
    #[error("another has issued it")]
    Issuer,
    #[error("it is for somebody else")]
    Audience,
}

/// What a token must be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) kind: Kind,
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
}

/// A duplicate member is an error, so that no two readers can read two different headers.
#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    jwk: Option<Value>,
    jku: Option<Value>,
    x5u: Option<Value>,
    x5c: Option<Value>,
    crit: Option<Value>,
}

/// A token taken apart, of which nothing is believed yet.
struct Parts<'a> {
    header: Header,
    payload: &'a str,
    /// What is signed.
    message: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str, kind: Kind) -> Result<Self, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        let header = from_base64url(header).ok_or(TokenError::Malformed)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
        if header.crit.is_some() {
            return Err(TokenError::Critical);
        }
        if header.jku.is_some() || header.x5u.is_some() || header.x5c.is_some() {
            return Err(TokenError::BringsKey);
        }
        if header.jwk.is_some() != (kind == Kind::Proof) {
            return Err(TokenError::BringsKey);
        }
        if !kind.is(header.typ.as_deref()) {
            return Err(TokenError::Type);
        }
        Ok(Self { header, payload, message, signature })
    }

    fn claims(&self, key: &Jwk) -> Result<Claims, TokenError> {
        let algorithm = Algorithm::parse(&self.header.alg);
        if algorithm != Some(key.algorithm()) {
            return Err(TokenError::Algorithm(self.header.alg.clone()));
        }
        let signature = from_base64url(self.signature).ok_or(TokenError::Malformed)?;
        if !key.verifies(self.message.as_bytes(), &signature) {
            return Err(TokenError::Signature);
        }
        let payload = from_base64url(self.payload).ok_or(TokenError::Malformed)?;
        serde_json::from_slice(&payload).map(Claims).map_err(|_| TokenError::Malformed)
    }
}

/// What a token says, if it is what is expected at `now` and one of `keys` has signed it.
pub(crate) fn verify<'k>(
    token: &str,
    keys: impl Fn(&str) -> Option<&'k Jwk>,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let parts = Parts::of(token, expected.kind)?;
    // Before the key is looked for: the answer says what is wrong, known key or not.
    if Algorithm::parse(&parts.header.alg).is_none() {
        return Err(TokenError::Algorithm(parts.header.alg));
    }
    let key = parts.header.kid.as_deref().and_then(keys).ok_or(TokenError::UnknownKey)?;
    let claims = parts.claims(key)?;
    let seconds = |name| claims.seconds(name).ok_or(TokenError::Missing(name));
    let now = now.as_second();
    if seconds("exp")? <= now {
        return Err(TokenError::Expired);
    }
    let begins = claims.seconds("nbf").unwrap_or(i64::MIN).max(seconds("iat")?);
    if begins > now + SKEW_SECONDS_MAX {
        return Err(TokenError::NotYet);
    }
    if claims.text("iss") != Some(expected.issuer) {
        return Err(TokenError::Issuer);
    }
    if !claims.holds("aud", expected.audience) {
        return Err(TokenError::Audience);
    }
    Ok(claims)
}

/// The name of the key of a token, and what it says, of which nothing is believed: it tells whom to
/// ask for the key.
pub(crate) fn told(token: &str) -> Option<(String, Claims)> {
    let parts =
        [Kind::Access, Kind::Jwt].into_iter().find_map(|kind| Parts::of(token, kind).ok())?;
    let payload = from_base64url(parts.payload)?;
    Some((parts.header.kid?, Claims(serde_json::from_slice(&payload).ok()?)))
}

/// What a proof says and the key that it proves the possession of.
/// <https://www.rfc-editor.org/rfc/rfc9449#section-4.3>
pub(crate) fn verify_proof(token: &str, now: Timestamp) -> Result<(Claims, Jwk), TokenError> {
    let parts = Parts::of(token, Kind::Proof)?;
    if Algorithm::parse(&parts.header.alg).is_none() {
        return Err(TokenError::Algorithm(parts.header.alg));
    }
    let key = parts.header.jwk.as_ref().and_then(Jwk::parse).ok_or(TokenError::UnknownKey)?;
    let claims = parts.claims(&key)?;
    let issued = claims.seconds("iat").ok_or(TokenError::Missing("iat"))?;
    let now = now.as_second();
    if issued > now + SKEW_SECONDS_MAX {
        return Err(TokenError::NotYet);
    }
    if issued < now - PROOF_SECONDS_MAX {
        return Err(TokenError::Expired);
    }
    Ok((claims, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::base64url;
    use crate::auth::signer::Signers;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://registre.example/";
    const EXPECTED: Expected<'_> = Expected { kind: Kind::Jwt, issuer: ISSUER, audience: ISSUER };

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).expect("a time")
    }

    /// What a token of ours says.
    fn claims() -> Value {
        json!({
            "webId": "https://registre.example/users/abc",
            "iss": ISSUER, "aud": ISSUER, "iat": NOW - 10, "exp": NOW + 60,
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[track_caller]
    fn check(token: &str, signers: &Signers, expected: impl Into<Option<TokenError>>) {
        let found = verify(token, |kid| signers.key(kid), EXPECTED, now());
        assert_eq!(found.err(), expected.into(), "{token}");
    }

    /// A token whose header has other members, under the same signature unless `resigned`.
    fn with_header(signers: &Signers, change: &Value, resigned: bool) -> String {
        let token = signers.issue(Kind::Jwt, &claims());
        let (header, rest) = token.split_once('.').expect("three parts");
        let header = from_base64url(header).expect("base64url");
        let mut header: Value = serde_json::from_slice(&header).expect("JSON");
        for (name, value) in change.as_object().expect("members") {
            header[name] = value.clone();
        }
        let (payload, signature) = rest.split_once('.').expect("three parts");
        let message = format!("{}.{payload}", base64url(header.to_string()));
        let signature = if resigned { signers.sign(&message) } else { signature.to_owned() };
        format!("{message}.{signature}")
    }

    #[test]
    fn claims_hold_when_time_issuer_and_audience_do() {
        let signers = Signers::of_tests();
        let check = |claims: &Value, expected: Result<(), TokenError>| {
            check(&signers.issue(Kind::Jwt, claims), signers, expected.err());
        };
        check(&claims(), Ok(()));
        check(&with("aud", json!(["https://elsewhere.example/", ISSUER])), Ok(()));
        check(&with("iat", json!(NOW + 50)), Ok(()));
        check(&with("iat", json!(NOW as f64 - 0.5)), Ok(()));
        check(&with("exp", json!(NOW)), Err(TokenError::Expired));
        check(&with("exp", json!(-1)), Err(TokenError::Expired));
        check(&with("exp", Value::Null), Err(TokenError::Missing("exp")));
        check(&with("exp", json!("9999999999")), Err(TokenError::Missing("exp")));
        check(&with("iat", Value::Null), Err(TokenError::Missing("iat")));
        check(&with("iat", json!(NOW + 61)), Err(TokenError::NotYet));
        check(&with("nbf", json!(NOW + 61)), Err(TokenError::NotYet));
        check(&with("iss", json!("https://registre.example")), Err(TokenError::Issuer));
        check(&with("iss", Value::Null), Err(TokenError::Issuer));
        check(&with("aud", json!("https://elsewhere.example/")), Err(TokenError::Audience));
        check(&with("aud", json!([])), Err(TokenError::Audience));
        check(&json!("text"), Err(TokenError::Malformed));
    }

    #[test]
    fn a_token_that_was_tampered_with_is_refused() {
        let signers = Signers::of_tests();
        let token = signers.issue(Kind::Jwt, &claims());
        let parts: Vec<&str> = token.split('.').collect();
        let forged =
            base64url(with("webId", json!("https://registre.example/users/x")).to_string());
        let check = |token: String, expected| check(&token, signers, expected);
        check(format!("{}.{forged}.{}", parts[0], parts[2]), TokenError::Signature);
        check(format!("{}.{}.{}", parts[0], parts[1], base64url("x")), TokenError::Signature);
        check(format!("{}.{}.", parts[0], parts[1]), TokenError::Signature);
        check(token[..token.len() - 6].to_owned(), TokenError::Signature);
        check(format!("{token}="), TokenError::Malformed);
        check(format!("{token}.{}", parts[2]), TokenError::Signature);
        check(format!("{}.{}", parts[0], parts[1]), TokenError::Malformed);
        check(parts[0].to_owned(), TokenError::Malformed);
        check(String::new(), TokenError::Malformed);
        check("..".to_owned(), TokenError::Malformed);
        check(format!("{}.{}", "x".repeat(TOKEN_BYTES_MAX), token), TokenError::TooLong);
    }

    #[test]
    fn a_header_chooses_nothing() {
        let signers = Signers::of_tests();
        let public = signers.key(&signers.kid()).expect("it signs").to_json();
        for (change, resigned, expected) in [
            (json!({"alg": "none"}), false, TokenError::Algorithm("none".to_owned())),
            (json!({"alg": "NoNe"}), true, TokenError::Algorithm("NoNe".to_owned())),
            (json!({"alg": "HS256"}), true, TokenError::Algorithm("HS256".to_owned())),
            (json!({"alg": "RS512"}), true, TokenError::Algorithm("RS512".to_owned())),
            (json!({"alg": "ES256"}), true, TokenError::Algorithm("ES256".to_owned())),
            (json!({"alg": 256}), true, TokenError::Malformed),
            (json!({"kid": "other"}), true, TokenError::UnknownKey),
            (json!({"kid": Value::Null}), true, TokenError::UnknownKey),
            (json!({"kid": "../../etc/passwd"}), true, TokenError::UnknownKey),
            (json!({"kid": "x' UNION SELECT 'secret"}), true, TokenError::UnknownKey),
            (json!({"jwk": public}), true, TokenError::BringsKey),
            (json!({"jku": "https://evil.example/jwks"}), true, TokenError::BringsKey),
            (json!({"x5u": "https://evil.example/x5"}), true, TokenError::BringsKey),
            (json!({"x5c": ["MII"]}), true, TokenError::BringsKey),
            (json!({"crit": ["b64"], "b64": false}), true, TokenError::Critical),
            (json!({"typ": "at+jwt"}), true, TokenError::Type),
            (json!({"typ": "dpop+jwt"}), true, TokenError::Type),
        ] {
            check(&with_header(signers, &change, resigned), signers, expected);
        }
        let twice =
            format!(r#"{{"alg":"none","alg":"RS256","typ":"JWT","kid":"{}"}}"#, signers.kid());
        let message = format!("{}.{}", base64url(twice), base64url(claims().to_string()));
        let token = format!("{message}.{}", signers.sign(&message));
        check(&token, signers, TokenError::Malformed);
        // The type may be left out, and may be written as a media type.
        check(&with_header(signers, &json!({"typ": Value::Null}), true), signers, None);
        check(&with_header(signers, &json!({"typ": "application/jwt"}), true), signers, None);
    }

    #[test]
    fn a_public_key_is_no_shared_secret() {
        let signers = Signers::of_tests();
        let kid = signers.kid();
        let Some(Jwk::Rsa { modulus, .. }) = signers.key(&kid) else { panic!("an RSA key") };
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": kid});
        let message =
            format!("{}.{}", base64url(header.to_string()), base64url(claims().to_string()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, modulus);
        let tag = ring::hmac::sign(&key, message.as_bytes());
        let token = format!("{message}.{}", base64url(tag));
        check(&token, signers, TokenError::Algorithm("HS256".to_owned()));
    }

    #[test]
    fn the_key_of_another_instance_signs_nothing_of_ours() {
        let (ours, others) = (Signers::of_tests(), Signers::of_other_tests());
        check(&others.issue(Kind::Jwt, &claims()), ours, TokenError::UnknownKey);
        let token = others.issue(Kind::Jwt, &claims());
        let (header, payload) = {
            let mut parts = ours.issue(Kind::Jwt, &claims());
            parts.truncate(parts.find('.').expect("three parts"));
            (parts, token.split('.').nth(1).expect("three parts").to_owned())
        };
        let message = format!("{header}.{payload}");
        check(&format!("{message}.{}", others.sign(&message)), ours, TokenError::Signature);
    }
}

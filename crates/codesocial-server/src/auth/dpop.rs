//! Proofs that whoever brings a token holds the key that it is bound to.
//! [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)
//!
//! Invariant: a proof is good for one request: its method, its address, its token, its moment, and
//! never twice. Those seen are forgotten with the process, so one made before it began is refused.

use super::base64url;
use super::jwt::{self, PROOF_SECONDS_MAX, SKEW_SECONDS_MAX, TokenError};
use axum::http::{HeaderMap, HeaderName, Method};
use codesocial_fetch::Url;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const DPOP: HeaderName = HeaderName::from_static("dpop");
/// How many proofs are remembered at once.
const SEEN_MAX: usize = 100_000;

/// The proofs that were seen and are still good.
#[derive(Debug)]
pub(crate) struct Proofs {
    began: Timestamp,
    /// Hashes of key and name, with the second in which they may be forgotten.
    seen: Mutex<HashMap<[u8; 32], i64>>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
    #[error("the header DPoP is there more than once, or is no text")]
    Header,
    #[error("the proof: {0}")]
    Token(#[from] TokenError),
    #[error("the proof is for another method")]
    Method,
    #[error("the proof is for another address")]
    Address,
    #[error("the proof is for another token")]
    OtherToken,
    #[error("the proof was used before")]
    Replayed,
    #[error("more proofs came than are remembered: try again later")]
    Full,
}

/// What a proof must be for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proved<'a> {
    pub(crate) method: &'a Method,
    /// The address, as this server names it.
    pub(crate) address: &'a str,
    /// The token that comes with it, where one does.
    pub(crate) token: Option<&'a str>,
}

impl Proofs {
    pub(crate) fn new(began: Timestamp) -> Self {
        Self { began, seen: Mutex::default() }
    }

    /// The thumbprint of the key that a request proves to hold; none where it brings no proof.
    pub(crate) fn key(
        &self,
        headers: &HeaderMap,
        proved: Proved<'_>,
        now: Timestamp,
    ) -> Result<Option<String>, ProofError> {
        let mut proofs = headers.get_all(DPOP).iter();
        let Some(proof) = proofs.next() else { return Ok(None) };
        let proof = proof.to_str().ok().filter(|_| proofs.next().is_none());
        self.check(proof.ok_or(ProofError::Header)?, proved, now).map(Some)
    }

    fn check(&self, proof: &str, proved: Proved<'_>, now: Timestamp) -> Result<String, ProofError> {
        let (claims, key) = jwt::verify_proof(proof, now)?;
        let issued = claims.seconds("iat").ok_or(TokenError::Missing("iat"))?;
        if issued < self.began.as_second() {
            return Err(TokenError::Expired.into());
        }
        let text = |name| claims.text(name).ok_or(TokenError::Missing(name));
        if text("htm")? != proved.method.as_str() {
            return Err(ProofError::Method);
        }
        if !is_same_address(text("htu")?, proved.address) {
            return Err(ProofError::Address);
        }
        if let Some(token) = proved.token
            && text("ath")? != base64url(Sha256::digest(token))
        {
            return Err(ProofError::OtherToken);
        }
        let thumbprint = key.thumbprint();
        let name = Sha256::digest(format!("{thumbprint}\n{}", text("jti")?)).into();
        self.remember(name, issued, now)?;
        Ok(thumbprint)
    }

    fn remember(&self, name: [u8; 32], issued: i64, now: Timestamp) -> Result<(), ProofError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX {
            seen.retain(|_, until| *until >= now.as_second());
            if seen.len() >= SEEN_MAX {
                return Err(ProofError::Full);
            }
        }
        let until = issued + PROOF_SECONDS_MAX + SKEW_SECONDS_MAX;
        match seen.insert(name, until) {
            Some(_) => Err(ProofError::Replayed),
            None => Ok(()),
        }
    }
}

/// "Matches the HTTP URI value […] ignoring any query and fragment parts", after normalisation.
/// <https://www.rfc-editor.org/rfc/rfc9449#section-4.3>
fn is_same_address(told: &str, ours: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    bare(told).is_some_and(|told| bare(ours) == Some(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;
    const ADDRESS: &str = "https://registre.example/organizations/a";
    const TOKEN: &str = "token";

    struct Program(EcdsaKeyPair);

    impl Program {
        fn new() -> Self {
            let (random, how) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
            let made = EcdsaKeyPair::generate_pkcs8(how, &random).expect("a key");
            Self(EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).expect("the key"))
        }

        fn jwk(&self) -> Value {
            let point = &self.0.public_key().as_ref()[1..];
            let (x, y) = point.split_at(32);
            json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let message =
                format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
            let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
            format!("{message}.{}", base64url(signature))
        }

        fn header(&self) -> Value {
            json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.jwk()})
        }
    }

    fn claims() -> Value {
        json!({
            "htm": "GET", "htu": ADDRESS, "iat": NOW, "jti": "1",
            "ath": base64url(Sha256::digest(TOKEN)),
        })
    }

    fn with(value: Value, name: &str, member: Value) -> Value {
        let mut value = value;
        value[name] = member;
        value
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn judged(proofs: &Proofs, proof: &str, now: i64) -> Result<String, ProofError> {
        let proved = Proved { method: &Method::GET, address: ADDRESS, token: Some(TOKEN) };
        proofs.check(proof, proved, at(now))
    }

    #[test]
    fn a_proof_is_for_one_request() {
        let (program, proofs) = (Program::new(), Proofs::new(at(NOW - 1_000)));
        let thumbprint = super::super::jwk::Jwk::parse(&program.jwk()).expect("a key").thumbprint();
        let check = |name: &str, member: Value, expected: Result<(), ProofError>| {
            let claims =
                with(with(claims(), "jti", json!(format!("{name}{member}"))), name, member);
            let found = judged(&proofs, &program.sign(&program.header(), &claims), NOW);
            assert_eq!(found, expected.map(|()| thumbprint.clone()), "{claims}");
        };
        let missing = |name| Err(TokenError::Missing(name).into());
        check("other", json!("member"), Ok(()));
        check("htu", json!("https://registre.example/organizations/a?x=y#z"), Ok(()));
        check("htu", json!("HTTPS://registre.EXAMPLE:443/organizations/a"), Ok(()));
        check("htu", json!("http://registre.example/organizations/a"), Err(ProofError::Address));
        check("htu", json!("https://evil.example/organizations/a"), Err(ProofError::Address));
        check("htu", json!("https://registre.example/organizations/a/"), Err(ProofError::Address));
        check("htu", json!("/organizations/a"), Err(ProofError::Address));
        check("htu", Value::Null, missing("htu"));
        check("htm", json!("POST"), Err(ProofError::Method));
        check("htm", json!("get"), Err(ProofError::Method));
        check("htm", Value::Null, missing("htm"));
        check("ath", json!(base64url(Sha256::digest("other"))), Err(ProofError::OtherToken));
        check("ath", Value::Null, missing("ath"));
        check("jti", Value::Null, missing("jti"));
        check("iat", json!(NOW - PROOF_SECONDS_MAX), Ok(()));
        check("iat", json!(NOW + SKEW_SECONDS_MAX), Ok(()));
        check("iat", json!(NOW - PROOF_SECONDS_MAX - 1), Err(TokenError::Expired.into()));
        check("iat", json!(NOW + SKEW_SECONDS_MAX + 1), Err(TokenError::NotYet.into()));
        check("iat", Value::Null, missing("iat"));
    }

    #[test]
    fn a_proof_is_signed_by_the_key_that_it_shows() {
        let (program, other) = (Program::new(), Program::new());
        let proofs = Proofs::new(at(NOW - 1_000));
        let mut private = program.jwk();
        private["d"] = json!("AQAB");
        for (name, member, expected) in [
            ("jwk", other.jwk(), TokenError::Signature),
            ("jwk", private, TokenError::UnknownKey),
            ("jwk", json!({"kty": "oct", "k": "AQAB"}), TokenError::UnknownKey),
            ("jwk", Value::Null, TokenError::BringsKey),
            ("jku", json!("https://evil.example/"), TokenError::BringsKey),
            ("alg", json!("none"), TokenError::Algorithm("none".to_owned())),
            ("alg", json!("HS256"), TokenError::Algorithm("HS256".to_owned())),
            ("alg", json!("RS256"), TokenError::Algorithm("RS256".to_owned())),
            ("typ", json!("JWT"), TokenError::Type),
            ("typ", Value::Null, TokenError::Type),
        ] {
            let header = with(program.header(), name, member);
            let found = judged(&proofs, &program.sign(&header, &claims()), NOW);
            assert_eq!(found, Err(expected.into()), "{header}");
        }
    }

    #[test]
    fn a_proof_comes_once() {
        let (program, proofs) = (Program::new(), Proofs::new(at(NOW)));
        let proof = program.sign(&program.header(), &claims());
        assert!(judged(&proofs, &proof, NOW).is_ok());
        assert_eq!(judged(&proofs, &proof, NOW), Err(ProofError::Replayed));
        assert_eq!(judged(&proofs, &proof, NOW + PROOF_SECONDS_MAX), Err(ProofError::Replayed));
        // The same name under another key is another proof.
        let other = Program::new();
        assert!(judged(&proofs, &other.sign(&other.header(), &claims()), NOW).is_ok());
        // What an earlier process may have seen is not believed.
        let restarted = Proofs::new(at(NOW + 1));
        let expired = Err(TokenError::Expired.into());
        assert_eq!(judged(&restarted, &proof, NOW + 1), expired);
    }

    #[test]
    fn a_request_brings_one_proof_or_none() {
        let (program, proofs) = (Program::new(), Proofs::new(at(NOW)));
        let proof = program.sign(&program.header(), &claims());
        let proved = Proved { method: &Method::GET, address: ADDRESS, token: Some(TOKEN) };
        let mut headers = HeaderMap::new();
        assert_eq!(proofs.key(&headers, proved, at(NOW)), Ok(None));
        headers.append(DPOP, proof.parse().expect("a value"));
        assert!(proofs.key(&headers, proved, at(NOW)).is_ok_and(|key| key.is_some()));
        headers.append(DPOP, proof.parse().expect("a value"));
        assert_eq!(proofs.key(&headers, proved, at(NOW)), Err(ProofError::Header));
    }
}

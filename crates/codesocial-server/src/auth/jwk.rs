//! Public keys as JSON, of our own and of who proves to hold one.
//! [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518)
//!
//! Invariant: a key verifies by the one algorithm that it is for, whatever a token's header says.

use super::base64url;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// How a token is signed. <https://www.rfc-editor.org/rfc/rfc7518#section-3.1>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|own| own.as_str() == name)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Jwk {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
}

impl Jwk {
    /// Reads a key that tokens may be signed with; none where it is of another kind or for another
    /// use, or holds its private half.
    pub(crate) fn parse(jwk: &Value) -> Option<Self> {
        let jwk = jwk.as_object()?;
        let key = match text(jwk, "kty")? {
            "RSA" => Self::Rsa { modulus: bytes(jwk, "n")?, exponent: bytes(jwk, "e")? },
            "EC" if text(jwk, "crv")? == "P-256" => Self::P256 {
                x: bytes(jwk, "x")?.try_into().ok()?,
                y: bytes(jwk, "y")?.try_into().ok()?,
            },
            _ => return None,
        };
        let is_public =
            ["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|n| !jwk.contains_key(*n));
        let is = |name, value| text(jwk, name).is_none_or(|found| found == value);
        (is_public && is("use", "sig") && is("alg", key.algorithm().as_str())).then_some(key)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256 { .. } => Algorithm::Es256,
        }
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Self::P256 { x, y } => {
                // An uncompressed point. https://www.secg.org/sec1-v2.pdf#subsubsection.2.3.3
                let point = [&[4][..], x, y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
        }
        .is_ok()
    }

    /// The members that make the key, in the order of their names.
    fn required(&self) -> Value {
        match self {
            Self::Rsa { modulus, exponent } => {
                json!({"e": base64url(exponent), "kty": "RSA", "n": base64url(modulus)})
            }
            Self::P256 { x, y } => {
                json!({"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)})
            }
        }
    }

    /// What the key is known by, whoever writes it down.
    /// <https://www.rfc-editor.org/rfc/rfc7638#section-3>
    pub(crate) fn thumbprint(&self) -> String {
        base64url(Sha256::digest(self.required().to_string()))
    }

    /// The key as others read it.
    pub(crate) fn to_json(&self) -> Value {
        let mut jwk = self.required();
        jwk["kid"] = self.thumbprint().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.algorithm().as_str().into();
        jwk
    }
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name)?.as_str()
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    super::from_base64url(text(jwk, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7638. <https://www.rfc-editor.org/rfc/rfc7638#section-3.1>
    fn example() -> Value {
        json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1\
                  L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4\
                  QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO\
                  pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF\
                  Cur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29",
        })
    }

    #[test]
    fn a_thumbprint_is_that_of_the_specification() {
        let key = Jwk::parse(&example()).expect("a key");
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(Jwk::parse(&key.to_json()), Some(key));
    }

    #[test]
    fn what_is_no_public_key_for_signatures_is_none() {
        for (member, value) in [
            ("kty", json!("oct")),
            ("kty", json!("EC")),
            ("n", json!("a+b")),
            ("e", Value::Null),
            ("d", json!("AQAB")),
            ("k", json!("AQAB")),
            ("use", json!("enc")),
            ("alg", json!("HS256")),
        ] {
            let mut key = example();
            key[member] = value;
            assert_eq!(Jwk::parse(&key), None, "{member}");
        }
    }
}

//! The keys that the instance signs tokens with: made at the first need, kept sealed, told to
//! whoever verifies.
//!
//! Invariant: the newest key signs, and all that are kept verify.

use super::jwk::{Algorithm, Jwk};
use super::{base64url, jwt};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use codesocial_store::{KeptKey, Keys, Random};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};
use std::convert::Infallible;

const MODULUS_BITS: usize = 2048;

/// `GET /.well-known/jwks.json`: the public halves. <https://www.rfc-editor.org/rfc/rfc7517#section-5>
pub(crate) async fn jwks(State(app): State<App>) -> Response {
    match app.signers().await {
        Ok(signers) => {
            ([(CACHE_CONTROL, "public, max-age=300")], Json(signers.to_json())).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "no key to sign with");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Why there is no key to sign with. Ours: logged, never shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignerError {
    #[error("a key cannot be made: {0}")]
    Make(#[from] rsa::Error),
    #[error("a key cannot be written down: {0}")]
    Encode(#[from] rsa::pkcs8::Error),
    #[error("the key {id} cannot be used: {error}")]
    Use { id: String, error: ring::error::KeyRejected },
    #[error("a key cannot be kept: {0}")]
    Keep(String),
    #[error("making a key was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The keys, the newest last: there is at least one.
#[derive(Debug)]
pub(crate) struct Signers(Vec<Signer>);

#[derive(Debug)]
struct Signer {
    kid: String,
    pair: RsaKeyPair,
    public: Jwk,
}

impl Signers {
    /// The keys that are kept, or the first one, made now.
    pub(crate) async fn of(
        keys: &Keys,
        now: Timestamp,
        mut random: Random,
    ) -> Result<Self, SignerError> {
        let algorithm = Algorithm::Rs256.as_str();
        if keys.newest(algorithm).is_none() {
            let source = Random::of_seed(random.bytes());
            let secret = tokio::task::spawn_blocking(|| new_rsa_key(source)).await??;
            let id = Signer::of(String::new(), &secret)?.public.thumbprint();
            let key = KeptKey { id, algorithm: algorithm.to_owned(), secret };
            keys.keep(key, now, &mut random)
                .await
                .map_err(|error| SignerError::Keep(error.to_string()))?;
        }
        let signers = keys.all(algorithm).into_iter();
        signers
            .map(|key| Signer::of(key.id.clone(), &key.secret))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// A token that says this.
    pub(crate) fn issue(&self, kind: jwt::Kind, claims: &Value) -> String {
        let signer = self.newest();
        let header = json!({"alg": "RS256", "typ": kind.as_str(), "kid": signer.kid});
        let message =
            format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let signature = signer.sign(&message);
        format!("{message}.{signature}")
    }

    fn newest(&self) -> &Signer {
        self.0.last().expect("there is at least one")
    }

    /// The public key of that name.
    pub(crate) fn key(&self, kid: &str) -> Option<&Jwk> {
        self.0.iter().find(|signer| signer.kid == kid).map(|signer| &signer.public)
    }

    fn to_json(&self) -> Value {
        json!({"keys": self.0.iter().map(|signer| signer.public.to_json()).collect::<Vec<_>>()})
    }
}

impl Signer {
    fn of(kid: String, secret: &[u8]) -> Result<Self, SignerError> {
        let pair = RsaKeyPair::from_pkcs8(secret)
            .map_err(|error| SignerError::Use { id: kid.clone(), error })?;
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::from(pair.public());
        Ok(Self { kid, pair, public: Jwk::Rsa { modulus: n, exponent: e } })
    }

    fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("the signature is as long as the modulus");
        base64url(signature)
    }
}

/// A fresh key as PKCS #8. Takes a good part of a second.
pub(crate) fn new_rsa_key(random: Random) -> Result<Vec<u8>, SignerError> {
    let key = rsa::PrivateKey::new(&mut Bits(random), MODULUS_BITS)?;
    Ok(key.to_pkcs8_der()?.as_bytes().to_vec())
}

/// Our random source, as the maker of keys asks for it.
struct Bits(Random);

impl TryRng for Bits {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(32) {
            part.copy_from_slice(&self.0.bytes()[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Bits {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::OnceLock;

    /// For tests of whoever issues and verifies.
    impl Signers {
        pub(crate) fn of_tests() -> &'static Self {
            static MADE: OnceLock<Signers> = OnceLock::new();
            MADE.get_or_init(|| Self::of_seed(1))
        }

        pub(crate) fn of_other_tests() -> &'static Self {
            static MADE: OnceLock<Signers> = OnceLock::new();
            MADE.get_or_init(|| Self::of_seed(2))
        }

        fn of_seed(seed: u8) -> Self {
            let secret = new_rsa_key(Random::of_seed([seed; 32])).expect("a key");
            let mut signer = Signer::of(String::new(), &secret).expect("ring takes it");
            signer.kid = signer.public.thumbprint();
            Self(vec![signer])
        }

        pub(crate) fn kid(&self) -> String {
            self.newest().kid.clone()
        }

        pub(crate) fn sign(&self, message: &str) -> String {
            self.newest().sign(message)
        }
    }

    #[test]
    fn only_public_halves_are_told() {
        let told = Signers::of_tests().to_json();
        let key = told["keys"][0].as_object().expect("a key");
        let names: Vec<&str> = key.keys().map(String::as_str).collect();
        assert_eq!(names, ["e", "kty", "n", "kid", "use", "alg"]);
        assert_eq!(
            Jwk::parse(&told["keys"][0]).as_ref(),
            Signers::of_tests().key(&Signers::of_tests().kid())
        );
    }
}

//! Keys that verify signatures, and keys that make them.
//!
//! Invariant: a key is good for the algorithms of its own kind, whatever a signature says of
//! itself; what is too weak is no key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs1::RsaPublicKeyRef;
use ring::rand::SecureRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA512, RsaKeyPair, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use spki::der::Encode as _;
use spki::der::asn1::{AnyRef, BitStringRef};
use spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use std::fmt;

/// The shortest modulus that counts. <https://www.rfc-editor.org/rfc/rfc8017>
const RSA_BITS_MIN: usize = 2048;
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ED25519_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// Before the 32 bytes of an Ed25519 key. <https://www.w3.org/TR/cid-1.0/#Multikey>
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// What is written about a key, beside the key.
const SPKI_BYTES_MAX: usize = 64;
/// The longest text of a key that is read, in base 58 beyond all need.
const MULTIBASE_BYTES_MAX: usize = 128;

/// How a signature is made. <https://www.rfc-editor.org/rfc/rfc9421#section-3.3>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    RsaSha256,
    RsaPssSha512,
    Ed25519,
    EcdsaP256Sha256,
}

/// A key that somebody published.
#[derive(Clone, PartialEq, Eq)]
pub enum PublicKey {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    Ed25519([u8; 32]),
    /// A point, not compressed.
    P256(Vec<u8>),
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key is not written as PEM or as a Multikey")]
    Malformed,
    #[error("the key is of no kind that is known: RSA, Ed25519, P-256")]
    Kind,
    #[error("the key is shorter than {RSA_BITS_MIN} bits")]
    Weak,
}

impl PublicKey {
    /// Reads `publicKeyPem`, whatever its lines are like: a SubjectPublicKeyInfo, or an
    /// RSAPublicKey of PKCS #1.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (_, rest) = text.split_once("-----BEGIN ").ok_or(KeyError::Malformed)?;
        let (label, rest) = rest.split_once("-----").ok_or(KeyError::Malformed)?;
        let (inside, _) = rest.split_once("-----END ").ok_or(KeyError::Malformed)?;
        let text: String = inside.split_ascii_whitespace().collect();
        let der = STANDARD.decode(text).map_err(|_| KeyError::Malformed)?;
        match label {
            "PUBLIC KEY" => Self::from_spki(&der),
            "RSA PUBLIC KEY" => Self::from_pkcs1(&der),
            _ => Err(KeyError::Kind),
        }
    }

    fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| KeyError::Malformed)?;
        let key = info.subject_public_key.raw_bytes();
        match info.algorithm.oid {
            RSA => Self::from_pkcs1(key),
            ED25519_ID => Ok(Self::Ed25519(key.try_into().map_err(|_| KeyError::Malformed)?)),
            EC if info.algorithm.parameters_oid() == Ok(P256) => Ok(Self::P256(key.to_vec())),
            _ => Err(KeyError::Kind),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublicKeyRef::try_from(der).map_err(|_| KeyError::Malformed)?;
        let modulus: &[u8] = key.modulus.as_bytes();
        let unused = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if modulus.len() * 8 - unused < RSA_BITS_MIN {
            return Err(KeyError::Weak);
        }
        let exponent = key.public_exponent.as_bytes().to_vec();
        Ok(Self::Rsa { modulus: modulus.to_vec(), exponent })
    }

    /// Reads `publicKeyMultibase`: an Ed25519 key in base 58.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix('z').ok_or(KeyError::Kind)?;
        let bytes = from_base58(text).ok_or(KeyError::Malformed)?;
        let key = bytes.strip_prefix(&MULTICODEC_ED25519).ok_or(KeyError::Kind)?;
        Ok(Self::Ed25519(key.try_into().map_err(|_| KeyError::Malformed)?))
    }

    /// The algorithms that a key of its kind is for, or the one of them that a signature names.
    pub(crate) fn algorithms(&self, named: Option<Algorithm>) -> Vec<Algorithm> {
        let own: &[Algorithm] = match self {
            Self::Rsa { .. } => &[Algorithm::RsaSha256, Algorithm::RsaPssSha512],
            Self::Ed25519(_) => &[Algorithm::Ed25519],
            Self::P256(_) => &[Algorithm::EcdsaP256Sha256],
        };
        own.iter().copied().filter(|own| named.is_none_or(|named| named == *own)).collect()
    }

    /// Whether a signature of the message was made with this key.
    pub(crate) fn verifies(&self, how: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, how) {
            (Self::Rsa { modulus, exponent }, Algorithm::RsaSha256) => {
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                    .is_ok()
            }
            (Self::Rsa { modulus, exponent }, Algorithm::RsaPssSha512) => {
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(&RSA_PSS_2048_8192_SHA512, message, signature)
                    .is_ok()
            }
            (Self::Ed25519(key), Algorithm::Ed25519) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
            }
            (Self::P256(point), Algorithm::EcdsaP256Sha256) => {
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).is_ok()
            }
            (Self::Rsa { .. } | Self::Ed25519(_) | Self::P256(_), _) => false,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { modulus, .. } => write!(f, "RSA of {} bytes", modulus.len()),
            Self::Ed25519(_) => f.write_str("Ed25519"),
            Self::P256(_) => f.write_str("P-256"),
        }
    }
}

/// <https://datatracker.ietf.org/doc/html/draft-msporny-base58-03>
fn from_base58(text: &str) -> Option<Vec<u8>> {
    if text.len() > MULTIBASE_BYTES_MAX {
        return None;
    }
    // The least significant byte first.
    let mut bytes: Vec<u8> = Vec::new();
    for digit in text.bytes() {
        let mut carry = BASE58.iter().position(|own| *own == digit)?;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(u8::try_from(carry).ok()?);
        }
    }
    bytes.extend(text.bytes().take_while(|digit| *digit == BASE58[0]).map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

/// A key that makes signatures.
#[derive(Debug)]
pub enum SigningKey {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// Reads a key of PKCS #8, in DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self::Ed25519(pair));
        }
        let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError::Kind)?;
        Ok(Self::Rsa(Box::new(pair)))
    }

    /// The public half as documents hold it: a SubjectPublicKeyInfo in PEM.
    /// <https://www.rfc-editor.org/rfc/rfc7468#section-13>
    pub fn public_pem(&self) -> Result<String, KeyError> {
        let (oid, parameters, key) = match self {
            Self::Rsa(pair) => (RSA, Some(AnyRef::NULL), pair.public_key().as_ref()),
            Self::Ed25519(pair) => (ED25519_ID, None, pair.public_key().as_ref()),
        };
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef { oid, parameters },
            subject_public_key: BitStringRef::from_bytes(key).map_err(|_| KeyError::Malformed)?,
        };
        let mut der = vec![0; key.len() + SPKI_BYTES_MAX];
        let der = info.encode_to_slice(&mut der).map_err(|_| KeyError::Malformed)?;
        let text = STANDARD.encode(der);
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        Ok(format!("-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n"))
    }

    pub(crate) fn sign(&self, message: &[u8], random: &dyn SecureRandom) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

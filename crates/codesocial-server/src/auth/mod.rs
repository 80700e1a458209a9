//! Who somebody is: keys and signed tokens.

#[cfg_attr(not(test), expect(dead_code, reason = "no request brings a token of these yet"))]
mod jwk;
#[cfg_attr(not(test), expect(dead_code, reason = "no request brings a token of these yet"))]
mod jwt;
mod signer;

pub(crate) use signer::{SignerError, Signers, jwks};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes as tokens write them. <https://www.rfc-editor.org/rfc/rfc7515#section-2>
fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token's text stands for: one text for each sequence of bytes.
fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

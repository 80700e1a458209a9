//! Secrets that the server hands out once and knows again by their hashes: tokens, sessions,
//! tickets. They have 256 random bits, so that their hash needs neither salt nor slowness.

use crate::{Hash, Random, hex};
use sha2::{Digest, Sha256};
use std::fmt;

/// A secret as its holder has it. It is shown to them, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A fresh secret that begins with `prefix`, so that a leaked one is recognised.
    pub(super) fn random(prefix: &str, random: &mut Random) -> Self {
        Self(format!("{prefix}{}", hex(&random.bytes())))
    }

    /// What its holder keeps.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> Hash {
        hash(&self.0)
    }
}

/// So that no log holds one.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret).into()
}

/// By what a kept secret is named to its owner: enough to tell theirs apart, of no use to others.
pub(super) fn label(hash: &[u8]) -> String {
    hex(&hash[..hash.len().min(6)])
}

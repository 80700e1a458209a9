//! Opaque ids and the one source of randomness of the store.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// 128 random bits that stand for a graph or an agent in headers, which are never erased: they say
/// nothing of what they name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpaqueId(u128);

/// RFC 4648 base 32, lower case. <https://www.rfc-editor.org/rfc/rfc4648#section-6>
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// 26 digits of 5 bits hold 128 bits and 2 of padding.
const DIGITS: usize = 26;

impl OpaqueId {
    pub fn random(random: &mut Random) -> Self {
        Self(random.0.random())
    }
}

impl fmt::Display for OpaqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |n: usize| {
            let shift = 128 - 5 * (n + 1).min(25) - if n == 25 { 3 } else { 0 };
            let bits = if n == 25 { (self.0 << 2) & 31 } else { self.0 >> shift & 31 };
            char::from(ALPHABET[usize::try_from(bits).expect("5 bits fit a usize")])
        };
        (0..DIGITS).try_for_each(|n| f.write_char(digit(n)))
    }
}

impl fmt::Debug for OpaqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpaqueId({self})")
    }
}

/// The text is not 26 digits of base 32 that hold 128 bits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no opaque id")]
pub struct OpaqueIdError(String);

impl FromStr for OpaqueId {
    type Err = OpaqueIdError;

    fn from_str(text: &str) -> Result<Self, OpaqueIdError> {
        let error = || OpaqueIdError(text.to_owned());
        let mut bits = 0_u128;
        for (n, byte) in text.bytes().enumerate() {
            let digit = (0_u128..).zip(ALPHABET).find(|(_, letter)| **letter == byte);
            let (digit, _) = digit.ok_or_else(error)?;
            bits = if n == DIGITS - 1 { bits << 3 | digit >> 2 } else { bits << 5 | digit };
        }
        let id = Self(bits);
        if id.to_string() == text { Ok(id) } else { Err(error()) }
    }
}

/// The local part of a person's WebID: 80 random bits, which say nothing of whom they name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u128);

/// 16 digits of 5 bits.
const ACCOUNT_DIGITS: usize = 16;

impl AccountId {
    pub fn random(random: &mut Random) -> Self {
        Self(random.0.random::<u128>() >> (128 - 5 * ACCOUNT_DIGITS))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |n: usize| {
            let bits = self.0 >> (5 * (ACCOUNT_DIGITS - 1 - n)) & 31;
            char::from(ALPHABET[usize::try_from(bits).expect("5 bits fit a usize")])
        };
        (0..ACCOUNT_DIGITS).try_for_each(|n| f.write_char(digit(n)))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl FromStr for AccountId {
    type Err = OpaqueIdError;

    fn from_str(text: &str) -> Result<Self, OpaqueIdError> {
        let digits = text.bytes().map(|byte| {
            (0_u128..).zip(ALPHABET).find(|(_, letter)| **letter == byte).map(|(digit, _)| digit)
        });
        let digits: Option<Vec<u128>> = digits.collect();
        digits
            .filter(|digits| digits.len() == ACCOUNT_DIGITS)
            .map(|digits| Self(digits.iter().fold(0, |bits, digit| bits << 5 | digit)))
            .ok_or_else(|| OpaqueIdError(text.to_owned()))
    }
}

/// A random source that is passed, never reached for: seeded by the system when serving, by a
/// number in tests. ChaCha, because golden tests need the same bytes from every version.
#[derive(Debug)]
pub struct Random(ChaCha12Rng);

impl Random {
    /// Seeded by the operating system.
    pub fn of_system() -> Self {
        Self(ChaCha12Rng::from_os_rng())
    }

    pub fn of_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// 32 fresh bytes: a salt, a key, or the seed of another source.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// 64 fresh bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_says_nothing_else() {
        let mut random = Random::of_seed([1; 32]);
        for id in [OpaqueId(0), OpaqueId(u128::MAX), OpaqueId(1)]
            .into_iter()
            .chain((0..100).map(|_| OpaqueId::random(&mut random)))
        {
            assert_eq!(id.to_string().len(), 26);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "a", "aaaaaaaaaaaaaaaaaaaaaaaaab", "AAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(text.parse::<OpaqueId>().is_err(), "{text}");
        }
        for id in (0..100).map(|_| AccountId::random(&mut random)) {
            assert_eq!(id.to_string().len(), 16);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in
            ["", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaa1"]
        {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
        }
    }
}

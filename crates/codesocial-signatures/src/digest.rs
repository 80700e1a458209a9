//! Digests that come with a body: `Content-Digest` of RFC 9530, and the older `Digest`, which most
//! servers of the fediverse send.
//!
//! Invariant: a body is judged as the bytes that came, and by every digest of a known kind.

use crate::Fault;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::{Digest as _, Sha256, Sha512};

pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
pub(crate) const DIGEST: HeaderName = HeaderName::from_static("digest");

/// What a body should hash to, by the headers of its request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    sha256: Vec<Vec<u8>>,
    sha512: Vec<Vec<u8>>,
}

impl Digests {
    /// All that a request's headers say of its body.
    pub fn of(headers: &HeaderMap) -> Result<Self, Fault> {
        let mut digests = Self::of_content_digest(headers)?;
        let older = Self::of_digest(headers)?;
        digests.sha256.extend(older.sha256);
        digests.sha512.extend(older.sha512);
        Ok(digests)
    }

    /// <https://www.rfc-editor.org/rfc/rfc9530#section-2>
    pub(crate) fn of_content_digest(headers: &HeaderMap) -> Result<Self, Fault> {
        let malformed = || Fault::Malformed("Content-Digest");
        let lines: Vec<&[u8]> =
            headers.get_all(CONTENT_DIGEST).iter().map(|line| line.as_bytes()).collect();
        let text = lines.join(&b", "[..]);
        let dictionary: Dictionary = Parser::new(&text).parse().map_err(|_| malformed())?;
        let mut digests = Self::default();
        for (kind, entry) in dictionary {
            let ListEntry::Item(item) = entry else { return Err(malformed()) };
            let BareItem::ByteSequence(value) = item.bare_item else { return Err(malformed()) };
            digests.add(kind.as_str(), value);
        }
        Ok(digests)
    }

    /// <https://www.rfc-editor.org/rfc/rfc3230#section-4.3.2>
    pub(crate) fn of_digest(headers: &HeaderMap) -> Result<Self, Fault> {
        let malformed = || Fault::Malformed("Digest");
        let mut digests = Self::default();
        for line in headers.get_all(DIGEST) {
            for element in line.to_str().map_err(|_| malformed())?.split(',') {
                let (kind, value) = element.trim().split_once('=').ok_or_else(malformed)?;
                let kind = kind.to_ascii_lowercase();
                if ["sha-256", "sha-512"].contains(&&*kind) {
                    digests.add(&kind, STANDARD.decode(value).map_err(|_| malformed())?);
                }
            }
        }
        Ok(digests)
    }

    fn add(&mut self, kind: &str, value: Vec<u8>) {
        match kind {
            "sha-256" => self.sha256.push(value),
            "sha-512" => self.sha512.push(value),
            _ => {}
        }
    }

    /// Whether nothing is said that can be judged.
    pub fn is_empty(&self) -> bool {
        self.sha256.is_empty() && self.sha512.is_empty()
    }

    /// Begins to judge a body.
    pub fn hashing(self) -> Hashing {
        let sha256 = (!self.sha256.is_empty()).then(Sha256::new);
        let sha512 = (!self.sha512.is_empty()).then(Sha512::new);
        Hashing { digests: self, sha256, sha512 }
    }
}

/// A body that is judged while it is read.
#[derive(Debug, Clone)]
pub struct Hashing {
    digests: Digests,
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
}

impl Hashing {
    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(bytes);
        }
    }

    /// Whether what was read is what the digests say.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let sha256 = self.sha256.take().map(|hash| hash.finalize().to_vec()).unwrap_or_default();
        let sha512 = self.sha512.take().map(|hash| hash.finalize().to_vec()).unwrap_or_default();
        let Digests { sha256: short, sha512: long } = std::mem::take(&mut self.digests);
        let holds =
            short.iter().all(|told| *told == sha256) && long.iter().all(|told| *told == sha512);
        if holds { Ok(()) } else { Err(Fault::Body) }
    }
}

/// The value of `Content-Digest` for a body.
pub(crate) fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// The value of `Digest` for a body.
pub(crate) fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(Sha256::digest(body)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    /// RFC 9421 B.2 and RFC 9530 B.1.
    const HELLO: &str = "{\"hello\": \"world\"}";
    const LONG: &str = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    const SHORT: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    const OLDER: &str = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";

    #[track_caller]
    fn check(lines: &[(&'static str, &str)], body: &str, expected: impl Into<Option<Fault>>) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        let judged = Digests::of(&headers).and_then(|digests| {
            let mut hashing = digests.hashing();
            let (first, rest) = body.as_bytes().split_at(body.len() / 2);
            hashing.update(first);
            hashing.update(rest);
            hashing.finish()
        });
        assert_eq!(judged.err(), expected.into(), "{lines:?}");
    }

    #[test]
    fn a_body_is_what_all_its_digests_say() {
        let (new, old) = ("content-digest", "digest");
        check(&[], HELLO, None);
        check(&[(new, LONG)], HELLO, None);
        check(&[(new, SHORT)], HELLO, None);
        check(&[(old, OLDER)], HELLO, None);
        check(&[(old, &OLDER.replace("SHA", "sha"))], HELLO, None);
        check(&[(new, LONG), (new, SHORT), (old, OLDER)], HELLO, None);
        check(&[(old, &format!("MD5=x, {OLDER}"))], HELLO, None);
        check(&[(new, LONG)], "{\"hello\": \"there\"}", Fault::Body);
        check(&[(old, OLDER)], "", Fault::Body);
        let other = SHORT.replace("X48E", "X48F");
        check(&[(new, &format!("{LONG}, {other}"))], HELLO, Fault::Body);
        check(&[(new, LONG), (old, "SHA-256=AAAA")], HELLO, Fault::Body);
        check(&[(new, "sha-256=X48E")], HELLO, Fault::Malformed("Content-Digest"));
        check(&[(new, "sha-256")], HELLO, Fault::Malformed("Content-Digest"));
        check(&[(old, "SHA-256")], HELLO, Fault::Malformed("Digest"));
        check(&[(old, "SHA-256=é")], HELLO, Fault::Malformed("Digest"));
    }

    #[test]
    fn what_is_said_in_unknown_kinds_only_is_nothing() {
        let mut headers = HeaderMap::new();
        headers.append(CONTENT_DIGEST, HeaderValue::from_static("md5=:AAAA:, unixsum=:AAAA:"));
        headers.append(DIGEST, HeaderValue::from_static("MD5=AAAA,CRC32c=x"));
        assert!(Digests::of(&headers).expect("well written").is_empty());
    }

    #[test]
    fn a_digest_is_written_as_it_is_read() {
        assert_eq!(content_digest(HELLO.as_bytes()), SHORT);
        assert_eq!(digest(HELLO.as_bytes()), OLDER);
    }
}

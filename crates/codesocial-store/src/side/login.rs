//! By what a person is known when they log in: a handle, or an e-mail address.
//!
//! Invariant: both are in lower case, so that no two differ in case only.

use std::fmt;
use std::str::FromStr;

/// The name that a person chooses. It is data, and may change: the WebID does not hold it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle(String);

/// Letters, digits and a few signs: as long as a person can type, and no address of anything.
const HANDLE_CHARS_MIN: usize = 2;
const HANDLE_CHARS_MAX: usize = 32;

/// Where mail reaches a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// RFC 5321 4.5.3.1.3: a path holds 256 octets, of which two are the brackets.
/// <https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3>
const EMAIL_BYTES_MAX: usize = 254;

/// Why a text is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error(
        "a handle has 2 to 32 letters a to z, digits and - _ . between them, such as «jeanne-d»"
    )]
    Handle,
    #[error("an e-mail address is written like «jeanne@example.org»")]
    Email,
}

impl Handle {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Handle {
    type Err = LoginError;

    fn from_str(text: &str) -> Result<Self, LoginError> {
        let handle = text.trim().to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = (HANDLE_CHARS_MIN..=HANDLE_CHARS_MAX).contains(&handle.len())
            && handle.bytes().all(|byte| plain(byte) || b"-_.".contains(&byte))
            && handle.bytes().next().is_some_and(plain)
            && handle.bytes().last().is_some_and(plain);
        if fits { Ok(Self(handle)) } else { Err(LoginError::Handle) }
    }
}

impl FromStr for Email {
    type Err = LoginError;

    fn from_str(text: &str) -> Result<Self, LoginError> {
        let email = text.trim().to_lowercase();
        let is_strange =
            |c: char| c.is_whitespace() || c.is_control() || "()<>[]:;,\\\"".contains(c);
        let fits = email.len() <= EMAIL_BYTES_MAX
            && !email.contains(is_strange)
            && email.split_once('@').is_some_and(|(local, domain)| {
                let is_host = |label: &str| {
                    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                };
                !local.is_empty() && !domain.contains('@') && domain.split('.').all(is_host)
            });
        if fits { Ok(Self(email)) } else { Err(LoginError::Email) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr + fmt::Display>(text: &str, expected: Option<&str>) {
        let found = text.parse::<T>().ok().map(|found| found.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_handle_is_short_plain_and_in_lower_case() {
        check::<Handle>("jeanne", Some("jeanne"));
        check::<Handle>(" Jeanne.D-2_b ", Some("jeanne.d-2_b"));
        check::<Handle>("42", Some("42"));
        check::<Handle>(&"a".repeat(32), Some(&"a".repeat(32)));
        for text in ["", "a", "é-è", "a b", ".ab", "ab-", "a@b", "a/b", &"a".repeat(33)] {
            check::<Handle>(text, None);
        }
    }

    #[test]
    fn an_e_mail_address_has_a_name_and_a_host() {
        check::<Email>("jeanne@example.org", Some("jeanne@example.org"));
        check::<Email>(" Jeanne+tag@Example.ORG ", Some("jeanne+tag@example.org"));
        check::<Email>("j@localhost", Some("j@localhost"));
        check::<Email>("zoé@exemple.fr", Some("zoé@exemple.fr"));
        for text in [
            "",
            "jeanne",
            "@example.org",
            "jeanne@",
            "a@b@c",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "a@b\r\nBcc: x@y.z",
            "<a@b.c>",
            "a@b.c, d@e.f",
            &format!("{}@b.c", "a".repeat(251)),
        ] {
            check::<Email>(text, None);
        }
    }
}

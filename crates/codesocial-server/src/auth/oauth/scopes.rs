//! What a program asks to be allowed, in the words of OAuth.

use codesocial_store::Scope;
use std::fmt;

/// The words that are understood, in the order in which they are told.
pub(crate) const KNOWN: [&str; 6] =
    ["openid", "webid", "offline_access", "read", "write", "control"];
/// What a program may be allowed to do with what the person may.
const ACCESS: [&str; 3] = ["read", "write", "control"];

/// A set of words. Others are left out: who asks for more hears what it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<&'static str>);

impl Scopes {
    /// Reads what was granted before.
    pub(crate) fn parse(text: &str) -> Self {
        let asked = |word: &&'static str| text.split(' ').any(|own| own == *word);
        Self(KNOWN.into_iter().filter(asked).collect())
    }

    /// Reads what is asked. Solid's programs know no words for access: with `webid` they ask to do
    /// whatever the person may. <https://solidproject.org/TR/oidc#webid-scope>
    pub(crate) fn asked(text: &str) -> Self {
        let mut scopes = Self::parse(text);
        if scopes.has("webid") && !ACCESS.iter().any(|word| scopes.has(word)) {
            scopes.0.extend(ACCESS);
        }
        scopes
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    pub(crate) fn words(&self) -> &[&'static str] {
        &self.0
    }

    /// What a token with these words lets its holder do.
    pub(crate) fn access(&self) -> Scope {
        Scope { read: self.has("read"), write: self.has("write"), control: self.has("control") }
    }

    /// What is left where a program asks for less than it was granted.
    pub(crate) fn within(&self, granted: &Self) -> bool {
        self.0.iter().all(|word| granted.has(word))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, told: &str, access: [bool; 3]) {
        let scopes = Scopes::asked(asked);
        assert_eq!(scopes.to_string(), told, "{asked}");
        let [read, write, control] = access;
        assert_eq!(scopes.access(), Scope { read, write, control }, "{asked}");
        assert_eq!(Scopes::parse(told), scopes);
    }

    #[test]
    fn a_program_gets_what_it_asks_for_and_is_understood() {
        check("", "", [false, false, false]);
        check("openid", "openid", [false, false, false]);
        check("write read", "read write", [true, true, false]);
        check("openid profile email admin", "openid", [false, false, false]);
        check("readwrite", "", [false, false, false]);
        check("openid webid read", "openid webid read", [true, false, false]);
        let solid = "openid webid offline_access read write control";
        check("openid offline_access webid", solid, [true, true, true]);
    }
}

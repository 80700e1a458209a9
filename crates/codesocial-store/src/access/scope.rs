//! What a token lets its holder do of what the agent may, and the words for it.

use super::{AccessMode, Modes};
use std::fmt;
use std::str::FromStr;

/// What a token lets its holder do. A session lets its person do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    pub read: bool,
    pub write: bool,
    pub control: bool,
}

impl Scope {
    pub const ALL: Self = Self { read: true, write: true, control: true };
    pub const NONE: Self = Self { read: false, write: false, control: false };

    pub(super) fn modes(self) -> Modes {
        let modes = [
            (self.read, AccessMode::Read),
            (self.write, AccessMode::Append),
            (self.write, AccessMode::Write),
            (self.control, AccessMode::Control),
        ];
        modes.into_iter().filter(|(granted, _)| *granted).map(|(_, mode)| mode).collect()
    }

    /// What the scope lets do, by the words that people and programs ask for it with.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [(self.read, "read"), (self.write, "write"), (self.control, "control")];
        words.into_iter().filter_map(|(is_held, word)| is_held.then_some(word))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().collect::<Vec<_>>().join(" "))
    }
}

/// A scope is words with spaces or commas between them.
/// <https://www.rfc-editor.org/rfc/rfc6749#section-3.3>
impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::NONE;
        for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
            match word {
                "read" => scope.read = true,
                "write" => scope.write = true,
                "control" => scope.control = true,
                _ => return Err(ScopeError(word.to_owned())),
            }
        }
        Ok(scope)
    }
}

/// A word that stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no scope: write read, write or control, with commas between them")]
pub struct ScopeError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for (text, expected) in [
            ("read write control", Ok(Scope::ALL)),
            ("control,read", Ok(Scope { write: false, ..Scope::ALL })),
            ("", Ok(Scope::NONE)),
            ("read admin", Err(ScopeError("admin".to_owned()))),
        ] {
            assert_eq!(text.parse::<Scope>(), expected, "{text}");
        }
        assert_eq!(Scope::ALL.to_string(), "read write control");
        assert_eq!(Scope { control: false, ..Scope::ALL }.to_string(), "read write");
    }
}

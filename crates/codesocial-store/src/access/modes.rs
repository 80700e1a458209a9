//! The modes of access. <https://solidproject.org/TR/wac#access-modes>

use codesocial_rdf::vocab::acl;
use oxrdf::NamedNodeRef;
use std::ops::{BitAnd, BitOr};

/// One way to use a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessMode {
    Read,
    Append,
    Write,
    /// Reading and writing the access document. It grants nothing of the document itself.
    Control,
}

/// A set of modes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Modes(u8);

impl AccessMode {
    pub const ALL: [Self; 4] = [Self::Read, Self::Append, Self::Write, Self::Control];

    pub fn iri(self) -> NamedNodeRef<'static> {
        match self {
            Self::Read => acl::READ,
            Self::Append => acl::APPEND,
            Self::Write => acl::WRITE,
            Self::Control => acl::CONTROL,
        }
    }

    /// As `WAC-Allow` names it. <https://solidproject.org/TR/wac#wac-allow>
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Append => "append",
            Self::Write => "write",
            Self::Control => "control",
        }
    }
}

impl Modes {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b1111);

    pub fn contains(self, mode: AccessMode) -> bool {
        self.0 & Self::from(mode).0 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = AccessMode> {
        AccessMode::ALL.into_iter().filter(move |mode| self.contains(*mode))
    }
}

impl From<AccessMode> for Modes {
    fn from(mode: AccessMode) -> Self {
        Self(1 << mode as u8)
    }
}

impl FromIterator<AccessMode> for Modes {
    fn from_iter<I: IntoIterator<Item = AccessMode>>(modes: I) -> Self {
        modes.into_iter().fold(Self::NONE, |modes, mode| modes | mode.into())
    }
}

impl BitOr for Modes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Modes {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

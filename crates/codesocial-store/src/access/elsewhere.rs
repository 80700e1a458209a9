//! What is known, at a moment, of groups that lie on other servers. It is read beforehand, by
//! others than those who decide, and becomes part of the state.
//!
//! Invariant: of what is unknown, and of what was read too long ago, nobody is a member.

use codesocial_rdf::Base;
use jiff::{SignedDuration, Timestamp};
use oxrdf::NamedNode;
use std::collections::{HashMap, HashSet};

/// How long after it was read what a server says of a group counts.
pub const REMOTE_GROUP_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Who was in a group when its document was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteGroup {
    pub read: Timestamp,
    pub members: HashSet<NamedNode>,
}

impl RemoteGroup {
    /// From when on it counts no more.
    pub fn until(&self) -> Timestamp {
        self.read.checked_add(REMOTE_GROUP_MAX).unwrap_or(self.read)
    }
}

/// What is known of other servers at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub at: Timestamp,
    pub groups: HashMap<NamedNode, RemoteGroup>,
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self { at: Timestamp::UNIX_EPOCH, groups: HashMap::new() }
    }
}

impl Elsewhere {
    pub(super) fn is_member(&self, group: &NamedNode, agent: &NamedNode, at: Timestamp) -> bool {
        let group = self.groups.get(group).filter(|group| at < group.until());
        group.is_some_and(|group| group.members.contains(agent))
    }
}

/// Whether a group lies on another server that can be asked.
pub(super) fn is_remote(base: &Base, group: &NamedNode) -> bool {
    let iri = group.as_str();
    let is_web = ["http://", "https://"].iter().any(|scheme| iri.starts_with(scheme));
    is_web && !base.contains(iri)
}

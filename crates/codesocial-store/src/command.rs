//! What the outside asks of the store: a command, and what it proposes on a given state.

use crate::{AccessMode, Agent, Head, Random, Rejection, State};
use codesocial_rdf::Changeset;
use jiff::Timestamp;
use oxrdf::NamedNode;
use std::fmt;

/// One change asked for, by whatever door it came.
pub struct Command {
    pub agent: Agent,
    pub kind: CommandKind,
    /// The resource that the command is about, where it is one, and what the agent must be
    /// allowed to do with it.
    pub target: Option<(NamedNode, AccessMode)>,
    pub precondition: Precondition,
    /// The state on which the proposal was computed, where it cannot be computed by the writer.
    pub expects: Option<Head>,
    pub now: Timestamp,
    /// Seed of all that is minted while the command is carried out.
    pub seed: [u8; 32],
    /// Deterministic: with the same state and the same random source, the same proposal.
    pub propose: Box<Propose>,
}

/// What a command makes of a state.
pub type Propose = dyn Fn(&State, &mut Random) -> Result<Proposal, Rejection> + Send + Sync;

/// What follows for Meta graphs from changes that led from one state to another: worked out by the
/// application, pure, and written with the changes themselves. Or the rule of the application that
/// refuses them.
pub type Computed = fn(
    &codesocial_graph::State,
    &codesocial_graph::State,
    &[&Changeset],
    Timestamp,
) -> Result<Changeset, Rejection>;

/// The kind of a command, as headers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandKind {
    Genesis,
    Install,
    Load,
    Import,
    Post,
    Put,
    Patch,
    Delete,
    Update,
    Publish,
    /// Takes graphs away, and what the journal holds of them.
    Erase,
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Genesis => "genesis",
            Self::Install => "install",
            Self::Load => "load",
            Self::Import => "import",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Update => "update",
            Self::Publish => "publish",
            Self::Erase => "erase",
        })
    }
}

/// What must hold of the target's current state.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-13.1>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Precondition {
    #[default]
    None,
    /// `If-Match: *`.
    Exists,
    /// `If-Match` with entity tags, of which only the state part counts.
    Matches(Vec<Etag>),
    /// `If-None-Match: *`.
    Absent,
}

/// The state part of an entity tag: the same for every format of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Etag(pub String);

/// What a command would change.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// What the client asked for, with what follows from it in the same document.
    pub client: Changeset,
    /// Changes of the server's own graphs that only the proposal knows, such as the interaction
    /// model of a new container. Existence, times and containment are added by the door.
    pub server: Changeset,
    /// A resource that goes away.
    pub deleted: Option<NamedNode>,
    /// Where the change can be seen, if it is at one place.
    pub location: Option<NamedNode>,
}

/// What became of an accepted command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The last entry that holds the change, or the head where nothing changed.
    pub head: Head,
    pub location: Option<NamedNode>,
    pub effect: Effect,
    /// Whether the rules have remarks that do not refuse: warnings and information.
    pub remarks: bool,
}

/// What an accepted command did to the resource that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Unchanged,
    Created,
    Changed,
}

//! Why the store refuses a command: theirs, and safe to show. Each variant carries what the client
//! needs to do better.

use codesocial_shacl::Report;
use oxrdf::{NamedNode, Quad, Triple};
use std::sync::Arc;

/// A refusal. Nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Rejection {
    #[error("writing needs the administrator's token")]
    Unauthenticated,
    #[error("this agent may not do that")]
    Forbidden,
    #[error("persons and accounts are not open yet")]
    PersonsClosed,
    #[error("nobody in particular would control {0}")]
    NoController(NamedNode),
    #[error("the root keeps an access document")]
    RootAccess,
    #[error("there is nothing at {0}")]
    NotFound(NamedNode),
    #[error("{0} was deleted, and its address is not used again")]
    Gone(NamedNode),
    #[error("{0} is no container")]
    NotAContainer(NamedNode),
    /// A direct or indirect container that says too little or too much of its members.
    #[error("{0} does not say how it makes members")]
    MembershipUndefined(NamedNode),
    /// By which property a new document of an indirect container must name one member.
    #[error("the document names no member, or several, by {0}")]
    NoMember(NamedNode),
    #[error("the membership would stand in {0}, which is not there")]
    NoMembershipResource(NamedNode),
    /// It is no document of this instance, or none that the agent may read.
    #[error("{0} cannot be attached to a container")]
    NothingToAttach(NamedNode),
    #[error("{0} is no file")]
    NotAFile(NamedNode),
    #[error("{0} lies in no container")]
    NoContainer(NamedNode),
    #[error("the container {0} still has members")]
    NotEmpty(NamedNode),
    #[error("{0} is part of the instance and stays")]
    Permanent(NamedNode),
    #[error("the state named by If-Match is not the current one")]
    PreconditionFailed,
    #[error("the server writes this itself")]
    ServerManaged(Vec<Quad>),
    #[error("the graph {0} is written by the server only")]
    ServerGraph(NamedNode),
    #[error("a document speaks of itself, its parts and its blank nodes: not of {0}")]
    ForeignSubject(String),
    #[error("the address {0} is kept for the server")]
    Reserved(String),
    #[error("a document has at least one triple; DELETE removes it")]
    EmptyDocument,
    #[error("the update cannot be applied: {0}")]
    Update(UpdateRefusal),
    #[error("the data breaks a rule of the registry")]
    Shapes(Arc<Report>),
    /// A rule of the application, by its name, that no shape can say.
    #[error("{document} breaks {rule}")]
    Rule { rule: &'static str, document: NamedNode },
    #[error("the data cannot be validated: {0}")]
    Validation(Arc<str>),
    #[error("{document} has no canonical form: {alike} of its blank nodes look alike")]
    NoCanonicalForm { document: NamedNode, alike: usize },
    #[error("the shapes cannot be used: {0}")]
    MalformedShapes(String),
    #[error("the server holds all that it can")]
    Full,
    #[error("too many writes are waiting")]
    Busy,
    #[error("the state moved while the update was computed")]
    Moved,
}

/// Why an update or a patch is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateRefusal {
    #[error("line or position: {0}")]
    Syntax(String),
    #[error("LOAD is not offered")]
    Load,
    #[error("a patch changes its own document only: no GRAPH, WITH, USING, CLEAR, CREATE or DROP")]
    OtherGraph,
    #[error("the graph {0} exists")]
    GraphExists(NamedNode),
    #[error("the evaluation stopped: {0}")]
    Evaluation(String),
    #[error("this is no N3 Patch: {0}")]
    MalformedPatch(String),
    #[error("the conditions of the patch are met nowhere in the document")]
    NoMatch,
    #[error("the conditions of the patch are met in several ways")]
    SeveralMatches,
    #[error("the document does not hold what the patch deletes: {0}")]
    NothingToDelete(Box<Triple>),
}

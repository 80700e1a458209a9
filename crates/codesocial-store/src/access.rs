//! Who may do what: one decision, of the agent, the document and the access documents of a state.
//! Every door asks here, and nowhere else is it decided.
//! <https://solidproject.org/TR/wac>

mod acl;
mod elsewhere;
mod index;
#[cfg(test)]
pub(crate) mod law;
mod members;
mod modes;
mod owner;
mod persons;
mod scope;
#[cfg(test)]
mod table;

use acl::Acl;
pub use acl::{About, AclText, Grantee};
pub use elsewhere::{Elsewhere, REMOTE_GROUP_MAX, RemoteGroup};
pub(crate) use index::AccessIndex;
pub use members::members_concerned;
pub use modes::{AccessMode, Modes};
pub(crate) use owner::{made_by, removed};
pub use scope::{Scope, ScopeError};

use crate::{OpaqueId, Proposal, Rejection, State};
use acl::{Named, Reach};
use codesocial_graph::Readers;
use codesocial_rdf::{Base, Changeset, GraphKind};
use jiff::Timestamp;
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Quad, Triple};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Agent {
    Anonymous,
    Person(Arc<Person>),
    Administrator(OpaqueId),
    /// The program itself: the loader, the installer.
    Server,
}

/// Somebody known by a WebID, of this server or another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    pub webid: NamedNode,
    /// The name of the person in the journal's headers; none for people of other servers.
    pub id: Option<OpaqueId>,
    /// What the means by which the person came lets them do, of what they may.
    pub scope: Scope,
    /// The origin of the script that asks, where a browser tells it.
    pub origin: Option<String>,
}

/// The name under which access documents grant something to the administrators of an instance.
pub fn administrators(base: &Base) -> NamedNode {
    base.resolve("#administrators")
}

/// The access document of a document, whether there is one or not.
pub fn document_of(subject: NamedNodeRef<'_>) -> NamedNode {
    NamedNode::new_unchecked(format!("{}.acl", subject.as_str()))
}

/// What an access document is about.
pub fn subject_of(acl: NamedNodeRef<'_>) -> NamedNode {
    let document = acl.as_str().split_once('#').map_or(acl.as_str(), |(document, _)| document);
    NamedNode::new_unchecked(document.strip_suffix(".acl").unwrap_or(document))
}

impl State {
    /// All that the agent may do with a document or any other graph.
    pub fn modes(&self, agent: &Agent, graph: NamedNodeRef<'_>) -> Modes {
        let kind = self.base().kind_of(graph);
        match agent {
            Agent::Server => return Modes::ALL,
            Agent::Administrator(_) if kind == GraphKind::System => return Modes::NONE,
            Agent::Administrator(_) => return Modes::ALL,
            Agent::Anonymous | Agent::Person(_) => {}
        }
        if kind.has_access_rules() {
            return granted(self, &self.access, agent, graph) | self.modes_to_make(agent, graph);
        }
        match kind {
            GraphKind::Acl => self.modes_of_acl(agent, graph),
            GraphKind::Meta | GraphKind::SandboxMeta | GraphKind::PrivateMeta => {
                let described = graph.as_str().strip_suffix(".meta").unwrap_or(graph.as_str());
                let modes = self.modes(agent, NamedNodeRef::new_unchecked(described));
                modes & AccessMode::Read.into()
            }
            kind if kind.public_by_default() => within_scope(agent, AccessMode::Read.into()),
            _ => Modes::NONE,
        }
    }

    /// In the sandbox who is known and may add to a container names what they add, which is theirs
    /// then.
    fn modes_to_make(&self, agent: &Agent, document: NamedNodeRef<'_>) -> Modes {
        let is_sandbox = self.base().kind_of(document) == GraphKind::Sandbox;
        let is_free = || !self.exists(document) && !self.is_tombstoned(document);
        if !is_sandbox || !matches!(agent, Agent::Person(_)) || !is_free() {
            return Modes::NONE;
        }
        let container = self.container_of(document).filter(|own| self.is_container(own.as_ref()));
        let adds = container.is_some_and(|container| {
            self.modes(agent, container.as_ref()).contains(AccessMode::Append)
        });
        if adds { Modes::from(AccessMode::Append) | AccessMode::Write.into() } else { Modes::NONE }
    }

    /// Who controls a document reads and writes its access document.
    /// <https://solidproject.org/TR/wac#reading-writing-resources>
    fn modes_of_acl(&self, agent: &Agent, acl: NamedNodeRef<'_>) -> Modes {
        let subject = subject_of(acl);
        let controls = self.modes(agent, subject.as_ref()).contains(AccessMode::Control);
        if controls { Modes::ALL } else { Modes::NONE }
    }

    /// Whether the agent may use a document, or any other graph, in that way.
    pub fn permits(
        &self,
        agent: &Agent,
        graph: NamedNodeRef<'_>,
        mode: AccessMode,
    ) -> Result<(), Rejection> {
        if self.modes(agent, graph).contains(mode) { Ok(()) } else { Err(refusal(agent)) }
    }

    /// Whether the agent may read what lies at an address, where nothing of its own says who may:
    /// who may not learns nothing of what there is.
    pub fn permits_looking(&self, agent: &Agent, graph: NamedNodeRef<'_>) -> Result<(), Rejection> {
        let kind = self.base().kind_of(graph);
        if !matches!(agent, Agent::Anonymous | Agent::Person(_)) {
            return Ok(());
        }
        if kind == GraphKind::Acl {
            return self.permits(agent, graph, AccessMode::Read);
        }
        if !kind.has_access_rules() || self.permits(agent, graph, AccessMode::Read).is_ok() {
            return Ok(());
        }
        let above = self.access.above(self.base(), graph).map(|above| (above, Reach::Inherited));
        let modes = decided(self, above, agent, graph);
        let readable = kind == GraphKind::Private || modes.contains(AccessMode::Read);
        if readable { Ok(()) } else { Err(refusal(agent)) }
    }

    /// Which graphs the agent's queries and pages may read.
    pub fn readers(&self, agent: &Agent) -> Readers {
        match agent {
            Agent::Administrator(_) | Agent::Server => Readers::administrator(),
            Agent::Anonymous => Readers::everyone().all_but(self.access.hidden().clone()),
            Agent::Person(person) if !person.scope.read => Readers::everyone().only(Arc::default()),
            Agent::Person(_) => self.access.readers(agent, || {
                let mut hidden = codesocial_graph::GraphSet::clone(self.access.hidden());
                for document in self.access.hidden_documents() {
                    if self.modes(agent, document).contains(AccessMode::Read) {
                        index::graphs_of(self, document).for_each(|graph| hidden.remove(graph));
                    }
                }
                Readers::known().all_but(Arc::new(hidden))
            }),
        }
    }

    /// The container whose access document decides on a document that has none of its own.
    pub fn deciding_container(&self, document: NamedNodeRef<'_>) -> Option<NamedNode> {
        self.access.nearest(self.base(), document)
    }

    /// What that container grants, said in the words of the document's own access document.
    pub fn repeated_access(&self, document: NamedNodeRef<'_>) -> Vec<Triple> {
        owner::repeated(self, document, self.is_container(document))
    }

    /// A document and all that lies below its address.
    pub fn documents_below(&self, document: &NamedNode) -> Vec<NamedNode> {
        self.access.below(document).filter(|name| self.exists(name.as_ref())).collect()
    }

    /// Whether a person and nobody else but the administrators may use a document.
    pub fn is_theirs_alone(&self, person: NamedNodeRef<'_>, document: NamedNodeRef<'_>) -> bool {
        let administrators = administrators(self.base());
        let allowed = [person, administrators.as_ref()];
        let governing = self.access.governing(self.base(), document);
        governing.is_some_and(|(acl, reach)| acl.names_only(reach, &allowed))
    }

    /// Whether a document ever had an access document of its own.
    pub fn had_access(&self, document: NamedNodeRef<'_>) -> bool {
        self.graphs.contains_key(document_of(document).as_str())
    }

    /// The last entry that changed an access document by which a document is read: its own, or that
    /// of a container above it. Who reads the document now may not have read it before.
    pub fn access_given(&self, document: NamedNodeRef<'_>) -> u64 {
        let path = self.base().path_of(document.as_str()).unwrap_or_default();
        let above = path.match_indices('/').map(|(end, _)| &path[..end]).chain([""]);
        let above = above.map(|path| self.base().resolve(path));
        let acls = above.chain([document.into_owned()]).map(|name| document_of(name.as_ref()));
        let last = acls.filter_map(|acl| self.graphs.get(acl.as_str())).map(|record| record.last);
        last.max().unwrap_or_default()
    }

    /// A number that is another after each change of who may do what.
    pub fn access_changed(&self) -> u64 {
        self.access.changed()
    }

    /// The groups of other servers that access documents name.
    pub fn remote_groups(&self) -> impl Iterator<Item = NamedNode> {
        self.access.remote_groups()
    }

    /// The next moment at which a membership begins or ends, or a group of another server counts no
    /// more.
    pub fn access_due(&self) -> Option<Timestamp> {
        self.access.due()
    }

    /// What is known of other servers.
    pub fn elsewhere(&self) -> &Arc<Elsewhere> {
        self.access.elsewhere()
    }
}

/// What access documents grant of a document that lives under them.
fn granted(state: &State, index: &AccessIndex, agent: &Agent, document: NamedNodeRef<'_>) -> Modes {
    decided(state, index.governing(state.base(), document), agent, document)
}

/// What is granted by the access document that decides; where there is none at all, reading.
fn decided(
    state: &State,
    governing: Option<(&Acl, Reach)>,
    agent: &Agent,
    document: NamedNodeRef<'_>,
) -> Modes {
    let kind = state.base().kind_of(document);
    // What its place makes private is opened to persons one by one.
    let named = if kind == GraphKind::Private { Named::Particular } else { Named::Anyone };
    let in_group =
        |group: &NamedNode, agent: &NamedNode| members::is_in(state, group, document, agent);
    let modes = match governing {
        Some((acl, reach)) => acl.modes(agent, reach, named, in_group),
        None if kind.public_by_default() => AccessMode::Read.into(),
        None => Modes::NONE,
    };
    within_scope(agent, modes)
}

fn within_scope(agent: &Agent, modes: Modes) -> Modes {
    match agent {
        Agent::Person(person) => modes & person.scope.modes(),
        Agent::Anonymous | Agent::Administrator(_) | Agent::Server => modes,
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2>
fn refusal(agent: &Agent) -> Rejection {
    match agent {
        Agent::Anonymous => Rejection::Unauthenticated,
        Agent::Person(_) | Agent::Administrator(_) | Agent::Server => Rejection::Forbidden,
    }
}

/// Whether the agent may write what a proposal writes by name: the right modes on every graph, and
/// none of the server's own graphs, whoever writes. A document that the command creates was decided
/// on with its container.
pub(crate) fn scope(
    agent: &Agent,
    state: &State,
    proposal: &Proposal,
    written: &Changeset,
) -> Result<(), Rejection> {
    persons::check(state, written, &proposal.server)?;
    if *agent == Agent::Server {
        return Ok(());
    }
    let (Changeset { removed, added }, created) = (written, proposal.location.as_ref());
    let mut needed: HashMap<&GraphName, AccessMode> = HashMap::new();
    needed.extend(added.iter().map(|quad| (&quad.graph_name, AccessMode::Append)));
    needed.extend(removed.iter().map(|quad| (&quad.graph_name, AccessMode::Write)));
    for (graph, mode) in needed {
        scope_graph(agent, state, created, graph, mode)?;
    }
    Ok(())
}

/// Whether the agent may remove all that a graph holds, and be it nothing. The graph without a
/// name, and with it all graphs at once, is the administrator's.
pub(crate) fn permits_emptying(
    agent: &Agent,
    state: &State,
    graph: &GraphName,
) -> Result<(), Rejection> {
    if *agent == Agent::Server {
        return Ok(());
    }
    scope_graph(agent, state, None, graph, AccessMode::Write)
}

/// Whether access documents are left as they may be: somebody controls each, and the root has one.
/// <https://solidproject.org/TR/wac#effective-acl-resource>
pub(crate) fn check(
    before: &State,
    after: &codesocial_graph::State,
    net: &Changeset,
) -> Result<(), Rejection> {
    let names: BTreeSet<&NamedNode> =
        net.removed.iter().chain(&net.added).filter_map(named).collect();
    let is_acl = |name: &&NamedNode| before.base().kind_of(name.as_ref()) == GraphKind::Acl;
    for graph in names.into_iter().filter(is_acl) {
        let subject = subject_of(graph.as_ref());
        let mut triples = after.graph(graph.as_ref().into()).peekable();
        if triples.peek().is_some() {
            if !before.exists(subject.as_ref()) {
                return Err(Rejection::NotFound(subject));
            }
            if !Acl::of(subject.as_ref(), triples).has_controller() {
                return Err(Rejection::NoController(subject));
            }
        } else if subject == before.base().root() {
            return Err(Rejection::RootAccess);
        }
    }
    Ok(())
}

fn named(quad: &Quad) -> Option<&NamedNode> {
    match &quad.graph_name {
        GraphName::NamedNode(name) => Some(name),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    }
}

fn scope_graph(
    agent: &Agent,
    state: &State,
    created: Option<&NamedNode>,
    graph: &GraphName,
    mode: AccessMode,
) -> Result<(), Rejection> {
    let kind = state.base().kind(graph.as_ref());
    let is_administrator = matches!(agent, Agent::Administrator(_));
    let GraphName::NamedNode(name) = graph else {
        return if is_administrator { Ok(()) } else { Err(refusal(agent)) };
    };
    if !kind.client_writable() {
        state.permits(agent, name.as_ref(), AccessMode::Read)?;
        return Err(Rejection::ServerGraph(name.clone()));
    }
    if created == Some(name) && !state.exists(name.as_ref()) {
        return Ok(());
    }
    if state.exists(name.as_ref()) || mode == AccessMode::Write || kind == GraphKind::Acl {
        return state.permits(agent, name.as_ref(), mode);
    }
    state.permits_creating(agent, name.as_ref())
}

impl State {
    /// Whether the agent may create a document at an address of their choice: write it, as the
    /// containers above it say, and add to its container.
    /// <https://solidproject.org/TR/wac#reading-writing-resources>
    pub fn permits_creating(
        &self,
        agent: &Agent,
        document: NamedNodeRef<'_>,
    ) -> Result<(), Rejection> {
        self.permits(agent, document, AccessMode::Write)?;
        match self.container_of(document) {
            Some(container) => self.permits(agent, container.as_ref(), AccessMode::Append),
            None => Ok(()),
        }
    }

    /// Whether the agent may delete a document: write it, and its container; who made it, and so
    /// controls it, takes it back where they may add.
    pub fn permits_deleting(
        &self,
        agent: &Agent,
        document: NamedNodeRef<'_>,
    ) -> Result<(), Rejection> {
        self.permits(agent, document, AccessMode::Write)?;
        let Some(container) = self.container_of(document) else { return Ok(()) };
        let of_container = self.modes(agent, container.as_ref());
        let takes_back = || {
            of_container.contains(AccessMode::Append)
                && self.access.own(document).is_some()
                && self.modes(agent, document).contains(AccessMode::Control)
        };
        let may = of_container.contains(AccessMode::Write) || takes_back();
        if may { Ok(()) } else { Err(refusal(agent)) }
    }
}

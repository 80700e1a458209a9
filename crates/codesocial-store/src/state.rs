//! What the store holds after an entry: the quads, and what must be known of each graph beside
//! them. Published and proposed states are read by the same functions.

use crate::access::AccessIndex;
use crate::rules::Rules;
use crate::{Agent, Etag, Head, OpaqueId, Rejection, Results, StoredResult};
use codesocial_graph::{Candidate, Pattern, Snapshot};
use codesocial_rdf::vocab::{as2, dct, ldp, rdf, system};
use codesocial_rdf::{Base, GraphKind};
use codesocial_shacl::{Report, ValidationResult};
use jiff::Timestamp;
use oxrdf::{GraphNameRef, Literal, NamedNode, NamedNodeRef, Quad, QuadRef, Term};
use sha2::{Digest, Sha256};
use std::ops::Deref;
use std::sync::Arc;

/// The state after one entry. A clone is cheap.
#[derive(Clone)]
pub struct State {
    pub(crate) quads: Quads,
    pub(crate) graphs: imbl::HashMap<Arc<str>, GraphRecord>,
    pub(crate) head: Head,
    /// Time of the head.
    pub(crate) at: Timestamp,
    pub(crate) rules: Arc<Rules>,
    pub(crate) results: Results,
    pub(crate) access: AccessIndex,
}

#[derive(Clone)]
pub(crate) enum Quads {
    Published(Snapshot),
    Proposed(Box<Candidate>),
}

/// What the journal says of a graph beside its quads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GraphRecord {
    pub(crate) id: OpaqueId,
    /// The last entry that changed the graph.
    pub(crate) last: u64,
}

impl State {
    /// Before the first entry.
    pub(crate) fn empty(base: Base) -> Self {
        Self {
            quads: Quads::Published(Snapshot::empty(base)),
            graphs: imbl::HashMap::new(),
            head: Head::EMPTY,
            at: Timestamp::UNIX_EPOCH,
            rules: Arc::default(),
            results: Results::default(),
            access: AccessIndex::default(),
        }
    }

    /// The entry after which this is the state.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Time of the last entry.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What the rules say of all that is judged.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Everything that is wrong with a document: its own node, its parts and its blank nodes.
    pub fn report_on(&self, document: NamedNodeRef<'_>) -> Result<Report, Rejection> {
        self.rules.report_on(self, document.as_str())
    }

    /// A stored result of a node, in the words of the shapes in force; none where there are none.
    pub fn told(&self, node: &Term, result: &StoredResult) -> Option<ValidationResult> {
        Some(result.told(node, self.rules.shapes.as_ref()?))
    }

    /// The report that tells these results, each of the node with it.
    pub fn report_of<'a>(
        &self,
        results: impl Iterator<Item = (&'a Term, &'a StoredResult)>,
    ) -> Result<Report, Rejection> {
        self.rules.report_of(results)
    }

    /// The graph of what the server says of a document.
    pub fn meta(document: NamedNodeRef<'_>) -> NamedNode {
        NamedNode::new_unchecked(format!("{}.meta", document.as_str()))
    }

    /// The graph that remembers what was deleted.
    pub(crate) fn tombstones(&self) -> NamedNode {
        self.base().resolve("system/tombstones")
    }

    /// What says of a deleted document that not everyone could read it.
    pub(crate) fn hidden_mark(&self, document: NamedNodeRef<'_>) -> Quad {
        let graph = self.tombstones();
        Quad::new(document.into_owned(), system::HIDDEN, Literal::from(true), graph)
    }

    /// What the server remembers of deleted documents that were a person's alone.
    pub fn deletions_by(&self, person: NamedNodeRef<'_>) -> Vec<Quad> {
        let tombstones = self.tombstones();
        self.graph(tombstones.as_ref().into())
            .filter(|triple| triple.predicate == dct::CREATOR && triple.object == person.into())
            .map(|triple| triple.in_graph(tombstones.clone()))
            .collect()
    }

    /// Whether an agent may know that a document was deleted: everyone may of what everyone could
    /// read.
    pub fn tells_deletion(&self, agent: &Agent, document: NamedNodeRef<'_>) -> bool {
        let is_told = matches!(agent, Agent::Administrator(_) | Agent::Server)
            || !self.contains(self.hidden_mark(document).as_ref());
        self.is_tombstoned(document) && is_told
    }

    /// Whether somebody else than the program wrote a document that comes with it.
    pub fn is_edited(&self, document: NamedNodeRef<'_>) -> bool {
        self.contains(self.edit_mark(document).as_ref())
    }

    pub(crate) fn edit_mark(&self, document: NamedNodeRef<'_>) -> Quad {
        let graph = self.base().resolve("system/installed");
        Quad::new(document.into_owned(), system::EDITED, Literal::from(true), graph)
    }

    /// Whether there is a document of that name.
    pub fn exists(&self, document: NamedNodeRef<'_>) -> bool {
        if self.base().kind_of(document).is_document() {
            self.has_quads(Self::meta(document).as_ref())
        } else {
            self.has_quads(document)
        }
    }

    fn has_quads(&self, graph: NamedNodeRef<'_>) -> bool {
        self.graph_id(graph.into()).is_some_and(|graph| {
            self.quads(Pattern { graph: Some(graph), ..Pattern::default() }).next().is_some()
        })
    }

    /// The documents that clients wrote, with the last entry that changed what each says. Those
    /// that were deleted may still be among them.
    pub fn documents(&self) -> impl Iterator<Item = (NamedNodeRef<'_>, u64)> {
        let names = self.graphs.iter();
        let names = names.map(|(name, record)| (NamedNodeRef::new_unchecked(name), record.last));
        names.filter(|(name, _)| self.base().kind_of(*name) == GraphKind::Resource)
    }

    /// Whether there was a document of that name, which was deleted.
    pub fn is_tombstoned(&self, document: NamedNodeRef<'_>) -> bool {
        let tombstones = self.tombstones();
        let (Some(graph), Some(subject), Some(predicate)) =
            (self.id(&tombstones), self.id(document), self.id(as2::DELETED))
        else {
            return false;
        };
        let pattern = Pattern {
            subject: Some(subject),
            predicate: Some(predicate),
            graph: Some(graph),
            ..Pattern::default()
        };
        self.quads(pattern).next().is_some()
    }

    /// Whether a document is a container: what the server says of it is what counts.
    pub fn is_container(&self, document: NamedNodeRef<'_>) -> bool {
        let meta = Self::meta(document);
        self.contains(QuadRef::new(document, rdf::TYPE, ldp::CONTAINER, GraphNameRef::from(&meta)))
    }

    /// The container that a document of that name lies in, or would. A private document lies in
    /// none: a listing would tell everyone that it is there. What is no document lies nowhere.
    pub fn container_of(&self, document: NamedNodeRef<'_>) -> Option<NamedNode> {
        let kind = self.base().kind_of(document);
        if !kind.is_document() || kind == GraphKind::Private {
            return None;
        }
        let path = self.base().path_of(document.as_str()).filter(|path| !path.is_empty())?;
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        Some(self.base().resolve(parent))
    }

    /// What lists a document: its container, and others to which it is attached.
    pub(crate) fn listings(&self, document: NamedNodeRef<'_>) -> Vec<Quad> {
        let (Some(predicate), Some(object)) = (self.id(ldp::CONTAINS), self.id(document)) else {
            return Vec::new();
        };
        let (predicate, object) = (Some(predicate), Some(object));
        let quads = self.quads(Pattern { predicate, object, ..Pattern::default() });
        let said_by_server = |quad: &Quad| {
            matches!(
                self.base().kind(quad.graph_name.as_ref()),
                GraphKind::Meta | GraphKind::SandboxMeta
            )
        };
        quads.map(|quad| self.decode(quad)).filter(said_by_server).collect()
    }

    /// The state part of a document's entity tag: it changes exactly when its graph or what the
    /// server says of it does.
    pub fn etag(&self, document: NamedNodeRef<'_>) -> Option<Etag> {
        let last = |graph: &str| self.graphs.get(graph).map(|record| record.last);
        let changed = last(document.as_str()).max(last(Self::meta(document).as_str()))?;
        let digest = Sha256::new()
            .chain_update(document.as_str())
            .chain_update(changed.to_be_bytes())
            .finalize();
        Some(Etag(crate::hex(&digest[..8])))
    }

    /// The candidate that this state is, made from it where it is published.
    pub(crate) fn candidate(&self) -> Candidate {
        match &self.quads {
            Quads::Published(snapshot) => snapshot.candidate(),
            Quads::Proposed(candidate) => Candidate::clone(candidate),
        }
    }

    /// The published quads. A state that anyone outside the writer sees has them.
    pub(crate) fn snapshot(&self) -> Snapshot {
        match &self.quads {
            Quads::Published(snapshot) => snapshot.clone(),
            Quads::Proposed(candidate) => Candidate::clone(candidate).publish(),
        }
    }

    /// The same state, for everyone.
    pub(crate) fn published(self) -> Self {
        Self { quads: Quads::Published(self.snapshot()), ..self }
    }
}

impl Deref for State {
    type Target = codesocial_graph::State;

    fn deref(&self) -> &codesocial_graph::State {
        match &self.quads {
            Quads::Published(snapshot) => snapshot,
            Quads::Proposed(candidate) => candidate,
        }
    }
}

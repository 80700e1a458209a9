//! The access documents of a state, ready to be asked, and the graphs that not everyone may read.
//! Derived, and so outside the journal: each entry updates it, opening works it out again.
//!
//! Invariant: a graph that lives under access documents is among the hidden ones exactly where
//! everyone may not read it.

use super::acl::{Acl, Reach};
use super::elsewhere::{Elsewhere, RemoteGroup, is_remote};
use super::{Agent, members, named, subject_of};
use crate::State;
use codesocial_graph::{GraphSet, Readers, TermId};
use codesocial_rdf::vocab::{pair, vcard};
use codesocial_rdf::{Base, Changeset, GraphKind};
use jiff::Timestamp;
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// For how many agents it is remembered what they may read.
const READERS_MAX: usize = 256;

#[derive(Clone, Default)]
pub(crate) struct AccessIndex {
    /// The access documents, by the IRI of what they are about.
    acls: imbl::HashMap<Arc<str>, Arc<Acl>>,
    /// The documents that access documents decide on.
    documents: imbl::OrdSet<Arc<str>>,
    /// Those that not everyone may read.
    hidden: imbl::OrdSet<Arc<str>>,
    /// Their graphs and those of what the server says of them, in the ids of one generation.
    graphs: Arc<GraphSet>,
    /// The last entry that changed who may do what: an access document, a group or a membership, or
    /// whose a document is. Where something else did, the moment, in microseconds: a greater number
    /// than that of any entry.
    changed: u64,
    elsewhere: Arc<Elsewhere>,
    /// The groups of other servers, and how many access documents name each.
    remote: imbl::OrdMap<Arc<str>, usize>,
    /// The moment of which this tells.
    at: Timestamp,
    /// The moments after it at which memberships begin or end.
    due: imbl::OrdSet<Timestamp>,
    readers: Arc<Mutex<HashMap<Agent, Readers>>>,
}

impl AccessIndex {
    /// Of a whole state.
    pub(crate) fn of(state: &State) -> Self {
        let mut index = Self { changed: state.head().seq, at: state.at(), ..Self::default() };
        for acl in graphs(state).filter(|name| is_acl(state, name)) {
            index.learn(state, &acl);
        }
        for document in graphs(state).filter_map(|graph| governed(state, &graph)) {
            index.sort(state, document.as_ref());
        }
        for membership in members::memberships(state) {
            index.due.extend(members::moments(state, membership.as_ref(), index.at));
        }
        index.with_ids(state)
    }

    /// After an entry that led to `after` by `net`.
    pub(crate) fn after(&self, after: &State, net: &Changeset, seq: u64) -> Self {
        let graphs: BTreeSet<&NamedNode> =
            net.removed.iter().chain(&net.added).filter_map(named).collect();
        let (mut index, mut documents) = (self.clone(), BTreeSet::new());
        for graph in graphs {
            match after.base().kind_of(graph.as_ref()) {
                GraphKind::Acl => {
                    index.changed = seq;
                    index.learn(after, graph);
                    documents.extend(index.below(&subject_of(graph.as_ref())));
                }
                _ => documents.extend(governed(after, graph)),
            }
        }
        let passed = index.pass(after.at());
        if index.follow(after, net) || passed {
            index.changed = seq;
        }
        let changed = documents.iter().filter(|document| index.sort(after, document.as_ref()));
        let changed: Vec<&NamedNode> = changed.collect();
        for document in &changed {
            index.mark(after, document.as_ref());
        }
        if !changed.is_empty() || index.changed == seq {
            index.readers = Arc::default();
        }
        index
    }

    /// Goes on to a later moment: whether somebody became or ceased to be a member until then.
    fn pass(&mut self, at: Timestamp) -> bool {
        let has_passed = self.due().is_some_and(|due| due <= at);
        self.at = self.at.max(at);
        if has_passed {
            (_, self.due) = self.due.clone().split(&self.at);
        }
        has_passed
    }

    /// Learns the dates of the memberships that a change touches: whether it changes who belongs
    /// where, or whose a document is that was there before.
    fn follow(&mut self, after: &State, net: &Changeset) -> bool {
        let mut changes = false;
        let membership = Term::from(pair::MEMBERSHIP_ASSOCIATION);
        for quad in net.removed.iter().chain(&net.added) {
            let NamedOrBlankNode::NamedNode(subject) = &quad.subject else { continue };
            if members::is_of_membership(after, subject.as_ref(), &quad.predicate) {
                self.due.extend(members::moments(after, subject.as_ref(), self.at));
                changes = true;
            }
            let was_there = || {
                let document = named(quad).map_or("", NamedNode::as_str);
                self.documents.contains(document)
            };
            changes = changes
                || quad.predicate == vcard::HAS_MEMBER
                || quad.object == membership
                || members::tells_whose(&quad.predicate) && was_there();
        }
        changes
    }

    /// The same in the ids of a state of another generation.
    pub(crate) fn with_ids(mut self, state: &State) -> Self {
        self.graphs = Arc::default();
        self.readers = Arc::default();
        for document in self.hidden.clone() {
            self.mark(state, NamedNodeRef::new_unchecked(&document));
        }
        self
    }

    /// With what is known of other servers now.
    pub(crate) fn with_elsewhere(mut self, elsewhere: Elsewhere) -> Self {
        self.pass(elsewhere.at);
        self.changed = u64::try_from(self.at.as_microsecond()).unwrap_or(u64::MAX);
        self.elsewhere = Arc::new(elsewhere);
        self.readers = Arc::default();
        self
    }

    pub(super) fn elsewhere(&self) -> &Arc<Elsewhere> {
        &self.elsewhere
    }

    pub(super) fn remote_groups(&self) -> impl Iterator<Item = NamedNode> {
        self.remote.keys().map(|group| NamedNode::new_unchecked(&**group))
    }

    /// The next moment that changes who may do what.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let groups = self.elsewhere.groups.values().map(RemoteGroup::until);
        let stale = groups.filter(|until| *until > self.at).min();
        self.due.get_min().copied().into_iter().chain(stale).min()
    }

    /// What tells apart the states before and after each change of who may do what.
    pub(crate) fn changed(&self) -> u64 {
        self.changed
    }

    /// The moment of which this tells.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// The access document that decides on a document, and how it reaches it.
    pub(super) fn governing(
        &self,
        base: &Base,
        document: NamedNodeRef<'_>,
    ) -> Option<(&Acl, Reach)> {
        match self.own(document) {
            Some(own) => Some((own, Reach::Own)),
            None => self.above(base, document).map(|above| (above, Reach::Inherited)),
        }
    }

    /// The access document of a document itself.
    pub(crate) fn own(&self, document: NamedNodeRef<'_>) -> Option<&Acl> {
        self.acls.get(document.as_str()).map(|acl| &**acl)
    }

    /// What decides on a document that has no access document of its own: that of the nearest
    /// container above it. <https://solidproject.org/TR/wac#effective-acl-resource>
    pub(crate) fn above(&self, base: &Base, document: NamedNodeRef<'_>) -> Option<&Acl> {
        self.own(self.nearest(base, document)?.as_ref())
    }

    /// The nearest container above a document that has an access document.
    pub(crate) fn nearest(&self, base: &Base, document: NamedNodeRef<'_>) -> Option<NamedNode> {
        let mut path = base.path_of(document.as_str())?;
        while !path.is_empty() {
            path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let parent = base.resolve(path);
            if self.own(parent.as_ref()).is_some() {
                return Some(parent);
            }
        }
        None
    }

    /// The graphs that not everyone may read.
    pub(crate) fn hidden(&self) -> &Arc<GraphSet> {
        &self.graphs
    }

    /// What an agent may read, worked out once for each agent after each change.
    pub(crate) fn readers(&self, agent: &Agent, work_out: impl FnOnce() -> Readers) -> Readers {
        let known = self.readers.lock().unwrap_or_else(PoisonError::into_inner).get(agent).cloned();
        known.unwrap_or_else(|| {
            let readers = work_out();
            let mut all = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() == READERS_MAX {
                all.clear();
            }
            all.insert(agent.clone(), readers.clone());
            readers
        })
    }

    /// The documents that not everyone may read.
    pub(crate) fn hidden_documents(&self) -> impl Iterator<Item = NamedNodeRef<'_>> {
        self.hidden.iter().map(|document| NamedNodeRef::new_unchecked(document))
    }

    /// A document and all that lies below it.
    pub(super) fn below(&self, subject: &NamedNode) -> impl Iterator<Item = NamedNode> {
        let folder: Arc<str> = format!("{}/", subject.as_str().trim_end_matches('/')).into();
        let following = self.documents.range(folder.clone()..);
        let below = following.take_while(move |name| name.starts_with(&*folder));
        let below = below.map(|name| NamedNode::new_unchecked(&**name));
        std::iter::once(subject.clone()).chain(below)
    }

    fn learn(&mut self, state: &State, graph: &NamedNode) {
        let subject = subject_of(graph.as_ref());
        let mut triples = state.graph(graph.as_ref().into()).peekable();
        let acl = triples.peek().is_some().then(|| Arc::new(Acl::of(subject.as_ref(), triples)));
        for group in remote_groups_of(state, acl.as_deref()) {
            *self.remote.entry(group).or_insert(0) += 1;
        }
        let before = match acl {
            Some(acl) => self.acls.insert(subject.as_str().into(), acl),
            None => self.acls.remove(subject.as_str()),
        };
        for group in remote_groups_of(state, before.as_deref()) {
            match self.remote.get(&group) {
                Some(count) if *count > 1 => self.remote.insert(group, count - 1),
                Some(_) | None => self.remote.remove(&group),
            };
        }
    }

    /// Puts a document among the hidden ones or takes it away; whether that changed something.
    fn sort(&mut self, state: &State, document: NamedNodeRef<'_>) -> bool {
        let exists = state.exists(document);
        if exists && !self.documents.contains(document.as_str()) {
            self.documents.insert(document.as_str().into());
        } else if !exists {
            self.documents.remove(document.as_str());
        }
        let is_hidden = exists && !self.everyone_reads(state, document);
        if is_hidden {
            self.hidden.insert(document.as_str().into()).is_none()
        } else {
            self.hidden.remove(document.as_str()).is_some()
        }
    }

    fn everyone_reads(&self, state: &State, document: NamedNodeRef<'_>) -> bool {
        let modes = super::granted(state, self, &Agent::Anonymous, document);
        modes.contains(super::AccessMode::Read)
    }

    fn mark(&mut self, state: &State, document: NamedNodeRef<'_>) {
        let is_hidden = self.hidden.contains(document.as_str());
        for id in graphs_of(state, document) {
            if self.graphs.contains(id) == is_hidden {
                continue;
            }
            let graphs = Arc::make_mut(&mut self.graphs);
            if is_hidden { graphs.insert(id) } else { graphs.remove(id) }
        }
    }
}

/// The graph of a document and that of what the server says of it, where they hold anything.
pub(crate) fn graphs_of(state: &State, document: NamedNodeRef<'_>) -> impl Iterator<Item = TermId> {
    let meta = State::meta(document);
    let own = state.id(document);
    own.into_iter().chain(state.id(&meta))
}

/// The groups of other servers that an access document names, each once.
fn remote_groups_of(state: &State, acl: Option<&Acl>) -> BTreeSet<Arc<str>> {
    let groups = acl.into_iter().flat_map(Acl::groups);
    let remote = groups.filter(|group| is_remote(state.base(), group));
    remote.map(|group| group.as_str().into()).collect()
}

fn is_acl(state: &State, graph: &NamedNode) -> bool {
    state.base().kind_of(graph.as_ref()) == GraphKind::Acl
}

/// The document whose graph this is, or what the server says of it, where access documents decide
/// on it. One may have nothing but what the server says.
fn governed(state: &State, graph: &NamedNode) -> Option<NamedNode> {
    let name = graph.as_str();
    let document = NamedNodeRef::new_unchecked(name.strip_suffix(".meta").unwrap_or(name));
    state.base().kind_of(document).has_access_rules().then(|| document.into_owned())
}

/// All graphs that there are or were.
fn graphs(state: &State) -> impl Iterator<Item = NamedNode> {
    state.graphs.keys().map(|name| NamedNode::new_unchecked(&**name))
}

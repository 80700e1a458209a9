//! The body of a write: what a client may say in a document, and what it may not.

use crate::document::is_server_managed;
use crate::post::Model;
use codesocial_rdf::vocab::{ldp, rdf};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use codesocial_store::{ContainerKind, Membership, Random, Rejection, State};
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::{HashMap, HashSet};

/// How blank nodes of a body are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// After those of the stored document that look alike.
    Continued,
    /// Each is another than all that are stored.
    Fresh,
}

/// A body that was checked, with its blank nodes named.
pub(crate) struct Body {
    pub(crate) triples: HashSet<Triple>,
    /// The container that it asks for.
    pub(crate) container: Option<ContainerKind>,
    /// What it says of the members that such a container makes.
    pub(crate) definition: Vec<Triple>,
}

impl Body {
    /// Checks the triples of a body for `document`, which is to be what the request asked for, or
    /// else what the body says.
    ///
    /// Server-managed triples that equal the current ones are ignored, so that what was read can
    /// be written back; others are refused. A document may call itself a container where the
    /// request asked for none: the words are its own. Blank nodes continue those of the stored
    /// document where they look alike.
    pub(crate) fn check(
        state: &State,
        document: &NamedNode,
        incoming: &[Triple],
        model: Option<Model>,
        random: &mut Random,
    ) -> Result<Self, Rejection> {
        Self::check_named(state, document, incoming, model, random, Naming::Continued)
    }

    /// The same, with blank nodes named in one way or the other.
    pub(crate) fn check_named(
        state: &State,
        document: &NamedNode,
        incoming: &[Triple],
        model: Option<Model>,
        random: &mut Random,
        naming: Naming,
    ) -> Result<Self, Rejection> {
        let meta = State::meta(document.as_ref());
        let current: HashSet<Triple> = state.graph(meta.as_ref().into()).collect();
        let exists = !current.is_empty();
        let stored: Vec<Triple> = state.graph(document.as_ref().into()).collect();
        let (mut triples, mut managed, mut definition) = (Vec::new(), Vec::new(), Vec::new());
        let mut container = match model {
            Some(Model::Container(kind)) if !exists => Some(kind),
            _ => None,
        };
        let makes_members = container.is_some_and(|kind| kind != ContainerKind::Basic);
        for triple in incoming {
            let asks_for_container = !exists && asks_for_container(triple, container);
            if makes_members && Membership::is_about(triple, document.as_ref()) {
                definition.push(triple.clone());
                continue;
            }
            if current.contains(triple) && !stored.contains(triple) {
                continue;
            }
            if !is_server_managed(state, triple, document.as_ref())
                || asks_for_container && model == Some(Model::Document)
                || stored.contains(triple)
            {
                triples.push(triple.clone());
            } else if asks_for_container {
                container.get_or_insert(ContainerKind::Basic);
            } else if !names_no_model(triple) {
                managed.push(triple.clone().in_graph(meta.clone()));
            }
        }
        if !managed.is_empty() {
            return Err(Rejection::ServerManaged(managed));
        }
        check_names(state, document, &triples)?;
        let known = match naming {
            Naming::Continued => skolem::continuing(&triples, &stored),
            Naming::Fresh => HashMap::new(),
        };
        skolem::skolemise(&mut triples, document.as_str(), known, || random.bits());
        Ok(Self { triples: triples.into_iter().collect(), container, definition })
    }

    /// The body beside what `document` holds.
    pub(crate) fn addition(self, state: &State, document: &NamedNode) -> Changeset {
        let stored: HashSet<Triple> = state.graph(document.as_ref().into()).collect();
        let new = self.triples.into_iter().filter(|triple| !stored.contains(triple));
        let added = new.map(|triple| triple.in_graph(document.clone())).collect();
        Changeset { removed: Vec::new(), added }
    }

    /// The body as the whole content of `document`: what goes and what comes.
    pub(crate) fn difference(self, state: &State, document: &NamedNode) -> Changeset {
        let in_graph = |triple: Triple| -> Quad { triple.in_graph(document.clone()) };
        let stored: HashSet<Triple> = state.graph(document.as_ref().into()).collect();
        let removed = stored.difference(&self.triples).cloned().map(in_graph).collect();
        let new = self.triples.into_iter().filter(|triple| !stored.contains(triple));
        Changeset { removed, added: new.map(in_graph).collect() }
    }
}

/// Whether a triple calls its subject a basic container, or the one that the request asks for.
fn asks_for_container(triple: &Triple, asked: Option<ContainerKind>) -> bool {
    let kind = asked.unwrap_or(ContainerKind::Basic);
    triple.predicate == rdf::TYPE
        && [ldp::CONTAINER, kind.class()].iter().any(|class| triple.object == Term::from(*class))
}

/// `ldp:Resource` and `ldp:RDFSource` are true of every document: nothing to record.
fn names_no_model(triple: &Triple) -> bool {
    triple.predicate == rdf::TYPE
        && [ldp::RESOURCE, ldp::RDF_SOURCE].iter().any(|class| triple.object == Term::from(*class))
}

/// A document speaks of itself, its fragments and its blank nodes; one without rules of anything.
fn check_names(state: &State, document: &NamedNode, triples: &[Triple]) -> Result<(), Rejection> {
    let constrained = state.base().kind_of(document.as_ref()).in_shacl_data();
    for triple in triples {
        let names = [
            match &triple.subject {
                NamedOrBlankNode::NamedNode(node) => Some(node),
                NamedOrBlankNode::BlankNode(_) => None,
            },
            match &triple.object {
                Term::NamedNode(node) => Some(node),
                Term::BlankNode(_) | Term::Literal(_) => None,
            },
        ];
        let is_own = |node: &NamedNode| {
            node.as_str().strip_prefix(document.as_str()).is_some_and(|rest| rest.starts_with('#'))
                && !skolem::is_reserved(node.as_str())
        };
        let mut reserved = names.iter().flatten().filter(|node| is_reserved(state, node));
        if let Some(reserved) = reserved.find(|node| !is_own(node)) {
            return Err(Rejection::Reserved(reserved.as_str().to_owned()));
        }
        if let Some(subject) = names[0].filter(|_| constrained) {
            check_subject(document, subject)?;
        }
    }
    Ok(())
}

/// Names of blank nodes, and of the graphs in which the server and access rules speak.
fn is_reserved(state: &State, name: &NamedNode) -> bool {
    let kind = state.base().kind_of(name.as_ref());
    skolem::is_reserved(name.as_str())
        || matches!(
            kind,
            GraphKind::Meta | GraphKind::SandboxMeta | GraphKind::PrivateMeta | GraphKind::Acl
        )
}

/// Whether what an update changes may stand in the documents that it changes: the same rules as for
/// a body.
pub(crate) fn check_changes(state: &State, changes: &Changeset) -> Result<(), Rejection> {
    let kind = |quad: &Quad| state.base().kind(quad.graph_name.as_ref());
    let constrained = |quad: &&Quad| kind(quad).in_shacl_data();
    let documents = |quad: &&Quad| constrained(quad) || kind(quad) == GraphKind::Sandbox;
    let mut managed = Vec::new();
    for quad in changes.added.iter().chain(&changes.removed).filter(documents) {
        let GraphName::NamedNode(document) = &quad.graph_name else { continue };
        if is_server_managed(state, &Triple::from(quad.clone()), document.as_ref()) {
            managed.push(quad.clone());
        }
    }
    if !managed.is_empty() {
        return Err(Rejection::ServerManaged(managed));
    }
    for quad in changes.added.iter().filter(constrained) {
        if let (GraphName::NamedNode(document), NamedOrBlankNode::NamedNode(subject)) =
            (&quad.graph_name, &quad.subject)
        {
            check_subject(document, subject)?;
        }
    }
    Ok(())
}

fn check_subject(document: &NamedNode, subject: &NamedNode) -> Result<(), Rejection> {
    let own = subject.as_str().strip_prefix(document.as_str());
    if own.is_some_and(|rest| rest.is_empty() || rest.starts_with('#')) {
        Ok(())
    } else {
        Err(Rejection::ForeignSubject(subject.as_str().to_owned()))
    }
}

//! What its own words keep from the public: drafts, knowledge seeds that are not published yet,
//! offers and needs for members or for chosen readers. A document is withdrawn when it begins to
//! say so, and opened when it ends; between, its access document is its authors'.
//!
//! Invariant: nothing here opens what the document did not close by its own words before.

use crate::facts::{nodes, values};
use codesocial_graph::State;
use codesocial_rdf::vocab::{acl, codesocial_status, cs, disclosure, foaf, odrl, seed_status};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{About, AccessMode, AclText, Grantee, acl_of, administrators};
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Term, Triple};
use std::collections::BTreeSet;

/// The values of `cs:status` and `cs:disclosure` under which not everyone reads.
const CLOSED: [NamedNodeRef<'_>; 6] = [
    seed_status::QUESTION,
    seed_status::COLLECTED,
    codesocial_status::DRAFT,
    codesocial_status::PROPOSED,
    disclosure::MEMBERS,
    disclosure::CHOSEN,
];

/// What comes from a public page, or is invented to be shown, is everyone's.
const SHOWN: [&str; 2] = ["source", "illustrative"];

/// The fragment of the authorization by which a document is opened.
const OPENED: &str = "published";

/// The changes of access documents that follow from what documents say of themselves.
pub(crate) fn visibility(before: &State, after: &State, nets: &[&Changeset]) -> Changeset {
    let mut changes = Changeset::default();
    for document in told(after, nets) {
        match (is_closed(before, &document), is_closed(after, &document)) {
            (false, true) => close(after, &document, &mut changes),
            (true, false) if exists(after, &document) => open(after, &document, &mut changes),
            _ => {}
        }
    }
    changes
}

/// The documents of whose status or disclosure a change speaks.
fn told(state: &State, nets: &[&Changeset]) -> BTreeSet<NamedNode> {
    nets.iter()
        .flat_map(|net| net.removed.iter().chain(&net.added))
        .filter(|quad| [cs::STATUS, cs::DISCLOSURE].contains(&quad.predicate.as_ref()))
        .filter_map(|quad| match &quad.graph_name {
            GraphName::NamedNode(graph) => Some(graph.clone()),
            GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
        })
        .filter(|graph| state.base().kind_of(graph.as_ref()) == GraphKind::Resource)
        .collect()
}

fn is_closed(state: &State, document: &NamedNode) -> bool {
    let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
    let says = |property, value: &NamedNodeRef<'_>| {
        nodes(&said, document.as_ref(), property).any(|node| node == value)
    };
    let is_shown = values(&said, document.as_ref(), cs::ORIGIN)
        .any(|origin| matches!(origin, Term::Literal(text) if SHOWN.contains(&text.value())));
    !is_shown && CLOSED.iter().any(|value| says(cs::STATUS, value) || says(cs::DISCLOSURE, value))
}

fn exists(state: &State, document: &NamedNode) -> bool {
    state.graph(document.as_ref().into()).next().is_some()
}

/// Takes away what its access document grants to all, or makes one that grants to administrators;
/// readers that the document names are let in.
fn close(state: &State, document: &NamedNode, changes: &mut Changeset) {
    let graph = acl_of(document.as_ref());
    let own: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
    let is_general = |triple: &&Triple| triple.predicate == acl::AGENT_CLASS;
    let general = own.iter().filter(is_general).cloned();
    changes.removed.extend(general.map(|triple| triple.in_graph(graph.clone())));
    let mut text = AclText::of(document.clone());
    if own.is_empty() {
        let administrators = administrators(state.base());
        let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
        let administrators = Grantee::Agent(administrators.as_ref());
        text = text.grant("administrators", administrators, About::Itself, &all);
    }
    for (n, reader) in chosen(state, document).iter().enumerate() {
        let reader = Grantee::Agent(reader.as_ref());
        text = text.grant(&format!("chosen-{n}"), reader, About::Itself, &[AccessMode::Read]);
    }
    changes.added.extend(text.quads());
}

/// Those to whom a sheet for chosen readers is disclosed: the assignees of its policy.
fn chosen(state: &State, document: &NamedNode) -> BTreeSet<NamedNode> {
    let said = state.graph(document.as_ref().into());
    said.filter(|triple| triple.predicate == odrl::ASSIGNEE)
        .filter_map(|triple| NamedNode::try_from(triple.object).ok())
        .collect()
}

/// Lets everyone read.
fn open(state: &State, document: &NamedNode, changes: &mut Changeset) {
    let graph = acl_of(document.as_ref());
    let own: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
    if own.is_empty() || own.iter().any(|triple| triple.object == foaf::AGENT.into()) {
        return;
    }
    let text = AclText::of(document.clone());
    let text = text.grant(OPENED, Grantee::Everyone, About::Itself, &[AccessMode::Read]);
    changes.added.extend(text.quads());
}

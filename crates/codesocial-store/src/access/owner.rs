//! What a new document says of its access: who made it controls it, and whoever may read what lies
//! there may read it too.
//!
//! Invariant: nobody gains or loses a thing but the maker, as the container's word is repeated.

use super::{About, AccessMode, AclText, Agent, Grantee, document_of};
use crate::State;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{acl, rdf};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Triple};
use std::collections::BTreeSet;

/// The access document of a document that a person makes, where the containers above give them no
/// control of it.
pub(crate) fn made_by(
    agent: &Agent,
    state: &State,
    document: NamedNodeRef<'_>,
    is_container: bool,
    server: &mut Changeset,
) {
    let Agent::Person(person) = agent else { return };
    if state.modes(agent, document).contains(AccessMode::Control) {
        return;
    }
    let about = if is_container { About::Both } else { About::Itself };
    let owner = Grantee::Agent(person.webid.as_ref());
    let modes = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
    let text = AclText::of(document.into_owned()).grant("owner", owner, about, &modes);
    let (graph, triples) = text.finish();
    let inherited = repeated(state, document, is_container);
    let quads = triples.into_iter().chain(inherited);
    server.added.extend(quads.map(|triple| triple.in_graph(graph.clone())));
}

/// What the nearest access document says of what lies below it, said of the document itself.
pub(super) fn repeated(
    state: &State,
    document: NamedNodeRef<'_>,
    is_container: bool,
) -> Vec<Triple> {
    let Some(above) = state.access.nearest(state.base(), document) else { return Vec::new() };
    let graph = document_of(above.as_ref());
    let said: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
    let is_default = |triple: &&Triple| {
        triple.predicate == acl::DEFAULT && triple.object == above.clone().into()
    };
    let nodes: BTreeSet<String> =
        said.iter().filter(is_default).map(|triple| triple.subject.to_string()).collect();
    let mut triples = Vec::new();
    for (n, node) in nodes.iter().enumerate() {
        let name = document_of(document);
        let name = NamedNode::new_unchecked(format!("{}#inherited-{n}", name.as_str()));
        let name = NamedOrBlankNode::from(name);
        let mut say = |property: NamedNodeRef<'_>, value: oxrdf::Term| {
            triples.push(Triple::new(name.clone(), property.into_owned(), value));
        };
        say(acl::ACCESS_TO, document.into_owned().into());
        if is_container {
            say(acl::DEFAULT, document.into_owned().into());
        }
        for triple in said.iter().filter(|triple| triple.subject.to_string() == *node) {
            let property = triple.predicate.as_ref();
            let is_kept = property == rdf::TYPE
                || property.as_str().starts_with(acl::NS)
                    && property != acl::ACCESS_TO
                    && property != acl::DEFAULT;
            if is_kept {
                say(property, triple.object.clone());
            }
        }
    }
    triples
}

/// Takes the access document away with what it is about.
pub(crate) fn removed(state: &State, document: NamedNodeRef<'_>) -> Vec<Quad> {
    let graph = document_of(document);
    state.graph(graph.as_ref().into()).map(|triple| triple.in_graph(graph.clone())).collect()
}

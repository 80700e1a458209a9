//! What follows for the server's own graphs when documents change: existence, times, containment,
//! tombstones. The same for every door.

use crate::{AccessMode, Agent, Command, Proposal, Rejection, State, access};
use codesocial_rdf::vocab::{as2, dct, ldp, rdf, xsd};
use codesocial_rdf::{Changeset, GraphKind};
use jiff::Timestamp;
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term};
use std::collections::{BTreeSet, HashSet};

/// The server's changes that make `after` whole, where `net` led from `before` to it.
pub(crate) fn consequences(
    command: &Command,
    before: &State,
    after: &codesocial_graph::State,
    net: &Changeset,
    proposal: &Proposal,
) -> Result<Changeset, Rejection> {
    let now = command.now;
    let mut server = proposal.server.clone();
    let declared = containers(&proposal.server);
    for (document, fate) in fates(before, after, net, proposal) {
        let graph = document.as_ref();
        match fate {
            Fate::Deleted => delete(before, graph, now, &mut server),
            Fate::Changed => touch(before, graph, now, &mut server),
            Fate::Created => {
                create(before, graph, &declared, now, &mut server)?;
                let is_container = declared.contains(&document);
                access::made_by(&command.agent, before, graph, is_container, &mut server);
                server.added.extend(creator(&command.agent, graph));
            }
        }
    }
    Ok(server)
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Created,
    Changed,
    Deleted,
}

/// What becomes of each document that a change touches.
pub(crate) fn fates(
    before: &State,
    after: &codesocial_graph::State,
    net: &Changeset,
    proposal: &Proposal,
) -> Vec<(NamedNode, Fate)> {
    let fate = |document: NamedNode| {
        let graph = document.as_ref();
        let exists = before.exists(graph);
        let is_empty = after.graph_len(graph.into()) == 0;
        // A container need not have a triple of its own, nor a file.
        let bare = before.is_container(graph) || before.is_file(graph);
        let deleted = proposal.deleted.as_ref() == Some(&document) || is_empty && exists && !bare;
        let fate = match (deleted, exists) {
            (true, _) => Fate::Deleted,
            (false, true) => Fate::Changed,
            (false, false) => Fate::Created,
        };
        (document, fate)
    };
    documents(before, net, proposal).into_iter().map(fate).collect()
}

/// Marks the shapes documents that somebody else than the program changes, over which it never
/// installs its own text again.
pub(crate) fn edited(before: &State, net: &Changeset) -> Changeset {
    let graphs: HashSet<&GraphName> =
        net.removed.iter().chain(&net.added).map(|quad| &quad.graph_name).collect();
    let marks = graphs.into_iter().filter_map(|graph| match graph {
        GraphName::NamedNode(name)
            if before.base().kind_of(name.as_ref()) == GraphKind::Shapes
                && !before.is_edited(name.as_ref()) =>
        {
            Some(before.edit_mark(name.as_ref()))
        }
        _ => None,
    });
    Changeset { removed: Vec::new(), added: marks.collect() }
}

/// The documents with a life of their own that a change touches.
fn documents(before: &State, net: &Changeset, proposal: &Proposal) -> BTreeSet<NamedNode> {
    let lives = |name: &NamedNode| before.base().kind_of(name.as_ref()).is_document();
    let written = net.removed.iter().chain(&net.added).filter_map(|quad| match &quad.graph_name {
        GraphName::NamedNode(name) => Some(name),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    });
    let written: HashSet<&NamedNode> = written.collect();
    let written = written.into_iter().cloned();
    // A new container need not have a triple of its own.
    let declared = proposal.server.added.iter().filter_map(|quad| match &quad.subject {
        NamedOrBlankNode::NamedNode(name)
            if quad.graph_name == GraphName::from(State::meta(name.as_ref())) =>
        {
            Some(name.clone())
        }
        _ => None,
    });
    written.chain(declared).chain(proposal.deleted.clone()).filter(lives).collect()
}

/// The containers that a proposal makes.
fn containers(server: &Changeset) -> HashSet<NamedNode> {
    let declared = server.added.iter().filter_map(|quad| match &quad.subject {
        NamedOrBlankNode::NamedNode(name)
            if quad.predicate == rdf::TYPE && quad.object == Term::from(ldp::CONTAINER) =>
        {
            Some(name.clone())
        }
        NamedOrBlankNode::NamedNode(_) | NamedOrBlankNode::BlankNode(_) => None,
    });
    declared.collect()
}

fn create(
    before: &State,
    document: NamedNodeRef<'_>,
    declared: &HashSet<NamedNode>,
    now: Timestamp,
    server: &mut Changeset,
) -> Result<(), Rejection> {
    if before.is_tombstoned(document) {
        return Err(Rejection::Gone(document.into_owned()));
    }
    if let Some(container) = before.container_of(document) {
        let declared = declared.contains(&container);
        if !declared && !before.is_container(container.as_ref()) {
            return Err(Rejection::NoContainer(document.into_owned()));
        }
        let meta = State::meta(container.as_ref());
        server.added.push(Quad::new(container, ldp::CONTAINS, document.into_owned(), meta));
    }
    server.added.push(time(document, dct::CREATED, now));
    server.added.push(time(document, dct::MODIFIED, now));
    Ok(())
}

/// Who made a document, where that is a person.
fn creator(agent: &Agent, document: NamedNodeRef<'_>) -> Option<Quad> {
    let Agent::Person(person) = agent else { return None };
    let meta = State::meta(document);
    Some(Quad::new(document.into_owned(), dct::CREATOR, person.webid.clone(), meta))
}

fn touch(before: &State, document: NamedNodeRef<'_>, now: Timestamp, server: &mut Changeset) {
    let meta = State::meta(document);
    let modified = before
        .graph(meta.as_ref().into())
        .filter(|triple| triple.predicate == dct::MODIFIED && triple.subject == document.into())
        .map(|triple| triple.in_graph(meta.clone()));
    server.removed.extend(modified);
    server.added.push(time(document, dct::MODIFIED, now));
}

fn delete(before: &State, document: NamedNodeRef<'_>, now: Timestamp, server: &mut Changeset) {
    let meta = State::meta(document);
    let said = before.graph(meta.as_ref().into()).map(|triple| triple.in_graph(meta.clone()));
    server.removed.extend(said);
    server.removed.extend(before.listings(document));
    server.removed.extend(access::removed(before, document));
    let deleted = time(document, as2::DELETED, now);
    server.added.push(Quad { graph_name: before.tombstones().into(), ..deleted });
    if before.permits(&Agent::Anonymous, document, AccessMode::Read).is_err() {
        server.added.push(before.hidden_mark(document));
    }
    server.added.extend(whose(before, document));
}

/// Whose a deleted document was, where it was theirs alone: it is forgotten with them.
fn whose(before: &State, document: NamedNodeRef<'_>) -> Option<Quad> {
    let meta = State::meta(document);
    let mut said = before.graph(meta.as_ref().into());
    let creator = said.find(|triple| triple.predicate == dct::CREATOR)?;
    let Term::NamedNode(person) = &creator.object else { return None };
    let is_theirs = before.is_theirs_alone(person.as_ref(), document);
    is_theirs.then(|| creator.clone().in_graph(before.tombstones()))
}

fn time(document: NamedNodeRef<'_>, property: NamedNodeRef<'_>, now: Timestamp) -> Quad {
    let value = Literal::new_typed_literal(format!("{now:.6}"), xsd::DATE_TIME);
    Quad::new(document.into_owned(), property.into_owned(), value, State::meta(document))
}

//! Whole graphs, written as the graph store protocol says: replaced, added to, removed.
//!
//! The graph of a document is written as the document is, by whichever door; any other graph is
//! the administrator's, and no rule says what may stand in it.
//! <https://www.w3.org/TR/sparql11-http-rdf-update/>

use crate::body::{Body, Naming, check_changes};
use crate::derive::{Said, with_derived};
use crate::post::container_model;
use crate::{Request, delete, put};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use codesocial_store::update::default_graph_document;
use codesocial_store::{
    AccessMode, Agent, Command, CommandKind, Precondition, Proposal, Random, Rejection, State,
};
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Quad, Triple};
use std::collections::{HashMap, HashSet};

/// The command that makes `triples` the content of a graph. Relative IRIs are resolved already.
pub fn put_graph(
    request: Request<'_>,
    state: &State,
    graph: GraphName,
    triples: Vec<Triple>,
) -> Result<Command, Rejection> {
    match graph {
        GraphName::NamedNode(document) if is_document(state, document.as_ref()) => {
            Ok(put(request, document, triples, None))
        }
        graph => plain(
            request,
            CommandKind::Put,
            AccessMode::Write,
            graph,
            move |held, document, random| {
                let mut triples = triples.clone();
                let known = skolem::continuing(&triples, &held);
                skolem::skolemise(&mut triples, document, known, || random.bits());
                let (held, triples): (HashSet<_>, HashSet<_>) =
                    (held.into_iter().collect(), triples.into_iter().collect());
                let removed = held.difference(&triples).cloned().collect();
                (removed, triples.difference(&held).cloned().collect())
            },
        ),
    }
}

/// The command that adds `triples` to a graph, which is created where it is not there.
pub fn add_to_graph(
    request: Request<'_>,
    state: &State,
    graph: GraphName,
    triples: Vec<Triple>,
) -> Result<Command, Rejection> {
    match graph {
        GraphName::NamedNode(document) if is_document(state, document.as_ref()) => {
            Ok(add_to_document(request, document, triples))
        }
        graph => plain(
            request,
            CommandKind::Post,
            AccessMode::Append,
            graph,
            move |_, document, random| {
                let mut triples = triples.clone();
                skolem::skolemise(&mut triples, document, HashMap::new(), || random.bits());
                (Vec::new(), triples)
            },
        ),
    }
}

/// The command that removes a graph, and its document with it.
pub fn drop_graph(request: Request<'_>, graph: GraphName) -> Result<Command, Rejection> {
    match graph {
        GraphName::NamedNode(document) => Ok(delete(request, document)),
        graph => plain(request, CommandKind::Delete, AccessMode::Write, graph, |held, _, _| {
            (held, Vec::new())
        }),
    }
}

/// Whether a graph is written as LDP writes documents.
fn is_document(state: &State, graph: NamedNodeRef<'_>) -> bool {
    let kind = state.base().kind_of(graph);
    kind.is_document() || matches!(kind, GraphKind::Acl | GraphKind::Shapes)
}

fn add_to_document(request: Request<'_>, document: NamedNode, triples: Vec<Triple>) -> Command {
    let target = Some((document.clone(), AccessMode::Append));
    let agent = request.agent.clone();
    request.command(
        CommandKind::Post,
        target,
        Box::new(move |state, random| {
            let graph = document.as_ref();
            if state.is_tombstoned(graph) {
                return Err(Rejection::Gone(document.clone()));
            }
            let exists = state.exists(graph);
            if !exists && state.base().kind_of(graph).is_document() {
                state.permits_creating(&agent, graph)?;
            }
            let body = Body::check_named(state, &document, &triples, None, random, Naming::Fresh)?;
            if body.triples.is_empty() && body.container.is_none() && !exists {
                return Err(Rejection::EmptyDocument);
            }
            let server = container_model(state, &agent, &document, &body)?;
            let client = body.addition(state, &document);
            check_changes(state, &client)?;
            let client = with_derived(state, client, Said::Change);
            Ok(Proposal { client, server, deleted: None, location: Some(document.clone()) })
        }),
    )
}

/// What goes and what comes.
type Change = (Vec<Triple>, Vec<Triple>);

/// A command on a graph that is no document.
fn plain(
    request: Request<'_>,
    kind: CommandKind,
    mode: AccessMode,
    graph: GraphName,
    change: impl Fn(Vec<Triple>, &str, &mut Random) -> Change + Send + Sync + 'static,
) -> Result<Command, Rejection> {
    let location = match &graph {
        GraphName::NamedNode(name) => Some(name.clone()),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    };
    if location.is_none() {
        permits_default(&request)?;
    }
    let target = location.clone().map(|name| (name, mode));
    Ok(request.command(
        kind,
        target,
        Box::new(move |state, random| {
            let held: Vec<Triple> = state.graph(graph.as_ref()).collect();
            let named_after = location.clone().unwrap_or_else(|| default_graph_document(state));
            let (removed, added) = change(held, named_after.as_str(), random);
            let quads = |triples: Vec<Triple>| -> Vec<Quad> {
                triples.into_iter().map(|triple| triple.in_graph(graph.clone())).collect()
            };
            let client = Changeset { removed: quads(removed), added: quads(added) };
            Ok(Proposal { client, location: location.clone(), ..Proposal::default() })
        }),
    ))
}

/// The graph without a name has no target that the door would ask for: it is the administrator's,
/// and in no state that a condition could name.
fn permits_default(request: &Request<'_>) -> Result<(), Rejection> {
    match (&request.agent, &request.precondition) {
        (Agent::Anonymous, _) => Err(Rejection::Unauthenticated),
        (Agent::Person(_), _) => Err(Rejection::Forbidden),
        (_, Precondition::None | Precondition::Exists) => Ok(()),
        (_, Precondition::Matches(_) | Precondition::Absent) => Err(Rejection::PreconditionFailed),
    }
}

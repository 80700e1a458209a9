//! `PUT`: replaces a document, or creates it where it is named.

use crate::Request;
use crate::body::Body;
use crate::derive::{Said, with_derived};
use crate::post::{Model, container_model};
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection};
use oxrdf::{NamedNode, Triple};

/// The command that makes `triples` the content of `document`, which is to be created as `model`.
/// Relative IRIs are resolved already.
pub fn put(
    request: Request<'_>,
    document: NamedNode,
    triples: Vec<Triple>,
    model: Option<Model>,
) -> Command {
    let target = Some((document.clone(), AccessMode::Write));
    let agent = request.agent.clone();
    request.command(
        CommandKind::Put,
        target,
        Box::new(move |state, random| {
            let graph = document.as_ref();
            if state.is_tombstoned(graph) {
                return Err(Rejection::Gone(document.clone()));
            }
            if !state.exists(graph) && state.base().kind_of(graph).is_document() {
                state.permits_creating(&agent, graph)?;
            }
            let body = Body::check(state, &document, &triples, model, random)?;
            let bare =
                body.container.is_some() || state.is_container(graph) || state.is_file(graph);
            if body.triples.is_empty() && !bare {
                return Err(Rejection::EmptyDocument);
            }
            let server = container_model(state, &agent, &document, &body)?;
            let client = with_derived(state, body.difference(state, &document), Said::Whole);
            Ok(Proposal { client, server, deleted: None, location: Some(document.clone()) })
        }),
    )
}

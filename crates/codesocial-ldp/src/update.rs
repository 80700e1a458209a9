//! SPARQL Update as a command: through the same door as all else.

use crate::Request;
use crate::body::check_changes;
use crate::derive::{Said, with_derived};
use codesocial_rdf::Changeset;
use codesocial_store::update::{Patterns, Reach, changes, is_data_only};
use codesocial_store::{
    AccessMode, Command, CommandKind, Proposal, Rejection, State, UpdateRefusal,
};
use spargebra::{GraphUpdateOperation, SparqlParser, Update};
use std::sync::Arc;

/// Parses a request. Relative IRIs resolve against `base`.
pub fn parse_update(text: &str, base: &str) -> Result<Update, Rejection> {
    let refused = |message: String| Rejection::Update(UpdateRefusal::Syntax(message));
    SparqlParser::new()
        .with_base_iri(base)
        .map_err(|error| refused(error.to_string()))?
        .parse_update(text)
        .map_err(|error| refused(error.to_string()))
}

/// The command that carries out a request.
///
/// One with queries in it is worked out here, on `state`, of what `find` tells, and holds while
/// `state` is the newest: if another write came first the answer is [`Rejection::Moved`], and it is
/// to be tried again.
pub fn update<E: From<Rejection>>(
    request: Request<'_>,
    update: Arc<Update>,
    state: &State,
    find: &mut impl FnMut(Patterns<'_>) -> Result<Changeset, E>,
) -> Result<Command, E> {
    carry_out(request, CommandKind::Update, update, Reach::Dataset, state, find)
}

/// What a patch takes: adding alone is appending.
fn mode(update: &Update) -> AccessMode {
    let adds = |operation: &GraphUpdateOperation| {
        matches!(operation, GraphUpdateOperation::InsertData { .. })
    };
    if update.operations.iter().all(adds) { AccessMode::Append } else { AccessMode::Write }
}

/// Shared with `PATCH`, which reaches one document.
pub(crate) fn carry_out<E: From<Rejection>>(
    request: Request<'_>,
    kind: CommandKind,
    update: Arc<Update>,
    reach: Reach,
    state: &State,
    find: &mut impl FnMut(Patterns<'_>) -> Result<Changeset, E>,
) -> Result<Command, E> {
    let agent = request.agent.clone();
    let target = match &reach {
        Reach::Dataset => None,
        Reach::Document(document) => Some((document.clone(), mode(&update))),
    };
    if let Some((document, AccessMode::Write)) = &target {
        // What deletes and what asks tells what was there.
        state.permits(&agent, document.as_ref(), AccessMode::Read)?;
    }
    let location = target.as_ref().map(|(document, _)| document.clone());
    if is_data_only(&update) {
        return Ok(request.command(
            kind,
            target,
            Box::new(move |state, random| {
                let mut nothing = |_: Patterns<'_>| Ok::<_, Rejection>(Changeset::default());
                let client = changes(&update, &reach, state, &agent, random, &mut nothing)?;
                check_changes(state, &client)?;
                let client = with_derived(state, client, Said::Change);
                Ok(Proposal { client, location: location.clone(), ..Proposal::default() })
            }),
        ));
    }
    let client = changes(&update, &reach, state, &agent, request.random, find)?;
    check_changes(state, &client)?;
    let head = state.head();
    let mut command = request.command(
        kind,
        target,
        Box::new(move |state, _| {
            let client = with_derived(state, client.clone(), Said::Change);
            Ok(Proposal { client, location: location.clone(), ..Proposal::default() })
        }),
    );
    command.expects = Some(head);
    Ok(command)
}

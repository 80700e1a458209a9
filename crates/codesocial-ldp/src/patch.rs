//! `PATCH` with `application/sparql-update`: an update that reaches one document.

use crate::Request;
use crate::attach::Members;
use crate::update::carry_out;
use codesocial_rdf::Changeset;
use codesocial_store::update::{Patterns, Reach};
use codesocial_store::{Command, CommandKind, Rejection, State};
use oxrdf::NamedNode;
use spargebra::Update;
use std::sync::Arc;

/// The command that patches `document`; as for an update, it may have to be tried again.
pub fn patch<E: From<Rejection>>(
    request: Request<'_>,
    document: NamedNode,
    mut patch: Arc<Update>,
    state: &State,
    find: &mut impl FnMut(Patterns<'_>) -> Result<Changeset, E>,
) -> Result<Command, E> {
    if !state.exists(document.as_ref()) {
        let absent = if state.is_tombstoned(document.as_ref()) {
            Rejection::Gone(document)
        } else {
            Rejection::NotFound(document)
        };
        return Err(absent.into());
    }
    let members = if state.is_container(document.as_ref()) {
        Members::taken_from(Arc::make_mut(&mut patch), &document)
    } else {
        Members::default()
    };
    let agent = request.agent.clone();
    let reach = Reach::Document(document.clone());
    let mut command = carry_out(request, CommandKind::Patch, patch, reach, state, find)?;
    let rest = command.propose;
    command.propose = Box::new(move |state, random| {
        let mut proposal = rest(state, random)?;
        proposal.server = members.changes(state, &agent, &document)?;
        Ok(proposal)
    });
    Ok(command)
}

//! `PATCH` with `application/sparql-update`: an update that reaches one document.

use crate::Request;
use crate::update::carry_out;
use codesocial_store::update::Reach;
use codesocial_store::{Command, CommandKind, Rejection, State};
use oxrdf::NamedNode;
use spareval::CancellationToken;
use spargebra::Update;
use std::sync::Arc;

/// The command that patches `document`; as for an update, it may have to be tried again.
pub fn patch(
    request: Request<'_>,
    document: NamedNode,
    patch: Arc<Update>,
    state: &State,
    cancel: &CancellationToken,
) -> Result<Command, Rejection> {
    if !state.exists(document.as_ref()) {
        return Err(if state.is_tombstoned(document.as_ref()) {
            Rejection::Gone(document)
        } else {
            Rejection::NotFound(document)
        });
    }
    carry_out(request, CommandKind::Patch, patch, Reach::Document(document), state, cancel)
}

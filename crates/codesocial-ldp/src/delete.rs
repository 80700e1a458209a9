//! `DELETE`: takes a document away for good. Its address answers 410 and is not used again.

use crate::Request;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::ldp;
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection, State};
use oxrdf::NamedNode;

/// The command that removes `document`.
pub fn delete(request: Request<'_>, document: NamedNode) -> Command {
    let target = Some((document.clone(), AccessMode::Write));
    let agent = request.agent.clone();
    request.command(
        CommandKind::Delete,
        target,
        Box::new(move |state, _| {
            let graph = document.as_ref();
            if !state.exists(graph) {
                return Err(if state.is_tombstoned(graph) {
                    Rejection::Gone(document.clone())
                } else {
                    Rejection::NotFound(document.clone())
                });
            }
            if state.base().kind_of(graph).is_document() {
                state.permits_deleting(&agent, graph)?;
            }
            if state.is_container(graph) {
                refuse_needed(state, &document)?;
            }
            let removed = state.graph(graph.into()).map(|t| t.in_graph(document.clone())).collect();
            let client = Changeset { removed, added: Vec::new() };
            let deleted = state.base().kind_of(graph).is_document().then(|| document.clone());
            Ok(Proposal { client, deleted, ..Proposal::default() })
        }),
    )
}

/// A container goes only when it is empty, and the instance's own ones never.
fn refuse_needed(state: &State, container: &NamedNode) -> Result<(), Rejection> {
    if crate::containers::is_permanent(state.base(), container) {
        return Err(Rejection::Permanent(container.clone()));
    }
    let meta = State::meta(container.as_ref());
    let has_members =
        state.graph(meta.as_ref().into()).any(|triple| triple.predicate == ldp::CONTAINS);
    if has_members { Err(Rejection::NotEmpty(container.clone())) } else { Ok(()) }
}

//! Members that lie elsewhere: a `PATCH` of a container attaches and detaches them, as the
//! front-ends of SemApps do.
//!
//! Invariant: what lies in a container is its member as long as it is there, so only what was
//! attached is detached. What is deleted is attached nowhere (`store/lifecycle.rs`).

use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{AccessMode, Agent, Rejection, State};
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term};
use spargebra::term::{GraphName, GroundQuad, GroundTerm};
use spargebra::{GraphUpdateOperation, Update};

/// What a patch says of the members of its container.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Members {
    attached: Vec<NamedNode>,
    detached: Vec<NamedNode>,
}

impl Members {
    /// Takes out of a patch what it says, as data, of the members of `container`.
    pub(crate) fn taken_from(patch: &mut Update, container: &NamedNode) -> Self {
        let mut members = Self::default();
        for operation in &mut patch.operations {
            match operation {
                GraphUpdateOperation::InsertData { data } => data.retain(|quad| {
                    let attached = attached(quad, container).cloned();
                    members.attached.extend(attached.clone());
                    attached.is_none()
                }),
                GraphUpdateOperation::DeleteData { data } => data.retain(|quad| {
                    let detached = detached(quad, container).cloned();
                    members.detached.extend(detached.clone());
                    detached.is_none()
                }),
                GraphUpdateOperation::DeleteInsert { .. }
                | GraphUpdateOperation::Load { .. }
                | GraphUpdateOperation::Clear { .. }
                | GraphUpdateOperation::Create { .. }
                | GraphUpdateOperation::Drop { .. } => {}
            }
        }
        members
    }

    /// What changes in the listing of `container`.
    pub(crate) fn changes(
        &self,
        state: &State,
        agent: &Agent,
        container: &NamedNode,
    ) -> Result<Changeset, Rejection> {
        let meta = State::meta(container.as_ref());
        let contains = |member: &NamedNode| {
            Quad::new(container.clone(), ldp::CONTAINS, member.clone(), meta.clone())
        };
        let is_member = |member: &NamedNode| state.contains(contains(member).as_ref());
        let lies_there =
            |member: &NamedNode| state.container_of(member.as_ref()).as_ref() == Some(container);
        let mut changes = Changeset::default();
        for member in self.attached.iter().filter(|member| !is_member(member)) {
            if member == container || !is_listable(state, agent, member) {
                return Err(Rejection::NothingToAttach(member.clone()));
            }
            changes.added.push(contains(member));
        }
        for member in self.detached.iter().filter(|member| is_member(member)) {
            if lies_there(member) {
                return Err(Rejection::ServerManaged(vec![contains(member)]));
            }
            changes.removed.push(contains(member));
        }
        Ok(changes)
    }
}

/// Whether an agent may tell others of a document. A private one is in no listing.
fn is_listable(state: &State, agent: &Agent, document: &NamedNode) -> bool {
    let document = document.as_ref();
    matches!(state.base().kind_of(document), GraphKind::Resource | GraphKind::Sandbox)
        && state.exists(document)
        && state.permits(agent, document, AccessMode::Read).is_ok()
}

fn attached<'a>(quad: &'a spargebra::term::Quad, container: &NamedNode) -> Option<&'a NamedNode> {
    let is_said = quad.graph_name == GraphName::DefaultGraph
        && quad.predicate == ldp::CONTAINS
        && quad.subject == NamedOrBlankNode::from(container.clone());
    match &quad.object {
        Term::NamedNode(member) if is_said => Some(member),
        _ => None,
    }
}

fn detached<'a>(quad: &'a GroundQuad, container: &NamedNode) -> Option<&'a NamedNode> {
    let is_said = quad.graph_name == GraphName::DefaultGraph
        && quad.predicate == ldp::CONTAINS
        && quad.subject == *container;
    match &quad.object {
        GroundTerm::NamedNode(member) if is_said => Some(member),
        _ => None,
    }
}

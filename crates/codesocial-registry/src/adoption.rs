//! Who stands behind a version: the decision of its circle that adopts it.

use crate::description::document_of;
use crate::facts::{nodes, subjects};
use codesocial_graph::State;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, decision_mode, proposal_status};
use oxrdf::{NamedNode, NamedNodeRef, Quad, Term, Triple};
use std::collections::BTreeSet;

/// What stands between the address of a description and the number of a version.
pub(crate) const VERSIONS: &str = "/versions/";

/// The decision by consent, of the circle that the version itself names, on a proposal of this
/// very version.
pub(crate) fn adopted_by(state: &State, version: NamedNodeRef<'_>) -> Option<NamedNode> {
    let frozen: Vec<Triple> = state.graph(version.into()).collect();
    let is_circle = |circle: &NamedNode| {
        frozen.iter().any(|t| t.predicate == cs::CIRCLE && t.object == Term::from(circle.clone()))
    };
    let adopts = |decision: NamedNodeRef<'_>| {
        let said = document(state, decision);
        let says = |property, value: NamedNodeRef<'_>| {
            nodes(&said, decision, property).any(|said| said.as_ref() == value)
        };
        says(cs::OUTCOME, proposal_status::ADOPTED) && says(cs::MODE, decision_mode::CONSENT)
    };
    let proposals = subjects(state, cs::PROPOSES, version).map(|(proposal, _)| proposal);
    proposals
        .filter(|proposal| {
            nodes(&document(state, *proposal), *proposal, cs::IN_CIRCLE).any(is_circle)
        })
        .flat_map(|proposal| subjects(state, cs::ON_PROPOSAL, proposal))
        .map(|(decision, _)| decision)
        .filter(|decision| adopts(*decision))
        .min()
        .map(NamedNodeRef::into_owned)
}

/// The versions on whose adoption a changed quad may bear, in the state before or after.
pub(crate) fn versions_at_stake(states: [&State; 2], quad: &Quad) -> BTreeSet<NamedNode> {
    let subject = || NamedNode::try_from(Term::from(quad.subject.clone())).ok();
    let object = || NamedNode::try_from(quad.object.clone()).ok();
    let of_all = |proposals: &BTreeSet<NamedNode>| {
        proposals.iter().flat_map(|proposal| proposed(states, proposal)).collect()
    };
    let mut found: BTreeSet<NamedNode> = match quad.predicate.as_ref() {
        cs::PROPOSES => object().into_iter().collect(),
        cs::ON_PROPOSAL => of_all(&object().into_iter().collect()),
        cs::IN_CIRCLE => of_all(&subject().into_iter().collect()),
        cs::OUTCOME | cs::MODE => {
            let decision = subject();
            let proposals = decision.map(|decision| objects(states, &decision, cs::ON_PROPOSAL));
            of_all(&proposals.unwrap_or_default())
        }
        _ => return BTreeSet::new(),
    };
    found.retain(|version| states[1].base().kind_of(version.as_ref()) == GraphKind::Version);
    found
}

fn proposed(states: [&State; 2], proposal: &NamedNode) -> BTreeSet<NamedNode> {
    objects(states, proposal, cs::PROPOSES)
}

fn objects(
    states: [&State; 2],
    subject: &NamedNode,
    property: NamedNodeRef<'_>,
) -> BTreeSet<NamedNode> {
    let of = |state: &State| -> Vec<NamedNode> {
        nodes(&document(state, subject.as_ref()), subject.as_ref(), property).cloned().collect()
    };
    states.into_iter().flat_map(of).collect()
}

/// What the document of a node says.
fn document(state: &State, node: NamedNodeRef<'_>) -> Vec<Triple> {
    state.graph(document_of(node).as_ref().into()).collect()
}

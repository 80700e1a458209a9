//! Short questions to a state: what documents and schemes say, whoever asks.

use codesocial_graph::{Pattern, State, TermId};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple};

/// The named subjects that have the object as a value of the predicate, each with the graph that
/// says so.
pub(crate) fn subjects<'a>(
    state: &'a State,
    predicate: NamedNodeRef<'_>,
    object: impl Into<TermRef<'a>>,
) -> impl Iterator<Item = (NamedNodeRef<'a>, TermId)> {
    let ids = state.id(predicate).zip(state.id(object));
    ids.into_iter().flat_map(move |(predicate, object)| {
        let pattern =
            Pattern { predicate: Some(predicate), object: Some(object), ..Pattern::default() };
        let said = state.quads(pattern).filter(|quad| state.kind(quad[3]).in_shacl_data());
        said.filter_map(|[subject, _, _, graph]| match state.term(subject) {
            TermRef::NamedNode(subject) => Some((subject, graph)),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        })
    })
}

/// Whether a concept has the flag: `true` as the value of the predicate.
pub(crate) fn is_flagged(state: &State, concept: NamedNodeRef<'_>, flag: NamedNodeRef<'_>) -> bool {
    let yes = oxrdf::Literal::from(true);
    subjects(state, flag, yes.as_ref()).any(|(flagged, _)| flagged == concept)
}

/// The values of a subject among the triples of one document.
pub(crate) fn values<'a>(
    triples: &'a [Triple],
    subject: NamedNodeRef<'a>,
    predicate: NamedNodeRef<'a>,
) -> impl Iterator<Item = &'a Term> {
    triples
        .iter()
        .filter(move |triple| {
            matches!(&triple.subject, NamedOrBlankNode::NamedNode(node) if node == &subject)
                && triple.predicate == predicate
        })
        .map(|triple| &triple.object)
}

/// The values that are IRIs.
pub(crate) fn nodes<'a>(
    triples: &'a [Triple],
    subject: NamedNodeRef<'a>,
    predicate: NamedNodeRef<'a>,
) -> impl Iterator<Item = &'a NamedNode> {
    values(triples, subject, predicate).filter_map(|value| match value {
        Term::NamedNode(node) => Some(node),
        Term::BlankNode(_) | Term::Literal(_) => None,
    })
}

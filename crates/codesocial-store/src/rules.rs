//! The shapes in force, compiled, and the data graph as the SHACL engine sees it.

use crate::{Hash, Rejection, State};
use codesocial_graph::{DataGraph, Pattern, TermId};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use codesocial_shacl::{DateTime, FocusSet, GraphView, Report, Shapes, TermKind};
use jiff::Timestamp;
use oxrdf::{Graph, GraphName, Quad, Term, TermRef};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What every state must satisfy.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) shapes: Option<Shapes>,
    digest: Hash,
}

impl Rules {
    /// Compiles all the shapes graphs of a state.
    pub(crate) fn of(state: &codesocial_graph::State) -> Result<Self, Rejection> {
        let mut graph = Graph::new();
        let mut hasher = Sha256::new();
        let mut names: Vec<GraphName> = state
            .graphs()
            .filter(|id| state.kind(*id) == GraphKind::Shapes)
            .map(|id| state.graph_name(id))
            .collect();
        names.sort_unstable_by_key(ToString::to_string);
        for name in &names {
            for triple in state.graph(name.as_ref()) {
                hasher.update(format!("{triple}\n"));
                graph.insert(&skolem::unskolemise(triple));
            }
        }
        let shapes =
            Shapes::parse(&graph).map_err(|error| Rejection::MalformedShapes(error.to_string()))?;
        Ok(Self { shapes: Some(shapes), digest: hasher.finalize().into() })
    }

    /// Digest of the shapes, as headers name it.
    pub(crate) fn digest(&self) -> Hash {
        self.digest
    }

    /// What the change from `before` to `after` breaks, on a sound set of focus nodes.
    pub(crate) fn check(
        &self,
        before: &State,
        after: &codesocial_graph::State,
        net: &Changeset,
        now: Timestamp,
    ) -> Result<Option<Report>, Rejection> {
        let Some(shapes) = &self.shapes else { return Ok(None) };
        let judged = |quad: &&Quad| {
            let kind = before.base().kind(quad.graph_name.as_ref());
            kind.in_shacl_data() || kind.gives_class_hierarchy()
        };
        if !net.removed.iter().chain(&net.added).any(|quad| judged(&quad)) {
            return Ok(None);
        }
        let now = moment(now);
        let (old, new) = (Judged(before.data_graph()), Judged(after.data_graph()));
        // A change that led to a new generation is large: judging all costs no more than finding
        // what it concerns.
        if !after.shares_ids_with(before) {
            return validate(shapes, &new, &FocusSet::Everything, now).map(Some);
        }
        // A triple that another graph of the union holds too has not changed.
        let changed: Vec<[TermId; 3]> = net
            .removed
            .iter()
            .chain(&net.added)
            .filter(judged)
            .filter_map(|quad| triple_ids(after, quad))
            .filter(|[s, p, o]| old.contains(*s, *p, *o) != new.contains(*s, *p, *o))
            .collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let focus = codesocial_shacl::affected(shapes, &old, &new, &changed, now);
        validate(shapes, &new, &focus, now).map(Some)
    }

    /// Everything that is wrong with a document: its own node, its parts and its blank nodes.
    pub fn report_on(
        &self,
        state: &State,
        document: &str,
        now: Timestamp,
    ) -> Result<Report, Rejection> {
        let Some(shapes) = &self.shapes else {
            return Err(Rejection::Validation(Arc::from("no shapes are installed")));
        };
        let name = GraphName::from(oxrdf::NamedNode::new_unchecked(document));
        let focus: FocusSet<TermId> = state
            .graph(name.as_ref())
            .filter_map(|triple| state.id(oxrdf::NamedOrBlankNodeRef::from(&triple.subject)))
            .collect();
        validate(shapes, &Judged(state.data_graph()), &focus, moment(now))
    }
}

fn validate(
    shapes: &Shapes,
    view: &Judged<'_>,
    focus: &FocusSet<TermId>,
    now: DateTime,
) -> Result<Report, Rejection> {
    codesocial_shacl::validate_focus(shapes, view, focus, now)
        .map_err(|failure| Rejection::Validation(Arc::from(failure.to_string())))
}

/// A moment as queries have it.
pub fn moment(now: Timestamp) -> DateTime {
    format!("{now:.6}").parse().expect("a timestamp is written as an xsd:dateTime")
}

fn triple_ids(state: &codesocial_graph::State, quad: &Quad) -> Option<[TermId; 3]> {
    let subject = oxrdf::NamedOrBlankNodeRef::from(&quad.subject);
    Some([state.id(subject)?, state.id(&quad.predicate)?, state.id(&quad.object)?])
}

/// The data graph of a state, in which skolem IRIs are blank nodes.
pub(crate) struct Judged<'a>(pub(crate) DataGraph<'a>);

impl GraphView for Judged<'_> {
    type Node = TermId;

    fn node(&self, term: TermRef<'_>) -> Option<TermId> {
        self.0.state().id(term)
    }

    fn term(&self, node: TermId) -> Term {
        match self.0.state().term(node) {
            TermRef::NamedNode(iri) => match skolem::blank(iri) {
                Some(blank) => blank.into(),
                None => iri.into_owned().into(),
            },
            other => other.into_owned(),
        }
    }

    fn kind(&self, node: TermId) -> TermKind {
        match self.0.state().term(node) {
            TermRef::NamedNode(iri) if skolem::is_skolem(iri.as_str()) => TermKind::BlankNode,
            other => TermKind::of(other),
        }
    }

    fn objects(&self, s: TermId, p: TermId) -> impl Iterator<Item = TermId> {
        self.0.objects(s, p)
    }

    fn subjects(&self, p: TermId, o: TermId) -> impl Iterator<Item = TermId> {
        self.0.subjects(p, o)
    }

    fn pairs(&self, p: TermId) -> impl Iterator<Item = (TermId, TermId)> {
        self.0.pairs(p)
    }

    fn out(&self, s: TermId) -> impl Iterator<Item = (TermId, TermId)> {
        self.0.outgoing(s)
    }

    fn into(&self, o: TermId) -> impl Iterator<Item = (TermId, TermId)> {
        self.0.incoming(o)
    }

    fn contains(&self, s: TermId, p: TermId, o: TermId) -> bool {
        self.0.contains(s, p, o)
    }

    fn triples(&self) -> impl Iterator<Item = [TermId; 3]> {
        self.0.triples(Pattern::default())
    }

    fn read<R>(&self, node: TermId, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        match self.0.state().term(node) {
            TermRef::NamedNode(iri) if skolem::is_skolem(iri.as_str()) => {
                judge(self.term(node).as_ref())
            }
            other => judge(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_graph::Snapshot;
    use codesocial_rdf::{Base, RdfSyntax, parse};
    use oxrdf::Triple;

    /// The data graph of a store is a graph like any other to the engine: what two documents both
    /// say counts once, and skolem IRIs are blank nodes.
    #[test]
    fn the_data_graph_is_a_set_of_triples_with_blank_nodes() {
        let base = Base::parse("http://x/").expect("a base");
        let data = "
            <http://x/a> { <http://x/a> <p:p> <http://x/b>, 1 . <http://x/b> <p:q> <http://x/a#b-00000000000000ff> . }
            <http://x/b> { <http://x/b> <p:q> <http://x/a#b-00000000000000ff> . <http://x/a> <p:p> 1 . }
            <http://x/b.meta> { <http://x/b> <p:hidden> 1 . }
            <http://x/ns> { <p:c> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <p:d> . <p:c> <p:hidden> 1 . }";
        let added = parse::quads(data.as_bytes(), RdfSyntax::TriG, "http://x/").expect("TriG");
        let mut candidate = Snapshot::empty(base).candidate();
        candidate.apply(&Changeset { removed: Vec::new(), added }).expect("it fits");
        let expected = "
            <http://x/a> <p:p> <http://x/b>, 1 .
            <http://x/b> <p:q> <http://x/a#b-00000000000000ff> .
            <p:c> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <p:d> .";
        let expected = parse::triples(expected.as_bytes(), RdfSyntax::Turtle, "http://x/");
        let view = Judged(candidate.data_graph());
        let skolem = oxrdf::NamedNodeRef::new_unchecked("http://x/a#b-00000000000000ff");
        let blank = view.node(skolem.into()).expect("the node is there");
        assert_eq!(view.kind(blank), TermKind::BlankNode);
        assert!(view.term(blank).is_blank_node());
        let named: Vec<Triple> = expected
            .expect("Turtle")
            .into_iter()
            .filter(|triple| !triple.object.to_string().contains("#b-"))
            .collect();
        let all: usize = view
            .pairs(view.node(oxrdf::NamedNodeRef::new_unchecked("p:q").into()).expect("p:q"))
            .count();
        assert_eq!(all, 1, "two documents say it, and it counts once");
        for triple in &named {
            let [s, p, o] =
                triple_ids(&candidate, &triple.clone().in_graph(oxrdf::GraphName::DefaultGraph))
                    .expect("the terms are there");
            assert!(view.contains(s, p, o), "{triple}");
        }
        let hidden = oxrdf::NamedNodeRef::new_unchecked("p:hidden");
        assert_eq!(view.node(hidden.into()).map(|p| view.pairs(p).count()), Some(0));
    }
}

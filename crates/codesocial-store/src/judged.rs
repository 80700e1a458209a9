//! The data graph of a state as the SHACL engine sees it.

use codesocial_graph::{DataGraph, Pattern, TermId};
use codesocial_rdf::skolem;
use codesocial_shacl::{GraphView, TermKind};
use oxrdf::{Term, TermRef};

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
    use crate::rules::triple_ids;
    use codesocial_graph::Snapshot;
    use codesocial_rdf::{Base, Changeset, RdfSyntax, parse};
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

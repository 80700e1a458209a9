//! The data graph as the engine sees it: node handles and walks, no terms.
//!
//! Invariant: every iterator yields distinct answers, because a graph is a set of triples. Two
//! implementations that pass [`check_graph_view`] may stand for each other.
//!
//! # Why not walk terms?
//! Counting values, comparing them and following a path need equality only. With handles these
//! cost no decoding; terms are read where a literal is judged or a report is written.

use oxrdf::{NamedOrBlankNode, Term, TermRef, Triple};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;

/// A graph whose terms are known by small copyable handles.
///
/// Two equal handles are the same RDF term: `"1"^^xsd:integer` and `"01"^^xsd:integer` differ.
/// A handle that another view made, and this one never saw, has no triples here.
pub trait GraphView {
    type Node: Copy + Eq + Ord + Hash + Debug;

    /// The handle of a term; `None` where no triple can hold it.
    fn node(&self, term: TermRef<'_>) -> Option<Self::Node>;

    fn term(&self, node: Self::Node) -> Term;

    fn objects(&self, s: Self::Node, p: Self::Node) -> impl Iterator<Item = Self::Node>;

    fn subjects(&self, p: Self::Node, o: Self::Node) -> impl Iterator<Item = Self::Node>;

    /// Subject and object of each triple with this predicate.
    fn pairs(&self, p: Self::Node) -> impl Iterator<Item = (Self::Node, Self::Node)>;

    /// Predicate and object of each triple with this subject.
    fn out(&self, s: Self::Node) -> impl Iterator<Item = (Self::Node, Self::Node)>;

    /// Subject and predicate of each triple with this object.
    fn into(&self, o: Self::Node) -> impl Iterator<Item = (Self::Node, Self::Node)>;

    fn contains(&self, s: Self::Node, p: Self::Node, o: Self::Node) -> bool;

    /// The whole graph.
    fn triples(&self) -> impl Iterator<Item = [Self::Node; 3]>;

    /// Lends a term to a judgement, without a copy where the view can.
    fn read<R>(&self, node: Self::Node, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        judge(self.term(node).as_ref())
    }

    /// What sort of term this is. A view that stores blank nodes as IRIs says `BlankNode` here.
    fn kind(&self, node: Self::Node) -> TermKind {
        self.read(node, TermKind::of)
    }
}

/// The three sorts of RDF terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermKind {
    Iri,
    BlankNode,
    Literal,
}

impl TermKind {
    pub fn of(term: TermRef<'_>) -> Self {
        match term {
            TermRef::NamedNode(_) => Self::Iri,
            TermRef::BlankNode(_) => Self::BlankNode,
            TermRef::Literal(_) => Self::Literal,
        }
    }
}

/// Asserts that a view answers exactly what these triples hold: the test each implementation
/// of [`GraphView`] must pass.
#[track_caller]
pub fn check_graph_view<V: GraphView>(view: &V, triples: &[Triple]) {
    let triples: BTreeSet<[V::Node; 3]> =
        triples.iter().map(|triple| known_triple(view, triple)).collect();
    let nodes: BTreeSet<V::Node> = triples.iter().flatten().copied().collect();
    assert_same(view.triples(), triples.iter().copied());
    for &n in &nodes {
        let term = view.term(n);
        assert_eq!(view.node(term.as_ref()), Some(n), "{term} does not survive decoding");
        assert_eq!(view.kind(n), TermKind::of(term.as_ref()), "kind of {term}");
        assert!(view.read(n, |lent| lent == term.as_ref()), "{term} is lent as another term");
        let holding_at = |column: usize| triples.iter().copied().filter(move |t| t[column] == n);
        assert_same(view.pairs(n), holding_at(1).map(|[s, _, o]| (s, o)));
        assert_same(view.out(n), holding_at(0).map(|[_, p, o]| (p, o)));
        assert_same(view.into(n), holding_at(2).map(|[s, p, _]| (s, p)));
        for &m in &nodes {
            let objects = triples.iter().filter(|t| t[0] == n && t[1] == m).map(|t| t[2]);
            assert_same(view.objects(n, m), objects);
            let subjects = triples.iter().filter(|t| t[1] == n && t[2] == m).map(|t| t[0]);
            assert_same(view.subjects(n, m), subjects);
            for &o in &nodes {
                assert_eq!(view.contains(n, m, o), triples.contains(&[n, m, o]));
            }
        }
    }
}

fn known_triple<V: GraphView>(view: &V, triple: &Triple) -> [V::Node; 3] {
    let subject = match &triple.subject {
        NamedOrBlankNode::NamedNode(iri) => TermRef::from(iri),
        NamedOrBlankNode::BlankNode(blank) => TermRef::from(blank),
    };
    [subject, TermRef::from(&triple.predicate), triple.object.as_ref()]
        .map(|term| view.node(term).expect("a term of a triple in the graph has a handle"))
}

#[track_caller]
fn assert_same<T: Ord + Debug>(
    answered: impl Iterator<Item = T>,
    expected: impl Iterator<Item = T>,
) {
    let mut answered: Vec<T> = answered.collect();
    let mut expected: Vec<T> = expected.collect();
    answered.sort();
    expected.sort();
    assert_eq!(answered, expected);
}

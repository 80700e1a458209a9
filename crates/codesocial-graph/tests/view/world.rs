//! A small world: few enough terms that random quads meet, graphs of every kind, and histories of
//! changes to run against a view and a model of it.

use codesocial_graph::Snapshot;
use codesocial_rdf::{Base, Changeset, skolem};
use oxrdf::vocab::{rdfs, xsd};
use oxrdf::{BlankNode, Dataset, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use proptest::collection::vec;
use proptest::prelude::*;

/// How often a law is tried. Failures are printed, not written beside the source.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}

pub(crate) fn base() -> Base {
    Base::parse("http://localhost:8080/").expect("a base")
}

pub(crate) fn iri(path: &str) -> NamedNode {
    base().resolve(path)
}

/// What stands for a blank node of a document.
pub(crate) fn part(bits: u64) -> NamedNode {
    skolem::iri(iri("organizations/a").as_str(), bits)
}

pub(crate) fn subjects() -> Vec<NamedOrBlankNode> {
    vec![
        iri("organizations/a").into(),
        iri("organizations/b").into(),
        iri("scheme/section").into(),
        iri("ns").into(),
        BlankNode::new_unchecked("x").into(),
        part(1).into(),
        part(2).into(),
    ]
}

pub(crate) fn predicates() -> Vec<NamedNode> {
    vec![iri("ns#knows"), iri("ns#size"), rdfs::SUB_CLASS_OF.into_owned()]
}

pub(crate) fn objects() -> Vec<Term> {
    vec![
        iri("organizations/a").into(),
        iri("organizations/b").into(),
        iri("ns").into(),
        BlankNode::new_unchecked("x").into(),
        part(1).into(),
        part(2).into(),
        Literal::from("organizations").into(),
        Literal::new_language_tagged_literal_unchecked("organisations", "fr").into(),
        Literal::from(7).into(),
        Literal::new_typed_literal("07", xsd::INTEGER).into(),
        Literal::new_typed_literal("seven", xsd::INTEGER).into(),
        Literal::new_typed_literal("7.5", xsd::DECIMAL).into(),
        Literal::new_typed_literal("2026-01-02", xsd::DATE).into(),
        Literal::from(true).into(),
        Literal::new_typed_literal("POINT(1 2)", iri("ns#wkt")).into(),
    ]
}

pub(crate) fn graphs() -> Vec<GraphName> {
    vec![
        GraphName::DefaultGraph,
        iri("organizations/a").into(),
        iri("organizations/b").into(),
        iri("organizations/a.meta").into(),
        iri("organizations/a.acl").into(),
        iri("scheme/section").into(),
        iri("ns").into(),
        iri("activities/in/af01").into(),
        iri("system/sets").into(),
        NamedNode::new_unchecked("urn:elsewhere").into(),
        BlankNode::new_unchecked("g").into(),
    ]
}

pub(crate) fn quad() -> impl Strategy<Value = Quad> {
    use proptest::sample::select;
    (select(subjects()), select(predicates()), select(objects()), select(graphs()))
        .prop_map(|(s, p, o, g)| Quad::new(s, p, o, g))
}

pub(crate) fn changes() -> impl Strategy<Value = Changeset> {
    (vec(quad(), 0..20), vec(quad(), 0..20))
        .prop_map(|(removed, added)| Changeset { removed, added })
}

/// What can happen to a view.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Accepted(Changeset),
    Refused(Changeset),
    Merged,
    /// A merge, during which another change was accepted.
    MergedBehind(Changeset),
    Reopened,
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => changes().prop_map(Event::Accepted),
        1 => changes().prop_map(Event::Refused),
        1 => Just(Event::Merged),
        1 => changes().prop_map(Event::MergedBehind),
        1 => Just(Event::Reopened),
    ];
    vec(event, 1..12)
}

/// A view and the model that it must agree with.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) view: Snapshot,
    pub(crate) model: Dataset,
}

impl World {
    pub(crate) fn empty() -> Self {
        Self { view: Snapshot::empty(base()), model: Dataset::new() }
    }

    pub(crate) fn after(events: &[Event]) -> Self {
        let mut world = Self::empty();
        events.iter().for_each(|event| world.step(event));
        world
    }

    pub(crate) fn step(&mut self, event: &Event) {
        match event {
            Event::Accepted(changes) => self.accept(changes),
            Event::Refused(changes) => {
                self.view.candidate().apply(changes).expect("room");
            }
            Event::Merged => self.view = self.view.merged(),
            Event::MergedBehind(changes) => {
                let merged = self.view.merged();
                self.accept(changes);
                self.view = applied(&merged, changes);
            }
            Event::Reopened => {
                let mut bytes = Vec::new();
                self.view.encode(&mut bytes).expect("memory takes all");
                self.view = Snapshot::decode(base(), &mut bytes.as_slice()).expect("our own bytes");
            }
        }
    }

    fn accept(&mut self, changes: &Changeset) {
        let before = self.model.clone();
        for quad in &changes.removed {
            self.model.remove(quad);
        }
        for quad in &changes.added {
            self.model.insert(quad);
        }
        let mut candidate = self.view.candidate();
        let net = candidate.apply(changes).expect("room");
        assert_eq!(Dataset::from_iter(net.added.clone()), minus(&self.model, &before));
        assert_eq!(Dataset::from_iter(net.removed.clone()), minus(&before, &self.model));
        assert_eq!(
            net.added.len() + net.removed.len(),
            minus(&self.model, &before).len() + minus(&before, &self.model).len()
        );
        self.view = candidate.publish();
    }
}

pub(crate) fn applied(view: &Snapshot, changes: &Changeset) -> Snapshot {
    let mut candidate = view.candidate();
    candidate.apply(changes).expect("room");
    candidate.publish()
}

fn minus(one: &Dataset, other: &Dataset) -> Dataset {
    one.iter().filter(|quad| !other.contains(*quad)).collect()
}

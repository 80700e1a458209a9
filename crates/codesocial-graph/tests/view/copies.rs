//! A copy for some readers is what they see: when it is written, and after every change that it is
//! told of.

use crate::world::{base, cases, changes, graphs, iri};
use codesocial_graph::{GraphSet, Readers, Snapshot, Visible};
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{Changeset, GraphKind};
use oxrdf::{GraphName, NamedNode, Quad, Term};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A change of the data, and which documents are hidden after it.
type Step = (Changeset, Vec<NamedNode>);

fn documents() -> Vec<NamedNode> {
    let named = graphs().into_iter().filter_map(|graph| match graph {
        GraphName::NamedNode(name) => Some(name),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
    });
    named.collect()
}

fn step() -> impl Strategy<Value = Step> {
    let listing = (select(documents()), select(documents()))
        .prop_map(|(graph, listed)| Quad::new(graph.clone(), ldp::CONTAINS, listed, graph));
    let changes = (changes(), vec(listing, 0..4)).prop_map(|(mut changes, listings)| {
        changes.added.extend(listings);
        changes
    });
    (changes, subsequence(documents(), 0..4))
}

/// A state, and who reads it when these documents are hidden.
fn after(before: &Snapshot, (changes, hidden): &Step, readers: &Readers) -> (Snapshot, Readers) {
    let mut candidate = before.candidate();
    candidate.apply(changes).expect("there is room");
    let state = candidate.publish();
    let hidden: GraphSet = hidden.iter().filter_map(|name| state.id(name)).collect();
    (state, readers.clone().all_but(Arc::new(hidden)))
}

fn lines(quads: impl Iterator<Item = Quad>) -> BTreeSet<String> {
    quads.map(|quad| quad.to_string()).collect()
}

fn all(state: &Snapshot) -> BTreeSet<String> {
    let quads = state.quads(codesocial_graph::Pattern::default());
    lines(quads.map(|quad| state.decode(quad)))
}

/// What the definitions say, quad by quad.
fn seen(state: &Snapshot, kinds: &Readers, hidden: &[NamedNode]) -> BTreeSet<String> {
    let is_hidden =
        |name: &GraphName| hidden.iter().any(|one| GraphName::from(one.clone()) == *name);
    let is_withheld = |quad: &Quad| {
        quad.predicate == ldp::CONTAINS
            && hidden.iter().any(|one| Term::from(one.clone()) == quad.object)
    };
    let quads = state.quads(codesocial_graph::Pattern::default()).map(|quad| state.decode(quad));
    lines(quads.filter(|quad| {
        let kind = base().kind(quad.graph_name.as_ref());
        kinds.kinds.contains(kind) && !is_hidden(&quad.graph_name) && !is_withheld(quad)
    }))
}

fn copied(visible: &Visible<'_>) -> Snapshot {
    let mut bytes = Vec::new();
    visible.encode(&mut bytes).expect("memory can be written to");
    Snapshot::decode(base(), &mut bytes.as_slice()).expect("what was just written")
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_copy_that_is_told_what_changed_is_what_its_readers_see(
        steps in vec(step(), 1..8),
        everyone in any::<bool>(),
    ) {
        let kinds = if everyone { Readers::everyone() } else { Readers::administrator() };
        let (mut state, mut readers) = (Snapshot::empty(base()), kinds.clone());
        let mut copy = copied(&Visible::new(&state, &readers));
        for step in &steps {
            let (next, next_readers) = after(&state, step, &kinds);
            let (old, new) = (Visible::new(&state, &readers), Visible::new(&next, &next_readers));
            let changes = new.since(&old).expect("no generation lies between");
            let mut candidate = copy.candidate();
            prop_assert_eq!(candidate.apply(&changes), Ok(changes.clone()));
            copy = candidate.publish();
            let expected = seen(&next, &kinds, &step.1);
            prop_assert_eq!(lines(new.quads()), expected.clone());
            prop_assert_eq!(all(&copied(&new)), expected.clone());
            prop_assert_eq!(all(&copy), expected);
            (state, readers) = (next, next_readers);
        }
    }
}

#[test]
fn no_term_of_what_is_hidden_is_in_a_copy() {
    let graph = iri("organizations/a");
    let secret =
        Quad::new(graph.clone(), iri("ns#knows"), Term::from(iri("canary")), graph.clone());
    let open = Quad::new(iri("organizations/b"), iri("ns#knows"), iri("x"), iri("organizations/b"));
    let added = Changeset { removed: Vec::new(), added: vec![secret, open] };
    let (state, readers) =
        after(&Snapshot::empty(base()), &(added, vec![graph]), &Readers::everyone());
    let mut bytes = Vec::new();
    Visible::new(&state, &readers).encode(&mut bytes).expect("memory can be written to");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("organizations/b"), "the open graph is there");
    assert!(!text.contains("canary") && !text.contains("organizations/a"), "{text:?}");
}

#[test]
fn what_changed_is_not_known_across_generations() {
    let readers = Readers::everyone();
    assert!(readers.kinds.contains(GraphKind::Resource));
    let before = Snapshot::empty(base());
    let after = before.merged();
    assert!(Visible::new(&after, &readers).since(&Visible::new(&before, &readers)).is_none());
}

//! Memory: what is refused or superseded is given back, and old snapshots outlive new ones.

use crate::world::{base, iri};
use codesocial_graph::{Pattern, Snapshot, Stats};
use codesocial_rdf::Changeset;
use oxrdf::{GraphName, Literal, Quad};

fn version(resource: u32, version: u32) -> Quad {
    let document = iri(&format!("organizations/{resource}"));
    let label = Literal::from(format!("version {version} of {resource}"));
    Quad::new(document.clone(), iri("ns#label"), label, document)
}

const RESOURCES: u32 = 100;

fn first_versions() -> Snapshot {
    let added = (0..RESOURCES).map(|resource| version(resource, 0)).collect();
    let mut candidate = Snapshot::empty(base()).candidate();
    candidate.apply(&Changeset { removed: Vec::new(), added }).expect("room");
    candidate.publish().merged()
}

/// A merged state has this size, whatever happened before.
fn size(view: &Snapshot) -> Stats {
    view.merged().stats()
}

#[test]
fn a_hundred_thousand_updates_of_a_hundred_resources_leave_no_trace() {
    let mut view = first_versions();
    let before = size(&view);
    let mut merges = 0;
    for n in 0..100_000 {
        let (resource, number) = (n % RESOURCES, n / RESOURCES);
        let mut candidate = view.candidate();
        let update = Changeset {
            removed: vec![version(resource, number)],
            added: vec![version(resource, number + 1)],
        };
        assert_eq!(candidate.apply(&update), Ok(update));
        view = candidate.publish();
        if view.merge_due() {
            view = view.merged();
            merges += 1;
        }
    }
    let after = size(&view);
    assert_eq!((after.quads, after.terms), (before.quads, before.terms));
    assert!(after.bytes < before.bytes + 10 * RESOURCES as usize, "labels grew by a few digits");
    assert!((5..20).contains(&merges), "{merges} merges");
}

#[test]
fn ten_thousand_refused_candidates_leave_the_state_as_it_was() {
    let view = first_versions();
    let before = view.stats();
    for n in 0..10_000 {
        let added = (0..50).map(|resource| version(RESOURCES + n * 50 + resource, n)).collect();
        let mut candidate = view.candidate();
        candidate.apply(&Changeset { removed: Vec::new(), added }).expect("room");
        assert_eq!(candidate.stats().changed_quads, 50);
    }
    assert_eq!(view.stats(), before);
    assert_eq!(view.candidate().publish().stats(), before);
}

#[test]
fn a_delta_larger_than_the_base_is_read_whole() {
    let view = first_versions();
    let changes = Changeset {
        removed: (0..RESOURCES).step_by(2).map(|resource| version(resource, 0)).collect(),
        added: (0..RESOURCES * 20).map(|n| version(n % RESOURCES, 1 + n / RESOURCES)).collect(),
    };
    let mut candidate = view.candidate();
    assert_eq!(candidate.apply(&changes), Ok(changes.clone()));
    let label = candidate.id(&iri("ns#label")).expect("the label is in use");
    let labelled = Pattern { predicate: Some(label), ..Pattern::default() };
    let expected = (RESOURCES / 2 + RESOURCES * 20) as usize;
    assert_eq!(candidate.quads(labelled).count(), expected);
    assert_eq!(candidate.quads(Pattern::default()).count(), expected);
    assert_eq!(candidate.predicate_count(label), expected);
    assert_eq!(candidate.graphs().count(), RESOURCES as usize);
}

#[test]
fn siblings_do_not_see_each_other() {
    let view = first_versions();
    let (mut one, mut other) = (view.candidate(), view.candidate());
    let adding = |quad| Changeset { removed: Vec::new(), added: vec![quad] };
    one.apply(&adding(version(1, 1))).expect("room");
    other.apply(&adding(version(2, 2))).expect("room");
    assert!(one.contains(version(1, 1).as_ref()) && !one.contains(version(2, 2).as_ref()));
    assert!(other.contains(version(2, 2).as_ref()) && !other.contains(version(1, 1).as_ref()));
    assert!(!view.contains(version(1, 1).as_ref()) && !view.contains(version(2, 2).as_ref()));
}

#[test]
fn many_snapshots_are_read_on_other_threads_while_the_writer_goes_on() {
    let mut view = first_versions();
    let readers: Vec<_> = (0..50_u32)
        .map(|number| {
            let update = Changeset {
                removed: vec![version(0, number)],
                added: vec![version(0, number + 1)],
            };
            let mut candidate = view.candidate();
            candidate.apply(&update).expect("room");
            let old = std::mem::replace(&mut view, candidate.publish());
            std::thread::spawn(move || {
                let graph = GraphName::from(iri("organizations/0"));
                let labels: Vec<_> = old.graph(graph.as_ref()).map(|t| t.object).collect();
                assert_eq!(labels, [version(0, number).object]);
            })
        })
        .collect();
    for reader in readers {
        reader.join().expect("the reader found its own version");
    }
}

//! Every pattern, over random histories, against a plain set of quads.

use crate::world::{Event, World, cases, events, graphs, objects, predicates, quad, subjects};
use codesocial_graph::{Pattern, Snapshot, State, TermId};
use codesocial_rdf::GraphKind;
use oxrdf::vocab::rdfs;
use oxrdf::{Dataset, GraphName, NamedNode, NamedOrBlankNode, Quad, QuadRef, Term, TermRef};
use proptest::prelude::*;
use std::collections::BTreeSet;

type Shape = (Option<NamedOrBlankNode>, Option<NamedNode>, Option<Term>, Option<GraphName>);

fn shape() -> impl Strategy<Value = Shape> {
    use proptest::option::of;
    use proptest::sample::select;
    (of(select(subjects())), of(select(predicates())), of(select(objects())), of(select(graphs())))
}

fn matching(model: &Dataset, (s, p, o, g): &Shape) -> BTreeSet<String> {
    let matches = |quad: &QuadRef<'_>| {
        s.as_ref().is_none_or(|s| s.as_ref() == quad.subject)
            && p.as_ref().is_none_or(|p| p.as_ref() == quad.predicate)
            && o.as_ref().is_none_or(|o| o.as_ref() == quad.object)
            && g.as_ref().is_none_or(|g| g.as_ref() == quad.graph_name)
    };
    model.iter().filter(matches).map(|quad| quad.to_string()).collect()
}

/// The same question asked by ids, which a term that is nowhere does not have.
fn pattern(state: &State, (s, p, o, g): &Shape) -> Option<Pattern> {
    fn id<'a>(state: &State, term: Option<impl Into<TermRef<'a>>>) -> Option<Option<TermId>> {
        term.map_or(Some(None), |term| state.id(term).map(Some))
    }
    Some(Pattern {
        subject: id(state, s.as_ref())?,
        predicate: id(state, p.as_ref())?,
        object: id(state, o.as_ref())?,
        graph: match g {
            None => None,
            Some(graph) => Some(state.graph_id(graph.as_ref())?),
        },
    })
}

fn check_pattern(state: &State, model: &Dataset, shape: &Shape) {
    let found: Vec<String> = pattern(state, shape)
        .into_iter()
        .flat_map(|pattern| state.quads(pattern))
        .map(|quad| state.decode(quad).to_string())
        .collect();
    let set: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(set.len(), found.len(), "a quad was read twice");
    assert_eq!(set, matching(model, shape));
}

fn check_whole(view: &Snapshot, model: &Dataset) {
    assert_eq!(view.len(), model.len());
    check_pattern(view, model, &(None, None, None, None));
    let named: BTreeSet<String> = view.graphs().map(|g| view.graph_name(g).to_string()).collect();
    let expected = model.iter().filter(|quad| !quad.graph_name.is_default_graph());
    assert_eq!(named, expected.map(|quad| quad.graph_name.to_string()).collect());
    for graph in graphs() {
        let triples: Vec<String> = view.graph(graph.as_ref()).map(|t| t.to_string()).collect();
        let expected: BTreeSet<String> =
            model.quads_for_graph_name(&graph).map(|q| q.into_owned()).map(triple_text).collect();
        assert_eq!(view.graph_len(graph.as_ref()), triples.len());
        assert_eq!(triples.into_iter().collect::<BTreeSet<_>>(), expected);
        if let Some(id) = view.graph_id(graph.as_ref()) {
            assert_eq!(view.kind(id), view.base().kind(graph.as_ref()));
        }
    }
    for predicate in predicates() {
        let count = view.id(&predicate).map_or(0, |id| view.predicate_count(id));
        assert_eq!(count, model.quads_for_predicate(&predicate).count());
    }
}

fn triple_text(quad: Quad) -> String {
    oxrdf::Triple::from(quad).to_string()
}

fn check_data_graph(state: &State, model: &Dataset, shape: &Shape) {
    let judged = |quad: &Quad| match state.base().kind(quad.graph_name.as_ref()) {
        GraphKind::Resource | GraphKind::Scheme | GraphKind::Private => true,
        GraphKind::Ontology | GraphKind::Shapes => quad.predicate == rdfs::SUB_CLASS_OF,
        GraphKind::Default
        | GraphKind::Meta
        | GraphKind::Acl
        | GraphKind::Version
        | GraphKind::Remote
        | GraphKind::Quarantine
        | GraphKind::Sandbox
        | GraphKind::SandboxMeta
        | GraphKind::PrivateMeta
        | GraphKind::Foreign
        | GraphKind::System => false,
    };
    let data: Dataset = model
        .iter()
        .map(QuadRef::into_owned)
        .filter(judged)
        .map(|quad| Quad { graph_name: GraphName::DefaultGraph, ..quad })
        .collect();
    let (s, p, o, _) = shape.clone();
    let shape = (s, p, o, None);
    let found: Vec<String> = pattern(state, &shape)
        .into_iter()
        .flat_map(|pattern| state.data_graph().triples(pattern).collect::<Vec<_>>())
        .map(|[s, p, o]| state.decode([s, p, o, TermId::DEFAULT_GRAPH]).to_string())
        .collect();
    let set: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(set.len(), found.len(), "a triple was read twice");
    assert_eq!(set, matching(&data, &shape));
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_snapshot_of_a_history_keeps_answering_as_its_model(
        events in events(),
        shapes in prop::collection::vec(shape(), 20),
        probe in quad(),
    ) {
        let mut world = World::empty();
        let mut past = vec![world.clone()];
        for event in &events {
            world.step(event);
            past.push(world.clone());
        }
        for World { view, model } in &past {
            check_whole(view, model);
            assert_eq!(view.contains(probe.as_ref()), model.contains(&probe));
            for shape in &shapes {
                check_pattern(view, model, shape);
                check_data_graph(view, model, shape);
            }
        }
    }

    #[test]
    fn the_digest_tells_what_is_held_and_not_how_it_came(events in events(), extra in quad()) {
        let World { view, model } = World::after(&events);
        let all = codesocial_rdf::Changeset {
            removed: Vec::new(),
            added: model.iter().map(QuadRef::into_owned).collect(),
        };
        let mut afresh = World::empty();
        afresh.step(&Event::Accepted(all));
        assert_eq!(view.digest(), afresh.view.digest());
        afresh.step(&Event::Accepted(codesocial_rdf::Changeset {
            removed: Vec::new(),
            added: vec![extra.clone()],
        }));
        assert_eq!(view.digest() == afresh.view.digest(), model.contains(&extra));
    }
}

//! SPARQL: the answer to a reader is the answer of a dataset that holds only what the reader may
//! read and the query asks for.
//!
//! The dataset is Oxigraph's plain one: its store would write `07` as `7`.

use crate::world::{World, applied, base, cases, events, graphs, iri, part};
use codesocial_graph::{
    GraphSelection, GraphSet, Readers, Selection, Snapshot, State, strip_dataset,
};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use expect_test::{Expect, expect};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{Dataset, GraphName, GraphNameRef, Quad, TripleRef};
use proptest::prelude::*;
use spargebra::algebra::QueryDataset;
use spargebra::{Query, SparqlParser};
use std::sync::Arc;

const QUERIES: [&str; 53] = [
    "SELECT * WHERE { ?s ?p ?o }",
    "SELECT * WHERE { <organizations/a> ?p ?o }",
    "SELECT * WHERE { ?s :size ?o }",
    "SELECT * WHERE { ?s ?p <organizations/a> }",
    "SELECT * WHERE { ?s :knows <organizations/b> }",
    "SELECT * WHERE { <organizations/a> ?p <organizations/b> }",
    "SELECT * WHERE { ?s :knows ?s }",
    "SELECT * WHERE { ?a :knows ?b . ?b :size ?c }",
    "SELECT * WHERE { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * WHERE { GRAPH ?g { ?s :size 7 } }",
    "SELECT * WHERE { GRAPH <organizations/a> { ?s ?p ?o } }",
    "SELECT * WHERE { GRAPH <system/sets> { ?s ?p ?o } }",
    "SELECT * WHERE { GRAPH <organizations/a.acl> { ?s :knows ?o } }",
    "SELECT * WHERE { GRAPH <nowhere> { ?s ?p ?o } }",
    "SELECT * WHERE { GRAPH ?g { } }",
    "SELECT * WHERE { GRAPH <organizations/a> { } }",
    "SELECT * WHERE { GRAPH ?g { ?g ?p ?o } }",
    "SELECT * WHERE { ?s ?p ?o . GRAPH ?g { ?s ?p ?o } }",
    "SELECT * WHERE { GRAPH ?g { ?a :knows+ ?b } }",
    "SELECT * WHERE { ?a :knows* ?b }",
    "SELECT * WHERE { <organizations/a> :knows+/:size ?b }",
    "SELECT * WHERE { ?a (:knows|^:knows)? <organizations/b> }",
    "SELECT * WHERE { ?a !(:knows|:size) ?b }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT ?p (COUNT(?s) AS ?n) (SUM(?o) AS ?t) WHERE { ?s ?p ?o } GROUP BY ?p",
    "SELECT (MIN(?o) AS ?a) (MAX(?o) AS ?b) WHERE { ?s :size ?o FILTER(isNumeric(?o)) }",
    "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * WHERE { ?s :size ?o OPTIONAL { ?s :knows ?k FILTER(isIRI(?k)) } }",
    "SELECT * WHERE { ?s :size ?o FILTER NOT EXISTS { ?s :knows ?k } }",
    "SELECT * WHERE { ?s :size ?o FILTER EXISTS { GRAPH ?g { ?s :knows ?k } } }",
    "SELECT * WHERE { ?s ?p ?o MINUS { ?s :knows ?k } }",
    "SELECT * WHERE { ?s ?p ?o FILTER(?o > 6) }",
    "SELECT * WHERE { ?s ?p ?o FILTER(?o) }",
    "SELECT DISTINCT ?x WHERE { ?s ?p ?o BIND(?o + 0 AS ?x) }",
    "SELECT * WHERE { ?s ?p ?o BIND(STR(?s) AS ?x) ?s2 ?p2 ?x }",
    "SELECT * WHERE { VALUES ?s { <organizations/a> <nowhere> } ?s ?p ?o }",
    "SELECT DISTINCT ?o WHERE { ?s ?p ?o FILTER(isLiteral(?o)) } ORDER BY STR(?o) DATATYPE(?o)",
    "SELECT * WHERE { { ?s :size ?o } UNION { ?s :knows ?o } }",
    "SELECT * WHERE { ?s ?p ?o FILTER(isBlank(?o)) }",
    "SELECT * WHERE { ?s ?p ?o FILTER(isIRI(?s)) BIND(STR(?s) AS ?x) }",
    "SELECT ?s (COALESCE(STR(?s), \"none\") AS ?x) WHERE { ?s ?p ?o }",
    "SELECT * WHERE { ?a :knows ?b . ?c :knows ?d FILTER(?b = ?d) }",
    "SELECT * WHERE { ?a :knows ?b . ?c :knows ?d FILTER(sameTerm(?b, ?d)) }",
    "SELECT * WHERE { ?a :knows ?b BIND(?b AS ?x) ?x :size ?n }",
    "SELECT * WHERE { ?a :knows ?b BIND(IF(isBlank(?b), ?b, ?a) AS ?x) ?x ?p ?n }",
    "SELECT ?b (COUNT(*) AS ?n) (MIN(?a) AS ?least) WHERE { ?a :knows ?b } GROUP BY ?b",
    "SELECT (COUNT(DISTINCT ?b) AS ?n) (MAX(?a) AS ?m) WHERE { ?a :knows ?b }",
    "SELECT DISTINCT ?x WHERE { { ?x :knows ?y } UNION { ?y :knows ?x } }",
    "SELECT * WHERE { { SELECT DISTINCT ?b { ?a :knows ?b } ORDER BY ?b } ?b :size ?n }",
    "ASK { ?s :knows ?o . ?o :knows ?s }",
    "ASK { GRAPH <organizations/b> { ?s ?p ?o } }",
    "CONSTRUCT { ?o :known ?s } WHERE { ?s :knows ?o }",
    "DESCRIBE <organizations/a>",
];

pub(crate) const DATASETS: [&str; 9] = [
    "",
    "FROM <organizations/a>",
    "FROM <organizations/a> FROM <organizations/b>",
    "FROM <organizations/a> FROM <organizations/a.acl> FROM NAMED <organizations/b>",
    "FROM NAMED <organizations/a> FROM NAMED <organizations/a.acl> FROM NAMED <nowhere>",
    "FROM <urn:elsewhere> FROM NAMED <urn:elsewhere>",
    "FROM <system/sets> FROM NAMED <system/sets> FROM NAMED <organizations/a>",
    "FROM <nowhere>",
    "FROM <scheme/section> FROM <ns> FROM NAMED <ns> FROM NAMED <organizations/a.meta>",
];

pub(crate) fn parse(query: &str, dataset: &str) -> Query {
    let (head, body) = match query.find("WHERE") {
        Some(start) => query.split_at(start),
        None if query.starts_with("ASK") => query.split_at("ASK".len()),
        None => (query, ""),
    };
    SparqlParser::new()
        .with_base_iri(base().as_str())
        .and_then(|parser| parser.with_prefix("", iri("ns#").as_str()))
        .expect("a base and a prefix")
        .parse_query(&format!("{head} {dataset} {body}"))
        .expect("a query of the pool")
}

/// The answer as sorted lines: the order of solutions and the names of variables apart, all of it.
pub(crate) fn lines(results: QueryResults<'_>) -> Vec<String> {
    let mut lines: Vec<String> = match results {
        QueryResults::Boolean(answer) => vec![answer.to_string()],
        QueryResults::Solutions(solutions) => solutions
            .map(|solution| {
                let mut bound: Vec<String> = solution
                    .expect("a solution")
                    .iter()
                    .map(|(variable, term)| format!("{variable}={term}"))
                    .collect();
                bound.sort_unstable();
                bound.join(" ")
            })
            .collect(),
        // CONSTRUCT and DESCRIBE give graphs; an evaluator may write a triple twice.
        QueryResults::Graph(triples) => {
            let mut triples: Vec<String> =
                triples.map(|triple| triple.expect("a triple").to_string()).collect();
            triples.sort_unstable();
            triples.dedup();
            triples
        }
    };
    lines.sort_unstable();
    lines
}

/// A dataset that holds only what is seen: by readers, through a dataset clause if there is one,
/// with blank nodes as such.
fn oracle(
    model: &Dataset,
    may_read: &dyn Fn(GraphNameRef<'_>) -> bool,
    clause: Option<&QueryDataset>,
) -> Dataset {
    let mut seen = Dataset::new();
    let lists = |names: &[oxrdf::NamedNode], graph: GraphNameRef<'_>| {
        names.iter().any(|name| GraphNameRef::from(name) == graph)
    };
    for quad in model.iter().filter(|quad| may_read(quad.graph_name)) {
        let (graph, kind) = (quad.graph_name, base().kind(quad.graph_name));
        let triple = skolem::unskolemise(TripleRef::from(quad).into_owned());
        let (in_default, by_name) = match clause {
            None => (kind.in_default_graph(), kind.by_graph_clause()),
            Some(QueryDataset { default, named }) => (
                lists(default, graph),
                named.as_ref().map_or(kind.by_graph_clause(), |named| lists(named, graph)),
            ),
        };
        if in_default {
            seen.insert(triple.as_ref().in_graph(GraphNameRef::DefaultGraph));
        }
        if by_name {
            seen.insert(triple.as_ref().in_graph(graph));
        }
    }
    seen
}

fn check_query(
    state: &State,
    model: &Dataset,
    readers: &Readers,
    may_read: &dyn Fn(GraphNameRef<'_>) -> bool,
    mut query: Query,
) {
    let clause = query.dataset().cloned();
    let selection = strip_dataset(&mut query, None);
    let text = query.to_string();
    let ours = SparqlEvaluator::new()
        .for_query(query.clone())
        .on_queryable_dataset(state.readable_by(readers, &selection))
        .execute()
        .expect("an answer");
    let seen = oracle(model, may_read, clause.as_ref());
    let theirs = SparqlEvaluator::new()
        .for_query(query)
        .on_queryable_dataset(&seen)
        .execute()
        .expect("an answer");
    assert_eq!(lines(ours), lines(theirs), "{text} with {clause:?}");
}

pub(crate) fn hidden() -> impl Strategy<Value = Vec<GraphName>> {
    prop::sample::subsequence(graphs(), 0..graphs().len())
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_reader_is_answered_as_by_a_dataset_of_what_the_reader_may_read(
        events in events(),
        hidden in hidden(),
        dataset in prop::sample::select(&DATASETS[..]),
    ) {
        let World { view, model } = World::after(&events);
        let set: Arc<GraphSet> =
            Arc::new(hidden.iter().filter_map(|graph| view.graph_id(graph.as_ref())).collect());
        let public = |graph: GraphNameRef<'_>| base().kind(graph).public_by_default();
        let listed = |graph: GraphNameRef<'_>| hidden.iter().any(|name| name.as_ref() == graph);
        for query in QUERIES {
            let query = parse(query, dataset);
            check_query(&view, &model, &Readers::everyone(), &public, query.clone());
            check_query(
                &view,
                &model,
                &Readers::administrator(),
                &|graph| base().kind(graph) != GraphKind::System,
                query.clone(),
            );
            check_query(
                &view,
                &model,
                &Readers::everyone().all_but(set.clone()),
                &|graph| public(graph) && !listed(graph),
                query.clone(),
            );
            check_query(
                &view,
                &model,
                &Readers::administrator().only(set.clone()),
                &|graph| base().kind(graph) != GraphKind::System && listed(graph),
                query,
            );
        }
    }

    #[test]
    fn without_the_union_the_default_graph_is_the_one_without_a_name(events in events()) {
        let World { view, model } = World::after(&events);
        let selection = Selection::without_union();
        let dataset = view.readable_by(&Readers::administrator(), &selection);
        let ours = SparqlEvaluator::new()
            .for_query(parse("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", ""))
            .on_queryable_dataset(dataset)
            .execute()
            .expect("an answer");
        let unnamed = model.quads_for_graph_name(GraphNameRef::DefaultGraph).count();
        let integer = "http://www.w3.org/2001/XMLSchema#integer";
        prop_assert_eq!(lines(ours), [format!("?n=\"{unnamed}\"^^<{integer}>")]);
    }

    #[test]
    fn the_data_graph_can_be_queried(events in events()) {
        let World { view, .. } = World::after(&events);
        let dataset = view.readable_by(&Readers::everyone(), &Selection::data_graph());
        let ours = SparqlEvaluator::new()
            .for_query(parse("SELECT * WHERE { ?s ?p ?o }", ""))
            .on_queryable_dataset(dataset)
            .execute()
            .expect("an answer");
        let expected = view.data_graph().triples(codesocial_graph::Pattern::default()).count();
        prop_assert_eq!(lines(ours).len(), expected);
    }
}

#[test]
fn the_protocol_overrides_the_query() {
    let mut query = parse("SELECT * WHERE { ?s ?p ?o }", "FROM <organizations/a>");
    let protocol = QueryDataset { default: vec![iri("organizations/b")], named: Some(Vec::new()) };
    let selection = strip_dataset(&mut query, Some(protocol));
    assert_eq!(selection.default, GraphSelection::Listed(vec![iri("organizations/b")]));
    assert_eq!(selection.named, GraphSelection::Listed(Vec::new()));
    assert_eq!(query.dataset(), None);
}

/// The answer on a document with two parts without a name, one of which knows the other.
#[track_caller]
fn check(query: &str, expected: &Expect) {
    let knows =
        |one, other| Quad::new(part(one), iri("ns#knows"), part(other), iri("organizations/a"));
    let changes = Changeset { removed: Vec::new(), added: vec![knows(1, 2), knows(2, 2)] };
    let view = applied(&Snapshot::empty(base()), &changes);
    let answer = SparqlEvaluator::new()
        .for_query(parse(query, ""))
        .on_queryable_dataset(view.readable_by(&Readers::everyone(), &Selection::default()))
        .execute()
        .expect("an answer");
    expected.assert_eq(&lines(answer).join("\n"));
}

#[test]
fn a_blank_node_can_be_asked_for_by_the_iri_that_stands_for_it() {
    let one = "<organizations/a#b-0000000000000001>";
    check(&format!("SELECT * WHERE {{ {one} :knows ?b }}"), &expect!["?b=_:b0000000000000002"]);
    check(
        &format!("SELECT * WHERE {{ VALUES ?a {{ {one} }} ?a :knows ?b }}"),
        &expect!["?a=_:b0000000000000001 ?b=_:b0000000000000002"],
    );
    check(
        &format!("SELECT * WHERE {{ ?a :knows ?b FILTER(sameTerm(?a, {one})) }}"),
        &expect!["?a=_:b0000000000000001 ?b=_:b0000000000000002"],
    );
}

#[test]
fn a_blank_node_has_no_iri() {
    check(
        "SELECT DISTINCT ?a WHERE { ?a :knows ?b FILTER(isBlank(?a) && !isIRI(?a)) }",
        &expect![[r#"
            ?a=_:b0000000000000001
            ?a=_:b0000000000000002"#]],
    );
    check("ASK { ?a :knows ?b BIND(STR(?a) AS ?x) FILTER(BOUND(?x)) }", &expect!["false"]);
}

#[test]
fn graphs_are_made_of_the_same_blank_nodes() {
    check(
        "CONSTRUCT { ?b :known ?a } WHERE { ?a :knows ?b FILTER(?a != ?b) }",
        &expect!["_:b0000000000000002 <http://localhost:8080/ns#known> _:b0000000000000001"],
    );
}

//! Conditions that are answered before evaluation: on one variable once for each value, and on how
//! far points lie from one another. Either way the answer is that of the query as it was written.

use crate::sparql::{lines, parse};
use crate::world::{applied, base, cases, iri, part};
use codesocial_graph::{GraphSet, Readers, Rewrites, Snapshot};
use codesocial_graph::{evaluator, plan, strip_dataset};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::geo;
use oxrdf::vocab::xsd;
use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use spareval::CancellationToken;
use spargebra::Query;
use std::sync::Arc;

/// Enough rows that it is worth looking at their values.
const NODES: usize = 60;

fn label() -> impl Strategy<Value = Term> {
    let typed = |value: &str, datatype| Literal::new_typed_literal(value, datatype).into();
    let french = |value| Literal::new_language_tagged_literal_unchecked(value, "fr").into();
    select(vec![
        Literal::from("garden").into(),
        Literal::from("Garden").into(),
        french("garden"),
        french("jardin"),
        typed("7", xsd::INTEGER),
        typed("07", xsd::INTEGER),
        typed("seven", xsd::INTEGER),
        typed("2026-01-02", xsd::DATE),
        iri("organizations/a").into(),
        part(1).into(),
    ])
}

/// Points near one another, around a pole and the antimeridian, and what is no point.
fn place() -> impl Strategy<Value = Term> {
    let point = |x: i32, y: i32| format!("POINT({}.{} {})", x / 10, (x % 10).abs(), y);
    let point = (select(vec![-1800, -1799, 1799, 1800, 0, 1, 15]), select(vec![-90, 0, 1, 45, 90]))
        .prop_map(move |(x, y)| point(x, y));
    let odd = select(vec![
        "point ( 0.1 1 )".to_owned(),
        "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(0 0)".to_owned(),
        "POINT Z(0 0 0)".to_owned(),
        "POINT(95 100)".to_owned(),
        "LINESTRING(0 0, 1 1)".to_owned(),
        "POINT EMPTY".to_owned(),
        "nowhere".to_owned(),
    ]);
    prop_oneof![6 => point, 1 => odd]
        .prop_map(|wkt| Literal::new_typed_literal(wkt, geo::WKT_LITERAL).into())
}

fn node(n: usize) -> NamedNode {
    iri(&format!("organizations/n{n}"))
}

const GRAPHS: [&str; 4] =
    ["organizations/a", "organizations/b", "organizations/a.acl", "scheme/section"];

/// Labels and places of many nodes, in graphs of which some are hidden, each triple now and then in
/// two of them.
fn view() -> impl Strategy<Value = (Snapshot, Vec<GraphName>)> {
    let said = (label(), place(), select(&GRAPHS[..]), select(&GRAPHS[..]), 0..NODES);
    (vec(said, NODES..3 * NODES), prop::sample::subsequence(GRAPHS.to_vec(), 0..3)).prop_map(
        |(said, hidden)| {
            let mut added = Vec::new();
            for (n, (label, place, graph, other, met)) in said.into_iter().enumerate() {
                let subject = node(n % NODES);
                for graph in [graph, other] {
                    let quad = |predicate, object: Term| {
                        Quad::new(subject.clone(), iri(predicate), object, iri(graph))
                    };
                    added.push(quad("ns#label", label.clone()));
                    added.push(quad("ns#at", place.clone()));
                    added.push(quad("ns#knows", node(met).into()));
                }
            }
            let (settled, later) = added.split_at(added.len() * 4 / 5);
            let change = |added: &[Quad]| Changeset { removed: Vec::new(), added: added.to_vec() };
            let view = applied(&Snapshot::empty(base()), &change(settled)).merged();
            let hidden = hidden.into_iter().map(|graph| iri(graph).into()).collect();
            (applied(&view, &change(later)), hidden)
        },
    )
}

fn condition() -> impl Strategy<Value = String> {
    let one = select(
        &[
            "REGEX(?l, \"ard\")",
            "CONTAINS(LCASE(?l), \"garden\")",
            "STRLEN(STR(?l)) < 7",
            "LANG(?l) = \"fr\"",
            "isBlank(?l)",
            "!isLiteral(?l)",
            "?l + 1 = 8 || ABS(?l) = 7",
            "YEAR(?l) = 2026",
            "COALESCE(STR(?l + 0), \"none\") = \"none\"",
            "IF(isNumeric(?l), true, STR(?l) = \"jardin\")",
            "DATATYPE(?l) IN (<http://www.w3.org/2001/XMLSchema#integer>)",
            "STR(?l) = STR(?m)",
            "?l = 7",
            "STRLEN(STR(RAND())) < 100 && isLiteral(?l)",
            "EXISTS { ?a :label ?l } && isLiteral(?l)",
            "UCASE(?l)",
            "BOUND(?l) && BOUND(?m) && STRLEN(?m) > 1",
        ][..],
    );
    vec(one, 1..3).prop_map(|all| all.join(" && "))
}

fn body() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "?a :label ?l",
            "?a :label ?l . ?a :label ?m",
            "?a :knows ?b . ?a :label ?l OPTIONAL { ?b :label ?m }",
            "?a :label ?l OPTIONAL { ?a :at ?l }",
            "?a :knows/:knows ?b . ?b :label ?l BIND(?l AS ?m)",
            "?a :label ?l MINUS { ?a :at ?l }",
            "OPTIONAL { ?a :label ?l }",
            "{ ?a :label ?l } UNION { ?a :at ?l }",
            "GRAPH ?g { ?a :label ?l }",
            "{ SELECT DISTINCT ?l { ?a :label ?l } }",
            "?a :label ?l . ?a ?p ?m",
        ][..],
    )
}

fn filtered() -> impl Strategy<Value = String> {
    let form = select(
        &[
            ("SELECT *", ""),
            ("SELECT (COUNT(*) AS ?n)", ""),
            ("SELECT ?l (COUNT(*) AS ?n)", "GROUP BY ?l"),
            ("SELECT DISTINCT ?a", ""),
        ][..],
    );
    (form, body(), condition()).prop_map(|((form, grouped), body, condition)| {
        format!("{form} WHERE {{ {body} FILTER({condition}) }} {grouped}")
    })
}

fn near() -> impl Strategy<Value = String> {
    let condition = select(
        &[
            "FILTER(far(?p, ?q, U:metre>) < 20000)",
            "FILTER(far(?p, ?q, U:metre>) / 1000 <= 112)",
            "BIND(far(?p, ?q, U:metre>) / 1000 AS ?km) FILTER(?km <= 12)",
            "FILTER(0 >= far(?p, ?q, U:kilometre>))",
            "FILTER(far(?p, ?p, U:kilometre>) <= 0)",
            "FILTER(1.5e0 * far(?p, \"POINT(180 0)\"^^W, U:kilometre>) < 20)",
            "FILTER(far(\"POINT(7 90)\"^^W, ?q, U:meter>) <= 1)",
            "FILTER(far(?p, \"nowhere\"^^W, U:metre>) < 7)",
            "FILTER(far(?p, ?q, U:furlong>) < 7)",
            "FILTER(far(?p, ?q, U:metre>) > 15000000)",
            "FILTER(far(?p, ?q, U:metre>) < -1)",
        ][..],
    );
    let body = select(
        &[
            "?a :at ?p . ?b :at ?q . ?a :knows ?b",
            "?a :at ?p . ?b :at ?q",
            "?a :at ?p . ?a :at ?q OPTIONAL { ?a :label ?l }",
            "?a :at ?p OPTIONAL { ?a :knows ?b . ?b :at ?q }",
        ][..],
    );
    (body, condition).prop_map(|(body, condition)| {
        let condition = condition
            .replace("far(", "<http://www.opengis.net/def/function/geosparql/distance>(")
            .replace("U:", "<http://www.opengis.net/def/uom/OGC/1.0/")
            .replace('W', &geo::WKT_LITERAL.to_string());
        format!("SELECT (COUNT(*) AS ?n) ?p ?q WHERE {{ {body} {condition} }} GROUP BY ?p ?q")
    })
}

fn planned(
    view: &Snapshot,
    readers: &Readers,
    text: &str,
    rewrites: Rewrites,
) -> (Query, Vec<String>) {
    let mut query = parse(text, "");
    let selection = strip_dataset(&mut query, None);
    let dataset = view.readable_by(readers, &selection);
    plan(&mut query, &dataset, rewrites, &CancellationToken::new());
    let answer = lines(evaluator().prepare(&query).execute(dataset).expect("an answer"));
    (query, answer)
}

fn check(view: &Snapshot, hidden: &[GraphName], text: &str) {
    let ids = hidden.iter().filter_map(|graph| view.graph_id(graph.as_ref()));
    let set: Arc<GraphSet> = Arc::new(ids.collect());
    for readers in [Readers::everyone().all_but(set), Readers::administrator()] {
        let (_, written) = planned(view, &readers, text, Rewrites::NONE);
        for rewrites in
            [Rewrites { values: true, near: true, ..Rewrites::NONE }, Rewrites::default()]
        {
            let (query, answer) = planned(view, &readers, text, rewrites);
            assert_eq!(answer, written, "{text} as {query}");
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn a_condition_that_was_asked_of_values_lets_the_same_rows_pass(
        (view, hidden) in view(),
        queries in vec(filtered(), 4),
    ) {
        queries.iter().for_each(|text| check(&view, &hidden, text));
    }

    #[test]
    fn points_that_were_listed_are_all_that_are_near(
        (view, hidden) in view(),
        queries in vec(near(), 3),
    ) {
        queries.iter().for_each(|text| check(&view, &hidden, text));
    }
}

/// How many of some queries were answered before evaluation, in part at least.
fn answered(queries: &[String], rewrites: Rewrites) -> usize {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let views = (0..queries.len()).map(|_| view().new_tree(&mut runner).expect("a view"));
    let mut answered = 0;
    for (text, tree) in queries.iter().zip(views) {
        let (view, _) = proptest::strategy::ValueTree::current(&tree);
        let plain = planned(&view, &Readers::everyone(), text, Rewrites::NONE).0;
        answered += usize::from(planned(&view, &Readers::everyone(), text, rewrites).0 != plain);
    }
    answered
}

#[test]
fn what_these_laws_are_about_is_met() {
    let prefixed = |text: &str| {
        text.replace("far(", "<http://www.opengis.net/def/function/geosparql/distance>(")
            .replace("U:", "<http://www.opengis.net/def/uom/OGC/1.0/")
    };
    let values = Rewrites { values: true, ..Rewrites::NONE };
    let of_values =
        vec!["SELECT * WHERE { ?a :label ?l FILTER(REGEX(?l, \"ard\")) }".to_owned(); 8];
    assert_eq!(answered(&of_values, values), 8);
    let near = Rewrites { near: true, ..Rewrites::NONE };
    let of_points =
        prefixed("SELECT * WHERE { ?a :at ?p . ?b :at ?q FILTER(far(?p, ?q, U:metre>) < 20000) }");
    assert!(answered(&vec![of_points; 8], near) >= 6);
}

#[test]
fn merged_graphs_count_a_triple_once() {
    // As Oxigraph's own merging does not: https://github.com/oxigraph/oxigraph/issues/1919
    let quad = |graph: &str| Quad::new(node(1), iri("ns#knows"), node(2), iri(graph));
    let added = GRAPHS.into_iter().map(quad).collect();
    let view = applied(&Snapshot::empty(base()), &Changeset { removed: Vec::new(), added });
    for dataset in [
        "",
        "FROM <organizations/a> FROM <organizations/b>",
        "FROM <organizations/a> FROM <organizations/a.acl> FROM <scheme/section>",
    ] {
        for rewrites in [Rewrites::NONE, Rewrites::default()] {
            let mut query = parse("SELECT (COUNT(*) AS ?n) WHERE { ?s :knows ?o }", dataset);
            let selection = strip_dataset(&mut query, None);
            let dataset = view.readable_by(&Readers::administrator(), &selection);
            plan(&mut query, &dataset, rewrites, &CancellationToken::new());
            let told = lines(evaluator().prepare(&query).execute(dataset).expect("an answer"));
            assert_eq!(told, ["?n=\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>"]);
        }
    }
}

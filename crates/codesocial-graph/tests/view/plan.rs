//! Plans: a query that was planned has the answer of the query as it was written, for every reader,
//! and what cannot be sure of that is not planned.

use crate::sparql::{DATASETS, hidden, lines, parse};
use crate::world::{applied, base, cases, graphs, iri, part};
use codesocial_graph::{GraphSet, Readers, Rewrites, Selection, Snapshot};
use codesocial_graph::{evaluator, plan, strip_dataset};
use codesocial_rdf::Changeset;
use expect_test::{Expect, expect};
use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Variable};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use spareval::{CancellationToken, QueryResults};
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Nodes that know one another, with sizes, moments and labels of all sorts.
fn quad() -> impl Strategy<Value = Quad> {
    let nodes: Vec<NamedOrBlankNode> = vec![
        iri("organizations/a").into(),
        iri("organizations/b").into(),
        iri("organizations/c").into(),
        part(1).into(),
        part(2).into(),
    ];
    let typed = |value: &str, datatype| Literal::new_typed_literal(value, datatype).into();
    let sizes: Vec<Term> = vec![
        typed("7", xsd::INTEGER),
        typed("07", xsd::INTEGER),
        typed("-3", xsd::INTEGER),
        typed("7.5", xsd::DECIMAL),
        typed("12.25", xsd::DECIMAL),
        typed("9223372036854775807", xsd::INTEGER),
    ];
    let moments: Vec<Term> = vec![
        typed("2026-01-02T00:00:00Z", xsd::DATE_TIME),
        typed("2026-01-02T01:00:00+01:00", xsd::DATE_TIME),
        typed("2025-03-04T05:06:07Z", xsd::DATE_TIME),
        typed("2026-05-06", xsd::DATE),
    ];
    let language = |value, tag| Literal::new_language_tagged_literal_unchecked(value, tag).into();
    let labels: Vec<Term> = vec![
        Literal::from("garden").into(),
        language("garden", "en"),
        language("jardin", "fr"),
        Literal::from("jardin").into(),
    ];
    let odd: Vec<Term> = vec![
        typed("seven", xsd::INTEGER),
        typed("1.5e0", xsd::DOUBLE),
        typed("2026-01-02T00:00:00", xsd::DATE_TIME),
        typed("POINT(1 2)", iri("ns#wkt").as_ref()),
        BlankNode::new_unchecked("x").into(),
        iri("organizations/a").into(),
    ];
    let terms = nodes.iter().cloned().map(Term::from).collect::<Vec<_>>();
    let said = prop_oneof![
        8 => select(terms).prop_map(|node| ("ns#knows", node)),
        4 => select(sizes).prop_map(|size| ("ns#size", size)),
        4 => select(moments).prop_map(|moment| ("ns#made", moment)),
        4 => select(labels).prop_map(|label| ("ns#label", label)),
        1 => (select(vec!["ns#knows", "ns#size", "ns#made"]), select(odd)),
    ];
    (select(nodes), said, select(graphs())).prop_map(|(subject, (predicate, object), graph)| {
        Quad::new(subject, iri(predicate), object, graph)
    })
}

/// A view of which a part came since the last merge.
fn view() -> impl Strategy<Value = Snapshot> {
    (vec(quad(), 0..40), vec(quad(), 0..10), vec(any::<prop::sample::Index>(), 0..5)).prop_map(
        |(settled, added, removed)| {
            let removed = removed.iter().filter(|_| !settled.is_empty());
            let removed = removed.map(|index| index.get(&settled).clone()).collect();
            let first = Changeset { removed: Vec::new(), added: settled };
            let view = applied(&Snapshot::empty(base()), &first).merged();
            applied(&view, &Changeset { removed, added })
        },
    )
}

/// A pattern of a few triples, and now and then of something else.
fn body() -> impl Strategy<Value = String> {
    let end = || {
        prop_oneof![
            6 => select(&["?a", "?b", "?c"][..]),
            1 => select(&["<organizations/a>", "<organizations/a#b-0000000000000001>"][..]),
            1 => Just("<nowhere>"),
            1 => Just("_:n"),
        ]
    };
    let triple = prop_oneof![
        4 => (end(), end()).prop_map(|(s, o)| format!("{s} :knows {o} .")),
        2 => end().prop_map(|s| format!("{s} :size ?v .")),
        2 => end().prop_map(|s| format!("{s} :made ?v .")),
        2 => end().prop_map(|s| format!("{s} :label ?v .")),
        1 => (end(), end()).prop_map(|(s, o)| format!("{s} ?p {o} .")),
        1 => end().prop_map(|s| format!("{s} :size 7 .")),
        1 => Just("?a :knows ?a .".to_owned()),
    ];
    let path = (end(), select(&PATHS[..]), end()).prop_map(|(s, p, o)| format!("{s} {p} {o} ."));
    let other = select(
        &[
            "OPTIONAL { ?a :size ?w }",
            "OPTIONAL { ?b :knows ?d FILTER(?d != ?a) }",
            "FILTER(?v > 3)",
            "FILTER EXISTS { ?a :knows ?d }",
            "FILTER NOT EXISTS { ?d :size ?w . ?a :knows ?d }",
            "FILTER EXISTS { ?a :knows/:knows* ?d . ?d :knows _:z . _:z :knows ?b }",
            "FILTER(?a != ?b || EXISTS { ?d :size ?w . ?e :knows ?d FILTER(?w != ?v) })",
            "OPTIONAL { ?d :label ?l . ?a :knows ?d }",
            "MINUS { ?b :knows ?d . ?d :knows ?a }",
            "VALUES (?a ?b) { (<organizations/a> UNDEF) (UNDEF <organizations/b>) }",
            "GRAPH ?g { ?a :knows ?d . ?d :knows ?e }",
            "MINUS { ?a :size 7 }",
            "BIND(STR(?v) AS ?t)",
            "VALUES ?b { <organizations/a> <organizations/c> <nowhere> }",
            "VALUES ?b { <organizations/a> <organizations/a> }",
            "{ ?a :size ?w } UNION { ?a :made ?w }",
            "GRAPH ?g { ?a :knows ?d }",
            "{ SELECT ?a (COUNT(*) AS ?k) { ?a ?q ?z } GROUP BY ?a }",
            "LATERAL { SELECT (COUNT(*) AS ?k) { ?a :knows ?z } }",
        ][..],
    );
    let triples = vec(triple, 1..4).prop_map(|triples| triples.join(" "));
    let rest = prop_oneof![
        3 => Just(String::new()),
        2 => path,
        2 => other.prop_map(str::to_owned),
    ];
    // A label of a blank node is good for one group of triples.
    (triples, rest).prop_map(|(triples, rest)| format!("{triples} {}", rest.replace("_:n", "?e")))
}

const PATHS: [&str; 8] = [
    ":knows*",
    ":knows+",
    "^:knows+",
    ":knows/:knows*",
    "(:knows|^:size)+",
    ":knows?",
    "(:knows/:knows)*",
    "^:knows/:knows+",
];

fn aggregated() -> impl Strategy<Value = String> {
    let aggregate = select(
        &[
            "(COUNT(*) AS ?n)",
            "(COUNT(?a) AS ?n)",
            "(COUNT(DISTINCT ?b) AS ?n)",
            "(COUNT(DISTINCT *) AS ?n)",
            "(SUM(?v) AS ?n)",
            "(SUM(DISTINCT ?v) AS ?n)",
            "(COUNT(?absent) AS ?n)",
            "(SUM(?v) AS ?n) (COUNT(DISTINCT ?a) AS ?m)",
            "(COUNT(STR(?v)) AS ?n)",
        ][..],
    );
    let grouped = select(
        &[
            ("", ""),
            ("?a", "GROUP BY ?a"),
            ("?v", "GROUP BY ?v"),
            ("?b ?c", "GROUP BY ?b ?c"),
            ("?p", "GROUP BY ?p HAVING (COUNT(*) > 1)"),
            ("?t", "GROUP BY (STR(?a) AS ?t)"),
            ("?absent", "GROUP BY ?absent"),
        ][..],
    );
    (aggregate, grouped, body()).prop_map(|(aggregate, (keys, grouped), body)| {
        format!("SELECT {keys} {aggregate} WHERE {{ {body} }} {grouped}")
    })
}

fn plain() -> impl Strategy<Value = String> {
    let form = select(
        &["SELECT *", "SELECT DISTINCT ?a ?b", "SELECT ?v", "CONSTRUCT { ?a :of ?b . ?b :of ?v }"]
            [..],
    );
    (form, body()).prop_map(|(form, body)| format!("{form} WHERE {{ {body} }}"))
}

/// A query of which the first rows are wanted, and what they are ordered by.
fn ordered() -> impl Strategy<Value = (String, Vec<&'static str>)> {
    let by = select(vec![
        ("?v", vec!["v"]),
        ("DESC(?v)", vec!["v"]),
        ("?v DESC(?a)", vec!["v", "a"]),
        ("DESC(?a) ?v", vec!["a", "v"]),
        ("?w", vec!["w"]),
        ("?t", vec!["t"]),
    ]);
    let part = select(&["LIMIT 1", "LIMIT 3", "LIMIT 2 OFFSET 2", "LIMIT 0", "OFFSET 1"][..]);
    let distinct = prop_oneof![4 => Just(""), 1 => Just("DISTINCT")];
    let triples = select(
        &[
            "?a :size ?v",
            "?a :made ?v",
            "?a :label ?v",
            "?a :knows ?v",
            "?a :knows ?b . ?b :size ?v",
            "?a :size ?v . ?a :knows ?b . ?a :label ?c",
            "?a :made ?v OPTIONAL { ?a :label ?w }",
            "?a :size ?v OPTIONAL { ?a :knows ?w } OPTIONAL { ?w :label ?x }",
            "?a :size ?v BIND(STR(?v) AS ?t)",
            "?a :size ?v FILTER(?v > 0)",
            "?a :knows [ :size ?v ]",
        ][..],
    );
    (distinct, triples, by, part).prop_map(|(distinct, triples, (by, keys), part)| {
        let query = format!("SELECT {distinct} * WHERE {{ {triples} }} ORDER BY {by} {part}");
        (query, keys)
    })
}

type Row = BTreeMap<Variable, Term>;

fn rows(view: &Snapshot, readers: &Readers, selection: &Selection, query: &Query) -> Vec<Row> {
    let results = evaluator()
        .prepare(query)
        .execute(view.readable_by(readers, selection))
        .expect("an answer");
    let QueryResults::Solutions(solutions) = results else { unreachable!("SELECT has solutions") };
    let row = |solution: spareval::QuerySolution| {
        solution.iter().map(|(name, term)| (name.clone(), term.clone())).collect()
    };
    solutions.map(|solution| row(solution.expect("a solution"))).collect()
}

fn planned(view: &Snapshot, readers: &Readers, selection: &Selection, query: &Query) -> Query {
    let mut planned = query.clone();
    let dataset = view.readable_by(readers, selection);
    plan(&mut planned, &dataset, Rewrites::default(), &CancellationToken::new());
    planned
}

fn answer(view: &Snapshot, readers: &Readers, selection: &Selection, query: &Query) -> Vec<String> {
    let results = evaluator()
        .prepare(query)
        .execute(view.readable_by(readers, selection))
        .expect("an answer");
    lines(results)
}

/// All sorts of readers, some of whom do not see these graphs.
fn readers(view: &Snapshot, hidden: &[GraphName]) -> [Readers; 4] {
    let set: Arc<GraphSet> =
        Arc::new(hidden.iter().filter_map(|graph| view.graph_id(graph.as_ref())).collect());
    [
        Readers::everyone(),
        Readers::administrator(),
        Readers::everyone().all_but(set.clone()),
        Readers::administrator().only(set),
    ]
}

/// Terms that are ordered alike are told by the same words.
fn rank(term: Option<&Term>) -> String {
    let decimal = |literal: &Literal| literal.value().parse::<f64>().ok();
    match term {
        Some(Term::Literal(literal)) if decimal(literal).is_some() => {
            decimal(literal).map(|value| value.to_string()).unwrap_or_default()
        }
        Some(Term::Literal(literal)) if literal.datatype() == xsd::DATE_TIME => {
            literal.value().replace("01:00:00+01:00", "00:00:00Z")
        }
        other => format!("{other:?}"),
    }
}

/// Whether both have the same ranks one after another, and the rows are among all that there are.
fn check_first_rows(view: &Snapshot, readers: &Readers, text: &str, keys: &[&str], dataset: &str) {
    let mut query = parse(text, dataset);
    let selection = strip_dataset(&mut query, None);
    let written = rows(view, readers, &selection, &query);
    let first = rows(view, readers, &selection, &planned(view, readers, &selection, &query));
    let ranks = |rows: &[Row]| -> Vec<Vec<String>> {
        let ranks = |row: &Row| {
            keys.iter().map(|key| rank(row.get(&Variable::new_unchecked(*key)))).collect()
        };
        rows.iter().map(ranks).collect()
    };
    assert_eq!(ranks(&first), ranks(&written), "{text}");
    let Query::Select { pattern, .. } = &mut query else { unreachable!("SELECT") };
    if let GraphPattern::Slice { inner, .. } = pattern {
        *pattern = std::mem::take(&mut **inner);
    }
    let mut all = rows(view, readers, &selection, &query);
    for row in first {
        let place = all.iter().position(|other| *other == row);
        all.remove(place.unwrap_or_else(|| unreachable!("{row:?} is no row of {text}")));
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_planned_query_has_the_answer_of_the_query_as_it_was_written(
        view in view(),
        hidden in hidden(),
        dataset in select(&DATASETS[..]),
        queries in vec(prop_oneof![aggregated(), plain()], 1..6),
    ) {
        for text in &queries {
            let mut query = parse(text, dataset);
            let selection = strip_dataset(&mut query, None);
            for readers in readers(&view, &hidden) {
                let planned = planned(&view, &readers, &selection, &query);
                prop_assert_eq!(
                    answer(&view, &readers, &selection, &planned),
                    answer(&view, &readers, &selection, &query),
                    "{} {} as {}", text, dataset, planned
                );
            }
        }
    }

    #[test]
    fn the_first_rows_of_a_planned_query_are_first_rows_of_the_query_as_it_was_written(
        view in view(),
        hidden in hidden(),
        dataset in select(&DATASETS[..]),
        queries in vec(ordered(), 1..6),
    ) {
        for (text, keys) in &queries {
            for readers in readers(&view, &hidden) {
                check_first_rows(&view, &readers, text, keys, dataset);
            }
        }
    }
}

fn node(name: &str) -> NamedNode {
    iri(&format!("organizations/{name}"))
}

/// The pattern of a query as it is planned over a few statements, of which one stands twice.
#[track_caller]
fn check(query: &str, expected: &Expect) {
    let quad = |s, p: &str, o: Term, g| Quad::new(node(s), iri(&format!("ns#{p}")), o, node(g));
    let added = vec![
        quad("a", "knows", node("b").into(), "a"),
        quad("a", "knows", node("b").into(), "b"),
        quad("b", "knows", node("c").into(), "b"),
        quad("a", "size", Literal::from(7).into(), "a"),
        quad("b", "size", Literal::from(12).into(), "b"),
        quad("c", "size", Literal::from("many").into(), "c"),
    ];
    let view =
        applied(&Snapshot::empty(base()), &Changeset { removed: Vec::new(), added }).merged();
    let written = parse(query, "");
    let planned = planned(&view, &Readers::everyone(), &Selection::default(), &written);
    let told = if planned == written {
        "as it was written".to_owned()
    } else {
        told(&planned).replace(&format!("{}/", base().as_str()), "")
    };
    expected.assert_eq(&told);
}

/// A query without its base, and without the names that the parser makes up.
fn told(query: &Query) -> String {
    let text = query.to_string();
    let words = text.split_whitespace().skip_while(|word| *word != "SELECT").map(|word| {
        let name = word.trim_start_matches(['(', '?']);
        let is_made_up = name.len() > 20 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_made_up { word.replace(name, "_") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn counts_are_of_triples_however_many_graphs_hold_them() {
    check(
        "SELECT (COUNT(*) AS ?n) WHERE { ?s :knows ?o }",
        &expect![[
            r#"SELECT (?_ AS ?n) WHERE { VALUES ( ?_ ) { ( "2"^^<http://www.w3.org/2001/XMLSchema#integer> ) } }"#
        ]],
    );
    check(
        "SELECT ?o (COUNT(?s) AS ?n) WHERE { ?s :knows ?o } GROUP BY ?o",
        &expect![[
            r#"SELECT ?o (?_ AS ?n) WHERE { VALUES ( ?o ?_ ) { ( <organizations/b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> ) ( <organizations/c> "1"^^<http://www.w3.org/2001/XMLSchema#integer> ) } }"#
        ]],
    );
    check(
        "SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?s ?p ?o }",
        &expect![[
            r#"SELECT (?_ AS ?n) WHERE { VALUES ( ?_ ) { ( "2"^^<http://www.w3.org/2001/XMLSchema#integer> ) } }"#
        ]],
    );
}

#[test]
fn sums_are_of_numbers_only() {
    check(
        "SELECT (SUM(?v) AS ?n) WHERE { ?s :knows ?o . ?s :size ?v }",
        &expect![[
            r#"SELECT (?_ AS ?n) WHERE { VALUES ( ?_ ) { ( "19"^^<http://www.w3.org/2001/XMLSchema#integer> ) } }"#
        ]],
    );
    check("SELECT (SUM(?v) AS ?n) WHERE { ?s :size ?v }", &expect!["as it was written"]);
}

#[test]
fn counts_of_what_is_more_than_triples_are_left_to_the_evaluator() {
    check(
        "SELECT (COUNT(*) AS ?n) WHERE { ?s :size ?v FILTER(?v > 7) }",
        &expect!["as it was written"],
    );
    check(
        "SELECT (COUNT(?w) AS ?n) WHERE { ?s :size ?v OPTIONAL { ?s :w ?w } }",
        &expect!["as it was written"],
    );
    check("SELECT (COUNT(DISTINCT *) AS ?n) WHERE { ?s :size ?v }", &expect!["as it was written"]);
    check(
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s :size ?v } }",
        &expect!["as it was written"],
    );
    check(
        "SELECT * WHERE { ?s :size ?v LATERAL { SELECT (COUNT(*) AS ?n) { ?s :knows ?o } } }",
        &expect!["as it was written"],
    );
}

#[test]
fn what_a_path_reaches_from_a_node_is_walked_once() {
    check(
        "SELECT * WHERE { <organizations/a> :knows+ ?x }",
        &expect![
            "SELECT ?x WHERE { VALUES ( ?x ) { ( <organizations/b> ) ( <organizations/c> ) } }"
        ],
    );
    check(
        "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x :knows/:knows* <organizations/c> }",
        &expect![[
            r#"SELECT (?_ AS ?n) WHERE { VALUES ( ?_ ) { ( "2"^^<http://www.w3.org/2001/XMLSchema#integer> ) } }"#
        ]],
    );
    check(
        "SELECT * WHERE { <nowhere> :knows* ?x }",
        &expect!["SELECT ?x WHERE { VALUES ( ?x ) { } }"],
    );
}

#[test]
fn paths_between_two_variables_are_left_to_the_evaluator() {
    check("SELECT * WHERE { ?x :knows+ ?y }", &expect!["as it was written"]);
    check(
        "SELECT * WHERE { ?x (:knows/:knows)+ <organizations/c> }",
        &expect!["as it was written"],
    );
}

#[test]
fn the_first_rows_are_kept_while_they_are_found() {
    check(
        "SELECT * WHERE { ?s :knows ?o . ?s :size ?v } ORDER BY DESC(?v) LIMIT 1",
        &expect![[
            r#"SELECT ?o ?s ?v WHERE { VALUES ( ?s ?o ?v ) { ( <organizations/b> <organizations/c> "12"^^<http://www.w3.org/2001/XMLSchema#integer> ) } } ORDER BY DESC(?v) LIMIT 1"#
        ]],
    );
    check(
        "SELECT * WHERE { ?s :knows ?o OPTIONAL { ?o :size ?v } } ORDER BY ?o LIMIT 1",
        &expect![
            "SELECT ?o ?s ?v WHERE { VALUES ( ?s ?o ) { ( <organizations/a> <organizations/b> ) } OPTIONAL { ?o <ns#size> ?v . } } ORDER BY ASC(?o) LIMIT 1"
        ],
    );
}

#[test]
fn rows_without_one_order_are_left_to_the_evaluator() {
    check("SELECT * WHERE { ?s :size ?v } ORDER BY ?v LIMIT 1", &expect!["as it was written"]);
    check(
        "SELECT * WHERE { ?s :knows ?o } ORDER BY STR(?o) LIMIT 1",
        &expect!["as it was written"],
    );
    check(
        "SELECT DISTINCT ?s WHERE { ?s :knows ?o } ORDER BY ?s LIMIT 1",
        &expect!["as it was written"],
    );
    check(
        "SELECT * WHERE { ?s :knows ?o OPTIONAL { ?o :size ?v } } ORDER BY ?v LIMIT 1",
        &expect!["as it was written"],
    );
    check("SELECT * WHERE { ?s :knows ?o } ORDER BY ?o", &expect!["as it was written"]);
}

#[test]
fn joins_are_put_in_order_also_where_something_must_exist() {
    check(
        "SELECT * WHERE { ?s :size ?v FILTER EXISTS { ?o :size 12 . ?s :knows ?o } }",
        &expect![[
            r#"SELECT ?s ?v WHERE { ?s <ns#size> ?v . FILTER(EXISTS { ?o <ns#size> "12"^^<http://www.w3.org/2001/XMLSchema#integer> . LATERAL { ?s <ns#knows> ?o . } }) }"#
        ]],
    );
    check(
        "SELECT * WHERE { ?s :size ?v . ?s :knows ?o . ?o :size 7 }",
        &expect![[
            r#"SELECT ?o ?s ?v WHERE { ?o <ns#size> "7"^^<http://www.w3.org/2001/XMLSchema#integer> . LATERAL { ?s <ns#knows> ?o . } LATERAL { ?s <ns#size> ?v . } }"#
        ]],
    );
    check(
        "SELECT * WHERE { ?s :size ?v . ?o :knows <organizations/c> }",
        &expect!["SELECT ?o ?s ?v WHERE { ?o <ns#knows> <organizations/c> . ?s <ns#size> ?v . }"],
    );
}

//! What is written as JSON-LD is what was there: a stranger who expands it gets the same graph, up
//! to the names of blank nodes. The judge of that is sophia, which shares no code with the rest.

use codesocial_rdf::context::{ACTIVITYSTREAMS_IRI, LDP, LDP_PATH, V1, V1_PATH};
use codesocial_rdf::jsonld::{self, Compaction};
use codesocial_rdf::{RdfSyntax, parse, write};
use oxrdf::Triple;
use proptest::prelude::*;
use serde_json::{Value, json};
use sophia::api::prelude::*;
use sophia::inmem::graph::LightGraph;
use sophia::isomorphism::isomorphic_graphs;

const BASE: &str = "http://x/";
const DOCUMENT: &str = "http://x/organizations/a";

fn graph(triples: &[Triple]) -> LightGraph {
    let text = write::n_triples(triples);
    let parsed = sophia::turtle::parser::nt::parse_str(&text).collect_triples();
    parsed.unwrap_or_else(|error| unreachable!("{error}: {text}"))
}

/// Writes the document under both contexts and reads it again.
#[track_caller]
fn check(turtle: &str) {
    let prefixes = "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        @prefix cs: <https://w3id.org/codesocial/ns#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix geo: <http://www.opengis.net/ont/geosparql#> .";
    let text = format!("{prefixes}\n{turtle}");
    let triples = parse::triples(text.as_bytes(), RdfSyntax::Turtle, DOCUMENT);
    let triples = triples.unwrap_or_else(|error| unreachable!("{error}: {text}"));
    let ldp = json!([ACTIVITYSTREAMS_IRI, format!("{BASE}{LDP_PATH}")]);
    for (context, named) in [(V1, json!(format!("{BASE}{V1_PATH}"))), (LDP, ldp)] {
        let tree =
            Compaction::new(context).expect("our contexts are JSON").tree(DOCUMENT, &triples);
        let text = Value::Object(jsonld::under(named, tree)).to_string();
        let read = parse::triples(text.as_bytes(), RdfSyntax::JsonLd, BASE);
        let read = read.unwrap_or_else(|error| unreachable!("{error}: {text}"));
        let same = isomorphic_graphs(&graph(&triples), &graph(&read)).expect("both are in memory");
        assert!(same, "{}\n{text}\n{}", write::n_triples(&triples), write::n_triples(&read));
    }
}

#[test]
fn parts_are_embedded_shared_and_cyclic() {
    check(
        "<> pair:hasPart [ pair:hasPart [ pair:hasPart [ pair:hasPart [ pair:hasPart [] ] ] ] ] .",
    );
    check("<> pair:hasPart _:a, _:b . _:a pair:hasPart _:b . _:b pair:hasPart _:a .");
    check("_:a pair:hasPart _:b . _:b pair:hasPart _:a . <#x> pair:partOf <> .");
    check("<> pair:partOf <#x> . <#x> pair:partOf <#y> . <#y> pair:partOf <> .");
}

#[test]
fn lists_and_keyword_like_values_stay_what_they_are() {
    check("<> cs:order (1 \"a\" (2) []) , () .");
    check("<> pair:label \"@id\", \"@type\", \"_:b\", \"null\", \"\" .");
    check("<> a [] . <> a <#id>, <http://x/type>, pair:Organization .");
}

#[test]
fn an_iri_whose_scheme_is_called_like_a_prefix_stays_an_iri() {
    check("<> pair:partOf <geo:48.1,-1.7> ; geo:hasGeometry [ geo:asWKT \"POINT(1 2)\" ] .");
    check("<> a <cs:x>, cs:Commons ; <dc:y> 1 ; pair:label \"a\"^^<pair:z> .");
}

#[test]
fn literals_keep_their_form() {
    check("<> cs:order 1, 01, -0, 1.0, 1e0, true, \"1\"^^xsd:boolean, \"x\"^^xsd:integer .");
    check("<> pair:startDate \"2021-05-01\"^^xsd:date, \"2021-05-01\", <urn:a> .");
    check("<> pair:label \"a\"@fr, \"a\"@fr-CA, \"a\\n\\u0007\\\\\\\"\" .");
    check("<> cs:order \"99999999999999999999\"^^xsd:integer, \"{}\"^^rdf:JSON .");
}

fn node() -> impl Strategy<Value = String> {
    let names: &[&str] = &["<>", "<#a>", "<#b>", "_:a", "_:b", "_:c", "_:d"];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn predicate() -> impl Strategy<Value = String> {
    let names: &[&str] = &[
        "a",
        "pair:label",
        "pair:hasPart",
        "pair:startDate",
        "cs:order",
        "cs:expressedIn",
        "geo:asWKT",
        "rdf:first",
        "rdf:rest",
        "<urn:x:é>",
        "<http://virtual-assembly.org/ontologies/pair#/odd/(x)>",
        "<geo:p>",
    ];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn object() -> impl Strategy<Value = String> {
    let odd: &[&str] = &[
        "rdf:nil",
        "<urn:uuid:0>",
        "<geo:1,2>",
        "<http://é.example/a%20b?c=d&e='f'>",
        "pair:Organization",
        "\"@type\"",
        "\"x\"@fr",
        "\"x\"@en-gb",
        "true",
        "-7",
        "\"007\"^^xsd:integer",
        "1.50",
        "1e6",
        "\"2021-05-01\"^^xsd:date",
        "\"<p>\"^^rdf:HTML",
        "\"x\"^^<cs:odd>",
    ];
    let text = "[ -~é\u{1F331}]{0,6}"
        .prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    prop_oneof![node(), prop::sample::select(odd).prop_map(str::to_owned), text]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_small_document_comes_back(
        statements in prop::collection::vec((node(), predicate(), object()), 0..14)
    ) {
        let lines = statements.iter().map(|(s, p, o)| format!("{s} {p} {o} ."));
        check(&lines.collect::<Vec<_>>().join("\n"));
    }
}

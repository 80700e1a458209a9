//! What a change concerns: rows that show how little, and a law that it is enough.

#![cfg(test)]

use codesocial_shacl::{
    DateTime, Edition, FocusSet, GraphView, MemoryGraph, Report, Shapes, ValidationResult,
    WALK_STEPS_MAX, affected, validate, validate_focus,
};
use expect_test::{Expect, expect};
use oxrdf::{Term, Triple};
use oxttl::TurtleParser;
use proptest::prelude::*;

const PREFIXES: &str = "
    @base <http://example.org/> . @prefix : <http://example.org/> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
";

fn parse(turtle: &str) -> Vec<Triple> {
    let text = format!("{PREFIXES}\n{turtle}");
    TurtleParser::new().for_slice(text.as_bytes()).collect::<Result<_, _>>().unwrap()
}

fn shapes(turtle: &str) -> Shapes {
    let turtle = format!(
        "{turtle} :ns sh:declare
            [ sh:prefix '' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] ."
    );
    Shapes::parse_as(&parse(&turtle).into_iter().collect(), Edition::Draft1_2)
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// What time it is in these tests.
fn now() -> DateTime {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

/// The focus nodes that a change of some data concerns.
#[expect(clippy::needless_pass_by_value, reason = "reads as a literal at the call")]
#[track_caller]
fn check(text: &str, data: &str, removed: &str, added: &str, expected: Expect) {
    let before: MemoryGraph = parse(data).into_iter().collect();
    let (after, changed) = before.updated(&parse(removed), &parse(added));
    let names = match affected(&shapes(text), &before, &after, &changed, now()) {
        FocusSet::Everything => "everything".to_owned(),
        FocusSet::Nodes(nodes) => {
            let name = |node| after.term(node).to_string().replace("http://example.org/", "");
            nodes.into_iter().map(name).collect::<Vec<_>>().join(" ")
        }
    };
    expected.assert_eq(&names);
}

const PEOPLE: &str = "
    :Org sh:targetClass :Org ; sh:property
        [ sh:path :theme ; sh:class :Concept ; sh:node :Concept ; sh:minCount 1 ],
        [ sh:path [ sh:inversePath :memberOf ] ; sh:minCount 1 ; sh:class :Person ],
        [ sh:path (:address :city) ; sh:minCount 1 ] .
    :Person sh:targetClass :Person ; sh:property [ sh:path :memberOf ; sh:class :Org ] .
    :Concept sh:targetClass :Concept ;
        sh:property [ sh:path :label ; sh:minCount 1 ; sh:uniqueLang true ] .
";

const SOME_PEOPLE: &str = "
    :hub a :Concept ; :label 'Hub'@fr . :Coop rdfs:subClassOf :Org .
    :o1 a :Org ; :theme :hub ; :address :a1 . :a1 :city 'X' . :anna a :Person ; :memberOf :o1 .
    :o2 a :Coop ; :theme :hub ; :address :a2 . :a2 :city 'Y' . :bob a :Person ; :memberOf :o2 .
";

#[test]
fn a_new_organisation_concerns_itself_and_its_members() {
    let added = ":o3 a :Coop ; :theme :hub ; :address :a3 . :a3 :city 'Z' .";
    check(PEOPLE, SOME_PEOPLE, "", added, expect!["<o3>"]);
    let added = ":o3 a :Coop ; :theme :hub . :anna :memberOf :o3 .";
    check(PEOPLE, SOME_PEOPLE, "", added, expect!["<anna> <o3>"]);
}

#[test]
fn a_hub_concerns_its_neighbours_only_when_its_verdict_changes() {
    check(PEOPLE, SOME_PEOPLE, "", ":hub :label 'Hub'@en .", expect!["<hub>"]);
    check(PEOPLE, SOME_PEOPLE, "", ":hub :label 'Moyeu'@fr .", expect!["<hub> <o1> <o2>"]);
    check(PEOPLE, SOME_PEOPLE, "", ":hub a :Other .", expect![[""]]);
}

#[test]
fn a_change_far_along_a_path_concerns_where_the_path_begins() {
    check(PEOPLE, SOME_PEOPLE, ":a2 :city 'Y' .", "", expect!["<o2>"]);
    check(PEOPLE, SOME_PEOPLE, ":o2 :address :a2 . :a2 :city 'Y' .", "", expect!["<o2>"]);
    check(PEOPLE, SOME_PEOPLE, ":bob :memberOf :o2 .", "", expect!["<o2> <bob>"]);
}

#[test]
fn a_change_of_the_class_hierarchy_concerns_the_instances() {
    check(PEOPLE, SOME_PEOPLE, ":Coop rdfs:subClassOf :Org .", "", expect!["<o2> <bob>"]);
    check(PEOPLE, SOME_PEOPLE, "", ":Other rdfs:subClassOf :Thing .", expect![[""]]);
    // A type and what makes it matter change together.
    let both = ":hub a :Topic . :Topic rdfs:subClassOf :Concept .";
    check(
        PEOPLE,
        &SOME_PEOPLE.replace(":hub a :Concept ;", &format!("{both} :hub")),
        both,
        "",
        expect!["<hub> <o1> <o2>"],
    );
    check(
        PEOPLE,
        &SOME_PEOPLE.replace(":hub a :Concept ;", ":hub"),
        "",
        both,
        expect!["<hub> <o1> <o2>"],
    );
}

#[test]
fn what_no_shape_reads_concerns_nobody() {
    check(PEOPLE, SOME_PEOPLE, "", ":o1 :colour 'red' . :a1 :zip '1' .", expect![[""]]);
}

#[test]
fn a_new_term_is_judged_as_absent_before() {
    let text = ":S sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:node [
        sh:property [ sh:path :q ; sh:datatype xsd:date ; sh:pattern 'x' ] ] ] .";
    check(text, ":a :p :b .", "", ":b :q 'never seen' .", expect!["<a>"]);
}

#[test]
fn a_walk_too_long_takes_everything_as_affected() {
    let text = ":S sh:targetSubjectsOf :p ; sh:property [ sh:path (:p :q) ; sh:maxCount 1 ] .";
    let star = |count| (0..count).map(|n| format!(":n{n} :p :hub .")).collect::<String>();
    check(text, &star(3), "", ":hub :q 1 .", expect!["<n0> <n1> <n2>"]);
    check(text, &star(WALK_STEPS_MAX + 1), "", ":hub :q 1 .", expect!["everything"]);
}

/// Shapes that between them read in every way the language has.
const POOL: &[&str] = &[
    ":S0 sh:targetClass :A ; sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 2 ] .",
    ":S1 sh:targetClass :B ; sh:property [ sh:path [ sh:inversePath :p ] ; sh:class :A ] .",
    ":S2 sh:targetSubjectsOf :p ; sh:property [ sh:path (:p :q) ; sh:maxCount 1 ;
        sh:class :B ] .",
    ":S3 sh:targetObjectsOf :q ; sh:closed true ; sh:property [ sh:path :p ] .",
    ":S4 sh:targetNode :n0, :n1 ; sh:property [ sh:path [ sh:zeroOrMorePath :p ] ;
        sh:class :A ] .",
    ":S5 sh:targetClass :A ; sh:property [ sh:path [ sh:oneOrMorePath (:p :q) ] ;
        sh:maxCount 1 ] .",
    ":S6 sh:targetClass :B ; sh:not [ sh:property [ sh:path :p ; sh:node :N ] ] .
     :N sh:property [ sh:path :q ; sh:minCount 1 ; sh:nodeKind sh:IRI ] .",
    ":S7 sh:targetSubjectsOf :q ; sh:or ([ sh:class :A ] [ sh:property [ sh:path :q ;
        sh:maxCount 1 ] ]) .",
    ":S8 sh:targetSubjectsOf :p ; sh:xone ([ sh:class :A ] [ sh:class :B ]) .",
    ":S9 sh:targetNode :n1 ; sh:property [ sh:path :p ; sh:equals :q ], [ sh:path :p ;
        sh:disjoint :r ] .",
    ":S10 sh:targetClass :A ; sh:property [ sh:path :r ; sh:lessThan :q ;
        sh:datatype xsd:integer ] .",
    ":S11 sh:targetClass :A ; sh:property [ sh:path :p ; sh:qualifiedValueShape [ sh:class :B ] ;
        sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ; sh:qualifiedValueShapesDisjoint true ],
        [ sh:path :q ; sh:qualifiedValueShape [ sh:property [ sh:path :p ; sh:minCount 1 ] ] ;
        sh:qualifiedMaxCount 0 ; sh:qualifiedValueShapesDisjoint true ] .",
    ":S12 sh:targetClass :B ; sh:property [ sh:path :p ; sh:property [ sh:path :q ;
        sh:property [ sh:path :r ; sh:minCount 1 ] ] ] .",
    ":S13 sh:targetObjectsOf :p ; sh:property [ sh:path
        [ sh:alternativePath (:q [ sh:inversePath (:p :q) ]) ] ; sh:in (:n0 :n1 1) ] .",
    ":S14 sh:targetSubjectsOf :r ;
        sh:property [ sh:path [ sh:zeroOrOnePath [ sh:inversePath :p ] ] ;
        sh:node [ sh:property [ sh:path rdf:type ; sh:hasValue :A ] ] ] .",
    ":S15 sh:targetClass :A ; sh:property [ sh:path :p ; sh:closed true ;
        sh:ignoredProperties (rdf:type :q) ] .",
    ":A a rdfs:Class, sh:NodeShape ; sh:and ([ sh:property [ sh:path :r ; sh:minInclusive 1 ] ]
        [ sh:not [ sh:property [ sh:path (:q :q) ; sh:hasValue :n2 ] ] ]) .",
    ":S17 sh:targetNode :n2 ; sh:property [ sh:path [ sh:inversePath [ sh:zeroOrMorePath
        [ sh:alternativePath (:p :q) ] ] ] ; sh:node [ sh:not [ sh:class :B ] ] ] .",
    ":S18 sh:targetClass :B ; sh:property [ sh:path :r ; sh:uniqueLang true ;
        sh:languageIn ('fr') ] .",
    ":Q0 sh:targetClass :A ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?who ; :q ?what . ?value :p ?who ; :q ?what . FILTER(?value != $this) }''' ] .",
    ":Q1 sh:targetSubjectsOf :p ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?value FILTER NOT EXISTS { $this :q/:p* ?x . ?value ^:r/:q ?x } }''' ] .",
    ":Q2 sh:targetClass :B ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?n (COUNT(?o)
        AS ?value) { $this :p ?x . ?y :q ?x OPTIONAL { ?o :r ?y } OPTIONAL { ?x :r ?n } }
        GROUP BY $this ?n HAVING (COUNT(?o) < 2)''' ] .",
    ":Q3 sh:targetObjectsOf :p ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        { $this :q ?x } UNION { ?x :r $this } { ?x :p ?value } UNION { ?value :q ?x } }''' ] .",
    ":Q4 sh:targetClass :A ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        { $this :p ?x } UNION { ?x :q ?value } }''' ] .",
    ":Q5 sh:targetNode :n0, :n1 ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this ?value ?any FILTER(?value IN (:p, :q)) OPTIONAL { ?any :r ?z }
        FILTER(!BOUND(?z)) }''' ] .",
    ":Q6 sh:targetClass :B ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?x { SELECT $this ?x (MIN(?v) AS ?value) { ?x :q ?v } GROUP BY $this ?x } }''' ] .",
    ":Q7 sh:targetClass :A ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?x { SELECT $this (COUNT(*) AS ?value) { ?x :q ?v } GROUP BY $this } }''' ] .",
    ":Q8 sh:targetClass :A ; sh:not [ sh:property [ sh:path :p ; sh:sparql [ sh:prefixes :ns ;
        sh:select 'SELECT $this ?value { $this $PATH ?value . ?value :q|^:r ?z }' ] ] ] .",
    ":Q9 sh:targetNode :n2, :n5 ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p* ?x . ?x :q? ?value FILTER(isLiteral(?value)) }''' ] .",
    ":Q10 sh:targetClass :B ; sh:property [ sh:path [ sh:inversePath :q ] ; :near :p ] .
     :Near a sh:ConstraintComponent ; sh:parameter [ sh:path :near ] ; sh:validator [ sh:ask
        'ASK { { $this $near ?x } UNION { ?x $near $value } }' ] .",
    ":Q11 sh:targetClass :A ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?a OPTIONAL { ?a :q ?b OPTIONAL { ?value :r ?b . ?a :p ?c } } }''' ] .",
    ":Q12 sh:targetClass :A ; sh:node [ sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this {
        FILTER NOT EXISTS { ?x :q ?y . ?y :r ?z } }''' ] ] .",
    ":Q13 sh:targetClass :B ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this :p ?x { ?y :q ?value OPTIONAL { ?y :r ?x } } }''' ] .",
    ":Q14 sh:targetSubjectsOf :q ; sh:sparql [ sh:prefixes :ns ; sh:select '''SELECT $this ?value {
        $this !(:q|^:r) ?x . ?value ?p $this . ?x :p ?y }''' ] .",
    ":D0 sh:targetClass :A ; sh:uniqueValuesFor :p .",
    ":D1 sh:targetSubjectsOf :q ; sh:uniqueValuesFor ( :q :r ) .",
    ":D2 sh:targetClass :B ; sh:property [ sh:path :p ; sh:uniqueValuesFor :q ] .",
    ":D3 sh:targetClass :A ; sh:closed sh:ByTypes ; sh:property [ sh:path :p ] .
     :D4 sh:targetClass :B ; sh:property [ sh:path :q ] .",
    ":D5 sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:rootClass :B ] ,
        [ sh:path :q ; sh:subsetOf :p ] .",
    ":D6 sh:targetClass :B ; sh:property [ sh:path :p ; sh:class ( :A :C ) ] ,
        [ sh:path :q ; sh:someValue [ sh:class :B ] ; sh:singleLine true ] .",
    ":D7 sh:property [ sh:path :p ; sh:minCount 1 ; sh:class :A ] .
     :D8 sh:property [ sh:path :q ; sh:uniqueValuesFor :r ] ; sh:not [ sh:class :C ] .",
    ":S19 sh:targetSubjectsOf rdf:type ; sh:deactivated true ; sh:nodeKind sh:Literal .",
];

const RESOURCES: [&str; 6] = [":n0", ":n1", ":n2", ":n3", ":n4", ":n5"];
const CLASSES: [&str; 4] = [":A", ":B", ":C", ":D"];
/// Shapes that a node may name as its own.
const LINKED: [&str; 2] = [":D7", ":D8"];
const LITERALS: [&str; 5] = ["0", "1", "'x'", "'y'@fr", "'z'@fr"];

fn triple() -> impl Strategy<Value = String> {
    let resource = || prop::sample::select(&RESOURCES[..]);
    let class = || prop::sample::select(&CLASSES[..]);
    let literal = prop::sample::select(&LITERALS[..]);
    let object = prop_oneof![3 => resource(), 1 => literal];
    let predicate = prop::sample::select(&[":p", ":q", ":r"][..]);
    let linked = prop::sample::select(&LINKED[..]);
    prop_oneof![
        6 => (resource(), predicate, object).prop_map(|(s, p, o)| format!("{s} {p} {o} .")),
        2 => (resource(), class()).prop_map(|(s, c)| format!("{s} a {c} .")),
        1 => (class(), class()).prop_map(|(a, b)| format!("{a} rdfs:subClassOf {b} .")),
        1 => (resource(), linked).prop_map(|(s, shape)| format!("{s} sh:shape {shape} .")),
    ]
}

fn triples(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Triple>> {
    prop::collection::vec(triple(), count).prop_map(|triples| parse(&triples.concat()))
}

/// A graph that knows every term of this test but for two resources, which only a change brings.
fn known_terms(before: Vec<Triple>) -> MemoryGraph {
    let line = |s: &str, o: &str| format!("{s} :p {o} ; :q {o} ; :r {o} ; a {o} . ");
    let mut all = String::from(":A rdfs:subClassOf :B . ");
    for s in &RESOURCES[..4] {
        CLASSES.iter().chain(&LITERALS).for_each(|o| all += &line(s, o));
        LINKED.iter().for_each(|shape| all += &format!("{s} sh:shape {shape} . "));
    }
    let all = parse(&all);
    let late = |term: &Term| term.to_string().contains("/n4") || term.to_string().contains("/n5");
    let early = |t: &Triple| !late(&t.object) && !late(&Term::from(t.subject.clone()));
    let before: Vec<Triple> = before.into_iter().filter(early).collect();
    all.iter().cloned().collect::<MemoryGraph>().updated(&all, &before).0
}

fn report_of(shapes: &Shapes, view: &MemoryGraph, node: u32) -> Vec<ValidationResult> {
    validate_focus(shapes, view, &[node].into_iter().collect(), now()).unwrap().results
}

fn sorted(report: impl IntoIterator<Item = ValidationResult>) -> Vec<String> {
    let mut results: Vec<String> = report.into_iter().map(|r| format!("{r:?}")).collect();
    results.sort();
    results
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: option_env!("PROPTEST_CASES").and_then(|n| n.parse().ok()).unwrap_or(4_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_node_that_is_not_affected_keeps_its_results(
        pool in prop::sample::subsequence(POOL, 1..6),
        data in triples(0..30),
        removed in triples(0..20),
        added in triples(0..4),
    ) {
        let shapes = shapes(&pool.concat());
        let before = known_terms(data);
        let (after, changed) = before.updated(&removed, &added);
        let focus = affected(&shapes, &before, &after, &changed, now());
        let known_before = nodes(&before);
        for node in nodes(&after) {
            let now = report_of(&shapes, &after, node);
            if !focus.contains(&node) {
                let was = if known_before.contains(&node) {
                    report_of(&shapes, &before, node)
                } else {
                    Vec::new()
                };
                prop_assert_eq!(was, now, "{} changed unnoticed", after.term(node));
            }
        }
    }

    #[test]
    fn judging_every_node_is_full_validation(
        pool in prop::sample::subsequence(POOL, 1..6),
        data in triples(0..30),
    ) {
        let shapes = shapes(&pool.concat());
        let view = known_terms(data);
        let Report { results, .. } = validate(&shapes, &view, now()).unwrap();
        let each = nodes(&view).into_iter().flat_map(|node| report_of(&shapes, &view, node));
        prop_assert_eq!(sorted(each), sorted(results));
    }
}

/// Every term that the graph has a handle for.
fn nodes(view: &MemoryGraph) -> Vec<u32> {
    let names = [&RESOURCES[..], &CLASSES, &LITERALS].concat();
    let terms = parse(&names.iter().map(|name| format!(":x :p {name} . ")).collect::<String>());
    let ids = terms.iter().filter_map(|triple| view.node(triple.object.as_ref()));
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable();
    ids
}

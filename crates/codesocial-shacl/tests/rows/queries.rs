//! SHACL-SPARQL: what is pre-bound and where, what results say, and which queries are refused.

use super::{check_refused, check_shapes, now, parse};
use codesocial_shacl::{
    Failure, Lang, MemoryGraph, Problem, QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryProblem, Shapes,
    validate,
};
use expect_test::{Expect, expect};
use oxrdf::Graph;

const PREFIXES: &str =
    ":ns sh:declare [ sh:prefix '' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] . ";

/// Judges `:x` by a query.
#[track_caller]
fn check_query(select: &str, data: &str, expected: Expect) {
    let shape = format!(
        ":S sh:targetNode :x ; sh:sparql [ sh:prefixes :ns ; sh:select \"\"\"{select}\"\"\" ] . "
    );
    check_shapes(&(shape + PREFIXES), data, expected);
}

#[track_caller]
fn check_query_refused(select: &str, expected: &QueryProblem) {
    let shape = format!(":S sh:targetNode :x ; sh:sparql :q . :q sh:select \"\"\"{select}\"\"\" .");
    let shapes: Graph = parse(&shape).into_iter().collect();
    let errors = Shapes::parse(&shapes).expect_err("refused").0;
    let problems: Vec<&Problem> = errors.iter().map(|error| &error.problem).collect();
    assert_eq!(problems, [&Problem::Query(expected.clone())], "{select}");
}

#[test]
fn the_focus_node_is_bound_wherever_it_stands() {
    let no = || expect!["Conforms."];
    let data = ":x :p :a, :b . :a :q 1 . :b :q 2 .";
    for (query, expected) in [
        (
            "SELECT $this { $this :p :a }",
            expect![":x: Sparql — constraint SPARQL is not met by :x"],
        ),
        ("SELECT $this { $this :p :c }", no()),
        (
            "SELECT $this { FILTER($this = :x && BOUND($this)) }",
            expect![":x: Sparql — constraint SPARQL is not met by :x"],
        ),
        ("SELECT $this { FILTER(isIRI($this) && STRENDS(STR($this), 'y')) }", no()),
        (
            "SELECT $this ?value { ?s :p ?value FILTER EXISTS { ?value :q 2 FILTER(?s = $this) } }",
            expect![":x: Sparql — constraint SPARQL is not met by :b"],
        ),
        (
            "SELECT $this ?value { { $this :p ?value } UNION { :b :q ?value FILTER($this = :y) } FILTER NOT EXISTS { ?value :q 1 } }",
            expect![":x: Sparql — constraint SPARQL is not met by :b"],
        ),
        (
            "SELECT $this ?value { OPTIONAL { $this :p ?value FILTER(?value = :b) } }",
            expect![":x: Sparql — constraint SPARQL is not met by :b"],
        ),
        (
            "SELECT $this ?value { { SELECT $this (MAX(?n) AS ?value) { $this :p/:q ?n } GROUP BY $this } }",
            expect![":x: Sparql — constraint SPARQL is not met by 2"],
        ),
        (
            "SELECT $this ?value { BIND($this AS ?that) ?that :p ?value FILTER(?value != :a) }",
            expect![":x: Sparql — constraint SPARQL is not met by :b"],
        ),
        (
            "SELECT $this ?value { ?value ^:p/:p :b ; :q 1 }",
            expect![":x: Sparql — constraint SPARQL is not met by :a"],
        ),
    ] {
        check_query(query, data, expected);
    }
}

#[test]
fn a_group_by_the_focus_node_needs_a_solution() {
    let query = "SELECT $this (COUNT(?o) AS ?value) { $this :p ?o } GROUP BY $this";
    let few = format!("{query} HAVING (COUNT(?o) < 2)");
    check_query(&few, "", expect!["Conforms."]);
    check_query(&few, ":x :p 1 .", expect![":x: Sparql — constraint SPARQL is not met by 1"]);
    check_query(&few, ":x :p 1, 2 .", expect!["Conforms."]);
}

#[test]
fn a_focus_node_may_be_blank_or_a_literal() {
    let shape = "
        :S sh:targetObjectsOf :p ; sh:sparql [ sh:prefixes :ns ; sh:message '{?kind} {?same}' ;
            sh:select '''SELECT $this ?kind ?same {
                BIND(IF(isBlank($this), 'blank', 'literal') AS ?kind)
                BIND($this AS ?same)
                ?s :p ?same . FILTER(sameTerm(?same, $this) && NOT EXISTS { $this :q 1 }) }''' ] . ";
    let data = ":x :p _:b, '01'^^xsd:integer, _:c . _:c :q 1 .";
    check_shapes(
        &format!("{shape}{PREFIXES}"),
        data,
        expect![[r#"
        01: Sparql — literal 01
        _:b: Sparql — blank _:b"#]],
    );
}

#[test]
fn a_path_stands_for_its_variable() {
    let shape = |path: &str| {
        format!(
            ":S sh:targetNode :x ; sh:path {path} ; sh:sparql [ sh:message '{{?value}} {{$PATH}}' ;
                sh:select 'SELECT $this ?value {{ $this $PATH ?value }}' ] . {PREFIXES}"
        )
    };
    let data = ":x :p :a . :a :q 1 . :y :r :x .";
    for (path, expected) in [
        (":p", expect![":x :p: Sparql — :a :p"]),
        ("(:p :q)", expect![":x :p/:q: Sparql — 1 :p/:q"]),
        (
            "[ sh:alternativePath (:p [ sh:inversePath :r ]) ]",
            expect![[r#"
            :x :p|^:r: Sparql — :a :p|^:r
            :x :p|^:r: Sparql — :y :p|^:r"#]],
        ),
        (
            "[ sh:zeroOrOnePath (:p :q) ]",
            expect![[r#"
            :x (:p/:q)?: Sparql — 1 (:p/:q)?
            :x (:p/:q)?: Sparql — :x (:p/:q)?"#]],
        ),
        (":none", expect!["Conforms."]),
    ] {
        check_shapes(&shape(path), data, expected);
    }
}

#[test]
fn a_result_says_what_its_query_found() {
    let shape = |more: &str, select: &str| {
        format!(
            ":S sh:targetNode :x ; sh:message 'of the shape' ; sh:sparql [ {more} sh:prefixes :ns ;
                sh:select 'SELECT $this {select}' ] . {PREFIXES}"
        )
    };
    let data = ":x :p 1 .";
    let spoken = "sh:message 'ici {?value}, {$none}'@fr, 'here {$value} of {$this}'@en ;";
    for (more, select, expected) in [
        ("", "{ $this :p 1 }", expect![":x: Sparql — of the shape"]),
        (spoken, "?value { $this :p ?value }", expect![":x: Sparql — here 1 of :x"]),
        ("", "?path ?value { $this ?path ?value }", expect![":x :p: Sparql — of the shape"]),
        ("", "?message { BIND(\"so\"@en AS ?message) }", expect![":x: Sparql — so"]),
        ("sh:severity sh:Warning ;", "{}", expect![":x: Sparql (sh:Warning) — of the shape"]),
        ("sh:deactivated true ;", "{}", expect!["Conforms."]),
    ] {
        check_shapes(&shape(more, select), data, expected);
    }
    let annotated = "sh:resultAnnotation [ sh:annotationProperty :found ],
        [ sh:annotationProperty :rule ; sh:annotationValue 'R1' ] ;";
    let shapes: Graph =
        parse(&shape(annotated, "?found { $this :p ?found }")).into_iter().collect();
    let data: MemoryGraph = parse(data).into_iter().collect();
    let report = validate(&Shapes::parse(&shapes).unwrap(), &data, now()).unwrap();
    let mut said: Vec<String> =
        report.results[0].annotations.iter().map(|(p, o)| format!("{p} {o}")).collect();
    said.sort();
    let integer = "<http://www.w3.org/2001/XMLSchema#integer>";
    let found = format!("<http://example.org/found> \"1\"^^{integer}");
    assert_eq!(said, [&*found, "<http://example.org/rule> \"R1\""]);
    assert!(
        report.to_triples(Some(Lang::En)).iter().any(|t| t.predicate.as_str().ends_with("/found"))
    );
}

#[test]
fn a_query_knows_the_time_it_is_told() {
    let query = |later: &str| {
        format!(
            "SELECT $this {{ FILTER(NOW() > '{later}'^^<http://www.w3.org/2001/XMLSchema#dateTime>) }}"
        )
    };
    let wrong = expect![":x: Sparql — constraint SPARQL is not met by :x"];
    check_query(&query("2026-11-23T03:59:59Z"), "", wrong);
    check_query(&query("2026-11-23T04:00:01Z"), "", expect!["Conforms."]);
}

#[test]
fn a_query_reads_the_shapes_and_its_own() {
    check_shapes(
        &format!(
            "[] sh:targetNode :x ; :allowed :a ; sh:sparql [ sh:prefixes :ns ; sh:select '''
                SELECT $this ?value {{ $this :p ?value FILTER NOT EXISTS {{
                    GRAPH $shapesGraph {{ $currentShape :allowed ?value }} }} }}''' ] . {PREFIXES}"
        ),
        ":x :p :a, :b . :S :allowed :b .",
        expect![":x: Sparql — constraint SPARQL is not met by :b"],
    );
}

#[test]
fn a_component_asks_of_each_value_node() {
    let component = "
        :Max a sh:ConstraintComponent ; sh:labelTemplate 'at most {$most}'@en ;
            sh:parameter [ sh:path :most ], [ sh:path :unit ; sh:optional true ] ;
            sh:validator [ sh:ask '''ASK {
                FILTER($value <= $most && (!BOUND($unit) || EXISTS { $this <http://example.org/unit> $unit })) }''' ] . ";
    let data = ":x :p 1, 5 ; :unit :kg .";
    for (shape, expected) in [
        ("sh:property [ sh:path :p ; :most 5 ]", expect!["Conforms."]),
        ("sh:property [ sh:path :p ; :most 3 ]", expect![":x :p: :Max — at most 3"]),
        (
            "sh:property [ sh:path :p ; :most 9 ; :unit :g ; sh:message 'no' ]",
            expect![[r#"
            :x :p: :Max — no
            :x :p: :Max — no"#]],
        ),
        (":most 3", expect![":x: :Max — at most 3"]),
        ("sh:property [ sh:path :p ; :unit :g ]", expect!["Conforms."]),
    ] {
        check_shapes(&format!(":S sh:targetNode :x ; {shape} . {component}"), data, expected);
    }
}

#[test]
fn a_component_prefers_the_validator_of_the_kind_of_shape() {
    let component = "
        :In a sh:ConstraintComponent ; sh:parameter [ sh:path :lang ] ;
            sh:nodeValidator [ sh:message 'node {$lang}' ; sh:select '''SELECT $this { $this ?p ?o
                FILTER(LANG(?o) != \"\" && !LANGMATCHES(LANG(?o), $lang)) }''' ] ;
            sh:propertyValidator [ sh:message 'property {?value}' ; sh:select '''
                SELECT $this ?value {
                $this $PATH ?value FILTER(!LANGMATCHES(LANG(?value), $lang)) }''' ] . ";
    let shapes = |more: &str| format!(":S sh:targetNode :x ; {more} . {component}");
    let data = ":x :p 'a'@fr, 'b'@en .";
    check_shapes(&shapes(":lang 'en'"), data, expect![":x: :In — node en"]);
    // A single parameter may have several values, each a constraint of its own.
    check_shapes(
        &shapes("sh:property [ sh:path :p ; :lang 'fr', 'en' ]"),
        data,
        expect![[r#"
            :x :p: :In — property a
            :x :p: :In — property b"#]],
    );
}

#[test]
fn queries_that_pre_binding_forbids_are_refused() {
    use QueryProblem as P;
    for (query, expected) in [
        ("SELECT $this { $this ?p ?o MINUS { $this ?p 1 } }", P::Forbidden("MINUS")),
        ("SELECT $this { VALUES ?o { 1 } }", P::Forbidden("VALUES")),
        ("SELECT $this { SERVICE <http://x/> { ?s ?p ?o } }", P::Forbidden("SERVICE")),
        ("SELECT $this { FILTER EXISTS { $this ?p ?o MINUS { ?o ?p 1 } } }", P::Forbidden("MINUS")),
        ("SELECT $this { BIND(1 AS $this) }", P::Rebound("this".to_owned())),
        ("SELECT $this { BIND(1 AS $currentShape) }", P::Rebound("currentShape".to_owned())),
        ("SELECT $this { { SELECT ?o { ?s ?p ?o } } }", P::Hidden("this".to_owned())),
        ("SELECT $this { { SELECT * { ?s ?p ?o } } }", P::Hidden("this".to_owned())),
        ("SELECT ?o { $this ?p ?o }", P::NotProjected),
        ("SELECT $this FROM <http://x/> { $this ?p ?o }", P::Dataset),
        ("SELECT $this { GRAPH ?g { $this ?p ?o } }", P::Graph),
        ("SELECT $this { GRAPH <http://x/> { $this ?p ?o } }", P::Graph),
        ("SELECT $this { $this $PATH ?o }", P::Path),
        ("SELECT $this { FILTER(RAND() > 0.5) }", P::Chance("RAND".to_owned())),
        ("ASK { $this ?p ?o }", P::NotSelect),
    ] {
        check_query_refused(query, &expected);
    }
    let nested = format!("SELECT $this {}{}", "{".repeat(65), "}".repeat(65));
    assert!(nested.len() < QUERY_BYTES_MAX && QUERY_DEPTH_MAX == 64);
    check_query_refused(&nested, &P::TooDeep);
    let chain = format!("SELECT $this {{ FILTER(1{}) }}", "&&1".repeat(100));
    check_query_refused(&chain, &P::TooDeep);
    check_query_refused(&"#".repeat(QUERY_BYTES_MAX + 1), &P::TooLong);
}

#[test]
fn what_is_ill_formed_about_a_query_is_told_with_its_place() {
    for (shape, expected) in [
        (":S sh:sparql :q .", expect!["shape <q>, <sh:select>: missing"]),
        (":S sh:sparql 'x' .", expect![[r#"shape <S>, <sh:sparql> "x": expects a node that holds a query"#]]),
        (":S sh:sparql :q . :q sh:select 'SELECT $this {}' ; sh:asc true .", expect![
            "shape <q>, <sh:asc>: not a term of SHACL that a shape may have"
        ]),
        (":S sh:sparql :q . :q sh:select 'SELECT $this { $this a :C }' .", expect![[r#"
            shape <q>, <sh:select>: not a query that can be a constraint: not SPARQL that can be read: error at 1:26: expected one of Prefix not found"#]]),
        (":S sh:sparql :q . :q sh:select 'SELECT $this { FILTER(<f:f>(1)) }' .", expect!["shape <q>, <sh:select>: not a query that can be a constraint: cannot be evaluated: The custom function <f:f> is not supported"]),
        (":S sh:sparql :q . :q sh:select 'SELECT $this {}' ; sh:prefixes :ns .
          :ns sh:declare _:d . _:d sh:prefix 'a' .", expect!["shape <q>, <sh:declare> _:d: expects one sh:prefix, a string, and one sh:namespace, an xsd:anyURI"]),
        (":S sh:sparql :q . :q sh:select 'SELECT $this {}' ; sh:prefixes :ns, :other .
          :ns sh:declare _:d . _:d sh:prefix 'a' ; sh:namespace 'http://a/'^^xsd:anyURI .
          :other sh:declare _:e . _:e sh:prefix 'a' ; sh:namespace 'http://b/'^^xsd:anyURI .", expect!["shape <q>, <sh:declare> _:e: gives a prefix that is declared already another namespace"]),
        (":S sh:select 'SELECT $this {}' ; sh:class :C .", expect!["shape <S>, <sh:select>: not a term of SHACL that a shape may have"]),
        (":C a sh:ConstraintComponent .", expect!["shape <C>, <sh:parameter>: a constraint component needs a parameter that is not optional"]),
        ("_:c a sh:ConstraintComponent ; sh:parameter [ sh:path :p ] .", expect!["shape _:c: a constraint component needs an IRI"]),
        (":C sh:parameter _:p . _:p sh:path :value .", expect![[r#"
            shape <C>, <sh:parameter> _:p: its name is empty, taken or reserved
            shape <C>, <sh:parameter>: a constraint component needs a parameter that is not optional"#]]),
        (":C sh:parameter _:p . _:p sh:path (:a :b) .", expect![[r#"
            shape <C>, <sh:parameter> _:p: a parameter has one sh:path, an IRI
            shape <C>, <sh:parameter>: a constraint component needs a parameter that is not optional"#]]),
        (":C sh:parameter [ sh:path :a ] ; sh:validator :v . :v sh:select 'SELECT $this {}' .", expect!["shape <v>, <sh:ask>: missing"]),
        (":C sh:parameter [ sh:path :a ] ; sh:validator :v . :v sh:ask 'ASK { BIND(1 AS ?a) }' .", expect!["shape <v>, <sh:ask>: not a query that can be a constraint: gives the pre-bound variable $a another value"]),
        (":C sh:parameter [ sh:path :a ], [ sh:path :b ] ; sh:validator :v . :v sh:ask 'ASK {}' .
          :S :a 1, 2 ; :b 3 .", expect!["shape <S>, <a>: has more than one value, and may have one only"]),
    ] {
        check_refused(shape, expected);
    }
}

#[test]
fn a_query_that_gives_up_or_runs_on_is_a_failure() {
    let ask = |select: &str| {
        let shapes = format!(":S sh:targetNode :x ; sh:sparql [ sh:select '{select}' ] .");
        let shapes: Graph = parse(&shapes).into_iter().collect();
        let data: String = (0..400).map(|n| format!(":n{n} :p {n} . ")).collect();
        let data: MemoryGraph = parse(&data).into_iter().collect();
        validate(&Shapes::parse(&shapes).unwrap(), &data, now()).unwrap_err()
    };
    let failure = ask("SELECT $this ?failure { BIND(true AS ?failure) }");
    assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
    let cube = "?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER(?b + ?d + ?f < 0)";
    let failure = ask(&format!("SELECT $this {{ {cube} }}"));
    assert!(matches!(failure, Failure::TooManySteps { .. }), "{failure}");
    let failure = ask(&format!("SELECT $this {{ FILTER NOT EXISTS {{ {cube} }} }}"));
    assert!(matches!(failure, Failure::TooManySteps { .. }), "{failure}");
}

//! Targets, paths, severities and messages.

use super::{check, check_shapes, parse};
use codesocial_shacl::{FocusSet, GraphView, Lang, MemoryGraph, Shapes, validate, validate_focus};
use expect_test::expect;
use oxrdf::{Graph, NamedNode};

const FAILS: &str = "sh:nodeKind sh:BlankNode";

#[test]
fn a_target_node_is_judged_even_where_the_data_are_silent() {
    check(
        "sh:property [ sh:path :p ; sh:minCount 1 ]",
        "",
        expect![":x :p: MinCountConstraintComponent — at least 1 value expected, 0 found"],
    );
    check(
        "sh:property [ sh:path [ sh:zeroOrMorePath :p ] ; sh:hasValue :x ]",
        "",
        expect!["Conforms."],
    );
}

#[test]
fn targets_are_classes_subjects_and_objects() {
    let data = ":a a :C . :b a :D . :D rdfs:subClassOf :C . :e :p :f, 'g' .";
    check_shapes(
        &format!(":S sh:targetClass :C ; {FAILS} ."),
        data,
        expect![[r#"
            :a: NodeKindConstraintComponent — a term of kind BlankNode expected, :a found
            :b: NodeKindConstraintComponent — a term of kind BlankNode expected, :b found"#]],
    );
    check_shapes(
        &format!(":C a rdfs:Class, sh:NodeShape ; {FAILS} ."),
        data,
        expect![[r#"
            :a: NodeKindConstraintComponent — a term of kind BlankNode expected, :a found
            :b: NodeKindConstraintComponent — a term of kind BlankNode expected, :b found"#]],
    );
    check_shapes(
        &format!(":S sh:targetSubjectsOf :p ; {FAILS} ."),
        data,
        expect![":e: NodeKindConstraintComponent — a term of kind BlankNode expected, :e found"],
    );
    check_shapes(
        &format!(":S sh:targetObjectsOf :p ; {FAILS} ."),
        data,
        expect![[r#"
            "g": NodeKindConstraintComponent — a term of kind BlankNode expected, "g" found
            :f: NodeKindConstraintComponent — a term of kind BlankNode expected, :f found"#]],
    );
}

#[test]
fn a_node_that_two_targets_name_is_judged_once() {
    let shapes = format!(":S sh:targetNode :a ; sh:targetClass :C ; {FAILS} .");
    check_shapes(
        &shapes,
        ":a a :C .",
        expect![":a: NodeKindConstraintComponent — a term of kind BlankNode expected, :a found"],
    );
}

#[test]
fn paths_lead_to_sets_of_nodes() {
    let data = ":x :p :a, :b . :a :p :c . :b :p :c . :c :p :a . :y :q :x .";
    for (path, expected) in [
        (
            ":p",
            expect![[r#"
                :x :p: NodeKindConstraintComponent — a term of kind Literal expected, :a found
                :x :p: NodeKindConstraintComponent — a term of kind Literal expected, :b found"#]],
        ),
        (
            "[ sh:inversePath :q ]",
            expect![
                ":x ^:q: NodeKindConstraintComponent — a term of kind Literal expected, :y found"
            ],
        ),
        (
            "(:p :p)",
            expect![
                ":x :p/:p: NodeKindConstraintComponent — a term of kind Literal expected, :c found"
            ],
        ),
        (
            "[ sh:alternativePath (:p (:p :p) [ sh:inversePath :q ]) ]",
            expect![[r#"
                :x :p|(:p/:p)|^:q: NodeKindConstraintComponent — a term of kind Literal expected, :a found
                :x :p|(:p/:p)|^:q: NodeKindConstraintComponent — a term of kind Literal expected, :b found
                :x :p|(:p/:p)|^:q: NodeKindConstraintComponent — a term of kind Literal expected, :c found
                :x :p|(:p/:p)|^:q: NodeKindConstraintComponent — a term of kind Literal expected, :y found"#]],
        ),
        (
            "[ sh:zeroOrMorePath :p ]",
            expect![[r#"
                :x :p*: NodeKindConstraintComponent — a term of kind Literal expected, :a found
                :x :p*: NodeKindConstraintComponent — a term of kind Literal expected, :b found
                :x :p*: NodeKindConstraintComponent — a term of kind Literal expected, :c found
                :x :p*: NodeKindConstraintComponent — a term of kind Literal expected, :x found"#]],
        ),
        (
            "[ sh:oneOrMorePath :p ]",
            expect![[r#"
                :x :p+: NodeKindConstraintComponent — a term of kind Literal expected, :a found
                :x :p+: NodeKindConstraintComponent — a term of kind Literal expected, :b found
                :x :p+: NodeKindConstraintComponent — a term of kind Literal expected, :c found"#]],
        ),
        (
            "[ sh:zeroOrOnePath :p ]",
            expect![[r#"
                :x :p?: NodeKindConstraintComponent — a term of kind Literal expected, :a found
                :x :p?: NodeKindConstraintComponent — a term of kind Literal expected, :b found
                :x :p?: NodeKindConstraintComponent — a term of kind Literal expected, :x found"#]],
        ),
        ("[ sh:inversePath ( [ sh:inversePath :p ] :q ) ]", expect!["Conforms."]),
        (
            "[ sh:oneOrMorePath ( :p :p ) ]",
            expect![
                ":x (:p/:p)+: NodeKindConstraintComponent — a term of kind Literal expected, :c found"
            ],
        ),
    ] {
        check(&format!("sh:property [ sh:path {path} ; sh:nodeKind sh:Literal ]"), data, expected);
    }
}

#[test]
fn a_loop_back_to_the_start_counts_once() {
    let path = "[ sh:oneOrMorePath :p ]";
    check(
        &format!("sh:property [ sh:path {path} ; sh:minCount 2 ; sh:maxCount 2 ]"),
        ":x :p :a . :a :p :x .",
        expect!["Conforms."],
    );
}

#[test]
fn a_deactivated_shape_says_nothing() {
    check(&format!("sh:deactivated true ; {FAILS}"), "", expect!["Conforms."]);
    check("sh:node [ sh:deactivated true ; sh:nodeKind sh:Literal ]", "", expect!["Conforms."]);
}

#[test]
fn a_severity_is_that_of_the_shape_that_fails() {
    let shape = "sh:severity sh:Warning ; sh:property [ sh:path :p ; sh:minCount 1 ],
        [ sh:path :q ; sh:minCount 1 ; sh:severity sh:Info ]";
    check(
        shape,
        "",
        expect![[r#"
            :x :p: MinCountConstraintComponent — at least 1 value expected, 0 found
            :x :q: MinCountConstraintComponent (sh:Info) — at least 1 value expected, 0 found"#]],
    );
}

#[test]
fn a_message_of_the_shape_stands_in_place_of_the_default() {
    let shapes = ":S sh:targetNode :x ; sh:nodeKind sh:Literal ;
        sh:message 'Non'@fr, 'No'@en-GB, 'Nein'@de .
        :T sh:targetNode :x ; sh:nodeKind sh:Literal ; sh:message 'Nein'@de .
        :U sh:targetNode :x ; sh:property [ sh:path :p ; sh:minCount 1 ] .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let report = validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default()).unwrap();
    let messages = |language| {
        let all = report.results.iter().map(|result| {
            let messages = result.messages(language);
            messages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        });
        all.collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        "au moins 1 valeur attendue, 0 trouvée"@fr
        "Non"@fr
        "Nein"@de"#]]
    .assert_eq(&messages(Some(Lang::Fr)));
    expect![[r#"
        "at least 1 value expected, 0 found"@en
        "No"@en-gb
        "Nein"@de"#]]
    .assert_eq(&messages(Some(Lang::En)));
    expect![[r#"
        "au moins 1 valeur attendue, 0 trouvée"@fr "at least 1 value expected, 0 found"@en
        "Nein"@de "No"@en-gb "Non"@fr
        "Nein"@de"#]]
    .assert_eq(&messages(None));
}

#[test]
fn only_violations_block() {
    let report = |severity: &str| {
        let shapes =
            format!(":S sh:targetNode :x ; sh:nodeKind sh:Literal ; sh:severity sh:{severity} .");
        let shapes: Graph = parse(&shapes).into_iter().collect();
        validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default()).unwrap()
    };
    let (warning, violation) = (report("Warning"), report("Violation"));
    assert_eq!((warning.conforms, warning.blocks()), (false, false));
    assert_eq!((violation.conforms, violation.blocks()), (false, true));
}

#[test]
fn a_report_is_a_graph_of_its_own_blank_nodes() {
    let shapes = ":S sh:targetNode :x ; sh:property
        [ sh:path (:p [ sh:inversePath :q ]) ; sh:minCount 1 ; sh:message 'No' ] .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let report = validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default()).unwrap();
    let shape = report.results[0].source_shape.to_string();
    let triples: Vec<String> =
        report.to_triples(None).iter().map(|t| t.to_string().replace(&shape, "_:shape")).collect();
    expect![[r#"
        _:report1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <sh:ValidationReport>
        _:report1 <sh:conforms> "false"^^<http://www.w3.org/2001/XMLSchema#boolean>
        _:report2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <sh:ValidationResult>
        _:report2 <sh:focusNode> <http://example.org/x>
        _:report4 <sh:inversePath> <http://example.org/q>
        _:report3 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> _:report4
        _:report3 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>
        _:report5 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> <http://example.org/p>
        _:report5 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:report3
        _:report2 <sh:resultPath> _:report5
        _:report2 <sh:resultSeverity> <sh:Violation>
        _:report2 <sh:sourceConstraintComponent> <sh:MinCountConstraintComponent>
        _:report2 <sh:sourceShape> _:shape
        _:report2 <sh:resultMessage> "No"
        _:report1 <sh:result> _:report2"#]].assert_eq(&triples.join("\n").replace("http://www.w3.org/ns/shacl#", "sh:"));
}

#[test]
fn a_focus_node_is_judged_by_the_shapes_that_target_it_only() {
    let shapes = ":S sh:targetClass :C ; sh:nodeKind sh:Literal .
        :T sh:targetNode :x ; sh:nodeKind sh:Literal . :U sh:targetObjectsOf :p ; sh:maxLength 1 .
        :V sh:targetSubjectsOf :p ; sh:class :D .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let shapes = Shapes::parse(&shapes).unwrap();
    let data: MemoryGraph = parse(":a a :D ; :p :b . :D rdfs:subClassOf :C . :x a :E . :y a :C .")
        .into_iter()
        .collect();
    let judged = |name: &str| {
        let node = NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let focus: FocusSet<u32> = data.node(node.as_ref().into()).into_iter().collect();
        let report = validate_focus(&shapes, &data, &focus).unwrap();
        let shape = |s: &oxrdf::NamedOrBlankNode| s.to_string().replace("http://example.org/", "");
        report.results.iter().map(|r| shape(&r.source_shape)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(["a", "b", "x", "y", "D"].map(judged), ["<S>", "<U>", "<T>", "<S>", ""]);
}

#[test]
fn shapes_are_parsed_once_and_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Shapes>();
    shared::<codesocial_shacl::Report>();
}

//! Targets, paths, severities and messages.

use super::{check, check_shapes, now, parse};
use codesocial_shacl::{FocusSet, GraphView, Lang, MemoryGraph, Shapes, validate, validate_focus};
use expect_test::expect;
use oxrdf::{Graph, NamedNode};

const FAILS: &str = "sh:nodeKind sh:BlankNode";

#[test]
fn a_target_node_is_judged_even_where_the_data_are_silent() {
    check(
        "sh:property [ sh:path :p ; sh:minCount 1 ]",
        "",
        expect![":x :p: MinCount — at least 1 value expected, 0 found"],
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
            :a: NodeKind — a term of kind BlankNode expected, :a found
            :b: NodeKind — a term of kind BlankNode expected, :b found"#]],
    );
    check_shapes(
        &format!(":C a rdfs:Class, sh:NodeShape ; {FAILS} ."),
        data,
        expect![[r#"
            :a: NodeKind — a term of kind BlankNode expected, :a found
            :b: NodeKind — a term of kind BlankNode expected, :b found"#]],
    );
    check_shapes(
        &format!(":S sh:targetSubjectsOf :p ; {FAILS} ."),
        data,
        expect![":e: NodeKind — a term of kind BlankNode expected, :e found"],
    );
    check_shapes(
        &format!(":S sh:targetObjectsOf :p ; {FAILS} ."),
        data,
        expect![[r#"
            "g": NodeKind — a term of kind BlankNode expected, "g" found
            :f: NodeKind — a term of kind BlankNode expected, :f found"#]],
    );
}

#[test]
fn a_node_that_two_targets_name_is_judged_once() {
    let shapes = format!(":S sh:targetNode :a ; sh:targetClass :C ; {FAILS} .");
    check_shapes(
        &shapes,
        ":a a :C .",
        expect![":a: NodeKind — a term of kind BlankNode expected, :a found"],
    );
}

#[test]
fn paths_lead_to_sets_of_nodes() {
    let data = ":x :p :a, :b . :a :p :c . :b :p :c . :c :p :a . :y :q :x .";
    for (path, expected) in [
        (
            ":p",
            expect![[r#"
                :x :p: NodeKind — a term of kind Literal expected, :a found
                :x :p: NodeKind — a term of kind Literal expected, :b found"#]],
        ),
        (
            "[ sh:inversePath :q ]",
            expect![":x ^:q: NodeKind — a term of kind Literal expected, :y found"],
        ),
        ("(:p :p)", expect![":x :p/:p: NodeKind — a term of kind Literal expected, :c found"]),
        (
            "[ sh:alternativePath (:p (:p :p) [ sh:inversePath :q ]) ]",
            expect![[r#"
                :x :p|(:p/:p)|^:q: NodeKind — a term of kind Literal expected, :a found
                :x :p|(:p/:p)|^:q: NodeKind — a term of kind Literal expected, :b found
                :x :p|(:p/:p)|^:q: NodeKind — a term of kind Literal expected, :c found
                :x :p|(:p/:p)|^:q: NodeKind — a term of kind Literal expected, :y found"#]],
        ),
        (
            "[ sh:zeroOrMorePath :p ]",
            expect![[r#"
                :x :p*: NodeKind — a term of kind Literal expected, :a found
                :x :p*: NodeKind — a term of kind Literal expected, :b found
                :x :p*: NodeKind — a term of kind Literal expected, :c found
                :x :p*: NodeKind — a term of kind Literal expected, :x found"#]],
        ),
        (
            "[ sh:oneOrMorePath :p ]",
            expect![[r#"
                :x :p+: NodeKind — a term of kind Literal expected, :a found
                :x :p+: NodeKind — a term of kind Literal expected, :b found
                :x :p+: NodeKind — a term of kind Literal expected, :c found"#]],
        ),
        (
            "[ sh:zeroOrOnePath :p ]",
            expect![[r#"
                :x :p?: NodeKind — a term of kind Literal expected, :a found
                :x :p?: NodeKind — a term of kind Literal expected, :b found
                :x :p?: NodeKind — a term of kind Literal expected, :x found"#]],
        ),
        ("[ sh:inversePath ( [ sh:inversePath :p ] :q ) ]", expect!["Conforms."]),
        (
            "[ sh:oneOrMorePath ( :p :p ) ]",
            expect![":x (:p/:p)+: NodeKind — a term of kind Literal expected, :c found"],
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
            :x :p: MinCount — at least 1 value expected, 0 found
            :x :q: MinCount (sh:Info) — at least 1 value expected, 0 found"#]],
    );
}

#[test]
fn a_message_of_the_shape_stands_in_place_of_the_default() {
    let shapes = ":S sh:targetNode :x ; sh:nodeKind sh:Literal ;
        sh:message 'Non'@fr, 'No'@en-GB, 'Nein'@de .
        :T sh:targetNode :x ; sh:nodeKind sh:Literal ; sh:message 'Nein'@de .
        :U sh:targetNode :x ; sh:property [ sh:path :p ; sh:minCount 1 ] .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let report =
        validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default(), now()).unwrap();
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
fn the_engine_speaks_french() {
    let shapes = ":S sh:targetNode :x ; sh:closed true ; sh:property [ sh:path :p ; sh:class :C ;
        sh:datatype xsd:date ; sh:nodeKind sh:IRI ; sh:maxCount 0 ; sh:minExclusive 5 ;
        sh:minInclusive 5 ; sh:maxExclusive 1 ; sh:maxInclusive 1 ; sh:minLength 2 ;
        sh:maxLength 0 ; sh:pattern 'x' ; sh:languageIn ('fr') ; sh:equals :q ; sh:disjoint :p ;
        sh:lessThan :p ; sh:lessThanOrEquals :s ; sh:not :T ; sh:and (:U :T) ; sh:or (:U :U) ;
        sh:xone (:T :T) ; sh:node :U ; sh:hasValue 2 ; sh:in (2 3) ;
        sh:qualifiedValueShape :T ; sh:qualifiedMinCount 2 ; sh:qualifiedMaxCount 0 ],
        [ sh:path :t ; sh:minCount 2 ; sh:uniqueLang true ], [ sh:path :u ; sh:minLength 1 ],
        [ sh:path :t ; sh:uniqueLang true ; sh:minCount 3 ; sh:maxCount 1 ] .
        :T sh:nodeKind sh:Literal . :U sh:nodeKind sh:IRI .";
    let data = ":x :p 3 ; :s 2 ; :t 'a'@fr, 'b'@fr ; :u _:n .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let data: MemoryGraph = parse(data).into_iter().collect();
    let report = validate(&Shapes::parse(&shapes).unwrap(), &data, now()).unwrap();
    let text = report.to_text(Lang::Fr).replace("http://example.org/", "");
    expect![[r#"
        <x> <p>: Class — 3 n'est pas une instance de <C>
        <x> <p>: Datatype — 3 n'est pas un littéral bien formé de type xsd:date
        <x> <p>: NodeKind — terme de nature IRI attendu, 3 trouvé
        <x> <p>: MaxCount — au plus 0 valeur attendue, 1 trouvée
        <x> <p>: MinExclusive — valeur supérieure à 5 attendue, 3 trouvée
        <x> <p>: MinInclusive — valeur d'au moins 5 attendue, 3 trouvée
        <x> <p>: MaxExclusive — valeur inférieure à 1 attendue, 3 trouvée
        <x> <p>: MaxInclusive — valeur d'au plus 1 attendue, 3 trouvée
        <x> <p>: MinLength — au moins 2 caractères attendus, 3 en a 1
        <x> <p>: MaxLength — au plus 0 caractère attendu, 3 en a 1
        <x> <p>: Pattern — 3 ne correspond pas au motif « x »
        <x> <p>: LanguageIn — texte dans une des langues fr attendu, 3 trouvé
        <x> <p>: Equals — 3 n'est pas à la fois une valeur d'ici et une valeur de <q>
        <x> <p>: Disjoint — 3 est aussi une valeur de <p>, et ne doit pas l'être
        <x> <p>: LessThan — 3 n'est pas inférieur à 3, valeur de <p>
        <x> <p>: LessThanOrEquals — 3 n'est pas inférieur ou égal à 2, valeur de <s>
        <x> <p>: Not — 3 est conforme à <T>, et ne doit pas l'être
        <x> <p>: And — 3 n'est pas conforme à chacune de ces formes : <U>, <T>
        <x> <p>: Or — 3 n'est conforme à aucune de ces formes : <U>, <U>
        <x> <p>: Xone — 3 n'est pas conforme à exactement une de ces formes : <T>, <T>
        <x> <p>: Node — 3 n'est pas conforme à <U>
        <x> <p>: QualifiedMinCount — au moins 2 valeurs conformes attendues, 1 trouvée
        <x> <p>: QualifiedMaxCount — au plus 0 valeur conforme attendue, 1 trouvée
        <x> <p>: HasValue — valeur 2 attendue, absente
        <x> <t>: MinCount — au moins 3 valeurs attendues, 2 trouvées
        <x> <t>: MaxCount — au plus 1 valeur attendue, 2 trouvées
        <x> <t>: UniqueLang — au plus une valeur par langue attendue, plusieurs en fr
        <x> <t>: UniqueLang — au plus une valeur par langue attendue, plusieurs en fr
        <x> <u>: MinLength — texte attendu, et _:n n'en a pas
        <x> <s>: Closed — propriété <s> non prévue, de valeur 2"#]]
    .assert_eq(&text);
}

#[test]
fn only_violations_block() {
    let report = |severity: &str| {
        let shapes =
            format!(":S sh:targetNode :x ; sh:nodeKind sh:Literal ; sh:severity sh:{severity} .");
        let shapes: Graph = parse(&shapes).into_iter().collect();
        validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default(), now()).unwrap()
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
    let report =
        validate(&Shapes::parse(&shapes).unwrap(), &MemoryGraph::default(), now()).unwrap();
    let shape = report.results[0].source_shape.to_string();
    let triples: Vec<String> =
        report.to_triples(None).iter().map(|t| t.to_string().replace(&shape, "_:shape")).collect();
    let text = triples.join("\n").replace("http://www.w3.org/ns/shacl#", "sh:");
    let text = text.replace("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:");
    expect![[r#"
        _:report1 <rdf:type> <sh:ValidationReport>
        _:report1 <sh:conforms> "false"^^<http://www.w3.org/2001/XMLSchema#boolean>
        _:report2 <rdf:type> <sh:ValidationResult>
        _:report2 <sh:focusNode> <http://example.org/x>
        _:report4 <sh:inversePath> <http://example.org/q>
        _:report3 <rdf:first> _:report4
        _:report3 <rdf:rest> <rdf:nil>
        _:report5 <rdf:first> <http://example.org/p>
        _:report5 <rdf:rest> _:report3
        _:report2 <sh:resultPath> _:report5
        _:report2 <sh:resultSeverity> <sh:Violation>
        _:report2 <sh:sourceConstraintComponent> <sh:MinCountConstraintComponent>
        _:report2 <sh:sourceShape> _:shape
        _:report2 <sh:resultMessage> "No"
        _:report1 <sh:result> _:report2"#]]
    .assert_eq(&text);
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
        let report = validate_focus(&shapes, &data, &focus, now()).unwrap();
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

//! Shapes graphs that are refused, and how deep and long evaluation goes.

use super::{check_refused, now, parse};
use codesocial_shacl::{
    Failure, MemoryGraph, PATH_DEPTH_MAX, Problem, SHAPE_DEPTH_MAX, Shapes, validate,
};
use expect_test::expect;
use oxrdf::Graph;

#[test]
fn what_this_engine_cannot_evaluate_is_refused_by_name() {
    check_refused(
        ":S a sh:NodeShape ; sh:js [] ; sh:rule [] .",
        expect![[r#"
            shape <S>, <sh:js>: not supported by this server yet
            shape <S>, <sh:rule>: not supported by this server yet"#]],
    );
    check_refused(
        ":Component a sh:ConstraintComponent ; sh:parameter [ sh:path :limit ] . :S :limit 3 .",
        expect!["shape <S>, <limit>: not supported by this server yet"],
    );
    check_refused(
        "<> sh:entailment :RDFS .",
        expect!["shape <>, <sh:entailment> <RDFS>: not supported by this server yet"],
    );
}

#[test]
fn a_misspelt_term_is_not_ignored() {
    check_refused(
        ":S a sh:NodeShape ; sh:propertty [] ; sh:minLenght 3 .",
        expect![[r#"
        shape <S>, <sh:minLenght>: not a term of SHACL that a shape may have
        shape <S>, <sh:propertty>: not a term of SHACL that a shape may have"#]],
    );
    check_refused(
        ":S sh:node :Adress .",
        expect!["shape <S>, <sh:node> <Adress>: nothing in the shapes graph describes this shape"],
    );
}

#[test]
fn every_mistake_is_told() {
    check_refused(
        ":S sh:targetClass 'C' ; sh:targetNode _:n ; sh:class _:n ; sh:datatype xsd:date, xsd:time ;
            sh:nodeKind sh:Iri ; sh:minLength '-1'^^xsd:int ; sh:maxLength 'x' ;
            sh:minInclusive :a ;
            sh:pattern '(' ; sh:languageIn ('fr' :en) ; sh:in 'a' ; sh:node 1 ; sh:closed :yes ;
            sh:severity 'high' ; sh:message :m ; sh:deactivated 'no' ; sh:and :notAList .",
        expect![[r#"
            shape <S>, <sh:and> <notAList>: not a well-formed list, or one without end
            shape <S>, <sh:class> _:n: expects an IRI
            shape <S>, <sh:closed> <yes>: expects true or false
            shape <S>, <sh:datatype>: has more than one value, and may have one only
            shape <S>, <sh:deactivated> "no": expects true or false
            shape <S>, <sh:in> "a": not a well-formed list, or one without end
            shape <S>, <sh:languageIn> <en>: expects a string
            shape <S>, <sh:maxLength> "x": expects a non-negative xsd:integer
            shape <S>, <sh:message> <m>: expects a text, with or without a language
            shape <S>, <sh:minInclusive> <a>: expects a literal
            shape <S>, <sh:minLength> "-1"^^<xsd:int>: expects a non-negative xsd:integer
            shape <S>, <sh:node> "1"^^<xsd:integer>: expects a shape
            shape <S>, <sh:nodeKind> <sh:Iri>: expects one of the six node kinds of SHACL
            shape <S>, <sh:pattern>: not a regular expression this engine runs: unclosed group
            shape <S>, <sh:severity> "high": expects an IRI
            shape <S>, <sh:targetClass> "C": expects an IRI
            shape <S>, <sh:targetNode> _:n: expects an IRI or a literal"#]],
    );
}

#[test]
fn property_shapes_have_exactly_one_path() {
    check_refused(
        ":S sh:property :P, :Q . :P sh:path :p, :q . :Q sh:minLength 1 .",
        expect![[r#"
        shape <P>, <sh:path>: a property shape has exactly one sh:path
        shape <S>, <sh:property> <Q>: expects a property shape, which has exactly one sh:path"#]],
    );
    check_refused(
        ":P a sh:PropertyShape . :N a sh:NodeShape ; sh:path :p .",
        expect![[r#"
        shape <N>, <sh:path> <p>: a node shape has no sh:path
        shape <P>, <sh:path>: a property shape has exactly one sh:path"#]],
    );
    check_refused(
        ":S sh:node :P . :P sh:path :p .",
        expect!["shape <S>, <sh:node> <P>: expects a node shape, which has no sh:path"],
    );
    check_refused(
        ":S sh:minCount 1 ; sh:maxCount 1 ; sh:uniqueLang true ; sh:lessThan :p .",
        expect![[r#"
            shape <S>, <sh:lessThan>: only a property shape may have it
            shape <S>, <sh:maxCount>: only a property shape may have it
            shape <S>, <sh:minCount>: only a property shape may have it
            shape <S>, <sh:uniqueLang>: only a property shape may have it"#]],
    );
}

#[test]
fn paths_are_well_formed() {
    let bad = || expect!["shape <P>, <sh:path> _:n: not a well-formed path"];
    for (path, expected) in [
        ("", bad()),
        ("_:n rdf:first :p ; rdf:rest () .", bad()),
        ("_:n sh:alternativePath (:p) .", bad()),
        ("_:n sh:inversePath :p ; sh:zeroOrMorePath :p .", bad()),
        (
            "_:n rdf:first :p ; rdf:rest :q .",
            expect!["shape <P>, <sh:path> _:n: not a well-formed list, or one without end"],
        ),
    ] {
        check_refused(&format!(":P sh:path _:n ; sh:minCount 1 . {path}"), expected);
    }
}

#[test]
fn lists_and_paths_without_end_are_refused() {
    check_refused(
        ":S sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .",
        expect!["shape <S>, <sh:in> _:l: a list longer than this engine reads"],
    );
    check_refused(
        ":S sh:in _:l . _:l rdf:first 1, 2 ; rdf:rest () .",
        expect!["shape <S>, <sh:in> _:l: not a well-formed list, or one without end"],
    );
    check_refused(
        ":P sh:path _:p ; sh:minCount 1 . _:p sh:inversePath _:p .",
        expect!["shape <P>, <sh:path> _:p: a path longer or deeper than this engine follows"],
    );
    check_refused(
        ":P sh:path _:p ; sh:minCount 1 . _:p sh:alternativePath (_:p _:p) .",
        expect!["shape <P>, <sh:path> _:p: a path longer or deeper than this engine follows"],
    );
    let deep = format!(
        ":P sh:minCount 1 ; sh:path {}:p{} .",
        "[ sh:inversePath ".repeat(PATH_DEPTH_MAX),
        " ]".repeat(PATH_DEPTH_MAX)
    );
    check_refused_with(&deep, &Problem::PathTooLong);
}

#[test]
fn recursive_shapes_have_no_meaning() {
    check_refused(
        ":A sh:node :B . :B sh:property _:b . _:b sh:path :p ; sh:or (:C _:c) . _:c sh:not :A .
         :C sh:class :Fine . :D sh:node :A .",
        expect![[r#"
            shape <A>: refers to itself, and recursive shapes have no meaning
            shape <B>: refers to itself, and recursive shapes have no meaning
            shape _:b: refers to itself, and recursive shapes have no meaning
            shape _:c: refers to itself, and recursive shapes have no meaning"#]],
    );
    check_refused(
        ":A sh:not :A .",
        expect!["shape <A>: refers to itself, and recursive shapes have no meaning"],
    );
}

#[test]
fn shapes_nest_to_a_known_depth() {
    let nested = |depth| {
        format!(":S sh:node {}[ sh:class :C ]{} .", "[ sh:not ".repeat(depth), " ]".repeat(depth))
    };
    check_refused_with(&nested(SHAPE_DEPTH_MAX), &Problem::TooDeep);
    let shapes: Graph = parse(&nested(SHAPE_DEPTH_MAX - 2)).into_iter().collect();
    assert!(Shapes::parse(&shapes).is_ok());
    let chain: String = (0..20_000).map(|n| format!(":S{n} sh:node :S{} . ", n + 1)).collect();
    check_refused_with(&format!("{chain} :S20000 sh:class :C ."), &Problem::TooDeep);
}

#[test]
fn what_has_no_effect_is_told_as_a_warning() {
    let shapes = ":S sh:flags 'i' ; sh:ignoredProperties (:p) ; sh:qualifiedMinCount 1 ;
        sh:closed '1'^^xsd:boolean .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let warnings: Vec<String> =
        Shapes::parse(&shapes).unwrap().warnings.iter().map(|w| w.problem.to_string()).collect();
    expect![[r#"
        has no effect: only the literal true switches this on
        has no effect without sh:pattern
        has no effect without sh:qualifiedValueShape"#]]
    .assert_eq(&warnings.join("\n"));
}

#[test]
fn work_without_measure_is_a_failure_and_not_a_report() {
    // Each shape sends each of two values to the next one twice: 8^20 evaluations.
    let mut shapes = String::from(":S sh:targetNode :a ; sh:property :P0 . :P20 sh:path :p . ");
    for n in 0..20 {
        let next = format!("[ sh:path :p ; sh:property :P{} ]", n + 1);
        shapes += &format!(":P{n} sh:path :p ; sh:property {next}, {next} . ");
    }
    let shapes: Graph = parse(&shapes).into_iter().collect();
    let data: MemoryGraph = parse(":a :p :a, :b . :b :p :a, :b .").into_iter().collect();
    let failure = validate(&Shapes::parse(&shapes).unwrap(), &data, now()).unwrap_err();
    assert!(matches!(failure, Failure::TooManySteps { .. }), "{failure}");
}

#[test]
fn a_flood_of_results_is_a_failure() {
    let shapes = ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:lessThan :q ] .";
    let shapes: Graph = parse(shapes).into_iter().collect();
    let shapes = Shapes::parse(&shapes).unwrap();
    let numbers: String = (0..320).map(|n| format!(":x :p {} ; :q {n} . ", n + 320)).collect();
    let data: MemoryGraph = parse(&numbers).into_iter().collect();
    assert_eq!(validate(&shapes, &data, now()).unwrap_err(), Failure::TooManyResults);
}

#[track_caller]
fn check_refused_with(shapes: &str, problem: &Problem) {
    let shapes: Graph = parse(shapes).into_iter().collect();
    let errors = Shapes::parse(&shapes).expect_err("refused").0;
    assert!(errors.iter().all(|error| error.problem == *problem), "{errors:?}");
}

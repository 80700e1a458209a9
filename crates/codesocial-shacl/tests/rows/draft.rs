//! What the engine has of the draft of SHACL 1.2, and that it has to be asked for.
//! <https://www.w3.org/TR/shacl12-core/>

use super::{check_refused, now, parse};
use codesocial_shacl::{Edition, Lang, MemoryGraph, Shapes, validate};
use expect_test::{Expect, expect};

#[expect(clippy::needless_pass_by_value, reason = "reads as a literal at the call")]
#[track_caller]
fn check(shapes: &str, data: &str, expected: Expect) {
    let declared = ":shapes sh:declare [ sh:prefix '' ; sh:namespace 'http://example.org/' ] .";
    let shapes = parse(&format!("{shapes} {declared}")).into_iter().collect();
    let shapes = Shapes::parse_as(&shapes, Edition::Draft1_2);
    let shapes = shapes.unwrap_or_else(|errors| panic!("{errors}"));
    let data: MemoryGraph = parse(data).into_iter().collect();
    expected.assert_eq(&validate(&shapes, &data, now()).unwrap().to_text(Lang::En));
}

#[test]
fn a_value_may_be_of_one_of_several_classes() {
    check(
        ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:class ( :A :B ) ] .",
        ":x :p :a, :b, :d, 'A' . :a a :A . :b a :C . :C rdfs:subClassOf :B . :d a :D .",
        expect![[r#"
            :x :p: Class — "A" is not an instance of :A | :B
            :x :p: Class — :d is not an instance of :A | :B"#]],
    );
}

#[test]
fn a_text_may_have_a_language_or_none() {
    check(
        ":S sh:targetNode :x ; sh:property [ sh:path :p ;
            sh:datatype ( xsd:string rdf:langString ) ] .",
        ":x :p 'a', 'a'@fr, 1 .",
        expect![[
            ":x :p: Datatype — 1 is not a well-formed literal of type xsd:string | rdf:langString"
        ]],
    );
}

#[test]
fn node_kinds_may_be_listed() {
    check(
        ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:nodeKind ( sh:IRI sh:BlankNode ) ] .",
        ":x :p 'a', :a, [] .",
        expect![[r#":x :p: NodeKind — a term of kind IRI | BlankNode expected, "a" found"#]],
    );
}

#[test]
fn a_single_line_has_no_break_of_any_kind() {
    let shape = ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:singleLine true ] .";
    check(shape, ":x :p 'a', 1, :b .", expect!["Conforms."]);
    check(
        shape,
        r"<http://example.org/x> :p 'a\nb', 'a\rb', 'a\u000Bb', 'a\fb' .",
        expect![[r#"
        :x :p: SingleLine — a text of one line expected, "a\fb" found
        :x :p: SingleLine — a text of one line expected, "a\nb" found
        :x :p: SingleLine — a text of one line expected, "a\rb" found
        :x :p: SingleLine — a text of one line expected, "a\u000Bb" found"#]],
    );
    check(
        ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:singleLine false ] .",
        r":x :p 'a\nb' .",
        expect!["Conforms."],
    );
}

#[test]
fn all_values_may_have_to_be_values_of_another_property() {
    check(
        ":S sh:targetNode :x, :y ; sh:property [ sh:path :p ; sh:subsetOf :q ] .",
        ":x :p 1, 2 ; :q 2, 3 . :y :q 1 .",
        expect![":x :p: SubsetOf — 1 is not also a value of :q"],
    );
}

#[test]
fn some_value_is_one_that_conforms() {
    check(
        ":S sh:targetNode :x, :y, :z ; sh:property [ sh:path :p ; sh:someValue [ sh:class :C ] ] .",
        ":c a :C . :x :p :c, :d . :y :p :d .",
        expect![[r#"
            :y :p: SomeValue — no value conforms to []
            :z :p: SomeValue — no value conforms to []"#]],
    );
}

#[test]
fn a_root_class_is_above_the_value_or_the_value() {
    check(
        ":S sh:targetNode :x ; sh:property [ sh:path :p ; sh:rootClass :Animal ] .",
        ":Dog rdfs:subClassOf :Mammal . :Mammal rdfs:subClassOf :Animal .
         :x :p :Animal, :Mammal, :Dog, :Plant, 'Dog' .",
        expect![[r#"
            :x :p: RootClass — "Dog" is not a class under :Animal
            :x :p: RootClass — :Plant is not a class under :Animal"#]],
    );
}

#[test]
fn closed_by_types_lets_stand_what_the_shapes_of_all_classes_name() {
    check(
        ":Root a rdfs:Class, sh:NodeShape ; sh:property [ sh:path :a ] ; sh:closed sh:ByTypes .
         :Sub a rdfs:Class, sh:NodeShape ; rdfs:subClassOf :Root ; sh:property [ sh:path :b ] .
         :OfSub sh:targetClass :Sub ; sh:node :Super ; sh:property [ sh:path :c ] .
         :Super sh:property [ sh:path :d ] .",
        ":Sub rdfs:subClassOf :Root . :x a :Root ; :a 1 ; :b 2 .
         :y a :Sub ; :a 1 ; :b 2 ; :c 3 ; :d 4 ; :e 5 .",
        expect![[r#"
            :x :b: Closed — property :b is not allowed, its value is 2
            :y :e: Closed — property :e is not allowed, its value is 5"#]],
    );
}

#[test]
fn a_key_is_of_one_target_only() {
    check(
        ":S sh:targetClass :C ; sh:uniqueValuesFor ( :notation :scheme ) .",
        ":a a :C ; :notation 'A1' ; :scheme :s1 . :b a :C ; :notation 'A2' ; :scheme :s1 .
         :c a :C ; :notation 'A1' ; :scheme :s2 . :d a :C ; :notation 'A1' ; :scheme :s2 .
         :e a :C ; :notation 'A1' . :f a :C ; :notation 'A1' . :g :notation 'A2' ; :scheme :s1 .",
        expect![[r#"
            :c: UniqueValuesFor — another resource has the same values of :notation, :scheme
            :d: UniqueValuesFor — another resource has the same values of :notation, :scheme"#]],
    );
    check(
        ":S sh:targetSubjectsOf :id ; sh:uniqueValuesFor :id .",
        ":a :id 'x' . :b :id 'y' . :c :id 'x' .",
        expect![[r#"
            :a: UniqueValuesFor — another resource has the same values of :id
            :c: UniqueValuesFor — another resource has the same values of :id"#]],
    );
}

#[test]
fn a_node_may_name_its_shape() {
    let shapes = ":S sh:property [ sh:path :p ; sh:minCount 1 ] . :T sh:class :C .";
    check(
        shapes,
        ":x sh:shape :S . :y sh:shape :S, :T ; :p 1 . :z sh:shape :Other . :S :p :x .",
        expect![[r#"
            :x :p: MinCount — at least 1 value expected, 0 found
            :y: Class — :y is not an instance of :C"#]],
    );
    let graph = parse(shapes).into_iter().collect();
    let shapes = Shapes::parse(&graph).unwrap();
    let data: MemoryGraph = parse(":x sh:shape :S .").into_iter().collect();
    assert!(validate(&shapes, &data, now()).unwrap().conforms, "SHACL 1.0 knows no such target");
}

#[test]
fn the_recommendation_knows_none_of_these() {
    check_refused(
        ":S sh:targetClass :C ; sh:uniqueValuesFor :id ; sh:rootClass :R ; sh:singleLine true .",
        expect![[r#"
            shape <S>, <sh:rootClass>: belongs to the draft of SHACL 1.2, which is not switched on
            shape <S>, <sh:singleLine>: belongs to the draft of SHACL 1.2, which is not switched on
            shape <S>, <sh:uniqueValuesFor>: belongs to the draft of SHACL 1.2, which is not switched on"#]],
    );
    check_refused(
        ":S sh:targetClass :C ; sh:closed sh:ByTypes .",
        expect![
            "shape <S>, <sh:closed> <sh:ByTypes>: belongs to the draft of SHACL 1.2, which is not switched on"
        ],
    );
}

#[test]
fn what_is_malformed_in_the_draft_is_refused() {
    let shapes = ":S sh:targetClass :C ; sh:class () ; sh:rootClass 'x' ; sh:singleLine 1 ;
        sh:uniqueValuesFor ( :a 'b' ) ; sh:someValue 1 ; sh:nodeKind ( sh:IRI :Other ) .";
    let shapes = parse(shapes).into_iter().collect();
    let errors = Shapes::parse_as(&shapes, Edition::Draft1_2).expect_err("refused").to_string();
    let errors = errors.replace("http://www.w3.org/ns/shacl#", "sh:");
    let errors = errors.replace("http://www.w3.org/2001/XMLSchema#", "xsd:");
    let errors = errors.replace("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:");
    let expected = expect![[r#"
        shape <S>, <sh:class> <rdf:nil>: expects an IRI, or a list of IRIs that is not empty
        shape <S>, <sh:nodeKind> <Other>: expects one of the six node kinds of SHACL
        shape <S>, <sh:rootClass> "x": expects an IRI, or a list of IRIs that is not empty
        shape <S>, <sh:singleLine> "1"^^<xsd:integer>: expects true or false
        shape <S>, <sh:someValue> "1"^^<xsd:integer>: expects a shape
        shape <S>, <sh:uniqueValuesFor> "b": expects an IRI"#]];
    expected.assert_eq(&errors.replace("http://example.org/", ""));
}

//! The components of SHACL Core, in the order of the specification.

use super::check;
use expect_test::expect;

#[test]
fn a_class_holds_through_its_subclasses() {
    let shape = "sh:property [ sh:path :p ; sh:class :C ]";
    check(
        shape,
        ":x :p :a, :b . :a a :C . :b a :D . :D rdfs:subClassOf :E . :E rdfs:subClassOf :C .",
        expect!["Conforms."],
    );
    check(
        shape,
        ":x :p :a, 'C' . :a a :E . :C rdfs:subClassOf :E .",
        expect![[r#"
            :x :p: Class — "C" is not an instance of :C
            :x :p: Class — :a is not an instance of :C"#]],
    );
}

#[test]
fn a_datatype_asks_for_its_own_lexical_forms() {
    let shape = "sh:property [ sh:path :p ; sh:datatype xsd:integer ]";
    check(shape, ":x :p 1, 007 .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'a'^^xsd:integer, 1.5, '1', :a .",
        expect![[r#"
            :x :p: Datatype — "1" is not a well-formed literal of type xsd:integer
            :x :p: Datatype — 1.5 is not a well-formed literal of type xsd:integer
            :x :p: Datatype — "a"^^xsd:integer is not a well-formed literal of type xsd:integer
            :x :p: Datatype — :a is not a well-formed literal of type xsd:integer"#]],
    );
    check(
        "sh:property [ sh:path :p ; sh:datatype rdf:langString ]",
        ":x :p 'a'@fr, 'b' .",
        expect![[r#":x :p: Datatype — "b" is not a well-formed literal of type rdf:langString"#]],
    );
}

#[test]
fn node_kinds_are_iri_blank_node_and_literal() {
    let shape = "sh:property [ sh:path :p ; sh:nodeKind sh:BlankNodeOrIRI ]";
    check(shape, ":x :p :a, _:n .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'a' .",
        expect![[r#":x :p: NodeKind — a term of kind IRI | BlankNode expected, "a" found"#]],
    );
}

#[test]
fn counts_are_of_distinct_values() {
    let shape = "sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 2 ]";
    check(shape, ":x :p 1, 1, 2 .", expect!["Conforms."]);
    check(shape, ":y :p 1 .", expect![":x :p: MinCount — at least 1 value expected, 0 found"]);
    check(
        shape,
        ":x :p 1, 01, 1.0 .",
        expect![":x :p: MaxCount — at most 2 values expected, 3 found"],
    );
}

#[test]
fn ranges_follow_the_order_of_sparql() {
    let shape = "sh:property [ sh:path :p ; sh:minInclusive 1 ; sh:maxExclusive 2.5 ]";
    check(shape, ":x :p 1, 2.49, '2e0'^^xsd:double, '2'^^xsd:byte .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 0, 2.5, '2', 'a'^^xsd:integer, :a, 'NaN'^^xsd:double .",
        expect![[r#"
            :x :p: MinInclusive — a value of at least 1 expected, 0 found
            :x :p: MinInclusive — a value of at least 1 expected, "2" found
            :x :p: MinInclusive — a value of at least 1 expected, "NaN"^^xsd:double found
            :x :p: MinInclusive — a value of at least 1 expected, "a"^^xsd:integer found
            :x :p: MinInclusive — a value of at least 1 expected, :a found
            :x :p: MaxExclusive — a value less than 2.5 expected, "2" found
            :x :p: MaxExclusive — a value less than 2.5 expected, 2.5 found
            :x :p: MaxExclusive — a value less than 2.5 expected, "NaN"^^xsd:double found
            :x :p: MaxExclusive — a value less than 2.5 expected, "a"^^xsd:integer found
            :x :p: MaxExclusive — a value less than 2.5 expected, :a found"#]],
    );
    let shape = "sh:property [ sh:path :p ; sh:minExclusive 'b' ; sh:maxInclusive 'd' ]";
    check(shape, ":x :p 'ba', 'd' .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'b', 'da', 'c'@fr .",
        expect![[r#"
        :x :p: MinExclusive — a value greater than "b" expected, "b" found
        :x :p: MinExclusive — a value greater than "b" expected, "c"@fr found
        :x :p: MaxInclusive — a value of at most "d" expected, "c"@fr found
        :x :p: MaxInclusive — a value of at most "d" expected, "da" found"#]],
    );
    let shape = "sh:property [ sh:path :p ; sh:minInclusive '2024'^^xsd:gYear ]";
    check(shape, ":x :p '2024'^^xsd:gYear .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 2025 .",
        expect![[
            r#":x :p: MinInclusive — a value of at least "2024"^^xsd:gYear expected, 2025 found"#
        ]],
    );
}

#[test]
fn lengths_count_characters_not_bytes() {
    let shape = "sh:property [ sh:path :p ; sh:minLength 3 ; sh:maxLength 4 ]";
    check(shape, ":x :p 'été', 1234, 'abc'@fr .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'éé', 'abcde', _:n .",
        expect![[r#"
            :x :p: MinLength — at least 3 characters expected, "éé" has 2
            :x :p: MinLength — a text expected, and _:n has none
            :x :p: MaxLength — at most 4 characters expected, "abcde" has 5
            :x :p: MaxLength — a text expected, and _:n has none"#]],
    );
}

#[test]
fn a_pattern_may_match_anywhere_and_never_a_blank_node() {
    let shape = r#"sh:property [ sh:path :p ; sh:pattern "^A[0-9]" ; sh:flags "i" ]"#;
    check(shape, ":x :p 'a1b', 'A2' .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'ba1', _:n .",
        expect![[r#"
            :x :p: Pattern — "ba1" does not match the pattern "^A[0-9]"
            :x :p: Pattern — _:n does not match the pattern "^A[0-9]""#]],
    );
    check("sh:pattern 'example'", "", expect!["Conforms."]);
}

#[test]
fn languages_match_by_range() {
    let shape = "sh:property [ sh:path :p ; sh:languageIn ('fr' 'en-GB') ]";
    check(shape, ":x :p 'a'@fr, 'b'@fr-CA, 'c'@en-gb .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'a'@en, 'b', :c, 'd'@fry .",
        expect![[r#"
            :x :p: LanguageIn — a text in one of fr, en-GB expected, "a"@en found
            :x :p: LanguageIn — a text in one of fr, en-GB expected, "b" found
            :x :p: LanguageIn — a text in one of fr, en-GB expected, "d"@fry found
            :x :p: LanguageIn — a text in one of fr, en-GB expected, :c found"#]],
    );
}

#[test]
fn a_language_is_used_once() {
    let shape = "sh:property [ sh:path :p ; sh:uniqueLang true ]";
    check(shape, ":x :p 'a'@fr, 'b'@en, 'c', 'd' .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 'a'@fr, 'b'@FR, 'c'@en .",
        expect![":x :p: UniqueLang — at most one value per language expected, several in fr"],
    );
}

#[test]
fn equal_properties_have_the_same_values() {
    let shape = "sh:property [ sh:path :p ; sh:equals :q ]";
    check(shape, ":x :p 1, 2 ; :q 2, 1 .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 1 ; :q 01 .",
        expect![[r#"
            :x :p: Equals — 01 is not both a value here and a value of :q
            :x :p: Equals — 1 is not both a value here and a value of :q"#]],
    );
}

#[test]
fn disjoint_properties_share_no_value() {
    let shape = "sh:property [ sh:path :p ; sh:disjoint :q ]";
    check(shape, ":x :p 1 ; :q 2 .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 1, 2 ; :q 2 .",
        expect![":x :p: Disjoint — 2 is also a value of :q, and must not be"],
    );
}

#[test]
fn every_value_is_less_than_every_other() {
    let shape = "sh:property [ sh:path :p ; sh:lessThan :q ]";
    check(shape, ":x :p 1, 2 ; :q 3, 3.5 .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 1, 3 ; :q 2, 3, 'a' .",
        expect![[r#"
            :x :p: LessThan — 1 is not less than "a", a value of :q
            :x :p: LessThan — 3 is not less than "a", a value of :q
            :x :p: LessThan — 3 is not less than 2, a value of :q
            :x :p: LessThan — 3 is not less than 3, a value of :q"#]],
    );
    let shape = "sh:property [ sh:path :p ; sh:lessThanOrEquals :q ]";
    check(shape, ":x :p 3 ; :q 3 .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 3 ; :q 2 .",
        expect![":x :p: LessThanOrEquals — 3 is not less than or equal to 2, a value of :q"],
    );
}

#[test]
fn logic_counts_the_shapes_a_node_conforms_to() {
    let shapes = "(:A [ sh:class :B ])";
    let check = |component: &str, data: &str, expected| {
        check(&format!("sh:{component} {shapes} . :A sh:class :A"), data, expected);
    };
    check(
        "and",
        ":x a :A .",
        expect![":x: And — :x does not conform to each of these shapes: :A, []"],
    );
    check("and", ":x a :A, :B .", expect!["Conforms."]);
    check("or", "", expect![":x: Or — :x conforms to none of these shapes: :A, []"]);
    check("or", ":x a :A .", expect!["Conforms."]);
    check("or", ":x a :A, :B .", expect!["Conforms."]);
    check(
        "xone",
        "",
        expect![":x: Xone — :x does not conform to exactly one of these shapes: :A, []"],
    );
    check("xone", ":x a :B .", expect!["Conforms."]);
    check(
        "xone",
        ":x a :A, :B .",
        expect![":x: Xone — :x does not conform to exactly one of these shapes: :A, []"],
    );
}

#[test]
fn a_negation_turns_the_verdict() {
    check("sh:not [ sh:class :A ]", ":x a :B .", expect!["Conforms."]);
    check(
        "sh:not [ sh:class :A ]",
        ":x a :A .",
        expect![":x: Not — :x conforms to [], and must not"],
    );
}

#[test]
fn a_node_shape_gives_one_result_and_a_property_shape_its_own() {
    let inner = "[ sh:property [ sh:path :q ; sh:minCount 1 ; sh:minLength 2 ] ]";
    let node = format!("sh:property [ sh:path :p ; sh:node {inner} ]");
    check(&node, ":x :p :a . :a :q 'ok' .", expect!["Conforms."]);
    check(
        &node,
        ":x :p :a, :b . :b :q 'k', 'l' .",
        expect![[r#"
            :x :p: Node — :a does not conform to []
            :x :p: Node — :b does not conform to []"#]],
    );
    let property = "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minLength 2 ] ]";
    check(property, ":x :p :a . :a :q 'ok' .", expect!["Conforms."]);
    check(
        property,
        ":x :p :a . :a :q 'k', 'l' .",
        expect![[r#"
            :a :q: MinLength — at least 2 characters expected, "k" has 1
            :a :q: MinLength — at least 2 characters expected, "l" has 1"#]],
    );
}

#[test]
fn qualified_values_are_counted() {
    let shape = "sh:property [ sh:path :p ; sh:qualifiedValueShape [ sh:class :C ] ;
        sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ]";
    check(shape, ":x :p :a, :b . :a a :C .", expect!["Conforms."]);
    check(
        shape,
        ":x :p :b .",
        expect![":x :p: QualifiedMinCount — at least 1 conforming value expected, 0 found"],
    );
    check(
        shape,
        ":x :p :a, :b . :a a :C . :b a :C .",
        expect![":x :p: QualifiedMaxCount — at most 1 conforming value expected, 2 found"],
    );
}

#[test]
fn disjoint_siblings_do_not_count_for_each_other() {
    let one = |class| {
        format!(
            "[ sh:path :p ; sh:qualifiedValueShape [ sh:class {class} ] ; sh:qualifiedMinCount 1 ;
               sh:qualifiedValueShapesDisjoint true ]"
        )
    };
    let shape = format!("sh:property {}, {}", one(":A"), one(":B"));
    check(&shape, ":x :p :a, :b . :a a :A . :b a :B .", expect!["Conforms."]);
    check(
        &shape,
        ":x :p :a . :a a :A, :B .",
        expect![[r#"
            :x :p: QualifiedMinCount — at least 1 conforming value expected, 0 found
            :x :p: QualifiedMinCount — at least 1 conforming value expected, 0 found"#]],
    );
}

#[test]
fn a_closed_shape_names_what_it_does_not_allow() {
    let shape = "sh:closed true ; sh:ignoredProperties (rdf:type) ;
        sh:property [ sh:path :p ], [ sh:path [ sh:inversePath :q ] ]";
    check(shape, ":x a :C ; :p 1 . :y :q :x .", expect!["Conforms."]);
    check(
        shape,
        ":x :p 1 ; :q 2, 3 .",
        expect![[r#"
            :x :q: Closed — property :q is not allowed, its value is 2
            :x :q: Closed — property :q is not allowed, its value is 3"#]],
    );
    check("sh:closed false", ":x :p 1 .", expect!["Conforms."]);
}

#[test]
fn a_value_is_there_or_among_some() {
    check("sh:property [ sh:path :p ; sh:hasValue 1 ]", ":x :p 1, 2 .", expect!["Conforms."]);
    check(
        "sh:property [ sh:path :p ; sh:hasValue 1 ]",
        ":x :p 01 .",
        expect![":x :p: HasValue — the value 1 expected, not found"],
    );
    check(
        "sh:property [ sh:path :p ; sh:in (1 :a 'b'@fr) ]",
        ":x :p :a, 'b'@fr .",
        expect!["Conforms."],
    );
    check(
        "sh:property [ sh:path :p ; sh:in (1 :a 'b'@fr) ]",
        ":x :p 'b', 01 .",
        expect![[r#"
            :x :p: In — one of 1, :a, "b"@fr expected, 01 found
            :x :p: In — one of 1, :a, "b"@fr expected, "b" found"#]],
    );
}

#[test]
fn a_long_list_is_named_by_its_beginning() {
    let members = "0 ".to_owned() + &"1 ".repeat(99);
    check(
        &format!("sh:in ({members})"),
        "",
        expect![
            ":x: In — one of 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, … expected, :x found"
        ],
    );
}

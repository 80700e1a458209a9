//! Shapes, graphs and changes, drawn at random and written as Turtle.
//!
//! Names are few, so that draws meet: six resources, three properties, four classes. Shapes are
//! drawn from the grammar of SHACL Core, nested up to two deep.

use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const PREFIXES: &str = "\
    @base <http://example.org/> . @prefix : <http://example.org/> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
";

const RESOURCES: [&str; 6] = [":n0", ":n1", ":n2", ":n3", ":n4", ":n5"];
const PROPERTIES: [&str; 3] = [":p", ":q", ":r"];
const CLASSES: [&str; 4] = [":A", ":B", ":C", ":D"];
const LITERALS: [&str; 7] = ["0", "1", "2.5", "'x'", "'y'@fr", "'z'@fr", "'w'@en"];

/// A change of a graph, with the shapes that judge it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) shapes: String,
    pub(crate) data: String,
    pub(crate) removed: String,
    pub(crate) added: String,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    (shapes(), data(0..30), data(0..20), data(0..5))
        .prop_map(|(shapes, data, removed, added)| Case { shapes, data, removed, added })
}

/// One to four shapes with targets, and what they consist of.
pub(crate) fn shapes() -> impl Strategy<Value = String> {
    prop::collection::vec(shape(), 1..5).prop_map(|shapes| {
        let named = |(n, shape): (usize, String)| format!(":S{n} {shape} .\n");
        shapes.into_iter().enumerate().map(named).collect()
    })
}

/// A shape with targets, without its name.
pub(crate) fn shape() -> impl Strategy<Value = String> {
    (targets(), constraints(2))
        .prop_map(|(targets, constraints)| format!("a sh:NodeShape ; {targets} {constraints}"))
}

pub(crate) fn data(count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(triple(), count).prop_map(|triples| triples.concat())
}

/// Triples that hold every name there is.
pub(crate) fn names() -> String {
    let names = RESOURCES.iter().chain(&CLASSES).chain(&LITERALS);
    let triple = |name: &str| format!(":n0 :p {name} ; :q {name} ; :r {name} .\n");
    format!(
        ":n0 a :A . :A rdfs:subClassOf :B .\n{}",
        names.map(|name| triple(name)).collect::<String>()
    )
}

fn triple() -> impl Strategy<Value = String> {
    let object = prop_oneof![3 => select(&RESOURCES[..]), 2 => select(&LITERALS[..])];
    prop_oneof![
        6 => (select(&RESOURCES[..]), property(), object)
            .prop_map(|(s, p, o)| format!("{s} {p} {o} .\n")),
        2 => (select(&RESOURCES[..]), class()).prop_map(|(s, c)| format!("{s} a {c} .\n")),
        1 => (class(), class()).prop_map(|(a, b)| format!("{a} rdfs:subClassOf {b} .\n")),
    ]
}

fn property() -> impl Strategy<Value = &'static str> {
    select(&PROPERTIES[..])
}

fn class() -> impl Strategy<Value = &'static str> {
    select(&CLASSES[..])
}

fn targets() -> impl Strategy<Value = String> {
    let target = prop_oneof![
        3 => class().prop_map(|class| format!("sh:targetClass {class} ;")),
        1 => select(&RESOURCES[..]).prop_map(|node| format!("sh:targetNode {node} ;")),
        1 => property().prop_map(|p| format!("sh:targetSubjectsOf {p} ;")),
        1 => property().prop_map(|p| format!("sh:targetObjectsOf {p} ;")),
    ];
    prop::collection::vec(target, 1..3).prop_map(|targets| targets.concat())
}

/// The constraints of a shape without a path.
fn constraints(depth: u32) -> BoxedStrategy<String> {
    let constraint = prop_oneof![
        3 => property_shape(depth).prop_map(|shape| format!("sh:property {shape}")),
        2 => of_value(depth),
    ];
    joined(constraint.boxed(), 1..3)
}

fn property_shape(depth: u32) -> BoxedStrategy<String> {
    let constraint = prop_oneof![2 => of_values(depth), 2 => of_value(depth)];
    (path(2), joined(constraint.boxed(), 1..4))
        .prop_map(|(path, constraints)| format!("[ sh:path {path} ; {constraints} ]"))
        .boxed()
}

fn joined(
    constraint: BoxedStrategy<String>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<String> {
    prop::collection::vec(constraint, count)
        .prop_map(|mut constraints| {
            // Where the parameter of a component may be given once, the first one stands.
            let mut seen = std::collections::BTreeSet::new();
            constraints.retain(|constraint| {
                let parameter = constraint.split(' ').next().unwrap_or_default().to_owned();
                ONCE.iter().all(|once| *once != parameter) || seen.insert(parameter)
            });
            constraints.join(" ; ")
        })
        .boxed()
}

/// The parameters that a shape has at most once.
const ONCE: [&str; 13] = [
    "sh:minCount",
    "sh:maxCount",
    "sh:datatype",
    "sh:nodeKind",
    "sh:pattern",
    "sh:minLength",
    "sh:maxLength",
    "sh:minInclusive",
    "sh:uniqueLang",
    "sh:languageIn",
    "sh:in",
    "sh:closed",
    "sh:qualifiedValueShape",
];

/// Constraints on how the value nodes stand to each other or to other nodes.
fn of_values(depth: u32) -> BoxedStrategy<String> {
    let pair = select(&["equals", "disjoint", "lessThan", "lessThanOrEquals"][..]);
    let simple = prop_oneof![
        (0..2_u8).prop_map(|n| format!("sh:minCount {n}")),
        (0..3_u8).prop_map(|n| format!("sh:maxCount {n}")),
        Just("sh:uniqueLang true".to_owned()),
        (pair, property()).prop_map(|(pair, p)| format!("sh:{pair} {p}")),
    ];
    if depth == 0 {
        return simple.boxed();
    }
    let counts = (0..2_u8, 0..3_u8, any::<bool>());
    let qualified = (nested(depth - 1), counts).prop_map(|(shape, (min, max, disjoint))| {
        format!(
            "sh:qualifiedValueShape {shape} ; sh:qualifiedMinCount {min} ; \
             sh:qualifiedMaxCount {max} ; sh:qualifiedValueShapesDisjoint {disjoint}"
        )
    });
    prop_oneof![4 => simple, 1 => qualified].boxed()
}

/// Constraints on each value node.
fn of_value(depth: u32) -> BoxedStrategy<String> {
    let kind = select(&["IRI", "Literal", "BlankNodeOrIRI", "IRIOrLiteral"][..]);
    let datatype = select(&["xsd:integer", "xsd:string", "rdf:langString"][..]);
    let member = || prop_oneof![select(&RESOURCES[..]), select(&LITERALS[..])];
    let simple = prop_oneof![
        class().prop_map(|class| format!("sh:class {class}")),
        kind.prop_map(|kind| format!("sh:nodeKind sh:{kind}")),
        datatype.prop_map(|datatype| format!("sh:datatype {datatype}")),
        (0..3_u8).prop_map(|n| format!("sh:minInclusive {n}")),
        select(&["sh:minLength 2", "sh:maxLength 20", "sh:pattern 'n[0-3]|x'"][..])
            .prop_map(str::to_owned),
        Just("sh:languageIn ( 'fr' )".to_owned()),
        prop::collection::vec(member(), 1..4)
            .prop_map(|all| format!("sh:in ( {} )", all.join(" "))),
        member().prop_map(|value| format!("sh:hasValue {value}")),
        closed(),
    ];
    if depth == 0 {
        return simple.boxed();
    }
    let several = move || prop::collection::vec(nested(depth - 1), 1..3);
    let logical = (select(&["and", "or", "xone"][..]), several());
    prop_oneof![
        4 => simple,
        1 => node_shape(depth - 1).prop_map(|shape| format!("sh:node {shape}")),
        1 => nested(depth - 1).prop_map(|shape| format!("sh:not {shape}")),
        1 => property_shape(depth - 1).prop_map(|shape| format!("sh:property {shape}")),
        2 => logical.prop_map(|(all, shapes)| format!("sh:{all} ( {} )", shapes.join(" "))),
    ]
    .boxed()
}

fn closed() -> impl Strategy<Value = String> {
    prop::collection::vec(property(), 0..3).prop_map(|ignored| {
        format!("sh:closed true ; sh:ignoredProperties ( rdf:type {} )", ignored.join(" "))
    })
}

/// A shape without a name, of a node or of a property.
fn nested(depth: u32) -> BoxedStrategy<String> {
    prop_oneof![2 => node_shape(depth), 1 => property_shape(depth)].boxed()
}

fn node_shape(depth: u32) -> BoxedStrategy<String> {
    constraints(depth).prop_map(|constraints| format!("[ {constraints} ]")).boxed()
}

fn path(depth: u32) -> BoxedStrategy<String> {
    let inner = move || step(depth - 1);
    let sequence = move || prop::collection::vec(inner(), 2..4);
    match depth {
        0 => step(0),
        _ => prop_oneof![
            4 => step(depth),
            1 => sequence().prop_map(|steps| format!("( {} )", steps.join(" "))),
        ]
        .boxed(),
    }
}

/// A path that is not a sequence at the top.
fn step(depth: u32) -> BoxedStrategy<String> {
    let predicate = prop_oneof![6 => property(), 1 => Just("rdf:type")].prop_map(str::to_owned);
    if depth == 0 {
        return predicate.boxed();
    }
    let inner = move || path(depth - 1);
    let repeated = select(&["inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"][..]);
    prop_oneof![
        4 => predicate,
        1 => (inner(), inner()).prop_map(|(a, b)| format!("[ sh:alternativePath ( {a} {b} ) ]")),
        2 => (repeated, inner()).prop_map(|(kind, path)| format!("[ sh:{kind} {path} ]")),
    ]
    .boxed()
}

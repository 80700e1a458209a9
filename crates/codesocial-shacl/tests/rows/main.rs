//! Rows of shapes, data and results: for each component one row that accepts and one that refuses.

#![cfg(test)]

mod components;
mod draft;
mod malformed;
mod queries;
mod shapes;

use codesocial_shacl::{DateTime, Lang, MemoryGraph, Shapes, validate};
use expect_test::Expect;
use oxrdf::{Graph, Triple};
use oxttl::TurtleParser;

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

/// What time it is in these tests.
fn now() -> DateTime {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

/// Validates data with a shape `:S` that targets `:x` and has these properties.
#[track_caller]
fn check(shape: &str, data: &str, expected: Expect) {
    check_shapes(&format!(":S a sh:NodeShape ; sh:targetNode :x ; {shape} ."), data, expected);
}

#[expect(clippy::needless_pass_by_value, reason = "reads as a literal at the call")]
#[track_caller]
fn check_shapes(shapes: &str, data: &str, expected: Expect) {
    let declared = ":shapes sh:declare [ sh:prefix '' ; sh:namespace 'http://example.org/' ] .";
    let shapes: Graph = parse(&format!("{shapes} {declared}")).into_iter().collect();
    let data: MemoryGraph = parse(data).into_iter().collect();
    let shapes = Shapes::parse(&shapes).unwrap_or_else(|errors| panic!("{errors}"));
    expected.assert_eq(&validate(&shapes, &data, now()).unwrap().to_text(Lang::En));
}

/// A shapes graph that is refused, with what is said about it.
#[expect(clippy::needless_pass_by_value, reason = "reads as a literal at the call")]
#[track_caller]
fn check_refused(shapes: &str, expected: Expect) {
    let shapes: Graph = parse(shapes).into_iter().collect();
    let errors = Shapes::parse(&shapes).expect_err("refused").to_string();
    let errors = errors.replace("http://www.w3.org/ns/shacl#", "sh:");
    let errors = errors.replace("http://www.w3.org/2001/XMLSchema#", "xsd:");
    expected.assert_eq(&errors.replace("http://example.org/", ""));
}

//! The validator against itself and against others, on shapes, graphs and changes drawn at random.
//!
//! `PROPTEST_CASES` says how many cases a law is tried on; `make fuzz-shacl` tries many. A failing
//! case is printed as Turtle, as small as it still fails.

#![cfg(test)]

mod cases;
mod incremental;
mod oracle;
mod reshaped;
mod written;

use codesocial_shacl::{DateTime, Shapes, ValidationResult};
use oxrdf::Triple;
use proptest::prelude::ProptestConfig;

fn shapes(turtle: &str) -> Shapes {
    let graph = triples(turtle).into_iter().collect();
    Shapes::parse(&graph).unwrap_or_else(|errors| panic!("{errors}\n{turtle}"))
}

/// What time it is in these tests.
fn now() -> DateTime {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn triples(turtle: &str) -> Vec<Triple> {
    let text = format!("{}{turtle}", cases::PREFIXES);
    let parsed: Result<_, _> = oxttl::TurtleParser::new().for_slice(text.as_bytes()).collect();
    parsed.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Results, in an order of their own.
fn lines(results: impl IntoIterator<Item = ValidationResult>) -> Vec<String> {
    let mut lines: Vec<String> = results.into_iter().map(|result| format!("{result:?}")).collect();
    lines.sort();
    lines
}

/// A law is tried on so many cases, where the environment asks for no other number.
fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    let cases = asked.unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

//! Answers in a form that can be compared: sorted lines, the names of variables with their values.

use crate::readable::Reader;
use codesocial_tests::http::{Request, Response};
use codesocial_tests::server::{BASE, Server};
use oxrdf::{BlankNode, Dataset, Literal, NamedNode, Term, Triple};
use oxttl::NTriplesParser;
use serde_json::Value;
use spareval::{QueryEvaluator, QueryResults};
use spargebra::SparqlParser;
use std::collections::BTreeMap;

pub(crate) type Row = BTreeMap<String, Term>;

pub(crate) struct Answer(Vec<String>);

/// The rows of a `SELECT`; none where the answer is refused or cut for its size or its time.
pub(crate) fn rows(request: Request) -> Option<Vec<Row>> {
    let answer = whole(request.accept("application/sparql-results+json"))?.json();
    let solutions = answer["results"]["bindings"].as_array()?;
    Some(solutions.iter().map(row).collect())
}

fn whole(request: Request) -> Option<Response> {
    let answer = request.try_send().ok()?;
    (![403, 503].contains(&answer.status)).then(|| answer.expect_status(200))
}

fn row(solution: &Value) -> Row {
    let bound = solution.as_object().expect("a solution").iter();
    bound.map(|(name, value)| (name.clone(), term(value))).collect()
}

/// <https://www.w3.org/TR/sparql11-results-json/#select-encode-terms>
fn term(value: &Value) -> Term {
    let text = |name: &str| value[name].as_str();
    let written = text("value").expect("a term has a value");
    match (text("type"), text("xml:lang"), text("datatype")) {
        (Some("uri"), ..) => NamedNode::new(written).expect("an IRI").into(),
        (Some("bnode"), ..) => BlankNode::new(written).expect("a label").into(),
        (_, Some(language), _) => {
            Literal::new_language_tagged_literal(written, language).expect("a language").into()
        }
        (_, None, Some(datatype)) => {
            let datatype = NamedNode::new(datatype).expect("a datatype");
            Literal::new_typed_literal(written, datatype).into()
        }
        (_, None, None) => Literal::new_simple_literal(written).into(),
    }
}

impl Answer {
    /// The server's answer; none where it refuses or cuts one for its size or its time.
    pub(crate) fn of_server(server: &Server, reader: &Reader, question: &str) -> Option<Self> {
        let request = reader.asks(server, question);
        if question.starts_with("SELECT") {
            return Some(Self::sorted(rows(request)?.iter().map(shown)));
        }
        let accept = "application/sparql-results+json, application/n-triples";
        let answer = whole(request.accept(accept))?;
        Some(match answer.header("content-type").contains("n-triples") {
            true => {
                let triples = NTriplesParser::new().for_slice(answer.body.as_bytes());
                Self::of_triples(triples.map(|triple| triple.expect("N-Triples")))
            }
            false => Self(vec![answer.json()["boolean"].to_string()]),
        })
    }

    /// The answer of SPARQL itself.
    pub(crate) fn of_dataset(seen: &Dataset, question: &str) -> Self {
        let parser = SparqlParser::new().with_base_iri(BASE).expect("a base");
        let query = parser.parse_query(question).unwrap_or_else(|error| {
            unreachable!("{question}: {error}");
        });
        let evaluator = QueryEvaluator::new();
        match evaluator.prepare(&query).execute(seen).expect("an answer") {
            QueryResults::Boolean(answer) => Self(vec![answer.to_string()]),
            QueryResults::Graph(triples) => {
                Self::of_triples(triples.map(|triple| triple.expect("a triple")))
            }
            QueryResults::Solutions(solutions) => {
                let rows = solutions.map(|solution| {
                    let solution = solution.expect("a solution");
                    let bound = solution.iter();
                    let row: Row = bound
                        .map(|(name, term)| (name.as_str().to_owned(), term.clone()))
                        .collect();
                    shown(&row)
                });
                Self::sorted(rows)
            }
        }
    }

    /// What stands in one of two answers only, line by line.
    pub(crate) fn difference(&self, expected: &Self) -> String {
        let without = |lines: &Self, others: &Self, sign: &str| {
            let mut rest = others.0.clone();
            let mut told = String::new();
            for line in &lines.0 {
                match rest.iter().position(|other| other == line) {
                    Some(n) => drop(rest.swap_remove(n)),
                    None => told += &format!("{sign} {line}\n"),
                }
            }
            told
        };
        if self.0 == expected.0 {
            return String::new();
        }
        without(self, expected, "told, and not to be:") + &without(expected, self, "not told:")
    }

    fn sorted(lines: impl Iterator<Item = String>) -> Self {
        let mut lines: Vec<String> = lines.collect();
        lines.sort_unstable();
        Self(lines)
    }

    /// What is constructed or described is a graph: no triple stands in it twice.
    fn of_triples(triples: impl Iterator<Item = Triple>) -> Self {
        let mut answer = Self::sorted(triples.map(|triple| triple.to_string()));
        answer.0.dedup();
        answer
    }
}

fn shown(row: &Row) -> String {
    let bound = row.iter().map(|(name, term)| format!("{name}={term}"));
    bound.collect::<Vec<_>>().join(" ")
}

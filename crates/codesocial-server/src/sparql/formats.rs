//! The formats in which answers are written: one table for each kind of answer, the favourite
//! first.

use crate::problem::Ask;
use codesocial_rdf::RdfSyntax;
use codesocial_store::query::ResultSyntax;
use sparesults::QueryResultsFormat;

/// The formats of rows and booleans.
/// <https://www.w3.org/TR/sparql11-protocol/#query-success>
pub(super) const SOLUTIONS: &[(&str, QueryResultsFormat)] = &[
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("application/xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
];

/// The formats of graphs.
pub(crate) const GRAPHS: &[(&str, RdfSyntax)] = &[
    ("text/turtle", RdfSyntax::Turtle),
    ("application/ld+json", RdfSyntax::JsonLd),
    ("application/n-triples", RdfSyntax::NTriples),
    ("application/rdf+xml", RdfSyntax::RdfXml),
    ("application/n-quads", RdfSyntax::NQuads),
    ("application/trig", RdfSyntax::TriG),
];

/// The format of a graph that the client prefers.
pub(crate) fn of_graph(ask: &Ask) -> Option<(&'static str, RdfSyntax)> {
    Some(GRAPHS[ask.prefers(&media_types(GRAPHS))?])
}

/// The format that the client prefers of those that suit the kind of query.
pub(super) fn of_answer(ask: &Ask, is_graph: bool) -> Option<(&'static str, ResultSyntax)> {
    if is_graph {
        let (media_type, syntax) = of_graph(ask)?;
        return Some((media_type, ResultSyntax::Graph(syntax)));
    }
    // A SemApps front-end asks for JSON-LD whatever the query: rows have JSON only.
    let json_ld = || ask.prefers(&["application/ld+json"]);
    let (media_type, format) = SOLUTIONS[ask.prefers(&media_types(SOLUTIONS)).or_else(json_ld)?];
    Some((media_type, ResultSyntax::Solutions(format)))
}

pub(super) fn media_types<T>(formats: &[(&'static str, T)]) -> Vec<&'static str> {
    formats.iter().map(|(media_type, _)| *media_type).collect()
}

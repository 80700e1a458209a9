//! What an answer says, whatever its syntax: triples, compared up to the names of blank nodes.

use crate::http::Response;
use crate::server::BASE;
use codesocial_rdf::{RdfSyntax, parse};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{Dataset, Triple};

/// The IRI of a path under the base of the tests.
pub fn iri(path: &str) -> String {
    format!("{BASE}{}", path.trim_start_matches('/'))
}

/// The triples of an answer for `path`, whatever their graph; contexts are those that come with
/// the program.
#[track_caller]
pub fn triples(answer: &Response, path: &str) -> Vec<Triple> {
    let content_type = answer.header("content-type");
    let syntax = RdfSyntax::from_media_type(content_type);
    let syntax = syntax.unwrap_or_else(|| unreachable!("no RDF: {answer:?}"));
    let quads = parse::quads(answer.body.as_bytes(), syntax, &iri(path))
        .unwrap_or_else(|error| unreachable!("{error}: {answer:?}"));
    quads.into_iter().map(Triple::from).collect()
}

/// Canonical N-Quads, a line for each triple: equal where the graphs are isomorphic.
pub fn canonical(triples: impl IntoIterator<Item = Triple>) -> String {
    let mut dataset: Dataset =
        triples.into_iter().map(|triple| triple.in_graph(oxrdf::GraphName::DefaultGraph)).collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    lines.concat()
}

/// Both at once: what an answer says, in one comparable text.
#[track_caller]
pub fn said(answer: &Response, path: &str) -> String {
    canonical(triples(answer, path))
}

//! Queries of the suites, each asked of its dataset, in the format in which the suite has the
//! answer.

use crate::endpoint::sent;
use crate::manifest::{Entry, path_of};
use crate::sparql::{QT, encoded, files, iri_of, named, node, store, text_of, triples_of};
use crate::text::{Solutions, isomorphic};
use codesocial_tests::graph::triples;
use codesocial_tests::http::Response;
use codesocial_tests::server::Server;
use oxrdf::NamedOrBlankNode;
use std::fs;
use std::path::Path;

/// The graph that is the default graph of a case.
pub(crate) const DEFAULT: &str = "http://default.example/";

pub(crate) fn judge(server: &Server, entry: &Entry) -> Result<(), String> {
    let action = node(entry.mf("action")).ok_or("no mf:action")?;
    let text = files(entry, &action, QT, "query").pop().ok_or("no qt:query")?;
    let parameters = prepare(server, entry, &action)?;
    let expected = entry.mf("result").and_then(|result| path_of(result.as_ref()));
    let expected = expected.ok_or("no mf:result")?;
    let accept = media_type(&expected).ok_or("a result in no known format")?;
    let text = text_of(&text)?;
    let path = if text.contains("FROM") { "/sparql".to_owned() } else { parameters };
    let request = server.post(&path).accept(accept).body("application/sparql-query", text);
    compare(&expected, &sent(request)?)
}

/// Stores the dataset of a case, and gives the address that asks for it.
pub(crate) fn prepare(
    server: &Server,
    entry: &Entry,
    action: &NamedOrBlankNode,
) -> Result<String, String> {
    let mut path = format!("/sparql?default-graph-uri={}", encoded(DEFAULT));
    for file in files(entry, action, QT, "data") {
        store(server, &named(DEFAULT), &file)?;
        // Where the query names the file itself.
        store(server, &named(&iri_of(&file)), &file)?;
    }
    for file in files(entry, action, QT, "graphData") {
        store(server, &named(&iri_of(&file)), &file)?;
        path.push_str(&format!("&named-graph-uri={}", encoded(&iri_of(&file))));
    }
    Ok(path)
}

/// Whether an answer is rows that are told in RDF.
fn is_result_set(expected: &Path) -> bool {
    let is_rdf = expected.extension().is_some_and(|ending| ending == "ttl" || ending == "rdf");
    is_rdf && fs::read_to_string(expected).is_ok_and(|text| text.contains("ResultSet"))
}

pub(crate) fn media_type(expected: &Path) -> Option<&'static str> {
    if is_result_set(expected) {
        return Some("application/sparql-results+json");
    }
    Some(match expected.extension()?.to_str()? {
        "srx" => "application/sparql-results+xml",
        "srj" => "application/sparql-results+json",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "ttl" => "text/turtle",
        "rdf" => "application/rdf+xml",
        _ => return None,
    })
}

pub(crate) fn compare(expected: &Path, answer: &Response) -> Result<(), String> {
    let ending = expected.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if is_result_set(expected) {
        return Solutions::told(&triples_of(expected)?)
            .same_as(&Solutions::read(&answer.bytes, "srj")?);
    }
    if ["ttl", "rdf"].contains(&ending) {
        return isomorphic(triples_of(expected)?, triples(answer, "/sparql"));
    }
    let bytes = fs::read(expected).map_err(|error| error.to_string())?;
    let wanted = Solutions::read(&bytes, ending)?;
    wanted.same_as(&Solutions::read(&answer.bytes, ending)?)
}

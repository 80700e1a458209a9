//! The suites of SPARQL 1.1, asked of the server over HTTP: what is to be read is stored by the
//! graph store protocol, what is asked goes to the endpoint, and what it answers is compared with
//! what the suite expects.
//!
//! The default graph of a case is a graph of its own, which the request names: the endpoint's is
//! the union of the registry.

use crate::Case;
use crate::endpoint::{Endpoint, sent};
use crate::manifest::{Entry, entries, path_of};
use crate::{query, update};
use codesocial_rdf::{RdfSyntax, parse, write};
use codesocial_tests::http::Response;
use codesocial_tests::server::Server;
use oxrdf::vocab::rdf;
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use std::fs;
use std::path::{Path, PathBuf};

/// The vocabulary of queries' actions, and that of updates'.
pub(crate) const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
pub(crate) const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";

/// The manifests of the sections that are judged here.
const MANIFESTS: [&str; 4] = [
    "manifest-sparql11-query.ttl",
    "manifest-sparql11-update.ttl",
    "manifest-sparql11-results.ttl",
    "syntax-fed/manifest.ttl",
];

pub(crate) fn cases(suites: &Path, endpoint: &Endpoint) -> Result<Vec<Case>, String> {
    let folder = suites.join("sparql11");
    let mut cases = Vec::new();
    for manifest in MANIFESTS {
        for entry in entries(&folder.join(manifest))? {
            let (name, endpoint) = (name(&entry), endpoint.clone());
            let judge = move || endpoint.alone(|server| judge(server, &entry));
            cases.push(Case { name, judge: Box::new(judge) });
        }
    }
    Ok(cases)
}

/// The section and the local name of a test.
pub(crate) fn name(entry: &Entry) -> String {
    let section = entry.file.parent().and_then(Path::file_name).unwrap_or_default();
    let local = entry.test.as_str().rsplit(['#', '/']).next().unwrap_or_default();
    format!("sparql11/{}/{local}", section.display())
}

fn judge(server: &Server, entry: &Entry) -> Result<(), String> {
    let test = NamedOrBlankNode::from(entry.test.clone());
    let kind = entry.graph.object_for_subject_predicate(&test, rdf::TYPE);
    let kind = kind.map(|kind| kind.to_string()).unwrap_or_default();
    let kind = kind.trim_end_matches('>').rsplit('#').next().unwrap_or_default().to_owned();
    match kind.as_str() {
        "QueryEvaluationTest" | "CSVResultFormatTest" => query::judge(server, entry),
        "UpdateEvaluationTest" => update::judge(server, entry),
        "PositiveSyntaxTest11" => reads(&asked(server, entry, "application/sparql-query")?),
        "NegativeSyntaxTest11" => refuses(&asked(server, entry, negative_type(entry))?),
        "PositiveUpdateSyntaxTest11" => reads(&asked(server, entry, "application/sparql-update")?),
        "NegativeUpdateSyntaxTest11" => {
            refuses(&asked(server, entry, "application/sparql-update")?)
        }
        other => Err(format!("no such kind of test: {other}")),
    }
}

/// Whether a negative test is one of updates: some sections have both under one kind.
fn negative_type(entry: &Entry) -> &'static str {
    let file = entry.mf("action").and_then(|action| path_of(action.as_ref()));
    let is_update = file.is_some_and(|file| file.extension().is_some_and(|e| e == "ru"));
    if is_update { "application/sparql-update" } else { "application/sparql-query" }
}

/// What the endpoint answers to the text of a syntax test.
fn asked(server: &Server, entry: &Entry, content_type: &str) -> Result<Response, String> {
    let file = entry.mf("action").and_then(|action| path_of(action.as_ref()));
    let text = text_of(&file.ok_or("no file to read")?)?;
    let request = server.post("/sparql").body(content_type, text);
    request.try_send().map_err(|error| error.to_string())
}

/// The text was understood, whatever came of it then.
fn reads(answer: &Response) -> Result<(), String> {
    if answer.status < 500 && !is_syntax_error(answer) {
        Ok(())
    } else {
        Err(format!("{answer:?}"))
    }
}

fn refuses(answer: &Response) -> Result<(), String> {
    if is_syntax_error(answer) { Ok(()) } else { Err(format!("{answer:?}")) }
}

fn is_syntax_error(answer: &Response) -> bool {
    answer.status == 400 && answer.body.contains("/problem/syntax\"")
}

/// A query or an update, whose relative IRIs are relative to its file.
pub(crate) fn text_of(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("BASE <{}>\n{text}", iri_of(file)))
}

pub(crate) fn iri_of(file: &Path) -> String {
    format!("file://{}", file.display())
}

/// The triples of a file.
pub(crate) fn triples_of(file: &Path) -> Result<Vec<Triple>, String> {
    let say = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| say(&error))?;
    let syntax = file.extension().and_then(|e| RdfSyntax::from_extension(e.to_str()?));
    let syntax = syntax.ok_or_else(|| say(&"no syntax of RDF"))?;
    parse::triples(&bytes, syntax, &iri_of(file)).map_err(|error| say(&error))
}

/// Adds a file to a graph, which is named as the graph store names it.
pub(crate) fn store(server: &Server, graph: &str, file: &Path) -> Result<(), String> {
    let triples = write::n_triples(&triples_of(file)?);
    let path = format!("/graphs?{graph}");
    sent(server.post(&path).body("application/n-triples", triples)).map(drop)
}

/// The parameter by which the graph store takes the name of a graph.
pub(crate) fn named(graph: &str) -> String {
    format!("graph={}", encoded(graph))
}

/// The objects of a property, as files.
pub(crate) fn files(
    entry: &Entry,
    subject: &NamedOrBlankNode,
    namespace: &str,
    name: &str,
) -> Vec<PathBuf> {
    let property = NamedNode::new_unchecked(format!("{namespace}{name}"));
    let objects = entry.graph.objects_for_subject_predicate(subject, &property);
    objects.filter_map(path_of).collect()
}

/// The object of a property that has parts of its own.
pub(crate) fn node(term: Option<Term>) -> Option<NamedOrBlankNode> {
    match term? {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) => None,
    }
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'.' | b'-' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

//! Updates of the suites: what the whole dataset is after each, beside what it is to be.

use crate::endpoint::sent;
use crate::manifest::Entry;
use crate::sparql::{UT, encoded, files, named, node, store, text_of, triples_of};
use crate::text::same_dataset;
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_tests::graph::iri;
use codesocial_tests::server::{BASE, Server};
use oxrdf::vocab::rdfs;
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, TermRef, Triple};
use spargebra::term::GraphNamePattern;
use spargebra::{GraphUpdateOperation, SparqlParser};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The files of a dataset, by the graph that they belong to.
type Files = Vec<(GraphName, PathBuf)>;

pub(crate) fn judge(server: &Server, entry: &Entry) -> Result<(), String> {
    let action = node(entry.mf("action")).ok_or("no mf:action")?;
    let result = node(entry.mf("result")).ok_or("no mf:result")?;
    let (before, after) = (dataset(entry, &action), dataset(entry, &result));
    for (graph, file) in &before {
        store(server, &address(graph), file)?;
    }
    let text = text_of(&files(entry, &action, UT, "request").pop().ok_or("no ut:request")?)?;
    let graphs = before.iter().chain(&after).map(|(graph, _)| graph);
    let path = path(&text, graphs)?;
    sent(server.post(&path).body("application/sparql-update", text))?;
    same_dataset(expected(&after)?, found(server)?)
}

fn dataset(entry: &Entry, of: &NamedOrBlankNode) -> Files {
    let mut all: Files = files(entry, of, UT, "data")
        .into_iter()
        .map(|file| (GraphName::DefaultGraph, file))
        .collect();
    let property = NamedNode::new_unchecked(format!("{UT}graphData"));
    for graph in entry.graph.objects_for_subject_predicate(of, &property) {
        let Some(graph) = node(Some(graph.into_owned())) else { continue };
        let label = entry.graph.object_for_subject_predicate(&graph, rdfs::LABEL);
        let Some(TermRef::Literal(name)) = label else { continue };
        let name = NamedNode::new_unchecked(name.value());
        let files = files(entry, &graph, UT, "graph").into_iter();
        all.extend(files.map(|file| (name.clone().into(), file)));
    }
    all
}

/// How the graph store names a graph.
fn address(graph: &GraphName) -> String {
    match graph {
        GraphName::NamedNode(name) => named(name.as_str()),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => "default".to_owned(),
    }
}

/// The address of an update that is to see the graph without a name as the default graph, where it
/// does not say itself what it is to see.
fn path<'a>(text: &str, graphs: impl Iterator<Item = &'a GraphName>) -> Result<String, String> {
    let update = SparqlParser::new().parse_update(text).map_err(|error| error.to_string())?;
    let says_itself = |operation: &GraphUpdateOperation| {
        matches!(operation, GraphUpdateOperation::DeleteInsert { using: Some(_), .. })
    };
    if update.operations.iter().any(says_itself) {
        return Ok("/sparql".to_owned());
    }
    let unnamed = encoded(&iri("/graphs?default"));
    let mut path = format!("/sparql?using-graph-uri={unnamed}");
    let known = graphs.filter_map(|graph| match graph {
        GraphName::NamedNode(name) => Some(name.as_str().to_owned()),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    });
    let made = update.operations.iter().flat_map(filled);
    for graph in known.chain(made).collect::<BTreeSet<_>>() {
        path.push_str(&format!("&using-named-graph-uri={}", encoded(&graph)));
    }
    Ok(path)
}

/// The graphs that an operation fills.
fn filled(operation: &GraphUpdateOperation) -> Vec<String> {
    match operation {
        GraphUpdateOperation::InsertData { data } => {
            let names = data.iter().map(|quad| quad.graph_name.to_string());
            names.map(|name| name.trim_matches(['<', '>']).to_owned()).collect()
        }
        GraphUpdateOperation::DeleteInsert { insert, .. } => {
            let names = insert.iter().filter_map(|quad| match &quad.graph_name {
                GraphNamePattern::NamedNode(name) => Some(name.as_str().to_owned()),
                GraphNamePattern::DefaultGraph | GraphNamePattern::Variable(_) => None,
            });
            names.collect()
        }
        _ => Vec::new(),
    }
    .into_iter()
    .filter(|name| name.contains(':'))
    .collect()
}

fn expected(after: &Files) -> Result<Vec<Quad>, String> {
    let mut quads = Vec::new();
    for (graph, file) in after {
        quads.extend(triples_of(file)?.into_iter().map(|triple| triple.in_graph(graph.clone())));
    }
    Ok(quads)
}

/// All that lies beside the registry: its names are those of the server's base.
fn found(server: &Server) -> Result<Vec<Quad>, String> {
    let names = server.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }");
    let names = names.lines().map(|name| name.trim_matches(['<', '>']));
    let mut graphs: BTreeMap<String, GraphName> = names
        .filter(|name| !name.starts_with(BASE))
        .map(|name| (named(name), NamedNode::new_unchecked(name).into()))
        .collect();
    graphs.insert("default".to_owned(), GraphName::DefaultGraph);
    let mut quads = Vec::new();
    for (address, graph) in graphs {
        let request = server.get(&format!("/graphs?{address}")).admin();
        let answer = sent(request.accept("application/n-triples"))?;
        let triples: Result<Vec<Triple>, _> =
            parse::triples(answer.body.as_bytes(), RdfSyntax::NTriples, BASE);
        let triples = triples.map_err(|error| error.to_string())?;
        quads.extend(triples.into_iter().map(|triple| triple.in_graph(graph.clone())));
    }
    Ok(quads)
}

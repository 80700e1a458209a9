//! Reading manifests: files that include others and list tests in the vocabulary `mf:`.

use oxrdf::vocab::rdf;
use oxrdf::{Graph, NamedNode, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef};
use oxttl::TurtleParser;
use std::fs;
use std::path::{Path, PathBuf};

const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";

/// A test as its manifest has it, with the graph that tells more about it.
pub(crate) struct Entry {
    pub(crate) file: PathBuf,
    pub(crate) graph: Graph,
    pub(crate) test: NamedNode,
}

impl Entry {
    pub(crate) fn object(
        &self,
        subject: NamedOrBlankNodeRef<'_>,
        namespace: &str,
        name: &str,
    ) -> Option<Term> {
        let predicate = NamedNode::new_unchecked(format!("{namespace}{name}"));
        self.graph.object_for_subject_predicate(subject, &predicate).map(TermRef::into_owned)
    }

    /// A property of the test in the vocabulary of manifests.
    pub(crate) fn mf(&self, name: &str) -> Option<Term> {
        self.object(self.test.as_ref().into(), MF, name)
    }
}

/// Every test reachable from a manifest, in the order of the files.
pub(crate) fn entries(manifest: &Path) -> Result<Vec<Entry>, String> {
    let graph = parse_turtle(manifest)?;
    let mut entries = Vec::new();
    for triple in graph.triples_for_predicate(&mf("entries")) {
        for test in members(&graph, triple.object) {
            if let Term::NamedNode(test) = test {
                let file = manifest.to_owned();
                entries.push(Entry { file, graph: graph.clone(), test });
            }
        }
    }
    let mut included: Vec<PathBuf> = graph
        .triples_for_predicate(&mf("include"))
        .flat_map(|t| [vec![t.object.into_owned()], members(&graph, t.object)].concat())
        .filter_map(|manifest| path_of(manifest.as_ref()))
        .collect();
    included.sort();
    for manifest in included {
        entries.extend(self::entries(&manifest)?);
    }
    Ok(entries)
}

/// A Turtle file as a graph, with the file's own IRI as its base.
pub(crate) fn parse_turtle(file: &Path) -> Result<Graph, String> {
    let say = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| say(&error))?;
    let base = format!("file://{}", file.display());
    let parser = TurtleParser::new().with_base_iri(base).map_err(|error| say(&error))?;
    let mut graph = Graph::new();
    for triple in parser.for_slice(&bytes) {
        graph.insert(&triple.map_err(|error| say(&error))?);
    }
    Ok(graph)
}

/// The file that an IRI names.
pub(crate) fn path_of(term: TermRef<'_>) -> Option<PathBuf> {
    let TermRef::NamedNode(iri) = term else { return None };
    iri.as_str().strip_prefix("file://").map(PathBuf::from)
}

fn mf(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{MF}{name}"))
}

fn members(graph: &Graph, list: TermRef<'_>) -> Vec<Term> {
    let mut members = Vec::new();
    let mut rest = list.into_owned();
    while let Term::BlankNode(node) = &rest {
        let node = NamedOrBlankNode::from(node.clone());
        let object = |p| graph.object_for_subject_predicate(&node, p).map(TermRef::into_owned);
        members.extend(object(rdf::FIRST));
        let Some(next) = object(rdf::REST) else { break };
        rest = next;
    }
    members
}

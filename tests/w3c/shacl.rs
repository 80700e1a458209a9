//! The SHACL test suite: each report is compared as a graph, by the rules of the suite itself.
//! <https://w3c.github.io/data-shapes/data-shapes-test-suite/>

use crate::Case;
use crate::manifest::{Entry, entries, parse_turtle, path_of};
use codesocial_shacl::{MemoryGraph, Shapes, validate};
use oxrdf::graph::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::vocab::rdf;
use oxrdf::{BlankNode, Graph, NamedNode, NamedOrBlankNode, Term, TermRef, Triple};
use std::path::Path;

const SH: &str = "http://www.w3.org/ns/shacl#";
const SHT: &str = "http://www.w3.org/ns/shacl-test#";

/// What is compared of each result, beside its path and its messages.
const RESULT_PROPERTIES: [&str; 6] = [
    "focusNode",
    "resultSeverity",
    "sourceConstraint",
    "sourceConstraintComponent",
    "sourceShape",
    "value",
];

/// The tests of SHACL Core. Those of SHACL-SPARQL are told, not run: the engine refuses such
/// shapes, and a refusal is not a pass.
pub(crate) fn cases(folder: &Path) -> Result<Vec<Case>, String> {
    let entries = entries(&folder.join("manifest.ttl"))?;
    let approved = Term::from(NamedNode::new_unchecked(format!("{SHT}approved")));
    let (core, other): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .filter(|entry| entry.mf("status").as_ref() == Some(&approved))
        .partition(|entry| entry.file.starts_with(folder.join("core")));
    eprintln!("shacl: {} tests of Core; {} of SHACL-SPARQL not run", core.len(), other.len());
    Ok(core.into_iter().map(|entry| case(folder, entry)).collect())
}

fn case(folder: &Path, entry: Entry) -> Case {
    let file = entry.file.strip_prefix(folder).unwrap_or(&entry.file).with_extension("");
    let name = format!("shacl/{}", file.display());
    Case { name, judge: Box::new(move || judge(&entry)) }
}

fn judge(entry: &Entry) -> Result<(), String> {
    let failure_expected =
        entry.mf("result") == Some(Term::from(NamedNode::new_unchecked(format!("{SHT}Failure"))));
    match (run(entry), failure_expected) {
        (Err(_), true) => Ok(()),
        (Err(error), false) => Err(error),
        (Ok(_), true) => Err("gives a report where a failure is due".to_owned()),
        (Ok(report), false) => compare(entry, &report),
    }
}

fn run(entry: &Entry) -> Result<Graph, String> {
    let graph = |name| {
        let action = entry.mf("action").and_then(resource).ok_or("no mf:action")?;
        let file = entry.object(action.as_ref(), SHT, name).ok_or("no graph to test")?;
        parse_turtle(&path_of(file.as_ref()).ok_or("a graph is not a file")?)
    };
    let (data, shapes) = (graph("dataGraph")?, graph("shapesGraph")?);
    let shapes = Shapes::parse(&shapes).map_err(|errors| errors.to_string())?;
    let data: MemoryGraph = data.iter().map(oxrdf::TripleRef::into_owned).collect();
    let report = validate(&shapes, &data).map_err(|failure| failure.to_string())?;
    Ok(report.to_triples(None).iter().collect())
}

fn compare(entry: &Entry, actual: &Graph) -> Result<(), String> {
    let expected = entry.mf("result").and_then(resource).ok_or("no mf:result")?;
    let kept_messages = messages(&entry.graph, &expected);
    let expected = normalised(&entry.graph, &expected, &kept_messages);
    let report = NamedNode::new_unchecked(format!("{SH}ValidationReport"));
    let root = actual.subject_for_predicate_object(rdf::TYPE, &report).ok_or("no report")?;
    let actual = normalised(actual, &root.into_owned(), &kept_messages);
    if expected == actual {
        return Ok(());
    }
    Err(format!("expected\n{expected}\ngot\n{actual}"))
}

/// The report in a canonical form that holds what the suite compares.
fn normalised(graph: &Graph, report: &NamedOrBlankNode, messages: &[Term]) -> Graph {
    let mut kept = Graph::new();
    let root = NamedOrBlankNode::from(BlankNode::default());
    let typed = |name: &str| Term::from(NamedNode::new_unchecked(format!("{SH}{name}")));
    let mut add = |s: &NamedOrBlankNode, p: NamedNode, o: Term| {
        kept.insert(&Triple::new(s.clone(), p, o));
    };
    add(&root, rdf::TYPE.into_owned(), typed("ValidationReport"));
    for conforms in objects(graph, report, "conforms") {
        add(&root, sh("conforms"), conforms);
    }
    for result in objects(graph, report, "result").into_iter().filter_map(resource) {
        let copy = NamedOrBlankNode::from(BlankNode::default());
        add(&root, sh("result"), copy.clone().into());
        add(&copy, rdf::TYPE.into_owned(), typed("ValidationResult"));
        for name in RESULT_PROPERTIES {
            for value in objects(graph, &result, name) {
                add(&copy, sh(name), value);
            }
        }
        for message in objects(graph, &result, "resultMessage") {
            if messages.contains(&message) {
                add(&copy, sh("resultMessage"), message);
            }
        }
        for path in objects(graph, &result, "resultPath") {
            let path = copied(graph, path, &mut add);
            add(&copy, sh("resultPath"), path);
        }
    }
    let hash_algorithm = CanonicalizationHashAlgorithm::Sha256;
    kept.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm });
    kept
}

/// Clones the blank nodes of a path: each place it is used in has its own.
fn copied(
    graph: &Graph,
    path: Term,
    add: &mut impl FnMut(&NamedOrBlankNode, NamedNode, Term),
) -> Term {
    let Term::BlankNode(node) = path else { return path };
    let copy = NamedOrBlankNode::from(BlankNode::default());
    for triple in graph.triples_for_subject(&node) {
        let object = copied(graph, triple.object.into_owned(), add);
        add(&copy, triple.predicate.into_owned(), object);
    }
    copy.into()
}

fn messages(graph: &Graph, report: &NamedOrBlankNode) -> Vec<Term> {
    let results = objects(graph, report, "result").into_iter().filter_map(resource);
    results.flat_map(|result| objects(graph, &result, "resultMessage")).collect()
}

fn objects(graph: &Graph, subject: &NamedOrBlankNode, name: &str) -> Vec<Term> {
    let objects = graph.objects_for_subject_predicate(subject, &sh(name));
    objects.map(TermRef::into_owned).collect()
}

fn sh(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SH}{name}"))
}

fn resource(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(blank) => Some(blank.into()),
        Term::Literal(_) => None,
    }
}

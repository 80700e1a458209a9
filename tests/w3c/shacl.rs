//! The SHACL test suite: each report is compared as a graph, by the rules of the suite itself.
//! <https://w3c.github.io/data-shapes/data-shapes-test-suite/>

use crate::Case;
use crate::manifest::{Entry, entries, parse_turtle, path_of};
use codesocial_shacl::{MemoryGraph, Shapes, validate};
use oxrdf::graph::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::vocab::rdf;
use oxrdf::{BlankNode, Graph, NamedNode, NamedOrBlankNode, Term, TermRef, Triple};
use std::collections::BTreeMap;
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

/// All approved tests, and beside them, under `proposed/`, those that nobody has approved yet and
/// no manifest lists.
pub(crate) fn cases(folder: &Path) -> Result<Vec<Case>, String> {
    let status = |name: &str| Some(Term::from(NamedNode::new_unchecked(format!("{SHT}{name}"))));
    let entries = entries(&folder.join("manifest.ttl"))?;
    let approved = entries.into_iter().filter(|entry| entry.mf("status") == status("approved"));
    let mut cases: Vec<Case> = approved.map(|entry| case(folder, "shacl", entry)).collect();
    let mut sections: BTreeMap<String, usize> = BTreeMap::new();
    for case in &cases {
        let section = case.name.rsplit_once('/').map_or("", |(section, _)| section);
        *sections.entry(section.to_owned()).or_default() += 1;
    }
    let sections: Vec<String> =
        sections.into_iter().map(|(section, count)| format!("{section} {count}")).collect();
    eprintln!("{} tests: {}", cases.len(), sections.join(", "));
    for name in PROPOSED {
        let proposed = self::entries(&folder.join(name))?;
        cases.extend(proposed.into_iter().map(|entry| case(folder, "shacl/proposed", entry)));
    }
    Ok(cases)
}

/// Files that no manifest includes.
const PROPOSED: [&str; 1] = ["sparql/component/nodeValidator-001.ttl"];

fn case(folder: &Path, suite: &str, entry: Entry) -> Case {
    let file = entry.file.strip_prefix(folder).unwrap_or(&entry.file).with_extension("");
    let name = format!("{suite}/{}", file.display());
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
    let now = "2017-07-20T00:00:00Z".parse().map_err(|error| format!("{error}"))?;
    let report = validate(&shapes, &data, now).map_err(|failure| failure.to_string())?;
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

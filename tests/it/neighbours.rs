//! Rules that look beyond one document: the write that breaks a *neighbour* is refused too. Each
//! file is a SPARQL update of a valid state, judged in process and through the server's door.

use crate::fixtures::{AROUND, BASE, SHAPES, absolute, css, head, now, read, root};
use crate::server::{Server, figures};
use codesocial_rdf::{Base, GraphKind};
use codesocial_shacl::{MemoryGraph, Report, affected, validate, validate_focus};
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use spargebra::algebra::GraphTarget;
use spargebra::term::GroundTerm;
use spargebra::{GraphUpdateOperation, SparqlParser};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The rules of which a write to another node than the one that they judge can break a clause.
const BETWEEN: [&str; 46] = [
    "R04", "R05", "R13", "R14", "R15", "R17", "R19", "R21", "R22", "R23", "R25", "R26", "R30",
    "R31", "R32", "R33", "R34", "R35", "R38", "R39", "R41", "R42", "R43", "R44", "R46", "R47",
    "R48", "R49", "R50", "R51", "R52", "R53", "R55", "R63", "R64", "R65", "R71", "R73", "R74",
    "R75", "R76", "R77", "R80", "R82", "R84", "R85",
];

struct Case {
    file: PathBuf,
    rule: String,
    focus: String,
    shape: String,
    /// A rule that only warns is told and refuses nothing.
    refuses: bool,
    state: Vec<Triple>,
    change: Change,
}

/// What an update removes and adds: triples, and whole documents.
#[derive(Default)]
struct Change {
    dropped: Vec<NamedNode>,
    removed: Vec<Quad>,
    added: Vec<Quad>,
}

fn cases() -> Vec<Case> {
    let listed = fs::read_dir(root().join("fixtures/neighbours")).expect("the folder is there");
    let mut files: Vec<PathBuf> =
        listed.map(|file| file.expect("it can be listed").path()).collect();
    files.sort_unstable();
    files.into_iter().map(case).collect()
}

fn case(file: PathBuf) -> Case {
    let text = fs::read_to_string(&file).expect("it was just listed");
    let one = |name| {
        let value = head(&text, name).next();
        value.unwrap_or_else(|| unreachable!("{}: no {name}", file.display())).to_owned()
    };
    let rule = one("rule");
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    assert!(name.starts_with(&rule), "{name} is named after its rule, {rule}");
    let state: Vec<Triple> = head(&text, "state")
        .flat_map(|state| read(&root().join("fixtures/valid").join(state), BASE))
        .collect();
    let change = change(&text, &state);
    let refuses = head(&text, "severity").next() != Some("sh:Warning");
    Case {
        focus: absolute(&one("focus")),
        shape: css(&one("shape")),
        rule,
        refuses,
        state,
        change,
        file,
    }
}

fn change(update: &str, state: &[Triple]) -> Change {
    let parser = SparqlParser::new().with_base_iri(BASE).expect("the base is an IRI");
    let update = parser.parse_update(update).unwrap_or_else(|e| unreachable!("{e}: {update}"));
    let mut change = Change::default();
    for operation in update.operations {
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                change.added.extend(data.into_iter().map(|quad| {
                    let triple = Triple::new(quad.subject, quad.predicate, quad.object);
                    triple.in_graph(named(quad.graph_name))
                }));
            }
            GraphUpdateOperation::DeleteData { data } => {
                change.removed.extend(data.into_iter().map(|quad| {
                    let object = match quad.object {
                        GroundTerm::NamedNode(iri) => Term::from(iri),
                        GroundTerm::Literal(literal) => literal.into(),
                    };
                    let triple = Triple::new(quad.subject, quad.predicate, object);
                    assert!(state.contains(&triple), "{triple} is not in the state");
                    triple.in_graph(named(quad.graph_name))
                }));
            }
            GraphUpdateOperation::Drop { graph: GraphTarget::NamedNode(document), .. } => {
                assert!(documents(state).contains_key(&document), "{document} is not there");
                change.dropped.push(document);
            }
            other => unreachable!("not an update of data: {other}"),
        }
    }
    change
}

fn named(graph: spargebra::term::GraphName) -> NamedNode {
    match graph {
        spargebra::term::GraphName::NamedNode(document) => document,
        spargebra::term::GraphName::DefaultGraph => unreachable!("data names its document"),
    }
}

/// The triples of each document.
fn documents(triples: &[Triple]) -> BTreeMap<NamedNode, Vec<Triple>> {
    let mut documents: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
    for triple in triples {
        let own = documents.entry(document_of(&triple.subject, triples)).or_default();
        own.push(triple.clone());
    }
    documents
}

fn in_documents(triples: &[Triple]) -> Vec<Quad> {
    let documents = documents(triples).into_iter();
    let own = documents.map(|(name, own)| own.into_iter().map(move |t| t.in_graph(name.clone())));
    own.flatten().collect()
}

/// The update that writes triples, each into the document of its subject.
pub(crate) fn insertion(triples: &[Triple]) -> String {
    data("INSERT", &in_documents(triples))
}

/// A blank node stands in the document of what speaks of it.
fn document_of(subject: &NamedOrBlankNode, triples: &[Triple]) -> NamedNode {
    match subject {
        NamedOrBlankNode::NamedNode(iri) => {
            let document = iri.as_str().split('#').next().unwrap_or_default();
            NamedNode::new_unchecked(document)
        }
        NamedOrBlankNode::BlankNode(_) => {
            let node = Term::from(subject.clone());
            let parent = triples.iter().find(|triple| triple.object == node);
            document_of(&parent.expect("something speaks of it").subject, triples)
        }
    }
}

/// Focus, shape and severity of each result.
fn results(report: &Report) -> BTreeSet<[String; 3]> {
    let told = report.results.iter().map(|result| {
        let severity = format!("{:?}", result.severity);
        [result.focus.to_string(), result.source_shape.to_string(), severity]
    });
    told.collect()
}

#[test]
fn what_breaks_a_neighbour_is_found_in_what_the_change_concerns() {
    let mut wrong = Vec::new();
    for case in cases() {
        let triples = case.state.iter().chain(AROUND.iter()).cloned();
        let before: MemoryGraph = triples.collect();
        let plain = |quads: &[Quad]| quads.iter().cloned().map(Triple::from).collect::<Vec<_>>();
        let mut removed = plain(&case.change.removed);
        let documents = documents(&case.state);
        removed.extend(case.change.dropped.iter().flat_map(|name| documents[name].clone()));
        let (after, changed) = before.updated(&removed, &plain(&case.change.added));
        let whole = |graph| validate(&SHAPES, graph, now()).expect("the shapes can be evaluated");
        let focus = affected(&SHAPES, &before, &after, &changed, now());
        let part = validate_focus(&SHAPES, &after, &focus, now());
        let part = results(&part.expect("the shapes can be evaluated"));
        let (past, present) = (whole(&before), whole(&after));
        let name = case.file.display();
        assert!(!past.blocks(), "{name}: {}", past.to_text(codesocial_shacl::Lang::Fr));
        let (past, present) = (results(&past), results(&present));
        assert!(part.is_subset(&present), "{name}: the part says more than the whole");
        let missed: Vec<_> =
            present.difference(&past).filter(|result| !part.contains(*result)).collect();
        assert!(missed.is_empty(), "{name}: the part misses {missed:?}");
        let severity = if case.refuses { "Violation" } else { "Warning" };
        if !part.contains(&[case.focus.clone(), case.shape.clone(), severity.to_owned()]) {
            let new: Vec<_> = present.difference(&past).collect();
            wrong.push(format!("{name}: {new:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_between_documents_has_a_neighbour_that_can_break_it() {
    let cases = cases();
    let rules: BTreeSet<&str> = cases.iter().map(|case| &*case.rule).collect();
    assert_eq!(rules.iter().copied().collect::<Vec<_>>(), BETWEEN);
    figures(&format!("neighbours: {} writes break {} rules", cases.len(), rules.len()));
}

/// The names of a case apart from those of others, as a document that is gone stays gone.
fn renamed(iri: &NamedNode, case: &str) -> NamedNode {
    let Some((container, name)) =
        iri.as_str().strip_prefix(BASE).and_then(|path| path.split_once('/'))
    else {
        return iri.clone();
    };
    NamedNode::new_unchecked(format!("{BASE}{container}/{case}-{name}"))
}

fn renamed_quad(quad: &Quad, case: &str) -> Quad {
    let mut quad = quad.clone();
    if let NamedOrBlankNode::NamedNode(subject) = &mut quad.subject {
        *subject = renamed(subject, case);
    }
    if let Term::NamedNode(object) = &mut quad.object {
        *object = renamed(object, case);
    }
    if let GraphName::NamedNode(document) = &mut quad.graph_name {
        *document = renamed(document, case);
    }
    quad
}

fn data(keyword: &str, quads: &[Quad]) -> String {
    if quads.is_empty() {
        return String::new();
    }
    let inside: Vec<String> = quads
        .iter()
        .map(|quad| format!("GRAPH {} {{ {} }}", quad.graph_name, Triple::from(quad.clone())))
        .collect();
    format!("{keyword} DATA {{ {} }} ;\n", inside.join("\n"))
}

#[test]
fn the_door_refuses_what_breaks_a_neighbour_and_nothing_changes() {
    let server = Server::empty();
    let base = Base::parse(BASE).expect("a base");
    let mut judged = 0;
    for (number, case) in cases().iter().enumerate() {
        let apart = format!("n{number}");
        let documents = documents(&case.state);
        let is_resource = |document: &NamedNode| {
            base.kind_of(document.as_ref()) == GraphKind::Resource
                && !document.as_str().contains("/users/")
        };
        // Versions are the server's own; persons wait for accounts.
        if !documents.keys().all(is_resource) {
            continue;
        }
        judged += 1;
        let of = |quads: &[Quad]| -> Vec<Quad> {
            quads.iter().map(|quad| renamed_quad(quad, &apart)).collect()
        };
        let name = case.file.display();
        let stored = server.update(&data("INSERT", &of(&in_documents(&case.state)))).send();
        assert_eq!(stored.status, 204, "{name}: {stored:?}");
        let dropped = case.change.dropped.iter().map(|name| renamed(name, &apart).to_string());
        let (removed, added) = (of(&case.change.removed), of(&case.change.added));
        let written = removed.iter().chain(&added).map(|quad| quad.graph_name.to_string());
        let touched: BTreeSet<String> = written.chain(dropped.clone()).collect();
        let content = || -> Vec<String> {
            let of = |graph| {
                format!("SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o")
            };
            touched.iter().map(|graph| server.rows(&of(graph))).collect()
        };
        let before = content();
        let dropped: String = dropped.map(|name| format!("DROP GRAPH {name} ;\n")).collect();
        let data = format!("{}{}", data("DELETE", &removed), data("INSERT", &added));
        let update = format!("{dropped}{data}");
        let answer = server.update(&update).accept("text/turtle").send();
        if case.refuses {
            assert_eq!(answer.status, 422, "{name}: {answer:?}");
            let shape = case.shape.trim_matches(['<', '>']).rsplit('#').next().unwrap_or_default();
            assert!(answer.body.contains(shape), "{name}: {answer:?}");
            assert_eq!(content(), before, "{name}");
        } else {
            assert_eq!(answer.status, 204, "{name}: {answer:?}");
        }
    }
    figures(&format!("neighbours: {judged} of them judged by the door"));
}

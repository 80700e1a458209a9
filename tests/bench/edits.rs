//! What judging one edit costs as the graph grows, on data that `commons.py` writes:
//! `cargo run --release --example edits -- SHAPES DATA…` prints a line of JSON for each file and
//! kind of edit.
//!
//! An edit is laid over the graph, as a change is over the state of a server, so that only telling
//! what it concerns and judging that is timed; look-ups are counted at the view.

use codesocial_shacl::{DateTime, FocusSet, GraphView, MemoryGraph, Shapes, TermKind, affected};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Graph, Literal, NamedNode, Term, TermRef, Triple};
use oxttl::{NTriplesParser, TurtleParser};
use serde_json::json;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::time::Instant;

const BASE: &str = "http://commons.example/";
/// Edits of each kind, of as many resources.
const ROUNDS: usize = 200;

fn main() {
    let mut files = std::env::args().skip(1);
    let shapes = files.next().expect("a file of shapes comes first");
    let shapes = TurtleParser::new().for_reader(BufReader::new(open(&shapes)));
    let shapes: Graph = shapes.map(|triple| triple.expect("Turtle")).collect();
    let shapes = Shapes::parse(&shapes).expect("the shapes are well formed");
    for file in files {
        let triples = NTriplesParser::new().for_reader(BufReader::new(open(&file)));
        let graph: MemoryGraph = triples.map(|triple| triple.expect("N-Triples")).collect();
        for (name, edit) in EDITS {
            let line = measured(&shapes, &graph, name, edit);
            writeln!(std::io::stdout(), "{line}").expect("someone reads the figures");
        }
    }
}

fn open(file: &str) -> File {
    File::open(file).unwrap_or_else(|error| unreachable!("{file}: {error}"))
}

/// The edit of the nth resource of its kind: triples to remove and to add.
type Edit = fn(usize) -> (Vec<Triple>, Vec<Triple>);

const EDITS: [(&str, Edit); 5] = [
    ("literal", literal),
    ("new resource", new_resource),
    ("query", query),
    ("leaf concept", |n| concept(n, "topics/none")),
    ("hub concept", |n| concept(n, "topics/0")),
];

/// A person's year of birth; one in some hundred persons has another and gains a second.
fn literal(n: usize) -> (Vec<Triple>, Vec<Triple>) {
    let year = |year: usize| {
        let year = Literal::new_typed_literal(year.to_string(), xsd::INTEGER);
        own(&format!("persons/{n}-2"), "birthYear", year)
    };
    (vec![year(1950 + (n + 2) % 55)], vec![year(1949)])
}

/// A person of 15 triples.
fn new_resource(n: usize) -> (Vec<Triple>, Vec<Triple>) {
    let person = format!("persons/new-{n}");
    let iri = |path: &str| NamedNode::new_unchecked(format!("{BASE}{path}"));
    let date = |date: &str| Literal::new_typed_literal(date, xsd::DATE);
    let mbox = NamedNode::new_unchecked("http://xmlns.com/foaf/0.1/mbox");
    let mail = NamedNode::new_unchecked(format!("mailto:new{n}@commons.example"));
    let mut added = vec![
        Triple::new(iri(&person), rdf::TYPE, iri("ontology#Person")),
        Triple::new(iri(&person), mbox, mail),
        own(&person, "name", Literal::new_simple_literal(format!("Nouvelle {n}"))),
        own(&person, "memberOf", iri(&format!("organizations/{n}"))),
        own(&person, "birthYear", Literal::new_typed_literal("1990", xsd::INTEGER)),
        own(&person, "language", Literal::new_simple_literal("fr")),
        own(&person, "skill", iri("topics/3")),
        own(&person, "joined", date("2024-01-01")),
        own(&person, "left", date("2026-01-01")),
    ];
    added.extend((0..6).map(|k| own(&person, "note", Literal::new_simple_literal(format!("{k}")))));
    (Vec::new(), added)
}

/// Another steward, which a query judges.
fn query(n: usize) -> (Vec<Triple>, Vec<Triple>) {
    let steward = |k: usize| {
        let person = NamedNode::new_unchecked(format!("{BASE}persons/{n}-{k}"));
        own(&format!("organizations/{n}"), "steward", person)
    };
    (vec![steward(0)], vec![steward(4)])
}

/// A further name of a concept, in a language that it has none in.
fn concept(n: usize, topic: &str) -> (Vec<Triple>, Vec<Triple>) {
    let label = Literal::new_language_tagged_literal_unchecked(format!("Name {n}"), "de");
    let property = NamedNode::new_unchecked("http://www.w3.org/2004/02/skos/core#prefLabel");
    let topic = NamedNode::new_unchecked(format!("{BASE}{topic}"));
    (Vec::new(), vec![Triple::new(topic, property, label)])
}

fn own(subject: &str, property: &str, object: impl Into<Term>) -> Triple {
    Triple::new(
        NamedNode::new_unchecked(format!("{BASE}{subject}")),
        NamedNode::new_unchecked(format!("{BASE}ontology#{property}")),
        object,
    )
}

/// The medians of all rounds, and the time that 99 in a hundred keep.
fn measured(shapes: &Shapes, graph: &MemoryGraph, name: &str, edit: Edit) -> serde_json::Value {
    let now: DateTime = "2026-11-23T00:00:00Z".parse().expect("a date and a time");
    let (mut micros, mut look_ups, mut judged) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=ROUNDS {
        let (removed, added) = edit(n % 50);
        let counter = Cell::new(0);
        let before = Edited::new(graph, &counter, &[], &[]);
        let after = Edited::new(graph, &counter, &removed, &added);
        let changed: Vec<[u32; 3]> = after.removed.iter().chain(&after.added).copied().collect();
        let began = Instant::now();
        let focus = affected(shapes, &before, &after, &changed, now);
        let report = codesocial_shacl::validate_focus(shapes, &after, &focus, now);
        micros.push(began.elapsed().as_secs_f64() * 1e6);
        report.expect("an edit is judged");
        look_ups.push(counter.get());
        judged.push(match focus {
            FocusSet::Nodes(nodes) => nodes.len(),
            FocusSet::Everything => usize::MAX,
        });
    }
    micros.sort_by(f64::total_cmp);
    look_ups.sort_unstable();
    judged.sort_unstable();
    let tenths = |micros: f64| (micros * 10.0).round() / 10.0;
    json!({
        "edit": name, "triples": graph.len(), "look_ups": look_ups[ROUNDS / 2],
        "focus_nodes": judged[ROUNDS / 2],
        "p50": tenths(micros[ROUNDS / 2]), "p99": tenths(micros[ROUNDS * 99 / 100]),
    })
}

/// A graph with an edit laid over it, which counts what is asked of it.
struct Edited<'g> {
    graph: &'g MemoryGraph,
    counter: &'g Cell<u64>,
    /// The terms that the graph does not know, after those that it does.
    terms: Vec<Term>,
    known: u32,
    removed: Vec<[u32; 3]>,
    added: Vec<[u32; 3]>,
}

impl<'g> Edited<'g> {
    fn new(
        graph: &'g MemoryGraph,
        counter: &'g Cell<u64>,
        removed: &[Triple],
        added: &[Triple],
    ) -> Self {
        let known = u32::try_from(graph.terms()).expect("a graph in memory has ids of 32 bits");
        let mut edited = Self {
            graph,
            counter,
            terms: Vec::new(),
            known,
            removed: Vec::new(),
            added: Vec::new(),
        };
        let removed: Vec<_> = removed.iter().map(|triple| edited.ids(triple)).collect();
        let added: Vec<_> = added.iter().map(|triple| edited.ids(triple)).collect();
        edited.removed = removed.into_iter().filter(|&[s, p, o]| graph.contains(s, p, o)).collect();
        edited.added = added.into_iter().filter(|&[s, p, o]| !graph.contains(s, p, o)).collect();
        edited
    }

    fn ids(&mut self, triple: &Triple) -> [u32; 3] {
        let terms =
            [triple.subject.clone().into(), triple.predicate.clone().into(), triple.object.clone()];
        terms.map(|term: Term| {
            self.find(term.as_ref()).unwrap_or_else(|| {
                self.terms.push(term);
                self.known + u32::try_from(self.terms.len() - 1).expect("an edit is small")
            })
        })
    }

    fn find(&self, term: TermRef<'_>) -> Option<u32> {
        let own = || self.terms.iter().position(|own| own.as_ref() == term);
        let own =
            || own().map(|index| self.known + u32::try_from(index).expect("an edit is small"));
        self.graph.node(term).or_else(own)
    }

    fn looked(&self) {
        self.counter.set(self.counter.get() + 1);
    }

    /// What was added at two columns, and what is left of what the graph has.
    fn laid_over<T: Copy>(
        &self,
        rows: impl Iterator<Item = T>,
        row: impl Fn(T) -> [u32; 3],
        of_added: impl Fn(&[u32; 3]) -> Option<T>,
    ) -> impl Iterator<Item = T> {
        self.looked();
        let kept = rows.filter(move |value| !self.removed.contains(&row(*value)));
        kept.chain(self.added.iter().filter_map(of_added))
    }

    fn is_known(&self, node: u32) -> bool {
        node < self.known
    }
}

impl GraphView for Edited<'_> {
    type Node = u32;

    fn node(&self, term: TermRef<'_>) -> Option<u32> {
        self.looked();
        self.find(term)
    }

    fn term(&self, node: u32) -> Term {
        if self.is_known(node) {
            self.graph.term(node)
        } else {
            self.terms[(node - self.known) as usize].clone()
        }
    }

    fn objects(&self, s: u32, p: u32) -> impl Iterator<Item = u32> {
        let added = move |row: &[u32; 3]| (row[0] == s && row[1] == p).then_some(row[2]);
        self.laid_over(self.graph.objects(s, p), move |o| [s, p, o], added)
    }

    fn subjects(&self, p: u32, o: u32) -> impl Iterator<Item = u32> {
        let added = move |row: &[u32; 3]| (row[1] == p && row[2] == o).then_some(row[0]);
        self.laid_over(self.graph.subjects(p, o), move |s| [s, p, o], added)
    }

    fn pairs(&self, p: u32) -> impl Iterator<Item = (u32, u32)> {
        let added = move |row: &[u32; 3]| (row[1] == p).then_some((row[0], row[2]));
        self.laid_over(self.graph.pairs(p), move |(s, o)| [s, p, o], added)
    }

    fn out(&self, s: u32) -> impl Iterator<Item = (u32, u32)> {
        let added = move |row: &[u32; 3]| (row[0] == s).then_some((row[1], row[2]));
        self.laid_over(self.graph.out(s), move |(p, o)| [s, p, o], added)
    }

    fn into(&self, o: u32) -> impl Iterator<Item = (u32, u32)> {
        let added = move |row: &[u32; 3]| (row[2] == o).then_some((row[0], row[1]));
        self.laid_over(GraphView::into(self.graph, o), move |(s, p)| [s, p, o], added)
    }

    fn contains(&self, s: u32, p: u32, o: u32) -> bool {
        self.looked();
        let row = [s, p, o];
        self.added.contains(&row) || self.graph.contains(s, p, o) && !self.removed.contains(&row)
    }

    fn triples(&self) -> impl Iterator<Item = [u32; 3]> {
        self.laid_over(self.graph.triples(), |row| row, |row| Some(*row))
    }

    fn read<R>(&self, node: u32, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        if self.is_known(node) {
            self.graph.read(node, judge)
        } else {
            judge(self.terms[(node - self.known) as usize].as_ref())
        }
    }

    fn kind(&self, node: u32) -> TermKind {
        self.read(node, TermKind::of)
    }
}

//! Random queries of every form, about the documents of the test and now and then about all.

use crate::Random;
use crate::world::World;
use codesocial_tests::server::BASE;

/// Questions that see everything there is, and would tell it by a number.
const WIDE: [&str; 10] = [
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
    "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g WHERE { GRAPH ?g { } }",
    "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) WHERE { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT (SUM(?v) AS ?n) (AVG(?v) AS ?m) WHERE { ?s ex:size ?v }",
    "SELECT DISTINCT ?p WHERE { ?s ?p ?o }",
    "SELECT ?v WHERE { ?s ex:size ?v } ORDER BY DESC(?v) LIMIT 3",
    "ASK { GRAPH ?g { ?s ex:knows ?o } FILTER NOT EXISTS { ?s ex:knows ?o } }",
];

const VARIABLES: [&str; 3] = ["?a", "?b", "?c"];

pub(crate) fn question(world: &World<'_>, random: &mut Random) -> String {
    let mut asker = Asker { paths: world.paths(), random };
    let (head, body) = match asker.random.below(12) {
        0 => return without_prefixes(asker.random.pick::<&str>(&WIDE)),
        1 => ("ASK".to_owned(), asker.group(2)),
        2 => ("CONSTRUCT { ?a ex:of ?b . ?b ex:of ?v }".to_owned(), asker.group(2)),
        3 => (format!("DESCRIBE {}", asker.document()), String::new()),
        4 => ("DESCRIBE ?a".to_owned(), asker.group(1)),
        5 => ("SELECT (COUNT(*) AS ?n)".to_owned(), asker.group(2)),
        6 => {
            let body = asker.group(2) + " GROUP BY ?a";
            ("SELECT ?a (COUNT(?b) AS ?n) (SUM(?v) AS ?m)".to_owned(), body)
        }
        7 => ("SELECT DISTINCT ?a ?b".to_owned(), asker.group(2)),
        8 => {
            let body = asker.group(1) + " ORDER BY ?v LIMIT 4";
            ("SELECT DISTINCT ?v".to_owned(), body)
        }
        _ => ("SELECT *".to_owned(), asker.group(2)),
    };
    let dataset = asker.dataset();
    let between = if body.is_empty() || head == "ASK" { "" } else { "WHERE" };
    without_prefixes(&format!("{head} {dataset} {between} {body}"))
}

/// The form of a query stands first, as who compares answers looks for it there: there is no
/// prologue.
fn without_prefixes(query: &str) -> String {
    let names = [
        ("ex:knows", "<https://example.org/knows>"),
        ("ex:size", "<https://example.org/size>"),
        ("ex:label", "<https://example.org/label>"),
        ("ex:of", "<https://example.org/of>"),
        ("ldp:contains", "<http://www.w3.org/ns/ldp#contains>"),
    ];
    names.into_iter().fold(query.to_owned(), |query, (name, iri)| query.replace(name, iri))
}

struct Asker<'a, 'w> {
    paths: Vec<&'w str>,
    random: &'a mut Random,
}

impl Asker<'_, '_> {
    fn document(&mut self) -> String {
        format!("<{BASE}{}>", self.random.pick(&self.paths))
    }

    fn graph(&mut self) -> String {
        let end = *self.random.pick(&["", "", "", ".meta", ".acl"]);
        format!("<{BASE}{}{end}>", self.random.pick(&self.paths))
    }

    fn node(&mut self) -> String {
        match self.random.percent(20) {
            true => self.document(),
            false => (*self.random.pick(&VARIABLES)).to_owned(),
        }
    }

    fn dataset(&mut self) -> String {
        let clauses = match self.random.below(10) {
            0 => self.random.below(4) + 1,
            _ => 0,
        };
        let clause = |_| {
            let named = if self.random.percent(50) { "NAMED" } else { "" };
            format!("FROM {named} {} ", self.graph())
        };
        (0..clauses).map(clause).collect()
    }

    fn triple(&mut self) -> String {
        let (from, to) = (self.node(), self.node());
        match self.random.below(12) {
            0..=4 => format!("{from} ex:knows {to} . "),
            5 => format!("{from} ex:size ?v . "),
            6 => format!("{from} ex:label ?v . "),
            7 => format!("{from} ldp:contains {to} . "),
            8 => format!("{from} ex:knows+ {to} . "),
            9 => format!("{from} (ex:knows|^ex:knows)/ex:knows? {to} . "),
            10 => format!("{} (ex:knows|ldp:contains)* {to} . ", self.document()),
            _ => format!("{} ?p {to} . ", self.document()),
        }
    }

    /// A group of a triple or two, with parts of all sorts so many deep.
    fn group(&mut self, depth: usize) -> String {
        let mut inside = self.triple();
        if self.random.percent(50) {
            inside += &self.triple();
        }
        if depth > 0 {
            for _ in 0..self.random.below(3) {
                inside += &self.part(depth - 1);
            }
        }
        format!("{{ {inside}}} ")
    }

    fn part(&mut self, depth: usize) -> String {
        let group = self.group(depth);
        match self.random.below(10) {
            0 => format!("OPTIONAL {group}"),
            1 => format!("MINUS {group}"),
            2 => format!("FILTER EXISTS {group}"),
            3 => format!("FILTER NOT EXISTS {group}"),
            4 => format!("GRAPH ?g {group}"),
            5 => format!("GRAPH {} {group}", self.graph()),
            6 => format!("{group} UNION {}", self.group(depth)),
            7 => format!("FILTER EXISTS {{ GRAPH ?g {group} }} "),
            8 => format!("{{ SELECT ?a (COUNT(*) AS ?k) WHERE {group} GROUP BY ?a }} "),
            _ => format!("VALUES ?b {{ {} {} }} ", self.document(), self.document()),
        }
    }
}

//! What an agent may read of all that an administrator sees, by the model of the documents.

use crate::answers;
use crate::world::{Agent, World};
use codesocial_rdf::Base;
use codesocial_rdf::vocab::ldp;
use codesocial_tests::http::Request;
use codesocial_tests::server::{BASE, Server};
use oxrdf::{Dataset, GraphName, NamedNode, Quad, Term};
use std::collections::BTreeSet;

/// Everything but what nobody ever sees, graph by graph.
const EVERYTHING: &str = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }";

/// Somebody who asks.
pub(crate) struct Reader {
    pub(crate) agent: Agent,
    token: Option<String>,
    /// The graphs that they read before there was any document of the test.
    before: BTreeSet<String>,
}

pub(crate) fn everything(server: &Server) -> Vec<Quad> {
    quads(server.query(EVERYTHING).admin())
}

fn quads(request: Request) -> Vec<Quad> {
    let rows = answers::rows(request).expect("an answer of any size");
    let quad = |row: answers::Row| {
        let part = |name: &str| row[name].clone();
        let (Term::NamedNode(graph), Term::NamedNode(property)) = (part("g"), part("p")) else {
            unreachable!("graphs and properties have IRIs")
        };
        match part("s") {
            Term::NamedNode(subject) => Quad::new(subject, property, part("o"), graph),
            Term::BlankNode(subject) => Quad::new(subject, property, part("o"), graph),
            Term::Literal(_) => unreachable!("a subject is no literal"),
        }
    };
    rows.into_iter().map(quad).collect()
}

impl Reader {
    pub(crate) fn all(server: &Server, world: &World<'_>) -> Vec<Self> {
        let [alice, bob] = &world.people;
        let agents = [
            (Agent::Anonymous, None),
            (Agent::Person(0), Some(alice.token.clone())),
            (Agent::Person(1), Some(bob.token.clone())),
            (Agent::Administrator, Some(codesocial_tests::http::TOKEN.to_owned())),
        ];
        let reader = |(agent, token)| {
            let mut reader = Self { agent, token, before: BTreeSet::new() };
            let told = quads(reader.asks(server, EVERYTHING));
            reader.before = told.iter().map(|quad| graph(quad).as_str().to_owned()).collect();
            reader
        };
        agents.into_iter().map(reader).collect()
    }

    pub(crate) fn name(&self) -> &'static str {
        match self.agent {
            Agent::Anonymous => "nobody known",
            Agent::Person(0) => "Alice",
            Agent::Person(_) => "Bob",
            Agent::Administrator => "an administrator",
        }
    }

    pub(crate) fn asks(&self, server: &Server, query: &str) -> Request {
        let request = server.query(query);
        match &self.token {
            Some(token) => request.bearer(token),
            None => request,
        }
    }

    /// What they may read: graph by graph, and merged as the default graph is.
    pub(crate) fn sees(&self, world: &World<'_>, everything: &[Quad]) -> Dataset {
        let base = Base::parse(BASE).expect("a base");
        let mut seen = Dataset::new();
        for quad in everything.iter().filter(|quad| self.may_read(world, quad)) {
            seen.insert(quad);
            if base.kind(quad.graph_name.as_ref()).in_default_graph() {
                let merged = Quad { graph_name: GraphName::DefaultGraph, ..quad.clone() };
                seen.insert(&merged);
            }
        }
        seen
    }

    fn may_read(&self, world: &World<'_>, quad: &Quad) -> bool {
        if self.agent == Agent::Administrator {
            return true;
        }
        let graph = graph(quad).as_str();
        let readable = match graph.strip_prefix(BASE) {
            Some(path) if path.ends_with(".acl") => false,
            Some(path) => {
                let document = path.strip_suffix(".meta").unwrap_or(path);
                match world.holds(document) {
                    true => world.may_read(self.agent, document),
                    false => self.before.contains(graph),
                }
            }
            None => self.before.contains(graph),
        };
        readable && self.may_see_listed(world, quad)
    }

    /// A container lists only what its reader may read.
    fn may_see_listed(&self, world: &World<'_>, quad: &Quad) -> bool {
        let Term::NamedNode(member) = &quad.object else { return true };
        match member.as_str().strip_prefix(BASE) {
            Some(path) if quad.predicate == ldp::CONTAINS => match world.holds(path) {
                true => world.may_read(self.agent, path),
                false => self.before.contains(&format!("{}.meta", member.as_str())),
            },
            _ => true,
        }
    }
}

fn graph(quad: &Quad) -> &NamedNode {
    match &quad.graph_name {
        GraphName::NamedNode(name) => name,
        other => unreachable!("a graph with an IRI, not {other}"),
    }
}

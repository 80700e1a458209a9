//! Loading many documents at once: fixture sets and imports. What exists is never overwritten, but
//! by a later chapter of a set, and what was deleted never comes back.

use crate::Request;
use crate::body::{Body, check_changes};
use crate::derive::{Said, with_derived};
use codesocial_rdf::vocab::system;
use codesocial_rdf::{Base, Changeset, GraphKind, skolem};
use codesocial_store::{
    About, AccessMode, AclText, Agent, Command, CommandKind, Grantee, Proposal, Random, Rejection,
    State, administrators,
};
use oxrdf::{
    BlankNode, GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Where exports are described, which are no documents.
const EXPORTS: &str = "export/";

/// Triples of a dataset, each with the document that it belongs to.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    by_document: BTreeMap<String, Vec<Triple>>,
}

/// Why a dataset cannot be split into documents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    #[error("{0} lies outside of this instance")]
    Outside(String),
    #[error("a blank node belongs to no document: nothing refers to it")]
    Orphan,
    #[error("{0} is no document: only the server writes there")]
    ServerGraph(String),
    #[error("the graph {graph} speaks of {subject}, which is another document")]
    ForeignSubject { graph: String, subject: String },
}

impl Documents {
    /// Splits quads: those of a named graph belong to it, those of the default graph to the
    /// document of their subject, and blank nodes to what refers to them. What an export says of
    /// itself is left out.
    pub fn split(quads: Vec<Quad>, base: &Base) -> Result<Self, DatasetError> {
        let owners = blank_owners(&quads);
        let mut documents = Self::default();
        for quad in quads {
            let document = match (&quad.graph_name, &quad.subject) {
                (GraphName::NamedNode(graph), _) => graph.as_str().to_owned(),
                (_, NamedOrBlankNode::NamedNode(subject)) => document_of(subject.as_str()),
                (_, NamedOrBlankNode::BlankNode(node)) => {
                    owners.get(node).cloned().ok_or(DatasetError::Orphan)?
                }
            };
            if !base.contains(&document) {
                return Err(DatasetError::Outside(document));
            }
            if base.path_of(&document).is_some_and(|path| path.starts_with(EXPORTS)) {
                continue;
            }
            let kind = base.kind_of(NamedNodeRef::new_unchecked(&document));
            if !kind.is_document() {
                return Err(DatasetError::ServerGraph(document));
            }
            if let NamedOrBlankNode::NamedNode(subject) = &quad.subject
                && document_of(subject.as_str()) != document
            {
                let subject = subject.as_str().to_owned();
                return Err(DatasetError::ForeignSubject { graph: document, subject });
            }
            documents.by_document.entry(document).or_default().push(Triple::from(quad));
        }
        Ok(documents)
    }

    /// Joins another dataset to this one.
    pub fn extend(&mut self, other: Self) {
        for (document, triples) in other.by_document {
            self.by_document.entry(document).or_default().extend(triples);
        }
    }

    /// The addresses of the documents.
    pub fn names(&self) -> impl Iterator<Item = NamedNode> {
        self.by_document.keys().map(NamedNode::new_unchecked)
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.by_document.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_document.is_empty()
    }

    /// Takes out the documents for which that is true.
    pub fn take(&mut self, is_taken: impl Fn(&str) -> bool) -> Self {
        let all = std::mem::take(&mut self.by_document);
        let (taken, left) = all.into_iter().partition(|(document, _)| is_taken(document));
        self.by_document = left;
        Self { by_document: taken }
    }

    /// Gives every blank node its name, so that what the door says of one can be told of its
    /// document.
    pub fn skolemise(&mut self, random: &mut Random) {
        for (document, triples) in &mut self.by_document {
            skolem::skolemise(triples, document, HashMap::new(), || random.bits());
        }
    }

    /// The document that a term names or is a part of, if it is one of these.
    pub fn of(&self, term: &Term) -> Option<&str> {
        let document = match term {
            Term::NamedNode(node) => document_of(node.as_str()),
            Term::BlankNode(node) => self.by_blank_node(node)?,
            Term::Literal(_) => return None,
        };
        self.by_document.get_key_value(&document).map(|(document, _)| document.as_str())
    }

    fn by_blank_node(&self, node: &BlankNode) -> Option<String> {
        let subjects = self.by_document.values().flatten().filter_map(|t| match &t.subject {
            NamedOrBlankNode::NamedNode(subject) => Some(subject),
            NamedOrBlankNode::BlankNode(_) => None,
        });
        let mut named = subjects.filter(|s| skolem::blank(s.as_ref()).as_ref() == Some(node));
        named.next().map(|subject| document_of(subject.as_str()))
    }

    /// Each document alone.
    pub fn each(&self) -> impl Iterator<Item = (&str, Self)> {
        self.by_document.iter().map(|(document, triples)| {
            let alone = BTreeMap::from([(document.clone(), triples.clone())]);
            (document.as_str(), Self { by_document: alone })
        })
    }
}

/// Whether a load leaves the document alone: it is there, or was deleted.
pub fn is_present(state: &State, document: &str) -> bool {
    let name = NamedNodeRef::new_unchecked(document);
    state.exists(name) || state.is_tombstoned(name)
}

fn document_of(iri: &str) -> String {
    iri.split_once('#').map_or(iri, |(document, _)| document).to_owned()
}

/// The document of each blank node: that of the first named node from which it is reached.
fn blank_owners(quads: &[Quad]) -> HashMap<BlankNode, String> {
    let mut owners: HashMap<BlankNode, String> = HashMap::new();
    loop {
        let mut found = false;
        for quad in quads {
            let Term::BlankNode(object) = &quad.object else { continue };
            let owner = match &quad.subject {
                NamedOrBlankNode::NamedNode(subject) => Some(document_of(subject.as_str())),
                NamedOrBlankNode::BlankNode(subject) => owners.get(subject).cloned(),
            };
            if let Some(owner) = owner.filter(|_| !owners.contains_key(object)) {
                owners.insert(object.clone(), owner);
                found = true;
            }
        }
        if !found {
            return owners;
        }
    }
}

/// The command that adds the documents that are absent. With the name and digest of a set, the
/// journal remembers that it was loaded.
pub fn load(
    request: Request<'_>,
    kind: CommandKind,
    documents: impl Into<Arc<Documents>>,
    set: Option<(String, String)>,
) -> Command {
    let documents = documents.into();
    request.command(
        kind,
        None,
        Box::new(move |state, random| {
            let mut client = Changeset::default();
            for (document, triples) in &documents.by_document {
                if !is_present(state, document) {
                    client.added.extend(absent(document, triples, random));
                }
            }
            proposal(state, client, set.as_ref())
        }),
    )
}

/// The command that makes documents what a later chapter of a set says. What was deleted meanwhile
/// stays so.
pub fn revise(request: Request<'_>, documents: Documents, set: (String, String)) -> Command {
    request.command(
        CommandKind::Load,
        None,
        Box::new(move |state, random| {
            let mut client = Changeset::default();
            for (document, triples) in &documents.by_document {
                let name = NamedNode::new_unchecked(document);
                if state.exists(name.as_ref()) {
                    let body = Body::check(state, &name, triples, None, random)?;
                    let change = body.difference(state, &name);
                    client.removed.extend(change.removed);
                    client.added.extend(change.added);
                } else if !is_present(state, document) {
                    client.added.extend(absent(document, triples, random));
                }
            }
            proposal(state, client, Some(&set))
        }),
    )
}

/// A set is a publication: everyone reads what it holds, also where a container opens nothing by
/// itself.
fn published(state: &State, client: &Changeset) -> Vec<Quad> {
    let is_open = |document: &NamedNode| {
        let kind = state.base().kind_of(document.as_ref());
        kind == GraphKind::Private
            || state.permits(&Agent::Anonymous, document.as_ref(), AccessMode::Read).is_ok()
    };
    let documents: BTreeSet<NamedNode> = client
        .added
        .iter()
        .filter_map(|quad| match &quad.graph_name {
            GraphName::NamedNode(name) => Some(name.clone()),
            GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
        })
        .filter(|document| !state.exists(document.as_ref()) && !is_open(document))
        .collect();
    let administrators = administrators(state.base());
    let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
    let texts = documents.into_iter().map(|document| {
        let administrators = Grantee::Agent(administrators.as_ref());
        AclText::of(document)
            .grant("administrators", administrators, About::Itself, &all)
            .grant("everyone", Grantee::Everyone, About::Itself, &[AccessMode::Read])
            .quads()
    });
    texts.flatten().collect()
}

/// The content of a document that is not there yet.
fn absent(document: &str, triples: &[Triple], random: &mut Random) -> impl Iterator<Item = Quad> {
    let name = NamedNode::new_unchecked(document);
    let mut triples = triples.to_vec();
    skolem::skolemise(&mut triples, document, HashMap::new(), || random.bits());
    triples.into_iter().map(move |triple| triple.in_graph(name.clone()))
}

fn proposal(
    state: &State,
    client: Changeset,
    set: Option<&(String, String)>,
) -> Result<Proposal, Rejection> {
    check_changes(state, &client)?;
    let client = with_derived(state, client, Said::Whole);
    let mut server = Changeset::default();
    if let Some((set, digest)) = set {
        server.added = published(state, &client);
        let (name, graph) = (set_name(state, set), state.base().resolve("system/sets"));
        let digest = Literal::new_simple_literal(digest);
        let known = state
            .graph(graph.as_ref().into())
            .filter(|triple| triple.subject == name.clone().into());
        server.removed = known.map(|triple| triple.in_graph(graph.clone())).collect();
        server.added.push(Quad::new(name, system::DIGEST, digest, graph));
    }
    Ok(Proposal { client, server, ..Proposal::default() })
}

/// Whether a set with that digest was loaded already.
pub fn is_loaded(state: &State, set: &str, digest: &str) -> bool {
    let graph = state.base().resolve("system/sets");
    let digest = Literal::new_simple_literal(digest);
    state.contains(Quad::new(set_name(state, set), system::DIGEST, digest, graph).as_ref())
}

/// Whether a set was loaded, as it is now or as it was in another release.
pub fn was_loaded(state: &State, set: &str) -> bool {
    let graph = state.base().resolve("system/sets");
    let name = set_name(state, set).into();
    state.graph(graph.as_ref().into()).any(|triple| triple.subject == name)
}

fn set_name(state: &State, set: &str) -> NamedNode {
    state.base().resolve(&format!("system/sets/{set}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};

    #[track_caller]
    fn check(trig: &str, expected: &Result<usize, &str>) {
        let base = Base::parse("http://x/").expect("a base");
        let quads = parse::quads(trig.as_bytes(), RdfSyntax::TriG, "http://x/").expect("TriG");
        let split = Documents::split(quads, &base).map(|documents| documents.len());
        let told = split.map_err(|error| error.to_string());
        assert_eq!(told.as_ref().copied().map_err(String::as_str), *expected, "{trig}");
    }

    #[test]
    fn triples_belong_to_the_document_of_their_subject() {
        check("<a/b> <p:p> [ <p:q> [] ] . <a/b#c> <p:p> 1 . <a/d> <p:p> 1 .", &Ok(2));
        check("<a/b> { <a/b#c> <p:p> 1 }", &Ok(1));
    }

    #[test]
    fn what_is_no_document_of_this_instance_is_refused() {
        check("<urn:x> <p:p> 1 .", &Err("urn:x lies outside of this instance"));
        check("[] <p:p> 1 .", &Err("a blank node belongs to no document: nothing refers to it"));
        for graph in ["a.meta", "a.acl", "system/x", "ns", "shapes/x", "scheme/x"] {
            let told = format!("http://x/{graph} is no document: only the server writes there");
            check(&format!("<{graph}> {{ <{graph}> <p:p> 1 }}"), &Err(&told));
        }
        let told = "the graph http://x/a speaks of http://x/b, which is another document";
        check("<a> { <b> <p:p> 1 }", &Err(told));
    }
}

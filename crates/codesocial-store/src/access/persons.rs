//! Where something may be said of persons: at their WebIDs and below, and nowhere else in the
//! registry. For what administrators keep beside it, in graphs that are no documents, they answer.
//!
//! Invariant: a profile comes with its access document, which the server makes with the account.
//! Nobody else makes one, and what access documents say of it decides who changes it.

use super::document_of;
use crate::{Rejection, State};
use codesocial_rdf::vocab::{as2, foaf, pair, rdf, schema, vf};
use codesocial_rdf::{Base, Changeset, GraphKind};
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Quad, Term};

/// Whether what is written of persons is said where they are at home.
pub(super) fn check(
    state: &State,
    written: &Changeset,
    server: &Changeset,
) -> Result<(), Rejection> {
    let is_at_home = |quad: &Quad| match profile_of(state.base(), &quad.graph_name) {
        Some(profile) => state.exists(profile.as_ref()) || is_opened(&profile, server),
        None if is_beside(state.base(), &quad.graph_name) => true,
        None => !is_person(quad),
    };
    if written.removed.iter().chain(&written.added).all(is_at_home) {
        Ok(())
    } else {
        Err(Rejection::PersonsClosed)
    }
}

/// Whether a graph is none of the registry's: only administrators write there.
fn is_beside(base: &Base, graph: &GraphName) -> bool {
    matches!(base.kind(graph.as_ref()), GraphKind::Default | GraphKind::Foreign)
}

/// The profile at or below whose address a graph lies.
fn profile_of(base: &Base, graph: &GraphName) -> Option<NamedNode> {
    let GraphName::NamedNode(name) = graph else { return None };
    let rest = base.path_of(name.as_str())?.strip_prefix("users/")?;
    let id = rest.split(['/', '.', '#']).next().unwrap_or(rest);
    Some(base.resolve(&format!("users/{id}")))
}

/// Whether the server itself says who may do what with the profile.
fn is_opened(profile: &NamedNode, server: &Changeset) -> bool {
    let acl = GraphName::from(document_of(profile.as_ref()));
    server.added.iter().any(|quad| quad.graph_name == acl)
}

fn is_person(quad: &Quad) -> bool {
    const CLASSES: [NamedNodeRef<'_>; 5] =
        [pair::PERSON, foaf::PERSON, vf::PERSON, as2::PERSON, schema::PERSON];
    quad.predicate == rdf::TYPE
        && matches!(&quad.object, Term::NamedNode(class) if CLASSES.contains(&class.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};

    const PERSON: &str = "<a:s> a <http://virtual-assembly.org/ontologies/pair#Person> .";

    fn quads(triples: &str, graph: &str) -> Vec<Quad> {
        let base = Base::parse("http://x/").expect("a base");
        let triples = parse::triples(triples.as_bytes(), RdfSyntax::Turtle, "http://x/");
        let graph = base.resolve(graph);
        triples.expect("Turtle").into_iter().map(|t| t.in_graph(graph.clone())).collect()
    }

    #[track_caller]
    fn outcome(client: Vec<Quad>, server: Vec<Quad>) -> String {
        let added = |added| Changeset { removed: Vec::new(), added };
        let state = State::empty(Base::parse("http://x/").expect("a base"));
        check(&state, &added(client), &added(server))
            .map_or_else(|r| format!("{r:?}"), |()| "allowed".to_owned())
    }

    #[test]
    fn a_person_is_described_at_their_own_address_alone() {
        for (triples, graph, expected) in [
            (PERSON, "organizations/a", "PersonsClosed"),
            (PERSON, "sandbox/a", "PersonsClosed"),
            (PERSON, "graphs/a", "allowed"),
            ("<a:s> <a:p> <a:o> .", "organizations/a", "allowed"),
            ("<a:s> <a:p> <a:o> .", "users", "allowed"),
            ("<a:s> <a:p> <a:o> .", "users/abc", "PersonsClosed"),
            ("<a:s> <a:p> <a:o> .", "users/abc/private/address", "PersonsClosed"),
            ("<a:s> <a:p> <a:o> .", "users/abc.acl", "PersonsClosed"),
        ] {
            assert_eq!(outcome(quads(triples, graph), Vec::new()), expected, "{triples} {graph}");
        }
    }

    #[test]
    fn a_profile_is_made_with_its_access_document() {
        let acl = |graph: &str| quads("<a:s> <a:p> <a:o> .", graph);
        assert_eq!(outcome(quads(PERSON, "users/abc"), acl("users/abc.acl")), "allowed");
        assert_eq!(outcome(quads(PERSON, "users/abd"), acl("users/abc.acl")), "PersonsClosed");
    }
}

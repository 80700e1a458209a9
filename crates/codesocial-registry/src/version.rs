//! Versions: a description frozen as it was published, with the digest that proves it.
//!
//! Invariant: a version's graph is written once, with its digest, and never again: it is a graph
//! that no client may write. The snapshot is that graph in canonical form, so that anyone can
//! compute the digest of what they downloaded.

use crate::adoption::VERSIONS;
use crate::description::{Description, current_version, document_of};
use crate::facts::{nodes, values};
use crate::numbering::{FIRST, Number};
use codesocial_ldp::Request;
use codesocial_rdf::canonical::{self, TooSymmetric};
use codesocial_rdf::vocab::{cs, dct, prov, rdf, xsd};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection, State, hex};
use jiff::Timestamp;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Quad, Term, Triple};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};

/// What stands after a version's address to name its snapshot.
const SNAPSHOT: &str = ".nq";

/// Those documents that are published descriptions without a version.
pub fn unversioned(state: &State, documents: Vec<NamedNode>) -> Vec<NamedNode> {
    let is_unversioned = |document: &NamedNode| {
        Description::read(state, document.as_ref()).is_some_and(|read| read.is_published)
            && current(state, document).is_none()
    };
    documents.into_iter().filter(is_unversioned).collect()
}

/// The descriptions that documents are, or whose intentions they are.
pub fn described_by(state: &State, documents: Vec<NamedNode>) -> BTreeSet<NamedNode> {
    let of = |document: NamedNode| {
        let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
        let sections = nodes(&said, document.as_ref(), cs::EXPRESSED_IN);
        let mut found: Vec<NamedNode> = sections.map(|s| document_of(s.as_ref())).collect();
        found.push(document);
        found
    };
    let mut found: BTreeSet<NamedNode> = documents.into_iter().flat_map(of).collect();
    found.retain(|document| Description::read(state, document.as_ref()).is_some());
    found
}

/// The number of the version in force and its address.
fn current(state: &State, document: &NamedNode) -> Option<(Number, NamedNode)> {
    let version = current_version(state, document)?;
    let meta = State::meta(version.as_ref());
    let said: Vec<Triple> = state.graph(meta.as_ref().into()).collect();
    let order = values(&said, version.as_ref(), cs::VERSION_ORDER).find_map(|order| match order {
        Term::Literal(order) => order.value().parse().ok(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    });
    Some((Number::of_order(order?), version))
}

/// The command that publishes the next version of a description whose status is published: the
/// first, or one that differs from the last. Of any other document it changes nothing.
pub fn publish(request: Request<'_>, document: NamedNode) -> Command {
    let now = request.now;
    let target = Some((document.clone(), AccessMode::Write));
    let propose = move |state: &State, _: &mut _| {
        let Some(description) = Description::read(state, document.as_ref()) else {
            return Ok(Proposal::default());
        };
        let content = closure(state, &description);
        let last = current(state, &document);
        let next = match &last {
            None => Some(FIRST),
            Some((number, version)) => {
                number.after(&state.graph(version.as_ref().into()).collect(), &content)
            }
        };
        let Some(number) = next.filter(|_| description.is_published) else {
            return Ok(Proposal::default());
        };
        let version = NamedNode::new_unchecked(format!("{}{VERSIONS}{number}", document.as_str()));
        let canonical = canonical::n_quads(content.iter().cloned())
            .map_err(|error| no_canonical_form(&document, error))?;
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let meta = State::meta(document.as_ref());
        let link = |property: NamedNodeRef<'_>, version: &NamedNode| {
            Quad::new(document.clone(), property, version.clone(), meta.clone())
        };
        let mut server = Changeset::default();
        server.added.extend(content.into_iter().map(|triple| triple.in_graph(version.clone())));
        server.added.extend(said_of_version(&version, &document, number, &digest, now));
        server.added.push(link(cs::HAS_VERSION, &version));
        server.added.push(link(cs::CURRENT_VERSION, &version));
        if let Some((_, last)) = last {
            let of_version = State::meta(version.as_ref());
            let revises =
                Quad::new(version.clone(), prov::WAS_REVISION_OF, last.clone(), of_version);
            server.added.push(revises);
            server.removed.push(link(cs::CURRENT_VERSION, &last));
        }
        Ok(Proposal { server, location: Some(version), ..Proposal::default() })
    };
    request.command(CommandKind::Publish, target, Box::new(propose))
}

/// What is frozen: the description with its sections and statements, and its intentions.
fn closure(state: &State, description: &Description) -> HashSet<Triple> {
    let intentions = description.intentions.iter();
    let expressed = intentions.flat_map(|intention| state.graph(intention.as_ref().into()));
    description.triples.iter().cloned().chain(expressed).collect()
}

fn said_of_version(
    version: &NamedNode,
    document: &NamedNode,
    number: Number,
    digest: &str,
    now: Timestamp,
) -> Vec<Quad> {
    let snapshot = NamedNode::new_unchecked(format!("{}{SNAPSHOT}", version.as_str()));
    let created = Literal::new_typed_literal(format!("{now:.6}"), xsd::DATE_TIME);
    let said: [(NamedNodeRef<'_>, Term); 8] = [
        (rdf::TYPE, cs::CODE_SOCIAL_VERSION.into()),
        (rdf::TYPE, prov::ENTITY.into()),
        (cs::VERSION_OF, document.clone().into()),
        (cs::VERSION_NUMBER, Literal::new_simple_literal(number.to_string()).into()),
        (cs::VERSION_ORDER, Literal::from(number.order()).into()),
        (cs::DIGEST, Literal::new_simple_literal(digest).into()),
        (cs::SNAPSHOT, snapshot.into()),
        (dct::CREATED, created.into()),
    ];
    let meta = State::meta(version.as_ref());
    said.into_iter()
        .map(|(property, value)| Quad::new(version.clone(), property, value, meta.clone()))
        .collect()
}

fn no_canonical_form(document: &NamedNode, error: TooSymmetric) -> Rejection {
    Rejection::NoCanonicalForm { document: document.clone(), alike: error.0 }
}

/// The snapshot of that address, as canonical N-Quads: the bytes that the digest is of.
pub fn snapshot(state: &State, address: NamedNodeRef<'_>) -> Option<String> {
    let version = address.as_str().strip_suffix(SNAPSHOT)?;
    let version = NamedNodeRef::new_unchecked(version);
    let is_version = state.base().kind_of(version) == GraphKind::Version && state.exists(version);
    // What was published had a canonical form.
    is_version.then(|| canonical::n_quads(state.graph(version.into())).ok())?
}

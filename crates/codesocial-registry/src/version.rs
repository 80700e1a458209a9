//! Versions: a description frozen as it was published, with the digest that proves it.
//!
//! Invariant: a version's graph is written once, with its digest, and never again: it is a graph
//! that no client may write. The snapshot is that graph in canonical form, so that anyone can
//! compute the digest of what they downloaded.

use crate::description::Description;
use codesocial_ldp::Request;
use codesocial_rdf::canonical::{self, TooSymmetric};
use codesocial_rdf::vocab::{cs, dct, prov, rdf, xsd};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection, State, hex};
use jiff::Timestamp;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Quad, Term, Triple};
use sha2::{Digest as _, Sha256};

/// What stands after a version's address to name its snapshot.
const SNAPSHOT: &str = ".nq";
/// The first version of any text.
const FIRST: (&str, i64) = ("1.0.0", 1_000_000);

/// Those documents that are published descriptions without a version.
pub fn unversioned(state: &State, documents: Vec<NamedNode>) -> Vec<NamedNode> {
    let is_unversioned = |document: &NamedNode| {
        Description::read(state, document.as_ref()).is_some_and(|read| read.is_published)
            && !state.exists(version(document, FIRST.0).as_ref())
    };
    documents.into_iter().filter(is_unversioned).collect()
}

fn version(document: &NamedNode, number: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}/versions/{number}", document.as_str()))
}

/// The command that publishes version 1.0.0 of a description whose status is published and which
/// has no version yet. Of any other document it changes nothing.
pub fn first_version(request: Request<'_>, document: NamedNode) -> Command {
    let now = request.now;
    let target = Some((document.clone(), AccessMode::Write));
    let propose = move |state: &State, _: &mut _| {
        let Some(description) = Description::read(state, document.as_ref()) else {
            return Ok(Proposal::default());
        };
        let (number, order) = FIRST;
        let version = version(&document, number);
        if !description.is_published || state.exists(version.as_ref()) {
            return Ok(Proposal::default());
        }
        let content = closure(state, &description);
        let canonical = canonical::n_quads(content.iter().cloned())
            .map_err(|error| no_canonical_form(&document, error))?;
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let mut server = Changeset::default();
        server.added.extend(content.into_iter().map(|triple| triple.in_graph(version.clone())));
        server.added.extend(said_of_version(&version, &document, (number, order), &digest, now));
        let meta = State::meta(document.as_ref());
        for property in [cs::HAS_VERSION, cs::CURRENT_VERSION] {
            server.added.push(Quad::new(document.clone(), property, version.clone(), meta.clone()));
        }
        Ok(Proposal { server, location: Some(version), ..Proposal::default() })
    };
    request.command(CommandKind::Publish, target, Box::new(propose))
}

/// What is frozen: the description with its sections and statements, and its intentions.
fn closure(state: &State, description: &Description) -> Vec<Triple> {
    let intentions = description.intentions.iter();
    let expressed = intentions.flat_map(|intention| state.graph(intention.as_ref().into()));
    description.triples.iter().cloned().chain(expressed).collect()
}

fn said_of_version(
    version: &NamedNode,
    document: &NamedNode,
    (number, order): (&str, i64),
    digest: &str,
    now: Timestamp,
) -> Vec<Quad> {
    let snapshot = NamedNode::new_unchecked(format!("{}{SNAPSHOT}", version.as_str()));
    let created = Literal::new_typed_literal(format!("{now:.6}"), xsd::DATE_TIME);
    let said: [(NamedNodeRef<'_>, Term); 8] = [
        (rdf::TYPE, cs::CODE_SOCIAL_VERSION.into()),
        (rdf::TYPE, prov::ENTITY.into()),
        (cs::VERSION_OF, document.clone().into()),
        (cs::VERSION_NUMBER, Literal::new_simple_literal(number).into()),
        (cs::VERSION_ORDER, Literal::from(order).into()),
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

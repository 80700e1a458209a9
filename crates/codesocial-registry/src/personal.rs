//! What an instance holds of a person, and how it is forgotten: what is theirs alone is erased, and
//! elsewhere somebody without a name stands for them.
//!
//! Invariant: after an erasure no document of the instance names the person, but versions that are
//! sealed.

use codesocial_graph::Pattern;
use codesocial_ldp::Request;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{acl, dct, pair, rdf, vcard};
use codesocial_store::{
    About, AccessMode, AclText, Command, CommandKind, Grantee, Proposal, State, acl_of,
    administrators,
};
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term};
use std::collections::BTreeSet;

/// What an instance holds of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// The documents that are theirs alone: their profile, and what they made and nobody else was
    /// let in to.
    pub own: BTreeSet<NamedNode>,
    /// Those that were deleted, and are still in the journal.
    pub deleted: BTreeSet<NamedNode>,
    /// The other documents that they made.
    pub made: BTreeSet<NamedNode>,
    /// What is said of them elsewhere: in documents, of documents, in access documents.
    pub elsewhere: Vec<Quad>,
}

impl Personal {
    /// What a state holds of the person of a WebID of this instance.
    pub fn of(state: &State, person: NamedNodeRef<'_>) -> Self {
        let mut personal = Self { deleted: deleted(state, person), ..Self::default() };
        let named = naming(state, person);
        for quad in &named {
            let Some(document) = made(quad) else { continue };
            if state.is_theirs_alone(person, document.as_ref()) {
                personal.own.insert(document);
            } else {
                personal.made.insert(document);
            }
        }
        personal.own.extend(state.documents_below(&person.into_owned()));
        personal.made.retain(|document| !personal.own.contains(document));
        let is_own = |quad: &Quad| {
            let GraphName::NamedNode(graph) = &quad.graph_name else { return false };
            let graph = graph.as_str();
            let described = [".meta", ".acl"].iter().find_map(|end| graph.strip_suffix(end));
            personal.own.contains(&NamedNode::new_unchecked(described.unwrap_or(graph)))
        };
        personal.elsewhere = named.into_iter().filter(|quad| !is_own(quad)).collect();
        personal
    }

    /// All of it: each document with what the server says of it, and what is said elsewhere.
    pub fn quads(&self, state: &State) -> Vec<Quad> {
        let documents = self.own.iter().chain(&self.made);
        let graphs = documents.flat_map(|document| {
            [document.clone(), State::meta(document.as_ref()), acl_of(document.as_ref())]
        });
        let whole = graphs.flat_map(|graph| quads(state, &graph));
        once(whole.chain(self.elsewhere.clone()))
    }
}

/// The command that forgets a person.
pub fn erase(request: Request<'_>, person: NamedNode) -> Command {
    request.command(
        CommandKind::Erase,
        None,
        Box::new(move |state, _| {
            let personal = Personal::of(state, person.as_ref());
            let mut proposal = Proposal::default();
            for document in personal.own.iter().chain(&personal.deleted) {
                proposal.client.removed.extend(quads(state, document));
                let graphs =
                    [document.clone(), State::meta(document.as_ref()), acl_of(document.as_ref())];
                let marks = graphs.iter().map(|graph| state.erasure_mark(graph.as_ref()));
                proposal.server.added.extend(marks);
            }
            proposal.server.removed.extend(state.deletions_by(person.as_ref()));
            let mut is_replaced = false;
            for quad in personal.elsewhere {
                let instead = instead(state, &quad, &person);
                is_replaced |= instead.as_ref().is_some_and(|quad| names(quad, &anonymised(state)));
                let is_theirs = state.base().kind(quad.graph_name.as_ref()).client_writable();
                let change = if is_theirs { &mut proposal.client } else { &mut proposal.server };
                change.added.extend(instead);
                change.removed.push(quad);
            }
            if is_replaced && !state.exists(anonymised(state).as_ref()) {
                introduce(state, &mut proposal);
            }
            Ok(proposal)
        }),
    )
}

fn deleted(state: &State, person: NamedNodeRef<'_>) -> BTreeSet<NamedNode> {
    let subjects = state.deletions_by(person).into_iter().map(|quad| quad.subject);
    subjects
        .filter_map(|subject| match subject {
            NamedOrBlankNode::NamedNode(document) => Some(document),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect()
}

/// Every quad that names a person.
fn naming(state: &State, person: NamedNodeRef<'_>) -> Vec<Quad> {
    let Some(id) = state.id(person) else { return Vec::new() };
    let object = state.quads(Pattern { object: Some(id), ..Pattern::default() });
    let subject = state.quads(Pattern { subject: Some(id), ..Pattern::default() });
    let kept = [GraphKind::System, GraphKind::Version];
    let quads = object.chain(subject).map(|quad| state.decode(quad));
    once(quads.filter(|quad| !kept.contains(&state.base().kind(quad.graph_name.as_ref()))))
}

/// Each quad once, in the order of their terms.
fn once(quads: impl Iterator<Item = Quad>) -> Vec<Quad> {
    let mut quads: Vec<Quad> = quads.collect();
    quads.sort_by_cached_key(|quad| (quad.graph_name.to_string(), quad.to_string()));
    quads.dedup();
    quads
}

/// The document of which a quad says that the person made it.
fn made(quad: &Quad) -> Option<NamedNode> {
    let GraphName::NamedNode(graph) = &quad.graph_name else { return None };
    let NamedOrBlankNode::NamedNode(document) = &quad.subject else { return None };
    let is_said = quad.predicate == dct::CREATOR && *graph == State::meta(document.as_ref());
    is_said.then(|| document.clone())
}

fn quads(state: &State, graph: &NamedNode) -> Vec<Quad> {
    state.graph(graph.as_ref().into()).map(|triple| triple.in_graph(graph.clone())).collect()
}

/// Who stands for all who were forgotten.
fn anonymised(state: &State) -> NamedNode {
    state.base().resolve("users/anonymised")
}

/// What is said where a quad named the person: in groups and access documents nothing, but that
/// administrators control what only the person did; else the same of nobody in particular.
fn instead(state: &State, quad: &Quad, person: &NamedNode) -> Option<Quad> {
    let is_access = state.base().kind(quad.graph_name.as_ref()) == GraphKind::Acl;
    if quad.predicate == vcard::HAS_MEMBER || is_access && !grants_control(state, quad) {
        return None;
    }
    let stand_in = if is_access { administrators(state.base()) } else { anonymised(state) };
    let mut instead = quad.clone();
    if instead.subject == person.clone().into() {
        instead.subject = stand_in.clone().into();
    }
    if instead.object == person.clone().into() {
        instead.object = stand_in.into();
    }
    Some(instead)
}

fn names(quad: &Quad, node: &NamedNode) -> bool {
    quad.object == node.clone().into() || quad.subject == node.clone().into()
}

fn grants_control(state: &State, quad: &Quad) -> bool {
    let mode = Term::from(acl::CONTROL);
    let grant = Quad { predicate: acl::MODE.into_owned(), object: mode, ..quad.clone() };
    state.contains(grant.as_ref())
}

/// Makes the document of who stands for all who were forgotten, for everyone to read.
fn introduce(state: &State, proposal: &mut Proposal) {
    let name = anonymised(state);
    let mut say = |property: NamedNodeRef<'_>, value: Term| {
        let quad = Quad::new(name.clone(), property.into_owned(), value, name.clone());
        proposal.client.added.push(quad);
    };
    let label = |text, language| Literal::new_language_tagged_literal_unchecked(text, language);
    say(rdf::TYPE, pair::PERSON.into());
    say(pair::LABEL, label("Contributeur anonymisé", "fr").into());
    say(pair::LABEL, label("Anonymised contributor", "en").into());
    let administrators = administrators(state.base());
    let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
    let text = AclText::of(name)
        .grant("administrators", Grantee::Agent(administrators.as_ref()), About::Itself, &all)
        .grant("everyone", Grantee::Everyone, About::Itself, &[AccessMode::Read]);
    proposal.server.added.extend(text.quads());
}

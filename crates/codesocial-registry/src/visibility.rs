//! What its own words keep from the public: drafts with their parts, knowledge seeds that are not
//! published yet, offers and needs for members or for chosen readers. A document is withdrawn when
//! it begins to say so, but for the members of those whose it is, and opened when it ends; between,
//! its access document is its authors'.
//!
//! Invariant: nothing here opens what the document did not close by its own words before, but that
//! to which the person consents whom it is about. A part says itself what it is a part of, or one
//! hand made both: nobody opens what is another's.

use crate::consents;
use crate::description::document_of;
use crate::facts::{nodes, subjects, values};
use codesocial_graph::State;
use codesocial_rdf::vocab::{
    acl, codesocial_status, cs, dct, disclosure, foaf, odrl, rdf, seed_status,
};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{
    About, AccessMode, AclText, Grantee, acl_of, administrators, members_concerned,
};
use jiff::Timestamp;
use oxrdf::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::BTreeSet;

/// The values of `cs:status` and `cs:disclosure` under which not everyone reads.
const CLOSED: [NamedNodeRef<'_>; 6] = [
    seed_status::QUESTION,
    seed_status::COLLECTED,
    codesocial_status::DRAFT,
    codesocial_status::PROPOSED,
    disclosure::MEMBERS,
    disclosure::CHOSEN,
];

/// What comes from a public page, or is invented to be shown, is everyone's.
const SHOWN: [&str; 2] = ["source", "illustrative"];

/// How a part says what it is a part of, and how a whole names its parts.
const PART_OF: [NamedNodeRef<'_>; 2] = [cs::EXPRESSED_IN, cs::SECTION_OF];
const PARTS: [NamedNodeRef<'_>; 2] = [cs::HAS_SECTION, cs::STATEMENT];

/// A statement or an intention is in a section, and that in a #CodeSocial.
const DEPTH_MAX: usize = 2;

/// The fragment of the authorization by which a document is opened.
const OPENED: &str = "published";

/// The changes of access documents that follow from what documents say of themselves, and what
/// persons consent to.
pub(crate) fn visibility(
    before: &State,
    after: &State,
    nets: &[&Changeset],
    now: Timestamp,
) -> Changeset {
    let mut changes = Changeset::default();
    let mut waiting = told(after, nets);
    let consenting = consents::consenting(before, after, nets);
    for person in &consenting {
        let states = [before, after].into_iter();
        waiting.extend(states.flat_map(|state| consents::published_under(state, person.as_ref())));
        consents::unnamed(after, person.as_ref(), &mut changes);
    }
    for person in consents::profiles(after, nets).union(&consenting) {
        match [before, after].map(|state| consents::shows_profile(state, person)) {
            [false, true] => open(after, person, &mut changes),
            [true, false] => withdraw(after, person, &mut changes),
            _ => {}
        }
        if consents::shows_profile(after, person) {
            consents::split(after, person, now, &mut changes);
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(document) = waiting.pop_first() {
        if !seen.insert(document.clone()) {
            continue;
        }
        let closed = [before, after].map(|state| is_closed(state, &document, DEPTH_MAX));
        match closed {
            [false, true] => close(after, &document, &mut changes),
            [true, false] if is_whole(after, &document, DEPTH_MAX) => {
                open(after, &document, &mut changes)
            }
            _ => {}
        }
        if closed[0] != closed[1] {
            waiting.extend([before, after].into_iter().flat_map(|state| parts(state, &document)));
        }
    }
    changes
}

/// The documents of which a change says who may read them, or what they are parts of.
fn told(state: &State, nets: &[&Changeset]) -> BTreeSet<NamedNode> {
    let quads = nets.iter().flat_map(|net| net.removed.iter().chain(&net.added));
    let of = |quad: &Quad| match &quad.graph_name {
        GraphName::NamedNode(graph) => {
            let property = quad.predicate.as_ref();
            let is_own = [cs::STATUS, cs::DISCLOSURE, cs::ORIGIN].contains(&property)
                || PART_OF.contains(&property)
                || consents::names_somebody(quad);
            match &quad.object {
                _ if is_own => Some(graph.clone()),
                Term::NamedNode(part) if PARTS.contains(&property) => {
                    Some(document_of(part.as_ref()))
                }
                _ => None,
            }
        }
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    };
    let documents = quads.filter_map(of);
    documents.filter(|graph| state.base().kind_of(graph.as_ref()) == GraphKind::Resource).collect()
}

/// Whether a document, or what it is a part of, is not for everyone.
fn is_closed(state: &State, document: &NamedNode, depth: usize) -> bool {
    let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
    let says = |property, value: &NamedNodeRef<'_>| {
        nodes(&said, document.as_ref(), property).any(|node| node == value)
    };
    let is_shown = values(&said, document.as_ref(), cs::ORIGIN)
        .any(|origin| matches!(origin, Term::Literal(text) if SHOWN.contains(&text.value())));
    let is_own = CLOSED.iter().any(|value| says(cs::STATUS, value) || says(cs::DISCLOSURE, value));
    let follows = || {
        let wholes = wholes(state, document, &said);
        depth > 0 && wholes.iter().any(|whole| is_closed(state, whole, depth - 1))
    };
    consents::is_wanting(state, document, &said) || !is_shown && (is_own || follows())
}

/// The documents that a document is a part of.
fn wholes(state: &State, document: &NamedNode, said: &[Triple]) -> BTreeSet<NamedNode> {
    let told = said.iter().filter(|triple| PART_OF.contains(&triple.predicate.as_ref()));
    let told = told.filter_map(|triple| match &triple.object {
        Term::NamedNode(whole) => Some(document_of(whole.as_ref())),
        Term::BlankNode(_) | Term::Literal(_) => None,
    });
    let mut wholes: BTreeSet<NamedNode> = told.collect();
    let mut maker = None;
    let is_part = |node: &NamedNodeRef<'_>| {
        let classes = [cs::SECTION, cs::PURPOSE_STATEMENT];
        nodes(said, *node, rdf::TYPE).any(|class| classes.contains(&class.as_ref()))
    };
    for node in named(said).into_iter().filter(is_part) {
        for (whole, _) in PARTS.iter().flat_map(|part| subjects(state, *part, node)) {
            let whole = document_of(whole);
            let maker = maker.get_or_insert_with(|| maker_of(state, document));
            if maker_of(state, &whole) == *maker {
                wholes.insert(whole);
            }
        }
    }
    wholes.remove(document);
    wholes
}

/// The documents of the parts of a document.
fn parts(state: &State, document: &NamedNode) -> BTreeSet<NamedNode> {
    let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
    let told = said.iter().filter(|triple| PARTS.contains(&triple.predicate.as_ref()));
    let mut parts: BTreeSet<NamedNode> = told
        .filter_map(|triple| match &triple.object {
            Term::NamedNode(part) => Some(document_of(part.as_ref())),
            Term::BlankNode(_) | Term::Literal(_) => None,
        })
        .collect();
    for node in named(&said) {
        let say = PART_OF.iter().flat_map(|property| subjects(state, *property, node));
        parts.extend(say.map(|(part, _)| document_of(part)));
    }
    parts.retain(|part| state.base().kind_of(part.as_ref()) == GraphKind::Resource);
    parts
}

/// The nodes that a document says something of.
fn named(said: &[Triple]) -> BTreeSet<NamedNodeRef<'_>> {
    said.iter()
        .filter_map(|triple| match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => Some(node.as_ref()),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect()
}

/// Who made a document; nobody in particular where that was the administration.
fn maker_of(state: &State, document: &NamedNode) -> Option<Term> {
    let meta = codesocial_store::State::meta(document.as_ref());
    let said: Vec<Triple> = state.graph(meta.as_ref().into()).collect();
    values(&said, document.as_ref(), dct::CREATOR).next().cloned()
}

/// Whether a document is there with all that it is a part of: what loses its whole is not opened.
fn is_whole(state: &State, document: &NamedNode, depth: usize) -> bool {
    let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
    let wholes = || wholes(state, document, &said);
    !said.is_empty()
        && (depth == 0 || wholes().iter().all(|whole| is_whole(state, whole, depth - 1)))
}

/// Takes away what its access document grants to all, or makes one that grants to administrators;
/// the readers that the document chooses are let in, or the members of those whose it is.
fn close(state: &State, document: &NamedNode, changes: &mut Changeset) {
    withdraw(state, document, changes);
    let mut text = AclText::of(document.clone());
    if state.graph(acl_of(document.as_ref()).as_ref().into()).next().is_none() {
        let administrators = administrators(state.base());
        let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
        let administrators = Grantee::Agent(administrators.as_ref());
        text = text.grant("administrators", administrators, About::Itself, &all);
    }
    for (n, reader) in chosen(state, document).iter().enumerate() {
        let reader = Grantee::Agent(reader.as_ref());
        text = text.grant(&format!("chosen-{n}"), reader, About::Itself, &[AccessMode::Read]);
    }
    let is_chosen = |triple: Triple| triple.object == disclosure::CHOSEN.into();
    if !state.graph(document.as_ref().into()).any(is_chosen) {
        let members = members_concerned(state.base());
        let members = Grantee::Group(members.as_ref());
        text = text.grant("members", members, About::Itself, &[AccessMode::Read]);
    }
    changes.added.extend(text.quads());
}

/// Takes away what the access document of a document grants to all.
fn withdraw(state: &State, document: &NamedNode, changes: &mut Changeset) {
    let graph = acl_of(document.as_ref());
    let said = state.graph(graph.as_ref().into());
    let general = said.filter(|triple| triple.predicate == acl::AGENT_CLASS);
    changes.removed.extend(general.map(|triple| triple.in_graph(graph.clone())));
}

/// Those to whom a sheet for chosen readers is disclosed: the assignees of its policy.
fn chosen(state: &State, document: &NamedNode) -> BTreeSet<NamedNode> {
    let said = state.graph(document.as_ref().into());
    said.filter(|triple| triple.predicate == odrl::ASSIGNEE)
        .filter_map(|triple| NamedNode::try_from(triple.object).ok())
        .collect()
}

/// Lets everyone read.
fn open(state: &State, document: &NamedNode, changes: &mut Changeset) {
    let graph = acl_of(document.as_ref());
    let own: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
    if own.is_empty() || own.iter().any(|triple| triple.object == foaf::AGENT.into()) {
        return;
    }
    let text = AclText::of(document.clone());
    let text = text.grant(OPENED, Grantee::Everyone, About::Itself, &[AccessMode::Read]);
    changes.added.extend(text.quads());
}

//! What persons consent to: what names them is published under their consent and closed without it,
//! and of their profile the parts that the consent is about are shown.
//!
//! Invariant: a consent counts where its person gave it, or the administration did for them, and as
//! long as it is not withdrawn. What is said of its origin opens nothing: anyone can say that.

use crate::description::document_of;
use crate::facts::{nodes, subjects, values};
use codesocial_graph::State;
use codesocial_rdf::vocab::{cs, dct, foaf, pair, purpose, rdf, skos, solid, territory_kind, xsd};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::State as Stored;
use jiff::Timestamp;
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::BTreeSet;

/// How documents name the persons under whose consent they are published, and for what.
const NAMING: [(NamedNodeRef<'_>, NamedNodeRef<'_>); 2] =
    [(cs::STANCE_ACTOR, purpose::STANCE), (cs::RECIPIENT, purpose::BADGE)];

/// What a public profile says of its person, and by what others know who may speak for them.
const SHOWN: [NamedNodeRef<'_>; 5] =
    [rdf::TYPE, pair::LABEL, skos::PREF_LABEL, foaf::IMG, solid::OIDC_ISSUER];

/// The kinds of territory that are so wide that they do not tell where somebody lives.
const WIDE: [NamedNodeRef<'_>; 5] = [
    territory_kind::EPCI,
    territory_kind::PAYS,
    territory_kind::DEPARTEMENT,
    territory_kind::REGION,
    territory_kind::BASSIN_DE_VIE,
];

/// Where the rest of a profile goes.
const REST: &str = "/private/profile";

/// Whether a document names a person who does not consent to that.
pub(crate) fn is_wanting(state: &State, document: &NamedNode, said: &[Triple]) -> bool {
    said.iter().any(|triple| {
        let named = NAMING.iter().find(|(property, _)| triple.predicate == *property);
        named.is_some_and(|(_, purpose)| match &triple.object {
            Term::NamedNode(person) if is_person(state, person.as_ref()) => {
                !consents(state, person.as_ref(), *purpose, Some(document))
            }
            _ => false,
        })
    })
}

/// Whether a statement names somebody under whose consent its document is published.
pub(crate) fn names_somebody(quad: &Quad) -> bool {
    NAMING.iter().any(|(property, _)| quad.predicate == *property)
}

/// Those of whose consents a change speaks.
pub(crate) fn consenting(
    before: &State,
    after: &State,
    nets: &[&Changeset],
) -> BTreeSet<NamedNode> {
    let telling = [cs::SUBJECT, cs::PURPOSE, cs::WITHDRAWN_AT, pair::ABOUT];
    let consent_class = Term::from(cs::PRIVACY_CONSENT);
    let mut persons = BTreeSet::new();
    for quad in nets.iter().flat_map(|net| net.removed.iter().chain(&net.added)) {
        let NamedOrBlankNode::NamedNode(consent) = &quad.subject else { continue };
        if !telling.contains(&quad.predicate.as_ref()) && quad.object != consent_class {
            continue;
        }
        for state in [before, after] {
            let document = document_of(consent.as_ref());
            let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
            persons.extend(nodes(&said, consent.as_ref(), cs::SUBJECT).cloned());
        }
    }
    persons.retain(|person| is_person(after, person.as_ref()));
    persons
}

/// The profiles that a change touches.
pub(crate) fn profiles(state: &State, nets: &[&Changeset]) -> BTreeSet<NamedNode> {
    let quads = nets.iter().flat_map(|net| net.removed.iter().chain(&net.added));
    let graphs = quads.filter_map(|quad| match &quad.graph_name {
        GraphName::NamedNode(graph) => Some(graph),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    });
    graphs.filter(|graph| is_person(state, graph.as_ref())).cloned().collect()
}

/// The documents that are published under consents of a person.
pub(crate) fn published_under(state: &State, person: NamedNodeRef<'_>) -> BTreeSet<NamedNode> {
    let naming = NAMING.iter().flat_map(|(property, _)| subjects(state, *property, person));
    naming.map(|(node, _)| document_of(node)).collect()
}

/// Whether a person has agreed to one use of their data: in this document, where the consent names
/// some.
fn consents(
    state: &State,
    person: NamedNodeRef<'_>,
    purpose: NamedNodeRef<'_>,
    of: Option<&NamedNode>,
) -> bool {
    subjects(state, cs::SUBJECT, person).any(|(consent, graph)| {
        let document = document_of(consent);
        if state.id(document.as_ref()) != Some(graph) {
            return false;
        }
        let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
        let says = |property, value: NamedNodeRef<'_>| {
            nodes(&said, consent, property).any(|node| node.as_ref() == value)
        };
        let about: Vec<NamedNode> =
            nodes(&said, consent, pair::ABOUT).map(|thing| document_of(thing.as_ref())).collect();
        says(rdf::TYPE, cs::PRIVACY_CONSENT)
            && says(cs::PURPOSE, purpose)
            && values(&said, consent, cs::WITHDRAWN_AT).next().is_none()
            && (about.is_empty() || of.is_some_and(|of| about.contains(of)))
            && is_given(state, &document, person)
    })
}

/// Whether a consent was written by its person, or by the administration.
fn is_given(state: &State, document: &NamedNode, person: NamedNodeRef<'_>) -> bool {
    let meta = Stored::meta(document.as_ref());
    let mut makers = state
        .graph(meta.as_ref().into())
        .filter(|triple| triple.predicate == dct::CREATOR)
        .map(|triple| triple.object);
    makers.all(|maker| maker == person.into())
}

/// Whether a WebID is one of this instance.
fn is_person(state: &State, node: NamedNodeRef<'_>) -> bool {
    let rest = state.base().path_of(node.as_str()).and_then(|path| path.strip_prefix("users/"));
    rest.is_some_and(|id| !id.contains(['/', '#', '.']))
}

/// Whether a person lets everyone see their profile.
pub(crate) fn shows_profile(state: &State, person: &NamedNode) -> bool {
    is_person(state, person.as_ref())
        && consents(state, person.as_ref(), purpose::PROFILE, Some(person))
}

/// Puts what a public profile does not say among the private documents of its person.
pub(crate) fn split(state: &State, person: &NamedNode, now: Timestamp, changes: &mut Changeset) {
    let said: Vec<Triple> = state.graph(person.as_ref().into()).collect();
    let is_shown = |triple: &&Triple| {
        let is_own = triple.subject == person.clone().into();
        is_own && SHOWN.contains(&triple.predicate.as_ref())
            || is_own && triple.predicate == cs::IN_TERRITORY && is_wide(state, &triple.object)
    };
    let (_, kept): (Vec<&Triple>, Vec<&Triple>) = said.iter().partition(is_shown);
    if kept.is_empty() {
        return;
    }
    let rest = NamedNode::new_unchecked(format!("{}{REST}", person.as_str()));
    let there: Vec<Triple> = state.graph(rest.as_ref().into()).collect();
    let is_replaced = |old: &&Triple| {
        kept.iter().any(|new| new.subject == old.subject && new.predicate == old.predicate)
    };
    let replaced = there.iter().filter(is_replaced).cloned();
    changes.removed.extend(replaced.map(|triple| triple.in_graph(rest.clone())));
    for triple in kept {
        changes.removed.push(triple.clone().in_graph(person.clone()));
        changes.added.push(triple.clone().in_graph(rest.clone()));
    }
    let meta = Stored::meta(rest.as_ref());
    let dated = Literal::new_typed_literal(format!("{now:.6}"), xsd::DATE_TIME);
    let told: Vec<Triple> = state.graph(meta.as_ref().into()).collect();
    let modified = told.iter().filter(|triple| triple.predicate == dct::MODIFIED).cloned();
    changes.removed.extend(modified.map(|triple| triple.in_graph(meta.clone())));
    let mut say = |property: NamedNodeRef<'_>, value: Term| {
        changes.added.push(Quad::new(rest.clone(), property.into_owned(), value, meta.clone()));
    };
    say(dct::MODIFIED, dated.clone().into());
    if told.is_empty() {
        say(dct::CREATED, dated.into());
        say(dct::CREATOR, person.clone().into());
    }
}

fn is_wide(state: &State, territory: &Term) -> bool {
    let Term::NamedNode(territory) = territory else { return false };
    let document = document_of(territory.as_ref());
    let said: Vec<Triple> = state.graph(document.as_ref().into()).collect();
    nodes(&said, territory.as_ref(), cs::TERRITORY_KIND).any(|kind| WIDE.contains(&kind.as_ref()))
}

/// Takes a person's name out of where they are a resource person and consent to it no more.
pub(crate) fn unnamed(state: &State, person: NamedNodeRef<'_>, changes: &mut Changeset) {
    for (seed, graph) in subjects(state, cs::RESOURCE_PERSON, person) {
        let document = document_of(seed);
        let is_there =
            state.id(document.as_ref()) == Some(graph) && state.kind(graph) == GraphKind::Resource;
        if is_there && !consents(state, person, purpose::RESOURCE_PERSON, Some(&document)) {
            let said = Triple::new(seed, cs::RESOURCE_PERSON, person);
            changes.removed.push(said.in_graph(document));
        }
    }
}

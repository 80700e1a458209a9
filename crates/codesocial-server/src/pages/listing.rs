//! What the front page lists: the containers and the vocabularies.

use super::label::Text;
use super::link::{Link, local};
use super::reading::Reading;
use codesocial_graph::{Pattern, TermId};
use codesocial_ldp::CONTAINERS;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{ldp, rdf, sh, skos};
use oxrdf::{NamedNode, TermRef};
use serde::Serialize;
use std::collections::BTreeSet;

/// A container on the root's page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Card {
    pub(super) link: Link,
    pub(super) count: usize,
}

/// The containers in the order in which the instance presents them, then those added to it.
pub(super) fn cards<'a>(
    reading: &Reading<'_>,
    members: impl Iterator<Item = &'a NamedNode>,
) -> Vec<Card> {
    let mut cards: Vec<_> = members
        .filter_map(|member| {
            let id = reading.state.id(member).filter(|id| reading.may_read(*id))?;
            let path = reading.state.base().path_of(member.as_str())?;
            let place = CONTAINERS.iter().position(|entry| entry.path == path);
            let link = reading.link(member.as_ref());
            let order = (place.unwrap_or(usize::MAX), link.text.sort_key());
            Some((order, Card { link, count: count(reading, id) }))
        })
        .collect();
    cards.sort_by(|(one, _), (other, _)| one.cmp(other));
    cards.into_iter().map(|(_, card)| card).collect()
}

pub(super) fn count(reading: &Reading<'_>, container: TermId) -> usize {
    reading.objects(container, ldp::CONTAINS).filter(|member| reading.may_read(*member)).count()
}

/// The operator's documents: ontology, schemes, shapes.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Vocabularies {
    pub(super) ontology: Option<String>,
    pub(super) schemes: Vec<Link>,
    pub(super) shapes: Vec<Link>,
}

pub(super) fn vocabularies(reading: &Reading<'_>) -> Vocabularies {
    let base = reading.state.base();
    let ontology = base.resolve("ns");
    let has_ontology = reading.state.id(&ontology).is_some_and(|graph| {
        let whole = Pattern { graph: Some(graph), ..Pattern::default() };
        reading.may_read(graph) && reading.state.quads(whole).next().is_some()
    });
    let page = |iri: &str| local(base, iri);
    let schemes = instances(reading, skos::CONCEPT_SCHEME, GraphKind::Scheme);
    let shapes = instances(reading, sh::NODE_SHAPE, GraphKind::Shapes);
    let graphs: BTreeSet<TermId> = shapes.into_iter().map(|(_, graph)| graph).collect();
    let named = |graph: TermId| match reading.state.term(graph) {
        TermRef::NamedNode(iri) => Some((page(iri.as_str())?, super::label::short(iri.as_str()))),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    };
    let scheme = |(scheme, graph)| {
        let (href, short) = named(graph)?;
        Some(Link::new(href, reading.label(scheme).unwrap_or_else(|| Text::plain(short))))
    };
    let shape = |graph| {
        let (href, short) = named(graph)?;
        Some(Link::new(href, Text::plain(short)))
    };
    Vocabularies {
        ontology: has_ontology.then(|| page(ontology.as_str())).flatten(),
        schemes: sorted(schemes.into_iter().filter_map(scheme)),
        shapes: sorted(graphs.into_iter().filter_map(shape)),
    }
}

fn instances(
    reading: &Reading<'_>,
    class: oxrdf::NamedNodeRef<'_>,
    kind: GraphKind,
) -> Vec<(TermId, TermId)> {
    let Some(class) = reading.state.id(class) else { return Vec::new() };
    let of_kind = |(_, graph): &(TermId, TermId)| reading.state.kind(*graph) == kind;
    reading.subjects(rdf::TYPE, class).filter(of_kind).collect()
}

fn sorted(links: impl Iterator<Item = Link>) -> Vec<Link> {
    let mut links: Vec<Link> = links.collect();
    links.sort_by_cached_key(|link| link.text.sort_key());
    links
}

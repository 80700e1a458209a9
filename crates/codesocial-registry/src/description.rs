//! A #CodeSocial as the registry reads it: its sections, what each of them holds, and the
//! intentions that they express.

use crate::facts::{is_flagged, nodes, subjects, values};
use codesocial_graph::State;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, dct, rdf, section};
use oxrdf::{NamedNode, NamedNodeRef, Term, Triple};
use std::collections::BTreeSet;

/// What one document says of a description, and what others say to it.
pub(crate) struct Description {
    /// The document's own triples.
    pub(crate) triples: Vec<Triple>,
    /// Whether its status is one of those that oblige.
    pub(crate) is_published: bool,
    pub(crate) sections: Vec<Section>,
    /// The documents of the intentions that the sections express, in the order of their addresses.
    pub(crate) intentions: BTreeSet<NamedNode>,
}

/// One section, as far as completeness looks at it.
pub(crate) struct Section {
    pub(crate) iri: NamedNode,
    pub(crate) kind: NamedNode,
    /// Characters of the body in French, without the spaces around it.
    pub(crate) french_chars: usize,
    pub(crate) has_english: bool,
    pub(crate) has_principle: bool,
    pub(crate) has_intention: bool,
    /// Whether a seed feeds it or a source is named.
    pub(crate) is_grounded: bool,
    /// Cells of the purpose grid that hold a statement, of [`PURPOSE_CELLS`].
    pub(crate) cells: usize,
}

/// Mission, dream, stake and challenge, each in the short, medium and long term.
pub(crate) const PURPOSE_CELLS: usize = 12;

impl Description {
    /// Reads the description that a document is, if it is one.
    pub(crate) fn read(state: &State, document: NamedNodeRef<'_>) -> Option<Self> {
        if state.base().kind_of(document) != GraphKind::Resource {
            return None;
        }
        let triples: Vec<Triple> = state.graph(document.into()).collect();
        let class = Term::from(cs::CODE_SOCIAL);
        values(&triples, document, rdf::TYPE).find(|value| **value == class)?;
        let is_published = nodes(&triples, document, cs::STATUS)
            .any(|status| is_flagged(state, status.as_ref(), cs::PUBLISHED));
        let own: Vec<&NamedNode> = nodes(&triples, document, cs::HAS_SECTION).collect();
        let expressed = own.iter().flat_map(|own| subjects(state, cs::EXPRESSED_IN, own.as_ref()));
        let intentions = expressed
            .filter_map(|(intention, graph)| {
                // A document speaks for its own intentions only.
                let document = document_of(intention);
                (state.id(document.as_ref()) == Some(graph)).then_some(document)
            })
            .collect();
        let sections =
            own.into_iter().filter_map(|own| Section::read(state, &triples, own)).collect();
        Some(Self { is_published, sections, intentions, triples })
    }
}

impl Section {
    fn read(state: &State, triples: &[Triple], iri: &NamedNode) -> Option<Self> {
        let node = iri.as_ref();
        let kind = nodes(triples, node, cs::SECTION_KIND).next()?.clone();
        let body = |language: &str| {
            let mut bodies = values(triples, node, cs::BODY).filter_map(|value| match value {
                Term::Literal(body) if body.language() == Some(language) => Some(body.value()),
                Term::Literal(_) | Term::NamedNode(_) | Term::BlankNode(_) => None,
            });
            bodies.next().map_or(0, |body| body.trim().chars().count())
        };
        Some(Self {
            french_chars: body("fr"),
            has_english: body("en") > 0,
            has_principle: values(triples, node, cs::KEY_PRINCIPLE).next().is_some(),
            has_intention: subjects(state, cs::EXPRESSED_IN, node).next().is_some(),
            is_grounded: subjects(state, cs::FEEDS_SECTION, node).next().is_some()
                || values(triples, node, dct::SOURCE).next().is_some(),
            cells: if kind == section::RAISON_DETRE { cells(state, triples, node) } else { 0 },
            iri: iri.clone(),
            kind,
        })
    }
}

/// The distinct cells of the grid that the statements of a section fill.
fn cells(state: &State, triples: &[Triple], section: NamedNodeRef<'_>) -> usize {
    let mut cells = BTreeSet::new();
    for statement in nodes(triples, section, cs::STATEMENT) {
        let statement = statement.as_ref();
        let facet = nodes(triples, statement, cs::FACET)
            .find(|facet| is_flagged(state, facet.as_ref(), cs::IN_PURPOSE_GRID));
        let horizon = nodes(triples, statement, cs::HORIZON).next();
        let has_text = values(triples, statement, cs::TEXT).next().is_some();
        if let (Some(facet), Some(horizon), true) = (facet, horizon, has_text) {
            cells.insert((facet, horizon));
        }
    }
    cells.len()
}

/// The version in force of a description that has one.
pub(crate) fn current_version(state: &State, document: &NamedNode) -> Option<NamedNode> {
    let meta = codesocial_store::State::meta(document.as_ref());
    let said: Vec<Triple> = state.graph(meta.as_ref().into()).collect();
    nodes(&said, document.as_ref(), cs::CURRENT_VERSION).next().cloned()
}

/// The document that a node is or is a part of.
pub(crate) fn document_of(node: NamedNodeRef<'_>) -> NamedNode {
    let document = node.as_str().split_once('#').map_or(node.as_str(), |(document, _)| document);
    NamedNode::new_unchecked(document)
}

//! What the server works out, in Meta graphs: how complete a description is and how far it can be
//! held against its author, which decision adopts a version, and the other half of each opposition
//! of positions. Worked out anew with every change that it depends on.

use crate::adoption::{VERSIONS, adopted_by, versions_at_stake};
use crate::completeness;
use crate::description::{Description, current_version, document_of};
use crate::facts::subjects;
use crate::rules;
use crate::visibility::visibility;
use codesocial_graph::State;
use codesocial_rdf::vocab::{cs, opposabilite, rdf};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::Rejection;
use jiff::Timestamp;
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term, Triple};
use std::collections::{BTreeSet, HashSet};

const DESCRIBED: [NamedNodeRef<'_>; 2] = [cs::COMPLETENESS, cs::OPPOSABILITY_LEVEL];

/// The changes to Meta graphs that others, which led from one state to the other, bring about; or
/// the rule that refuses those.
pub fn computed(
    before: &State,
    after: &State,
    nets: &[&Changeset],
    now: Timestamp,
) -> Result<Changeset, Rejection> {
    rules::judge(before, after, nets, now)?;
    let mut changes = Changeset::default();
    let versions = versions(before, after, nets);
    for document in touched(before, after, nets, &versions) {
        let found = Description::read(after, document.as_ref())
            .map(|description| worked_out(after, &document, &description))
            .unwrap_or_default();
        replace(after, &document, &DESCRIBED, &found, &mut changes);
    }
    for version in versions {
        let found = adopted_by(after, version.as_ref())
            .map(|decision| Triple::new(version.clone(), cs::ADOPTED_BY, decision));
        replace(after, &version, &[cs::ADOPTED_BY], &found.into_iter().collect(), &mut changes);
    }
    for position in opposed(nets) {
        let found = opponents(after, &position);
        replace(after, &position, &[cs::OPPOSES_POSITION], &found, &mut changes);
    }
    let visibility = visibility(before, after, nets, now);
    changes.removed.extend(visibility.removed);
    changes.added.extend(visibility.added);
    Ok(changes)
}

/// Makes what the Meta graph of a document says by these properties what was found.
fn replace(
    after: &State,
    document: &NamedNode,
    properties: &[NamedNodeRef<'_>],
    found: &HashSet<Triple>,
    changes: &mut Changeset,
) {
    let meta = codesocial_store::State::meta(document.as_ref());
    let said: HashSet<Triple> = after
        .graph(meta.as_ref().into())
        .filter(|triple| properties.contains(&triple.predicate.as_ref()))
        .collect();
    let quads = |triples: Vec<&Triple>| -> Vec<Quad> {
        triples.into_iter().map(|triple| triple.clone().in_graph(meta.clone())).collect()
    };
    changes.removed.extend(quads(said.difference(found).collect()));
    changes.added.extend(quads(found.difference(&said).collect()));
}

/// The published versions on whose adoption a change may bear: those that it publishes, and those
/// that its proposals and decisions are about.
fn versions(before: &State, after: &State, nets: &[&Changeset]) -> BTreeSet<NamedNode> {
    let mut versions = BTreeSet::new();
    for quad in nets.iter().flat_map(|net| net.removed.iter().chain(&net.added)) {
        if quad.predicate == cs::HAS_VERSION {
            versions.extend(NamedNode::try_from(quad.object.clone()));
        } else {
            versions.extend(versions_at_stake([before, after], quad));
        }
    }
    versions.retain(|version| after.graph(version.as_ref().into()).next().is_some());
    versions
}

/// The positions of whose opponents a change speaks: those that it names, and those that name some,
/// which may come, go, or say it themselves now.
fn opposed(nets: &[&Changeset]) -> BTreeSet<NamedNode> {
    let quads = nets.iter().flat_map(|net| net.removed.iter().chain(&net.added));
    let mut positions = BTreeSet::new();
    for quad in quads {
        let GraphName::NamedNode(document) = &quad.graph_name else { continue };
        if quad.predicate == cs::OPPOSES_POSITION {
            positions.insert(document.clone());
            positions.extend(NamedNode::try_from(quad.object.clone()));
        } else if quad.predicate == rdf::TYPE && quad.object == Term::from(cs::POSITION) {
            positions.insert(document.clone());
        }
    }
    positions
}

/// R46: who is opposed opposes. What the position does not say itself stands in its Meta graph.
fn opponents(state: &State, position: &NamedNode) -> HashSet<Triple> {
    let says = |triple: &Triple| state.contains(triple.clone().in_graph(position.clone()).as_ref());
    if !says(&Triple::new(position.clone(), rdf::TYPE, cs::POSITION)) {
        return HashSet::new();
    }
    subjects(state, cs::OPPOSES_POSITION, position.as_ref())
        .map(|(other, _)| Triple::new(position.clone(), cs::OPPOSES_POSITION, other))
        .filter(|triple| !says(triple))
        .collect()
}

/// The descriptions on which a change may bear: those written, those whose intentions or seeds are,
/// and those of these versions.
fn touched(
    before: &State,
    after: &State,
    nets: &[&Changeset],
    versions: &BTreeSet<NamedNode>,
) -> BTreeSet<NamedNode> {
    let (mut graphs, mut documents) = (HashSet::new(), BTreeSet::new());
    let described = versions.iter().filter_map(|version| version.as_str().split_once(VERSIONS));
    documents.extend(described.map(|(document, _)| NamedNode::new_unchecked(document)));
    for quad in nets.iter().flat_map(|net| net.removed.iter().chain(&net.added)) {
        if let GraphName::NamedNode(graph) = &quad.graph_name
            && graphs.insert(graph)
        {
            let written = match after.base().kind_of(graph.as_ref()) {
                GraphKind::Meta => graph.as_str().strip_suffix(".meta").unwrap_or_default(),
                _ => graph.as_str(),
            };
            documents.insert(NamedNode::new_unchecked(written));
        }
        let reaches = [cs::EXPRESSED_IN, cs::FEEDS_SECTION].contains(&quad.predicate.as_ref());
        if let (true, Term::NamedNode(section)) = (reaches, &quad.object) {
            documents.insert(document_of(section.as_ref()));
        }
    }
    let describes = |state: &State, document: &NamedNode| {
        let class = oxrdf::vocab::rdf::TYPE;
        let quad = Quad::new(document.clone(), class, cs::CODE_SOCIAL, document.clone());
        state.contains(quad.as_ref())
    };
    documents.retain(|document| describes(before, document) || describes(after, document));
    documents
}

fn worked_out(state: &State, document: &NamedNode, description: &Description) -> HashSet<Triple> {
    let score = |of: &NamedNode, value: f64| {
        Triple::new(of.clone(), cs::COMPLETENESS, Literal::from(value))
    };
    let mut found: HashSet<Triple> = description
        .sections
        .iter()
        .map(|section| score(&section.iri, completeness::of_section(section)))
        .collect();
    if let Some(whole) = completeness::of_description(state, description) {
        found.insert(score(document, whole));
    }
    found.insert(Triple::new(
        document.clone(),
        cs::OPPOSABILITY_LEVEL,
        level(state, document, description),
    ));
    found
}

/// 0 for a draft, 1 once a version is published, 2 where its circle has adopted it. The levels
/// above rest on seals, whose proofs nobody verifies yet.
fn level(state: &State, document: &NamedNode, description: &Description) -> NamedNodeRef<'static> {
    match current_version(state, document) {
        Some(version) if description.is_published => match adopted_by(state, version.as_ref()) {
            Some(_) => opposabilite::CONSENTED,
            None => opposabilite::PUBLISHED,
        },
        Some(_) | None => opposabilite::DRAFT,
    }
}

//! A concept scheme as a tree: each concept under the one it narrows, in the order of the scheme.

use super::label::Text;
use super::node::{Node, Outline};
use super::reading::Reading;
use crate::extract::Language;
use codesocial_rdf::vocab::{cs, rdf, skos};
use oxrdf::{NamedNodeRef, NamedOrBlankNode, Term, Triple};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Concept {
    pub(super) notation: Option<String>,
    /// Its label in the other language of the interface.
    pub(super) other: Option<Text>,
    pub(super) node: Node,
    pub(super) narrower: Vec<Concept>,
}

/// What a concept's entry shows outside of its properties.
pub(super) const SHOWN: [NamedNodeRef<'_>; 7] = [
    skos::PREF_LABEL,
    codesocial_rdf::vocab::pair::LABEL,
    skos::NOTATION,
    skos::BROADER,
    skos::IN_SCHEME,
    skos::TOP_CONCEPT_OF,
    cs::ORDER,
];

/// The tree of the concepts of a document.
pub(super) fn tree<'a>(
    reading: &Reading<'_>,
    triples: &'a [Triple],
    outline: &mut Outline<'a>,
) -> Vec<Concept> {
    let entries: BTreeMap<&str, Entry<'_>> = triples
        .iter()
        .filter(|triple| {
            triple.predicate == rdf::TYPE && triple.object == Term::from(skos::CONCEPT)
        })
        .filter_map(|triple| match &triple.subject {
            NamedOrBlankNode::NamedNode(concept) => {
                let entry = Entry::of(reading, outline.triples(concept.as_str()));
                Some((concept.as_str(), entry))
            }
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect();
    let mut children: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (concept, entry) in &entries {
        // What narrows nothing of this scheme, or itself in a ring, stands at the top.
        let broader = entry.broader.filter(|_| !is_in_a_ring(&entries, concept));
        let parent = broader.filter(|parent| entries.contains_key(parent));
        children.entry(parent).or_default().push(concept);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|concept| {
            let entry = &entries[*concept];
            (entry.order, entry.notation.clone(), *concept)
        });
    }
    grow(None, &children, &entries, outline)
}

fn grow<'a>(
    parent: Option<&'a str>,
    children: &BTreeMap<Option<&'a str>, Vec<&'a str>>,
    entries: &BTreeMap<&'a str, Entry<'a>>,
    outline: &mut Outline<'a>,
) -> Vec<Concept> {
    let siblings = children.get(&parent).into_iter().flatten();
    let concept = |concept: &&'a str| Concept {
        notation: entries[*concept].notation.clone(),
        other: entries[*concept].other.clone(),
        node: outline.node(concept),
        narrower: grow(Some(concept), children, entries, outline),
    };
    siblings.map(concept).collect()
}

struct Entry<'a> {
    broader: Option<&'a str>,
    order: i64,
    notation: Option<String>,
    other: Option<Text>,
}

impl<'a> Entry<'a> {
    fn of(reading: &Reading<'_>, triples: &[&'a Triple]) -> Self {
        let mut entry = Self { broader: None, order: i64::MAX, notation: None, other: None };
        let other = match reading.language {
            Language::French => Language::English,
            Language::English => Language::French,
        };
        for triple in triples {
            match (triple.predicate.as_ref(), &triple.object) {
                (skos::BROADER, Term::NamedNode(broader)) => entry.broader = Some(broader.as_str()),
                (cs::ORDER, Term::Literal(order)) => {
                    entry.order = order.value().parse().unwrap_or(i64::MAX);
                }
                (skos::NOTATION, Term::Literal(notation)) => {
                    entry.notation = Some(notation.value().to_owned());
                }
                (skos::PREF_LABEL, Term::Literal(label))
                    if label.language() == Some(other.tag()) =>
                {
                    entry.other = Some(reading.text(label.value(), label.language()));
                }
                _ => {}
            }
        }
        entry
    }
}

fn is_in_a_ring(entries: &BTreeMap<&str, Entry<'_>>, concept: &str) -> bool {
    let mut above = concept;
    for _ in 0..=entries.len() {
        match entries.get(above).and_then(|entry| entry.broader) {
            Some(broader) if broader == concept => return true,
            Some(broader) => above = broader,
            None => return false,
        }
    }
    // It leads into a ring of others, who stand at the top.
    false
}

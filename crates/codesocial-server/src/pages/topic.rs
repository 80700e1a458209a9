//! What a node is about: its name, or where it has none, the concepts that it states something of.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use codesocial_rdf::vocab::{cs, sh};
use oxrdf::{Term, Triple};

pub(super) struct Topic {
    pub(super) title: Option<Text>,
    /// The section of a #CodeSocial among the concepts.
    pub(super) accent: Option<String>,
    /// The node's place among its siblings: its own rank, else those of its concepts.
    pub(super) rank: Vec<i64>,
    /// The concepts that the title names.
    pub(super) concepts: Vec<Term>,
}

impl Topic {
    pub(super) fn of(reading: &Reading<'_>, triples: &[&Triple], label: Option<Text>) -> Self {
        let mut concepts: Vec<(i64, Link, &Term)> = Vec::new();
        for triple in triples {
            if let Term::NamedNode(object) = &triple.object
                && reading.is_concept(object.as_ref())
            {
                let id = reading.state.id(object);
                let rank = id.and_then(|id| reading.integer(id, cs::ORDER)).unwrap_or(i64::MAX);
                concepts.push((rank, reading.link(object.as_ref()), &triple.object));
            }
        }
        let section = concepts.iter().find(|(_, link, _)| link.accent.is_some());
        let accent = section.and_then(|(_, link, _)| link.accent.clone());
        // A section is named by its kind alone.
        let naming: Vec<_> = match section {
            Some(section) => vec![section],
            None => concepts.iter().collect(),
        };
        let rank = own_rank(triples)
            .map_or_else(|| naming.iter().map(|(r, ..)| *r).collect(), |r| vec![r]);
        if label.is_some() || naming.is_empty() {
            return Self { title: label, accent, rank, concepts: Vec::new() };
        }
        let names: Vec<&str> = naming.iter().map(|(_, link, _)| link.text.text.as_str()).collect();
        let title = Some(Text::plain(names.join(" · ")));
        let concepts = naming.iter().map(|(_, _, term)| (*term).clone()).collect();
        Self { title, accent, rank, concepts }
    }
}

/// The rank that a node states of itself.
fn own_rank(triples: &[&Triple]) -> Option<i64> {
    let is_rank = |triple: &&&Triple| [cs::ORDER, sh::ORDER].contains(&triple.predicate.as_ref());
    match &triples.iter().find(is_rank)?.object {
        Term::Literal(rank) => rank.value().parse().ok(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

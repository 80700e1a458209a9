//! What a node is about: its name, or where it has none, the concepts that it states something of.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use super::value::Value;
use codesocial_rdf::vocab::{cs, om, sh};
use oxrdf::{NamedNodeRef, Term, Triple};

pub(super) struct Topic {
    pub(super) title: Option<Text>,
    /// The section of a #CodeSocial among the concepts.
    pub(super) accent: Option<String>,
    /// The node's place among its siblings: its own rank, else those of its concepts.
    pub(super) rank: Vec<i64>,
    /// Whether it states a rank of its own.
    pub(super) is_ranked: bool,
    /// The concepts that the title names, or the number and the unit.
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
        let own = own_rank(triples);
        let (label, measured) = match measure(reading, triples) {
            Some((measure, told)) if label.is_none() => (Some(measure), told),
            _ => (label, Vec::new()),
        };
        let is_ranked = own.is_some();
        let rank = own.map_or_else(|| naming.iter().map(|(r, ..)| *r).collect(), |r| vec![r]);
        if label.is_some() || naming.is_empty() {
            return Self { title: label, accent, rank, is_ranked, concepts: measured };
        }
        let names: Vec<&str> = naming.iter().map(|(_, link, _)| link.text.text.as_str()).collect();
        let title = Some(Text::plain(names.join(" · ")));
        let concepts = naming.iter().map(|(_, _, term)| (*term).clone()).collect();
        Self { title, accent, rank, is_ranked, concepts }
    }
}

/// A number with its unit, and the terms that say so.
fn measure(reading: &Reading<'_>, triples: &[&Triple]) -> Option<(Text, Vec<Term>)> {
    let object = |property: NamedNodeRef<'_>| {
        triples.iter().find(|triple| triple.predicate == property).map(|triple| &triple.object)
    };
    let (Term::Literal(number), Term::NamedNode(unit)) =
        (object(om::HAS_NUMERICAL_VALUE)?, object(om::HAS_UNIT)?)
    else {
        return None;
    };
    let Value::Number { text, .. } = reading.literal(number) else { return None };
    let name = reading.name(unit.as_ref());
    let told = vec![number.clone().into(), unit.clone().into()];
    Some((Text::plain(format!("{text}\u{a0}{}", name.text)), told))
}

/// The rank that a node states of itself.
fn own_rank(triples: &[&Triple]) -> Option<i64> {
    let is_rank = |triple: &&&Triple| [cs::ORDER, sh::ORDER].contains(&triple.predicate.as_ref());
    match &triples.iter().find(is_rank)?.object {
        Term::Literal(rank) => rank.value().parse().ok(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

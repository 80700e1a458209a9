//! What the synthetic registry is made of: the places of the source set and the concepts of the
//! schemes, read from the files that come with the program, so that neither is written twice.

use codesocial_rdf::vocab::{CONCEPTS, cs, geo, skos};
use codesocial_rdf::{RdfSyntax, parse};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use std::collections::{BTreeMap, BTreeSet};

const COMMUNES: &str = include_str!("../../../../fixtures/source/communes.ttl");
const PLACES: &str = include_str!("../../../../fixtures/source/lieux.ttl");
const SPECIFICATIONS: &str = include_str!("../../../../ontology/schemes/specification.ttl");
const THEMES: &str = include_str!("../../../../ontology/schemes/theme.ttl");
const WEALTH: &str = include_str!("../../../../ontology/schemes/richesse.ttl");
/// Where files are read as if they lay; addresses are made relative to it again.
const READ_AT: &str = "http://read.example/";

/// A commune whose centre is known.
#[derive(Debug, Clone)]
pub(super) struct Commune {
    /// Its document, relative to the root.
    pub(super) path: String,
    pub(super) name: String,
    /// INSEE code.
    pub(super) code: String,
    pub(super) population: f64,
    /// Degrees.
    pub(super) latitude: f64,
    /// Degrees.
    pub(super) longitude: f64,
}

pub(super) struct Grammar {
    pub(super) communes: Vec<Commune>,
    /// What can be offered and sought: the leaves of the catalogue's tree.
    pub(super) specifications: Vec<NamedNode>,
    pub(super) themes: Vec<NamedNode>,
    /// Kinds of wealth with the units that measure them.
    pub(super) wealth: Vec<(NamedNode, Vec<NamedNode>)>,
}

impl Grammar {
    pub(super) fn read() -> Self {
        let wealth: BTreeMap<NamedNode, Vec<NamedNode>> = read(WEALTH)
            .into_iter()
            .filter(|triple| triple.predicate == cs::ALLOWED_UNIT)
            .filter_map(|triple| Some((subject(&triple)?, object(&triple)?)))
            .fold(BTreeMap::new(), |mut kinds, (kind, unit)| {
                kinds.entry(kind).or_default().push(unit);
                kinds
            });
        Self {
            communes: communes(),
            specifications: leaves(&read(SPECIFICATIONS), "specification"),
            themes: leaves(&read(THEMES), "theme"),
            wealth: wealth.into_iter().collect(),
        }
    }
}

fn read(turtle: &str) -> Vec<Triple> {
    parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, READ_AT)
        .expect("the files that come with the program are tested")
}

fn subject(triple: &Triple) -> Option<NamedNode> {
    match &triple.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node.clone()),
        NamedOrBlankNode::BlankNode(_) => None,
    }
}

fn object(triple: &Triple) -> Option<NamedNode> {
    match &triple.object {
        Term::NamedNode(node) => Some(node.clone()),
        Term::BlankNode(_) | Term::Literal(_) => None,
    }
}

/// The concepts of a scheme that none of its concepts is narrower than.
fn leaves(triples: &[Triple], scheme: &str) -> Vec<NamedNode> {
    let namespace = format!("{CONCEPTS}{scheme}/");
    let broader: BTreeSet<NamedNode> =
        triples.iter().filter(|t| t.predicate == skos::BROADER).filter_map(object).collect();
    let concepts: BTreeSet<NamedNode> = triples
        .iter()
        .filter(|triple| triple.predicate == skos::NOTATION)
        .filter_map(subject)
        .filter(|concept| concept.as_str().starts_with(&namespace) && !broader.contains(concept))
        .collect();
    concepts.into_iter().collect()
}

/// The communes of which both the population and a point are known, in the order of their codes.
fn communes() -> Vec<Commune> {
    let (communes, places) = (read(COMMUNES), read(PLACES));
    let value = |triples: &[Triple], of: &NamedNode, property: NamedNodeRef<'_>| {
        let said =
            triples.iter().find(|t| t.subject == of.clone().into() && t.predicate == property);
        said.map(|triple| triple.object.clone())
    };
    let text = |of: &NamedNode, property| match value(&communes, of, property)? {
        Term::Literal(literal) => Some(literal.value().to_owned()),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    };
    let commune = |place: &NamedNode| {
        let territory = match value(&places, place, cs::IN_TERRITORY)? {
            Term::NamedNode(territory) => territory,
            Term::BlankNode(_) | Term::Literal(_) => return None,
        };
        let point = NamedNode::new_unchecked(format!("{}#point", place.as_str()));
        let (longitude, latitude) = match value(&places, &point, geo::AS_WKT)? {
            Term::Literal(wkt) => point_of(wkt.value())?,
            Term::NamedNode(_) | Term::BlankNode(_) => return None,
        };
        Some(Commune {
            path: territory.as_str().strip_prefix(READ_AT)?.to_owned(),
            name: text(&territory, codesocial_rdf::vocab::pair::LABEL)?,
            code: text(&territory, codesocial_rdf::vocab::igeo::CODE_INSEE)?,
            population: text(&territory, cs::POPULATION)?.parse().ok()?,
            latitude,
            longitude,
        })
    };
    let located: BTreeSet<NamedNode> =
        places.iter().filter(|t| t.predicate == geo::HAS_GEOMETRY).filter_map(subject).collect();
    let by_code: BTreeMap<String, Commune> =
        located.iter().filter_map(commune).map(|commune| (commune.code.clone(), commune)).collect();
    by_code.into_values().collect()
}

/// `POINT(longitude latitude)`.
fn point_of(wkt: &str) -> Option<(f64, f64)> {
    let (longitude, latitude) = wkt.strip_prefix("POINT(")?.strip_suffix(')')?.split_once(' ')?;
    Some((longitude.parse().ok()?, latitude.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_give_what_the_generator_needs() {
        let grammar = Grammar::read();
        assert_eq!(grammar.communes.len(), 17, "{:?}", grammar.communes);
        assert!(grammar.communes.iter().all(|commune| commune.code.len() == 5));
        assert!(grammar.specifications.len() > 30, "{:?}", grammar.specifications);
        assert!(grammar.themes.len() > 15, "{:?}", grammar.themes);
        assert!(grammar.wealth.iter().all(|(_, units)| !units.is_empty()));
    }
}

//! What the door writes beside what the client said, in the same document: labels in the form that
//! each reader wants, what an organisation did not say, coordinates as numbers.

use codesocial_rdf::Changeset;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, geo, pair, rdf, skos};
use codesocial_store::State;
use oxrdf::{
    GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, TermRef, Triple,
};
use std::collections::{BTreeMap, HashSet};

const ACTOR_TYPES: &str = "https://w3id.org/codesocial/scheme/type-acteur/";
const UNSPECIFIED_ACTOR: &str = "https://w3id.org/codesocial/scheme/type-acteur/a-preciser";
const NOT_INSCRIBED: &str = "https://w3id.org/codesocial/scheme/statut-inscription/non-inscrit";

/// How a client said what a document holds, which decides what an absent label means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// As its whole content: what is absent was perhaps never known to the client, and is derived.
    Whole,
    /// As a change: what goes was taken away.
    Change,
}

/// The change, and what follows from it in each document that it touches.
pub(crate) fn with_derived(state: &State, change: Changeset, said: Said) -> Changeset {
    let mut by_document: BTreeMap<NamedNode, Changeset> = BTreeMap::new();
    let mut rest = Changeset::default();
    let mut of = |quad: Quad, into: fn(&mut Changeset) -> &mut Vec<Quad>| {
        let own = match &quad.graph_name {
            GraphName::NamedNode(name)
                if state.base().kind_of(name.as_ref()) == GraphKind::Resource =>
            {
                by_document.entry(name.clone()).or_default()
            }
            _ => &mut rest,
        };
        into(own).push(quad);
    };
    change.removed.into_iter().for_each(|quad| of(quad, |own| &mut own.removed));
    change.added.into_iter().for_each(|quad| of(quad, |own| &mut own.added));
    let mut change = rest;
    for (document, mut own) in by_document {
        let before: HashSet<Triple> = state.graph(document.as_ref().into()).collect();
        let mut after = before.clone();
        for quad in &own.removed {
            after.remove(&Triple::from(quad.clone()));
        }
        after.extend(own.added.iter().cloned().map(Triple::from));
        let derivation = Derivation { said, before: Content(before), after: Content(after) };
        let (removed, added) = derivation.changes();
        let in_graph = |triple: Triple| triple.in_graph(document.clone());
        let removed: Vec<Quad> = removed.into_iter().map(in_graph).collect();
        // What goes was perhaps just added by the client.
        own.added.retain(|quad| !removed.contains(quad));
        change.removed.extend(own.removed);
        change.removed.extend(removed);
        change.added.extend(own.added);
        change.added.extend(added.into_iter().map(in_graph));
    }
    change
}

struct Derivation {
    said: Said,
    before: Content,
    after: Content,
}

/// The triples of one document.
struct Content(HashSet<Triple>);

impl Content {
    fn objects<'a>(
        &'a self,
        subject: &'a NamedOrBlankNode,
        predicate: NamedNodeRef<'a>,
    ) -> impl Iterator<Item = &'a Term> + 'a {
        self.0
            .iter()
            .filter(move |t| t.subject == *subject && t.predicate == predicate)
            .map(|t| &t.object)
    }

    fn is_a(&self, subject: &NamedOrBlankNode, class: NamedNodeRef<'_>) -> bool {
        self.objects(subject, rdf::TYPE).any(|object| object.as_ref() == TermRef::from(class))
    }

    /// The one value without a language, or in French, where there is exactly one.
    fn label(
        &self,
        subject: &NamedOrBlankNode,
        predicate: NamedNodeRef<'_>,
        language: Option<&str>,
    ) -> Label {
        let mut values = self.objects(subject, predicate).filter_map(|object| match object {
            Term::Literal(literal) if literal.language() == language => Some(literal.value()),
            Term::Literal(_) | Term::NamedNode(_) | Term::BlankNode(_) => None,
        });
        match (values.next(), values.next()) {
            (None, _) => Label::None,
            (Some(value), None) => Label::One(value.to_owned()),
            (Some(_), Some(_)) => Label::Several,
        }
    }
}

#[derive(PartialEq, Eq, Clone)]
enum Label {
    None,
    One(String),
    Several,
}

type Changes = (Vec<Triple>, Vec<Triple>);

impl Derivation {
    fn changes(&self) -> Changes {
        let mut changes = (Vec::new(), Vec::new());
        // In the order of their names, so that the same write always derives the same.
        let subjects: BTreeMap<String, &NamedOrBlankNode> =
            self.after.0.iter().map(|t| (t.subject.to_string(), &t.subject)).collect();
        for subject in subjects.into_values() {
            self.labels(subject, &mut changes);
            self.organization(subject, &mut changes);
            self.place(subject, &mut changes);
        }
        changes
    }

    /// `pair:label` and `skos:prefLabel@fr` say the same. A missing one is derived; where both were
    /// equal and only one changes or is taken away, the other follows. With two of a kind nothing
    /// is derived: the shapes refuse them.
    fn labels(&self, subject: &NamedOrBlankNode, (removed, added): &mut Changes) {
        let both = |content: &Content| {
            (
                content.label(subject, pair::LABEL, None),
                content.label(subject, skos::PREF_LABEL, Some("fr")),
            )
        };
        let (old_plain, old_french) = both(&self.before);
        let plain_term = |text: &str| Literal::new_simple_literal(text);
        let french_term = |text: &str| Literal::new_language_tagged_literal_unchecked(text, "fr");
        let plain = |text: &str| Triple::new(subject.clone(), pair::LABEL, plain_term(text));
        let french = |text: &str| Triple::new(subject.clone(), skos::PREF_LABEL, french_term(text));
        let agreed = match (&old_plain, &old_french) {
            (Label::One(one), Label::One(other)) if one == other => Some(one.clone()),
            _ => None,
        };
        let taken_away = |now: &String| self.said == Said::Change && agreed.as_ref() == Some(now);
        match both(&self.after) {
            (Label::One(now), Label::None) if taken_away(&now) => {
                removed.push(plain(&now));
            }
            (Label::None, Label::One(now)) if taken_away(&now) => {
                removed.push(french(&now));
            }
            (Label::One(now), Label::None) => added.push(french(&now)),
            (Label::None, Label::One(now)) => added.push(plain(&now)),
            (Label::One(one), Label::One(other)) if one != other => match agreed {
                Some(old) if old == other => {
                    removed.push(french(&other));
                    added.push(french(&one));
                }
                Some(old) if old == one => {
                    removed.push(plain(&one));
                    added.push(plain(&other));
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// An organisation that says neither what it is nor whether it is inscribed.
    fn organization(&self, subject: &NamedOrBlankNode, (_, added): &mut Changes) {
        if !self.after.is_a(subject, pair::ORGANIZATION) {
            return;
        }
        let is_actor_type = |object: &Term| match object {
            Term::NamedNode(kind) => kind.as_str().starts_with(ACTOR_TYPES),
            Term::BlankNode(_) | Term::Literal(_) => false,
        };
        let concept = |iri: &str| NamedNode::new_unchecked(iri);
        if !self.after.objects(subject, pair::HAS_TYPE).any(is_actor_type) {
            added.push(Triple::new(subject.clone(), pair::HAS_TYPE, concept(UNSPECIFIED_ACTOR)));
        }
        if self.after.objects(subject, cs::INSCRIPTION_STATUS).next().is_none() {
            let status = concept(NOT_INSCRIBED);
            added.push(Triple::new(subject.clone(), cs::INSCRIPTION_STATUS, status));
        }
    }

    /// The numbers of a place's point, for engines that know no geometry, and for SemApps.
    fn place(&self, subject: &NamedOrBlankNode, (removed, added): &mut Changes) {
        if !self.after.is_a(subject, pair::PHYSICAL_PLACE) {
            return;
        }
        let Some((longitude, latitude)) = self.point(subject) else { return };
        let cosine = latitude.to_radians().cos();
        for (property, value) in [
            (cs::LAT, latitude),
            (cs::LONG, longitude),
            (cs::COS_LAT, (cosine * 1e5).round() / 1e5),
            (pair::LATITUDE, latitude),
            (pair::LONGITUDE, longitude),
        ] {
            let term = Term::from(Literal::from(value));
            let current: Vec<&Term> = self.after.objects(subject, property).collect();
            if current.iter().any(|object| number(object) == Some(value)) {
                continue;
            }
            let stale = current.into_iter().cloned();
            removed.extend(stale.map(|old| Triple::new(subject.clone(), property, old)));
            added.push(Triple::new(subject.clone(), property, term));
        }
    }

    /// Longitude and latitude of `POINT(lon lat)`, or of PAIR's two properties.
    fn point(&self, place: &NamedOrBlankNode) -> Option<(f64, f64)> {
        let from_wkt = self
            .after
            .objects(place, geo::HAS_GEOMETRY)
            .filter_map(|geometry| match geometry {
                Term::NamedNode(node) => Some(NamedOrBlankNode::from(node.clone())),
                Term::BlankNode(node) => Some(node.clone().into()),
                Term::Literal(_) => None,
            })
            .find_map(|geometry| {
                self.after.objects(&geometry, geo::AS_WKT).find_map(|wkt| match wkt {
                    Term::Literal(wkt) => parse_point(wkt.value()),
                    Term::NamedNode(_) | Term::BlankNode(_) => None,
                })
            });
        from_wkt.or_else(|| {
            let of = |property| self.after.objects(place, property).find_map(number);
            Some((of(pair::LONGITUDE)?, of(pair::LATITUDE)?))
        })
    }
}

fn number(term: &Term) -> Option<f64> {
    match term {
        Term::Literal(literal) => literal.value().trim().parse().ok(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

fn parse_point(wkt: &str) -> Option<(f64, f64)> {
    let inside = wkt.trim().strip_prefix("POINT")?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let mut numbers = inside.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(longitude)), Some(Ok(latitude)), None) => Some((longitude, latitude)),
        _ => None,
    }
}

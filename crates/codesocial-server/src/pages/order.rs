//! Where the shapes put each property on a page: its name, its group, its place in the group.
//! <https://www.w3.org/TR/shacl/#nonValidation>

use super::label::Text;
use super::reading::Reading;
use codesocial_graph::TermId;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{dash, rdf, sh};
use oxrdf::TermRef;
use std::collections::HashMap;

/// A path that chooses among more is none of ours.
const ALTERNATIVES_MAX: usize = 16;

/// What shapes say of the properties of a resource.
#[derive(Debug, Default)]
pub(super) struct FieldOrder {
    places: HashMap<TermId, Place>,
    naming: Option<TermId>,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Rank of the group, then within it.
    pub(super) rank: (i64, i64),
    pub(super) group: Option<TermId>,
    pub(super) name: Option<Text>,
    /// Whether its texts have many lines: they are Markdown.
    pub(super) is_long: bool,
}

impl FieldOrder {
    /// For a resource of the classes that has the properties.
    pub(super) fn of(reading: &Reading<'_>, classes: Vec<TermId>, properties: &[TermId]) -> Self {
        let mut order = Self::default();
        for shape in shapes(reading, classes, properties) {
            for property in reading.objects(shape, sh::PROPERTY) {
                order.add(reading, property);
            }
        }
        order
    }

    fn add(&mut self, reading: &Reading<'_>, property: TermId) {
        let Some(path) = reading.objects(property, sh::PATH).next() else { return };
        for path in alternatives(reading, path) {
            self.add_path(reading, property, path);
        }
    }

    fn add_path(&mut self, reading: &Reading<'_>, property: TermId, path: TermId) {
        let group = reading.objects(property, sh::GROUP).next();
        let group_rank = group.and_then(|group| reading.integer(group, sh::ORDER));
        let own_rank = reading.integer(property, sh::ORDER);
        let rank = (group_rank.unwrap_or(i64::MAX), own_rank.unwrap_or(i64::MAX));
        // Without a name there is nothing for people to read: a constraint, no field.
        let name = reading.label(property);
        let is_long = is_long(reading, property);
        let naming = reading.state.id(dash::LABEL_ROLE);
        if naming.is_some() && reading.objects(property, dash::PROPERTY_ROLE).next() == naming {
            self.naming = Some(path);
        }
        if name.is_some() && self.places.get(&path).is_none_or(|known| rank < known.rank) {
            self.places.insert(path, Place { rank, group, name, is_long });
        }
    }

    /// The properties, in their order.
    pub(super) fn properties(&self) -> Vec<TermId> {
        let mut properties: Vec<TermId> = self.places.keys().copied().collect();
        properties.sort_unstable_by_key(|property| (self.places[property].rank, *property));
        properties
    }

    pub(super) fn place(&self, property: TermId) -> Option<&Place> {
        self.places.get(&property)
    }

    /// The property whose text names a resource without a label.
    /// <https://datashapes.org/propertyroles.html>
    pub(super) fn naming(&self) -> Option<TermId> {
        self.naming
    }
}

/// The properties that a path chooses from; the path itself where it does not choose.
fn alternatives(reading: &Reading<'_>, path: TermId) -> Vec<TermId> {
    let mut alternatives = Vec::new();
    let mut list = reading.objects(path, sh::ALTERNATIVE_PATH).next();
    while let Some(cell) = list.filter(|_| alternatives.len() < ALTERNATIVES_MAX) {
        alternatives.extend(reading.objects(cell, rdf::FIRST).next());
        list = reading.objects(cell, rdf::REST).next();
    }
    if alternatives.is_empty() { vec![path] } else { alternatives }
}

/// The shapes say so of a property by `dash:singleLine false`.
fn is_long(reading: &Reading<'_>, property: TermId) -> bool {
    reading.objects(property, dash::SINGLE_LINE).any(|single| match reading.state.term(single) {
        TermRef::Literal(single) => matches!(single.value(), "false" | "0"),
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
    })
}

/// The shapes that target one of the classes or one of the properties, and those that these build
/// on.
fn shapes(reading: &Reading<'_>, classes: Vec<TermId>, properties: &[TermId]) -> Vec<TermId> {
    let by_class = reading.with_superclasses(classes).into_iter();
    let by_class = by_class.map(|class| (sh::TARGET_CLASS, class));
    let by_property = properties.iter().map(|property| (sh::TARGET_SUBJECTS_OF, *property));
    let mut shapes: Vec<TermId> = Vec::new();
    for (target, aim) in by_class.chain(by_property) {
        for (shape, graph) in reading.subjects(target, aim) {
            if reading.state.kind(graph) == GraphKind::Shapes && !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
    }
    let mut next = 0;
    while let Some(shape) = shapes.get(next).copied() {
        next += 1;
        for base in reading.objects(shape, sh::NODE) {
            if !shapes.contains(&base) {
                shapes.push(base);
            }
        }
    }
    shapes
}

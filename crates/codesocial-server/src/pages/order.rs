//! Where the shapes put each property on a page: its name, its group, its place in the group.
//! <https://www.w3.org/TR/shacl/#nonValidation>

use super::label::Text;
use super::reading::Reading;
use codesocial_graph::TermId;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::sh;
use std::collections::HashMap;

/// What shapes say of the properties of a resource's classes.
#[derive(Debug, Default)]
pub(super) struct FieldOrder {
    places: HashMap<TermId, Place>,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Rank of the group, then within it.
    pub(super) rank: (i64, i64),
    pub(super) group: Option<TermId>,
    pub(super) name: Option<Text>,
}

impl FieldOrder {
    pub(super) fn of(reading: &Reading<'_>, classes: Vec<TermId>) -> Self {
        let mut order = Self::default();
        for shape in shapes(reading, classes) {
            for property in reading.objects(shape, sh::PROPERTY) {
                order.add(reading, property);
            }
        }
        order
    }

    fn add(&mut self, reading: &Reading<'_>, property: TermId) {
        let Some(path) = reading.objects(property, sh::PATH).next() else { return };
        let group = reading.objects(property, sh::GROUP).next();
        let group_rank = group.and_then(|group| reading.integer(group, sh::ORDER));
        let own_rank = reading.integer(property, sh::ORDER);
        let rank = (group_rank.unwrap_or(i64::MAX), own_rank.unwrap_or(i64::MAX));
        // Without a name there is nothing for people to read: a constraint, no field.
        let name = reading.label(property);
        if name.is_some() && self.places.get(&path).is_none_or(|known| rank < known.rank) {
            self.places.insert(path, Place { rank, group, name });
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
}

/// The shapes that target one of the classes, and those that these build on.
fn shapes(reading: &Reading<'_>, classes: Vec<TermId>) -> Vec<TermId> {
    let mut shapes: Vec<TermId> = Vec::new();
    for class in reading.with_superclasses(classes) {
        for (shape, graph) in reading.subjects(sh::TARGET_CLASS, class) {
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

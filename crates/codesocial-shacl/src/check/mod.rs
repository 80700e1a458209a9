//! The constraint components of SHACL Core, one file per section of the specification; queries
//! are checked in `sparql/`.
//!
//! A check compares handles; it reads a term only where the component judges literals.

mod cardinality;
mod logical;
mod other;
mod pair;
mod range;
mod shape_based;
mod string;
mod value_type;

use crate::eval::{Evaluation, Sink, Site, Stop};
use crate::model::Constraint;
use crate::view::GraphView;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(crate) fn check(
        &self,
        site: &Site<'a, '_, V::Node>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        match site.constraint {
            Constraint::Class(classes) => self.check_class(site, classes, sink),
            Constraint::Datatype(datatypes) => self.check_datatype(site, datatypes, sink),
            Constraint::NodeKind(kinds) => self.check_node_kind(site, *kinds, sink),
            Constraint::MinCount(min) => self.check_min_count(site, *min, sink),
            Constraint::MaxCount(max) => self.check_max_count(site, *max, sink),
            Constraint::Range(bound) => self.check_range(site, bound, sink),
            Constraint::MinLength(min) => self.check_min_length(site, *min, sink),
            Constraint::MaxLength(max) => self.check_max_length(site, *max, sink),
            Constraint::Pattern(pattern) => self.check_pattern(site, pattern, sink),
            Constraint::LanguageIn(tags) => self.check_language_in(site, tags, sink),
            Constraint::UniqueLang => self.check_unique_lang(site, sink),
            Constraint::SingleLine => self.check_single_line(site, sink),
            Constraint::Equals(p) => self.check_equals(site, p, sink),
            Constraint::Disjoint(p) => self.check_disjoint(site, p, sink),
            Constraint::LessThan(p) => self.check_less_than(site, p, sink),
            Constraint::LessThanOrEquals(p) => self.check_less_than_or_equals(site, p, sink),
            Constraint::SubsetOf(p) => self.check_subset_of(site, p, sink),
            Constraint::Not(shape) => self.check_not(site, *shape, sink),
            Constraint::And(shapes) => self.check_and(site, shapes, sink),
            Constraint::Or(shapes) => self.check_or(site, shapes, sink),
            Constraint::Xone(shapes) => self.check_xone(site, shapes, sink),
            Constraint::Node(shape) => self.check_node(site, *shape, sink),
            Constraint::Property(shape) => self.check_property(site, *shape, sink),
            Constraint::SomeValue(shape) => self.check_some_value(site, *shape, sink),
            Constraint::Qualified(qualified) => self.check_qualified(site, qualified, sink),
            Constraint::Closed { allowed } => self.check_closed(site, allowed, sink),
            Constraint::ClosedByTypes(types) => self.check_closed_by_types(site, types, sink),
            Constraint::HasValue(value) => self.check_has_value(site, value, sink),
            Constraint::In(members) => self.check_in(site, members, sink),
            Constraint::RootClass(classes) => self.check_root_class(site, classes, sink),
            Constraint::UniqueValuesFor(key) => self.check_unique_values(site, key, sink),
            Constraint::Sparql(constraint) => self.check_sparql(site, constraint, sink),
        }
    }
}

/// Whether a test, which may run out of steps, holds of one of these.
fn any<T>(of: &[T], holds: impl Fn(&T) -> Result<bool, Stop>) -> Result<bool, Stop> {
    for one in of {
        if holds(one)? {
            return Ok(true);
        }
    }
    Ok(false)
}

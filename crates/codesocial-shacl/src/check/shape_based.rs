//! Shapes in shapes: `sh:node`, `sh:property`, `sh:qualifiedValueShape`, and of the draft of SHACL
//! 1.2 `sh:someValue`.
//! <https://www.w3.org/TR/shacl/#core-components-shape>

use super::any;
use crate::eval::{Actual, Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::model::{Component, Qualified, ShapeId};
use crate::view::GraphView;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_node(
        &self,
        site: &Site<'a, '_, V::Node>,
        shape: ShapeId,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::Node, sink, |value| self.conforms(shape, value))
    }

    /// The results of the property shape are results of the validation, once per way to reach it.
    pub(super) fn check_property(
        &self,
        site: &Site<'a, '_, V::Node>,
        shape: ShapeId,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            self.evaluate(shape, value, sink)?;
        }
        Ok(())
    }

    /// <https://www.w3.org/TR/shacl12-core/#SomeValueConstraintComponent>
    pub(super) fn check_some_value(
        &self,
        site: &Site<'a, '_, V::Node>,
        shape: ShapeId,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        if any(site.values, |&value| self.conforms(shape, value))? {
            return Ok(());
        }
        sink(site.finding(Component::SomeValue))
    }

    pub(super) fn check_qualified(
        &self,
        site: &Site<'a, '_, V::Node>,
        qualified: &Qualified,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let mut count = 0;
        for &value in site.values {
            count += u64::from(self.counts(qualified, value)?);
        }
        let actual = Actual::Count(count);
        if qualified.min.is_some_and(|min| count < min) {
            let finding = site.finding(Component::QualifiedMinCount);
            sink(Finding { actual: actual.clone(), ..finding })?;
        }
        if qualified.max.is_some_and(|max| count > max) {
            sink(Finding { actual, ..site.finding(Component::QualifiedMaxCount) })?;
        }
        Ok(())
    }

    /// A value counts where it conforms to the shape and to none of the disjoint siblings.
    fn counts(&self, qualified: &Qualified, value: Id<V::Node>) -> Result<bool, Stop> {
        if !self.conforms(qualified.shape, value)? {
            return Ok(false);
        }
        Ok(!any(&qualified.siblings, |&sibling| self.conforms(sibling, value))?)
    }
}

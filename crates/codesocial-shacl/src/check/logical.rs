//! Logic: `sh:not`, `sh:and`, `sh:or`, `sh:xone`.
//! <https://www.w3.org/TR/shacl/#core-components-logical>

use crate::eval::{Evaluation, Sink, Site, Stop};
use crate::ground::Id;
use crate::model::{Component, ShapeId};
use crate::view::GraphView;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_not(
        &self,
        site: &Site<'a, '_, V::Node>,
        shape: ShapeId,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if self.conforms(shape, value)? {
                sink(site.finding_at(Component::Not, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_and(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if self.conforming(shapes, value, shapes.len())? < shapes.len() {
                sink(site.finding_at(Component::And, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_or(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if self.conforming(shapes, value, 1)? == 0 {
                sink(site.finding_at(Component::Or, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_xone(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if self.conforming(shapes, value, 2)? != 1 {
                sink(site.finding_at(Component::Xone, value))?;
            }
        }
        Ok(())
    }

    /// How many of the shapes a node conforms to, counted as far as `enough`. A shape that is
    /// listed twice counts twice.
    fn conforming(
        &self,
        shapes: &[ShapeId],
        value: Id<V::Node>,
        enough: usize,
    ) -> Result<usize, Stop> {
        let mut count = 0;
        for &shape in shapes {
            count += usize::from(self.conforms(shape, value)?);
            if count == enough {
                break;
            }
        }
        Ok(count)
    }
}

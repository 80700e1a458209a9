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
        site.each(&Component::Not, sink, |value| Ok(!self.conforms(shape, value)?))
    }

    pub(super) fn check_and(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::And, sink, |value| {
            Ok(self.conforming(shapes, value, shapes.len())? == shapes.len())
        })
    }

    pub(super) fn check_or(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::Or, sink, |value| Ok(self.conforming(shapes, value, 1)? > 0))
    }

    pub(super) fn check_xone(
        &self,
        site: &Site<'a, '_, V::Node>,
        shapes: &[ShapeId],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::Xone, sink, |value| Ok(self.conforming(shapes, value, 2)? == 1))
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

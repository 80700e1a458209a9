//! Value range: `sh:minExclusive` and its three sisters.
//! <https://www.w3.org/TR/shacl/#core-components-range>

use crate::eval::{Evaluation, Sink, Site, Stop};
use crate::model::{Bound, Side};
use crate::value::Comparable;
use crate::view::GraphView;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_range(
        &self,
        site: &Site<'a, '_, V::Node>,
        bound: &Bound,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&bound.side.into(), sink, |value| {
            Ok(self.read(value, |term| is_within(Comparable::of(term).as_ref(), bound)))
        })
    }
}

/// SHACL 4.3: a comparison that cannot be performed does not return true, and so fails.
fn is_within(value: Option<&Comparable<'_>>, bound: &Bound) -> bool {
    let (Some(value), Some(limit)) = (value, &bound.value) else { return false };
    match bound.side {
        Side::MinExclusive => limit < value,
        Side::MinInclusive => limit <= value,
        Side::MaxExclusive => limit > value,
        Side::MaxInclusive => limit >= value,
    }
}

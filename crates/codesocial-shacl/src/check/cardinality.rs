//! Cardinality: `sh:minCount`, `sh:maxCount`.
//! <https://www.w3.org/TR/shacl/#core-components-count>

use crate::eval::{Actual, Evaluation, Finding, Sink, Site, Stop};
use crate::model::Component;
use crate::view::GraphView;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_min_count(
        &self,
        site: &Site<'a, '_, V::Node>,
        min: u64,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let count = site.values.len() as u64;
        if count < min {
            let actual = Actual::Count(count);
            sink(Finding { actual, ..site.finding(Component::MinCount) })?;
        }
        Ok(())
    }

    pub(super) fn check_max_count(
        &self,
        site: &Site<'a, '_, V::Node>,
        max: u64,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let count = site.values.len() as u64;
        if count > max {
            let actual = Actual::Count(count);
            sink(Finding { actual, ..site.finding(Component::MaxCount) })?;
        }
        Ok(())
    }
}

//! Property pairs: `sh:equals`, `sh:disjoint`, `sh:lessThan`, `sh:lessThanOrEquals`, and of the
//! draft of SHACL 1.2 `sh:subsetOf`.
//! <https://www.w3.org/TR/shacl/#core-components-property-pairs>

use crate::eval::{Actual, Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::model::{Component, Constant};
use crate::value::Comparable;
use crate::view::GraphView;
use oxrdf::NamedNode;
use rustc_hash::FxHashSet;
use std::cmp::Ordering;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_equals(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let others = self.others(site, predicate)?;
        let values: FxHashSet<_> = site.values.iter().copied().collect();
        for &value in values.symmetric_difference(&others) {
            sink(site.finding_at(Component::Equals, value))?;
        }
        Ok(())
    }

    pub(super) fn check_disjoint(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        if site.values.is_empty() {
            return Ok(());
        }
        let others = self.others(site, predicate)?;
        site.each(&Component::Disjoint, sink, |value| Ok(!others.contains(&value)))
    }

    pub(super) fn check_less_than(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        self.check_order(site, predicate, &Component::LessThan, Ordering::is_lt, sink)
    }

    pub(super) fn check_less_than_or_equals(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        self.check_order(site, predicate, &Component::LessThanOrEquals, Ordering::is_le, sink)
    }

    /// <https://www.w3.org/TR/shacl12-core/#SubsetOfConstraintComponent>
    pub(super) fn check_subset_of(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let others = self.others(site, predicate)?;
        site.each(&Component::SubsetOf, sink, |value| Ok(others.contains(&value)))
    }

    /// One finding for each pair that is not in order, as the SPARQL definition has it.
    fn check_order(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
        component: &Component,
        in_order: fn(Ordering) -> bool,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let predicate = self.resolve(predicate);
        for &value in site.values {
            for other in self.objects(site.focus, predicate) {
                self.steps(1)?;
                if !self.order(value, other).is_some_and(in_order) {
                    let actual = Actual::Other(other);
                    sink(Finding { actual, ..site.finding_at(component.clone(), value) })?;
                }
            }
        }
        Ok(())
    }

    fn order(&self, value: Id<V::Node>, other: Id<V::Node>) -> Option<Ordering> {
        self.read(value, |value| {
            let value = Comparable::of(value)?;
            self.read(other, |other| value.partial_cmp(&Comparable::of(other)?))
        })
    }

    fn others(
        &self,
        site: &Site<'a, '_, V::Node>,
        predicate: &Constant<NamedNode>,
    ) -> Result<FxHashSet<Id<V::Node>>, Stop> {
        let others: FxHashSet<_> = self.objects(site.focus, self.resolve(predicate)).collect();
        self.steps(others.len())?;
        Ok(others)
    }
}

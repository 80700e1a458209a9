//! Others: `sh:closed`, `sh:hasValue`, `sh:in`, and of the draft of SHACL 1.2 `sh:closed
//! sh:ByTypes`, `sh:rootClass`, `sh:uniqueValuesFor`.
//! <https://www.w3.org/TR/shacl/#core-components-others>

use super::any;
use crate::eval::{Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::model::{ByTypes, Component, Constant, Key};
use crate::view::GraphView;
use oxrdf::{NamedNode, Term};
use std::collections::BTreeSet;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_closed(
        &self,
        site: &Site<'a, '_, V::Node>,
        allowed: &[Constant<NamedNode>],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &node in site.values {
            for (predicate, object) in self.out(node) {
                self.steps(allowed.len())?;
                if !allowed.iter().any(|allowed| self.resolve(allowed) == predicate) {
                    let finding = site.finding_at(Component::Closed, object);
                    sink(Finding { predicate: Some(predicate), ..finding })?;
                }
            }
        }
        Ok(())
    }

    /// <https://www.w3.org/TR/shacl12-core/#ClosedConstraintComponent>
    pub(super) fn check_closed_by_types(
        &self,
        site: &Site<'a, '_, V::Node>,
        by_types: &ByTypes,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &node in site.values {
            let mut classes = BTreeSet::new();
            for class in self.types(node) {
                classes.extend(self.superclasses(class).iter().map(|&class| Id::Known(class)));
            }
            self.steps(classes.len() + by_types.classes.len())?;
            let of_types = by_types.classes.iter();
            let of_types = of_types.filter(|(class, _)| classes.contains(&self.resolve(class)));
            let allowed = by_types.allowed.iter().chain(of_types.flat_map(|(_, own)| own));
            let allowed: BTreeSet<_> = allowed.map(|predicate| self.resolve(predicate)).collect();
            for (predicate, object) in self.out(node) {
                self.steps(1)?;
                if !allowed.contains(&predicate) {
                    let finding = site.finding_at(Component::Closed, object);
                    sink(Finding { predicate: Some(predicate), ..finding })?;
                }
            }
        }
        Ok(())
    }

    /// <https://www.w3.org/TR/shacl12-core/#RootClassConstraintComponent>
    pub(super) fn check_root_class(
        &self,
        site: &Site<'a, '_, V::Node>,
        classes: &[Constant<NamedNode>],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::RootClass, sink, |value| {
            any(classes, |class| match value {
                Id::Known(value) => self.is_under(value, class.slot),
                Id::Absent(_) => Ok(self.resolve(class) == value),
            })
        })
    }

    /// One finding for each value node that is not alone with its values. A node without a value
    /// of one of the properties has no key, and shares none.
    /// <https://www.w3.org/TR/shacl12-core/#UniqueValuesForConstraintComponent>
    pub(super) fn check_unique_values(
        &self,
        site: &Site<'a, '_, V::Node>,
        key: &Key,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if self.is_shared(value, key)? {
                sink(site.finding(Component::UniqueValuesFor))?;
            }
        }
        Ok(())
    }

    fn is_shared(&self, node: Id<V::Node>, key: &Key) -> Result<bool, Stop> {
        let Some((first, rest)) = key.properties.split_first() else { return Ok(false) };
        let values = |node, property: &Constant<NamedNode>| -> BTreeSet<Id<V::Node>> {
            self.objects(node, self.resolve(property)).collect()
        };
        let of_first = values(node, first);
        let of_rest: Vec<_> = rest.iter().map(|property| values(node, property)).collect();
        let Some(&one) = of_first.first() else { return Ok(false) };
        if of_rest.iter().any(BTreeSet::is_empty) {
            return Ok(false);
        }
        for other in self.subjects(self.resolve(first), one).filter(|other| *other != node) {
            self.steps(1 + rest.len())?;
            let mut others = rest.iter().zip(&of_rest);
            if values(other, first) == of_first
                && others.all(|(property, own)| values(other, property) == *own)
                && self.is_target(other, key)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_target(&self, node: Id<V::Node>, key: &Key) -> bool {
        match node {
            Id::Known(node) => self.shapes_targeting(node).contains(&key.shape),
            Id::Absent(_) => false,
        }
    }

    pub(super) fn check_has_value(
        &self,
        site: &Site<'a, '_, V::Node>,
        value: &Constant<Term>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        if !site.values.contains(&self.resolve(value)) {
            sink(site.finding(Component::HasValue))?;
        }
        Ok(())
    }

    pub(super) fn check_in(
        &self,
        site: &Site<'a, '_, V::Node>,
        members: &[Constant<Term>],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            self.steps(members.len())?;
            if !members.iter().any(|member| self.resolve(member) == value) {
                sink(site.finding_at(Component::In, value))?;
            }
        }
        Ok(())
    }
}

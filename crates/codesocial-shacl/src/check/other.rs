//! Others: `sh:closed`, `sh:hasValue`, `sh:in`.
//! <https://www.w3.org/TR/shacl/#core-components-others>

use crate::eval::{Evaluation, Finding, Sink, Site, Stop};
use crate::model::{Component, Constant};
use crate::view::GraphView;
use oxrdf::{NamedNode, Term};

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

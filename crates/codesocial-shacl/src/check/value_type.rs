//! Value type: `sh:class`, `sh:datatype`, `sh:nodeKind`.
//! <https://www.w3.org/TR/shacl/#core-components-value-type>

use crate::datatype::LexicalSpace;
use crate::eval::{Evaluation, Sink, Site, Stop};
use crate::model::{Component, Constant, NodeKinds};
use crate::view::GraphView;
use oxrdf::{NamedNode, NamedNodeRef, TermRef};

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_class(
        &self,
        site: &Site<'a, '_, V::Node>,
        class: &Constant<NamedNode>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if !self.is_instance(value, class.slot)? {
                sink(site.finding_at(Component::Class, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_datatype(
        &self,
        site: &Site<'a, '_, V::Node>,
        datatype: NamedNodeRef<'_>,
        space: LexicalSpace,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        // SHACL 4.1.2: "or its lexical form is not valid for the datatype" also fails.
        let matches = |term: TermRef<'_>| match term {
            TermRef::Literal(literal) => {
                literal.datatype() == datatype && space.contains(literal.value())
            }
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
        };
        for &value in site.values {
            if !self.read(value, matches) {
                sink(site.finding_at(Component::Datatype, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_node_kind(
        &self,
        site: &Site<'a, '_, V::Node>,
        kinds: NodeKinds,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            if !kinds.admits(self.kind(value)) {
                sink(site.finding_at(Component::NodeKind, value))?;
            }
        }
        Ok(())
    }
}

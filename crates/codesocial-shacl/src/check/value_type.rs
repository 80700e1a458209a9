//! Value type: `sh:class`, `sh:datatype`, `sh:nodeKind`.
//! <https://www.w3.org/TR/shacl/#core-components-value-type>

use crate::datatype::LexicalSpace;
use crate::eval::{Evaluation, Sink, Site, Stop};
use crate::model::{Component, Constant, NodeKinds};
use crate::view::GraphView;
use oxrdf::{NamedNode, TermRef};

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_class(
        &self,
        site: &Site<'a, '_, V::Node>,
        classes: &[Constant<NamedNode>],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            let mut is_one = false;
            for class in classes {
                is_one = is_one || self.is_instance(value, class.slot)?;
            }
            if !is_one {
                sink(site.finding_at(Component::Class, value))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_datatype(
        &self,
        site: &Site<'a, '_, V::Node>,
        datatypes: &[(NamedNode, LexicalSpace)],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        // SHACL 4.1.2: "or its lexical form is not valid for the datatype" also fails.
        let matches = |term: TermRef<'_>| match term {
            TermRef::Literal(literal) => datatypes.iter().any(|(datatype, space)| {
                literal.datatype() == *datatype && space.contains(literal.value())
            }),
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

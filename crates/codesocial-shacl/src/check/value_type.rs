//! Value type: `sh:class`, `sh:datatype`, `sh:nodeKind`.
//! <https://www.w3.org/TR/shacl/#core-components-value-type>

use super::any;
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
        site.each(&Component::Class, sink, |value| {
            any(classes, |class| self.is_instance(value, class.slot))
        })
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
        site.each(&Component::Datatype, sink, |value| Ok(self.read(value, matches)))
    }

    pub(super) fn check_node_kind(
        &self,
        site: &Site<'a, '_, V::Node>,
        kinds: NodeKinds,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::NodeKind, sink, |value| Ok(kinds.admits(self.kind(value))))
    }
}

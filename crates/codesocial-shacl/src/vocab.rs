//! The namespace of SHACL and the few terms of RDF Schema the engine reads.

use oxrdf::{NamedNode, NamedNodeRef};

pub(crate) const SH: &str = "http://www.w3.org/ns/shacl#";

/// A term of SHACL by its local name.
pub(crate) fn sh(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SH}{name}"))
}

/// The local name of a term of SHACL.
pub(crate) fn sh_name(iri: NamedNodeRef<'_>) -> Option<&str> {
    iri.as_str().strip_prefix(SH)
}

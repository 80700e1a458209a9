//! The namespace of SHACL, and those whose terms forms read beside it.

use oxrdf::{NamedNode, NamedNodeRef};

pub(crate) const SH: &str = "http://www.w3.org/ns/shacl#";
/// <https://datashapes.org/dash>
pub(crate) const DASH: &str = "http://datashapes.org/dash#";
/// What DASH becomes in drafts of the W3C. <https://w3c.github.io/data-shapes/shacl12-ui/>
pub(crate) const SHUI: &str = "http://www.w3.org/ns/shacl-ui/";
pub(crate) const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
pub(crate) const DC_TERMS: &str = "http://purl.org/dc/terms/";

/// A term of SHACL by its local name.
pub(crate) fn sh(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SH}{name}"))
}

/// The local name of a term of SHACL.
pub(crate) fn sh_name(iri: NamedNodeRef<'_>) -> Option<&str> {
    iri.as_str().strip_prefix(SH)
}

/// A term of Schema.org by its local name.
pub(crate) fn schema(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://schema.org/{name}"))
}

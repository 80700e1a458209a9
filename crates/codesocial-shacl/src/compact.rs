//! Terms written short, for people: prefixed names and quoted literals.

use crate::datatype::is_well_formed;
use oxrdf::vocab::xsd;
use oxrdf::{NamedNodeRef, TermRef};
use std::collections::BTreeMap;

/// Prefixes that everyone knows, and those that the shapes graph declares (`sh:declare`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefixes {
    by_prefix: BTreeMap<String, String>,
}

const WELL_KNOWN: [(&str, &str); 9] = [
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("schema", "http://schema.org/"),
];

impl Default for Prefixes {
    fn default() -> Self {
        let by_prefix =
            WELL_KNOWN.iter().map(|&(prefix, iri)| (prefix.to_owned(), iri.to_owned())).collect();
        Self { by_prefix }
    }
}

impl Prefixes {
    pub fn declare(&mut self, prefix: &str, namespace: &str) {
        self.by_prefix.insert(prefix.to_owned(), namespace.to_owned());
    }

    /// A prefixed name where a prefix fits, else the IRI in angle brackets.
    pub fn iri(&self, iri: NamedNodeRef<'_>) -> String {
        let name = self.by_prefix.iter().find_map(|(prefix, namespace)| {
            let local = iri.as_str().strip_prefix(namespace.as_str())?;
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            (!local.is_empty() && local.chars().all(plain)).then(|| format!("{prefix}:{local}"))
        });
        name.unwrap_or_else(|| iri.to_string())
    }

    pub fn term(&self, term: TermRef<'_>) -> String {
        let literal = match term {
            TermRef::NamedNode(iri) => return self.iri(iri),
            TermRef::BlankNode(blank) => return blank.to_string(),
            TermRef::Literal(literal) => literal,
        };
        match literal.datatype() {
            xsd::INTEGER | xsd::DECIMAL | xsd::BOOLEAN if is_well_formed(literal) => {
                literal.value().to_owned()
            }
            xsd::STRING => literal.to_string(),
            _ if literal.language().is_some() => literal.to_string(),
            datatype => format!(
                "{}^^{}",
                oxrdf::LiteralRef::new_simple_literal(literal.value()),
                self.iri(datatype)
            ),
        }
    }
}

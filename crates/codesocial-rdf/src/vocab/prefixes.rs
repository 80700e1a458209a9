//! The prefixes of the namespaces, and names that are written by them.

use super::{
    acl, as2, cs, dcat, dct, dqv, foaf, geo, ibis, igeo, ldp, om, owl, pair, prov, rdf, rdfs,
    schema, semapps, sh, skos, vcard, vf, xsd,
};
use oxrdf::NamedNode;

/// The prefixes that our Turtle, JSON-LD and pages write, sorted by prefix.
pub const PREFIXES: &[(&str, &str)] = &[
    ("acl", acl::NS),
    ("as", as2::NS),
    ("cred", "https://www.w3.org/2018/credentials#"),
    ("cs", cs::NS),
    ("csu", "https://w3id.org/codesocial/unit/"),
    ("css", "https://w3id.org/codesocial/shapes#"),
    ("dcat", dcat::NS),
    ("dc", dct::NS),
    ("dqv", dqv::NS),
    ("foaf", foaf::NS),
    ("geo", geo::NS),
    ("ibis", ibis::NS),
    ("igeo", igeo::NS),
    ("ldp", ldp::NS),
    ("ob", "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"),
    ("odrl", "http://www.w3.org/ns/odrl/2/"),
    ("om", om::NS),
    ("org", "http://www.w3.org/ns/org#"),
    ("owl", owl::NS),
    ("pair", pair::NS),
    ("prov", prov::NS),
    ("qb", "http://purl.org/linked-data/cube#"),
    ("rdf", rdf::NS),
    ("rdfs", rdfs::NS),
    ("schema", schema::NS),
    ("semapps", semapps::NS),
    ("sh", sh::NS),
    ("skos", skos::NS),
    ("vcard", vcard::NS),
    ("vf", vf::NS),
    ("void", "http://rdfs.org/ns/void#"),
    ("xsd", xsd::NS),
];

/// The IRI of a prefixed name, where its prefix is known, else the name as it is.
pub fn expand(name: &str) -> NamedNode {
    let known = name.split_once(':').and_then(|(prefix, local)| {
        let (_, namespace) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{local}"))
    });
    NamedNode::new_unchecked(known.unwrap_or_else(|| name.to_owned()))
}

/// `prefix:local` for an IRI of a known namespace whose local part needs no escape in Turtle.
pub fn compact(iri: &str) -> Option<String> {
    let (prefix, namespace) = PREFIXES.iter().find(|(_, namespace)| iri.starts_with(namespace))?;
    let local = &iri[namespace.len()..];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let starts_well = local.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (starts_well && local.chars().all(plain)).then(|| format!("{prefix}:{local}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_of_a_known_namespace_is_compacted() {
        assert_eq!(compact(pair::LABEL.as_str()).as_deref(), Some("pair:label"));
        assert_eq!(
            compact("http://virtual-assembly.org/ontologies/pair#e-mail").as_deref(),
            Some("pair:e-mail")
        );
        assert_eq!(compact("http://schema.org/a/b"), None);
        assert_eq!(compact("urn:x"), None);
    }
}

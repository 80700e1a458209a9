//! Links, and what may become one: an IRI of the data is text until it is known to be harmless.

use super::label::Text;
use super::reading::Reading;
use codesocial_graph::{State, TermId};
use codesocial_rdf::vocab::{compact, cs};
use codesocial_rdf::{Base, GraphKind, skolem};
use oxrdf::{NamedNodeRef, TermRef};
use serde::Serialize;

/// A link, or the bare name of what cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    pub(super) href: Option<String>,
    pub(super) text: Text,
    /// Whether it leads out of this instance.
    pub(super) external: bool,
    /// The section of a #CodeSocial that it names, by which it is coloured.
    pub(super) accent: Option<String>,
    pub(super) illustrative: bool,
}

impl Link {
    pub(super) fn new(href: String, text: Text) -> Self {
        Self { href: Some(href), text, external: false, accent: None, illustrative: false }
    }
}

/// The address of an IRI of this instance as pages write it: without host, so that the pages work
/// behind any name, but under the path that the base has.
pub(crate) fn local(base: &Base, iri: &str) -> Option<String> {
    let path = base.path_of(iri)?;
    let authority = base.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let prefix = authority.find('/').map_or("", |slash| &authority[slash..]);
    // A path of two slashes would name another host.
    let path = path.trim_start_matches('/');
    Some(format!("{prefix}/{path}"))
}

/// Whether a browser may follow the IRI: never a scheme that runs anything.
pub(super) fn is_harmless(iri: &str) -> bool {
    let scheme = iri.split(':').next().unwrap_or_default();
    ["http", "https", "mailto"].into_iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The fragment under which a page shows a term of the operator's graph.
pub(super) fn anchor(base: &Base, graph: &str, iri: &str) -> String {
    if let Some(code) = scheme_of(base, graph).and_then(|scheme| code(iri, scheme)) {
        return code.to_owned();
    }
    let own = iri.strip_prefix(graph).and_then(|rest| rest.strip_prefix('#'));
    own.map(str::to_owned).or_else(|| compact(iri)).unwrap_or_else(|| iri.to_owned())
}

fn scheme_of<'a>(base: &Base, graph: &'a str) -> Option<&'a str> {
    base.path_of(graph)?.strip_prefix("scheme/")
}

/// What follows `/scheme/{scheme}/` in the IRI of a concept.
fn code<'a>(concept: &'a str, scheme: &str) -> Option<&'a str> {
    let start = concept.find(&format!("/{scheme}/"))?;
    Some(&concept[start + scheme.len() + 2..])
}

/// How the address of a list names a value that its members are chosen by: a document by its path,
/// a concept by its scheme and code.
pub(super) fn key(state: &State, value: TermId) -> Option<&str> {
    let TermRef::NamedNode(iri) = state.term(value) else { return None };
    let iri = match iri {
        iri if state.base().contains(iri.as_str()) => return state.base().path_of(iri.as_str()),
        iri => iri.as_str(),
    };
    Some(iri.split_once("/scheme/").map_or(iri, |(_, concept)| concept))
}

impl Reading<'_> {
    /// An IRI as a link to where a reader learns more of it.
    pub(super) fn link(&self, iri: NamedNodeRef<'_>) -> Link {
        let base = self.state.base();
        let id = self.state.id(iri);
        let mut link = Link {
            href: None,
            text: self.name(iri),
            external: false,
            accent: None,
            illustrative: id.is_some_and(|id| self.is_illustrative(id)),
        };
        if skolem::is_skolem(iri.as_str()) {
            // A blank node has no address.
        } else if base.contains(iri.as_str()) {
            link.href = local(base, iri.as_str());
        } else if let Some(home) = id.and_then(|id| self.home(id)) {
            if let TermRef::NamedNode(graph) = self.state.term(home) {
                let anchor = anchor(base, graph.as_str(), iri.as_str());
                let page = local(base, graph.as_str());
                link.href = page.map(|page| format!("{page}#{anchor}"));
                link.accent = self.section(home, iri);
            }
        } else if is_harmless(iri.as_str()) {
            link.href = Some(iri.as_str().to_owned());
            link.external = true;
            if self.label_of(iri).is_none() && compact(iri.as_str()).is_none() {
                link.text = Text::plain(iri.as_str());
            }
        }
        link
    }

    /// The code of a concept of the scheme of sections.
    fn section(&self, home: TermId, concept: NamedNodeRef<'_>) -> Option<String> {
        let sections = self.state.id(&self.state.base().resolve("scheme/section"))?;
        let code = (home == sections).then(|| code(concept.as_str(), "section")).flatten()?;
        let is_plain = code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        is_plain.then(|| code.to_owned())
    }

    /// Whether the data says that it was invented as an example.
    pub(super) fn is_illustrative(&self, subject: TermId) -> bool {
        self.objects(subject, cs::ORIGIN).any(|origin| match self.state.term(origin) {
            TermRef::Literal(origin) => is_illustrative_origin(origin.value()),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
        })
    }

    /// Whether the term is a concept of a scheme.
    pub(super) fn is_concept(&self, iri: NamedNodeRef<'_>) -> bool {
        let home = self.state.id(iri).and_then(|id| self.home(id));
        home.is_some_and(|home| self.state.kind(home) == GraphKind::Scheme)
    }
}

pub(super) fn is_illustrative_origin(origin: &str) -> bool {
    matches!(origin, "illustrative" | "synthetic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_and_mail_become_links() {
        for (iri, harmless) in [
            ("https://example.org/", true),
            ("HTTP://example.org/", true),
            ("mailto:a@example.org", true),
            ("javascript:alert(1)", false),
            ("JavaScript:alert(1)", false),
            ("data:text/html,<script>", false),
            ("urn:x", false),
            ("", false),
        ] {
            assert_eq!(is_harmless(iri), harmless, "{iri}");
        }
    }

    #[test]
    fn a_local_address_has_the_path_of_the_base_and_no_host() {
        let check = |base: &str, iri: &str, expected: Option<&str>| {
            let base = Base::parse(base).unwrap();
            assert_eq!(local(&base, iri).as_deref(), expected, "{iri}");
        };
        check("http://x:8080/", "http://x:8080/", Some("/"));
        check("http://x:8080/", "http://x:8080/a/b#c", Some("/a/b#c"));
        check("https://x/registre/", "https://x/registre/a", Some("/registre/a"));
        check("http://x/", "http://x//evil.example/", Some("/evil.example/"));
        check("http://x/", "http://y/", None);
    }

    #[test]
    fn a_term_has_a_short_anchor() {
        let check = |graph: &str, iri: &str, expected: &str| {
            let base = Base::parse("http://x/").unwrap();
            assert_eq!(anchor(&base, graph, iri), expected);
        };
        let scheme = "https://w3id.org/codesocial/scheme/";
        check("http://x/scheme/theme", &format!("{scheme}theme/a/b"), "a/b");
        check("http://x/ns", cs::ORIGIN.as_str(), "cs:origin");
        check("http://x/ns", "http://x/ns#b-1", "b-1");
        check("http://x/ns", "urn:x", "urn:x");
    }
}

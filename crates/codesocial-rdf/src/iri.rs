//! IRIs that this instance mints and serves. Parsed once at the edge; inside, a type says what an
//! IRI is, and no string concatenation happens outside this file.

use crate::GraphKind;
use oxiri::Iri;
use oxrdf::{GraphNameRef, NamedNode, NamedNodeRef};
use std::fmt;
use std::sync::Arc;

/// The IRI under which an instance serves its resources, for example `http://localhost:8080`.
///
/// Held without its final slash. Fixed for ever in the first entry of a journal; a request's IRI
/// is this base plus its path, whatever `Host` says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Base(Arc<str>);

/// Why a text cannot be the base of an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    #[error("«{0}» is not an absolute IRI: write for example https://registre.example.org/")]
    NotAbsolute(String),
    #[error("«{0}» must begin with http:// or https://")]
    Scheme(String),
    #[error("«{0}» must have neither query nor fragment")]
    QueryOrFragment(String),
}

impl Base {
    /// Parses a base given with or without its final slash.
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let iri = Iri::parse(text).map_err(|_| BaseError::NotAbsolute(text.to_owned()))?;
        if !matches!(iri.scheme(), "http" | "https") || iri.authority().is_none() {
            return Err(BaseError::Scheme(text.to_owned()));
        }
        if iri.query().is_some() || iri.fragment().is_some() {
            return Err(BaseError::QueryOrFragment(text.to_owned()));
        }
        Ok(Self(text.trim_end_matches('/').into()))
    }

    /// The base without its final slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The root container, `{base}/`.
    pub fn root(&self) -> NamedNode {
        self.resolve("")
    }

    /// The name by which a request asks for the graph without a name, where it has to name one: its
    /// address in the graph store. No graph bears it.
    pub fn default_graph(&self) -> NamedNode {
        self.resolve("graphs?default")
    }

    /// `{base}/{path}`, where `path` is one of our own constants or an already checked path.
    pub fn resolve(&self, path: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("{}/{path}", self.0))
    }

    /// The part of `iri` after `{base}/`, or `None` where it lies outside this instance.
    pub fn path_of<'a>(&self, iri: &'a str) -> Option<&'a str> {
        iri.strip_prefix(&*self.0)?.strip_prefix('/')
    }

    /// Whether `iri` is `{base}/` or lies under it.
    pub fn contains(&self, iri: &str) -> bool {
        self.path_of(iri).is_some()
    }

    /// What the graph of that name is for.
    pub fn kind(&self, graph: GraphNameRef<'_>) -> GraphKind {
        match graph {
            GraphNameRef::DefaultGraph => GraphKind::Default,
            GraphNameRef::NamedNode(name) => self.kind_of(name),
            // Blank graph names are skolemised at the door; a foreign dataset may hold them.
            GraphNameRef::BlankNode(_) => GraphKind::Foreign,
        }
    }

    /// What the graph named by that IRI is for.
    pub fn kind_of(&self, name: NamedNodeRef<'_>) -> GraphKind {
        self.path_of(name.as_str()).map_or(GraphKind::Foreign, GraphKind::of_path)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base({}/)", self.0)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_the_same_with_and_without_its_final_slash() {
        let bare = Base::parse("http://localhost:8080").expect("a base");
        let slash = Base::parse("http://localhost:8080/").expect("a base");
        assert_eq!(bare, slash);
        assert_eq!(bare.root().as_str(), "http://localhost:8080/");
        assert_eq!(slash.to_string(), "http://localhost:8080/");
    }

    #[test]
    fn a_base_that_serves_nothing_is_refused() {
        for (text, problem) in [
            ("localhost:8080", "Scheme"),
            ("/registre", "NotAbsolute"),
            ("urn:x", "Scheme"),
            ("ftp://example.org/", "Scheme"),
            ("https://example.org/#x", "QueryOrFragment"),
            ("https://example.org/?x", "QueryOrFragment"),
        ] {
            let error = format!("{:?}", Base::parse(text).expect_err(text));
            assert!(error.starts_with(problem), "{text}: {error}");
        }
    }

    #[test]
    fn a_longer_host_does_not_lie_under_the_base() {
        let base = Base::parse("http://localhost:80").expect("a base");
        assert_eq!(base.path_of("http://localhost:8080/x"), None);
        assert_eq!(base.path_of("http://localhost:80/x"), Some("x"));
        assert_eq!(base.path_of("http://localhost:80"), None);
    }
}

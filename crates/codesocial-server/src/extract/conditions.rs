//! Conditional requests. <https://www.rfc-editor.org/rfc/rfc9110#section-13>

use axum::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use codesocial_store::{Etag, Hash, Precondition, hex};
use std::convert::Infallible;

/// A tag of one representation: the state part, the same for all formats, and the variant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    pub(crate) fn new(state: &Etag, variant: &str) -> Self {
        Self(format!("\"{}-{variant}\"", state.0))
    }

    /// The tag of a page, in which labels of other resources stand.
    pub(crate) fn weak(state: &Etag, variant: &str) -> Self {
        Self(format!("W/\"{}-{variant}\"", state.0))
    }

    /// The tag of bytes, which are the same whatever is said of them.
    pub(crate) fn of_bytes(digest: &Hash) -> Self {
        Self(format!("\"{}\"", hex(digest)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

/// The conditions of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    if_match: Option<Vec<String>>,
    if_none_match: Option<Vec<String>>,
}

impl Conditions {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self { if_match: tags(headers, &IF_MATCH), if_none_match: tags(headers, &IF_NONE_MATCH) }
    }

    /// What a write requires of the current state. Only the state part of a tag counts, so that a
    /// tag from any format is good; weak tags never match.
    pub(crate) fn precondition(&self) -> Precondition {
        match (&self.if_match, &self.if_none_match) {
            (Some(tags), _) if tags.iter().any(|tag| tag == "*") => Precondition::Exists,
            (Some(tags), _) => {
                Precondition::Matches(tags.iter().filter_map(|t| state(t)).collect())
            }
            (None, Some(tags)) if tags.iter().any(|tag| tag == "*") => Precondition::Absent,
            (None, _) => Precondition::None,
        }
    }

    /// Whether the client has this representation already.
    pub(crate) fn not_modified(&self, current: &EntityTag) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| {
            // Weak comparison: a proxy that compressed the answer may have weakened the tag.
            // https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.2
            let strong = current.0.trim_start_matches("W/");
            tags.iter().any(|tag| tag == "*" || tag.trim_start_matches("W/") == strong)
        })
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    if values.is_empty() {
        return None;
    }
    let tags = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    Some(tags.map(|tag| tag.trim().to_owned()).collect())
}

fn state(tag: &str) -> Option<Etag> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let state = inner.rsplit_once('-').map_or(inner, |(state, _)| state);
    Some(Etag(state.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(name: HeaderName, value: &'static str) -> Conditions {
        Conditions::of(&HeaderMap::from_iter([(name, value.parse().unwrap())]))
    }

    #[test]
    fn a_tag_of_any_format_names_the_state() {
        let matches = |value| conditions(IF_MATCH, value).precondition();
        let one = Precondition::Matches(vec![Etag("abc".to_owned())]);
        assert_eq!(matches("\"abc-ttl\""), one);
        assert_eq!(matches("\"abc\""), one);
        assert_eq!(matches("W/\"abc-html\""), Precondition::Matches(Vec::new()));
        assert_eq!(matches("*"), Precondition::Exists);
        assert_eq!(conditions(IF_NONE_MATCH, "*").precondition(), Precondition::Absent);
        assert_eq!(Conditions::default().precondition(), Precondition::None);
    }

    #[test]
    fn a_client_has_only_the_variant_that_it_names() {
        let current = EntityTag::new(&Etag("abc".to_owned()), "ttl");
        assert!(conditions(IF_NONE_MATCH, "\"x\", W/\"abc-ttl\"").not_modified(&current));
        assert!(!conditions(IF_NONE_MATCH, "\"abc-jsonld\"").not_modified(&current));
    }
}

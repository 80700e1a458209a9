//! Which part of a container a request asks for: by `Prefer`, and by where a page begins.
//!
//! **Paging.** A container of more members than a page holds answers a plain `GET` with
//! `303 See Other` to its first page (LDP Paging 1.0, <https://www.w3.org/TR/ldp-paging/>): a
//! client that knows nothing of pages then sees an address that is not the container's and a link
//! to the next page, and never takes a part for the whole. `Link: …; rel="next"` leads on, its
//! absence is the end. A client chooses the size by
//! `Prefer: return=representation; max-member-count="…"`, as SemApps 2 does, and the order by
//! `sort-predicate` and `sort-order`. Rejected: pages by number, as members would move from page to
//! page while others come and go; the whole container, as its JSON-LD holds each member in full;
//! `as:CollectionPage` in the body, as its triples would not be the container's. People follow the
//! same addresses, from the page that they asked for.

use super::Selection;
use super::form::{Encoded, pairs};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use codesocial_ldp::Order;
use codesocial_rdf::vocab::{self, ldp};
use oxrdf::NamedNode;
use std::fmt;

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What of its members a container shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Shown {
    /// Each, and in the JSON-LD of SemApps all that it says.
    #[default]
    Members,
    /// Each by its IRI.
    Containment,
    /// None.
    Minimal,
}

/// Whether a container says of its members that they are, where it is itself what has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Memberships {
    #[default]
    Usual,
    Included,
    Omitted,
}

/// What is asked for of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Portion {
    pub(crate) shown: Shown,
    pub(crate) memberships: Memberships,
    /// The name after which the page begins, where a page is asked for.
    pub(crate) after: Option<String>,
    /// How many members the client wants at most.
    pub(crate) max: Option<usize>,
    /// In which order, where it is not that of their names.
    pub(crate) order: Option<Order>,
    /// Which members a page for people shows.
    pub(crate) selection: Selection,
}

impl Portion {
    pub(crate) fn of(parts: &Parts) -> Self {
        let mut portion = Self::of_prefer(&parts.headers);
        for (name, value) in pairs(parts.uri.query().unwrap_or_default().as_bytes()) {
            match name.as_str() {
                "after" => portion.after = Some(value),
                "max" => portion.max = value.parse().ok().filter(|max| *max > 0),
                "sort" => portion.order = ordered_by(&value),
                "descending" => descend(&mut portion.order),
                _ => {}
            }
        }
        portion
    }

    /// LDP 7.2: the `include` and `omit` parameters of `return=representation`.
    /// <https://www.w3.org/TR/ldp/#prefer-parameters>
    fn of_prefer(headers: &HeaderMap) -> Self {
        let mut portion = Self::default();
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(|value| split(value, ',')) {
            let mut parameters = split(preference, ';').map(parameter);
            if parameters.next() != Some(("return", "representation")) {
                continue;
            }
            let names = |value: &str, class: oxrdf::NamedNodeRef<'_>| {
                value.split_ascii_whitespace().any(|name| name == class.as_str())
            };
            let mut descending = false;
            for (name, value) in parameters {
                if let Some(memberships) = preferred_memberships(name, &|c| names(value, c)) {
                    portion.memberships = memberships;
                }
                match name {
                    "include" if names(value, ldp::PREFER_CONTAINMENT) => {
                        portion.shown = Shown::Containment;
                    }
                    "include"
                        if names(value, ldp::PREFER_MINIMAL_CONTAINER)
                            || names(value, ldp::PREFER_EMPTY_CONTAINER) =>
                    {
                        portion.shown = Shown::Minimal;
                    }
                    "omit" if names(value, ldp::PREFER_CONTAINMENT) => {
                        portion.shown = Shown::Minimal;
                    }
                    "max-member-count" => portion.max = value.parse().ok().filter(|max| *max > 0),
                    "sort-predicate" => portion.order = ordered_by(value),
                    "sort-order" => descending = value.eq_ignore_ascii_case("DESC"),
                    _ => {}
                }
            }
            if descending {
                descend(&mut portion.order);
            }
        }
        portion
    }

    /// Whether the client said which part it wants.
    pub(crate) fn is_chosen(&self) -> bool {
        self.shown != Shown::Members
            || self.memberships != Memberships::Usual
            || self.order.is_some()
    }
}

/// The order by a property, given by its IRI or as a prefixed name.
fn ordered_by(property: &str) -> Option<Order> {
    let property = NamedNode::new(vocab::expand(property).into_string()).ok()?;
    Some(Order { property, descending: false })
}

fn descend(order: &mut Option<Order>) {
    if let Some(order) = order {
        order.descending = true;
    }
}

/// What a parameter says of memberships, if anything: the minimal container has none, unless they
/// are asked for.
fn preferred_memberships(
    parameter: &str,
    names: &dyn Fn(oxrdf::NamedNodeRef<'_>) -> bool,
) -> Option<Memberships> {
    let minimal = names(ldp::PREFER_MINIMAL_CONTAINER) || names(ldp::PREFER_EMPTY_CONTAINER);
    match parameter {
        "include" if names(ldp::PREFER_MEMBERSHIP) => Some(Memberships::Included),
        "include" if minimal => Some(Memberships::Omitted),
        "omit" if names(ldp::PREFER_MEMBERSHIP) => Some(Memberships::Omitted),
        _ => None,
    }
}

/// The query of the page that begins after a name.
pub(crate) struct PageQuery<'a> {
    pub(crate) after: &'a str,
    /// Of which portion: its size and order stay.
    pub(crate) of: &'a Portion,
}

impl fmt::Display for PageQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "?after={}", Encoded(self.after))?;
        if let Some(max) = self.of.max {
            write!(f, "&max={max}")?;
        }
        let Some(Order { property, descending }) = &self.of.order else { return Ok(()) };
        write!(f, "&sort={}", Encoded(property.as_str()))?;
        f.write_str(if *descending { "&descending" } else { "" })
    }
}

/// The parts of a header between separators that stand in no quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

fn parameter(text: &str) -> (&str, &str) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim(), value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[track_caller]
    fn check(query: &str, prefer: &str, expected: (Shown, Option<&str>, Option<usize>)) {
        let prefer = prefer.replace("ldp:", ldp::NS);
        let request = Request::get(format!("/c{query}")).header(PREFER, prefer).body(()).unwrap();
        let Portion { shown, after, max, .. } = Portion::of(&request.into_parts().0);
        assert_eq!((shown, after.as_deref(), max), expected);
    }

    #[test]
    fn a_client_chooses_what_a_container_shows() {
        use Shown::{Containment, Members, Minimal};
        for (prefer, shown) in [
            ("", Members),
            ("return=representation", Members),
            ("return=minimal", Members),
            ("return=minimal; include=\"ldp:PreferMinimalContainer\"", Members),
            ("return=representation; include=\"ldp:PreferMinimalContainer\"", Minimal),
            ("return=representation; include=\"ldp:PreferEmptyContainer\"", Minimal),
            ("return=representation; omit=\"ldp:PreferContainment\"", Minimal),
            ("return=representation; include=\"ldp:PreferContainment\"", Containment),
            (
                "return=representation; \
                 include=\"ldp:PreferMinimalContainer ldp:PreferContainment\"",
                Containment,
            ),
            (
                "respond-async, return=representation; \
                 include=\"ldp:PreferMembership ldp:PreferMinimalContainer\"",
                Minimal,
            ),
            ("return=representation; omit=\"ldp:PreferMembership\"", Members),
        ] {
            check("", prefer, (shown, None, None));
        }
    }

    #[test]
    fn a_client_chooses_an_order() {
        let order = |query: &str, prefer: &str| {
            let request = Request::get(format!("/c{query}")).header(PREFER, prefer);
            let portion = Portion::of(&request.body(()).unwrap().into_parts().0);
            (portion.order.clone(), PageQuery { after: "", of: &portion }.to_string())
        };
        let prefer = "return=representation; sort-order=\"DESC\"; sort-predicate=\"pair:label\"";
        let (by_label, page) = order("", prefer);
        let property = vocab::pair::LABEL.into_owned();
        assert_eq!(by_label, Some(Order { property, descending: true }));
        assert_eq!(order(&page, ""), (by_label, page), "the pages that follow have the same");
        for none in ["", "return=representation; sort-order=\"ASC\"", "sort-predicate=\"a:b\""] {
            assert_eq!(order("", none).0, None, "{none}");
        }
        assert_eq!(order("?sort=not%20an%20iri", "").0, None);
    }

    #[test]
    fn a_page_begins_after_a_name_and_has_a_size() {
        use Shown::Members;
        check("?after=", "", (Members, Some(""), None));
        check("?lang=fr&after=a%20b%C3%A9%2F&max=7", "", (Members, Some("a bé/"), Some(7)));
        check("?max=0", "", (Members, None, None));
        check("", "return=representation; max-member-count=\"20\"", (Members, None, Some(20)));
        let of = Portion { max: Some(7), ..Portion::default() };
        let query = PageQuery { after: "a bé/", of: &of }.to_string();
        assert_eq!(query, "?after=a%20b%C3%A9%2F&max=7");
        assert_eq!(PageQuery { after: "", of: &Portion::default() }.to_string(), "?after=");
    }
}

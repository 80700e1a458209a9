//! What a search found, as its page and its JSON show it.

use super::label::Text;
use super::link::Link;
use super::names::{Hit, NameIndex};
use super::reading::Reading;
use crate::extract::Encoded;
use codesocial_graph::TermId;
use codesocial_rdf::vocab::{expand, skos};
use oxrdf::{NamedNodeRef, TermRef};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// The list of all concepts, of whatever scheme.
const CONCEPTS: &str = "scheme";

/// What is asked of a search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    pub(crate) text: String,
    /// The list that results are wanted from, by its path.
    pub(crate) list: Option<String>,
    /// What results are instances of.
    pub(crate) class: Option<String>,
    /// What results are concepts of.
    pub(crate) scheme: Option<String>,
    /// The last result that was seen.
    pub(crate) after: Option<String>,
    /// The page of results, the first being 0.
    pub(crate) page: usize,
    /// Results on a page.
    pub(crate) max: usize,
}

/// The results of a search that its reader may know of.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Found {
    title: String,
    text: String,
    /// Whether anything is asked for.
    asked: bool,
    /// The address of this search in the other language begins so.
    query: String,
    total: usize,
    results: Vec<ResultLine>,
    lists: Vec<ListLine>,
    next: Option<String>,
    /// The same for programs, whatever changes between two pages.
    #[serde(skip)]
    after: Option<String>,
}

#[derive(Debug, Serialize)]
struct ResultLine {
    iri: String,
    link: Link,
    list: Option<Link>,
}

/// How many results lie in one list.
#[derive(Debug, Serialize)]
struct ListLine {
    name: Text,
    href: String,
    count: usize,
    chosen: bool,
}

impl Found {
    pub(super) fn of(reading: &Reading<'_>, index: &NameIndex, search: &Search) -> Self {
        // What a form offers is known by its name.
        let all = match search.among(reading) {
            Some(among) => index.search(reading, &search.text, Some(&among)),
            None => index.search_texts(reading, &search.text),
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for hit in &all {
            *counts.entry(reading.list_path(hit.subject)).or_default() += 1;
        }
        let wanted = |hit: &Hit| {
            search.list.as_ref().is_none_or(|list| reading.list_path(hit.subject) == *list)
        };
        let chosen: Vec<Hit> = all.into_iter().filter(wanted).collect();
        let start = match &search.after {
            Some(after) => chosen.partition_point(|hit| !hit.is_after(after)),
            None => search.page.saturating_mul(search.max).min(chosen.len()),
        };
        let end = start.saturating_add(search.max).min(chosen.len());
        let query = search.query(search.list.as_deref());
        let is_last = end == chosen.len();
        let next = (!is_last).then(|| format!("?{query}&page={}", search.page + 2));
        let after = chosen[start..end]
            .last()
            .filter(|_| !is_last)
            .map(|last| format!("?{query}&max={}&after={}", search.max, Encoded(&last.cursor())));
        Self {
            title: reading.words.text("search.title"),
            text: search.text.clone(),
            asked: !search.text.is_empty() || search.class.is_some() || search.scheme.is_some(),
            total: chosen.len(),
            results: chosen[start..end]
                .iter()
                .filter_map(|hit| result(reading, hit.subject))
                .collect(),
            lists: lists(reading, search, counts),
            next,
            after,
            query,
        }
    }

    /// The same for programs.
    pub(super) fn json(&self) -> serde_json::Value {
        let results = self.results.iter().map(|result| {
            serde_json::json!({
                "id": result.iri,
                "path": result.link.href,
                "label": result.link.text.text,
                "language": result.link.text.lang,
                "list": result.list.as_ref().map(|list| &list.text.text),
            })
        });
        let results: Vec<_> = results.collect();
        let (total, next) = (self.total, &self.after);
        serde_json::json!({"q": self.text, "total": total, "results": results, "next": next})
    }
}

impl Search {
    /// The query of this search among the members of a list.
    fn query(&self, list: Option<&str>) -> String {
        let mut query = format!("q={}", Encoded(&self.text));
        for (name, value) in
            [("class", self.class.as_deref()), ("scheme", self.scheme.as_deref()), ("in", list)]
        {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={}", Encoded(value)));
            }
        }
        query
    }

    /// The instances or the concepts that are asked for, where some are.
    fn among(&self, reading: &Reading<'_>) -> Option<HashSet<TermId>> {
        let class = self.class.as_ref().map(|class| reading.instances(expand(class).as_ref()));
        let scheme = self.scheme.as_ref().map(|scheme| reading.concepts(expand(scheme).as_ref()));
        match (class, scheme) {
            (Some(instances), Some(concepts)) => Some(&instances & &concepts),
            (class, scheme) => class.or(scheme),
        }
    }
}

fn result(reading: &Reading<'_>, subject: TermId) -> Option<ResultLine> {
    let TermRef::NamedNode(iri) = reading.state.term(subject) else { return None };
    let scheme = reading.objects(subject, skos::IN_SCHEME).next();
    let list = match scheme.map(|scheme| reading.state.term(scheme)) {
        Some(TermRef::NamedNode(scheme)) => Some(reading.link(scheme)),
        Some(TermRef::BlankNode(_) | TermRef::Literal(_)) | None => {
            reading.list_of(iri).map(|list| reading.link(list.as_ref()))
        }
    };
    Some(ResultLine { iri: iri.as_str().to_owned(), link: reading.link(iri), list })
}

fn lists(reading: &Reading<'_>, search: &Search, counts: BTreeMap<&str, usize>) -> Vec<ListLine> {
    let mut lists: Vec<ListLine> = counts
        .into_iter()
        .map(|(path, count)| {
            let chosen = search.list.as_deref() == Some(path);
            let query = search.query(Some(path).filter(|_| !chosen));
            let name = match path {
                CONCEPTS => Text::plain(reading.words.text("search.concepts")),
                path => reading.name(reading.state.base().resolve(path).as_ref()),
            };
            ListLine { name, href: format!("?{query}"), count, chosen }
        })
        .collect();
    lists.sort_by_cached_key(|list| (std::cmp::Reverse(list.count), list.name.sort_key()));
    lists
}

impl Reading<'_> {
    /// The path of the container that a thing lies in; empty at the root.
    fn list_path(&self, subject: TermId) -> &str {
        let base = self.state.base();
        match self.state.term(subject) {
            TermRef::NamedNode(iri) if base.contains(iri.as_str()) => {
                let path = base.path_of(iri.as_str()).unwrap_or_default();
                path.rsplit_once('/').map_or("", |(list, _)| list)
            }
            TermRef::NamedNode(_) => CONCEPTS,
            TermRef::BlankNode(_) | TermRef::Literal(_) => "",
        }
    }

    /// The container that a document lies in.
    pub(super) fn list_of(&self, document: NamedNodeRef<'_>) -> Option<oxrdf::NamedNode> {
        let path = self.state.base().path_of(document.as_str())?;
        let (list, _) = path.rsplit_once('/')?;
        Some(self.state.base().resolve(list))
    }
}

//! A container as a directory: its members in order, a page at a time, narrowed by what they say.
//!
//! Facets are the properties that the shapes of the members' class name and whose values are
//! concepts or shared by several members. Values of one facet widen, facets narrow; each count is
//! what choosing that value would show. Invariant: what the reader may not read counts nowhere.

use super::label::Text;
use super::link::{Link, key};
use super::order::FieldOrder;
use super::reading::Reading;
use super::standing::percent;
use crate::extract::{Encoded, PageQuery, Portion, Selection};
use codesocial_graph::{Pattern, TermId, folded};
use codesocial_ldp::{CONTAINERS, Document};
use codesocial_rdf::vocab::{compact, cs, expand};
use oxrdf::TermRef;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Members on a page, where the reader does not say how many.
pub(crate) const MEMBERS_SHOWN: usize = 60;
/// Members that are looked at; a larger container has no facets.
pub(crate) const MEMBERS_MAX: usize = 20_000;
/// Values of a facet; those beyond are not offered.
const VALUES_MAX: usize = 40;
const FACETS_MAX: usize = 8;
/// Values that a member's entry shows.
const FACTS_MAX: usize = 4;

#[derive(Debug, Default, Serialize)]
pub(super) struct Directory {
    pub(super) members: Vec<Entry>,
    /// Members in all.
    pub(super) count: usize,
    /// Those that were chosen.
    pub(super) chosen: usize,
    pub(super) more: usize,
    /// The address of the next page, where there are more.
    pub(super) next: Option<String>,
    text: String,
    /// What the address says of the selection, for the link to the other language.
    pub(super) query: String,
    /// How an address names the class of the members.
    class: Option<String>,
    choices: Vec<(String, String)>,
    facets: Vec<Facet>,
}

#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) link: Link,
    facts: Vec<Link>,
    completeness: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Facet {
    #[serde(skip)]
    place: usize,
    name: Text,
    options: Vec<FacetOption>,
}

#[derive(Debug, Serialize)]
struct FacetOption {
    name: Text,
    href: String,
    count: usize,
    chosen: bool,
}

/// A member and what facets may tell it apart by.
struct Member<'a> {
    link_iri: oxrdf::NamedNodeRef<'a>,
    id: TermId,
    /// Property (by its place among the candidates) and value.
    values: Vec<(usize, TermId)>,
}

/// A property that may make a facet.
struct Candidate {
    property: TermId,
    /// As addresses name it.
    name: String,
    label: Text,
}

pub(super) fn directory(
    reading: &Reading<'_>,
    container: &Document,
    portion: &Portion,
) -> Directory {
    // What is not wholly here cannot be chosen from.
    let is_whole = container.page.total == container.members().count();
    let none = Selection::default();
    let selection = if is_whole { &portion.selection } else { &none };
    let candidates = if is_whole { candidates(reading, container) } else { Vec::new() };
    let members = members(reading, container, &candidates);
    let wanted = wanted(reading, &candidates, selection, &members);
    let text = folded(&selection.text);
    let named = |member: &Member<'_>| {
        text.trim().is_empty() || folded(&reading.name(member.link_iri).text).contains(text.trim())
    };
    let named: Vec<&Member<'_>> = members.iter().filter(|member| named(member)).collect();
    let chosen: Vec<&Member<'_>> =
        named.iter().copied().filter(|member| wanted.take(member, None)).collect();
    let folder = format!("{}/", container.iri.as_str().trim_end_matches('/'));
    let start = format!("{folder}{}", portion.after.as_deref().unwrap_or_default());
    let rest: Vec<&Member<'_>> =
        chosen.iter().copied().filter(|m| m.link_iri.as_str() > start.as_str()).collect();
    let shown = &rest[..rest.len().min(portion.max.unwrap_or(MEMBERS_SHOWN))];
    let more = rest.len() - shown.len() + container.page.beyond;
    let after = shown.last().filter(|_| more > 0);
    let after = after.and_then(|last| last.link_iri.as_str().strip_prefix(&folder));
    let query = selection.to_string();
    let next = after.map(|after| {
        let page = PageQuery { after, of: portion }.to_string();
        if query.is_empty() { page } else { format!("{page}&{query}") }
    });
    let facets = facets(reading, &candidates, selection, &named, &wanted);
    let mut entries: Vec<Entry> =
        shown.iter().map(|member| entry(reading, member, &facets)).collect();
    entries.sort_by_cached_key(|entry| entry.link.text.sort_key());
    Directory {
        members: entries,
        count: container.page.total,
        chosen: chosen.len(),
        more,
        next,
        text: selection.text.clone(),
        query,
        class: class(reading, container).map(|class| Encoded(class).to_string()),
        choices: selection.choices.clone(),
        facets,
    }
}

/// The class of a container's members.
fn class(reading: &Reading<'_>, container: &Document) -> Option<&'static str> {
    let path = reading.state.base().path_of(container.iri.as_str()).unwrap_or_default();
    let class = CONTAINERS.iter().find(|entry| entry.path == path).map(|entry| entry.class);
    class.filter(|class| !class.is_empty())
}

/// The properties that the shapes name of the container's class, in their order, and what the
/// server says of descriptions.
fn candidates(reading: &Reading<'_>, container: &Document) -> Vec<Candidate> {
    let class = class(reading, container);
    let class = class.and_then(|class| reading.state.id(expand(class).as_ref()));
    let Some(class) = class else { return Vec::new() };
    let order = FieldOrder::of(reading, vec![class], &[]);
    let mut properties: Vec<TermId> = order.properties();
    properties.extend(reading.state.id(cs::OPPOSABILITY_LEVEL));
    let mut known = HashSet::new();
    properties.retain(|property| known.insert(*property));
    let candidate = |property: TermId| match reading.state.term(property) {
        TermRef::NamedNode(iri) => {
            let place = order.place(property).and_then(|place| place.name.clone());
            let label = place.unwrap_or_else(|| reading.name(iri));
            Some(Candidate { property, name: compact(iri.as_str())?, label })
        }
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    };
    properties.into_iter().filter_map(candidate).collect()
}

fn members<'a>(
    reading: &Reading<'_>,
    container: &'a Document,
    candidates: &[Candidate],
) -> Vec<Member<'a>> {
    let places: HashMap<TermId, usize> =
        candidates.iter().enumerate().map(|(place, c)| (c.property, place)).collect();
    let member = |iri: &'a oxrdf::NamedNode| {
        let id = reading.state.id(iri).filter(|id| reading.may_read(*id))?;
        let about = Pattern { subject: Some(id), ..Pattern::default() };
        let values = reading.quads(about).filter_map(|[_, property, value, _]| {
            let is_named = matches!(reading.state.term(value), TermRef::NamedNode(_));
            Some((*places.get(&property)?, value)).filter(|_| is_named)
        });
        Some(Member { link_iri: iri.as_ref(), id, values: values.collect() })
    };
    container.members().filter_map(member).collect()
}

/// What was chosen, by the place of its property.
struct Wanted(BTreeMap<usize, HashSet<TermId>>, bool);

impl Wanted {
    /// Whether a member is chosen by every facet but the one that is left out.
    fn take(&self, member: &Member<'_>, but: Option<usize>) -> bool {
        let Self(wanted, is_possible) = self;
        let chosen_by = |(place, values): (&usize, &HashSet<TermId>)| {
            but == Some(*place)
                || member.values.iter().any(|(p, value)| p == place && values.contains(value))
        };
        *is_possible && wanted.iter().all(chosen_by)
    }
}

/// A choice of what no member says leaves none.
fn wanted(
    reading: &Reading<'_>,
    candidates: &[Candidate],
    selection: &Selection,
    members: &[Member<'_>],
) -> Wanted {
    let mut wanted: BTreeMap<usize, HashSet<TermId>> = BTreeMap::new();
    let mut is_possible = true;
    for (name, value) in &selection.choices {
        let Some(place) = candidates.iter().position(|c| c.name == *name) else {
            is_possible = false;
            continue;
        };
        let said = members.iter().flat_map(|member| &member.values);
        let values =
            said.filter(|(p, v)| *p == place && key(reading.state, *v) == Some(value.as_str()));
        wanted.entry(place).or_default().extend(values.map(|(_, value)| *value));
    }
    Wanted(wanted, is_possible)
}

fn facets(
    reading: &Reading<'_>,
    candidates: &[Candidate],
    selection: &Selection,
    members: &[&Member<'_>],
    wanted: &Wanted,
) -> Vec<Facet> {
    let mut values: BTreeMap<usize, HashMap<TermId, [usize; 2]>> = BTreeMap::new();
    for member in members {
        let told: HashSet<(usize, TermId)> = member.values.iter().copied().collect();
        for (place, value) in told {
            let [all, here] = values.entry(place).or_default().entry(value).or_default();
            *all += 1;
            *here += usize::from(wanted.take(member, Some(place)));
        }
    }
    let mut facets = Vec::new();
    for (place, values) in values {
        let candidate = &candidates[place];
        let is_chosen = selection.choices.iter().any(|(name, _)| *name == candidate.name);
        let is_shared = values.values().any(|[all, _]| *all > 1);
        let tells_apart = values.len() > 1 && is_shared && values.len() <= members.len();
        if !is_chosen && !tells_apart || facets.len() == FACETS_MAX {
            continue;
        }
        let options = options(reading, candidate, selection, &values);
        // A choice that no member offers leaves nothing to choose from.
        if !options.is_empty() {
            facets.push(Facet { place, name: candidate.label.clone(), options });
        }
    }
    facets
}

fn options(
    reading: &Reading<'_>,
    candidate: &Candidate,
    selection: &Selection,
    values: &HashMap<TermId, [usize; 2]>,
) -> Vec<FacetOption> {
    let option = |(value, [_, count]): (&TermId, &[usize; 2])| {
        let TermRef::NamedNode(iri) = reading.state.term(*value) else { return None };
        let value = key(reading.state, *value)?;
        let chosen = selection.holds(&candidate.name, value);
        let query = selection.toggled(&candidate.name, value);
        (chosen || *count > 0).then(|| FacetOption {
            name: reading.name(iri),
            href: format!("?{query}"),
            count: *count,
            chosen,
        })
    };
    let mut options: Vec<FacetOption> = values.iter().filter_map(option).collect();
    options.sort_by_cached_key(|option| {
        (!option.chosen, std::cmp::Reverse(option.count), option.name.sort_key())
    });
    options.truncate(VALUES_MAX);
    options
}

/// A member with what the facets tell it apart by.
fn entry(reading: &Reading<'_>, member: &Member<'_>, facets: &[Facet]) -> Entry {
    let told = member.values.iter().filter(|(p, _)| facets.iter().any(|facet| facet.place == *p));
    let concepts = told.filter_map(|(place, value)| match reading.state.term(*value) {
        TermRef::NamedNode(iri) => Some((*place, reading.link(iri))),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    });
    let mut facts: Vec<(usize, Link)> = concepts.collect();
    facts.sort_by_cached_key(|(place, link)| (*place, link.text.sort_key()));
    facts.dedup();
    facts.truncate(FACTS_MAX);
    let score = reading.objects(member.id, cs::COMPLETENESS).next();
    let completeness = score.and_then(|score| match reading.state.term(score) {
        TermRef::Literal(score) => percent(&score.into_owned()),
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
    });
    Entry {
        link: reading.link(member.link_iri),
        facts: facts.into_iter().map(|(_, link)| link).collect(),
        completeness,
    }
}

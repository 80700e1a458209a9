//! The front page: the registry in figures, ways into it, and what changed last.
//!
//! Each figure leads to the list that it counts, by the same choice of members.

use super::link::{Link, key, local};
use super::listing::{Card, Vocabularies, cards, count, vocabularies};
use super::reading::Reading;
use super::value::Value;
use codesocial_graph::{Pattern, TermId};
use codesocial_ldp::Document;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{dct, expand, ldp};
use oxrdf::TermRef;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Changes shown.
const CHANGES_MAX: usize = 10;

#[derive(Debug, Default, Serialize)]
pub(super) struct Home {
    figures: Vec<Figure>,
    ways: Vec<Way>,
    changes: Vec<Recent>,
    /// Every list, in the order in which the instance presents them.
    pub(super) cards: Vec<Card>,
    pub(super) vocabularies: Vocabularies,
}

#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    href: String,
    count: usize,
}

/// Why people come, and the lists that serve it.
#[derive(Debug, Serialize)]
struct Way {
    title: String,
    purpose: String,
    lists: Vec<Card>,
}

/// A document that was written lately.
#[derive(Debug, Serialize)]
struct Recent {
    link: Link,
    list: Option<Link>,
    at: Value,
    is_new: bool,
}

/// Words, container, and the property and value of the members that count.
type FigureEntry = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const FIGURES: [FigureEntry; 7] = [
    ("home.organisations", "organizations", None),
    ("home.published", "codesocials", Some(("cs:status", "statut-codesocial/publie"))),
    ("home.enforceable", "codesocials", Some(("cs:opposabilityLevel", "opposabilite/4"))),
    ("home.seeds", "seeds", None),
    ("home.needs", "needs", Some(("cs:status", "statut-offre-besoin/ouvert"))),
    ("home.offers", "offers", Some(("cs:status", "statut-offre-besoin/ouvert"))),
    ("home.badges", "badges", None),
];

/// Title, purpose, containers.
const WAYS: [(&str, &str, &[&str]); 4] = [
    (
        "home.describe",
        "home.describe-purpose",
        &["organizations", "commons", "codesocials", "intentions", "actions", "territories"],
    ),
    ("home.learn", "home.learn-purpose", &["seeds", "quizzes", "learning-paths", "badges"]),
    ("home.exchange", "home.exchange-purpose", &["needs", "offers", "pools", "matrices", "flows"]),
    (
        "home.debate",
        "home.debate-purpose",
        &["controversies", "positions", "arguments", "proposals", "decisions"],
    ),
];

pub(super) fn home(reading: &Reading<'_>, root: &Document) -> Home {
    let cards = cards(reading, root.members());
    let text = |name: &str| reading.words.text(name);
    let way = |(title, purpose, paths): &(&str, &str, &[&str])| {
        let lists = paths.iter().filter_map(|path| {
            let href = local(reading.state.base(), reading.state.base().resolve(path).as_str());
            cards.iter().find(|card| card.count > 0 && card.link.href == href).cloned()
        });
        Way { title: text(title), purpose: text(purpose), lists: lists.collect() }
    };
    Home {
        figures: FIGURES.iter().filter_map(|entry| figure(reading, *entry)).collect(),
        ways: WAYS.iter().map(way).filter(|way| !way.lists.is_empty()).collect(),
        changes: changes(reading),
        cards,
        vocabularies: vocabularies(reading),
    }
}

/// Nothing where the reader knows of no such list.
fn figure(reading: &Reading<'_>, (name, path, chosen): FigureEntry) -> Option<Figure> {
    let container = reading.state.base().resolve(path);
    let id = reading.state.id(&container).filter(|id| reading.may_read(*id))?;
    let page = local(reading.state.base(), container.as_str())?;
    let (href, count) = match chosen {
        None => (page, count(reading, id)),
        Some((property, value)) => {
            let name = property;
            let property = expand(name);
            let members = reading.objects(id, ldp::CONTAINS);
            let is_chosen = |member: &TermId| {
                let mut values = reading.objects(*member, property.as_ref());
                let names = |id| key(reading.state, id).is_some_and(|key| key == value);
                reading.may_read(*member) && values.any(names)
            };
            (format!("{page}?{name}={value}"), members.filter(is_chosen).count())
        }
    };
    Some(Figure { name: reading.words.text(name), href, count })
}

/// When a document was written, as the server writes times, then its address.
type Stamp<'a> = (&'a str, Reverse<&'a str>);

/// The documents written last, the newest first. It reads the time of each document once; no more
/// than those shown are kept.
fn changes(reading: &Reading<'_>) -> Vec<Recent> {
    let state = reading.state;
    let Some(modified) = state.id(dct::MODIFIED) else { return Vec::new() };
    let mut newest: BinaryHeap<Reverse<(Stamp<'_>, [TermId; 2])>> = BinaryHeap::new();
    let stamps = Pattern { predicate: Some(modified), ..Pattern::default() };
    for [document, _, at, meta] in state.quads(stamps) {
        let told = state.kind(meta) == GraphKind::Meta
            && state.kind(document) == GraphKind::Resource
            && reading.may_read(document);
        let (TermRef::Literal(stamp), TermRef::NamedNode(iri), true) =
            (state.term(at), state.term(document), told)
        else {
            continue;
        };
        let order = (stamp.value(), Reverse(iri.as_str()));
        newest.push(Reverse((order, [document, at])));
        if newest.len() > CHANGES_MAX {
            newest.pop();
        }
    }
    let newest = newest.into_sorted_vec().into_iter();
    newest.filter_map(|Reverse((_, [document, at]))| recent(reading, document, at)).collect()
}

fn recent(reading: &Reading<'_>, document: TermId, at: TermId) -> Option<Recent> {
    let (TermRef::NamedNode(iri), TermRef::Literal(stamp)) =
        (reading.state.term(document), reading.state.term(at))
    else {
        return None;
    };
    let list = reading.list_of(iri).map(|list| reading.link(list.as_ref()));
    let is_new = reading.objects(document, dct::CREATED).any(|created| created == at);
    let at = reading.literal(&stamp.into_owned());
    Some(Recent { link: reading.link(iri), list, at, is_new })
}

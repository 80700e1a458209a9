//! The members of a container, a page at a time, in the order of their names or of what they say.
//!
//! Invariant: where a page begins is a name, not a number, so that no member moves from one page to
//! another when others come and go between them; and reading a page in the order of names keeps no
//! more than the page.

use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::vocab::{ldp, xsd};
use codesocial_store::{Agent, State};
use oxrdf::{LiteralRef, NamedNode, TermRef};
use std::collections::BinaryHeap;

/// Which of its members are read with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Containment<'a> {
    /// None.
    Minimal,
    /// Those that follow `after`, at most `max`.
    Page { after: &'a str, max: usize, order: Option<&'a Order> },
}

/// By what of their own members are ordered, in place of their names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    pub property: NamedNode,
    pub descending: bool,
}

/// What a page does not show of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many members there are, before the page and after it too.
    pub total: usize,
    /// How many follow.
    pub beyond: usize,
    /// After what the next page begins, where some follow.
    pub next: Option<String>,
}

/// The members of a page, as the agent may read them, in order.
pub(crate) fn page(
    state: &State,
    agent: &Agent,
    container: &NamedNode,
    (after, max): (&str, usize),
    order: Option<&Order>,
) -> (Vec<NamedNode>, Page) {
    let readers = state.readers(agent);
    let folder = format!("{}/", container.as_str().trim_end_matches('/'));
    let readable = contained(state, container).filter(|member| readers.may_read(state, *member));
    let listed = readable.filter_map(|member| match state.term(member) {
        // What is attached from elsewhere has its whole address for a name.
        TermRef::NamedNode(iri) => {
            let iri = iri.as_str();
            Some((member, iri.strip_prefix(&folder).unwrap_or(iri)))
        }
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    });
    let (names, page) = match order {
        None => by_name(listed.map(|(_, name)| name), after, max),
        Some(order) => {
            let key = |(member, name)| format!("{} {name}", order.key(state, member));
            by_key(listed.map(key).collect(), after, max, order.descending)
        }
    };
    let is_whole = |name: &str| name.contains('/');
    let member = |name: String| {
        NamedNode::new_unchecked(if is_whole(&name) { name } else { format!("{folder}{name}") })
    };
    (names.into_iter().map(member).collect(), page)
}

/// The smallest names after one.
fn by_name<'a>(
    names: impl Iterator<Item = &'a str>,
    after: &str,
    max: usize,
) -> (Vec<String>, Page) {
    // The greatest of the smallest so far is on top.
    let mut smallest: BinaryHeap<&str> = BinaryHeap::new();
    let (mut total, mut following) = (0, 0);
    for name in names {
        total += 1;
        if name <= after {
            continue;
        }
        following += 1;
        if smallest.len() < max {
            smallest.push(name);
        } else if smallest.peek().is_some_and(|greatest| name < *greatest) {
            smallest.pop();
            smallest.push(name);
        }
    }
    let names: Vec<String> = smallest.into_sorted_vec().into_iter().map(str::to_owned).collect();
    let beyond = following - names.len();
    let next = names.last().filter(|_| beyond > 0).cloned();
    (names, Page { total, beyond, next })
}

/// The names of the keys that follow one, in the order of the keys. A name is what stands after the
/// last space of a key.
fn by_key(mut keys: Vec<String>, after: &str, max: usize, descending: bool) -> (Vec<String>, Page) {
    keys.sort_unstable();
    if descending {
        keys.reverse();
    }
    let precedes = |key: &String| match descending {
        _ if after.is_empty() => false,
        false => key.as_str() <= after,
        true => key.as_str() >= after,
    };
    let following = &keys[keys.partition_point(precedes)..];
    let shown = &following[..max.min(following.len())];
    let beyond = following.len() - shown.len();
    let next = shown.last().filter(|_| beyond > 0).cloned();
    let name = |key: &String| key.rsplit(' ').next().unwrap_or_default().to_owned();
    (shown.iter().map(name).collect(), Page { total: keys.len(), beyond, next })
}

impl Order {
    /// A text that is smaller where what a member says is; of several values the smallest counts,
    /// and who says nothing comes before all.
    fn key(&self, state: &State, member: TermId) -> String {
        let TermRef::NamedNode(document) = state.term(member) else { return String::new() };
        let graphs = [state.id(document), state.id(&State::meta(document))];
        let pattern = state.id(&self.property).map(|property| Pattern {
            subject: Some(member),
            predicate: Some(property),
            ..Pattern::default()
        });
        let quads = pattern.into_iter().flat_map(|pattern| state.quads(pattern));
        let own = quads.filter(|[_, _, _, graph]| graphs.contains(&Some(*graph)));
        let keys = own.map(|[_, _, value, _]| match state.term(value) {
            TermRef::Literal(literal) => key_of(literal),
            TermRef::NamedNode(node) => format!("1{}", node.as_str()),
            TermRef::BlankNode(_) => "1".to_owned(),
        });
        keys.min().unwrap_or_else(|| "0".to_owned())
    }
}

/// Numbers by their value, before texts in lower case.
fn key_of(literal: LiteralRef<'_>) -> String {
    let is_text = literal.language().is_some() || literal.datatype() == xsd::STRING;
    match literal.value().parse::<f64>() {
        Ok(number) if !is_text => {
            // The bits of negative numbers grow as the numbers fall.
            let bits = number.to_bits();
            let ordered = if number.is_sign_negative() { !bits } else { bits | 1 << 63 };
            format!("1 {ordered:016x}")
        }
        _ => format!("1{}", literal.value().to_lowercase()),
    }
}

fn contained(state: &State, container: &NamedNode) -> impl Iterator<Item = TermId> {
    let meta = State::meta(container.as_ref());
    let known = (state.id(container), state.id(ldp::CONTAINS), state.id(&meta));
    let pattern = match known {
        (Some(container), Some(contains), Some(meta)) => Some(Pattern {
            subject: Some(container),
            predicate: Some(contains),
            object: None,
            graph: Some(meta),
        }),
        _ => None,
    };
    pattern.into_iter().flat_map(|pattern| state.quads(pattern)).map(|[_, _, member, _]| member)
}

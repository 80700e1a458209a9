//! The members of a container, a page at a time, in the order of their IRIs.
//!
//! Invariant: where a page begins is a name, not a number, so that no member moves from one page to
//! another when others come and go between them; and reading a page keeps no more than the page.

use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::vocab::ldp;
use codesocial_store::{Agent, State};
use oxrdf::{NamedNode, TermRef};
use std::collections::BinaryHeap;

/// Which of its members are read with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Containment<'a> {
    /// None.
    Minimal,
    /// Those whose names follow `after`, at most `max`.
    Page { after: &'a str, max: usize },
}

/// What a page does not show of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many members there are, before the page and after it too.
    pub total: usize,
    /// How many follow.
    pub beyond: usize,
    /// The name after which the next page begins, where some follow.
    pub next: Option<String>,
}

/// The members of a page, as the agent may read them, in order.
pub(crate) fn page(
    state: &State,
    agent: &Agent,
    container: &NamedNode,
    after: &str,
    max: usize,
) -> (Vec<NamedNode>, Page) {
    let readers = state.readers(agent);
    let folder = format!("{}/", container.as_str().trim_end_matches('/'));
    let start = format!("{folder}{after}");
    // The greatest of the smallest so far is on top.
    let mut smallest: BinaryHeap<&str> = BinaryHeap::new();
    let (mut total, mut following) = (0, 0);
    for member in contained(state, container).filter(|member| readers.may_read(state, *member)) {
        let TermRef::NamedNode(member) = state.term(member) else { continue };
        total += 1;
        if member.as_str() <= start.as_str() {
            continue;
        }
        following += 1;
        if smallest.len() < max {
            smallest.push(member.as_str());
        } else if smallest.peek().is_some_and(|greatest| member.as_str() < *greatest) {
            smallest.pop();
            smallest.push(member.as_str());
        }
    }
    let members = smallest.into_sorted_vec();
    let beyond = following - members.len();
    let last = members.last().filter(|_| beyond > 0);
    let next = last.and_then(|last| last.strip_prefix(&folder)).map(str::to_owned);
    let members = members.into_iter().map(NamedNode::new_unchecked).collect();
    (members, Page { total, beyond, next })
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

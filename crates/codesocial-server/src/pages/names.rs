//! The names of everything in one state, ready to be searched.
//!
//! Invariant: the index belongs to one state, by identity; ids mean nothing in another. It knows
//! all graphs: who may read a name is asked when it is found.

use super::fold::folded;
use super::label::LABELS;
use super::reading::Reading;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::GraphKind;
use codesocial_store::State;
use oxrdf::TermRef;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Words of a query beyond these are not looked for.
const WORDS_MAX: usize = 8;

struct Name {
    folded: Box<str>,
    subject: TermId,
    graph: TermId,
}

/// How well a name matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It begins with what was asked for.
    Prefix,
    /// Each word that was asked for begins a word of it.
    Words,
    /// It holds each word somewhere.
    Infix,
}

pub(super) struct NameIndex {
    of: Weak<State>,
    names: Vec<Name>,
}

/// The index of the newest state that was searched, made by the first search.
#[derive(Default)]
pub(super) struct NewestIndex(Mutex<Option<Arc<NameIndex>>>);

impl NewestIndex {
    pub(super) fn of(&self, state: &Arc<State>) -> Arc<NameIndex> {
        // A poisoned lock still holds a whole index. Whoever waits would have made the same one.
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*newest {
            Some(index) if std::ptr::eq(index.of.as_ptr(), Arc::as_ptr(state)) => index.clone(),
            _ => {
                let index = Arc::new(NameIndex::of(state));
                *newest = Some(index.clone());
                index
            }
        }
    }
}

impl NameIndex {
    fn of(state: &Arc<State>) -> Self {
        Self { of: Arc::downgrade(state), names: names(state) }
    }

    /// The subjects that the reader may know of and that have each word of the text in one of their
    /// names, the best first, each once.
    pub(super) fn search(&self, reading: &Reading<'_>, text: &str) -> Vec<TermId> {
        let text = folded(text);
        let text = text.trim();
        let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).take(WORDS_MAX).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut best: HashMap<TermId, (Rank, &str)> = HashMap::new();
        for name in &self.names {
            let Some(rank) = rank(&name.folded, text, &words) else { continue };
            if !reading.may_read(name.graph) {
                continue;
            }
            let found = (rank, &*name.folded);
            let known = best.entry(name.subject).or_insert(found);
            *known = found.min(*known);
        }
        let mut found: Vec<_> = best.into_iter().collect();
        // Ids break ties: pages of one state never overlap.
        found.sort_unstable_by_key(|(subject, (rank, name))| (*rank, *name, *subject));
        found.into_iter().map(|(subject, _)| subject).collect()
    }
}

/// Documents and concepts are found by their names; parts of documents are not.
fn names(state: &State) -> Vec<Name> {
    let mut names = Vec::new();
    for predicate in LABELS.iter().filter_map(|label| state.id(*label)) {
        for [subject, _, name, graph] in
            state.quads(Pattern { predicate: Some(predicate), ..Pattern::default() })
        {
            let is_whole = match state.kind(graph) {
                GraphKind::Resource | GraphKind::Private => subject == graph,
                GraphKind::Scheme => true,
                _ => false,
            };
            if let (true, TermRef::Literal(name)) = (is_whole, state.term(name)) {
                names.push(Name { folded: folded(name.value()).into(), subject, graph });
            }
        }
    }
    names
}

fn rank(name: &str, text: &str, words: &[&str]) -> Option<Rank> {
    let begins_word = |word: &&str| {
        name.match_indices(*word).any(|(at, _)| {
            let before = name[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric())
        })
    };
    if name.starts_with(text) {
        Some(Rank::Prefix)
    } else if !words.iter().all(|word| name.contains(word)) {
        None
    } else if words.iter().all(begins_word) {
        Some(Rank::Words)
    } else {
        Some(Rank::Infix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Option<Rank>) {
        let (name, text) = (folded(name), folded(text));
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(rank(&name, &text, &words), expected);
    }

    #[test]
    fn a_name_that_begins_as_asked_comes_before_one_that_holds_it() {
        check("Eau de source", "eau d", Some(Rank::Prefix));
        check("Le château d'eau", "EAU", Some(Rank::Words));
        check("Le château d'eau", "eau chat", Some(Rank::Words));
        check("Château", "eau", Some(Rank::Infix));
        check("Château", "eau vin", None);
        check("#CodeSocial", "codesocial", Some(Rank::Words));
    }
}

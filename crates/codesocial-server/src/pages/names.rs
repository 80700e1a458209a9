//! The names of everything in one state, ready to be searched.
//!
//! Invariant: the index belongs to one state, by identity; ids mean nothing in another. It knows
//! all graphs: who may read a name is asked when it is found.

use super::label::LABELS;
use super::reading::Reading;
use codesocial_graph::{Pattern, TermId, folded};
use codesocial_rdf::GraphKind;
use codesocial_store::State;
use oxrdf::TermRef;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Words of a query beyond these are not looked for.
const WORDS_MAX: usize = 8;

struct Name {
    folded: Box<str>,
    subject: TermId,
    text: TermId,
    graph: TermId,
}

/// What was found, and its place among all that a search finds: the same in every state that names
/// it so.
pub(super) struct Hit {
    pub(super) subject: TermId,
    rank: Rank,
    name: String,
    iri: String,
}

/// How well a thing matches, the best first: its name does so, or another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The name begins with what was asked for.
    Prefix,
    /// Each word that was asked for begins a word of it.
    Words,
    /// It holds each word somewhere.
    Infix,
    /// Another text does.
    Text,
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
    /// names, the best first, each once. Among those given, or of all: these are too many to be
    /// listed where no word is asked for.
    pub(super) fn search(
        &self,
        reading: &Reading<'_>,
        text: &str,
        among: Option<&HashSet<TermId>>,
    ) -> Vec<Hit> {
        let text = folded(text);
        let text = text.trim();
        let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).take(WORDS_MAX).collect();
        if words.is_empty() && among.is_none() {
            return Vec::new();
        }
        let mut best: HashMap<TermId, (Rank, u8, &str)> = HashMap::new();
        for name in &self.names {
            if among.is_some_and(|among| !among.contains(&name.subject)) {
                continue;
            }
            let Some(rank) = rank(&name.folded, text, &words) else { continue };
            if !reading.may_read(name.graph) {
                continue;
            }
            // A list is in the order of the names that the reader sees.
            let language = if words.is_empty() { reading.language_of(name.text) } else { 0 };
            let found = (rank, language, &*name.folded);
            let known = best.entry(name.subject).or_insert(found);
            *known = found.min(*known);
        }
        let hits = best.into_iter().filter_map(|(subject, (rank, _, name))| {
            Hit::new(reading, subject, rank, name.to_owned())
        });
        sorted(hits.collect())
    }

    /// The same among all, and after these what says the words elsewhere than in a name.
    pub(super) fn search_texts(&self, reading: &Reading<'_>, text: &str) -> Vec<Hit> {
        let named = self.search(reading, text, None);
        let known: HashSet<TermId> = named.iter().map(|hit| hit.subject).collect();
        let saying = reading.with_words(text).into_iter().filter(|found| !known.contains(found));
        let saying = saying.filter_map(|subject| {
            let name = reading.label(subject).map_or_else(String::new, |name| name.sort_key());
            Hit::new(reading, subject, Rank::Text, name)
        });
        named.into_iter().chain(sorted(saying.collect())).collect()
    }
}

fn sorted(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_unstable_by(|one, other| one.place().cmp(&other.place()));
    hits
}

impl Hit {
    fn new(reading: &Reading<'_>, subject: TermId, rank: Rank, name: String) -> Option<Self> {
        let TermRef::NamedNode(iri) = reading.state.term(subject) else { return None };
        Some(Self { subject, rank, name, iri: iri.as_str().to_owned() })
    }

    /// Whether that is its whole name, folded.
    pub(super) fn is_called(&self, folded: &str) -> bool {
        self.name == folded
    }

    fn place(&self) -> (Rank, &str, &str) {
        (self.rank, &self.name, &self.iri)
    }

    /// Where a list goes on after this.
    pub(super) fn cursor(&self) -> String {
        format!("{}\n{}\n{}", self.rank as u8, self.name, self.iri)
    }

    /// Whether it comes after a cursor; a text that is none is before everything.
    pub(super) fn is_after(&self, cursor: &str) -> bool {
        let mut parts = cursor.splitn(3, '\n');
        let (Some(rank), Some(name), Some(iri)) = (parts.next(), parts.next(), parts.next()) else {
            return true;
        };
        let own = (self.rank as u8, &*self.name, &*self.iri);
        rank.parse().map_or(true, |rank: u8| own > (rank, name, iri))
    }
}

/// Documents and concepts are found by their names; parts of documents are not.
fn names(state: &State) -> Vec<Name> {
    let mut names = Vec::new();
    for predicate in LABELS.iter().filter_map(|label| state.id(*label)) {
        for [subject, _, text, graph] in
            state.quads(Pattern { predicate: Some(predicate), ..Pattern::default() })
        {
            let is_whole = match state.kind(graph) {
                GraphKind::Resource | GraphKind::Private => subject == graph,
                GraphKind::Scheme => true,
                _ => false,
            };
            if let (true, TermRef::Literal(name)) = (is_whole, state.term(text)) {
                names.push(Name { folded: folded(name.value()).into(), subject, text, graph });
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

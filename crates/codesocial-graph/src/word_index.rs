//! Which texts of a dictionary hold a word: made when it is first asked for, and then kept as long
//! as the dictionary.
//!
//! Invariant: it finds what [`Words::are_in`] says, no more and no less. It knows nothing of
//! graphs, nor of who may read: what it finds is good for nothing but to be looked up.

use crate::dictionary::Dictionary;
use crate::fold::folded;
use crate::term::{StoredTerm, TermId};
use crate::text::{Tongue, Words, stem, words};
use oxrdf::TermRef;
use std::collections::HashMap;

/// The texts of each stem, one array after the other.
pub(crate) struct WordIndex {
    /// By language and letters.
    stems: Box<[(Tongue, Box<str>)]>,
    /// Where the texts of each stem begin; one more at the end.
    starts: Box<[u32]>,
    texts: Box<[TermId]>,
}

impl WordIndex {
    pub(crate) fn of(dictionary: &Dictionary) -> Self {
        let mut builder = Builder::default();
        for id in (1..dictionary.len()).map(TermId) {
            builder.add(id, dictionary.get(id));
        }
        builder.finish()
    }

    /// The texts that hold the words, ascending.
    pub(crate) fn find(&self, words: &Words) -> Vec<TermId> {
        let mut found = Vec::new();
        for (tongue, stems) in words.stems() {
            let mut lists: Vec<&[TermId]> =
                stems.iter().map(|stem| self.texts_of(tongue, stem)).collect();
            lists.sort_by_key(|list| list.len());
            let Some((rarest, others)) = lists.split_first() else { continue };
            let in_all = |id: &&TermId| others.iter().all(|list| list.binary_search(id).is_ok());
            found.extend(rarest.iter().filter(in_all).copied());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn texts_of(&self, tongue: Tongue, stem: &str) -> &[TermId] {
        let place = self.stems.binary_search_by(|(own, text)| (*own, &**text).cmp(&(tongue, stem)));
        place.map_or(&[], |n| &self.texts[self.starts[n] as usize..self.starts[n + 1] as usize])
    }

    /// About what it occupies.
    pub(crate) fn bytes(&self) -> usize {
        let letters: usize = self.stems.iter().map(|(_, text)| text.len()).sum();
        size_of_val(&*self.stems) + letters + size_of_val(&*self.starts) + size_of_val(&*self.texts)
    }
}

/// The text of a term, where it is one, and the languages that it may be in.
fn text(term: StoredTerm<'_>) -> Option<(&str, &'static [Tongue])> {
    if !term.tag.is_text() {
        return None;
    }
    let TermRef::Literal(literal) = term.to_term() else { return None };
    Some((literal.value(), Tongue::of_tag(literal.language())))
}

/// Takes texts in the order of their ids.
#[derive(Default)]
struct Builder {
    /// The number of the stem of each word that was met, in each language that it was met in.
    words: HashMap<Box<str>, [Option<u32>; Tongue::ALL.len()]>,
    stems: HashMap<(Tongue, Box<str>), u32>,
    /// The last text that has each stem, and how many have it.
    last: Vec<(TermId, u32)>,
    found: Vec<(u32, TermId)>,
}

impl Builder {
    fn add(&mut self, id: TermId, term: StoredTerm<'_>) {
        let Some((text, tongues)) = text(term) else { return };
        let folded = folded(text);
        for word in words(&folded) {
            for tongue in tongues {
                let stem = self.stem(word, *tongue);
                let (last, count) = &mut self.last[stem as usize];
                if *last != id {
                    (*last, *count) = (id, *count + 1);
                    self.found.push((stem, id));
                }
            }
        }
    }

    fn stem(&mut self, word: &str, tongue: Tongue) -> u32 {
        if let Some(stem) = self.words.get(word).and_then(|stems| stems[tongue as usize]) {
            return stem;
        }
        let key = (tongue, stem(&tongue.stemmer(), word).into_boxed_str());
        let number = *self.stems.entry(key).or_insert_with(|| {
            self.last.push((TermId::DEFAULT_GRAPH, 0));
            (self.last.len() - 1) as u32
        });
        self.words.entry(word.into()).or_default()[tongue as usize] = Some(number);
        number
    }

    fn finish(self) -> WordIndex {
        drop(self.words);
        let mut stems: Vec<_> = self.stems.into_iter().collect();
        stems.sort_unstable();
        let mut starts = Vec::with_capacity(stems.len() + 1);
        let mut free = vec![0; stems.len()];
        let mut start = 0;
        for (_, stem) in &stems {
            starts.push(start);
            free[*stem as usize] = start;
            start += self.last[*stem as usize].1;
        }
        starts.push(start);
        let mut texts = vec![TermId::DEFAULT_GRAPH; self.found.len()];
        for (stem, id) in self.found {
            let place = &mut free[stem as usize];
            texts[*place as usize] = id;
            *place += 1;
        }
        WordIndex {
            stems: stems.into_iter().map(|(stem, _)| stem).collect(),
            starts: starts.into(),
            texts: texts.into(),
        }
    }
}

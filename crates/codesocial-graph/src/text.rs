//! Texts that hold some words, whatever their inflection: French and English, by the language that
//! a text is in.
//!
//! A text is folded, taken apart into words, and each word cut down to its stem. What nearly every
//! text holds (articles, prepositions, what is elided before an apostrophe) counts for nothing.

use crate::fold::folded;
use oxrdf::LiteralRef;
use oxrdf::vocab::xsd;
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxBuildHasher;
use std::collections::BTreeSet;
use std::hash::BuildHasher as _;

/// Words of a search beyond these are not looked for.
const WORDS_MAX: usize = 16;
/// What is longer is no word of a language: as much of it is compared.
const WORD_LETTERS_MAX: usize = 40;

/// A language whose inflections are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tongue {
    French,
    English,
}

impl Tongue {
    pub(crate) const ALL: [Self; 2] = [Self::French, Self::English];

    /// The languages that a text may be in: both, where its tag tells neither.
    pub(crate) fn of_tag(tag: Option<&str>) -> &'static [Self] {
        let primary = tag.map(|tag| tag.split('-').next().unwrap_or(tag));
        match primary {
            Some(tag) if tag.eq_ignore_ascii_case("fr") => &[Self::French],
            Some(tag) if tag.eq_ignore_ascii_case("en") => &[Self::English],
            _ => &Self::ALL,
        }
    }

    pub(crate) fn stemmer(self) -> Stemmer {
        Stemmer::create(match self {
            Self::French => Algorithm::French,
            Self::English => Algorithm::English,
        })
    }
}

/// The stem of a folded word, and the word itself where it is not written in Latin letters.
pub(crate) fn stem(stemmer: &Stemmer, word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        stemmer.stem(word).into_owned()
    } else {
        word.to_owned()
    }
}

/// The words of a folded text that tell it from others.
pub(crate) fn words(folded: &str) -> impl Iterator<Item = &str> {
    let words = folded.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty() && !is_empty_word(word)).map(|word| {
        let end = word.char_indices().nth(WORD_LETTERS_MAX).map_or(word.len(), |(end, _)| end);
        &word[..end]
    })
}

/// Whether a word is in nearly every text: single letters too, which is what is left of what is
/// elided.
fn is_empty_word(word: &str) -> bool {
    matches!(word.as_bytes(), [letter] if letter.is_ascii_lowercase())
        || EMPTY_WORDS.binary_search(&word).is_ok()
}

/// Sorted, and folded as texts are.
const EMPTY_WORDS: [&str; 54] = [
    "and", "are", "at", "au", "aux", "by", "ce", "ces", "cet", "cette", "dans", "de", "des", "du",
    "elle", "en", "est", "et", "for", "from", "il", "in", "is", "it", "jusqu", "la", "le", "les",
    "leur", "lorsqu", "of", "on", "or", "ou", "par", "pour", "puisqu", "qu", "que", "qui",
    "quoiqu", "sa", "ses", "son", "sont", "sur", "that", "the", "these", "this", "to", "un", "une",
    "with",
];

/// What a text must hold to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Stems by the rules of each language that texts are wanted in.
    stems: Vec<(Tongue, BTreeSet<String>)>,
}

impl Words {
    /// The words of a search. With a language, texts in another are not found.
    pub fn of(search: &str, language: Option<&str>) -> Self {
        let folded = folded(search);
        let stems = Tongue::of_tag(language).iter().map(|tongue| {
            let stemmer = tongue.stemmer();
            let words = words(&folded).take(WORDS_MAX);
            (*tongue, words.map(|word| stem(&stemmer, word)).collect())
        });
        Self { stems: stems.filter(|(_, stems): &(_, BTreeSet<_>)| !stems.is_empty()).collect() }
    }

    pub(crate) fn stems(&self) -> impl Iterator<Item = (Tongue, &BTreeSet<String>)> {
        self.stems.iter().map(|(tongue, stems)| (*tongue, stems))
    }

    /// Whether a text holds each of the words, by the rules of one language that it may be in.
    /// Without words, none does.
    pub fn are_in(&self, text: LiteralRef<'_>) -> bool {
        if !is_text(text) {
            return false;
        }
        let folded = folded(text.value());
        let tongues = Tongue::of_tag(text.language());
        self.stems().filter(|(tongue, _)| tongues.contains(tongue)).any(|(tongue, wanted)| {
            let stemmer = tongue.stemmer();
            let held: BTreeSet<String> = words(&folded).map(|word| stem(&stemmer, word)).collect();
            wanted.is_subset(&held)
        })
    }
}

/// The stems of a text as numbers, which tell nearly all texts that do not hold some words.
pub(crate) struct StemHashes(Box<[u32]>);

impl StemHashes {
    pub(crate) fn of(text: LiteralRef<'_>) -> Self {
        let folded = folded(text.value());
        let mut hashes = Vec::new();
        for tongue in Tongue::of_tag(text.language()) {
            let stemmer = tongue.stemmer();
            hashes.extend(words(&folded).map(|word| hash(*tongue, &stem(&stemmer, word))));
        }
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes.into())
    }

    pub(crate) fn may_hold(&self, words: &Words) -> bool {
        words.stems().any(|(tongue, stems)| {
            stems.iter().all(|stem| self.0.binary_search(&hash(tongue, stem)).is_ok())
        })
    }
}

fn hash(tongue: Tongue, stem: &str) -> u32 {
    FxBuildHasher.hash_one((tongue, stem)) as u32
}

/// Whether a literal is a text, and no number, date or code of another datatype.
fn is_text(literal: LiteralRef<'_>) -> bool {
    literal.language().is_some() || literal.datatype() == xsd::STRING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(search: &str, text: LiteralRef<'_>, expected: bool) {
        assert_eq!(Words::of(search, None).are_in(text), expected, "{search} in {text}");
    }

    fn french(text: &str) -> LiteralRef<'_> {
        LiteralRef::new_language_tagged_literal_unchecked(text, "fr")
    }

    fn english(text: &str) -> LiteralRef<'_> {
        LiteralRef::new_language_tagged_literal_unchecked(text, "en-GB")
    }

    #[test]
    fn a_text_is_found_by_its_words_whatever_their_inflection() {
        check("jardin partagé", french("Les jardins partagés d’Issoire"), true);
        check("JARDINS", french("un jardin"), true);
        check("eau", french("l’eau du château"), true);
        check("l'eau", french("Eaux de source"), true);
        check("ecologie", french("L’Écologie"), true);
        check("oeuvre", french("des œuvres"), true);
        check("jardin maison", french("un jardin"), false);
        check("jar", french("un jardin"), false);
        check("shared gardens", english("The shared garden"), true);
        check("farming", english("We farm"), true);
        check("garden", LiteralRef::new_simple_literal("Gardens, 2026"), true);
        check("2026", LiteralRef::new_simple_literal("Gardens, 2026"), true);
        check("сад", LiteralRef::new_simple_literal("наш сад"), true);
    }

    #[test]
    fn nothing_is_found_by_no_word_and_in_no_text() {
        check("", french("le"), false);
        check("de la", french("de la terre"), false);
        check("!?", french("!?"), false);
        check("7", LiteralRef::new_typed_literal("7", xsd::INTEGER), false);
    }

    #[test]
    fn the_language_of_a_search_is_that_of_what_it_finds() {
        let is_in = |language, text| Words::of("jardins", Some(language)).are_in(text);
        assert!(is_in("fr", french("jardin")) && !is_in("en", french("jardin")));
        assert!(is_in("fr", LiteralRef::new_simple_literal("jardin")));
        assert!(!is_in("fr", english("jardin")));
    }

    #[test]
    fn words_that_count_for_nothing_are_sorted_and_folded() {
        assert!(EMPTY_WORDS.is_sorted());
        assert!(EMPTY_WORDS.iter().all(|word| folded(word) == *word && word.len() > 1));
    }
}

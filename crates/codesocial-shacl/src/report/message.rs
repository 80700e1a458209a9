//! Messages for people, in French and English, for results whose shape has none of its own.
//!
//! Invariant: every result has at least one message, and it says what was expected and found.

use super::ValidationResult;
use crate::compact::Prefixes;
use crate::model::Component;
use oxrdf::Literal;

/// The languages the engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Fr,
    En,
}

impl Lang {
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

pub(super) fn conforms(language: Lang) -> &'static str {
    match language {
        Lang::Fr => "Conforme.",
        Lang::En => "Conforms.",
    }
}

impl ValidationResult {
    /// The messages of the shape: those in the language where there are some, else all of them.
    /// Without any, the engine's own in that language, or in both.
    pub fn messages(&self, language: Option<Lang>) -> Vec<Literal> {
        self.messages_with(&Prefixes::default(), language)
    }

    pub(super) fn messages_with(
        &self,
        prefixes: &Prefixes,
        language: Option<Lang>,
    ) -> Vec<Literal> {
        let in_language = |message: &&Literal| {
            let wanted = language.map(Lang::tag);
            let primary = message.language().and_then(|tag| tag.split('-').next());
            wanted.is_some() && primary == wanted
        };
        let chosen: Vec<_> = self.shape_messages.iter().filter(in_language).cloned().collect();
        if !chosen.is_empty() {
            return chosen;
        }
        if !self.shape_messages.is_empty() {
            return self.shape_messages.clone();
        }
        let languages = language.map_or(vec![Lang::Fr, Lang::En], |language| vec![language]);
        let own = languages.into_iter().map(|language| {
            let text = self.own_message(prefixes, language);
            Literal::new_language_tagged_literal_unchecked(text, language.tag())
        });
        own.collect()
    }

    fn own_message(&self, prefixes: &Prefixes, language: Lang) -> String {
        let value = self.value.as_ref().map(|value| prefixes.term(value.as_ref()));
        let words = Words {
            expected: &self.expected,
            value: value.as_deref().unwrap_or_default(),
            found: self.found.as_deref().unwrap_or_default(),
            path: &self.path.as_ref().map(|path| path.display(prefixes)).unwrap_or_default(),
        };
        match language {
            Lang::Fr => words.french(&self.component),
            Lang::En => words.english(&self.component),
        }
    }
}

struct Words<'a> {
    expected: &'a str,
    value: &'a str,
    found: &'a str,
    path: &'a str,
}

impl Words<'_> {
    fn french(&self, component: &Component) -> String {
        let Self { expected: e, value: v, found: f, path } = self;
        // French has a singular for 0 and 1.
        let s = if matches!(*e, "0" | "1") { "" } else { "s" };
        let fs = if matches!(*f, "0" | "1") { "" } else { "s" };
        match component {
            Component::Class => format!("{v} n'est pas une instance de {e}"),
            Component::Datatype => format!("{v} n'est pas un littéral bien formé de type {e}"),
            Component::NodeKind => format!("terme de nature {e} attendu, {v} trouvé"),
            Component::MinCount => {
                format!("au moins {e} valeur{s} attendue{s}, {f} trouvée{fs}")
            }
            Component::MaxCount => format!("au plus {e} valeur{s} attendue{s}, {f} trouvée{fs}"),
            Component::MinExclusive => format!("valeur supérieure à {e} attendue, {v} trouvée"),
            Component::MinInclusive => format!("valeur d'au moins {e} attendue, {v} trouvée"),
            Component::MaxExclusive => format!("valeur inférieure à {e} attendue, {v} trouvée"),
            Component::MaxInclusive => format!("valeur d'au plus {e} attendue, {v} trouvée"),
            Component::MinLength | Component::MaxLength if f.is_empty() => {
                format!("texte attendu, et {v} n'en a pas")
            }
            Component::MinLength => {
                format!("au moins {e} caractère{s} attendu{s}, {v} en a {f}")
            }
            Component::MaxLength => format!("au plus {e} caractère{s} attendu{s}, {v} en a {f}"),
            Component::Pattern => format!("{v} ne correspond pas au motif « {e} »"),
            Component::LanguageIn => {
                format!("texte dans une des langues {e} attendu, {v} trouvé")
            }
            Component::UniqueLang => {
                format!("au plus une valeur par langue attendue, plusieurs en {f}")
            }
            Component::SingleLine => format!("texte d'une seule ligne attendu, {v} trouvé"),
            Component::SubsetOf => format!("{v} n'est pas aussi une valeur de {e}"),
            Component::SomeValue => format!("aucune valeur n'est conforme à {e}"),
            Component::RootClass => format!("{v} n'est pas une classe sous {e}"),
            Component::UniqueValuesFor => format!("une autre ressource a ces valeurs de {e}"),
            Component::Equals => {
                format!("{v} n'est pas à la fois une valeur d'ici et une valeur de {e}")
            }
            Component::Disjoint => {
                format!("{v} est aussi une valeur de {e}, et ne doit pas l'être")
            }
            Component::LessThan => format!("{v} n'est pas inférieur à {f}, valeur de {e}"),
            Component::LessThanOrEquals => {
                format!("{v} n'est pas inférieur ou égal à {f}, valeur de {e}")
            }
            Component::Not => format!("{v} est conforme à {e}, et ne doit pas l'être"),
            Component::And => format!("{v} n'est pas conforme à chacune de ces formes : {e}"),
            Component::Or => format!("{v} n'est conforme à aucune de ces formes : {e}"),
            Component::Xone => {
                format!("{v} n'est pas conforme à exactement une de ces formes : {e}")
            }
            Component::Node => format!("{v} n'est pas conforme à {e}"),
            Component::QualifiedMinCount => {
                format!("au moins {e} valeur{s} conforme{s} attendue{s}, {f} trouvée{fs}")
            }
            Component::QualifiedMaxCount => {
                format!("au plus {e} valeur{s} conforme{s} attendue{s}, {f} trouvée{fs}")
            }
            Component::Closed => format!("propriété {path} non prévue, de valeur {v}"),
            Component::HasValue => format!("valeur {e} attendue, absente"),
            Component::In => format!("une valeur parmi {e} attendue, {v} trouvée"),
            Component::Sparql | Component::Declared(_) if v.is_empty() => {
                format!("contrainte {e} non satisfaite")
            }
            Component::Sparql | Component::Declared(_) => {
                format!("contrainte {e} non satisfaite par {v}")
            }
        }
    }

    fn english(&self, component: &Component) -> String {
        let Self { expected: e, value: v, found: f, path } = self;
        let s = if *e == "1" { "" } else { "s" };
        match component {
            Component::Class => format!("{v} is not an instance of {e}"),
            Component::Datatype => format!("{v} is not a well-formed literal of type {e}"),
            Component::NodeKind => format!("a term of kind {e} expected, {v} found"),
            Component::MinCount => format!("at least {e} value{s} expected, {f} found"),
            Component::MaxCount => format!("at most {e} value{s} expected, {f} found"),
            Component::MinExclusive => format!("a value greater than {e} expected, {v} found"),
            Component::MinInclusive => format!("a value of at least {e} expected, {v} found"),
            Component::MaxExclusive => format!("a value less than {e} expected, {v} found"),
            Component::MaxInclusive => format!("a value of at most {e} expected, {v} found"),
            Component::MinLength | Component::MaxLength if f.is_empty() => {
                format!("a text expected, and {v} has none")
            }
            Component::MinLength => format!("at least {e} character{s} expected, {v} has {f}"),
            Component::MaxLength => format!("at most {e} character{s} expected, {v} has {f}"),
            Component::Pattern => format!("{v} does not match the pattern \"{e}\""),
            Component::LanguageIn => {
                format!("a text in one of {e} expected, {v} found")
            }
            Component::UniqueLang => {
                format!("at most one value per language expected, several in {f}")
            }
            Component::SingleLine => format!("a text of one line expected, {v} found"),
            Component::SubsetOf => format!("{v} is not also a value of {e}"),
            Component::SomeValue => format!("no value conforms to {e}"),
            Component::RootClass => format!("{v} is not a class under {e}"),
            Component::UniqueValuesFor => format!("another resource has the same values of {e}"),
            Component::Equals => format!("{v} is not both a value here and a value of {e}"),
            Component::Disjoint => format!("{v} is also a value of {e}, and must not be"),
            Component::LessThan => format!("{v} is not less than {f}, a value of {e}"),
            Component::LessThanOrEquals => {
                format!("{v} is not less than or equal to {f}, a value of {e}")
            }
            Component::Not => format!("{v} conforms to {e}, and must not"),
            Component::And => format!("{v} does not conform to each of these shapes: {e}"),
            Component::Or => format!("{v} conforms to none of these shapes: {e}"),
            Component::Xone => format!("{v} does not conform to exactly one of these shapes: {e}"),
            Component::Node => format!("{v} does not conform to {e}"),
            Component::QualifiedMinCount => {
                format!("at least {e} conforming value{s} expected, {f} found")
            }
            Component::QualifiedMaxCount => {
                format!("at most {e} conforming value{s} expected, {f} found")
            }
            Component::Closed => format!("property {path} is not allowed, its value is {v}"),
            Component::HasValue => format!("the value {e} expected, not found"),
            Component::In => format!("one of {e} expected, {v} found"),
            Component::Sparql | Component::Declared(_) if v.is_empty() => {
                format!("constraint {e} is not met")
            }
            Component::Sparql | Component::Declared(_) => {
                format!("constraint {e} is not met by {v}")
            }
        }
    }
}

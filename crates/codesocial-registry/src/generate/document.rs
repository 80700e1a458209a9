//! A document in the making: statements on one address and its parts.

use codesocial_rdf::vocab::{CONCEPTS, PREFIXES, cs, pair, rdf, skos, xsd};
use oxrdf::{Literal, NamedNode, Term, Triple};

/// One resource of the synthetic registry.
pub struct Document {
    pub iri: NamedNode,
    /// The container that it lies in.
    pub(super) container: &'static str,
    pub triples: Vec<Triple>,
}

impl Document {
    /// A document with its types, its name in both languages and its origin.
    pub(super) fn new(
        root: &str,
        container: &'static str,
        slug: &str,
        classes: &[&str],
        [fr, en]: [&str; 2],
    ) -> Self {
        let iri = NamedNode::new_unchecked(format!("{root}{container}/{slug}"));
        let mut document = Self { iri, container, triples: Vec::new() };
        let own = document.iri.clone();
        for class in classes {
            document.says(&own, rdf::TYPE.into_owned(), term(class));
        }
        let (fr, en) = (format!("{fr} (fictif)"), format!("{en} (fictional)"));
        document.says(&own, pair::LABEL.into_owned(), Literal::new_simple_literal(&fr));
        document.says(&own, skos::PREF_LABEL.into_owned(), french(&fr));
        document.says(&own, skos::PREF_LABEL.into_owned(), english(&en));
        document.says(&own, cs::ORIGIN.into_owned(), Literal::new_simple_literal("synthetic"));
        document
    }

    /// A part of the document, with its type.
    pub(super) fn part(&mut self, name: &str, class: &str) -> NamedNode {
        let part = NamedNode::new_unchecked(format!("{}#{name}", self.iri.as_str()));
        self.says(&part, rdf::TYPE.into_owned(), term(class));
        part
    }

    /// States something of the document itself.
    pub(super) fn has(&mut self, property: &str, value: impl Into<Term>) {
        let own = self.iri.clone();
        self.of(&own, property, value);
    }

    /// States something of the document or of one of its parts.
    pub(super) fn of(&mut self, subject: &NamedNode, property: &str, value: impl Into<Term>) {
        self.says(subject, term(property), value);
    }

    fn says(&mut self, subject: &NamedNode, property: NamedNode, value: impl Into<Term>) {
        self.triples.push(Triple::new(subject.clone(), property, value));
    }
}

/// The term that a prefixed name stands for.
pub(super) fn term(name: &str) -> NamedNode {
    let (prefix, local) = name.split_once(':').expect("names here have a prefix");
    let known = PREFIXES.iter().find(|(known, _)| *known == prefix);
    let (_, namespace) = known.expect("names here have a known prefix");
    NamedNode::new_unchecked(format!("{namespace}{local}"))
}

pub(super) fn concept(scheme: &str, code: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{CONCEPTS}{scheme}/{code}"))
}

pub(super) fn french(text: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(text, "fr")
}

pub(super) fn english(text: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(text, "en")
}

pub(super) fn date(text: &str) -> Literal {
    Literal::new_typed_literal(text, xsd::DATE)
}

pub(super) fn instant(text: &str) -> Literal {
    Literal::new_typed_literal(text, xsd::DATE_TIME)
}

pub(super) fn decimal(tenths: i64) -> Literal {
    Literal::new_typed_literal(format!("{}.{}", tenths / 10, tenths % 10), xsd::DECIMAL)
}

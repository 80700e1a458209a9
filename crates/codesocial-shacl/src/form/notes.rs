//! What a shapes graph says to people: names, help, order, editors. It judges nothing.

use super::Labelled;
use super::closure::Closure;
use crate::model::Shapes;
use crate::report::Lang;
use crate::view::GraphView;
use crate::vocab::{DASH, DC_TERMS, SHUI, SKOS, sh};
use oxrdf::vocab::{rdfs, xsd};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, TermRef};

/// The notes on the shapes that a form is made of, and the names of all else.
pub(super) struct Notes<'a, V: GraphView> {
    vocabulary: &'a V,
    language: Lang,
    nodes: Closure<'a, V>,
}

impl<'a, V: GraphView> Notes<'a, V> {
    pub(super) fn new(shapes: &'a Shapes, vocabulary: &'a V, language: Lang) -> Self {
        Self { vocabulary, language, nodes: Closure::new(shapes, vocabulary) }
    }

    pub(super) fn vocabulary(&self) -> &'a V {
        self.vocabulary
    }

    /// Reads what a shape consists of.
    pub(super) fn learn(&mut self, shape: &NamedOrBlankNode) {
        self.nodes.extend([shape.clone()]);
    }

    /// The values of a property of a shape, or of anything that has an IRI, in a stable order.
    pub(super) fn values(&self, node: &NamedOrBlankNode, property: &NamedNode) -> Vec<Term> {
        let property = self.vocabulary.node(TermRef::from(property));
        let (Some(node), Some(property)) = (self.nodes.handle(node), property) else {
            return Vec::new();
        };
        let values = self.vocabulary.objects(node, property);
        let mut values: Vec<Term> = values.map(|value| self.vocabulary.term(value)).collect();
        values.sort_by_cached_key(ToString::to_string);
        values
    }

    /// The text of a property: in the language, else in none, else in any.
    pub(super) fn text(&self, node: &NamedOrBlankNode, property: &NamedNode) -> Option<Literal> {
        let texts = self.values(node, property).into_iter().filter_map(literal);
        self.best(texts)
    }

    pub(super) fn best(&self, texts: impl IntoIterator<Item = Literal>) -> Option<Literal> {
        texts.into_iter().min_by_key(|text| match text.language() {
            Some(tag) if self.is_readers(tag) => 0,
            None => 1,
            Some(_) => 2,
        })
    }

    /// All texts in the language, else the best of the others.
    pub(super) fn messages(&self, texts: &[Literal]) -> Vec<Literal> {
        let own = |text: &&Literal| text.language().is_some_and(|tag| self.is_readers(tag));
        let own: Vec<Literal> = texts.iter().filter(own).cloned().collect();
        if own.is_empty() { self.best(texts.iter().cloned()).into_iter().collect() } else { own }
    }

    fn is_readers(&self, tag: &str) -> bool {
        tag.split('-').next().is_some_and(|tag| tag.eq_ignore_ascii_case(self.language.tag()))
    }

    /// What a thing is called.
    pub(super) fn label(&self, node: &NamedOrBlankNode) -> Option<Literal> {
        let pref_label = term_of(SKOS, "prefLabel");
        let title = term_of(DC_TERMS, "title");
        [pref_label, rdfs::LABEL.into_owned(), sh("name"), title]
            .iter()
            .find_map(|property| self.text(node, property))
    }

    pub(super) fn labelled(&self, term: Term) -> Labelled {
        let label = match &term {
            Term::NamedNode(iri) => self.label(&iri.clone().into()),
            Term::BlankNode(_) | Term::Literal(_) => None,
        };
        Labelled { term, label }
    }

    /// What a shape says of itself in words.
    pub(super) fn description(&self, node: &NamedOrBlankNode) -> Option<Literal> {
        self.text(node, &sh("description")).or_else(|| self.label(node))
    }

    /// `sh:order`: a number, which need not be whole.
    pub(super) fn order(&self, node: &NamedOrBlankNode) -> Option<f64> {
        let mut orders = self.values(node, &sh("order")).into_iter().filter_map(literal);
        orders.find_map(|order| order.value().parse().ok())
    }

    /// The IRI that DASH or its successor gives a node.
    pub(super) fn ui_iri(&self, node: &NamedOrBlankNode, name: &str) -> Option<NamedNode> {
        self.ui(node, name).into_iter().find_map(|value| match value {
            Term::NamedNode(iri) => Some(iri),
            Term::BlankNode(_) | Term::Literal(_) => None,
        })
    }

    pub(super) fn ui_flag(&self, node: &NamedOrBlankNode, name: &str) -> Option<bool> {
        let flags = self.ui(node, name).into_iter().filter_map(literal);
        flags.filter(|flag| flag.datatype() == xsd::BOOLEAN).find_map(|flag| match flag.value() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        })
    }

    fn ui(&self, node: &NamedOrBlankNode, name: &str) -> Vec<Term> {
        [DASH, SHUI].into_iter().flat_map(|ns| self.values(node, &term_of(ns, name))).collect()
    }
}

fn term_of(namespace: &str, name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

fn literal(term: Term) -> Option<Literal> {
    match term {
        Term::Literal(literal) => Some(literal),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

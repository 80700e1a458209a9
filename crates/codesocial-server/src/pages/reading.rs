//! What one reader may see of a state, and in which language: every read of a page is made here.
//!
//! Invariant: no quad of a graph that the agent may not read leaves this file, so that what is
//! unreadable is absent from pages, labels and counts.

use super::Words;
use super::label::Labels;
use crate::extract::Language;
use codesocial_graph::{Pattern, QuadIds, Readers, State, TermId};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{rdf, rdfs, skos};
use oxrdf::{NamedNodeRef, TermRef};
use std::collections::HashSet;

pub(super) struct Reading<'a> {
    pub(super) state: &'a State,
    pub(super) language: Language,
    pub(super) words: &'a Words,
    pub(super) labels: Labels,
    readers: Readers,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        state: &'a State,
        readers: Readers,
        language: Language,
        words: &'a Words,
    ) -> Self {
        Self { state, language, words, labels: Labels::of(state), readers }
    }

    pub(super) fn may_read(&self, graph: TermId) -> bool {
        self.readers.may_read(self.state, graph)
    }

    /// The readable quads that match a pattern, which must bind its subject or its object.
    pub(super) fn quads(&self, pattern: Pattern) -> impl Iterator<Item = QuadIds> {
        debug_assert!(pattern.subject.or(pattern.object).is_some(), "pages scan nothing whole");
        self.state.quads(pattern).filter(|quad| self.may_read(quad[3]))
    }

    /// The objects of a subject and a predicate, whichever readable graph says so.
    pub(super) fn objects(
        &self,
        subject: TermId,
        predicate: NamedNodeRef<'_>,
    ) -> impl Iterator<Item = TermId> {
        let predicate = self.state.id(predicate);
        predicate.into_iter().flat_map(move |predicate| {
            let pattern = Pattern {
                subject: Some(subject),
                predicate: Some(predicate),
                ..Pattern::default()
            };
            self.quads(pattern).map(|[_, _, object, _]| object)
        })
    }

    /// The subjects of a predicate and an object, each with the graph that says so.
    pub(super) fn subjects(
        &self,
        predicate: NamedNodeRef<'_>,
        object: TermId,
    ) -> impl Iterator<Item = (TermId, TermId)> {
        let predicate = self.state.id(predicate);
        predicate.into_iter().flat_map(move |predicate| {
            let pattern =
                Pattern { predicate: Some(predicate), object: Some(object), ..Pattern::default() };
            self.quads(pattern).map(|[subject, _, _, graph]| (subject, graph))
        })
    }

    /// The operator's graph that defines a term: the page where a reader finds it explained.
    pub(super) fn home(&self, term: TermId) -> Option<TermId> {
        let about = Pattern { subject: Some(term), ..Pattern::default() };
        self.quads(about).map(|[_, _, _, graph]| graph).find(|graph| {
            matches!(
                self.state.kind(*graph),
                GraphKind::Scheme | GraphKind::Ontology | GraphKind::Shapes
            )
        })
    }

    /// The integer that a subject has for a predicate: its rank among its siblings.
    pub(super) fn integer(&self, subject: TermId, predicate: NamedNodeRef<'_>) -> Option<i64> {
        self.objects(subject, predicate).find_map(|object| match self.state.term(object) {
            TermRef::Literal(literal) => literal.value().parse().ok(),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
        })
    }

    /// The classes and all that they are kinds of, nearest first.
    pub(super) fn with_superclasses(&self, classes: Vec<TermId>) -> Vec<TermId> {
        let mut all = classes;
        let mut next = 0;
        while let Some(class) = all.get(next).copied() {
            next += 1;
            for above in self.objects(class, rdfs::SUB_CLASS_OF) {
                if !all.contains(&above) {
                    all.push(above);
                }
            }
        }
        all
    }

    /// The instances of a class and of those below it.
    pub(super) fn instances(&self, class: NamedNodeRef<'_>) -> HashSet<TermId> {
        let mut classes: Vec<TermId> = self.state.id(class).into_iter().collect();
        let mut next = 0;
        while let Some(class) = classes.get(next).copied() {
            next += 1;
            for (below, _) in self.subjects(rdfs::SUB_CLASS_OF, class) {
                if !classes.contains(&below) {
                    classes.push(below);
                }
            }
        }
        let instances = classes.into_iter().flat_map(|class| self.subjects(rdf::TYPE, class));
        instances.map(|(instance, _)| instance).collect()
    }

    /// The concepts of a scheme.
    pub(super) fn concepts(&self, scheme: NamedNodeRef<'_>) -> HashSet<TermId> {
        let scheme = self.state.id(scheme).into_iter();
        let concepts = scheme.flat_map(|scheme| self.subjects(skos::IN_SCHEME, scheme));
        concepts.map(|(concept, _)| concept).collect()
    }

    pub(super) fn classes(&self, subject: TermId) -> Vec<TermId> {
        self.objects(subject, rdf::TYPE).collect()
    }
}

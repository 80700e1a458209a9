//! What one reader may know of the stored results, class by class. Nothing is judged here: the
//! instances of a class are counted in the index, what they break is looked up.
//!
//! Invariant: what the reader may not read counts nowhere, neither as an instance nor by a result
//! that speaks of it.

use codesocial_graph::{Pattern, Readers, TermId};
use codesocial_rdf::skolem;
use codesocial_rdf::vocab::{rdf, rdfs};
use codesocial_shacl::Severity;
use codesocial_store::{Agent, State, StoredResult};
use oxrdf::{NamedNode, NamedNodeRef, Term, TermRef};
use std::collections::BTreeMap;

pub(crate) struct Survey<'a> {
    state: &'a State,
    readers: Readers,
}

/// How many instances a class has, and how many of them break something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) instances: usize,
    pub(crate) conforming: usize,
    pub(crate) violations: usize,
    pub(crate) warnings: usize,
    pub(crate) infos: usize,
}

/// An instance that breaks something, and what of that its reader may know.
pub(crate) struct Faulty<'a> {
    /// Its IRI, inside also where it is a blank node outside.
    pub(crate) iri: NamedNodeRef<'a>,
    pub(crate) node: Term,
    pub(crate) results: Vec<&'a StoredResult>,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(state: &'a State, agent: &Agent) -> Self {
        Self { state, readers: state.readers(agent) }
    }

    /// The classes that shapes are about and that have instances.
    pub(crate) fn classes(&self) -> Vec<(NamedNode, Tally)> {
        let classes = self.state.rules().classes().into_iter().map(|class| {
            let (tally, _) = self.of(class.as_ref());
            (class, tally)
        });
        classes.filter(|(_, tally)| tally.instances > 0).collect()
    }

    /// The instances of a class, and those that break something, in the order of their IRIs.
    pub(crate) fn of(&self, class: NamedNodeRef<'_>) -> (Tally, Vec<Faulty<'a>>) {
        let mut tally = Tally::default();
        let mut faulty = Vec::new();
        for iri in self.instances(class).into_values() {
            tally.instances += 1;
            let node: Term = match skolem::blank(iri) {
                Some(blank) => blank.into(),
                None => iri.into_owned().into(),
            };
            let results = self.state.results().of(&node).iter();
            let results: Vec<_> = results.filter(|own| self.may_tell(iri, &node, own)).collect();
            let has = |of: fn(&Severity) -> bool| {
                usize::from(results.iter().any(|result| of(&result.broken.severity)))
            };
            tally.conforming += usize::from(results.is_empty());
            tally.violations += has(|severity| *severity == Severity::Violation);
            tally.warnings += has(|severity| *severity == Severity::Warning);
            tally.infos += has(|own| !matches!(own, Severity::Violation | Severity::Warning));
            if !results.is_empty() {
                faulty.push(Faulty { iri, node, results });
            }
        }
        (tally, faulty)
    }

    /// The instances of a class and of those below it, by IRI.
    fn instances(&self, class: NamedNodeRef<'_>) -> BTreeMap<&'a str, NamedNodeRef<'a>> {
        let mut classes: Vec<TermId> = self.state.id(class).into_iter().collect();
        let mut next = 0;
        while let Some(class) = classes.get(next).copied() {
            next += 1;
            for [below, _, _, graph] in self.pointing(rdfs::SUB_CLASS_OF, class) {
                let kind = self.state.kind(graph);
                let counts = kind.in_shacl_data() || kind.gives_class_hierarchy();
                if counts && !classes.contains(&below) {
                    classes.push(below);
                }
            }
        }
        let typed = classes.into_iter().flat_map(|class| self.pointing(rdf::TYPE, class));
        let judged = typed.filter(|[_, _, _, graph]| {
            self.state.kind(*graph).in_shacl_data() && self.readers.may_read(self.state, *graph)
        });
        let named = judged.filter_map(|[instance, ..]| match self.state.term(instance) {
            TermRef::NamedNode(iri) => Some((iri.as_str(), iri)),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        });
        named.collect()
    }

    fn pointing(
        &self,
        predicate: NamedNodeRef<'_>,
        object: TermId,
    ) -> impl Iterator<Item = [TermId; 4]> + use<'a> {
        let state = self.state;
        let pattern = state.id(predicate).map(|predicate| Pattern {
            predicate: Some(predicate),
            object: Some(object),
            ..Pattern::default()
        });
        pattern.into_iter().flat_map(|pattern| state.quads(pattern))
    }

    /// Whether all that a result speaks of is known to the reader.
    fn may_tell(&self, judged: NamedNodeRef<'_>, node: &Term, result: &StoredResult) -> bool {
        let focus = result.focus(node);
        let told = Some(focus).filter(|focus| *focus != node).into_iter().chain(result.value());
        told.filter(|term| *term != node).all(|term| self.is_open(judged, term))
    }

    /// Whether some graph that the reader may read names a term, or none at all does. A blank node
    /// is known by its document only: of other documents than that of the instance it is not told.
    fn is_open(&self, judged: NamedNodeRef<'_>, term: &Term) -> bool {
        let id = match term {
            Term::BlankNode(blank) => {
                let bits = blank.as_str().strip_prefix('b');
                let bits = bits.and_then(|bits| u64::from_str_radix(bits, 16).ok());
                let id = bits.and_then(|bits| self.state.id(&skolem::iri(judged.as_str(), bits)));
                let Some(id) = id else { return false };
                id
            }
            Term::NamedNode(_) | Term::Literal(_) => {
                let Some(id) = self.state.id(term) else { return true };
                id
            }
        };
        let about = Pattern { subject: Some(id), ..Pattern::default() };
        let to = Pattern { object: Some(id), ..Pattern::default() };
        let mut naming = self.state.quads(about).chain(self.state.quads(to)).peekable();
        naming.peek().is_none()
            || naming.any(|[_, _, _, graph]| self.readers.may_read(self.state, graph))
    }
}

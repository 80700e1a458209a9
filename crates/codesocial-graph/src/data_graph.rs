//! What SHACL judges: the distinct union of the graphs that hold data, and of those that define
//! classes only their hierarchy. The same for every writer, whoever may read what. And what says
//! what the data means: the union of shapes, ontology and schemes.

use crate::readers::{GraphSelection, KindSet, Readers, Sieve};
use crate::scan::{Distinct, Pattern, Scan};
use crate::state::State;
use crate::term::TermId;

/// A set of triples. Every reading is in ascending order of ids, each triple once.
pub struct DataGraph<'a> {
    state: &'a State,
    sieve: Sieve,
}

impl<'a> DataGraph<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        Self { state, sieve: Sieve::of_data_graph(state) }
    }

    pub(crate) fn of_kinds(state: &'a State, kinds: KindSet) -> Self {
        let kinds = GraphSelection::Kinds(kinds);
        Self { state, sieve: Sieve::new(state, &Readers::administrator(), &kinds) }
    }

    /// The state that the ids belong to.
    pub fn state(&self) -> &'a State {
        self.state
    }

    /// The triples that match a pattern, whose graph is not looked at.
    pub fn triples(&self, pattern: Pattern) -> impl Iterator<Item = [TermId; 3]> + '_ {
        let scan = Scan::new(self.state, Pattern { graph: None, ..pattern });
        Distinct::new(scan.filter(|quad| self.sieve.admits(self.state, quad)))
    }

    pub fn contains(&self, subject: TermId, predicate: TermId, object: TermId) -> bool {
        let triple = Pattern {
            subject: Some(subject),
            predicate: Some(predicate),
            object: Some(object),
            graph: None,
        };
        self.triples(triple).next().is_some()
    }

    pub fn objects(&self, subject: TermId, predicate: TermId) -> impl Iterator<Item = TermId> + '_ {
        let (subject, predicate) = (Some(subject), Some(predicate));
        self.triples(Pattern { subject, predicate, ..Pattern::default() }).map(|[_, _, o]| o)
    }

    pub fn subjects(&self, predicate: TermId, object: TermId) -> impl Iterator<Item = TermId> + '_ {
        let (predicate, object) = (Some(predicate), Some(object));
        self.triples(Pattern { predicate, object, ..Pattern::default() }).map(|[s, _, _]| s)
    }

    /// The subject and the object of each triple with a predicate, by object.
    pub fn pairs(&self, predicate: TermId) -> impl Iterator<Item = (TermId, TermId)> + '_ {
        let predicate = Some(predicate);
        self.triples(Pattern { predicate, ..Pattern::default() }).map(|[s, _, o]| (s, o))
    }

    /// The predicate and the object of each triple of a subject.
    pub fn outgoing(&self, subject: TermId) -> impl Iterator<Item = (TermId, TermId)> + '_ {
        let subject = Some(subject);
        self.triples(Pattern { subject, ..Pattern::default() }).map(|[_, p, o]| (p, o))
    }

    /// The subject and the predicate of each triple that points to an object.
    pub fn incoming(&self, object: TermId) -> impl Iterator<Item = (TermId, TermId)> + '_ {
        let object = Some(object);
        self.triples(Pattern { object, ..Pattern::default() }).map(|[s, p, _]| (s, p))
    }
}

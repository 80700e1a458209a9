//! SPARQL over a state: what a reader may read, as the evaluator's dataset. The default graph is a
//! distinct union; a graph that may not be read is absent, whatever the query does; the IRI that
//! stands for a blank node is a blank node to the query, and the same one wherever it is met.

use crate::readers::{Reach, Readers, Selection, Sieve};
use crate::row::{Order, QuadIds};
use crate::scan::{Pattern, Scan};
use crate::state::{Firsts, State};
use crate::term::{QUERY_TERMS, TermId, Value, ViewFull};
use crate::visible::Withheld;
use codesocial_rdf::skolem;
use oxrdf::{BlankNode, NamedNode, Term, TermRef, Triple};
use rustc_hash::FxHashMap;
use spareval::{ExpressionTerm, InternalQuad, QueryableDataset};
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

/// A dataset for one query. It holds its state, so that results can be streamed; it is made in
/// the thread that evaluates.
///
/// To be evaluated with the default dataset specification: see [`strip_dataset`].
///
/// [`strip_dataset`]: crate::strip_dataset
#[derive(Clone)]
pub struct ReadableDataset(Rc<Readable>);

struct Readable {
    state: State,
    default: Part,
    named: Part,
    withheld: Option<Withheld>,
    computed: RefCell<ComputedTerms>,
}

/// The default graph or the named graphs of a query.
struct Part {
    sieve: Sieve,
    reach: Reach,
}

impl Part {
    fn new(state: &State, sieve: Sieve) -> Self {
        Self { reach: sieve.reach(state), sieve }
    }

    /// The graph to bind a scan to, and how its quads are seen if there is one graph, or many.
    fn look(&self, one: Seen, many: Seen) -> (Option<TermId>, Seen) {
        match self.reach {
            Reach::None => (None, Seen::Never),
            Reach::One(graph) => (Some(graph), one),
            Reach::Many => (None, many),
        }
    }
}

impl ReadableDataset {
    pub(crate) fn new(state: State, readers: &Readers, selection: &Selection) -> Self {
        let default = Part::new(&state, Sieve::new(&state, readers, &selection.default));
        let named = Part::new(&state, Sieve::of_named(&state, readers, &selection.named));
        let withheld = Withheld::of(&state, readers);
        Self(Rc::new(Readable { state, default, named, withheld, computed: RefCell::default() }))
    }

    /// What the default graph says, each triple once, as it leaves: with blank nodes.
    pub fn default_triples(&self) -> impl Iterator<Item = Triple> + '_ {
        self.triples([None; 3]).map(|[subject, predicate, object]| {
            let quad = self.decode([subject, predicate, object, TermId::DEFAULT_GRAPH]);
            skolem::unskolemise(quad.into())
        })
    }

    /// The triples of the default graph that have the given terms where one is given, each once.
    pub(crate) fn triples(
        &self,
        [subject, predicate, object]: [Option<TermId>; 3],
    ) -> impl Iterator<Item = [TermId; 3]> + use<> {
        let (graph, seen) = self.default_graph();
        let pattern = Pattern { subject, predicate, object, graph };
        let scan = ReadableScan { quads: Scan::new(self.clone(), pattern), seen };
        scan.map(|[subject, predicate, object, _]| [subject, predicate, object])
    }

    fn default_graph(&self) -> (Option<TermId>, Seen) {
        self.0.default.look(Seen::AsDefaultGraph, Seen::InUnion { last: None, admitted: None })
    }

    /// Whether a graph would be seen by name. A term that the query computed names none.
    fn is_seen(&self, graph: TermId) -> bool {
        ComputedTerms::index(graph).is_none() && self.0.named.sieve.admits_graph(self, graph)
    }

    /// The IRI that stands for a blank node of the answers given so far.
    ///
    /// An update needs it: what it removes and adds are the terms that are stored.
    pub fn skolem_iri(&self, node: &BlankNode) -> Option<NamedNode> {
        let id = *self.0.computed.borrow().ids.get(&Term::from(node.clone()))?;
        let stored = ComputedTerms::index(id).is_none().then(|| self.term(id));
        match stored? {
            TermRef::NamedNode(iri) => Some(iri.into_owned()),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        }
    }

    /// A term of the state, as the query sees it.
    fn seen(&self, id: TermId) -> Term {
        let term = self.term(id);
        if let TermRef::NamedNode(iri) = term
            && let Some(node) = skolem::blank(iri)
        {
            // So that the query may give the node back, as `BIND` and `GROUP BY` do.
            self.0.computed.borrow_mut().ids.insert(node.clone().into(), id);
            return node.into();
        }
        term.into_owned()
    }

    fn is_graph(&self, graph: TermId) -> bool {
        let all = Pattern { graph: Some(graph), ..Pattern::default() };
        self.is_seen(graph) && self.quads(all).next().is_some()
    }
}

impl Deref for ReadableDataset {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}

impl<'a> QueryableDataset<'a> for ReadableDataset {
    type InternalTerm = TermId;
    type Error = ViewFull;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&TermId>,
        predicate: Option<&TermId>,
        object: Option<&TermId>,
        graph_name: Option<Option<&TermId>>,
    ) -> impl Iterator<Item = Result<InternalQuad<TermId>, ViewFull>> + use<'a> {
        let (graph, seen) = match graph_name {
            Some(None) => self.default_graph(),
            Some(Some(graph)) if self.is_seen(*graph) => (Some(*graph), Seen::AsNamedGraph),
            Some(Some(_)) => (None, Seen::Never),
            None => self.0.named.look(Seen::AsNamedGraph, Seen::WhereNamed),
        };
        let (subject, predicate, object) = (subject.copied(), predicate.copied(), object.copied());
        let pattern = Pattern { subject, predicate, object, graph };
        let scan = ReadableScan { quads: Scan::new(self.clone(), pattern), seen };
        scan.map(|[subject, predicate, object, graph]| {
            let graph_name = (graph != TermId::DEFAULT_GRAPH).then_some(graph);
            Ok(InternalQuad { subject, predicate, object, graph_name })
        })
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<TermId, ViewFull>> + use<'a> {
        let dataset = self.clone();
        let graphs: Box<dyn Iterator<Item = TermId>> = match self.0.named.sieve.listed(self) {
            Some(graphs) => {
                Box::new(graphs.into_iter().filter(move |graph| dataset.is_graph(*graph)))
            }
            None => Box::new(
                Firsts::new(self.clone(), Order::Gspo)
                    .filter(move |graph| dataset.0.named.sieve.admits_graph(&dataset, *graph)),
            ),
        };
        graphs.map(Ok)
    }

    fn contains_internal_graph_name(&self, graph: &TermId) -> Result<bool, ViewFull> {
        Ok(self.is_graph(*graph))
    }

    fn internalize_term(&self, term: Term) -> Result<TermId, ViewFull> {
        match self.id(&term) {
            Some(id) => Ok(id),
            None => self.0.computed.borrow_mut().intern(term),
        }
    }

    fn externalize_term(&self, id: TermId) -> Result<Term, ViewFull> {
        Ok(match ComputedTerms::index(id) {
            Some(index) => self.0.computed.borrow().terms[index].clone(),
            None => self.seen(id),
        })
    }

    fn externalize_expression_term(&self, id: TermId) -> Result<ExpressionTerm, ViewFull> {
        if ComputedTerms::index(id).is_none()
            && let Some(term) = expression(self.value(id))
        {
            return Ok(term);
        }
        Ok(self.externalize_term(id)?.into())
    }
}

/// How the quads of a scan reach the query.
enum Seen {
    Never,
    AsDefaultGraph,
    AsNamedGraph,
    /// In the default graph, each triple once, where the default sieve admits it.
    InUnion {
        last: Option<[TermId; 3]>,
        /// The graph that was admitted last: the quads of one graph are often neighbours.
        admitted: Option<TermId>,
    },
    /// In each named graph that the named sieve admits.
    WhereNamed,
}

/// Quads as the query sees them: those of its default graph are in the graph without a name.
struct ReadableScan {
    quads: Scan<ReadableDataset>,
    seen: Seen,
}

impl Iterator for ReadableScan {
    type Item = QuadIds;

    #[inline]
    fn next(&mut self) -> Option<QuadIds> {
        let Self { quads, seen } = self;
        if matches!(seen, Seen::Never) {
            return None;
        }
        loop {
            let quad = quads.next()?;
            if let Some(quad) = seen.show(quad, quads.state()) {
                return Some(quad);
            }
        }
    }

    fn fold<B, F: FnMut(B, QuadIds) -> B>(self, init: B, mut f: F) -> B {
        let Self { quads, mut seen } = self;
        if matches!(seen, Seen::Never) {
            return init;
        }
        let dataset = quads.state().clone();
        quads.fold(init, |folded, quad| match seen.show(quad, &dataset) {
            Some(quad) => f(folded, quad),
            None => folded,
        })
    }
}

impl Seen {
    #[inline]
    fn show(&mut self, quad: QuadIds, dataset: &ReadableDataset) -> Option<QuadIds> {
        let [subject, predicate, object, graph] = quad;
        if dataset.0.withheld.as_ref().is_some_and(|withheld| withheld.holds(&quad)) {
            return None;
        }
        let graph = match self {
            Self::Never => return None,
            Self::AsDefaultGraph => TermId::DEFAULT_GRAPH,
            Self::AsNamedGraph => graph,
            Self::InUnion { last, admitted } => {
                let triple = Some([subject, predicate, object]);
                if *last == triple {
                    return None;
                }
                let sieve = &dataset.0.default.sieve;
                if *admitted != Some(graph) {
                    if sieve.admits_graph(dataset, graph) {
                        *admitted = Some(graph);
                    } else if !sieve.admits(dataset, &quad) {
                        return None;
                    }
                }
                *last = triple;
                TermId::DEFAULT_GRAPH
            }
            Self::WhereNamed => {
                if !dataset.0.named.sieve.admits(dataset, &quad) {
                    return None;
                }
                graph
            }
        };
        Some([subject, predicate, object, graph])
    }
}

/// The terms that a query computes and the state does not have as such.
#[derive(Default)]
struct ComputedTerms {
    terms: Vec<Term>,
    /// Of computed terms, and of the stored ones that the query has seen as blank nodes.
    ids: FxHashMap<Term, TermId>,
}

impl ComputedTerms {
    /// Where a term stands, if its id is one of a query.
    fn index(id: TermId) -> Option<usize> {
        id.0.checked_sub(QUERY_TERMS).map(|index| index as usize)
    }

    fn intern(&mut self, term: Term) -> Result<TermId, ViewFull> {
        if let Some(id) = self.ids.get(&term) {
            return Ok(*id);
        }
        let index = u32::try_from(self.terms.len()).map_err(|_| ViewFull)?;
        let id = TermId(index.checked_add(QUERY_TERMS).ok_or(ViewFull)?);
        self.terms.push(term.clone());
        self.ids.insert(term, id);
        Ok(id)
    }
}

fn expression(value: Value) -> Option<ExpressionTerm> {
    Some(match value {
        Value::None => return None,
        Value::Boolean(value) => ExpressionTerm::BooleanLiteral(value),
        Value::Integer(value) => ExpressionTerm::IntegerLiteral(value),
        Value::Decimal(value) => ExpressionTerm::DecimalLiteral(value),
        Value::Float(value) => ExpressionTerm::FloatLiteral(value),
        Value::Double(value) => ExpressionTerm::DoubleLiteral(value),
        Value::DateTime(value) => ExpressionTerm::DateTimeLiteral(value),
        Value::Date(value) => ExpressionTerm::DateLiteral(value),
        Value::Time(value) => ExpressionTerm::TimeLiteral(value),
    })
}

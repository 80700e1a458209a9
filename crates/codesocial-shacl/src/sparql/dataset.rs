//! The dataset that a constraint's query is asked of: the data graph as Core sees it, and the
//! shapes graph under `$shapesGraph`.
//!
//! Invariant: each triple that is read and each term that is looked at costs a step of the focus
//! node, so that a query ends.

use super::SparqlConstraint;
use super::prebind::{IS, NEXT, variable_of};
use crate::eval::Site;
use crate::ground::{Ground, Id};
use crate::memory::MemoryGraph;
use crate::model::{Constant, Shape};
use crate::view::GraphView;
use oxrdf::{NamedNode, Term, TermRef};
use rustc_hash::FxHashMap;
use spareval::{InternalQuad, QueryableDataset};
use std::cell::{Cell, RefCell};
use std::iter;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// The terms that a query may have met in all, beyond which it is planned anew.
const MET_TERMS_MAX: usize = 10_000;

/// The data that a query is asked of, for one focus node after another.
pub(super) struct Queried<'q, V: GraphView>(Rc<Asked<'q, V>>);

struct Asked<'q, V: GraphView> {
    ground: &'q Ground<'q, V>,
    shape: &'q Shape,
    focus: Cell<Id<V::Node>>,
    /// What `$this` is in expressions.
    this: Arc<Mutex<Option<Term>>>,
    /// Whether the focus node was not asked about yet.
    is_next: Cell<bool>,
    value: Option<Id<V::Node>>,
    parameters: &'q [(String, Constant<Term>)],
    own: RefCell<OwnTerms<V::Node>>,
}

/// A term of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Handle<N> {
    Data(N),
    /// A blank node of the shapes graph.
    Shapes(u32),
    /// A term that the data do not hold.
    Own(u32),
    ShapesGraph,
    /// The predicate under which a term stands for itself.
    Is,
    /// The predicate of what is asked next.
    Next,
}

/// Why the dataset has no answer.
#[derive(Debug, Error)]
pub(super) enum NoAnswer {
    /// The evaluation is told to end.
    #[error("out of steps")]
    OutOfSteps,
    /// All is said of the focus nodes so far.
    #[error("no more focus nodes")]
    NoFocus,
}

impl<V: GraphView> Clone for Queried<'_, V> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<'q, V: GraphView> Queried<'q, V> {
    pub(super) fn new(
        ground: &'q Ground<'q, V>,
        site: &Site<'q, '_, V::Node>,
        constraint: &'q SparqlConstraint,
        value: Option<Id<V::Node>>,
    ) -> Self {
        let queried = Self(Rc::new(Asked {
            ground,
            shape: site.shape,
            focus: Cell::new(site.focus),
            this: Arc::default(),
            is_next: Cell::default(),
            value,
            parameters: &constraint.parameters,
            own: RefCell::default(),
        }));
        queried.turn_to(site.focus);
        queried
    }

    /// What stands behind a placeholder, for expressions.
    pub(super) fn value_of(&self, variable: &str) -> Option<Term> {
        self.placeholder(variable).map(|handle| self.term(handle))
    }

    /// The focus node in expressions, as [`Queried::turn_to`] changes it.
    pub(super) fn this(&self) -> Arc<Mutex<Option<Term>>> {
        Arc::clone(&self.0.this)
    }

    /// Asks about this focus node next.
    pub(super) fn turn_to(&self, focus: Id<V::Node>) {
        self.0.focus.set(focus);
        self.0.is_next.set(true);
        *self.0.this.lock().unwrap_or_else(PoisonError::into_inner) = self.value_of("this");
    }

    /// Whether the terms that the query met are so many that it had better forget them.
    pub(super) fn is_full(&self) -> bool {
        self.0.own.borrow().handles.len() > MET_TERMS_MAX
    }

    fn placeholder(&self, variable: &str) -> Option<Handle<V::Node>> {
        let asked = &*self.0;
        match variable {
            IS => Some(Handle::Is),
            NEXT => Some(Handle::Next),
            "this" => Some(self.lifted(asked.focus.get())),
            "value" => asked.value.map(|value| self.lifted(value)),
            "shapesGraph" => Some(Handle::ShapesGraph),
            "currentShape" => {
                let node = TermRef::from(&asked.shape.node);
                let own = || self.handle(node.into_owned());
                Some(
                    self.shapes()
                        .and_then(|graph| graph.node(node))
                        .map_or_else(own, |node| self.lifted_shape(node)),
                )
            }
            name => {
                let (_, value) = asked.parameters.iter().find(|(own, _)| own == name)?;
                Some(self.lifted(asked.ground.resolve(value)))
            }
        }
    }

    fn shapes(&self) -> Option<&'q MemoryGraph> {
        self.0.ground.shapes.graph.as_ref()
    }

    fn lifted(&self, id: Id<V::Node>) -> Handle<V::Node> {
        match id {
            Id::Known(node) => Handle::Data(node),
            Id::Absent(_) => self.handle(self.0.ground.term(id)),
        }
    }

    /// A term of the shapes graph. Its blank nodes are its own; other terms are those of the data.
    fn lifted_shape(&self, node: u32) -> Handle<V::Node> {
        match self.shapes().map(|graph| graph.term(node)) {
            Some(term @ (Term::NamedNode(_) | Term::Literal(_))) => self.handle(term),
            Some(Term::BlankNode(_)) | None => Handle::Shapes(node),
        }
    }

    fn handle(&self, term: Term) -> Handle<V::Node> {
        if let Term::NamedNode(iri) = &term
            && let Some(handle) = variable_of(iri).and_then(|name| self.placeholder(name))
        {
            return handle;
        }
        let known = match &term {
            Term::BlankNode(_) => None,
            Term::NamedNode(_) | Term::Literal(_) => self.0.ground.view.node(term.as_ref()),
        };
        known.map_or_else(|| self.0.own.borrow_mut().intern(term), Handle::Data)
    }

    fn term(&self, handle: Handle<V::Node>) -> Term {
        let term = match handle {
            Handle::Data(node) => self.0.ground.view.term(node),
            Handle::Shapes(node) => match self.shapes() {
                Some(graph) => graph.term(node),
                None => shapes_graph().into(),
            },
            Handle::Own(index) => return self.0.own.borrow().terms[index as usize].clone(),
            Handle::ShapesGraph | Handle::Is | Handle::Next => shapes_graph().into(),
        };
        if term.is_blank_node() {
            // So that the query may give the node back, as `BIND` does.
            self.0.own.borrow_mut().handles.insert(term.clone(), handle);
        }
        term
    }

    /// The node of the shapes graph that a term is, if it is there.
    fn in_shapes(&self, graph: &MemoryGraph, handle: Handle<V::Node>) -> Option<u32> {
        match handle {
            Handle::Shapes(node) => Some(node),
            Handle::Data(_) | Handle::Own(_) => {
                let term = self.term(handle);
                if term.is_blank_node() { None } else { graph.node(term.as_ref()) }
            }
            Handle::ShapesGraph | Handle::Is | Handle::Next => None,
        }
    }

    /// One quad for each focus node, without end: where there is none yet, it says so.
    fn focus_nodes(self) -> impl Iterator<Item = Quad<Handle<V::Node>>> + use<'q, V> {
        iter::from_fn(move || {
            if !self.0.is_next.take() {
                return Some(Err(NoAnswer::NoFocus));
            }
            let (next, object) = (Handle::Next, self.lifted(self.0.focus.get()));
            let quad = InternalQuad { subject: next, predicate: next, object, graph_name: None };
            Some(Ok(quad))
        })
    }

    fn step(&self) -> Result<(), NoAnswer> {
        self.0.ground.steps(1).map_err(|_| NoAnswer::OutOfSteps)
    }

    /// The triples of the data that match.
    fn data(&self, pattern: [Option<Handle<V::Node>>; 3]) -> Rows<'q, Handle<V::Node>> {
        let in_data = |handle| match handle {
            Handle::Data(node) => Some(node),
            Handle::Shapes(_)
            | Handle::Own(_)
            | Handle::ShapesGraph
            | Handle::Is
            | Handle::Next => None,
        };
        let Some(pattern) = narrowed(pattern, in_data) else { return Box::new(iter::empty()) };
        Box::new(matching(self.0.ground.view, pattern).map(|row| row.map(Handle::Data)))
    }

    /// The triples of the shapes graph that match.
    fn shapes_rows(&self, pattern: [Option<Handle<V::Node>>; 3]) -> Rows<'q, Handle<V::Node>> {
        let Some(graph) = self.shapes() else { return Box::new(iter::empty()) };
        let Some(pattern) = narrowed(pattern, |handle| self.in_shapes(graph, handle)) else {
            return Box::new(iter::empty());
        };
        let dataset = self.clone();
        Box::new(
            matching(graph, pattern).map(move |row| row.map(|node| dataset.lifted_shape(node))),
        )
    }
}

impl<'q, V: GraphView> QueryableDataset<'q> for Queried<'q, V>
where
    V::Node: 'q,
{
    type InternalTerm = Handle<V::Node>;
    type Error = NoAnswer;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Self::InternalTerm>,
        predicate: Option<&Self::InternalTerm>,
        object: Option<&Self::InternalTerm>,
        graph_name: Option<Option<&Self::InternalTerm>>,
    ) -> impl Iterator<Item = Quad<Self::InternalTerm>> + use<'q, V> {
        let [subject, predicate, object] = [subject, predicate, object].map(Option::<&_>::copied);
        let graph_name = graph_name.flatten().copied();
        if predicate == Some(Handle::Next) {
            return Box::new(self.clone().focus_nodes()) as Quads<'q, _>;
        }
        let rows = match (predicate, subject) {
            (Some(Handle::Is), Some(node)) => {
                let is = object.is_none_or(|object| object == node);
                Box::new(is.then_some([node, Handle::Is, node]).into_iter()) as Rows<'q, _>
            }
            _ if graph_name == Some(Handle::ShapesGraph) => {
                self.shapes_rows([subject, predicate, object])
            }
            _ => self.data([subject, predicate, object]),
        };
        let dataset = self.clone();
        let quads = rows.map(move |[subject, predicate, object]| {
            dataset.step()?;
            Ok(InternalQuad { subject, predicate, object, graph_name })
        });
        // A scan that finds nothing is work too.
        Box::new(self.step().err().map(Err).into_iter().chain(quads))
    }

    fn internal_named_graphs(
        &self,
    ) -> impl Iterator<Item = Result<Self::InternalTerm, NoAnswer>> + use<'q, V> {
        iter::once(Ok(Handle::ShapesGraph))
    }

    fn contains_internal_graph_name(&self, name: &Self::InternalTerm) -> Result<bool, NoAnswer> {
        Ok(*name == Handle::ShapesGraph)
    }

    fn internalize_term(&self, term: Term) -> Result<Self::InternalTerm, NoAnswer> {
        Ok(self.handle(term))
    }

    fn externalize_term(&self, handle: Self::InternalTerm) -> Result<Term, NoAnswer> {
        self.step()?;
        Ok(self.term(handle))
    }
}

/// The terms that a query names or computes and the data do not hold, and the blank nodes that it
/// has seen.
struct OwnTerms<N> {
    terms: Vec<Term>,
    handles: FxHashMap<Term, Handle<N>>,
}

impl<N> Default for OwnTerms<N> {
    fn default() -> Self {
        Self { terms: Vec::new(), handles: FxHashMap::default() }
    }
}

impl<N: Copy> OwnTerms<N> {
    fn intern(&mut self, term: Term) -> Handle<N> {
        *self.handles.entry(term).or_insert_with_key(|term| {
            let index = u32::try_from(self.terms.len()).expect("steps are far fewer than 2^32");
            self.terms.push(term.clone());
            Handle::Own(index)
        })
    }
}

type Quad<H> = Result<InternalQuad<H>, NoAnswer>;
type Quads<'q, H> = Box<dyn Iterator<Item = Quad<H>> + 'q>;
type Rows<'q, H> = Box<dyn Iterator<Item = [H; 3]> + 'q>;

/// A pattern in the terms of one graph; `None` where a term is not in it, so that nothing matches.
fn narrowed<H: Copy, N>(
    pattern: [Option<H>; 3],
    known: impl Fn(H) -> Option<N>,
) -> Option<[Option<N>; 3]> {
    let mut narrowed = [None, None, None];
    for (place, handle) in narrowed.iter_mut().zip(pattern) {
        if let Some(handle) = handle {
            *place = Some(known(handle)?);
        }
    }
    Some(narrowed)
}

fn matching<'g, G: GraphView>(graph: &'g G, pattern: [Option<G::Node>; 3]) -> Rows<'g, G::Node>
where
    G::Node: 'g,
{
    match pattern {
        [Some(s), Some(p), Some(o)] => {
            Box::new(graph.contains(s, p, o).then_some([s, p, o]).into_iter())
        }
        [Some(s), Some(p), None] => Box::new(graph.objects(s, p).map(move |o| [s, p, o])),
        [None, Some(p), Some(o)] => Box::new(graph.subjects(p, o).map(move |s| [s, p, o])),
        [None, Some(p), None] => Box::new(graph.pairs(p).map(move |(s, o)| [s, p, o])),
        [Some(s), None, Some(o)] => {
            let out = graph.out(s).filter(move |(_, object)| *object == o);
            Box::new(out.map(move |(p, o)| [s, p, o]))
        }
        [Some(s), None, None] => Box::new(graph.out(s).map(move |(p, o)| [s, p, o])),
        [None, None, Some(o)] => Box::new(graph.into(o).map(move |(s, p)| [s, p, o])),
        [None, None, None] => Box::new(graph.triples()),
    }
}

/// What `$shapesGraph` is where a query looks at it: all the shapes that are in force have no
/// name of their own.
fn shapes_graph() -> NamedNode {
    NamedNode::new_unchecked("urn:x-shacl:shapes-graph")
}

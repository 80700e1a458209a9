//! One state of the data, and all the ways to read it that need no query. Snapshots and candidates
//! are read through this same type, so that what judges a write reads as what answers a request.

use crate::base::BaseQuads;
use crate::data_graph::DataGraph;
use crate::delta::Delta;
use crate::dictionary::Dictionary;
use crate::queryable::ReadableDataset;
use crate::readers::{KindSet, Readers, Selection};
use crate::row::{Order, QuadIds, Row};
use crate::scan::{Pattern, Scan};
use crate::tail::Tail;
use crate::term::{Key, StoredTerm, Tag, TermId, Value, ViewFull};
use crate::text::Words;
use crate::word_index::WordIndex;
use codesocial_rdf::{Base, GraphKind};
use oxrdf::{BlankNode, GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, QuadRef};
use oxrdf::{TermRef, Triple};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A base, and what came since. Cloning it copies a handful of pointers.
#[derive(Clone)]
pub struct State {
    pub(crate) generation: Arc<Generation>,
    pub(crate) tail: Tail,
    pub(crate) delta: Delta,
    pub(crate) len: usize,
    /// Every kind that a graph has or has had since the last merge.
    pub(crate) kinds: KindSet,
}

/// What a merge writes and nothing changes afterwards.
pub(crate) struct Generation {
    pub(crate) base: Base,
    pub(crate) dictionary: Dictionary,
    pub(crate) quads: BaseQuads,
    /// Made when words are first asked for.
    pub(crate) words: OnceLock<WordIndex>,
}

impl State {
    pub(crate) fn of_generation(generation: Generation) -> Self {
        let ids = generation.dictionary.len();
        let mut state = Self {
            tail: Tail::new(ids),
            delta: Delta::default(),
            len: generation.quads.len(),
            kinds: KindSet::default(),
            generation: Arc::new(generation),
        };
        state.kinds = state.graph_ids().map(|graph| state.kind(graph)).collect();
        state
    }

    /// Where the instance lives, by which graphs have their kinds.
    pub fn base(&self) -> &Base {
        &self.generation.base
    }

    /// How many quads there are.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The id of a term, if any quad has it or has had it since the last merge.
    pub fn id<'a>(&self, term: impl Into<TermRef<'a>>) -> Option<TermId> {
        let key = Key::of(term.into());
        let hash = self.generation.dictionary.hash(key);
        self.generation.dictionary.find(key, hash).or_else(|| self.tail.find(key, hash))
    }

    /// The id of a graph name.
    pub fn graph_id(&self, graph: GraphNameRef<'_>) -> Option<TermId> {
        match graph {
            GraphNameRef::DefaultGraph => Some(TermId::DEFAULT_GRAPH),
            GraphNameRef::NamedNode(node) => self.id(node),
            GraphNameRef::BlankNode(node) => self.id(node),
        }
    }

    pub(crate) fn intern(&mut self, term: TermRef<'_>) -> Result<TermId, ViewFull> {
        let key = Key::of(term);
        let hash = self.generation.dictionary.hash(key);
        match self.generation.dictionary.find(key, hash) {
            Some(id) => Ok(id),
            None => self.tail.intern(key, hash),
        }
    }

    /// How many ids there are, the default graph's included.
    pub(crate) fn ids(&self) -> u32 {
        self.generation.dictionary.len() + self.tail.len() as u32
    }

    /// Whether an id was given by the dictionary, not by the tail.
    fn is_settled(&self, id: TermId) -> bool {
        id.0 < self.generation.dictionary.len()
    }

    pub(crate) fn stored(&self, id: TermId) -> StoredTerm<'_> {
        if self.is_settled(id) { self.generation.dictionary.get(id) } else { self.tail.get(id) }
    }

    /// The term of an id of this state.
    pub fn term(&self, id: TermId) -> TermRef<'_> {
        self.stored(id).to_term()
    }

    /// The parsed value of a number, a date or a boolean.
    pub fn value(&self, id: TermId) -> Value {
        if self.is_settled(id) { self.generation.dictionary.value(id) } else { self.tail.value(id) }
    }

    /// The texts that hold some words, ascending: terms of this state, in use or not, whoever may
    /// read them.
    pub fn texts_with(&self, words: &Words) -> Vec<TermId> {
        let Generation { dictionary, words: index, .. } = &*self.generation;
        let mut texts = index.get_or_init(|| WordIndex::of(dictionary)).find(words);
        texts.extend(self.tail.texts_with(words));
        texts
    }

    /// The kind of the graph that a term names.
    pub fn kind(&self, graph: TermId) -> GraphKind {
        match graph {
            TermId::DEFAULT_GRAPH => GraphKind::Default,
            id if self.is_settled(id) => self.generation.dictionary.kind(id, self.base()),
            id => self.tail.kind(id, self.base()),
        }
    }

    /// The quads that match a pattern, in the order of the index that was read.
    pub fn quads(&self, pattern: Pattern) -> impl Iterator<Item = QuadIds> {
        Scan::new(self, pattern)
    }

    pub fn contains(&self, quad: QuadRef<'_>) -> bool {
        self.quad_ids(quad).is_some_and(|quad| self.contains_ids(quad))
    }

    pub(crate) fn quad_ids(&self, quad: QuadRef<'_>) -> Option<QuadIds> {
        Some([
            self.id(quad.subject)?,
            self.id(quad.predicate)?,
            self.id(quad.object)?,
            self.graph_id(quad.graph_name)?,
        ])
    }

    pub(crate) fn contains_ids(&self, quad: QuadIds) -> bool {
        let row = Order::Spog.row(quad);
        self.base_quads().contains(row) != self.delta.contains(row)
    }

    /// The triples of a graph, sorted by their terms: the same in every state that holds the same
    /// graph, whatever the ids.
    pub fn graph(&self, graph: GraphNameRef<'_>) -> impl Iterator<Item = Triple> {
        let mut triples: Vec<_> = self
            .graph_id(graph)
            .into_iter()
            .flat_map(|graph| self.quads(Pattern { graph: Some(graph), ..Pattern::default() }))
            .map(|[subject, predicate, object, _]| {
                [subject, predicate, object].map(|id| self.stored(id))
            })
            .collect();
        triples.sort_unstable();
        triples.into_iter().map(|[subject, predicate, object]| {
            Triple::new(node(subject), named_node(predicate), object.to_term())
        })
    }

    /// How many triples a graph has.
    pub fn graph_len(&self, graph: GraphNameRef<'_>) -> usize {
        let Some(graph) = self.graph_id(graph) else { return 0 };
        if self.delta.is_empty() {
            return self.base_quads().in_order(Order::Gspo).count(graph);
        }
        self.quads(Pattern { graph: Some(graph), ..Pattern::default() }).count()
    }

    /// The named graphs that are not empty.
    pub fn graphs(&self) -> impl Iterator<Item = TermId> {
        self.graph_ids().filter(|graph| *graph != TermId::DEFAULT_GRAPH)
    }

    /// The graphs that are not empty, the one without a name first.
    fn graph_ids(&self) -> impl Iterator<Item = TermId> {
        Firsts::new(self, Order::Gspo)
    }

    /// The term of an id, where it names a graph.
    pub fn graph_name(&self, graph: TermId) -> GraphName {
        if graph == TermId::DEFAULT_GRAPH {
            return GraphName::DefaultGraph;
        }
        node(self.stored(graph)).into()
    }

    /// A quad of ids of this state, with its terms.
    pub fn decode(&self, [subject, predicate, object, graph]: QuadIds) -> oxrdf::Quad {
        oxrdf::Quad::new(
            node(self.stored(subject)),
            named_node(self.stored(predicate)),
            self.term(object),
            self.graph_name(graph),
        )
    }

    /// What SHACL judges.
    pub fn data_graph(&self) -> DataGraph<'_> {
        DataGraph::new(self)
    }

    /// The union of shapes, ontology and schemes, which the operator writes and everyone may read.
    pub fn vocabulary(&self) -> DataGraph<'_> {
        let kinds = [GraphKind::Shapes, GraphKind::Ontology, GraphKind::Scheme];
        DataGraph::of_kinds(self, kinds.into_iter().collect())
    }

    /// What a reader's query may see, as a dataset to evaluate it on.
    pub fn readable_by(&self, readers: &Readers, selection: &Selection) -> ReadableDataset {
        ReadableDataset::new(self.clone(), readers, selection)
    }

    /// Whether ids of this state and of another mean the same terms: one came from the other, and
    /// no new generation lies between.
    pub fn shares_ids_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.generation, &other.generation)
    }

    /// Whether so many changed quads are better sorted into a new base.
    pub(crate) fn outgrown_by(&self, changes: usize) -> bool {
        is_due(changes, self.base_quads().len())
    }

    pub(crate) fn hash(&self, key: Key<'_>) -> u64 {
        self.generation.dictionary.hash(key)
    }

    pub(crate) fn base_quads(&self) -> &BaseQuads {
        &self.generation.quads
    }

    pub(crate) fn delta(&self) -> &Delta {
        &self.delta
    }
}

/// Below this many changed quads or new terms a merge is not worth its while.
const MERGE_CHANGES_MIN: usize = 10_000;

/// Whether so many changes are worth a merge, beside so many settled quads or terms.
pub(crate) fn is_due(changes: usize, settled: usize) -> bool {
    changes > MERGE_CHANGES_MIN.max(settled / 10)
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("base", self.base())
            .field("quads", &self.len)
            .field("changed_quads", &self.delta.len())
            .finish_non_exhaustive()
    }
}

/// The distinct first terms of the rows of an order, each found by a jump over the one before.
pub(crate) struct Firsts<H> {
    state: H,
    order: Order,
    next: Option<Row>,
}

impl<H> Firsts<H> {
    pub(crate) fn new(state: H, order: Order) -> Self {
        Self { state, order, next: Some(Row::MIN) }
    }
}

impl<H: Deref<Target = State>> Iterator for Firsts<H> {
    type Item = TermId;

    fn next(&mut self) -> Option<TermId> {
        let lower = self.next.take()?;
        let quad = Scan::from(&*self.state, self.order, lower).next()?;
        let first = self.order.row(quad).first();
        self.next = first.checked_add(1).map(|next| Row::new([next, 0, 0, 0]));
        Some(TermId(first))
    }
}

fn named_node(term: StoredTerm<'_>) -> NamedNode {
    NamedNode::new_unchecked(term.text)
}

/// A subject or a graph name.
fn node(term: StoredTerm<'_>) -> NamedOrBlankNode {
    if term.tag == Tag::BLANK {
        BlankNode::new_unchecked(term.text).into()
    } else {
        named_node(term).into()
    }
}

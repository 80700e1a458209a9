//! Who may read which graphs, and which of those a query asks for. A graph is seen where both
//! agree; neither can widen the other.

use crate::row::QuadIds;
use crate::state::State;
use crate::term::TermId;
use codesocial_rdf::GraphKind;
use oxrdf::NamedNode;
use oxrdf::vocab::rdfs;
use spargebra::Query;
use spargebra::algebra::QueryDataset;
use std::sync::Arc;

/// What an agent may read: kinds of graphs, and exceptions to them.
#[derive(Debug, Clone)]
pub struct Readers {
    pub kinds: KindSet,
    pub graphs: Exceptions,
}

/// Which graphs of the kinds that an agent may read are meant.
#[derive(Debug, Clone)]
pub enum Exceptions {
    None,
    Only(Arc<GraphSet>),
    AllBut(Arc<GraphSet>),
}

impl Readers {
    /// What the whole world may read where no access rule says otherwise.
    pub fn everyone() -> Self {
        Self::of_kinds(GraphKind::ALL.into_iter().filter(|kind| kind.public_by_default()).collect())
    }

    /// All that anyone may ever read.
    pub fn administrator() -> Self {
        Self::of_kinds(
            GraphKind::ALL.into_iter().filter(|kind| *kind != GraphKind::System).collect(),
        )
    }

    /// What somebody who is known may read, where the access rules of all documents are among the
    /// exceptions.
    pub fn known() -> Self {
        let kinds = GraphKind::ALL.into_iter();
        Self::of_kinds(
            kinds
                .filter(|kind| {
                    kind.public_by_default()
                        || matches!(kind, GraphKind::Private | GraphKind::PrivateMeta)
                })
                .collect(),
        )
    }

    fn of_kinds(kinds: KindSet) -> Self {
        Self { kinds, graphs: Exceptions::None }
    }

    /// Of these readers' graphs, only those in the set.
    #[must_use]
    pub fn only(self, graphs: Arc<GraphSet>) -> Self {
        Self { graphs: Exceptions::Only(graphs), ..self }
    }

    /// Of these readers' graphs, all that are not in the set, which must be of the very state that
    /// is read: a graph that came later is in no set.
    #[must_use]
    pub fn all_but(self, graphs: Arc<GraphSet>) -> Self {
        Self { graphs: Exceptions::AllBut(graphs), ..self }
    }

    /// The graphs that are kept from these readers one by one.
    pub(crate) fn hidden(&self) -> Option<&Arc<GraphSet>> {
        match &self.graphs {
            Exceptions::AllBut(graphs) => Some(graphs),
            Exceptions::None | Exceptions::Only(_) => None,
        }
    }

    /// Whether the graph may be read at all.
    pub fn may_read(&self, state: &State, graph: TermId) -> bool {
        self.kinds.contains(state.kind(graph)) && self.graphs.permit(graph)
    }
}

impl Exceptions {
    fn permit(&self, graph: TermId) -> bool {
        match self {
            Self::None => true,
            Self::Only(graphs) => graphs.contains(graph),
            Self::AllBut(graphs) => !graphs.contains(graph),
        }
    }
}

/// The dataset of a query: its default graph and its named graphs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub default: GraphSelection,
    pub named: GraphSelection,
}

/// Which graphs a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphSelection {
    /// All graphs of these kinds.
    Kinds(KindSet),
    /// These graphs, as `FROM`, `FROM NAMED`, `USING` or parameters of the protocol name them. The
    /// graph without a name is [`Base::default_graph`](codesocial_rdf::Base::default_graph) there.
    Listed(Vec<NamedNode>),
    /// What SHACL judges.
    DataGraph,
}

impl Default for Selection {
    /// The union of the graphs that belong in it as the default graph; by name every graph.
    fn default() -> Self {
        let kinds = |is_in: fn(GraphKind) -> bool| {
            GraphSelection::Kinds(GraphKind::ALL.into_iter().filter(|kind| is_in(*kind)).collect())
        };
        Self {
            default: kinds(GraphKind::in_default_graph),
            named: kinds(GraphKind::by_graph_clause),
        }
    }
}

impl Selection {
    /// The graph without a name as the default graph, as in a dataset that is no union.
    pub fn without_union() -> Self {
        let unnamed = KindSet::from_iter([GraphKind::Default]);
        Self { default: GraphSelection::Kinds(unnamed), ..Self::default() }
    }

    /// The data graph of SHACL as the default graph, and no named ones.
    pub fn data_graph() -> Self {
        Self { default: GraphSelection::DataGraph, named: GraphSelection::Listed(Vec::new()) }
    }

    /// This selection, narrowed by a dataset clause if there is one.
    #[must_use]
    pub fn narrowed_by(self, dataset: Option<QueryDataset>) -> Self {
        let Some(QueryDataset { default, named }) = dataset else { return self };
        Self {
            default: GraphSelection::Listed(default),
            named: named.map_or(self.named, GraphSelection::Listed),
        }
    }
}

/// Takes `FROM` and `FROM NAMED` off a query, which is then to be evaluated on the dataset of the
/// selection. The evaluator's own merging of graphs would count shared triples twice.
pub fn strip_dataset(query: &mut Query, protocol: Option<QueryDataset>) -> Selection {
    let (Query::Select { dataset, .. }
    | Query::Construct { dataset, .. }
    | Query::Describe { dataset, .. }
    | Query::Ask { dataset, .. }) = query;
    let written = dataset.take();
    // SPARQL Protocol 2.1.4: if different RDF Datasets are specified in both the protocol request
    // and the SPARQL query string, then the SPARQL service must execute the query using the RDF
    // Dataset given in the protocol request.
    // https://www.w3.org/TR/sparql11-protocol/#dataset
    Selection::default().narrowed_by(protocol.or(written))
}

/// A set of graph kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindSet(u32);

impl KindSet {
    /// A bit for each kind, for who writes the set down.
    pub fn bits(self) -> u32 {
        self.0
    }

    pub fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub fn contains(self, kind: GraphKind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }

    pub fn insert(&mut self, kind: GraphKind) {
        self.0 |= 1 << kind as u32;
    }

    fn remove(&mut self, kind: GraphKind) {
        self.0 &= !(1 << kind as u32);
    }

    fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

impl FromIterator<GraphKind> for KindSet {
    fn from_iter<I: IntoIterator<Item = GraphKind>>(kinds: I) -> Self {
        let mut set = Self::default();
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

/// A set of graphs of one state and its descendants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphSet(Vec<u64>);

impl GraphSet {
    pub fn contains(&self, graph: TermId) -> bool {
        self.0.get(graph.index() / 64).is_some_and(|word| word >> (graph.index() % 64) & 1 == 1)
    }

    pub fn insert(&mut self, graph: TermId) {
        let word = graph.index() / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (graph.index() % 64);
    }

    pub fn remove(&mut self, graph: TermId) {
        if let Some(word) = self.0.get_mut(graph.index() / 64) {
            *word &= !(1 << (graph.index() % 64));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = TermId> + '_ {
        (0..).zip(&self.0).flat_map(|(n, word)| graphs_of(n, *word))
    }

    /// The graphs that are in one of two sets.
    pub fn differing(&self, other: &Self) -> impl Iterator<Item = TermId> {
        let word = |set: &Self, n: usize| set.0.get(n).copied().unwrap_or_default();
        let words =
            (0..self.0.len().max(other.0.len())).map(move |n| word(self, n) ^ word(other, n));
        (0..).zip(words).flat_map(|(n, word)| graphs_of(n, word))
    }
}

/// The graphs that the nth word of a set tells.
fn graphs_of(n: u32, word: u64) -> impl Iterator<Item = TermId> {
    let bits = if word == 0 { 0..0 } else { 0..64 };
    bits.filter(move |bit| word >> bit & 1 == 1).map(move |bit| TermId(n * 64 + bit))
}

impl FromIterator<TermId> for GraphSet {
    fn from_iter<I: IntoIterator<Item = TermId>>(graphs: I) -> Self {
        let mut set = Self::default();
        graphs.into_iter().for_each(|graph| set.insert(graph));
        set
    }
}

/// A selection and readers as one test of a quad, made for one state.
pub(crate) struct Sieve {
    kinds: KindSet,
    graphs: Exceptions,
    listed: Option<GraphSet>,
    /// Kinds of which only the class hierarchy is seen, and the predicate that makes it.
    hierarchy: KindSet,
    subclass: Option<TermId>,
    /// Whether it admits every quad of the state, so that none need be tested.
    open: bool,
}

impl Sieve {
    pub(crate) fn new(state: &State, readers: &Readers, selection: &GraphSelection) -> Self {
        let (kinds, listed) = match selection {
            GraphSelection::Kinds(kinds) => (kinds.intersection(readers.kinds), None),
            GraphSelection::Listed(names) => {
                let unnamed = state.base().default_graph();
                let graph = |name: &NamedNode| {
                    if *name == unnamed { Some(TermId::DEFAULT_GRAPH) } else { state.id(name) }
                };
                (readers.kinds, Some(names.iter().filter_map(graph).collect()))
            }
            GraphSelection::DataGraph => return Self::of_data_graph(state),
        };
        let graphs = readers.graphs.clone();
        let open =
            listed.is_none() && matches!(graphs, Exceptions::None) && state.kinds.is_subset(kinds);
        Self { kinds, graphs, listed, hierarchy: KindSet::default(), subclass: None, open }
    }

    /// For graphs that are reached by name, which the default graph never is.
    pub(crate) fn of_named(state: &State, readers: &Readers, selection: &GraphSelection) -> Self {
        let mut sieve = Self::new(state, readers, selection);
        sieve.kinds.remove(GraphKind::Default);
        sieve.open &= !state.kinds.contains(GraphKind::Default);
        sieve
    }

    pub(crate) fn of_data_graph(state: &State) -> Self {
        let kinds = |is_in: fn(GraphKind) -> bool| {
            GraphKind::ALL.into_iter().filter(|kind| is_in(*kind)).collect::<KindSet>()
        };
        let kinds_of_data = kinds(GraphKind::in_shacl_data);
        Self {
            kinds: kinds_of_data,
            graphs: Exceptions::None,
            listed: None,
            hierarchy: kinds(GraphKind::gives_class_hierarchy),
            subclass: state.id(rdfs::SUB_CLASS_OF),
            open: state.kinds.is_subset(kinds_of_data),
        }
    }

    pub(crate) fn admits(&self, state: &State, [_, predicate, _, graph]: &QuadIds) -> bool {
        self.admits_graph(state, *graph)
            || self.subclass == Some(*predicate) && self.hierarchy.contains(state.kind(*graph))
    }

    pub(crate) fn admits_graph(&self, state: &State, graph: TermId) -> bool {
        self.open
            || self.kinds.contains(state.kind(graph))
                && self.listed.as_ref().is_none_or(|graphs| graphs.contains(graph))
                && self.graphs.permit(graph)
    }

    /// The graphs that were listed by name, and are admitted.
    pub(crate) fn listed(&self, state: &State) -> Option<Vec<TermId>> {
        let graphs = self.listed.as_ref()?.iter();
        Some(graphs.filter(|graph| self.admits_graph(state, *graph)).collect())
    }

    /// How many graphs it can admit.
    pub(crate) fn reach(&self, state: &State) -> Reach {
        if let Some(graphs) = self.listed(state) {
            return match graphs[..] {
                [] => Reach::None,
                [graph] => Reach::One(graph),
                [..] => Reach::Many,
            };
        }
        let unnamed = KindSet::from_iter([GraphKind::Default]);
        if self.kinds != unnamed || self.subclass.is_some() {
            Reach::Many
        } else if self.admits_graph(state, TermId::DEFAULT_GRAPH) {
            Reach::One(TermId::DEFAULT_GRAPH)
        } else {
            Reach::None
        }
    }
}

/// How many graphs a query can see. Where it is one, a scan is bound to it; where it is none,
/// there is nothing to scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    None,
    One(TermId),
    Many,
}

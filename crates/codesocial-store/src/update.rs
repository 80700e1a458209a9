//! SPARQL Update: a request becomes one net changeset. What the patterns in it find is asked of who
//! evaluates them, a query worker, on a given state and what the request changed so far.
//! <https://www.w3.org/TR/sparql11-update/>

use crate::{AccessMode, Agent, Proposal, Random, Rejection, State, UpdateRefusal, access};
use codesocial_graph::{Candidate, ReadableDataset, Rewrites, evaluator, plan_pattern};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use oxrdf::{BlankNode, GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use spareval::{CancellationToken, DeleteInsertQuad, QueryEvaluationError};
use spargebra::algebra::{GraphPattern, GraphTarget, QueryDataset};
use spargebra::term::{GroundQuad, GroundTerm};
use spargebra::{GraphUpdateOperation, Update};
use std::collections::HashMap;

/// Whether a request can be carried out by the writer itself: no query in it.
pub fn is_data_only(update: &Update) -> bool {
    update.operations.iter().all(|operation| match operation {
        GraphUpdateOperation::DeleteInsert { .. } => false,
        GraphUpdateOperation::InsertData { .. }
        | GraphUpdateOperation::DeleteData { .. }
        | GraphUpdateOperation::Load { .. }
        | GraphUpdateOperation::Clear { .. }
        | GraphUpdateOperation::Create { .. }
        | GraphUpdateOperation::Drop { .. } => true,
    })
}

/// What blank nodes of the graph without a name are named after.
pub fn default_graph_document(state: &State) -> NamedNode {
    state.base().resolve(".well-known/genid")
}

/// How far a request reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The whole dataset, as in a request to the SPARQL endpoint.
    Dataset,
    /// One document, whose graph is the default graph, as in a `PATCH`.
    Document(NamedNode),
}

/// The patterns of one operation of a request, which are to be evaluated.
#[derive(Debug)]
pub struct Patterns<'a> {
    /// Which operation, counted from none.
    pub operation: usize,
    /// The dataset that they see; none where it is that of the endpoint.
    pub dataset: Option<QueryDataset>,
    /// What the operations before it changed.
    pub before: &'a Changeset,
}

/// What a request changes on a state, as the agent may read it. `find` tells what the patterns of
/// an operation have it remove and add: with the terms that are stored, and blank nodes for new
/// ones.
///
/// Operations see what those before them did; the net change counts.
pub fn changes<E: From<Rejection>>(
    update: &Update,
    reach: &Reach,
    state: &State,
    agent: &Agent,
    random: &mut Random,
    find: &mut impl FnMut(Patterns<'_>) -> Result<Changeset, E>,
) -> Result<Changeset, E> {
    let candidate = state.candidate();
    let mut evaluation =
        Evaluation { state, reach, agent, random, candidate, minted: HashMap::new() };
    let mut net = Changeset::default();
    for (n, operation) in update.operations.iter().enumerate() {
        let change = match operation {
            GraphUpdateOperation::DeleteInsert { using, .. } => {
                let dataset = evaluation.dataset(using.clone())?;
                let found = find(Patterns { operation: n, dataset, before: &net })?;
                evaluation.named(found)
            }
            other => evaluation.operation(other)?,
        };
        let change = evaluation.within_reach(change)?;
        access::scope(agent, state, &Proposal::default(), &change)?;
        let change = evaluation.candidate.apply(&change).map_err(|_| Rejection::Full)?;
        net = net.then(change);
    }
    Ok(net)
}

/// Evaluates the patterns of an operation on a dataset, and gives each quad that they find.
pub fn evaluate<E: From<QueryEvaluationError>>(
    operation: &GraphUpdateOperation,
    dataset: &ReadableDataset,
    cancel: &CancellationToken,
    mut each: impl FnMut(DeleteInsertQuad) -> Result<(), E>,
) -> Result<(), E> {
    let GraphUpdateOperation::DeleteInsert { delete, insert, pattern, .. } = operation else {
        return Ok(());
    };
    let mut pattern = GraphPattern::clone(pattern);
    plan_pattern(&mut pattern, dataset, Rewrites::default(), cancel);
    let evaluator = evaluator().with_cancellation_token(cancel.clone());
    let prepared =
        evaluator.prepare_delete_insert(delete.clone(), insert.clone(), None, None, &pattern);
    for quad in prepared.execute(dataset.clone())? {
        each(match quad? {
            DeleteInsertQuad::Delete(quad) => DeleteInsertQuad::Delete(stored(dataset, quad)),
            DeleteInsertQuad::Insert(quad) => DeleteInsertQuad::Insert(stored(dataset, quad)),
        })?;
    }
    Ok(())
}

struct Evaluation<'a> {
    state: &'a State,
    reach: &'a Reach,
    agent: &'a Agent,
    random: &'a mut Random,
    candidate: Candidate,
    /// Each fresh blank node is minted once for the whole request.
    minted: HashMap<BlankNode, NamedNode>,
}

impl Evaluation<'_> {
    fn operation(&mut self, operation: &GraphUpdateOperation) -> Result<Changeset, Rejection> {
        let refused = |refusal| Err(Rejection::Update(refusal));
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                let added = data.iter().map(|quad| self.skolemise(plain(quad))).collect();
                Ok(Changeset { removed: Vec::new(), added })
            }
            GraphUpdateOperation::DeleteData { data } => {
                let removed = data.iter().map(ground).collect();
                Ok(Changeset { removed, added: Vec::new() })
            }
            // Its patterns are evaluated elsewhere.
            GraphUpdateOperation::DeleteInsert { .. } => Ok(Changeset::default()),
            // SPARQL Update 3.1.4: "If SILENT is present, the result of the operation will always be
            // success". https://www.w3.org/TR/sparql11-update/#load
            GraphUpdateOperation::Load { silent: true, .. } => Ok(Changeset::default()),
            GraphUpdateOperation::Load { silent: false, .. } => refused(UpdateRefusal::Load),
            GraphUpdateOperation::Create { .. }
            | GraphUpdateOperation::Clear { .. }
            | GraphUpdateOperation::Drop { .. }
                if *self.reach != Reach::Dataset =>
            {
                refused(UpdateRefusal::OtherGraph)
            }
            GraphUpdateOperation::Create { silent, graph } => {
                let name = graph.as_ref();
                let is_seen = self.state.permits(self.agent, name, AccessMode::Read).is_ok();
                if !silent && is_seen && self.candidate.graph_len(name.into()) > 0 {
                    return refused(UpdateRefusal::GraphExists(graph.clone()));
                }
                // A graph without triples is not recorded. https://www.w3.org/TR/sparql11-update/#create
                Ok(Changeset::default())
            }
            GraphUpdateOperation::Clear { graph, .. }
            | GraphUpdateOperation::Drop { graph, .. } => {
                self.permits_emptying(graph)?;
                Ok(Changeset { removed: self.content(graph), added: Vec::new() })
            }
        }
    }

    /// The dataset that the patterns of an operation see.
    fn dataset(&self, using: Option<QueryDataset>) -> Result<Option<QueryDataset>, Rejection> {
        match (self.reach, using) {
            (Reach::Dataset, using) => Ok(using),
            (Reach::Document(document), None) => {
                let own = QueryDataset { default: vec![document.clone()], named: Some(Vec::new()) };
                Ok(Some(own))
            }
            (Reach::Document(_), Some(_)) => Err(Rejection::Update(UpdateRefusal::OtherGraph)),
        }
    }

    /// What was found, with names for its blank nodes.
    fn named(&mut self, found: Changeset) -> Changeset {
        let Changeset { removed, added } = found;
        let added = added.into_iter().map(|quad| self.skolemise(quad)).collect();
        Changeset { removed, added }
    }

    /// In a document, the default graph is the document's, and there is no other.
    fn within_reach(&self, mut change: Changeset) -> Result<Changeset, Rejection> {
        let Reach::Document(document) = self.reach else { return Ok(change) };
        for quad in change.removed.iter_mut().chain(&mut change.added) {
            if quad.graph_name != GraphName::DefaultGraph {
                return Err(Rejection::Update(UpdateRefusal::OtherGraph));
            }
            quad.graph_name = document.clone().into();
        }
        Ok(change)
    }

    /// Whether there is something to remove or not: who may not learns nothing of it.
    fn permits_emptying(&self, target: &GraphTarget) -> Result<(), Rejection> {
        match target {
            GraphTarget::NamedNode(name) => {
                access::permits_emptying(self.agent, self.state, &name.clone().into())
            }
            GraphTarget::DefaultGraph | GraphTarget::NamedGraphs | GraphTarget::AllGraphs => {
                access::permits_emptying(self.agent, self.state, &GraphName::DefaultGraph)
            }
        }
    }

    /// What `CLEAR` and `DROP` remove: of many graphs at once, those that are not the server's.
    fn content(&self, target: &GraphTarget) -> Vec<Quad> {
        let clearable = |kind: GraphKind| kind.is_document() || kind == GraphKind::Foreign;
        let named = || {
            let graphs = self.candidate.graphs();
            graphs.filter(|graph| clearable(self.candidate.kind(*graph))).flat_map(|graph| {
                let name = self.candidate.graph_name(graph);
                self.quads_of(name.as_ref())
            })
        };
        match target {
            GraphTarget::NamedNode(name) => self.quads_of(name.as_ref().into()),
            GraphTarget::DefaultGraph => self.quads_of(GraphNameRef::DefaultGraph),
            GraphTarget::NamedGraphs => named().collect(),
            GraphTarget::AllGraphs => {
                named().chain(self.quads_of(GraphNameRef::DefaultGraph)).collect()
            }
        }
    }

    fn quads_of(&self, graph: GraphNameRef<'_>) -> Vec<Quad> {
        self.candidate.graph(graph).map(|triple| triple.in_graph(graph)).collect()
    }

    fn skolemise(&mut self, quad: Quad) -> Quad {
        let document = match (&quad.graph_name, self.reach) {
            (GraphName::NamedNode(name), _) | (_, Reach::Document(name)) => {
                name.as_str().to_owned()
            }
            (GraphName::DefaultGraph | GraphName::BlankNode(_), Reach::Dataset) => {
                default_graph_document(self.state).into_string()
            }
        };
        let Quad { subject, predicate, object, graph_name } = quad;
        let subject = match subject {
            NamedOrBlankNode::BlankNode(node) => self.mint(node, &document).into(),
            named @ NamedOrBlankNode::NamedNode(_) => named,
        };
        let object = match object {
            Term::BlankNode(node) => self.mint(node, &document).into(),
            other @ (Term::NamedNode(_) | Term::Literal(_)) => other,
        };
        Quad { subject, predicate, object, graph_name }
    }

    fn mint(&mut self, node: BlankNode, document: &str) -> NamedNode {
        let random = &mut *self.random;
        self.minted.entry(node).or_insert_with(|| skolem::iri(document, random.bits())).clone()
    }
}

/// The quad with the blank nodes that the query met in the data as they are stored.
fn stored(dataset: &ReadableDataset, mut quad: Quad) -> Quad {
    if let NamedOrBlankNode::BlankNode(node) = &quad.subject
        && let Some(iri) = dataset.skolem_iri(node)
    {
        quad.subject = iri.into();
    }
    if let Term::BlankNode(node) = &quad.object
        && let Some(iri) = dataset.skolem_iri(node)
    {
        quad.object = iri.into();
    }
    quad
}

/// The quad of a request, as the rest of the program has it.
fn plain(quad: &spargebra::term::Quad) -> Quad {
    let graph_name = match &quad.graph_name {
        spargebra::term::GraphName::NamedNode(name) => name.clone().into(),
        spargebra::term::GraphName::DefaultGraph => GraphName::DefaultGraph,
    };
    Triple::new(quad.subject.clone(), quad.predicate.clone(), quad.object.clone())
        .in_graph(graph_name)
}

fn ground(quad: &GroundQuad) -> Quad {
    let object: Term = match &quad.object {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
    };
    let graph_name = match &quad.graph_name {
        spargebra::term::GraphName::NamedNode(name) => name.clone().into(),
        spargebra::term::GraphName::DefaultGraph => GraphName::DefaultGraph,
    };
    Quad::new(quad.subject.clone(), quad.predicate.clone(), object, graph_name)
}

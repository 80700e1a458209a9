//! The shapes in force, compiled, and what a change means under them and their policies.

use crate::judged::Judged;
use crate::policy::{Policies, Policy};
use crate::{Hash, Rejection, Results, State, StoredResult};
use codesocial_graph::TermId;
use codesocial_rdf::vocab::{rdf, sh};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use codesocial_shacl::{
    self as shacl, DateTime, Edition, FocusSet, GraphView as _, RESULTS_MAX, Report, Shapes,
    ValidationResult,
};
use jiff::Timestamp;
use oxrdf::{Graph, GraphName, Quad, Term, Triple};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::Arc;

/// What every state must satisfy.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) shapes: Option<Shapes>,
    policies: Policies,
    digest: Hash,
    edition: Edition,
}

/// What the rules say of a change.
pub(crate) struct Verdict {
    /// What all nodes break after it.
    pub(crate) results: Results,
    /// Whether a node that it concerns breaks anything, of any severity.
    pub(crate) remarks: bool,
    /// What refuses it, with what else is wrong with the same nodes.
    pub(crate) refusal: Option<Report>,
}

impl Rules {
    /// Before there are any.
    pub(crate) fn none(edition: Edition) -> Self {
        Self { edition, ..Self::default() }
    }

    /// What a changed state must satisfy, in the same edition of SHACL.
    pub(crate) fn after(&self, state: &codesocial_graph::State) -> Result<Self, Rejection> {
        Self::of(state, self.edition)
    }

    /// Compiles all the shapes graphs of a state.
    pub(crate) fn of(state: &codesocial_graph::State, edition: Edition) -> Result<Self, Rejection> {
        let mut graph = Graph::new();
        let mut policies = Policies::default();
        let mut hasher = Sha256::new();
        let mut names: Vec<GraphName> = state
            .graphs()
            .filter(|id| state.kind(*id) == GraphKind::Shapes)
            .map(|id| state.graph_name(id))
            .collect();
        names.sort_unstable_by_key(ToString::to_string);
        for name in &names {
            let triples: Vec<Triple> = state.graph(name.as_ref()).collect();
            let policy = Policy::of(name, &triples)?;
            for triple in triples {
                hasher.update(format!("{triple}\n"));
                let triple = skolem::unskolemise(triple);
                policies.note(&triple.subject, policy);
                // Other graphs may build on the shapes of this one, so that they stay.
                if policy != Policy::Off || !is_target(&triple) {
                    graph.insert(&triple);
                }
            }
        }
        let shapes = Shapes::parse_as(&graph, edition)
            .map_err(|error| Rejection::MalformedShapes(error.to_string()))?;
        Ok(Self { shapes: Some(shapes), policies, digest: hasher.finalize().into(), edition })
    }

    /// Digest of the shapes, as headers name it.
    pub(crate) fn digest(&self) -> Hash {
        self.digest
    }

    /// Judges the change from `before` to `after`, on a sound set of focus nodes.
    pub(crate) fn judge(
        &self,
        before: &State,
        after: &codesocial_graph::State,
        net: &Changeset,
        now: Timestamp,
    ) -> Result<Verdict, Rejection> {
        let now = moment(now);
        let (Some(shapes), Some(focus)) = (&self.shapes, self.concerned(before, after, net, now))
        else {
            let results = before.results.clone();
            return Ok(Verdict { results, remarks: false, refusal: None });
        };
        let new = Judged(after.data_graph());
        let mut results = match &focus {
            FocusSet::Everything => Results::default(),
            FocusSet::Nodes(nodes) => before.results.without(nodes.iter().map(|n| new.term(*n))),
        };
        let (mut remarks, mut refused, mut told) = (false, HashSet::new(), Vec::new());
        self.validate(shapes, &new, &focus, now, |node, found| {
            remarks = true;
            for result in &found {
                if self.refuses(before, &focus, &node, result) && told.len() < RESULTS_MAX {
                    refused.insert(node.clone());
                    told.push(result.clone());
                }
            }
            results.add(node, found);
        })?;
        let beside = refused.iter().flat_map(|node| results.told(node, shapes));
        let beside: Vec<_> = beside.filter(|result| !result.severity.blocks()).collect();
        told.extend(beside);
        let refusal = (!told.is_empty()).then(|| Report::of(shapes, told));
        Ok(Verdict { results, remarks, refusal })
    }

    /// The nodes that may break something else after a change than before it; none where it is
    /// about nothing that is judged.
    fn concerned(
        &self,
        before: &State,
        after: &codesocial_graph::State,
        net: &Changeset,
        now: DateTime,
    ) -> Option<FocusSet<TermId>> {
        let by_data = self.concerned_by_data(before, after, net, now);
        if self.digest == before.rules.digest {
            return by_data;
        }
        match (by_data, self.concerned_by_rules(before, after, now)) {
            (None, by_rules) => Some(by_rules),
            (Some(FocusSet::Nodes(mut nodes)), FocusSet::Nodes(more)) => {
                nodes.extend(more);
                Some(FocusSet::Nodes(nodes))
            }
            (Some(_), _) => Some(FocusSet::Everything),
        }
    }

    /// The nodes for which a change of the rules themselves matters.
    fn concerned_by_rules(
        &self,
        before: &State,
        after: &codesocial_graph::State,
        now: DateTime,
    ) -> FocusSet<TermId> {
        let (Some(earlier), Some(later)) = (&before.rules.shapes, &self.shapes) else {
            return FocusSet::Everything;
        };
        if !after.shares_ids_with(before) || !before.results.are_known() {
            return FocusSet::Everything;
        }
        let is_off = |rules: &Self, shape: &_| rules.policies.of(shape) == Policy::Off;
        let differs = |shape: &_| is_off(self, shape) != is_off(&before.rules, shape);
        let (old, new) = (Judged(before.data_graph()), Judged(after.data_graph()));
        shacl::reshaped((earlier, &old), (later, &new), differs, now)
    }

    fn concerned_by_data(
        &self,
        before: &State,
        after: &codesocial_graph::State,
        net: &Changeset,
        now: DateTime,
    ) -> Option<FocusSet<TermId>> {
        let shapes = self.shapes.as_ref()?;
        let judged = |quad: &&Quad| {
            let kind = before.base().kind(quad.graph_name.as_ref());
            kind.in_shacl_data() || kind.gives_class_hierarchy()
        };
        if !net.removed.iter().chain(&net.added).any(|quad| judged(&quad)) {
            return None;
        }
        // A change that led to a new generation is large: judging all costs no more than finding
        // what it concerns.
        if !after.shares_ids_with(before) {
            return Some(FocusSet::Everything);
        }
        let (old, new) = (Judged(before.data_graph()), Judged(after.data_graph()));
        // A triple that another graph of the union holds too has not changed.
        let changed: Vec<[TermId; 3]> = net
            .removed
            .iter()
            .chain(&net.added)
            .filter(judged)
            .filter_map(|quad| triple_ids(after, quad))
            .filter(|[s, p, o]| old.0.contains(*s, *p, *o) != new.0.contains(*s, *p, *o))
            .collect();
        (!changed.is_empty()).then(|| shacl::affected(shapes, &old, &new, &changed, now))
    }

    /// Whether a result for a judged node refuses the change. Where all was judged, or the rules
    /// themselves change, what the state before broke already is nothing that the change did; and
    /// rules may find fault where they are only asked not to make it worse.
    fn refuses(
        &self,
        before: &State,
        focus: &FocusSet<TermId>,
        node: &Term,
        result: &ValidationResult,
    ) -> bool {
        let is_new = || !before.results.have(node, result);
        let are_same = self.digest == before.rules.digest;
        result.severity.blocks()
            && match self.policies.of(&result.source_shape) {
                Policy::Off | Policy::Warn => false,
                Policy::NoWorse => are_same && is_new(),
                Policy::Enforce => are_same && matches!(focus, FocusSet::Nodes(_)) || is_new(),
            }
    }

    /// Hands over what these nodes break, but for shapes that are off.
    fn validate(
        &self,
        shapes: &Shapes,
        view: &Judged<'_>,
        focus: &FocusSet<TermId>,
        now: DateTime,
        mut keep: impl FnMut(Term, Vec<ValidationResult>),
    ) -> Result<(), Rejection> {
        let counts =
            |result: &ValidationResult| self.policies.of(&result.source_shape) != Policy::Off;
        let judged = shacl::judge(shapes, view, focus, now, |mut judged| {
            judged.results.retain(counts);
            if !judged.results.is_empty() {
                keep(judged.node, judged.results);
            }
        });
        judged.map_err(|failure| Rejection::Validation(Arc::from(failure.to_string())))
    }

    /// What all nodes of a state break.
    pub(crate) fn results(
        &self,
        state: &codesocial_graph::State,
        now: Timestamp,
    ) -> Result<Results, Rejection> {
        let mut results = Results::default();
        let Some(shapes) = &self.shapes else { return Ok(results) };
        let view = Judged(state.data_graph());
        let keep = |node, found| results.add(node, found);
        self.validate(shapes, &view, &FocusSet::Everything, moment(now), keep)?;
        Ok(results)
    }

    /// Everything that is wrong with a document: its own node, its parts and its blank nodes.
    pub(crate) fn report_on(&self, state: &State, document: &str) -> Result<Report, Rejection> {
        let name = GraphName::from(oxrdf::NamedNode::new_unchecked(document));
        let nodes = state.graph(name.as_ref()).map(|triple| skolem::unskolemise(triple).subject);
        let nodes: HashSet<Term> = nodes.map(Term::from).collect();
        let of_node = |node| state.results.of(node).iter().map(move |result| (node, result));
        self.report_of(nodes.iter().flat_map(of_node))
    }

    pub(crate) fn report_of<'a>(
        &self,
        results: impl Iterator<Item = (&'a Term, &'a StoredResult)>,
    ) -> Result<Report, Rejection> {
        let Some(shapes) = &self.shapes else {
            return Err(Rejection::Validation(Arc::from("no shapes are installed")));
        };
        Ok(Report::of(shapes, results.map(|(node, result)| result.told(node, shapes)).collect()))
    }
}

/// Whether a triple of a shapes graph says which nodes a shape is about.
/// <https://www.w3.org/TR/shacl/#targets>
fn is_target(triple: &Triple) -> bool {
    const TARGETS: [oxrdf::NamedNodeRef<'_>; 4] =
        [sh::TARGET_NODE, sh::TARGET_CLASS, sh::TARGET_SUBJECTS_OF, sh::TARGET_OBJECTS_OF];
    // A shape that is a class is about its instances.
    let is_class = |object: &Term| {
        *object != Term::from(sh::NODE_SHAPE) && *object != Term::from(sh::PROPERTY_SHAPE)
    };
    TARGETS.contains(&triple.predicate.as_ref())
        || triple.predicate == rdf::TYPE && is_class(&triple.object)
}

/// A moment as queries have it.
pub fn moment(now: Timestamp) -> DateTime {
    format!("{now:.6}").parse().expect("a timestamp is written as an xsd:dateTime")
}

pub(crate) fn triple_ids(state: &codesocial_graph::State, quad: &Quad) -> Option<[TermId; 3]> {
    let subject = oxrdf::NamedOrBlankNodeRef::from(&quad.subject);
    Some([state.id(subject)?, state.id(&quad.predicate)?, state.id(&quad.object)?])
}

//! Evaluating shapes on focus nodes: the core that every kind of validation shares.
//!
//! Invariant: evaluation ends. Shapes and paths are bounded when parsed, and each focus node has a
//! budget of steps, so that a hostile shape or graph costs a [`Failure`] and not the process.

use crate::ground::{Ground, Id};
use crate::model::{Component, Constraint, Shape, ShapeId, Shapes};
use crate::report::{Report, ValidationResult};
use crate::sparql::{Running, SparqlConstraint};
use crate::target::FocusSet;
use crate::view::GraphView;
use oxrdf::Term;
use oxsdatatypes::DateTime;
use rustc_hash::FxHashMap;
use spareval::QuerySolution;
use std::cell::RefCell;
use std::ops::Deref;
use thiserror::Error;

/// Nodes visited for one shape on one focus node, beyond which validation fails.
pub const STEPS_PER_FOCUS_MAX: u64 = 10_000_000;
/// Results of one report, and of one shape on one focus node, beyond which validation fails.
pub const RESULTS_MAX: usize = 100_000;

/// Evaluates every shape on all its targets. Queries are told what time it is.
pub fn validate<V: GraphView>(shapes: &Shapes, view: &V, now: DateTime) -> Result<Report, Failure> {
    let ground = Ground::new(shapes, view, now);
    let evaluation = Evaluation::new(&ground);
    let mut report = Report::new(shapes);
    for (id, shape) in shapes.iter().filter(|(_, shape)| !shape.targets.is_empty()) {
        for focus in evaluation.focus_nodes(shape) {
            evaluation.report(id, focus, &mut report)?;
        }
    }
    Ok(report.finished())
}

/// Evaluates, for each of these nodes, the shapes that have it as a target.
pub fn validate_focus<V: GraphView>(
    shapes: &Shapes,
    view: &V,
    focus: &FocusSet<V::Node>,
    now: DateTime,
) -> Result<Report, Failure> {
    let FocusSet::Nodes(nodes) = focus else { return validate(shapes, view, now) };
    let ground = Ground::new(shapes, view, now);
    let evaluation = Evaluation::new(&ground);
    let mut report = Report::new(shapes);
    for &node in nodes {
        for id in evaluation.shapes_targeting(node) {
            evaluation.report(id, Id::Known(node), &mut report)?;
        }
    }
    Ok(report.finished())
}

/// What one shape found from one focus node: the focus of a nested shape's result is a node
/// further on, and one result may be found from several nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub node: Term,
    /// At least one.
    pub results: Vec<ValidationResult>,
}

/// Evaluates the shapes as [`validate_focus`] does, and hands over what each node breaks as it is
/// found, so that however much that is, nothing piles up here. Nodes that conform are not told.
pub fn judge<V: GraphView>(
    shapes: &Shapes,
    view: &V,
    focus: &FocusSet<V::Node>,
    now: DateTime,
    mut keep: impl FnMut(Judged),
) -> Result<(), Failure> {
    let ground = Ground::new(shapes, view, now);
    let evaluation = Evaluation::new(&ground);
    let mut found = Report::new(shapes);
    let mut judge = |id, node| {
        evaluation.report(id, node, &mut found)?;
        if !found.results.is_empty() {
            let results = std::mem::take(&mut found.results);
            keep(Judged { node: evaluation.term(node), results });
        }
        Ok(())
    };
    match focus {
        FocusSet::Everything => {
            for (id, shape) in shapes.iter().filter(|(_, shape)| !shape.targets.is_empty()) {
                evaluation.focus_nodes(shape).into_iter().try_for_each(|node| judge(id, node))?;
            }
            Ok(())
        }
        FocusSet::Nodes(nodes) => nodes.iter().try_for_each(|&node| {
            let mut targeting = evaluation.shapes_targeting(node).into_iter();
            targeting.try_for_each(|id| judge(id, Id::Known(node)))
        }),
    }
}

/// Why a validation gave no report.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("evaluating shape {shape} on {focus} took more than {STEPS_PER_FOCUS_MAX} steps")]
    TooManySteps { shape: Term, focus: Term },
    #[error("more results than can be told")]
    TooManyResults,
    #[error("a query of shape {shape} on {focus} failed: {error}")]
    Query { shape: Term, focus: Term, error: String },
    #[error("a query of shape {shape} on {focus} reports a failure")]
    Reported { shape: Term, focus: Term },
}

/// Why an evaluation ends before its end.
pub(crate) enum Stop {
    /// The caller has seen what it wanted.
    Enough,
    OutOfSteps,
    TooManyResults,
    /// A query failed, for this reason.
    Query(String),
    /// A query told that it gave up.
    Reported,
}

/// A failed constraint, in handles.
pub(crate) struct Finding<'a, N> {
    pub(crate) shape: &'a Shape,
    pub(crate) constraint: &'a Constraint,
    pub(crate) component: Component,
    pub(crate) focus: Id<N>,
    /// The predicate that a closed shape does not allow, in place of the path of the shape.
    pub(crate) predicate: Option<Id<N>>,
    pub(crate) value: Option<Id<N>>,
    pub(crate) actual: Actual<N>,
    /// What the query of the constraint found.
    pub(crate) solution: Option<QuerySolution>,
}

/// What was found in place of what the constraint expects, where the value node does not say it.
#[derive(Clone, Debug)]
pub(crate) enum Actual<N> {
    Value,
    Count(u64),
    Language(String),
    Other(Id<N>),
}

/// Receives findings; an error ends the evaluation.
pub(crate) type Sink<'s, 'a, N> = &'s mut dyn FnMut(Finding<'a, N>) -> Result<(), Stop>;

/// One constraint on one focus node, with the value nodes its shape's path leads to.
pub(crate) struct Site<'a, 'v, N> {
    pub(crate) shape: &'a Shape,
    pub(crate) constraint: &'a Constraint,
    pub(crate) focus: Id<N>,
    pub(crate) values: &'v [Id<N>],
}

impl<'a, N: Copy> Site<'a, '_, N> {
    pub(crate) fn finding(&self, component: Component) -> Finding<'a, N> {
        Finding {
            shape: self.shape,
            constraint: self.constraint,
            component,
            focus: self.focus,
            predicate: None,
            value: None,
            actual: Actual::Value,
            solution: None,
        }
    }

    pub(crate) fn finding_at(&self, component: Component, value: Id<N>) -> Finding<'a, N> {
        Finding { value: Some(value), ..self.finding(component) }
    }

    /// A finding at each value node of which this does not hold.
    pub(crate) fn each(
        &self,
        component: &Component,
        sink: Sink<'_, 'a, N>,
        holds: impl Fn(Id<N>) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        for &value in self.values {
            if !holds(value)? {
                sink(self.finding_at(component.clone(), value))?;
            }
        }
        Ok(())
    }
}

/// Shapes being evaluated on a ground.
pub(crate) struct Evaluation<'a, V: GraphView> {
    pub(crate) ground: &'a Ground<'a, V>,
    /// Buffers of value nodes, used again for each shape.
    spare: RefCell<Vec<Vec<Id<V::Node>>>>,
    /// The queries under way, by the address of their constraint.
    pub(crate) running: RefCell<FxHashMap<*const SparqlConstraint, Running<'a, V>>>,
}

/// What the checks read, they read of the ground.
impl<'a, V: GraphView> Deref for Evaluation<'a, V> {
    type Target = Ground<'a, V>;

    fn deref(&self) -> &Self::Target {
        self.ground
    }
}

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(crate) fn new(ground: &'a Ground<'a, V>) -> Self {
        Self { ground, spare: RefCell::default(), running: RefCell::default() }
    }

    fn report(&self, id: ShapeId, focus: Id<V::Node>, report: &mut Report) -> Result<(), Failure> {
        self.restart_steps();
        let verdict = self.evaluate(id, focus, &mut |finding| {
            if report.results.len() == RESULTS_MAX {
                return Err(Stop::TooManyResults);
            }
            report.add(self, &finding);
            Ok(())
        });
        let Err(stop) = verdict else { return Ok(()) };
        let (shape, focus) = (self.shapes[id].node.clone().into(), self.term(focus));
        match stop {
            Stop::Enough => Ok(()),
            Stop::TooManyResults => Err(Failure::TooManyResults),
            Stop::OutOfSteps => Err(Failure::TooManySteps { shape, focus }),
            Stop::Query(error) => Err(Failure::Query { shape, focus, error }),
            Stop::Reported => Err(Failure::Reported { shape, focus }),
        }
    }

    /// Sends each failed constraint of a shape on a focus node to the sink.
    pub(crate) fn evaluate(
        &self,
        id: ShapeId,
        focus: Id<V::Node>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let shape = &self.shapes[id];
        if shape.deactivated {
            return Ok(());
        }
        let mut values = self.spare.borrow_mut().pop().unwrap_or_default();
        let verdict = self.evaluate_with(shape, focus, &mut values, sink);
        values.clear();
        self.spare.borrow_mut().push(values);
        verdict
    }

    fn evaluate_with(
        &self,
        shape: &'a Shape,
        focus: Id<V::Node>,
        values: &mut Vec<Id<V::Node>>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        match &shape.path {
            Some(path) => self.follow(path, focus, values)?,
            None => values.push(focus),
        }
        for constraint in &shape.constraints {
            self.steps(1 + values.len())?;
            self.check(&Site { shape, constraint, focus, values }, sink)?;
        }
        Ok(())
    }

    /// SHACL §3.4.2: a node conforms to a shape if validating it produces no result at all.
    pub(crate) fn conforms(&self, id: ShapeId, focus: Id<V::Node>) -> Result<bool, Stop> {
        match self.evaluate(id, focus, &mut |_| Err(Stop::Enough)) {
            Ok(()) => Ok(true),
            Err(Stop::Enough) => Ok(false),
            Err(stop) => Err(stop),
        }
    }
}

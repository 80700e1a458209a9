//! Evaluating shapes on focus nodes: the core that every kind of validation shares.
//!
//! Invariant: evaluation ends. Shapes and paths are bounded when parsed, and each focus node has a
//! budget of steps, so that a hostile shape or graph costs a [`Failure`] and not the process.

use crate::model::{Component, Constant, Constraint, Shape, ShapeId, Shapes, Slot};
use crate::report::{Report, ValidationResult};
use crate::target::FocusSet;
use crate::view::{GraphView, TermKind};
use oxrdf::{Term, TermRef};
use oxsdatatypes::DateTime;
use rustc_hash::FxHashMap;
use spareval::QuerySolution;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use thiserror::Error;

/// Nodes visited for one shape on one focus node, beyond which validation fails.
pub const STEPS_PER_FOCUS_MAX: u64 = 10_000_000;
/// Results of one report, and of one shape on one focus node, beyond which validation fails.
pub const RESULTS_MAX: usize = 100_000;
/// Results that one validation keeps by node, beyond which it fails.
pub const KEPT_RESULTS_MAX: usize = 1_000_000;

/// Evaluates every shape on all its targets. Queries are told what time it is.
pub fn validate<V: GraphView>(shapes: &Shapes, view: &V, now: DateTime) -> Result<Report, Failure> {
    let evaluation = Evaluation::new(shapes, view, now);
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
    let evaluation = Evaluation::new(shapes, view, now);
    let mut report = Report::new(shapes);
    for &node in nodes {
        for id in evaluation.shapes_targeting(node) {
            evaluation.report(id, Id::Known(node), &mut report)?;
        }
    }
    Ok(report.finished())
}

/// A focus node that was judged, and all that was found from there: the focus of a nested shape's
/// result is a node further on, and one result may be found from several nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub node: Term,
    /// At least one, ordered as in a report.
    pub results: Vec<ValidationResult>,
}

/// Evaluates the shapes as [`validate_focus`] does, and keeps apart what each node breaks. Nodes
/// that conform are not told.
pub fn judge<V: GraphView>(
    shapes: &Shapes,
    view: &V,
    focus: &FocusSet<V::Node>,
    now: DateTime,
) -> Result<Vec<Judged>, Failure> {
    let evaluation = Evaluation::new(shapes, view, now);
    let mut by_node: BTreeMap<Id<V::Node>, Report> = BTreeMap::new();
    let (mut found, mut kept) = (Report::new(shapes), 0);
    let mut judge = |id, node| {
        evaluation.report(id, node, &mut found)?;
        if found.results.is_empty() {
            return Ok(());
        }
        kept += found.results.len();
        if kept > KEPT_RESULTS_MAX {
            return Err(Failure::TooManyResults);
        }
        let of_node = by_node.entry(node).or_insert_with(|| Report::new(shapes));
        of_node.results.append(&mut found.results);
        Ok(())
    };
    match focus {
        FocusSet::Everything => {
            for (id, shape) in shapes.iter().filter(|(_, shape)| !shape.targets.is_empty()) {
                evaluation.focus_nodes(shape).into_iter().try_for_each(|node| judge(id, node))?;
            }
        }
        FocusSet::Nodes(nodes) => {
            for &node in nodes {
                let targeting = evaluation.shapes_targeting(node);
                targeting.into_iter().try_for_each(|id| judge(id, Id::Known(node)))?;
            }
        }
    }
    let judged = by_node.into_iter().map(|(node, report)| Judged {
        node: evaluation.term(node),
        results: report.finished().results,
    });
    Ok(judged.collect())
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

/// A node of the data, or a term that a shape names and the data do not hold.
///
/// A target node is validated even where the graph is silent about it, so the engine needs a
/// handle for it; as equal terms share a slot, handles still compare as terms do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Id<N> {
    Known(N),
    Absent(Slot),
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
}

/// For each class, the classes above it.
type Above<N> = FxHashMap<N, Rc<[N]>>;

/// Shapes being evaluated on a view, with what was learnt on the way.
pub(crate) struct Evaluation<'a, V: GraphView> {
    pub(crate) shapes: &'a Shapes,
    pub(crate) view: &'a V,
    /// What `NOW()` is in queries.
    pub(crate) now: DateTime,
    constants: Vec<Cell<Option<Id<V::Node>>>>,
    /// What lies above a class, itself included.
    superclasses: RefCell<Above<V::Node>>,
    steps: Cell<u64>,
    /// Buffers of value nodes, used again for each shape.
    spare: RefCell<Vec<Vec<Id<V::Node>>>>,
}

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(crate) fn new(shapes: &'a Shapes, view: &'a V, now: DateTime) -> Self {
        Self {
            shapes,
            view,
            now,
            constants: vec![Cell::new(None); shapes.constants.len()],
            superclasses: RefCell::default(),
            steps: Cell::new(0),
            spare: RefCell::default(),
        }
    }

    fn report(&self, id: ShapeId, focus: Id<V::Node>, report: &mut Report) -> Result<(), Failure> {
        self.steps.set(0);
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

    pub(crate) fn restart_steps(&self) {
        self.steps.set(0);
    }

    pub(crate) fn steps(&self, count: usize) -> Result<(), Stop> {
        self.steps.set(self.steps.get() + count as u64);
        if self.steps.get() > STEPS_PER_FOCUS_MAX {
            return Err(Stop::OutOfSteps);
        }
        Ok(())
    }
}

/// The data graph as the checks read it: every constant of the shapes has a handle.
impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(crate) fn resolve<T>(&self, constant: &Constant<T>) -> Id<V::Node> {
        self.resolve_slot(constant.slot)
    }

    pub(crate) fn resolve_slot(&self, slot: Slot) -> Id<V::Node> {
        let cell = &self.constants[slot.0 as usize];
        cell.get().unwrap_or_else(|| {
            let term = &self.shapes.constants[slot.0 as usize];
            let id = self.view.node(term.as_ref()).map_or(Id::Absent(slot), Id::Known);
            cell.set(Some(id));
            id
        })
    }

    pub(crate) fn objects(
        &self,
        s: Id<V::Node>,
        p: Id<V::Node>,
    ) -> impl Iterator<Item = Id<V::Node>> + use<'_, 'a, V> {
        let known = both_known(s, p).map(|(s, p)| self.view.objects(s, p));
        known.into_iter().flatten().map(Id::Known)
    }

    pub(crate) fn subjects(
        &self,
        p: Id<V::Node>,
        o: Id<V::Node>,
    ) -> impl Iterator<Item = Id<V::Node>> + use<'_, 'a, V> {
        let known = both_known(p, o).map(|(p, o)| self.view.subjects(p, o));
        known.into_iter().flatten().map(Id::Known)
    }

    pub(crate) fn out(
        &self,
        s: Id<V::Node>,
    ) -> impl Iterator<Item = (Id<V::Node>, Id<V::Node>)> + use<'_, 'a, V> {
        let known = known(s).map(|s| self.view.out(s));
        known.into_iter().flatten().map(|(p, o)| (Id::Known(p), Id::Known(o)))
    }

    pub(crate) fn read<R>(&self, id: Id<V::Node>, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        match id {
            Id::Known(node) => self.view.read(node, judge),
            Id::Absent(slot) => judge(self.shapes.constants[slot.0 as usize].as_ref()),
        }
    }

    pub(crate) fn term(&self, id: Id<V::Node>) -> Term {
        match id {
            Id::Known(node) => self.view.term(node),
            Id::Absent(slot) => self.shapes.constants[slot.0 as usize].clone(),
        }
    }

    pub(crate) fn kind(&self, id: Id<V::Node>) -> TermKind {
        match id {
            Id::Known(node) => self.view.kind(node),
            Id::Absent(_) => self.read(id, TermKind::of),
        }
    }

    /// Whether the node is a SHACL instance of the class.
    pub(crate) fn is_instance(&self, node: Id<V::Node>, class: Slot) -> Result<bool, Stop> {
        let wanted = self.resolve_slot(class);
        for declared in self.types(node) {
            if Id::Known(declared) == wanted || self.is_under(declared, class)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn types(&self, node: Id<V::Node>) -> impl Iterator<Item = V::Node> {
        let p = self.resolve_slot(Slot::TYPE);
        both_known(node, p).map(|(s, p)| self.view.objects(s, p)).into_iter().flatten()
    }

    pub(crate) fn instances(&self, class: V::Node) -> impl Iterator<Item = V::Node> {
        let p = known(self.resolve_slot(Slot::TYPE));
        p.map(|p| self.view.subjects(p, class)).into_iter().flatten()
    }

    /// Whether a class is the other or lies under it.
    pub(crate) fn is_under(&self, class: V::Node, above: Slot) -> Result<bool, Stop> {
        let Id::Known(wanted) = self.resolve_slot(above) else { return Ok(false) };
        let superclasses = self.superclasses(class);
        self.steps(superclasses.len())?;
        Ok(superclasses.contains(&wanted))
    }

    /// The class and what lies above it.
    pub(crate) fn superclasses(&self, class: V::Node) -> Rc<[V::Node]> {
        if let Some(known) = self.superclasses.borrow().get(&class) {
            return Rc::clone(known);
        }
        let superclasses: Rc<[V::Node]> = match self.resolve_slot(Slot::SUB_CLASS_OF) {
            Id::Known(p) => reachable(class, |class| self.view.objects(class, p)).into(),
            Id::Absent(_) => [class].into(),
        };
        self.superclasses.borrow_mut().insert(class, Rc::clone(&superclasses));
        superclasses
    }

    /// The class and what lies below it.
    pub(crate) fn subclasses(&self, class: V::Node) -> Vec<V::Node> {
        let Id::Known(p) = self.resolve_slot(Slot::SUB_CLASS_OF) else { return vec![class] };
        reachable(class, |class| self.view.subjects(p, class))
    }
}

fn known<N>(id: Id<N>) -> Option<N> {
    match id {
        Id::Known(node) => Some(node),
        Id::Absent(_) => None,
    }
}

fn both_known<N>(a: Id<N>, b: Id<N>) -> Option<(N, N)> {
    known(a).zip(known(b))
}

fn reachable<N: Copy + Eq + std::hash::Hash, I: Iterator<Item = N>>(
    start: N,
    next: impl Fn(N) -> I,
) -> Vec<N> {
    let mut found = indexmap::IndexSet::<N, rustc_hash::FxBuildHasher>::default();
    found.insert(start);
    let mut index = 0;
    while let Some(&node) = found.get_index(index) {
        found.extend(next(node));
        index += 1;
    }
    found.into_iter().collect()
}

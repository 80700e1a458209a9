//! What the shapes read: an automaton over the triples that a result can rest on.
//!
//! A state is a place in a shape: its focus node, its value nodes, a step of its path. An edge is
//! a triple that evaluation follows from there. A result of a shape on a focus node rests only on
//! triples met on walks from the start of that shape; so, from a changed triple, walking the
//! edges backwards finds every focus node whose results may differ (see `affected.rs`).
//!
//! Invariant: whatever a check reads has an edge or a seed here. A new component adds its arm to
//! [`Builder::constraint`], which names all of them.

use crate::model::{Constant, Constraint, Key, Shape, ShapeId, Slot, Target};
use crate::path::{Direction, Path};
use crate::sparql::{Place, Read};
use oxrdf::NamedNode;
use oxrdf::vocab::{rdf, rdfs};
use rustc_hash::FxHashMap;

#[derive(Debug, Default)]
pub(crate) struct Reads {
    states: Vec<State>,
    /// Where a triple may be read, by its predicate.
    seeds: FxHashMap<String, Vec<Seed>>,
    /// Where any triple of a node is read (`sh:closed`, and variables for predicates in queries).
    any_seeds: Vec<(StateId, Direction)>,
    /// Shapes with targets that read the triples of a predicate wherever they are.
    judged_anew: FxHashMap<String, Vec<ShapeId>>,
    /// Shapes with targets that may read any triple.
    always_judged_anew: Vec<ShapeId>,
}

pub(crate) type StateId = u32;

#[derive(Debug, Default)]
struct State {
    /// The states from which evaluation comes here, and by what.
    from: Vec<(StateId, Edge)>,
    /// The focus nodes of a shape that has targets are here.
    is_target: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    /// The same node, seen from elsewhere.
    Same,
    /// The same node as the focus of a shape of which only the verdict counts.
    Verdict(ShapeId),
    Step(Slot, Direction),
}

/// A state from which a triple is read, from its subject or from its object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) state: StateId,
    pub(crate) direction: Direction,
    /// Where the read asks for a class, only triples that lead up to it matter.
    pub(crate) class: Option<Slot>,
}

impl Reads {
    pub(crate) fn new(shapes: &[Shape]) -> Self {
        let mut builder = Builder::default();
        for _ in shapes {
            builder.state();
        }
        for (start, shape) in (0..).zip(shapes) {
            builder.shape(start, shape);
        }
        builder.finish()
    }

    pub(crate) fn seeds(&self, predicate: &str) -> &[Seed] {
        self.seeds.get(predicate).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn any_seeds(&self) -> &[(StateId, Direction)] {
        &self.any_seeds
    }

    /// The shapes of which every focus node is affected when a triple with this predicate changes.
    pub(crate) fn judged_anew(&self, predicate: &str) -> &[ShapeId] {
        self.judged_anew.get(predicate).map_or(&[], Vec::as_slice)
    }

    /// The same for any triple.
    pub(crate) fn always_judged_anew(&self) -> &[ShapeId] {
        &self.always_judged_anew
    }

    pub(crate) fn from(&self, state: StateId) -> &[(StateId, Edge)] {
        &self.states[state as usize].from
    }

    pub(crate) fn is_target(&self, state: StateId) -> bool {
        self.states[state as usize].is_target
    }
}

/// Shape `n` starts at state `n`; the others are made as paths need them.
#[derive(Default)]
struct Builder {
    reads: Reads,
    /// Where triples are read that no walk from there leads to: of a predicate, or any.
    afar: Vec<(StateId, Option<NamedNode>)>,
}

impl Builder {
    fn state(&mut self) -> StateId {
        self.reads.states.push(State::default());
        StateId::try_from(self.reads.states.len() - 1).expect("states are far fewer than 2^32")
    }

    fn edge(&mut self, from: StateId, edge: Edge, to: StateId) {
        self.reads.states[to as usize].from.push((from, edge));
    }

    fn seed(&mut self, predicate: &NamedNode, seed: Seed) {
        self.reads.seeds.entry(predicate.as_str().to_owned()).or_default().push(seed);
    }

    /// A read of the triples with a predicate, whose far ends matter as values only.
    fn read(&mut self, state: StateId, predicate: &Constant<NamedNode>, direction: Direction) {
        self.seed(&predicate.term, Seed { state, direction, class: None });
    }

    fn shape(&mut self, start: StateId, shape: &Shape) {
        if shape.deactivated {
            return;
        }
        self.reads.states[start as usize].is_target = !shape.targets.is_empty();
        self.targets(start, &shape.targets);
        let values = match &shape.path {
            Some(path) => self.path(start, path, Direction::Forward),
            None => start,
        };
        for constraint in &shape.constraints {
            self.constraint(start, values, constraint);
            if let Constraint::UniqueValuesFor(key) = constraint {
                self.key(values, key, &shape.targets);
            }
        }
    }

    /// Whether the nodes of a state are targets.
    fn targets(&mut self, state: StateId, targets: &[Target]) {
        for target in targets {
            match target {
                Target::Node(_) => {}
                Target::Class(class) => self.class(state, class.slot),
                Target::SubjectsOf(p) | Target::Linked { by: p, .. } => {
                    self.read(state, p, Direction::Forward);
                }
                Target::ObjectsOf(p) => self.read(state, p, Direction::Backward),
            }
        }
    }

    fn constraint(&mut self, focus: StateId, values: StateId, constraint: &Constraint) {
        match constraint {
            Constraint::Class(classes) => {
                classes.iter().for_each(|class| self.class(values, class.slot));
            }
            Constraint::Equals(p)
            | Constraint::Disjoint(p)
            | Constraint::LessThan(p)
            | Constraint::LessThanOrEquals(p)
            | Constraint::SubsetOf(p) => self.read(focus, p, Direction::Forward),
            Constraint::Closed { .. } => self.reads.any_seeds.push((values, Direction::Forward)),
            Constraint::ClosedByTypes(_) => {
                self.reads.any_seeds.push((values, Direction::Forward));
                let above = self.state();
                self.edge(values, Edge::Step(Slot::TYPE, Direction::Forward), above);
                self.hierarchy(above, None);
            }
            Constraint::RootClass(classes) => {
                let above = self.state();
                self.edge(values, Edge::Same, above);
                classes.iter().for_each(|class| self.hierarchy(above, Some(class.slot)));
            }
            Constraint::Property(shape) => {
                let start = start_of(*shape);
                self.edge(values, Edge::Same, start);
            }
            Constraint::Not(shape) | Constraint::Node(shape) | Constraint::SomeValue(shape) => {
                self.verdicts(values, &[*shape]);
            }
            Constraint::And(shapes) | Constraint::Or(shapes) | Constraint::Xone(shapes) => {
                self.verdicts(values, shapes);
            }
            Constraint::Qualified(qualified) => {
                self.verdicts(values, &[qualified.shape]);
                self.verdicts(values, &qualified.siblings);
            }
            Constraint::Sparql(constraint) => self.query(focus, values, &constraint.reads),
            // These judge the value nodes themselves, to which the path has led.
            Constraint::Datatype(..)
            | Constraint::NodeKind(_)
            | Constraint::MinCount(_)
            | Constraint::MaxCount(_)
            | Constraint::Range(_)
            | Constraint::SingleLine
            | Constraint::MinLength(_)
            | Constraint::MaxLength(_)
            | Constraint::Pattern(_)
            | Constraint::LanguageIn(_)
            | Constraint::UniqueLang
            | Constraint::HasValue(_)
            | Constraint::In(_)
            // Read with the targets of the shape.
            | Constraint::UniqueValuesFor(_) => {}
        }
    }

    fn verdicts(&mut self, values: StateId, shapes: &[ShapeId]) {
        for &shape in shapes {
            self.edge(values, Edge::Verdict(shape), start_of(shape));
        }
    }

    /// The variables of a query are states, the focus node and the value nodes are the first two.
    fn query(&mut self, focus: StateId, values: StateId, reads: &[Read]) {
        let mut places = vec![focus, values];
        for read in reads {
            match read {
                Read::Walk { from, path, direction, to } => {
                    let from = self.place(&mut places, *from);
                    let end = self.path(from, path, *direction);
                    if let Some(to) = to {
                        let to = self.place(&mut places, *to);
                        self.edge(end, Edge::Same, to);
                    }
                }
                Read::Any(place, direction) => {
                    let state = self.place(&mut places, *place);
                    self.reads.any_seeds.push((state, *direction));
                }
                Read::Anywhere(predicate) => self.afar.push((focus, Some(predicate.clone()))),
                Read::Everything => self.afar.push((focus, None)),
            }
        }
    }

    fn place(&mut self, places: &mut Vec<StateId>, place: Place) -> StateId {
        while places.len() <= place {
            let state = self.state();
            places.push(state);
        }
        places[place]
    }

    fn finish(mut self) -> Reads {
        for (state, predicate) in std::mem::take(&mut self.afar) {
            let judged = self.judged_from(state);
            let list = match predicate {
                Some(iri) => self.reads.judged_anew.entry(iri.into_string()).or_default(),
                None => &mut self.reads.always_judged_anew,
            };
            list.extend(judged);
        }
        self.reads
    }

    /// The shapes with targets whose evaluation may come to a state.
    fn judged_from(&self, state: StateId) -> Vec<ShapeId> {
        let mut seen = vec![false; self.reads.states.len()];
        let mut waiting = vec![state];
        let mut judged = Vec::new();
        while let Some(state) = waiting.pop() {
            if std::mem::replace(&mut seen[state as usize], true) {
                continue;
            }
            if self.reads.is_target(state) {
                judged.push(ShapeId::new(state as usize));
            }
            waiting.extend(self.reads.from(state).iter().map(|&(from, _)| from));
        }
        judged
    }

    /// `rdf:type/rdfs:subClassOf*` towards a class.
    fn class(&mut self, state: StateId, class: Slot) {
        let above = self.state();
        self.edge(state, Edge::Step(Slot::TYPE, Direction::Forward), above);
        let seed = Seed { state, direction: Direction::Forward, class: Some(class) };
        self.seed(&rdf::TYPE.into_owned(), seed);
        self.hierarchy(above, Some(class));
    }

    /// `rdfs:subClassOf*` from a class, towards one or any.
    fn hierarchy(&mut self, state: StateId, class: Option<Slot>) {
        self.edge(state, Edge::Step(Slot::SUB_CLASS_OF, Direction::Forward), state);
        let seed = Seed { state, direction: Direction::Forward, class };
        self.seed(&rdfs::SUB_CLASS_OF.into_owned(), seed);
    }

    /// The values of a key, and from those of its first property the other nodes that have them.
    fn key(&mut self, state: StateId, key: &Key, targets: &[Target]) {
        let Some(first) = key.properties.first() else { return };
        let (value, other) = (self.state(), self.state());
        self.edge(state, Edge::Step(first.slot, Direction::Forward), value);
        self.edge(value, Edge::Step(first.slot, Direction::Backward), other);
        self.read(value, first, Direction::Backward);
        for property in &key.properties {
            self.read(state, property, Direction::Forward);
            self.read(other, property, Direction::Forward);
        }
        self.targets(other, targets);
    }

    /// Thompson's construction: adds a path that begins at a state and tells where it ends.
    fn path(&mut self, from: StateId, path: &Path, direction: Direction) -> StateId {
        match path {
            Path::Predicate(predicate) => {
                self.read(from, predicate, direction);
                let to = self.state();
                self.edge(from, Edge::Step(predicate.slot, direction), to);
                to
            }
            Path::Inverse(inner) => self.path(from, inner, direction.turned()),
            Path::Sequence(steps) => match direction {
                Direction::Forward => {
                    steps.iter().fold(from, |at, step| self.path(at, step, direction))
                }
                Direction::Backward => {
                    steps.iter().rfold(from, |at, step| self.path(at, step, direction))
                }
            },
            Path::Alternative(branches) => {
                let to = self.state();
                for branch in branches {
                    let end = self.path(from, branch, direction);
                    self.edge(end, Edge::Same, to);
                }
                to
            }
            Path::ZeroOrOne(inner) => {
                let to = self.state();
                let end = self.path(from, inner, direction);
                self.edge(end, Edge::Same, to);
                self.edge(from, Edge::Same, to);
                to
            }
            Path::ZeroOrMore(inner) => self.closure(from, inner, direction).0,
            Path::OneOrMore(inner) => self.closure(from, inner, direction).1,
        }
    }

    /// The states before and after each repetition of a path.
    fn closure(&mut self, from: StateId, inner: &Path, direction: Direction) -> (StateId, StateId) {
        let before = self.state();
        self.edge(from, Edge::Same, before);
        let after = self.path(before, inner, direction);
        self.edge(after, Edge::Same, before);
        (before, after)
    }
}

fn start_of(shape: ShapeId) -> StateId {
    StateId::try_from(shape.index()).expect("a shape's id is a u32")
}

//! Triple patterns that must hold together, as ids, in the order in which they are looked up.
//!
//! Invariant: its rows are the solutions of the patterns on the default graph, each as often as the
//! algebra has it.

use super::estimates::{End, Estimates};
use crate::queryable::ReadableDataset;
use crate::term::TermId;
use oxrdf::{TermRef, Variable};
use spargebra::algebra::GraphPattern;
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

/// The order of more steps would take longer to find than it saves.
const STEPS_MAX: usize = 16;

/// Patterns over slots, of which each stands for a variable.
pub(super) struct Conjunction {
    steps: Vec<Step>,
    slots: Vec<Variable>,
    /// Whether a term of the query is in no quad, so that nothing can match.
    is_empty: bool,
}

#[derive(Clone)]
pub(super) enum Step {
    /// Subject, predicate and object.
    Triple([Place; 3]),
    /// A triple of constants and a slot that has a value by then, whose matches are better found
    /// all at once.
    Test { slot: usize, places: [Place; 3] },
    /// The slot has one of these values, which are distinct.
    Member { slot: usize, among: Vec<TermId> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Constant(TermId),
    Slot(usize),
}

impl Conjunction {
    /// The conjunction that a pattern is, if it is one: triples and lists of values for a variable,
    /// and no variable with values only.
    pub(super) fn of(pattern: &GraphPattern, estimates: &Estimates<'_>) -> Option<Self> {
        let dataset = estimates.dataset;
        let mut conjunction = Self { steps: Vec::new(), slots: Vec::new(), is_empty: false };
        conjunction.add(pattern, dataset)?;
        if conjunction.steps.len() > STEPS_MAX {
            return None;
        }
        let in_triples = |slot| {
            conjunction.steps.iter().any(|step| match step {
                Step::Triple(places) => places.contains(&Place::Slot(slot)),
                Step::Test { .. } | Step::Member { .. } => false,
            })
        };
        if !(0..conjunction.slots.len()).all(in_triples) {
            return None;
        }
        conjunction.sort(estimates);
        Some(conjunction)
    }

    fn add(&mut self, pattern: &GraphPattern, dataset: &ReadableDataset) -> Option<()> {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                for TriplePattern { subject, predicate, object } in patterns {
                    let predicate = match predicate {
                        NamedNodePattern::NamedNode(iri) => self.constant(iri, dataset),
                        NamedNodePattern::Variable(name) => self.slot(name),
                    };
                    let places =
                        [self.place(subject, dataset)?, predicate, self.place(object, dataset)?];
                    self.steps.push(Step::Triple(places));
                }
                Some(())
            }
            GraphPattern::Join { left, right } => {
                self.add(left, dataset)?;
                self.add(right, dataset)
            }
            GraphPattern::Values { variables, bindings } => {
                let [variable] = &variables[..] else { return None };
                let slot = self.slot_for(variable);
                let mut among = Vec::with_capacity(bindings.len());
                for binding in bindings {
                    // What is in no quad meets no triple.
                    among.extend(dataset.id(ground(binding.first()?.as_ref()?)));
                }
                let listed = among.len();
                among.sort_unstable();
                among.dedup();
                if among.len() < listed {
                    return None;
                }
                self.steps.push(Step::Member { slot, among });
                Some(())
            }
            _ => None,
        }
    }

    fn place(&mut self, term: &TermPattern, dataset: &ReadableDataset) -> Option<Place> {
        Some(match term {
            TermPattern::NamedNode(iri) => self.constant(iri, dataset),
            TermPattern::Literal(literal) => self.constant(literal, dataset),
            TermPattern::Variable(variable) => self.slot(variable),
            TermPattern::BlankNode(_) => return None,
        })
    }

    fn constant<'a>(&mut self, term: impl Into<TermRef<'a>>, dataset: &ReadableDataset) -> Place {
        let id = dataset.id(term);
        self.is_empty |= id.is_none();
        Place::Constant(id.unwrap_or(TermId::DEFAULT_GRAPH))
    }

    fn slot(&mut self, variable: &Variable) -> Place {
        Place::Slot(self.slot_for(variable))
    }

    fn slot_for(&mut self, variable: &Variable) -> usize {
        self.slot_of(variable).unwrap_or_else(|| {
            self.slots.push(variable.clone());
            self.slots.len() - 1
        })
    }

    /// Where a variable stands in the rows.
    pub(super) fn slot_of(&self, variable: &Variable) -> Option<usize> {
        self.slots.iter().position(|name| name == variable)
    }

    /// The steps in the order in which they are best taken.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it is known that nothing matches.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The variables in the order in which they stand in the rows.
    pub(super) fn variables(&self) -> &[Variable] {
        &self.slots
    }
}

pub(super) fn ground(term: &GroundTerm) -> TermRef<'_> {
    match term {
        GroundTerm::NamedNode(iri) => iri.into(),
        GroundTerm::Literal(literal) => literal.into(),
    }
}

/// The order of the steps: of the chains that begin with each step and go on with what costs least,
/// the cheapest.
impl Conjunction {
    fn sort(&mut self, estimates: &Estimates<'_>) {
        let chains = (0..self.steps.len()).map(|first| self.chain(first, estimates));
        let best = chains.min_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, order)) = best {
            self.steps = order;
        }
    }

    /// What a chain costs, and its steps.
    fn chain(&self, first: usize, estimates: &Estimates<'_>) -> (f64, Vec<Step>) {
        let mut bound = vec![false; self.slots.len()];
        let mut order = Vec::with_capacity(self.steps.len());
        let mut left: Vec<usize> = (0..self.steps.len()).filter(|step| *step != first).collect();
        let (mut rows, mut total) = (1.0, 0.0);
        let mut next = Some(self.cost(first, rows, &bound, estimates));
        while let Some(Cost { step, rows: passed, work, as_test }) = next {
            rows = passed;
            total += work;
            left.retain(|other| *other != step);
            self.steps[step].slots().for_each(|slot| bound[slot] = true);
            order.push(as_test.unwrap_or_else(|| self.steps[step].clone()));
            next = left
                .iter()
                .map(|step| self.cost(*step, rows, &bound, estimates))
                .min_by(|one, other| one.greed().total_cmp(&other.greed()));
        }
        (total, order)
    }

    fn cost(&self, step: usize, rows: f64, bound: &[bool], estimates: &Estimates<'_>) -> Cost {
        match &self.steps[step] {
            Step::Member { slot, among } if bound[*slot] => {
                let work = Cost::TEST * rows + among.len() as f64;
                Cost { step, rows: rows * 0.1, work, as_test: None }
            }
            Step::Member { among, .. } => Cost::of_lookup(step, rows, among.len() as f64),
            Step::Triple(places) | Step::Test { places, .. } => {
                let ends = places.map(|place| match place {
                    Place::Constant(id) => End::Constant(id),
                    Place::Slot(slot) if bound[slot] => End::Known,
                    Place::Slot(_) => End::Free,
                });
                let by_lookup = Cost::of_lookup(step, rows, estimates.matches(ends));
                let Some(slot) = sole_slot(*places).filter(|slot| bound[*slot]) else {
                    return by_lookup;
                };
                let work = Cost::TEST * rows + estimates.matches(ends.map(End::unknown));
                if work < by_lookup.work {
                    Cost { work, as_test: Some(Step::Test { slot, places: *places }), ..by_lookup }
                } else {
                    by_lookup
                }
            }
        }
    }
}

/// The slot of a triple that has one, and constants beside it.
fn sole_slot(places: [Place; 3]) -> Option<usize> {
    let mut slots = places.into_iter().filter_map(|place| match place {
        Place::Slot(slot) => Some(slot),
        Place::Constant(_) => None,
    });
    slots.next().filter(|_| slots.next().is_none())
}

/// What a step costs, in the time that it takes to go on to a neighbour in an array.
struct Cost {
    step: usize,
    /// How many rows come out of it.
    rows: f64,
    work: f64,
    /// The step as a test, where that is less work.
    as_test: Option<Step>,
}

impl Cost {
    const LOOKUP: f64 = 20.0;
    const TEST: f64 = 0.3;

    fn of_lookup(step: usize, rows: f64, matches: f64) -> Self {
        Self { step, rows: rows * matches, work: rows * (Self::LOOKUP + matches), as_test: None }
    }

    /// What is weighed where only the next step is looked at: rows cost their own next step.
    fn greed(&self) -> f64 {
        self.work + self.rows * Self::LOOKUP
    }
}

impl Step {
    /// The slots that it has to do with.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        let places = match self {
            Self::Triple(places) | Self::Test { places, .. } => *places,
            Self::Member { slot, .. } => [Place::Slot(*slot); 3],
        };
        places.into_iter().filter_map(|place| match place {
            Place::Slot(slot) => Some(slot),
            Place::Constant(_) => None,
        })
    }
}

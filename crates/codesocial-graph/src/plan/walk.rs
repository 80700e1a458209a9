//! A walk through the rows of a conjunction, one array lookup for each step of each row.

use super::Pulse;
use super::conjunction::{Conjunction, Place, Step};
use crate::queryable::ReadableDataset;
use crate::readers::GraphSet;
use crate::term::TermId;
use std::ops::ControlFlow;

/// Who is shown the rows.
pub(super) trait Visitor {
    /// A row, and how many solutions it stands for. `Break` ends the walk.
    fn visit(&mut self, row: &[TermId], times: u64) -> ControlFlow<()>;

    /// Whether no row is wanted that has these values in the slots to watch.
    fn skips(&mut self, _row: &[TermId]) -> ControlFlow<(), bool> {
        ControlFlow::Continue(false)
    }
}

/// Which slots of a row a visitor looks at.
#[derive(Default)]
pub(super) struct Interest {
    /// Rows that differ in other slots only may be shown as one.
    pub(super) told_apart: Vec<usize>,
    /// Once these have values, the visitor is asked whether to go on.
    pub(super) watched: Vec<usize>,
}

/// Shows each row of a conjunction. `Break` if the visitor or the pulse said so.
pub(super) fn walk(
    conjunction: &Conjunction,
    dataset: &ReadableDataset,
    pulse: &Pulse<'_>,
    interest: &Interest,
    visitor: &mut impl Visitor,
) -> ControlFlow<()> {
    if conjunction.is_empty() {
        return ControlFlow::Continue(());
    }
    let row = vec![TermId::DEFAULT_GRAPH; conjunction.variables().len()];
    let looks = Looks { bound: vec![false; row.len()], conjunction, dataset, interest }.all();
    Walk { dataset, pulse, row, visitor }.go(&looks)
}

/// What a step is to do, now that it is known what stands before it.
enum Look<'a> {
    /// Each triple that matches, its free places put into the row.
    Each {
        bound: [Option<Source>; 3],
        free: Vec<Free>,
    },
    /// All triples that match make the same row, as far as anybody looks at it.
    Count([Option<Source>; 3]),
    Test(usize, GraphSet),
    List(usize, &'a [TermId]),
    /// The visitor says whether it wants to see more of this row.
    Watch,
}

#[derive(Clone, Copy)]
enum Source {
    Constant(TermId),
    Slot(usize),
}

/// A place of a triple whose value goes into a slot.
struct Free {
    place: usize,
    slot: usize,
    /// Whether an earlier place of the same triple has given the slot its value.
    is_again: bool,
}

struct Looks<'a> {
    conjunction: &'a Conjunction,
    dataset: &'a ReadableDataset,
    interest: &'a Interest,
    bound: Vec<bool>,
}

impl<'a> Looks<'a> {
    /// The visitor is asked as soon as it can answer, but not before what is tested at once.
    fn all(mut self) -> Vec<Look<'a>> {
        let steps = self.conjunction.steps();
        let mut looks = Vec::with_capacity(steps.len() + 1);
        let mut is_watched = self.interest.watched.is_empty();
        for (n, step) in steps.iter().enumerate() {
            let look = match step {
                Step::Member { slot, among } if self.bound[*slot] => {
                    Look::Test(*slot, among.iter().copied().collect())
                }
                Step::Member { slot, among } => Look::List(*slot, among),
                Step::Test { slot, places } => Look::Test(*slot, self.matching(*slot, *places)),
                Step::Triple(places) => self.of_triple(*places, n + 1 == steps.len()),
            };
            let is_test = matches!(look, Look::Test(..));
            if !is_watched && !is_test && self.interest.watched.iter().all(|slot| self.bound[*slot])
            {
                looks.push(Look::Watch);
                is_watched = true;
            }
            looks.push(look);
            step.slots().for_each(|slot| self.bound[slot] = true);
        }
        looks
    }

    /// The values of its only slot with which a triple matches.
    fn matching(&self, slot: usize, places: [Place; 3]) -> GraphSet {
        let place = places.iter().position(|place| *place == Place::Slot(slot)).unwrap_or_default();
        let constants = places.map(|place| match place {
            Place::Constant(id) => Some(id),
            Place::Slot(_) => None,
        });
        self.dataset.triples(constants).map(|triple| triple[place]).collect()
    }

    fn of_triple(&self, places: [Place; 3], is_last: bool) -> Look<'a> {
        let bound = places.map(|place| match place {
            Place::Constant(id) => Some(Source::Constant(id)),
            Place::Slot(slot) => self.bound[slot].then_some(Source::Slot(slot)),
        });
        let mut free: Vec<Free> = Vec::new();
        for (place, in_place) in places.into_iter().enumerate() {
            if let Place::Slot(slot) = in_place
                && !self.bound[slot]
            {
                let is_again = free.iter().any(|other| other.slot == slot);
                free.push(Free { place, slot, is_again });
            }
        }
        let is_idle =
            |free: &Free| !free.is_again && !self.interest.told_apart.contains(&free.slot);
        if is_last && free.iter().all(is_idle) {
            return Look::Count(bound);
        }
        Look::Each { bound, free }
    }
}

struct Walk<'a, V> {
    dataset: &'a ReadableDataset,
    pulse: &'a Pulse<'a>,
    row: Vec<TermId>,
    visitor: &'a mut V,
}

impl<V: Visitor> Walk<'_, V> {
    fn go(&mut self, looks: &[Look<'_>]) -> ControlFlow<()> {
        let Some((look, rest)) = looks.split_first() else {
            return self.visitor.visit(&self.row, 1);
        };
        match look {
            Look::Each { bound, free } => {
                for triple in self.dataset.triples(self.in_place(bound)) {
                    self.pulse.beat()?;
                    if self.take(triple, free) {
                        self.go(rest)?;
                    }
                }
            }
            Look::Count(bound) => {
                let times = self.dataset.triples(self.in_place(bound)).count() as u64;
                if times > 0 {
                    self.visitor.visit(&self.row, times)?;
                }
            }
            Look::Test(slot, among) => {
                if among.contains(self.row[*slot]) {
                    self.go(rest)?;
                }
            }
            Look::Watch => {
                if !self.visitor.skips(&self.row)? {
                    self.go(rest)?;
                }
            }
            Look::List(slot, among) => {
                for id in *among {
                    self.row[*slot] = *id;
                    self.go(rest)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn in_place(&self, bound: &[Option<Source>; 3]) -> [Option<TermId>; 3] {
        bound.map(|source| match source {
            Some(Source::Constant(id)) => Some(id),
            Some(Source::Slot(slot)) => Some(self.row[slot]),
            None => None,
        })
    }

    /// Puts a triple into the row, unless a variable that stands in it twice has two values.
    fn take(&mut self, triple: [TermId; 3], free: &[Free]) -> bool {
        for Free { place, slot, is_again } in free {
            if *is_again && self.row[*slot] != triple[*place] {
                return false;
            }
            self.row[*slot] = triple[*place];
        }
        true
    }
}

//! About how many triples match a pattern, from the arrays: exact where its constants begin a
//! range, and otherwise from how often values repeat in a few rows of it.
//!
//! Only costs depend on these figures, never an answer: they count graphs that a reader does not
//! see.

use crate::queryable::ReadableDataset;
use crate::row::Order;
use crate::scan::Pattern;
use crate::term::TermId;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// What is known of a place of a triple before it is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Constant(TermId),
    /// It has a value by then, whichever.
    Known,
    Free,
}

impl End {
    fn constant(self) -> Option<TermId> {
        match self {
            Self::Constant(id) => Some(id),
            Self::Known | Self::Free => None,
        }
    }

    /// The same place, as if a value were not known by then.
    pub(super) fn unknown(self) -> Self {
        match self {
            Self::Known => Self::Free,
            other => other,
        }
    }
}

/// The figures of one state, each asked for once.
pub(super) struct Estimates<'a> {
    pub(super) dataset: &'a ReadableDataset,
    usages: RefCell<FxHashMap<TermId, Usage>>,
}

/// How a predicate is used.
#[derive(Clone, Copy)]
struct Usage {
    triples: f64,
    per_subject: f64,
    per_object: f64,
}

impl<'a> Estimates<'a> {
    pub(super) fn new(dataset: &'a ReadableDataset) -> Self {
        Self { dataset, usages: RefCell::default() }
    }

    /// Less than one, where nothing is left to be found and a triple is there or is not.
    pub(super) fn matches(&self, [subject, predicate, object]: [End; 3]) -> f64 {
        let pattern = Pattern {
            subject: subject.constant(),
            predicate: predicate.constant(),
            object: object.constant(),
            graph: None,
        };
        let all = self.dataset.range_len(pattern) as f64;
        let usage = predicate.constant().map_or(Usage::UNKNOWN, |predicate| self.usage(predicate));
        match (subject, object) {
            (End::Constant(_) | End::Free, End::Constant(_) | End::Free) => all,
            (End::Known, End::Free) => usage.per_subject.min(all),
            (End::Free, End::Known) => usage.per_object.min(all),
            (End::Known, End::Constant(_)) => (all * usage.per_subject / usage.triples).min(1.0),
            (End::Constant(_), End::Known) => (all * usage.per_object / usage.triples).min(1.0),
            (End::Known, End::Known) => {
                (usage.per_subject * usage.per_object / usage.triples).min(1.0)
            }
        }
    }

    /// About how many triples of a predicate have the same object.
    pub(super) fn per_object(&self, predicate: TermId) -> f64 {
        self.usage(predicate).per_object
    }

    fn usage(&self, predicate: TermId) -> Usage {
        *self
            .usages
            .borrow_mut()
            .entry(predicate)
            .or_insert_with(|| Usage::of(predicate, self.dataset))
    }
}

impl Usage {
    const UNKNOWN: Self = Self { triples: 100.0, per_subject: 10.0, per_object: 10.0 };
    const SAMPLES: usize = 16;

    /// The share of rows that are the first of their subject is how many subjects there are to a
    /// row: over a few rows, the mean of one by how often the subject repeats.
    fn of(predicate: TermId, dataset: &ReadableDataset) -> Self {
        let rows = dataset.base_quads().in_order(Order::Posg).rows_of(predicate);
        let every = (rows.len() / Self::SAMPLES).max(1);
        let (mut samples, mut subjects, mut objects) = (0.0, 0.0, 0.0);
        for row in rows.iter().skip(every / 2).step_by(every) {
            let [subject, _, object, _] = Order::Posg.quad(*row);
            let (subject, object) = (Some(subject), Some(object));
            let predicate = Some(predicate);
            let of_subject = Pattern { subject, predicate, ..Pattern::default() };
            let of_object = Pattern { object, predicate, ..Pattern::default() };
            samples += 1.0;
            subjects += 1.0 / dataset.range_len(of_subject).max(1) as f64;
            objects += 1.0 / dataset.range_len(of_object).max(1) as f64;
        }
        let repeated = |firsts: f64| if samples > 0.0 { samples / firsts } else { 1.0 };
        Self {
            triples: rows.len().max(1) as f64,
            per_subject: repeated(subjects),
            per_object: repeated(objects),
        }
    }
}

//! What is answered before a query is evaluated: parts of it that the arrays of ids answer at once
//! become lists of values in its algebra, and the evaluator does the rest.
//!
//! Invariant: every rewrite has the solutions of what it stands for, each as often. Where one
//! cannot be sure of that, the part stays as it was.

mod aggregate;
mod conjunction;
mod estimates;
mod naming;
mod near;
mod order;
mod parts;
mod reach;
mod top;
mod values;
mod walk;
mod words;

use self::estimates::Estimates;
use self::order::Bound;
use crate::queryable::ReadableDataset;
use crate::term::TermId;
use oxrdf::TermRef;
use spareval::CancellationToken;
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use spargebra::term::GroundTerm;
use std::cell::Cell;
use std::ops::ControlFlow;

/// Which rewrites to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrites {
    /// Counts and sums over triple patterns, in groups or not.
    pub aggregates: bool,
    /// Of what is ordered, the first rows only.
    pub top: bool,
    /// What a path reaches from a node that the query names.
    pub reach: bool,
    /// Which triple is looked up before which.
    pub order: bool,
    /// What texts hold some words, from an index of them.
    pub words: bool,
    /// A condition on one variable, once for each value that it can have.
    pub values: bool,
    /// Which points are near enough.
    pub near: bool,
}

impl Default for Rewrites {
    fn default() -> Self {
        Self {
            aggregates: true,
            top: true,
            reach: true,
            order: true,
            words: true,
            values: true,
            near: true,
        }
    }
}

impl Rewrites {
    pub const NONE: Self = Self {
        aggregates: false,
        top: false,
        reach: false,
        order: false,
        words: false,
        values: false,
        near: false,
    };
}

/// Answers what can be answered of a query on the very dataset that it will be evaluated on, and
/// spells out what the evaluator does not know: [`search::MATCHES`] as a predicate.
///
/// A query that is cancelled meanwhile is left half-planned: its evaluation ends at once.
pub fn plan(
    query: &mut Query,
    dataset: &ReadableDataset,
    rewrites: Rewrites,
    cancel: &CancellationToken,
) {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    plan_pattern(pattern, dataset, rewrites, cancel);
}

/// The same for the pattern of an update.
pub fn plan_pattern(
    pattern: &mut GraphPattern,
    dataset: &ReadableDataset,
    rewrites: Rewrites,
    cancel: &CancellationToken,
) {
    naming::name_nodes(pattern);
    words::spell_out(pattern);
    let estimates = Estimates::new(dataset);
    let plan = Plan { dataset, estimates, pulse: Pulse::new(cancel) };
    plan.rewrite(pattern, rewrites);
    if rewrites.order {
        plan.order(pattern, &Bound::new());
    }
}

struct Plan<'a> {
    dataset: &'a ReadableDataset,
    estimates: Estimates<'a>,
    pulse: Pulse<'a>,
}

impl Plan<'_> {
    /// From the leaves up, so that what was answered is part of what is asked next.
    ///
    /// What stands in a `GRAPH` or a `SERVICE` asks other data, and what stands right of a
    /// `LATERAL` is asked with what is bound left of it: these stay, but for words, which are in a
    /// text whatever graph has it.
    fn rewrite(&self, pattern: &mut GraphPattern, rewrites: Rewrites) {
        match pattern {
            GraphPattern::Join { left, right }
            | GraphPattern::LeftJoin { left, right, .. }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.rewrite(left, rewrites);
                self.rewrite(right, rewrites);
            }
            GraphPattern::Lateral { left: inner, .. }
            | GraphPattern::Filter { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. }
            | GraphPattern::Group { inner, .. } => self.rewrite(inner, rewrites),
            GraphPattern::Graph { inner, .. } => {
                self.rewrite(inner, Rewrites { words: rewrites.words, ..Rewrites::NONE });
            }
            GraphPattern::Bgp { .. }
            | GraphPattern::Path { .. }
            | GraphPattern::Values { .. }
            | GraphPattern::Service { .. } => {}
        }
        match pattern {
            GraphPattern::Path { .. } if rewrites.reach => self.reach(pattern),
            GraphPattern::Group { .. } if rewrites.aggregates => self.aggregate(pattern),
            GraphPattern::Slice { .. } if rewrites.top => self.top(pattern),
            GraphPattern::Filter { .. } => self.filter(pattern, rewrites),
            _ => {}
        }
    }

    /// A term of the state as a value. Blank nodes that are stored as such cannot be written.
    fn value(&self, id: TermId) -> Option<GroundTerm> {
        match self.dataset.term(id) {
            TermRef::NamedNode(iri) => Some(iri.into_owned().into()),
            TermRef::Literal(literal) => Some(literal.into_owned().into()),
            TermRef::BlankNode(_) => None,
        }
    }
}

/// Looks now and then whether anybody still waits for the answer.
struct Pulse<'a> {
    cancel: &'a CancellationToken,
    beats: Cell<u32>,
}

impl<'a> Pulse<'a> {
    const BEATS_BETWEEN_LOOKS: u32 = 1 << 12;

    fn new(cancel: &'a CancellationToken) -> Self {
        Self { cancel, beats: Cell::new(0) }
    }

    #[inline]
    fn beat(&self) -> ControlFlow<()> {
        let beats = self.beats.get().wrapping_add(1);
        self.beats.set(beats);
        if beats.is_multiple_of(Self::BEATS_BETWEEN_LOOKS) && self.cancel.is_cancelled() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

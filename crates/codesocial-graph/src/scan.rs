//! Reads the quads that match a pattern: a range of the base merged with the same range of the
//! delta, in the order of the array that answers the pattern best. Every read of the view, of
//! pages as of SHACL and SPARQL, is one of these scans.

use crate::row::{Order, QuadIds, Row, RowFilter};
use crate::state::State;
use crate::term::TermId;
use std::ops::{Bound, Deref};

/// Which quads to read: those that have the given term in each place where one is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pattern {
    pub subject: Option<TermId>,
    pub predicate: Option<TermId>,
    pub object: Option<TermId>,
    /// [`TermId::DEFAULT_GRAPH`] for the graph without a name.
    pub graph: Option<TermId>,
}

impl Pattern {
    fn bound(self) -> [Option<TermId>; 4] {
        [self.subject, self.predicate, self.object, self.graph]
    }

    /// The order to read a pattern in.
    ///
    /// Where the graph is not given, it is compared last: then the same triple in several graphs
    /// makes neighbours.
    fn order(self, state: &State) -> Order {
        match (self.subject, self.predicate, self.object, self.graph) {
            (Some(_), None, Some(_), None) => Order::Ospg,
            (Some(_), _, _, None) | (None, None, None, None) => Order::Spog,
            (None, Some(_), _, None) => Order::Posg,
            (None, None, Some(_), None) => Order::Ospg,
            (Some(_), _, _, Some(_)) | (None, None, None, Some(_)) => Order::Gspo,
            (None, Some(_), _, Some(_)) => self.shorter(state, Order::Posg, Order::Gspo),
            (None, None, Some(_), Some(_)) => self.shorter(state, Order::Ospg, Order::Gspo),
        }
    }

    fn shorter(self, state: &State, one: Order, other: Order) -> Order {
        let length = |order| self.range_len(state, order);
        if length(one) < length(other) { one } else { other }
    }

    /// How many rows of the base are read in an order.
    fn range_len(self, state: &State, order: Order) -> usize {
        let filter = RowFilter::new(order, self.bound());
        state.base_quads().in_order(order).range(filter.lower(), filter.upper()).len()
    }
}

impl State {
    /// About how many quads are read to find those that match a pattern.
    pub(crate) fn range_len(&self, pattern: Pattern) -> usize {
        let changed = self.delta().len();
        pattern.range_len(self, pattern.order(self)) + changed.min(Self::CHANGES_COUNTED_MAX)
    }

    const CHANGES_COUNTED_MAX: usize = 100;
}

/// An iterator over quads, generic in how it holds the state: borrowed by those who read and
/// return, shared by those whose results outlive the call.
pub(crate) struct Scan<H> {
    state: H,
    order: Order,
    filter: RowFilter,
    /// Positions in the base.
    next: usize,
    end: usize,
    toggles: Toggles,
}

/// The rows of the delta that lie in the range, fetched a few at a time, as a cursor into a
/// persistent set cannot be kept beside the set.
struct Toggles {
    fetched: Vec<Row>,
    next: usize,
    /// Where to go on fetching, unless all has been fetched.
    resume: Option<Bound<Row>>,
    upper: Row,
}

impl Toggles {
    const FETCHED_FIRST: usize = 8;
    const FETCHED_NEXT: usize = 256;

    #[inline]
    fn peek(&mut self, state: &State, order: Order) -> Option<Row> {
        if self.next == self.fetched.len() {
            let start = self.resume?;
            self.fetch(state, order, start);
        }
        self.fetched.get(self.next).copied()
    }

    fn fetch(&mut self, state: &State, order: Order, start: Bound<Row>) {
        let limit = if self.fetched.is_empty() { Self::FETCHED_FIRST } else { Self::FETCHED_NEXT };
        let range = state.delta().from(order, start);
        self.fetched.clear();
        self.fetched.extend(range.take_while(|row| **row <= self.upper).take(limit).copied());
        self.next = 0;
        let last = self.fetched.last().filter(|_| self.fetched.len() == limit);
        self.resume = last.copied().map(Bound::Excluded);
    }
}

impl<H: Deref<Target = State>> Scan<H> {
    pub(crate) fn new(state: H, pattern: Pattern) -> Self {
        let order = pattern.order(&state);
        let filter = RowFilter::new(order, pattern.bound());
        Self::between(state, order, filter, filter.lower())
    }

    /// All quads in `order`, from `lower` on.
    pub(crate) fn from(state: H, order: Order, lower: Row) -> Self {
        Self::between(state, order, RowFilter::new(order, [None; 4]), lower)
    }

    fn between(state: H, order: Order, filter: RowFilter, lower: Row) -> Self {
        let upper = filter.upper();
        let range = state.base_quads().in_order(order).range(lower, upper);
        let resume = (!state.delta().is_empty()).then_some(Bound::Included(lower));
        let toggles = Toggles { fetched: Vec::new(), next: 0, resume, upper };
        Self { state, order, filter, next: range.start, end: range.end, toggles }
    }

    pub(crate) fn state(&self) -> &H {
        &self.state
    }

    #[inline]
    fn next_row(&mut self) -> Option<Row> {
        loop {
            let base = self.state.base_quads().in_order(self.order).rows();
            let present = base[..self.end].get(self.next).copied();
            let toggled = self.toggles.peek(&self.state, self.order);
            match (present, toggled) {
                (Some(row), Some(toggle)) if row == toggle => {
                    self.next += 1;
                    self.toggles.next += 1;
                }
                (present, Some(toggle)) if present.is_none_or(|row| toggle < row) => {
                    self.toggles.next += 1;
                    return Some(toggle);
                }
                (present, _) => {
                    self.next += 1;
                    return present;
                }
            }
        }
    }
}

impl<H: Deref<Target = State>> Iterator for Scan<H> {
    type Item = QuadIds;

    #[inline]
    fn next(&mut self) -> Option<QuadIds> {
        loop {
            let row = self.next_row()?;
            if self.filter.accepts(row) {
                return Some(self.order.quad(row));
            }
        }
    }

    fn fold<B, F: FnMut(B, QuadIds) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = init;
        // Where nothing has changed, the rows are a slice.
        if self.toggles.peek(&self.state, self.order).is_none() {
            let rows = &self.state.base_quads().in_order(self.order).rows()[self.next..self.end];
            for row in rows.iter().filter(|row| self.filter.accepts(**row)) {
                folded = f(folded, self.order.quad(*row));
            }
            return folded;
        }
        for quad in self {
            folded = f(folded, quad);
        }
        folded
    }
}

/// Of neighbours that differ in the graph alone, the first.
pub(crate) struct Distinct<I> {
    quads: I,
    last: Option<[TermId; 3]>,
}

impl<I: Iterator<Item = QuadIds>> Distinct<I> {
    pub(crate) fn new(quads: I) -> Self {
        Self { quads, last: None }
    }
}

impl<I: Iterator<Item = QuadIds>> Iterator for Distinct<I> {
    type Item = [TermId; 3];

    #[inline]
    fn next(&mut self) -> Option<[TermId; 3]> {
        loop {
            let [subject, predicate, object, _] = self.quads.next()?;
            let triple = Some([subject, predicate, object]);
            if self.last != triple {
                self.last = triple;
                return triple;
            }
        }
    }
}

//! The quads of one generation: four flat sorted arrays. Immutable once built; each holds the same
//! quads, strictly ascending.

use crate::row::{Order, Row};
use crate::term::TermId;
use std::ops::Range;

/// How many quads one base can hold: positions in it are 32-bit numbers.
pub(crate) const QUADS_MAX: usize = u32::MAX as usize;

/// Sorted arrays in each [`Order`].
pub(crate) struct BaseQuads {
    spog: SortedRows,
    posg: SortedRows,
    ospg: SortedRows,
    gspo: SortedRows,
}

impl BaseQuads {
    /// From rows in `Spog` order, strictly ascending, of ids below `terms`.
    pub(crate) fn from_sorted(spog: Vec<Row>, terms: u32) -> Self {
        let spog = SortedRows::new(spog, terms);
        let ospg = spog.reordered(Order::Spog, Order::Ospg);
        let posg = ospg.reordered(Order::Ospg, Order::Posg);
        let gspo = spog.reordered(Order::Spog, Order::Gspo);
        Self { spog, posg, ospg, gspo }
    }

    pub(crate) fn len(&self) -> usize {
        self.spog.rows.len()
    }

    pub(crate) fn in_order(&self, order: Order) -> &SortedRows {
        match order {
            Order::Spog => &self.spog,
            Order::Posg => &self.posg,
            Order::Ospg => &self.ospg,
            Order::Gspo => &self.gspo,
        }
    }

    pub(crate) fn contains(&self, row: Row) -> bool {
        !self.spog.range(row, row).is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        Order::ALL.iter().map(|order| self.in_order(*order).bytes()).sum()
    }
}

/// Rows in ascending order, and where the rows of each first term begin.
pub(crate) struct SortedRows {
    rows: Vec<Row>,
    /// For each id, the position of its first row; one more at the end.
    starts: Vec<u32>,
}

impl SortedRows {
    fn new(rows: Vec<Row>, terms: u32) -> Self {
        let starts = starts(rows.iter().map(|row| row.first()), terms);
        Self { rows, starts }
    }

    /// The same rows in another order, by one stable counting sort on its first term.
    ///
    /// This is enough where the other order is this one with a later term moved to the front, as
    /// from `Spog` to `Ospg`: rows that share that term are already sorted by the rest.
    fn reordered(&self, from: Order, to: Order) -> Self {
        let moved = |row: &Row| to.row(from.quad(*row));
        let terms = (self.starts.len() - 1) as u32;
        let starts = starts(self.rows.iter().map(|row| moved(row).first()), terms);
        let mut next = starts.clone();
        let mut rows = vec![Row::MIN; self.rows.len()];
        for row in self.rows.iter().map(moved) {
            let position = &mut next[row.first() as usize];
            rows[*position as usize] = row;
            *position += 1;
        }
        Self { rows, starts }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many rows begin with a term.
    pub(crate) fn count(&self, first: TermId) -> usize {
        self.group(first.0).len()
    }

    /// The rows that begin with a term.
    pub(crate) fn rows_of(&self, first: TermId) -> &[Row] {
        &self.rows[self.group(first.0)]
    }

    fn group(&self, first: u32) -> Range<usize> {
        let end = self.rows.len();
        let start = |id: usize| self.starts.get(id).map_or(end, |start| *start as usize);
        start(first as usize)..start((first as usize).saturating_add(1))
    }

    /// The positions of the rows from `lower` to `upper`, both included.
    pub(crate) fn range(&self, lower: Row, upper: Row) -> Range<usize> {
        let start = self.lower_bound(lower);
        let group = self.group(upper.first());
        if upper.is_greatest_of_group() {
            return start..group.end;
        }
        let from = start.max(group.start);
        let rest = &self.rows[from..group.end.max(from)];
        start..from + gallop(rest, upper)
    }

    /// The position of the first row that is not less.
    fn lower_bound(&self, row: Row) -> usize {
        let group = self.group(row.first());
        if row.is_least_of_group() {
            return group.start;
        }
        group.start + self.rows[group].partition_point(|other| *other < row)
    }

    fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.starts.capacity() * size_of::<u32>()
    }
}

/// How many of the first rows are at most `upper`, which is seldom far away.
fn gallop(rows: &[Row], upper: Row) -> usize {
    let mut known = 0;
    let mut step = 1;
    while rows.get(known + step - 1).is_some_and(|row| *row <= upper) {
        known += step;
        step *= 2;
    }
    let end = rows.len().min(known + step);
    known + rows[known..end].partition_point(|row| *row <= upper)
}

fn starts(firsts: impl Iterator<Item = u32>, terms: u32) -> Vec<u32> {
    let mut starts = vec![0_u32; terms as usize + 1];
    for first in firsts {
        starts[first as usize + 1] += 1;
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    starts
}

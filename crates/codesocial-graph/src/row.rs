//! A quad as one 128-bit number, in one of four orders. Comparing numbers is comparing quads by
//! the order's first term, then its second, and so on.

use crate::term::TermId;

/// The ids of a quad: subject, predicate, object, graph.
pub type QuadIds = [TermId; 4];

/// In which order the terms of a quad are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Spog,
    Posg,
    Ospg,
    Gspo,
}

impl Order {
    pub(crate) const ALL: [Self; 4] = [Self::Spog, Self::Posg, Self::Ospg, Self::Gspo];

    /// For each lane of a row, its place in a quad.
    fn places(self) -> [usize; 4] {
        match self {
            Self::Spog => [0, 1, 2, 3],
            Self::Posg => [1, 2, 0, 3],
            Self::Ospg => [2, 0, 1, 3],
            Self::Gspo => [3, 0, 1, 2],
        }
    }

    pub(crate) fn row(self, quad: QuadIds) -> Row {
        Row::new(self.places().map(|place| quad[place].0))
    }

    pub(crate) fn quad(self, row: Row) -> QuadIds {
        let [a, b, c, d] = row.lanes().map(TermId);
        match self {
            Self::Spog => [a, b, c, d],
            Self::Posg => [c, a, b, d],
            Self::Ospg => [b, c, a, d],
            Self::Gspo => [b, c, d, a],
        }
    }
}

/// A quad in some order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row(pub(crate) u128);

impl Row {
    pub(crate) const MIN: Self = Self(0);

    pub(crate) fn new([a, b, c, d]: [u32; 4]) -> Self {
        Self(u128::from(a) << 96 | u128::from(b) << 64 | u128::from(c) << 32 | u128::from(d))
    }

    pub(crate) fn lanes(self) -> [u32; 4] {
        [(self.0 >> 96) as u32, (self.0 >> 64) as u32, (self.0 >> 32) as u32, self.0 as u32]
    }

    /// The term by which rows are grouped.
    pub(crate) fn first(self) -> u32 {
        (self.0 >> 96) as u32
    }

    /// Whether no row of the same group can be less.
    pub(crate) fn is_least_of_group(self) -> bool {
        self.0 << 32 == 0
    }

    /// Whether no row of the same group can be greater.
    pub(crate) fn is_greatest_of_group(self) -> bool {
        self.0 | u128::from(u32::MAX) << 96 == u128::MAX
    }
}

/// The rows that agree with a pattern: one range, and what is left to test within it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowFilter {
    wanted: u128,
    mask: u128,
    prefix: u128,
}

impl RowFilter {
    pub(crate) fn new(order: Order, pattern: [Option<TermId>; 4]) -> Self {
        let bound = order.places().map(|place| pattern[place]);
        let Row(wanted) = Row::new(bound.map(|id| id.map_or(0, |id| id.0)));
        let Row(mask) = Row::new(bound.map(|id| if id.is_some() { u32::MAX } else { 0 }));
        let free = 32 * bound.iter().skip_while(|id| id.is_some()).count() as u32;
        Self { wanted, mask, prefix: u128::MAX.checked_shl(free).unwrap_or(0) }
    }

    pub(crate) fn lower(self) -> Row {
        Row(self.wanted & self.prefix)
    }

    pub(crate) fn upper(self) -> Row {
        Row(self.wanted & self.prefix | !self.prefix)
    }

    pub(crate) fn accepts(self, row: Row) -> bool {
        row.0 & self.mask == self.wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUAD: QuadIds = [TermId(1), TermId(2), TermId(3), TermId(4)];

    #[test]
    fn a_quad_comes_back_from_its_row_in_every_order() {
        for order in Order::ALL {
            assert_eq!(order.quad(order.row(QUAD)), QUAD);
        }
    }

    #[test]
    fn a_filter_ranges_over_the_bound_prefix_and_tests_the_rest() {
        let filter = RowFilter::new(Order::Spog, [Some(TermId(1)), None, Some(TermId(3)), None]);
        assert_eq!(filter.lower().lanes(), [1, 0, 0, 0]);
        assert_eq!(filter.upper().lanes(), [1, u32::MAX, u32::MAX, u32::MAX]);
        assert!(filter.accepts(Order::Spog.row(QUAD)));
        assert!(!filter.accepts(Row::new([1, 2, 4, 4])));
        let all = RowFilter::new(Order::Spog, [None; 4]);
        assert_eq!((all.lower(), all.upper()), (Row::MIN, Row(u128::MAX)));
    }
}

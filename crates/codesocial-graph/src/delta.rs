//! What changed since the base was written: the quads whose presence differs from it. A quad of
//! the base that stands here is removed, any other that stands here is added; nothing else tells
//! them apart, so the two can never overlap.

use crate::row::{Order, QuadIds, Row};
use imbl::OrdSet;
use imbl::ordset::{DiffItem, RangedIter};
use imbl::shared_ptr::DefaultSharedPtr;
use std::ops::Bound;

/// Persistent sorted sets of the same quads, one for each [`Order`].
#[derive(Clone, Default)]
pub(crate) struct Delta {
    spog: OrdSet<Row>,
    posg: OrdSet<Row>,
    ospg: OrdSet<Row>,
    gspo: OrdSet<Row>,
}

impl Delta {
    pub(crate) fn len(&self) -> usize {
        self.spog.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spog.is_empty()
    }

    pub(crate) fn contains(&self, spog: Row) -> bool {
        self.spog.contains(&spog)
    }

    /// The quads that stand in one of two deltas, in time that grows with what they do not share.
    pub(crate) fn differing(&self, other: &Self) -> impl Iterator<Item = Row> {
        self.spog.diff(&other.spog).map(|item| match item {
            DiffItem::Add(row) | DiffItem::Remove(row) => *row,
        })
    }

    /// Changes whether a quad is present.
    pub(crate) fn toggle(&mut self, quad: QuadIds) {
        let stands_here = self.contains(Order::Spog.row(quad));
        for order in Order::ALL {
            let row = order.row(quad);
            let set = self.in_order_mut(order);
            if stands_here {
                set.remove(&row)
            } else {
                set.insert(row)
            };
        }
    }

    fn in_order(&self, order: Order) -> &OrdSet<Row> {
        match order {
            Order::Spog => &self.spog,
            Order::Posg => &self.posg,
            Order::Ospg => &self.ospg,
            Order::Gspo => &self.gspo,
        }
    }

    fn in_order_mut(&mut self, order: Order) -> &mut OrdSet<Row> {
        match order {
            Order::Spog => &mut self.spog,
            Order::Posg => &mut self.posg,
            Order::Ospg => &mut self.ospg,
            Order::Gspo => &mut self.gspo,
        }
    }

    pub(crate) fn from(
        &self,
        order: Order,
        start: Bound<Row>,
    ) -> RangedIter<'_, Row, DefaultSharedPtr> {
        self.in_order(order).range((start, Bound::Unbounded))
    }

    /// About what the delta occupies.
    pub(crate) fn bytes(&self) -> usize {
        const HALF_FULL_NODES: usize = 2;
        self.len() * Order::ALL.len() * size_of::<Row>() * HALF_FULL_NODES
    }
}

//! What a write removes and adds. A changeset can be inverted and merged; the *net* of one is what
//! the journal keeps.

use oxrdf::{GraphName, Quad};
use std::collections::{BTreeMap, HashSet};

/// Quads to remove, then quads to add.
///
/// A quad in both lists ends up present. Removing what is absent and adding what is present mean
/// nothing: the view gives the net change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changeset {
    pub removed: Vec<Quad>,
    pub added: Vec<Quad>,
}

impl Changeset {
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The change that undoes this one, where this one is net.
    #[must_use]
    pub fn invert(self) -> Self {
        Self { removed: self.added, added: self.removed }
    }

    /// This change followed by `next`, both net, as one net change.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        if !self.shares_a_graph_with(&next) {
            self.removed.extend(next.removed);
            self.added.extend(next.added);
            return self;
        }
        let mut steps: BTreeMap<String, (Quad, i8)> = BTreeMap::new();
        for (quads, step) in
            [(self.removed, -1), (self.added, 1), (next.removed, -1), (next.added, 1)]
        {
            for quad in quads {
                steps.entry(quad.to_string()).or_insert((quad, 0)).1 += step;
            }
        }
        let mut merged = Self::default();
        for (quad, balance) in steps.into_values() {
            match balance {
                1.. => merged.added.push(quad),
                0 => {}
                _ => merged.removed.push(quad),
            }
        }
        merged
    }

    fn shares_a_graph_with(&self, other: &Self) -> bool {
        let graphs: HashSet<&GraphName> = self.graphs().collect();
        other.graphs().any(|graph| graphs.contains(graph))
    }

    fn graphs(&self) -> impl Iterator<Item = &GraphName> {
        self.removed.iter().chain(&self.added).map(|quad| &quad.graph_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{Literal, NamedNode};

    fn quad(n: u8) -> Quad {
        let node = NamedNode::new_unchecked("urn:x");
        Quad::new(node.clone(), node, Literal::from(i32::from(n)), GraphName::DefaultGraph)
    }

    fn change(removed: &[u8], added: &[u8]) -> Changeset {
        let quads = |list: &[u8]| list.iter().copied().map(quad).collect();
        Changeset { removed: quads(removed), added: quads(added) }
    }

    #[test]
    fn inverting_twice_gives_the_same_change() {
        let one = change(&[1], &[2, 3]);
        assert_eq!(one.clone().invert().invert(), one);
    }

    #[test]
    fn a_change_followed_by_its_inverse_is_empty() {
        let one = change(&[1], &[2, 3]);
        assert!(one.clone().then(one.invert()).is_empty());
    }

    #[test]
    fn what_one_change_adds_and_the_next_removes_is_not_in_the_merged_change() {
        assert_eq!(change(&[1], &[2]).then(change(&[2], &[3])), change(&[1], &[3]));
    }
}

//! How shapes nest: without cycles and not too deep, so that evaluating them cannot run away.

use super::{Problem, ShapesError};
use crate::model::{Constraint, Shape, ShapeId};

/// How many shapes may stand inside one another.
pub const SHAPE_DEPTH_MAX: usize = 64;

/// Refuses recursive shapes, whose meaning SHACL leaves undefined, and very deep ones.
/// <https://www.w3.org/TR/shacl/#shapes-recursion>
pub(super) fn check(shapes: &[Shape]) -> Vec<ShapesError> {
    let children: Vec<Vec<usize>> =
        shapes.iter().map(|shape| nested(shape).map(ShapeId::index).collect()).collect();
    let mut parents = vec![Vec::new(); shapes.len()];
    for (parent, nested) in children.iter().enumerate() {
        nested.iter().for_each(|&child| parents[child].push(parent));
    }
    let upwards = peel(&children, &parents);
    let downwards = peel(&parents, &children);
    let complaint = |index: usize, problem| ShapesError {
        shape: shapes[index].node.clone().into(),
        property: None,
        value: None,
        problem,
    };
    let judge = |index: usize| match upwards[index] {
        // A shape is on a cycle (or between two) where peeling from neither end reaches it.
        None if downwards[index].is_none() => Some(complaint(index, Problem::Recursive)),
        Some(height) if height == SHAPE_DEPTH_MAX => Some(complaint(index, Problem::TooDeep)),
        _ => None,
    };
    (0..shapes.len()).filter_map(judge).collect()
}

/// The shapes that a shape evaluates inside its own evaluation.
pub(crate) fn nested(shape: &Shape) -> impl Iterator<Item = ShapeId> {
    shape.constraints.iter().flat_map(|constraint| match constraint {
        Constraint::Not(id)
        | Constraint::Node(id)
        | Constraint::Property(id)
        | Constraint::SomeValue(id) => vec![*id],
        Constraint::And(ids) | Constraint::Or(ids) | Constraint::Xone(ids) => ids.clone(),
        Constraint::Qualified(qualified) => {
            [&[qualified.shape], qualified.siblings.as_slice()].concat()
        }
        Constraint::Class(_)
        | Constraint::Datatype(..)
        | Constraint::NodeKind(_)
        | Constraint::MinCount(_)
        | Constraint::MaxCount(_)
        | Constraint::Range(_)
        | Constraint::MinLength(_)
        | Constraint::MaxLength(_)
        | Constraint::Pattern(_)
        | Constraint::LanguageIn(_)
        | Constraint::UniqueLang
        | Constraint::SingleLine
        | Constraint::Equals(_)
        | Constraint::Disjoint(_)
        | Constraint::LessThan(_)
        | Constraint::LessThanOrEquals(_)
        | Constraint::SubsetOf(_)
        | Constraint::Closed { .. }
        | Constraint::ClosedByTypes(_)
        | Constraint::HasValue(_)
        | Constraint::In(_)
        | Constraint::RootClass(_)
        | Constraint::UniqueValuesFor(_)
        | Constraint::Sparql(_) => Vec::new(),
    })
}

/// Takes away, again and again, what has nothing left under it; tells how many lie under each.
/// `None` for what cannot be taken away. No recursion here either: shapes come from strangers.
fn peel(under: &[Vec<usize>], over: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut missing: Vec<usize> = under.iter().map(Vec::len).collect();
    let mut free: Vec<usize> = (0..under.len()).filter(|&index| missing[index] == 0).collect();
    let mut heights = vec![None; under.len()];
    while let Some(index) = free.pop() {
        let below = under[index].iter().filter_map(|&child| heights[child]);
        heights[index] = Some(below.max().map_or(0, |height: usize| height + 1));
        for &parent in &over[index] {
            missing[parent] -= 1;
            if missing[parent] == 0 {
                free.push(parent);
            }
        }
    }
    heights
}

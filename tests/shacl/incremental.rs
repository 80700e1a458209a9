//! Judging what a change concerns, and keeping the rest, is judging all.

use crate::cases::{Case, case, names};
use crate::{config, lines, shapes, triples};
use codesocial_shacl::{
    FocusSet, GraphView as _, Judged, MemoryGraph, Shapes, ValidationResult, affected, judge,
    validate, validate_focus,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn kept_results_and_new_ones_are_those_of_full_validation(case in case()) {
        holds(&case)?;
    }
}

fn holds(case: &Case) -> Result<(), TestCaseError> {
    let shapes = shapes(&case.shapes);
    // A graph that knows each name, so that a node is the same before and after.
    let names = triples(&names());
    let universe: MemoryGraph = names.iter().cloned().collect();
    let (before, _) = universe.updated(&names, &triples(&case.data));
    let (after, changed) = before.updated(&triples(&case.removed), &triples(&case.added));
    let focus = affected(&shapes, &before, &after, &changed, crate::now());
    let mut updated = Vec::new();
    for node in nodes(&after) {
        let view = if focus.contains(&node) { &after } else { &before };
        updated.extend(results(&shapes, view, node));
    }
    let full = validate(&shapes, &after, crate::now()).map(|report| lines(report.results));
    prop_assert_eq!(Ok(lines(updated)), full);
    let mut kept = by_node(&shapes, &before, &FocusSet::Everything);
    if focus == FocusSet::Everything {
        kept.clear();
    }
    let concerned = nodes(&after).filter(|node| focus.contains(node));
    concerned.for_each(|node| drop(kept.remove(&after.term(node).to_string())));
    kept.extend(by_node(&shapes, &after, &focus));
    prop_assert_eq!(kept, by_node(&shapes, &after, &FocusSet::Everything));
    Ok(())
}

/// What each judged node breaks, as it is kept.
pub(crate) fn by_node(
    shapes: &Shapes,
    view: &MemoryGraph,
    focus: &FocusSet<u32>,
) -> BTreeMap<String, Vec<String>> {
    let mut by_node: BTreeMap<String, Vec<ValidationResult>> = BTreeMap::new();
    let keep =
        |Judged { node, results }| by_node.entry(node.to_string()).or_default().extend(results);
    judge(shapes, view, focus, crate::now(), keep).expect("small graphs are judged");
    by_node.into_iter().map(|(node, results)| (node, lines(results))).collect()
}

/// What a node breaks, wherever on the way from it.
fn results(shapes: &Shapes, view: &MemoryGraph, node: u32) -> Vec<ValidationResult> {
    let focus = [node].into_iter().collect();
    validate_focus(shapes, view, &focus, crate::now()).expect("small graphs are judged").results
}

fn nodes(view: &MemoryGraph) -> impl Iterator<Item = u32> {
    0..u32::try_from(view.terms()).expect("a case is small")
}

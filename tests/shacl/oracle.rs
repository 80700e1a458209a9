//! Another engine in the same process agrees on what conforms: `shacl-rust`, by other people.

use crate::cases::case;
use crate::{config, shapes, triples};
use codesocial_shacl::{MemoryGraph, validate};
use oxrdf::Graph;
use proptest::prelude::*;
use shacl_rust::validation::dataset::ValidationDataset;

/// What they get wrong, by a text in the shapes, and the clause that says so.
const THEIR_FAULTS: &[(&str, &str)] = &[
    (
        "sh:path [",
        "a path holds any path, and a literal is the object of triples too: \
         https://www.w3.org/TR/shacl/#property-paths",
    ),
    ("sh:path ( [", "so does a sequence: https://www.w3.org/TR/shacl/#property-path-sequence"),
    ("Path ", "a step may be repeated: https://www.w3.org/TR/shacl/#property-path-sequence"),
    (
        "ShapesDisjoint true",
        "what there is none of is missing whatever its siblings are: \
         https://www.w3.org/TR/shacl/#QualifiedValueShapeConstraintComponent",
    ),
    (
        "sh:closed",
        "in a property shape it closes the value nodes: \
         https://www.w3.org/TR/shacl/#ClosedConstraintComponent",
    ),
    (
        "sh:node ",
        "a literal has no values along a path, which is no violation by itself: \
         https://www.w3.org/TR/shacl/#NodeConstraintComponent",
    ),
    ("Shape [ sh:p", "nor does it conform any less then: the same clause"),
    ("sh:not [ sh:p", "the same again: https://www.w3.org/TR/shacl/#NotConstraintComponent"),
    (
        "sh:lessThan",
        "two texts with a language are in no order, which is a violation: \
         https://www.w3.org/TR/sparql11-query/#OperatorMapping",
    ),
];

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn shacl_rust_agrees_on_what_conforms(case in case()) {
        let ours: MemoryGraph = triples(&case.data).into_iter().collect();
        let ours = validate(&shapes(&case.shapes), &ours, crate::now()).expect("small graphs are judged");
        if THEIR_FAULTS.iter().any(|(text, _)| case.shapes.contains(text)) {
            return Ok(());
        }
        prop_assert_eq!(ours.conforms, their_verdict(&case.shapes, &case.data));
    }
}

fn their_verdict(shapes: &str, data: &str) -> bool {
    let graph = |turtle: &str| triples(turtle).into_iter().collect::<Graph>();
    let dataset = ValidationDataset::from_graphs(graph(data), graph(shapes));
    let dataset = dataset.expect("graphs in memory are a dataset");
    let shapes =
        shacl_rust::parse_shapes(dataset.shapes_graph()).expect("the shapes are well formed");
    *shacl_rust::validate(&dataset, &shapes).get_conforms()
}

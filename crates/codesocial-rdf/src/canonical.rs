//! The canonical form of a graph: the same bytes for the same graph, however its blank nodes are
//! called. [RDFC-1.0](https://www.w3.org/TR/rdf-canon/)
//!
//! The algorithm tries every order of nodes that look alike, which some graphs are made to abuse
//! (<https://www.w3.org/TR/rdf-canon/#dataset-poisoning>): such graphs are refused beforehand.

use crate::skolem;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{Graph, Triple};

/// How many blank nodes of a graph may look alike.
pub const ALIKE_MAX: usize = 8;

/// A graph whose blank nodes cannot be told apart at a reasonable cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} blank nodes of the graph look alike, and {ALIKE_MAX} may: give some of them IRIs")]
pub struct TooSymmetric(pub usize);

/// The canonical N-Quads of a graph, sorted. Skolem IRIs count as the blank nodes that they are.
/// <https://www.w3.org/TR/rdf-canon/#canonicalization>
pub fn n_quads(triples: impl IntoIterator<Item = Triple>) -> Result<String, TooSymmetric> {
    let triples: Vec<Triple> = triples.into_iter().map(skolem::unskolemise).collect();
    let alike = skolem::alike_nodes(&triples);
    if alike > ALIKE_MAX {
        return Err(TooSymmetric(alike));
    }
    let mut graph = Graph::from_iter(&triples);
    let hash_algorithm = CanonicalizationHashAlgorithm::Sha256;
    graph.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm });
    let mut lines: Vec<String> = graph.iter().map(|triple| format!("{triple} .\n")).collect();
    // Of UTF-8 the order of bytes is the order of code points.
    lines.sort_unstable();
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RdfSyntax, parse};

    fn read(turtle: &str) -> Vec<Triple> {
        parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, "http://x/doc").expect("Turtle")
    }

    fn canonical(turtle: &str) -> Result<String, TooSymmetric> {
        n_quads(read(turtle))
    }

    #[track_caller]
    fn check(turtle: &str, expected: &str) {
        assert_eq!(canonical(turtle).as_deref(), Ok(expected), "{turtle}");
    }

    #[test]
    fn names_of_blank_nodes_and_the_order_of_triples_do_not_count() {
        let one = "<a:s> <a:p> _:x , _:y . _:x <a:q> 1 . _:y <a:q> 2 .";
        let other = "_:b <a:q> 1 . _:a <a:q> 2 . <a:s> <a:p> _:a , _:b .";
        let skolem = "<a:s> <a:p> <#b-0000000000000001> , <#b-0000000000000002> .
            <#b-0000000000000001> <a:q> 2 . <#b-0000000000000002> <a:q> 1 .";
        assert_eq!(canonical(one), canonical(other));
        assert_eq!(canonical(one), canonical(skolem));
    }

    #[test]
    fn lines_are_sorted_and_written_as_the_recommendation_has_them() {
        check(
            "<b:s> <a:p> \"é\\t\\n\\\"\"@fr . <a:s> <a:p> 1 .",
            "<a:s> <a:p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\
             <b:s> <a:p> \"é\\t\\n\\\"\"@fr .\n",
        );
        check("<a:s> <a:p> [ <a:q> [] ] .", "<a:s> <a:p> _:c14n1 .\n_:c14n1 <a:q> _:c14n0 .\n");
        check("", "");
    }

    #[test]
    fn a_graph_made_to_be_costly_is_refused() {
        let knot = |nodes: usize| {
            let triple = |n| format!("_:n{n} <a:p> _:n{} . ", (n + 1) % nodes);
            (0..nodes).map(triple).collect::<String>()
        };
        assert!(canonical(&knot(ALIKE_MAX)).is_ok());
        assert_eq!(canonical(&knot(9)), Err(TooSymmetric(9)));
        let told_apart: String =
            (0..500).map(|n| format!("<a:s> <a:p> [ <a:q> {n} ] . ")).collect();
        assert!(canonical(&told_apart).is_ok());
    }
}

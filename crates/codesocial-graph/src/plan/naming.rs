//! Names for what a query leaves without one, so that it can be answered with a list of values.
//!
//! Equal, because a blank node in a pattern is a variable that nobody else can ask for, as the
//! space in its name cannot be written in a query.

use super::parts::patterns_mut;
use oxrdf::Variable;
use spargebra::algebra::GraphPattern;
use spargebra::term::TermPattern;

/// Puts variables in the place of the blank nodes of triples and paths, but not of those in
/// expressions, which no label of a blank node reaches.
pub(super) fn name_nodes(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                name(&mut triple.subject);
                name(&mut triple.object);
            }
        }
        GraphPattern::Path { subject, object, .. } => {
            name(subject);
            name(object);
        }
        _ => patterns_mut(pattern).into_iter().for_each(name_nodes),
    }
}

fn name(term: &mut TermPattern) {
    if let TermPattern::BlankNode(node) = term {
        *term = Variable::new_unchecked(format!("{} ", node.as_str())).into();
    }
}

//! The order in which the patterns of a query are evaluated: along walks from what is bound.
//!
//! The evaluator orders the joins of a query by itself, but not those inside `EXISTS`, where it
//! multiplies all solutions of both sides before it compares them; there, a path without an end is
//! every node of the data. So each conjunction becomes a chain of laterals, in which a pattern is
//! asked with what the patterns before it have bound.
//!
//! Invariant: the solutions stay the same. A lateral stands for a join only where its right side
//! has the same solutions whether a variable is bound before it or compared after it.

use super::operands::{operands, operands_mut};
use super::prebind::variable_of;
use oxrdf::Variable;
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::TermPattern;
use std::collections::BTreeSet;
use std::mem;

/// Puts the patterns of a query whose pre-bound variables are placeholders into their order.
pub(super) fn order(query: &mut Query) {
    if let Query::Select { pattern, .. } | Query::Ask { pattern, .. } = query {
        arrange(pattern, &Bound::new());
    }
}

/// The names of variables and blank nodes that have a value.
type Bound = BTreeSet<String>;

fn arrange(pattern: &mut GraphPattern, around: &Bound) {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Join { .. } => {
            let mut parts = Vec::new();
            flatten(mem::take(pattern), &mut parts);
            *pattern = chained(parts, around.clone());
        }
        GraphPattern::LeftJoin { left, right, expression } => {
            arrange(left, around);
            let bound = with_scope(around, left);
            arrange(right, &bound);
            let bound = with_scope(&bound, right);
            expression.iter_mut().for_each(|expression| arrange_exists(expression, &bound));
        }
        GraphPattern::Lateral { left, right } => {
            arrange(left, around);
            arrange(right, &with_scope(around, left));
        }
        GraphPattern::Union { left, right } | GraphPattern::Minus { left, right } => {
            arrange(left, around);
            arrange(right, around);
        }
        GraphPattern::Filter { expr, inner } => {
            arrange(inner, around);
            arrange_exists(expr, &with_scope(around, inner));
        }
        GraphPattern::Extend { inner, expression, .. } => {
            arrange(inner, around);
            arrange_exists(expression, &with_scope(around, inner));
        }
        GraphPattern::OrderBy { inner, expression } => {
            arrange(inner, around);
            let bound = with_scope(around, inner);
            for by in expression {
                let (OrderExpression::Asc(by) | OrderExpression::Desc(by)) = by;
                arrange_exists(by, &bound);
            }
        }
        GraphPattern::Group { inner, aggregates, .. } => {
            arrange(inner, around);
            let bound = with_scope(around, inner);
            for (_, aggregate) in aggregates {
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    arrange_exists(expr, &bound);
                }
            }
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Service { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => arrange(inner, around),
        GraphPattern::Values { .. } => {}
    }
}

fn arrange_exists(expression: &mut Expression, bound: &Bound) {
    if let Expression::Exists(pattern) = expression {
        arrange(pattern, bound);
    }
    operands_mut(expression).into_iter().for_each(|operand| arrange_exists(operand, bound));
}

/// The parts of a conjunction: single triples, paths, and what is neither.
fn flatten(pattern: GraphPattern, parts: &mut Vec<GraphPattern>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            flatten(*left, parts);
            flatten(*right, parts);
        }
        GraphPattern::Bgp { patterns } => parts.extend(
            patterns.into_iter().map(|triple| GraphPattern::Bgp { patterns: vec![triple] }),
        ),
        other => parts.push(other),
    }
}

fn chained(mut parts: Vec<GraphPattern>, mut bound: Bound) -> GraphPattern {
    let mut chain: Option<GraphPattern> = None;
    while let Some(index) = (0..parts.len()).min_by_key(|&index| cost(&parts[index], &bound)) {
        let mut part = parts.remove(index);
        if !matches!(part, GraphPattern::Bgp { .. } | GraphPattern::Path { .. }) {
            arrange(&mut part, &bound);
        }
        bound = with_scope(&bound, &part);
        chain = Some(match chain {
            None => part,
            Some(left) if bears_bindings(&part) => {
                GraphPattern::Lateral { left: Box::new(left), right: Box::new(part) }
            }
            Some(left) => GraphPattern::Join { left: Box::new(left), right: Box::new(part) },
        });
    }
    chain.unwrap_or_default()
}

/// What comes first is cheapest: a triple between two known nodes, then what is known at one end,
/// then other patterns that share a variable with what is bound, then a triple with a constant.
fn cost(part: &GraphPattern, bound: &Bound) -> u8 {
    let (subject, object) = match part {
        GraphPattern::Bgp { patterns } => match &patterns[..] {
            [triple] => (&triple.subject, &triple.object),
            _ => return 0,
        },
        GraphPattern::Path { subject, object, .. } => (subject, object),
        other => {
            let is_joined = variables(other).iter().any(|name| bound.contains(name));
            return if is_joined && bears_bindings(other) { 3 } else { 5 };
        }
    };
    let [subject, object] = [subject, object].map(|end| End::of(end, bound));
    match (subject, object) {
        (End::Free, End::Free) => 6,
        (End::Known, End::Free) => 1,
        (End::Free, End::Known) => 2,
        (End::Constant, End::Free) | (End::Free, End::Constant) => 4,
        (End::Known | End::Constant, End::Known | End::Constant) => 0,
    }
}

#[derive(Clone, Copy)]
enum End {
    /// A variable that has a value, or what stands for the focus node.
    Known,
    /// A node that the query names, to which many others may be linked.
    Constant,
    Free,
}

impl End {
    fn of(term: &TermPattern, bound: &Bound) -> Self {
        match term {
            TermPattern::NamedNode(iri) if variable_of(iri).is_some() => Self::Known,
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => Self::Constant,
            TermPattern::Variable(_) | TermPattern::BlankNode(_) => {
                if bound.contains(&term.to_string()) { Self::Known } else { Self::Free }
            }
        }
    }
}

/// Whether a pattern may be asked with variables already bound: nothing in it looks at a variable
/// that only others bind.
fn bears_bindings(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => true,
        GraphPattern::Union { left, right } | GraphPattern::Lateral { left, right } => {
            bears_bindings(left) && bears_bindings(right)
        }
        GraphPattern::Filter { expr, inner } => {
            bears_bindings(inner) && looks_only_at(expr, &certain(inner))
        }
        _ => false,
    }
}

/// Whether an expression looks at these variables and nothing else.
fn looks_only_at(expression: &Expression, names: &Bound) -> bool {
    match expression {
        Expression::Exists(_) => false,
        Expression::Variable(variable) | Expression::Bound(variable) => {
            names.contains(&variable.to_string())
        }
        other => operands(other).into_iter().all(|operand| looks_only_at(operand, names)),
    }
}

/// The variables that every solution of a pattern binds.
fn certain(pattern: &GraphPattern) -> Bound {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => variables(pattern),
        GraphPattern::Lateral { left, right } | GraphPattern::Join { left, right } => {
            &certain(left) | &certain(right)
        }
        GraphPattern::Union { left, right } => &certain(left) & &certain(right),
        GraphPattern::Filter { inner, .. } => certain(inner),
        _ => Bound::new(),
    }
}

fn with_scope(around: &Bound, pattern: &GraphPattern) -> Bound {
    around | &variables(pattern)
}

/// The variables and blank nodes that a pattern may bind.
fn variables(pattern: &GraphPattern) -> Bound {
    let mut names = Bound::new();
    pattern.on_in_scope_variable(|variable: &Variable| {
        names.insert(variable.to_string());
    });
    blank_nodes(pattern, &mut names);
    names
}

fn blank_nodes(pattern: &GraphPattern, names: &mut Bound) {
    let mut note = |term: &TermPattern| {
        if let TermPattern::BlankNode(node) = term {
            names.insert(node.to_string());
        }
    };
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().for_each(|triple| {
            note(&triple.subject);
            note(&triple.object);
        }),
        GraphPattern::Path { subject, object, .. } => {
            note(subject);
            note(object);
        }
        GraphPattern::Lateral { left, right }
        | GraphPattern::Join { left, right }
        | GraphPattern::Union { left, right } => {
            blank_nodes(left, names);
            blank_nodes(right, names);
        }
        GraphPattern::Filter { inner, .. } => blank_nodes(inner, names),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::Dataset;
    use proptest::prelude::*;
    use spareval::{QueryEvaluator, QueryResults};
    use spargebra::SparqlParser;

    const NODES: [&str; 4] = ["<n:0>", "<n:1>", "<n:2>", "<n:3>"];

    fn triple() -> impl Strategy<Value = String> {
        let end = || prop::sample::select(&["?a", "?b", "?c", "?d", "_:e", "<n:0>", "<n:1>"][..]);
        let along = prop::sample::select(
            &["<p:p>", "<p:q>", "<p:p>*", "<p:q>+", "<p:p>/<p:q>", "^<p:q>/<p:p>*", "?b"][..],
        );
        (end(), along, end()).prop_map(|(s, p, o)| format!("{s} {p} {o} ."))
    }

    /// Labels of blank nodes are of one basic graph pattern only: they stand in the first.
    fn group() -> impl Strategy<Value = String> {
        let plain = || triple().prop_map(|triple| triple.replace("_:e", "?e"));
        let filter = prop::sample::select(
            &["FILTER(?a != ?b)", "FILTER(!BOUND(?c) || ?c = ?a)", "FILTER(isIRI(?d))"][..],
        );
        let part = prop_oneof![5 => plain(), 1 => filter.prop_map(str::to_owned)];
        let group = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join(" "));
        group.prop_recursive(3, 12, 3, move |inner| {
            let nested = prop_oneof![
                (inner.clone(), inner.clone())
                    .prop_map(|(a, b)| format!("{{ {a} }} UNION {{ {b} }}")),
                inner.clone().prop_map(|inner| format!("OPTIONAL {{ {inner} }}")),
                inner.clone().prop_map(|inner| format!("{{ SELECT ?a ?b {{ {inner} }} }}")),
                inner.clone().prop_map(|inner| format!("FILTER EXISTS {{ {inner} }}")),
                inner.prop_map(|inner| format!("FILTER NOT EXISTS {{ {inner} }}")),
            ];
            let plain = prop::collection::vec(plain(), 0..3);
            (plain, nested).prop_map(|(plain, nested)| format!("{} {nested}", plain.join(" ")))
        })
    }

    fn data() -> impl Strategy<Value = Dataset> {
        let node = || prop::sample::select(&NODES[..]);
        let predicate = prop::sample::select(&["<p:p>", "<p:q>"][..]);
        let quad = (node(), predicate, node()).prop_map(|(s, p, o)| format!("{s} {p} {o} .\n"));
        prop::collection::vec(quad, 0..9).prop_map(|quads| {
            let quads = oxttl::NQuadsParser::new().for_reader(std::io::Cursor::new(quads.concat()));
            quads.map(|quad| quad.expect("N-Quads")).collect()
        })
    }

    fn solutions(query: &Query, data: &Dataset) -> Vec<String> {
        let evaluator = QueryEvaluator::new();
        let QueryResults::Solutions(solutions) =
            evaluator.prepare(query).execute(data).expect("it is evaluated")
        else {
            unreachable!("SELECT has solutions")
        };
        let line = |solution: spareval::QuerySolution| {
            let mut bound: Vec<String> =
                solution.iter().map(|(name, term)| format!("{name} {term}")).collect();
            bound.sort();
            bound.join(" ")
        };
        let mut lines: Vec<String> =
            solutions.map(|solution| line(solution.expect("no error"))).collect();
        lines.sort();
        lines
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None, ..ProptestConfig::default()
        })]

        #[test]
        fn a_query_in_another_order_has_the_same_solutions(group in group(), data in data()) {
            let text = format!("SELECT * {{ {group} }}");
            let plain = SparqlParser::new().parse_query(&text).expect("a query");
            let mut ordered = plain.clone();
            order(&mut ordered);
            prop_assert_eq!(solutions(&plain, &data), solutions(&ordered, &data), "{}", text);
        }
    }
}

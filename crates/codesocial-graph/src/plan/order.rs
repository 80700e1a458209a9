//! The order in which triples and paths are looked up: by the real counts of the arrays, where the
//! evaluator has one estimate for all predicates, and also inside `EXISTS`, where it has none and
//! multiplies all solutions of both sides before it compares them.
//!
//! Each conjunction of triples, paths and lists of values becomes a chain of laterals, in which a
//! part is asked with what the parts before it have bound. Equal, because such a part has the same
//! solutions whether a variable is bound before it or compared after it. A conjunction with other
//! parts stays: the evaluator may know to begin with one of those.

use super::Plan;
use super::estimates::End;
use super::parts::operands_mut;
use oxrdf::TermRef;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{NamedNodePattern, TermPattern};
use std::collections::BTreeSet;
use std::mem;

/// The order of more parts would take longer to find than it saves.
const PARTS_MAX: usize = 16;

/// The names of variables and blank nodes that have a value.
pub(super) type Bound = BTreeSet<String>;

impl Plan<'_> {
    pub(super) fn order(&self, pattern: &mut GraphPattern, around: &Bound) {
        if is_plain(pattern) {
            let mut parts = Vec::new();
            flatten(mem::take(pattern), &mut parts);
            *pattern = self.chained(parts, around);
            return;
        }
        match pattern {
            GraphPattern::LeftJoin { left, right, expression } => {
                self.order(left, around);
                let bound = with_scope(around, left);
                self.order(right, &bound);
                let bound = with_scope(&bound, right);
                expression.iter_mut().for_each(|expression| self.order_exists(expression, &bound));
            }
            GraphPattern::Lateral { left, right } => {
                self.order(left, around);
                self.order(right, &with_scope(around, left));
            }
            GraphPattern::Union { left, right } | GraphPattern::Join { left, right } => {
                self.order(left, around);
                self.order(right, around);
            }
            GraphPattern::Minus { left, right } => {
                self.order(left, around);
                self.order(right, &Bound::new());
            }
            GraphPattern::Filter { expr, inner } => {
                self.order(inner, around);
                self.order_exists(expr, &with_scope(around, inner));
            }
            GraphPattern::Extend { inner, expression, .. } => {
                self.order(inner, around);
                self.order_exists(expression, &with_scope(around, inner));
            }
            GraphPattern::OrderBy { inner, expression } => {
                self.order(inner, around);
                let bound = with_scope(around, inner);
                for OrderExpression::Asc(by) | OrderExpression::Desc(by) in expression {
                    self.order_exists(by, &bound);
                }
            }
            GraphPattern::Group { inner, aggregates, .. } => {
                self.order(inner, around);
                let bound = with_scope(around, inner);
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.order_exists(expr, &bound);
                    }
                }
            }
            GraphPattern::Graph { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.order(inner, around),
            GraphPattern::Project { inner, variables } => {
                let seen = |name: &&String| variables.iter().any(|v| v.to_string() == **name);
                self.order(inner, &around.iter().filter(seen).cloned().collect());
            }
            GraphPattern::Bgp { .. }
            | GraphPattern::Path { .. }
            | GraphPattern::Values { .. }
            | GraphPattern::Service { .. } => {}
        }
    }

    fn order_exists(&self, expression: &mut Expression, bound: &Bound) {
        if let Expression::Exists(pattern) = expression {
            self.order(pattern, bound);
        }
        operands_mut(expression).into_iter().for_each(|operand| self.order_exists(operand, bound));
    }

    /// About how many solutions some triples have together.
    pub(super) fn rows(&self, triples: &GraphPattern) -> f64 {
        let mut parts = Vec::new();
        flatten(triples.clone(), &mut parts);
        parts.truncate(PARTS_MAX);
        self.best_chain(&parts, &Bound::new()).map_or(1.0, |chain| chain.last)
    }

    /// Of the chains that begin with each part, the one with the fewest rows on the way.
    fn best_chain(&self, parts: &[GraphPattern], around: &Bound) -> Option<Chain> {
        let names: Vec<Bound> = parts.iter().map(names).collect();
        let chains = (0..parts.len()).map(|first| self.chain(first, parts, &names, around));
        chains.min_by(|one, other| one.rows.total_cmp(&other.rows))
    }

    fn chained(&self, parts: Vec<GraphPattern>, around: &Bound) -> GraphPattern {
        let best = self.best_chain(&parts, around);
        let mut parts: Vec<_> = parts.into_iter().map(Some).collect();
        let links = best.into_iter().flat_map(|chain| chain.links);
        // What shares no variable with what stands before it is found once, not for each row.
        let mut connected: Vec<GraphPattern> = Vec::new();
        for Link { part, is_joined } in links {
            let Some(right) = parts[part].take() else { continue };
            match connected.last_mut() {
                Some(left) if is_joined => {
                    let left_part = Box::new(mem::take(left));
                    *left = GraphPattern::Lateral { left: left_part, right: Box::new(right) };
                }
                _ => connected.push(right),
            }
        }
        let join =
            |left, right| GraphPattern::Join { left: Box::new(left), right: Box::new(right) };
        connected.into_iter().reduce(join).unwrap_or_default()
    }

    fn chain(
        &self,
        first: usize,
        parts: &[GraphPattern],
        names: &[Bound],
        around: &Bound,
    ) -> Chain {
        let mut chain = Chain { links: Vec::with_capacity(parts.len()), rows: 0.0, last: 0.0 };
        let mut bound = around.clone();
        let mut left: Vec<usize> = (0..parts.len()).filter(|part| *part != first).collect();
        let mut rows = 1.0;
        let mut next = Some((first, false, self.matches(&parts[first], around)));
        while let Some((part, is_joined, matches)) = next {
            rows *= matches;
            chain.rows += rows;
            chain.last = rows;
            chain.links.push(Link { part, is_joined });
            bound.extend(names[part].iter().cloned());
            left.retain(|other| *other != part);
            let are_constant = chain.links.iter().all(|link| names[link.part].is_empty());
            next = left
                .iter()
                .map(|part| {
                    let names = &names[*part];
                    let is_joined = are_constant || names.is_empty() || !names.is_disjoint(&bound);
                    (*part, is_joined, self.matches(&parts[*part], &bound))
                })
                .min_by(|(_, one, fewer), (_, other, more)| {
                    other.cmp(one).then_with(|| fewer.total_cmp(more))
                });
        }
        chain
    }

    /// About how many solutions a part has for each row of what is bound.
    fn matches(&self, part: &GraphPattern, bound: &Bound) -> f64 {
        let is_bound = |name: String| if bound.contains(&name) { End::Known } else { End::Free };
        // Less than a triple of which all is known.
        const NOTHING: f64 = 0.001;
        let end = |term: &TermPattern| match term {
            TermPattern::NamedNode(iri) => self.constant(iri),
            TermPattern::Literal(literal) => self.constant(literal),
            TermPattern::Variable(variable) => Some(is_bound(variable.to_string())),
            TermPattern::BlankNode(node) => Some(is_bound(node.to_string())),
        };
        match part {
            GraphPattern::Bgp { patterns } => {
                let of_triple = |triple: &spargebra::term::TriplePattern| {
                    let predicate = match &triple.predicate {
                        NamedNodePattern::NamedNode(iri) => self.constant(iri),
                        NamedNodePattern::Variable(variable) => {
                            Some(is_bound(variable.to_string()))
                        }
                    };
                    let ends = [end(&triple.subject)?, predicate?, end(&triple.object)?];
                    Some(self.estimates.matches(ends).max(NOTHING))
                };
                patterns.iter().map(|triple| of_triple(triple).unwrap_or(NOTHING)).product()
            }
            GraphPattern::Path { subject, object, .. } => {
                let is_free = |term| end(term) == Some(End::Free);
                match (is_free(subject), is_free(object)) {
                    (false, false) => 1.0,
                    (true, false) | (false, true) => 30.0,
                    (true, true) => 1e7,
                }
            }
            GraphPattern::Values { variables, bindings } => {
                let is_known = variables.iter().any(|v| bound.contains(&v.to_string()));
                bindings.len() as f64 * if is_known { 0.1 } else { 1.0 }
            }
            _ => 1.0,
        }
    }

    /// A term of the query, if anything has it.
    fn constant<'a>(&self, term: impl Into<TermRef<'a>>) -> Option<End> {
        self.dataset.id(term).map(End::Constant)
    }
}

struct Chain {
    links: Vec<Link>,
    /// How many there are on the way, all in all.
    rows: f64,
    /// How many come out of it.
    last: f64,
}

struct Link {
    part: usize,
    /// Whether it shares a variable with what is bound before it.
    is_joined: bool,
}

/// Whether a pattern is a conjunction of some triples, paths and lists of values, and of nothing
/// else.
fn is_plain(pattern: &GraphPattern) -> bool {
    fn parts(pattern: &GraphPattern) -> Option<usize> {
        match pattern {
            GraphPattern::Bgp { patterns } => Some(patterns.len()),
            GraphPattern::Path { .. } | GraphPattern::Values { .. } => Some(1),
            GraphPattern::Join { left, right } => Some(parts(left)? + parts(right)?),
            _ => None,
        }
    }
    parts(pattern).is_some_and(|parts| (2..=PARTS_MAX).contains(&parts))
}

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

fn with_scope(around: &Bound, pattern: &GraphPattern) -> Bound {
    let mut bound = around.clone();
    pattern.on_in_scope_variable(|variable| {
        bound.insert(variable.to_string());
    });
    bound
}

/// The variables and blank nodes of a part.
fn names(part: &GraphPattern) -> Bound {
    let mut names = with_scope(&Bound::new(), part);
    let ends: Vec<&TermPattern> = match part {
        GraphPattern::Bgp { patterns } => {
            patterns.iter().flat_map(|triple| [&triple.subject, &triple.object]).collect()
        }
        GraphPattern::Path { subject, object, .. } => vec![subject, object],
        _ => Vec::new(),
    };
    names.extend(ends.into_iter().filter_map(|term| match term {
        TermPattern::BlankNode(node) => Some(node.to_string()),
        _ => None,
    }));
    names
}

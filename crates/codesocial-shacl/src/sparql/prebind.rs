//! Pre-binding: from the variables of a query to names that stand for their values.
//! <https://www.w3.org/TR/shacl/#pre-binding>
//!
//! The rewriting is done once and not for each focus node: a pre-bound variable becomes an IRI
//! that begins with a space, which no text can hold. The dataset knows which node it stands for,
//! be it a blank node or a literal. In an expression, where the evaluator must not take it for an
//! IRI, it is a function without arguments; where a solution needs the value itself, as in
//! `GROUP BY $this`, it is read from a triple that only the dataset of the query has.
//!
//! A SELECT query is planned once for all focus nodes: `$this` stays a variable in its patterns,
//! and a triple before them binds it, whose objects are the focus nodes as they come.

use super::PreBound;
use super::operands::operands_mut;
use crate::path::Path;
use oxrdf::{Literal, NamedNode, Variable};
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
    PropertyPathExpression,
};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::collections::BTreeSet;
use std::mem;

/// The name of `NOW()`, of which the caller of a validation tells the value.
pub(super) const NOW: &str = " now";
/// The predicate of the triple in which a placeholder stands for what it is.
pub(super) const IS: &str = " is";
/// The predicate of the triples whose objects are the focus nodes, one after another.
pub(super) const NEXT: &str = " next";

/// The IRI that stands for a variable.
pub(super) fn placeholder(variable: &str) -> NamedNode {
    NamedNode::new_unchecked(format!(" {variable}"))
}

/// The variable that an IRI stands for.
pub(super) fn variable_of(iri: &NamedNode) -> Option<&str> {
    iri.as_str().strip_prefix(' ')
}

/// The query with these variables bound before it is evaluated, and this path for `$PATH`.
pub(super) fn prebound(query: &Query, path: Option<&Path>, given: &[&str]) -> PreBound {
    let shared = matches!(query, Query::Select { .. });
    let all = |shared| Binder::new(shared, path, given).bind(query.clone());
    all(shared).or_else(|| all(false)).expect("bound for one focus node, no term is compared")
}

struct Binder<'a> {
    given: &'a [&'a str],
    path: Option<PropertyPathExpression>,
    /// Whether `$this` stays a variable in patterns.
    shared: bool,
    /// Whether an expression compares `$this` as a term, which a placeholder can be for one focus
    /// node only.
    compared: bool,
    called: BTreeSet<String>,
    reads_shapes: bool,
}

impl<'a> Binder<'a> {
    fn new(shared: bool, path: Option<&Path>, given: &'a [&'a str]) -> Self {
        let (path, called) = (path.map(expression_of), BTreeSet::new());
        Self { given, path, shared, compared: false, called, reads_shapes: false }
    }

    fn bind(mut self, mut query: Query) -> Option<PreBound> {
        if let Query::Select { pattern, .. } | Query::Ask { pattern, .. } = &mut query {
            self.pattern(pattern);
            if self.shared {
                let next = TriplePattern {
                    subject: placeholder(NEXT).into(),
                    predicate: placeholder(NEXT).into(),
                    object: this().into(),
                };
                let left = Box::new(GraphPattern::Bgp { patterns: vec![next] });
                *pattern = GraphPattern::Lateral { left, right: Box::new(mem::take(pattern)) };
            }
        }
        let called = self.called.into_iter().collect();
        let fits = !(self.shared && self.compared);
        fits.then_some(PreBound { query, called, reads_shapes: self.reads_shapes })
    }
}

impl Binder<'_> {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                let patterns = mem::take(patterns);
                *pattern = self.triples(patterns);
            }
            GraphPattern::Path { subject, object, .. } => {
                self.term(subject);
                self.term(object);
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right }
            | GraphPattern::Lateral { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left);
                self.pattern(right);
                expression.iter_mut().for_each(|expression| self.expression(expression));
            }
            GraphPattern::Filter { expr, inner } => {
                self.pattern(inner);
                self.expression(expr);
            }
            GraphPattern::Graph { name, inner } | GraphPattern::Service { name, inner, .. } => {
                self.name(name);
                self.pattern(inner);
            }
            GraphPattern::Extend { inner, variable, expression } => {
                self.pattern(inner);
                match expression {
                    Expression::Variable(given) if self.is_given(given) => {
                        *pattern = self.joined(mem::take(inner), given, variable);
                    }
                    expression => self.expression(expression),
                }
            }
            GraphPattern::OrderBy { inner, expression } => {
                self.pattern(inner);
                for by in expression {
                    let (OrderExpression::Asc(by) | OrderExpression::Desc(by)) = by;
                    self.expression(by);
                }
            }
            GraphPattern::Group { inner, variables, aggregates } => {
                self.pattern(inner);
                // Without its keys there would be a group where there is no solution.
                for key in variables.iter() {
                    if self.is_given(key) {
                        **inner = self.joined(mem::take(inner), key, key);
                    }
                }
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
            }
            GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Values { .. } => {}
        }
    }

    fn triples(&mut self, triples: Vec<TriplePattern>) -> GraphPattern {
        let (mut plain, mut along) = (Vec::new(), Vec::new());
        for mut triple in triples {
            self.term(&mut triple.subject);
            self.term(&mut triple.object);
            match (&triple.predicate, &self.path) {
                (NamedNodePattern::Variable(name), Some(path)) if name.as_str() == "PATH" => {
                    let TriplePattern { subject, object, .. } = triple;
                    along.push(GraphPattern::Path { subject, path: path.clone(), object });
                }
                _ => {
                    self.name(&mut triple.predicate);
                    plain.push(triple);
                }
            }
        }
        along.into_iter().fold(GraphPattern::Bgp { patterns: plain }, join)
    }

    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Variable(variable) => {
                if self.is_given(variable) {
                    let name = variable.as_str().to_owned();
                    *expression = self.call(&name);
                }
            }
            Expression::Bound(variable) => {
                if self.is_given(variable) {
                    *expression = Literal::from(true).into();
                }
            }
            Expression::FunctionCall(Function::Now, _) => *expression = self.call(NOW),
            Expression::SameTerm(a, b) => {
                self.term_compared(a, b);
                self.term_compared(b, a);
            }
            Expression::Exists(pattern) => self.pattern(pattern),
            other => {
                operands_mut(other).into_iter().for_each(|operand| self.expression(operand));
            }
        }
    }

    /// A function gives a value, in which `01` is `1`; beside a variable, the term is wanted.
    fn term_compared(&mut self, operand: &mut Expression, other: &Expression) {
        match (&*operand, other) {
            (Expression::Variable(given), Expression::Variable(free))
                if self.is_given(given) && !self.is_given(free) =>
            {
                self.compared |= *given == this();
                *operand = placeholder(given.as_str()).into();
            }
            _ => self.expression(operand),
        }
    }

    fn call(&mut self, name: &str) -> Expression {
        self.called.insert(name.to_owned());
        self.reads_shapes |= name == "currentShape";
        Expression::FunctionCall(Function::Custom(placeholder(name)), Vec::new())
    }

    fn term(&mut self, term: &mut TermPattern) {
        if let TermPattern::Variable(variable) = term
            && !(self.shared && *variable == this())
            && let Some(name) = self.placeholder(variable)
        {
            *term = name.into();
        }
    }

    fn name(&mut self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name
            && let Some(placeholder) = self.placeholder(variable)
        {
            *name = placeholder.into();
        }
    }

    fn placeholder(&mut self, variable: &Variable) -> Option<NamedNode> {
        let name = variable.as_str();
        let is_given = self.is_given(variable);
        self.reads_shapes |= is_given && ["currentShape", "shapesGraph"].contains(&name);
        is_given.then(|| placeholder(name))
    }

    /// A pattern whose solutions give a variable the value of a pre-bound one.
    fn joined(
        &mut self,
        inner: GraphPattern,
        given: &Variable,
        variable: &Variable,
    ) -> GraphPattern {
        let mut subject = given.clone().into();
        self.term(&mut subject);
        let (predicate, object) = (placeholder(IS).into(), variable.clone().into());
        join(
            inner,
            GraphPattern::Bgp { patterns: vec![TriplePattern { subject, predicate, object }] },
        )
    }

    fn is_given(&self, variable: &Variable) -> bool {
        self.given.contains(&variable.as_str())
    }
}

fn this() -> Variable {
    Variable::new_unchecked("this")
}

fn join(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Join { left: Box::new(left), right: Box::new(right) }
}

fn expression_of(path: &Path) -> PropertyPathExpression {
    use PropertyPathExpression as E;
    let inner = |path: &Path| Box::new(expression_of(path));
    let folded = |paths: &[Path], join: fn(Box<E>, Box<E>) -> E| {
        let all = paths.iter().map(expression_of);
        all.reduce(|left, right| join(Box::new(left), Box::new(right)))
            .expect("a sequence or alternative has at least two members")
    };
    match path {
        Path::Predicate(predicate) => E::NamedNode(predicate.term.clone()),
        Path::Inverse(path) => E::Reverse(inner(path)),
        Path::Sequence(steps) => folded(steps, E::Sequence),
        Path::Alternative(branches) => folded(branches, E::Alternative),
        Path::ZeroOrMore(path) => E::ZeroOrMore(inner(path)),
        Path::OneOrMore(path) => E::OneOrMore(inner(path)),
        Path::ZeroOrOne(path) => E::ZeroOrOne(inner(path)),
    }
}

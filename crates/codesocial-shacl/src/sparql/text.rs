//! The text of a query: parsed, and checked for what pre-binding forbids.
//!
//! Invariant: in a query that passes, each pre-bound variable has one value everywhere, and walking
//! the algebra goes no deeper than [`QUERY_DEPTH_MAX`].

use super::operands::operands;
use oxrdf::Variable;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use spargebra::{Query, SparqlParser};
use std::collections::BTreeMap;
use thiserror::Error;

pub const QUERY_BYTES_MAX: usize = 32 * 1024;
/// How deep brackets may stand in a query, and patterns and expressions in one another.
pub const QUERY_DEPTH_MAX: usize = 64;

/// Why a query cannot be a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryProblem {
    #[error("not SPARQL that can be read: {0}")]
    Syntax(String),
    #[error("longer than {QUERY_BYTES_MAX} bytes")]
    TooLong,
    #[error("nested deeper than {QUERY_DEPTH_MAX} levels")]
    TooDeep,
    #[error("not a SELECT query, which sh:select has")]
    NotSelect,
    #[error("not an ASK query, which sh:ask has")]
    NotAsk,
    #[error("the results must have the variable $this")]
    NotProjected,
    #[error("pre-binding forbids {0}")]
    Forbidden(&'static str),
    #[error("FROM has no meaning here: the query is asked of the data graph")]
    Dataset,
    #[error("GRAPH may name $shapesGraph only: the data are one graph")]
    Graph,
    #[error("gives the pre-bound variable ${0} another value")]
    Rebound(String),
    #[error("a sub-query must return the pre-bound variable ${0}")]
    Hidden(String),
    #[error("$PATH may stand as the predicate of a triple in a property shape only")]
    Path,
    #[error("{0} makes the verdict a matter of chance")]
    Chance(String),
    #[error("cannot be evaluated: {0}")]
    Evaluation(String),
}

/// What a query is there for, which decides what is pre-bound in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role<'a> {
    pub(crate) form: Form,
    /// The parameters of the component whose validator it is.
    pub(crate) parameters: &'a [String],
    /// Whether it may stand on a property shape, where `$PATH` has a meaning.
    pub(crate) has_path: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Each solution is a result.
    Select,
    /// A value node conforms where the answer is yes.
    Ask,
}

impl<'a> Role<'a> {
    /// `sh:sparql` on a shape.
    pub(crate) fn constraint(has_path: bool) -> Self {
        Self { form: Form::Select, parameters: &[], has_path }
    }

    /// The variables that may have a value before the query is evaluated, and that sub-queries
    /// must return.
    fn prebound(&self) -> impl Iterator<Item = &'a str> {
        let value = (self.form == Form::Ask).then_some("value");
        let parameters = self.parameters.iter().map(String::as_str);
        ["this"].into_iter().chain(value).chain(parameters)
    }

    fn is_prebound(&self, variable: &Variable) -> bool {
        let name = variable.as_str();
        name == "PATH" || self.is_constant(name) || self.prebound().any(|own| own == name)
    }

    /// Whether a variable has the same value for every focus node.
    pub(super) fn is_constant(&self, name: &str) -> bool {
        ["shapesGraph", "currentShape"].contains(&name)
            || self.parameters.iter().any(|parameter| parameter == name)
    }
}

/// Reads a query and refuses what could not be evaluated as the specification says.
/// <https://www.w3.org/TR/shacl/#pre-binding>
pub(crate) fn parse(
    text: &str,
    prefixes: &BTreeMap<String, String>,
    role: Role<'_>,
) -> Result<Query, QueryProblem> {
    if text.len() > QUERY_BYTES_MAX {
        return Err(QueryProblem::TooLong);
    }
    if brackets(text) > QUERY_DEPTH_MAX {
        return Err(QueryProblem::TooDeep);
    }
    let syntax = |error: &dyn std::fmt::Display| {
        // What else the parser would have taken there fills many lines.
        let told = error.to_string();
        QueryProblem::Syntax(told.split(", [").next().unwrap_or_default().to_owned())
    };
    let mut parser = SparqlParser::new();
    for (prefix, namespace) in prefixes {
        parser = parser.with_prefix(prefix, namespace).map_err(|error| syntax(&error))?;
    }
    let query = parser.parse_query(text).map_err(|error| syntax(&error))?;
    check(&query, role)?;
    Ok(query)
}

/// How deep brackets stand in a text, strings and comments included: the parser recurses with them.
fn brackets(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn check(query: &Query, role: Role<'_>) -> Result<(), QueryProblem> {
    let (dataset, pattern) = match (query, role.form) {
        (Query::Select { dataset, pattern, .. }, Form::Select)
        | (Query::Ask { dataset, pattern, .. }, Form::Ask) => (dataset, pattern),
        (_, Form::Select) => return Err(QueryProblem::NotSelect),
        (_, Form::Ask) => return Err(QueryProblem::NotAsk),
    };
    if dataset.is_some() {
        return Err(QueryProblem::Dataset);
    }
    let checker = Checker { role };
    checker.answer(pattern)
}

struct Checker<'a> {
    role: Role<'a>,
}

impl Checker<'_> {
    /// The outermost pattern: what is projected, and how it is ordered and cut.
    fn answer(&self, pattern: &GraphPattern) -> Result<(), QueryProblem> {
        match pattern {
            GraphPattern::Slice { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner } => self.answer(inner),
            GraphPattern::Project { inner, variables } => {
                let projected = variables.iter().any(|variable| variable.as_str() == "this");
                if self.role.form == Form::Select && !projected {
                    return Err(QueryProblem::NotProjected);
                }
                self.pattern(inner, QUERY_DEPTH_MAX)
            }
            other => self.pattern(other, QUERY_DEPTH_MAX),
        }
    }

    fn pattern(&self, pattern: &GraphPattern, depth: usize) -> Result<(), QueryProblem> {
        let depth = depth.checked_sub(1).ok_or(QueryProblem::TooDeep)?;
        match pattern {
            GraphPattern::Bgp { patterns } => {
                patterns.iter().try_for_each(|triple| self.triple(triple))
            }
            GraphPattern::Path { subject, object, .. } => {
                self.term(subject)?;
                self.term(object)
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Lateral { left, right } => {
                self.pattern(left, depth)?;
                self.pattern(right, depth)
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left, depth)?;
                self.pattern(right, depth)?;
                expression.iter().try_for_each(|expression| self.expression(expression, depth))
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr, depth)?;
                self.pattern(inner, depth)
            }
            GraphPattern::Graph { name, inner } => match name {
                NamedNodePattern::Variable(name) if name.as_str() == "shapesGraph" => {
                    self.pattern(inner, depth)
                }
                NamedNodePattern::Variable(_) | NamedNodePattern::NamedNode(_) => {
                    Err(QueryProblem::Graph)
                }
            },
            GraphPattern::Extend { inner, variable, expression } => {
                self.bound_anew(variable)?;
                self.expression(expression, depth)?;
                self.pattern(inner, depth)
            }
            GraphPattern::Minus { .. } => Err(QueryProblem::Forbidden("MINUS")),
            GraphPattern::Values { .. } => Err(QueryProblem::Forbidden("VALUES")),
            GraphPattern::Service { .. } => Err(QueryProblem::Forbidden("SERVICE")),
            GraphPattern::OrderBy { inner, expression } => {
                for expression in expression {
                    let (OrderExpression::Asc(by) | OrderExpression::Desc(by)) = expression;
                    self.expression(by, depth)?;
                }
                self.pattern(inner, depth)
            }
            GraphPattern::Project { inner, variables } => {
                let hidden = |name: &&str| !variables.iter().any(|shown| shown.as_str() == *name);
                match self.role.prebound().find(hidden) {
                    Some(name) => Err(QueryProblem::Hidden(name.to_owned())),
                    None => self.pattern(inner, depth),
                }
            }
            GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner, depth),
            GraphPattern::Group { inner, variables: _, aggregates } => {
                for (variable, aggregate) in aggregates {
                    self.bound_anew(variable)?;
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr, depth)?;
                    }
                }
                self.pattern(inner, depth)
            }
        }
    }

    fn expression(&self, expression: &Expression, depth: usize) -> Result<(), QueryProblem> {
        let depth = depth.checked_sub(1).ok_or(QueryProblem::TooDeep)?;
        match expression {
            Expression::Variable(variable) | Expression::Bound(variable) => {
                self.variable(variable)?;
            }
            Expression::Exists(pattern) => self.pattern(pattern, depth)?,
            Expression::FunctionCall(
                function @ (Function::Rand | Function::Uuid | Function::StrUuid | Function::BNode),
                _,
            ) => return Err(QueryProblem::Chance(function.to_string())),
            _ => {}
        }
        operands(expression).into_iter().try_for_each(|operand| self.expression(operand, depth))
    }

    /// SHACL appendix A: queries must not use `AS ?var` for any potentially pre-bound variable.
    fn bound_anew(&self, variable: &Variable) -> Result<(), QueryProblem> {
        if self.role.is_prebound(variable) {
            return Err(QueryProblem::Rebound(variable.as_str().to_owned()));
        }
        Ok(())
    }

    fn triple(&self, triple: &TriplePattern) -> Result<(), QueryProblem> {
        self.term(&triple.subject)?;
        self.predicate(&triple.predicate)?;
        self.term(&triple.object)
    }

    fn term(&self, term: &TermPattern) -> Result<(), QueryProblem> {
        match term {
            TermPattern::Variable(variable) => self.variable(variable),
            TermPattern::NamedNode(_) | TermPattern::BlankNode(_) | TermPattern::Literal(_) => {
                Ok(())
            }
        }
    }

    fn predicate(&self, predicate: &NamedNodePattern) -> Result<(), QueryProblem> {
        match predicate {
            NamedNodePattern::Variable(name) if name.as_str() == "PATH" && self.role.has_path => {
                Ok(())
            }
            NamedNodePattern::Variable(variable) => self.variable(variable),
            NamedNodePattern::NamedNode(_) => Ok(()),
        }
    }

    fn variable(&self, variable: &Variable) -> Result<(), QueryProblem> {
        if variable.as_str() == "PATH" { Err(QueryProblem::Path) } else { Ok(()) }
    }
}

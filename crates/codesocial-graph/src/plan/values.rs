//! Conditions on one variable: asked once for each value that the variable can have, and not for
//! each row; the values that pass stand in the query as a list.
//!
//! Equal, because such a condition is true of a value or is not, whatever row it stands in: what
//! changes from one call to the next is left to the evaluator. The list restricts triples whose
//! every solution has a value there, and that pass it on unchanged to where the condition stood.

use super::parts::operands_mut;
use super::{Plan, Rewrites};
use crate::functions::evaluator;
use crate::queryable::ReadableDataset;
use crate::term::{TermId, ViewFull};
use oxrdf::{Literal, Term, Variable};
use spareval::{ExpressionTerm, InternalQuad, QueryResults, QueryableDataset};
use spargebra::Query;
use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::collections::BTreeSet;
use std::mem;
use std::rc::Rc;

/// Of fewer rows each is asked sooner than the values are found.
const ROWS_MIN: f64 = 100.0;
/// How many rows there are to a value, at least.
const ROWS_PER_VALUE_MIN: f64 = 2.0;
/// Beyond so many values a list of them is no help.
const VALUES_MAX: usize = 20_000;

impl Plan<'_> {
    pub(super) fn filter(&self, pattern: &mut GraphPattern, rewrites: Rewrites) {
        let GraphPattern::Filter { expr, inner } = pattern else { return };
        let mut left: Vec<Expression> = Vec::new();
        for condition in conjuncts(mem::replace(expr, Literal::from(true).into())) {
            if rewrites.near {
                self.near(&condition, inner);
            }
            if !self.answers(&condition, inner, rewrites) {
                left.push(condition);
            }
        }
        let and = |one, other| Expression::And(Box::new(one), Box::new(other));
        match left.into_iter().reduce(and) {
            Some(left) => *expr = left,
            None => *pattern = mem::take(&mut **inner),
        }
    }

    /// Whether the pattern was restricted to where the condition is true.
    fn answers(
        &self,
        condition: &Expression,
        pattern: &mut GraphPattern,
        rewrites: Rewrites,
    ) -> bool {
        let asked = Asked::of(condition);
        let Some(variable) = asked.sole_variable() else { return false };
        let Some(triples) = source(pattern, variable) else { return false };
        let rows = self.rows(triples);
        let passing = match rewrites.words.then(|| self.texts(condition, rows)).flatten() {
            None if rewrites.values && asked.calls => {
                self.passing(condition, variable, triples, rows)
            }
            texts => texts,
        };
        let Some(values) = passing.and_then(|ids| self.list(variable, &ids)) else { return false };
        let (left, right) = (Box::new(values), Box::new(mem::take(triples)));
        *triples = GraphPattern::Join { left, right };
        true
    }

    pub(super) fn list(&self, variable: &Variable, ids: &[TermId]) -> Option<GraphPattern> {
        let bindings = ids.iter().map(|id| Some(vec![Some(self.value(*id)?)]));
        let bindings = bindings.collect::<Option<_>>()?;
        Some(GraphPattern::Values { variables: vec![variable.clone()], bindings })
    }

    /// The values of which a condition is true, where that is worth to be known before.
    fn passing(
        &self,
        condition: &Expression,
        variable: &Variable,
        triples: &GraphPattern,
        rows: f64,
    ) -> Option<Vec<TermId>> {
        let predicate = self.dataset.id(object_of(triples, variable)?)?;
        if rows < ROWS_MIN || self.estimates.per_object(predicate) < ROWS_PER_VALUE_MIN {
            return None;
        }
        let values = self.values_of(triples, variable, (rows / ROWS_PER_VALUE_MIN) as usize)?;
        let passing = self.asked_of(condition, variable, values)?;
        (passing.len() <= VALUES_MAX).then_some(passing)
    }

    /// The distinct values that a variable has as the object of one of some triples.
    pub(super) fn values_of(
        &self,
        triples: &GraphPattern,
        variable: &Variable,
        most: usize,
    ) -> Option<Vec<TermId>> {
        let predicate = object_of(triples, variable)?;
        let mut values: Vec<TermId> = Vec::new();
        if let Some(predicate) = self.dataset.id(predicate) {
            // In this order the same objects are neighbours.
            for [_, _, object] in self.dataset.triples([None, Some(predicate), None]) {
                if self.pulse.beat().is_break() {
                    return None;
                }
                if values.last() != Some(&object) {
                    values.push(object);
                }
                if values.len() > most {
                    return None;
                }
            }
        }
        Some(values)
    }

    /// The values of which the evaluator finds that a condition is true.
    pub(super) fn asked_of(
        &self,
        condition: &Expression,
        variable: &Variable,
        values: Vec<TermId>,
    ) -> Option<Vec<TermId>> {
        let any = |name| Variable::new_unchecked(format!("{} {name}", variable.as_str()));
        let triple = TriplePattern {
            subject: any("subject").into(),
            predicate: any("predicate").into(),
            object: variable.clone().into(),
        };
        let inner = Box::new(GraphPattern::Bgp { patterns: vec![triple] });
        let inner = Box::new(GraphPattern::Filter { expr: condition.clone(), inner });
        let variables = vec![variable.clone()];
        let pattern = GraphPattern::Project { inner, variables };
        let query = Query::Select { dataset: None, pattern, base_iri: None };
        let evaluator = evaluator().with_cancellation_token(self.pulse.cancel.clone());
        let listed = Listed { dataset: self.dataset.clone(), values: values.into() };
        let results = evaluator.prepare(&query).execute(listed).ok()?;
        let QueryResults::Solutions(solutions) = results else { return None };
        let passing = solutions.map(|solution| {
            let value = solution.ok()?.get(variable)?.clone();
            self.dataset.internalize_term(value).ok()
        });
        passing.collect()
    }
}

fn conjuncts(condition: Expression) -> Vec<Expression> {
    match condition {
        Expression::And(one, other) => {
            let mut conditions = conjuncts(*one);
            conditions.extend(conjuncts(*other));
            conditions
        }
        other => vec![other],
    }
}

/// What an expression has to do with.
#[derive(Default)]
struct Asked {
    variables: BTreeSet<Variable>,
    /// Whether it calls a function, and does not only compare.
    calls: bool,
    /// Whether its value is not settled by those of its variables.
    varies: bool,
}

impl Asked {
    fn of(expression: &Expression) -> Self {
        let mut asked = Self::default();
        asked.look_into(&mut expression.clone());
        asked
    }

    fn look_into(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Variable(variable) | Expression::Bound(variable) => {
                self.variables.insert(variable.clone());
            }
            Expression::Exists(_) => self.varies = true,
            Expression::FunctionCall(function, _) => {
                self.calls = true;
                self.varies |= matches!(
                    function,
                    Function::BNode
                        | Function::Now
                        | Function::Rand
                        | Function::Uuid
                        | Function::StrUuid
                );
            }
            _ => {}
        }
        operands_mut(expression).into_iter().for_each(|operand| self.look_into(operand));
    }

    fn sole_variable(&self) -> Option<&Variable> {
        let mut variables = self.variables.iter();
        let sole = variables.next().filter(|_| variables.next().is_none());
        sole.filter(|_| !self.varies)
    }
}

/// The predicate of a triple that has a variable as its object.
fn object_of<'a>(triples: &'a GraphPattern, name: &Variable) -> Option<&'a oxrdf::NamedNode> {
    let GraphPattern::Bgp { patterns } = triples else { return None };
    patterns.iter().find_map(|triple| match (&triple.predicate, &triple.object) {
        (NamedNodePattern::NamedNode(predicate), TermPattern::Variable(own)) if own == name => {
            Some(predicate)
        }
        _ => None,
    })
}

/// The triples in a pattern that give a variable its value, and may as well be restricted to those
/// that pass a condition on the pattern's solutions.
pub(super) fn source<'a>(
    pattern: &'a mut GraphPattern,
    name: &Variable,
) -> Option<&'a mut GraphPattern> {
    match pattern {
        GraphPattern::Bgp { .. } => has_object(pattern, name).then_some(pattern),
        GraphPattern::Join { left, right } => source(left, name).or_else(|| source(right, name)),
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Lateral { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Filter { inner, .. } => source(inner, name),
        GraphPattern::Extend { inner, variable, .. } if variable != name => source(inner, name),
        _ => None,
    }
}

fn has_object(triples: &GraphPattern, name: &Variable) -> bool {
    let GraphPattern::Bgp { patterns } = triples else { return false };
    patterns
        .iter()
        .any(|triple| matches!(&triple.object, TermPattern::Variable(own) if own == name))
}

/// A dataset whose quads have some values as their objects, and that is like another in all else.
#[derive(Clone)]
struct Listed {
    dataset: ReadableDataset,
    values: Rc<[TermId]>,
}

impl<'a> QueryableDataset<'a> for Listed {
    type InternalTerm = TermId;
    type Error = ViewFull;

    fn internal_quads_for_pattern(
        &self,
        _: Option<&TermId>,
        _: Option<&TermId>,
        _: Option<&TermId>,
        _: Option<Option<&TermId>>,
    ) -> impl Iterator<Item = Result<InternalQuad<TermId>, ViewFull>> + use<'a> {
        let values = self.values.clone();
        (0..values.len()).map(move |n| {
            let [subject, predicate, object] = [values[n]; 3];
            Ok(InternalQuad { subject, predicate, object, graph_name: None })
        })
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<TermId, ViewFull>> + use<'a> {
        std::iter::empty()
    }

    fn contains_internal_graph_name(&self, _: &TermId) -> Result<bool, ViewFull> {
        Ok(false)
    }

    fn internalize_term(&self, term: Term) -> Result<TermId, ViewFull> {
        self.dataset.internalize_term(term)
    }

    fn externalize_term(&self, id: TermId) -> Result<Term, ViewFull> {
        self.dataset.externalize_term(id)
    }

    fn externalize_expression_term(&self, id: TermId) -> Result<ExpressionTerm, ViewFull> {
        self.dataset.externalize_expression_term(id)
    }
}

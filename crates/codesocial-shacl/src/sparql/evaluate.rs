//! Asking the query of a constraint, for one focus node.

use super::dataset::Queried;
use super::prebind::{NOW, placeholder};
use super::{PreBound, QueryProblem, SparqlConstraint};
use crate::eval::{Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::view::GraphView;
use oxrdf::vocab::xsd;
use oxrdf::{Dataset, Literal, Term};
use spareval::{QueryEvaluationError, QueryEvaluator, QueryResults};
use spargebra::Query;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(crate) fn check_sparql(
        &self,
        site: &Site<'a, '_, V::Node>,
        constraint: &'a SparqlConstraint,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        if !matches!(constraint.query.query, Query::Ask { .. }) {
            return self.each_solution(site, constraint, sink);
        }
        for &value in site.values {
            if !self.is_so(site, constraint, value)? {
                sink(site.finding_at(constraint.component(), value))?;
            }
        }
        Ok(())
    }

    /// Each solution is a result, unless it says that the query gave up.
    /// <https://www.w3.org/TR/shacl/#sparql-constraints-validation>
    fn each_solution(
        &self,
        site: &Site<'a, '_, V::Node>,
        constraint: &'a SparqlConstraint,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let dataset = Queried::new(self, site, constraint, None);
        let evaluator = self.evaluator(&constraint.query, &dataset);
        let results = evaluator.prepare(&constraint.query.query).execute(dataset);
        if let QueryResults::Solutions(solutions) = results.map_err(|error| self.stop(&error))? {
            for solution in solutions {
                let solution = solution.map_err(|error| self.stop(&error))?;
                if solution.get("failure").is_some_and(is_true) {
                    return Err(Stop::Reported);
                }
                let finding = site.finding(constraint.component());
                sink(Finding { solution: Some(solution), ..finding })?;
            }
        }
        // The evaluator takes an error inside `EXISTS` for a no.
        self.steps(0)
    }

    /// Whether the answer of an ASK validator is yes.
    fn is_so(
        &self,
        site: &Site<'a, '_, V::Node>,
        constraint: &'a SparqlConstraint,
        value: Id<V::Node>,
    ) -> Result<bool, Stop> {
        let dataset = Queried::new(self, site, constraint, Some(value));
        let evaluator = self.evaluator(&constraint.query, &dataset);
        let results = evaluator.prepare(&constraint.query.query).execute(dataset);
        let answer = results.map_err(|error| self.stop(&error))?;
        self.steps(0)?;
        Ok(matches!(answer, QueryResults::Boolean(true)))
    }

    fn evaluator(&self, query: &PreBound, dataset: &Queried<'_, V>) -> QueryEvaluator {
        evaluator(query, |name| match name {
            NOW => Some(Literal::new_typed_literal(self.now.to_string(), xsd::DATE_TIME).into()),
            name => dataset.value_of(name),
        })
    }

    fn stop(&self, error: &QueryEvaluationError) -> Stop {
        self.steps(0).err().unwrap_or_else(|| Stop::Query(error.to_string()))
    }
}

/// Asks a query of nothing, to hear whether it can be evaluated at all.
pub(super) fn rehearse(query: &PreBound) -> Result<(), QueryProblem> {
    let error = |error: QueryEvaluationError| QueryProblem::Evaluation(error.to_string());
    let nothing = Dataset::new();
    let evaluator = evaluator(query, |_| None);
    if let QueryResults::Solutions(solutions) =
        evaluator.prepare(&query.query).execute(&nothing).map_err(error)?
    {
        solutions.map(|solution| solution.map_err(error)).collect::<Result<Vec<_>, _>>()?;
    }
    Ok(())
}

fn evaluator(query: &PreBound, value_of: impl Fn(&str) -> Option<Term>) -> QueryEvaluator {
    query.called.iter().fold(QueryEvaluator::new(), |evaluator, name| {
        let value = value_of(name);
        evaluator.with_custom_function(placeholder(name), move |_| value.clone())
    })
}

fn is_true(term: &Term) -> bool {
    match term {
        Term::Literal(literal) => {
            literal.datatype() == xsd::BOOLEAN && ["true", "1"].contains(&literal.value())
        }
        Term::NamedNode(_) | Term::BlankNode(_) => false,
    }
}

//! Asking the query of a constraint, for one focus node.

use super::dataset::{NoAnswer, Queried};
use super::prebind::{NOW, placeholder};
use super::{PreBound, QueryProblem, SparqlConstraint};
use crate::eval::{Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::view::GraphView;
use oxrdf::vocab::xsd;
use oxrdf::{Dataset, Literal, Term};
use spareval::{QueryEvaluationError, QueryEvaluator, QueryResults, QuerySolutionIter};
use spargebra::Query;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

/// A query under way, planned for all the focus nodes that are still to come.
pub(crate) struct Running<'a, V: GraphView> {
    dataset: Queried<'a, V>,
    solutions: QuerySolutionIter<'a>,
}

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
        let key = ptr::from_ref(constraint);
        let known = self.running.borrow_mut().remove(&key);
        let mut running = match known {
            Some(running) => {
                running.dataset.turn_to(site.focus);
                running
            }
            None => self.run(site, constraint)?,
        };
        while let Some(solution) = running.solutions.next() {
            let solution = match solution {
                Ok(solution) => solution,
                Err(error) if is_end_of_focus(&error) => {
                    if !running.dataset.is_full() {
                        self.running.borrow_mut().insert(key, running);
                    }
                    break;
                }
                Err(error) => return Err(self.stop(&error)),
            };
            if solution.get("failure").is_some_and(is_true) {
                return Err(Stop::Reported);
            }
            let finding = site.finding(constraint.component());
            sink(Finding { solution: Some(solution), ..finding })?;
        }
        // The evaluator takes an error inside `EXISTS` for a no.
        self.steps(0)
    }

    fn run(
        &self,
        site: &Site<'a, '_, V::Node>,
        constraint: &'a SparqlConstraint,
    ) -> Result<Running<'a, V>, Stop> {
        let dataset = Queried::new(self.ground, site, constraint, None);
        let evaluator = self.evaluator(&constraint.query, &dataset);
        let results = evaluator.prepare(&constraint.query.query).execute(dataset.clone());
        match results.map_err(|error| self.stop(&error))? {
            QueryResults::Solutions(solutions) => Ok(Running { dataset, solutions }),
            QueryResults::Boolean(_) | QueryResults::Graph(_) => {
                Err(Stop::Query("SELECT has no solutions".to_owned()))
            }
        }
    }

    /// Whether the answer of an ASK validator is yes.
    fn is_so(
        &self,
        site: &Site<'a, '_, V::Node>,
        constraint: &'a SparqlConstraint,
        value: Id<V::Node>,
    ) -> Result<bool, Stop> {
        let dataset = Queried::new(self.ground, site, constraint, Some(value));
        let evaluator = self.evaluator(&constraint.query, &dataset);
        let results = evaluator.prepare(&constraint.query.query).execute(dataset);
        let answer = results.map_err(|error| self.stop(&error))?;
        self.steps(0)?;
        Ok(matches!(answer, QueryResults::Boolean(true)))
    }

    fn evaluator(&self, query: &PreBound, dataset: &Queried<'_, V>) -> QueryEvaluator {
        evaluator(query, |name| match name {
            "this" => dataset.this(),
            NOW => constant(Literal::new_typed_literal(self.now.to_string(), xsd::DATE_TIME)),
            name => Arc::new(Mutex::new(dataset.value_of(name))),
        })
    }

    fn stop(&self, error: &QueryEvaluationError) -> Stop {
        self.steps(0).err().unwrap_or_else(|| Stop::Query(error.to_string()))
    }
}

/// Asks a query of nothing, to hear whether it can be evaluated at all: whether it can be planned,
/// that is, as where it feeds on focus nodes there are none to start from.
pub(super) fn rehearse(query: &PreBound) -> Result<(), QueryProblem> {
    let error = |error: QueryEvaluationError| QueryProblem::Evaluation(error.to_string());
    let nothing = Dataset::new();
    let evaluator = evaluator(query, |_| Arc::default());
    if let QueryResults::Solutions(solutions) =
        evaluator.prepare(&query.query).execute(&nothing).map_err(error)?
    {
        solutions.map(|solution| solution.map_err(error)).collect::<Result<Vec<_>, _>>()?;
    }
    Ok(())
}

/// What a function without arguments gives, which may change from one focus node to the next.
type Given = Arc<Mutex<Option<Term>>>;

fn constant(term: impl Into<Term>) -> Given {
    Arc::new(Mutex::new(Some(term.into())))
}

fn evaluator(query: &PreBound, given: impl Fn(&str) -> Given) -> QueryEvaluator {
    query.called.iter().fold(QueryEvaluator::new(), |evaluator, name| {
        let given = given(name);
        let call = move |_: &[Term]| given.lock().unwrap_or_else(PoisonError::into_inner).clone();
        evaluator.with_custom_function(placeholder(name), call)
    })
}

fn is_end_of_focus(error: &QueryEvaluationError) -> bool {
    match error {
        QueryEvaluationError::Dataset(error) => {
            matches!(error.downcast_ref(), Some(NoAnswer::NoFocus))
        }
        _ => false,
    }
}

fn is_true(term: &Term) -> bool {
    match term {
        Term::Literal(literal) => {
            literal.datatype() == xsd::BOOLEAN && ["true", "1"].contains(&literal.value())
        }
        Term::NamedNode(_) | Term::BlankNode(_) => false,
    }
}

//! Counts and sums over triple patterns, in groups or not, without a term being decoded.
//!
//! Equal, because every variable of triple patterns is bound in every solution, two terms are the
//! same where their ids are, and sums are of integers and decimals only, in a range where no order
//! of adding them overflows.

use super::Plan;
use super::conjunction::Conjunction;
use super::walk::{Interest, Visitor, walk};
use crate::queryable::ReadableDataset;
use crate::term::{TermId, Value};
use oxrdf::vocab::xsd;
use oxrdf::{Literal, Variable};
use oxsdatatypes::{Decimal, Integer};
use rustc_hash::{FxHashMap, FxHashSet};
use spargebra::algebra::{AggregateExpression, AggregateFunction, Expression, GraphPattern};
use spargebra::term::GroundTerm;
use std::ops::ControlFlow;

/// Beyond so many groups, writing them down as values costs what the evaluator's rows cost.
const GROUPS_MAX: usize = 50_000;

impl Plan<'_> {
    pub(super) fn aggregate(&self, pattern: &mut GraphPattern) {
        if let Some(values) = self.aggregated(pattern) {
            *pattern = values;
        }
    }

    fn aggregated(&self, pattern: &GraphPattern) -> Option<GraphPattern> {
        let GraphPattern::Group { inner, variables, aggregates } = pattern else { return None };
        let conjunction = Conjunction::of(inner, &self.estimates)?;
        let keys: Vec<usize> = variables
            .iter()
            .map(|variable| conjunction.slot_of(variable))
            .collect::<Option<_>>()?;
        let asked: Vec<Asked> = aggregates
            .iter()
            .map(|(_, aggregate)| Asked::of(aggregate, &conjunction))
            .collect::<Option<_>>()?;
        let groups = self.groups(&conjunction, &keys, &asked)?;
        let bindings = groups.into_iter().map(|Group { key, totals }| {
            let key = key.into_iter().map(|id| self.value(id).map(Some));
            let totals = totals.into_iter().map(|total| total.value().map(Some));
            key.chain(totals).collect::<Option<Vec<_>>>()
        });
        Some(GraphPattern::Values {
            variables: columns(variables, aggregates),
            bindings: bindings.collect::<Option<_>>()?,
        })
    }

    /// The groups in ascending order of their ids.
    fn groups(
        &self,
        conjunction: &Conjunction,
        keys: &[usize],
        asked: &[Asked],
    ) -> Option<Vec<Group>> {
        let told_apart =
            keys.iter().copied().chain(asked.iter().filter_map(|asked| asked.slot())).collect();
        let interest = Interest { told_apart, ..Interest::default() };
        let mut groups = Groups {
            dataset: self.dataset,
            keys,
            asked,
            key: vec![TermId::DEFAULT_GRAPH; keys.len()],
            all: Vec::new(),
            index: FxHashMap::default(),
            last: 0,
        };
        if keys.is_empty() {
            // SPARQL 18.5.1: without GROUP BY there is one group, also of no solutions.
            groups.begin();
        }
        if walk(conjunction, self.dataset, &self.pulse, &interest, &mut groups).is_break() {
            return None;
        }
        groups.all.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Some(groups.all)
    }
}

struct Group {
    key: Vec<TermId>,
    totals: Vec<Total>,
}

struct Groups<'a> {
    dataset: &'a ReadableDataset,
    keys: &'a [usize],
    asked: &'a [Asked],
    /// Of the row that is looked at.
    key: Vec<TermId>,
    all: Vec<Group>,
    index: FxHashMap<Vec<TermId>, usize>,
    /// The group of the last row: rows of one group are often neighbours.
    last: usize,
}

impl Groups<'_> {
    fn begin(&mut self) -> usize {
        let totals = self.asked.iter().map(|asked| asked.none()).collect();
        self.index.insert(self.key.clone(), self.all.len());
        self.all.push(Group { key: self.key.clone(), totals });
        self.all.len() - 1
    }
}

impl Visitor for Groups<'_> {
    fn visit(&mut self, row: &[TermId], times: u64) -> ControlFlow<()> {
        for (id, slot) in self.key.iter_mut().zip(self.keys) {
            *id = row[*slot];
        }
        if self.all.get(self.last).is_none_or(|group| group.key != self.key) {
            self.last = match self.index.get(&self.key) {
                Some(known) => *known,
                None if self.all.len() == GROUPS_MAX => return ControlFlow::Break(()),
                None => self.begin(),
            };
        }
        for (asked, total) in self.asked.iter().zip(&mut self.all[self.last].totals) {
            total.add(*asked, row, times, self.dataset)?;
        }
        ControlFlow::Continue(())
    }
}

fn columns(keys: &[Variable], aggregates: &[(Variable, AggregateExpression)]) -> Vec<Variable> {
    keys.iter().chain(aggregates.iter().map(|(variable, _)| variable)).cloned().collect()
}

/// What a query wants to know of a group.
#[derive(Clone, Copy)]
enum Asked {
    Count,
    CountDistinct(usize),
    Sum(usize),
}

impl Asked {
    fn of(aggregate: &AggregateExpression, conjunction: &Conjunction) -> Option<Self> {
        let AggregateExpression::FunctionCall { name, expr, distinct } = aggregate else {
            let is_count = *aggregate == AggregateExpression::CountSolutions { distinct: false };
            return is_count.then_some(Self::Count);
        };
        let Expression::Variable(variable) = expr else { return None };
        let slot = conjunction.slot_of(variable)?;
        match (name, distinct) {
            (AggregateFunction::Count, false) => Some(Self::Count),
            (AggregateFunction::Count, true) => Some(Self::CountDistinct(slot)),
            (AggregateFunction::Sum, false) => Some(Self::Sum(slot)),
            _ => None,
        }
    }

    fn slot(self) -> Option<usize> {
        match self {
            Self::Count => None,
            Self::CountDistinct(slot) | Self::Sum(slot) => Some(slot),
        }
    }

    fn none(self) -> Total {
        match self {
            Self::Count => Total::Count(0),
            Self::CountDistinct(_) => Total::Distinct(FxHashSet::default()),
            Self::Sum(_) => Total::Sum(Sum::default()),
        }
    }
}

/// What is known of a group so far.
enum Total {
    Count(u64),
    Distinct(FxHashSet<TermId>),
    Sum(Sum),
}

impl Total {
    fn add(
        &mut self,
        asked: Asked,
        row: &[TermId],
        times: u64,
        dataset: &ReadableDataset,
    ) -> ControlFlow<()> {
        match (self, asked) {
            (Self::Count(count), _) => *count += times,
            (Self::Distinct(ids), Asked::CountDistinct(slot)) => {
                ids.insert(row[slot]);
            }
            (Self::Sum(sum), Asked::Sum(slot)) => {
                let value = dataset.value(row[slot]);
                for _ in 0..times {
                    match sum.plus(value) {
                        Some(more) => *sum = more,
                        None => return ControlFlow::Break(()),
                    }
                }
            }
            (Self::Distinct(_) | Self::Sum(_), _) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn value(&self) -> Option<GroundTerm> {
        let count = |count: u64| Literal::new_typed_literal(count.to_string(), xsd::INTEGER);
        Some(match self {
            Self::Count(times) => count(*times).into(),
            Self::Distinct(ids) => count(ids.len() as u64).into(),
            Self::Sum(sum) => sum.literal()?.into(),
        })
    }
}

/// A sum, and the sums of what was added without signs, which bound it however it is ordered.
#[derive(Clone, Copy)]
struct Sum {
    integers: Integer,
    integers_unsigned: Integer,
    decimals: Decimal,
    all_unsigned: Decimal,
    has_decimals: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            integers: Integer::from(0),
            integers_unsigned: Integer::from(0),
            decimals: Decimal::from(0),
            all_unsigned: Decimal::from(0),
            has_decimals: false,
        }
    }
}

impl Sum {
    fn plus(self, value: Value) -> Option<Self> {
        match value {
            Value::Integer(value) => Some(Self {
                integers: self.integers.checked_add(value)?,
                integers_unsigned: self.integers_unsigned.checked_add(value.checked_abs()?)?,
                all_unsigned: self.all_unsigned.checked_add(value.checked_abs()?)?,
                ..self
            }),
            Value::Decimal(value) => Some(Self {
                decimals: self.decimals.checked_add(value)?,
                all_unsigned: self.all_unsigned.checked_add(value.checked_abs()?)?,
                has_decimals: true,
                ..self
            }),
            _ => None,
        }
    }

    fn literal(&self) -> Option<Literal> {
        if !self.has_decimals {
            return Some(Literal::new_typed_literal(self.integers.to_string(), xsd::INTEGER));
        }
        let sum = self.decimals.checked_add(self.integers)?;
        Some(Literal::new_typed_literal(sum.to_string(), xsd::DECIMAL))
    }
}

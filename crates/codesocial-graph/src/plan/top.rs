//! Of what is ordered, the first rows only: while a query's rows are found as ids, no more of them
//! are kept than its `LIMIT` and `OFFSET` let through.
//!
//! Equal, because what comes between the triple patterns and the order, `OPTIONAL` and `BIND`,
//! takes no row away and changes no variable that the order looks at; because keys are compared
//! only where the evaluator's comparison of them is a total order; and because rows with equal keys
//! may come in any order. Here they come in the order of their ids, so that one page follows on
//! another.

use super::Plan;
use super::conjunction::Conjunction;
use super::walk::{Interest, Visitor, walk};
use crate::queryable::ReadableDataset;
use crate::term::{TermId, Value};
use codesocial_rdf::skolem;
use oxrdf::vocab::xsd;
use oxrdf::{TermRef, Variable};
use oxsdatatypes::Decimal;
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};
use spargebra::term::GroundTerm;
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// Beyond so many rows the evaluator sorts them all.
const ROWS_MAX: usize = 10_000;

impl Plan<'_> {
    pub(super) fn top(&self, pattern: &mut GraphPattern) {
        let GraphPattern::Slice { inner, start, length: Some(length) } = pattern else { return };
        let Some(wanted) = start.checked_add(*length).filter(|rows| (1..=ROWS_MAX).contains(rows))
        else {
            return;
        };
        let GraphPattern::Project { inner, .. } = &mut **inner else { return };
        let GraphPattern::OrderBy { inner, expression } = &mut **inner else { return };
        let Some(keys) = expression.iter().map(Key::of).collect::<Option<Vec<_>>>() else { return };
        let Some(ordered) = beneath(inner, &keys) else { return };
        if let Some(values) = self.first_rows(ordered, &keys, wanted) {
            *ordered = values;
        }
    }

    fn first_rows(
        &self,
        pattern: &GraphPattern,
        keys: &[Key<'_>],
        wanted: usize,
    ) -> Option<GraphPattern> {
        let conjunction = Conjunction::of(pattern, &self.estimates)?;
        let by: Vec<(usize, bool)> = keys
            .iter()
            .map(|key| Some((conjunction.slot_of(key.variable)?, key.is_descending)))
            .collect::<Option<_>>()?;
        let interest = Interest {
            told_apart: (0..conjunction.variables().len()).collect(),
            watched: by.iter().map(|(slot, _)| *slot).collect(),
        };
        let mut first = FirstRows::new(RowOrder { dataset: self.dataset, by }, wanted);
        if walk(&conjunction, self.dataset, &self.pulse, &interest, &mut first).is_break() {
            return None;
        }
        let bindings = first.into_rows().into_iter().map(|row| {
            let row = row.iter().map(|id| self.value(*id).map(Some));
            row.collect::<Option<Vec<Option<GroundTerm>>>>()
        });
        Some(GraphPattern::Values {
            variables: conjunction.variables().to_vec(),
            bindings: bindings.collect::<Option<_>>()?,
        })
    }
}

struct Key<'a> {
    variable: &'a Variable,
    is_descending: bool,
}

impl<'a> Key<'a> {
    fn of(by: &'a OrderExpression) -> Option<Self> {
        match by {
            OrderExpression::Asc(Expression::Variable(variable)) => {
                Some(Self { variable, is_descending: false })
            }
            OrderExpression::Desc(Expression::Variable(variable)) => {
                Some(Self { variable, is_descending: true })
            }
            OrderExpression::Asc(_) | OrderExpression::Desc(_) => None,
        }
    }
}

/// The part of an ordered pattern that alone says which rows come first.
fn beneath<'a>(
    mut pattern: &'a mut GraphPattern,
    keys: &[Key<'_>],
) -> Option<&'a mut GraphPattern> {
    loop {
        match pattern {
            GraphPattern::LeftJoin { left, .. } => pattern = left,
            GraphPattern::Extend { inner, variable, .. } => {
                if keys.iter().any(|key| key.variable == variable) {
                    return None;
                }
                pattern = inner;
            }
            GraphPattern::Bgp { .. } | GraphPattern::Join { .. } => return Some(pattern),
            _ => return None,
        }
    }
}

/// The rows that come first so far, and what is seldom more of them.
struct FirstRows<'a> {
    order: RowOrder<'a>,
    wanted: usize,
    rows: Vec<Box<[TermId]>>,
    /// As many rows as are wanted come before this one, or it is the last of them.
    bar: Option<Box<[TermId]>>,
    /// For each key, what all its values must be to be compared.
    classes: Vec<Option<Class>>,
}

impl<'a> FirstRows<'a> {
    fn new(order: RowOrder<'a>, wanted: usize) -> Self {
        let classes = vec![None; order.by.len()];
        Self { order, wanted, rows: Vec::new(), bar: None, classes }
    }

    const SPARE: usize = 64;

    fn drop_late(&mut self) {
        let last = self.wanted - 1;
        let (_, bar, _) =
            self.rows.select_nth_unstable_by(last, |one, other| self.order.compare(one, other));
        self.bar = Some(bar.clone());
        self.rows.truncate(self.wanted);
    }

    fn into_rows(mut self) -> Vec<Box<[TermId]>> {
        self.rows.sort_unstable_by(|one, other| self.order.compare(one, other));
        self.rows.truncate(self.wanted);
        self.rows
    }
}

impl Visitor for FirstRows<'_> {
    /// `Break` where the values of a key are not all in one order.
    fn skips(&mut self, row: &[TermId]) -> ControlFlow<(), bool> {
        for ((slot, _), class) in self.order.by.iter().zip(&mut self.classes) {
            match Class::of(row[*slot], self.order.dataset) {
                Some(own) if *class.get_or_insert(own) == own => {}
                _ => return ControlFlow::Break(()),
            }
        }
        let bar = self.bar.as_deref();
        ControlFlow::Continue(bar.is_some_and(|bar| self.order.compare_keys(row, bar).is_gt()))
    }

    fn visit(&mut self, row: &[TermId], times: u64) -> ControlFlow<()> {
        if self.skips(row)? {
            return ControlFlow::Continue(());
        }
        for _ in 0..times {
            self.rows.push(row.into());
            if self.rows.len() >= 2 * self.wanted + Self::SPARE {
                self.drop_late();
            }
        }
        ControlFlow::Continue(())
    }
}

/// The order of rows by the values in some of their slots, then by their ids: a total one.
struct RowOrder<'a> {
    dataset: &'a ReadableDataset,
    /// Slots, and whether the greatest value comes first.
    by: Vec<(usize, bool)>,
}

impl RowOrder<'_> {
    fn compare(&self, one: &[TermId], other: &[TermId]) -> Ordering {
        self.compare_keys(one, other).then_with(|| one.cmp(other))
    }

    fn compare_keys(&self, one: &[TermId], other: &[TermId]) -> Ordering {
        for (slot, is_descending) in &self.by {
            let ordering = compare(one[*slot], other[*slot], self.dataset);
            if ordering.is_ne() {
                return if *is_descending { ordering.reverse() } else { ordering };
            }
        }
        Ordering::Equal
    }
}

/// Terms that the evaluator compares by one total order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Integers and decimals: no value of these is without an order.
    Number,
    /// Moments are compared where all of them have a time zone, or none has.
    DateTime {
        has_zone: bool,
    },
    Date {
        has_zone: bool,
    },
    /// Strings, with languages or without.
    Text,
    Iri,
}

impl Class {
    fn of(id: TermId, dataset: &ReadableDataset) -> Option<Self> {
        match dataset.value(id) {
            Value::Integer(_) | Value::Decimal(_) => Some(Self::Number),
            Value::DateTime(value) => {
                Some(Self::DateTime { has_zone: value.timezone_offset().is_some() })
            }
            Value::Date(value) => Some(Self::Date { has_zone: value.timezone_offset().is_some() }),
            Value::Boolean(_) | Value::Float(_) | Value::Double(_) | Value::Time(_) => None,
            Value::None => match dataset.term(id) {
                TermRef::NamedNode(iri) if skolem::blank(iri).is_none() => Some(Self::Iri),
                TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
                TermRef::Literal(literal) => {
                    let is_text = literal.language().is_some() || literal.datatype() == xsd::STRING;
                    is_text.then_some(Self::Text)
                }
            },
        }
    }
}

/// The order of two terms of one class.
fn compare(one: TermId, other: TermId, dataset: &ReadableDataset) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let decimal = |value| match value {
        Value::Integer(value) => Some(Decimal::from(value)),
        Value::Decimal(value) => Some(value),
        _ => None,
    };
    match (dataset.value(one), dataset.value(other)) {
        (Value::DateTime(one), Value::DateTime(other)) => one.partial_cmp(&other),
        (Value::Date(one), Value::Date(other)) => one.partial_cmp(&other),
        (Value::None, Value::None) => {
            return text(dataset.term(one)).cmp(&text(dataset.term(other)));
        }
        (one, other) => decimal(one).partial_cmp(&decimal(other)),
    }
    .unwrap_or(Ordering::Equal)
}

/// Literals are ordered by value, then datatype, then language; `rdf:langString` comes before
/// `xsd:string`.
fn text(term: TermRef<'_>) -> (&str, bool, Option<&str>) {
    match term {
        TermRef::NamedNode(iri) => (iri.as_str(), false, None),
        TermRef::BlankNode(node) => (node.as_str(), false, None),
        TermRef::Literal(literal) => {
            (literal.value(), literal.language().is_none(), literal.language())
        }
    }
}

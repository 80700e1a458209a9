//! Literals as values in the order of SPARQL's `<`.
//!
//! Invariant: two values of kinds that SPARQL does not compare, and ill-formed literals, have no
//! order; SHACL counts that as a violation.

use crate::datatype::{LexicalSpace, month_day};
use oxrdf::vocab::xsd;
use oxrdf::{LiteralRef, TermRef};
use oxsdatatypes::{
    Date, DateTime, Decimal, Double, Duration, GDay, GMonth, GYear, GYearMonth, Time,
};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value that may have an order with others of its kind.
#[derive(Clone, Debug)]
pub(crate) enum Comparable<'a> {
    Text(Cow<'a, str>),
    Boolean(bool),
    Decimal(Decimal),
    Double(Double),
    DateTime(DateTime),
    Date(Date),
    Time(Time),
    Duration(Duration),
    GYear(GYear),
    GYearMonth(GYearMonth),
    GMonth(GMonth),
    GMonthDay(Date),
    GDay(GDay),
}

impl<'a> Comparable<'a> {
    pub(crate) fn of(term: TermRef<'a>) -> Option<Self> {
        let TermRef::Literal(literal) = term else { return None };
        Self::of_literal(literal)
    }

    pub(crate) fn of_literal(literal: LiteralRef<'a>) -> Option<Self> {
        let lexical = literal.value();
        if literal.datatype() == xsd::STRING {
            return Some(Self::Text(Cow::Borrowed(lexical)));
        }
        let space = LexicalSpace::of(literal.datatype());
        if !space.contains(lexical) {
            return None;
        }
        Some(match space {
            LexicalSpace::Boolean => Self::Boolean(matches!(lexical, "true" | "1")),
            LexicalSpace::Integer { .. } | LexicalSpace::Decimal => match lexical.parse() {
                Ok(decimal) => Self::Decimal(decimal),
                // Beyond what a decimal holds, an approximation keeps the order of magnitude.
                Err(_) => Self::Double(lexical.parse().ok()?),
            },
            LexicalSpace::Double => Self::Double(lexical.parse().ok()?),
            LexicalSpace::DateTime | LexicalSpace::DateTimeStamp => {
                Self::DateTime(lexical.parse().ok()?)
            }
            LexicalSpace::Date => Self::Date(lexical.parse().ok()?),
            LexicalSpace::Time => Self::Time(lexical.parse().ok()?),
            LexicalSpace::Duration
            | LexicalSpace::YearMonthDuration
            | LexicalSpace::DayTimeDuration => Self::Duration(lexical.parse().ok()?),
            LexicalSpace::GYear => Self::GYear(lexical.parse().ok()?),
            LexicalSpace::GYearMonth => Self::GYearMonth(lexical.parse().ok()?),
            LexicalSpace::GMonth => Self::GMonth(lexical.parse().ok()?),
            LexicalSpace::GMonthDay => Self::GMonthDay(month_day(lexical)?),
            LexicalSpace::GDay => Self::GDay(lexical.parse().ok()?),
            LexicalSpace::NormalizedString
            | LexicalSpace::Token
            | LexicalSpace::Language
            | LexicalSpace::Name
            | LexicalSpace::NcName
            | LexicalSpace::NmToken => Self::Text(Cow::Borrowed(lexical)),
            LexicalSpace::Any
            | LexicalSpace::LanguageTagged
            | LexicalSpace::HexBinary
            | LexicalSpace::Base64Binary => return None,
        })
    }

    pub(crate) fn into_owned(self) -> Comparable<'static> {
        match self {
            Self::Text(text) => Comparable::Text(Cow::Owned(text.into_owned())),
            Self::Boolean(value) => Comparable::Boolean(value),
            Self::Decimal(value) => Comparable::Decimal(value),
            Self::Double(value) => Comparable::Double(value),
            Self::DateTime(value) => Comparable::DateTime(value),
            Self::Date(value) => Comparable::Date(value),
            Self::Time(value) => Comparable::Time(value),
            Self::Duration(value) => Comparable::Duration(value),
            Self::GYear(value) => Comparable::GYear(value),
            Self::GYearMonth(value) => Comparable::GYearMonth(value),
            Self::GMonth(value) => Comparable::GMonth(value),
            Self::GMonthDay(value) => Comparable::GMonthDay(value),
            Self::GDay(value) => Comparable::GDay(value),
        }
    }
}

impl PartialEq for Comparable<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Comparable<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Boolean(a), Self::Boolean(b)) => Some(a.cmp(b)),
            (Self::Decimal(a), Self::Decimal(b)) => a.partial_cmp(b),
            (Self::Decimal(a), Self::Double(b)) => Double::from(*a).partial_cmp(b),
            (Self::Double(a), Self::Decimal(b)) => a.partial_cmp(&Double::from(*b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::DateTime(a), Self::DateTime(b)) => a.partial_cmp(b),
            (Self::Date(a), Self::Date(b)) => a.partial_cmp(b),
            (Self::Time(a), Self::Time(b)) => a.partial_cmp(b),
            (Self::Duration(a), Self::Duration(b)) => a.partial_cmp(b),
            (Self::GYear(a), Self::GYear(b)) => a.partial_cmp(b),
            (Self::GYearMonth(a), Self::GYearMonth(b)) => a.partial_cmp(b),
            (Self::GMonth(a), Self::GMonth(b)) => a.partial_cmp(b),
            (Self::GMonthDay(a), Self::GMonthDay(b)) => a.partial_cmp(b),
            (Self::GDay(a), Self::GDay(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

//! The expressions that an expression is made of, for all that walks the algebra of a query.
//! The pattern of `EXISTS` is none of them.

use spargebra::algebra::Expression;

/// To read or to change: the same match, with the borrows of either.
macro_rules! operands {
    ($expression:ident, $borrow:ident, $iter:ident) => {
        match $expression {
            Expression::NamedNode(_)
            | Expression::Literal(_)
            | Expression::Variable(_)
            | Expression::Bound(_)
            | Expression::Exists(_) => Vec::new(),
            Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
                vec![a.$borrow()]
            }
            Expression::Or(a, b)
            | Expression::And(a, b)
            | Expression::Equal(a, b)
            | Expression::SameTerm(a, b)
            | Expression::Greater(a, b)
            | Expression::GreaterOrEqual(a, b)
            | Expression::Less(a, b)
            | Expression::LessOrEqual(a, b)
            | Expression::Add(a, b)
            | Expression::Subtract(a, b)
            | Expression::Multiply(a, b)
            | Expression::Divide(a, b) => vec![a.$borrow(), b.$borrow()],
            Expression::If(a, b, c) => vec![a.$borrow(), b.$borrow(), c.$borrow()],
            Expression::In(a, list) => {
                let mut operands = vec![a.$borrow()];
                operands.extend(list.$iter());
                operands
            }
            Expression::Coalesce(list) | Expression::FunctionCall(_, list) => {
                list.$iter().collect()
            }
        }
    };
}

pub(super) fn operands(expression: &Expression) -> Vec<&Expression> {
    operands!(expression, as_ref, iter)
}

pub(super) fn operands_mut(expression: &mut Expression) -> Vec<&mut Expression> {
    operands!(expression, as_mut, iter_mut)
}

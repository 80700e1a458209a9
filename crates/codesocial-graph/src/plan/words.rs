//! `?text search:matches "words"`, which no data says: that a text of the graph holds some words.
//!
//! It stands for the distinct objects of the graph of which the function of the same name is true;
//! where a triple beside it has the text as its object, for that condition on the text. So a text
//! is found only where a triple that may be read has it.

use super::Plan;
use super::parts::{expressions_mut, operands_mut, patterns_mut};
use super::values::source;
use crate::term::TermId;
use crate::text::Words;
use codesocial_rdf::vocab::search;
use oxrdf::{Literal, Variable};
use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::mem;

/// Beyond so many texts a list of them is no help.
const TEXTS_MAX: usize = 20_000;
/// How many texts can be listed while one is taken apart into words.
const TEXTS_PER_ROW: f64 = 20.0;

/// Puts into the words of SPARQL what it says by the predicate, in the whole query.
pub(super) fn spell_out(pattern: &mut GraphPattern) {
    if let GraphPattern::Bgp { patterns } = pattern
        && patterns.iter().any(|triple| Wanted::of(triple).is_some())
    {
        let (wanted, triples): (Vec<_>, Vec<_>) =
            mem::take(patterns).into_iter().partition(|triple| Wanted::of(triple).is_some());
        let wanted: Vec<Wanted> = wanted.iter().filter_map(Wanted::of).collect();
        *pattern = wanted.into_iter().fold(GraphPattern::Bgp { patterns: triples }, Wanted::from);
        return;
    }
    patterns_mut(pattern).into_iter().for_each(spell_out);
    expressions_mut(pattern).into_iter().for_each(spell_out_exists);
}

fn spell_out_exists(expression: &mut Expression) {
    if let Expression::Exists(pattern) = expression {
        spell_out(pattern);
    }
    operands_mut(expression).into_iter().for_each(spell_out_exists);
}

/// What a triple of that predicate asks for.
struct Wanted {
    text: Variable,
    words: Literal,
}

impl Wanted {
    fn of(triple: &TriplePattern) -> Option<Self> {
        let NamedNodePattern::NamedNode(predicate) = &triple.predicate else { return None };
        if *predicate != search::MATCHES {
            return None;
        }
        let text = match &triple.subject {
            TermPattern::Variable(variable) => variable.clone(),
            TermPattern::BlankNode(node) => Variable::new_unchecked(format!("{} ", node.as_str())),
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => return None,
        };
        let TermPattern::Literal(words) = &triple.object else { return None };
        Some(Self { text, words: words.clone() })
    }

    /// The solutions of a pattern that it holds in.
    fn from(mut pattern: GraphPattern, wanted: Self) -> GraphPattern {
        let Self { text, words } = wanted;
        let function = Function::Custom(search::MATCHES.into_owned());
        let arguments = vec![Expression::Variable(text.clone()), words.into()];
        let expr = Expression::FunctionCall(function, arguments);
        if source(&mut pattern, &text).is_some() {
            return GraphPattern::Filter { expr, inner: Box::new(pattern) };
        }
        let named = |part: &str| Variable::new_unchecked(format!("{} {part}", text.as_str()));
        let anywhere = TriplePattern {
            subject: named("subject").into(),
            predicate: named("predicate").into(),
            object: text.clone().into(),
        };
        let inner = Box::new(GraphPattern::Bgp { patterns: vec![anywhere] });
        let inner = Box::new(GraphPattern::Filter { expr, inner });
        let inner = Box::new(GraphPattern::Project { inner, variables: vec![text] });
        let texts = GraphPattern::Distinct { inner };
        match pattern {
            GraphPattern::Bgp { patterns } if patterns.is_empty() => texts,
            pattern => GraphPattern::Join { left: Box::new(pattern), right: Box::new(texts) },
        }
    }
}

impl Plan<'_> {
    /// The texts of which a condition is true, where it asks for words and the index is a better
    /// way to them than so many rows.
    pub(super) fn texts(&self, condition: &Expression, rows: f64) -> Option<Vec<TermId>> {
        let Expression::FunctionCall(Function::Custom(function), arguments) = condition else {
            return None;
        };
        let [Expression::Variable(_), Expression::Literal(words)] = &arguments[..] else {
            return None;
        };
        if *function != search::MATCHES {
            return None;
        }
        let words = Words::of(words.value(), words.language());
        let texts = self.dataset.texts_with(&words);
        let is_better = texts.len() <= TEXTS_MAX && texts.len() as f64 <= rows * TEXTS_PER_ROW;
        is_better.then_some(texts)
    }
}

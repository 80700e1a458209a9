//! What a violation does to a write. The policy is data of the shapes graph:
//! `<{base}/shapes/actors> cs:policy cs:warn`, and `cs:enforce` where it says nothing.

use crate::Rejection;
use codesocial_rdf::vocab::cs;
use oxrdf::{GraphName, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use std::collections::HashMap;

/// The policies, the strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Policy {
    /// Nothing is judged by these shapes.
    Off,
    /// Violations are kept and told, as warnings are.
    Warn,
    /// A violation that the state before did not have refuses.
    NoWorse,
    /// A violation on a node that the change concerns refuses.
    Enforce,
}

impl Policy {
    const NAMED: [(NamedNodeRef<'static>, Self); 4] = [
        (cs::OFF, Self::Off),
        (cs::WARN, Self::Warn),
        (cs::NO_WORSE, Self::NoWorse),
        (cs::ENFORCE, Self::Enforce),
    ];

    /// What a shapes graph says of itself.
    pub(crate) fn of(name: &GraphName, triples: &[Triple]) -> Result<Self, Rejection> {
        let GraphName::NamedNode(graph) = name else { return Ok(Self::Enforce) };
        let subject = NamedOrBlankNode::from(graph.clone());
        let mut stated =
            triples.iter().filter(|t| t.subject == subject && t.predicate == cs::POLICY);
        let malformed = |why: &str| Rejection::MalformedShapes(format!("{graph} cs:policy: {why}"));
        match (stated.next(), stated.next()) {
            (None, _) => Ok(Self::Enforce),
            (Some(_), Some(_)) => Err(malformed("it has several")),
            (Some(Triple { object, .. }), None) => {
                let named = Self::NAMED.iter().find(|(name, _)| *object == Term::from(*name));
                let unknown = || {
                    let known = "none of cs:enforce, cs:no-worse, cs:warn and cs:off";
                    malformed(&format!("{object} is {known}"))
                };
                named.map(|(_, policy)| *policy).ok_or_else(unknown)
            }
        }
    }
}

/// The policy of each shape: that of the graph that states it, of several the strictest.
#[derive(Debug, Default)]
pub(crate) struct Policies(HashMap<NamedOrBlankNode, Policy>);

impl Policies {
    /// Takes in that a graph of that policy states something of a node.
    pub(crate) fn note(&mut self, node: &NamedOrBlankNode, policy: Policy) {
        let known = self.0.entry(node.clone()).or_insert(policy);
        *known = policy.max(*known);
    }

    pub(crate) fn of(&self, shape: &NamedOrBlankNode) -> Policy {
        self.0.get(shape).copied().unwrap_or(Policy::Enforce)
    }
}

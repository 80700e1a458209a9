//! Violations on request: each breaks one rule, at one node, and nothing else.

use super::document::{Document, date, french, instant, term};
use oxrdf::{Literal, NamedNode, Term};

/// A rule that is broken on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule's number.
    pub rule: &'static str,
    /// The shape that reports it, as a prefixed name.
    pub shape: &'static str,
    /// The node that it is reported on.
    pub focus: NamedNode,
}

/// How a document of a container breaks a rule.
struct Break {
    container: &'static str,
    rule: &'static str,
    shape: &'static str,
    /// The part of the document that breaks it, or the document itself.
    part: Option<&'static str>,
    property: &'static str,
    /// What it says instead of what it said.
    value: fn(&Document) -> Option<Term>,
}

const BREAKS: &[Break] = &[
    Break {
        container: "organizations",
        rule: "R04",
        shape: "css:Organization-homePage",
        part: None,
        property: "pair:homePage",
        value: |_| Some(Literal::new_simple_literal("atelier").into()),
    },
    Break {
        container: "intentions",
        rule: "R20",
        shape: "css:Intention-commitment",
        part: None,
        property: "cs:commitment",
        value: |_| None,
    },
    Break {
        container: "actions",
        rule: "R24",
        shape: "css:Action-dates",
        part: None,
        property: "pair:endDate",
        value: |_| Some(date("2025-12-31").into()),
    },
    Break {
        container: "assessments",
        rule: "R25",
        shape: "css:CoherenceAssessment-score",
        part: None,
        property: "cs:coherenceScore",
        value: |_| Some(Literal::from(3).into()),
    },
    Break {
        container: "flows",
        rule: "R78",
        shape: "css:Rating-value",
        part: Some("appreciation"),
        property: "cs:ratingValue",
        value: |_| Some(Literal::from(3).into()),
    },
    Break {
        container: "flows",
        rule: "R71",
        shape: "css:WealthFlow-distinct",
        part: None,
        property: "vf:receiver",
        value: |flow| value_of(flow, &flow.iri, "vf:provider"),
    },
    Break {
        container: "needs",
        rule: "R60",
        shape: "css:Need-no-offerer",
        part: None,
        property: "cs:offerer",
        value: |need| value_of(need, &need.iri, "cs:needer"),
    },
    Break {
        container: "credentials",
        rule: "R53",
        shape: "css:Credential-validity",
        part: None,
        property: "cred:validUntil",
        value: |_| Some(instant("2025-01-01T00:00:00Z").into()),
    },
    Break {
        container: "seeds",
        rule: "R36",
        shape: "css:KnowledgeSeed-question-fr",
        part: None,
        property: "cs:question",
        value: |_| Some(french("Pas une question").into()),
    },
    Break {
        container: "events",
        rule: "R83",
        shape: "css:Event-dates",
        part: None,
        property: "pair:endDate",
        value: |_| Some(date("2025-12-31").into()),
    },
];

/// Breaks a rule in a document, where one of them can be broken there.
pub(super) fn insert(document: &mut Document) -> Option<Fault> {
    let (chosen, focus) = BREAKS.iter().find_map(|chosen| {
        let focus = match chosen.part {
            None => document.iri.clone(),
            Some(part) => NamedNode::new_unchecked(format!("{}#{part}", document.iri.as_str())),
        };
        let is_there = document.triples.iter().any(|t| t.subject == focus.clone().into());
        (chosen.container == document.container && is_there).then_some((chosen, focus))
    })?;
    let value = (chosen.value)(document);
    let property = term(chosen.property);
    document
        .triples
        .retain(|triple| triple.subject != focus.clone().into() || triple.predicate != property);
    if let Some(value) = value {
        document.of(&focus, chosen.property, value);
    }
    Some(Fault { rule: chosen.rule, shape: chosen.shape, focus })
}

fn value_of(document: &Document, subject: &NamedNode, property: &str) -> Option<Term> {
    let property = term(property);
    let mut said = document.triples.iter();
    said.find(|triple| triple.subject == subject.clone().into() && triple.predicate == property)
        .map(|triple| triple.object.clone())
}

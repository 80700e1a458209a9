//! What a validation found, in terms. <https://www.w3.org/TR/shacl/#validation-report>
//!
//! Invariant: results stand in one order whatever the order of evaluation was, so that equal
//! reports print equal bytes.

mod message;
mod rdf;

pub use self::message::Lang;

use crate::compact::Prefixes;
use crate::eval::{Actual, Finding};
use crate::ground::{Ground, Id};
use crate::model::{Component, Constant, Constraint, Severity, ShapeId, Shapes};
use crate::path::Path;
use crate::sparql::{Said, Source, SparqlConstraint};
use crate::view::GraphView;
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Report {
    /// Whether there is no result, of any severity (SHACL §3.6.1.1).
    pub conforms: bool,
    /// Ordered by shape, focus node, path, component and value.
    pub results: Vec<ValidationResult>,
    prefixes: Arc<Prefixes>,
}

/// One failed constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationResult {
    pub source_shape: NamedOrBlankNode,
    pub focus: Term,
    pub path: Option<Path<NamedNode>>,
    pub component: Component,
    pub value: Option<Term>,
    pub severity: Severity,
    /// What the constraint asks for, written short.
    pub expected: String,
    /// What was found, where it is not the value: a count, a language, another value.
    pub found: Option<String>,
    /// What the shape or its query says.
    pub shape_messages: Vec<Literal>,
    /// The constraint with a query that failed.
    pub source_constraint: Option<NamedOrBlankNode>,
    /// `sh:resultAnnotation`.
    pub annotations: Vec<(NamedNode, Term)>,
}

impl Report {
    pub(crate) fn new(shapes: &Shapes) -> Self {
        Self { conforms: true, results: Vec::new(), prefixes: Arc::clone(&shapes.prefixes) }
    }

    /// The report that tells these results of the shapes.
    pub fn of(shapes: &Shapes, results: Vec<ValidationResult>) -> Self {
        Self { results, ..Self::new(shapes) }.finished()
    }

    /// Whether a result refuses what was validated: one of severity `sh:Violation`.
    pub fn blocks(&self) -> bool {
        self.results.iter().any(|result| result.severity.blocks())
    }

    /// One line for each result: `:org :purpose: MinCount — at least 1 value expected, 0 found`.
    pub fn to_text(&self, language: Lang) -> String {
        if self.conforms {
            return message::conforms(language).to_owned();
        }
        self.lines(language).collect::<Vec<_>>().join("\n")
    }

    /// The line of each result, in their order.
    pub fn lines(&self, language: Lang) -> impl Iterator<Item = String> {
        self.results.iter().map(move |result| result.to_line(&self.prefixes, language))
    }

    pub(crate) fn add<V: GraphView>(
        &mut self,
        ground: &Ground<'_, V>,
        finding: &Finding<'_, V::Node>,
    ) {
        let short = |id: Id<V::Node>| ground.read(id, |term| self.prefixes.term(term));
        let found = match &finding.actual {
            Actual::Value => None,
            Actual::Count(count) => Some(count.to_string()),
            Actual::Language(language) => Some(language.clone()),
            Actual::Other(other) => Some(short(*other)),
        };
        let predicate = finding.predicate.and_then(|id| match ground.term(id) {
            Term::NamedNode(predicate) => Some(Path::Predicate(predicate)),
            Term::BlankNode(_) | Term::Literal(_) => None,
        });
        let expected = expected(finding.constraint, &finding.component, ground.shapes);
        let mut result = ValidationResult {
            source_shape: finding.shape.node.clone(),
            focus: ground.term(finding.focus),
            path: predicate.or_else(|| finding.shape.path.as_ref().map(Path::plain)),
            component: finding.component.clone(),
            value: finding.value.map(|value| ground.term(value)),
            severity: finding.shape.severity.clone(),
            expected,
            found,
            shape_messages: finding.shape.messages.clone(),
            source_constraint: None,
            annotations: Vec::new(),
        };
        if let Constraint::Sparql(constraint) = finding.constraint {
            result.take(Said::new(ground, finding, constraint), constraint);
        }
        self.results.push(result);
    }

    pub(crate) fn finished(mut self) -> Self {
        self.results.sort_by_cached_key(ValidationResult::rank);
        self.conforms = self.results.is_empty();
        self
    }
}

impl ValidationResult {
    /// Completes the result of a query.
    fn take(&mut self, said: Said, constraint: &SparqlConstraint) {
        self.value = said.value;
        self.path = said.path.map(Path::Predicate).or(self.path.take());
        self.shape_messages = said.messages;
        self.annotations = said.annotations;
        if let Some(severity) = &constraint.severity {
            self.severity = severity.clone();
        }
        if let Source::Constraint(node) = &constraint.source {
            self.source_constraint = Some(node.clone());
        }
    }

    /// Labels of anonymous shapes change with each parse, so they rank alike.
    fn rank(&self) -> impl Ord + use<> {
        let shape = match &self.source_shape {
            NamedOrBlankNode::NamedNode(iri) => iri.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(_) => String::new(),
        };
        (
            shape,
            self.focus.to_string(),
            self.path.as_ref().map(|path| path.display(&Prefixes::default())),
            self.component.clone(),
            self.value.as_ref().map(ToString::to_string),
            self.found.clone(),
            self.expected.clone(),
            self.shape_messages.iter().map(ToString::to_string).collect::<Vec<_>>(),
        )
    }

    fn to_line(&self, prefixes: &Prefixes, language: Lang) -> String {
        let path = self.path.as_ref().map(|path| format!(" {}", path.display(prefixes)));
        let severity = match &self.severity {
            Severity::Violation => String::new(),
            other => format!(" ({})", prefixes.iri(other.iri().as_ref())),
        };
        let messages = self.messages_with(prefixes, Some(language));
        let messages: Vec<&str> = messages.iter().map(Literal::value).collect();
        let component = match &self.component {
            Component::Declared(iri) => prefixes.iri(iri.as_ref()),
            own => format!("{own:?}"),
        };
        format!(
            "{focus}{path}: {component}{severity} — {message}",
            focus = prefixes.term(self.focus.as_ref()),
            path = path.unwrap_or_default(),
            message = messages.join(" / "),
        )
    }
}

/// Members of a list that a result names.
const EXPECTED_MEMBERS_MAX: usize = 16;
/// Characters that a result spends on what was expected.
const EXPECTED_CHARS_MAX: usize = 1_000;

/// What a constraint asks for, in a form that reads the same in every language.
fn expected(constraint: &Constraint, component: &Component, shapes: &Shapes) -> String {
    let prefixes = &shapes.prefixes;
    let named = |&id: &ShapeId| match &shapes[id].node {
        NamedOrBlankNode::NamedNode(iri) => prefixes.iri(iri.as_ref()),
        NamedOrBlankNode::BlankNode(_) => "[]".to_owned(),
    };
    let iri = |constant: &Constant<NamedNode>| prefixes.iri(constant.term.as_ref());
    let text = match constraint {
        Constraint::Class(classes) | Constraint::RootClass(classes) => any_of(classes, iri),
        Constraint::UniqueValuesFor(key) => listed(&key.properties, iri),
        Constraint::Equals(iri)
        | Constraint::Disjoint(iri)
        | Constraint::LessThan(iri)
        | Constraint::LessThanOrEquals(iri)
        | Constraint::SubsetOf(iri) => prefixes.iri(iri.term.as_ref()),
        Constraint::Datatype(datatypes) => any_of(datatypes, |own| prefixes.iri(own.0.as_ref())),
        Constraint::NodeKind(kinds) => {
            let kinds =
                [(kinds.iri, "IRI"), (kinds.blank_node, "BlankNode"), (kinds.literal, "Literal")];
            kinds.iter().filter(|kind| kind.0).map(|kind| kind.1).collect::<Vec<_>>().join(" | ")
        }
        Constraint::MinCount(count)
        | Constraint::MaxCount(count)
        | Constraint::MinLength(count)
        | Constraint::MaxLength(count) => count.to_string(),
        Constraint::Range(bound) => prefixes.term(bound.literal.as_ref().into()),
        Constraint::Pattern(pattern) => pattern.source.clone(),
        Constraint::LanguageIn(tags) => listed(tags, String::clone),
        Constraint::UniqueLang | Constraint::SingleLine => "1".to_owned(),
        Constraint::Not(id)
        | Constraint::Node(id)
        | Constraint::Property(id)
        | Constraint::SomeValue(id) => named(id),
        Constraint::And(ids) | Constraint::Or(ids) | Constraint::Xone(ids) => listed(ids, named),
        Constraint::Qualified(qualified) => {
            let counts = match component {
                Component::QualifiedMinCount => qualified.min,
                _ => qualified.max,
            };
            counts.unwrap_or_default().to_string()
        }
        Constraint::Closed { allowed } => listed(allowed, iri),
        Constraint::ClosedByTypes(by_types) => listed(&by_types.allowed, iri),
        Constraint::HasValue(value) => prefixes.term(value.term.as_ref()),
        Constraint::In(members) => listed(members, |member| prefixes.term(member.term.as_ref())),
        Constraint::Sparql(constraint) => match &constraint.source {
            Source::Constraint(NamedOrBlankNode::NamedNode(iri)) | Source::Component(iri) => {
                prefixes.iri(iri.as_ref())
            }
            Source::Constraint(NamedOrBlankNode::BlankNode(_)) => "SPARQL".to_owned(),
        },
    };
    match text.char_indices().nth(EXPECTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn any_of<T>(members: &[T], name: impl Fn(&T) -> String) -> String {
    members.iter().map(name).collect::<Vec<_>>().join(" | ")
}

fn listed<T>(members: &[T], name: impl Fn(&T) -> String) -> String {
    let mut names: Vec<String> = members.iter().take(EXPECTED_MEMBERS_MAX).map(name).collect();
    if members.len() > EXPECTED_MEMBERS_MAX {
        names.push("…".to_owned());
    }
    names.join(", ")
}

//! What a validation found, one result after the other, as the page of a report shows it.

use super::reading::Reading;
use super::value::Value as Shown;
use codesocial_shacl::{Path, Prefixes, Severity, ValidationResult};
use minijinja::value::Serde;
use minijinja::{Value, context};
use oxrdf::Term;

/// One result of a validation: what is wrong, where, and how much it matters.
pub(super) fn result(reading: &Reading<'_>, result: &ValidationResult) -> Value {
    let (class, severity) = match result.severity {
        Severity::Violation => ("violation", "report.violation"),
        Severity::Warning => ("warning", "report.warning"),
        Severity::Info | Severity::Other(_) => ("info", "report.info"),
    };
    let messages = result.messages(Some(reading.language.shacl()));
    let messages: Vec<String> = messages.iter().map(|m| m.value().to_owned()).collect();
    let term = |term: &Term| match term {
        Term::NamedNode(iri) => Shown::Link(reading.link(iri.as_ref())),
        Term::Literal(literal) => reading.literal(literal),
        Term::BlankNode(_) => Shown::Plain { text: reading.words.text("document.part") },
    };
    let path = result.path.as_ref().map(|path| match path {
        Path::Predicate(property) => Shown::Link(reading.link(property.as_ref())),
        path => Shown::Plain { text: path.display(&Prefixes::default()) },
    });
    let (focus, value) = (term(&result.focus), result.value.as_ref().map(term));
    context! {
        class,
        severity => reading.words.text(severity), messages,
        path => Serde(path), focus => Serde(focus), value => Serde(value),
    }
}

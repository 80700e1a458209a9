//! Where in a sheet a result of a validation belongs, so that it stands beside what it is about.

use super::answers::{at, within};
use super::{Kind, Said, Sheet};
use codesocial_rdf::skolem;
use codesocial_shacl::{Path, ValidationResult};
use oxrdf::{NamedOrBlankNode, Term};

impl Said {
    /// The name of the control that a result is about, or of all that are asked for one property.
    /// Of a new document, `is_own` tells the name that it was to have.
    pub(crate) fn control_of(
        &self,
        sheet: &Sheet,
        result: &ValidationResult,
        is_own: &dyn Fn(&str) -> bool,
    ) -> Option<String> {
        let property = match &result.path {
            Some(Path::Predicate(property)) => Some(property),
            Some(_) | None => None,
        };
        let asks = |prefix: &str| {
            let inner = inner(sheet, prefix)?;
            inner.find(property?.as_ref())
        };
        let prefix = self.prefix_of(&result.focus, is_own, |prefix| asks(prefix).is_some())?;
        let Some(asked) = asks(prefix) else {
            // What is wrong with a part as a whole is told where the part is.
            return prefix.strip_suffix(&within("")).map(str::to_owned);
        };
        let field = format!("{prefix}{}", asked.name);
        let start = within(&field);
        let of_value = |(control, value): &&(String, Term)| {
            control.strip_prefix(&start).is_some_and(|row| !row.contains(&within("")))
                && Some(value) == result.value.as_ref()
        };
        let value = self.values.iter().find(of_value);
        Some(value.map_or(field, |(control, _)| control.clone()))
    }

    /// How the names of the controls of a thing begin.
    fn prefix_of(
        &self,
        focus: &Term,
        is_own: &dyn Fn(&str) -> bool,
        fits: impl Fn(&str) -> bool,
    ) -> Option<&str> {
        let is_focus = |thing: &NamedOrBlankNode| match (thing, focus) {
            (NamedOrBlankNode::NamedNode(thing), Term::NamedNode(focus)) => {
                let [own, other] = [thing, focus].map(|iri| named(iri.as_str()));
                thing == focus || own.1 == other.1 && is_own(other.0)
            }
            // Reports name by blank nodes what stands for such.
            (NamedOrBlankNode::NamedNode(thing), Term::BlankNode(focus)) => {
                skolem::blank(thing.as_ref()).as_ref() == Some(focus)
            }
            _ => false,
        };
        if let Some((_, prefix)) = self.things.iter().find(|(thing, _)| is_focus(thing)) {
            return Some(prefix);
        }
        // The name that a new blank node was given is not known: the only one that fits is meant.
        let is_new = |thing: &NamedOrBlankNode| matches!(thing, NamedOrBlankNode::BlankNode(_));
        let mut fitting = self
            .things
            .iter()
            .filter(|(thing, prefix)| {
                matches!(focus, Term::BlankNode(_)) && is_new(thing) && fits(prefix)
            })
            .map(|(_, prefix)| prefix.as_str());
        fitting.next().filter(|_| fitting.next().is_none())
    }
}

/// A document, and the part of it that an IRI names.
fn named(iri: &str) -> (&str, &str) {
    iri.split_once('#').unwrap_or((iri, ""))
}

/// The sheet whose controls begin so.
fn inner<'a>(sheet: &'a Sheet, prefix: &str) -> Option<&'a Sheet> {
    let Some(control) = prefix.strip_suffix(&within("")) else { return Some(sheet) };
    match &at(sheet, control)?.kind {
        Kind::Part { sheet, .. } => Some(sheet),
        _ => None,
    }
}

//! What a result of a query says: its value, its path, its messages.
//! <https://www.w3.org/TR/shacl/#sparql-constraints-variables>

use super::SparqlConstraint;
use crate::compact::Prefixes;
use crate::eval::Finding;
use crate::ground::Ground;
use crate::path::Path;
use crate::view::GraphView;
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};

/// What a query adds to a result.
pub(crate) struct Said {
    pub(crate) value: Option<Term>,
    pub(crate) path: Option<NamedNode>,
    pub(crate) messages: Vec<Literal>,
    pub(crate) annotations: Vec<(NamedNode, Term)>,
}

impl Said {
    pub(crate) fn new<V: GraphView>(
        ground: &Ground<'_, V>,
        finding: &Finding<'_, V::Node>,
        constraint: &SparqlConstraint,
    ) -> Self {
        let found = Found { ground, finding, constraint };
        let value = found.value();
        let path = match found.solved("path") {
            Some(Term::NamedNode(path)) => Some(path),
            Some(Term::BlankNode(_) | Term::Literal(_)) | None => None,
        };
        Self { value, path, messages: found.messages(), annotations: found.annotations() }
    }
}

struct Found<'f, 'a, V: GraphView> {
    ground: &'f Ground<'a, V>,
    finding: &'f Finding<'a, V::Node>,
    constraint: &'f SparqlConstraint,
}

impl<V: GraphView> Found<'_, '_, V> {
    /// What the solution has under a name.
    fn solved(&self, name: &str) -> Option<Term> {
        self.finding.solution.as_ref()?.get(name).cloned()
    }

    /// A node shape is about its focus node, where the query says nothing else.
    fn value(&self) -> Option<Term> {
        let value = self.finding.value.map(|value| self.ground.term(value));
        let focus = || {
            let is_node_shape = self.finding.shape.path.is_none();
            is_node_shape.then(|| self.ground.term(self.finding.focus))
        };
        value.or_else(|| self.solved("value")).or_else(focus)
    }

    fn messages(&self) -> Vec<Literal> {
        if let Some(Term::Literal(message)) = self.solved("message")
            && (message.datatype() == xsd::STRING || message.language().is_some())
        {
            return vec![message];
        }
        let shape = &self.finding.shape.messages;
        if !self.constraint.messages.is_empty() {
            self.filled(&self.constraint.messages)
        } else if shape.is_empty() {
            self.filled(&self.constraint.labels)
        } else {
            shape.clone()
        }
    }

    /// <https://www.w3.org/TR/shacl/#sparql-constraints-message>
    fn filled(&self, templates: &[Literal]) -> Vec<Literal> {
        let fill = |template: &Literal| {
            let text = filled(template.value(), |name| self.text(name));
            match template.language() {
                Some(tag) => Literal::new_language_tagged_literal_unchecked(text, tag),
                None => Literal::new_simple_literal(text),
            }
        };
        templates.iter().map(fill).collect()
    }

    /// The value of a variable, for people.
    fn text(&self, name: &str) -> Option<String> {
        let prefixes = &self.ground.shapes.prefixes;
        if name == "PATH" {
            return self.finding.shape.path.as_ref().map(|path| path.plain().display(prefixes));
        }
        let own = || match name {
            "this" => Some(self.ground.term(self.finding.focus)),
            "value" => self.value(),
            "path" => match &self.finding.shape.path {
                Some(Path::Predicate(predicate)) => Some(predicate.term.clone().into()),
                _ => None,
            },
            "currentShape" => Some(self.finding.shape.node.clone().into()),
            name => {
                let mut parameters = self.constraint.parameters.iter();
                parameters.find(|(own, _)| own == name).map(|(_, value)| value.term.clone())
            }
        };
        let term = self.solved(name).or_else(own)?;
        Some(shown(&term, prefixes))
    }

    fn annotations(&self) -> Vec<(NamedNode, Term)> {
        let mut said = Vec::new();
        for annotation in &self.constraint.annotations {
            let values = match self.solved(&annotation.variable) {
                Some(value) => vec![value],
                None => annotation.values.clone(),
            };
            said.extend(values.into_iter().map(|value| (annotation.property.clone(), value)));
        }
        said
    }
}

fn shown(term: &Term, prefixes: &Prefixes) -> String {
    match term {
        Term::Literal(literal) => literal.value().to_owned(),
        Term::NamedNode(_) | Term::BlankNode(_) => prefixes.term(term.as_ref()),
    }
}

/// A template with `{?name}` and `{$name}` filled; what has no value stays as it stands.
fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = rest.find('}').map(|end| &rest[1..end]);
        let name = name.and_then(|name| name.strip_prefix(['?', '$']));
        match name.and_then(|name| Some((name, value(name)?))) {
            Some((name, value)) => {
                text.push_str(&value);
                rest = &rest[name.len() + "{?}".len()..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn a_template_is_filled_with_what_has_a_value() {
        let fill = |template: &str| filled(template, |name| (name == "a").then(|| "1".to_owned()));
        assert_eq!(fill("{?a} {$a}, {?b} {a} {{?a}"), "1 1, {?b} {a} {1");
        assert_eq!(fill("{?a"), "{?a");
        assert_eq!(fill("é{?a}é{"), "é1é{");
    }
}

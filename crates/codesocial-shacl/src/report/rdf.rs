//! A report as RDF. <https://www.w3.org/TR/shacl/#results-validation-report>

use super::{Lang, Report, ValidationResult};
use crate::path::Path;
use crate::vocab::sh;
use oxrdf::vocab::rdf;
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};

impl Report {
    /// The `sh:ValidationReport`, with messages in one language or in all there are.
    pub fn to_triples(&self, language: Option<Lang>) -> Vec<Triple> {
        let mut writer = Writer { prefix: self.fresh_prefix(), count: 0, triples: Vec::new() };
        let report = writer.blank();
        writer.add(&report, rdf::TYPE.into_owned(), sh("ValidationReport"));
        writer.add(&report, sh("conforms"), Literal::from(self.conforms));
        for result in &self.results {
            let node = writer.result(result, &self.prefixes, language);
            writer.add(&report, sh("result"), node);
        }
        writer.triples
    }

    /// A beginning of blank node labels that no blank node of the data or the shapes has.
    fn fresh_prefix(&self) -> String {
        let mut prefix = "report".to_owned();
        let blank = |term: &Term| match term {
            Term::BlankNode(blank) => Some(blank.as_str().to_owned()),
            Term::NamedNode(_) | Term::Literal(_) => None,
        };
        let terms = self.results.iter().flat_map(|result| {
            let shape = Term::from(result.source_shape.clone());
            let constraint = result.source_constraint.clone().map(Term::from);
            let own = [Some(shape), Some(result.focus.clone()), result.value.clone(), constraint];
            own.into_iter().flatten().chain(result.annotations.iter().map(|said| said.1.clone()))
        });
        let labels: Vec<String> = terms.filter_map(|term| blank(&term)).collect();
        while labels.iter().any(|label| label.starts_with(&prefix)) {
            prefix.push('x');
        }
        prefix
    }
}

struct Writer {
    prefix: String,
    count: usize,
    triples: Vec<Triple>,
}

impl Writer {
    fn blank(&mut self) -> NamedOrBlankNode {
        self.count += 1;
        BlankNode::new_unchecked(format!("{}{}", self.prefix, self.count)).into()
    }

    fn add(&mut self, s: &NamedOrBlankNode, p: NamedNode, o: impl Into<Term>) {
        self.triples.push(Triple::new(s.clone(), p, o));
    }

    fn result(
        &mut self,
        result: &ValidationResult,
        prefixes: &crate::compact::Prefixes,
        language: Option<Lang>,
    ) -> NamedOrBlankNode {
        let node = self.blank();
        self.add(&node, rdf::TYPE.into_owned(), sh("ValidationResult"));
        self.add(&node, sh("focusNode"), result.focus.clone());
        if let Some(path) = &result.path {
            let path = self.path(path);
            self.add(&node, sh("resultPath"), path);
        }
        if let Some(value) = &result.value {
            self.add(&node, sh("value"), value.clone());
        }
        self.add(&node, sh("resultSeverity"), result.severity.iri());
        self.add(&node, sh("sourceConstraintComponent"), result.component.iri());
        self.add(&node, sh("sourceShape"), result.source_shape.clone());
        if let Some(constraint) = &result.source_constraint {
            self.add(&node, sh("sourceConstraint"), constraint.clone());
        }
        for (property, value) in &result.annotations {
            self.add(&node, property.clone(), value.clone());
        }
        for message in result.messages_with(prefixes, language) {
            self.add(&node, sh("resultMessage"), message);
        }
        node
    }

    /// A copy of the path with blank nodes of its own: results share none.
    fn path(&mut self, path: &Path<NamedNode>) -> Term {
        let (operator, operand) = match path {
            Path::Predicate(predicate) => return predicate.clone().into(),
            Path::Sequence(steps) => return self.list(steps),
            Path::Alternative(branches) => ("alternativePath", self.list(branches)),
            Path::Inverse(inner) => ("inversePath", self.path(inner)),
            Path::ZeroOrMore(inner) => ("zeroOrMorePath", self.path(inner)),
            Path::OneOrMore(inner) => ("oneOrMorePath", self.path(inner)),
            Path::ZeroOrOne(inner) => ("zeroOrOnePath", self.path(inner)),
        };
        let node = self.blank();
        self.add(&node, sh(operator), operand);
        node.into()
    }

    fn list(&mut self, members: &[Path<NamedNode>]) -> Term {
        let mut rest: Term = rdf::NIL.into_owned().into();
        for member in members.iter().rev() {
            let node = self.blank();
            let member = self.path(member);
            self.add(&node, rdf::FIRST.into_owned(), member);
            self.add(&node, rdf::REST.into_owned(), rest);
            rest = node.into();
        }
        rest
    }
}

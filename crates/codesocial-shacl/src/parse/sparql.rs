//! Reading what holds a query: `sh:sparql`, and what validators of components share with it.
//! <https://www.w3.org/TR/shacl/#sparql-constraints>

use super::read::Reading;
use super::{Problem, discover};
use crate::model::Constraint;
use crate::path::Path;
use crate::sparql::{Annotation, PreBound, Role, Source, SparqlConstraint, parse, reads};
use crate::vocab::sh;
use indexmap::IndexSet;
use oxrdf::vocab::xsd;
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use spargebra::Query;
use std::collections::BTreeMap;

/// Terms that a constraint with a query may have.
const KNOWN: [&str; 7] =
    ["select", "message", "prefixes", "declare", "deactivated", "severity", "resultAnnotation"];

const OWL_IMPORTS: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2002/07/owl#imports");

impl Reading<'_, '_> {
    /// The constraints of `sh:sparql` on a shape with this path.
    pub(super) fn queries(&mut self, path: Option<&Path>) -> Vec<Constraint> {
        let mut constraints = Vec::new();
        for value in self.values("sparql") {
            let Some(node) = discover::resource(value.as_ref()) else {
                self.refuse("sparql", &value, Problem::NotAConstraint);
                continue;
            };
            let is_shape = self.parser.nodes.contains(&node);
            let mut reading = Reading::new(&mut *self.parser, node);
            if !is_shape {
                reading.refuse_all_but(&KNOWN);
            }
            let constraint = reading.query_constraint(path);
            constraints.extend(constraint.map(|own| Constraint::Sparql(Box::new(own))));
        }
        constraints
    }

    fn query_constraint(&mut self, path: Option<&Path>) -> Option<SparqlConstraint> {
        let role = Role::constraint(path.is_some());
        let query = self.query("select", role)?;
        let prebound = PreBound::new(&query, path, &["this", "shapesGraph", "currentShape"]);
        let constraint = SparqlConstraint {
            source: Source::Constraint(self.node.clone()),
            severity: self.has("severity").then(|| self.severity()),
            messages: self.texts("message"),
            labels: Vec::new(),
            annotations: self.annotations(),
            parameters: Vec::new(),
            query: self.or_complain("select", prebound)?,
            reads: reads(&query, role, path, &mut |iri| self.parser.constant(iri)),
        };
        (!self.flag("deactivated")).then_some(constraint)
    }

    /// The query under `sh:select` or `sh:ask`, checked.
    pub(super) fn query(&mut self, name: &str, role: Role<'_>) -> Option<Query> {
        if !self.has(name) {
            self.complain(Some(sh(name)), None, Problem::Missing);
        }
        let text = self.string(name)?;
        let prefixes = self.prefixes();
        self.or_complain(name, parse(&text, &prefixes, role))
    }

    pub(super) fn or_complain<T>(
        &mut self,
        name: &str,
        made: Result<T, crate::sparql::QueryProblem>,
    ) -> Option<T> {
        made.map_err(|problem| self.complain(Some(sh(name)), None, problem.into())).ok()
    }

    /// What `sh:prefixes` declares, with what that imports, as far as this graph knows it.
    /// <https://www.w3.org/TR/shacl/#sparql-prefixes>
    fn prefixes(&mut self) -> BTreeMap<String, String> {
        let graph = self.parser.graph;
        let mut sources: IndexSet<NamedOrBlankNode> = IndexSet::new();
        for value in self.values("prefixes") {
            match discover::resource(value.as_ref()) {
                Some(source) => drop(sources.insert(source)),
                None => self.refuse("prefixes", &value, Problem::NotAnIri),
            }
        }
        let mut prefixes = BTreeMap::new();
        let mut next = 0;
        while let Some(source) = sources.get_index(next).cloned() {
            let imported = graph.objects_for_subject_predicate(&source, OWL_IMPORTS);
            sources.extend(imported.filter_map(discover::resource));
            for declaration in self.objects_of(&source, "declare") {
                self.declaration(&declaration, &mut prefixes);
            }
            next += 1;
        }
        prefixes
    }

    fn declaration(&mut self, node: &Term, prefixes: &mut BTreeMap<String, String>) {
        let text = |reading: &Self, name, datatype: NamedNodeRef<'_>| {
            let node = discover::resource(node.as_ref())?;
            match reading.objects_of(&node, name).as_slice() {
                [Term::Literal(text)] if text.datatype() == datatype => {
                    Some(text.value().to_owned())
                }
                _ => None,
            }
        };
        let prefix = text(self, "prefix", xsd::STRING);
        let namespace = text(self, "namespace", xsd::ANY_URI);
        let (Some(prefix), Some(namespace)) = (prefix, namespace) else {
            return self.refuse("declare", node, Problem::BadPrefix);
        };
        let known = prefixes.entry(prefix).or_insert_with(|| namespace.clone());
        if *known != namespace {
            self.refuse("declare", node, Problem::PrefixDeclaredTwice);
        }
    }

    /// <https://www.w3.org/TR/shacl-af/#results-annotations>
    pub(super) fn annotations(&mut self) -> Vec<Annotation> {
        let mut annotations = Vec::new();
        for value in self.values("resultAnnotation") {
            let Some(node) = discover::resource(value.as_ref()) else {
                self.refuse("resultAnnotation", &value, Problem::BadAnnotation);
                continue;
            };
            let property = self.objects_of(&node, "annotationProperty");
            let variable = self.objects_of(&node, "annotationVarName");
            let (Ok([Term::NamedNode(property)]), true) =
                (<[Term; 1]>::try_from(property), variable.len() < 2)
            else {
                self.refuse("resultAnnotation", &value, Problem::BadAnnotation);
                continue;
            };
            let variable = match variable.first() {
                Some(Term::Literal(name)) => name.value().to_owned(),
                _ => local_name(&property).to_owned(),
            };
            let values = self.objects_of(&node, "annotationValue");
            annotations.push(Annotation { property, variable, values });
        }
        annotations
    }

    pub(super) fn refuse_all_but(&mut self, known: &[&str]) {
        for name in self.names() {
            if !known.contains(&name.as_str()) {
                self.complain(Some(sh(&name)), None, Problem::UnknownTerm);
            }
        }
    }
}

/// What of an IRI can be the name of a variable.
pub(super) fn local_name(iri: &NamedNode) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let start = iri.as_str().rfind(|c| !is_part(c)).map_or(0, |last| last + 1);
    iri.as_str().get(start..).unwrap_or_default()
}

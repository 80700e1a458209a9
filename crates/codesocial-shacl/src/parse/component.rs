//! Constraint components that the shapes graph declares, and the shapes that use them.
//! <https://www.w3.org/TR/shacl/#sparql-constraint-components>

use super::read::Reading;
use super::sparql::local_name;
use super::{Parser, Problem, discover};
use crate::model::{Constant, Constraint};
use crate::path::Path;
use crate::sparql::{Annotation, Form, PreBound, Role, Source, SparqlConstraint, reads};
use crate::vocab::{SH, sh};
use oxrdf::vocab::rdf;
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term};
use spargebra::Query;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A component, its queries checked.
pub(super) struct Declared {
    iri: NamedNode,
    parameters: Vec<Parameter>,
    /// `sh:nodeValidator`, `sh:propertyValidator`, and `sh:validator` for either.
    on_nodes: Option<Validator>,
    on_properties: Option<Validator>,
    on_any: Option<Validator>,
    labels: Vec<Literal>,
}

struct Parameter {
    predicate: NamedNode,
    /// The variable that has its value.
    name: String,
    is_optional: bool,
}

struct Validator {
    form: Form,
    query: Query,
    messages: Vec<Literal>,
    annotations: Vec<Annotation>,
}

const KNOWN: [&str; 6] =
    ["parameter", "validator", "nodeValidator", "propertyValidator", "labelTemplate", "message"];
const KNOWN_OF_VALIDATORS: [&str; 6] =
    ["select", "ask", "message", "prefixes", "declare", "resultAnnotation"];
/// Variables that mean something in every query.
const RESERVED: [&str; 6] = ["this", "shapesGraph", "currentShape", "path", "PATH", "value"];

/// The components of a shapes graph, in a stable order. SHACL's own vocabulary, where it is mixed
/// into the shapes, declares nothing new.
pub(super) fn declared(parser: &mut Parser<'_>) -> Rc<[Declared]> {
    let graph = parser.graph;
    let mut nodes = BTreeMap::new();
    let mut insert = |node: oxrdf::NamedOrBlankNodeRef<'_>| {
        nodes.insert(node.to_string(), node.into_owned());
    };
    for class in discover::subclasses(graph, sh("ConstraintComponent").into()) {
        graph.subjects_for_predicate_object(rdf::TYPE, class.as_ref()).for_each(&mut insert);
    }
    graph.triples_for_predicate(&sh("parameter")).for_each(|triple| insert(triple.subject));
    let mut components = Vec::new();
    for node in nodes.into_values() {
        let mut reading = Reading::new(parser, node.clone());
        match node {
            NamedOrBlankNode::NamedNode(iri) if iri.as_str().starts_with(SH) => {}
            NamedOrBlankNode::NamedNode(iri) => components.push(reading.component(iri)),
            NamedOrBlankNode::BlankNode(_) => {
                reading.complain(None, None, Problem::AnonymousComponent);
            }
        }
    }
    components.into()
}

impl Reading<'_, '_> {
    fn component(&mut self, iri: NamedNode) -> Declared {
        self.refuse_all_but(&KNOWN);
        let parameters = self.parameters();
        let names: Vec<String> = parameters.iter().map(|own| own.name.clone()).collect();
        let mut validator = |name, form, has_path| {
            let role = Role { form, parameters: &names, has_path };
            self.validator(name, role)
        };
        let on_nodes = validator("nodeValidator", Form::Select, false);
        let on_properties = validator("propertyValidator", Form::Select, true);
        let on_any = validator("validator", Form::Ask, false);
        let labels = self.texts("labelTemplate");
        Declared { iri, parameters, on_nodes, on_properties, on_any, labels }
    }

    /// <https://www.w3.org/TR/shacl/#constraint-components-parameters>
    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for value in self.values("parameter") {
            let node = discover::resource(value.as_ref());
            let of = |name| node.as_ref().map(|node| self.objects_of(node, name));
            let paths = of("path").unwrap_or_default();
            let is_optional = of("optional").is_some_and(|values| values.iter().any(is_true));
            let [Term::NamedNode(predicate)] = paths.as_slice() else {
                self.refuse("parameter", &value, Problem::BadParameter);
                continue;
            };
            let name = local_name(predicate).to_owned();
            let is_taken = parameters.iter().any(|own| own.name == name);
            if name.is_empty() || is_taken || RESERVED.contains(&name.as_str()) {
                self.refuse("parameter", &value, Problem::BadParameterName);
                continue;
            }
            parameters.push(Parameter { predicate: predicate.clone(), name, is_optional });
        }
        if parameters.iter().all(|parameter| parameter.is_optional) {
            self.complain(Some(sh("parameter")), None, Problem::NoParameter);
        }
        parameters
    }

    /// The first validator of a kind that is a query.
    fn validator(&mut self, name: &str, role: Role<'_>) -> Option<Validator> {
        let text = match role.form {
            Form::Select => "select",
            Form::Ask => "ask",
        };
        let values = self.values(name);
        for value in &values {
            let Some(node) = discover::resource(value.as_ref()) else {
                self.refuse(name, value, Problem::NotAValidator);
                continue;
            };
            let mut reading = Reading::new(&mut *self.parser, node);
            if reading.has("jsFunctionName") {
                continue;
            }
            reading.refuse_all_but(&KNOWN_OF_VALIDATORS);
            let query = reading.query(text, role)?;
            let (messages, annotations) = (reading.texts("message"), reading.annotations());
            return Some(Validator { form: role.form, query, messages, annotations });
        }
        if let Some(value) = values.first() {
            self.refuse(name, value, Problem::Unsupported);
        }
        None
    }

    /// What the components of this graph ask of the shape.
    pub(super) fn declared(&mut self, path: Option<&Path>) -> Vec<Constraint> {
        let components = Rc::clone(&self.parser.components);
        let mut constraints = Vec::new();
        for component in components.iter() {
            let uses = self.uses(component);
            if uses.is_empty() {
                continue;
            }
            let special = match path {
                Some(_) => &component.on_properties,
                None => &component.on_nodes,
            };
            // https://www.w3.org/TR/shacl/#constraint-components-validators
            let Some(validator) = special.as_ref().or(component.on_any.as_ref()) else {
                self.without_validator(component);
                continue;
            };
            for parameters in uses {
                let constraint = self.used(component, validator, path, parameters);
                constraints.extend(constraint.map(|own| Constraint::Sparql(Box::new(own))));
            }
        }
        constraints
    }

    /// The values that the shape gives to the parameters of a component, one set for each
    /// constraint: with a single parameter, each of its values is a constraint.
    fn uses(&mut self, component: &Declared) -> Vec<Vec<(String, Constant<Term>)>> {
        let mut given: Vec<(&Parameter, Vec<Term>)> = Vec::new();
        for parameter in &component.parameters {
            let graph = self.parser.graph;
            let values = graph.objects_for_subject_predicate(&self.node, &parameter.predicate);
            let mut values: Vec<Term> = values.map(oxrdf::TermRef::into_owned).collect();
            values.sort_by_cached_key(ToString::to_string);
            if component.parameters.len() > 1 && values.len() > 1 {
                let predicate = Some(parameter.predicate.clone());
                self.complain(predicate, None, Problem::TooManyValues);
            }
            given.push((parameter, values));
        }
        let is_missing = |(parameter, values): &(&Parameter, Vec<Term>)| {
            values.is_empty() && !parameter.is_optional
        };
        if given.iter().all(|(_, values)| values.is_empty()) {
            return Vec::new();
        }
        if given.iter().any(is_missing) {
            self.warn_of(component, Problem::ParameterMissing);
            return Vec::new();
        }
        let count = given.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
        let mut nth = |index: usize| {
            let values = given.iter().filter_map(|(parameter, values)| {
                let value = values.get(index).or(values.first())?.clone();
                Some((parameter.name.clone(), self.parser.constant(value)))
            });
            values.collect()
        };
        (0..count).map(&mut nth).collect()
    }

    fn used(
        &mut self,
        component: &Declared,
        validator: &Validator,
        path: Option<&Path>,
        parameters: Vec<(String, Constant<Term>)>,
    ) -> Option<SparqlConstraint> {
        let names: Vec<String> = component.parameters.iter().map(|own| own.name.clone()).collect();
        let role = Role { form: validator.form, parameters: &names, has_path: path.is_some() };
        let mut given = vec!["this", "shapesGraph", "currentShape"];
        given.extend((validator.form == Form::Ask).then_some("value"));
        given.extend(parameters.iter().map(|(name, _)| name.as_str()));
        let path = path.filter(|_| validator.form == Form::Select);
        let query = match PreBound::new(&validator.query, path, &given) {
            Ok(query) => query,
            Err(problem) => {
                self.complain(None, Some(component.iri.clone().into()), problem.into());
                return None;
            }
        };
        Some(SparqlConstraint {
            source: Source::Component(component.iri.clone()),
            severity: None,
            messages: validator.messages.clone(),
            labels: component.labels.clone(),
            annotations: validator.annotations.clone(),
            query,
            reads: reads(&validator.query, role, path, &mut |iri| self.parser.constant(iri)),
            parameters,
        })
    }

    /// The specification gives no effect to a component on the kind of shape that it does not
    /// check; one that checks nothing waits for what this engine does not have.
    fn without_validator(&mut self, component: &Declared) {
        if component.on_nodes.is_some() || component.on_properties.is_some() {
            return self.warn_of(component, Problem::NoValidator);
        }
        let predicate = component.parameters.first().map(|first| first.predicate.clone());
        self.complain(predicate, None, Problem::Unsupported);
    }

    fn warn_of(&mut self, component: &Declared, problem: Problem) {
        self.warn_at(None, Some(component.iri.clone().into()), problem);
    }
}

fn is_true(term: &Term) -> bool {
    matches!(term, Term::Literal(literal) if literal.value() == "true")
}

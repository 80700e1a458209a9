//! Reading the triples of one shape, with a complaint for each value that does not fit.

use super::{Parser, Problem, ShapesError, discover};
use crate::model::{Constant, ShapeId};
use crate::vocab::{sh, sh_name};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, TermRef};
use std::collections::BTreeMap;

pub const LIST_LENGTH_MAX: usize = 10_000;

/// One shape being read.
pub(super) struct Reading<'p, 'g> {
    pub(super) parser: &'p mut Parser<'g>,
    pub(super) node: NamedOrBlankNode,
    /// Its values under terms of SHACL, by local name, in a stable order.
    values: BTreeMap<String, Vec<Term>>,
}

impl<'p, 'g> Reading<'p, 'g> {
    pub(super) fn new(parser: &'p mut Parser<'g>, node: NamedOrBlankNode) -> Self {
        let mut values: BTreeMap<String, Vec<Term>> = BTreeMap::new();
        for triple in parser.graph.triples_for_subject(&node) {
            if let Some(name) = sh_name(triple.predicate) {
                values.entry(name.to_owned()).or_default().push(triple.object.into_owned());
            }
        }
        values.values_mut().for_each(|terms| terms.sort_by_cached_key(ToString::to_string));
        Self { parser, node, values }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    pub(super) fn values(&self, name: &str) -> Vec<Term> {
        self.values.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The value of a property that may have one only.
    pub(super) fn one(&mut self, name: &str) -> Option<Term> {
        let mut values = self.values(name);
        if values.len() > 1 {
            self.complain(Some(sh(name)), None, Problem::TooManyValues);
        }
        (!values.is_empty()).then(|| values.swap_remove(0))
    }

    pub(super) fn count(&mut self, name: &str) -> Option<u64> {
        let value = self.one(name)?;
        let count = match &value {
            Term::Literal(literal) if literal.datatype() == xsd::INTEGER => {
                literal.value().parse().ok()
            }
            Term::Literal(_) | Term::NamedNode(_) | Term::BlankNode(_) => None,
        };
        if count.is_none() {
            self.refuse(name, &value, Problem::NotACount);
        }
        count
    }

    /// Whether a property is `true`. The spec mentions that literal only, so `"1"^^xsd:boolean`
    /// is a boolean that switches nothing on.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.one(name) else { return false };
        match &value {
            Term::Literal(literal) if literal.datatype() == xsd::BOOLEAN => {
                match literal.value() {
                    "true" => return true,
                    "false" | "0" => {}
                    "1" => self.warn(name, &value, Problem::NotTrue),
                    _ => self.refuse(name, &value, Problem::NotABoolean),
                }
                false
            }
            Term::Literal(_) | Term::NamedNode(_) | Term::BlankNode(_) => {
                self.refuse(name, &value, Problem::NotABoolean);
                false
            }
        }
    }

    pub(super) fn literal(&mut self, name: &str) -> Option<Literal> {
        match self.one(name)? {
            Term::Literal(literal) => Some(literal),
            other => {
                self.refuse(name, &other, Problem::NotALiteral);
                None
            }
        }
    }

    pub(super) fn string(&mut self, name: &str) -> Option<String> {
        let value = self.one(name)?;
        self.string_of(name, &value)
    }

    pub(super) fn string_of(&mut self, name: &str, value: &Term) -> Option<String> {
        match value {
            Term::Literal(literal) if literal.datatype() == xsd::STRING => {
                Some(literal.value().to_owned())
            }
            other => {
                self.refuse(name, other, Problem::NotAString);
                None
            }
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Vec<Literal> {
        let mut texts = Vec::new();
        for value in self.values(name) {
            match value {
                Term::Literal(text)
                    if text.datatype() == xsd::STRING || text.language().is_some() =>
                {
                    texts.push(text);
                }
                other => self.refuse(name, &other, Problem::NotAText),
            }
        }
        texts
    }

    pub(super) fn iris(&mut self, name: &str) -> Vec<Constant<NamedNode>> {
        let values = self.values(name);
        values.into_iter().filter_map(|value| self.iri_of(name, value)).collect()
    }

    pub(super) fn iri_of(&mut self, name: &str, value: Term) -> Option<Constant<NamedNode>> {
        match value {
            Term::NamedNode(iri) => Some(self.parser.constant(iri)),
            other => {
                self.refuse(name, &other, Problem::NotAnIri);
                None
            }
        }
    }

    /// The shapes that a property refers to.
    pub(super) fn shapes(&mut self, name: &str) -> Vec<ShapeId> {
        let values = self.values(name);
        values.into_iter().filter_map(|value| self.shape_of(name, &value)).collect()
    }

    pub(super) fn shape_of(&mut self, name: &str, value: &Term) -> Option<ShapeId> {
        let Some(node) = discover::resource(value.as_ref()) else {
            self.refuse(name, value, Problem::NotAShape);
            return None;
        };
        let graph = self.parser.graph;
        let has_path = graph.objects_for_subject_predicate(&node, &sh("path")).next().is_some();
        if name == "property" && !has_path {
            self.refuse(name, value, Problem::NotAPropertyShape);
        } else if name == "node" && has_path {
            self.refuse(name, value, Problem::NotANodeShape);
        } else if graph.triples_for_subject(&node).next().is_none()
            && matches!(node, NamedOrBlankNode::NamedNode(_))
        {
            // Legal, but such a shape accepts everything: a misspelt name would pass in silence.
            self.refuse(name, value, Problem::UndescribedShape);
        }
        Some(self.parser.shape_id(node))
    }

    /// The members of the list that a property has.
    pub(super) fn list(&mut self, name: &str, head: &Term) -> Vec<Term> {
        match self.members(head) {
            Ok(members) => members,
            Err(problem) => {
                self.refuse(name, head, problem);
                Vec::new()
            }
        }
    }

    /// SHACL §2: a well-formed list has one `rdf:first` and one `rdf:rest` per node and an end.
    pub(super) fn members(&self, head: &Term) -> Result<Vec<Term>, Problem> {
        let graph = self.parser.graph;
        let mut members = Vec::new();
        let mut rest = head.as_ref();
        while rest != TermRef::from(rdf::NIL) {
            // A list that loops never ends, so it passes this limit.
            if members.len() == LIST_LENGTH_MAX {
                return Err(Problem::ListTooLong);
            }
            let node = discover::resource(rest).ok_or(Problem::BadList)?;
            let only = |property| {
                let mut objects = graph.objects_for_subject_predicate(&node, property);
                objects.next().filter(|_| objects.next().is_none()).ok_or(Problem::BadList)
            };
            members.push(only(rdf::FIRST)?.into_owned());
            rest = only(rdf::REST)?;
        }
        Ok(members)
    }

    /// The nodes of the graph that have this one as a value of a property.
    pub(super) fn owners(&self, name: &str) -> Vec<NamedOrBlankNode> {
        let property = sh(name);
        let owners = self.parser.graph.subjects_for_predicate_object(&property, &self.node);
        let mut owners: Vec<_> = owners.map(|owner| owner.into_owned()).collect();
        owners.sort_by_cached_key(ToString::to_string);
        owners
    }

    pub(super) fn objects_of(&self, node: &NamedOrBlankNode, name: &str) -> Vec<Term> {
        let property = sh(name);
        let objects = self.parser.graph.objects_for_subject_predicate(node, &property);
        let mut objects: Vec<_> = objects.map(TermRef::into_owned).collect();
        objects.sort_by_cached_key(ToString::to_string);
        objects
    }

    /// Tells of what is legal and without effect.
    pub(super) fn warn(&mut self, name: &str, value: &Term, problem: Problem) {
        self.warn_at(Some(sh(name)), Some(value.clone()), problem);
    }

    pub(super) fn warn_at(
        &mut self,
        property: Option<NamedNode>,
        value: Option<Term>,
        problem: Problem,
    ) {
        let shape = self.node.clone().into();
        self.parser.warnings.push(ShapesError { shape, property, value, problem });
    }

    pub(super) fn refuse(&mut self, name: &str, value: &Term, problem: Problem) {
        self.complain(Some(sh(name)), Some(value.clone()), problem);
    }

    pub(super) fn complain(
        &mut self,
        property: Option<NamedNode>,
        value: Option<Term>,
        problem: Problem,
    ) {
        let shape = self.node.clone().into();
        self.parser.errors.push(ShapesError { shape, property, value, problem });
    }

    /// Whether the shape is declared with this class.
    pub(super) fn is_a(&self, class: &str) -> bool {
        let class = sh(class);
        let mut types = self.parser.graph.objects_for_subject_predicate(&self.node, rdf::TYPE);
        types.any(|declared| declared == TermRef::from(&class))
    }
}

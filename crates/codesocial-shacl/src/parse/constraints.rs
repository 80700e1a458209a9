//! Reading the constraints of a shape: one arm per parameter of SHACL Core (§4).

use super::discover;
use super::read::Reading;
use super::{Parser, Problem};
use crate::datatype::LexicalSpace;
use crate::model::{
    Bound, ByTypes, Constant, Constraint, Edition, Key, NodeKinds, Qualified, ShapeId, Side,
};
use crate::pattern::Pattern;
use crate::value::Comparable;
use crate::vocab::{sh, sh_name};
use oxrdf::vocab::rdf;
use oxrdf::{NamedNode, Term};
use std::collections::BTreeSet;

/// Terms that say something about a shape without constraining anything.
const DESCRIPTIVE: [&str; 19] = [
    "path",
    "targetNode",
    "targetClass",
    "targetSubjectsOf",
    "targetObjectsOf",
    "severity",
    "message",
    "deactivated",
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "declare",
    "prefixes",
    "shapesGraph",
    "suggestedShapesGraph",
    "entailment",
    "optional",
];

/// Terms of SHACL-JS and SHACL Advanced Features that would change the verdict.
const UNSUPPORTED: [&str; 7] =
    ["js", "target", "rule", "expression", "values", "construct", "filterShape"];

/// Terms of a SPARQL-based constraint, which a shape may be itself.
const OF_QUERIES: [&str; 2] = ["select", "resultAnnotation"];

const ONLY_ON_PROPERTY_SHAPES: [&str; 6] =
    ["minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape"];

impl Reading<'_, '_> {
    pub(super) fn constraints(&mut self) -> Vec<Constraint> {
        let mut constraints = Vec::new();
        for name in self.names() {
            if !self.has("path") && ONLY_ON_PROPERTY_SHAPES.contains(&name.as_str()) {
                self.complain(Some(sh(&name)), None, Problem::OnlyOnPropertyShapes);
            }
            constraints.extend(self.parameter(&name));
        }
        constraints
    }

    pub(super) fn refuse_what_is_not_understood(&mut self) {
        let is_query = !self.owners("sparql").is_empty();
        for name in self.names() {
            if is_query && OF_QUERIES.contains(&name.as_str()) {
                continue;
            }
            if UNSUPPORTED.contains(&name.as_str()) {
                self.complain(Some(sh(&name)), None, Problem::Unsupported);
            } else if !DESCRIPTIVE.contains(&name.as_str())
                && !discover::parameters(self.parser.edition).any(|known| known == name)
            {
                let is_draft = discover::DRAFT_PARAMETERS.contains(&name.as_str());
                let problem = if is_draft { Problem::Draft } else { Problem::UnknownTerm };
                self.complain(Some(sh(&name)), None, problem);
            }
        }
    }

    /// The constraints that one parameter makes: one per value where it may have several.
    fn parameter(&mut self, name: &str) -> Vec<Constraint> {
        match name {
            "class" => self.each_union(name).into_iter().map(Constraint::Class).collect(),
            "equals" => self.each_iri(name, Constraint::Equals),
            "disjoint" => self.each_iri(name, Constraint::Disjoint),
            "lessThan" => self.each_iri(name, Constraint::LessThan),
            "lessThanOrEquals" => self.each_iri(name, Constraint::LessThanOrEquals),
            "not" => self.each_shape(name, Constraint::Not),
            "node" => self.each_shape(name, Constraint::Node),
            "property" => self.each_shape(name, Constraint::Property),
            "and" => self.each_shape_list(name, Constraint::And),
            "or" => self.each_shape_list(name, Constraint::Or),
            "xone" => self.each_shape_list(name, Constraint::Xone),
            _ if self.parser.edition == Edition::Draft1_2
                && discover::DRAFT_PARAMETERS.contains(&name) =>
            {
                self.draft_parameter(name)
            }
            "hasValue" => {
                let values = self.values(name).into_iter();
                values.map(|value| Constraint::HasValue(self.parser.constant(value))).collect()
            }
            _ => self.single(name).into_iter().collect(),
        }
    }

    /// The constraint of a parameter that may have one value only.
    fn single(&mut self, name: &str) -> Option<Constraint> {
        Some(match name {
            "datatype" => {
                let value = self.one(name)?;
                let datatypes = self.union(name, value).into_iter().map(|datatype| {
                    let space = LexicalSpace::of(datatype.term.as_ref());
                    (datatype.term, space)
                });
                Constraint::Datatype(datatypes.collect())
            }
            "nodeKind" => Constraint::NodeKind(self.node_kinds()?),
            "minCount" => Constraint::MinCount(self.count(name)?),
            "maxCount" => Constraint::MaxCount(self.count(name)?),
            "minLength" => Constraint::MinLength(self.count(name)?),
            "maxLength" => Constraint::MaxLength(self.count(name)?),
            "minExclusive" => self.range(name, Side::MinExclusive)?,
            "minInclusive" => self.range(name, Side::MinInclusive)?,
            "maxExclusive" => self.range(name, Side::MaxExclusive)?,
            "maxInclusive" => self.range(name, Side::MaxInclusive)?,
            "pattern" => self.pattern()?,
            "languageIn" => {
                let list = self.one(name)?;
                let members = self.list(name, &list);
                let tags = members.iter().filter_map(|tag| self.string_of(name, tag));
                Constraint::LanguageIn(tags.collect())
            }
            "uniqueLang" => self.flag(name).then_some(Constraint::UniqueLang)?,
            "qualifiedValueShape" => self.qualified()?,
            "closed" => self.closed()?,
            "in" => {
                let list = self.one(name)?;
                let members = self.list(name, &list);
                Constraint::In(members.into_iter().map(|m| self.parser.constant(m)).collect())
            }
            "flags" => self.only_beside(name, "pattern")?,
            "ignoredProperties" => self.only_beside(name, "closed")?,
            "qualifiedMinCount" | "qualifiedMaxCount" | "qualifiedValueShapesDisjoint" => {
                self.only_beside(name, "qualifiedValueShape")?
            }
            _ => return None,
        })
    }

    /// Parameters of the draft of SHACL 1.2. <https://www.w3.org/TR/shacl12-core/>
    fn draft_parameter(&mut self, name: &str) -> Vec<Constraint> {
        match name {
            "subsetOf" => self.each_iri(name, Constraint::SubsetOf),
            "someValue" => self.each_shape(name, Constraint::SomeValue),
            "rootClass" => self.each_union(name).into_iter().map(Constraint::RootClass).collect(),
            "uniqueValuesFor" => {
                let shape = self.parser.shape_id(self.node.clone());
                let keys = self.each_union(name).into_iter();
                let key = |properties| Constraint::UniqueValuesFor(Key { properties, shape });
                keys.map(key).collect()
            }
            _ => self.flag(name).then_some(Constraint::SingleLine).into_iter().collect(),
        }
    }

    /// Each value as the IRIs of which one will do.
    fn each_union(&mut self, name: &str) -> Vec<Vec<Constant<NamedNode>>> {
        let values = self.values(name);
        values.into_iter().map(|value| self.union(name, value)).collect()
    }

    /// An IRI, or in the draft of SHACL 1.2 a list of them.
    fn union(&mut self, name: &str, value: Term) -> Vec<Constant<NamedNode>> {
        let is_nil = value == Term::from(rdf::NIL.into_owned());
        let is_iri = matches!(value, Term::NamedNode(_)) && !is_nil;
        let members = self.members(&value).unwrap_or_default();
        if self.parser.edition == Edition::V1_0 && !members.is_empty() {
            self.refuse(name, &value, Problem::Draft);
            return Vec::new();
        }
        if self.parser.edition == Edition::V1_0 || is_iri {
            return self.iri_of(name, value).into_iter().collect();
        }
        if members.is_empty() {
            self.refuse(name, &value, Problem::NotIris);
        }
        members.into_iter().filter_map(|member| self.iri_of(name, member)).collect()
    }

    fn each_iri(
        &mut self,
        name: &str,
        constraint: impl Fn(Constant<NamedNode>) -> Constraint,
    ) -> Vec<Constraint> {
        self.iris(name).into_iter().map(constraint).collect()
    }

    fn each_shape(
        &mut self,
        name: &str,
        constraint: impl Fn(ShapeId) -> Constraint,
    ) -> Vec<Constraint> {
        self.shapes(name).into_iter().map(constraint).collect()
    }

    fn each_shape_list(
        &mut self,
        name: &str,
        constraint: impl Fn(Vec<ShapeId>) -> Constraint,
    ) -> Vec<Constraint> {
        let lists = self.values(name);
        let mut constraints = Vec::new();
        for list in lists {
            let members = self.list(name, &list);
            let shapes = members.iter().filter_map(|member| self.shape_of(name, member));
            constraints.push(constraint(shapes.collect()));
        }
        constraints
    }

    fn node_kinds(&mut self) -> Option<NodeKinds> {
        let value = self.one("nodeKind")?;
        let is_list = self.members(&value).is_ok_and(|members| !members.is_empty());
        if is_list && self.parser.edition == Edition::V1_0 {
            self.refuse("nodeKind", &value, Problem::Draft);
            return None;
        }
        let members = if is_list { self.list("nodeKind", &value) } else { vec![value] };
        let kinds: Option<Vec<NodeKinds>> =
            members.iter().map(|member| self.node_kind(member)).collect();
        Some(kinds?.into_iter().fold(NodeKinds::default(), NodeKinds::or))
    }

    fn node_kind(&mut self, value: &Term) -> Option<NodeKinds> {
        let name = match value {
            Term::NamedNode(iri) => sh_name(iri.as_ref()),
            Term::BlankNode(_) | Term::Literal(_) => None,
        };
        let (iri, blank_node, literal) = match name {
            Some("IRI") => (true, false, false),
            Some("BlankNode") => (false, true, false),
            Some("Literal") => (false, false, true),
            Some("BlankNodeOrIRI") => (true, true, false),
            Some("BlankNodeOrLiteral") => (false, true, true),
            Some("IRIOrLiteral") => (true, false, true),
            _ => {
                self.refuse("nodeKind", value, Problem::NotANodeKind);
                return None;
            }
        };
        Some(NodeKinds { iri, blank_node, literal })
    }

    fn range(&mut self, name: &str, side: Side) -> Option<Constraint> {
        let literal = self.literal(name)?;
        let value = Comparable::of_literal(literal.as_ref()).map(Comparable::into_owned);
        Some(Constraint::Range(Bound { side, literal, value }))
    }

    fn pattern(&mut self) -> Option<Constraint> {
        let source = self.string("pattern")?;
        let flags = self.string("flags").unwrap_or_default();
        match Pattern::new(&source, &flags) {
            Ok(pattern) => Some(Constraint::Pattern(pattern)),
            Err(error) => {
                self.complain(Some(sh("pattern")), None, error.into());
                None
            }
        }
    }

    fn qualified(&mut self) -> Option<Constraint> {
        let value = self.one("qualifiedValueShape")?;
        let shape = self.shape_of("qualifiedValueShape", &value)?;
        let (min, max) = (self.count("qualifiedMinCount"), self.count("qualifiedMaxCount"));
        if min.is_none() && max.is_none() {
            let counts = Problem::Without("qualifiedMinCount or sh:qualifiedMaxCount");
            self.warn("qualifiedValueShape", &value, counts);
        }
        let disjoint = self.flag("qualifiedValueShapesDisjoint");
        let siblings = if disjoint { self.siblings(&value) } else { Vec::new() };
        Some(Constraint::Qualified(Qualified { shape, min, max, siblings }))
    }

    // https://www.w3.org/TR/shacl/#dfn-sibling-shapes
    fn siblings(&mut self, own: &Term) -> Vec<ShapeId> {
        let mut siblings = Vec::new();
        for parent in self.owners("property") {
            for property in self.objects_of(&parent, "property") {
                let Some(property) = discover::resource(property.as_ref()) else { continue };
                for value in self.objects_of(&property, "qualifiedValueShape") {
                    if value != *own {
                        siblings.extend(self.shape_of("qualifiedValueShape", &value));
                    }
                }
            }
        }
        siblings.sort_unstable();
        siblings.dedup();
        siblings
    }

    /// `sh:closed true`: the predicates that may stand are the paths of the property shapes,
    /// where these are IRIs, and the ignored ones.
    fn closed(&mut self) -> Option<Constraint> {
        let mut allowed = Vec::new();
        if let Some(list) = self.one("ignoredProperties") {
            for member in self.list("ignoredProperties", &list) {
                allowed.extend(self.iri_of("ignoredProperties", member));
            }
        }
        let by_types = Term::from(sh("ByTypes"));
        if self.values("closed") == [by_types.clone()] {
            if self.parser.edition == Edition::V1_0 {
                self.refuse("closed", &by_types, Problem::Draft);
                return None;
            }
            allowed.push(self.parser.constant(rdf::TYPE.into_owned()));
            return Some(Constraint::ClosedByTypes(ByTypes { allowed, classes: self.by_types() }));
        }
        let closed = self.flag("closed");
        let own = super::closing::predicates(self.parser.graph, &self.node);
        allowed.extend(own.into_iter().map(|predicate| self.parser.constant(predicate)));
        closed.then_some(Constraint::Closed { allowed })
    }

    /// For each class that shapes speak of, the predicates that its instances may have by them.
    fn by_types(&mut self) -> Vec<(Constant<NamedNode>, Vec<Constant<NamedNode>>)> {
        let classes = super::closing::by_class(self.parser.graph, &self.parser.classes);
        let constants = |parser: &mut Parser<'_>, predicates: BTreeSet<NamedNode>| {
            predicates.into_iter().map(|predicate| parser.constant(predicate)).collect()
        };
        let classes = classes.into_iter().map(|(class, predicates)| {
            (self.parser.constant(class), constants(self.parser, predicates))
        });
        classes.collect()
    }

    /// A parameter that only qualifies another is read there; alone it makes no constraint.
    fn only_beside(&mut self, name: &str, other: &'static str) -> Option<Constraint> {
        if !self.has(other) {
            for value in self.values(name) {
                self.warn(name, &value, Problem::Without(other));
            }
        }
        None
    }
}

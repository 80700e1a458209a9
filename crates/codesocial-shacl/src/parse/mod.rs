//! From a shapes graph to checked [`Shapes`].
//!
//! Invariant: nothing of the namespace of SHACL that stands on a shape is dropped in silence; it
//! is understood, or refused with the shape, the property and the value, or, where the standard
//! gives it no effect, told as a warning.

mod closing;
mod component;
mod constraints;
mod discover;
mod error;
mod nesting;
mod path;
mod read;
mod sparql;

pub use self::error::{Problem, ShapesError, ShapesErrors};
pub use self::nesting::SHAPE_DEPTH_MAX;
pub(crate) use self::nesting::nested;
pub use self::path::{PATH_DEPTH_MAX, PATH_NODES_MAX};
pub use self::read::LIST_LENGTH_MAX;

use self::component::Declared;
use self::read::Reading;
use crate::compact::Prefixes;
use crate::model::{Constant, Constraint, Edition, Severity, Shape, ShapeId, Shapes, Slot, Target};
use crate::reads::Reads;
use crate::target::TargetIndex;
use crate::vocab::sh;
use indexmap::IndexSet;
use oxrdf::vocab::rdf;
use oxrdf::{Graph, NamedNode, NamedOrBlankNode, Term, TermRef};
use rustc_hash::FxBuildHasher;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) fn parse(graph: &Graph, edition: Edition) -> Result<Shapes, ShapesErrors> {
    let mut parser = Parser::new(graph, edition);
    parser.components = component::declared(&mut parser);
    let mut shapes = Vec::new();
    while let Some(node) = parser.nodes.get_index(shapes.len()).cloned() {
        shapes.push(Reading::new(&mut parser, node).shape());
    }
    parser.refuse_entailment();
    parser.errors.extend(nesting::check(&shapes));
    if !parser.errors.is_empty() {
        parser.errors.sort_by_cached_key(ToString::to_string);
        // Shapes may share a constraint.
        parser.errors.dedup_by_key(|error| error.to_string());
        return Err(ShapesErrors(parser.errors));
    }
    let prefixes = Arc::new(declared_prefixes(graph));
    let (nodes, constants) = (parser.nodes, parser.constants.into_iter().collect());
    let targets = TargetIndex::new(&shapes);
    let reads = Reads::new(&shapes);
    let warnings = parser.warnings;
    let graph =
        asks_for_shapes(&shapes).then(|| graph.iter().map(oxrdf::TripleRef::into_owned).collect());
    Ok(Shapes { shapes, nodes, constants, targets, reads, prefixes, graph, warnings })
}

/// The state of reading one shapes graph.
struct Parser<'g> {
    graph: &'g Graph,
    edition: Edition,
    /// The shapes met so far, by id; those beyond the ones parsed wait.
    nodes: IndexSet<NamedOrBlankNode, FxBuildHasher>,
    constants: IndexSet<Term, FxBuildHasher>,
    /// `rdfs:Class` and its subclasses in the shapes graph.
    classes: BTreeSet<String>,
    components: Rc<[Declared]>,
    errors: Vec<ShapesError>,
    warnings: Vec<ShapesError>,
}

impl<'g> Parser<'g> {
    fn new(graph: &'g Graph, edition: Edition) -> Self {
        let custom_parameters = discover::custom_parameters(graph);
        Self {
            graph,
            edition,
            nodes: discover::shape_nodes(graph, edition, &custom_parameters).into_iter().collect(),
            constants: Slot::FIXED.iter().map(|iri| Term::from(iri.into_owned())).collect(),
            classes: discover::subclasses(graph, oxrdf::vocab::rdfs::CLASS.into())
                .iter()
                .map(ToString::to_string)
                .collect(),
            components: Rc::new([]),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn constant<T: Clone + Into<Term>>(&mut self, term: T) -> Constant<T> {
        let (slot, _) = self.constants.insert_full(term.clone().into());
        let slot = Slot(u32::try_from(slot).expect("shapes name far fewer than 2^32 terms"));
        Constant { term, slot }
    }

    fn shape_id(&mut self, node: NamedOrBlankNode) -> ShapeId {
        ShapeId::new(self.nodes.insert_full(node).0)
    }

    /// SHACL §3.3: a processor that does not support a required entailment regime must fail.
    /// <https://www.w3.org/TR/shacl/#shacl-rdfs>
    fn refuse_entailment(&mut self) {
        let entailment = sh("entailment");
        let refused = self.graph.triples_for_predicate(&entailment).map(|triple| ShapesError {
            shape: triple.subject.into_owned().into(),
            property: Some(entailment.clone()),
            value: Some(triple.object.into_owned()),
            problem: Problem::Unsupported,
        });
        self.errors.extend(refused);
    }
}

impl Reading<'_, '_> {
    fn shape(&mut self) -> Shape {
        let path = self.path();
        let mut constraints = self.constraints();
        constraints.extend(self.queries(path.as_ref()));
        constraints.extend(self.declared(path.as_ref()));
        let mut targets = self.targets();
        let is_key = |own: &Constraint| matches!(own, Constraint::UniqueValuesFor(_));
        if targets.is_empty() && constraints.iter().any(is_key) {
            // The values are told apart from those of the other targets of the shape.
            self.warn_at(Some(sh("uniqueValuesFor")), None, Problem::Without("targetClass"));
        }
        targets.extend(self.linked());
        let shape = Shape {
            node: self.node.clone(),
            targets,
            constraints,
            path,
            severity: self.severity(),
            messages: self.texts("message"),
            names: self.texts("name"),
            deactivated: self.flag("deactivated"),
        };
        self.refuse_what_is_not_understood();
        shape
    }

    fn targets(&mut self) -> Vec<Target> {
        let mut targets = Vec::new();
        for value in self.values("targetNode") {
            if matches!(value, Term::BlankNode(_)) {
                self.refuse("targetNode", &value, Problem::NotATargetNode);
            } else {
                targets.push(Target::Node(self.parser.constant(value)));
            }
        }
        targets.extend(self.iris("targetClass").into_iter().map(Target::Class));
        targets.extend(self.iris("targetSubjectsOf").into_iter().map(Target::SubjectsOf));
        targets.extend(self.iris("targetObjectsOf").into_iter().map(Target::ObjectsOf));
        targets.extend(self.implicit_class().map(Target::Class));
        targets
    }

    fn linked(&mut self) -> Option<Target> {
        match (self.parser.edition, self.node.clone()) {
            (Edition::Draft1_2, NamedOrBlankNode::NamedNode(shape)) => {
                let [by, shape] = [sh("shape"), shape].map(|iri| self.parser.constant(iri));
                Some(Target::Linked { by, shape })
            }
            (Edition::Draft1_2, NamedOrBlankNode::BlankNode(_)) | (Edition::V1_0, _) => None,
        }
    }

    // https://www.w3.org/TR/shacl/#implicit-targetClass
    fn implicit_class(&mut self) -> Option<Constant<NamedNode>> {
        let parser = &self.parser;
        let mut types = parser.graph.objects_for_subject_predicate(&self.node, rdf::TYPE);
        if !types.any(|class| parser.classes.contains(&class.to_string())) {
            return None;
        }
        match self.node.clone() {
            NamedOrBlankNode::NamedNode(class) => Some(self.parser.constant(class)),
            NamedOrBlankNode::BlankNode(_) => {
                self.complain(None, None, Problem::AnonymousClass);
                None
            }
        }
    }

    pub(super) fn severity(&mut self) -> Severity {
        match self.one("severity") {
            None => Severity::Violation,
            Some(Term::NamedNode(iri)) => [Severity::Violation, Severity::Warning, Severity::Info]
                .into_iter()
                .find(|severity| severity.iri() == iri)
                .unwrap_or(Severity::Other(iri)),
            Some(other) => {
                self.refuse("severity", &other, Problem::NotAnIri);
                Severity::Violation
            }
        }
    }
}

/// Whether a query reads the shapes graph, which is kept for it.
fn asks_for_shapes(shapes: &[Shape]) -> bool {
    let mut constraints = shapes.iter().flat_map(|shape| &shape.constraints);
    constraints.any(|constraint| match constraint {
        Constraint::Sparql(constraint) => constraint.query.reads_shapes,
        _ => false,
    })
}

/// `sh:declare` anywhere in the shapes graph.
fn declared_prefixes(graph: &Graph) -> Prefixes {
    let mut prefixes = Prefixes::default();
    let text = |declaration: TermRef<'_>, property| match declaration {
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => {
            let node = discover::resource(declaration)?;
            let object = graph.object_for_subject_predicate(&node, &sh(property))?;
            let TermRef::Literal(literal) = object else { return None };
            Some(literal.value().to_owned())
        }
        TermRef::Literal(_) => None,
    };
    for triple in graph.triples_for_predicate(&sh("declare")) {
        if let (Some(prefix), Some(namespace)) =
            (text(triple.object, "prefix"), text(triple.object, "namespace"))
        {
            prefixes.declare(&prefix, &namespace);
        }
    }
    prefixes
}

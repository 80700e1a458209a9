//! Which focus nodes a change of the shapes can concern.
//!
//! Invariant: a shape judges as before where its compiled form and those of all the shapes that it
//! consists of say the same, for evaluation reads nothing else of a shapes graph, but for queries
//! that ask for it. What names and describes a shape is not in its compiled form; its messages are
//! told of results, and change none, unless a query fills them in.

use crate::ground::{Ground, Id};
use crate::model::{Constant, Constraint, Shape, ShapeId, Shapes, Target};
use crate::parse::nested;
use crate::sparql::SparqlConstraint;
use crate::target::FocusSet;
use crate::view::GraphView;
use oxrdf::{NamedOrBlankNode, Term};
use oxsdatatypes::DateTime;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Shapes and the graph that they judge.
pub type Judging<'a, V> = (&'a Shapes, &'a V);

/// The focus nodes of the shapes that judge otherwise than before, of those that came and of those
/// that went. `differs` may tell of a shape that its results count otherwise, for reasons of the
/// caller. The later graph knows every handle that the earlier one knows.
pub fn reshaped<V: GraphView>(
    before: Judging<'_, V>,
    after: Judging<'_, V>,
    differs: impl Fn(&NamedOrBlankNode) -> bool,
    now: DateTime,
) -> FocusSet<V::Node> {
    // Results write terms short.
    if before.0.prefixes != after.0.prefixes {
        return FocusSet::Everything;
    }
    let mut comparison =
        Comparison { before: before.0, after: after.0, differs, known: FxHashMap::default() };
    let mut same: BTreeSet<String> = BTreeSet::new();
    let mut nodes = BTreeSet::new();
    let later = Ground::new(after.0, after.1, now);
    for (id, shape) in targeted(after.0) {
        if comparison.is_same(id) {
            same.insert(shape.node.to_string());
        } else if !take(&mut nodes, &later, shape) {
            return FocusSet::Everything;
        }
    }
    let earlier = Ground::new(before.0, before.1, now);
    let gone = targeted(before.0).filter(|(_, shape)| !same.contains(&shape.node.to_string()));
    for (_, shape) in gone {
        if !take(&mut nodes, &earlier, shape) {
            return FocusSet::Everything;
        }
    }
    FocusSet::Nodes(nodes)
}

fn targeted(shapes: &Shapes) -> impl Iterator<Item = (ShapeId, &Shape)> {
    shapes.iter().filter(|(_, shape)| !shape.targets.is_empty())
}

/// Takes the focus nodes of a shape; `false` where one has no handle.
fn take<V: GraphView>(
    nodes: &mut BTreeSet<V::Node>,
    ground: &Ground<'_, V>,
    shape: &Shape,
) -> bool {
    ground.focus_nodes(shape).into_iter().all(|focus| match focus {
        Id::Known(node) => {
            nodes.insert(node);
            true
        }
        Id::Absent(_) => false,
    })
}

struct Comparison<'a, D> {
    before: &'a Shapes,
    after: &'a Shapes,
    differs: D,
    known: FxHashMap<ShapeId, bool>,
}

impl<D: Fn(&NamedOrBlankNode) -> bool> Comparison<'_, D> {
    /// Whether a shape judges as the one of its name did. Shapes do not nest without end.
    fn is_same(&mut self, id: ShapeId) -> bool {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let after = self.after;
        let shape = &after[id];
        let own = !(self.differs)(&shape.node)
            && self.before.find(&shape.node).is_some_and(|old| {
                let outlined = outline(after, shape);
                outlined.is_some() && outlined == outline(self.before, &self.before[old])
            });
        let same = own && nested(shape).all(|inner| self.is_same(inner));
        self.known.insert(id, same);
        same
    }
}

/// A shape as text, the shapes that it consists of by name: the same for every parse of the same
/// shape. None where a query asks for the shapes graph, of which anything may matter.
fn outline(shapes: &Shapes, shape: &Shape) -> Option<String> {
    let mut text = Outline { shapes, text: String::new() };
    text.line("path", &shape.path.as_ref().map(|path| path.plain()));
    text.line("severity", &shape.severity);
    text.line("deactivated", &shape.deactivated);
    text.targets(shape);
    let mut queries = shape.constraints.iter().filter_map(|constraint| match constraint {
        Constraint::Sparql(query) => Some(query),
        _ => None,
    });
    if queries.any(|query| query.query.reads_shapes) {
        return None;
    }
    shape.constraints.iter().for_each(|constraint| text.constraint(shape, constraint));
    Some(text.text)
}

struct Outline<'a> {
    shapes: &'a Shapes,
    text: String,
}

impl Outline<'_> {
    /// Debug output, which tells apart what differs.
    fn line(&mut self, name: &str, value: &impl std::fmt::Debug) {
        writeln!(self.text, "{name} {value:?}").expect("a String takes all text");
    }

    fn named(&mut self, name: &str, shapes: &[ShapeId]) {
        let nodes: Vec<_> = shapes.iter().map(|&id| &self.shapes[id].node).collect();
        self.line(name, &nodes);
    }

    fn constants<T: Clone + Into<Term>>(&mut self, name: &str, constants: &[Constant<T>]) {
        self.line(name, &terms(constants));
    }

    fn targets(&mut self, shape: &Shape) {
        for target in &shape.targets {
            match target {
                Target::Node(node) => self.line("targetNode", &node.term),
                Target::Class(class) => self.line("targetClass", &class.term),
                Target::SubjectsOf(p) => self.line("targetSubjectsOf", &p.term),
                Target::ObjectsOf(p) => self.line("targetObjectsOf", &p.term),
                Target::Linked { by, shape } => self.line("linked", &(&by.term, &shape.term)),
            }
        }
    }

    fn constraint(&mut self, shape: &Shape, constraint: &Constraint) {
        match constraint {
            Constraint::Class(classes) => self.constants("class", classes),
            Constraint::Datatype(types) => {
                self.line("datatype", &types.iter().map(|own| &own.0).collect::<Vec<_>>());
            }
            Constraint::NodeKind(kinds) => self.line("nodeKind", kinds),
            Constraint::MinCount(count) => self.line("minCount", count),
            Constraint::MaxCount(count) => self.line("maxCount", count),
            Constraint::Range(bound) => self.line("range", &(bound.side, &bound.literal)),
            Constraint::MinLength(length) => self.line("minLength", length),
            Constraint::MaxLength(length) => self.line("maxLength", length),
            Constraint::Pattern(own) => self.line("pattern", &(&own.source, &own.flags)),
            Constraint::LanguageIn(tags) => self.line("languageIn", tags),
            Constraint::UniqueLang => self.line("uniqueLang", &true),
            Constraint::SingleLine => self.line("singleLine", &true),
            Constraint::Equals(p) => self.line("equals", &p.term),
            Constraint::Disjoint(p) => self.line("disjoint", &p.term),
            Constraint::LessThan(p) => self.line("lessThan", &p.term),
            Constraint::LessThanOrEquals(p) => self.line("lessThanOrEquals", &p.term),
            Constraint::SubsetOf(p) => self.line("subsetOf", &p.term),
            Constraint::Not(id) => self.named("not", &[*id]),
            Constraint::And(ids) => self.named("and", ids),
            Constraint::Or(ids) => self.named("or", ids),
            Constraint::Xone(ids) => self.named("xone", ids),
            Constraint::Node(id) => self.named("node", &[*id]),
            Constraint::Property(id) => self.named("property", &[*id]),
            Constraint::SomeValue(id) => self.named("someValue", &[*id]),
            Constraint::Qualified(own) => {
                self.named("qualified", &[own.shape]);
                self.named("siblings", &own.siblings);
                self.line("counts", &(own.min, own.max));
            }
            Constraint::Closed { allowed } => self.constants("closed", allowed),
            Constraint::ClosedByTypes(own) => {
                self.constants("closedByTypes", &own.allowed);
                for (class, allowed) in &own.classes {
                    self.line("of", &class.term);
                    self.constants("allowed", allowed);
                }
            }
            Constraint::HasValue(value) => self.line("hasValue", &value.term),
            Constraint::In(members) => self.constants("in", members),
            Constraint::RootClass(classes) => self.constants("rootClass", classes),
            Constraint::UniqueValuesFor(key) => {
                self.constants("uniqueValuesFor", &key.properties);
                self.named("among", &[key.shape]);
                let shapes = self.shapes;
                self.targets(&shapes[key.shape]);
            }
            Constraint::Sparql(query) => self.query(shape, query),
        }
    }

    fn query(&mut self, shape: &Shape, own: &SparqlConstraint) {
        self.line("query", &(&own.source, &own.query.query, &own.query.called));
        self.line("severity", &own.severity);
        self.line("messages", &(&own.messages, &own.labels, &shape.messages));
        self.line("annotations", &own.annotations);
        let parameters = own.parameters.iter().map(|(name, value)| (name, &value.term));
        self.line("parameters", &parameters.collect::<Vec<_>>());
    }
}

fn terms<T: Clone + Into<Term>>(constants: &[Constant<T>]) -> Vec<Term> {
    constants.iter().map(|constant| constant.term.clone().into()).collect()
}

//! What a query reads, seen from its focus node: walks along its triple patterns.
//!
//! Invariant: where the solutions of a query for a focus node differ between two graphs, a triple
//! that only one of them has lies on one of these walks, and all before it lies in both. To hold
//! this, a pattern is reached from a variable only if every solution that counts binds it to the
//! same node: a variable of another branch, of a sub-query that does not return it, or of the
//! optional side of a join is not enough. Patterns that no walk reaches are told as such.

use super::operands::operands;
use super::text::{Form, Role};
use crate::model::Constant;
use crate::path::{Direction, Path};
use indexmap::IndexSet;
use oxrdf::NamedNode;
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression,
};
use spargebra::term::{NamedNodePattern, TermPattern};
use std::collections::BTreeSet;

/// A reading of triples.
#[derive(Clone, Debug)]
pub(crate) enum Read {
    /// Evaluation goes along a path, to a variable that was not reached before, or to check.
    Walk { from: Place, path: Path, direction: Direction, to: Option<Place> },
    /// Any triple of a node is read, from this end.
    Any(Place, Direction),
    /// Triples with a predicate are read, wherever they are.
    Anywhere(NamedNode),
    /// Any triple may be read.
    Everything,
}

/// A variable of the query.
pub(crate) type Place = usize;
pub(crate) const THIS: Place = 0;
pub(crate) const VALUE: Place = 1;

/// What a query reads that stands on a shape with this path.
pub(crate) fn reads(
    query: &Query,
    role: Role<'_>,
    path: Option<&Path>,
    constant: &mut dyn FnMut(NamedNode) -> Constant<NamedNode>,
) -> Vec<Read> {
    let value = if role.form == Form::Ask { "?value" } else { "" };
    let places = IndexSet::from(["?this".to_owned(), value.to_owned()]);
    let mut reader = Reader { role, path, places, reads: Vec::new(), constant };
    if let Query::Select { pattern, .. } | Query::Ask { pattern, .. } = query {
        reader.pattern(pattern, &Reached::new());
    }
    reader.reads
}

/// Variables that a walk from the focus node reaches.
type Reached = BTreeSet<String>;

struct Reader<'a> {
    role: Role<'a>,
    path: Option<&'a Path>,
    places: IndexSet<String>,
    reads: Vec<Read>,
    constant: &'a mut dyn FnMut(NamedNode) -> Constant<NamedNode>,
}

/// A triple pattern or a path between two nodes.
struct Link {
    subject: End,
    along: Along,
    object: End,
}

enum End {
    /// Where evaluation starts.
    Focus(Place),
    Variable(String),
    Constant,
}

enum Along {
    Path(Path),
    Any,
    /// A path with a part that any predicate may be.
    Unknown,
}

impl Reader<'_> {
    /// Notes what a pattern reads, where the variables of `around` have the values that they have
    /// here. Gives the reached variables that each of its solutions binds.
    fn pattern(&mut self, pattern: &GraphPattern, around: &Reached) -> Reached {
        match pattern {
            GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Join { .. } => {
                self.conjunction(pattern, around)
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                let reached = self.pattern(left, around);
                let mut both = self.pattern(right, &reached);
                both.extend(reached.iter().cloned());
                expression.iter().for_each(|expression| self.expression(expression, &both));
                reached
            }
            GraphPattern::Lateral { left, right } => {
                let mut reached = self.pattern(left, around);
                reached.extend(self.pattern(right, &reached));
                reached
            }
            GraphPattern::Filter { expr, inner } => {
                let reached = self.pattern(inner, around);
                self.expression(expr, &reached);
                reached
            }
            GraphPattern::Union { left, right } => {
                let (left, right) = (self.pattern(left, around), self.pattern(right, around));
                left.intersection(&right).cloned().collect()
            }
            GraphPattern::Extend { inner, expression, .. } => {
                let reached = self.pattern(inner, around);
                self.expression(expression, &reached);
                reached
            }
            GraphPattern::OrderBy { inner, expression } => {
                let reached = self.pattern(inner, around);
                for by in expression {
                    let (OrderExpression::Asc(by) | OrderExpression::Desc(by)) = by;
                    self.expression(by, &reached);
                }
                reached
            }
            GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                self.pattern(inner, around)
            }
            GraphPattern::Project { inner, variables } => {
                let shown: Reached = variables.iter().map(ToString::to_string).collect();
                let around = around.intersection(&shown).cloned().collect();
                self.pattern(inner, &around).intersection(&shown).cloned().collect()
            }
            // Which solutions are kept depends on those that do not fit what is around.
            GraphPattern::Slice { inner, .. } => self.pattern(inner, &Reached::new()),
            GraphPattern::Group { inner, variables, aggregates } => {
                let keys: Reached = variables.iter().map(ToString::to_string).collect();
                let around = around.intersection(&keys).cloned().collect();
                let reached = self.pattern(inner, &around);
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr, &reached);
                    }
                }
                reached.intersection(&keys).cloned().collect()
            }
            // The shapes are read, not the data.
            GraphPattern::Graph { .. } => Reached::new(),
            GraphPattern::Minus { .. }
            | GraphPattern::Values { .. }
            | GraphPattern::Service { .. } => {
                self.reads.push(Read::Everything);
                Reached::new()
            }
        }
    }

    /// Reaches link after link from what is reached, in the order of the text: of two properties
    /// that another node must share, the first is followed to it.
    fn conjunction(&mut self, pattern: &GraphPattern, around: &Reached) -> Reached {
        let (mut links, mut parts) = (Vec::new(), Vec::new());
        self.flatten(pattern, &mut links, &mut parts);
        let mut reached = around.clone();
        let mut bound = Reached::new();
        for link in &links {
            for end in [&link.subject, &link.object] {
                if let End::Variable(name) = end {
                    bound.insert(name.clone());
                }
            }
        }
        self.follow(&mut links, &mut reached);
        for part in parts {
            let gained = self.pattern(part, &reached);
            bound.extend(gained.iter().cloned());
            reached.extend(gained);
            self.follow(&mut links, &mut reached);
        }
        links.into_iter().for_each(|link| self.read_anywhere(link.along));
        reached.intersection(&bound).cloned().collect()
    }

    fn flatten<'p>(
        &mut self,
        pattern: &'p GraphPattern,
        links: &mut Vec<Link>,
        parts: &mut Vec<&'p GraphPattern>,
    ) {
        match pattern {
            GraphPattern::Join { left, right } => {
                self.flatten(left, links, parts);
                self.flatten(right, links, parts);
            }
            GraphPattern::Bgp { patterns } => links.extend(patterns.iter().map(|triple| Link {
                subject: self.end(&triple.subject),
                along: self.predicate(&triple.predicate),
                object: self.end(&triple.object),
            })),
            GraphPattern::Path { subject, path, object } => links.push(Link {
                subject: self.end(subject),
                along: self.along(path),
                object: self.end(object),
            }),
            other => parts.push(other),
        }
    }

    fn follow(&mut self, links: &mut Vec<Link>, reached: &mut Reached) {
        let is_reached = |end: &End, reached: &Reached| match end {
            End::Focus(_) => true,
            End::Variable(name) => reached.contains(name),
            End::Constant => false,
        };
        let next = |links: &[Link], reached: &Reached| {
            links.iter().position(|link| {
                is_reached(&link.subject, reached) || is_reached(&link.object, reached)
            })
        };
        while let Some(index) = next(links, reached) {
            let Link { subject, along, object } = links.remove(index);
            if is_reached(&subject, reached) {
                self.read_from(&subject, along, Direction::Forward, &object, reached);
            } else {
                self.read_from(&object, along, Direction::Backward, &subject, reached);
            }
        }
    }

    fn read_from(
        &mut self,
        near: &End,
        along: Along,
        direction: Direction,
        far: &End,
        reached: &mut Reached,
    ) {
        let Some(from) = self.place(near) else { return };
        match along {
            Along::Path(path) => {
                if path.may_be_empty() && matches!(near, End::Focus(_)) {
                    // The evaluator asks whether the graph has the node at all.
                    self.reads.push(Read::Any(from, Direction::Forward));
                    self.reads.push(Read::Any(from, Direction::Backward));
                }
                let is_new = match far {
                    End::Variable(name) => reached.insert(name.clone()),
                    End::Focus(_) | End::Constant => false,
                };
                let to = self.place(far).filter(|_| is_new);
                self.reads.push(Read::Walk { from, path, direction, to });
            }
            Along::Any => self.reads.push(Read::Any(from, direction)),
            Along::Unknown => self.reads.push(Read::Everything),
        }
    }

    fn read_anywhere(&mut self, along: Along) {
        match along {
            Along::Path(path) if !path.may_be_empty() => {
                let predicates = path.predicates().into_iter();
                self.reads.extend(predicates.map(|predicate| Read::Anywhere(predicate.clone())));
            }
            Along::Path(_) | Along::Any | Along::Unknown => self.reads.push(Read::Everything),
        }
    }

    /// `EXISTS`, wherever in an expression it stands.
    fn expression(&mut self, expression: &Expression, reached: &Reached) {
        if let Expression::Exists(pattern) = expression {
            self.pattern(pattern, reached);
        }
        operands(expression).into_iter().for_each(|operand| self.expression(operand, reached));
    }

    fn place(&mut self, end: &End) -> Option<Place> {
        match end {
            End::Focus(place) => Some(*place),
            End::Variable(name) => Some(self.places.insert_full(name.clone()).0),
            End::Constant => None,
        }
    }

    fn end(&self, term: &TermPattern) -> End {
        match term {
            TermPattern::Variable(variable) => match variable.as_str() {
                "this" => End::Focus(THIS),
                "value" if self.role.form == Form::Ask => End::Focus(VALUE),
                name if self.role.is_constant(name) => End::Constant,
                _ => End::Variable(variable.to_string()),
            },
            TermPattern::BlankNode(node) => End::Variable(node.to_string()),
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => End::Constant,
        }
    }

    fn predicate(&mut self, predicate: &NamedNodePattern) -> Along {
        match (predicate, self.path) {
            (NamedNodePattern::NamedNode(iri), _) => {
                Along::Path(Path::Predicate((self.constant)(iri.clone())))
            }
            (NamedNodePattern::Variable(name), Some(path)) if name.as_str() == "PATH" => {
                Along::Path(path.clone())
            }
            (NamedNodePattern::Variable(_), _) => Along::Any,
        }
    }

    fn along(&mut self, path: &PropertyPathExpression) -> Along {
        match (path, self.path_of(path)) {
            (_, Some(path)) => Along::Path(path),
            (PropertyPathExpression::NegatedPropertySet(_), None) => Along::Any,
            (_, None) => Along::Unknown,
        }
    }

    /// A path of SPARQL as one of SHACL, which has no negated property sets.
    fn path_of(&mut self, path: &PropertyPathExpression) -> Option<Path> {
        use PropertyPathExpression as E;
        let mut inner = |path: &E| self.path_of(path).map(Box::new);
        Some(match path {
            E::NamedNode(iri) => Path::Predicate((self.constant)(iri.clone())),
            E::Reverse(path) => Path::Inverse(inner(path)?),
            E::Sequence(a, b) => Path::Sequence(vec![*inner(a)?, *inner(b)?]),
            E::Alternative(a, b) => Path::Alternative(vec![*inner(a)?, *inner(b)?]),
            E::ZeroOrMore(path) => Path::ZeroOrMore(inner(path)?),
            E::OneOrMore(path) => Path::OneOrMore(inner(path)?),
            E::ZeroOrOne(path) => Path::ZeroOrOne(inner(path)?),
            E::NegatedPropertySet(_) => return None,
        })
    }
}

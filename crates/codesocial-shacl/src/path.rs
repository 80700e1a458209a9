//! SHACL property paths (§2.3.1) and the walk along them over node handles.
//!
//! Invariant: the nodes a walk finds are a set, however many ways lead to each.

use crate::compact::Prefixes;
use crate::eval::Stop;
use crate::ground::{Ground, Id};
use crate::model::Constant;
use crate::view::GraphView;
use oxrdf::NamedNode;
use rustc_hash::FxHashSet;

/// A path over predicates: constants in shapes, plain IRIs in reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Path<P = Constant<NamedNode>> {
    Predicate(P),
    Inverse(Box<Self>),
    Sequence(Vec<Self>),
    Alternative(Vec<Self>),
    ZeroOrMore(Box<Self>),
    OneOrMore(Box<Self>),
    ZeroOrOne(Box<Self>),
}

/// Which way a path is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

impl<V: GraphView> Ground<'_, V> {
    /// Appends to `found` each node that the path leads to from here, once.
    pub(crate) fn follow(
        &self,
        path: &Path,
        from: Id<V::Node>,
        found: &mut Vec<Id<V::Node>>,
    ) -> Result<(), Stop> {
        self.walk(path, Direction::Forward, from, found)
    }

    fn walk(
        &self,
        path: &Path,
        direction: Direction,
        from: Id<V::Node>,
        found: &mut Vec<Id<V::Node>>,
    ) -> Result<(), Stop> {
        let before = found.len();
        match path {
            Path::Predicate(predicate) => {
                let p = self.resolve(predicate);
                match direction {
                    Direction::Forward => found.extend(self.objects(from, p)),
                    Direction::Backward => found.extend(self.subjects(p, from)),
                }
            }
            Path::Inverse(inner) => self.walk(inner, direction.turned(), from, found)?,
            Path::Sequence(steps) => match direction {
                Direction::Forward => self.walk_sequence(steps.iter(), direction, from, found)?,
                Direction::Backward => {
                    self.walk_sequence(steps.iter().rev(), direction, from, found)?;
                }
            },
            Path::Alternative(branches) => {
                for branch in branches {
                    self.walk(branch, direction, from, found)?;
                }
                make_distinct(found, before);
            }
            Path::ZeroOrOne(inner) => {
                found.push(from);
                self.walk(inner, direction, from, found)?;
                make_distinct(found, before);
            }
            Path::ZeroOrMore(inner) => {
                found.push(from);
                self.walk_closure(inner, direction, from, found)?;
            }
            Path::OneOrMore(inner) => self.walk_closure(inner, direction, from, found)?,
        }
        self.steps(1 + found.len().saturating_sub(before))
    }

    fn walk_sequence<'p>(
        &self,
        steps: impl Iterator<Item = &'p Path>,
        direction: Direction,
        from: Id<V::Node>,
        found: &mut Vec<Id<V::Node>>,
    ) -> Result<(), Stop> {
        let mut reached = vec![from];
        for step in steps {
            let mut next = Vec::new();
            for &node in &reached {
                self.walk(step, direction, node, &mut next)?;
            }
            if reached.len() > 1 {
                make_distinct(&mut next, 0);
            }
            reached = next;
        }
        found.append(&mut reached);
        Ok(())
    }

    /// Appends what one or more repetitions reach; `from`, where `found` ends with it, is known.
    fn walk_closure(
        &self,
        inner: &Path,
        direction: Direction,
        from: Id<V::Node>,
        found: &mut Vec<Id<V::Node>>,
    ) -> Result<(), Stop> {
        let mut seen: FxHashSet<Id<V::Node>> = FxHashSet::default();
        seen.extend(found.last().filter(|&&last| last == from));
        let mut waiting = vec![from];
        let mut step = Vec::new();
        while let Some(node) = waiting.pop() {
            self.walk(inner, direction, node, &mut step)?;
            for next in step.drain(..) {
                if seen.insert(next) {
                    found.push(next);
                    waiting.push(next);
                }
            }
        }
        Ok(())
    }
}

fn make_distinct<T: Ord + Copy>(found: &mut Vec<T>, from: usize) {
    if found.len() - from < 2 {
        return;
    }
    found[from..].sort_unstable();
    let mut kept = from + 1;
    for index in from + 1..found.len() {
        if found[index] != found[kept - 1] {
            found[kept] = found[index];
            kept += 1;
        }
    }
    found.truncate(kept);
}

impl Path {
    /// Whether the path leads from a node to itself without a triple.
    pub(crate) fn may_be_empty(&self) -> bool {
        match self {
            Self::Predicate(_) => false,
            Self::Inverse(inner) | Self::OneOrMore(inner) => inner.may_be_empty(),
            Self::Sequence(steps) => steps.iter().all(Self::may_be_empty),
            Self::Alternative(branches) => branches.iter().any(Self::may_be_empty),
            Self::ZeroOrMore(_) | Self::ZeroOrOne(_) => true,
        }
    }

    pub(crate) fn predicates(&self) -> Vec<&NamedNode> {
        match self {
            Self::Predicate(predicate) => vec![&predicate.term],
            Self::Inverse(inner)
            | Self::ZeroOrMore(inner)
            | Self::OneOrMore(inner)
            | Self::ZeroOrOne(inner) => inner.predicates(),
            Self::Sequence(paths) | Self::Alternative(paths) => {
                paths.iter().flat_map(Self::predicates).collect()
            }
        }
    }

    /// The path without the engine's handles, as a report shows it.
    pub fn plain(&self) -> Path<NamedNode> {
        let all = |paths: &[Self]| paths.iter().map(Self::plain).collect();
        match self {
            Self::Predicate(predicate) => Path::Predicate(predicate.term.clone()),
            Self::Inverse(inner) => Path::Inverse(Box::new(inner.plain())),
            Self::Sequence(steps) => Path::Sequence(all(steps)),
            Self::Alternative(branches) => Path::Alternative(all(branches)),
            Self::ZeroOrMore(inner) => Path::ZeroOrMore(Box::new(inner.plain())),
            Self::OneOrMore(inner) => Path::OneOrMore(Box::new(inner.plain())),
            Self::ZeroOrOne(inner) => Path::ZeroOrOne(Box::new(inner.plain())),
        }
    }
}

impl Path<NamedNode> {
    /// The path in the notation of SPARQL.
    pub fn display(&self, prefixes: &Prefixes) -> String {
        let text = |path: &Self| match path {
            Self::Sequence(_) | Self::Alternative(_) => format!("({})", path.display(prefixes)),
            _ => path.display(prefixes),
        };
        let join =
            |paths: &[Self], between| paths.iter().map(text).collect::<Vec<_>>().join(between);
        match self {
            Self::Predicate(predicate) => prefixes.iri(predicate.as_ref()),
            Self::Inverse(inner) => format!("^{}", text(inner)),
            Self::Sequence(steps) => join(steps, "/"),
            Self::Alternative(branches) => join(branches, "|"),
            Self::ZeroOrMore(inner) => format!("{}*", text(inner)),
            Self::OneOrMore(inner) => format!("{}+", text(inner)),
            Self::ZeroOrOne(inner) => format!("{}?", text(inner)),
        }
    }
}

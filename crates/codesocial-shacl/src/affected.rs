//! Which focus nodes a change can concern.
//!
//! Invariant: the answer may be larger than needed, never smaller. A result that differs between
//! two graphs rests on a triple that only one of them has. Take the first such triple on the walk
//! of the evaluation that reads it: what lies before stands in both graphs, so walking backwards
//! from each changed triple in the graph after the change finds the focus node.

use crate::eval::Evaluation;
use crate::ground::{Ground, Id};
use crate::model::{ShapeId, Shapes, Slot};
use crate::path::Direction;
use crate::reads::{Edge, Seed, StateId};
use crate::target::FocusSet;
use crate::view::{GraphView, TermKind};
use oxrdf::{Term, TermRef};
use oxsdatatypes::DateTime;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// Places visited beyond which everything is taken as affected: judging what so long a walk finds
/// costs about as much as judging all.
pub const WALK_STEPS_MAX: usize = 100_000;

/// The focus nodes whose results may differ after a change, gained and lost targets included.
///
/// `after` knows every handle that `before` knows, and `changed` are the triples that only one of
/// them holds.
pub fn affected<V: GraphView>(
    shapes: &Shapes,
    before: &V,
    after: &V,
    changed: &[[V::Node; 3]],
    now: DateTime,
) -> FocusSet<V::Node> {
    let past = Past { triples: before, terms: after };
    let present = Ground::new(shapes, after, now);
    let past = present.beside(&past);
    let mut walk = Walk {
        shapes,
        past: Evaluation::new(&past),
        present: Evaluation::new(&present),
        seen: FxHashSet::default(),
        waiting: Vec::new(),
        verdicts: FxHashMap::default(),
        affected: BTreeSet::new(),
        taken: FxHashSet::default(),
    };
    for &triple in changed {
        if !walk.start_at(triple) || !walk.run() {
            return FocusSet::Everything;
        }
    }
    FocusSet::Nodes(walk.affected)
}

/// The graph before the change, under the handles of the graph after it: what is new has a term
/// and no triples.
struct Past<'v, V> {
    triples: &'v V,
    terms: &'v V,
}

impl<V: GraphView> GraphView for Past<'_, V> {
    type Node = V::Node;

    fn node(&self, term: TermRef<'_>) -> Option<V::Node> {
        self.terms.node(term)
    }

    fn term(&self, node: V::Node) -> Term {
        self.terms.term(node)
    }

    fn objects(&self, s: V::Node, p: V::Node) -> impl Iterator<Item = V::Node> {
        self.triples.objects(s, p)
    }

    fn subjects(&self, p: V::Node, o: V::Node) -> impl Iterator<Item = V::Node> {
        self.triples.subjects(p, o)
    }

    fn pairs(&self, p: V::Node) -> impl Iterator<Item = (V::Node, V::Node)> {
        self.triples.pairs(p)
    }

    fn out(&self, s: V::Node) -> impl Iterator<Item = (V::Node, V::Node)> {
        self.triples.out(s)
    }

    fn into(&self, o: V::Node) -> impl Iterator<Item = (V::Node, V::Node)> {
        self.triples.into(o)
    }

    fn contains(&self, s: V::Node, p: V::Node, o: V::Node) -> bool {
        self.triples.contains(s, p, o)
    }

    fn triples(&self) -> impl Iterator<Item = [V::Node; 3]> {
        self.triples.triples()
    }

    fn read<R>(&self, node: V::Node, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        self.terms.read(node, judge)
    }

    fn kind(&self, node: V::Node) -> TermKind {
        self.terms.kind(node)
    }
}

/// A walk backwards over the reads of the shapes.
struct Walk<'a, 'v, V: GraphView> {
    shapes: &'a Shapes,
    past: Evaluation<'a, Past<'v, V>>,
    present: Evaluation<'a, V>,
    seen: FxHashSet<(V::Node, StateId)>,
    waiting: Vec<(V::Node, StateId)>,
    verdicts: FxHashMap<(V::Node, ShapeId), bool>,
    affected: BTreeSet<V::Node>,
    /// Shapes all of whose focus nodes are affected.
    taken: FxHashSet<ShapeId>,
}

impl<V: GraphView> Walk<'_, '_, V> {
    /// Goes where evaluation may read a changed triple; `false` where that may be anywhere.
    fn start_at(&mut self, [s, p, o]: [V::Node; 3]) -> bool {
        let shapes = self.shapes;
        let (seeds, anew) = self.present.view.read(p, |term| match term {
            TermRef::NamedNode(predicate) => {
                let predicate = predicate.as_str();
                (shapes.reads.seeds(predicate), shapes.reads.judged_anew(predicate))
            }
            TermRef::BlankNode(_) | TermRef::Literal(_) => (&[][..], &[][..]),
        });
        for &Seed { state, direction, class } in seeds {
            if class.is_none_or(|class| self.leads_to(o, class)) {
                match direction {
                    Direction::Forward => self.visit(s, state),
                    Direction::Backward => self.visit(o, state),
                }
            }
        }
        for &(state, direction) in shapes.reads.any_seeds() {
            match direction {
                Direction::Forward => self.visit(s, state),
                Direction::Backward => self.visit(o, state),
            }
        }
        anew.iter().chain(shapes.reads.always_judged_anew()).all(|&shape| self.take_all(shape))
    }

    /// Takes all focus nodes of a shape, once; `false` where one has no handle.
    fn take_all(&mut self, shape: ShapeId) -> bool {
        if !self.taken.insert(shape) {
            return true;
        }
        self.present.focus_nodes(&self.shapes[shape]).into_iter().all(|focus| match focus {
            Id::Known(node) => {
                self.affected.insert(node);
                true
            }
            Id::Absent(_) => false,
        })
    }

    /// Walks until nothing is left; `false` where that is too far.
    fn run(&mut self) -> bool {
        while let Some((node, state)) = self.waiting.pop() {
            if self.seen.len() > WALK_STEPS_MAX {
                return false;
            }
            if self.shapes.reads.is_target(state) {
                self.affected.insert(node);
            }
            for &(from, edge) in self.shapes.reads.from(state) {
                match edge {
                    Edge::Same => self.visit(node, from),
                    // Where the verdict is the same, nothing before it can differ.
                    Edge::Verdict(shape) => {
                        if self.verdict_differs(node, shape) {
                            self.visit(node, from);
                        }
                    }
                    Edge::Step(predicate, direction) => {
                        self.step_back(node, predicate, direction, from);
                    }
                }
            }
        }
        true
    }

    fn visit(&mut self, node: V::Node, state: StateId) {
        if self.seen.insert((node, state)) {
            self.waiting.push((node, state));
        }
    }

    fn step_back(&mut self, node: V::Node, p: Slot, direction: Direction, from: StateId) {
        let Id::Known(p) = self.present.resolve_slot(p) else { return };
        let view = self.present.view;
        match direction {
            Direction::Forward => view.subjects(p, node).for_each(|node| self.visit(node, from)),
            Direction::Backward => view.objects(node, p).for_each(|node| self.visit(node, from)),
        }
    }

    /// Whether a class lies under another, in either graph.
    fn leads_to(&self, class: V::Node, above: Slot) -> bool {
        self.past.restart_steps();
        self.present.restart_steps();
        let (past, present) =
            (self.past.is_under(class, above), self.present.is_under(class, above));
        past.unwrap_or(true) || present.unwrap_or(true)
    }

    fn verdict_differs(&mut self, node: V::Node, shape: ShapeId) -> bool {
        let (past, present) = (&self.past, &self.present);
        *self.verdicts.entry((node, shape)).or_insert_with(|| {
            past.restart_steps();
            present.restart_steps();
            let before = past.conforms(shape, Id::Known(node));
            let after = present.conforms(shape, Id::Known(node));
            match (before, after) {
                (Ok(before), Ok(after)) => before != after,
                // Too much work to tell; validation itself will fail with a reason.
                (Err(_), _) | (_, Err(_)) => true,
            }
        })
    }
}

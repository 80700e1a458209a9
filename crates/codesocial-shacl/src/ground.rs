//! What evaluation stands on: the data graph as the checks read it, in which every constant of the
//! shapes has a handle, and how far evaluation has gone.

use crate::eval::{STEPS_PER_FOCUS_MAX, Stop};
use crate::model::{Constant, Shapes, Slot};
use crate::view::{GraphView, TermKind};
use oxrdf::{Term, TermRef};
use oxsdatatypes::DateTime;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The data, the constants of the shapes in them, and what was learnt on the way.
pub(crate) struct Ground<'a, V: GraphView> {
    pub(crate) shapes: &'a Shapes,
    pub(crate) view: &'a V,
    /// What `NOW()` is in queries.
    pub(crate) now: DateTime,
    constants: Rc<Constants<V::Node>>,
    /// What lies above a class, itself included.
    superclasses: RefCell<Above<V::Node>>,
    steps: Cell<u64>,
}

/// What the constants of the shapes are in the data, as far as that was asked.
type Constants<N> = [Cell<Option<Id<N>>>];

/// For each class, the classes above it.
type Above<N> = FxHashMap<N, Rc<[N]>>;

/// A node of the data, or a term that a shape names and the data do not hold.
///
/// A target node is validated even where the graph is silent about it, so the engine needs a
/// handle for it; as equal terms share a slot, handles still compare as terms do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Id<N> {
    Known(N),
    Absent(Slot),
}

impl<'a, V: GraphView> Ground<'a, V> {
    pub(crate) fn new(shapes: &'a Shapes, view: &'a V, now: DateTime) -> Self {
        Self {
            shapes,
            view,
            now,
            constants: shapes.constants.iter().map(|_| Cell::new(None)).collect(),
            superclasses: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    /// Another view under the same handles, in which every term has the handle that it has here.
    pub(crate) fn beside<W>(&self, view: &'a W) -> Ground<'a, W>
    where
        W: GraphView<Node = V::Node>,
    {
        let constants = self.constants.clone();
        Ground { constants, ..Ground::new(self.shapes, view, self.now) }
    }

    pub(crate) fn restart_steps(&self) {
        self.steps.set(0);
    }

    pub(crate) fn steps(&self, count: usize) -> Result<(), Stop> {
        self.steps.set(self.steps.get() + count as u64);
        if self.steps.get() > STEPS_PER_FOCUS_MAX {
            return Err(Stop::OutOfSteps);
        }
        Ok(())
    }

    pub(crate) fn resolve<T>(&self, constant: &Constant<T>) -> Id<V::Node> {
        self.resolve_slot(constant.slot)
    }

    pub(crate) fn resolve_slot(&self, slot: Slot) -> Id<V::Node> {
        let cell = &self.constants[slot.0 as usize];
        cell.get().unwrap_or_else(|| {
            let term = &self.shapes.constants[slot.0 as usize];
            let id = self.view.node(term.as_ref()).map_or(Id::Absent(slot), Id::Known);
            cell.set(Some(id));
            id
        })
    }

    pub(crate) fn objects(
        &self,
        s: Id<V::Node>,
        p: Id<V::Node>,
    ) -> impl Iterator<Item = Id<V::Node>> + use<'_, 'a, V> {
        let known = both_known(s, p).map(|(s, p)| self.view.objects(s, p));
        known.into_iter().flatten().map(Id::Known)
    }

    pub(crate) fn subjects(
        &self,
        p: Id<V::Node>,
        o: Id<V::Node>,
    ) -> impl Iterator<Item = Id<V::Node>> + use<'_, 'a, V> {
        let known = both_known(p, o).map(|(p, o)| self.view.subjects(p, o));
        known.into_iter().flatten().map(Id::Known)
    }

    pub(crate) fn out(
        &self,
        s: Id<V::Node>,
    ) -> impl Iterator<Item = (Id<V::Node>, Id<V::Node>)> + use<'_, 'a, V> {
        let known = known(s).map(|s| self.view.out(s));
        known.into_iter().flatten().map(|(p, o)| (Id::Known(p), Id::Known(o)))
    }

    pub(crate) fn read<R>(&self, id: Id<V::Node>, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        match id {
            Id::Known(node) => self.view.read(node, judge),
            Id::Absent(slot) => judge(self.shapes.constants[slot.0 as usize].as_ref()),
        }
    }

    pub(crate) fn term(&self, id: Id<V::Node>) -> Term {
        match id {
            Id::Known(node) => self.view.term(node),
            Id::Absent(slot) => self.shapes.constants[slot.0 as usize].clone(),
        }
    }

    pub(crate) fn kind(&self, id: Id<V::Node>) -> TermKind {
        match id {
            Id::Known(node) => self.view.kind(node),
            Id::Absent(_) => self.read(id, TermKind::of),
        }
    }

    /// Whether the node is a SHACL instance of the class.
    pub(crate) fn is_instance(&self, node: Id<V::Node>, class: Slot) -> Result<bool, Stop> {
        let wanted = self.resolve_slot(class);
        for declared in self.types(node) {
            if Id::Known(declared) == wanted || self.is_under(declared, class)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn types(&self, node: Id<V::Node>) -> impl Iterator<Item = V::Node> {
        let p = self.resolve_slot(Slot::TYPE);
        both_known(node, p).map(|(s, p)| self.view.objects(s, p)).into_iter().flatten()
    }

    pub(crate) fn instances(&self, class: V::Node) -> impl Iterator<Item = V::Node> {
        let p = known(self.resolve_slot(Slot::TYPE));
        p.map(|p| self.view.subjects(p, class)).into_iter().flatten()
    }

    /// Whether a class is the other or lies under it.
    pub(crate) fn is_under(&self, class: V::Node, above: Slot) -> Result<bool, Stop> {
        let Id::Known(wanted) = self.resolve_slot(above) else { return Ok(false) };
        let superclasses = self.superclasses(class);
        self.steps(superclasses.len())?;
        Ok(superclasses.contains(&wanted))
    }

    /// The class and what lies above it.
    pub(crate) fn superclasses(&self, class: V::Node) -> Rc<[V::Node]> {
        if let Some(known) = self.superclasses.borrow().get(&class) {
            return Rc::clone(known);
        }
        let superclasses: Rc<[V::Node]> = match self.resolve_slot(Slot::SUB_CLASS_OF) {
            Id::Known(p) => reachable(class, |class| self.view.objects(class, p)).into(),
            Id::Absent(_) => [class].into(),
        };
        self.superclasses.borrow_mut().insert(class, Rc::clone(&superclasses));
        superclasses
    }

    /// The class and what lies below it.
    pub(crate) fn subclasses(&self, class: V::Node) -> Vec<V::Node> {
        let Id::Known(p) = self.resolve_slot(Slot::SUB_CLASS_OF) else { return vec![class] };
        reachable(class, |class| self.view.subjects(p, class))
    }
}

fn known<N>(id: Id<N>) -> Option<N> {
    match id {
        Id::Known(node) => Some(node),
        Id::Absent(_) => None,
    }
}

fn both_known<N>(a: Id<N>, b: Id<N>) -> Option<(N, N)> {
    known(a).zip(known(b))
}

fn reachable<N: Copy + Eq + std::hash::Hash, I: Iterator<Item = N>>(
    start: N,
    next: impl Fn(N) -> I,
) -> Vec<N> {
    let mut found = indexmap::IndexSet::<N, rustc_hash::FxBuildHasher>::default();
    found.insert(start);
    let mut index = 0;
    while let Some(&node) = found.get_index(index) {
        found.extend(next(node));
        index += 1;
    }
    found.into_iter().collect()
}

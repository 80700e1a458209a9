//! From shapes to the fields and rules of a form.

use super::draft::Draft;
use super::notes::Notes;
use super::values::Gathering;
use super::{Count, Field, Form, Group, PARTS_DEPTH_MAX, Rule, Values};
use crate::model::{Constraint, Severity, Shape, ShapeId, Shapes, Target};
use crate::path::Path;
use crate::report::Lang;
use crate::sparql::SparqlConstraint;
use crate::view::GraphView;
use indexmap::IndexMap;
use oxrdf::vocab::rdfs;
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use rustc_hash::{FxBuildHasher, FxHashSet};

pub(super) fn form<V: GraphView>(
    shapes: &Shapes,
    vocabulary: &V,
    subject: NamedNodeRef<'_>,
    language: Lang,
) -> Option<Form> {
    let subject = subject.into_owned();
    let mut notes = Notes::new(shapes, vocabulary, language);
    let mut builder = Builder::new(shapes, &mut notes, 0);
    builder.class(&subject);
    if builder.seen.is_empty() {
        let id = shapes.find(&subject.clone().into()).filter(|id| shapes[*id].path.is_none())?;
        let targets = shapes[id].targets.iter().filter_map(|target| match target {
            Target::Class(class) => Some(class.term.clone()),
            _ => None,
        });
        builder.classes.extend(targets);
        builder.shape(id, Binding::WHOLE);
    } else {
        builder.classes.push(subject.clone());
    }
    Some(builder.form(Some(subject)))
}

/// The shapes that judge the instances of a class, or the node shape of that name.
pub(super) fn roots<V: GraphView>(
    shapes: &Shapes,
    vocabulary: &V,
    subject: NamedNodeRef<'_>,
) -> Vec<NamedOrBlankNode> {
    let classes = with_superclasses(vocabulary, &subject.into_owned());
    let judging = classes.iter().flat_map(|class| targeting_class(shapes, class));
    let mut roots: Vec<NamedOrBlankNode> = Vec::new();
    for id in judging.chain(shapes.find(&subject.into_owned().into())) {
        if !roots.contains(&shapes[id].node) {
            roots.push(shapes[id].node.clone());
        }
    }
    roots
}

/// How a shape binds the node that a form describes.
#[derive(Clone, Copy)]
struct Binding<'a> {
    /// The severity and the messages of the shape whose constraint leads here, if any: its results
    /// are what a validation reports.
    outer: Option<&'a Shape>,
    /// Whether what it demands must be there. A shape that targets the subjects of a property
    /// which need not be there demands nothing of the others.
    demands: bool,
}

impl Binding<'_> {
    const WHOLE: Self = Self { outer: None, demands: true };
}

/// A form in the making.
struct Builder<'n, 'a, V: GraphView> {
    shapes: &'a Shapes,
    notes: &'n mut Notes<'a, V>,
    /// How many forms this one stands in. The outermost describes a thing that has a name.
    depth: usize,
    classes: Vec<NamedNode>,
    label: Option<Literal>,
    drafts: IndexMap<NamedNode, Draft, FxBuildHasher>,
    rules: Vec<Rule>,
    seen: FxHashSet<ShapeId>,
}

impl<'n, 'a, V: GraphView> Builder<'n, 'a, V> {
    fn new(shapes: &'a Shapes, notes: &'n mut Notes<'a, V>, depth: usize) -> Self {
        Self {
            shapes,
            notes,
            depth,
            classes: Vec::new(),
            label: None,
            drafts: IndexMap::default(),
            rules: Vec::new(),
            seen: FxHashSet::default(),
        }
    }

    /// The shapes that judge an instance of a class.
    fn class(&mut self, class: &NamedNode) {
        for class in with_superclasses(self.notes.vocabulary(), class) {
            for id in targeting_class(self.shapes, &class) {
                self.shape(id, Binding::WHOLE);
            }
        }
    }

    fn shape(&mut self, id: ShapeId, binding: Binding<'a>) {
        let shape = &self.shapes[id];
        if shape.deactivated || !self.seen.insert(id) {
            return;
        }
        self.notes.learn(&shape.node);
        match &shape.path {
            Some(Path::Predicate(property)) => self.property(shape, &property.term, binding),
            Some(_) => self.rule(shape, binding),
            None => self.node_shape(shape, binding),
        }
    }

    fn node_shape(&mut self, shape: &'a Shape, binding: Binding<'a>) {
        if self.label.is_none() && binding.outer.is_none() {
            self.label = self.notes.label(&shape.node);
        }
        let within = Binding { outer: binding.outer.or(Some(shape)), ..binding };
        for constraint in &shape.constraints {
            match constraint {
                Constraint::Property(id) => self.shape(*id, binding),
                Constraint::Node(id) => self.shape(*id, within),
                Constraint::And(ids) => ids.iter().for_each(|id| self.shape(*id, within)),
                Constraint::Or(ids) | Constraint::Xone(ids) => match self.open(ids)[..] {
                    [only] if binding.demands => self.shape(only, within),
                    _ => self.rule(shape, binding),
                },
                Constraint::Class(classes) => match &classes[..] {
                    [class] if self.classes.contains(&class.term) => {}
                    [class] => self.classes.push(class.term.clone()),
                    [..] => self.rule(shape, binding),
                },
                Constraint::NodeKind(kinds) if kinds.iri || self.depth > 0 => {}
                Constraint::Sparql(query) => self.query(shape, query, binding),
                _ => self.rule(shape, binding),
            }
        }
    }

    /// Those of the shapes that what the form describes may conform to.
    fn open(&self, ids: &[ShapeId]) -> Vec<ShapeId> {
        let needs_no_name = |id: &&ShapeId| {
            self.shapes[**id]
                .constraints
                .iter()
                .any(|constraint| matches!(constraint, Constraint::NodeKind(kinds) if !kinds.iri))
        };
        ids.iter().filter(|id| self.depth > 0 || !needs_no_name(id)).copied().collect()
    }

    fn property(&mut self, shape: &'a Shape, property: &NamedNode, binding: Binding<'a>) {
        let draft = self.drafts.entry(property.clone()).or_default();
        draft.describe(self.notes, shape);
        let told = told_by(shape, binding);
        let messages = self.notes.messages(&told.messages);
        let blocks = told.severity.blocks();
        let (mut is_beyond, mut queries) = (false, Vec::new());
        for constraint in &shape.constraints {
            match constraint {
                Constraint::MinCount(_)
                | Constraint::HasValue(_)
                | Constraint::Qualified(_)
                | Constraint::SomeValue(_)
                    if !binding.demands =>
                {
                    is_beyond = true;
                }
                Constraint::MinCount(min) => draft.count.demand(*min, blocks),
                Constraint::MaxCount(max) if blocks => draft.count.limit(*max),
                Constraint::UniqueLang if blocks => draft.unique_language = true,
                Constraint::HasValue(value) if blocks => {
                    draft.fixed.push(self.notes.labelled(value.term.clone()));
                }
                Constraint::Qualified(qualified) if qualified.min.is_some_and(|min| min > 0) => {
                    let mut count = Count { max: qualified.max, ..Count::default() };
                    count.demand(qualified.min.unwrap_or_default(), blocks);
                    let mut gathering = Gathering::default();
                    gathering.shape(self.shapes, self.notes, qualified.shape);
                    draft.qualified.push((count, gathering));
                }
                Constraint::SomeValue(one) => {
                    let mut count = Count::default();
                    count.demand(1, blocks);
                    let mut gathering = Gathering::default();
                    gathering.shape(self.shapes, self.notes, *one);
                    draft.qualified.push((count, gathering));
                }
                Constraint::SingleLine if blocks => draft.single_line = Some(true),
                Constraint::Sparql(query) => queries.push(query),
                constraint if blocks => {
                    draft.gathering.constraint(self.shapes, self.notes, constraint);
                }
                _ => is_beyond = true,
            }
        }
        is_beyond |= std::mem::take(&mut draft.gathering.is_beyond);
        let is_said = blocks && !messages.is_empty();
        draft.tell(messages);
        if is_beyond && !is_said {
            self.rule(shape, binding);
        }
        queries.into_iter().for_each(|query| self.query(shape, query, binding));
    }

    /// Says in words what a shape demands.
    fn rule(&mut self, shape: &Shape, binding: Binding<'_>) {
        let told = told_by(shape, binding);
        let message = self.notes.messages(&told.messages).into_iter().next();
        let described = message.or_else(|| self.notes.description(&told.node));
        let text = described.unwrap_or_else(|| Literal::new_simple_literal(told.node.to_string()));
        self.say(Rule { text, severity: told.severity.clone() });
    }

    /// Says in words what a query looks for.
    fn query(&mut self, shape: &Shape, query: &SparqlConstraint, binding: Binding<'_>) {
        let own = [&query.messages, &query.labels].into_iter().find(|texts| !texts.is_empty());
        let Some(messages) = own else { return self.rule(shape, binding) };
        let severity = query.severity.as_ref().unwrap_or(&told_by(shape, binding).severity).clone();
        for text in self.notes.messages(messages) {
            self.say(Rule { text, severity: severity.clone() });
        }
    }

    fn say(&mut self, rule: Rule) {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// The shapes that target what has a property, for the properties that the form has.
    fn bind_by_properties(&mut self) {
        let binding = |shape: &Shape, drafts: &IndexMap<NamedNode, Draft, FxBuildHasher>| {
            let known = shape.targets.iter().filter_map(|target| match target {
                Target::SubjectsOf(property) => drafts.get(&property.term),
                _ => None,
            });
            known.map(|draft| draft.count.required > 0).max()
        };
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for (id, shape) in self.shapes.iter() {
                if let Some(demands) = binding(shape, &self.drafts)
                    && !self.seen.contains(&id)
                    && !shape.deactivated
                {
                    self.shape(id, Binding { outer: None, demands });
                    is_settled = false;
                }
            }
        }
    }

    fn form(mut self, subject: Option<NamedNode>) -> Form {
        self.bind_by_properties();
        let mut fields = Vec::new();
        for (property, mut draft) in std::mem::take(&mut self.drafts) {
            for (id, shape) in self.shapes.iter() {
                let is_target =
                    |target: &Target| matches!(target, Target::ObjectsOf(p) if p.term == property);
                if shape.targets.iter().any(is_target) {
                    self.notes.learn(&shape.node);
                    draft.gathering.shape(self.shapes, self.notes, id);
                    draft.tell(self.notes.messages(&shape.messages));
                }
            }
            if draft.is_field() {
                let place = draft.place(self.notes, &property);
                fields.push((place, draft.group.clone(), self.field(property, draft)));
            } else {
                let severity = Severity::Violation;
                let said = draft.messages.into_iter();
                said.for_each(|text| self.say(Rule { text, severity: severity.clone() }));
            }
        }
        fields.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let mut groups: Vec<(Option<NamedOrBlankNode>, Group)> = Vec::new();
        for (_, group, field) in fields {
            match groups.last_mut() {
                Some((last, known)) if *last == group => known.fields.push(field),
                _ => {
                    let label = group.as_ref().and_then(|group| self.notes.label(group));
                    groups.push((group, Group { label, fields: vec![field] }));
                }
            }
        }
        let of = subject.iter().chain(self.classes.first()).next();
        let named = of.and_then(|of| self.notes.label(&of.clone().into()));
        Form {
            label: self.label.or(named),
            subject,
            classes: self.classes,
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            rules: self.rules,
        }
    }

    fn field(&mut self, property: NamedNode, mut draft: Draft) -> Field {
        let values = self.values(std::mem::take(&mut draft.gathering));
        let qualified = std::mem::take(&mut draft.qualified);
        let qualified = qualified
            .into_iter()
            .map(|(count, gathering)| super::QualifiedValues {
                count,
                values: self.values(gathering),
            })
            .collect();
        draft.field(self.notes, property, values, qualified)
    }

    fn values(&mut self, gathering: Gathering) -> Values {
        let Gathering { mut values, members, alternatives, .. } = gathering;
        let is_part = values.kinds.blank_node && !members.is_empty();
        if is_part && self.depth < PARTS_DEPTH_MAX {
            let mut part = Builder::new(self.shapes, self.notes, self.depth + 1);
            for class in &values.classes {
                part.class(class);
                part.classes.push(class.clone());
            }
            members.into_iter().for_each(|id| part.shape(id, Binding::WHOLE));
            let part = part.form(None);
            values.part = (!part.groups.is_empty()).then(|| Box::new(part));
        }
        values.choice = alternatives.into_iter().map(|other| self.values(other)).collect();
        values
    }
}

/// The shape whose results a reader gets: one without messages leaves it to the one that led to it.
fn told_by<'s>(shape: &'s Shape, binding: Binding<'s>) -> &'s Shape {
    binding.outer.filter(|_| shape.messages.is_empty()).unwrap_or(shape)
}

fn targeting_class(shapes: &Shapes, class: &NamedNode) -> impl Iterator<Item = ShapeId> {
    let is_target = move |target: &Target| matches!(target, Target::Class(c) if c.term == *class);
    let targeting = shapes.iter().filter(move |(_, shape)| shape.targets.iter().any(is_target));
    targeting.map(|(id, _)| id)
}

/// The class and those above it, nearest first.
fn with_superclasses<V: GraphView>(vocabulary: &V, class: &NamedNode) -> Vec<NamedNode> {
    let mut classes = vec![class.clone()];
    let above = vocabulary.node(TermRef::from(rdfs::SUB_CLASS_OF));
    let mut next = 0;
    while let (Some(class), Some(above)) = (classes.get(next), above) {
        next += 1;
        let Some(class) = vocabulary.node(TermRef::from(class)) else { continue };
        for class in vocabulary.objects(class, above) {
            if let Term::NamedNode(class) = vocabulary.term(class)
                && !classes.contains(&class)
            {
                classes.push(class);
            }
        }
    }
    classes
}

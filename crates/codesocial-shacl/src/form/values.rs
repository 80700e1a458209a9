//! What a value may be, gathered from the constraints of all shapes that it is to conform to.

use super::notes::Notes;
use super::{Labelled, Values};
use crate::datatype::LexicalSpace;
use crate::model::{Constant, Constraint, ShapeId, Shapes};
use crate::path::Path;
use crate::view::GraphView;
use crate::vocab::SKOS;
use oxrdf::{NamedNode, Term};

/// Values in the making.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) values: Values,
    /// Property shapes that the value itself is to meet.
    pub(super) members: Vec<ShapeId>,
    pub(super) alternatives: Vec<Gathering>,
    /// Whether the shapes demand what no field can say.
    pub(super) is_beyond: bool,
}

impl Gathering {
    /// The value is to conform to a shape.
    pub(super) fn shape<V: GraphView>(
        &mut self,
        shapes: &Shapes,
        notes: &Notes<'_, V>,
        id: ShapeId,
    ) {
        let shape = &shapes[id];
        if shape.deactivated {
            return;
        }
        if shape.path.is_some() {
            self.member(shapes, id);
            return;
        }
        for constraint in &shape.constraints {
            match constraint {
                Constraint::HasValue(value) => self.one_of(notes, std::slice::from_ref(value)),
                constraint => self.constraint(shapes, notes, constraint),
            }
        }
    }

    /// A constraint on each value by itself.
    pub(super) fn constraint<V: GraphView>(
        &mut self,
        shapes: &Shapes,
        notes: &Notes<'_, V>,
        constraint: &Constraint,
    ) {
        let values = &mut self.values;
        match constraint {
            Constraint::Class(classes) => self.classes(classes),
            Constraint::Datatype(datatypes) => self.datatypes(datatypes),
            Constraint::NodeKind(kinds) => {
                values.kinds.iri &= kinds.iri;
                values.kinds.blank_node &= kinds.blank_node;
                values.kinds.literal &= kinds.literal;
            }
            Constraint::Range(bound) => values.bounds.push((bound.side, bound.literal.clone())),
            Constraint::MinLength(min) => values.length_min = values.length_min.max(Some(*min)),
            Constraint::MaxLength(max) => {
                values.length_max = Some(values.length_max.map_or(*max, |known| known.min(*max)));
            }
            Constraint::Pattern(pattern) => {
                if !values.patterns.contains(&pattern.source) {
                    values.patterns.push(pattern.source.clone());
                }
            }
            Constraint::LanguageIn(languages) => match &mut values.languages {
                Some(known) => known.retain(|language| languages.contains(language)),
                None => values.languages = Some(languages.clone()),
            },
            Constraint::In(options) => self.one_of(notes, options),
            Constraint::Node(id) => self.shape(shapes, notes, *id),
            Constraint::And(ids) => {
                for id in ids {
                    self.shape(shapes, notes, *id);
                }
            }
            Constraint::Or(ids) | Constraint::Xone(ids) if self.alternatives.is_empty() => {
                self.one_shape_of(shapes, notes, ids);
            }
            Constraint::Property(id) => self.member(shapes, *id),
            Constraint::Or(_)
            | Constraint::Xone(_)
            | Constraint::Not(_)
            | Constraint::Closed { .. }
            | Constraint::Equals(_)
            | Constraint::Disjoint(_)
            | Constraint::LessThan(_)
            | Constraint::LessThanOrEquals(_)
            | Constraint::MinCount(_)
            | Constraint::MaxCount(_)
            | Constraint::UniqueLang
            | Constraint::Qualified(_)
            | Constraint::SingleLine
            | Constraint::SubsetOf(_)
            | Constraint::SomeValue(_)
            | Constraint::ClosedByTypes(_)
            | Constraint::RootClass(_)
            | Constraint::UniqueValuesFor(_)
            | Constraint::Sparql(_)
            | Constraint::HasValue(_) => self.is_beyond = true,
        }
    }

    fn one_of<V: GraphView>(&mut self, notes: &Notes<'_, V>, options: &[Constant<Term>]) {
        let is_one = |known: &Labelled| options.iter().any(|option| option.term == known.term);
        match &mut self.values.options {
            Some(known) => known.retain(is_one),
            None => {
                let options = options.iter().map(|option| notes.labelled(option.term.clone()));
                self.values.options = Some(options.collect());
            }
        }
    }

    fn classes(&mut self, classes: &[Constant<NamedNode>]) {
        match classes {
            [class] if self.values.classes.contains(&class.term) => {}
            [class] => self.values.classes.push(class.term.clone()),
            [..] => self.one_of_values(classes.iter().map(|class| {
                let classes = vec![class.term.clone()];
                Values { classes, ..Values::default() }
            })),
        }
    }

    fn datatypes(&mut self, datatypes: &[(NamedNode, LexicalSpace)]) {
        match datatypes {
            [(datatype, _)] => self.values.datatype = Some(datatype.clone()),
            [..] => self.one_of_values(datatypes.iter().map(|(datatype, _)| {
                let datatype = Some(datatype.clone());
                Values { datatype, ..Values::default() }
            })),
        }
    }

    fn one_of_values(&mut self, values: impl Iterator<Item = Values>) {
        if self.alternatives.is_empty() {
            let of = |values| Self { values, ..Self::default() };
            self.alternatives = values.map(of).collect();
        } else {
            self.is_beyond = true;
        }
    }

    /// A choice, where each of the shapes is one that fields can say.
    fn one_shape_of<V: GraphView>(
        &mut self,
        shapes: &Shapes,
        notes: &Notes<'_, V>,
        ids: &[ShapeId],
    ) {
        let alternatives = ids.iter().map(|id| {
            let mut alternative = Self::default();
            alternative.shape(shapes, notes, *id);
            alternative
        });
        let alternatives: Vec<Self> = alternatives.collect();
        let is_field = |id: &ShapeId| matches!(shapes[*id].path, Some(Path::Predicate(_)));
        if alternatives.iter().any(|one| one.is_beyond || !one.members.iter().all(is_field)) {
            self.is_beyond = true;
        } else {
            self.alternatives = alternatives;
        }
    }

    fn member(&mut self, shapes: &Shapes, id: ShapeId) {
        if shapes[id].deactivated {
            return;
        }
        match scheme(shapes, id) {
            Some(scheme) if self.values.schemes.contains(&scheme) => {}
            Some(scheme) => self.values.schemes.push(scheme),
            None => self.members.push(id),
        }
    }
}

/// The scheme that a property shape asks a concept to be in.
fn scheme(shapes: &Shapes, id: ShapeId) -> Option<NamedNode> {
    let shape = &shapes[id];
    let Some(Path::Predicate(path)) = &shape.path else { return None };
    let is_in_scheme = path.term.as_str().strip_prefix(SKOS) == Some("inScheme");
    shape.constraints.iter().filter(|_| is_in_scheme).find_map(|constraint| match constraint {
        Constraint::HasValue(value) => match &value.term {
            Term::NamedNode(scheme) => Some(scheme.clone()),
            Term::BlankNode(_) | Term::Literal(_) => None,
        },
        _ => None,
    })
}

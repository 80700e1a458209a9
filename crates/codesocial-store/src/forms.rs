//! The forms that the shapes in force make, and these shapes for those who make their own.

use crate::judged::Judged;
use crate::rules::Rules;
use codesocial_graph::State;
use codesocial_shacl::{Form, Lang, Target, closure};
use oxrdf::{NamedNode, NamedNodeRef, Triple};
use std::collections::BTreeSet;

impl Rules {
    /// The form of a class or a node shape, if there is one. These are the rules of the state.
    pub fn form(&self, state: &State, subject: NamedNodeRef<'_>, language: Lang) -> Option<Form> {
        let vocabulary = Judged(state.vocabulary());
        Form::of(self.shapes.as_ref()?, &vocabulary, subject, language)
    }

    /// The shapes that such a form is made of, with all that they consist of.
    pub fn shapes_of(&self, state: &State, subject: NamedNodeRef<'_>) -> Vec<Triple> {
        let Some(shapes) = &self.shapes else { return Vec::new() };
        let vocabulary = Judged(state.vocabulary());
        closure(shapes, &vocabulary, Form::shapes(shapes, &vocabulary, subject))
    }

    /// The classes that shapes target, some only to forbid something.
    pub fn classes(&self) -> Vec<NamedNode> {
        let shapes = self.shapes.iter().flat_map(|shapes| shapes.iter());
        let active = shapes.filter(|(_, shape)| !shape.deactivated);
        let targets = active.flat_map(|(_, shape)| &shape.targets);
        let classes = targets.filter_map(|target| match target {
            Target::Class(class) => Some(class.term.as_str()),
            Target::Node(_)
            | Target::SubjectsOf(_)
            | Target::ObjectsOf(_)
            | Target::Linked { .. } => None,
        });
        let classes: BTreeSet<&str> = classes.collect();
        classes.into_iter().map(NamedNode::new_unchecked).collect()
    }
}

//! A field in the making: what all property shapes with one path say together.

use super::notes::Notes;
use super::values::Gathering;
use super::{Count, Field, Labelled, QualifiedValues, Values, widget};
use crate::model::Shape;
use crate::view::GraphView;
use crate::vocab::{XSD, schema, sh};
use oxrdf::vocab::{rdf, rdfs};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term};
use std::cmp::Ordering;

#[derive(Default)]
pub(super) struct Draft {
    pub(super) count: Count,
    pub(super) gathering: Gathering,
    pub(super) qualified: Vec<(Count, Gathering)>,
    pub(super) fixed: Vec<Labelled>,
    pub(super) unique_language: bool,
    pub(super) messages: Vec<Literal>,
    pub(super) group: Option<NamedOrBlankNode>,
    order: Option<f64>,
    name: Option<Literal>,
    help: Option<Literal>,
    default: Vec<Labelled>,
    editor: Option<NamedNode>,
    viewer: Option<NamedNode>,
    pub(super) single_line: Option<bool>,
    hidden: bool,
    read_only: bool,
    is_label: bool,
}

impl Draft {
    /// Takes from a shape what no other said before: the shapes nearest to the class come first.
    pub(super) fn describe<V: GraphView>(&mut self, notes: &Notes<'_, V>, shape: &Shape) {
        let node = &shape.node;
        if self.name.is_none() {
            self.name = notes.text(node, &sh("name"));
            self.order = notes.order(node);
            self.group = notes.values(node, &sh("group")).into_iter().find_map(resource);
        }
        self.help = self.help.take().or_else(|| notes.text(node, &sh("description")));
        if self.default.is_empty() {
            let default = notes.values(node, &sh("defaultValue")).into_iter();
            self.default = default.map(|value| notes.labelled(value)).collect();
        }
        self.editor = self.editor.take().or_else(|| notes.ui_iri(node, "editor"));
        self.viewer = self.viewer.take().or_else(|| notes.ui_iri(node, "viewer"));
        self.single_line = self.single_line.or_else(|| notes.ui_flag(node, "singleLine"));
        self.hidden |= notes.ui_flag(node, "hidden").unwrap_or_default();
        self.read_only |= notes.ui_flag(node, "readOnly").unwrap_or_default();
        let role = notes.ui_iri(node, "propertyRole");
        self.is_label |= role.is_some_and(|role| role.as_str().ends_with("LabelRole"));
    }

    pub(super) fn tell(&mut self, messages: Vec<Literal>) {
        for message in messages {
            if !self.messages.contains(&message) {
                self.messages.push(message);
            }
        }
    }

    /// Whether there is anything to fill in: the shapes name it, or something must be there.
    pub(super) fn is_field(&self) -> bool {
        let is_needed = self.count.required > 0
            || !self.fixed.is_empty()
            || self.qualified.iter().any(|(count, _)| count.required > 0);
        self.count.max != Some(0) && (self.name.is_some() || is_needed)
    }

    /// Where it stands: by the order of its group, then its own.
    pub(super) fn place<V: GraphView>(&self, notes: &Notes<'_, V>, property: &NamedNode) -> Place {
        let group = self.group.as_ref();
        Place {
            of_group: group.and_then(|group| notes.order(group)).unwrap_or(f64::MAX),
            group: group.map(ToString::to_string).unwrap_or_default(),
            in_group: self.order.unwrap_or(f64::MAX),
            property: property.as_str().to_owned(),
        }
    }

    pub(super) fn field<V: GraphView>(
        self,
        notes: &Notes<'_, V>,
        property: NamedNode,
        values: Values,
        qualified: Vec<QualifiedValues>,
    ) -> Field {
        let name = self.name.or_else(|| notes.label(&property.clone().into()));
        let local = || property.as_str().rsplit(['#', '/']).next().unwrap_or_default();
        let ranges = [rdfs::RANGE.into_owned(), schema("rangeIncludes")];
        let of_property = NamedOrBlankNode::from(property.clone());
        let range = ranges.iter().flat_map(|range| notes.values(&of_property, range));
        let editor = self.editor;
        Field {
            range: range.filter_map(class).collect(),
            name: name.unwrap_or_else(|| Literal::new_simple_literal(local())),
            help: self.help,
            editor: editor.unwrap_or_else(|| widget::editor(&values, &qualified, self.single_line)),
            viewer: self.viewer,
            count: self.count,
            values,
            qualified,
            fixed: self.fixed,
            default: self.default,
            unique_language: self.unique_language,
            single_line: self.single_line,
            hidden: self.hidden,
            read_only: self.read_only,
            is_label: self.is_label,
            messages: self.messages,
            property,
        }
    }
}

impl Count {
    /// At least so many, or else a violation, or only a warning.
    pub(super) fn demand(&mut self, min: u64, blocks: bool) {
        let demanded = if blocks { &mut self.required } else { &mut self.recommended };
        *demanded = min.max(*demanded);
    }

    pub(super) fn limit(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |known| known.min(max)));
    }
}

/// The place of a field in its form.
pub(super) struct Place {
    of_group: f64,
    group: String,
    in_group: f64,
    property: String,
}

impl Place {
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let by_group = self.of_group.total_cmp(&other.of_group);
        by_group
            .then_with(|| self.group.cmp(&other.group))
            .then_with(|| self.in_group.total_cmp(&other.in_group))
            .then_with(|| self.property.cmp(&other.property))
    }
}

/// A class, and no datatype.
fn class(term: Term) -> Option<NamedNode> {
    match term {
        Term::NamedNode(iri) if iri.as_str().starts_with(XSD) => None,
        Term::NamedNode(iri) => {
            let is_datatype = [rdf::LANG_STRING, rdf::HTML, rdfs::LITERAL].contains(&iri.as_ref());
            (!is_datatype).then_some(iri)
        }
        Term::BlankNode(_) | Term::Literal(_) => None,
    }
}

fn resource(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(blank) => Some(blank.into()),
        Term::Literal(_) => None,
    }
}

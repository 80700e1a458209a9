//! What defines the classes of a document: the shapes that judge their resources, and the
//! ontologies that define these.

use crate::Document;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{rdf, rdfs, sh};
use codesocial_store::State;
use oxrdf::{GraphName, NamedNode, Term};
use std::collections::BTreeSet;

/// The documents that define the classes of another, each of them served.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Those with a shape that targets a class of the document's resource.
    pub shapes: Vec<NamedNode>,
    /// Those that define such a class.
    pub ontologies: Vec<NamedNode>,
}

impl Definitions {
    pub fn of(state: &State, document: &Document) -> Self {
        let classes = classes(state, document);
        let targeting = classes.iter().flat_map(|class| {
            let target = state.id(sh::TARGET_CLASS).map(|target| Pattern {
                predicate: Some(target),
                object: Some(*class),
                ..Pattern::default()
            });
            target.into_iter().flat_map(|pattern| state.quads(pattern))
        });
        let defining = classes
            .iter()
            .flat_map(|class| state.quads(Pattern { subject: Some(*class), ..Pattern::default() }));
        let constrained = !document.unconstrained;
        Self {
            shapes: graphs(state, targeting.filter(|_| constrained), GraphKind::Shapes),
            ontologies: graphs(state, defining, GraphKind::Ontology),
        }
    }
}

/// The classes of the document's resource, and those that they are kinds of.
fn classes(state: &State, document: &Document) -> Vec<TermId> {
    let own = document.own.iter().filter(|triple| {
        triple.subject == document.iri.clone().into() && triple.predicate == rdf::TYPE
    });
    let mut classes: Vec<TermId> = own
        .filter_map(|triple| match &triple.object {
            Term::NamedNode(class) => state.id(class),
            Term::BlankNode(_) | Term::Literal(_) => None,
        })
        .collect();
    let above = state.id(rdfs::SUB_CLASS_OF);
    let mut next = 0;
    while let (Some(class), Some(above)) = (classes.get(next).copied(), above) {
        next += 1;
        let pattern =
            Pattern { subject: Some(class), predicate: Some(above), ..Pattern::default() };
        for [_, _, class, graph] in state.quads(pattern) {
            if state.kind(graph).gives_class_hierarchy() && !classes.contains(&class) {
                classes.push(class);
            }
        }
    }
    classes
}

/// The graphs of a kind that hold some of the quads.
fn graphs(
    state: &State,
    quads: impl Iterator<Item = codesocial_graph::QuadIds>,
    kind: GraphKind,
) -> Vec<NamedNode> {
    let graphs: BTreeSet<TermId> =
        quads.map(|[.., graph]| graph).filter(|graph| state.kind(*graph) == kind).collect();
    let mut names: Vec<NamedNode> = graphs
        .into_iter()
        .filter_map(|graph| match state.graph_name(graph) {
            GraphName::NamedNode(name) => Some(name),
            GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
        })
        .collect();
    names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    names
}

//! The predicates that closed shapes let stand: the paths of property shapes, where these are IRIs.

use super::discover;
use crate::vocab::sh;
use oxrdf::{Graph, NamedNode, NamedOrBlankNode, TermRef};
use std::collections::{BTreeMap, BTreeSet};

/// Those of a shape itself.
pub(super) fn predicates(graph: &Graph, shape: &NamedOrBlankNode) -> BTreeSet<NamedNode> {
    let (property, path) = (sh("property"), sh("path"));
    let properties = graph.objects_for_subject_predicate(shape, &property);
    let properties: Vec<_> = properties.filter_map(discover::resource).collect();
    let paths = properties.iter().flat_map(|p| graph.objects_for_subject_predicate(p, &path));
    let named = |term| match term {
        TermRef::NamedNode(iri) => Some(iri.into_owned()),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    };
    paths.filter_map(named).collect()
}

/// For each class, those of the shapes that have it as a target or are the class, and of the
/// shapes to which `sh:node` leads from there.
pub(super) fn by_class(
    graph: &Graph,
    metaclasses: &BTreeSet<String>,
) -> BTreeMap<NamedNode, BTreeSet<NamedNode>> {
    let mut found: BTreeMap<NamedNode, BTreeSet<NamedNode>> = BTreeMap::new();
    for triple in graph.triples_for_predicate(&sh("targetClass")) {
        if let TermRef::NamedNode(class) = triple.object {
            let own = found.entry(class.into_owned()).or_default();
            own.extend(reached(graph, triple.subject.into_owned()));
        }
    }
    for triple in graph.triples_for_predicate(oxrdf::vocab::rdf::TYPE) {
        if let NamedOrBlankNode::NamedNode(class) = triple.subject.into_owned()
            && metaclasses.contains(&triple.object.to_string())
        {
            let predicates = reached(graph, class.clone().into());
            found.entry(class).or_default().extend(predicates);
        }
    }
    found
}

/// Those of a shape and of the shapes to which `sh:node` leads.
fn reached(graph: &Graph, shape: NamedOrBlankNode) -> BTreeSet<NamedNode> {
    let node = sh("node");
    let mut shapes = indexmap::IndexSet::from([shape]);
    let mut next = 0;
    let mut found = BTreeSet::new();
    while let Some(shape) = shapes.get_index(next).cloned() {
        found.extend(predicates(graph, &shape));
        let nested = graph.objects_for_subject_predicate(&shape, &node);
        shapes.extend(nested.filter_map(discover::resource));
        next += 1;
    }
    found
}

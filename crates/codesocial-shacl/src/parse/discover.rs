//! Which nodes of a shapes graph are shapes. <https://www.w3.org/TR/shacl/#shapes>

use crate::model::Edition;
use crate::vocab::{SH, sh};
use indexmap::IndexSet;
use oxrdf::vocab::{rdf, rdfs};
use oxrdf::{Graph, NamedNode, NamedOrBlankNode, NamedOrBlankNodeRef, TermRef};
use std::collections::BTreeMap;

const TARGETS: [&str; 4] = ["targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"];

/// The parameters of SHACL Core and SHACL-SPARQL: their subjects are shapes.
const PARAMETERS: [&str; 35] = [
    "and",
    "class",
    "closed",
    "datatype",
    "disjoint",
    "equals",
    "flags",
    "hasValue",
    "ignoredProperties",
    "in",
    "js",
    "languageIn",
    "lessThan",
    "lessThanOrEquals",
    "maxCount",
    "maxExclusive",
    "maxInclusive",
    "maxLength",
    "minCount",
    "minExclusive",
    "minInclusive",
    "minLength",
    "node",
    "nodeKind",
    "not",
    "or",
    "pattern",
    "property",
    "qualifiedMaxCount",
    "qualifiedMinCount",
    "qualifiedValueShape",
    "qualifiedValueShapesDisjoint",
    "sparql",
    "uniqueLang",
    "xone",
];

/// The parameters that the draft of SHACL 1.2 adds.
pub(super) const DRAFT_PARAMETERS: [&str; 5] =
    ["rootClass", "singleLine", "someValue", "subsetOf", "uniqueValuesFor"];

/// The parameters of an edition.
pub(super) fn parameters(edition: Edition) -> impl Iterator<Item = &'static str> {
    let drafts: &[&str] = match edition {
        Edition::V1_0 => &[],
        Edition::Draft1_2 => &DRAFT_PARAMETERS,
    };
    PARAMETERS.iter().chain(drafts).copied()
}

/// The nodes that are shapes by their own triples, in a stable order. Shapes that only others
/// refer to are met while those are parsed.
pub(super) fn shape_nodes(
    graph: &Graph,
    edition: Edition,
    custom: &[NamedNode],
) -> Vec<NamedOrBlankNode> {
    let mut nodes = BTreeMap::new();
    let mut insert = |node: NamedOrBlankNodeRef<'_>| {
        nodes.insert(node.to_string(), node.into_owned());
    };
    for class in ["NodeShape", "PropertyShape"] {
        for class in subclasses(graph, sh(class).into()) {
            graph.subjects_for_predicate_object(rdf::TYPE, class.as_ref()).for_each(&mut insert);
        }
    }
    let known = TARGETS.into_iter().chain(parameters(edition)).map(sh);
    for predicate in known.chain(custom.iter().cloned()) {
        graph.triples_for_predicate(&predicate).for_each(|triple| insert(triple.subject));
    }
    nodes.into_values().collect()
}

/// A class and those below it in the shapes graph.
pub(super) fn subclasses(graph: &Graph, class: NamedOrBlankNode) -> IndexSet<NamedOrBlankNode> {
    let mut found = IndexSet::from([class]);
    let mut next = 0;
    while let Some(class) = found.get_index(next).cloned() {
        let below = graph.subjects_for_predicate_object(rdfs::SUB_CLASS_OF, class.as_ref());
        found.extend(below.map(NamedOrBlankNodeRef::into_owned));
        next += 1;
    }
    found
}

/// The predicates that components declared in this graph take. SHACL's own vocabulary, where it
/// is mixed into the shapes, declares nothing new.
pub(super) fn custom_parameters(graph: &Graph) -> Vec<NamedNode> {
    let mut predicates: Vec<NamedNode> = graph
        .triples_for_predicate(&sh("parameter"))
        .filter_map(|triple| resource(triple.object))
        .flat_map(|parameter| {
            let path = sh("path");
            let paths = graph.objects_for_subject_predicate(&parameter, &path);
            paths.filter_map(iri).collect::<Vec<_>>()
        })
        .filter(|predicate| !predicate.as_str().starts_with(SH))
        .collect();
    predicates.sort();
    predicates.dedup();
    predicates
}

fn iri(term: TermRef<'_>) -> Option<NamedNode> {
    match term {
        TermRef::NamedNode(iri) => Some(iri.into_owned()),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    }
}

/// A term that can have triples.
pub(super) fn resource(term: TermRef<'_>) -> Option<NamedOrBlankNode> {
    match term {
        TermRef::NamedNode(iri) => Some(iri.into_owned().into()),
        TermRef::BlankNode(blank) => Some(blank.into_owned().into()),
        TermRef::Literal(_) => None,
    }
}

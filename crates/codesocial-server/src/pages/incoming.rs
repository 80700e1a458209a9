//! Who cites a resource: the links that lead to it, read the other way round.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::owl;
use oxrdf::TermRef;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// Documents shown for one property; those beyond are counted.
const CITING_MAX: usize = 100;

/// The documents that cite by one property.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Citations {
    pub(super) name: Text,
    pub(super) documents: Vec<Link>,
    pub(super) more: usize,
}

/// Documents whose quads have the node as object, by property.
pub(super) fn citations(reading: &Reading<'_>, node: TermId, document: TermId) -> Vec<Citations> {
    let mut by_property: HashMap<TermId, HashSet<TermId>> = HashMap::new();
    let kind = reading.state.kind(document);
    for [subject, property, _, graph] in
        reading.quads(Pattern { object: Some(node), ..Pattern::default() })
    {
        let citing = reading.state.kind(graph);
        let counts = matches!(citing, GraphKind::Resource | GraphKind::Scheme | GraphKind::Version)
            || citing == kind;
        if counts && graph != document {
            // Of a scheme it is the concept that cites, of any other document the document.
            let citing = if citing == GraphKind::Scheme { subject } else { graph };
            by_property.entry(property).or_default().insert(citing);
        }
    }
    let mut citations: Vec<Citations> = by_property
        .into_iter()
        .map(|(property, documents)| group(reading, property, &documents))
        .collect();
    citations.sort_by_cached_key(|citations| citations.name.sort_key());
    citations
}

fn group(reading: &Reading<'_>, property: TermId, citing: &HashSet<TermId>) -> Citations {
    let mut shown: Vec<TermId> = citing.iter().copied().collect();
    // Ids are stable within a state: which ones are shown does not change between two readings.
    shown.sort_unstable();
    shown.truncate(CITING_MAX);
    let mut documents: Vec<Link> = shown
        .into_iter()
        .filter_map(|document| match reading.state.term(document) {
            TermRef::NamedNode(iri) => Some(reading.link(iri)),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        })
        .collect();
    documents.sort_by_cached_key(|link| link.text.sort_key());
    let more = citing.len().saturating_sub(CITING_MAX);
    Citations { name: inverse_name(reading, property), documents, more }
}

/// The label of the inverse property where the ontology has one, else «as {property}».
fn inverse_name(reading: &Reading<'_>, property: TermId) -> Text {
    let mut stated = reading.objects(property, owl::INVERSE_OF);
    let mut converse = reading.subjects(owl::INVERSE_OF, property).map(|(inverse, _)| inverse);
    let inverse = stated.next().or_else(|| converse.next());
    if let Some(label) = inverse.and_then(|inverse| reading.label(inverse)) {
        return label;
    }
    let name = match reading.state.term(property) {
        TermRef::NamedNode(iri) => reading.name(iri),
        TermRef::BlankNode(_) | TermRef::Literal(_) => Text::default(),
    };
    let as_property = reading.words.text("document.as");
    Text { text: as_property.replace("{0}", &name.text), lang: name.lang }
}

//! Who cites a resource: the links that lead to it, read the other way round.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, owl, pair, rdfs};
use oxrdf::{NamedNodeRef, TermRef};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Documents shown for one property; those beyond are counted.
const CITING_MAX: usize = 100;
/// So many are seen at a glance: more are told apart by their states.
const GLANCE_MAX: usize = 5;

/// The documents that cite by one property.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Citations {
    pub(super) name: Text,
    /// By the state that they are in, in the order of their life cycle.
    pub(super) states: Vec<InState>,
    pub(super) more: usize,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct InState {
    pub(super) state: Option<Link>,
    pub(super) documents: Vec<Link>,
}

/// Documents whose quads have the node as object, by property. `elsewhere` are the properties whose
/// citations the page shows in its own way.
pub(super) fn citations(
    reading: &Reading<'_>,
    node: TermId,
    document: TermId,
    elsewhere: &[NamedNodeRef<'_>],
) -> Vec<Citations> {
    let elsewhere: Vec<TermId> = elsewhere.iter().filter_map(|p| reading.state.id(*p)).collect();
    let mut by_property: HashMap<TermId, HashSet<TermId>> = HashMap::new();
    let kind = reading.state.kind(document);
    for [subject, property, _, graph] in
        reading.quads(Pattern { object: Some(node), ..Pattern::default() })
    {
        let citing = reading.state.kind(graph);
        let counts = matches!(citing, GraphKind::Resource | GraphKind::Scheme | GraphKind::Version)
            || citing == kind;
        if counts && graph != document && !elsewhere.contains(&property) {
            // Of a scheme it is the concept that cites, of any other document the document.
            let citing = if citing == GraphKind::Scheme { subject } else { graph };
            by_property.entry(property).or_default().insert(citing);
        }
    }
    let kinds_of_state = kinds_of_state(reading);
    let mut citations: Vec<Citations> = by_property
        .into_iter()
        .map(|(property, documents)| group(reading, property, &documents, &kinds_of_state))
        .collect();
    citations.sort_by_cached_key(|citations| citations.name.sort_key());
    citations
}

fn group(
    reading: &Reading<'_>,
    property: TermId,
    citing: &HashSet<TermId>,
    kinds_of_state: &[NamedNodeRef<'_>],
) -> Citations {
    let mut shown: Vec<TermId> = citing.iter().copied().collect();
    // Ids are stable within a state: which ones are shown does not change between two readings.
    shown.sort_unstable();
    shown.truncate(CITING_MAX);
    let kinds_of_state = if shown.len() > GLANCE_MAX { kinds_of_state } else { &[] };
    let mut states: BTreeMap<(i64, Option<TermId>), Vec<Link>> = BTreeMap::new();
    for document in shown {
        if let TermRef::NamedNode(iri) = reading.state.term(document) {
            let mut found = kinds_of_state.iter().flat_map(|kind| reading.objects(document, *kind));
            let state = found.next();
            let rank = state.and_then(|state| reading.integer(state, cs::ORDER));
            let place = (rank.unwrap_or(i64::MAX), state);
            states.entry(place).or_default().push(reading.link(iri));
        }
    }
    let states = states.into_iter().map(|((_, state), mut documents)| {
        documents.sort_by_cached_key(|link| link.text.sort_key());
        let state = state.and_then(|state| match reading.state.term(state) {
            TermRef::NamedNode(iri) => Some(reading.link(iri)),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        });
        InState { state, documents }
    });
    let more = citing.len().saturating_sub(CITING_MAX);
    Citations { name: inverse_name(reading, property), states: states.collect(), more }
}

/// The properties that tell the state of a resource: `pair:hasStatus` and those that it covers.
fn kinds_of_state<'a>(reading: &'a Reading<'_>) -> Vec<NamedNodeRef<'a>> {
    let Some(has_status) = reading.state.id(pair::HAS_STATUS) else { return Vec::new() };
    let kinds = reading.subjects(rdfs::SUB_PROPERTY_OF, has_status).map(|(kind, _)| kind);
    kinds
        .chain([has_status])
        .filter_map(|kind| match reading.state.term(kind) {
            TermRef::NamedNode(iri) => Some(iri),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Language;
    use crate::pages::sample::with_page;

    #[test]
    fn many_who_cite_are_told_apart_by_their_states() {
        let mut trig = String::from(
            r#"<ns> { cs:status rdfs:subPropertyOf pair:hasStatus . }
            <scheme/s> {
                <s:new> skos:prefLabel "Nouveau"@fr ; cs:order 1 .
                <s:old> skos:prefLabel "Ancien"@fr ; cs:order 2 .
            }"#,
        );
        for n in 0..6 {
            let state = if n % 3 == 0 { "cs:status <s:new>" } else { "pair:hasStatus <s:old>" };
            trig.push_str(&format!("<d/{n}> {{ <d/{n}> cs:cites <d> ; {state} }}"));
        }
        with_page(&trig, "d", Language::French, |page| {
            let [cited] = &page.citations[..] else { unreachable!("one property") };
            let states = cited.states.iter().map(|InState { state, documents }| {
                (state.as_ref().map(|state| state.text.text.as_str()), documents.len())
            });
            assert_eq!(states.collect::<Vec<_>>(), [(Some("Nouveau"), 2), (Some("Ancien"), 4)]);
        });
    }
}

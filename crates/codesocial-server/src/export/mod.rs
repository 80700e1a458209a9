//! Exports: what everyone may read, as files that others keep and harvest.
//!
//! The command line and `/export/{dataset}.{ending}` write by the same function, from one state,
//! document by document: no export ever stands in memory whole. Which documents one holds is asked
//! of the store's readers, never decided here.

mod dataset;

mod csv;
mod format;

mod http;
mod index;

pub(crate) use dataset::{DATASETS, Dataset};
pub(crate) use format::{Format, compressed};
pub(crate) use http::{EXPORTS_MAX, get};
pub(crate) use index::index;

use codesocial_graph::{Pattern, Readers, TermId};
use codesocial_rdf::vocab::{self, dcat, dct, rdf, xsd};
use codesocial_rdf::{GraphKind, skolem, write};
use codesocial_store::{Agent, State};
use dataset::Holds;
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, Triple};
use std::sync::Arc;

/// A dataset as one state holds it.
pub(crate) struct Export {
    state: Arc<State>,
    dataset: &'static Dataset,
    /// In the order of their addresses.
    documents: Vec<TermId>,
}

impl Export {
    pub(crate) fn of(state: Arc<State>, dataset: &'static Dataset) -> Self {
        let readers = state.readers(&Agent::Anonymous);
        let mut documents = match dataset.holds {
            Holds::Documents => of_kind(&state, GraphKind::Resource),
            Holds::Instances(classes) => instances(&state, classes),
            Holds::References(classes) => {
                let schemes = of_kind(&state, GraphKind::Scheme);
                schemes.into_iter().chain(instances(&state, classes)).collect()
            }
        };
        documents.retain(|document| is_told(&state, &readers, *document));
        documents.sort_unstable_by_key(|document| state.term(*document).to_string());
        documents.dedup();
        Self { state, dataset, documents }
    }

    /// Of these documents, those that describe an instance of the class.
    pub(crate) fn narrowed_to(mut self, class: NamedNodeRef<'_>) -> Self {
        let mut wanted = instances_of(&self.state, class);
        wanted.sort_unstable();
        self.documents.retain(|document| wanted.binary_search(document).is_ok());
        self
    }

    /// The documents with their triples as they leave.
    fn documents(&self) -> impl Iterator<Item = (NamedNode, Vec<Triple>)> {
        self.documents.iter().filter_map(|document| {
            let GraphName::NamedNode(name) = self.state.graph_name(*document) else { return None };
            let triples = self.state.graph(name.as_ref().into());
            let mut triples: Vec<Triple> = triples.map(skolem::unskolemise).collect();
            write::sort_for_reading(&mut triples, name.as_str());
            Some((name, triples))
        })
    }
}

/// What the files of a dataset say of it.
fn description(state: &State, dataset: &Dataset) -> Vec<Triple> {
    let own = dataset.iri(state.base());
    let text = |text, tag| Literal::new_language_tagged_literal_unchecked(text, tag);
    let modified = Literal::new_typed_literal(format!("{:.6}", state.at()), xsd::DATE_TIME);
    let mut triples = vec![
        Triple::new(own.clone(), rdf::TYPE, dcat::DATASET),
        Triple::new(own.clone(), dct::TITLE, text(dataset.fr, "fr")),
        Triple::new(own.clone(), dct::TITLE, text(dataset.en, "en")),
        Triple::new(own.clone(), dct::MODIFIED, modified),
    ];
    let licences = dataset.licences.iter();
    triples.extend(licences.map(|l| Triple::new(own.clone(), dct::LICENSE, l.iri())));
    triples
}

fn is_told(state: &State, readers: &Readers, document: TermId) -> bool {
    let kind = state.kind(document);
    matches!(kind, GraphKind::Resource | GraphKind::Scheme | GraphKind::Version)
        && readers.may_read(state, document)
}

fn of_kind(state: &State, kind: GraphKind) -> Vec<TermId> {
    state.graphs().filter(|graph| state.kind(*graph) == kind).collect()
}

fn instances(state: &State, classes: &[&str]) -> Vec<TermId> {
    let expanded = classes.iter().map(|class| vocab::expand(class));
    expanded.flat_map(|class| instances_of(state, class.as_ref())).collect()
}

/// The documents whose own node is an instance of the class.
fn instances_of(state: &State, class: NamedNodeRef<'_>) -> Vec<TermId> {
    let (predicate, object) = (state.id(rdf::TYPE), state.id(class));
    let (Some(_), Some(_)) = (predicate, object) else { return Vec::new() };
    state
        .quads(Pattern { predicate, object, ..Pattern::default() })
        .filter(|[subject, _, _, graph]| subject == graph)
        .map(|[subject, ..]| subject)
        .collect()
}

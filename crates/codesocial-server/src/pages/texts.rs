//! What is found by its texts: by the words that one of them holds, whatever their inflection.

use super::reading::Reading;
use codesocial_graph::{Pattern, TermId, Words};
use codesocial_rdf::GraphKind;
use std::collections::HashSet;

/// Of words that more texts hold, not all of these are looked at.
const TEXTS_MAX: usize = 10_000;

impl Reading<'_> {
    /// The documents and concepts of which a text holds each word, as far as the reader may read
    /// it. What a part of a document says is said by the document.
    pub(super) fn with_words(&self, search: &str) -> HashSet<TermId> {
        let texts = self.state.texts_with(&Words::of(search, None)).into_iter().take(TEXTS_MAX);
        let said =
            texts.flat_map(|text| self.quads(Pattern { object: Some(text), ..Pattern::default() }));
        said.filter_map(|[subject, _, _, graph]| match self.state.kind(graph) {
            GraphKind::Resource | GraphKind::Private => Some(graph),
            GraphKind::Scheme => Some(subject),
            _ => None,
        })
        .collect()
    }
}

//! The name of anything, in the reader's language where the data has one.

use super::reading::Reading;
use codesocial_graph::{Pattern, State, TermId, folded};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{compact, dct, foaf, pair, rdfs, schema, sh, skos};
use oxrdf::{NamedNodeRef, TermRef};
use serde::Serialize;

/// The properties that name things, the best first.
pub(super) const LABELS: [NamedNodeRef<'_>; 7] =
    [skos::PREF_LABEL, pair::LABEL, dct::TITLE, rdfs::LABEL, sh::NAME, foaf::NAME, schema::NAME];

/// A text of the data, and its language where that is not the page's.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) lang: Option<String>,
}

impl Text {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), lang: None }
    }

    /// What lists are sorted by: case and French accents do not count.
    pub(super) fn sort_key(&self) -> String {
        folded(&self.text)
    }
}

/// The ids of [`LABELS`] in one state.
pub(super) struct Labels([Option<TermId>; LABELS.len()]);

impl Labels {
    pub(super) fn of(state: &State) -> Self {
        Self(LABELS.map(|label| state.id(label)))
    }

    fn rank(&self, predicate: TermId) -> Option<usize> {
        self.0.iter().position(|label| *label == Some(predicate))
    }
}

impl Reading<'_> {
    /// What the data calls a thing: in the reader's language, else in no language, else in any.
    pub(super) fn label(&self, subject: TermId) -> Option<Text> {
        let about = Pattern { subject: Some(subject), ..Pattern::default() };
        let mut best: Option<((u8, usize), TermId)> = None;
        for [_, predicate, object, graph] in self.state.quads(about) {
            let Some(property) = self.labels.rank(predicate) else { continue };
            let TermRef::Literal(literal) = self.state.term(object) else { continue };
            let rank = (self.language_rank(literal.language()), property);
            if best.is_none_or(|(found, _)| rank < found) && self.may_name(subject, graph) {
                best = Some((rank, object));
            }
        }
        match self.state.term(best?.1) {
            TermRef::Literal(literal) => Some(self.text(literal.value(), literal.language())),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
        }
    }

    /// Whether a graph may name a thing on pages: documents of the registry and the operator's
    /// graphs may, and any other document its own things.
    fn may_name(&self, subject: TermId, graph: TermId) -> bool {
        let named = match self.state.kind(graph) {
            GraphKind::Default
            | GraphKind::Resource
            | GraphKind::Meta
            | GraphKind::Scheme
            | GraphKind::Ontology
            | GraphKind::Shapes
            | GraphKind::Version => true,
            GraphKind::Sandbox | GraphKind::Private | GraphKind::Remote => {
                self.document_of(subject).and_then(|document| self.state.id(document))
                    == Some(graph)
            }
            GraphKind::Acl
            | GraphKind::Quarantine
            | GraphKind::SandboxMeta
            | GraphKind::PrivateMeta
            | GraphKind::Foreign
            | GraphKind::System => false,
        };
        named && self.may_read(graph)
    }

    /// The document that a node is or is a part of.
    pub(super) fn document_of(&self, node: TermId) -> Option<NamedNodeRef<'_>> {
        match self.state.term(node) {
            TermRef::NamedNode(iri) => {
                let document = iri.as_str().split_once('#').map_or(iri.as_str(), |(d, _)| d);
                Some(NamedNodeRef::new_unchecked(document))
            }
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        }
    }

    pub(super) fn language_of(&self, text: TermId) -> u8 {
        match self.state.term(text) {
            TermRef::Literal(text) => self.language_rank(text.language()),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => u8::MAX,
        }
    }

    /// The reader's language first, then no language, then any.
    pub(super) fn language_rank(&self, tag: Option<&str>) -> u8 {
        match tag {
            Some(tag) if self.is_readers(tag) => 0,
            None => 1,
            Some(_) => 2,
        }
    }

    fn is_readers(&self, tag: &str) -> bool {
        tag.split('-').next().is_some_and(|tag| tag.eq_ignore_ascii_case(self.language.tag()))
    }

    pub(super) fn text(&self, text: &str, language: Option<&str>) -> Text {
        let lang = language.filter(|tag| !self.is_readers(tag)).map(str::to_owned);
        Text { text: text.to_owned(), lang }
    }

    /// The label of an IRI: the data's, else ours where it is a term of the W3C's or the like.
    pub(super) fn label_of(&self, iri: NamedNodeRef<'_>) -> Option<Text> {
        let label = self.state.id(iri).and_then(|id| self.label(id));
        let ours = || self.words.get(&format!("terms.{}", compact(iri.as_str())?)).map(Text::plain);
        label.or_else(ours)
    }

    /// The label of an IRI, else a short form of it.
    pub(super) fn name(&self, iri: NamedNodeRef<'_>) -> Text {
        self.label_of(iri).unwrap_or_else(|| Text::plain(short(iri.as_str())))
    }
}

/// `prefix:local`, else the last part of an IRI, else all of it.
pub(super) fn short(iri: &str) -> String {
    compact(iri).unwrap_or_else(|| {
        let last = iri.trim_end_matches('/').rsplit(['/', '#']).next();
        last.filter(|last| !last.is_empty()).unwrap_or(iri).to_owned()
    })
}

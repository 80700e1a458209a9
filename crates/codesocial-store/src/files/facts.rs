//! What the server says of a file, in the Meta graph of its document: which bytes it is, of which
//! type, and how they were called.
//!
//! Clients do not write there, so that no document can claim the bytes of another.

use crate::journal::{Hash, unhex};
use crate::{State, hex};
use codesocial_graph::{Pattern, QuadIds};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{dcat, ldp, rdf, schema, semapps};
use oxrdf::{
    GraphNameRef, Literal, LiteralRef, NamedNodeRef, Quad, QuadRef, Term, TermRef, Triple,
};

/// A file as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub digest: Hash,
    pub bytes: u64,
    /// As the client said it, parameters included.
    pub media_type: String,
    /// For whoever saves it.
    pub name: String,
}

/// The properties that say it.
pub(crate) const PROPERTIES: [NamedNodeRef<'_>; 4] =
    [schema::SHA256, dcat::BYTE_SIZE, semapps::MIME_TYPE, semapps::FILE_NAME];

impl FileFacts {
    /// What the server says of `document`, which is this file.
    pub fn quads(&self, document: NamedNodeRef<'_>) -> Vec<Quad> {
        let text = |text: &str| Term::from(Literal::new_simple_literal(text));
        let said: [(NamedNodeRef<'_>, Term); 5] = [
            (rdf::TYPE, ldp::NON_RDF_SOURCE.into()),
            (schema::SHA256, text(&hex(&self.digest))),
            (dcat::BYTE_SIZE, Literal::from(self.bytes).into()),
            (semapps::MIME_TYPE, text(&self.media_type)),
            (semapps::FILE_NAME, text(&self.name)),
        ];
        let meta = State::meta(document);
        let quad = |(property, value): (NamedNodeRef<'_>, Term)| {
            Quad::new(document.into_owned(), property.into_owned(), value, meta.clone())
        };
        said.into_iter().map(quad).collect()
    }
}

impl State {
    /// Whether a document is a file: what the server says of it is what counts.
    pub fn is_file(&self, document: NamedNodeRef<'_>) -> bool {
        let meta = Self::meta(document);
        let class = ldp::NON_RDF_SOURCE;
        self.contains(QuadRef::new(document, rdf::TYPE, class, GraphNameRef::from(&meta)))
    }

    /// What is known of a file.
    pub fn file(&self, document: NamedNodeRef<'_>) -> Option<FileFacts> {
        if !self.is_file(document) {
            return None;
        }
        let said: Vec<Triple> = self.graph(Self::meta(document).as_ref().into()).collect();
        let value = |property: NamedNodeRef<'_>| {
            said.iter().find_map(|triple| match &triple.object {
                Term::Literal(value)
                    if triple.predicate == property && triple.subject == document.into() =>
                {
                    Some(value.value())
                }
                _ => None,
            })
        };
        Some(FileFacts {
            digest: unhex(value(schema::SHA256)?)?,
            bytes: value(dcat::BYTE_SIZE)?.parse().ok()?,
            media_type: value(semapps::MIME_TYPE)?.to_owned(),
            name: value(semapps::FILE_NAME)?.to_owned(),
        })
    }

    /// Whether a triple says of a file what only the server says.
    pub fn is_file_fact(&self, triple: &Triple, document: NamedNodeRef<'_>) -> bool {
        PROPERTIES.contains(&triple.predicate.as_ref())
            && triple.subject == document.into()
            && self.is_file(document)
    }
}

/// The digest that a quad of a Meta graph says.
pub(super) fn digest_of_quad(quad: &Quad) -> Option<Hash> {
    let GraphNameRef::NamedNode(graph) = quad.graph_name.as_ref() else { return None };
    match &quad.object {
        Term::Literal(digest)
            if quad.predicate == schema::SHA256 && graph.as_str().ends_with(".meta") =>
        {
            unhex(digest.value())
        }
        _ => None,
    }
}

/// The quads by which files refer to these bytes.
pub(super) fn quads_with<'a>(
    state: &'a State,
    digest: &Hash,
) -> impl Iterator<Item = QuadIds> + 'a {
    let digest = hex(digest);
    let object = state.id(LiteralRef::new_simple_literal(&digest));
    quads(state, object.map(Some))
}

/// The quads by which files refer to bytes.
pub(super) fn all_quads(state: &State) -> impl Iterator<Item = QuadIds> + '_ {
    quads(state, Some(None))
}

fn quads(
    state: &State,
    object: Option<Option<codesocial_graph::TermId>>,
) -> impl Iterator<Item = QuadIds> + '_ {
    let known = state.id(schema::SHA256).zip(object);
    let pattern = known.map(|(predicate, object)| Pattern {
        predicate: Some(predicate),
        object,
        ..Pattern::default()
    });
    let said_by_server = |graph| {
        matches!(
            state.kind(graph),
            GraphKind::Meta | GraphKind::SandboxMeta | GraphKind::PrivateMeta
        )
    };
    let quads = pattern.into_iter().flat_map(|pattern| state.quads(pattern));
    quads.filter(move |[_, _, _, graph]| said_by_server(*graph))
}

/// The document and the digest of such a quad.
pub(super) fn reference(state: &State, [subject, _, digest, _]: QuadIds) -> Option<(String, Hash)> {
    match (state.term(subject), state.term(digest)) {
        (TermRef::NamedNode(document), TermRef::Literal(digest)) => {
            Some((document.as_str().to_owned(), unhex(digest.value())?))
        }
        _ => None,
    }
}

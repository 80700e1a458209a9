//! What the body of a write says: triples in one of the syntaxes, or several files of a form.
//! <https://www.w3.org/TR/sparql11-http-rdf-update/#http-post>

use crate::problem::Refusal;
use axum::body::Bytes;
use codesocial_rdf::{RdfSyntax, parse};
use futures_util::stream;
use oxrdf::{BlankNode, NamedOrBlankNode, Term, Triple};
use std::convert::Infallible;

/// The media types that are taken, as `Accept-Post` tells them.
pub(super) const ACCEPTED: &str = "text/turtle, application/ld+json, application/n-triples, \
                                   application/rdf+xml, multipart/form-data";

/// The triples of a body whose relative IRIs are relative to `base`.
pub(super) async fn triples(
    content_type: &str,
    body: Bytes,
    base: &str,
) -> Result<Vec<Triple>, Refusal> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("multipart/form-data") {
        return Ok(parse::triples(&body, syntax(content_type)?, base)?);
    }
    let boundary = multer::parse_boundary(content_type).map_err(|_| Refusal::Form)?;
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut triples = Vec::new();
    let mut files = 0;
    while let Some(file) = form.next_field().await.map_err(|_| Refusal::Form)? {
        let content_type = file.content_type().map(ToString::to_string);
        let ending = file.file_name().and_then(|name| Some(name.rsplit_once('.')?.1.to_owned()));
        let syntax = match (content_type, ending) {
            (Some(content_type), _) => syntax(&content_type)?,
            (None, Some(ending)) => RdfSyntax::from_extension(&ending).ok_or(Refusal::MediaType)?,
            (None, None) => return Err(Refusal::MediaType),
        };
        let bytes = file.bytes().await.map_err(|_| Refusal::Form)?;
        let file = parse::triples(&bytes, syntax, base)?;
        triples.extend(file.into_iter().map(|triple| apart(triple, files)));
        files += 1;
    }
    if files == 0 { Err(Refusal::Form) } else { Ok(triples) }
}

/// The syntax of a media type, of those in which a text is one graph.
fn syntax(content_type: &str) -> Result<RdfSyntax, Refusal> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    // N-Triples were text/plain once, as all other texts are.
    let is_plain = essence.eq_ignore_ascii_case("text/plain");
    match RdfSyntax::from_media_type(content_type).filter(|_| !is_plain) {
        Some(RdfSyntax::NQuads | RdfSyntax::TriG) | None => Err(Refusal::MediaType),
        Some(syntax) => Ok(syntax),
    }
}

/// The triple with blank nodes of its file: two files that give nodes one label mean two nodes.
/// <https://www.w3.org/TR/rdf11-mt/#shared-blank-nodes-unions-and-merges>
fn apart(mut triple: Triple, file: usize) -> Triple {
    let own = |node: &BlankNode| BlankNode::new_unchecked(format!("f{file}.{}", node.as_str()));
    if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
        triple.subject = own(node).into();
    }
    if let Term::BlankNode(node) = &triple.object {
        triple.object = own(node).into();
    }
    triple
}

//! Reading RDF from strangers: every syntax, with limits that hold before the parser runs.

use crate::{RdfSyntax, context};
use oxrdf::{GraphName, Quad, Triple};
use oxrdfio::{LoadedDocument, RdfParseError, RdfParser};
use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

/// How deeply JSON objects and arrays may be nested in JSON-LD.
pub const JSON_DEPTH_MAX: usize = 64;
/// How deeply elements may be nested in RDF/XML.
pub const XML_DEPTH_MAX: usize = 256;

/// Why a text is not RDF that this program takes. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    #[error("line {line}, column {column}: {message}")]
    At { line: u64, column: u64, message: String },
    #[error("{0}")]
    Elsewhere(String),
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    #[error("an RDF/XML document may not have a document type: remove <!DOCTYPE …>")]
    DocumentType,
    #[error("a document is one graph: this one names the graph {0}")]
    NamedGraph(String),
    #[error("the JSON-LD context {0} is not known here, and contexts are not fetched")]
    Context(String),
}

/// The triples of a document at `document`, against which relative IRIs resolve.
pub fn triples(
    bytes: &[u8],
    syntax: RdfSyntax,
    document: &str,
) -> Result<Vec<Triple>, SyntaxError> {
    quads(bytes, syntax, document)?.into_iter().map(in_one_graph).collect()
}

/// The triples of a text as they are read, so that a large one is never held whole, in the
/// syntaxes whose statements stand for themselves. An error is the last that is told.
pub fn stream<'r>(
    mut reader: impl Read + 'r,
    syntax: RdfSyntax,
    document: &str,
) -> Result<Box<dyn Iterator<Item = Result<Triple, SyntaxError>> + 'r>, SyntaxError> {
    if matches!(syntax, RdfSyntax::JsonLd | RdfSyntax::RdfXml) {
        let mut bytes = Vec::new();
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| SyntaxError::Elsewhere(error.to_string()))?;
        return Ok(Box::new(triples(&bytes, syntax, document)?.into_iter().map(Ok)));
    }
    let quads = parser(syntax, document)?.for_reader(reader);
    Ok(Box::new(quads.map(|quad| in_one_graph(quad?))))
}

fn in_one_graph(quad: Quad) -> Result<Triple, SyntaxError> {
    match quad.graph_name {
        GraphName::DefaultGraph => Ok(Triple::new(quad.subject, quad.predicate, quad.object)),
        name => Err(SyntaxError::NamedGraph(name.to_string())),
    }
}

/// The triples of a document of another server, in JSON-LD, under contexts that were fetched
/// before: their texts by their IRIs. Those that come with the program are no other, whoever says
/// so.
pub fn triples_under(
    bytes: &[u8],
    document: &str,
    contexts: &Contexts,
) -> Result<Vec<Triple>, SyntaxError> {
    let quads = quads_under(bytes, RdfSyntax::JsonLd, document, contexts)?;
    quads.into_iter().map(in_one_graph).collect()
}

/// JSON-LD contexts by their IRIs.
pub type Contexts = HashMap<String, Arc<str>>;

/// The quads of a dataset, relative IRIs resolved against `base`.
pub fn quads(bytes: &[u8], syntax: RdfSyntax, base: &str) -> Result<Vec<Quad>, SyntaxError> {
    quads_under(bytes, syntax, base, &Contexts::new())
}

fn quads_under(
    bytes: &[u8],
    syntax: RdfSyntax,
    base: &str,
    contexts: &Contexts,
) -> Result<Vec<Quad>, SyntaxError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SyntaxError::NotUtf8)?;
    match syntax {
        RdfSyntax::JsonLd => check_json_depth(text)?,
        RdfSyntax::RdfXml => check_xml(text)?,
        RdfSyntax::Turtle | RdfSyntax::NTriples | RdfSyntax::NQuads | RdfSyntax::TriG => {}
    }
    // No context is fetched here: an unknown one is named in the error.
    let (document, contexts) = (base.to_owned(), contexts.clone());
    let lacking = Arc::new(OnceLock::new());
    let told = lacking.clone();
    let parser = parser(syntax, base)?.for_slice(text).with_document_loader(move |iri| {
        let bundled = context::bundled(iri, &document);
        let context = bundled.or_else(|| contexts.get(iri).map(|text| &**text));
        let context = context.ok_or_else(|| {
            // The first one that is lacking is the one to tell of.
            drop(told.set(iri.to_owned()));
            SyntaxError::Context(iri.to_owned())
        })?;
        Ok(LoadedDocument {
            url: iri.to_owned(),
            content: context.as_bytes().to_vec(),
            format: RdfSyntax::JsonLd.oxrdfio(),
        })
    });
    let read: Result<_, SyntaxError> = parser.map(|quad| quad.map_err(SyntaxError::from)).collect();
    read.map_err(|error| lacking.get().cloned().map_or(error, SyntaxError::Context))
}

/// Blank nodes are renamed, so that a document cannot choose labels that meet ours.
fn parser(syntax: RdfSyntax, base: &str) -> Result<RdfParser, SyntaxError> {
    RdfParser::from_format(syntax.oxrdfio())
        .rename_blank_nodes()
        .with_base_iri(base)
        .map_err(|error| SyntaxError::Elsewhere(error.to_string()))
}

impl From<RdfParseError> for SyntaxError {
    fn from(error: RdfParseError) -> Self {
        match error {
            RdfParseError::Io(error) => Self::Elsewhere(error.to_string()),
            RdfParseError::Syntax(error) => error.into(),
        }
    }
}

impl From<oxrdfio::RdfSyntaxError> for SyntaxError {
    fn from(error: oxrdfio::RdfSyntaxError) -> Self {
        // The parsers repeat the position in their text.
        let text = error.to_string();
        let message = match text.split_once(": ") {
            Some((position, message)) if position.starts_with("Parser error") => message.to_owned(),
            _ => text,
        };
        match error.location() {
            Some(range) => {
                Self::At { line: range.start.line + 1, column: range.start.column + 1, message }
            }
            None => Self::Elsewhere(message),
        }
    }
}

impl From<oxttl::TurtleSyntaxError> for SyntaxError {
    fn from(error: oxttl::TurtleSyntaxError) -> Self {
        let start = error.location().start;
        let message = error.message().to_owned();
        Self::At { line: start.line + 1, column: start.column + 1, message }
    }
}

fn check_json_depth(text: &str) -> Result<(), SyntaxError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > JSON_DEPTH_MAX {
            return Err(SyntaxError::TooDeep(JSON_DEPTH_MAX));
        }
    }
    Ok(())
}

/// Refuses document types, through which entities expand without bound, and deep nesting.
fn check_xml(text: &str) -> Result<(), SyntaxError> {
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = if let Some(comment) = rest.strip_prefix("!--") {
            comment.find("-->").map(|n| n + 6)
        } else if let Some(data) = rest.strip_prefix("![CDATA[") {
            data.find("]]>").map(|n| n + 11)
        } else if rest.starts_with('!') {
            return Err(SyntaxError::DocumentType);
        } else {
            let end = tag_end(rest);
            let tag = &rest[..end.unwrap_or(rest.len())];
            match (tag.starts_with('/'), tag.ends_with('/'), tag.starts_with('?')) {
                (true, ..) => depth = depth.saturating_sub(1),
                (_, true, _) | (_, _, true) => {}
                _ => depth += 1,
            }
            end
        };
        if depth > XML_DEPTH_MAX {
            return Err(SyntaxError::TooDeep(XML_DEPTH_MAX));
        }
        let Some(end) = end else { break };
        rest = &rest[end..];
    }
    Ok(())
}

/// Where the tag that `text` begins inside of ends, quotes respected.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    text.bytes().position(|byte| {
        match (quote, byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(syntax: RdfSyntax, text: &str, expected: &Expect) {
        let outcome = match triples(text.as_bytes(), syntax, "http://x/c/doc") {
            Ok(triples) => triples.iter().map(|triple| format!("{triple}\n")).collect(),
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&outcome);
    }

    #[test]
    fn relative_iris_resolve_against_the_document() {
        check(
            RdfSyntax::Turtle,
            "<> <p> <../d>, <#part> .",
            &expect![[r#"
                <http://x/c/doc> <http://x/c/p> <http://x/d>
                <http://x/c/doc> <http://x/c/p> <http://x/c/doc#part>
            "#]],
        );
        check(
            RdfSyntax::JsonLd,
            r##"{"@id": "", "http://x/p": {"@id": "#part"}}"##,
            &expect![[r#"
                <http://x/c/doc> <http://x/p> <http://x/c/doc#part>
            "#]],
        );
    }

    #[test]
    fn a_syntax_error_says_where() {
        check(
            RdfSyntax::Turtle,
            "<a> <b> <c> .\n<a> <b> .",
            &expect![[r#"
                line 2, column 9: . is not a valid RDF object
            "#]],
        );
    }

    #[test]
    fn a_context_is_never_fetched() {
        check(
            RdfSyntax::JsonLd,
            r#"{"@context": "https://evil.example/context", "@id": "", "a": 1}"#,
            &expect![[r#"
                the JSON-LD context https://evil.example/context is not known here, and contexts are not fetched
            "#]],
        );
    }

    #[test]
    fn entities_and_depth_are_refused_before_parsing() {
        check(
            RdfSyntax::RdfXml,
            "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]><x/>",
            &expect![[r#"
                an RDF/XML document may not have a document type: remove <!DOCTYPE …>
            "#]],
        );
        check(
            RdfSyntax::RdfXml,
            &"<a x='>'>".repeat(300),
            &expect![[r#"
                nested deeper than 256 levels
            "#]],
        );
        check(
            RdfSyntax::JsonLd,
            &"[".repeat(65),
            &expect![[r#"
                nested deeper than 64 levels
            "#]],
        );
    }

    #[test]
    fn a_document_names_no_graph() {
        check(
            RdfSyntax::TriG,
            "<g> { <a> <b> <c> }",
            &expect![[r#"
                a document is one graph: this one names the graph <http://x/c/g>
            "#]],
        );
    }
}

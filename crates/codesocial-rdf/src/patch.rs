//! RDF Patch, the form in which a journal segment holds its change.
//!
//! One line per quad, `D` lines before `A` lines, each group sorted; a segment that creates its
//! graph opens with `H <id> <iri> .`. The same change always gives the same bytes. No blank nodes.
//! <https://afs.github.io/rdf-delta/rdf-patch.html>

use crate::Changeset;
use oxrdf::{NamedNode, Quad};
use oxrdfio::{RdfFormat, RdfParser};
use std::fmt::Write as _;

/// A net change, and the identity of the graph where the change creates it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub minted: Option<Minted>,
    pub changes: Changeset,
}

/// The opaque id given to a graph when it is first written, which headers name instead of its IRI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    pub id: String,
    pub iri: NamedNode,
}

/// Why bytes are not a patch that this program wrote.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    #[error("the patch is not UTF-8")]
    NotText,
    #[error("line {0} of the patch is neither H, D nor A, or out of order")]
    Line(usize),
    #[error("a quad of the patch cannot be read: {0}")]
    Quad(String),
}

impl Patch {
    pub fn encode(&self) -> Vec<u8> {
        let mut text = String::new();
        if let Some(Minted { id, iri }) = &self.minted {
            writeln!(text, "H {id} {iri} .").expect("a String takes all that is written to it");
        }
        for (verb, quads) in [("D", &self.changes.removed), ("A", &self.changes.added)] {
            let mut lines: Vec<String> = quads.iter().map(Quad::to_string).collect();
            lines.sort_unstable();
            for line in lines {
                writeln!(text, "{verb} {line} .").expect("a String takes all that is written");
            }
        }
        text.into_bytes()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, PatchError> {
        let text = std::str::from_utf8(bytes).map_err(|_| PatchError::NotText)?;
        let mut patch = Self::default();
        let (mut removed, mut added) = (String::new(), String::new());
        for (n, line) in text.lines().enumerate() {
            match line.split_at_checked(2) {
                Some(("H ", head)) if n == 0 => {
                    patch.minted = Some(Minted::decode(head).ok_or(PatchError::Line(1))?);
                }
                Some(("D ", quad)) if added.is_empty() => {
                    removed.push_str(quad);
                    removed.push('\n');
                }
                Some(("A ", quad)) => {
                    added.push_str(quad);
                    added.push('\n');
                }
                _ => return Err(PatchError::Line(n + 1)),
            }
        }
        patch.changes = Changeset { removed: quads(&removed)?, added: quads(&added)? };
        Ok(patch)
    }
}

impl Minted {
    fn decode(head: &str) -> Option<Self> {
        let (id, rest) = head.split_once(' ')?;
        let iri = rest.strip_prefix('<')?.strip_suffix("> .")?;
        Some(Self { id: id.to_owned(), iri: NamedNode::new(iri).ok()? })
    }
}

fn quads(lines: &str) -> Result<Vec<Quad>, PatchError> {
    // Lenient, because these bytes were checked when they entered: what one version of the parser
    // accepted, replay must accept for ever.
    RdfParser::from_format(RdfFormat::NQuads)
        .lenient()
        .for_slice(lines)
        .map(|quad| quad.map_err(|error| PatchError::Quad(error.to_string())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use oxrdf::{GraphName, Literal};

    fn sample() -> Patch {
        let graph = NamedNode::new_unchecked("http://localhost:8080/seeds/vrm");
        let quad = |object: Literal| {
            let label =
                NamedNode::new_unchecked("http://virtual-assembly.org/ontologies/pair#label");
            Quad::new(graph.clone(), label, object, GraphName::from(graph.clone()))
        };
        Patch {
            minted: Some(Minted {
                id: "aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
                iri: graph.clone(),
            }),
            changes: Changeset {
                removed: vec![quad(Literal::new_simple_literal("b")), quad(Literal::from(1))],
                added: vec![quad(Literal::new_language_tagged_literal_unchecked("\"é\"\n", "fr"))],
            },
        }
    }

    #[test]
    fn the_bytes_of_a_patch_do_not_change() {
        expect![[r#"
            H aaaaaaaaaaaaaaaaaaaaaaaaaa <http://localhost:8080/seeds/vrm> .
            D <http://localhost:8080/seeds/vrm> <http://virtual-assembly.org/ontologies/pair#label> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://localhost:8080/seeds/vrm> .
            D <http://localhost:8080/seeds/vrm> <http://virtual-assembly.org/ontologies/pair#label> "b" <http://localhost:8080/seeds/vrm> .
            A <http://localhost:8080/seeds/vrm> <http://virtual-assembly.org/ontologies/pair#label> "\"é\"\n"@fr <http://localhost:8080/seeds/vrm> .
        "#]]
        .assert_eq(&String::from_utf8(sample().encode()).expect("text"));
    }

    #[test]
    fn a_patch_reads_back_as_it_was_written() {
        let read = Patch::decode(&sample().encode()).expect("a patch");
        assert_eq!(read.encode(), sample().encode());
        assert_eq!(read.minted, sample().minted);
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        for bytes in [
            "X <a:b> <a:b> <a:b> .\n",
            "A <a:b> <a:b> .\n",
            "A <a:b> <a:b> <a:b> .\nD <a:b> <a:b> <a:b> .\n",
            "H x\n",
            "A\n",
        ] {
            assert!(Patch::decode(bytes.as_bytes()).is_err(), "{bytes}");
        }
    }
}

//! A file of RDF that a command is given, read as it is parsed.

use super::Failure;
use codesocial_rdf::{RdfSyntax, parse};
use flate2::read::MultiGzDecoder;
use oxrdf::Triple;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What is read from disk at once.
const READ_BYTES: usize = 256 * 1024;

/// A file in the syntax of its ending, perhaps with `.gz` after it.
pub(super) struct Data {
    path: PathBuf,
    syntax: RdfSyntax,
    is_compressed: bool,
    /// Against which its relative IRIs resolve.
    iri: String,
}

impl Data {
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        let told = |error: &dyn Display| Failure(format!("{}: {error}", path.display()));
        let is_compressed = path.extension().is_some_and(|extension| extension == "gz");
        let plain = if is_compressed { path.with_extension("") } else { path.to_owned() };
        let syntax = plain
            .extension()
            .and_then(|extension| RdfSyntax::from_extension(extension.to_str()?))
            .ok_or_else(|| told(&"its name ends in none of .ttl .jsonld .nt .nq .trig .rdf"))?;
        let iri = file_iri(path).map_err(|error| told(&error))?;
        Ok(Self { path: path.to_owned(), syntax, is_compressed, iri })
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |about| about.len())
    }

    /// Whether a statement stands where it is read.
    pub(super) fn is_by_line(&self) -> bool {
        !matches!(self.syntax, RdfSyntax::JsonLd | RdfSyntax::RdfXml)
    }

    /// The text of the file, expanded; what is read of it on disk passes through `watched`.
    pub(super) fn open<'r, R: Read + 'r>(
        &self,
        watched: impl FnOnce(File) -> R,
    ) -> Result<Box<dyn BufRead + 'r>, Failure> {
        let file = watched(File::open(&self.path).map_err(|error| self.told(&error))?);
        Ok(if self.is_compressed {
            Box::new(BufReader::new(MultiGzDecoder::new(file)))
        } else {
            Box::new(BufReader::with_capacity(READ_BYTES, file))
        })
    }

    pub(super) fn triples<'r>(
        &'r self,
        reader: impl Read + 'r,
    ) -> Result<Box<dyn Iterator<Item = Result<Triple, Failure>> + 'r>, Failure> {
        let triples = parse::stream(reader, self.syntax, &self.iri);
        let triples = triples.map_err(|error| self.told(&error))?;
        Ok(Box::new(triples.map(|triple| triple.map_err(|error| self.told(&error)))))
    }

    fn told(&self, error: &dyn Display) -> Failure {
        Failure(format!("{}: {error}", self.path.display()))
    }
}

fn file_iri(file: &Path) -> std::io::Result<String> {
    let path = std::fs::canonicalize(file)?;
    let mut iri = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(byte);
        if kept {
            iri.push(char::from(*byte));
        } else {
            iri.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(iri)
}

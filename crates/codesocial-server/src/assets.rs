//! What comes with the program: ontology, schemes, shapes and fixture sets, embedded.

use codesocial_ldp::{CONTAINERS, DatasetError, Documents, Installation};
use codesocial_rdf::parse::{self, SyntaxError};
use codesocial_rdf::{Base, RdfSyntax, skolem};
use oxrdf::{Quad, Triple};
use rust_embed::Embed;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

#[derive(Embed)]
#[folder = "../../ontology"]
#[include = "*.ttl"]
struct Ontology;

#[derive(Embed)]
#[folder = "../../shapes"]
#[include = "*.ttl"]
struct Shapes;

#[derive(Embed)]
#[folder = "../../fixtures/source"]
#[include = "*.ttl"]
struct Source;

#[derive(Embed)]
#[folder = "../../fixtures/demo"]
#[include = "*.ttl"]
struct Demo;

/// Why a file of a set cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssetError {
    #[error("{file}: {error}")]
    Syntax { file: String, error: SyntaxError },
    #[error("{file}: {error}")]
    Dataset { file: String, error: DatasetError },
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: std::io::Error },
}

/// The operator's graphs as they come with the program.
pub(crate) fn installation(base: &Base) -> Result<Installation, AssetError> {
    let mut graphs: Vec<(String, Vec<Triple>)> = vec![("ns".to_owned(), Vec::new())];
    for file in Ontology::iter() {
        let Some(bytes) = Ontology::get(&file) else { continue };
        match file.strip_prefix("schemes/").and_then(|name| name.strip_suffix(".ttl")) {
            Some(scheme) => {
                let path = format!("scheme/{scheme}");
                let triples = document(base, &path, &file, &bytes.data)?;
                graphs.push((path, triples));
            }
            None => graphs[0].1.extend(document(base, "ns", &file, &bytes.data)?),
        }
    }
    for file in Shapes::iter() {
        let Some(bytes) = Shapes::get(&file) else { continue };
        let path = format!("shapes/{}", file.trim_end_matches(".ttl"));
        let triples = document(base, &path, &file, &bytes.data)?;
        graphs.push((path, triples));
    }
    Ok(Installation { graphs, containers: CONTAINERS })
}

/// The triples of a file of the operator's, its blank nodes named by their order: the same file
/// always gives the same graph.
fn document(base: &Base, path: &str, file: &str, bytes: &[u8]) -> Result<Vec<Triple>, AssetError> {
    let iri = base.resolve(path);
    let error = |error| AssetError::Syntax { file: file.to_owned(), error };
    let mut triples = parse::triples(bytes, RdfSyntax::Turtle, iri.as_str()).map_err(error)?;
    // Files of one graph must not share names.
    let digest = Sha256::digest(file);
    let mut next = u64::from(digest[0]) << 56 | u64::from(digest[1]) << 48;
    skolem::skolemise(&mut triples, iri.as_str(), HashMap::new(), || {
        next += 1;
        next
    });
    Ok(triples)
}

/// A set of documents to load: one that comes with the program, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FixtureSet {
    Source,
    Demo,
    Folder(PathBuf),
}

/// The folder of a set where its later chapters lie, by name.
const LATER: &str = "ensuite";

/// Documents that come at one time, and the digest of the files that hold them.
pub(crate) struct Chapter {
    /// The name under which the journal remembers it.
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) documents: Documents,
}

impl FixtureSet {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "source" => Self::Source,
            "demo" => Self::Demo,
            folder => Self::Folder(PathBuf::from(folder)),
        }
    }

    /// The name under which the journal remembers the set.
    fn name(&self) -> String {
        match self {
            Self::Source => "source".to_owned(),
            Self::Demo => "demo".to_owned(),
            Self::Folder(path) => {
                let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
                format!("folder-{}", codesocial_store::hex(&digest[..8]))
            }
        }
    }

    /// The files of the set, by name.
    fn files(&self) -> Result<Vec<(String, Vec<u8>)>, AssetError> {
        match self {
            Self::Source => Ok(embedded::<Source>()),
            Self::Demo => Ok(embedded::<Demo>()),
            Self::Folder(path) => folder(path),
        }
    }

    /// The chapters of the set, in the order in which they are told. The first is made of the
    /// set's files; each file in its folder `ensuite` is another, and says what documents become.
    pub(crate) fn chapters(&self, base: &Base) -> Result<Vec<Chapter>, AssetError> {
        let (mut first, mut later) = (Documents::default(), Vec::new());
        let mut hasher = Sha256::new();
        for (file, bytes) in self.files()? {
            let path = Path::new(&file);
            let extension = path.extension().and_then(|extension| extension.to_str());
            let Some(syntax) = extension.and_then(RdfSyntax::from_extension) else { continue };
            let documents = split(&file, &bytes, syntax, base)?;
            if path.starts_with(LATER) {
                let name = format!("{}-{}", self.name(), later.len() + 2);
                let digest = codesocial_store::hex(&Sha256::digest(&bytes));
                later.push(Chapter { name, digest, documents });
            } else {
                hasher.update(file.as_bytes());
                hasher.update((bytes.len() as u64).to_le_bytes());
                hasher.update(&bytes);
                first.extend(documents);
            }
        }
        let digest = codesocial_store::hex(&hasher.finalize());
        later.insert(0, Chapter { name: self.name(), digest, documents: first });
        Ok(later)
    }
}

/// The documents of one file, relative IRIs resolved against the base.
pub(crate) fn split(
    file: &str,
    bytes: &[u8],
    syntax: RdfSyntax,
    base: &Base,
) -> Result<Documents, AssetError> {
    let quads: Vec<Quad> = parse::quads(bytes, syntax, base.root().as_str())
        .map_err(|error| AssetError::Syntax { file: file.to_owned(), error })?;
    Documents::split(quads, base)
        .map_err(|error| AssetError::Dataset { file: file.to_owned(), error })
}

fn embedded<E: Embed>() -> Vec<(String, Vec<u8>)> {
    let file = |name: std::borrow::Cow<'static, str>| {
        let bytes = E::get(&name)?.data.into_owned();
        Some((name.into_owned(), bytes))
    };
    let mut files: Vec<_> = E::iter().filter_map(file).collect();
    files.sort_unstable();
    files
}

/// The files of a folder, and those of its later chapters.
fn folder(path: &Path) -> Result<Vec<(String, Vec<u8>)>, AssetError> {
    let io = |error| AssetError::Io { path: path.to_owned(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(io)?;
        if kind.is_file() {
            files.push((name, std::fs::read(entry.path()).map_err(io)?));
        } else if kind.is_dir() && name == LATER {
            let later = folder(&entry.path())?;
            files.extend(later.into_iter().map(|(file, bytes)| (format!("{LATER}/{file}"), bytes)));
        }
    }
    files.sort_unstable();
    Ok(files)
}

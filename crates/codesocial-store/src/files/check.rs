//! Whether the bytes on disk are what the state says: for `verify`, and so for every backup.

use super::facts::{all_quads, reference};
use super::{FOLDER, digest_of_name, names};
use crate::State;
use crate::journal::Hash;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

/// What lies beside the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredFiles {
    /// Contents that documents refer to, each whole.
    pub contents: usize,
    pub bytes: u64,
    /// Contents that nothing refers to: left by a crash, or on their way in.
    pub orphans: usize,
}

/// A document whose bytes are not there as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFile {
    pub document: String,
    pub problem: FileProblem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileProblem {
    Missing,
    /// The bytes have another digest.
    Altered,
}

impl fmt::Display for BrokenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            FileProblem::Missing => write!(f, "the bytes of {} are missing", self.document),
            FileProblem::Altered => write!(f, "the bytes of {} are others", self.document),
        }
    }
}

/// The digests that a state refers to.
pub(crate) fn digests(state: &State) -> BTreeSet<Hash> {
    all_quads(state).filter_map(|quad| reference(state, quad)).map(|(_, digest)| digest).collect()
}

/// Compares the files of a data directory with what a state says of them: what is there, and what
/// is broken.
pub(crate) fn check(data: &Path, state: &State) -> io::Result<(StoredFiles, Vec<BrokenFile>)> {
    let folder = data.join(FOLDER);
    let mut documents: BTreeMap<Hash, Vec<String>> = BTreeMap::new();
    for (document, digest) in all_quads(state).filter_map(|quad| reference(state, quad)) {
        documents.entry(digest).or_default().push(document);
    }
    let mut stored = StoredFiles::default();
    let mut broken = Vec::new();
    for (digest, mut of) in documents.clone() {
        let problem = match sum(&folder.join(crate::hex(&digest))) {
            Ok((found, bytes)) if found == digest => {
                stored.contents += 1;
                stored.bytes += bytes;
                continue;
            }
            Ok(_) => FileProblem::Altered,
            Err(error) if error.kind() == io::ErrorKind::NotFound => FileProblem::Missing,
            Err(error) => return Err(error),
        };
        of.sort_unstable();
        broken.extend(of.into_iter().map(|document| BrokenFile { document, problem }));
    }
    let known = |name: &String| digest_of_name(name).is_some_and(|d| documents.contains_key(&d));
    stored.orphans = names(&folder)?.iter().filter(|name| !known(name)).count();
    Ok((stored, broken))
}

fn sum(path: &Path) -> io::Result<(Hash, u64)> {
    let mut sum = Sha256::new();
    let bytes = io::copy(&mut File::open(path)?, &mut sum)?;
    Ok((sum.finalize().into(), bytes))
}

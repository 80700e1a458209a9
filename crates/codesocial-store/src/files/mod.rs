//! The bytes of files, beside the journal: each content once, under its SHA-256.
//!
//! Invariant: what an entry of the journal refers to is on disk before the entry is, and stays as
//! long as the newest state refers to it. A crash leaves at most bytes that nothing refers to,
//! which the next start removes.

mod check;
mod facts;
mod incoming;

pub use check::{BrokenFile, FileProblem, StoredFiles};
pub(crate) use check::{check, digests};
pub use facts::FileFacts;
pub use incoming::{Incoming, Received};

use crate::journal::Hash;
use crate::store::Published;
use crate::{Random, State, hex};
use codesocial_rdf::Changeset;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the bytes are, in a data directory.
pub(crate) const FOLDER: &str = "files";
/// How the name of bytes that are still coming in ends.
const PARTIAL: &str = ".partial";

/// A handle; clones share the folder.
#[derive(Clone)]
pub struct Files(Arc<Shared>);

struct Shared {
    folder: PathBuf,
    published: Arc<Published>,
    /// What was received for commands on their way, and how many of them wait for it. Held while
    /// bytes are removed, so that none go that are just coming.
    awaited: Mutex<BTreeMap<Hash, usize>>,
}

impl Files {
    /// Opens the files of a data directory that is locked, and removes what nothing refers to.
    pub(crate) fn open(data: &Path, published: Arc<Published>) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let referred = digests(&published.get());
        for name in names(&folder)? {
            let known = digest_of_name(&name).is_some_and(|digest| referred.contains(&digest));
            if !known && (digest_of_name(&name).is_some() || name.ends_with(PARTIAL)) {
                tracing::info!(name, "bytes that nothing refers to are removed");
                fs::remove_file(folder.join(name))?;
            }
        }
        Ok(Self(Arc::new(Shared { folder, published, awaited: Mutex::default() })))
    }

    /// Begins to take in bytes. Blocking, as all that follows on it.
    pub fn receive(&self, random: &mut Random) -> io::Result<Incoming> {
        Incoming::begin(self.clone(), random)
    }

    /// The bytes of a digest. Blocking.
    pub fn read(&self, digest: &Hash) -> io::Result<File> {
        File::open(self.path(digest))
    }

    /// Removes the bytes of the digests that a change takes away, where nothing else refers to
    /// them.
    pub(crate) fn release_all(&self, gone: &BTreeSet<Hash>) {
        for digest in gone {
            self.release(digest);
        }
    }

    /// Removes bytes that the newest state does not refer to, and no command on its way.
    fn release(&self, digest: &Hash) {
        let awaited = self.0.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.contains_key(digest) || is_referred_to(&self.0.published.get(), digest) {
            return;
        }
        match fs::remove_file(self.path(digest)) {
            Ok(()) => {}
            // Another command took the same bytes away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // The next start tries again.
            Err(error) => tracing::error!(%error, digest = hex(digest), "bytes stay on disk"),
        }
    }

    fn path(&self, digest: &Hash) -> PathBuf {
        self.0.folder.join(hex(digest))
    }
}

/// The digests that a change takes away.
pub(crate) fn taken_away(net: &Changeset) -> impl Iterator<Item = Hash> {
    net.removed.iter().filter_map(facts::digest_of_quad)
}

fn is_referred_to(state: &State, digest: &Hash) -> bool {
    facts::quads_with(state, digest).next().is_some()
}

/// The digest that the name of a file is.
pub(crate) fn digest_of_name(name: &str) -> Option<Hash> {
    crate::journal::unhex(name)
}

/// The names in the folder of the files, where there is one.
pub(crate) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let mut names = Vec::new();
    for file in read {
        // The names that are ours are ASCII.
        names.extend(file?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

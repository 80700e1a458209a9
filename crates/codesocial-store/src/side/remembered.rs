//! Secrets that were found to be good: a request need not ask the database for the one before it
//! asked for.
//!
//! Invariant: what is remembered counts only while nobody has taken rights away since. Who does, in
//! whichever process, makes a file longer by a byte, and its length is looked at each time.

use crate::Hash;
use std::collections::HashMap;
use std::fs::{File, metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// In a data directory: as many bytes as rights were taken away.
const FILE: &str = "revocations";
/// How many are remembered; with one more all are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// How often rights had been taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Generation(u64);

/// The file that tells.
#[derive(Debug)]
pub(super) struct Revocations(PathBuf);

impl Revocations {
    pub(super) fn of(folder: &Path) -> Self {
        Self(folder.join(FILE))
    }

    /// To be asked for before the database is.
    pub(super) fn generation(&self) -> Generation {
        Generation(metadata(&self.0).map_or(0, |file| file.len()))
    }

    /// Says that rights were taken away.
    pub(super) fn note(&self) -> io::Result<()> {
        File::options().create(true).append(true).open(&self.0)?.write_all(b".")
    }
}

/// What secrets stand for, by their hashes.
#[derive(Debug)]
pub(super) struct Remembered<T>(RwLock<(Generation, HashMap<Hash, T>)>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Clone> Remembered<T> {
    pub(super) fn get(&self, now: Generation, hash: &Hash) -> Option<T> {
        // Nothing can panic while the lock is held.
        let (generation, known) = &*self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|_| *generation == now).cloned()
    }

    /// Remembers what the database said after it was `found`.
    pub(super) fn insert(&self, found: Generation, hash: Hash, value: T) {
        let (generation, known) = &mut *self.0.write().unwrap_or_else(PoisonError::into_inner);
        if *generation != found || known.len() >= REMEMBERED_MAX {
            known.clear();
            *generation = found;
        }
        known.insert(hash, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_remembered_beyond_a_revocation_in_any_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, there) = (Revocations::of(folder.path()), Revocations::of(folder.path()));
        let remembered = Remembered::default();
        let before = here.generation();
        remembered.insert(before, [1; 32], "jeanne");
        assert_eq!(remembered.get(here.generation(), &[1; 32]), Some("jeanne"));
        assert_eq!(remembered.get(here.generation(), &[2; 32]), None);
        there.note().expect("the folder can be written");
        assert_eq!(remembered.get(here.generation(), &[1; 32]), None);
        // What was read before counts for nothing after.
        remembered.insert(before, [1; 32], "jeanne");
        assert_eq!(remembered.get(here.generation(), &[1; 32]), None);
        remembered.insert(here.generation(), [1; 32], "jeanne");
        assert_eq!(remembered.get(here.generation(), &[1; 32]), Some("jeanne"));
    }

    #[test]
    fn no_more_is_remembered_than_the_limit() {
        let remembered = Remembered::default();
        for n in 0..=REMEMBERED_MAX {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            remembered.insert(Generation(0), hash, n);
        }
        assert_eq!(remembered.0.read().expect("whole").1.len(), 1);
    }
}

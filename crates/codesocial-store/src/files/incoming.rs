//! Bytes on their way in: written under a name of their own while their digest is worked out, then
//! named by it. Given up, they leave nothing.

use super::{Files, PARTIAL};
use crate::journal::Hash;
use crate::{OpaqueId, Random};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::PoisonError;

/// Bytes of which more may come.
pub struct Incoming {
    files: Files,
    path: PathBuf,
    file: File,
    sum: Sha256,
    bytes: u64,
}

impl Incoming {
    pub(super) fn begin(files: Files, random: &mut Random) -> io::Result<Self> {
        let path = files.0.folder.join(format!("{}{PARTIAL}", OpaqueId::random(random)));
        let file = File::options().create_new(true).write(true).open(&path)?;
        Ok(Self { files, path, file, sum: Sha256::new(), bytes: 0 })
    }

    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.sum.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Brings the whole to the disk under its digest.
    pub fn finish(self) -> io::Result<Received> {
        self.file.sync_all()?;
        let digest: Hash = self.sum.clone().finalize().into();
        let received = Received { files: self.files.clone(), digest, bytes: self.bytes };
        // From here on no command that ends meanwhile removes these bytes.
        *received.awaited().entry(digest).or_insert(0) += 1;
        fs::rename(&self.path, self.files.path(&digest))?;
        File::open(&self.files.0.folder)?.sync_all()?;
        Ok(received)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Where it has its lasting name, or was never there, there is nothing to remove.
        drop(fs::remove_file(&self.path));
    }
}

/// Bytes on disk that wait for the command which refers to them. Where none does when this is
/// dropped, they go.
pub struct Received {
    files: Files,
    pub digest: Hash,
    pub bytes: u64,
}

impl Received {
    fn awaited(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<Hash, usize>> {
        self.files.0.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let mut awaited = self.awaited();
        if let Some(waiting) = awaited.get_mut(&self.digest) {
            *waiting -= 1;
            if *waiting == 0 {
                awaited.remove(&self.digest);
            }
        }
        drop(awaited);
        self.files.release(&self.digest);
    }
}

//! Backups: whole, verified copies of a data directory, made beside a running server.
//!
//! A backup is a directory of the same form: the journal's database with its side tables, the
//! newest checkpoint, the files, and the instance's private key and the one that seals the others
//! only where they are asked for; `SHA256SUMS` tells every byte of them. It has its name only once
//! it is verified and on disk, and nothing of it is put in place again before its copy is verified.

use crate::journal::unhex;
use crate::recovery::{self, KEY_FILE};
use crate::side::keys::SEALING_FILE;
use crate::store::{self, JOURNAL_FILE};
use crate::{Hash, JournalError, OpenError, Verified, VerifyError, checkpoint, files, hex, verify};
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// In the form of sha256sum(1), so that a backup can be checked without this program.
const SUMS_FILE: &str = "SHA256SUMS";
/// Where a restored copy is verified, within the data directory: a rename is then all that is left.
const RESTORED: &str = "restored.partial";

/// The files that hold secrets as they are.
const KEY_FILES: [&str; 2] = [KEY_FILE, SEALING_FILE];

/// Whether the instance's private key, and the one that seals its others, leave the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateKey {
    Included,
    LeftOut,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{path}: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("{0} is there already: name another place, or remove it")]
    Taken(PathBuf),
    #[error("{0} holds an instance: restore into an empty directory")]
    Occupied(PathBuf),
    #[error("{path} is not what was backed up: {problem}. Nothing was restored")]
    Damaged { path: PathBuf, problem: &'static str },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl From<JournalError> for BackupError {
    fn from(error: JournalError) -> Self {
        Self::Open(error.into())
    }
}

/// Copies the instance in `folder` to the new directory `to`. Takes no lock: writes go on, and the
/// copy is of one moment. Blocking.
pub fn backup(folder: &Path, to: &Path, key: PrivateKey) -> Result<Verified, BackupError> {
    // Without a final slash, which would make the partial name one within the directory.
    let to: PathBuf = to.components().collect();
    let mut partial = to.clone().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if let Some(taken) = [&to, &partial].into_iter().find(|path| path.exists()) {
        return Err(BackupError::Taken(taken.clone()));
    }
    let made = copy(folder, &partial, key).and_then(|()| Ok(verify(&partial)?));
    let kept = made.and_then(|verified| {
        fs::rename(&partial, &to).map_err(at(&to))?;
        sync_parent(&to)?;
        Ok(verified)
    });
    if kept.is_err() {
        // What went wrong is told; that nothing of it is left is only for tidiness.
        drop(fs::remove_dir_all(&partial));
    }
    kept
}

fn copy(folder: &Path, to: &Path, key: PrivateKey) -> Result<(), BackupError> {
    let (journal, runtime) = recovery::read_only(folder)?;
    // What the hashes of tokens and private documents are worth is nobody else's to find out.
    DirBuilder::new().mode(0o700).create(to).map_err(at(to))?;
    let mut names = vec![JOURNAL_FILE.to_owned()];
    // Before the journal: the copy of a journal is never behind a checkpoint that was there first.
    let newest = runtime.block_on(recovery::newest_checkpoint_seq(&journal, folder))?;
    names.extend(newest.map(checkpoint::file_name));
    if key == PrivateKey::Included {
        let kept = KEY_FILES.iter().filter(|name| folder.join(name).exists());
        names.extend(kept.map(|name| (*name).to_owned()));
    }
    for name in &names[1..] {
        let from = folder.join(name);
        fs::copy(&from, to.join(name)).map_err(at(&from))?;
    }
    // Once before the journal, as what it refers to may go; once after, as more may have come.
    let mut contents = copy_files(folder, to, &[])?;
    runtime.block_on(journal.copy_to(&to.join(JOURNAL_FILE)))?;
    contents.extend(copy_files(folder, to, &contents)?);
    names.extend(contents);
    let mut sums = String::new();
    for name in &names {
        let path = to.join(name);
        sums.push_str(&format!("{}  {name}\n", hex(&sum(&path)?)));
        sync(&path)?;
    }
    let path = to.join(SUMS_FILE);
    fs::write(&path, sums).map_err(at(&path))?;
    sync(&path)?;
    sync_names(to)
}

/// Copies the files that are not `known`: their names in a backup.
fn copy_files(folder: &Path, to: &Path, known: &[String]) -> Result<Vec<String>, BackupError> {
    let from = folder.join(files::FOLDER);
    let mut copied = Vec::new();
    for content in files::names(&from).map_err(at(&from))? {
        let name = format!("{}/{content}", files::FOLDER);
        if files::digest_of_name(&content).is_none() || known.contains(&name) {
            continue;
        }
        make_folder_of(&to.join(&name))?;
        match fs::copy(folder.join(&name), to.join(&name)) {
            Ok(_) => copied.push(name),
            // It was deleted meanwhile. What is needed all the same is missed by the verification.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&folder.join(&name))(error)),
        }
    }
    Ok(copied)
}

/// Makes the directory that a file of a backup lies in, where it is not there.
fn make_folder_of(path: &Path) -> Result<(), BackupError> {
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))
}

/// Puts a backup into the directory `folder`, which must hold no instance. Blocking.
pub fn restore(from: &Path, folder: &Path) -> Result<Verified, BackupError> {
    let path = from.join(SUMS_FILE);
    let sums = read_sums(&fs::read_to_string(&path).map_err(at(&path))?)
        .ok_or(BackupError::Damaged { path, problem: "it lists no instance" })?;
    fs::create_dir_all(folder).map_err(at(folder))?;
    let _lock = store::lock(folder)?;
    if holds_instance(folder).map_err(at(folder))? {
        return Err(BackupError::Occupied(folder.to_owned()));
    }
    let partial = folder.join(RESTORED);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(at(&partial))?;
    }
    let restored = check_copy(from, &sums, &partial).and_then(|verified| {
        // The journal comes last: without it there is no instance, only what belongs to one.
        for (name, _) in sums.iter().rev() {
            make_folder_of(&folder.join(name))?;
            fs::rename(partial.join(name), folder.join(name)).map_err(at(folder))?;
        }
        sync_names(folder)?;
        Ok(verified)
    });
    drop(fs::remove_dir_all(&partial));
    restored
}

/// Copies the files of a backup, and verifies what was copied.
fn check_copy(from: &Path, sums: &[(String, Hash)], to: &Path) -> Result<Verified, BackupError> {
    DirBuilder::new().mode(0o700).create(to).map_err(at(to))?;
    for (name, expected) in sums {
        let (path, copied) = (from.join(name), to.join(name));
        make_folder_of(&copied)?;
        fs::copy(&path, &copied).map_err(at(&path))?;
        if sum(&copied)? != *expected {
            return Err(BackupError::Damaged { path, problem: "its bytes are others" });
        }
        sync(&copied)?;
    }
    sync_names(to)?;
    Ok(verify(to)?)
}

/// The files of a backup, the journal first, and no file that a backup does not have.
fn read_sums(text: &str) -> Option<Vec<(String, Hash)>> {
    let sums: Option<Vec<(String, Hash)>> = text
        .lines()
        .map(|line| {
            let (sum, name) = line.split_once("  ")?;
            let sum = unhex(sum)?;
            let ours = name == JOURNAL_FILE || is_beside_the_journal(name);
            let is_content = name == format!("{}/{}", files::FOLDER, hex(&sum));
            (ours && !name.contains('/') || is_content).then_some((name.to_owned(), sum))
        })
        .collect();
    sums.filter(|sums| sums.first().is_some_and(|(name, _)| name == JOURNAL_FILE))
}

fn holds_instance(folder: &Path) -> io::Result<bool> {
    for file in fs::read_dir(folder)? {
        let name = file?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(JOURNAL_FILE) || is_beside_the_journal(&name) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_beside_the_journal(name: &str) -> bool {
    KEY_FILES.contains(&name) || checkpoint::is_file_name(name)
}

fn sum(path: &Path) -> Result<Hash, BackupError> {
    let mut sum = Sha256::new();
    let mut file = File::open(path).map_err(at(path))?;
    io::copy(&mut file, &mut sum).map_err(at(path))?;
    Ok(sum.finalize().into())
}

/// Brings a file, or the names in a directory, to the disk.
fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

/// Brings all names of a data directory or of a backup to the disk.
fn sync_names(folder: &Path) -> Result<(), BackupError> {
    let files = folder.join(files::FOLDER);
    if files.exists() {
        sync(&files)?;
    }
    sync(folder)
}

fn sync_parent(path: &Path) -> Result<(), BackupError> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
        _ => sync(Path::new(".")),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> BackupError {
    move |error| BackupError::File { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sums: &str, expected: Option<&[&str]>) {
        let read = read_sums(&sums.replace("SUM", &"0f".repeat(32)));
        let names: Option<Vec<&str>> =
            read.as_ref().map(|sums| sums.iter().map(|(name, _)| name.as_str()).collect());
        assert_eq!(names.as_deref(), expected, "{sums}");
    }

    #[test]
    fn a_backup_lists_its_own_files_and_no_others() {
        let checkpoint = checkpoint::file_name(7);
        let both = format!("SUM  journal.sqlite\nSUM  {checkpoint}\n");
        check("SUM  journal.sqlite\n", Some(&["journal.sqlite"]));
        check(&both, Some(&["journal.sqlite", &checkpoint]));
        check(
            "SUM  journal.sqlite\nSUM  instance.key\nSUM  sealing.key\n",
            Some(&["journal.sqlite", "instance.key", "sealing.key"]),
        );
        let content = format!("SUM  journal.sqlite\nSUM  files/{}\n", "0f".repeat(32));
        let name = format!("files/{}", "0f".repeat(32));
        check(&content, Some(&["journal.sqlite", &name]));
        for refused in [
            "",
            "SUM  journal.sqlite\nSUM  files/other\n",
            "SUM  journal.sqlite\nSUM  files/../x\n",
            "SUM  instance.key\n",
            "SUM  journal.sqlite\nSUM  /etc/passwd\n",
            "SUM  journal.sqlite\nSUM  checkpoint-../../x.bin\n",
            "SUM  journal.sqlite\nSUM  lock\n",
            "0f  journal.sqlite\n",
            "SUM journal.sqlite\n",
            "zzSUM  journal.sqlite\n",
        ] {
            check(refused, None);
        }
    }
}

//! Private keys of the instance, sealed: the database holds none that can be read without the file
//! beside it, which a backup leaves out unless it is asked for.
//!
//! Invariant: a key is known only if its seal holds for its own id and algorithm. One that another
//! file has sealed is left where it is, so that the file can be put back.

use crate::journal::options;
use crate::recovery::keep_secret;
use crate::store::JOURNAL_FILE;
use crate::{JournalError, OpenError, Random};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sqlx::{ConnectOptions as _, Connection as _, Row};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The key that seals the others, in a data directory.
pub(crate) const SEALING_FILE: &str = "sealing.key";

/// The private keys that the instance has made.
#[derive(Debug)]
pub struct Keys {
    /// The database. A key is made so seldom that a connection is made for each.
    file: PathBuf,
    sealing: LessSafeKey,
    /// The newest last.
    known: RwLock<Vec<Arc<KeptKey>>>,
}

/// A private key as it is kept: bytes that its user understands.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptKey {
    pub id: String,
    pub algorithm: String,
    pub secret: Vec<u8>,
}

impl fmt::Debug for KeptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptKey({}, {})", self.id, self.algorithm)
    }
}

impl Keys {
    pub(crate) async fn load(folder: &Path, random: &mut Random) -> Result<Self, OpenError> {
        let sealing = sealing_key(&folder.join(SEALING_FILE), random)?;
        let file = folder.join(JOURNAL_FILE);
        let known = read(&file, &sealing).await.map_err(JournalError::from)?;
        Ok(Self { file, sealing, known: RwLock::new(known) })
    }

    /// The newest key for an algorithm: the one to sign with.
    pub fn newest(&self, algorithm: &str) -> Option<Arc<KeptKey>> {
        self.all(algorithm).pop()
    }

    /// The keys for an algorithm, the newest last.
    pub fn all(&self, algorithm: &str) -> Vec<Arc<KeptKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|key| key.algorithm == algorithm).cloned().collect()
    }

    /// Keeps a key that was just made.
    pub async fn keep(
        &self,
        key: KeptKey,
        now: jiff::Timestamp,
        random: &mut Random,
    ) -> Result<Arc<KeptKey>, sqlx::Error> {
        let (nonce, sealed) = seal(&self.sealing, &key, random);
        let mut connection = options(&self.file).connect().await?;
        sqlx::query(
            "INSERT INTO key (id, algorithm, nonce, sealed, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(&key.id)
        .bind(&key.algorithm)
        .bind(nonce.as_slice())
        .bind(sealed)
        .bind(now.to_string())
        .execute(&mut connection)
        .await?;
        connection.close().await?;
        let key = Arc::new(key);
        self.known.write().unwrap_or_else(PoisonError::into_inner).push(key.clone());
        Ok(key)
    }
}

/// The sealing key of a data directory, made where there is none yet.
fn sealing_key(path: &Path, random: &mut Random) -> Result<LessSafeKey, OpenError> {
    let told = |error| OpenError::Folder { path: path.to_owned(), error };
    if !path.exists() {
        keep_secret(path, &random.bytes())?;
    }
    let bytes = std::fs::read(path).map_err(told)?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|_| {
        told(std::io::Error::other("a sealing key has 32 bytes: put the right file back"))
    })?;
    Ok(LessSafeKey::new(key))
}

async fn read(file: &Path, sealing: &LessSafeKey) -> Result<Vec<Arc<KeptKey>>, sqlx::Error> {
    let mut connection = options(file).connect().await?;
    let rows = sqlx::query("SELECT id, algorithm, nonce, sealed FROM key ORDER BY created_at, id")
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    let mut known = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, algorithm) = (row.try_get("id")?, row.try_get("algorithm")?);
        let nonce: &[u8] = row.try_get("nonce")?;
        match open(sealing, id, algorithm, nonce, row.try_get("sealed")?) {
            Some(key) => known.push(Arc::new(key)),
            None => {
                tracing::warn!(id, "a private key was sealed under another {SEALING_FILE}: unused");
            }
        }
    }
    Ok(known)
}

/// What a seal stands for, besides the secret: a row cannot pass for another one.
fn sealed_for(id: &str, algorithm: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("codesocial key\n{algorithm}\n{id}").into_bytes())
}

fn seal(sealing: &LessSafeKey, key: &KeptKey, random: &mut Random) -> ([u8; NONCE_LEN], Vec<u8>) {
    // 96 random bits: a second time the same one is out of the question for a handful of keys.
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&random.bytes()[..NONCE_LEN]);
    let mut sealed = key.secret.clone();
    sealing
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            sealed_for(&key.id, &key.algorithm),
            &mut sealed,
        )
        .expect("a key is shorter than the 256 GiB that one nonce is good for");
    (nonce, sealed)
}

fn open(
    sealing: &LessSafeKey,
    id: &str,
    algorithm: &str,
    nonce: &[u8],
    mut sealed: Vec<u8>,
) -> Option<KeptKey> {
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let secret = sealing.open_in_place(nonce, sealed_for(id, algorithm), &mut sealed).ok()?;
    let secret = secret.to_vec();
    Some(KeptKey { id: id.to_owned(), algorithm: algorithm.to_owned(), secret })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::SqliteJournal;
    use std::fs;

    fn key(id: &str) -> KeptKey {
        KeptKey { id: id.to_owned(), algorithm: "A".to_owned(), secret: b"planted-secret".to_vec() }
    }

    async fn instance(random: &mut Random) -> (tempfile::TempDir, Keys) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(JOURNAL_FILE);
        SqliteJournal::open(&file).await.expect("a database");
        let keys = Keys::load(folder.path(), random).await.expect("keys");
        (folder, keys)
    }

    #[tokio::test]
    async fn what_is_kept_is_found_again_and_is_nowhere_in_the_clear() {
        let mut random = Random::of_seed([7; 32]);
        let (folder, keys) = instance(&mut random).await;
        assert_eq!(keys.newest("A"), None);
        for (id, now) in [("b", jiff::Timestamp::UNIX_EPOCH), ("a", jiff::Timestamp::MAX)] {
            keys.keep(key(id), now, &mut random).await.expect("kept");
        }
        let again = Keys::load(folder.path(), &mut random).await.expect("keys");
        for keys in [keys, again] {
            assert_eq!(keys.newest("A").as_deref(), Some(&key("a")));
            assert_eq!((keys.all("A").len(), keys.newest("B")), (2, None));
        }
        for file in fs::read_dir(folder.path()).expect("a folder") {
            let bytes = fs::read(file.expect("a file").path()).expect("its bytes");
            assert!(!bytes.windows(14).any(|bytes| bytes == b"planted-secret"));
        }
    }

    #[tokio::test]
    async fn a_key_under_another_seal_is_unknown_until_its_file_is_back() {
        let mut random = Random::of_seed([7; 32]);
        let (folder, keys) = instance(&mut random).await;
        keys.keep(key("a"), jiff::Timestamp::UNIX_EPOCH, &mut random).await.expect("kept");
        let file = folder.path().join(SEALING_FILE);
        let first = fs::read(&file).expect("a sealing key");
        fs::remove_file(&file).expect("removed");
        let other = Keys::load(folder.path(), &mut random).await.expect("keys");
        assert_eq!(other.newest("A"), None);
        fs::write(&file, first).expect("put back");
        let same = Keys::load(folder.path(), &mut random).await.expect("keys");
        assert_eq!(same.newest("A").as_deref(), Some(&key("a")));
        fs::write(&file, "short").expect("damaged");
        let error = Keys::load(folder.path(), &mut random).await.expect_err("damaged").to_string();
        assert!(error.contains("32 bytes"), "{error}");
    }

    #[test]
    fn a_sealed_key_passes_for_no_other() {
        let mut random = Random::of_seed([7; 32]);
        let sealing = UnboundKey::new(&CHACHA20_POLY1305, &random.bytes()).expect("32 bytes");
        let sealing = LessSafeKey::new(sealing);
        let (nonce, sealed) = seal(&sealing, &key("a"), &mut random);
        assert_eq!(open(&sealing, "a", "A", &nonce, sealed.clone()), Some(key("a")));
        assert_eq!(open(&sealing, "b", "A", &nonce, sealed.clone()), None);
        assert_eq!(open(&sealing, "a", "B", &nonce, sealed.clone()), None);
        assert_eq!(open(&sealing, "a", "A", &nonce[1..], sealed.clone()), None);
        assert_eq!(open(&sealing, "a", "A", &nonce, sealed[1..].to_vec()), None);
    }
}

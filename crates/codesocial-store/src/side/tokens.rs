//! Access tokens. Only their hashes are kept; a token has 256 random bits, so that its hash needs
//! neither salt nor slowness.

use crate::journal::options;
use crate::store::{self, JOURNAL_FILE};
use crate::{Agent, JournalError, OpaqueId, OpenError, Random, hex};
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions as _, Connection as _, Row};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// What tokens begin with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "codesocial_";

/// The tokens in force.
#[derive(Debug)]
pub struct Tokens {
    known: RwLock<HashMap<Vec<u8>, OpaqueId>>,
    /// The database. Tokens change so seldom that a connection is made for each change.
    file: PathBuf,
}

impl Tokens {
    pub(crate) async fn load(file: PathBuf) -> Result<Self, sqlx::Error> {
        let mut connection = options(&file).connect().await?;
        let rows = sqlx::query("SELECT hash, actor FROM token WHERE role = 'administrator'")
            .fetch_all(&mut connection)
            .await?;
        connection.close().await?;
        let mut known = HashMap::new();
        for row in rows {
            if let Ok(actor) = row.try_get::<&str, _>("actor")?.parse() {
                known.insert(row.try_get("hash")?, actor);
            }
        }
        Ok(Self { known: RwLock::new(known), file })
    }

    /// Makes a fresh token the administrator's only one, in a directory that no server has open:
    /// a server reads the tokens when it starts. Blocking.
    pub fn reset(
        folder: &Path,
        now: jiff::Timestamp,
        random: &mut Random,
    ) -> Result<String, OpenError> {
        let file = folder.join(JOURNAL_FILE);
        if !file.exists() {
            return Err(JournalError::Missing(file).into());
        }
        let _lock = store::lock(folder)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| OpenError::Folder { path: folder.to_owned(), error })?;
        let token = Self::generate(random);
        let kept = runtime.block_on(async {
            Self::load(file).await?.set_administrator(&token, now, random).await
        });
        kept.map_err(JournalError::from)?;
        Ok(token)
    }

    /// Whether there is no administrator yet.
    pub fn is_empty(&self) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The agent who holds a token.
    pub fn agent(&self, token: &str) -> Option<Agent> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(Sha256::digest(token).as_slice()).copied().map(Agent::Administrator)
    }

    /// Makes `token` the administrator's only one.
    pub async fn set_administrator(
        &self,
        token: &str,
        now: jiff::Timestamp,
        random: &mut Random,
    ) -> Result<(), sqlx::Error> {
        if matches!(self.agent(token), Some(Agent::Administrator(_))) {
            return Ok(());
        }
        let hash = Sha256::digest(token).to_vec();
        let actor = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.values().next().copied().unwrap_or_else(|| OpaqueId::random(random))
        };
        let mut connection = options(&self.file).connect().await?;
        let mut tx = connection.begin().await?;
        sqlx::query("DELETE FROM token WHERE role = 'administrator'").execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO token (hash, actor, role, created_at) VALUES (?1, ?2, 'administrator', ?3)",
        )
        .bind(hash.as_slice())
        .bind(actor.to_string())
        .bind(now.to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        connection.close().await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.clear();
        known.insert(hash, actor);
        Ok(())
    }

    /// A fresh token, to be shown once.
    pub fn generate(random: &mut Random) -> String {
        let mut token = PREFIX.to_owned();
        write!(token, "{}", hex(&random.bytes())).expect("a String takes all");
        token
    }
}

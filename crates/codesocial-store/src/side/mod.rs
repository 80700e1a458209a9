//! State that is not RDF and never replayed, in tables beside the journal: who has an account, who
//! is logged in, which tokens are good.
//!
//! Invariant: what another process changes counts at once. Of secrets that others hold only hashes
//! are written.

pub(crate) mod keys;

mod accounts;
mod activities;
mod answers;
mod followers;
mod grants;
mod login;
mod partners;
mod remembered;
mod remote_groups;
mod secret;
mod sessions;
mod signatures;
mod tickets;
mod tokens;

pub use accounts::{Account, AccountError, NewAccount, Role};
pub use activities::{Announced, Announcement, Delivery, Telling, Told};
pub use answers::{Asked, KeptAnswer};
pub use followers::Follower;
pub use grants::{CODE_MAX, Code, Grant, NewGrant, REFRESH_MAX, Use};
pub use login::{Email, Handle, LoginError};
pub use secret::Secret;
pub use sessions::{SESSION_ABSOLUTE_MAX, SESSION_IDLE_MAX, Session};
pub use tickets::{INVITATION_MAX, RESET_MAX, Ticket};
pub use tokens::{Bearer, NewToken, Token};

use crate::journal::{migrate, options};
use crate::store::JOURNAL_FILE;
use crate::{JournalError, OpenError};
use oxrdf::NamedNode;
use remembered::{Remembered, Revocations};
use sqlx::sqlite::SqliteRow;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};
use std::path::{Path, PathBuf};
use tokens::Held;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// The side tables of an instance, whether a server has it open or not.
#[derive(Debug)]
pub struct SideTables {
    file: PathBuf,
    /// Made where it is first needed, and anew after an error.
    connection: Mutex<Option<SqliteConnection>>,
    revocations: Revocations,
    bearers: Remembered<Held>,
    open: Remembered<(Account, Session)>,
}

/// Why a side table could not be read or written. Ours, never shown to clients.
#[derive(Debug, thiserror::Error)]
pub enum SideError {
    #[error("the side tables: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the file of revocations: {0}")]
    Revocations(#[from] std::io::Error),
    #[error("the side tables hold «{value}» where there should be {wanted}")]
    Damaged { wanted: &'static str, value: String },
}

impl SideTables {
    pub(crate) fn of(file: PathBuf) -> Self {
        let revocations = Revocations::of(file.parent().unwrap_or(Path::new("")));
        let (bearers, open) = (Remembered::default(), Remembered::default());
        Self { file, connection: Mutex::default(), revocations, bearers, open }
    }

    /// Opens the tables of the instance in `folder`, beside a server that has it open or not.
    pub async fn open(folder: &Path) -> Result<Self, OpenError> {
        let file = folder.join(JOURNAL_FILE);
        if !file.exists() {
            return Err(JournalError::Missing(file).into());
        }
        migrate(&file).await?;
        Ok(Self::of(file))
    }

    async fn connection(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>, SideError> {
        let mut guard = self.connection.lock().await;
        if guard.is_none() {
            *guard = Some(options(&self.file).connect().await?);
        }
        // It was just made: the error cannot come up.
        let held = MutexGuard::try_map(guard, Option::as_mut);
        held.map_err(|_| SideError::Database(sqlx::Error::WorkerCrashed))
    }
}

/// A column that holds an IRI.
fn node(row: &SqliteRow, column: &str) -> Result<NamedNode, SideError> {
    Ok(NamedNode::new_unchecked(row.try_get::<&str, _>(column)?))
}

/// A column read as what its text stands for.
fn parsed<T: std::str::FromStr>(
    row: &SqliteRow,
    column: &str,
    wanted: &'static str,
) -> Result<T, SideError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| SideError::Damaged { wanted, value: text.to_owned() })
}

/// The same of a column that may be null.
fn parsed_option<T: std::str::FromStr>(
    row: &SqliteRow,
    column: &str,
    wanted: &'static str,
) -> Result<Option<T>, SideError> {
    match row.try_get::<Option<&str>, _>(column)? {
        None => Ok(None),
        Some(_) => parsed(row, column, wanted).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;
    use jiff::Timestamp;
    use tempfile::TempDir;

    /// Empty tables with an account, at a moment, and a source of randomness.
    pub(super) struct Sample {
        pub(super) tables: SideTables,
        pub(super) jeanne: Account,
        pub(super) now: Timestamp,
        pub(super) random: Random,
        pub(super) _folder: TempDir,
    }

    pub(super) fn new_account(handle: &str, email: Option<&str>) -> NewAccount {
        NewAccount {
            handle: handle.parse().expect("a handle"),
            email: email.map(|email| email.parse().expect("an address")),
            password: None,
            role: Role::Member,
            language: None,
        }
    }

    pub(super) async fn sample() -> Sample {
        let folder = tempfile::tempdir().expect("a folder");
        crate::journal::SqliteJournal::open(&folder.path().join(JOURNAL_FILE))
            .await
            .expect("a journal");
        let tables = SideTables::open(folder.path()).await.expect("its tables");
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        let mut random = Random::of_seed([7; 32]);
        let new = new_account("jeanne", Some("jeanne@example.org"));
        let jeanne = tables.add_account(new, now, &mut random).await.expect("an account");
        Sample { tables, jeanne, now, random, _folder: folder }
    }

    #[tokio::test]
    async fn tables_of_no_instance_are_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = SideTables::open(folder.path()).await.expect_err("there is no journal");
        assert!(error.to_string().contains("no journal"), "{error}");
        assert!(!folder.path().join(JOURNAL_FILE).exists());
    }

    #[tokio::test]
    async fn what_another_process_changes_counts_at_once() {
        let Sample { tables, jeanne, now, mut random, _folder: folder } = sample().await;
        let other = SideTables::open(folder.path()).await.expect("the same tables");
        let secret = tables.open_session(jeanne.id, "x", now, &mut random).await.expect("opened");
        assert!(other.session(secret.reveal(), now).await.expect("read").is_some());
        other.set_disabled(jeanne.id, Some(now)).await.expect("disabled");
        assert!(tables.session(secret.reveal(), now).await.expect("read").is_none());
    }
}

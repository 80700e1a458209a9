//! The journal: an append-only, hash-chained log of what was accepted. It is the truth; all else
//! is rebuilt from it. One implementation per database, told apart by an enum.

mod entry;
mod sqlite;

pub(crate) use entry::unhex;
pub use entry::{
    Entry, GENESIS_PREV, Hash, Head, Header, HeaderError, Segment, SegmentClass, hex, merkle_root,
};
pub(crate) use sqlite::{SqliteJournal, migrate, options};

use crate::erasure::Erasures;
use std::path::{Path, PathBuf};

/// A journal in one of the databases that can hold it.
#[derive(Debug, Clone)]
pub(crate) enum Journal {
    Sqlite(SqliteJournal),
}

/// Why the journal could not be read or written. Ours, never shown to clients.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal's database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the journal's schema: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("another writer moved the journal's head to entry {0}")]
    Moved(u64),
    #[error("the disk is full")]
    Full,
    #[error("entry {seq} of the journal is damaged: {problem}")]
    Damaged { seq: u64, problem: String },
    #[error("there is no journal at {0}")]
    Missing(PathBuf),
}

impl Journal {
    /// The last entry.
    pub(crate) async fn head(&self) -> Result<Head, JournalError> {
        match self {
            Self::Sqlite(journal) => journal.head().await,
        }
    }

    /// Brings what was written into its lasting form, for whoever copies it.
    pub(crate) async fn settle(&self) -> Result<(), JournalError> {
        match self {
            Self::Sqlite(journal) => journal.settle().await,
        }
    }

    /// Copies the whole database, as it is at one moment, into a new file.
    pub(crate) async fn copy_to(&self, file: &Path) -> Result<(), JournalError> {
        match self {
            Self::Sqlite(journal) => journal.copy_to(file).await,
        }
    }

    /// Appends entries in one transaction, if `expected` is still the head.
    pub(crate) async fn append(
        &self,
        expected: Head,
        entries: &[Entry],
    ) -> Result<(), JournalError> {
        match self {
            Self::Sqlite(journal) => journal.append(expected, entries).await,
        }
    }

    /// Up to `limit` entries after `seq`, each checked against its own hash and commitments.
    pub(crate) async fn after(&self, seq: u64, limit: u32) -> Result<Vec<Entry>, JournalError> {
        match self {
            Self::Sqlite(journal) => journal.after(seq, limit).await,
        }
    }

    /// Takes the segments of erased graphs from the disk.
    pub(crate) async fn forget(&self, erasures: &Erasures) -> Result<u64, JournalError> {
        match self {
            Self::Sqlite(journal) => journal.forget(erasures).await,
        }
    }

    /// The hash of an entry.
    pub(crate) async fn hash_of(&self, seq: u64) -> Result<Option<Hash>, JournalError> {
        match self {
            Self::Sqlite(journal) => journal.hash_of(seq).await,
        }
    }
}

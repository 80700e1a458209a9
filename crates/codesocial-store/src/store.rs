//! A handle to the store: read the newest state, commit a command.

use crate::batch::Answer;
use crate::journal::{Journal, JournalError, SqliteJournal};
use crate::sequencer::{ForgetError, Message, QUEUE_MAX, Sequencer};
use crate::side::SideTables;
use crate::side::keys::Keys;
use crate::{
    Command, Committed, Computed, Crash, Elsewhere, Files, Random, Rejection, State, recovery,
};
use codesocial_rdf::{Base, BaseError};
use codesocial_shacl::Edition;
use jiff::Timestamp;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// The journal's file in a data directory.
pub const JOURNAL_FILE: &str = "journal.sqlite";
const LOCK_FILE: &str = "lock";

/// Where the data are and how to open them.
#[derive(Debug)]
pub struct Options {
    pub folder: PathBuf,
    /// The base to create the instance with, or that the existing one must have.
    pub base: Option<Base>,
    pub now: Timestamp,
    pub random: Random,
    pub crash: Crash,
    /// What the application keeps of the documents in their Meta graphs.
    pub computed: Computed,
    /// What shapes may be made of.
    pub edition: Edition,
}

/// Why a data directory cannot be opened. Said to the administrator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path}: {error}")]
    Folder { path: PathBuf, error: std::io::Error },
    #[error("{0} is in use by another process: stop it first")]
    Locked(PathBuf),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the instance was created with --base {stored}, and IRIs are for ever: not {asked}")]
    OtherBase { stored: Base, asked: Base },
    #[error("the first entry of the journal names no base: {0}")]
    Genesis(String),
    #[error("the first entry of the journal: {0}")]
    Base(#[from] BaseError),
    #[error(
        "the journal does not hold entry {checkpoint}, of which there is a whole checkpoint: \
         entries were lost. Restore journal.sqlite from a backup"
    )]
    Lost { checkpoint: u64 },
    #[error(
        "the shapes of the registry need the draft of SHACL 1.2: write shacl = \"1.2\" into the \
         configuration, and remove them before you take that away"
    )]
    Draft,
    #[error("{0} has checkpoints and an empty journal: restore journal.sqlite from a backup")]
    NoJournal(PathBuf),
    #[error(
        "the clock says {now}, more than an hour before the last entry of {last}: set it right"
    )]
    Clock { now: Timestamp, last: Timestamp },
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Theirs.
    #[error(transparent)]
    Rejected(Rejection),
    /// Ours: logged, never shown.
    #[error("{0}")]
    Failed(String),
}

/// A handle; clones share the store.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    published: Arc<Published>,
    queue: mpsc::Sender<Message>,
    side: SideTables,
    keys: Keys,
    files: Files,
    writer: Mutex<Option<JoinHandle<()>>>,
    journal_file: PathBuf,
    /// Held as long as the store is open.
    _lock: File,
}

/// The newest state, swapped by the writer and read by everyone.
pub(crate) struct Published(RwLock<Arc<State>>);

impl Published {
    pub(crate) fn get(&self) -> Arc<State> {
        // Nothing can panic while the lock is held, so a poisoned one still holds a whole state.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, state: State) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
    }
}

impl Store {
    /// Opens a data directory, creating and recovering what is needed. Blocking.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let Options { folder, base, now, mut random, crash, computed, edition } = options;
        std::fs::create_dir_all(&folder)
            .map_err(|error| OpenError::Folder { path: folder.clone(), error })?;
        let lock = lock(&folder)?;
        // The journal writes on a thread of its own, while the sequencer decides.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("journal")
            .enable_all()
            .build()
            .map_err(|error| OpenError::Folder { path: folder.clone(), error })?;
        let (journal, keys, recovered) = runtime.block_on(async {
            let file = folder.join(JOURNAL_FILE);
            let journal = Journal::Sqlite(SqliteJournal::open(&file).await?);
            let recovered =
                recovery::open(&journal, &folder, base, edition, now, &mut random).await?;
            let keys = Keys::load(&folder, &mut random).await?;
            Ok::<_, OpenError>((journal, keys, recovered))
        })?;
        let last = recovered.state.at();
        if last.duration_since(now) > jiff::SignedDuration::from_hours(1) {
            return Err(OpenError::Clock { now, last });
        }
        let published = Arc::new(Published(RwLock::new(Arc::new(recovered.state.published()))));
        let files = Files::open(&folder, published.clone())
            .map_err(|error| OpenError::Folder { path: folder.clone(), error })?;
        let (queue, messages) = mpsc::channel(QUEUE_MAX);
        let mut sequencer = Sequencer {
            journal,
            runtime,
            published: published.clone(),
            files: files.clone(),
            folder: folder.clone(),
            crash,
            messages,
            sender: queue.downgrade(),
            since_merge: None,
            merges: 0,
            merging: None,
            background: Vec::new(),
            checkpointed: recovered.checkpointed,
            computed,
            writing: None,
            decided: None,
        };
        sequencer.resume_forgetting().map_err(|error| match error {
            ForgetError::Journal(error) => OpenError::Journal(error),
            ForgetError::Io(error) => OpenError::Folder { path: folder.clone(), error },
        })?;
        let journal_file = folder.join(JOURNAL_FILE);
        let writer =
            sequencer.spawn().map_err(|error| OpenError::Folder { path: folder, error })?;
        let writer = Mutex::new(Some(writer));
        let side = SideTables::of(journal_file.clone());
        Ok(Self(Arc::new(Shared {
            published,
            queue,
            side,
            keys,
            files,
            writer,
            journal_file,
            _lock: lock,
        })))
    }

    /// The newest state.
    pub fn state(&self) -> Arc<State> {
        self.0.published.get()
    }

    pub(crate) fn published(&self) -> Arc<Published> {
        self.0.published.clone()
    }

    pub(crate) fn journal_file(&self) -> &Path {
        &self.0.journal_file
    }

    /// Accounts, sessions and tokens.
    pub fn side(&self) -> &SideTables {
        &self.0.side
    }

    /// The private keys of the instance, which are sealed on disk.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The bytes of files.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Sends a command through the door and waits for what becomes of it.
    pub async fn commit(&self, command: Command) -> Result<Committed, CommitError> {
        self.ask(|answer| Message::Commit(Box::new(command), answer)).await
    }

    /// What would become of a command: the door decides, and nothing is written.
    pub async fn judge(&self, command: Command) -> Result<Committed, CommitError> {
        self.ask(|answer| Message::Judge(Box::new(command), answer)).await
    }

    /// Makes what is known of other servers part of the state: decisions rest on it alone, and ask
    /// nobody.
    pub async fn learn(&self, elsewhere: Elsewhere) -> Result<(), CommitError> {
        let (answer, learnt) = oneshot::channel();
        let sent = self.0.queue.send(Message::Elsewhere(Box::new(elsewhere), answer)).await;
        sent.map_err(|_| stopped())?;
        learnt.await.map_err(|_| stopped())
    }

    async fn ask(
        &self,
        message: impl FnOnce(oneshot::Sender<Answer>) -> Message,
    ) -> Result<Committed, CommitError> {
        let (answer, outcome) = oneshot::channel();
        self.0.queue.try_send(message(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommitError::Rejected(Rejection::Busy),
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        outcome.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Ends the writer after what already waits, with a last checkpoint. Blocking.
    pub fn close(&self) {
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // Where the writer is gone already there is nothing to stop.
            drop(self.0.queue.blocking_send(Message::Stop));
            drop(writer.join());
        }
    }
}

fn stopped() -> CommitError {
    CommitError::Failed("the writer has stopped".to_owned())
}

/// An exclusive lock of the operating system, which a crash releases.
pub(crate) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| OpenError::Folder { path: path.clone(), error })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Folder { path, error }),
    }
}

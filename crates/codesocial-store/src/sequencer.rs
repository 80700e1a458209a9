//! The one writer: a thread that decides on each command that waits, while the journal writes what
//! was decided before; then it publishes, and answers. Memory never runs ahead of the journal.

use crate::batch::{Answer, Batch, Waiting, guarded};
use crate::journal::{Entry, Journal, JournalError};
use crate::state::Quads;
use crate::store::Published;
use crate::{
    Command, CommandKind, CommitError, Computed, Crash, CrashPoint, Elsewhere, Files, Head,
    Rejection, State, checkpoint,
};
use codesocial_graph::Snapshot;
use codesocial_rdf::Changeset;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use tokio::sync::oneshot::{self, error::TryRecvError};

/// How many commands may wait; beyond that the answer is 503.
pub const QUEUE_MAX: usize = 1_024;
/// A checkpoint is written after so many entries, and after each merge.
const CHECKPOINT_ENTRIES: u64 = 20_000;
/// SHACL walks are bounded, but deep: the stack is sized once for all of them.
const STACK_BYTES: usize = 64 * 1024 * 1024;

pub(crate) enum Message {
    Commit(Box<Command>, oneshot::Sender<Answer>),
    /// Decide as for a commit, and write nothing.
    Judge(Box<Command>, oneshot::Sender<Answer>),
    /// What is known of other servers, from now on part of the state.
    Elsewhere(Box<Elsewhere>, oneshot::Sender<()>),
    /// The journal is free again.
    Written,
    /// A background merge ended: the state it began from, as a new generation.
    Merged(u64, Snapshot),
    Stop,
}

pub(crate) struct Sequencer {
    pub(crate) journal: Journal,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) published: Arc<Published>,
    pub(crate) files: Files,
    pub(crate) folder: PathBuf,
    pub(crate) crash: Crash,
    pub(crate) messages: mpsc::Receiver<Message>,
    /// For those to report back who work beside this thread.
    pub(crate) sender: mpsc::WeakSender<Message>,
    /// While a merge runs: what was published since it began.
    pub(crate) since_merge: Option<Vec<Changeset>>,
    /// How many merges began. The end of one counts only where no other began since.
    pub(crate) merges: u64,
    pub(crate) merging: Option<JoinHandle<()>>,
    /// Checkpoints that are being written.
    pub(crate) background: Vec<JoinHandle<()>>,
    pub(crate) checkpointed: u64,
    pub(crate) computed: Computed,
    /// What the journal is writing.
    pub(crate) writing: Option<Writing>,
    /// What was decided meanwhile, on the state that the journal is bringing about.
    pub(crate) decided: Option<Batch>,
}

/// A batch on its way to the disk.
pub(crate) struct Writing {
    batch: Batch,
    outcome: oneshot::Receiver<Result<(), JournalError>>,
}

/// Wakes the writer up when it goes, however it goes.
struct Wake(mpsc::WeakSender<Message>);

impl Drop for Wake {
    fn drop(&mut self) {
        // Where the queue is full the writer is awake, and looks by itself.
        if let Some(sender) = self.0.upgrade() {
            drop(sender.try_send(Message::Written));
        }
    }
}

impl Sequencer {
    pub(crate) fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new()
            .name("sequencer".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || self.run())
    }

    fn run(mut self) {
        while let Some(message) = self.messages.blocking_recv() {
            match message {
                Message::Commit(command, answer) => self.decide((command, answer)),
                Message::Judge(command, answer) => {
                    let decided = guarded(&command, &self.published.get(), self.computed);
                    drop(answer.send(decided.map(|accepted| accepted.committed)));
                }
                Message::Elsewhere(elsewhere, answer) => {
                    self.settle();
                    let state = State::clone(&self.published.get());
                    let access = state.access.clone().with_elsewhere(*elsewhere);
                    self.published.set(State { access, ..state });
                    // Who told it may be gone: it holds all the same.
                    let _gone = answer.send(());
                }
                Message::Merged(merge, snapshot) if merge == self.merges => {
                    self.settle();
                    self.install(&snapshot);
                }
                Message::Written | Message::Merged(..) => {}
                Message::Stop => break,
            }
            self.write_on();
        }
        self.settle();
        self.finish();
    }

    /// Decides on a command, on the newest state that will be.
    fn decide(&mut self, waiting: Waiting) {
        let erases = waiting.0.kind == CommandKind::Erase;
        // What is forgotten is forgotten by all: nothing may stand on what was before.
        if erases || self.decided.as_ref().is_some_and(Batch::is_full) {
            self.settle();
        }
        let mut batch = match (self.decided.take(), &self.writing) {
            (Some(batch), _) => batch,
            (None, Some(writing)) => Batch::on(&writing.batch.state),
            (None, None) => Batch::on(&self.published.get()),
        };
        batch.decide(waiting, self.computed);
        self.decided = Some(batch);
        if erases {
            self.settle();
        }
    }

    /// Ends what the journal has written, and gives it what was decided meanwhile.
    fn write_on(&mut self) {
        if let Some(Writing { batch, mut outcome }) = self.writing.take() {
            match outcome.try_recv() {
                Err(TryRecvError::Empty) => self.writing = Some(Writing { batch, outcome }),
                Ok(outcome) => self.conclude(batch, outcome),
                Err(TryRecvError::Closed) => self.conclude(batch, Err(crashed())),
            }
        }
        if self.writing.is_none()
            && let Some(batch) = self.decided.take()
        {
            self.write(batch);
        }
    }

    /// Waits until everything that was decided is written and answered.
    fn settle(&mut self) {
        self.write_on();
        while let Some(Writing { batch, outcome }) = self.writing.take() {
            let outcome = outcome.blocking_recv().unwrap_or_else(|_| Err(crashed()));
            self.conclude(batch, outcome);
            self.write_on();
        }
    }

    /// Gives a batch to the journal.
    fn write(&mut self, mut batch: Batch) {
        if batch.entries.is_empty() {
            return batch.answer();
        }
        batch.state = batch.state.published();
        let (journal, crash) = (self.journal.clone(), self.crash.clone());
        let (before, after) = (batch.before, batch.state.head);
        let entries = std::mem::take(&mut batch.entries);
        let wake = Wake(self.sender.clone());
        let (written, outcome) = oneshot::channel();
        self.runtime.spawn(async move {
            let result = append(&journal, &crash, before, &entries, after).await;
            // The writer does not go away before it heard.
            drop(written.send(result));
            drop(wake);
        });
        self.writing = Some(Writing { batch, outcome });
    }

    /// Publishes what the journal holds now, and answers.
    fn conclude(&mut self, batch: Batch, outcome: Result<(), JournalError>) {
        if let Err(error) = outcome {
            tracing::error!(%error, "the batch was not written");
            batch.fail(|| CommitError::of_journal(&error));
            // What was decided on it is decided anew.
            if let Some(next) = self.decided.take() {
                next.into_waiting().for_each(|waiting| self.decide(waiting));
            }
            return;
        }
        self.published.set(batch.state.clone());
        if let Some(since) = &mut self.since_merge {
            since.extend_from_slice(&batch.nets);
        }
        self.files.release_all(&batch.gone);
        self.crash.at(CrashPoint::BeforeAnswer);
        if batch.erases()
            && let Err(error) = self.forget()
        {
            // The next start does what is left.
            tracing::error!(%error, "what was erased is still on the disk");
        }
        batch.answer();
        self.tend();
    }

    /// Starts what keeps memory and opening time small, in the background.
    fn tend(&mut self) {
        self.background.retain(|thread| !thread.is_finished());
        let state = self.published.get();
        let snapshot = state.snapshot();
        if self.since_merge.is_none() && snapshot.merge_due() {
            self.merge(snapshot);
        } else if self.background.is_empty()
            && state.head.seq - self.checkpointed >= CHECKPOINT_ENTRIES
        {
            self.checkpoint(state);
        }
    }

    fn merge(&mut self, snapshot: Snapshot) {
        let Some(sender) = self.sender.upgrade() else { return };
        let crash = self.crash.clone();
        self.since_merge = Some(Vec::new());
        self.merges += 1;
        let merge = self.merges;
        self.merging = Some(std::thread::spawn(move || {
            crash.at(CrashPoint::DuringMerge);
            // The store may have stopped meanwhile: then nobody needs the result.
            drop(sender.blocking_send(Message::Merged(merge, snapshot.merged())));
        }));
    }

    /// Does what is left of erasures that a crash or a full disk interrupted.
    pub(crate) fn resume_forgetting(&mut self) -> Result<(), ForgetError> {
        let erasures = self.published.get().erasures();
        let Some(last) = erasures.values().max() else { return Ok(()) };
        let left = self.runtime.block_on(self.journal.forget(&erasures))?;
        if left > 0 || !checkpoint::list_before(&self.folder, *last)?.is_empty() {
            self.forget()?;
        }
        Ok(())
    }

    /// Takes what was erased from the disk and from memory: the journal's segments, the checkpoints
    /// and the terms that the view still holds.
    fn forget(&mut self) -> Result<(), ForgetError> {
        self.runtime.block_on(self.journal.forget(&self.published.get().erasures()))?;
        for thread in self.background.drain(..) {
            drop(thread.join());
        }
        // A merge that runs began with what is forgotten: its end does not count.
        self.merges += 1;
        self.since_merge = None;
        let state = self.published.get().forgotten();
        // The older ones first: a crash now costs time, not a secret.
        for older in checkpoint::list_before(&self.folder, state.head.seq)? {
            std::fs::remove_file(older)?;
        }
        checkpoint::write(&self.folder, &state, &self.crash)
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        self.checkpointed = state.head.seq;
        self.published.set(state);
        Ok(())
    }

    /// Re-maps what arrived during a merge onto the new generation, and publishes that.
    fn install(&mut self, merged: &Snapshot) {
        let mut candidate = merged.candidate();
        for net in self.since_merge.take().unwrap_or_default() {
            if candidate.apply(&net).is_err() {
                tracing::error!("the merged view is full: it is dropped");
                return;
            }
        }
        let state = State {
            quads: Quads::Proposed(Box::new(candidate)),
            ..State::clone(&self.published.get())
        };
        let access = state.access.clone().with_ids(&state);
        let state = State { access, ..state };
        self.published.set(state.published());
        self.checkpoint(self.published.get());
    }

    fn checkpoint(&mut self, state: Arc<State>) {
        self.checkpointed = state.head.seq;
        let (folder, crash) = (self.folder.clone(), self.crash.clone());
        self.background.push(std::thread::spawn(move || {
            if let Err(error) = checkpoint::write(&folder, &state, &crash) {
                tracing::error!(%error, "the checkpoint was not written");
            }
        }));
    }

    fn finish(mut self) {
        for thread in self.background.drain(..).chain(self.merging.take()) {
            drop(thread.join());
        }
        let state = self.published.get();
        if state.head.seq > self.checkpointed
            && let Err(error) = checkpoint::write(&self.folder, &state, &self.crash)
        {
            tracing::error!(%error, "the last checkpoint was not written");
        }
        if let Err(error) = self.runtime.block_on(self.journal.settle()) {
            tracing::error!(%error, "the journal stays in two files");
        }
    }
}

/// Why what was erased is not yet forgotten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgetError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The commit point. An error whose outcome is unknown is resolved by reading the journal, never by
/// writing again.
async fn append(
    journal: &Journal,
    crash: &Crash,
    before: Head,
    entries: &[Entry],
    after: Head,
) -> Result<(), JournalError> {
    crash.at(CrashPoint::BeforeJournalCommit);
    let outcome = match journal.append(before, entries).await {
        Err(JournalError::Database(error)) => match journal.hash_of(after.seq).await {
            Ok(Some(hash)) if hash == after.hash => Ok(()),
            _ => Err(JournalError::Database(error)),
        },
        other => other,
    };
    crash.at(CrashPoint::AfterJournalCommit);
    outcome
}

/// What is said of a write that ended without a word.
fn crashed() -> JournalError {
    JournalError::Database(sqlx::Error::WorkerCrashed)
}

impl CommitError {
    fn of_journal(error: &JournalError) -> Self {
        match error {
            JournalError::Full => Self::Rejected(Rejection::Full),
            other => Self::Failed(other.to_string()),
        }
    }
}

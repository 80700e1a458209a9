//! The one writer: a thread that takes what waits, decides on each command, appends what passed in
//! one transaction, publishes, and answers. Memory never runs ahead of the journal.

use crate::commit::{Accepted, decide};
use crate::journal::{Journal, JournalError};
use crate::state::Quads;
use crate::store::Published;
use crate::{
    Command, CommandKind, CommitError, Committed, Computed, Crash, CrashPoint, Elsewhere, Files,
    Head, Rejection, State, checkpoint, files,
};
use codesocial_graph::Snapshot;
use codesocial_rdf::Changeset;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// How many commands may wait; beyond that the answer is 503.
pub const QUEUE_MAX: usize = 1_024;
/// How many commands share one transaction, and so one fsync.
const BATCH_MAX: usize = 256;
/// A checkpoint is written after so many entries, and after each merge.
const CHECKPOINT_ENTRIES: u64 = 20_000;
/// SHACL walks are bounded, but deep: the stack is sized once for all of them.
const STACK_BYTES: usize = 64 * 1024 * 1024;

pub(crate) type Answer = Result<Committed, CommitError>;

pub(crate) enum Message {
    Commit(Box<Command>, oneshot::Sender<Answer>),
    /// Decide as for a commit, and write nothing.
    Judge(Box<Command>, oneshot::Sender<Answer>),
    /// What is known of other servers, from now on part of the state.
    Elsewhere(Box<Elsewhere>, oneshot::Sender<()>),
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
    /// For the merge thread to report back.
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
}

type Waiting = (Box<Command>, oneshot::Sender<Answer>);

impl Sequencer {
    pub(crate) fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new()
            .name("sequencer".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || self.run())
    }

    fn run(mut self) {
        while let Some(first) = self.messages.blocking_recv() {
            let mut waiting: Vec<Waiting> = Vec::new();
            let mut next = Some(first);
            let mut stop = false;
            while let Some(message) = next {
                match message {
                    Message::Commit(command, answer) => waiting.push((command, answer)),
                    Message::Judge(command, answer) => {
                        let decided = guarded(&command, &self.published.get(), self.computed);
                        drop(answer.send(decided.map(|accepted| accepted.committed)));
                    }
                    Message::Elsewhere(elsewhere, answer) => {
                        let state = State::clone(&self.published.get());
                        let access = state.access.clone().with_elsewhere(*elsewhere);
                        self.published.set(State { access, ..state });
                        // Who told it may be gone: it holds all the same.
                        let _gone = answer.send(());
                    }
                    Message::Merged(merge, snapshot) if merge == self.merges => {
                        self.install(&snapshot);
                    }
                    Message::Merged(..) => {}
                    Message::Stop => stop = true,
                }
                next = if waiting.len() < BATCH_MAX { self.messages.try_recv().ok() } else { None };
            }
            self.commit(waiting);
            if stop {
                break;
            }
            self.tend();
        }
        self.finish();
    }

    /// Decides, appends, publishes and answers one batch.
    fn commit(&mut self, waiting: Vec<Waiting>) {
        let before = self.published.get();
        let mut state = State::clone(&before);
        let (mut entries, mut nets, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        let mut erases = false;
        let mut gone = BTreeSet::new();
        // A command holds the bytes that it refers to until everyone sees that it does.
        let mut carried = Vec::new();
        for (command, answer) in waiting {
            let decided = guarded(&command, &state, self.computed);
            if let Ok(accepted) = decided {
                let Accepted { state: after, entries: new, net, committed } = accepted;
                state = after;
                erases |= command.kind == CommandKind::Erase;
                entries.extend(new);
                gone.extend(files::taken_away(&net));
                nets.push(net);
                answers.push((answer, Ok(committed)));
            } else if let Err(error) = decided {
                answers.push((answer, Err(error)));
            }
            carried.push(command);
        }
        let outcome = if entries.is_empty() {
            Ok(())
        } else {
            self.append(before.head, &entries, state.head)
        };
        match outcome {
            Ok(()) => {
                if !entries.is_empty() {
                    self.published.set(state.published());
                    if let Some(since) = &mut self.since_merge {
                        since.extend(nets);
                    }
                }
                self.files.release_all(&gone);
                self.crash.at(CrashPoint::BeforeAnswer);
                if erases && let Err(error) = self.forget() {
                    // The next start does what is left.
                    tracing::error!(%error, "what was erased is still on the disk");
                }
                for (answer, result) in answers {
                    // A client that went away does not hear what became of its command.
                    drop(answer.send(result));
                }
            }
            Err(error) => {
                // What may have been written after all keeps its bytes: the next start knows.
                std::mem::forget(carried);
                tracing::error!(%error, "the batch was not written");
                for (answer, _) in answers {
                    drop(answer.send(Err(CommitError::of_journal(&error))));
                }
            }
        }
    }

    /// The commit point. An error whose outcome is unknown is resolved by reading the journal,
    /// never by writing again.
    fn append(
        &self,
        before: Head,
        entries: &[crate::journal::Entry],
        after: Head,
    ) -> Result<(), JournalError> {
        self.crash.at(CrashPoint::BeforeJournalCommit);
        let outcome = self.runtime.block_on(self.journal.append(before, entries));
        let outcome = match outcome {
            Err(JournalError::Database(error)) => {
                match self.runtime.block_on(self.journal.hash_of(after.seq)) {
                    Ok(Some(hash)) if hash == after.hash => Ok(()),
                    _ => Err(JournalError::Database(error)),
                }
            }
            other => other,
        };
        self.crash.at(CrashPoint::AfterJournalCommit);
        outcome
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

/// A proposal that panics refuses its own command, not the batch.
fn guarded(command: &Command, state: &State, computed: Computed) -> Result<Accepted, CommitError> {
    let decide = std::panic::AssertUnwindSafe(|| decide(command, state, computed));
    match std::panic::catch_unwind(decide) {
        Ok(decided) => decided.map_err(CommitError::Rejected),
        Err(_) => Err(CommitError::Failed("a command could not be carried out".to_owned())),
    }
}

impl CommitError {
    fn of_journal(error: &JournalError) -> Self {
        match error {
            JournalError::Full => Self::Rejected(Rejection::Full),
            other => Self::Failed(other.to_string()),
        }
    }
}

//! Commands that share one transaction, each decided on the state after the one before. Nothing of
//! a batch is seen, and none of its commands is answered, before the journal has its entries.

use crate::commit::{Accepted, decide};
use crate::journal::{Entry, Hash};
use crate::{Command, CommandKind, CommitError, Committed, Computed, Head, State, files};
use codesocial_rdf::Changeset;
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// How many commands share one transaction, and so one fsync.
const COMMANDS_MAX: usize = 256;

pub(crate) type Answer = Result<Committed, CommitError>;

/// A command, and whoever waits to hear what became of it.
pub(crate) type Waiting = (Box<Command>, oneshot::Sender<Answer>);

pub(crate) struct Batch {
    /// The entry on which it stands.
    pub(crate) before: Head,
    /// After all its commands.
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
    pub(crate) nets: Vec<Changeset>,
    /// The bytes that nothing refers to any more.
    pub(crate) gone: BTreeSet<Hash>,
    /// A command holds the bytes that it refers to until everyone sees that it does.
    decided: Vec<(Waiting, Answer)>,
}

impl Batch {
    /// A batch that stands on a state.
    pub(crate) fn on(state: &State) -> Self {
        Self {
            before: state.head,
            state: state.clone(),
            entries: Vec::new(),
            nets: Vec::new(),
            gone: BTreeSet::new(),
            decided: Vec::new(),
        }
    }

    /// Decides on one more command.
    pub(crate) fn decide(&mut self, waiting: Waiting, computed: Computed) {
        let answer = guarded(&waiting.0, &self.state, computed).map(|accepted| {
            let Accepted { state, entries, net, committed } = accepted;
            self.state = state;
            self.entries.extend(entries);
            self.gone.extend(files::taken_away(&net));
            self.nets.push(net);
            committed
        });
        self.decided.push((waiting, answer));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.decided.len() >= COMMANDS_MAX
    }

    /// Whether one of its commands takes graphs from the journal.
    pub(crate) fn erases(&self) -> bool {
        let erases = |((command, _), answer): &(Waiting, Answer)| {
            command.kind == CommandKind::Erase && answer.is_ok()
        };
        self.decided.iter().any(erases)
    }

    /// Tells everyone what became of their command. A client that went away does not hear it.
    pub(crate) fn answer(self) {
        for ((_, answer), decided) in self.decided {
            drop(answer.send(decided));
        }
    }

    /// Tells everyone that nothing was written, as far as one can know.
    pub(crate) fn fail(self, error: impl Fn() -> CommitError) {
        for ((command, answer), _) in self.decided {
            // What may have been written after all keeps its bytes: the next start knows.
            std::mem::forget(command);
            drop(answer.send(Err(error())));
        }
    }

    /// Its commands, to be decided anew on another state.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = Waiting> {
        self.decided.into_iter().map(|(waiting, _)| waiting)
    }
}

/// What becomes of a command on a state. A proposal that panics refuses its own command, not the
/// batch.
pub(crate) fn guarded(
    command: &Command,
    state: &State,
    computed: Computed,
) -> Result<Accepted, CommitError> {
    let decide = std::panic::AssertUnwindSafe(|| decide(command, state, computed));
    match std::panic::catch_unwind(decide) {
        Ok(decided) => decided.map_err(CommitError::Rejected),
        Err(_) => Err(CommitError::Failed("a command could not be carried out".to_owned())),
    }
}

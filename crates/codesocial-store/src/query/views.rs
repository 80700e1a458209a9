//! What workers start from: a file that holds what some readers see of one state, and nothing else.
//! It has no name once it is written, so that nobody else opens it and nothing of it stays when the
//! server ends, however it ends.

use crate::store::Published;
use crate::{Agent, State};
use codesocial_graph::{Readers, Visible};
use codesocial_rdf::Changeset;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

/// In the data directory, where views are written.
const FOLDER: &str = "workers";
/// A view that lacks more is written anew before workers start from it.
const CHANGES_MAX: usize = 20_000;

/// For whom workers work, and thus what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// For everybody: they hold what everybody may read, and no more.
    Public,
    /// For who is known: they hold what anyone may ever read, and each query says what of it.
    Private,
}

impl Class {
    pub(super) fn of(agent: &Agent) -> Self {
        match agent {
            Agent::Anonymous => Self::Public,
            Agent::Person(_) | Agent::Administrator(_) | Agent::Server => Self::Private,
        }
    }

    /// Who may read what such a worker holds of a state.
    pub(super) fn readers(self, state: &State) -> Readers {
        match self {
            Self::Public => state.readers(&Agent::Anonymous),
            Self::Private => Readers::administrator(),
        }
    }

    /// What a worker that was brought to one state lacks of another; nothing is known where a
    /// generation lies between.
    pub(super) fn lacks(self, before: &State, after: &State) -> Option<Changeset> {
        let (old, new) = (self.readers(before), self.readers(after));
        Visible::new(after, &new).since(&Visible::new(before, &old))
    }
}

/// A file to start from, and the state of which it is.
pub(super) struct View {
    pub(super) file: File,
    pub(super) state: Arc<State>,
}

/// The views of one class, of which the newest is kept.
pub(super) struct Views {
    class: Class,
    folder: PathBuf,
    published: Arc<Published>,
    newest: Mutex<Option<Arc<View>>>,
}

impl Views {
    pub(super) fn new(class: Class, data: &Path, published: Arc<Published>) -> Self {
        Self { class, folder: data.join(FOLDER), published, newest: Mutex::default() }
    }

    /// The newest state.
    pub(super) fn state(&self) -> Arc<State> {
        self.published.get()
    }

    /// A view from which it is not far to the newest state.
    pub(super) async fn view(&self) -> io::Result<Arc<View>> {
        let mut newest = self.newest.lock().await;
        let state = self.state();
        if let Some(view) = &*newest
            && let Some(lacking) = self.class.lacks(&view.state, &state)
            && lacking.removed.len() + lacking.added.len() <= CHANGES_MAX
        {
            return Ok(view.clone());
        }
        *newest = None;
        let (class, folder) = (self.class, self.folder.clone());
        let written = spawn_blocking(move || write(class, &folder, state)).await;
        let view = Arc::new(written.map_err(io::Error::other)??);
        *newest = Some(view.clone());
        Ok(view)
    }

    /// Lets go of a view of another generation than that of the newest state: it would keep alive
    /// what is gone.
    pub(super) async fn tend(&self) {
        let mut newest = self.newest.lock().await;
        if newest.as_ref().is_some_and(|view| !view.state.shares_ids_with(&self.state())) {
            *newest = None;
        }
    }
}

fn write(class: Class, folder: &Path, state: Arc<State>) -> io::Result<View> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(format!("{}.view", NUMBER.fetch_add(1, Relaxed)));
    // What a server left that was killed while it wrote.
    if path.exists() {
        fs::remove_file(&path)?;
    }
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let opened = File::open(&path);
    fs::remove_file(&path)?;
    let mut writer = BufWriter::new(created);
    let readers = class.readers(&state);
    Visible::new(&state, &readers).encode(&mut writer)?;
    writer.flush()?;
    Ok(View { file: opened?, state })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessMode;
    use crate::access::law::{Tree, after, planted, steps, tree};
    use codesocial_graph::{Pattern, Snapshot};
    use codesocial_rdf::vocab::ldp;
    use oxrdf::{GraphName, Quad, Term};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn copied(state: &State) -> Snapshot {
        let mut bytes = Vec::new();
        let readers = Class::Public.readers(state);
        Visible::new(state, &readers).encode(&mut bytes).expect("memory can be written to");
        Snapshot::decode(state.base().clone(), &mut bytes.as_slice()).expect("just written")
    }

    fn held(copy: &Snapshot) -> BTreeSet<String> {
        copy.quads(Pattern::default()).map(|quad| copy.decode(quad).to_string()).collect()
    }

    /// What the decision on each graph lets everybody read.
    fn public(state: &State) -> BTreeSet<String> {
        let readable = |name: &GraphName| match name {
            GraphName::NamedNode(name) => {
                let kind = state.base().kind_of(name.as_ref());
                let modes = state.modes(&Agent::Anonymous, name.as_ref());
                kind.public_by_default() && modes.contains(AccessMode::Read)
            }
            GraphName::DefaultGraph | GraphName::BlankNode(_) => true,
        };
        let tells_of_hidden = |quad: &Quad| match &quad.object {
            Term::NamedNode(object) if quad.predicate == ldp::CONTAINS => {
                state.exists(object.as_ref()) && !readable(&object.clone().into())
            }
            _ => false,
        };
        let quads = state.quads(Pattern::default()).map(|quad| state.decode(quad));
        let seen = quads.filter(|quad| readable(&quad.graph_name) && !tells_of_hidden(quad));
        seen.map(|quad| quad.to_string()).collect()
    }

    #[track_caller]
    fn follow(first: &Tree, second: &Tree) {
        let mut state = planted(first);
        let mut copy = copied(&state);
        assert_eq!(held(&copy), public(&state));
        for change in steps(first, second) {
            let next = after(&state, &change);
            let lacking = Class::Public.lacks(&state, &next).expect("one generation");
            let mut candidate = copy.candidate();
            candidate.apply(&lacking).expect("there is room");
            (state, copy) = (next, candidate.publish());
            assert_eq!(held(&copy), public(&state));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(500)
        })]

        #[test]
        fn workers_for_everybody_hold_what_everybody_may_read_after_every_change(
            first in tree(),
            second in tree(),
        ) {
            follow(&first, &second);
        }
    }
}

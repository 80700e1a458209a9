//! A worker as the server has it: a process, what it is told and what it says, and the state to
//! which it was brought last. What it lacks of another state is the difference between the two, so
//! that a write costs nothing here and an idle worker costs nothing at all.

use super::evaluators::Inquiry;
use super::service::Served;
use super::views::{Class, View};
use super::wire::{Audience, Named, Order, Question, Said};
use crate::State;
use codesocial_graph::{Exceptions, GraphSet};
use codesocial_rdf::Patch;
use oxrdf::GraphName;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a worker may take to see that its query is called off.
const GRACE: Duration = Duration::from_millis(250);
/// How many sets of graphs a worker remembers.
const SETS_MAX: usize = 64;
const WORDS_BYTES_MAX: usize = 4_096;

pub(super) struct Worker {
    class: Class,
    child: Child,
    channel: UnixStream,
    /// Where it is told what is called off, and says its last words.
    aside: UnixStream,
    /// What came of what it says next.
    come: Vec<u8>,
    state: Arc<State>,
    sets: Vec<Arc<GraphSet>>,
    newest_set: usize,
    asked: u64,
    /// Whether it waits for what another endpoint answers, and hears nothing else.
    waits: bool,
}

/// What a worker died of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    Memory,
    Stack,
    Time,
    /// Something that no query should come to.
    Other,
}

impl Worker {
    pub(super) fn start(
        program: &Path,
        class: Class,
        view: &View,
        memory_bytes: u64,
    ) -> io::Result<Self> {
        let (channel, its_channel) = Pair::pair()?;
        let (aside, its_aside) = Pair::pair()?;
        channel.set_nonblocking(true)?;
        aside.set_nonblocking(true)?;
        let child = Command::new(program)
            .args(["query-worker", "--base", view.state.base().as_str()])
            .args(["--memory-bytes", &memory_bytes.to_string()])
            .stdin(Stdio::from(view.file.try_clone()?))
            .stdout(Stdio::from(OwnedFd::from(its_channel)))
            .stderr(Stdio::from(OwnedFd::from(its_aside)))
            .env_clear()
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            class,
            child,
            channel: UnixStream::from_std(channel)?,
            aside: UnixStream::from_std(aside)?,
            come: Vec::new(),
            state: view.state.clone(),
            sets: Vec::new(),
            newest_set: 0,
            asked: 0,
            waits: false,
        })
    }

    /// The state to which it was brought.
    pub(super) fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The state to ask it of: that one or a later one; none where it can be brought to none.
    pub(super) fn reaches(&self, state: &Arc<State>) -> Option<Arc<State>> {
        let (own, asked) = (self.state.head().seq, state.head().seq);
        let same_access = self.state.access_changed() == state.access_changed();
        if own > asked || own == asked && same_access {
            Some(self.state.clone())
        } else {
            self.state.shares_ids_with(state).then(|| state.clone())
        }
    }

    /// Brings it to a state of its generation, and asks it.
    pub(super) async fn ask(&mut self, inquiry: &Inquiry) -> io::Result<()> {
        let mut orders = Vec::new();
        if !Arc::ptr_eq(&inquiry.state, &self.state) {
            self.bring(&inquiry.state, &mut orders)?;
        }
        let audience = self.audience(inquiry, &mut orders)?;
        self.asked += 1;
        let Inquiry { what, limits, .. } = inquiry;
        let question = Question::new(self.asked, what, audience, limits);
        Order::Query(Box::new(question)).write(&mut orders)?;
        self.channel.write_all(&orders).await
    }

    /// Brings it to a state of its generation, before anybody asks.
    pub(super) async fn follow(&mut self, state: &Arc<State>) -> io::Result<()> {
        let mut orders = Vec::new();
        self.bring(state, &mut orders)?;
        self.channel.write_all(&orders).await
    }

    fn bring(&mut self, state: &Arc<State>, orders: &mut Vec<u8>) -> io::Result<()> {
        let changes = self.class.lacks(&self.state, state).ok_or_else(other_generation)?;
        if !changes.is_empty() {
            let patch = Patch { minted: None, changes }.encode();
            let patch = String::from_utf8(patch).map_err(io::Error::other)?;
            Order::Change(patch).write(orders)?;
        }
        self.state = state.clone();
        Ok(())
    }

    /// Who may read the answer, in words that the worker knows when it has read the orders.
    fn audience(&mut self, inquiry: &Inquiry, orders: &mut Vec<u8>) -> io::Result<Audience> {
        let readers = self.state.readers(&inquiry.agent);
        let graphs = match (self.class, readers.graphs) {
            // All that it holds is for everybody.
            (Class::Public, _) | (Class::Private, Exceptions::None) => Named::All,
            (Class::Private, Exceptions::Only(set)) => Named::Only(self.tell(&set, orders)?),
            (Class::Private, Exceptions::AllBut(set)) => Named::AllBut(self.tell(&set, orders)?),
        };
        Ok(Audience { kinds: readers.kinds.bits(), graphs })
    }

    /// The number under which the worker knows a set of graphs.
    fn tell(&mut self, set: &Arc<GraphSet>, orders: &mut Vec<u8>) -> io::Result<usize> {
        if let Some(number) = self.sets.iter().position(|known| Arc::ptr_eq(known, set)) {
            return Ok(number);
        }
        let (like, known) = match self.sets.get(self.newest_set) {
            Some(known) => (Some(self.newest_set), known.clone()),
            None => (None, Arc::default()),
        };
        let toggled = known.differing(set).filter_map(|graph| match self.state.graph_name(graph) {
            GraphName::NamedNode(name) => Some(name.into_string()),
            GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
        });
        let toggled = toggled.collect();
        let number = if self.sets.len() < SETS_MAX {
            self.sets.push(set.clone());
            self.sets.len() - 1
        } else {
            let oldest = (self.newest_set + 1) % SETS_MAX;
            self.sets[oldest] = set.clone();
            oldest
        };
        self.newest_set = number;
        Order::Graphs { number, like, toggled }.write(orders)?;
        Ok(number)
    }

    /// What it says next; nothing when it ended. What came of it is kept where this is dropped.
    pub(super) async fn said(&mut self) -> io::Result<Option<Said>> {
        loop {
            if let Some(said) = Said::take(&mut self.come)? {
                self.waits = matches!(said, Said::Asks(_));
                return Ok(Some(said));
            }
            if self.channel.read_buf(&mut self.come).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Tells it what another endpoint answers.
    pub(super) async fn serve(&mut self, served: Served) -> io::Result<()> {
        let mut orders = Vec::new();
        Order::Served(served).write(&mut orders)?;
        self.channel.write_all(&orders).await?;
        self.waits = false;
        Ok(())
    }

    /// Calls its query off: whether it is ready for another.
    pub(super) async fn call_off(&mut self) -> bool {
        if self.waits {
            return false;
        }
        let calling_off = async {
            self.aside.write_all(&self.asked.to_le_bytes()).await.ok()?;
            while let Said::More(_) = self.said().await.ok()?? {}
            Some(())
        };
        timeout(GRACE, calling_off).await.is_ok_and(|ready| ready.is_some())
    }

    /// Ends it: what it died of, if it had died before.
    pub(super) async fn end(mut self) -> Death {
        // Where it is dead already there is nothing to kill.
        drop(self.child.start_kill());
        let status = self.child.wait().await;
        let mut words = [0; WORDS_BYTES_MAX];
        let last = self.aside.into_std().and_then(|mut aside| aside.read(&mut words));
        let words = String::from_utf8_lossy(&words[..last.unwrap_or_default()]);
        let death = status.map_or(Death::Other, |status| Death::of(status, &words));
        if death == Death::Other {
            tracing::error!(%words, "a query worker died");
        }
        death
    }

    /// What it said aside of its query.
    pub(super) async fn words(&mut self) -> String {
        let mut words = [0; WORDS_BYTES_MAX];
        let length = timeout(GRACE, self.aside.read(&mut words)).await;
        let length = length.ok().and_then(Result::ok).unwrap_or_default();
        String::from_utf8_lossy(&words[..length]).into_owned()
    }
}

impl Death {
    /// Rust says why it aborts; the kernel kills where memory or time is over.
    fn of(status: ExitStatus, words: &str) -> Self {
        match status.signal() {
            _ if words.contains("memory allocation of") => Self::Memory,
            _ if words.contains("has overflowed its stack") => Self::Stack,
            Some(libc::SIGXCPU) => Self::Time,
            Some(libc::SIGKILL) => Self::Memory,
            _ => Self::Other,
        }
    }
}

fn other_generation() -> io::Error {
    io::Error::other("a worker cannot be brought to a state of another generation")
}

//! A worker: a process that evaluates one query at a time, on a copy of what it may show, and does
//! nothing else. It holds three channels and opens no other: the view that it starts from as
//! standard input, orders and answers over the socket that is its standard output, and what calls a
//! query off over the one that is its standard error.
//!
//! Invariant: before it reads its first order it has given up all else (`confine.rs`).

use super::confine::{self, ConfineError};
use super::evaluate::{self, Answer, Prepared, Terms};
use super::patterns;
use super::service::{Ask, Served, ServiceCall, ServiceCalls, ServiceError};
use super::wire::{self, Audience, Failure, Named, Order, Question};
use super::{Limits, QueryError};
use codesocial_graph::{Exceptions, GraphSet, KindSet, Readers, Snapshot};
use codesocial_rdf::{Base, Patch};
use oxrdf::NamedNodeRef;
use spareval::CancellationToken;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Evaluation recurses once per operator: the stack is sized for the limits on text.
const STACK_BYTES: usize = 64 * 1024 * 1024;
const PART_BYTES: usize = 64 * 1024;

/// Why a worker ends before it is told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("it is no child of a server: {0}")]
    Channels(io::Error),
    #[error("the view: {0}")]
    View(String),
    #[error(transparent)]
    Confine(#[from] ConfineError),
    #[error("the server: {0}")]
    Server(String),
}

/// Works for the server that started this process, until that ends.
pub fn work(base: Base, memory_bytes: u64) -> Result<(), WorkerError> {
    let view = File::from(own(io::stdin()).map_err(WorkerError::Channels)?);
    let server = UnixStream::from(own(io::stdout()).map_err(WorkerError::Channels)?);
    let calls_off = UnixStream::from(own(io::stderr()).map_err(WorkerError::Channels)?);
    // Threads cannot be made once the process is confined.
    let called_off: Arc<CalledOff> = Arc::default();
    let listened = called_off.clone();
    let thread = std::thread::Builder::new();
    thread.spawn(move || listened.listen(calls_off)).map_err(WorkerError::Channels)?;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let evaluator = thread.spawn(move || {
        let state = read(&view, base).map_err(WorkerError::View)?;
        drop(view);
        confine::confine(memory_bytes)?;
        let orders = server.try_clone().map_err(WorkerError::Channels)?;
        let orders = Orders(Arc::new(Mutex::new(BufReader::new(orders))));
        Worker { state, sets: Vec::new(), called_off, server, orders }.serve()
    });
    match evaluator.map_err(WorkerError::Channels)?.join() {
        Ok(ended) => ended,
        Err(_) => Err(WorkerError::Server("the thread that evaluates panicked".to_owned())),
    }
}

fn own(channel: impl AsFd) -> io::Result<OwnedFd> {
    channel.as_fd().try_clone_to_owned()
}

/// Reads a view. Its place in the file is not used: other workers share it.
fn read(view: &File, base: Base) -> Result<Snapshot, String> {
    let length = view.metadata().map_err(|error| error.to_string())?.len();
    let mut bytes = vec![0; length as usize];
    view.read_exact_at(&mut bytes, 0).map_err(|error| error.to_string())?;
    Snapshot::decode(base, &mut bytes.as_slice()).map_err(|error| error.to_string())
}

/// What the server no longer wants to know.
#[derive(Default)]
struct CalledOff(Mutex<Calls>);

#[derive(Default)]
struct Calls {
    /// The last query that was called off. Numbers ascend.
    last: u64,
    running: Option<(u64, CancellationToken)>,
}

impl CalledOff {
    /// Hears which query is called off, until the server is gone: then nobody wants anything.
    fn listen(&self, mut calls: UnixStream) {
        let mut number = [0; size_of::<u64>()];
        while calls.read_exact(&mut number).is_ok() {
            let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            heard.last = u64::from_le_bytes(number);
            if let Some((running, token)) = &heard.running
                && *running <= heard.last
            {
                token.cancel();
            }
        }
        std::process::exit(0);
    }

    /// By what a query that begins is called off.
    fn token(&self, number: u64) -> CancellationToken {
        let token = CancellationToken::new();
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if number <= heard.last {
            token.cancel();
        }
        heard.running = Some((number, token.clone()));
        token
    }
}

struct Worker {
    state: Snapshot,
    /// Sets of graphs, by the numbers that the server gave them.
    sets: Vec<Arc<GraphSet>>,
    called_off: Arc<CalledOff>,
    server: UnixStream,
    orders: Orders,
}

/// Where orders come from: who evaluates reads there what another endpoint answers.
#[derive(Clone)]
struct Orders(Arc<Mutex<BufReader<UnixStream>>>);

impl Orders {
    fn next(&self) -> io::Result<Option<Order>> {
        Order::read(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the thread that evaluates asks the server.
struct Asker {
    server: UnixStream,
    orders: Orders,
}

impl Ask for Asker {
    fn ask(&mut self, call: &ServiceCall) -> Served {
        let lost =
            |message: String| ServiceError::Failed { endpoint: call.endpoint.clone(), message };
        let sent = wire::asks(call).and_then(|part| self.server.write_all(&part));
        sent.map_err(|error| lost(error.to_string()))?;
        match self.orders.next() {
            Ok(Some(Order::Served(served))) => served,
            Ok(_) => Err(lost("the server said something else".to_owned())),
            Err(error) => Err(lost(error.to_string())),
        }
    }
}

impl Worker {
    fn serve(mut self) -> Result<(), WorkerError> {
        let failed = |error: io::Error| WorkerError::Server(error.to_string());
        while let Some(order) = self.orders.next().map_err(failed)? {
            match order {
                Order::Change(patch) => self.change(&patch)?,
                Order::Graphs { number, like, toggled } => self.learn(number, like, &toggled)?,
                Order::Query(question) => self.answer(&question)?,
                Order::Served(_) => return Err(unfit("it asked nothing")),
            }
        }
        Ok(())
    }

    /// How the query asks other endpoints, where it may.
    fn services(&self, question: &Question) -> io::Result<Option<ServiceCalls>> {
        if !question.services {
            return Ok(None);
        }
        let server = self.server.try_clone()?;
        Ok(Some(ServiceCalls::new(Asker { server, orders: self.orders.clone() })))
    }

    fn change(&mut self, patch: &str) -> Result<(), WorkerError> {
        let patch = Patch::decode(patch.as_bytes()).map_err(unfit)?;
        let mut candidate = self.state.candidate();
        candidate.apply(&patch.changes).map_err(unfit)?;
        self.state = candidate.publish();
        Ok(())
    }

    fn learn(
        &mut self,
        number: usize,
        like: Option<usize>,
        toggled: &[String],
    ) -> Result<(), WorkerError> {
        // Names of graphs that hold nothing yet must not be lost: the set outlives this state.
        let mut candidate = self.state.candidate();
        let names = toggled.iter().map(|name| NamedNodeRef::new_unchecked(name));
        let toggled = candidate.graph_set(names).map_err(unfit)?;
        self.state = candidate.publish();
        let like = like.and_then(|like| self.sets.get(like)).cloned().unwrap_or_default();
        let set = like.differing(&toggled).collect();
        self.sets.resize_with(self.sets.len().max(number + 1), Arc::default);
        self.sets[number] = Arc::new(set);
        Ok(())
    }

    fn answer(&mut self, question: &Question) -> Result<(), WorkerError> {
        let token = self.called_off.token(question.number);
        confine::allow_seconds(question.seconds_max)?;
        let services = self.services(question).map_err(unfit)?;
        let mut parts = Parts { part: wire::part_begun(), server: &self.server };
        let evaluated = catch_unwind(AssertUnwindSafe(|| {
            evaluate_one(&self.state, &self.sets, question, services, &token, &mut parts)
        }));
        let failure = match evaluated {
            Ok(Ok(Answer::Whole)) => None,
            Ok(Ok(Answer::Truncated)) => Some(Failure::Truncated),
            Ok(Err(error)) => Some(error.into()),
            Err(_) => Some(Failure::Panicked),
        };
        parts.finish(failure).map_err(|error| WorkerError::Server(error.to_string()))
    }
}

fn unfit(error: impl std::fmt::Display) -> WorkerError {
    WorkerError::Server(error.to_string())
}

fn evaluate_one(
    state: &Snapshot,
    sets: &[Arc<GraphSet>],
    question: &Question,
    services: Option<ServiceCalls>,
    token: &CancellationToken,
    output: &mut impl Write,
) -> Result<Answer, QueryError> {
    let limits = Limits {
        seconds_max: question.seconds_max,
        rows_max: question.rows_max,
        result_bytes_max: question.result_bytes_max,
        ..Limits::default()
    };
    let readers = readers(question.audience, sets).ok_or_else(|| {
        QueryError::Evaluation("it was not told which graphs may be read".to_owned())
    })?;
    let terms = Terms { readers: &readers, limits: &limits, cancel: token, services };
    if let Some(order) = &question.update {
        let text = (question.text.as_str(), question.base.as_str());
        return patterns::find(text, order, question.dataset(), state, &terms, output);
    }
    // The server has checked the text, by limits that may be others.
    let prepared = Prepared::parse(&question.text, &question.base, question.dataset())?;
    let syntax = question.syntax(prepared.answers_with_graph()).ok_or_else(|| {
        QueryError::Evaluation(format!("{} is no syntax of such an answer", question.syntax))
    })?;
    evaluate::evaluate(&prepared, state, syntax, terms, output)
}

fn readers(audience: Audience, sets: &[Arc<GraphSet>]) -> Option<Readers> {
    let set = |number: usize| sets.get(number).cloned();
    let graphs = match audience.graphs {
        Named::All => Exceptions::None,
        Named::Only(number) => Exceptions::Only(set(number)?),
        Named::AllBut(number) => Exceptions::AllBut(set(number)?),
    };
    Some(Readers { kinds: KindSet::of_bits(audience.kinds), graphs })
}

/// Where the answer is written. It waits where the client reads slowly.
struct Parts<'a> {
    part: Vec<u8>,
    server: &'a UnixStream,
}

impl Parts<'_> {
    /// Sends what is left, if the answer is whole, else why it is not.
    fn finish(mut self, failure: Option<Failure>) -> io::Result<()> {
        match failure {
            None => {
                wire::end_part(&mut self.part, true);
                self.server.write_all(&self.part)
            }
            Some(failure) => self.server.write_all(&wire::failed(&failure)?),
        }
    }
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            wire::end_part(&mut self.part, false);
            self.server.write_all(&self.part)?;
            self.part = wire::part_begun();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

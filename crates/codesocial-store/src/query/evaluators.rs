//! The workers that evaluate queries: processes, each with one query at a time, started when first
//! needed and then kept. Some hold what everybody may read and serve who is not known; others serve
//! who is. A query that takes longer than it may ends, with its process if need be, and another
//! process is there for the next: no query costs another one more than a place in the queue.

use super::parts::{self, PartSender, Parts, Unfinished};
use super::process::{Death, Worker};
use super::queue::{Queue, QueueLimits, Turn};
use super::service::Services;
use super::views::{Class, Views};
use super::wire::{Failure, Said};
use super::{Limits, Prepared, QueryError, ResultSyntax, UpdatePatterns};
use crate::{Agent, State, Store};
use oxrdf::NamedNode;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::select;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// How often an idle worker is brought to the newest state.
const TENDED_EVERY: Duration = Duration::from_secs(1);

/// How many workers there are, and what they may use.
#[derive(Debug, Clone)]
pub struct WorkerLimits {
    /// The program, whose command `query-worker` a worker is.
    pub program: PathBuf,
    pub public: usize,
    pub private: usize,
    /// Of each, beside what it holds.
    pub memory_bytes_max: u64,
    pub waiting_max: usize,
    pub client_waiting_max: usize,
}

/// What is asked.
pub enum Inquired {
    Query(Box<Prepared>, ResultSyntax),
    /// Answered with a patch.
    Update(Box<UpdatePatterns>),
}

/// A query and who asks it.
pub struct Inquiry {
    pub what: Inquired,
    /// The answer is of this state or a later one.
    pub state: Arc<State>,
    pub agent: Agent,
    /// From where who is not known asks.
    pub address: Option<IpAddr>,
    pub limits: Limits,
}

/// Who takes turns with others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Client {
    Person(NamedNode),
    Administrator,
    Server,
    Address(Option<IpAddr>),
}

impl Client {
    fn of(inquiry: &Inquiry) -> Self {
        match &inquiry.agent {
            Agent::Anonymous => Self::Address(inquiry.address),
            Agent::Person(person) => Self::Person(person.webid.clone()),
            Agent::Administrator(_) => Self::Administrator,
            Agent::Server => Self::Server,
        }
    }
}

/// As many queries run and wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many queries at once")]
pub struct Busy;

/// Why workers were replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// The view was written anew, so that what it began from is gone.
    Generation,
    /// Its query took longer than it may.
    Time,
    /// Who asked went away, and the query did not end.
    Gone,
    Memory,
    Stack,
    Other,
}

impl Replaced {
    pub const ALL: [Self; 6] =
        [Self::Generation, Self::Time, Self::Gone, Self::Memory, Self::Stack, Self::Other];

    fn by(death: Death) -> Self {
        match death {
            Death::Memory => Self::Memory,
            Death::Stack => Self::Stack,
            Death::Time => Self::Time,
            Death::Other => Self::Other,
        }
    }
}

/// What the workers do and did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    pub running: usize,
    pub waiting: usize,
    pub alive: usize,
    /// For each reason of [`Replaced::ALL`].
    pub replaced: [u64; Replaced::ALL.len()],
}

/// The workers, which end when this is dropped.
pub struct Evaluators {
    public: Arc<Crew>,
    private: Arc<Crew>,
    /// What keeps each worker.
    _keepers: JoinSet<()>,
}

impl Evaluators {
    /// Within a runtime, on which the workers are kept. Other endpoints are asked by `services`.
    pub fn new(
        store: &Store,
        data: &Path,
        limits: &WorkerLimits,
        services: &Arc<Services>,
    ) -> Self {
        let mut keepers = JoinSet::new();
        let mut crew = |class, size| {
            let views = Views::new(class, data, store.published());
            let crew = Arc::new(Crew::new(class, size, views, limits, services.clone()));
            (0..size).for_each(|_| drop(keepers.spawn(crew.clone().keep())));
            crew
        };
        let public = crew(Class::Public, limits.public);
        let private = crew(Class::Private, limits.private);
        Self { public, private, _keepers: keepers }
    }

    pub fn load(&self) -> Load {
        let mut load = Load::default();
        for crew in [&self.public, &self.private] {
            let (running, waiting) = crew.queue.load();
            load.running += running;
            load.waiting += waiting;
            load.alive += crew.alive.load(Relaxed);
            for (all, own) in load.replaced.iter_mut().zip(&crew.replaced) {
                *all += own.load(Relaxed);
            }
        }
        load
    }

    /// Has a query evaluated as soon as a worker is free. It may wait as long as it may then take.
    pub async fn start(&self, inquiry: Inquiry) -> Result<Parts, Busy> {
        let crew = match Class::of(&inquiry.agent) {
            Class::Public => &self.public,
            Class::Private => &self.private,
        };
        let patience = Duration::from_secs(inquiry.limits.seconds_max);
        let (answer, parts) = parts::channel();
        let (begins, begun) = oneshot::channel();
        let client = Client::of(&inquiry);
        let job = Job { inquiry, begins, answer };
        crew.queue.push(client, job, |job| job.begins.is_closed()).map_err(|_| Busy)?;
        timeout(patience, begun).await.map_err(|_| Busy)?.map_err(|_| Busy)?;
        Ok(parts)
    }
}

struct Job {
    inquiry: Inquiry,
    begins: oneshot::Sender<()>,
    answer: PartSender,
}

/// The workers of one class.
struct Crew {
    class: Class,
    queue: Arc<Queue<Client, Job>>,
    views: Views,
    program: PathBuf,
    memory_bytes: u64,
    services: Arc<Services>,
    alive: AtomicUsize,
    replaced: [AtomicU64; Replaced::ALL.len()],
}

impl Crew {
    fn new(
        class: Class,
        size: usize,
        views: Views,
        limits: &WorkerLimits,
        services: Arc<Services>,
    ) -> Self {
        let queue = QueueLimits {
            // One is left for others, where there are several.
            client_running_max: size.saturating_sub(1).max(1),
            client_waiting_max: limits.client_waiting_max,
            waiting_max: limits.waiting_max,
        };
        Self {
            class,
            queue: Arc::new(Queue::new(queue)),
            views,
            program: limits.program.clone(),
            memory_bytes: limits.memory_bytes_max,
            services,
            alive: AtomicUsize::new(0),
            replaced: Default::default(),
        }
    }

    /// Keeps one worker, and gives it one query after the other.
    async fn keep(self: Arc<Self>) {
        let mut worker: Option<Worker> = None;
        loop {
            let (turn, job) = select! {
                next = self.queue.next() => next,
                () = sleep(TENDED_EVERY), if worker.is_some() => {
                    self.tend(&mut worker).await;
                    continue;
                }
            };
            let Job { mut inquiry, begins, answer } = job;
            if begins.send(()).is_err() {
                continue;
            }
            if let Err(error) = self.ready(&mut worker, &mut inquiry).await {
                tracing::error!(%error, "no query worker starts");
            }
            if let Some(ready) = worker.take() {
                worker = self.answer(ready, &inquiry, answer, turn).await;
            }
            if worker.is_none() {
                // The next query finds it ready.
                worker = self.started().await.ok();
            }
        }
    }

    /// Brings an idle worker to the newest state, or replaces it where it cannot be brought.
    async fn tend(&self, worker: &mut Option<Worker>) {
        self.views.tend().await;
        let newest = self.views.state();
        let Some(mut idle) = worker.take() else { return };
        if !idle.is_alive() {
            self.replace(idle, Replaced::Other).await;
        } else if Arc::ptr_eq(&newest, idle.state())
            || newest.shares_ids_with(idle.state()) && idle.follow(&newest).await.is_ok()
        {
            *worker = Some(idle);
        } else {
            self.replace(idle, Replaced::Generation).await;
            *worker = self.started().await.ok();
        }
    }

    /// Sees to it that there is a worker that can be brought to the state that is asked of, or to a
    /// later one, which is then what is asked of.
    async fn ready(&self, worker: &mut Option<Worker>, inquiry: &mut Inquiry) -> io::Result<()> {
        loop {
            if let Some(mut kept) = worker.take() {
                if !kept.is_alive() {
                    self.replace(kept, Replaced::Other).await;
                } else if let Some(state) = kept.reaches(&inquiry.state) {
                    inquiry.state = state;
                    *worker = Some(kept);
                    return Ok(());
                } else {
                    self.replace(kept, Replaced::Generation).await;
                }
            }
            *worker = Some(self.started().await?);
        }
    }

    async fn started(&self) -> io::Result<Worker> {
        let view = self.views.view().await?;
        let mut worker = Worker::start(&self.program, self.class, &view, self.memory_bytes)?;
        let newest = self.views.state();
        if newest.shares_ids_with(worker.state()) {
            worker.follow(&newest).await?;
        }
        self.alive.fetch_add(1, Relaxed);
        Ok(worker)
    }

    async fn replace(&self, worker: Worker, why: Replaced) {
        worker.end().await;
        self.alive.fetch_sub(1, Relaxed);
        self.count(why);
    }

    fn count(&self, why: Replaced) {
        self.replaced[why as usize].fetch_add(1, Relaxed);
    }

    /// Has a worker answer a query: gives it back if it is ready for another.
    async fn answer(
        &self,
        mut worker: Worker,
        inquiry: &Inquiry,
        answer: PartSender,
        turn: Turn<Client, Job>,
    ) -> Option<Worker> {
        let deadline = Instant::now() + Duration::from_secs(inquiry.limits.seconds_max);
        let relayed = select! {
            relayed = relay(&mut worker, inquiry, &answer, &*self.services) => relayed,
            () = sleep_until(deadline) => Relayed::Late,
            () = answer.gone() => Relayed::Gone,
        };
        let (unfinished, why) = match relayed {
            Relayed::Whole(last) => {
                // Who has the last part may ask again at once.
                drop(turn);
                answer.finish(last, deadline);
                return Some(worker);
            }
            Relayed::Failed(failure) => {
                drop(turn);
                if failure == Failure::Panicked {
                    let words = worker.words().await;
                    tracing::error!(words, "an evaluation panicked");
                }
                answer.fail(failure.into());
                return Some(worker);
            }
            Relayed::Late => (QueryError::Timeout.into(), Replaced::Time),
            Relayed::Gone => (Unfinished::Lost, Replaced::Gone),
            Relayed::Ended => {
                let death = worker.end().await;
                self.alive.fetch_sub(1, Relaxed);
                self.count(Replaced::by(death));
                answer.fail(death.into());
                return None;
            }
        };
        answer.fail(unfinished);
        if worker.call_off().await {
            return Some(worker);
        }
        self.replace(worker, why).await;
        None
    }
}

/// How the way of an answer from its worker to its client ended.
enum Relayed {
    /// With this part.
    Whole(Vec<u8>),
    Failed(Failure),
    /// The worker ended.
    Ended,
    Late,
    Gone,
}

async fn relay(
    worker: &mut Worker,
    inquiry: &Inquiry,
    answer: &PartSender,
    services: &Services,
) -> Relayed {
    if worker.ask(inquiry).await.is_err() {
        return Relayed::Ended;
    }
    loop {
        match worker.said().await {
            Ok(Some(Said::More(part))) => {
                if answer.send(part).await.is_err() {
                    return Relayed::Gone;
                }
            }
            Ok(Some(Said::Asks(call))) => {
                if worker.serve(services(call).await).await.is_err() {
                    return Relayed::Ended;
                }
            }
            Ok(Some(Said::Last(last))) => return Relayed::Whole(last),
            Ok(Some(Said::Failed(failure))) => return Relayed::Failed(failure),
            Ok(None) | Err(_) => return Relayed::Ended,
        }
    }
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Truncated => Self::Truncated,
            Failure::Cancelled => QueryError::Timeout.into(),
            Failure::Service(error) => QueryError::Service(error).into(),
            Failure::Evaluation(message) => QueryError::Evaluation(message).into(),
            Failure::Panicked => Self::Lost,
        }
    }
}

impl From<Death> for Unfinished {
    fn from(death: Death) -> Self {
        match death {
            Death::Memory => QueryError::Memory.into(),
            Death::Stack => QueryError::Stack.into(),
            Death::Time => QueryError::Timeout.into(),
            Death::Other => Self::Lost,
        }
    }
}

//! The threads that evaluate queries: a few, each with a big stack, made when first needed and then
//! kept. No more than `running_max` queries run and no more than `waiting_max` wait, however many
//! arrive; a query whose client is gone or whose time is over is told to stop.

use super::parts::{self, Parts};
use super::{Limits, Prepared, ResultSyntax, evaluate};
use crate::{Agent, State};
use spareval::CancellationToken;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Evaluation recurses once per operator: the stack is sized for the limits on text.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The threads, which end when this is dropped.
pub struct Evaluators {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    queue: Arc<Queue>,
    /// How many threads are still to be made.
    unmade: Mutex<usize>,
    running_max: usize,
    admitted_max: usize,
}

struct Job {
    run: Box<dyn FnOnce() -> Finish + Send>,
    permits: [OwnedSemaphorePermit; 2],
}

/// Sends the last part of an answer.
type Finish = Box<dyn FnOnce()>;

/// As many queries run and wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many queries at once")]
pub struct Busy;

impl Evaluators {
    pub fn new(running_max: usize, waiting_max: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            admitted: Arc::new(Semaphore::new(running_max + waiting_max)),
            queue: Arc::default(),
            unmade: Mutex::new(running_max),
            running_max,
            admitted_max: running_max + waiting_max,
        }
    }

    /// How many queries run and how many wait.
    pub fn load(&self) -> (usize, usize) {
        let running = self.running_max - self.running.available_permits().min(self.running_max);
        let admitted = self.admitted_max - self.admitted.available_permits().min(self.admitted_max);
        (running, admitted.saturating_sub(running))
    }

    /// Evaluates a query as soon as a thread is free. It may wait as long as it may then take.
    pub async fn start(
        &self,
        prepared: Prepared,
        state: Arc<State>,
        agent: Agent,
        syntax: ResultSyntax,
        limits: Limits,
    ) -> Result<Parts, Busy> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| Busy)?;
        let seconds = Duration::from_secs(limits.seconds_max);
        let running = timeout(seconds, self.running.clone().acquire_owned()).await;
        let running = running.map_err(|_| Busy)?.map_err(|_| Busy)?;
        let deadline = Instant::now() + seconds;
        let cancel = CancellationToken::new();
        let (mut output, parts) = parts::channel(deadline, cancel.clone());
        let run = Box::new(move || {
            let outcome =
                evaluate(&prepared, &state, &agent, syntax, &limits, &cancel, &mut output);
            Box::new(move || output.finish(outcome)) as Finish
        });
        self.make_a_thread()?;
        self.queue.push(Job { run, permits: [running, admitted] });
        Ok(parts)
    }

    fn make_a_thread(&self) -> Result<(), Busy> {
        let mut unmade = self.unmade.lock().unwrap_or_else(PoisonError::into_inner);
        if *unmade > 0 {
            let queue = self.queue.clone();
            let thread = std::thread::Builder::new().name("query".to_owned());
            thread.stack_size(STACK_BYTES).spawn(move || work(&queue)).map_err(|_| Busy)?;
            *unmade -= 1;
        }
        Ok(())
    }
}

impl Drop for Evaluators {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Runs jobs until there can be no more.
fn work(queue: &Queue) {
    while let Some(Job { run, permits }) = queue.pop() {
        // Nothing outlives a job but its parts, whose reader sees that the last one is missing.
        let evaluated = catch_unwind(AssertUnwindSafe(run));
        // Who has the last part may ask again at once.
        drop(permits);
        match evaluated {
            Ok(finish) => finish(),
            Err(_) => tracing::error!("an evaluation panicked"),
        }
    }
}

/// Jobs that wait for a thread. A new one wakes one thread, not a chain of them.
#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    changed: Condvar,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        // Nothing that holds the lock can panic half-way.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) {
        self.jobs().waiting.push_back(job);
        self.changed.notify_one();
    }

    fn close(&self) {
        self.jobs().closed = true;
        self.changed.notify_all();
    }

    /// The next job, or nothing once the queue is closed and empty.
    fn pop(&self) -> Option<Job> {
        let idle = |jobs: &mut Jobs| jobs.waiting.is_empty() && !jobs.closed;
        let jobs = self.changed.wait_while(self.jobs(), idle);
        jobs.unwrap_or_else(PoisonError::into_inner).waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(run: impl FnOnce() + Send + 'static) -> Job {
        let permit = || {
            let one = Arc::new(Semaphore::new(1));
            one.try_acquire_owned().expect("a new semaphore has its permits")
        };
        let run = Box::new(move || {
            run();
            Box::new(|| ()) as Finish
        });
        Job { run, permits: [permit(), permit()] }
    }

    #[test]
    fn a_thread_survives_a_panic_and_ends_with_its_queue() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let queue = Arc::new(Queue::default());
        queue.push(job(|| unreachable!("an evaluation that fails")));
        queue.push(job(move || sender.send("answered").expect("the test waits")));
        let worker = std::thread::spawn({
            let queue = queue.clone();
            move || work(&queue)
        });
        assert_eq!(receiver.recv(), Ok("answered"));
        queue.close();
        worker.join().expect("the thread ends");
    }

    #[tokio::test]
    async fn more_queries_than_may_run_and_wait_are_refused() {
        let evaluators = Evaluators::new(1, 0);
        let _running = evaluators.admitted.clone().try_acquire_owned().expect("one may run");
        let limits = Limits::default();
        let prepared =
            super::super::prepare("ASK {}", "http://x/", None, &limits).expect("a query");
        let base = codesocial_rdf::Base::parse("http://x/").expect("a base");
        let state = Arc::new(State::empty(base));
        let syntax = ResultSyntax::Solutions(sparesults::QueryResultsFormat::Json);
        let refused = evaluators.start(prepared, state, Agent::Anonymous, syntax, limits).await;
        assert_eq!(refused.err(), Some(Busy));
    }
}

//! The threads that evaluate queries: a few, each with a big stack, made when first needed and then
//! kept. No more than `running_max` queries run and no more than `waiting_max` wait, however many
//! arrive; a query whose client is gone or whose time is over is told to stop.

use super::parts::{self, Parts};
use super::{Limits, Prepared, ResultSyntax, evaluate};
use crate::{Agent, State};
use spareval::CancellationToken;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Evaluation recurses once per operator: the stack is sized for the limits on text.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// A handle to the threads, which end when the last one is dropped.
pub struct Evaluators {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    jobs: Sender<Job>,
    queue: Arc<Mutex<Receiver<Job>>>,
    /// How many threads are still to be made.
    unmade: Mutex<usize>,
}

struct Job {
    run: Box<dyn FnOnce() + Send>,
    _permits: [OwnedSemaphorePermit; 2],
}

/// As many queries run and wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many queries at once")]
pub struct Busy;

impl Evaluators {
    pub fn new(running_max: usize, waiting_max: usize) -> Self {
        let (jobs, queue) = mpsc::channel();
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            admitted: Arc::new(Semaphore::new(running_max + waiting_max)),
            jobs,
            queue: Arc::new(Mutex::new(queue)),
            unmade: Mutex::new(running_max),
        }
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
            let outcome = evaluate(&prepared, &state, agent, syntax, &limits, &cancel, &mut output);
            output.finish(outcome);
        });
        self.make_a_thread()?;
        self.jobs.send(Job { run, _permits: [running, admitted] }).map_err(|_| Busy)?;
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

/// Runs jobs until nobody can send any more.
fn work(queue: &Mutex<Receiver<Job>>) {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(Job { run, _permits }) = next() {
        // Nothing outlives a job but its parts, whose reader sees that the last one is missing.
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            tracing::error!("an evaluation panicked");
        }
    }
}

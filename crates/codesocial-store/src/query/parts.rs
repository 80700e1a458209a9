//! An answer on its way from the thread that evaluates to the one that sends. A bounded number of
//! parts may wait, so that an answer never stands in memory whole; an answer that has no last part
//! is not whole, and never looks as if it were.

use super::{Answer, QueryError};
use spareval::CancellationToken;
use std::io::{self, Write};
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until, timeout_at};

const PART_BYTES: usize = 64 * 1024;
const WAITING_MAX: usize = 64;

/// A part of an answer. A short answer is its own last part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    More(Vec<u8>),
    Last(Vec<u8>),
}

/// Why an answer has no last part.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    #[error(transparent)]
    Refused(#[from] QueryError),
    #[error("the answer is larger than the limit")]
    Truncated,
    #[error("the evaluation ended without a word")]
    Lost,
}

/// Where the parts arrive. Dropping it stops the evaluation.
pub struct Parts {
    parts: Receiver<Result<Part, Unfinished>>,
    deadline: Instant,
    cancel: CancellationToken,
    timer: AbortHandle,
}

impl Parts {
    /// The next part. There is none after the last one, or after an error.
    pub async fn next(&mut self) -> Result<Part, Unfinished> {
        // Parts that wait are still given when the time is over: they cost nothing any more.
        match timeout_at(self.deadline, self.parts.recv()).await {
            Err(_) => Err(QueryError::Timeout.into()),
            Ok(None) if self.deadline <= Instant::now() => Err(QueryError::Timeout.into()),
            Ok(None) => Err(Unfinished::Lost),
            Ok(Some(part)) => part,
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.timer.abort();
    }
}

/// Both ends of an answer that must be written before the deadline, or is cancelled.
pub(super) fn channel(deadline: Instant, cancel: CancellationToken) -> (PartWriter, Parts) {
    let (sender, parts) = mpsc::channel(WAITING_MAX);
    let overdue = cancel.clone();
    let timer = tokio::spawn(async move {
        sleep_until(deadline).await;
        overdue.cancel();
    });
    let writer =
        PartWriter { buffer: Vec::new(), parts: sender, deadline, runtime: Handle::current() };
    (writer, Parts { parts, deadline, cancel, timer: timer.abort_handle() })
}

/// Where a thread writes the answer. It waits where the client reads slowly.
pub(super) struct PartWriter {
    buffer: Vec<u8>,
    parts: Sender<Result<Part, Unfinished>>,
    deadline: Instant,
    runtime: Handle,
}

impl PartWriter {
    /// Sends what is left, if the answer is whole, else why it is not.
    pub(super) fn finish(mut self, outcome: Result<Answer, QueryError>) {
        let rest = std::mem::take(&mut self.buffer);
        let last = match outcome {
            Ok(Answer::Whole) => Ok(Part::Last(rest)),
            Ok(Answer::Truncated) => Err(Unfinished::Truncated),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = self.send(last) {
            // The client has gone, or will see that the last part is missing.
            tracing::debug!(%error, "an answer was not read to its end");
        }
    }

    fn send(&self, part: Result<Part, Unfinished>) -> io::Result<()> {
        let part = match self.parts.try_send(part) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
            Err(TrySendError::Full(part)) => part,
        };
        let sent = async { timeout_at(self.deadline, self.parts.send(part)).await };
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for PartWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART_BYTES {
            let part = std::mem::take(&mut self.buffer);
            self.send(Ok(Part::More(part)))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// What arrives of an answer of so many bytes, and how it ends, if it is read after a while.
    async fn read(bytes: usize, seconds: u64, outcome: Result<Answer, QueryError>) -> String {
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let (mut writer, mut parts) = channel(deadline, cancel);
        let thread = std::thread::spawn(move || {
            let written = writer.write_all(&vec![b'x'; PART_BYTES]).and_then(|()| {
                (PART_BYTES..bytes)
                    .step_by(1_024)
                    .try_for_each(|_| writer.write_all(&[b'x'; 1_024]))
            });
            writer.finish(written.map_err(QueryError::from).and(outcome));
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (mut count, mut length) = (0, 0);
        let end = loop {
            match parts.next().await {
                Ok(Part::More(part)) => (count, length) = (count + 1, length + part.len()),
                Ok(Part::Last(part)) => break format!("whole, {} left", part.len()),
                Err(unfinished) => break unfinished.to_string(),
            }
        };
        thread.join().expect("the thread ends");
        format!("{count} parts of {length} bytes: {end}")
    }

    #[tokio::test]
    async fn an_answer_larger_than_what_may_wait_arrives_whole() {
        let large = PART_BYTES * (WAITING_MAX * 2) + 1_024;
        let told = read(large, 10, Ok(Answer::Whole)).await;
        assert_eq!(told, "128 parts of 8388608 bytes: whole, 1024 left");
    }

    #[tokio::test]
    async fn an_answer_that_was_cut_has_no_last_part() {
        let told = read(PART_BYTES, 10, Ok(Answer::Truncated)).await;
        assert_eq!(told, "1 parts of 65536 bytes: the answer is larger than the limit");
        let told = read(PART_BYTES, 10, Err(QueryError::Service)).await;
        assert_eq!(told, "1 parts of 65536 bytes: SERVICE is not offered");
    }

    #[tokio::test]
    async fn a_writer_waits_for_its_reader_until_the_deadline_and_no_longer() {
        let told = read(PART_BYTES * (WAITING_MAX + 2), 0, Ok(Answer::Whole)).await;
        let waiting = PART_BYTES * WAITING_MAX;
        let expected = format!("{WAITING_MAX} parts of {waiting} bytes: {}", QueryError::Timeout);
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn an_evaluation_stops_when_its_reader_is_gone() {
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + Duration::from_secs(10);
        let (mut writer, parts) = channel(deadline, cancel.clone());
        drop(parts);
        assert!(cancel.is_cancelled());
        let error = writer.write_all(&vec![b'x'; PART_BYTES]).expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}

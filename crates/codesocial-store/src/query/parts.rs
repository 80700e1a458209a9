//! An answer on its way from the worker that evaluates to the client. A bounded number of parts may
//! wait, so that an answer never stands in memory whole; an answer that has no last part is not
//! whole, and never looks as if it were.

use super::QueryError;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// Of at most 64 KiB each.
const WAITING_MAX: usize = 16;

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
    parts: Receiver<Part>,
    end: oneshot::Receiver<Unfinished>,
}

impl Parts {
    /// The next part. There is none after the last one, or after an error. Parts that wait are
    /// still given when the time is over: they cost nothing any more.
    pub async fn next(&mut self) -> Result<Part, Unfinished> {
        match self.parts.recv().await {
            Some(part) => Ok(part),
            None => Err(self.end.try_recv().unwrap_or(Unfinished::Lost)),
        }
    }
}

/// Where an answer is sent from.
pub(super) struct PartSender {
    parts: Sender<Part>,
    end: oneshot::Sender<Unfinished>,
}

/// Nobody waits for the answer any more.
#[derive(Debug)]
pub(super) struct Gone;

/// Both ends of an answer.
pub(super) fn channel() -> (PartSender, Parts) {
    let (sender, parts) = mpsc::channel(WAITING_MAX);
    let (end_sender, end) = oneshot::channel();
    (PartSender { parts: sender, end: end_sender }, Parts { parts, end })
}

impl PartSender {
    /// Sends a part as soon as there is room for it.
    pub(super) async fn send(&self, part: Vec<u8>) -> Result<(), Gone> {
        self.parts.send(Part::More(part)).await.map_err(|_| Gone)
    }

    /// Sends the last part, also to who reads slowly: the worker need not wait for that.
    pub(super) fn finish(self, rest: Vec<u8>, deadline: Instant) {
        if let Err(TrySendError::Full(last)) = self.parts.try_send(Part::Last(rest)) {
            tokio::spawn(async move {
                if timeout_at(deadline, self.parts.send(last)).await.is_err() {
                    self.fail(QueryError::Timeout.into());
                }
            });
        }
    }

    /// Waits until nobody waits for the answer any more.
    pub(super) async fn gone(&self) {
        self.parts.closed().await;
    }

    /// Says why there will be no last part.
    pub(super) fn fail(self, unfinished: Unfinished) {
        // Who is gone need not know.
        drop(self.end.send(unfinished));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// What arrives of an answer of so many parts, and how it ends.
    async fn read(count: usize, end: Option<Unfinished>) -> String {
        let (sender, mut parts) = channel();
        let sending = tokio::spawn(async move {
            for _ in 0..count {
                sender.send(vec![b'x']).await.expect("somebody reads");
            }
            match end {
                Some(end) => sender.fail(end),
                None => sender.finish(Vec::new(), Instant::now() + Duration::from_secs(10)),
            }
        });
        let mut arrived = 0;
        let end = loop {
            match parts.next().await {
                Ok(Part::More(_)) => arrived += 1,
                Ok(Part::Last(_)) => break "whole".to_owned(),
                Err(unfinished) => break unfinished.to_string(),
            }
        };
        sending.await.expect("it is all sent");
        format!("{arrived} parts: {end}")
    }

    #[tokio::test]
    async fn an_answer_larger_than_what_may_wait_arrives_whole() {
        assert_eq!(read(WAITING_MAX * 3, None).await, format!("{} parts: whole", WAITING_MAX * 3));
    }

    #[tokio::test]
    async fn an_answer_that_was_cut_says_so_after_what_there_is() {
        let told = read(3, Some(Unfinished::Truncated)).await;
        assert_eq!(told, "3 parts: the answer is larger than the limit");
        let told = read(0, Some(QueryError::Memory.into())).await;
        assert_eq!(told, "0 parts: the query needs more memory than it may use");
    }

    #[tokio::test]
    async fn who_sends_learns_that_nobody_reads() {
        let (sender, parts) = channel();
        drop(parts);
        sender.gone().await;
        assert!(sender.send(Vec::new()).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_whose_sender_is_lost_is_not_whole() {
        let (sender, mut parts) = channel();
        drop(sender);
        assert!(matches!(parts.next().await, Err(Unfinished::Lost)));
    }
}

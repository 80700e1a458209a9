//! Named points at which the crash tests make the process die as if power had gone. Without an
//! order to do so, passing a point costs a comparison.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the process can be told to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    BeforeJournalCommit,
    AfterJournalCommit,
    BeforeAnswer,
    DuringCheckpoint,
    DuringMerge,
}

/// The order to die at a point, when it is passed for the n-th time.
#[derive(Debug, Clone, Default)]
pub struct Crash(Option<(CrashPoint, Arc<AtomicU32>)>);

/// The text names no crash point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is no crash point: write for example after-journal-commit:3")]
pub struct CrashError(String);

impl FromStr for Crash {
    type Err = CrashError;

    fn from_str(text: &str) -> Result<Self, CrashError> {
        let error = || CrashError(text.to_owned());
        let (name, times) = text.split_once(':').unwrap_or((text, "1"));
        let point = match name {
            "before-journal-commit" => CrashPoint::BeforeJournalCommit,
            "after-journal-commit" => CrashPoint::AfterJournalCommit,
            "before-answer" => CrashPoint::BeforeAnswer,
            "during-checkpoint" => CrashPoint::DuringCheckpoint,
            "during-merge" => CrashPoint::DuringMerge,
            _ => return Err(error()),
        };
        let times: u32 = times.parse().ok().filter(|n| *n > 0).ok_or_else(error)?;
        Ok(Self(Some((point, Arc::new(AtomicU32::new(times))))))
    }
}

impl Crash {
    pub(crate) fn at(&self, point: CrashPoint) {
        if let Some((ordered, left)) = &self.0
            && *ordered == point
            && left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            std::process::abort();
        }
    }
}

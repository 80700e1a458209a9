//! Answers to queries that were asked before, given again while nothing changed.
//!
//! Invariant: a key names all that an answer depends on, the entry of the journal and the state of
//! access included. So an answer is never given to another agent, nor after a write.

use crate::cache::{Cache, Footprint};
use bytes::Bytes;
use codesocial_store::query::Prepared;
use codesocial_store::{Agent, State};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// About what an answer occupies beside its body and the text of its query.
const OVERHEAD_BYTES: usize = 512;

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    agent: Agent,
    seq: u64,
    /// The last entry that changed who may do what, or the moment at which that changed by itself.
    access: u64,
    query: String,
    media_type: &'static str,
}

impl Key {
    /// Nothing, where the same query may have another answer next time.
    pub(super) fn of(
        query: &Prepared,
        state: &State,
        agent: &Agent,
        media_type: &'static str,
    ) -> Option<Self> {
        Some(Self {
            agent: agent.clone(),
            seq: state.head().seq,
            access: state.access_changed(),
            query: query.normal_form()?,
            media_type,
        })
    }
}

#[derive(Clone)]
struct Answer {
    body: Bytes,
    query_bytes: usize,
}

impl Footprint for Answer {
    fn bytes(&self) -> usize {
        self.body.len() + self.query_bytes + OVERHEAD_BYTES
    }
}

/// Whole answers, within a bound on bytes, and how often they were of use.
pub(crate) struct KeptAnswers {
    answers: Cache<Key, Answer>,
    given: AtomicU64,
    missed: AtomicU64,
}

impl KeptAnswers {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let answers = Cache::new(bytes_max);
        Self { answers, given: AtomicU64::new(0), missed: AtomicU64::new(0) }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Bytes> {
        let found = self.answers.get(key);
        let count = if found.is_some() { &self.given } else { &self.missed };
        count.fetch_add(1, Relaxed);
        found.map(|answer| answer.body)
    }

    pub(super) fn insert(&self, key: Key, body: Bytes) {
        let query_bytes = key.query.len();
        self.answers.insert(key, Answer { body, query_bytes });
    }

    /// How many answers were given again, and how many had to be worked out.
    pub(crate) fn counts(&self) -> [u64; 2] {
        [&self.given, &self.missed].map(|count| count.load(Relaxed))
    }
}

//! People under way to a provider and back.
//!
//! Invariant: a journey ends once, in the browser in which it began, and not late.

use crate::auth::cookie::SessionCookie;
use axum::http::{HeaderMap, HeaderValue};
use codesocial_rdf::Base;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a journey may take.
const JOURNEY: SignedDuration = SignedDuration::from_mins(15);
/// How many are under way at most: the oldest are given up.
const JOURNEYS_MAX: usize = 10_000;

/// What is to be remembered until somebody comes back.
#[derive(Debug, Clone)]
pub(crate) struct Journey {
    pub(super) partner: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// The page of ours where they wanted to go.
    pub(super) next: String,
    pub(super) left: Timestamp,
}

/// By what the provider says when it sends them back.
pub(crate) struct Journeys {
    cookie: SessionCookie,
    under_way: Mutex<HashMap<String, Journey>>,
}

impl Journeys {
    pub(crate) fn of(base: &Base) -> Self {
        Self { cookie: SessionCookie::of_journey(base), under_way: Mutex::default() }
    }

    /// Remembers a journey: the cookie by which the browser is known again.
    pub(super) fn begin(&self, state: &str, journey: Journey) -> HeaderValue {
        // Nothing can panic while the lock is held.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.len() >= JOURNEYS_MAX {
            let mut left: Vec<Timestamp> = under_way.values().map(|known| known.left).collect();
            left.sort_unstable();
            let median = left[left.len() / 2];
            under_way.retain(|_, known| known.left > median);
        }
        under_way.insert(state.to_owned(), journey);
        self.cookie.carrying(state, JOURNEY.as_secs())
    }

    /// The journey that ends so, if the same browser began it.
    pub(super) fn end(&self, state: &str, headers: &HeaderMap, now: Timestamp) -> Option<Journey> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = self.cookie.read(headers) == Some(state);
        let journey = under_way.remove(state).filter(|_| is_same)?;
        (now.duration_since(journey.left) < JOURNEY).then_some(journey)
    }

    pub(super) fn forgotten(&self) -> HeaderValue {
        self.cookie.clear()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    #[test]
    fn a_journey_ends_once_in_its_browser_and_in_time() {
        let journeys = Journeys::of(&Base::parse("http://localhost/").expect("a base"));
        let left: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        let journey = Journey {
            partner: "p".to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            next: String::new(),
            left,
        };
        let mut browser = HeaderMap::new();
        browser.insert(COOKIE, HeaderValue::from_static("journey=abc"));
        let other = HeaderMap::new();
        let ends = |headers: &HeaderMap, at| journeys.end("abc", headers, at).is_some();
        let begin = || journeys.begin("abc", journey.clone());
        assert_eq!(begin(), "journey=abc; Path=/; Max-Age=900; HttpOnly; SameSite=Lax");
        assert!(ends(&browser, left));
        assert!(!ends(&browser, left), "once");
        begin();
        assert!(!ends(&other, left), "in another browser");
        assert!(!ends(&browser, left), "and then not at all");
        begin();
        assert!(!ends(&browser, left + JOURNEY), "late");
    }
}

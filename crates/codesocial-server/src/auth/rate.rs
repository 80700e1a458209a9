//! How often somebody may try: token buckets, one for each address, and for each account from an
//! address.
//!
//! Invariant: what is kept is bounded, and whoever waits long enough may try again.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many buckets are kept: the fullest go first.
const BUCKETS_MAX: usize = 10_000;

/// What may be tried at once, and how long it takes until one more may.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    at_once: u32,
    refill: SignedDuration,
}

impl Rate {
    pub(crate) const fn new(at_once: u32, refill: SignedDuration) -> Self {
        Self { at_once, refill }
    }
}

/// Guesses of one account's password from one address.
pub(crate) const GUESSES: Rate = Rate { at_once: 5, refill: SignedDuration::from_secs(30) };
/// Guesses from one address, whatever the account.
pub(crate) const GUESSES_OF_ADDRESS: Rate =
    Rate { at_once: 30, refill: SignedDuration::from_secs(4) };
/// New accounts from one address.
pub(crate) const SIGNUPS: Rate = Rate { at_once: 10, refill: SignedDuration::from_mins(5) };
/// Mails that one address has sent.
pub(crate) const MAILS: Rate = Rate { at_once: 5, refill: SignedDuration::from_mins(10) };

/// What a token that one address sent has this server ask of others.
pub(crate) const FOREIGN: Rate = Rate { at_once: 30, refill: SignedDuration::from_secs(2) };

/// The buckets. Each kind of attempt has its own.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<String, Bucket>>);

/// When it was last taken from, and what was missing of it then, in the time that it takes to fill.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    at: Timestamp,
    missing: SignedDuration,
}

impl Bucket {
    fn missing(&self, now: Timestamp) -> SignedDuration {
        let elapsed = now.duration_since(self.at).max(SignedDuration::ZERO);
        (self.missing - elapsed).max(SignedDuration::ZERO)
    }
}

impl Rates {
    /// Takes one attempt, or tells how long to wait for the next.
    pub(crate) fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<(), SignedDuration> {
        // Nothing can panic while the lock is held.
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = buckets.get(key).map_or(SignedDuration::ZERO, |bucket| bucket.missing(now));
        let taken = missing + rate.refill;
        let most = rate.refill * i32::try_from(rate.at_once).unwrap_or(i32::MAX);
        if taken > most {
            return Err(taken - most);
        }
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(key) {
            make_room(&mut buckets, now);
        }
        buckets.insert(key.to_owned(), Bucket { at: now, missing: taken });
        Ok(())
    }

    /// Fills a bucket again: who is known need not be slowed down.
    pub(crate) fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn make_room(buckets: &mut HashMap<String, Bucket>, now: Timestamp) {
    let mut all: Vec<SignedDuration> = buckets.values().map(|bucket| bucket.missing(now)).collect();
    all.sort_unstable();
    let median = all.get(all.len() / 2).copied().unwrap_or_default();
    buckets.retain(|_, bucket| bucket.missing(now) > median);
}

/// An address as a key: of IPv6 the network, as who has one has all addresses of it.
pub(crate) fn of_address(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { at_once: 3, refill: SignedDuration::from_secs(10) };

    /// Seconds at which somebody tries, and the seconds to wait that each attempt hears.
    #[track_caller]
    fn check(attempts: &[(i64, &str, i64)]) {
        let rates = Rates::default();
        for (second, key, wait) in attempts {
            let now = Timestamp::from_second(1_000_000 + second).unwrap();
            let told = rates.take(key, RATE, now).map_or_else(|wait| wait.as_secs(), |()| 0);
            assert_eq!(told, *wait, "{key} at {second}");
        }
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        check(&[(0, "a", 0), (0, "a", 0), (0, "a", 0), (0, "a", 10), (9, "a", 1), (10, "a", 0)]);
        check(&[(0, "a", 0), (0, "a", 0), (0, "a", 0), (30, "a", 0), (30, "a", 0), (30, "a", 0)]);
        check(&[(0, "a", 0), (0, "a", 0), (0, "a", 0), (0, "b", 0), (0, "a", 10)]);
        check(&[(50, "a", 0), (50, "a", 0), (50, "a", 0), (0, "a", 10)]);
    }

    #[test]
    fn who_is_known_starts_anew() {
        let (rates, now) = (Rates::default(), Timestamp::UNIX_EPOCH);
        (0..3).for_each(|_| rates.take("a", RATE, now).unwrap());
        rates.forget("a");
        assert_eq!(rates.take("a", RATE, now), Ok(()));
    }

    #[test]
    fn no_more_is_kept_than_the_limit_and_the_emptiest_stay() {
        let (rates, now) = (Rates::default(), Timestamp::UNIX_EPOCH);
        (0..3).for_each(|_| rates.take("guesser", RATE, now).unwrap());
        (0..2 * BUCKETS_MAX).for_each(|n| rates.take(&n.to_string(), RATE, now).unwrap());
        assert!(rates.0.lock().unwrap().len() <= BUCKETS_MAX);
        assert!(rates.take("guesser", RATE, now).is_err());
    }

    #[test]
    fn who_has_a_network_has_one_key() {
        for (address, key) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ] {
            assert_eq!(of_address(address.parse().ok()), key);
        }
        assert_eq!(of_address(None), "unknown");
    }
}

//! Who holds the keys that people of other servers sign with, as their servers say it.
//!
//! Invariant: whoever signs, and with whatever: what is asked of other servers is bounded, for each
//! who makes us ask and for each who is asked, and so is what is remembered.

use super::rate::Rate;
use crate::problem::Refusal;
use crate::state::App;
use axum::http::header::CONTENT_TYPE;
use codesocial_fetch::{FetchError, Request, Url};
use codesocial_signatures::{Documents, Holder, KeyDocument, KeyFault};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as Waiting;

/// How long a key is believed without asking again.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How long nobody is asked again for a key that could not be had.
const MISSED: SignedDuration = SignedDuration::from_mins(5);
/// How long it takes until another signature that a key did not make is a reason to ask for it
/// again.
const RENEWED: SignedDuration = SignedDuration::from_mins(10);
const HOLDERS_MAX: usize = 10_000;
const KEY_ID_BYTES_MAX: usize = 2_048;
/// The key, who holds it, and the key again where it has a document of its own.
const DOCUMENTS_MAX: usize = 3;
const MEDIA_TYPES: &[&str] = &["application/activity+json", "application/ld+json"];

/// What one client may make us ask of others.
const ASKED_FOR: Rate = Rate::new(100, SignedDuration::from_secs(1));
/// What one server is asked.
const ASKED_OF: Rate = Rate::new(100, SignedDuration::from_secs(1));

/// The keys that were asked for. Who wants one that is being asked for waits for the answer.
#[derive(Debug, Default)]
pub(crate) struct Holders(Mutex<HashMap<String, Slot>>);

type Slot = Arc<Waiting<Option<Known>>>;

/// What came of asking, and when that was.
#[derive(Debug, Clone)]
struct Known {
    asked: Timestamp,
    /// When it was last asked for anew, because of a signature that it did not make.
    renewed: Option<Timestamp>,
    /// None where there was no key to be had.
    holder: Option<Arc<Holder>>,
}

impl Known {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.asked + if self.holder.is_some() { KEPT } else { MISSED }
    }
}

/// Why a key cannot be had. For the log: what is told to who signs must not tell what can be
/// reached from here.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0} answers {1}")]
    Status(String, u16),
    #[error("{0} has moved to {1}, or is not written as addresses are")]
    Moved(String, Url),
    #[error("{0} is not described as an actor is")]
    MediaType(String),
    #[error("{0} is not understood: {1}")]
    Malformed(String, String),
    #[error(transparent)]
    Key(#[from] KeyFault),
    #[error("it is said to be ours")]
    Ours,
}

/// A key that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) key_id: &'a str,
    /// By what the client that signs with it is counted.
    pub(super) client: &'a str,
    pub(super) now: Timestamp,
}

impl Holders {
    /// Who holds a key, as known or as found out now; nobody where that cannot be found out.
    pub(super) async fn holder(
        &self,
        app: &App,
        wanted: Wanted<'_>,
    ) -> Result<Option<Arc<Holder>>, Refusal> {
        if wanted.key_id.len() > KEY_ID_BYTES_MAX {
            return Ok(None);
        }
        let slot = self.slot(wanted.key_id);
        let mut known = slot.lock().await;
        match &*known {
            Some(known) if known.is_fresh(wanted.now) => Ok(known.holder.clone()),
            before => {
                let renewed = before.as_ref().and_then(|known| known.renewed);
                let holder = ask(app, wanted).await?;
                *known = Some(Known { asked: wanted.now, renewed, holder: holder.clone() });
                Ok(holder)
            }
        }
    }

    /// The same, asked for anew, as a signature was not made with the key that is known: nobody
    /// where it was asked for lately, or is what it was. A server that does not answer takes no key
    /// away from its people.
    pub(super) async fn renewed(
        &self,
        app: &App,
        wanted: Wanted<'_>,
    ) -> Result<Option<Arc<Holder>>, Refusal> {
        let slot = self.slot(wanted.key_id);
        let mut slot = slot.lock().await;
        let Some(known) = &mut *slot else { return Ok(None) };
        if known.renewed.is_some_and(|renewed| wanted.now < renewed + RENEWED) {
            return Ok(None);
        }
        known.renewed = Some(wanted.now);
        match ask(app, wanted).await? {
            Some(holder) if known.holder.as_ref() != Some(&holder) => {
                known.asked = wanted.now;
                known.holder = Some(holder.clone());
                Ok(Some(holder))
            }
            _ => Ok(None),
        }
    }

    fn slot(&self, key_id: &str) -> Slot {
        // Nothing can panic while the lock is held.
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= HOLDERS_MAX && !slots.contains_key(key_id) {
            make_room(&mut slots);
        }
        slots.entry(key_id.to_owned()).or_default().clone()
    }
}

/// What was missed goes first, then all that nobody waits for.
fn make_room(slots: &mut HashMap<String, Slot>) {
    let holds = |slot: &Slot| {
        let known = slot.try_lock();
        known.map_or(true, |known| known.as_ref().is_some_and(|known| known.holder.is_some()))
    };
    slots.retain(|_, slot| holds(slot));
    if slots.len() >= HOLDERS_MAX {
        slots.retain(|_, slot| Arc::strong_count(slot) > 1);
    }
}

/// Asks other servers, as often as that is allowed.
async fn ask(app: &App, wanted: Wanted<'_>) -> Result<Option<Arc<Holder>>, Refusal> {
    let Some(asked) = origin_of(wanted.key_id) else { return Ok(None) };
    let rates = [(format!("for {}", wanted.client), ASKED_FOR), (format!("of {asked}"), ASKED_OF)];
    for (who, rate) in rates {
        let key = format!("a key {who}");
        app.auth.rates.take(&key, rate, wanted.now).map_err(Refusal::too_often)?;
    }
    match found(app, wanted.key_id).await {
        Ok(holder) => Ok(Some(Arc::new(holder))),
        Err(unknown) => {
            tracing::debug!(key = wanted.key_id, %unknown, "nobody holds a key");
            Ok(None)
        }
    }
}

fn origin_of(address: &str) -> Option<String> {
    Some(Url::parse(address).ok()?.origin().ascii_serialization())
}

async fn found(app: &App, key_id: &str) -> Result<Holder, Unknown> {
    let is_ours = |address: &str| origin_of(address) == origin_of(app.base.as_str());
    let mut documents = Documents::default();
    for _ in 0..DOCUMENTS_MAX {
        match documents.holder(key_id) {
            // What people put here must not make them anybody.
            Err(KeyFault::Needed(address)) if is_ours(&address) => return Err(Unknown::Ours),
            Err(KeyFault::Needed(address)) => {
                let document = document(app, &address).await?;
                documents.insert(address, document);
            }
            found => return Ok(found?),
        }
    }
    Ok(documents.holder(key_id)?)
}

/// What lies at an address, and nowhere else.
async fn document(app: &App, address: &str) -> Result<KeyDocument, Unknown> {
    let answer = app.fetch.send(Request::get(address, MEDIA_TYPES)).await?;
    let address = address.to_owned();
    if !answer.status.is_success() {
        return Err(Unknown::Status(address, answer.status.as_u16()));
    }
    if answer.url.as_str() != address {
        return Err(Unknown::Moved(address, answer.url));
    }
    let media_type = answer.headers.get(CONTENT_TYPE).and_then(|text| text.to_str().ok());
    if !media_type.is_some_and(KeyDocument::is_described_as) {
        return Err(Unknown::MediaType(address));
    }
    let read = {
        let address = address.clone();
        // A document of the largest size takes a while.
        tokio::task::spawn_blocking(move || KeyDocument::parse(&answer.body, &address))
    };
    match read.await {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(error)) => Err(Unknown::Malformed(address, error.to_string())),
        Err(error) => Err(Unknown::Malformed(address, error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn known(is_held: bool) -> Known {
        let owner = NamedNode::new_unchecked("https://peer.example/users/a");
        let holder = is_held.then(|| Arc::new(Holder { owner, keys: Vec::new() }));
        Known { asked: at(0), renewed: None, holder }
    }

    #[test]
    fn a_key_is_believed_for_an_hour_and_its_absence_for_five_minutes() {
        for (is_held, second, expected) in
            [(true, 3_599, true), (true, 3_600, false), (false, 299, true), (false, 300, false)]
        {
            assert_eq!(known(is_held).is_fresh(at(second)), expected, "{is_held} {second}");
        }
    }

    #[test]
    fn what_was_missed_makes_room_first_and_what_is_waited_for_stays() {
        let slot = |known| Arc::new(Waiting::new(Some(known)));
        let mut slots: HashMap<String, Slot> =
            (0..HOLDERS_MAX).map(|n| (n.to_string(), slot(known(n < 10)))).collect();
        make_room(&mut slots);
        assert_eq!(slots.len(), 10);
        slots.extend((0..HOLDERS_MAX).map(|n| (format!("other {n}"), slot(known(true)))));
        let waiting = slots["3"].clone();
        make_room(&mut slots);
        assert_eq!(slots.keys().collect::<Vec<_>>(), ["3"]);
        drop(waiting);
    }

    #[test]
    fn servers_are_told_apart_by_scheme_host_and_port() {
        let of = |address| origin_of(address).unwrap_or_default();
        assert_eq!(of("HTTPS://Peer.Example:443/users/a#k"), "https://peer.example");
        assert_eq!(of("http://peer.example:8080/a"), "http://peer.example:8080");
        assert_ne!(of("https://registre.example.evil.example/a"), of("https://registre.example/"));
        assert_eq!(origin_of("main-key"), None);
    }
}

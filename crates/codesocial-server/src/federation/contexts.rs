//! Documents of other servers as triples. Their JSON-LD names contexts, which are fetched within
//! limits and kept for a while.
//!
//! Invariant: a context that comes with the program is never fetched, so nobody says anew what its
//! terms mean. What a fetched one says can only take meaning away from a document: whatever it
//! does, the triples decide.

use crate::state::App;
use codesocial_fetch::{FetchError, Request};
use codesocial_rdf::parse::{self, Contexts, SyntaxError};
use jiff::{SignedDuration, Timestamp};
use oxrdf::Triple;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Contexts that one document may need, beside ours.
const CONTEXTS_MAX: usize = 8;
const CONTEXT_BYTES_MAX: usize = 256 * 1024;
/// How long one is believed.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
const CACHE_MAX: usize = 256;
const MEDIA_TYPES: &[&str] = &["application/ld+json", "application/json"];

/// Contexts of others, as they were last read.
#[derive(Debug, Default)]
pub(super) struct ContextCache(Mutex<HashMap<String, (Timestamp, Arc<str>)>>);

/// Why a document is not understood.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    #[error("the context {0} cannot be had")]
    Context(String),
    #[error("the document needs more than {CONTEXTS_MAX} contexts")]
    TooMany,
}

impl ContextCache {
    fn get(&self, iri: &str, now: Timestamp) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, text) = kept.get(iri)?;
        (now < *read + KEPT).then(|| text.clone())
    }

    fn keep(&self, iri: &str, now: Timestamp, text: Arc<str>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= CACHE_MAX {
            kept.retain(|_, (read, _)| now < *read + KEPT);
        }
        if kept.len() < CACHE_MAX {
            kept.insert(iri.to_owned(), (now, text));
        }
    }
}

/// The triples of a document in JSON-LD.
pub(super) async fn triples(
    app: &App,
    bytes: &[u8],
    document: &str,
) -> Result<Vec<Triple>, ReadError> {
    let mut contexts = Contexts::new();
    loop {
        match parse::triples_under(bytes, document, &contexts) {
            Err(SyntaxError::Context(_)) if contexts.len() >= CONTEXTS_MAX => {
                return Err(ReadError::TooMany);
            }
            Err(SyntaxError::Context(iri)) => {
                let text = context(app, &iri).await?;
                contexts.insert(iri, text);
            }
            read => return Ok(read?),
        }
    }
}

async fn context(app: &App, iri: &str) -> Result<Arc<str>, ReadError> {
    let (cache, now) = (&app.federation.contexts, (app.clock)());
    if let Some(text) = cache.get(iri, now) {
        return Ok(text);
    }
    let text = fetched(app, iri).await.map_err(|error| {
        tracing::debug!(iri, %error, "a context cannot be had");
        ReadError::Context(iri.to_owned())
    })?;
    let text = text.ok_or_else(|| ReadError::Context(iri.to_owned()))?;
    cache.keep(iri, now, text.clone());
    Ok(text)
}

async fn fetched(app: &App, iri: &str) -> Result<Option<Arc<str>>, FetchError> {
    let answer = app.fetch.send(Request::get(iri, MEDIA_TYPES)).await?;
    let is_one = answer.status.is_success() && answer.body.len() <= CONTEXT_BYTES_MAX;
    let text = std::str::from_utf8(&answer.body).ok().filter(|_| is_one);
    Ok(text.map(Arc::from))
}

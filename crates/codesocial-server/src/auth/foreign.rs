//! Access tokens of other servers: whoever a person's profile names as their issuer says who they
//! are. <https://solidproject.org/TR/oidc>
//!
//! Invariant: a token is good for the WebID that it names only where that WebID's own document
//! names the issuer, under a key of that issuer, with a proof of the key that it is bound to. It
//! makes nobody a person of this server. Nobody else is asked before the proof has held.

use super::jwk::Jwk;
use super::jwt::{self, Claims, Expected, Kind, TokenError};
use super::{issuer, origin, rate, visit};
use crate::elsewhere;
use crate::problem::Refusal;
use crate::state::App;
use axum::http::request::Parts;
use codesocial_rdf::vocab::solid;
use codesocial_store::{Agent, Person, Scope};
use jiff::{SignedDuration, Timestamp};
use oxrdf::{NamedNode, Term};
use serde::Deserialize;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// For whom the tokens of Solid are: <https://solidproject.org/TR/oidc#tokens-id>
const AUDIENCE: &str = "solid";
/// How long what others said is believed without being asked again.
const AGE: SignedDuration = SignedDuration::from_mins(5);
/// How long one that did not answer, or had no such key, is left alone.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// Of how many it is remembered what they said; with one more all is forgotten.
const KNOWN_MAX: usize = 1_000;

/// What is known of people and issuers of elsewhere.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    /// The issuers that a WebID's document names.
    issuers: Known<NamedNode, Vec<String>>,
    keys: Known<String, Vec<(String, Jwk)>>,
}

/// What was said, where there was an answer, and when.
type Said<V> = (Timestamp, Option<Arc<V>>);

/// What others said, by whom it was about.
#[derive(Debug)]
struct Known<K, V>(Mutex<HashMap<K, Said<V>>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Known<K, V> {
    /// What was said not long ago: nothing where there was no answer.
    fn get(
        &self,
        key: &K,
        now: Timestamp,
        is_enough: impl Fn(&V) -> bool,
    ) -> Option<Option<Arc<V>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, said) = known.get(key)?;
        let age = if said.as_deref().is_some_and(is_enough) { AGE } else { PAUSE };
        (now.duration_since(*at) < age).then(|| said.clone())
    }

    fn insert(&self, key: K, now: Timestamp, said: Option<V>) -> Option<Arc<V>> {
        let said = said.map(Arc::new);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(key, (now, said.clone()));
        said
    }
}

/// Whom a token names, of which nothing is believed yet.
pub(super) struct Named {
    webid: NamedNode,
    issuer: String,
    kid: String,
    /// The thumbprint of the key to which it is bound.
    bound: String,
}

impl Named {
    /// What a token names, where that is neither somebody of this server nor issued here.
    pub(super) fn of(app: &App, token: &str) -> Option<Self> {
        let (kid, claims) = jwt::told(token)?;
        let webid = NamedNode::new(claims.text("webid")?).ok()?;
        let issuer = claims.text("iss").filter(|issuer| *issuer != app.issuer())?.to_owned();
        let bound = bound(&claims)?.to_owned();
        (!app.base.contains(webid.as_str())).then_some(Self { webid, issuer, kid, bound })
    }
}

#[derive(Debug, Deserialize)]
struct Metadata {
    jwks_uri: String,
}

/// Who holds a token of another server, with a proof of `key`.
pub(super) async fn agent(
    app: &App,
    parts: &Parts,
    token: &str,
    named: Named,
    key: &str,
) -> Result<Agent, Refusal> {
    if named.bound != key {
        return Err(Refusal::InvalidToken);
    }
    let issuers = issuers(app, parts, &named.webid).await?;
    if !issuers.is_some_and(|issuers| issuers.contains(&named.issuer)) {
        tracing::debug!(webid = %named.webid, issuer = named.issuer, "the issuer is not theirs");
        return Err(Refusal::InvalidToken);
    }
    let keys = keys(app, parts, &named).await?.ok_or(Refusal::InvalidToken)?;
    let claims = verified(&keys, &named.issuer, token, (app.clock)());
    let claims = claims.inspect_err(|error| tracing::debug!(%error, "a token is refused"));
    let claims = claims.map_err(|_| Refusal::InvalidToken)?;
    if bound(&claims) != Some(key) || claims.text("webid") != Some(named.webid.as_str()) {
        return Err(Refusal::InvalidToken);
    }
    let origin = origin::told(&parts.headers);
    Ok(Agent::Person(Arc::new(Person { webid: named.webid, id: None, scope: Scope::ALL, origin })))
}

/// The thumbprint of the key to which a token is bound.
/// <https://www.rfc-editor.org/rfc/rfc9449#section-6>
fn bound(claims: &Claims) -> Option<&str> {
    claims.0.get("cnf")?["jkt"].as_str()
}

/// Issuers mark their tokens as access tokens, or not at all.
fn verified(
    keys: &[(String, Jwk)],
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let key = |kid: &str| keys.iter().find(|(own, _)| own == kid).map(|(_, key)| key);
    let of = |kind| jwt::verify(token, key, Expected { kind, issuer, audience: AUDIENCE }, now);
    of(Kind::Access).or_else(|error| match error {
        TokenError::Type => of(Kind::Jwt),
        error => Err(error),
    })
}

/// The issuers that the document of a WebID names; none where it cannot be read.
async fn issuers(
    app: &App,
    parts: &Parts,
    webid: &NamedNode,
) -> Result<Option<Arc<Vec<String>>>, Refusal> {
    let (known, now) = (&app.auth.foreign.issuers, (app.clock)());
    if let Some(said) = known.get(webid, now, |_| true) {
        return Ok(said);
    }
    slow_down(app, parts, now)?;
    let said = elsewhere::document(app, webid).await;
    let said = said.inspect_err(|error| tracing::info!(%webid, %error, "a profile is not read"));
    let issuers = said.ok().map(|said| {
        let own = said.into_iter().filter(|triple| {
            triple.subject == webid.clone().into() && triple.predicate == solid::OIDC_ISSUER
        });
        let named = own.filter_map(|triple| match triple.object {
            Term::NamedNode(issuer) => Some(issuer.into_string()),
            Term::BlankNode(_) | Term::Literal(_) => None,
        });
        named.collect()
    });
    Ok(known.insert(webid.clone(), now, issuers))
}

/// The keys of an issuer, asked for again where none has the name.
async fn keys(
    app: &App,
    parts: &Parts,
    named: &Named,
) -> Result<Option<Arc<Vec<(String, Jwk)>>>, Refusal> {
    let (known, now) = (&app.auth.foreign.keys, (app.clock)());
    let has_it = |keys: &Vec<(String, Jwk)>| keys.iter().any(|(kid, _)| *kid == named.kid);
    if let Some(said) = known.get(&named.issuer, now, has_it) {
        return Ok(said);
    }
    slow_down(app, parts, now)?;
    let keys = async {
        let metadata: Metadata = issuer::discovered(app, &named.issuer).await?;
        issuer::keys(app, &metadata.jwks_uri).await
    };
    let keys = keys.await.inspect_err(|error| {
        tracing::info!(issuer = named.issuer, %error, "the keys of an issuer are not known");
    });
    Ok(known.insert(named.issuer.clone(), now, keys.ok()))
}

/// Who makes this server ask others does so now and then only.
fn slow_down(app: &App, parts: &Parts, now: Timestamp) -> Result<(), Refusal> {
    let key = format!("foreign {}", visit::address(app, parts));
    app.auth.rates.take(&key, rate::FOREIGN, now).map_err(Refusal::too_often)
}

//! People of other servers, by the signatures of their requests.
//!
//! Invariant: a signature is good for this server, for its request, for its hour, and once where
//! the request may change something.
//!
//! It stands alone: a request that brings a token too is refused, as it would be unclear for whom
//! it is. A cookie beside it says nothing. `Host` counts for nothing either, as proxies change it:
//! what is signed is the address under the base, where clients ask.

use super::holders::Wanted;
use super::{origin, visit};
use crate::problem::Refusal;
use crate::routes;
use crate::state::App;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use codesocial_signatures::{AHEAD_MAX, BACK_MAX, Claim, Fault, Holder, Request};
use codesocial_store::{Agent, Person, Scope};
use std::sync::Arc;

/// Who signed a request, if it is signed. A wrong signature is refused, never ignored.
pub(super) async fn agent(app: &App, parts: &Parts) -> Result<Option<Agent>, Refusal> {
    if !codesocial_signatures::is_signed(&parts.headers) {
        return Ok(None);
    }
    if parts.headers.contains_key(AUTHORIZATION) {
        return Err(Refusal::TwoMeans);
    }
    let now = (app.clock)();
    let claims = claims(app, parts)?;
    let client = visit::address(app, parts);
    let mut refusal = None;
    for claim in &claims {
        let wanted = Wanted { key_id: &claim.key_id, client: &client, now };
        match signer(app, claim, wanted).await {
            Ok(holder) => return used(app, parts, claim, &holder).await.map(Some),
            Err(other) => refusal = refusal.or(Some(other)),
        }
    }
    // There is a claim at least.
    Err(refusal.unwrap_or(Refusal::Signature(Fault::Wrong)))
}

/// What the signatures of a request claim, before anybody is asked for a key.
fn claims(app: &App, parts: &Parts) -> Result<Vec<Claim>, Refusal> {
    let origin = origin::origin_of(&app.base);
    let (scheme, authority) = origin.split_once("://").unwrap_or_default();
    let below = app.base.as_str()[origin.len()..].trim_end_matches('/');
    let asked = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = format!("{below}{asked}");
    let (method, headers) = (&parts.method, &parts.headers);
    let request = Request { method, scheme, authority, target: &target, headers };
    let claims = codesocial_signatures::claims(&request, (app.clock)())?;
    // There the query is all that is asked.
    let is_query = parts.uri.path() == routes::SPARQL;
    Ok(claims.into_iter().map(|own| if is_query { own.with_query() } else { own }).collect())
}

/// Who made a signature. Where the key that is known did not make it, it may be an older one.
async fn signer(app: &App, claim: &Claim, wanted: Wanted<'_>) -> Result<Arc<Holder>, Refusal> {
    let holders = &app.auth.holders;
    let unknown = || Refusal::UnknownKey(claim.key_id.clone());
    let holder = holders.holder(app, wanted).await?.ok_or_else(unknown)?;
    let Err(fault) = claim.verify(&holder.keys) else { return Ok(holder) };
    match holders.renewed(app, wanted).await? {
        Some(renewed) => claim.verify(&renewed.keys).map(|()| renewed).map_err(Refusal::Signature),
        None => Err(Refusal::Signature(fault)),
    }
}

/// Whom a good signature stands for, unless it was used before.
async fn used(app: &App, parts: &Parts, claim: &Claim, holder: &Holder) -> Result<Agent, Refusal> {
    if !origin::is_safe(&parts.method) {
        let (name, now) = (claim.name(holder.owner.as_str()), (app.clock)());
        let until = now + BACK_MAX + AHEAD_MAX;
        if !app.store.side().use_signature(name, until, now).await? {
            return Err(Refusal::Replayed);
        }
    }
    let (webid, origin) = (holder.owner.clone(), origin::told(&parts.headers));
    Ok(Agent::Person(Arc::new(Person { webid, id: None, scope: Scope::ALL, origin })))
}

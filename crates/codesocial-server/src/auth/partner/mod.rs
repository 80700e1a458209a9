//! Logging in by the identity provider of a partner: `/login/with/{partner}` sends people there,
//! and `/login/from/{partner}` is where they come back to.
//! <https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth>
//!
//! Invariant: who comes back is the browser that left, once, with an identity that was made for
//! that journey.

mod journey;
mod provider;

pub(super) use journey::Journeys;

use super::issuer::IssuerError;
use super::visit::Visit;
use super::{base64url, login, profile, session};
use crate::config::PartnerConfig;
use crate::extract::Encoded;
use crate::problem::{Problem, Refusal};
use crate::state::App;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse as _, Response};
use codesocial_store::{Account, AccountError, Email, Handle, NewAccount, Role};
use journey::Journey;
use provider::{PartnerError, Provider, Subject};
use sha2::{Digest as _, Sha256};

/// How often another handle is tried where one is somebody else's.
const HANDLES_MAX: usize = 4;

pub(super) async fn leave(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let partner = named(&visit, &name)?;
    let provider = Provider::discovered(&visit.app, partner).await;
    let provider = provider.map_err(|error| failed(&visit, partner, &error))?;
    let secret = || base64url(visit.app.random().bytes());
    let (state, nonce, verifier) = (secret(), secret(), secret());
    let challenge = base64url(Sha256::digest(&verifier));
    let query = [
        ("response_type", "code"),
        ("client_id", &partner.client),
        ("redirect_uri", &address(&visit.app, partner)),
        ("scope", "openid profile email"),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let there = provider.authorization(&query);
    let next = visit.parameter("next").unwrap_or_default();
    let journey = Journey { partner: name, nonce, verifier, next, left: (visit.app.clock)() };
    let cookie = visit.app.auth.journeys.begin(&state, journey);
    let headers = [(LOCATION, there), (CACHE_CONTROL, "no-store".to_owned())];
    let mut answer = (StatusCode::SEE_OTHER, headers).into_response();
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

pub(super) async fn come_back(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let partner = named(&visit, &name)?;
    let state = visit.parameter("state").unwrap_or_default();
    let journeys = &visit.app.auth.journeys;
    let journey = journeys.end(&state, &visit.parts.headers, (visit.app.clock)());
    let journey = journey.filter(|journey| journey.partner == name);
    let journey = journey.ok_or_else(|| failed(&visit, partner, &PartnerError::Journey))?;
    let subject = identified(&visit, partner, &journey).await;
    let subject = subject.map_err(|error| failed(&visit, partner, &error))?;
    let account = account_of(&visit, partner, &subject).await;
    let account = account.map_err(|refusal| visit.refuse(refusal))?;
    let cookie = session::open(&visit.app, &visit.parts, &account).await;
    let mut answer = login::onward(&visit, &journey.next);
    answer.headers_mut().append(SET_COOKIE, cookie.map_err(|refusal| visit.refuse(refusal))?);
    answer.headers_mut().append(SET_COOKIE, visit.app.auth.journeys.forgotten());
    Ok(answer)
}

/// Whom the provider says that it sends back.
async fn identified(
    visit: &Visit,
    partner: &PartnerConfig,
    journey: &Journey,
) -> Result<Subject, PartnerError> {
    if let Some(error) = visit.parameter("error") {
        return Err(PartnerError::Told(error));
    }
    // RFC 9207 2.4: a client compares "the value of the iss parameter to the issuer identifier of
    // the authorization server where the authorization request was sent to".
    // https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    if visit.parameter("iss").is_some_and(|issuer| issuer != partner.issuer) {
        return Err(IssuerError::Issuer.into());
    }
    let code = visit.parameter("code").ok_or(PartnerError::Missing("code"))?;
    let provider = Provider::discovered(&visit.app, partner).await?;
    provider.identity(&visit.app, &code, journey, &address(&visit.app, partner)).await
}

/// The account of somebody whom a partner knows, made when they first come. The configuration
/// vouches for the partner, so that no invitation is needed.
async fn account_of(
    visit: &Visit,
    partner: &PartnerConfig,
    subject: &Subject,
) -> Result<Account, Refusal> {
    let (app, side) = (&visit.app, visit.app.store.side());
    let found = side.account_of_partner(&partner.issuer, &subject.id).await?;
    let account = match found {
        Some(account) => account,
        None => {
            let made = made(visit, subject).await?;
            if side.link_partner(&partner.issuer, &subject.id, made.id).await? {
                made
            } else {
                // They came twice at once.
                side.remove_account(made.id).await?;
                let first = side.account_of_partner(&partner.issuer, &subject.id).await?;
                first.ok_or(Refusal::Internal)?
            }
        }
    };
    if account.disabled.is_some() {
        return Err(Refusal::PartnerLogin(partner.title.clone()));
    }
    profile::come(app, &account).await;
    Ok(account)
}

/// A new account, called as the provider calls its person where nobody else is.
async fn made(visit: &Visit, subject: &Subject) -> Result<Account, Refusal> {
    let (app, now) = (&visit.app, (visit.app.clock)());
    let mut random = app.random();
    let mut email = subject.email.as_deref().and_then(|email| email.parse::<Email>().ok());
    let mut handle = subject.name.as_deref().and_then(|name| name.parse::<Handle>().ok());
    for _ in 0..HANDLES_MAX {
        let new = NewAccount {
            handle: handle.take().unwrap_or_else(|| invented(app)),
            email: email.clone(),
            password: None,
            role: Role::Member,
            language: Some(visit.ask.language.tag().to_owned()),
        };
        match app.store.side().add_account(new, now, &mut random).await {
            Ok(account) => return Ok(account),
            Err(AccountError::HandleTaken(_)) => {}
            Err(AccountError::EmailTaken(_)) => email = None,
            Err(AccountError::Side(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::Internal)
}

fn invented(app: &App) -> Handle {
    let name = format!("membre-{}", &app.opaque_id().to_string()[..8]);
    name.parse().expect("letters and digits of base 32")
}

fn named<'a>(visit: &'a Visit, name: &str) -> Result<&'a PartnerConfig, Problem> {
    let found = visit.app.config.partners.iter().find(|partner| partner.name == name);
    found.ok_or_else(|| visit.refuse(Refusal::NoPartner(name.to_owned())))
}

/// Where people come back to, as the provider knows it.
fn address(app: &App, partner: &PartnerConfig) -> String {
    app.iri(&format!("login/from/{}", Encoded(&partner.name))).into_string()
}

/// What is wrong is for the log: people can but try again.
fn failed(visit: &Visit, partner: &PartnerConfig, error: &PartnerError) -> Problem {
    tracing::warn!(%error, partner = %partner.name, "a login came to nothing");
    visit.refuse(Refusal::PartnerLogin(partner.title.clone()))
}

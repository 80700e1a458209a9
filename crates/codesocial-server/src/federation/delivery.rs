//! What is told is sent: to each inbox in order, to all of them side by side.
//!
//! Invariant: an inbox that does not answer, or slowly, keeps nobody else waiting. What it has is
//! kept after each activity, so that a crash sends at most one twice, under the same name.

use super::actor::outgoing;
use super::{LOOK, key};
use crate::auth::SignerError;
use crate::representation;
use crate::state::App;
use axum::http::{HeaderMap, Method, StatusCode};
use codesocial_federation::{Outgoing, OutgoingKind};
use codesocial_fetch::{FetchError, Position, Request, Url};
use codesocial_ldp::{Containment, Document};
use codesocial_signatures::{Form, SignError, sign};
use codesocial_store::{Agent, Delivery, SideError};
use jiff::SignedDuration;
use oxrdf::NamedNode;
use ring::rand::SystemRandom;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

const MEDIA_TYPE: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
/// Inboxes that are written to at once.
const SENDING_MAX: usize = 64;
/// Activities that are read at once for one of them.
const BATCH: u32 = 32;
/// How long the first failure keeps an inbox waiting; each further one twice as long.
const RETRY_MIN: SignedDuration = SignedDuration::from_secs(15);
const RETRY_MAX: SignedDuration = SignedDuration::from_hours(6);
/// Servers of which it is remembered how they want requests to be signed.
const FORMS_MAX: usize = 10_000;

/// Why an activity did not arrive. For the log.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its address is none: {0}")]
    Address(String),
    #[error("nothing can be signed: {0}")]
    Key(#[from] SignerError),
    #[error("nothing can be signed: {0}")]
    Sign(#[from] SignError),
}

/// In which form servers take signatures, as far as that is known.
#[derive(Debug, Default)]
struct Forms(Mutex<HashMap<String, Form>>);

impl Forms {
    fn of(&self, origin: &str) -> Form {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(origin).copied().unwrap_or(Form::Cavage)
    }

    fn remember(&self, origin: String, form: Form) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= FORMS_MAX {
            known.clear();
        }
        known.insert(origin, form);
    }
}

/// Sends what there is to send, as long as the server runs.
pub(crate) async fn deliver(app: App) {
    // While nothing ran here, who did not answer may have come back.
    if let Err(error) = app.store.side().retry().await {
        tracing::error!(%error, "who did not answer is left alone for longer");
    }
    let forms = Arc::new(Forms::default());
    let mut sending: JoinSet<NamedNode> = JoinSet::new();
    let mut busy: HashSet<NamedNode> = HashSet::new();
    loop {
        tokio::select! {
            Some(sent) = sending.join_next() => match sent {
                Ok(inbox) => drop(busy.remove(&inbox)),
                // Whose it was is not known: nobody is left waiting for good.
                Err(_) if sending.is_empty() => busy.clear(),
                Err(_) => {}
            },
            () = tokio::time::sleep(LOOK) => {}
        }
        let due = match app.store.side().deliveries((app.clock)()).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "what is to be sent cannot be read");
                continue;
            }
        };
        for delivery in due {
            if sending.len() < SENDING_MAX && busy.insert(delivery.inbox.clone()) {
                let (app, forms) = (app.clone(), forms.clone());
                sending.spawn(async move {
                    if let Err(error) = send(&app, &forms, &delivery).await {
                        tracing::error!(%error, inbox = %delivery.inbox, "what was sent is not kept");
                    }
                    delivery.inbox
                });
            }
        }
    }
}

/// Sends an inbox what it lacks, until it does not answer.
async fn send(app: &App, forms: &Forms, delivery: &Delivery) -> Result<(), SideError> {
    let (side, inbox) = (app.store.side(), delivery.inbox.as_ref());
    loop {
        let batch = side.undelivered(inbox, BATCH).await?;
        if batch.is_empty() {
            return Ok(());
        }
        for told in batch {
            let number = told.number;
            let sent = match written(app, &outgoing(told)) {
                Some(activity) => post(app, forms, &delivery.inbox, &activity).await,
                // Nobody may read it any more: that is told next.
                None => Ok(StatusCode::ACCEPTED),
            };
            match sent {
                Ok(status) if status.is_success() => side.delivered(inbox, number).await?,
                Ok(StatusCode::GONE | StatusCode::NOT_FOUND) => {
                    tracing::info!(%inbox, "an inbox is no more");
                    return side.forget_inbox(inbox).await;
                }
                Ok(status) if is_for_good(status) => {
                    tracing::info!(%inbox, number, %status, "an activity was refused");
                    side.delivered(inbox, number).await?;
                }
                failed => {
                    let error = failed.map(DeliveryError::Status).unwrap_or_else(|error| error);
                    let failures = delivery.failures.saturating_add(1);
                    let until = (app.clock)() + wait(failures, app.random().bits());
                    tracing::info!(%inbox, %error, %until, "an inbox does not answer");
                    return side.postpone(inbox, failures, until).await;
                }
            }
        }
    }
}

/// Whether the same activity would be refused again, however often it came.
fn is_for_good(status: StatusCode) -> bool {
    use StatusCode as S;
    let passing = [S::UNAUTHORIZED, S::FORBIDDEN, S::REQUEST_TIMEOUT, S::TOO_MANY_REQUESTS];
    status.is_client_error() && !passing.contains(&status)
}

/// How long an inbox is left alone after so many failures: longer each time, and never all at once.
fn wait(failures: u32, random: u64) -> SignedDuration {
    let doubled = RETRY_MIN.as_secs().saturating_mul(1 << failures.saturating_sub(1).min(16));
    let seconds = doubled.min(RETRY_MAX.as_secs());
    let quarter = (seconds / 4).max(1).unsigned_abs();
    SignedDuration::from_secs(seconds + i64::try_from(random % quarter).unwrap_or_default())
}

/// An activity as it is sent now; none where what it tells of is not for everybody any more.
fn written(app: &App, outgoing: &Outgoing) -> Option<Value> {
    let document = match &outgoing.kind {
        OutgoingKind::Create { object, .. } | OutgoingKind::Update { object } => {
            Some(document(app, object)?)
        }
        OutgoingKind::Delete { .. } | OutgoingKind::Accept { .. } => None,
    };
    Some(outgoing.to_json(&app.base, document))
}

fn document(app: &App, iri: &NamedNode) -> Option<Map<String, Value>> {
    let state = app.store.state();
    let document = Document::read(&state, &Agent::Anonymous, iri, Containment::Minimal).ok()?;
    Some(representation::tree(app, &document))
}

async fn post(
    app: &App,
    forms: &Forms,
    inbox: &NamedNode,
    activity: &Value,
) -> Result<StatusCode, DeliveryError> {
    let url = Url::parse(inbox.as_str())
        .map_err(|_| DeliveryError::Address(inbox.as_str().to_owned()))?;
    let origin = url.origin().ascii_serialization();
    let form = forms.of(&origin);
    let body = activity.to_string();
    let status = post_signed(app, &url, &body, form).await?;
    if status != StatusCode::UNAUTHORIZED {
        return Ok(status);
    }
    // https://swicg.github.io/activitypub-http-signature/#how-to-upgrade-supported-versions
    let other = if form == Form::Cavage { Form::Rfc9421 } else { Form::Cavage };
    let status = post_signed(app, &url, &body, other).await?;
    if status.is_success() {
        forms.remember(origin, other);
    }
    Ok(status)
}

async fn post_signed(
    app: &App,
    url: &Url,
    body: &str,
    form: Form,
) -> Result<StatusCode, DeliveryError> {
    let key = key::key(app).await?;
    let request = codesocial_signatures::Request {
        method: &Method::POST,
        scheme: url.scheme(),
        authority: &url[Position::BeforeHost..Position::AfterPort],
        target: &url[Position::BeforePath..Position::AfterQuery],
        headers: &HeaderMap::new(),
    };
    let key_id = app.federation.instance.key_id();
    let signature = sign(
        &request,
        body.as_bytes(),
        (&key_id, &key.signing),
        form,
        (app.clock)(),
        &SystemRandom::new(),
    )?;
    let request = Request::post(url.as_str(), MEDIA_TYPE, body.to_owned(), &[]).signed(signature);
    Ok(app.fetch.send(request).await?.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_asked_ever_more_seldom() {
        let seconds = |failures| wait(failures, 0).as_secs();
        assert_eq!([1, 2, 3, 4].map(seconds), [15, 30, 60, 120]);
        assert_eq!([11, 12, u32::MAX].map(seconds), [15_360, 21_600, 21_600]);
        assert!(wait(5, u64::MAX).as_secs() < seconds(6));
    }

    #[test]
    fn what_is_refused_for_good_is_not_sent_again() {
        for (status, expected) in
            [(400, true), (415, true), (401, false), (403, false), (429, false), (500, false)]
        {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(is_for_good(status), expected, "{status}");
        }
    }
}

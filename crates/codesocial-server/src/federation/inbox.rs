//! What others send. <https://www.w3.org/TR/activitypub/#server-to-server-interactions>
//!
//! Invariant: nothing happens before it is known that the actor of an activity has signed it, and
//! that it is of their server. It happens once.

use super::contexts::{self, ReadError};
use crate::body;
use crate::extract::Who;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use codesocial_federation::{ACTIVITY_JSON, Activity, ActivityKind, Followed, Peer, PeerFault};
use codesocial_fetch::{FetchError, Request as Fetch};
use codesocial_store::{Agent, Follower, Rejection};
use oxrdf::NamedNode;

const BYTES_MAX: usize = 1024 * 1024;
const MEDIA_TYPES: &[&str] = &[ACTIVITY_JSON, "application/ld+json", "application/json"];

/// `POST /actor/inbox`
pub(super) async fn post(State(app): State<App>, request: Request) -> Result<StatusCode, Problem> {
    let (mut parts, body) = request.into_parts();
    let Who(agent) = Who::from_request_parts(&mut parts, &app).await?;
    let ask = Ask::of(&parts);
    let taken = take(&app, &agent, &parts, body).await;
    taken.map(|()| StatusCode::ACCEPTED).map_err(|refusal| Problem::new(&app, &ask, refusal))
}

async fn take(app: &App, agent: &Agent, parts: &Parts, body: Body) -> Result<(), Refusal> {
    let signer = signer(agent)?;
    let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !MEDIA_TYPES.iter().any(|own| own.eq_ignore_ascii_case(essence)) {
        return Err(Refusal::MediaType);
    }
    let bytes = body::read_at_most(BYTES_MAX, &app.config, body).await?;
    let triples = contexts::triples(app, &bytes, signer.as_str()).await?;
    let activity = Activity::of(&triples).map_err(|fault| Refusal::Activity(fault.to_string()))?;
    if activity.actor != *signer || !activity.is_named_by_its_actor() {
        return Err(Rejection::Forbidden.into());
    }
    if app.store.side().has_received(activity.id.as_ref()).await? {
        return Ok(());
    }
    carry_out(app, &activity).await?;
    // After its effect, which is the same a second time: what is interrupted comes again.
    app.store.side().receive(activity.id.as_ref(), (app.clock)()).await?;
    Ok(())
}

/// Who of another server has signed.
fn signer(agent: &Agent) -> Result<&NamedNode, Refusal> {
    match agent {
        Agent::Person(person) if person.id.is_none() => Ok(&person.webid),
        Agent::Anonymous => Err(Rejection::Unauthenticated.into()),
        Agent::Person(_) | Agent::Administrator(_) | Agent::Server => {
            Err(Rejection::Forbidden.into())
        }
    }
}

async fn carry_out(app: &App, activity: &Activity) -> Result<(), Refusal> {
    let (instance, side) = (&app.federation.instance, app.store.side());
    match &activity.kind {
        ActivityKind::Follow(object) if *object == instance.id => {
            let peer = peer(app, &activity.actor).await?;
            let follower = Follower {
                actor: instance.id.clone(),
                follower: activity.actor.clone(),
                inbox: peer.shared_inbox.unwrap_or(peer.inbox),
                follow: activity.id.clone(),
            };
            side.add_follower(&follower, (app.clock)()).await?;
        }
        ActivityKind::UndoFollow(Followed { id, object })
            if object.as_ref().is_none_or(|object| *object == instance.id) =>
        {
            // Without what it said, its name must be that of the follow.
            let named = id.as_ref().filter(|_| object.is_none()).map(NamedNode::as_ref);
            let follower = activity.actor.as_ref();
            side.remove_follower(instance.id.as_ref(), follower, named).await?;
        }
        ActivityKind::Delete(object) if *object == activity.actor => {
            side.remove_follower(instance.id.as_ref(), object.as_ref(), None).await?;
        }
        ActivityKind::Follow(_)
        | ActivityKind::UndoFollow(_)
        | ActivityKind::Delete(_)
        | ActivityKind::Other => {}
    }
    Ok(())
}

/// Why somebody cannot be written to.
#[derive(Debug, thiserror::Error)]
enum PeerError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("their server answers {0}")]
    Status(StatusCode),
    #[error("their document has moved")]
    Moved,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Fault(#[from] PeerFault),
}

/// Where an actor is written to, as their own document says it.
async fn peer(app: &App, actor: &NamedNode) -> Result<Peer, Refusal> {
    let found = async {
        let accept = &[ACTIVITY_JSON, "application/ld+json"];
        let answer = app.fetch.send(Fetch::get(actor.as_str(), accept)).await?;
        if !answer.status.is_success() {
            return Err(PeerError::Status(answer.status));
        }
        let asked = actor.as_str().split('#').next().unwrap_or_default();
        if answer.url.as_str() != asked {
            return Err(PeerError::Moved);
        }
        let triples = contexts::triples(app, &answer.body, asked).await?;
        Ok::<_, PeerError>(Peer::of(actor, &triples)?)
    };
    found.await.map_err(|error| {
        tracing::info!(%actor, %error, "somebody who wants to follow cannot be written to");
        Refusal::Actor(actor.as_str().to_owned())
    })
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Syntax(error) => error.into(),
            ReadError::Context(_) | ReadError::TooMany => Self::Activity(error.to_string()),
        }
    }
}

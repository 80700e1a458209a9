//! What this server and others tell each other: an actor that others follow, and whom they find by
//! name. <https://www.w3.org/TR/activitypub/>
//!
//! Every change that everybody may read becomes an activity (`announcer`), which is sent to each
//! inbox in its order (`delivery`); what others send is judged as RDF (`inbox`, `contexts`).

mod actor;
mod announcer;
mod contexts;
mod delivery;
mod discovery;
mod inbox;
mod key;

pub(crate) use announcer::announce;
pub(crate) use delivery::deliver;

use crate::routes;
use crate::state::App;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use codesocial_federation::Instance;
use codesocial_rdf::Base;
use contexts::ContextCache;
use key::ActorKey;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How often the newest state, and what is to be sent, is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Federation {
    pub(crate) instance: Instance,
    contexts: ContextCache,
    key: OnceCell<ActorKey>,
}

impl Federation {
    pub(crate) fn new(base: &Base) -> Self {
        let instance = Instance::of(base);
        Self { instance, contexts: ContextCache::default(), key: OnceCell::new() }
    }
}

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route(routes::WEBFINGER, get(discovery::webfinger))
        .route(routes::NODEINFO_LINKS, get(discovery::nodeinfo_links))
        .route(routes::NODEINFO, get(discovery::nodeinfo))
        .route(routes::VOID, get(discovery::void))
        .route(routes::ACTOR, get(actor::get))
        .route(routes::ACTOR_OUTBOX, get(actor::outbox))
        .route(routes::ACTOR_FOLLOWERS, get(actor::followers))
        .route(routes::ACTOR_FOLLOWING, get(actor::following))
        .route(routes::ACTOR_INBOX, post(inbox::post))
}

fn json(media_type: &'static str, value: &Value) -> Response {
    ([(CONTENT_TYPE, media_type)], value.to_string()).into_response()
}

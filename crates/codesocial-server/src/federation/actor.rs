//! The actor of the instance and its collections, as others read them.

use super::{json, key};
use crate::extract::pairs;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use codesocial_federation::{ACTIVITY_JSON, Collection, Outgoing, OutgoingKind};
use codesocial_ldp::CONTAINERS;
use codesocial_store::{SideError, Telling, Told};
use serde_json::{Value, json as value};

/// Items of a page.
const PAGE: u32 = 50;

/// `GET /actor`
pub(super) async fn get(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    match key::key(&app).await {
        Ok(key) => {
            let actor = app.federation.instance.to_json(CONTAINERS[0].fr, &key.pem);
            Ok(json(ACTIVITY_JSON, &actor))
        }
        Err(error) => {
            tracing::error!(%error, "the actor has no key");
            Err(Problem::from_parts(&app, &request.into_parts().0, Refusal::Internal))
        }
    }
}

/// Which page of a collection is asked for, if any: what comes after a mark.
fn page(query: Option<String>) -> Option<Option<String>> {
    let pairs = pairs(query.unwrap_or_default().as_bytes());
    let value = |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, own)| own.clone());
    value("page").map(|_| value("after"))
}

fn failed(app: &App, error: &SideError) -> Problem {
    tracing::error!(%error, "a collection could not be read");
    let ask = Ask::of(&Request::new(()).into_parts().0);
    Problem::new(app, &ask, Refusal::Internal)
}

/// `GET /actor/outbox`: what the instance has told those who follow.
pub(super) async fn outbox(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let instance = &app.federation.instance;
    let side = app.store.side();
    let told = async {
        let total = side.count_told(instance.id.as_ref()).await?;
        let collection = Collection { id: instance.at("outbox"), total };
        let Some(after) = page(query) else { return Ok(collection.to_json()) };
        let before = after.as_deref().and_then(|mark| mark.parse().ok()).unwrap_or(u64::MAX);
        let all = side.told(instance.id.as_ref(), before, PAGE).await?;
        let next = all.last().filter(|_| all.len() == PAGE as usize);
        let next = next.map(|last| last.number.to_string());
        // Named, not shown: who may read a document now is asked when it is read.
        let items = all.into_iter().map(|told| outgoing(told).to_json(&app.base, None));
        let items: Vec<Value> = items.collect();
        Ok(collection.page(after.as_deref(), &items, next.as_deref()))
    };
    let answer: Result<Value, SideError> = told.await;
    answer.map(|answer| json(ACTIVITY_JSON, &answer)).map_err(|error| failed(&app, &error))
}

/// `GET /actor/followers`
pub(super) async fn followers(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let instance = &app.federation.instance;
    let side = app.store.side();
    let told = async {
        let total = side.count_followers(instance.id.as_ref()).await?;
        let collection = Collection { id: instance.at("followers"), total };
        let Some(after) = page(query) else { return Ok(collection.to_json()) };
        let mark = after.clone().unwrap_or_default();
        let some = side.followers(instance.id.as_ref(), &mark, PAGE).await?;
        let next = some.last().filter(|_| some.len() == PAGE as usize);
        let next = next.map(|last| last.as_str().to_owned());
        let items: Vec<Value> = some.iter().map(|own| value!(own.as_str())).collect();
        Ok(collection.page(after.as_deref(), &items, next.as_deref()))
    };
    let answer: Result<Value, SideError> = told.await;
    answer.map(|answer| json(ACTIVITY_JSON, &answer)).map_err(|error| failed(&app, &error))
}

/// `GET /actor/following`: the instance follows nobody.
pub(super) async fn following(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let collection = Collection { id: app.federation.instance.at("following"), total: 0 };
    let answer = match page(query) {
        None => collection.to_json(),
        Some(after) => collection.page(after.as_deref(), &[], None),
    };
    json(ACTIVITY_JSON, &answer)
}

/// An activity that is kept, as it is written.
pub(super) fn outgoing(told: Told) -> Outgoing {
    let Told { number, actor, telling, object, target, .. } = told;
    let kind = match (telling, target) {
        (Telling::Create, target) => OutgoingKind::Create { object, target },
        (Telling::Update, _) => OutgoingKind::Update { object },
        (Telling::Delete, target) => OutgoingKind::Delete { object, target },
        (Telling::Accept, follower) => {
            let follower = follower.unwrap_or_else(|| object.clone());
            OutgoingKind::Accept { follow: object, follower }
        }
    };
    Outgoing { number, actor, kind }
}

//! `/_rights/{path}`: what the asking agent may do with a document. Of what is not there, and of
//! what may not be read, the answer is the same: nothing.

use super::{JSON, Visit, answer};
use crate::problem::Problem;
use crate::routes::RIGHTS;
use crate::state::App;
use axum::extract::{Request, State};
use axum::response::Response;
use codesocial_store::{AccessMode, Modes};
use serde_json::{Map, Value, json};

/// In the order in which SemApps tells them.
const MODES: [(&str, AccessMode); 4] = [
    ("read", AccessMode::Read),
    ("write", AccessMode::Write),
    ("append", AccessMode::Append),
    ("control", AccessMode::Control),
];

pub(super) async fn get(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (visit, _) = Visit::of(app, request, RIGHTS).await?;
    Ok(answer(JSON, &told(modes(&visit), |_| true)))
}

/// Tells of those only that the body asks about: `{"rights": {"read": true}}`.
pub(super) async fn post(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (visit, body) = Visit::of(app, request, RIGHTS).await?;
    let body = visit.json(body).await?;
    let asked = body.get("rights").and_then(Value::as_object);
    let is_asked = |name: &str| asked.is_none_or(|asked| asked.contains_key(name));
    Ok(answer(JSON, &told(modes(&visit), is_asked)))
}

fn modes(visit: &Visit) -> Modes {
    let state = visit.app.store.state();
    if state.exists(visit.document.as_ref()) {
        state.modes(&visit.agent, visit.document.as_ref())
    } else {
        Modes::NONE
    }
}

fn told(modes: Modes, is_asked: impl Fn(&str) -> bool) -> Value {
    let asked = MODES.iter().filter(|(name, _)| is_asked(name));
    let told: Map<String, Value> =
        asked.map(|(name, mode)| ((*name).to_owned(), json!(modes.contains(*mode)))).collect();
    Value::Object(told)
}

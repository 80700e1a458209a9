//! The addresses by which SemApps and its clients manage access: `/_acl`, `/_rights`, `/_groups`.
//! They show and change the same access documents as `Link: rel="acl"` does.
//! <https://semapps.org/docs/middleware/webacl>

mod acl;
mod groups;
mod rights;

use crate::extract::Who;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use crate::{body, routes};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use codesocial_store::{Agent, Command, Committed, Precondition, Random};
use oxrdf::NamedNode;
use serde_json::Value;

const JSON: &str = "application/json";

/// What SemApps calls the WebACL API.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route(routes::ACL, any(acl::dispatch))
        .route(routes::ACL_ROOT, any(acl::dispatch))
        .route(routes::ACL_OF, any(acl::dispatch))
        .route(routes::RIGHTS, get(rights::get).post(rights::post))
        .route(routes::RIGHTS_ROOT, get(rights::get).post(rights::post))
        .route(routes::RIGHTS_OF, get(rights::get).post(rights::post))
        .route(groups::GROUPS, any(groups::dispatch))
        .route(groups::GROUP, any(groups::dispatch))
}

/// A request about the access to a document.
struct Visit {
    app: App,
    ask: Ask,
    agent: Agent,
    /// The document, not the address that was asked for.
    document: NamedNode,
    parts: Parts,
}

impl Visit {
    /// Reads who asks, and about what: the path after `prefix`.
    async fn of(app: App, request: Request, prefix: &str) -> Result<(Self, Body), Problem> {
        let (mut parts, body) = request.into_parts();
        let Who(agent) = Who::from_request_parts(&mut parts, &app).await?;
        let ask = Ask::of(&parts);
        let path = parts.uri.path();
        let path = path.strip_prefix(prefix).unwrap_or(path);
        let document = app.iri(if path.is_empty() { "/" } else { path });
        if NamedNode::new(document.as_str()).is_err() {
            return Err(Problem::new(&app, &ask, Refusal::Path));
        }
        Ok((Self { app, ask, agent, document, parts }, body))
    }

    fn refuse(&self, refusal: impl Into<Refusal>) -> Problem {
        Problem::new(&self.app, &self.ask, refusal)
    }

    async fn read(&self, body: Body) -> Result<Bytes, Problem> {
        body::read(&self.app.config, body).await.map_err(|refusal| self.refuse(refusal))
    }

    /// A body in JSON; none where there is no body.
    async fn json(&self, body: Body) -> Result<Value, Problem> {
        let bytes = self.read(body).await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| self.refuse(Refusal::Json))
    }

    fn content_type(&self) -> &str {
        let header = self.parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        header.unwrap_or_default().split(';').next().unwrap_or_default().trim()
    }

    fn request<'a>(&self, random: &'a mut Random) -> codesocial_ldp::Request<'a> {
        let (agent, now) = (self.agent.clone(), (self.app.clock)());
        codesocial_ldp::Request { agent, now, random, precondition: Precondition::None }
    }

    async fn commit(&self, command: Command) -> Result<Committed, Problem> {
        self.app.store.commit(command).await.map_err(|error| self.refuse(error))
    }
}

/// An answer in JSON that depends on who asks.
fn answer(media_type: &'static str, value: &Value) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type),
        (VARY, "Accept, Authorization, Cookie"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, value.to_string()).into_response()
}

//! How others find the actor, and what they learn of the server first.

use super::json;
use crate::config::Signup;
use crate::extract::pairs;
use crate::problem::{Ask, Problem, Refusal};
use crate::routes;
use crate::state::App;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use codesocial_federation::{Finger, NodeInfo, semapps};
use codesocial_ldp::CONTAINERS;
use codesocial_rdf::RdfSyntax;
use codesocial_store::SideError;

const NODEINFO_JSON: &str =
    "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"";

/// `GET /.well-known/webfinger?resource=…&rel=…`
pub(super) async fn webfinger(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ask = Ask::of(&request.into_parts().0);
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let mut finger = Finger::default();
    for (name, value) in pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "resource" => finger.resource = value,
            "rel" => finger.relations.push(value),
            _ => {}
        }
    }
    if finger.resource.is_empty() {
        return Err(refuse(Refusal::Missing("resource")));
    }
    let found = finger.answer(&app.federation.instance);
    let found = found.ok_or_else(|| refuse(Refusal::NoAccount(finger.resource.clone())))?;
    let headers = [
        (CONTENT_TYPE, "application/jrd+json"),
        // RFC 7033 5: WebFinger is meant to be asked by scripts of any page.
        // https://www.rfc-editor.org/rfc/rfc7033#section-5
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((headers, found.to_string()).into_response())
}

/// `GET /.well-known/nodeinfo`
pub(super) async fn nodeinfo_links(State(app): State<App>) -> Response {
    json("application/json", &NodeInfo::links(app.iri(routes::NODEINFO).as_str()))
}

/// `GET /nodeinfo/2.1`
pub(super) async fn nodeinfo(
    State(app): State<App>,
    request: Request,
) -> Result<Response, Problem> {
    let side = app.store.side();
    let told = async {
        Ok::<_, SideError>(NodeInfo {
            version: env!("CARGO_PKG_VERSION"),
            title: CONTAINERS[0].fr.to_owned(),
            open_registrations: app.config.accounts.signup == Signup::Open,
            users: side.accounts().await?.len() as u64,
            posts: side.count_told(app.federation.instance.id.as_ref()).await?,
        })
    };
    match told.await {
        Ok(info) => Ok(json(NODEINFO_JSON, &info.to_json())),
        Err(error) => {
            tracing::error!(%error, "the counts of the instance could not be read");
            Err(Problem::from_parts(&app, &request.into_parts().0, Refusal::Internal))
        }
    }
}

/// `GET /.well-known/void`
pub(super) async fn void(State(app): State<App>) -> Response {
    let void = semapps::void(&app.base, &app.federation.instance.authority);
    json(RdfSyntax::JsonLd.media_type(), &void)
}

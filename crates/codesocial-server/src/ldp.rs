//! The Linked Data Platform over HTTP. <https://www.w3.org/TR/ldp/>

mod read;
mod write;

use crate::extract::{Conditions, Who};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{ALLOW, LINK, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Document, DocumentKind};
use codesocial_rdf::vocab::ldp;
use codesocial_store::Agent;
use oxrdf::NamedNode;

pub(crate) const ACCEPT_POST: &str = "text/turtle, application/ld+json, application/n-triples";
pub(crate) const ACCEPT_PATCH: &str = "application/sparql-update, text/n3";
/// An N3 Patch alone can say what a document holds that is not there yet.
const ACCEPT_PATCH_ABSENT: &str = "text/n3";
const ACCEPT_POST_HEADER: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH_HEADER: HeaderName = HeaderName::from_static("accept-patch");

/// A request on a resource.
struct Call {
    app: App,
    ask: Ask,
    agent: Agent,
    conditions: Conditions,
    iri: NamedNode,
    parts: Parts,
}

/// Every address that is not named in the router is a resource's.
pub(crate) async fn dispatch(State(app): State<App>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let ask = Ask::of(&parts);
    let who = match Who::from_request_parts(&mut parts, &app).await {
        Ok(Who(agent)) => agent,
        Err(problem) => return problem.into_response(),
    };
    if let Some(target) = without_final_slash(parts.uri.path()) {
        return (StatusCode::PERMANENT_REDIRECT, [(LOCATION, target)]).into_response();
    }
    let Some(iri) = resource(&app, parts.uri.path()) else {
        return Problem::new(&app, &ask, Refusal::Path).into_response();
    };
    let conditions = Conditions::of(&parts.headers);
    let method = parts.method.clone();
    let call = Call { app, ask, agent: who, conditions, iri, parts };
    let headers = call.resource_headers();
    let answer = match method {
        Method::GET | Method::HEAD => call.get().await,
        Method::OPTIONS => Ok(call.options()),
        Method::PUT => call.put(body).await,
        Method::POST => call.post(body).await,
        Method::PATCH => call.patch(body).await,
        Method::DELETE => call.delete().await,
        _ => Err(call.refuse(Refusal::Method(call.allowed()))),
    };
    answer.map_err(|problem| problem.with_headers(headers)).into_response()
}

/// Containers and resources have no final slash; the root alone has one.
fn without_final_slash(path: &str) -> Option<String> {
    let target = path.strip_suffix('/')?;
    (!target.is_empty() && !path.starts_with("//") && !target.ends_with('/'))
        .then(|| target.to_owned())
}

/// The IRI of a path, where it can name a resource: no empty or dot segment, no fragment.
fn resource(app: &App, path: &str) -> Option<NamedNode> {
    let clean = path.trim_start_matches('/');
    let usual = path.starts_with('/')
        && !path.starts_with("//")
        && clean.split('/').all(|segment| !matches!(segment, "." | ".."))
        && (clean.is_empty() || !clean.split('/').any(str::is_empty));
    let iri = app.iri(path);
    (usual && NamedNode::new(iri.as_str()).is_ok()).then_some(iri)
}

impl Call {
    fn refuse(&self, refusal: impl Into<Refusal>) -> Problem {
        Problem::new(&self.app, &self.ask, refusal)
    }

    fn kind(&self) -> Option<DocumentKind> {
        Document::kind_for(&self.app.store.state(), self.agent, self.iri.as_ref())
    }

    /// The methods that may be used here, exactly.
    fn allowed(&self) -> &'static str {
        match self.kind() {
            Some(DocumentKind::Container) => "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE",
            Some(DocumentKind::Resource) => "GET, HEAD, OPTIONS, PUT, PATCH, DELETE",
            Some(DocumentKind::ReadOnly) => "GET, HEAD, OPTIONS",
            None => "OPTIONS, PUT, PATCH",
        }
    }

    /// What every answer for this address carries, errors included.
    fn resource_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let kind = self.kind();
        let allow = HeaderValue::from_static(self.allowed());
        headers.insert(ALLOW, allow);
        let mut models = vec![ldp::RESOURCE];
        if kind.is_some() {
            models.push(ldp::RDF_SOURCE);
        }
        if kind == Some(DocumentKind::Container) {
            models.extend([ldp::CONTAINER, ldp::BASIC_CONTAINER]);
            headers.insert(ACCEPT_POST_HEADER, HeaderValue::from_static(ACCEPT_POST));
        }
        let patches = match kind {
            Some(DocumentKind::Container | DocumentKind::Resource) => Some(ACCEPT_PATCH),
            Some(DocumentKind::ReadOnly) => None,
            None => Some(ACCEPT_PATCH_ABSENT),
        };
        headers.extend(patches.map(|p| (ACCEPT_PATCH_HEADER, HeaderValue::from_static(p))));
        // LDP 4.2.1.4: exposing one or more Link headers with a target IRI of ldp:Resource.
        // https://www.w3.org/TR/ldp/#ldpr-gen-linktypehdr
        for model in models {
            link(&mut headers, model.as_str(), "type");
        }
        headers
    }

    fn options(&self) -> Response {
        (StatusCode::NO_CONTENT, self.resource_headers()).into_response()
    }
}

fn link(headers: &mut HeaderMap, target: &str, relation: &str) {
    headers.append(LINK, header(&format!("<{target}>; rel=\"{relation}\"")));
}

/// IRIs may hold letters beyond ASCII; a header takes their bytes.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

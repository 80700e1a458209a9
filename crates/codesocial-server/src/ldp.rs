//! The Linked Data Platform over HTTP. <https://www.w3.org/TR/ldp/>

mod access;
mod file;
mod form;
mod read;
mod write;

use crate::extract::{Conditions, Who};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{self, FromRequestParts as _, Request};
use axum::http::header::{ALLOW, LINK, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Document, DocumentKind};
use codesocial_rdf::vocab::ldp;
use codesocial_store::{Agent, ContainerKind, State};
use oxrdf::{NamedNode, NamedNodeRef};
use std::sync::LazyLock;

pub(crate) const ACCEPT_POST: &str = "text/turtle, application/ld+json, application/n-triples, */*";
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
pub(crate) async fn dispatch(
    extract::State(app): extract::State<App>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let ask = Ask::of(&parts);
    let iri = resource(&app, parts.uri.path());
    let who = match Who::from_request_parts(&mut parts, &app).await {
        Ok(Who(agent)) => agent,
        Err(problem) => {
            let seen =
                |iri: &NamedNode| Document::kind_for(&app.store.state(), &Agent::Anonymous, iri);
            let headers = iri.map(|iri| headers_of(seen(&iri), &iri)).unwrap_or_default();
            return problem.with_headers(headers).into_response();
        }
    };
    if let Some(target) = without_final_slash(parts.uri.path()) {
        return (StatusCode::PERMANENT_REDIRECT, [(LOCATION, target)]).into_response();
    }
    let Some(iri) = iri else {
        return Problem::new(&app, &ask, Refusal::Path).into_response();
    };
    let conditions = Conditions::of(&parts.headers);
    let method = parts.method.clone();
    let call = Call { app, ask, agent: who, conditions, iri, parts };
    let answer = match method {
        Method::GET | Method::HEAD => call.get().await,
        Method::OPTIONS => Ok(call.options()),
        Method::PUT => call.put(body).await,
        Method::POST => call.post(body).await,
        Method::PATCH => call.patch(body).await,
        Method::DELETE => call.delete().await,
        _ => Err(call.refuse(Refusal::Method(call.allowed(call.kind())))),
    };
    answer.map_err(|problem| problem.with_headers(call.resource_headers())).into_response()
}

/// Containers and resources have no final slash; the root alone has one.
fn without_final_slash(path: &str) -> Option<String> {
    let target = path.strip_suffix('/')?;
    (!target.is_empty() && !path.starts_with("//") && !target.ends_with('/'))
        .then(|| target.to_owned())
}

/// The IRI of a path, where it can name a resource: no empty or dot segment, no fragment.
pub(crate) fn resource(app: &App, path: &str) -> Option<NamedNode> {
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
        Document::kind_for(&self.app.store.state(), &self.agent, &self.iri)
    }

    /// The document that is read and written at this address.
    fn document(&self) -> NamedNode {
        codesocial_ldp::described(&self.app.store.state(), &self.iri)
            .unwrap_or_else(|| self.iri.clone())
    }

    /// What every answer for this address carries, errors included.
    fn resource_headers(&self) -> HeaderMap {
        let state = self.app.store.state();
        self.headers_of(&state, self.kind(), &self.iri)
    }

    /// What every answer for an address carries, where this agent finds that kind of document.
    fn headers_of(
        &self,
        state: &State,
        kind: Option<DocumentKind>,
        address: &NamedNode,
    ) -> HeaderMap {
        let mut headers = headers_of(kind, address);
        headers.insert(ALLOW, HeaderValue::from_static(self.allowed(kind)));
        if let Some(kind) = kind {
            access::tell(&mut headers, state, &self.agent, address, kind);
        }
        headers
    }

    /// The methods that may be used here, exactly.
    fn allowed(&self, kind: Option<DocumentKind>) -> &'static str {
        let allowed = allowed(kind);
        let stays = codesocial_ldp::is_permanent(&self.app.base, &self.iri);
        if stays { allowed.trim_end_matches(", DELETE") } else { allowed }
    }

    fn options(&self) -> Response {
        (StatusCode::NO_CONTENT, self.resource_headers()).into_response()
    }
}

/// The methods that may be used on a kind of document, exactly.
fn allowed(kind: Option<DocumentKind>) -> &'static str {
    match kind {
        Some(DocumentKind::Container(_)) => "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE",
        Some(DocumentKind::Resource | DocumentKind::Shapes | DocumentKind::Access) => {
            "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
        }
        Some(DocumentKind::File) => "GET, HEAD, OPTIONS, PUT, DELETE",
        // It goes with its file.
        Some(DocumentKind::Description) => "GET, HEAD, OPTIONS, PUT, PATCH",
        Some(DocumentKind::ReadOnly) => "GET, HEAD, OPTIONS",
        None => "OPTIONS, PUT, PATCH",
    }
}

/// What every answer for an address carries, where a document of that kind is.
fn headers_of(kind: Option<DocumentKind>, address: &NamedNode) -> HeaderMap {
    let mut headers = resource_headers(kind).clone();
    match kind {
        Some(DocumentKind::File) => link_description(&mut headers, address),
        // https://www.rfc-editor.org/rfc/rfc6892
        Some(DocumentKind::Description) => {
            link(&mut headers, file_of(address).as_str(), "describes");
        }
        _ => {}
    }
    headers
}

/// The file that what lies at this address describes.
fn file_of(description: &NamedNode) -> NamedNodeRef<'_> {
    let address = description.as_str();
    NamedNodeRef::new_unchecked(address.strip_suffix(".meta").unwrap_or(address))
}

/// What every answer for a kind of document carries, made once.
fn resource_headers(kind: Option<DocumentKind>) -> &'static HeaderMap {
    use ContainerKind::{Basic, Direct, Indirect};
    use DocumentKind::{Access, Container, Description, File, ReadOnly, Resource, Shapes};
    static OF_KINDS: LazyLock<[HeaderMap; 8]> = LazyLock::new(|| {
        [
            Some(Container(Basic)),
            Some(Resource),
            Some(ReadOnly),
            None,
            Some(File),
            Some(Description),
            Some(Container(Direct)),
            Some(Container(Indirect)),
        ]
        .map(made_resource_headers)
    });
    match kind {
        Some(Container(Basic)) => &OF_KINDS[0],
        Some(Resource | Shapes | Access) => &OF_KINDS[1],
        Some(ReadOnly) => &OF_KINDS[2],
        None => &OF_KINDS[3],
        Some(File) => &OF_KINDS[4],
        Some(Description) => &OF_KINDS[5],
        Some(Container(Direct)) => &OF_KINDS[6],
        Some(Container(Indirect)) => &OF_KINDS[7],
    }
}

fn made_resource_headers(kind: Option<DocumentKind>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ALLOW, HeaderValue::from_static(allowed(kind)));
    let mut models = vec![ldp::RESOURCE];
    match kind {
        Some(DocumentKind::File) => models.push(ldp::NON_RDF_SOURCE),
        Some(_) => models.push(ldp::RDF_SOURCE),
        None => {}
    }
    if let Some(DocumentKind::Container(kind)) = kind {
        models.extend([ldp::CONTAINER, kind.class()]);
        headers.insert(ACCEPT_POST_HEADER, HeaderValue::from_static(ACCEPT_POST));
    }
    let patches = match kind {
        Some(
            DocumentKind::Container(_)
            | DocumentKind::Resource
            | DocumentKind::Description
            | DocumentKind::Shapes
            | DocumentKind::Access,
        ) => Some(ACCEPT_PATCH),
        Some(DocumentKind::File | DocumentKind::ReadOnly) => None,
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

/// LDP 5.2.3.12: "the LDP server [...] MUST indicate the location of the associated LDP-RS by adding
/// a HTTP Link header whose context URI is the newly created LDP-NR (instead of the effective
/// request URI), link relation value is describedby, and target URI is the URI of the associated
/// LDP-RS resource". <https://www.w3.org/TR/ldp/#ldpc-post-createbinlinkmetahdr>
fn link_description(headers: &mut HeaderMap, file: &NamedNode) {
    let (iri, description) = (file.as_str(), State::meta(file.as_ref()));
    let described = format!("<{}>; rel=\"describedby\"; anchor=\"{iri}\"", description.as_str());
    headers.append(LINK, header(&described));
}

fn link(headers: &mut HeaderMap, target: &str, relation: &str) {
    headers.append(LINK, header(&format!("<{target}>; rel=\"{relation}\"")));
}

/// IRIs may hold letters beyond ASCII; a header takes their bytes.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

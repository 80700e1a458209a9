//! `/_groups`: groups of agents, for access documents to name. They are documents of the container
//! `_groups`; here they are lists of members in JSON, and in RDF what all documents are.

use super::{JSON, Visit, answer};
use crate::ldp;
use crate::problem::{Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_ldp::{Creation, Document, GroupMembership};
use codesocial_rdf::vocab::{ldp as terms, rdf, vcard};
use codesocial_store::{AccessMode, State as Registry};
use oxrdf::{NamedNode, Term, Triple};
use serde_json::{Value, json};

pub(super) const GROUPS: &str = "/_groups";
pub(super) const GROUP: &str = "/_groups/{group}";

pub(super) async fn dispatch(State(app): State<App>, request: Request) -> Response {
    if !is_json(&request) {
        return ldp::dispatch(State(app), request).await;
    }
    let visit = Visit::of(app, request, "").await;
    let answered = match visit {
        Ok((visit, body)) => visit.group(body).await,
        Err(problem) => Err(problem),
    };
    answered.into_response()
}

/// Whether the request is one of SemApps's and not one of the Linked Data Platform.
fn is_json(request: &Request) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match *request.method() {
        Method::GET | Method::HEAD => {
            let rdf = ["text/turtle", "application/ld+json", "text/html", "application/n-triples"];
            let accept = header(axum::http::header::ACCEPT).unwrap_or_default();
            !rdf.iter().any(|media_type| accept.contains(media_type))
        }
        Method::POST | Method::PATCH | Method::PUT => {
            header(CONTENT_TYPE).is_none_or(|media_type| media_type.starts_with(JSON))
        }
        _ => false,
    }
}

impl Visit {
    async fn group(&self, body: Body) -> Result<Response, Problem> {
        let is_container = self.parts.uri.path() == GROUPS;
        match self.parts.method {
            Method::POST if is_container => self.create(body).await,
            Method::PATCH if !is_container => self.member(body, GroupMembership::Joins).await,
            Method::PUT if !is_container => self.member(body, GroupMembership::Leaves).await,
            Method::GET | Method::HEAD => self.list(is_container),
            _ if is_container => Err(self.refuse(Refusal::Method("GET, HEAD, OPTIONS, POST"))),
            _ => Err(self.refuse(Refusal::Method("GET, HEAD, OPTIONS, PATCH, PUT, DELETE"))),
        }
    }

    fn list(&self, is_container: bool) -> Result<Response, Problem> {
        let state = self.app.store.state();
        Document::find(&state, &self.agent, &self.document).map_err(|r| self.refuse(r))?;
        let (graph, property) = if is_container {
            (Registry::meta(self.document.as_ref()), terms::CONTAINS)
        } else {
            (self.document.clone(), vcard::HAS_MEMBER)
        };
        let is_seen = |member: &NamedNode| {
            !is_container || state.permits(&self.agent, member.as_ref(), AccessMode::Read).is_ok()
        };
        let said = state.graph(graph.as_ref().into());
        let members = said.filter(|triple| triple.predicate == property).filter_map(|triple| {
            match triple.object {
                Term::NamedNode(member) if is_seen(&member) => Some(member.into_string()),
                _ => None,
            }
        });
        Ok(answer(JSON, &json!(members.collect::<Vec<_>>())))
    }

    async fn create(&self, body: Body) -> Result<Response, Problem> {
        let body = self.json(body).await?;
        let slug = self.parts.headers.get("slug").and_then(|slug| slug.to_str().ok());
        let slug = slug.or_else(|| body.get("slug").and_then(Value::as_str)).map(str::to_owned);
        let creation = Creation {
            slug,
            label: None,
            model: None,
            read: Box::new(|document| {
                let group = NamedNode::new_unchecked(document);
                Ok(vec![Triple::new(group, rdf::TYPE, vcard::GROUP)])
            }),
        };
        let mut random = self.app.random();
        let request = self.request(&mut random);
        let command = codesocial_ldp::post(request, self.document.clone(), creation);
        let committed = self.commit(command).await?;
        let location = committed.location.map(NamedNode::into_string).unwrap_or_default();
        Ok((StatusCode::CREATED, [(LOCATION, location)]).into_response())
    }

    async fn member(&self, body: Body, membership: GroupMembership) -> Result<Response, Problem> {
        let body = self.json(body).await?;
        let member = body.get("memberUri").and_then(Value::as_str);
        let member = member.and_then(|iri| NamedNode::new(iri).ok());
        let member = member.ok_or_else(|| self.refuse(Refusal::Missing("memberUri")))?;
        let mut random = self.app.random();
        let request = self.request(&mut random);
        let command =
            codesocial_ldp::group_membership(request, self.document.clone(), member, membership);
        self.commit(command).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

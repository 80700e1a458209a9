//! The Linked Data Platform over HTTP. <https://www.w3.org/TR/ldp/>

use crate::extract::{Conditions, EntityTag, Language, Who};
use crate::problem::{Ask, Problem, Refusal};
use crate::representation::{Form, rdf};
use crate::routes::REPORT_RELATION;
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, LOCATION, SET_COOKIE, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Creation, Document, DocumentKind};
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_store::{
    Agent, Command, Committed, Effect, Etag, Precondition, Rejection, UpdateRefusal,
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use oxrdf::NamedNode;
use spareval::CancellationToken;
use std::sync::Arc;

pub(crate) const ACCEPT_POST: &str = "text/turtle, application/ld+json, application/n-triples";
pub(crate) const ACCEPT_PATCH: &str = "application/sparql-update";
const ACCEPT_POST_HEADER: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH_HEADER: HeaderName = HeaderName::from_static("accept-patch");
const SLUG: HeaderName = HeaderName::from_static("slug");
/// How often an update is evaluated anew because another write came first.
const ATTEMPTS_MAX: usize = 5;

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
            None => "OPTIONS, PUT",
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
        if matches!(kind, Some(DocumentKind::Container | DocumentKind::Resource)) {
            headers.insert(ACCEPT_PATCH_HEADER, HeaderValue::from_static(ACCEPT_PATCH));
        }
        // LDP 4.2.1.4: exposing one or more Link headers with a target IRI of ldp:Resource.
        // https://www.w3.org/TR/ldp/#ldpr-gen-linktypehdr
        for model in models {
            link(&mut headers, model.as_str(), "type");
        }
        headers
    }

    async fn get(&self) -> Result<Response, Problem> {
        if self.asks_for_report() {
            let (app, ask) = (self.app.clone(), self.ask.clone());
            return crate::report::get(app, ask, self.agent, self.iri.clone()).await;
        }
        let state = self.app.store.state();
        let document = Document::read(&state, self.agent, &self.iri).map_err(|r| self.refuse(r))?;
        let Some(form) = Form::preferred(&self.ask) else {
            return Err(self.refuse(Refusal::NotAcceptable));
        };
        let mut headers = self.resource_headers();
        headers.insert(VARY, HeaderValue::from_static(form.vary()));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let (Form::Page(language), true) = (form, Language::is_chosen_by(&self.parts.uri)) {
            headers.insert(SET_COOKIE, header(&language.cookie()));
        }
        let tag = Self::tag(&state, &document, form);
        headers.insert(ETAG, header(tag.as_str()));
        if self.conditions.not_modified(&tag) {
            headers.remove(CONTENT_TYPE);
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let app = self.app.clone();
        let body = match form {
            Form::Page(language) => {
                let agent = self.agent;
                let page = move || app.pages.document(&state, agent, &document, language);
                tokio::task::spawn_blocking(page)
                    .await
                    .map_err(|_| self.refuse(Refusal::Internal))?
            }
            _ => rdf(&app, &document, form),
        };
        Ok((headers, body).into_response())
    }

    /// Tags of pages are weak: labels of other resources stand in them.
    fn tag(state: &codesocial_store::State, document: &Document, form: Form) -> EntityTag {
        if form.is_page() {
            let page = Etag(format!("{}.{}", document.etag.0, state.head().seq));
            EntityTag::weak(&page, form.variant())
        } else {
            EntityTag::new(&document.etag, form.variant())
        }
    }

    fn asks_for_report(&self) -> bool {
        let query = self.parts.uri.query().unwrap_or_default();
        query.split('&').any(|pair| pair == "report" || pair == "report=")
    }

    fn options(&self) -> Response {
        (StatusCode::NO_CONTENT, self.resource_headers()).into_response()
    }

    async fn put(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let syntax = self.syntax()?;
        let bytes = self.read(body).await?;
        let triples =
            parse::triples(&bytes, syntax, self.iri.as_str()).map_err(|e| self.refuse(e))?;
        let mut random = self.app.random();
        let command = codesocial_ldp::put(self.request(&mut random), self.iri.clone(), triples);
        self.commit(command).await
    }

    async fn post(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let syntax = self.syntax()?;
        let bytes = self.read(body).await?;
        // Read once here, so that a syntax error costs the writer nothing.
        parse::triples(&bytes, syntax, self.iri.as_str()).map_err(|error| self.refuse(error))?;
        let slug = self.parts.headers.get(SLUG).map(|s| String::from_utf8_lossy(s.as_bytes()));
        let creation = Creation {
            slug: slug.map(std::borrow::Cow::into_owned),
            container: self.asks_for_container()?,
            read: Box::new(move |document| {
                parse::triples(&bytes, syntax, document)
                    .map_err(|error| Rejection::Update(UpdateRefusal::Syntax(error.to_string())))
            }),
        };
        let mut random = self.app.random();
        let command = codesocial_ldp::post(self.request(&mut random), self.iri.clone(), creation);
        self.commit(command).await
    }

    async fn patch(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let content_type = self.content_type();
        if content_type.split(';').next().map(str::trim) != Some(ACCEPT_PATCH) {
            return Err(self.refuse(Refusal::MediaType));
        }
        let bytes = self.read(body).await?;
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| self.refuse(parse::SyntaxError::NotUtf8))?;
        let limits = self.app.config.sparql.limits();
        codesocial_store::query::check_text(&text, &limits)
            .map_err(|e| self.refuse(codesocial_store::query::QueryError::Limit(e)))?;
        let patch = codesocial_ldp::parse_update(&text, self.iri.as_str());
        let patch = Arc::new(patch.map_err(|rejection| self.refuse(rejection))?);
        for _ in 0..ATTEMPTS_MAX {
            let state = self.app.store.state();
            let mut random = self.app.random();
            let command = codesocial_ldp::patch(
                self.request(&mut random),
                self.iri.clone(),
                patch.clone(),
                &state,
                &CancellationToken::new(),
            );
            let command = command.map_err(|rejection| self.refuse(rejection))?;
            match self.app.store.commit(command).await {
                Err(codesocial_store::CommitError::Rejected(Rejection::Moved)) => {}
                other => return other.map(|c| self.committed(&c)).map_err(|e| self.refuse(e)),
            }
        }
        Err(self.refuse(Rejection::Moved))
    }

    async fn delete(&self) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let mut random = self.app.random();
        let command = codesocial_ldp::delete(self.request(&mut random), self.iri.clone());
        self.commit(command).await
    }

    fn request<'a>(&self, random: &'a mut codesocial_store::Random) -> codesocial_ldp::Request<'a> {
        let precondition: Precondition = self.conditions.precondition();
        codesocial_ldp::Request { agent: self.agent, now: (self.app.clock)(), random, precondition }
    }

    async fn commit(&self, command: Command) -> Result<Response, Problem> {
        let committed = self.app.store.commit(command).await.map_err(|e| self.refuse(e))?;
        Ok(self.committed(&committed))
    }

    /// 201 with the address of what was created, else 204.
    fn committed(&self, committed: &Committed) -> Response {
        let mut headers = HeaderMap::new();
        link(&mut headers, ldp::RESOURCE.as_str(), "type");
        let state = self.app.store.state();
        if let Some(location) = &committed.location {
            if let Some(etag) = state.etag(location.as_ref()) {
                let tag = EntityTag::new(&etag, Form::Turtle.variant());
                headers.insert(ETAG, header(tag.as_str()));
            }
            if committed.remarks {
                let report = format!("{}?report", location.as_str());
                link(&mut headers, &report, REPORT_RELATION);
            }
            if committed.effect == Effect::Created {
                headers.insert(LOCATION, header(location.as_str()));
                return (StatusCode::CREATED, headers).into_response();
            }
        }
        (StatusCode::NO_CONTENT, headers).into_response()
    }

    fn refuse_read_only(&self) -> Result<(), Problem> {
        if self.agent == Agent::Anonymous {
            return Err(self.refuse(Rejection::Unauthenticated));
        }
        match self.kind() {
            Some(DocumentKind::ReadOnly) => Err(self.refuse(Refusal::Method(self.allowed()))),
            Some(DocumentKind::Container | DocumentKind::Resource) | None => Ok(()),
        }
    }

    fn content_type(&self) -> &str {
        let header = self.parts.headers.get(CONTENT_TYPE);
        header.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The syntax of the body, of those that a document can be written in.
    fn syntax(&self) -> Result<RdfSyntax, Problem> {
        RdfSyntax::from_media_type(self.content_type())
            .filter(|s| matches!(s, RdfSyntax::Turtle | RdfSyntax::JsonLd | RdfSyntax::NTriples))
            .ok_or_else(|| self.refuse(Refusal::MediaType))
    }

    /// The interaction model that `Link: …; rel="type"` asks for.
    /// <https://www.w3.org/TR/ldp/#ldpc-post-createrdf>
    fn asks_for_container(&self) -> Result<bool, Problem> {
        let links = self.parts.headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok());
        let types: Vec<&str> =
            links.flat_map(|link| link.split(',')).filter(|link| link.contains("type")).collect();
        let asked =
            |class: oxrdf::NamedNodeRef<'_>| types.iter().any(|link| link.contains(class.as_str()));
        if [ldp::DIRECT_CONTAINER, ldp::INDIRECT_CONTAINER, ldp::NON_RDF_SOURCE]
            .into_iter()
            .any(asked)
        {
            return Err(self.refuse(Refusal::InteractionModel));
        }
        Ok(asked(ldp::BASIC_CONTAINER) || asked(ldp::CONTAINER))
    }

    async fn read(&self, body: Body) -> Result<Bytes, Problem> {
        let limit = self.app.config.body_bytes_max;
        match Limited::new(body, limit).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(self.refuse(Refusal::TooLarge(limit)))
            }
            // The client went away: nobody reads this answer.
            Err(_) => Err(self.refuse(Refusal::Path)),
        }
    }
}

fn link(headers: &mut HeaderMap, target: &str, relation: &str) {
    headers.append(LINK, header(&format!("<{target}>; rel=\"{relation}\"")));
}

/// IRIs may hold letters beyond ASCII; a header takes their bytes.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

//! `PUT`, `POST`, `PATCH` and `DELETE`: each makes a command and tells what became of it.

use super::{Call, header, link};
use crate::body;
use crate::extract::{EntityTag, asked_for};
use crate::problem::{Problem, Refusal};
use crate::representation::Form;
use crate::routes::REPORT_RELATION;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Creation, DocumentKind, Model};
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_store::{
    AccessMode, Command, Committed, Effect, Precondition, Rejection, UpdateRefusal,
};
use spareval::CancellationToken;
use std::sync::Arc;

const SLUG: HeaderName = HeaderName::from_static("slug");
/// How often an update is evaluated anew because another write came first.
const ATTEMPTS_MAX: usize = 5;

impl Call {
    pub(super) async fn put(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let syntax = self.syntax()?;
        let bytes = self.read(body).await?;
        let triples =
            parse::triples(&bytes, syntax, self.iri.as_str()).map_err(|e| self.refuse(e))?;
        let model = asked_for(&self.parts.headers).map_err(|r| self.refuse(r))?;
        let is_other = |kind| kind != DocumentKind::Container;
        if model == Some(Model::Container) && self.kind().is_some_and(is_other) {
            return Err(self.refuse(Refusal::InteractionModel));
        }
        let mut random = self.app.random();
        let mut request = self.request(&mut random);
        let must_be_new =
            self.app.config.ldp.require_if_match && request.precondition == Precondition::None;
        if must_be_new {
            request.precondition = Precondition::Absent;
        }
        let command = codesocial_ldp::put(request, self.iri.clone(), triples, model);
        self.commit(command).await.map_err(|problem| match problem {
            // LDP 4.2.4.5: "LDP servers that require conditional requests MUST respond with status
            // code 428 (Precondition Required) when the absence of a precondition is the only
            // reason for rejecting the request". https://www.w3.org/TR/ldp/#ldpr-put-precond
            problem if must_be_new && problem.is_stale() => self.refuse(Refusal::ConditionRequired),
            problem => problem,
        })
    }

    pub(super) async fn post(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        if self.kind().is_some_and(|kind| kind != DocumentKind::Container) {
            return Err(self.refuse(Rejection::NotAContainer(self.iri.clone())));
        }
        let syntax = self.syntax()?;
        let bytes = self.read(body).await?;
        // Read once here, so that a syntax error and the choice of a name cost the writer nothing.
        let triples = parse::triples(&bytes, syntax, self.iri.as_str())
            .map_err(|error| self.refuse(error))?;
        let slug = self.parts.headers.get(SLUG).map(|s| String::from_utf8_lossy(s.as_bytes()));
        let creation = Creation {
            slug: slug.map(std::borrow::Cow::into_owned),
            label: codesocial_ldp::label(&triples, &self.iri),
            model: asked_for(&self.parts.headers).map_err(|r| self.refuse(r))?,
            read: Box::new(move |document| {
                parse::triples(&bytes, syntax, document)
                    .map_err(|error| Rejection::Update(UpdateRefusal::Syntax(error.to_string())))
            }),
        };
        let mut random = self.app.random();
        let command = codesocial_ldp::post(self.request(&mut random), self.iri.clone(), creation);
        self.commit(command).await
    }

    pub(super) async fn patch(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let essence = self.content_type().split(';').next().unwrap_or_default().trim();
        let is_n3 = essence.eq_ignore_ascii_case("text/n3");
        if !is_n3 && !essence.eq_ignore_ascii_case("application/sparql-update") {
            return Err(self.refuse(Refusal::MediaType));
        }
        let bytes = self.read(body).await?;
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| self.refuse(parse::SyntaxError::NotUtf8))?;
        if is_n3 { self.n3_patch(&text).await } else { self.update(&text).await }
    }

    async fn n3_patch(&self, text: &str) -> Result<Response, Problem> {
        let patch = codesocial_ldp::parse_n3_patch(text, &self.iri).map_err(|r| self.refuse(r))?;
        let mut random = self.app.random();
        let command = codesocial_ldp::n3_patch(self.request(&mut random), self.iri.clone(), patch);
        self.commit(command).await
    }

    /// A patch in the form of a SPARQL Update.
    async fn update(&self, text: &str) -> Result<Response, Problem> {
        let limits = self.app.config.sparql.limits();
        codesocial_store::query::check_text(text, &limits)
            .map_err(|e| self.refuse(codesocial_store::query::QueryError::Limit(e)))?;
        let patch = codesocial_ldp::parse_update(text, self.iri.as_str());
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

    pub(super) async fn delete(&self) -> Result<Response, Problem> {
        self.refuse_read_only()?;
        let mut random = self.app.random();
        let command = codesocial_ldp::delete(self.request(&mut random), self.iri.clone());
        self.commit(command).await
    }

    fn request<'a>(&self, random: &'a mut codesocial_store::Random) -> codesocial_ldp::Request<'a> {
        let precondition: Precondition = self.conditions.precondition();
        codesocial_ldp::Request {
            agent: self.agent.clone(),
            now: (self.app.clock)(),
            random,
            precondition,
        }
    }

    async fn commit(&self, command: Command) -> Result<Response, Problem> {
        let committed = self.app.store.commit(command).await.map_err(|e| self.refuse(e))?;
        Ok(self.committed(&committed))
    }

    /// 201 with the address of what was created, else 204.
    fn committed(&self, committed: &Committed) -> Response {
        let mut headers = self.resource_headers();
        let state = self.app.store.state();
        if let Some(location) = &committed.location {
            if let Some(etag) = state.etag(location.as_ref()) {
                let tag = EntityTag::new(&etag, Form::Rdf(RdfSyntax::Turtle).variant());
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
        // Before the body is read: who may not write at all need not send it.
        let state = self.app.store.state();
        state
            .permits(&self.agent, self.iri.as_ref(), AccessMode::Append)
            .map_err(|rejection| self.refuse(rejection))?;
        match self.kind() {
            Some(DocumentKind::ReadOnly) => {
                Err(self.refuse(Refusal::Method(super::allowed(self.kind()))))
            }
            Some(
                DocumentKind::Container
                | DocumentKind::Resource
                | DocumentKind::Shapes
                | DocumentKind::Access,
            )
            | None => Ok(()),
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

    async fn read(&self, body: Body) -> Result<Bytes, Problem> {
        body::read(&self.app.config, body).await.map_err(|refusal| self.refuse(refusal))
    }
}

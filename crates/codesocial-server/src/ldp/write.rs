//! `PUT`, `POST`, `PATCH` and `DELETE`: each makes a command and tells what became of it.

use super::file::is_media_type;
use super::{Call, header, link, link_description};
use crate::body;
use crate::extract::{EntityTag, asked_for};
use crate::problem::{Problem, Refusal};
use crate::representation::Form;
use crate::routes::REPORT_RELATION;
use crate::sparql;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Creation, DocumentKind, Model};
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_store::update::Patterns;
use codesocial_store::{
    AccessMode, Command, Committed, ContainerKind, Effect, Precondition, Rejection, State,
    UpdateRefusal,
};
use oxrdf::NamedNode;
use std::sync::Arc;

const SLUG: HeaderName = HeaderName::from_static("slug");
/// How a body is taken.
enum Taken {
    Rdf(RdfSyntax),
    /// As the bytes of a file.
    Bytes,
    /// As a form that brings a file.
    Form,
}

impl Call {
    pub(super) async fn put(&self, body: Body) -> Result<Response, Problem> {
        self.refuse_unoffered()?;
        let model = asked_for(&self.parts.headers).map_err(|r| self.refuse(r))?;
        let kind = self.kind();
        let syntax = match self.taken(model)? {
            // What is a file stays one, whatever it is replaced with.
            _ if kind == Some(DocumentKind::File) => return self.put_bytes(body).await,
            Taken::Bytes if kind.is_none() => return self.put_bytes(body).await,
            Taken::Rdf(syntax) => syntax,
            Taken::Bytes | Taken::Form => return Err(self.refuse(Refusal::MediaType)),
        };
        // The general class is true of every container; the particular ones of their own.
        let is_other = |asked, kind: DocumentKind| match asked {
            ContainerKind::Basic => !kind.is_container(),
            narrow => kind != DocumentKind::Container(narrow),
        };
        if let Some(Model::Container(asked)) = model
            && kind.is_some_and(|kind| is_other(asked, kind))
        {
            return Err(self.refuse(Refusal::InteractionModel));
        }
        let bytes = self.read(body).await?;
        let triples =
            parse::triples(&bytes, syntax, self.iri.as_str()).map_err(|e| self.refuse(e))?;
        let document = self.document();
        self.replace(|request| codesocial_ldp::put(request, document, triples, model)).await
    }

    /// Carries out a `PUT`, under the condition that the configuration asks for.
    pub(super) async fn replace(
        &self,
        command: impl FnOnce(codesocial_ldp::Request<'_>) -> Command,
    ) -> Result<Response, Problem> {
        let mut random = self.app.random();
        let mut request = self.request(&mut random);
        let must_be_new =
            self.app.config.ldp.require_if_match && request.precondition == Precondition::None;
        if must_be_new {
            request.precondition = Precondition::Absent;
        }
        let command = command(request);
        self.commit(command).await.map_err(|problem| match problem {
            // LDP 4.2.4.5: "LDP servers that require conditional requests MUST respond with status
            // code 428 (Precondition Required) when the absence of a precondition is the only
            // reason for rejecting the request". https://www.w3.org/TR/ldp/#ldpr-put-precond
            problem if must_be_new && problem.is_stale() => self.refuse(Refusal::ConditionRequired),
            problem => problem,
        })
    }

    pub(super) async fn post(&self, body: Body) -> Result<Response, Problem> {
        if let Some(wanted) = self.wanted().filter(|_| self.is_filled_in()) {
            return self.fill_in(wanted, body).await;
        }
        self.refuse_unoffered()?;
        if self.kind().is_some_and(|kind| !kind.is_container()) {
            return Err(self.refuse(Rejection::NotAContainer(self.iri.clone())));
        }
        let model = asked_for(&self.parts.headers).map_err(|r| self.refuse(r))?;
        let syntax = match self.taken(model)? {
            Taken::Rdf(syntax) => syntax,
            Taken::Bytes => return self.post_bytes(body).await,
            Taken::Form => return self.post_form(body).await,
        };
        let bytes = self.read(body).await?;
        // Read once here, so that a syntax error and the choice of a name cost the writer nothing.
        let triples = parse::triples(&bytes, syntax, self.iri.as_str())
            .map_err(|error| self.refuse(error))?;
        let creation = Creation {
            slug: self.slug(),
            label: codesocial_ldp::label(&triples, &self.iri),
            model,
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
        self.refuse_unoffered()?;
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
        let command = codesocial_ldp::n3_patch(self.request(&mut random), self.document(), patch);
        self.commit(command).await
    }

    /// A patch in the form of a SPARQL Update.
    async fn update(&self, text: &str) -> Result<Response, Problem> {
        let limits = self.app.config.sparql.limits();
        codesocial_store::query::check_text(text, &limits)
            .map_err(|e| self.refuse(codesocial_store::query::QueryError::Limit(e)))?;
        let patch = codesocial_ldp::parse_update(text, self.iri.as_str());
        let patch = Arc::new(patch.map_err(|rejection| self.refuse(rejection))?);
        let request = sparql::Evaluated {
            agent: self.agent.clone(),
            address: None,
            text: text.to_owned(),
            base: self.iri.as_str().to_owned(),
            precondition: self.conditions.precondition(),
        };
        let document = self.document();
        let carried_out = sparql::carry_out(&self.app, request, move |request, state, finder| {
            let mut find = |patterns: Patterns<'_>| finder.find(patterns);
            codesocial_ldp::patch(request, document.clone(), patch.clone(), state, &mut find)
        });
        let committed = carried_out.await.map_err(|refusal| self.refuse(refusal))?;
        Ok(self.committed(&committed))
    }

    pub(super) async fn delete(&self) -> Result<Response, Problem> {
        self.refuse_unoffered()?;
        let mut random = self.app.random();
        let command = codesocial_ldp::delete(self.request(&mut random), self.iri.clone());
        self.commit(command).await
    }

    pub(super) fn request<'a>(
        &self,
        random: &'a mut codesocial_store::Random,
    ) -> codesocial_ldp::Request<'a> {
        let precondition: Precondition = self.conditions.precondition();
        codesocial_ldp::Request {
            agent: self.agent.clone(),
            now: (self.app.clock)(),
            random,
            precondition,
        }
    }

    pub(super) async fn commit(&self, command: Command) -> Result<Response, Problem> {
        let committed = self.app.store.commit(command).await.map_err(|e| self.refuse(e))?;
        Ok(self.committed(&committed))
    }

    /// 201 with the address of what was created, else 204.
    fn committed(&self, committed: &Committed) -> Response {
        let mut headers = self.resource_headers();
        let state = self.app.store.state();
        if let Some(location) = &committed.location {
            if let Some(tag) = self.tag_of(&state, location) {
                headers.insert(ETAG, header(tag.as_str()));
            }
            if committed.remarks {
                let report = format!("{}?report", location.as_str());
                link(&mut headers, &report, REPORT_RELATION);
            }
            if committed.effect == Effect::Created {
                if state.is_file(location.as_ref()) && *location != self.iri {
                    link_description(&mut headers, location);
                }
                headers.insert(LOCATION, header(location.as_str()));
                return (StatusCode::CREATED, headers).into_response();
            }
        }
        (StatusCode::NO_CONTENT, headers).into_response()
    }

    /// The tag of what a plain `GET` of a document answers now, or of its description.
    fn tag_of(&self, state: &State, document: &NamedNode) -> Option<EntityTag> {
        match state.file(document.as_ref()) {
            Some(file) if self.kind() != Some(DocumentKind::Description) => {
                Some(EntityTag::of_bytes(&file.digest))
            }
            _ => {
                let etag = state.etag(document.as_ref())?;
                Some(EntityTag::new(&etag, Form::Rdf(RdfSyntax::Turtle).variant()))
            }
        }
    }

    fn refuse_unoffered(&self) -> Result<(), Problem> {
        // Before the body is read: who may not write at all need not send it.
        let state = self.app.store.state();
        state
            .permits(&self.agent, self.document().as_ref(), AccessMode::Append)
            .map_err(|rejection| self.refuse(rejection))?;
        let (kind, method) = (self.kind(), &self.parts.method);
        let allow = self.allowed(kind);
        let offered = allow.split(", ").any(|own| own == method.as_str());
        // What is not there is told by its absence, what takes no members by that.
        if kind.is_none() || offered || *method == Method::POST {
            return Ok(());
        }
        Err(self.refuse(Refusal::Method(allow)))
    }

    pub(super) fn slug(&self) -> Option<String> {
        let slug = self.parts.headers.get(SLUG)?;
        Some(String::from_utf8_lossy(slug.as_bytes()).into_owned())
    }

    pub(super) fn content_type(&self) -> &str {
        let header = self.parts.headers.get(CONTENT_TYPE);
        header.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// How the body is taken. What is RDF in a syntax that is not read here, and what is a patch,
    /// is refused rather than kept as a file: nobody means that.
    fn taken(&self, model: Option<Model>) -> Result<Taken, Problem> {
        const NO_FILES: [&str; 4] = [
            "application/sparql-query",
            "application/sparql-update",
            "application/x-www-form-urlencoded",
            "text/n3",
        ];
        let content_type = self.content_type();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |other: &str| essence.eq_ignore_ascii_case(other);
        let refused = || Err(self.refuse(Refusal::MediaType));
        if !is_media_type(content_type) {
            return refused();
        }
        if is("multipart/form-data") {
            return Ok(Taken::Form);
        }
        if model == Some(Model::File) {
            return Ok(Taken::Bytes);
        }
        // N-Triples were text/plain once, as all other texts are.
        match RdfSyntax::from_media_type(content_type).filter(|_| !is("text/plain")) {
            Some(syntax @ (RdfSyntax::Turtle | RdfSyntax::JsonLd | RdfSyntax::NTriples)) => {
                Ok(Taken::Rdf(syntax))
            }
            Some(RdfSyntax::NQuads | RdfSyntax::TriG | RdfSyntax::RdfXml) => refused(),
            None if matches!(model, Some(Model::Container(_))) => refused(),
            None if NO_FILES.iter().any(|own| is(own)) => refused(),
            None => Ok(Taken::Bytes),
        }
    }

    async fn read(&self, body: Body) -> Result<Bytes, Problem> {
        body::read(&self.app.config, body).await.map_err(|refusal| self.refuse(refusal))
    }
}

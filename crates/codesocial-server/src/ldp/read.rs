//! `GET` and `HEAD`: a document in the form that the client prefers.

use super::{Call, header};
use crate::extract::{EntityTag, Language};
use crate::problem::{Problem, Refusal};
use crate::representation::{Form, rdf};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, SET_COOKIE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::Document;
use codesocial_store::Etag;

impl Call {
    pub(super) async fn get(&self) -> Result<Response, Problem> {
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
}

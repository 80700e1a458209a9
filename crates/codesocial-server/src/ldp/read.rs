//! `GET` and `HEAD`: a document in the form that the client prefers, rendered once for all who ask
//! for the same.

use super::{Call, header, link};
use crate::extract::{
    EntityTag, Language, Memberships, PageQuery, Portion, Selection, Shown, pairs,
};
use crate::pages::{CHANGES_MAX, CHANGES_SHOWN, MEMBERS_MAX, MEMBERS_SHOWN};
use crate::problem::{Problem, Refusal};
use crate::rendered::{Key, Rendered};
use crate::representation::{Form, render};
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, LOCATION, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_ldp::{Containment, Definitions, Document, DocumentKind, Found};
use codesocial_rdf::vocab::ldp;
use codesocial_store::{AccessMode, Change, ContainerKind, Etag, State};
use oxrdf::NamedNode;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The relation of a document to what defines its terms. <https://www.w3.org/TR/powder-dr/#assoc-linking>
const DESCRIBED_BY: &str = "describedby";

/// What became of rendering: an answer, or where the first page is.
pub(super) enum Outcome {
    Whole(Arc<Rendered>),
    Paged,
}

impl Call {
    pub(super) async fn get(&self) -> Result<Response, Problem> {
        if self.parameter("report").is_some() {
            let (app, ask) = (self.app.clone(), self.ask.clone());
            return crate::report::get(app, ask, self.agent.clone(), self.iri.clone()).await;
        }
        let state = self.app.store.state();
        let Some(form) = Form::preferred(&self.ask) else {
            let found = self.find(&state)?;
            if found.kind == DocumentKind::File {
                return self.file(state, found).await;
            }
            return Err(self.refuse(Refusal::NotAcceptable));
        };
        if let (Form::Page(_), Some(wanted)) = (form, self.wanted()) {
            return self.form(wanted).await;
        }
        if let (Form::Page(language), Some(_)) = (form, self.parameter("history")) {
            self.find(&state)?;
            return self.history(&state, language).await;
        }
        let (agent, document, portion) = (self.agent.clone(), self.iri.clone(), self.portion(form));
        let access = state.access_changed();
        let mut key = Key { agent, access, document, form, portion };
        let seq = state.head().seq;
        let ready = self.app.rendered.get(&key);
        if let Some(rendered) = ready.filter(|rendered| rendered.holds_at(seq)) {
            return Ok(self.answer(form, &rendered));
        }
        let found = self.find(&state)?;
        if found.kind == DocumentKind::File {
            return self.file(state, found).await;
        }
        if !found.kind.is_container() {
            key.portion = Portion::default();
        }
        let tag = tag(&state, &found, form, &key.portion);
        if self.conditions.not_modified(&tag) {
            let headers = self.headers(&state, &found, &key.document, form, &tag);
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let ready = self.app.rendered.get(&key);
        if let Some(rendered) = ready.filter(|rendered| rendered.is_tagged(&tag, seq)) {
            return Ok(self.answer(form, &rendered));
        }
        match self.render(state, found, tag, key.clone()).await? {
            Outcome::Whole(rendered) => Ok(self.answer(form, &rendered)),
            Outcome::Paged => Ok(self.first_page(&key.portion)),
        }
    }

    pub(super) fn find(&self, state: &State) -> Result<Found, Problem> {
        Document::find(state, &self.agent, &self.iri).map_err(|rejection| self.refuse(rejection))
    }

    pub(super) fn answer(&self, form: Form, rendered: &Rendered) -> Response {
        let unchanged = self.conditions.not_modified(&rendered.tag);
        let (status, headers, body) = if unchanged {
            (StatusCode::NOT_MODIFIED, &rendered.unchanged, Body::empty())
        } else {
            (StatusCode::OK, &rendered.headers, rendered.body.clone().into())
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        if let (Form::Page(language), false) = (form, unchanged)
            && Language::is_chosen_by(&self.parts.uri)
        {
            response.headers_mut().insert(SET_COOKIE, header(&language.cookie()));
        }
        response
    }

    pub(super) fn portion(&self, form: Form) -> Portion {
        let mut portion = Portion::of(&self.parts);
        if form.is_page() {
            portion.selection = Selection::of(self.parts.uri.query().unwrap_or_default());
        }
        portion
    }

    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.parts.uri.query().unwrap_or_default();
        pairs(query.as_bytes()).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The page of the changes before an entry, the newest first.
    async fn history(&self, state: &Arc<State>, language: Language) -> Result<Response, Problem> {
        let before = self.parameter("before").and_then(|before| before.parse().ok());
        let changes = self.changes(state, before, CHANGES_MAX).await?;
        let page = self.app.pages.history(state, &self.agent, &self.iri, &changes, language);
        let form = Form::Page(language);
        let headers = [
            (CONTENT_TYPE, form.media_type()),
            (VARY, form.vary(DocumentKind::Resource)),
            (CACHE_CONTROL, "no-cache"),
        ];
        Ok((headers, page).into_response())
    }

    /// The changes that the state knows of and the client may, and one more than are shown where
    /// there are more.
    async fn changes(
        &self,
        state: &State,
        before: Option<u64>,
        shown: u32,
    ) -> Result<Vec<Change>, Problem> {
        let newest = state.head().seq + 1;
        let before = before.map_or(newest, |before: u64| before.min(newest));
        let found = self.app.store.history(self.iri.as_ref(), Some(before), shown + 1).await;
        let changes = found.map_err(|error| {
            tracing::error!(%error, "the history of a document could not be read");
            self.refuse(Refusal::Internal)
        })?;
        let document = self.iri.as_ref();
        let is_author = state.permits(&self.agent, document, AccessMode::Write).is_ok();
        Ok(if is_author { changes } else { since_given(changes, state.access_given(document)) })
    }

    /// <https://www.w3.org/TR/ldp-paging/#ldpp-client-nav-next>
    fn first_page(&self, portion: &Portion) -> Response {
        let mut headers = self.resource_headers();
        headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie, Prefer"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let query = PageQuery { after: "", of: portion };
        headers.insert(LOCATION, header(&format!("{}{query}", self.iri.as_str())));
        (StatusCode::SEE_OTHER, headers).into_response()
    }

    /// The headers that an answer has whether it is new to the client or not.
    fn headers(
        &self,
        state: &State,
        found: &Found,
        address: &NamedNode,
        form: Form,
        tag: &EntityTag,
    ) -> HeaderMap {
        let mut headers = self.headers_of(state, Some(found.kind), address);
        headers.insert(VARY, HeaderValue::from_static(form.vary(found.kind)));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(ETAG, header(tag.as_str()));
        headers
    }

    pub(super) async fn render(
        &self,
        state: Arc<State>,
        found: Found,
        tag: EntityTag,
        key: Key,
    ) -> Result<Outcome, Problem> {
        let form = key.form;
        let changes = match (form, found.kind) {
            (Form::Page(_), DocumentKind::Resource) => {
                self.changes(&state, None, CHANGES_SHOWN).await?
            }
            _ => Vec::new(),
        };
        let unchanged = self.headers(&state, &found, &key.document, form, &tag);
        let (app, agent, iri) = (self.app.clone(), self.agent.clone(), key.document.clone());
        let rendering = move || {
            let page_max = app.config.page_members_max;
            let max = key.portion.max.map_or(page_max, |max| max.min(page_max));
            let after = key.portion.after.as_deref();
            let order = key.portion.order.as_ref();
            let containment = match key.portion.shown {
                Shown::Minimal => Containment::Minimal,
                // People choose from all of them, where they are not too many.
                Shown::Members | Shown::Containment if form.is_page() => {
                    Containment::Page { after: "", max: MEMBERS_MAX, order: None }
                }
                Shown::Members | Shown::Containment => {
                    Containment::Page { after: after.unwrap_or_default(), max, order }
                }
            };
            let mut document = Document::read(&state, &agent, &iri, containment)?;
            if form.is_page() && document.page.next.is_some() {
                let max = key.portion.max.unwrap_or(MEMBERS_SHOWN).min(page_max);
                let after = after.unwrap_or_default();
                let page = Containment::Page { after, max, order: None };
                document = Document::read(&state, &agent, &iri, page)?;
            }
            if document.page.next.is_some() && after.is_none() && !form.is_page() {
                return Ok(Outcome::Paged);
            }
            if key.portion.memberships == Memberships::Omitted {
                document.omit_memberships(&state);
            }
            let body = render(&app, &state, &agent, &document, &changes, form, &key.portion)
                .map_err(|_| Refusal::NotAcceptable)?;
            let mut headers = unchanged.clone();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
            links(&mut headers, &state, &document, form, &key.portion);
            let seq = state.head().seq;
            let rendered = Arc::new(Rendered::new(tag, unchanged, headers, body, seq));
            app.rendered.insert(key, rendered.clone());
            Ok(Outcome::Whole(rendered))
        };
        let outcome: Result<Outcome, Refusal> =
            tokio::task::spawn_blocking(rendering).await.unwrap_or_else(|error| {
                tracing::error!(%error, "a document could not be rendered");
                Err(Refusal::Internal)
            });
        outcome.map_err(|refusal| self.refuse(refusal))
    }
}

/// What changed since an entry that let these readers in, of which they learn what it left behind:
/// what went with it, and what came before it, was for others.
fn since_given(changes: Vec<Change>, entry: u64) -> Vec<Change> {
    let since = changes.into_iter().filter(|change| change.seq >= entry);
    let readable = since.map(|mut change| {
        if change.seq == entry {
            change.net.removed.clear();
        }
        change
    });
    readable.filter(|change| !change.net.is_empty()).collect()
}

/// The tag of a page is weak, as labels of other resources stand in it. One of a container that
/// holds its members in full names the state of everything, as a member may have changed.
pub(super) fn tag(state: &State, found: &Found, form: Form, portion: &Portion) -> EntityTag {
    let (shown, seq) = (portion.shown, state.head().seq);
    let makes_members =
        found.kind.is_container() && found.kind != DocumentKind::Container(ContainerKind::Basic);
    let mut variant = match portion.memberships {
        Memberships::Omitted if makes_members => format!("{}.apart", form.variant()),
        Memberships::Usual | Memberships::Included | Memberships::Omitted => {
            form.variant().to_owned()
        }
    };
    if let Some(order) = &portion.order {
        let mut hasher = DefaultHasher::new();
        order.hash(&mut hasher);
        variant.push_str(&format!(".{:x}", hasher.finish()));
    }
    if form.is_page() {
        let page = Etag(format!("{}.{seq}", found.etag.0));
        return EntityTag::weak(&page, &variant);
    }
    match shown {
        _ if form.embeds(found.kind, shown) => {
            EntityTag::new(&found.etag, &format!("{variant}.{seq}"))
        }
        Shown::Minimal => EntityTag::new(&found.etag, &format!("{variant}.minimal")),
        // Which members are told of depends on who may read them.
        Shown::Members | Shown::Containment
            if found.kind.is_container() && state.access_changed() > 0 =>
        {
            EntityTag::new(&found.etag, &format!("{variant}.{}", state.access_changed()))
        }
        Shown::Members | Shown::Containment => EntityTag::new(&found.etag, &variant),
    }
}

/// Where the reader may go from here.
fn links(
    headers: &mut HeaderMap,
    state: &State,
    document: &Document,
    form: Form,
    portion: &Portion,
) {
    if form.is_page() {
        return;
    }
    if document.kind.is_container() && portion.is_chosen() {
        headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=representation"));
    }
    let Definitions { shapes, ontologies } = Definitions::of(state, document);
    for shape in shapes {
        link(headers, shape.as_str(), ldp::CONSTRAINED_BY.as_str());
    }
    for ontology in ontologies {
        link(headers, ontology.as_str(), DESCRIBED_BY);
    }
    if portion.after.is_some() && portion.shown != Shown::Minimal {
        let page = |after| {
            let query = PageQuery { after, of: portion };
            format!("{}{query}", document.iri.as_str())
        };
        link(headers, ldp::PAGE.as_str(), "type");
        link(headers, document.iri.as_str(), "canonical");
        link(headers, &page(""), "first");
        if let Some(next) = &document.page.next {
            link(headers, &page(next), "next");
        }
    }
}

//! Files over HTTP: bytes as they were sent, whole or in part, each with its description.
//! <https://www.w3.org/TR/ldp/#ldpnr>

use super::read::{Outcome, tag};
use super::{Call, header};
use crate::body;
use crate::extract::{ByteRange, EntityTag, Portion};
use crate::problem::{Problem, Refusal};
use crate::rendered::Key;
use crate::representation::{FileForm, Form};
use crate::upload::{self, FormFile, on_disk};
use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_LOCATION,
    CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LINK, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_ldp::{DocumentKind, Found, Upload};
use codesocial_store::{AccessMode, FileFacts, Rejection, State};
use futures_util::stream;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// How much of a file is read at once.
const CHUNK_BYTES: u64 = 128 * 1024;
/// What a browser may do with what could run: nothing. <https://www.w3.org/TR/CSP3/#directive-sandbox>
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
/// A longer type is none.
const MEDIA_TYPE_BYTES_MAX: usize = 255;

/// Reading.
impl Call {
    /// The form of a file that the client prefers.
    pub(super) async fn file(&self, state: Arc<State>, found: Found) -> Result<Response, Problem> {
        let facts = state.file(self.iri.as_ref()).ok_or_else(|| self.refuse(Refusal::Internal))?;
        match Form::preferred_of_file(&self.ask, &facts.media_type) {
            None => Err(self.refuse(Refusal::NotAcceptable)),
            Some(FileForm::Bytes) => self.bytes(&state, facts).await,
            Some(FileForm::Description(form)) => self.description(state, found, form).await,
        }
    }

    async fn bytes(&self, state: &State, facts: FileFacts) -> Result<Response, Problem> {
        let tag = EntityTag::of_bytes(&facts.digest);
        let mut headers = self.headers_of(state, Some(DocumentKind::File), &self.iri);
        headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(ETAG, header(tag.as_str()));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if self.conditions.not_modified(&tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let (status, range) = match ByteRange::of(&self.parts.headers, facts.bytes, &tag) {
            ByteRange::Whole => (StatusCode::OK, 0..facts.bytes),
            ByteRange::Part(range) => {
                let told = format!("bytes {}-{}/{}", range.start, range.end - 1, facts.bytes);
                headers.insert(CONTENT_RANGE, header(&told));
                (StatusCode::PARTIAL_CONTENT, range)
            }
            ByteRange::Unsatisfiable => {
                headers.insert(CONTENT_RANGE, header(&format!("bytes */{}", facts.bytes)));
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
            }
        };
        present(&mut headers, &facts);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
        let (store, digest) = (self.app.store.clone(), facts.digest);
        let file = match on_disk(move || store.files().read(&digest)).await {
            Ok(file) => file,
            Err(refusal) => return Err(self.lost(&facts, refusal)?),
        };
        let body =
            if self.parts.method == Method::HEAD { Body::empty() } else { sent(file, range) };
        Ok((status, headers, body).into_response())
    }

    /// Why there are no bytes: they may have gone since the state was read.
    fn lost(&self, facts: &FileFacts, refusal: Refusal) -> Result<Problem, Problem> {
        let newest = self.app.store.state();
        self.find(&newest)?;
        let same = newest.file(self.iri.as_ref()).as_ref() == Some(facts);
        Ok(self.refuse(if same { refusal } else { Rejection::Moved.into() }))
    }

    /// The description, at the address of the file.
    async fn description(
        &self,
        state: Arc<State>,
        found: Found,
        form: Form,
    ) -> Result<Response, Problem> {
        let address = State::meta(self.iri.as_ref());
        let found = Found { kind: DocumentKind::Description, ..found };
        let tag = tag(&state, &found, form, &Portion::default());
        let key = Key {
            agent: self.agent.clone(),
            access: state.access_changed(),
            document: address.clone(),
            form,
            portion: self.portion(form),
        };
        let of_file = self.headers_of(&state, Some(DocumentKind::File), &self.iri);
        let Outcome::Whole(rendered) = self.render(state, found, tag, key).await? else {
            return Err(self.refuse(Refusal::Internal));
        };
        let mut response = self.answer(form, &rendered);
        let headers = response.headers_mut();
        for name in [ALLOW, LINK, super::ACCEPT_PATCH_HEADER] {
            headers.remove(name);
        }
        headers.extend(of_file);
        headers.insert(CONTENT_LOCATION, header(address.as_str()));
        Ok(response)
    }
}

/// What a browser is told of bytes that anyone may have sent: only what cannot run is shown in its
/// place.
fn present(headers: &mut HeaderMap, facts: &FileFacts) {
    headers.insert(CONTENT_TYPE, header(&facts.media_type));
    let disposition = if cannot_run(&facts.media_type) {
        "inline"
    } else {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
        "attachment"
    };
    let name = crate::extract::Encoded(&facts.name);
    // https://www.rfc-editor.org/rfc/rfc6266#section-4.3
    headers.insert(CONTENT_DISPOSITION, header(&format!("{disposition}; filename*=UTF-8''{name}")));
}

/// Whether a browser that shows bytes of this type runs nothing of them.
fn cannot_run(media_type: &str) -> bool {
    const PLAIN: [&str; 8] = [
        "application/pdf",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/plain",
    ];
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    PLAIN.contains(&&*essence) || essence.starts_with("audio/") || essence.starts_with("video/")
}

/// A part of a file, read while it is sent.
fn sent(file: File, part: Range<u64>) -> Body {
    let file = Arc::new(file);
    Body::from_stream(stream::try_unfold((file, part), |(file, part)| async move {
        if part.is_empty() {
            return Ok::<_, Refusal>(None);
        }
        let end = part.end.min(part.start + CHUNK_BYTES);
        let (reading, start) = (file.clone(), part.start);
        let chunk = on_disk(move || {
            let length = usize::try_from(end - start).expect("a chunk fits the memory");
            let mut chunk = vec![0; length];
            reading.read_exact_at(&mut chunk, start).map(|()| Bytes::from(chunk))
        });
        Ok(Some((chunk.await?, (file, end..part.end))))
    }))
}

/// Writing.
impl Call {
    pub(super) async fn post_bytes(&self, body: Body) -> Result<Response, Problem> {
        self.may_upload(AccessMode::Append)?;
        let received = upload::receive(&self.app, body).await.map_err(|r| self.refuse(r))?;
        let media_type = self.content_type().to_owned();
        self.post_upload(Upload { received, media_type, name: self.slug() }).await
    }

    /// The file of a form, as the front-ends of SemApps send it.
    pub(super) async fn post_form(&self, body: Body) -> Result<Response, Problem> {
        self.may_upload(AccessMode::Append)?;
        let body = match codesocial_signatures::is_signed(&self.parts.headers) {
            // A form ends where it says so, and what is signed where the body does.
            true => self.whole(body).await?,
            false => body,
        };
        let received = upload::receive_form(&self.app, self.content_type(), body).await;
        let FormFile { received, media_type, name } = received.map_err(|r| self.refuse(r))?;
        let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        let name = self.slug().or(Some(name));
        self.post_upload(Upload { received, media_type, name }).await
    }

    async fn whole(&self, body: Body) -> Result<Body, Problem> {
        let config = &self.app.config;
        let read = body::read_at_most(config.ldp.file_bytes_max, config, body).await;
        read.map(Body::from).map_err(|refusal| self.refuse(refusal))
    }

    async fn post_upload(&self, upload: Upload) -> Result<Response, Problem> {
        let mut random = self.app.random();
        let request = self.request(&mut random);
        self.commit(codesocial_ldp::post_file(request, self.iri.clone(), upload)).await
    }

    pub(super) async fn put_bytes(&self, body: Body) -> Result<Response, Problem> {
        self.may_upload(AccessMode::Write)?;
        let received = upload::receive(&self.app, body).await.map_err(|r| self.refuse(r))?;
        let media_type = self.content_type().to_owned();
        let upload = Upload { received, media_type, name: self.slug() };
        self.replace(|request| codesocial_ldp::put_file(request, self.iri.clone(), upload)).await
    }

    /// Refuses what the door would refuse anyway before it is written to the disk.
    fn may_upload(&self, mode: AccessMode) -> Result<(), Problem> {
        let state = self.app.store.state();
        let iri = self.iri.as_ref();
        let may = if mode == AccessMode::Write && !state.exists(iri) {
            state.permits_creating(&self.agent, iri)
        } else {
            state.permits(&self.agent, iri, mode)
        };
        may.map_err(|r| self.refuse(r))?;
        if !state.base().kind_of(iri).is_document() {
            return Err(self.refuse(Rejection::NotAFile(self.iri.clone())));
        }
        let bytes_max = self.app.config.ldp.file_bytes_max;
        let told = self.parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        match told.and_then(|length| length.parse::<usize>().ok()) {
            Some(bytes) if bytes > bytes_max => Err(self.refuse(Refusal::TooLarge(bytes_max))),
            _ => Ok(()),
        }
    }
}

/// Whether a `Content-Type` can be given back with the bytes: a type and a subtype at least.
pub(super) fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let shown = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    shown
        && text.len() <= MEDIA_TYPE_BYTES_MAX
        && essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
}

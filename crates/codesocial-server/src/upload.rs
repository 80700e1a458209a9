//! The bytes of a file, written to the disk while they come: never whole in memory, and no more
//! than the configuration allows.

use crate::body;
use crate::problem::Refusal;
use crate::state::App;
use axum::body::{Body, Bytes};
use codesocial_store::{Received, Rejection};
use futures_util::{Stream, StreamExt as _};
use std::io;

/// Takes in a body as it is.
pub(crate) async fn receive(app: &App, body: Body) -> Result<Received, Refusal> {
    let bytes = body.into_data_stream();
    write(app, bytes.map(|chunk| chunk.map_err(|error| body::unread(&app.config, &error)))).await
}

/// A file as a form sends it.
pub(crate) struct FormFile {
    pub(crate) received: Received,
    pub(crate) media_type: Option<String>,
    pub(crate) name: String,
}

/// Takes in the one file of a form, as the front-ends of SemApps send it. What is no file in the
/// form says nothing. <https://www.rfc-editor.org/rfc/rfc7578>
pub(crate) async fn receive_form(
    app: &App,
    content_type: &str,
    body: Body,
) -> Result<FormFile, Refusal> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Refusal::OneFile)?;
    let mut form = multer::Multipart::new(body.into_data_stream(), boundary);
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(|error| unread(app, &error))? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        if found.is_some() {
            return Err(Refusal::OneFile);
        }
        let media_type = field.content_type().map(ToString::to_string);
        let bytes = field.map(|chunk| chunk.map_err(|error| unread(app, &error)));
        let received = write(app, bytes).await?;
        found = Some(FormFile { received, media_type, name });
    }
    found.ok_or(Refusal::OneFile)
}

fn unread(app: &App, error: &multer::Error) -> Refusal {
    match error {
        multer::Error::StreamReadFailed(error) => body::unread(&app.config, &**error),
        _ => Refusal::OneFile,
    }
}

async fn write(
    app: &App,
    mut bytes: impl Stream<Item = Result<Bytes, Refusal>> + Unpin,
) -> Result<Received, Refusal> {
    let bytes_max = app.config.ldp.file_bytes_max;
    let (store, mut random) = (app.store.clone(), app.random());
    let mut incoming = on_disk(move || store.files().receive(&mut random)).await?;
    let mut left = bytes_max;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(Refusal::TooLarge(bytes_max))?;
        incoming = on_disk(move || incoming.write(&chunk).map(|()| incoming)).await?;
    }
    on_disk(move || incoming.finish()).await
}

/// Does what waits for the disk where waiting holds nobody up.
pub(crate) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.kind() == io::ErrorKind::StorageFull => Err(Rejection::Full.into()),
        Ok(Err(error)) => {
            tracing::error!(%error, "the bytes of a file");
            Err(Refusal::Internal)
        }
        Err(error) => {
            tracing::error!(%error, "the bytes of a file");
            Err(Refusal::Internal)
        }
    }
}

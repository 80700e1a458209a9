//! `GET /export/{dataset}.{ending}`: an export, sent while it is written.

use super::{DATASETS, Dataset, Export, Format};
use crate::extract::{Conditions, EntityTag};
use crate::problem::{Ask, Problem};
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, LINK,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_store::{Etag, Rejection, hex};
use futures_util::stream;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};

/// How many exports are written at once; beyond that the answer is 503.
pub(crate) const EXPORTS_MAX: usize = 8;
/// How long an export waits for a client that does not read.
const PART_TIMEOUT: Duration = Duration::from_secs(30);
const PART_BYTES: usize = 64 * 1024;
const PARTS_WAITING_MAX: usize = 4;

pub(crate) async fn get(
    State(app): State<App>,
    Path(file): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let refuse = |rejection: Rejection| Problem::new(&app, &Ask::of(&parts), rejection);
    let Some((dataset, format)) = wanted(&file) else {
        return Err(refuse(Rejection::NotFound(app.iri(parts.uri.path()))));
    };
    let state = app.store.state();
    let head = state.head();
    let held = Etag(format!("{}.{}", head.seq, hex(&head.hash[..8])));
    let tag = EntityTag::new(&held, &format!("{}.{}", dataset.name, format.ending()));
    let headers = headers(dataset, format, &tag, state.at());
    if not_modified(&parts.headers, &tag, state.at()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    if parts.method == Method::HEAD {
        return Ok((headers, Body::empty()).into_response());
    }
    let place = app.exports.clone().try_acquire_owned().map_err(|_| refuse(Rejection::Busy))?;
    let (sender, parts) = mpsc::channel(PARTS_WAITING_MAX);
    let mut output = Parts { buffer: Vec::new(), sender, runtime: Handle::current() };
    tokio::task::spawn_blocking(move || {
        let export = Export::of(state, dataset);
        let written = export.write_file(format, &mut output).and_then(|()| output.flush());
        if let Err(error) = written {
            tracing::debug!(%error, "an export was not read to its end");
            output.cut(error);
        }
        drop(place);
    });
    let parts = stream::unfold(parts, |mut parts| async { Some((parts.recv().await?, parts)) });
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn wanted(file: &str) -> Option<(&'static Dataset, Format)> {
    let (name, ending) = file.split_once('.')?;
    let format = Format::ALL.into_iter().find(|format| format.ending() == ending)?;
    Some((DATASETS.iter().find(|dataset| dataset.name == name)?, format))
}

fn headers(dataset: &Dataset, format: Format, tag: &EntityTag, at: Timestamp) -> HeaderMap {
    let text = |text: &str| HeaderValue::from_str(text).expect("our own names are plain ASCII");
    let file = format!("attachment; filename=\"{}.{}\"", dataset.name, format.ending());
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CONTENT_DISPOSITION, text(&file)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, text(tag.as_str())),
        (LAST_MODIFIED, text(&http_date(at))),
    ]);
    for licence in dataset.licences {
        headers.append(LINK, text(&format!("<{}>; rel=\"license\"", licence.iri().as_str())));
    }
    headers
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

// RFC 9110 13.1.3: a recipient MUST ignore If-Modified-Since if the request contains an
// If-None-Match header field. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.3
fn not_modified(headers: &HeaderMap, tag: &EntityTag, at: Timestamp) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return Conditions::of(headers).not_modified(tag);
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
    let since = since.and_then(|since| rfc2822::parse(since).ok());
    since.is_some_and(|since| at.as_second() <= since.timestamp().as_second())
}

/// Where an export is written: a bounded number of parts wait for the client.
struct Parts {
    buffer: Vec<u8>,
    sender: Sender<io::Result<Vec<u8>>>,
    runtime: Handle,
}

impl Parts {
    fn send(&self, part: io::Result<Vec<u8>>) -> io::Result<()> {
        let sent = async { tokio::time::timeout(PART_TIMEOUT, self.sender.send(part)).await };
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Breaks the connection, so that half an export is never taken for a whole one.
    fn cut(&self, error: io::Error) {
        // Where the client is gone nobody needs to hear it.
        drop(self.sender.try_send(Err(error)));
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.buffer);
        if part.is_empty() { Ok(()) } else { self.send(Ok(part)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        let at: Timestamp = "2021-05-01T08:02:03.5Z".parse().expect("a time");
        assert_eq!(http_date(at), "Sat, 01 May 2021 08:02:03 GMT");
    }

    #[test]
    fn what_came_within_the_second_of_the_date_counts_as_known() {
        let tag = EntityTag::new(&Etag("1".to_owned()), "x");
        let at: Timestamp = "2021-05-01T08:02:03.5Z".parse().expect("a time");
        for (name, value, expected) in [
            (IF_MODIFIED_SINCE, "Sat, 01 May 2021 08:02:03 GMT", true),
            (IF_MODIFIED_SINCE, "Sat, 01 May 2021 08:02:02 GMT", false),
            (IF_MODIFIED_SINCE, "yesterday", false),
            (IF_NONE_MATCH, "\"1-x\"", true),
            (IF_NONE_MATCH, "\"2-x\"", false),
        ] {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            assert_eq!(not_modified(&headers, &tag, at), expected, "{value}");
        }
    }
}

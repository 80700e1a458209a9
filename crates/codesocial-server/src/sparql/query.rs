//! Answers to queries, in the format that the client prefers, sent while they are written, or kept
//! from before.

use super::formats;
use super::kept::Key;
use crate::extract::Address;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use codesocial_store::query::{self, Inquired, Inquiry, Limits, Part, Unfinished};
use codesocial_store::{Agent, Rejection};
use futures_util::stream::{self, StreamExt as _};
use spargebra::algebra::QueryDataset;

pub(super) async fn answer(
    app: App,
    ask: Ask,
    agent: Agent,
    Address(address): Address,
    text: String,
    dataset: Option<QueryDataset>,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    let services = !app.config.sparql.services.is_empty();
    let limits = Limits { services, ..app.config.sparql.limits() };
    let prepared = query::prepare(&text, app.base.root().as_str(), dataset, &limits)
        .map_err(|error| refuse(error.into()))?;
    let (media_type, syntax) = formats::of_answer(&ask, prepared.answers_with_graph())
        .ok_or_else(|| refuse(Refusal::NotAcceptable))?;
    let state = app.store.state();
    let key = Key::of(&prepared, &state, &agent, media_type);
    let headers = [(CONTENT_TYPE, media_type), (VARY, "Accept, Authorization, Cookie")];
    if let Some(kept) = key.as_ref().and_then(|key| app.kept.get(key)) {
        return Ok((headers, kept).into_response());
    }
    let what = Inquired::Query(Box::new(prepared), syntax);
    let inquiry = Inquiry { what, state, agent, address, limits };
    let parts = app.evaluators.start(inquiry).await;
    let mut parts = parts.map_err(|_| refuse(Rejection::Busy.into()))?;
    let body = match parts.next().await {
        Ok(Part::Last(whole)) => {
            let whole = Bytes::from(whole);
            key.into_iter().for_each(|key| app.kept.insert(key, whole.clone()));
            Body::from(whole)
        }
        Ok(Part::More(first)) => streamed(first, parts),
        Err(Unfinished::Refused(error)) => return Err(refuse(error.into())),
        Err(Unfinished::Truncated) => return Err(refuse(Refusal::AnswerTooLarge)),
        Err(Unfinished::Lost) => return Err(refuse(Refusal::Internal)),
    };
    Ok((headers, body).into_response())
}

/// A body that is sent while the rest is evaluated. An answer that remains unfinished ends in an
/// error, which cuts the connection: the client must not take it for whole.
fn streamed(first: Vec<u8>, parts: query::Parts) -> Body {
    let rest = stream::unfold(Some(parts), |parts| async move {
        let mut parts = parts?;
        Some(match parts.next().await {
            Ok(Part::More(part)) => (Ok(part), Some(parts)),
            Ok(Part::Last(part)) => (Ok(part), None),
            Err(unfinished) => {
                tracing::info!(%unfinished, "an answer was cut off");
                (Err(unfinished), None)
            }
        })
    });
    Body::from_stream(stream::iter([Ok(first)]).chain(rest))
}

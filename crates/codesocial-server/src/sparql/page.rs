//! The endpoint for people: a page that asks, shows the answer and says what is wrong with a query
//! beside it. What a page shows of an answer is bounded; the rest is what its links are for.

use super::formats::{GRAPHS, SOLUTIONS, media_types};
use super::saved::Saved;
use crate::extract::{Address, Language};
use crate::pages::{Asked, Outcome};
use crate::problem::{Ask, Problem, Refusal};
use crate::solutions::Solutions;
use crate::state::App;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use codesocial_rdf::RdfSyntax;
use codesocial_store::query::{
    self, Inquired, Inquiry, Limits, Part, Parts, ResultSyntax, Unfinished,
};
use codesocial_store::{Agent, Rejection};
use sparesults::QueryResultsFormat;
use spargebra::algebra::QueryDataset;

/// How many rows of an answer are shown.
const ROWS_MAX: usize = 500;
/// How much of an answer is read to show it.
const ANSWER_BYTES_MAX: usize = 512 * 1024;
const VARIES: &str = "Accept, Accept-Language, Authorization, Cookie";

/// Whether a client would rather read a page than data: browsers say so.
pub(super) fn is_wanted(ask: &Ask) -> bool {
    let data = [media_types(SOLUTIONS), media_types(GRAPHS)].concat();
    let offers = [&data[..], &["text/html", "application/xhtml+xml"]].concat();
    ask.prefers(&offers).is_some_and(|wanted| wanted >= data.len())
}

pub(super) async fn answer(
    app: App,
    ask: Ask,
    agent: Agent,
    address: Address,
    (saved, text): (Option<Saved>, Result<Option<String>, Refusal>),
    dataset: Option<QueryDataset>,
) -> Result<Response, Problem> {
    let mut asked = Asked::default();
    if let Some(Saved { question, given }) = saved {
        (asked.question, asked.given) = (Some(question), given);
    }
    let outcome = match text {
        Ok(Some(text)) => {
            asked.text = Some(text.clone());
            Some(outcome(&app, agent.clone(), address, text, dataset).await)
        }
        Ok(None) => None,
        Err(refusal) => Some(Err(refusal)),
    };
    let mut status = StatusCode::OK;
    asked.outcome = outcome.map(|outcome| {
        outcome.unwrap_or_else(|refusal| {
            let (refused, title, detail) = refusal.in_words(app.pages.words(ask.language));
            status = refused;
            Outcome::Refused { title, detail }
        })
    });
    let (pages, state, language) = (app.clone(), app.store.state(), ask.language);
    let page = move || pages.pages.sparql(&state, &agent, language, &asked);
    let page = tokio::task::spawn_blocking(page).await.map_err(|error| {
        tracing::error!(%error, "a page was not made");
        Problem::new(&app, &ask, Refusal::Internal)
    })?;
    let headers = [(VARY, VARIES), (CACHE_CONTROL, "no-cache")];
    let mut response = (status, headers, Html(page)).into_response();
    if Language::is_chosen_by(&ask.uri) {
        let cookie = HeaderValue::try_from(language.cookie());
        response.headers_mut().extend(cookie.ok().map(|cookie| (SET_COOKIE, cookie)));
    }
    Ok(response)
}

/// What comes of a query.
async fn outcome(
    app: &App,
    agent: Agent,
    Address(address): Address,
    text: String,
    dataset: Option<QueryDataset>,
) -> Result<Outcome, Refusal> {
    let services = !app.config.sparql.services.is_empty();
    let limits = Limits { services, ..app.config.sparql.limits() };
    let prepared = query::prepare(&text, app.base.root().as_str(), dataset, &limits)?;
    let is_graph = prepared.answers_with_graph();
    let syntax = match is_graph {
        true => ResultSyntax::Graph(RdfSyntax::Turtle),
        false => ResultSyntax::Solutions(QueryResultsFormat::Json),
    };
    let what = Inquired::Query(Box::new(prepared), syntax);
    let inquiry = Inquiry { what, state: app.store.state(), agent, address, limits };
    let parts = app.evaluators.start(inquiry).await.map_err(|_| Rejection::Busy)?;
    let (bytes, is_whole) = beginning(parts).await?;
    if is_graph {
        let mut turtle = String::from_utf8_lossy(&bytes).into_owned();
        if !is_whole {
            turtle.truncate(turtle.rfind('\n').unwrap_or(0));
        }
        return Ok(Outcome::Graph { turtle, is_whole });
    }
    let solutions = Solutions::read(&bytes, ROWS_MAX).map_err(|error| {
        tracing::error!(%error, "an answer cannot be read back");
        Refusal::Internal
    })?;
    Ok(Outcome::Solutions(solutions))
}

/// As much of an answer as is shown, and whether it is all of it.
async fn beginning(mut parts: Parts) -> Result<(Vec<u8>, bool), Refusal> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        match parts.next().await {
            Ok(Part::Last(part)) => {
                bytes.extend(part);
                return Ok((bytes, true));
            }
            Ok(Part::More(part)) => bytes.extend(part),
            Err(Unfinished::Truncated) if !bytes.is_empty() => break,
            Err(Unfinished::Truncated) => return Err(Refusal::AnswerTooLarge),
            Err(Unfinished::Refused(error)) => return Err(error.into()),
            Err(Unfinished::Lost) => return Err(Refusal::Internal),
        }
    }
    Ok((bytes, false))
}

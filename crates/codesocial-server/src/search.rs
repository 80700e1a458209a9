//! `GET /search?q=`: what the registry names so, then what says so in another text, as a page for
//! people and JSON for programs. With `class=` or `scheme=`, the instances or concepts that a form
//! offers, by their names, all of them without `q`.
//!
//! Work is bounded by the names of one state and by how many texts are looked at: the index of
//! names is made once for each state, that of words for each generation, and a page of results is
//! all that is rendered.

use crate::extract::{Who, pairs};
use crate::pages::Search;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};

/// Results on a page, and at most for those who say how many they want.
const RESULTS: usize = 20;
const RESULTS_MAX: usize = 100;
/// A longer text is cut: no name is as long.
const TEXT_CHARS_MAX: usize = 200;
const VARIES: &str = "Accept, Accept-Language, Authorization, Cookie";

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let ask = Ask::of(&parts);
    let refuse = |refusal| Problem::new(&app, &ask, refusal);
    let form = ask
        .prefers(&["text/html", "application/json"])
        .ok_or_else(|| refuse(Refusal::NotAcceptable))?;
    let search = wanted(parts.uri.query().unwrap_or_default());
    let (pages, state, language) = (app.clone(), app.store.state(), ask.language);
    let answer = move || match form {
        0 => ("text/html; charset=utf-8", pages.pages.found(&state, &agent, language, &search)),
        _ => ("application/json", pages.pages.found_json(&state, &agent, language, &search)),
    };
    let (media_type, body) = tokio::task::spawn_blocking(answer).await.map_err(|error| {
        tracing::error!(%error, "a search failed");
        refuse(Refusal::Internal)
    })?;
    let headers = [(CONTENT_TYPE, media_type), (VARY, VARIES), (CACHE_CONTROL, "no-cache")];
    Ok((headers, body).into_response())
}

fn wanted(query: &str) -> Search {
    let mut search = Search { max: RESULTS, ..Search::default() };
    for (name, value) in pairs(query.as_bytes()) {
        match name.as_str() {
            "q" => search.text = value.chars().take(TEXT_CHARS_MAX).collect(),
            "class" => search.class = Some(value),
            "scheme" => search.scheme = Some(value),
            "after" => search.after = Some(value),
            "in" => search.list = Some(value),
            "page" => search.page = value.parse::<usize>().unwrap_or(1).saturating_sub(1),
            "max" => search.max = value.parse().unwrap_or(RESULTS).clamp(1, RESULTS_MAX),
            _ => {}
        }
    }
    search
}

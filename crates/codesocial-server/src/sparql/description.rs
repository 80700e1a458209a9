//! What the endpoint says of itself where it is asked nothing: its languages, formats and limits.
//! It tells nothing of the data, so that it is the same for all who ask.
//! <https://www.w3.org/TR/sparql11-service-description/>

use super::formats::{GRAPHS, SOLUTIONS, media_types};
use crate::extract::Language;
use crate::problem::{Ask, Problem, Refusal};
use crate::routes;
use crate::state::App;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use codesocial_rdf::vocab::{rdf, rdfs, sd, search};
use codesocial_rdf::write;
use codesocial_store::query::Limits;
use oxrdf::{BlankNode, Literal, NamedNodeRef, NamedOrBlankNode, Term, Triple};

/// The limits in force, as a dictionary of [structured fields](https://www.rfc-editor.org/rfc/rfc9651).
const SPARQL_LIMITS: HeaderName = HeaderName::from_static("sparql-limits");

/// The description in the syntax that the client prefers.
pub(super) fn answer(app: &App, ask: &Ask) -> Result<Response, Problem> {
    let wanted = ask.prefers(&media_types(GRAPHS));
    let wanted = wanted.ok_or_else(|| Problem::new(app, ask, Refusal::NotAcceptable))?;
    let (media_type, syntax) = GRAPHS[wanted];
    let body = write::graph(&description(app), syntax);
    let vary = (VARY, "Accept, Accept-Language, Cookie");
    Ok(([(CONTENT_TYPE, media_type), vary], body).into_response())
}

/// The header that tells what an answer may come to: an answer that would pass it is refused, or
/// cut off, and never ends as if it were whole.
pub(crate) fn told_limits(app: &App) -> (HeaderName, HeaderValue) {
    let Limits { rows_max, result_bytes_max, seconds_max, .. } = app.config.sparql.limits();
    let told = format!("rows={rows_max}, bytes={result_bytes_max}, seconds={seconds_max}");
    let told = HeaderValue::try_from(told);
    (SPARQL_LIMITS, told.unwrap_or_else(|_| HeaderValue::from_static("")))
}

fn description(app: &App) -> Vec<Triple> {
    let endpoint = app.iri(routes::SPARQL);
    let (dataset, graph) = (BlankNode::default(), BlankNode::default());
    let of = |subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, object: Term| {
        Triple::new(subject.clone(), property, object)
    };
    let service = NamedOrBlankNode::from(endpoint.clone());
    let mut triples = vec![
        of(&service, rdf::TYPE, sd::SERVICE.into()),
        of(&service, sd::ENDPOINT, endpoint.into()),
        of(&service, sd::SUPPORTED_LANGUAGE, sd::SPARQL11_QUERY.into()),
        of(&service, sd::SUPPORTED_LANGUAGE, sd::SPARQL11_UPDATE.into()),
        of(&service, sd::FEATURE, sd::UNION_DEFAULT_GRAPH.into()),
        of(&service, sd::DEFAULT_DATASET, dataset.clone().into()),
    ];
    if !app.config.sparql.services.is_empty() {
        triples.push(of(&service, sd::FEATURE, sd::BASIC_FEDERATED_QUERY.into()));
    }
    let functions = codesocial_graph::functions();
    triples.extend(functions.map(|name| of(&service, sd::EXTENSION_FUNCTION, name.into())));
    triples.push(of(&service, sd::PROPERTY_FEATURE, search::MATCHES.into()));
    let formats = SOLUTIONS.iter().map(|(_, format)| NamedNodeRef::new_unchecked(format.iri()));
    let formats = formats.chain(GRAPHS.iter().map(|(_, syntax)| syntax.iri()));
    triples.extend(formats.map(|format| of(&service, sd::RESULT_FORMAT, format.into())));
    triples.extend(Language::ALL.map(|language| {
        let words = limits_in_words(app, language);
        let told = Literal::new_language_tagged_literal_unchecked(words, language.tag());
        of(&service, rdfs::COMMENT, told.into())
    }));
    // The union of what the reader may read of the registry.
    triples.extend([
        Triple::new(dataset.clone(), rdf::TYPE, sd::DATASET),
        Triple::new(dataset, sd::DEFAULT_GRAPH, graph.clone()),
        Triple::new(graph, rdf::TYPE, sd::GRAPH),
    ]);
    triples.dedup();
    triples
}

fn limits_in_words(app: &App, language: Language) -> String {
    let Limits { rows_max, result_bytes_max, seconds_max, text_bytes_max, .. } =
        app.config.sparql.limits();
    let numbers = [rows_max.to_string(), result_bytes_max.to_string(), seconds_max.to_string()];
    let numbers = numbers.into_iter().chain([text_bytes_max.to_string()]);
    numbers
        .enumerate()
        .fold(app.pages.words(language).text("sparql.limits"), |text, (n, number)| {
            text.replace(&format!("{{{n}}}"), &number)
        })
}

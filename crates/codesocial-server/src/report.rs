//! Validation reports over HTTP: what refused a write, and what is wrong with a document now.

use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::{GraphKind, RdfSyntax, write};
use codesocial_shacl::Report;
use codesocial_store::Agent;
use oxrdf::NamedNode;
use std::collections::BTreeSet;

/// `GET {document}?report`: what the rules say of a document, on the newest state.
pub(crate) async fn get(
    app: App,
    ask: Ask,
    agent: Agent,
    document: NamedNode,
) -> Result<Response, Problem> {
    let state = app.store.state();
    let found = codesocial_ldp::Document::find(&state, &agent, &document);
    let report = found.and_then(|_| state.report_on(document.as_ref()));
    report
        .map(|report| answer(&app, &ask, &report, StatusCode::OK))
        .map_err(|rejection| Problem::new(&app, &ask, rejection))
}

/// A report in the syntax and the language that the client prefers.
pub(crate) fn answer(app: &App, ask: &Ask, report: &Report, status: StatusCode) -> Response {
    const OFFERS: &[&str] = &["text/turtle", "application/ld+json", "text/html", "text/plain"];
    let language = ask.language;
    let rdf = |syntax| {
        let mut triples = report.to_triples(Some(language.shacl()));
        write::sort_for_reading(&mut triples, "");
        write::graph(&triples, syntax)
    };
    let (media_type, body) = match ask.prefers(OFFERS) {
        Some(1) => ("application/ld+json", rdf(RdfSyntax::JsonLd)),
        Some(2) => (
            "text/html; charset=utf-8",
            app.pages.report(&app.store.state(), language, status.as_u16(), report),
        ),
        Some(3) => ("text/plain; charset=utf-8", report.to_text(language.shacl())),
        Some(_) => ("text/turtle", rdf(RdfSyntax::Turtle)),
        None if status.is_success() => {
            return Problem::new(app, ask, Refusal::NotAcceptable).into_response();
        }
        None => ("text/turtle", rdf(RdfSyntax::Turtle)),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie")),
    ];
    (status, headers, body).into_response()
}

/// The documents that state the shapes which a report names.
pub(crate) fn shape_documents(app: &App, report: &Report) -> BTreeSet<String> {
    let state = app.store.state();
    let shapes: BTreeSet<String> =
        report.results.iter().map(|result| result.source_shape.to_string()).collect();
    let graphs = state.graphs().filter(|graph| state.kind(*graph) == GraphKind::Shapes);
    let names = graphs.map(|graph| state.graph_name(graph));
    names
        .filter(|name| {
            state.graph(name.as_ref()).any(|triple| shapes.contains(&triple.subject.to_string()))
        })
        .map(|name| name.to_string().trim_matches(['<', '>']).to_owned())
        .collect()
}

//! `GET /export`: the datasets and their files, as a page for people and JSON-LD for programs.

use super::{DATASETS, Dataset, Format};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::context::V1_IRI;
use codesocial_rdf::vocab::{dcat, rdf};
use codesocial_store::State as Registry;
use oxrdf::{BlankNode, NamedNode, Triple};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where IANA names media types, as DCAT wants them named.
const MEDIA_TYPES: &str = "https://www.iana.org/assignments/media-types/";

pub(crate) async fn index(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let ask = Ask::of(&request.into_parts().0);
    match ask.prefers(&["application/ld+json", "text/html", "application/json"]) {
        None => Err(Problem::new(&app, &ask, Refusal::NotAcceptable)),
        Some(1) => Ok(app.pages.exports(ask.language).into_response()),
        Some(_) => {
            let body = format!("{:#}\n", json_ld(&app));
            let headers = [(CONTENT_TYPE, "application/ld+json"), (VARY, "Accept")];
            Ok((headers, body).into_response())
        }
    }
}

fn json_ld(app: &App) -> Value {
    let state = app.store.state();
    let trees = DATASETS.iter().map(|dataset| {
        let iri = dataset.iri(&app.base);
        let triples = described(&state, dataset, &iri);
        Value::Object(app.v1_context.tree(iri.as_str(), &triples))
    });
    json!({"@context": V1_IRI, "@graph": trees.collect::<Vec<_>>()})
}

/// What a dataset's own files say of it, and where these are.
fn described(state: &Arc<Registry>, dataset: &Dataset, iri: &NamedNode) -> Vec<Triple> {
    let mut triples = super::description(state, dataset);
    for (n, format) in Format::ALL.into_iter().enumerate() {
        let file = BlankNode::new_unchecked(format!("{}{n}", dataset.name.replace('-', "")));
        let address = NamedNode::new_unchecked(format!("{}.{}", iri.as_str(), format.ending()));
        let essence = format.media_type().split(';').next().unwrap_or_default();
        let media_type = NamedNode::new_unchecked(format!("{MEDIA_TYPES}{essence}"));
        triples.extend([
            Triple::new(iri.clone(), dcat::HAS_DISTRIBUTION, file.clone()),
            Triple::new(file.clone(), rdf::TYPE, dcat::DISTRIBUTION),
            Triple::new(file.clone(), dcat::DOWNLOAD_URL, address),
            Triple::new(file, dcat::MEDIA_TYPE, media_type),
        ]);
    }
    triples
}

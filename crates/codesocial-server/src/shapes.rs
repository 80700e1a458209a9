//! `GET /shapes`: the classes that shapes describe; `GET /shapes?class=`: one of them, as its
//! shapes for programs that make forms, as a form in JSON, and as a page that explains it.
//!
//! The entity tag is of the bytes themselves: it changes exactly when they do.

mod json;

use crate::extract::{Conditions, EntityTag, Language, pairs};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::vocab::{expand, ldp, rdf, sh};
use codesocial_rdf::{GraphKind, RdfSyntax, write};
use codesocial_store::{Etag, State as Registry, hex};
use oxrdf::{GraphName, NamedNode, Triple};
use sha2::{Digest, Sha256};

/// The forms of an answer, favourite first.
#[derive(Debug, Clone, Copy)]
enum Form {
    Rdf(RdfSyntax),
    /// What a program fills in without knowing SHACL.
    Json(Language),
    Page(Language),
}

impl Form {
    fn preferred(ask: &Ask) -> Option<Self> {
        const OFFERS: [&str; 5] = [
            "text/turtle",
            "application/ld+json",
            "text/html",
            "application/json",
            "application/n-triples",
        ];
        Some(match ask.prefers(&OFFERS)? {
            0 => Self::Rdf(RdfSyntax::Turtle),
            1 => Self::Rdf(RdfSyntax::JsonLd),
            2 => Self::Page(ask.language),
            3 => Self::Json(ask.language),
            _ => Self::Rdf(RdfSyntax::NTriples),
        })
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Rdf(syntax) => syntax.media_type(),
            Self::Json(_) => "application/json",
            Self::Page(_) => "text/html; charset=utf-8",
        }
    }

    fn vary(self) -> &'static str {
        match self {
            Self::Rdf(_) => "Accept",
            Self::Json(_) | Self::Page(_) => "Accept, Accept-Language, Cookie",
        }
    }
}

pub(crate) async fn get(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let ask = Ask::of(&parts);
    let refuse = |refusal| Problem::new(&app, &ask, refusal);
    let Some(form) = Form::preferred(&ask) else { return Err(refuse(Refusal::NotAcceptable)) };
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let class = query.into_iter().find(|(name, _)| name == "class").map(|(_, class)| class);
    let (answering, state) = (app.clone(), app.store.state());
    let body = move || match class {
        None => Ok(list(&answering, &state, form)),
        Some(class) => {
            described(&answering, &state, &expand(&class), form).ok_or(Refusal::NoForm(class))
        }
    };
    let body = tokio::task::spawn_blocking(body).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a form was not made");
        Err(Refusal::Internal)
    });
    let body = body.map_err(refuse)?;
    Ok(answer(&Conditions::of(&parts.headers), form, body))
}

fn answer(conditions: &Conditions, form: Form, body: String) -> Response {
    let tag = Etag(hex(&Sha256::digest(body.as_bytes())[..8]));
    let tag = EntityTag::new(&tag, "form");
    let mut headers = HeaderMap::from_iter([
        (VARY, HeaderValue::from_static(form.vary())),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ]);
    headers.extend(HeaderValue::from_str(tag.as_str()).ok().map(|tag| (ETAG, tag)));
    if conditions.not_modified(&tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    (headers, body).into_response()
}

/// One class, where a shape says something of it.
fn described(app: &App, state: &Registry, class: &NamedNode, form: Form) -> Option<String> {
    let of = |language: Language| state.rules().form(state, class.as_ref(), language.shacl());
    match form {
        Form::Rdf(syntax) => {
            of(Language::default())?;
            let mut triples = state.rules().shapes_of(state, class.as_ref());
            write::sort_for_reading(&mut triples, class.as_str());
            Some(write::graph(&triples, syntax))
        }
        Form::Json(language) => Some(json::form(&app.base, &of(language)?, language)),
        Form::Page(language) => Some(app.pages.form(state, class, &of(language)?, language)),
    }
}

fn list(app: &App, state: &Registry, form: Form) -> String {
    match form {
        Form::Rdf(syntax) => write::graph(&container(app, state), syntax),
        Form::Json(language) => {
            let classes = state.rules().classes();
            let form =
                |class: &NamedNode| state.rules().form(state, class.as_ref(), language.shacl());
            json::classes(&app.base, classes.iter().filter_map(form), language)
        }
        Form::Page(language) => app.pages.forms(state, language),
    }
}

/// The documents that hold shapes, and which shapes target which classes.
fn container(app: &App, state: &Registry) -> Vec<Triple> {
    let shapes = app.base.resolve(crate::routes::SHAPES.trim_start_matches('/'));
    let documents = state.graphs().filter(|graph| state.kind(*graph) == GraphKind::Shapes);
    let documents = documents.filter_map(|graph| match state.graph_name(graph) {
        GraphName::NamedNode(document) => Some(document),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
    });
    let mut documents: Vec<NamedNode> = documents.collect();
    documents.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    let of_type = |class| Triple::new(shapes.clone(), rdf::TYPE, class);
    let mut triples: Vec<Triple> =
        [ldp::CONTAINER, ldp::BASIC_CONTAINER].into_iter().map(of_type).collect();
    for document in documents {
        triples.push(Triple::new(shapes.clone(), ldp::CONTAINS, document));
    }
    for class in state.rules().classes() {
        let of_class = state.rules().shapes_of(state, class.as_ref()).into_iter();
        triples.extend(of_class.filter(|triple| {
            triple.predicate == sh::TARGET_CLASS && triple.object == class.clone().into()
        }));
    }
    triples
}

//! `GET /quality`: how the instances of each class stand with the rules; `GET /quality?class=`:
//! what those of one break. Read from the stored results: nothing is validated, and RDF comes in
//! pages.

mod rdf;
mod survey;

use survey::Survey;
pub(crate) use survey::{Faulty, Tally};

use crate::extract::{Encoded, Language, Who, pairs};
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::vocab::expand;
use codesocial_rdf::{RdfSyntax, write};
use codesocial_store::{Agent, State as Registry, StoredResult};
use oxrdf::{NamedNode, Triple};

/// Resources whose results one answer in RDF holds.
const RESOURCES_MAX: usize = 1_000;

/// What is asked of the report of a class.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) class: NamedNode,
    /// The shape whose results are wanted, of all where none is named.
    pub(crate) shape: Option<String>,
    /// The first page being 0.
    pub(crate) page: usize,
}

impl Wanted {
    fn of(query: &str) -> Option<Self> {
        let (mut class, mut shape, mut page) = (None, None, 0);
        for (name, value) in pairs(query.as_bytes()) {
            match name.as_str() {
                "class" => class = Some(expand(&value)),
                "shape" => shape = Some(value),
                "page" => page = value.parse::<usize>().unwrap_or(1).saturating_sub(1),
                _ => {}
            }
        }
        Some(Self { class: class?, shape, page })
    }

    /// The query of a page of a shape's results.
    pub(crate) fn query(&self, shape: Option<&str>, page: usize) -> String {
        let mut query = format!("class={}", Encoded(self.class.as_str()));
        if let Some(shape) = shape {
            query.push_str(&format!("&shape={}", Encoded(shape)));
        }
        if page > 0 {
            query.push_str(&format!("&page={}", page + 1));
        }
        query
    }
}

/// The forms of an answer, favourite first.
#[derive(Debug, Clone, Copy)]
enum Form {
    Page,
    Rdf(RdfSyntax),
}

impl Form {
    fn preferred(ask: &Ask) -> Option<Self> {
        const OFFERS: [&str; 4] =
            ["text/turtle", "application/ld+json", "text/html", "application/n-triples"];
        Some(match ask.prefers(&OFFERS)? {
            0 => Self::Rdf(RdfSyntax::Turtle),
            1 => Self::Rdf(RdfSyntax::JsonLd),
            2 => Self::Page,
            _ => Self::Rdf(RdfSyntax::NTriples),
        })
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Rdf(syntax) => syntax.media_type(),
        }
    }
}

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let ask = Ask::of(&parts);
    let refuse = |refusal| Problem::new(&app, &ask, refusal);
    let Some(form) = Form::preferred(&ask) else { return Err(refuse(Refusal::NotAcceptable)) };
    let wanted = Wanted::of(parts.uri.query().unwrap_or_default());
    let (answering, language) = (app.clone(), ask.language);
    let answer = move || {
        let state = answering.store.state();
        match wanted {
            None => Ok(overview(&answering, &state, &agent, form, language)),
            Some(wanted) => of_class(&answering, &state, &agent, &wanted, form, language),
        }
    };
    let answered = tokio::task::spawn_blocking(answer).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the quality of the data could not be told");
        Err(Refusal::Internal)
    });
    let (body, next) = answered.map_err(refuse)?;
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(form.media_type())),
        (VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization, Cookie")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ]);
    headers.extend(next.and_then(|next| HeaderValue::from_str(&next).ok()).map(|n| (LINK, n)));
    Ok((headers, body).into_response())
}

/// A body, and the header that leads to what follows.
type Answer = (String, Option<String>);

fn overview(app: &App, state: &Registry, agent: &Agent, form: Form, language: Language) -> Answer {
    let classes = Survey::new(state, agent).classes();
    match form {
        Form::Page => (app.pages.quality(state, language, &classes), None),
        Form::Rdf(syntax) => (written(rdf::measurements(app, &classes), syntax), None),
    }
}

fn of_class(
    app: &App,
    state: &Registry,
    agent: &Agent,
    wanted: &Wanted,
    form: Form,
    language: Language,
) -> Result<Answer, Refusal> {
    let survey = Survey::new(state, agent);
    let (tally, faulty) = survey.of(wanted.class.as_ref());
    if tally.instances == 0 && !state.rules().classes().contains(&wanted.class) {
        return Err(Refusal::NoForm(wanted.class.as_str().to_owned()));
    }
    match form {
        Form::Page => {
            let found = (tally, faulty.as_slice());
            Ok((app.pages.class_quality(state, agent, language, wanted, found), None))
        }
        Form::Rdf(syntax) => {
            let start = wanted.page.saturating_mul(RESOURCES_MAX).min(faulty.len());
            let end = start.saturating_add(RESOURCES_MAX).min(faulty.len());
            let shown = faulty[start..end].iter();
            let results = shown.flat_map(|one| one.results.iter().map(|own| (&one.node, *own)));
            let of_shape = |(_, own): &(_, &StoredResult)| {
                let shape = wanted.shape.as_ref();
                shape.is_none_or(|shape| own.broken.source_shape_name() == *shape)
            };
            let report = state.report_of(results.filter(of_shape))?;
            let next = (end < faulty.len()).then(|| {
                let address = app.base.resolve(crate::routes::QUALITY.trim_start_matches('/'));
                let query = wanted.query(wanted.shape.as_deref(), wanted.page + 1);
                format!("<{}?{query}>; rel=\"next\"", address.as_str())
            });
            Ok((written(report.to_triples(Some(language.shacl())), syntax), next))
        }
    }
}

fn written(mut triples: Vec<Triple>, syntax: RdfSyntax) -> String {
    write::sort_for_reading(&mut triples, "");
    write::graph(&triples, syntax)
}

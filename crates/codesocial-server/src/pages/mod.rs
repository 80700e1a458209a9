//! Pages for people, at the resources' own addresses: French first, no script needed.

mod view;
mod words;

use crate::extract::Language;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Html;
use codesocial_ldp::Document;
use codesocial_shacl::{Prefixes, Report};
use codesocial_store::{Agent, State};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;
pub(crate) use words::Words;

const STYLE: &str = include_str!("../../templates/style.css");

/// The style sheet.
pub(crate) async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], STYLE)
}

/// The templates and the words that fill them.
pub(crate) struct Pages {
    templates: Environment<'static>,
    words: [Words; 2],
}

impl Pages {
    pub(crate) fn new() -> Self {
        let mut templates = Environment::new();
        for (name, text) in [
            ("layout.html", include_str!("../../templates/layout.html")),
            ("document.html", include_str!("../../templates/document.html")),
            ("problem.html", include_str!("../../templates/problem.html")),
            ("report.html", include_str!("../../templates/report.html")),
            ("sparql.html", include_str!("../../templates/sparql.html")),
        ] {
            templates.add_template(name, text).expect("the templates are tested");
        }
        Self { templates, words: Language::ALL.map(Words::of) }
    }

    pub(crate) fn words(&self, language: Language) -> &Words {
        match language {
            Language::French => &self.words[0],
            Language::English => &self.words[1],
        }
    }

    /// The page of a document, with labels for what it names.
    pub(crate) fn document(
        &self,
        state: &State,
        agent: Agent,
        document: &Document,
        language: Language,
    ) -> String {
        let page = view::page(state, agent, document, language, self.words(language));
        self.render("document.html", language, &page)
    }

    /// The page of a refusal.
    pub(crate) fn problem(
        &self,
        language: Language,
        status: u16,
        title: &str,
        detail: &str,
    ) -> String {
        self.render("problem.html", language, &context! { status, title, detail })
    }

    /// The page of a validation report.
    pub(crate) fn report(&self, language: Language, status: u16, report: &Report) -> String {
        let results: Vec<_> = report
            .results
            .iter()
            .map(|result| {
                let messages = result.messages(Some(language.shacl()));
                let message: Vec<String> =
                    messages.iter().map(|message| message.value().to_owned()).collect();
                let path = result.path.as_ref().map(|path| path.display(&Prefixes::default()));
                let severity = format!("{:?}", result.severity).to_lowercase();
                let focus = result.focus.to_string();
                context! { severity, focus, path, message }
            })
            .collect();
        let conforms = report.conforms;
        self.render("report.html", language, &context! { status, conforms, results })
    }

    /// The page of the SPARQL endpoint.
    pub(crate) fn sparql(&self, language: Language) -> Html<String> {
        Html(self.render("sparql.html", language, &context! {}))
    }

    fn render(&self, template: &str, language: Language, page: &impl Serialize) -> String {
        let template = self.templates.get_template(template).expect("the template was added");
        let words = Value::from(Serde(self.words(language).all()));
        let page = Value::from(Serde(page));
        let other = match language {
            Language::French => Language::English,
            Language::English => Language::French,
        };
        let (lang, other) = (language.tag(), other.tag());
        let rendered = template.render(context! { lang, other, words, page });
        rendered.unwrap_or_else(|error| {
            tracing::error!(%error, "a page was not rendered");
            String::new()
        })
    }
}

//! Pages for people, at the resources' own addresses: French first, no script needed.
//!
//! A view is made of the data, then a template writes it. Templates escape all that they write, and
//! no text of the data is ever taken for HTML.

mod view;

mod incoming;
mod listing;
mod node;
mod order;
mod scheme;
mod value;

mod label;
mod link;
mod reading;

mod examples;
mod words;

use crate::extract::Language;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Html;
use codesocial_ldp::Document;
use codesocial_rdf::Base;
use codesocial_shacl::{Path, Prefixes, Report, Severity, ValidationResult};
use codesocial_store::{Agent, State, readers};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use oxrdf::Term;
use reading::Reading;
use serde::Serialize;
use value::Value as Shown;
pub(crate) use words::Words;

const STYLE: &str = include_str!("../../templates/style.css");

const TEMPLATES: [(&str, &str); 6] = [
    ("layout.html", include_str!("../../templates/layout.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("document.html", include_str!("../../templates/document.html")),
    ("problem.html", include_str!("../../templates/problem.html")),
    ("report.html", include_str!("../../templates/report.html")),
    ("sparql.html", include_str!("../../templates/sparql.html")),
];

/// The style sheet.
pub(crate) async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], STYLE)
}

/// The templates and the words that fill them.
pub(crate) struct Pages {
    templates: Environment<'static>,
    words: [Words; 2],
    /// The address of the root container, without host.
    root: String,
}

impl Pages {
    pub(crate) fn new(base: &Base) -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        templates.set_syntax(syntax.expect("the usual delimiters"));
        for (name, text) in TEMPLATES {
            templates.add_template(name, text).expect("the templates are tested");
        }
        let root = link::local(base, base.root().as_str()).expect("the root lies in the instance");
        Self { templates, words: Language::ALL.map(Words::of), root }
    }

    pub(crate) fn words(&self, language: Language) -> &Words {
        match language {
            Language::French => &self.words[0],
            Language::English => &self.words[1],
        }
    }

    fn reading<'a>(&'a self, state: &'a State, agent: Agent, language: Language) -> Reading<'a> {
        Reading::new(state, readers(agent), language, self.words(language))
    }

    /// The page of a document, with labels for what it names.
    pub(crate) fn document(
        &self,
        state: &State,
        agent: Agent,
        document: &Document,
        language: Language,
    ) -> String {
        let reading = self.reading(state, agent, language);
        self.render("document.html", language, &view::page(&reading, document))
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

    /// The page of a validation report, with names for what anyone may read.
    pub(crate) fn report(
        &self,
        state: &State,
        language: Language,
        status: u16,
        report: &Report,
    ) -> String {
        let reading = self.reading(state, Agent::Anonymous, language);
        let results: Vec<Value> =
            report.results.iter().map(|found| result(&reading, found)).collect();
        let title = self.words(language).text("report.title");
        let (conforms, refused) = (report.conforms, status >= 400);
        self.render("report.html", language, &context! { title, conforms, refused, results })
    }

    /// The page of the SPARQL endpoint.
    pub(crate) fn sparql(&self, language: Language) -> Html<String> {
        let words = self.words(language);
        let title = words.text("sparql.title");
        let examples: Vec<Value> = examples::EXAMPLES
            .iter()
            .map(|(name, query)| context! { name => words.text(name), query => *query })
            .collect();
        Html(self.render("sparql.html", language, &context! { title, examples }))
    }

    fn render(&self, template: &str, language: Language, page: &impl Serialize) -> String {
        let template = self.templates.get_template(template).expect("the template was added");
        let (root, words) = (&self.root, self.words(language).all());
        let other = match language {
            Language::French => Language::English,
            Language::English => Language::French,
        };
        let (lang, other) = (language.tag(), other.tag());
        let rendered = template.render(context! { lang, other, root, words, page => Serde(page) });
        rendered.unwrap_or_else(|error| {
            tracing::error!(%error, "a page was not rendered");
            String::new()
        })
    }
}

/// One result of a validation: what is wrong, where, and how much it matters.
fn result(reading: &Reading<'_>, result: &ValidationResult) -> Value {
    let (class, severity) = match result.severity {
        Severity::Violation => ("violation", "report.violation"),
        Severity::Warning => ("warning", "report.warning"),
        Severity::Info | Severity::Other(_) => ("info", "report.info"),
    };
    let messages = result.messages(Some(reading.language.shacl()));
    let messages: Vec<String> = messages.iter().map(|m| m.value().to_owned()).collect();
    let term = |term: &Term| match term {
        Term::NamedNode(iri) => Shown::Link(reading.link(iri.as_ref())),
        Term::Literal(literal) => reading.literal(literal),
        Term::BlankNode(_) => Shown::Plain { text: reading.words.text("document.part") },
    };
    let path = result.path.as_ref().map(|path| match path {
        Path::Predicate(property) => Shown::Link(reading.link(property.as_ref())),
        path => Shown::Plain { text: path.display(&Prefixes::default()) },
    });
    let (focus, value) = (term(&result.focus), result.value.as_ref().map(term));
    context! {
        class,
        severity => reading.words.text(severity), messages,
        path => Serde(path), focus => Serde(focus), value => Serde(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use view::tests::with_page;

    const HOSTILE: &str = r#"
        <organizations/a> {
            <organizations/a> pair:label "<script>alert(1)</script>" ;
                pair:homePage <javascript:alert(1)> , <https://example.org/?a=1&b='> ;
                pair:comment "<b>gras</b>\n\n</p><img src=x onerror=y>" , "\" onclick=\"x"@en ;
                pair:hasPart <organizations/a#'onload='x> .
            <organizations/a#'onload='x> pair:label "p" .
        }
    "#;

    fn pages() -> Pages {
        Pages::new(&Base::parse("http://x/").expect("a base"))
    }

    #[test]
    fn no_text_of_the_data_becomes_markup() {
        with_page(HOSTILE, "organizations/a", Language::French, |page| {
            let html = pages().render("document.html", Language::French, page);
            for forbidden in ["<script", "<b>", "<img", "\" on", "href=\"javascript"] {
                assert!(!html.contains(forbidden), "{forbidden} in {html}");
            }
            assert!(html.contains("&lt;script&gt;"), "{html}");
        });
    }

    #[track_caller]
    fn check(html: &str, expected: &Expect) {
        let titles = html.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
        let title = titles.unwrap_or("none");
        let lang = html.split("<html lang=\"").nth(1).map_or("none", |rest| &rest[..2]);
        let switch = html.split("<a href=\"?").nth(1).and_then(|rest| rest.split('"').next());
        let switch = switch.unwrap_or("none");
        let headings = html.matches("<h1").count();
        let landmarks: Vec<&str> = ["<header", "<nav", "<main", "<footer"]
            .into_iter()
            .filter(|landmark| html.contains(landmark))
            .collect();
        let found = format!("{lang} «{title}» ×{headings} ?{switch} {}", landmarks.join(" "));
        expected.assert_eq(&found);
    }

    #[test]
    fn every_template_renders_in_both_languages() {
        let pages = pages();
        let [problems, queries, documents] = [
            |pages: &Pages, language| pages.problem(language, 404, "T", "D"),
            |pages: &Pages, language| pages.sparql(language).0,
            |pages: &Pages, language| {
                let mut html = String::new();
                with_page(HOSTILE, "organizations/a", language, |page| {
                    html = pages.render("document.html", language, page);
                });
                html
            },
        ];
        check(
            &problems(&pages, Language::French),
            &expect!["fr «T» ×1 ?lang=en <header <nav <main"],
        );
        check(
            &problems(&pages, Language::English),
            &expect!["en «T» ×1 ?lang=fr <header <nav <main"],
        );
        check(
            &queries(&pages, Language::French),
            &expect!["fr «Requêtes SPARQL» ×1 ?lang=en <header <nav <main <footer"],
        );
        check(
            &queries(&pages, Language::English),
            &expect!["en «SPARQL queries» ×1 ?lang=fr <header <nav <main <footer"],
        );
        check(
            &documents(&pages, Language::French),
            &expect![
                "fr «&lt;script&gt;alert(1)&lt;&#x2f;script&gt;» ×1 ?lang=en <header <nav <main <footer"
            ],
        );
        check(
            &documents(&pages, Language::English),
            &expect![
                "en «&lt;script&gt;alert(1)&lt;&#x2f;script&gt;» ×1 ?lang=fr <header <nav <main <footer"
            ],
        );
    }
}

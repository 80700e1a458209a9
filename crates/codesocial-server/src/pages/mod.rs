//! Pages for people, at the resources' own addresses: French first, no script needed.
//!
//! A view is made of the data, then a template writes it. Templates escape all that they write, but
//! for what `markdown.rs` makes of long texts: no text of the data is ever taken for HTML.

mod view;

mod controversy;
mod directory;
mod history;
mod home;
mod incoming;
mod listing;
mod node;
mod order;
mod phases;
mod scheme;
mod standing;
mod texts;
mod topic;
mod value;

mod choices;
mod lookup;
mod sheet;
mod writing;

mod entry;
mod form;
mod found;
mod names;
mod quality;
mod report;
mod sparql;

mod label;
mod link;
mod markdown;
mod reading;

mod assets;
mod examples;
#[cfg(test)]
mod sample;
mod words;

use crate::auth::oauth::Consent;
use crate::export::{DATASETS, Format};
use crate::extract::{Encoded, Language, Portion};
use crate::quality::{Faulty, Tally, Wanted};
pub(crate) use assets::asset;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::Html;
use codesocial_ldp::Document;
use codesocial_rdf::Base;
use codesocial_rdf::vocab::pair;
use codesocial_shacl::{Form, Report};
use codesocial_store::{Agent, Change, State};
pub(crate) use directory::{MEMBERS_MAX, MEMBERS_SHOWN};
pub(crate) use entry::{AccountFaults, AccountPage, Entry, LoginPage, NewPasswordPage, SignupPage};
use form::{FormPage, FormsPage};
use found::Found;
pub(crate) use found::Search;
use history::HistoryPage;
pub(crate) use history::{CHANGES_MAX, CHANGES_SHOWN};
pub(crate) use link::local;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use oxrdf::{NamedNode, Term};
use quality::{ClassQuality, QualityPage};
use reading::Reading;
use serde::Serialize;
use sparql::SparqlPage;
pub(crate) use sparql::{Asked, Outcome};
use std::sync::Arc;
pub(crate) use words::Words;
pub(crate) use writing::{About, Fault, Filled, Reader};

const TEMPLATES: [(&str, &str); 25] = [
    ("layout.html", include_str!("../../templates/layout.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("document.html", include_str!("../../templates/document.html")),
    ("controversy.html", include_str!("../../templates/controversy.html")),
    ("phases.html", include_str!("../../templates/phases.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("directory.html", include_str!("../../templates/directory.html")),
    ("history.html", include_str!("../../templates/history.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("form.html", include_str!("../../templates/form.html")),
    ("forms.html", include_str!("../../templates/forms.html")),
    ("sheet.html", include_str!("../../templates/sheet.html")),
    ("delete.html", include_str!("../../templates/delete.html")),
    ("quality.html", include_str!("../../templates/quality.html")),
    ("class-quality.html", include_str!("../../templates/class-quality.html")),
    ("exports.html", include_str!("../../templates/exports.html")),
    ("problem.html", include_str!("../../templates/problem.html")),
    ("consent.html", include_str!("../../templates/consent.html")),
    ("report.html", include_str!("../../templates/report.html")),
    ("sparql.html", include_str!("../../templates/sparql.html")),
    ("entry.html", include_str!("../../templates/entry.html")),
    ("login.html", include_str!("../../templates/login.html")),
    ("signup.html", include_str!("../../templates/signup.html")),
    ("password.html", include_str!("../../templates/password.html")),
    ("account.html", include_str!("../../templates/account.html")),
];

/// The templates and the words that fill them.
pub(crate) struct Pages {
    templates: Environment<'static>,
    words: [Words; 2],
    names: names::NewestIndex,
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
        let (words, names) = (Language::ALL.map(Words::of), names::NewestIndex::default());
        Self { templates, words, names, root }
    }

    pub(crate) fn words(&self, language: Language) -> &Words {
        match language {
            Language::French => &self.words[0],
            Language::English => &self.words[1],
        }
    }

    fn reading<'a>(&'a self, state: &'a State, agent: &Agent, language: Language) -> Reading<'a> {
        Reading::new(state, state.readers(agent), language, self.words(language))
    }

    /// The page of a document, with labels for what it names.
    pub(crate) fn document(
        &self,
        state: &State,
        agent: &Agent,
        document: &Document,
        changes: &[Change],
        portion: &Portion,
        language: Language,
    ) -> String {
        let reading = self.reading(state, agent, language);
        let mut page = view::page(&reading, document, changes, portion);
        page.quality = quality::remarked(&reading, state, document);
        page.actions = writing::actions(&reading, state, agent, document);
        self.render_for(name_of(state, agent), "document.html", language, &page)
    }

    /// The page of a document's history: some of its changes, the newest first.
    pub(crate) fn history(
        &self,
        state: &State,
        agent: &Agent,
        document: &NamedNode,
        changes: &[Change],
        language: Language,
    ) -> String {
        let reading = self.reading(state, agent, language);
        let page = HistoryPage::of(&reading, document, changes);
        self.render_for(name_of(state, agent), "history.html", language, &page)
    }

    /// The page of what a search found.
    pub(crate) fn found(
        &self,
        state: &Arc<State>,
        agent: &Agent,
        language: Language,
        search: &Search,
    ) -> String {
        let reading = self.reading(state, agent, language);
        let found = Found::of(&reading, &self.names.of(state), search);
        self.render_for(name_of(state, agent), "search.html", language, &found)
    }

    /// The same as JSON.
    pub(crate) fn found_json(
        &self,
        state: &Arc<State>,
        agent: &Agent,
        language: Language,
        search: &Search,
    ) -> String {
        let reading = self.reading(state, agent, language);
        let found = Found::of(&reading, &self.names.of(state), search);
        format!("{:#}\n", found.json())
    }

    /// The page of a class: what its form asks for.
    pub(crate) fn form(
        &self,
        state: &State,
        class: &NamedNode,
        form: &Form,
        language: Language,
    ) -> String {
        let reading = self.reading(state, &Agent::Anonymous, language);
        self.render("form.html", language, &FormPage::of(&reading, class, form))
    }

    /// The page of all classes that have a form.
    pub(crate) fn forms(&self, state: &State, language: Language) -> String {
        let reading = self.reading(state, &Agent::Anonymous, language);
        self.render("forms.html", language, &FormsPage::of(&reading, state.rules()))
    }

    /// The page of how all classes stand with the rules.
    pub(crate) fn quality(
        &self,
        state: &State,
        language: Language,
        classes: &[(NamedNode, Tally)],
    ) -> String {
        let reading = self.reading(state, &Agent::Anonymous, language);
        self.render("quality.html", language, &QualityPage::of(&reading, classes))
    }

    /// The page of what the instances of a class break.
    pub(crate) fn class_quality(
        &self,
        state: &State,
        agent: &Agent,
        language: Language,
        wanted: &Wanted,
        (tally, faulty): (Tally, &[Faulty<'_>]),
    ) -> String {
        let reading = self.reading(state, agent, language);
        let page = ClassQuality::of(&reading, state, wanted, tally, faulty);
        self.render_for(name_of(state, agent), "class-quality.html", language, &page)
    }

    /// The page of a refusal.
    pub(crate) fn problem(
        &self,
        language: Language,
        status: u16,
        title: &str,
        detail: &str,
        asked: &Uri,
    ) -> String {
        let asked = asked.path_and_query().map_or("", PathAndQuery::as_str);
        let next = format!("{}{}", self.root, asked.trim_start_matches('/'));
        let next = Encoded(&next).to_string();
        self.render("problem.html", language, &context! { status, title, detail, next })
    }

    /// The page on which a person lets a program act for them.
    pub(crate) fn consent(&self, language: Language, consent: &Consent<'_>) -> String {
        let words = self.words(language);
        let Consent { program, id, host, handle, scopes, action, query } = consent;
        let (title, asks) = (words.text("consent.title"), words.text("consent.asks"));
        let asks = asks.replace("{0}", program).replace("{1}", handle);
        let scopes: Vec<String> =
            scopes.iter().map(|scope| words.text(&format!("consent.scope.{scope}"))).collect();
        let page = context! { title, asks, id => *id, host, scopes, action, query => *query };
        self.render("consent.html", language, &page)
    }

    /// The page of a validation report, with names for what anyone may read.
    pub(crate) fn report(
        &self,
        state: &State,
        language: Language,
        status: u16,
        report: &Report,
    ) -> String {
        self.report_page(&self.reading(state, &Agent::Anonymous, language), status, report)
    }

    fn report_page(&self, reading: &Reading<'_>, status: u16, report: &Report) -> String {
        let results: Vec<Value> =
            report.results.iter().map(|found| report::result(reading, found)).collect();
        let title = reading.words.text("report.title");
        let (conforms, refused) = (report.conforms, status >= 400);
        let page = context! { title, conforms, refused, results };
        self.render("report.html", reading.language, &page)
    }

    /// The page of the SPARQL endpoint, with names for what the reader may know of.
    pub(crate) fn sparql(
        &self,
        state: &State,
        agent: &Agent,
        language: Language,
        asked: &Asked,
    ) -> String {
        let reading = self.reading(state, agent, language);
        let page = SparqlPage::of(&reading, asked);
        self.render_for(name_of(state, agent), "sparql.html", language, &page)
    }

    /// The page of the exports.
    pub(crate) fn exports(&self, language: Language) -> Html<String> {
        let datasets: Vec<Value> = DATASETS
            .iter()
            .map(|dataset| {
                let title = match language {
                    Language::French => dataset.fr,
                    Language::English => dataset.en,
                };
                let licences = dataset.licences.iter().map(|licence| {
                    context! { name => licence.name(), iri => licence.iri().as_str() }
                });
                let licences: Vec<Value> = licences.collect();
                context! { title, name => dataset.name, licences }
            })
            .collect();
        let endings: Vec<&str> = Format::ALL.into_iter().map(Format::ending).collect();
        let title = self.words(language).text("exports.title");
        Html(self.render("exports.html", language, &context! { title, datasets, endings }))
    }

    fn render(&self, template: &str, language: Language, page: &impl Serialize) -> String {
        self.render_for(None, template, language, page)
    }

    /// A page for somebody, who is told as whom they see it.
    fn render_for(
        &self,
        who: Option<String>,
        template: &str,
        language: Language,
        page: &impl Serialize,
    ) -> String {
        let template = self.templates.get_template(template).expect("the template was added");
        let (root, words) = (&self.root, self.words(language).all());
        let other = match language {
            Language::French => Language::English,
            Language::English => Language::French,
        };
        let (lang, other) = (language.tag(), other.tag());
        let rendered = template.render(context! {
            lang, other, root, words, who, assets => Serde(assets::names()), page => Serde(page),
        });
        rendered.unwrap_or_else(|error| {
            tracing::error!(%error, "a page was not rendered");
            String::new()
        })
    }
}

/// How an agent is called here.
fn name_of(state: &State, agent: &Agent) -> Option<String> {
    let Agent::Person(person) = agent else { return None };
    let name = state.graph(person.webid.as_ref().into()).find_map(|triple| {
        let is_name =
            triple.subject == person.webid.clone().into() && triple.predicate == pair::LABEL;
        is_name.then_some(triple.object)
    });
    match name? {
        Term::Literal(name) => Some(name.value().to_owned()),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};
    use codesocial_shacl::{MemoryGraph, Shapes, validate};
    use expect_test::{Expect, expect};
    use sample::{with_page, with_reading};

    const HOSTILE: &str = r#"
        <organizations/a> {
            <organizations/a> pair:label "<script>alert(1)</script>" ;
                pair:homePage <javascript:alert(1)> , <https://example.org/?a=1&b='> ;
                pair:comment "<b>gras</b>\n\n</p><img src=x onerror=y>" , "\" onclick=\"x"@en ;
                pair:hasPart <organizations/a#'onload='x> .
            <organizations/a#'onload='x> pair:label "p" .
            <organizations/a> pair:description "<script>x</script> <b>y</b> ![z](javascript:z)" .
        }
        <shapes/actors> {
            <shapes/actors#o> sh:targetSubjectsOf pair:label ; sh:property <shapes/actors#d> .
            <shapes/actors#d> sh:path pair:description ; sh:name "D" ; dash:singleLine false .
        }
    "#;

    fn pages() -> Pages {
        Pages::new(&Base::parse("http://x/").expect("a base"))
    }

    #[test]
    fn no_text_of_the_data_becomes_markup() {
        with_page(HOSTILE, "organizations/a", Language::French, |page| {
            let html = pages().render("document.html", Language::French, page);
            for forbidden in ["<script>", "<b>", "<img", "\" on", "href=\"javascript"] {
                assert!(!html.contains(forbidden), "{forbidden} in {html}");
            }
            assert!(html.contains("&lt;script&gt;"), "{html}");
        });
    }

    /// Language, title, number of main headings, other language and landmarks of a page.
    #[track_caller]
    fn check(page: impl Fn(&Pages, Language) -> String, expected: &Expect) {
        let pages = pages();
        let found = Language::ALL.map(|language| {
            let html = page(&pages, language);
            let between = |start: &str, end: &str| {
                let rest = html.split(start).nth(1)?;
                rest.split(end).next().map(str::to_owned)
            };
            let lang = between("<html lang=\"", "\"").unwrap_or_default();
            let title = between("<title>", "</title>").unwrap_or_default();
            let switch = between("<a href=\"?", "\"").unwrap_or_default();
            let headings = html.matches("<h1").count();
            let landmarks = ["header", "nav", "main", "footer"]
                .into_iter()
                .filter(|landmark| html.contains(&format!("<{landmark}")));
            let landmarks = landmarks.collect::<Vec<_>>().join(" ");
            format!("{lang} «{title}» h1×{headings} ?{switch}\n   {landmarks}\n")
        });
        expected.assert_eq(&found.concat());
    }

    fn document(trig: &str, path: &str) -> impl Fn(&Pages, Language) -> String {
        move |pages, language| {
            let mut html = String::new();
            with_page(trig, path, language, |page| {
                html = pages.render("document.html", language, page);
            });
            html
        }
    }

    fn report(pages: &Pages, language: Language) -> String {
        let triples = |text: &str| {
            parse::triples(text.as_bytes(), RdfSyntax::Turtle, "http://x/").expect("Turtle")
        };
        let shapes = "
            @prefix sh: <http://www.w3.org/ns/shacl#> .
            <s> sh:targetNode <a> ; sh:property [ sh:path <p> ; sh:maxLength 1 ] ;
                sh:property [ sh:path [ sh:inversePath <q> ] ; sh:minCount 1 ] .";
        let shapes = Shapes::parse(&triples(shapes).iter().collect()).expect("shapes");
        let data: MemoryGraph = triples("<a> <p> 'long' .").into_iter().collect();
        let now = "2026-11-23T00:00:00Z".parse().expect("a date and a time");
        let report = validate(&shapes, &data, now).expect("it ends");
        assert_eq!(report.results.len(), 2);
        let mut html = String::new();
        with_reading("", language, |reading| html = pages.report_page(reading, 422, &report));
        html
    }

    fn consent() -> Consent<'static> {
        Consent {
            program: "<b>Registre</b>",
            id: "https://program.example/id",
            host: "program.example".to_owned(),
            handle: "jeanne",
            scopes: &["openid", "read"],
            action: "/oauth/authorize?a=b&c=\"d".to_owned(),
            query: "a=b&c=\"d",
        }
    }

    #[test]
    fn what_a_program_says_of_itself_becomes_no_markup() {
        let html = pages().consent(Language::French, &consent());
        assert!(html.contains("« &lt;b&gt;Registre&lt;&#x2f;b&gt; »"), "{html}");
        assert!(html.contains("action=\"&#x2f;oauth&#x2f;authorize?a=b&amp;c=&quot;d\""), "{html}");
        assert!(html.contains("lire ce que vous pouvez lire"), "{html}");
    }

    #[test]
    fn every_template_renders_in_both_languages() {
        check(
            |pages, language| pages.problem(language, 404, "T", "D", &Uri::default()),
            &expect![[r#"
                fr «T – Registre #CodeSocial» h1×1 ?lang=en
                   header nav main
                en «T – #CodeSocial registry» h1×1 ?lang=fr
                   header nav main
            "#]],
        );
        check(
            |pages, language| pages.consent(language, &consent()),
            &expect![[r#"
            fr «Autoriser un programme – Registre #CodeSocial» h1×1 ?a=b&amp;c=&quot;d&amp;lang=en
               header nav main
            en «Allow a program – #CodeSocial registry» h1×1 ?a=b&amp;c=&quot;d&amp;lang=fr
               header nav main
        "#]],
        );
        check(
            |pages, language| {
                let mut html = String::new();
                with_reading("", language, |reading| {
                    let page = SparqlPage::of(reading, &Asked::default());
                    html = pages.render("sparql.html", language, &page);
                });
                html
            },
            &expect![[r#"
                fr «Requêtes SPARQL – Registre #CodeSocial» h1×1 ?lang=en
                   header nav main footer
                en «SPARQL queries – #CodeSocial registry» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
        check(
            report,
            &expect![[r#"
                fr «Rapport de validation – Registre #CodeSocial» h1×1 ?report&amp;lang=en
                   header nav main
                en «Validation report – #CodeSocial registry» h1×1 ?report&amp;lang=fr
                   header nav main
            "#]],
        );
    }

    #[test]
    fn every_kind_of_document_renders_in_both_languages() {
        check(
            document(HOSTILE, "organizations/a"),
            &expect![[r#"
                fr «&lt;script&gt;alert(1)&lt;&#x2f;script&gt;» h1×1 ?lang=en
                   header nav main footer
                en «&lt;script&gt;alert(1)&lt;&#x2f;script&gt;» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
        check(
            document(SAMPLE, ""),
            &expect![[r#"
                fr «Racine» h1×1 ?lang=en
                   header nav main footer
                en «Racine» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
        check(
            document(SAMPLE, "organizations"),
            &expect![[r#"
                fr «Organisations – Registre #CodeSocial» h1×1 ?lang=en
                   header nav main footer
                en «Organisations – #CodeSocial registry» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
        check(
            document(SAMPLE, "scheme/theme"),
            &expect![[r#"
                fr «theme – Registre #CodeSocial» h1×1 ?lang=en
                   header nav main footer
                en «theme – #CodeSocial registry» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
        check(
            document(SAMPLE, "ns"),
            &expect![[r#"
                fr «ns – Registre #CodeSocial» h1×1 ?lang=en
                   header nav main footer
                en «ns – #CodeSocial registry» h1×1 ?lang=fr
                   header nav main footer
            "#]],
        );
    }

    const SAMPLE: &str = r#"
        <ns> { pair:Organization a owl:Class ; rdfs:label "Organisation"@fr . }
        <scheme/theme> {
            theme:eau a skos:Concept ; skos:prefLabel "Eau"@fr .
            theme:pluie a skos:Concept ; skos:prefLabel "Pluie"@fr ; skos:broader theme:eau .
        }
        <organizations/a> { <organizations/a> pair:label "A" ; cs:origin "synthetic" . }
        <organizations> { <organizations> dct:title "Organisations"@en . }
        <organizations.meta> { <organizations> a ldp:Container ; ldp:contains <organizations/a> . }
        <> { <> dct:title "Racine"@fr . }
        <.meta> { <> a ldp:Container ; ldp:contains <organizations> . }
    "#;
}

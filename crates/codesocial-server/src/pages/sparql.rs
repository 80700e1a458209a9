//! The page of the SPARQL endpoint: what is asked, by a saved question or in the language itself,
//! and what the answer is, with names for what it holds.

use super::choices::Choice;
use super::link::Link;
use super::reading::Reading;
use super::value::Value;
use crate::extract::{Encoded, Language};
use crate::solutions::Solutions;
use codesocial_registry::questions::{self, Bilingual, Parameter, Question, Values};
use oxrdf::Term;
use serde::Serialize;

/// What stands in the editor of a page that was asked nothing.
const FIRST: &str = include_str!("../../templates/queries/organisations.rq");

/// What is asked on a page, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) question: Option<&'static Question>,
    /// Values of its parameters, as they came.
    pub(crate) given: Vec<(String, String)>,
    /// The query, in SPARQL.
    pub(crate) text: Option<String>,
    pub(crate) outcome: Option<Outcome>,
}

/// What came of a query.
#[derive(Debug)]
pub(crate) enum Outcome {
    Solutions(Solutions),
    /// The beginning of a graph in Turtle, and whether it is all of it.
    Graph {
        turtle: String,
        is_whole: bool,
    },
    Refused {
        title: String,
        detail: String,
    },
}

impl Asked {
    /// The part of the address that asks the same again.
    pub(crate) fn query(&self) -> String {
        let mut query = match (self.question, &self.text) {
            (Some(question), _) => format!("question={}", question.name),
            (None, Some(text)) => format!("query={}", Encoded(text)),
            (None, None) => String::new(),
        };
        for (name, value) in self.given.iter().filter(|(_, value)| !value.is_empty()) {
            query.push_str(&format!("&{}={}", Encoded(name), Encoded(value)));
        }
        query
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SparqlPage {
    title: String,
    query: String,
    question: Option<QuestionView>,
    /// What stands in the editor.
    text: String,
    fault: Option<FaultView>,
    answer: Option<AnswerView>,
    questions: Vec<Link>,
    examples: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct QuestionView {
    name: &'static str,
    title: &'static str,
    controls: Vec<Control>,
}

/// The control of a parameter.
#[derive(Debug, Serialize)]
struct Control {
    name: &'static str,
    label: &'static str,
    value: String,
    /// The type of the control where there is nothing to choose from.
    input: &'static str,
    choices: Vec<Choice>,
    /// By which the search finds what may be chosen.
    search: Option<String>,
}

#[derive(Debug, Serialize)]
struct FaultView {
    title: String,
    detail: String,
    /// In the text, from one.
    line: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum AnswerView {
    Boolean { text: String },
    Rows { status: String, variables: Vec<String>, rows: Vec<Vec<Option<Value>>> },
    Graph { turtle: String, status: Option<String> },
}

impl SparqlPage {
    pub(super) fn of(reading: &Reading<'_>, asked: &Asked) -> Self {
        let title_of = |question: &Question| in_language(question.title, reading.language);
        let links = questions::all().iter().map(|question| {
            let href = format!("?question={}", question.name);
            Link::new(href, super::label::Text::plain(title_of(question)))
        });
        let examples = super::examples::EXAMPLES.iter().map(|(name, text)| {
            let href = format!("?query={}", Encoded(text));
            Link::new(href, super::label::Text::plain(reading.words.text(name)))
        });
        let mut page = Self {
            title: reading.words.text("sparql.title"),
            query: asked.query(),
            question: asked.question.map(|question| QuestionView {
                name: question.name,
                title: title_of(question),
                controls: controls(reading, question, &asked.given),
            }),
            text: match (&asked.text, asked.question) {
                (Some(text), _) => text.clone(),
                (None, Some(question)) => question.text.clone(),
                (None, None) => FIRST.to_owned(),
            },
            fault: None,
            answer: None,
            questions: links.collect(),
            examples: examples.collect(),
        };
        match &asked.outcome {
            Some(Outcome::Solutions(solutions)) => page.answer = Some(answer(reading, solutions)),
            Some(Outcome::Graph { turtle, is_whole }) => {
                let status = (!is_whole).then(|| reading.words.text("sparql.cut"));
                page.answer = Some(AnswerView::Graph { turtle: turtle.clone(), status });
            }
            Some(Outcome::Refused { title, detail }) => {
                let (title, detail, line) = (title.clone(), detail.clone(), line(detail));
                page.fault = Some(FaultView { title, detail, line });
            }
            None => {}
        }
        page
    }
}

fn in_language(text: Bilingual, language: Language) -> &'static str {
    match language {
        Language::French => text.french,
        Language::English => text.english,
    }
}

fn controls(
    reading: &Reading<'_>,
    question: &Question,
    given: &[(String, String)],
) -> Vec<Control> {
    let base = reading.state.base();
    let control = |parameter: &Parameter| {
        let given = given.iter().find(|(name, value)| name == parameter.name && !value.is_empty());
        let value = given.map_or(parameter.default.as_str(), |(_, value)| value.trim());
        let mut control = Control {
            name: parameter.name,
            label: in_language(parameter.title, reading.language),
            value: value.to_owned(),
            input: "text",
            choices: Vec::new(),
            search: None,
        };
        match &parameter.values {
            Values::Date => control.input = "date",
            Values::Decimal => control.input = "number",
            Values::Concepts(scheme) => {
                control.choices = reading.concept_choices(std::slice::from_ref(scheme));
            }
            Values::Instances(class) => match reading.instance_choices(class) {
                Some(choices) => control.choices = choices,
                None => control.search = Some(format!("class={}", Encoded(class.as_str()))),
            },
        }
        if matches!(parameter.values, Values::Instances(_)) && !value.contains("://") {
            control.value = base.resolve(value).into_string();
        }
        // What was given and is none of the choices stays to be seen.
        let is_known = control.choices.iter().any(|choice| choice.value == control.value);
        if !control.choices.is_empty() && !is_known {
            let text = super::label::Text::plain(control.value.clone());
            control.choices.insert(0, Choice { value: control.value.clone(), text });
        }
        control
    };
    question.parameters.iter().map(control).collect()
}

fn answer(reading: &Reading<'_>, solutions: &Solutions) -> AnswerView {
    let words = reading.words;
    let rows = match solutions {
        Solutions::Boolean(true) => return AnswerView::Boolean { text: words.text("yes") },
        Solutions::Boolean(false) => return AnswerView::Boolean { text: words.text("no") },
        Solutions::Rows(rows) => rows,
    };
    let status = match (rows.rows.len(), rows.are_all) {
        (0, _) => words.text("sparql.none"),
        (1, true) => words.text("sparql.one"),
        (n, true) => words.text("sparql.several").replace("{0}", &n.to_string()),
        (n, false) => words.text("sparql.first").replace("{0}", &n.to_string()),
    };
    let cell = |term: &Option<Term>| {
        Some(match term.as_ref()? {
            Term::NamedNode(iri) => Value::Link(reading.link(iri.as_ref())),
            Term::Literal(literal) => reading.literal(literal),
            Term::BlankNode(_) => Value::Plain { text: words.text("document.part") },
        })
    };
    let cells = rows.rows.iter().map(|row| row.iter().map(cell).collect());
    AnswerView::Rows { status, variables: rows.variables.clone(), rows: cells.collect() }
}

/// The line that a message of the parser is about.
fn line(detail: &str) -> Option<usize> {
    let place = detail.split_once("error at ")?.1;
    place.split(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::sample::with_reading;

    #[test]
    fn a_message_of_the_parser_tells_its_line() {
        assert_eq!(line("Le texte ne se lit pas : error at 3:5: expected x"), Some(3));
        assert_eq!(line("La requête dépasse une limite"), None);
    }

    #[test]
    fn an_address_asks_the_same_again() {
        let question = questions::named("cq10");
        let given =
            vec![("territory".to_owned(), "a/b".to_owned()), ("x".to_owned(), String::new())];
        let asked = Asked { question, given, ..Asked::default() };
        assert_eq!(asked.query(), "question=cq10&territory=a%2Fb");
        let asked = Asked { text: Some("ASK {}".to_owned()), ..Asked::default() };
        assert_eq!(asked.query(), "query=ASK%20%7B%7D");
        assert_eq!(Asked::default().query(), "");
    }

    #[test]
    fn what_is_given_stays_to_be_seen_beside_what_may_be_chosen() {
        let trig =
            r#"<organizations/a> { <organizations/a> a pair:Organization ; pair:label "A" . }"#;
        with_reading(trig, Language::French, |reading| {
            let question = questions::named("cq04").expect("it is there");
            let shown = |given: &[(String, String)]| -> Vec<String> {
                let control = &controls(reading, question, given)[0];
                let values = control.choices.iter().map(|choice| &choice.value);
                values.chain([&control.value]).cloned().collect()
            };
            let given = |value: &str| [("organisation".to_owned(), value.to_owned())];
            assert_eq!(shown(&given("organizations/a")), ["http://x/organizations/a"; 2]);
            let other = ["http://x/b", "http://x/organizations/a", "http://x/b"];
            assert_eq!(shown(&given("http://x/b")), other);
        });
    }
}

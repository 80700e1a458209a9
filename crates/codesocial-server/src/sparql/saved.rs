//! What an address asks beside the protocol: a saved question by its name, with values for its
//! parameters, and the syntax of the answer, for people who follow a link:
//! `?question=cq10&territory=territories/lille&as=csv`.

use crate::extract::pairs;
use crate::problem::{Ask, Refusal};
use codesocial_rdf::Base;
use codesocial_registry::questions::{self, Question};

/// The endings by which people choose a syntax of rows. Those of graphs are known everywhere.
const ENDINGS: [(&str, &str); 5] = [
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("json", "application/sparql-results+json"),
    ("srx", "application/sparql-results+xml"),
    ("html", "text/html"),
];

/// A saved question as it is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) question: &'static Question,
    pub(super) given: Vec<(String, String)>,
}

impl Saved {
    /// The question that an address names, if it names one.
    pub(super) fn of(parameters: &str) -> Result<Option<Self>, Refusal> {
        let mut given = pairs(parameters.as_bytes());
        let Some(place) = given.iter().position(|(name, _)| name == "question") else {
            return Ok(None);
        };
        let (_, name) = given.swap_remove(place);
        let question = questions::named(&name).ok_or(Refusal::NoQuestion(name))?;
        given.retain(|(name, _)| question.parameters.iter().any(|own| own.name == name));
        given.sort_unstable();
        Ok(Some(Self { question, given }))
    }

    /// The query that it is.
    pub(super) fn text(&self, base: &Base) -> Result<String, Refusal> {
        let given = self.given.iter().map(|(name, value)| (&**name, &**value));
        let text = self.question.with(base, given);
        text.map_err(|parameter| Refusal::NoValue(parameter.name))
    }
}

/// The same with the syntax that the address chooses, where it chooses one of rows.
pub(super) fn with_syntax(mut ask: Ask) -> Ask {
    let chosen = pairs(ask.uri.query().unwrap_or_default().as_bytes());
    let chosen = chosen.into_iter().find(|(name, _)| name == "as");
    let known = |ending: &str| ENDINGS.iter().find(|(known, _)| *known == ending);
    if let Some((_, media_type)) = chosen.and_then(|(_, ending)| known(&ending)) {
        ask.accept = Some((*media_type).to_owned());
    }
    ask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_question_and_the_values_of_its_parameters() {
        let saved = |parameters: &str| Saved::of(parameters).expect("it can be asked");
        assert_eq!(saved("query=ASK%20%7B%7D"), None);
        let asked = saved("territory=a%2Fb&question=cq10&lang=fr").expect("a question");
        assert_eq!(asked.question.name, "cq10");
        assert_eq!(asked.given, [("territory".to_owned(), "a/b".to_owned())]);
        assert!(
            matches!(Saved::of("question=cq99"), Err(Refusal::NoQuestion(name)) if name == "cq99")
        );
    }

    #[test]
    fn what_is_no_value_is_refused_by_the_name_of_its_parameter() {
        let base = Base::parse("http://x/").expect("a base");
        let saved = Saved::of("question=cq05&day=hier").ok().flatten().expect("a question");
        assert!(matches!(saved.text(&base), Err(Refusal::NoValue("day"))));
    }
}

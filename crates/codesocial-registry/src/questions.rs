//! The competency questions of the domain, saved as queries that people and programs ask by name.
//!
//! Each is a file of `questions/`, which is SPARQL as it stands. Its first lines tell the titles,
//! and of each parameter what it is called and what it can be:
//!
//! ```text
//! # title@en Which needs of a territory have no open offer?
//! # ?territory@en Territory
//! # ?territory of cs:Territory
//! ```
//!
//! `of` is followed by a class, `in` by a scheme of concepts, `is` by a datatype. In the query a
//! parameter is a variable whose value stands in `VALUES ?territory { … }`: the one that stands
//! there is asked where no other is given.

use codesocial_rdf::{Base, vocab};
use jiff::civil::Date;
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};
use std::sync::LazyLock;

/// A saved query.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// By which it is asked for: `cq10`.
    pub name: &'static str,
    pub title: Bilingual,
    pub parameters: Vec<Parameter>,
    /// The query with the values that are asked where no others are given.
    pub text: String,
}

/// What an asker may choose.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The variable, without its sign.
    pub name: &'static str,
    pub title: Bilingual,
    pub values: Values,
    /// The value in the text, without its signs: an IRI, perhaps relative to the base, or a lexical
    /// form.
    pub default: String,
}

/// What the value of a parameter can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// An instance of the class.
    Instances(NamedNode),
    /// A concept of the scheme.
    Concepts(NamedNode),
    /// An `xsd:date`.
    Date,
    /// An `xsd:decimal`.
    Decimal,
}

/// A text in both languages of the registry.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    pub french: &'static str,
    pub english: &'static str,
}

macro_rules! files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../questions/", $name, ".rq")))),*]
    };
}

const FILES: [(&str, &str); 40] = files![
    "cq01" "cq02" "cq03" "cq04" "cq05" "cq06" "cq07" "cq08" "cq09" "cq10"
    "cq11" "cq12" "cq13" "cq14" "cq15" "cq16" "cq17" "cq18" "cq19" "cq20"
    "cq21" "cq22" "cq23" "cq24" "cq25" "cq26" "cq27" "cq28" "cq29" "cq30"
    "cq31" "cq32" "cq33" "cq34" "cq35" "cq36" "cq37" "cq38" "cq39" "cq40"
];

/// All of them, in their order.
pub fn all() -> &'static [Question] {
    static QUESTIONS: LazyLock<Vec<Question>> =
        LazyLock::new(|| FILES.map(|(name, file)| Question::read(name, file)).into());
    &QUESTIONS
}

/// The one of that name.
pub fn named(name: &str) -> Option<&'static Question> {
    all().iter().find(|question| question.name == name)
}

impl Question {
    /// The query with these values in the place of its own, or the parameter that cannot be what
    /// was given for it. Empty values and those of other names are left aside.
    pub fn with<'a>(
        &self,
        base: &Base,
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<String, &Parameter> {
        let mut text = self.text.clone();
        for (name, value) in given {
            let own = self.parameters.iter().find(|parameter| parameter.name == name);
            let value = value.trim();
            let Some(parameter) = own.filter(|_| !value.is_empty()) else { continue };
            let value = parameter.values.parse(base, value).ok_or(parameter)?;
            text = replaced(&text, name, &value.to_string());
        }
        Ok(text)
    }

    fn read(name: &'static str, file: &'static str) -> Self {
        let mut question =
            Self { name, title: Bilingual::default(), parameters: Vec::new(), text: String::new() };
        for line in file.lines() {
            let told = line.strip_prefix("# ").and_then(|told| told.split_once(' '));
            match told {
                Some(("title@fr", title)) => question.title.french = title,
                Some(("title@en", title)) => question.title.english = title,
                Some((subject, said)) if subject.starts_with('?') => {
                    question.parameter(&subject[1..], said);
                }
                _ => {
                    question.text.push_str(line);
                    question.text.push('\n');
                }
            }
        }
        question.text = question.text.trim_start().to_owned();
        for parameter in &mut question.parameters {
            parameter.default = default(&question.text, parameter.name);
        }
        question
    }

    /// Takes a line about a parameter in.
    fn parameter(&mut self, subject: &'static str, said: &'static str) {
        let (name, language) = subject.split_once('@').unwrap_or((subject, ""));
        let place = self.parameters.iter().position(|known| known.name == name);
        let place = place.unwrap_or_else(|| {
            let (title, values) = (Bilingual::default(), Values::Decimal);
            self.parameters.push(Parameter { name, title, values, default: String::new() });
            self.parameters.len() - 1
        });
        let parameter = &mut self.parameters[place];
        match (language, said.split_once(' ')) {
            ("fr", _) => parameter.title.french = said,
            ("en", _) => parameter.title.english = said,
            (_, Some(("of", class))) => parameter.values = Values::Instances(vocab::expand(class)),
            (_, Some(("in", scheme))) => parameter.values = Values::Concepts(vocab::expand(scheme)),
            (_, Some(("is", "xsd:date"))) => parameter.values = Values::Date,
            (_, Some(("is", "xsd:decimal"))) => parameter.values = Values::Decimal,
            _ => unreachable!("the files are tested: {subject} {said}"),
        }
    }
}

impl Values {
    /// What somebody gave, where it can be a value.
    fn parse(&self, base: &Base, text: &str) -> Option<Term> {
        match self {
            Self::Instances(_) | Self::Concepts(_) => {
                let is_absolute = text.contains("://") || text.starts_with("urn:");
                let iri =
                    if is_absolute { text.to_owned() } else { base.resolve(text).into_string() };
                Some(NamedNode::new(iri).ok()?.into())
            }
            Self::Date => {
                let date: Date = text.parse().ok()?;
                Some(Literal::new_typed_literal(date.to_string(), xsd::DATE).into())
            }
            Self::Decimal => {
                let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
                text.parse::<f64>().ok().filter(|_| text.chars().all(is_plain))?;
                Some(Literal::new_typed_literal(text, xsd::DECIMAL).into())
            }
        }
    }
}

/// What opens the values of a variable.
fn opening(name: &str) -> String {
    format!("VALUES ?{name} {{ ")
}

/// The value of a parameter as it stands in the text, without its signs.
fn default(text: &str, name: &str) -> String {
    let value = text.split_once(&opening(name)).and_then(|(_, rest)| rest.split_once(" }"));
    let (value, _) = value.unwrap_or_else(|| unreachable!("the files are tested: ?{name}"));
    let bare = value.split_once("^^").map_or(value, |(lexical, _)| lexical);
    bare.trim_matches(['<', '>', '"']).to_owned()
}

/// The text with another value wherever one stands for that variable.
fn replaced(text: &str, name: &str, value: &str) -> String {
    let opening = opening(name);
    let mut parts = text.split(&opening);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(" }").map_or(part, |end| &part[end..]);
        replaced.push_str(&opening);
        replaced.push_str(value);
        replaced.push_str(rest);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_store::query::{Limits, prepare};
    use expect_test::expect;

    fn base() -> Base {
        Base::parse("http://x/").unwrap()
    }

    #[track_caller]
    fn accepted(name: &str, text: &str) {
        let prepared = prepare(text, "http://x/", None, &Limits::default());
        assert!(prepared.is_ok(), "{name}: {:?}\n{text}", prepared.err());
    }

    #[test]
    fn every_question_is_accepted_as_it_stands_and_told_in_both_languages() {
        for (question, (name, file)) in all().iter().zip(FILES) {
            accepted(name, file);
            accepted(name, &question.text);
            let titles = question.parameters.iter().map(|parameter| parameter.title);
            for title in titles.chain([question.title]) {
                assert!(!title.french.is_empty() && !title.english.is_empty(), "{name}: {title:?}");
            }
        }
    }

    #[test]
    fn every_default_is_a_value_and_asks_the_same() {
        for question in all() {
            for parameter in &question.parameters {
                let name = parameter.name;
                let told = format!("{} ?{name}", question.name);
                let given = [(name, parameter.default.as_str())];
                let text = question.with(&base(), given).unwrap_or_else(|_| unreachable!("{told}"));
                accepted(&told, &text);
                assert_eq!(default(&text, name).trim_start_matches("http://x/"), parameter.default);
            }
        }
    }

    #[test]
    fn a_value_stands_wherever_its_variable_is_given_one() {
        let (given, base) = ([("matrix", "matrices/m"), ("other", "> }")], base());
        let text = named("cq16").unwrap().with(&base, given).unwrap();
        assert_eq!(text.matches("VALUES ?matrix { <http://x/matrices/m> }").count(), 2);
        assert!(!text.contains("barcamp-du-bocage"));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let check = |question: &str, name: &str, value: &str, expected: expect_test::Expect| {
            let text = named(question).unwrap().with(&base(), [(name, value)]);
            let lines = text.map(|text| {
                let line = text.lines().find(|line| line.contains(&opening(name)));
                line.unwrap_or_default().trim().to_owned()
            });
            expected
                .assert_eq(&lines.unwrap_or_else(|parameter| format!("no ?{}", parameter.name)));
        };
        check("cq10", "territory", "https://y/t", expect!["VALUES ?territory { <https://y/t> }"]);
        check("cq10", "territory", "x> } DELETE {", expect!["no ?territory"]);
        check(
            "cq10",
            "territory",
            " ",
            expect!["VALUES ?territory { <territories/hauts-de-france> }"],
        );
        check(
            "cq05",
            "day",
            "2026-01-31",
            expect![[r#"VALUES ?day { "2026-01-31"^^<http://www.w3.org/2001/XMLSchema#date> }"#]],
        );
        check("cq05", "day", "2026-02-30", expect!["no ?day"]);
        check("cq05", "day", "NOW()", expect!["no ?day"]);
        check(
            "cq11",
            "reach",
            "7.5",
            expect![[r#"VALUES ?reach { "7.5"^^<http://www.w3.org/2001/XMLSchema#decimal> }"#]],
        );
        for wrong in ["x", "1e9", "inf", "1 } #", "-"] {
            check("cq11", "reach", wrong, expect!["no ?reach"]);
        }
    }
}

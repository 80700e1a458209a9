//! One value of a property, as a reader in one language sees it.

use super::label::Text;
use super::link::{Link, is_harmless};
use super::markdown;
use super::node::Node;
use super::reading::Reading;
use crate::extract::Language;
use codesocial_rdf::vocab::{compact, rdf};
use jiff::civil;
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, NamedNodeRef};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Value {
    Link(Link),
    Text {
        paragraphs: Vec<String>,
        lang: Option<String>,
    },
    /// A long text, as HTML that is safe as it stands.
    Markdown {
        html: String,
        lang: Option<String>,
    },
    /// A truth value, a code, a number that cannot be read: what is never translated.
    Plain {
        text: String,
    },
    Number {
        text: String,
        /// Numbers stand in the order of these.
        #[serde(skip)]
        rank: i64,
    },
    Time {
        datetime: String,
        text: String,
    },
    /// A picture that stands in the data itself.
    Image {
        src: String,
    },
    List {
        /// Whether the order of the items says something.
        ranked: bool,
        items: Vec<Value>,
    },
    /// A part of the document, shown where it is first named.
    Part(Box<Node>),
}

impl Value {
    fn plain(text: impl Into<String>) -> Self {
        Self::Plain { text: text.into() }
    }

    /// What the values of one property are sorted by: the reader's language first, parts by their
    /// rank, the rest by what is read.
    pub(super) fn sort_key(&self) -> (bool, Vec<i64>, String) {
        match self {
            Self::Link(link) => (link.text.lang.is_some(), Vec::new(), link.text.sort_key()),
            Self::Text { paragraphs, lang } => (lang.is_some(), Vec::new(), paragraphs.concat()),
            Self::Markdown { html, lang } => (lang.is_some(), Vec::new(), html.clone()),
            Self::Number { rank, text } => (false, vec![*rank], text.clone()),
            Self::Plain { text } => (false, Vec::new(), text.clone()),
            Self::Time { datetime, .. } => (false, Vec::new(), datetime.clone()),
            Self::Image { src } => (false, Vec::new(), src.clone()),
            Self::List { .. } => (false, Vec::new(), String::new()),
            Self::Part(node) => {
                let title = node.name().map(Text::sort_key).unwrap_or_default();
                (false, node.rank.clone(), title)
            }
        }
    }
}

impl Reading<'_> {
    /// The literal as a value of a property, whose texts may be long ones.
    pub(super) fn literal_of(
        &self,
        property: NamedNodeRef<'_>,
        literal: &Literal,
        is_long: bool,
    ) -> Value {
        if let Some(word) = self.code(property, literal.value()) {
            return Value::plain(word);
        }
        match literal.datatype() {
            rdf::LANG_STRING | xsd::STRING if is_long => {
                let Text { text, lang } = self.text(literal.value(), literal.language());
                Value::Markdown { html: markdown::to_html(&text), lang }
            }
            _ => self.literal(literal),
        }
    }

    /// What the code that is the value of a property stands for.
    fn code(&self, property: NamedNodeRef<'_>, code: &str) -> Option<&str> {
        let property = compact(property.as_str())?;
        self.words.get(&format!("codes.{property}.{code}"))
    }

    pub(super) fn literal(&self, literal: &Literal) -> Value {
        let text = literal.value();
        match literal.datatype() {
            rdf::LANG_STRING => self.prose(text, literal.language()),
            xsd::STRING | xsd::ANY_URI => self.web_address(text),
            xsd::BOOLEAN => {
                let word = if matches!(text, "true" | "1") { "yes" } else { "no" };
                Value::plain(self.words.text(word))
            }
            xsd::DECIMAL | xsd::DOUBLE | xsd::FLOAT => self.number(text),
            datatype if is_integer(datatype.as_str()) => self.number(text),
            xsd::DATE => self.time(text, self.date(text)),
            xsd::DATE_TIME | xsd::DATE_TIME_STAMP => self.time(text, self.date_time(text)),
            _ => Value::plain(text),
        }
    }

    fn prose(&self, text: &str, language: Option<&str>) -> Value {
        let Text { text, lang } = self.text(text, language);
        let paragraphs = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
        Value::Text { paragraphs: paragraphs.map(str::to_owned).collect(), lang }
    }

    /// A text that is a web address as a whole is a link; any other is prose.
    fn web_address(&self, text: &str) -> Value {
        match NamedNode::new(text) {
            Ok(iri) if is_harmless(text) => Value::Link(self.link(iri.as_ref())),
            _ => self.prose(text, None),
        }
    }

    fn time(&self, lexical: &str, text: Option<String>) -> Value {
        match text {
            Some(text) => Value::Time { datetime: lexical.to_owned(), text },
            None => Value::plain(lexical),
        }
    }

    fn number(&self, lexical: &str) -> Value {
        let text = self.notation(lexical);
        match lexical.parse() {
            Ok(number) => Value::Number { text, rank: rank(number) },
            Err(_) => Value::Plain { text },
        }
    }

    /// A number in the reader's notation, as it was written but for its signs.
    fn notation(&self, lexical: &str) -> String {
        let (group, point) = match self.language {
            Language::French => ('\u{202f}', ","),
            Language::English => (',', "."),
        };
        let (whole, fraction) = lexical.split_once('.').unwrap_or((lexical, ""));
        let (sign, digits) = whole.split_at(usize::from(whole.starts_with(['-', '+'])));
        if !digits.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit()) {
            return lexical.replace('.', point);
        }
        let mut written = sign.to_owned();
        for (n, digit) in digits.chars().enumerate() {
            // Up to four digits stand together: they are often years or codes.
            if n > 0 && digits.len() > 4 && (digits.len() - n).is_multiple_of(3) {
                written.push(group);
            }
            written.push(digit);
        }
        match fraction.trim_end_matches('0') {
            "" => written,
            fraction => format!("{written}{point}{fraction}"),
        }
    }

    fn date(&self, lexical: &str) -> Option<String> {
        let date: civil::Date = lexical.get(..10).filter(|_| lexical.len() == 10)?.parse().ok()?;
        Some(self.day(date))
    }

    /// Day and time of day, in UTC where the value has an offset.
    fn date_time(&self, lexical: &str) -> Option<String> {
        let (moment, zone) = match lexical.parse::<jiff::Timestamp>() {
            Ok(instant) => (instant.to_zoned(jiff::tz::TimeZone::UTC).datetime(), " UTC"),
            Err(_) => (lexical.parse::<civil::DateTime>().ok()?, ""),
        };
        let day = self.day(moment.date());
        let (hour, minute) = (moment.hour(), moment.minute());
        Some(match self.language {
            Language::French => format!("{day} à {hour}\u{a0}h\u{a0}{minute:02}{zone}"),
            Language::English => format!("{day}, {hour:02}:{minute:02}{zone}"),
        })
    }

    fn day(&self, date: civil::Date) -> String {
        let months = self.words.text("months");
        let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
        let month = months.split(' ').nth(month).unwrap_or_default();
        let day = match (self.language, date.day()) {
            (Language::French, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        format!("{day} {month} {}", date.year())
    }
}

/// An integer for each number, in the same order: what `f64::total_cmp` compares.
fn rank(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// `xsd:integer` and the types derived from it.
fn is_integer(datatype: &str) -> bool {
    let Some(local) = datatype.strip_prefix(codesocial_rdf::vocab::xsd::NS) else { return false };
    let derived = local.to_ascii_lowercase();
    derived.ends_with("integer")
        || ["byte", "short", "int", "long"].iter().any(|kind| derived.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::sample::with_reading;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(language: Language, literals: &[(&str, oxrdf::NamedNodeRef<'_>)], expected: &Expect) {
        with_reading("", language, |reading| {
            let shown: Vec<String> = literals
                .iter()
                .map(|(text, datatype)| {
                    let literal = Literal::new_typed_literal(*text, *datatype);
                    match reading.literal(&literal) {
                        Value::Plain { text }
                        | Value::Number { text, .. }
                        | Value::Time { text, .. } => text,
                        Value::Markdown { html, .. } => html,
                        Value::Text { paragraphs, .. } => paragraphs.join(" ¶ "),
                        Value::Link(link) => format!("-> {}", link.href.unwrap_or_default()),
                        Value::Image { .. } | Value::List { .. } | Value::Part(_) => {
                            "no literal".to_owned()
                        }
                    }
                })
                .collect();
            expected.assert_eq(&shown.join("\n"));
        });
    }

    const LITERALS: &[(&str, oxrdf::NamedNodeRef<'_>)] = &[
        ("1234567", xsd::INTEGER),
        ("-2026", xsd::INTEGER),
        ("12.50", xsd::DECIMAL),
        ("1.5E3", xsd::DOUBLE),
        ("NaN", xsd::DOUBLE),
        ("true", xsd::BOOLEAN),
        ("2026-11-01", xsd::DATE),
        ("2026-13-01", xsd::DATE),
        ("2026-11-22T22:05:00+01:00", xsd::DATE_TIME),
        ("2026-11-22T22:05:00", xsd::DATE_TIME),
        ("P1Y", xsd::DURATION),
        ("One.\n\n<b>Two</b>", xsd::STRING),
        ("https://example.org/a", xsd::STRING),
        ("javascript:alert(1)", xsd::ANY_URI),
    ];

    #[test]
    fn numbers_stand_in_their_order() {
        let numbers = ["-1e9", "-12", "-3.5", "0", "3", "6", "9", "12", "1e9"];
        let ranks: Vec<i64> = numbers.map(|number| rank(number.parse().unwrap())).into();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn values_are_written_as_the_french_do() {
        check(
            Language::French,
            LITERALS,
            &expect![[r#"
            1 234 567
            -2026
            12,5
            1,5E3
            NaN
            oui
            1er novembre 2026
            2026-13-01
            22 novembre 2026 à 21 h 05 UTC
            22 novembre 2026 à 22 h 05
            P1Y
            One. ¶ <b>Two</b>
            -> https://example.org/a
            javascript:alert(1)"#]],
        );
    }

    #[test]
    fn values_are_written_as_the_english_do() {
        check(
            Language::English,
            LITERALS,
            &expect![[r#"
            1,234,567
            -2026
            12.5
            1.5E3
            NaN
            yes
            1 November 2026
            2026-13-01
            22 November 2026, 21:05 UTC
            22 November 2026, 22:05
            P1Y
            One. ¶ <b>Two</b>
            -> https://example.org/a
            javascript:alert(1)"#]],
        );
    }
}

//! What stands in the controls of a sheet: as a browser sends it, or as a document has it.
//!
//! A control is named by the properties that lead to it, each with the number of its row:
//! `cs:quantity|0|om:hasUnit|0`. What a row has beside its text ends in a word: `…|lang`.

use super::{Asked, Kind, Sheet, Tagged};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows of one property beyond these are not heard.
const ROWS_MAX: u16 = 500;
const SEPARATOR: char = '|';
const LANGUAGE: &str = "lang";
const NODE: &str = "node";
const DROPPED: &str = "drop";
/// The languages that a text is first asked for in.
const LANGUAGES: [&str; 2] = ["fr", "en"];

/// The rows of each property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answers(HashMap<NamedNode, Vec<Row>>);

/// One value as it stands in a control.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) text: String,
    /// The language of a text; empty where it has none.
    pub(crate) language: String,
    /// The name that a part has in its document, and what it says.
    pub(crate) node: Option<NamedNode>,
    pub(crate) part: Answers,
    /// Whether the part is to go.
    pub(crate) is_dropped: bool,
    /// Things that are called so, where there are several.
    pub(crate) matches: Vec<NamedNode>,
}

impl Answers {
    pub(crate) fn rows(&self, asked: &Asked) -> &[Row] {
        self.0.get(&asked.field.property).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn rows_mut(&mut self, asked: &Asked) -> &mut Vec<Row> {
        self.0.entry(asked.field.property.clone()).or_default()
    }

    /// Those of a new thing: what the shapes take where nothing is said.
    pub(crate) fn new(sheet: &Sheet) -> Self {
        let mut answers = Self::default();
        for asked in sheet.asked() {
            let given = asked.field.fixed.iter().chain(&asked.field.default);
            let rows = given.filter(|one| asked.shows(&one.term, false));
            let rows: Vec<Row> = rows.map(|one| Row::of_term(&one.term)).collect();
            answers.0.insert(asked.field.property.clone(), rows);
        }
        answers
    }

    /// Those of a thing that a document describes.
    pub(crate) fn stored(sheet: &Sheet, subject: &NamedOrBlankNode, stored: &[Triple]) -> Self {
        let mut answers = Self::default();
        for asked in sheet.asked() {
            let own = stored.iter().filter(|triple| {
                triple.subject == *subject && triple.predicate == asked.field.property
            });
            let shown = own.filter(|triple| asked.shows(&triple.object, is_part(stored, triple)));
            let mut rows: Vec<Row> = shown
                .map(|triple| match (&asked.kind, &triple.object) {
                    (Kind::Part { sheet, .. }, Term::NamedNode(node)) => Row {
                        node: Some(node.clone()),
                        part: Self::stored(sheet, &node.clone().into(), stored),
                        ..Row::default()
                    },
                    (_, term) => Row::of_term(term),
                })
                .collect();
            rows.sort_by_cached_key(Row::place);
            answers.0.insert(asked.field.property.clone(), rows);
        }
        answers
    }

    /// Those that a browser sends.
    pub(crate) fn sent(sheet: &Sheet, pairs: Vec<(String, String)>) -> Self {
        let sent: BTreeMap<String, String> = pairs.into_iter().collect();
        read(sheet, "", &sent)
    }

    /// Whether nothing is said at all.
    pub(super) fn is_blank(&self) -> bool {
        self.0.values().flatten().all(Row::is_blank)
    }

    /// Leaves no empty row, then adds those that wait to be filled in.
    pub(crate) fn with_room(mut self, sheet: &Sheet) -> Self {
        for asked in sheet.asked() {
            let rows = self.0.entry(asked.field.property.clone()).or_default();
            rows.retain(|row| row.node.is_some() || !row.is_blank());
            if let Kind::Part { sheet, .. } = &asked.kind {
                for row in rows.iter_mut() {
                    row.part = std::mem::take(&mut row.part).with_room(sheet);
                }
            }
            let max = asked.field.count.max.unwrap_or(u64::MAX);
            for row in asked.room(rows) {
                if (rows.len() as u64) < max {
                    rows.push(row);
                }
            }
        }
        self
    }

    /// Adds an empty row where a button of that name asks for one.
    pub(crate) fn add_row(&mut self, sheet: &Sheet, name: &str) {
        let mut parts = name.splitn(3, SEPARATOR);
        let (property, row, rest) = (parts.next(), parts.next(), parts.next());
        let Some(asked) = sheet.asked().find(|asked| Some(&*asked.name) == property) else {
            return;
        };
        let rows = self.rows_mut(asked);
        let inner = match (row.map(str::parse::<usize>), rest, &asked.kind) {
            (Some(Ok(row)), Some(rest), Kind::Part { sheet, .. }) => Some((row, rest, sheet)),
            _ => None,
        };
        match inner {
            Some((row, rest, sheet)) => {
                if let Some(row) = rows.get_mut(row) {
                    row.part.add_row(sheet, rest);
                }
            }
            None => rows.push(asked.empty_row(rows)),
        }
    }
}

impl Row {
    fn of_term(term: &Term) -> Self {
        let (text, language) = shown(term);
        Self { text, language, ..Self::default() }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.part.is_blank()
    }

    /// Whether this is how a control shows the term.
    pub(crate) fn shows(&self, term: &Term) -> bool {
        let (text, language) = shown(term);
        lines(&text).trim() == self.text.trim() && language == self.language
    }

    /// The usual languages first, then by text.
    fn place(&self) -> (usize, String, String, Option<String>) {
        let known = LANGUAGES.iter().position(|language| *language == self.language);
        let node = self.node.as_ref().map(|node| node.as_str().to_owned());
        (known.unwrap_or(LANGUAGES.len()), self.language.clone(), self.text.clone(), node)
    }
}

impl Asked {
    /// The rows that wait to be filled in beside those that are: in the usual languages, so many as
    /// must be there, and one more where nothing is there yet.
    fn room(&self, rows: &[Row]) -> Vec<Row> {
        if matches!(self.kind, Kind::Text { tagged: Tagged::Always, .. }) {
            let said = |language: &&&str| rows.iter().all(|row| row.language != **language);
            let missing = LANGUAGES.iter().filter(said);
            let row = |language: &&str| Row { language: (*language).to_owned(), ..Row::default() };
            return missing.map(row).collect();
        }
        let wanted = usize::try_from(self.field.count.required).unwrap_or(usize::MAX);
        let wanted = wanted.clamp(1, usize::from(ROWS_MAX));
        let missing = wanted.saturating_sub(rows.len());
        std::iter::repeat_with(Row::default).take(missing).collect()
    }

    /// Another row: a text in the first language that has none.
    fn empty_row(&self, rows: &[Row]) -> Row {
        let tagged = matches!(self.kind, Kind::Text { tagged: Tagged::Always, .. });
        let free = LANGUAGES.iter().find(|language| rows.iter().all(|r| r.language != **language));
        let language = free.or(LANGUAGES.first()).filter(|_| tagged);
        Row { language: language.map(|l| (*l).to_owned()).unwrap_or_default(), ..Row::default() }
    }
}

/// The name of the control of a row, within the thing that a prefix leads to.
pub(crate) fn control(prefix: &str, asked: &Asked, row: usize) -> String {
    format!("{prefix}{}{SEPARATOR}{row}", asked.name)
}

/// How the names of the controls of a part begin.
pub(crate) fn within(control: &str) -> String {
    format!("{control}{SEPARATOR}")
}

/// What is asked for where a control of that name stands.
pub(crate) fn at<'a>(sheet: &'a Sheet, control: &str) -> Option<&'a Asked> {
    let mut parts = control.splitn(3, SEPARATOR);
    let (property, _row, rest) = (parts.next()?, parts.next(), parts.next());
    let asked = sheet.asked().find(|asked| asked.name == property)?;
    match (&asked.kind, rest) {
        (Kind::Part { sheet, .. }, Some(rest)) => at(sheet, rest),
        _ => Some(asked),
    }
}

fn read(sheet: &Sheet, prefix: &str, sent: &BTreeMap<String, String>) -> Answers {
    let mut answers = Answers::default();
    for asked in sheet.asked() {
        let start = within(&format!("{prefix}{}", asked.name));
        let names = sent.range(start.clone()..).map(|(name, _)| name.as_str());
        let names = names.map_while(|name| name.strip_prefix(&start));
        let rows = names.filter_map(|rest| rest.split(SEPARATOR).next()?.parse::<u16>().ok());
        let rows: BTreeSet<u16> = rows.filter(|row| *row < ROWS_MAX).collect();
        let row = |row: u16| {
            let control = format!("{start}{row}");
            let beside = |word: &str| sent.get(&format!("{control}{SEPARATOR}{word}"));
            let part = match &asked.kind {
                Kind::Part { sheet, .. } => read(sheet, &within(&control), sent),
                _ => Answers::default(),
            };
            Row {
                text: sent.get(&control).map(|text| lines(text)).unwrap_or_default(),
                language: beside(LANGUAGE).cloned().unwrap_or_default(),
                node: beside(NODE).and_then(|node| NamedNode::new(node.as_str()).ok()),
                part,
                is_dropped: beside(DROPPED).is_some(),
                matches: Vec::new(),
            }
        };
        answers.0.insert(asked.field.property.clone(), rows.into_iter().map(row).collect());
    }
    answers
}

/// Whether the object of a triple is a part that its document describes.
pub(super) fn is_part(stored: &[Triple], triple: &Triple) -> bool {
    match &triple.object {
        Term::NamedNode(node) => {
            node.as_str().contains('#')
                && stored.iter().any(|other| other.subject == node.clone().into())
        }
        Term::BlankNode(_) | Term::Literal(_) => false,
    }
}

/// A term as a control shows it: its text, and the language of that.
fn shown(term: &Term) -> (String, String) {
    match term {
        Term::NamedNode(iri) => (iri.as_str().to_owned(), String::new()),
        Term::BlankNode(node) => (node.to_string(), String::new()),
        Term::Literal(literal) => {
            let language = literal.language().unwrap_or_default();
            (Literal::value(literal).to_owned(), language.to_owned())
        }
    }
}

/// A text with the line ends that RDF has: browsers send two characters for one.
/// <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-entry-list>
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

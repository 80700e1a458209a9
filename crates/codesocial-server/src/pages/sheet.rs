//! The page of a form to fill in: each control with its name, its help, what stands in it and what
//! is wrong with it. It needs no script; rows are added by a button that sends the form.

use super::choices::{Choice, Choices};
use super::label::Text;
use super::link::{Link, local};
use super::reading::Reading;
use super::writing::{About, Fault, Filled};
use crate::extract::Encoded;
use crate::fill::{Answers, Asked, Kind, Row, Section, Sheet, Tagged, control, within};
use codesocial_rdf::vocab::compact;
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode};
use serde::Serialize;
use std::collections::HashSet;

/// The languages that a text may be said in, by their own names.
const LANGUAGES: [(&str, &str); 12] = [
    ("fr", "français"),
    ("en", "English"),
    ("br", "brezhoneg"),
    ("ca", "català"),
    ("co", "corsu"),
    ("de", "Deutsch"),
    ("es", "español"),
    ("eu", "euskara"),
    ("it", "italiano"),
    ("nl", "Nederlands"),
    ("oc", "occitan"),
    ("pt", "português"),
];

#[derive(Debug, Serialize)]
pub(super) struct SheetPage {
    title: String,
    /// The query of the address that the page and its form have.
    query: String,
    /// Where who gives up goes.
    cancel: Option<String>,
    etag: Option<String>,
    is_new: bool,
    is_stale: bool,
    /// Whether it leads to forms of other things.
    links: bool,
    faults: Vec<FaultLine>,
    sections: Vec<SectionView>,
}

#[derive(Debug, Serialize)]
struct FaultLine {
    anchor: Option<String>,
    name: Option<Text>,
    text: String,
}

#[derive(Debug, Serialize)]
struct SectionView {
    label: Option<Text>,
    fields: Vec<FieldView>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    /// How the names of its controls begin.
    id: String,
    name: Text,
    help: Option<Text>,
    required: bool,
    recommended: bool,
    /// Whether it stands alone, with no other row and no language to choose.
    single: bool,
    wrong: bool,
    rows: Vec<RowView>,
    /// Whether another row can be asked for.
    more: bool,
    faults: Vec<String>,
    /// What is stored now, where that is something else.
    theirs: Option<Vec<Text>>,
    /// Where one can describe what is not there yet.
    new: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct RowView {
    id: String,
    label: String,
    control: Control,
    text: String,
    /// What the text stands for, where it does not say so itself.
    called: Option<Link>,
    languages: Option<Languages>,
    faults: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Control {
    Choice {
        choices: Vec<Choice>,
    },
    Line {
        input: &'static str,
        mode: Option<&'static str>,
        choices: Vec<Choice>,
        search: Option<String>,
    },
    Area,
    Part {
        node: Option<String>,
        open: bool,
        sections: Vec<SectionView>,
    },
}

#[derive(Debug, Serialize)]
struct Languages {
    chosen: String,
    choices: Vec<(String, String)>,
    /// Whether a text may have none.
    none: bool,
}

impl SheetPage {
    pub(super) fn of(
        reading: &Reading<'_>,
        about: &About,
        filled: &Filled,
        creatable: &[(NamedNode, Link)],
    ) -> Self {
        let say = |name: &str, text: &str| reading.words.text(name).replace("{0}", text);
        let (title, query, place) = match about {
            About::New { class, container } => {
                let title = say("sheet.new", &reading.name(class.as_ref()).text);
                let name = compact(class.as_str());
                let name = name.as_deref().unwrap_or(class.as_str());
                (title, format!("new={}", Encoded(name)), container)
            }
            About::Document(document) => {
                let title = say("sheet.edit", &reading.name(document.as_ref()).text);
                (title, "edit".to_owned(), document)
            }
        };
        let view = View { reading, faults: &filled.faults, creatable };
        let theirs = filled.theirs.as_ref();
        Self {
            title,
            query,
            cancel: local(reading.state.base(), place.as_str()),
            etag: filled.etag.clone(),
            is_new: matches!(about, About::New { .. }),
            is_stale: theirs.is_some(),
            links: !creatable.is_empty(),
            faults: filled.faults.iter().map(|fault| view.line(&filled.sheet, fault)).collect(),
            sections: view.sections(&filled.sheet, &filled.answers, theirs, ""),
        }
    }
}

struct View<'a> {
    reading: &'a Reading<'a>,
    faults: &'a [Fault],
    creatable: &'a [(NamedNode, Link)],
}

impl View<'_> {
    fn text(&self, literal: &Literal) -> Text {
        self.reading.text(literal.value(), literal.language())
    }

    /// A fault as the summary tells it, with a way to where it is.
    fn line(&self, sheet: &Sheet, fault: &Fault) -> FaultLine {
        let control = fault.control.as_deref().unwrap_or_default();
        let name = crate::fill::at(sheet, control).map(|asked| self.text(&asked.field.name));
        FaultLine { anchor: fault.control.clone(), name, text: fault.text.clone() }
    }

    fn faults_at(&self, control: &str) -> Vec<String> {
        let at = self.faults.iter().filter(|fault| fault.control.as_deref() == Some(control));
        at.map(|fault| fault.text.clone()).collect()
    }

    fn sections(
        &self,
        sheet: &Sheet,
        answers: &Answers,
        theirs: Option<&Answers>,
        prefix: &str,
    ) -> Vec<SectionView> {
        // A part is short enough without headings.
        let is_whole = prefix.is_empty();
        let view = |section: &Section| SectionView {
            label: section.label.as_ref().filter(|_| is_whole).map(|label| self.text(label)),
            fields: section.asked.iter().map(|a| self.field(a, answers, theirs, prefix)).collect(),
        };
        sheet.sections.iter().map(view).collect()
    }

    fn field(
        &self,
        asked: &Asked,
        answers: &Answers,
        theirs: Option<&Answers>,
        prefix: &str,
    ) -> FieldView {
        let id = format!("{prefix}{}", asked.name);
        let rows = answers.rows(asked);
        let max = asked.field.count.max.unwrap_or(u64::MAX);
        let choices = self.reading.choices(asked);
        let views = rows.iter().enumerate();
        let views: Vec<RowView> =
            views.map(|(n, row)| self.row(asked, row, (n, prefix), &choices)).collect();
        let faults = self.faults_at(&id);
        let is_plain =
            |row: &RowView| row.languages.is_none() && !matches!(row.control, Control::Part { .. });
        FieldView {
            name: self.text(&asked.field.name),
            help: asked.field.help.as_ref().map(|help| self.text(help)),
            required: asked.field.is_required(),
            recommended: !asked.field.is_required() && asked.field.is_recommended(),
            single: max == 1 && !views.is_empty() && views.iter().all(is_plain),
            wrong: !faults.is_empty() || views.iter().any(|row| !row.faults.is_empty()),
            rows: views,
            more: (rows.len() as u64) < max,
            faults,
            theirs: theirs.and_then(|theirs| self.theirs(asked, rows, theirs.rows(asked))),
            new: self.elsewhere(asked),
            id,
        }
    }

    /// What is stored of a property, where the rows say something else.
    fn theirs(&self, asked: &Asked, rows: &[Row], stored: &[Row]) -> Option<Vec<Text>> {
        let said = |rows: &[Row]| {
            let rows = rows.iter().filter(|row| row.node.is_some() || !row.text.trim().is_empty());
            let told = |row: &Row| (row.language.clone(), self.told(asked, row).text);
            rows.map(told).collect::<HashSet<_>>()
        };
        let differs = said(rows) != said(stored);
        differs.then(|| stored.iter().map(|row| self.told(asked, row)).collect())
    }

    /// A row in words.
    fn told(&self, asked: &Asked, row: &Row) -> Text {
        match &asked.kind {
            Kind::Part { sheet, .. } => {
                let inner = sheet.asked().flat_map(|asked| {
                    row.part.rows(asked).iter().map(move |row| self.told(asked, row).text)
                });
                let told: Vec<String> = inner.filter(|text| !text.is_empty()).collect();
                Text::plain(told.join(" · "))
            }
            Kind::Options(_) | Kind::Concepts(_) | Kind::Instances { .. } => {
                match NamedNode::new(row.text.trim()) {
                    Ok(iri) => self.reading.name(iri.as_ref()),
                    Err(_) => Text::plain(row.text.trim()),
                }
            }
            _ => {
                let language = Some(row.language.as_str()).filter(|language| !language.is_empty());
                self.reading.text(row.text.trim(), language)
            }
        }
    }

    /// Where instances of what is asked for are described.
    fn elsewhere(&self, asked: &Asked) -> Vec<Link> {
        let Kind::Instances { classes, .. } = &asked.kind else { return Vec::new() };
        let own = self.creatable.iter().filter(|(class, _)| classes.contains(class));
        own.map(|(_, link)| link.clone()).collect()
    }

    fn row(&self, asked: &Asked, row: &Row, (n, prefix): (usize, &str), all: &Choices) -> RowView {
        let id = control(prefix, asked, n);
        let long = asked.kind.is_long();
        let control = match (&asked.kind, all) {
            _ if !row.matches.is_empty() => {
                let matches = row.matches.iter().map(|iri| self.reading.choice(iri));
                Control::Choice { choices: matches.collect() }
            }
            (Kind::Part { sheet, .. }, _) => Control::Part {
                node: row.node.as_ref().map(|node| node.as_str().to_owned()),
                open: row.node.is_some() || !row.is_blank() || asked.field.is_required(),
                sections: self.sections(sheet, &row.part, None, &within(&id)),
            },
            (_, Choices::Listed(choices)) => {
                let mut choices = choices.clone();
                if !row.text.is_empty() && choices.iter().all(|one| one.value != row.text) {
                    choices.extend(
                        NamedNode::new(&*row.text).ok().map(|iri| self.reading.choice(&iri)),
                    );
                }
                Control::Choice { choices }
            }
            (_, Choices::Suggested(choices)) => Control::Line {
                input: "text",
                mode: None,
                choices: choices.clone(),
                search: asked.search(),
            },
            (_, Choices::None) if long => Control::Area,
            (_, Choices::None) => {
                let (input, mode) = asked.kind.input(&row.text);
                Control::Line { input, mode, choices: Vec::new(), search: None }
            }
        };
        let is_named = matches!(asked.kind, Kind::Instances { .. });
        let called = match (&control, NamedNode::new(&*row.text)) {
            (Control::Line { .. }, Ok(iri)) if is_named => Some(self.reading.link(iri.as_ref())),
            _ => None,
        };
        let name = &asked.field.name;
        let label = self.reading.words.text("sheet.row").replace("{0}", name.value());
        RowView {
            label: label.replace("{1}", &(n + 1).to_string()),
            control,
            text: row.text.clone(),
            called,
            languages: self.languages(asked, row),
            faults: self.faults_at(&id),
            id,
        }
    }

    fn languages(&self, asked: &Asked, row: &Row) -> Option<Languages> {
        let none = match asked.kind {
            Kind::Text { tagged: Tagged::Always, .. } => false,
            Kind::Text { tagged: Tagged::Possibly, .. } => true,
            _ => return None,
        };
        let known = LANGUAGES.iter().map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()));
        let mut choices: Vec<(String, String)> = known.collect();
        let chosen = row.language.clone();
        if !chosen.is_empty() && choices.iter().all(|(tag, _)| *tag != chosen) {
            choices.push((chosen.clone(), chosen.clone()));
        }
        Some(Languages { chosen, choices, none })
    }
}

impl Asked {
    /// The query of a search for what is asked for.
    fn search(&self) -> Option<String> {
        match &self.kind {
            Kind::Instances { classes, .. } => match &classes[..] {
                [class] => Some(format!("class={}", Encoded(class.as_str()))),
                // A search knows one class.
                _ => None,
            },
            _ => None,
        }
    }
}

impl Kind {
    fn is_long(&self) -> bool {
        matches!(self, Self::Text { long: true, .. })
    }

    /// What sort of line a browser shows for what stands in it, and which keys a small screen.
    fn input(&self, text: &str) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Address => ("text", Some("url")),
            Self::Typed(datatypes) => match datatypes.first().map(NamedNode::as_ref) {
                // A browser shows nothing but a day in such a line.
                Some(xsd::DATE) if text.is_empty() || text.len() == "2021-06-18".len() => {
                    ("date", None)
                }
                Some(xsd::DATE_TIME) if text.is_empty() => ("datetime-local", None),
                Some(datatype) if is_number(datatype.as_str()) => ("text", Some("decimal")),
                _ => ("text", None),
            },
            _ => ("text", None),
        }
    }
}

fn is_number(datatype: &str) -> bool {
    let local = datatype.rsplit('#').next().unwrap_or_default().to_ascii_lowercase();
    ["decimal", "double", "float"].contains(&&*local) || local.ends_with("integer")
}

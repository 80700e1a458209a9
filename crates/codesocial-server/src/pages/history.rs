//! The history of a document in words: when it changed, who changed it, what came and what went.
//!
//! Authors appear by their role only: an opaque id says nothing to anyone, and a name is not ours
//! to tell.

use super::label::{Text, short};
use super::reading::Reading;
use super::value::Value;
use codesocial_rdf::vocab::rdf;
use codesocial_rdf::{GraphKind, skolem};
use codesocial_store::Change;
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term};
use serde::Serialize;
use std::collections::BTreeMap;

/// Changes on a resource's own page, and on a page of its history.
pub(crate) const CHANGES_SHOWN: u32 = 10;
pub(crate) const CHANGES_MAX: u32 = 50;
/// Values shown of one change; those beyond are counted.
const VALUES_MAX: usize = 60;
/// Letters shown of a text: enough to know it again.
const TEXT_CHARS_MAX: usize = 300;

#[derive(Debug, Default, Serialize)]
pub(super) struct History {
    changes: Vec<ChangeLine>,
    /// The query of the page of earlier ones.
    earlier: Option<String>,
}

#[derive(Debug, Serialize)]
struct ChangeLine {
    at: Value,
    who: String,
    how: String,
    added: usize,
    removed: usize,
    fields: Vec<ChangedField>,
    /// Values that are not shown.
    more: usize,
}

#[derive(Debug, Default, Serialize)]
struct ChangedField {
    name: Text,
    /// The part that has the property, where it is not the document itself.
    part: Option<Text>,
    removed: Vec<Value>,
    added: Vec<Value>,
}

impl History {
    /// The newest of the changes; whether there are earlier ones is seen from one more than those.
    pub(super) fn of(
        reading: &Reading<'_>,
        document: &NamedNode,
        changes: &[Change],
        shown: u32,
    ) -> Self {
        let shown = &changes[..changes.len().min(shown as usize)];
        let earlier = (shown.len() < changes.len()).then(|| shown.last()).flatten();
        Self {
            earlier: earlier.map(|last| format!("?history&before={}", last.seq)),
            changes: shown.iter().map(|change| line(reading, document, change)).collect(),
        }
    }
}

fn line(reading: &Reading<'_>, document: &NamedNode, change: &Change) -> ChangeLine {
    let told = |quads: &[Quad]| -> Vec<Quad> {
        quads.iter().filter(|quad| is_told(reading, quad)).cloned().collect()
    };
    let (removed, added) = (told(&change.net.removed), told(&change.net.added));
    let mut fields: BTreeMap<(String, String), ChangedField> = BTreeMap::new();
    let mut room = VALUES_MAX;
    for (quad, is_new) in
        removed.iter().map(|quad| (quad, false)).chain(added.iter().map(|quad| (quad, true)))
    {
        if room == 0 {
            break;
        }
        room -= 1;
        let part = part(reading, document, &quad.subject);
        let name = reading.name(quad.predicate.as_ref());
        let key = (part.as_ref().map(Text::sort_key).unwrap_or_default(), name.sort_key());
        let field = fields.entry(key).or_default();
        field.name = name;
        field.part = part;
        let values = if is_new { &mut field.added } else { &mut field.removed };
        values.push(value(reading, &quad.object));
    }
    let literal = oxrdf::Literal::new_typed_literal(
        format!("{:.6}", change.at),
        oxrdf::vocab::xsd::DATE_TIME,
    );
    ChangeLine {
        at: reading.literal(&literal),
        who: reading.words.text(role(change.actor.as_deref())),
        how: reading.words.text(deed(&change.command)),
        added: added.len(),
        removed: removed.len(),
        fields: fields.into_values().collect(),
        more: (added.len() + removed.len()).saturating_sub(VALUES_MAX),
    }
}

/// What the door adds for other programs, classes that nobody here names, is not worth a line.
fn is_told(reading: &Reading<'_>, quad: &Quad) -> bool {
    match &quad.object {
        Term::NamedNode(class) if quad.predicate == rdf::TYPE => {
            reading.label_of(class.as_ref()).is_some()
        }
        Term::NamedNode(_) | Term::BlankNode(_) | Term::Literal(_) => true,
    }
}

fn role(actor: Option<&str>) -> &'static str {
    match actor {
        Some(_) => "history.administrator",
        None => "history.server",
    }
}

fn deed(command: &str) -> &'static str {
    match command {
        "install" | "load" | "import" => "history.loaded",
        "post" | "put" => "history.written",
        "delete" => "history.deleted",
        "publish" => "history.published",
        _ => "history.edited",
    }
}

fn part(reading: &Reading<'_>, document: &NamedNode, subject: &NamedOrBlankNode) -> Option<Text> {
    let NamedOrBlankNode::NamedNode(subject) = subject else { return None };
    if subject == document {
        return None;
    }
    let label = reading.label_of(subject.as_ref());
    Some(label.unwrap_or_else(|| {
        let own = subject.as_str().rsplit_once('#').map(|(_, own)| own);
        match own.filter(|_| !skolem::is_skolem(subject.as_str())) {
            Some(own) => Text::plain(own),
            None => Text::plain(reading.words.text("document.part")),
        }
    }))
}

fn value(reading: &Reading<'_>, object: &Term) -> Value {
    match object {
        Term::NamedNode(iri) if skolem::is_skolem(iri.as_str()) => {
            Value::Plain { text: reading.words.text("document.part") }
        }
        // A document that may not be read, or no longer, is named by its address only.
        Term::NamedNode(iri) => Value::Link(reading.link(iri.as_ref())),
        Term::Literal(literal) => match reading.literal(literal) {
            Value::Text { paragraphs, lang } => cut(&paragraphs, lang),
            value => value,
        },
        Term::BlankNode(_) => Value::Plain { text: reading.words.text("document.part") },
    }
}

fn cut(paragraphs: &[String], lang: Option<String>) -> Value {
    let text = paragraphs.join(" ");
    let text = match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    Value::Text { paragraphs: vec![text], lang }
}

/// The page of a document's history.
#[derive(Debug, Serialize)]
pub(super) struct HistoryPage {
    title: String,
    /// The document itself.
    link: super::link::Link,
    history: History,
}

impl HistoryPage {
    pub(super) fn of(reading: &Reading<'_>, document: &NamedNode, changes: &[Change]) -> Self {
        let mut link = reading.link(document.as_ref());
        if reading.state.base().kind_of(document.as_ref()) == GraphKind::Version {
            link.text = Text::plain(short(document.as_str()));
        }
        let title = reading.words.text("history.of").replace("{0}", &link.text.text);
        Self { title, link, history: History::of(reading, document, changes, CHANGES_MAX) }
    }
}

//! The page of a class: what its form asks for, in words. And the list of all classes with a form.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use crate::extract::Encoded;
use codesocial_shacl::{Count, Field, Form, Labelled, Severity, Side};
use codesocial_store::Rules;
use oxrdf::{Literal, NamedNode, Term};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct FormPage {
    title: String,
    /// The class as a link to its definition, and its IRI.
    class: Link,
    iri: String,
    /// The address of this page begins so.
    query: String,
    groups: Vec<GroupView>,
    rules: Vec<RuleView>,
}

#[derive(Debug, Serialize)]
struct GroupView {
    label: Option<Text>,
    fields: Vec<FieldView>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: Text,
    property: Link,
    help: Option<Text>,
    required: bool,
    recommended: bool,
    demands: Vec<String>,
    /// Classes, schemes or datatypes of its values.
    kinds: Vec<Link>,
    options: Vec<Link>,
    default: Vec<Link>,
    messages: Vec<Text>,
    part: Vec<GroupView>,
}

#[derive(Debug, Serialize)]
struct RuleView {
    text: Text,
    class: &'static str,
    severity: String,
}

#[derive(Debug, Serialize)]
pub(super) struct FormsPage {
    title: String,
    classes: Vec<Link>,
}

impl FormPage {
    pub(super) fn of(reading: &Reading<'_>, class: &NamedNode, form: &Form) -> Self {
        let link = reading.link(class.as_ref());
        let label = form.label.as_ref().map_or(&*link.text.text, Literal::value).to_owned();
        let rules = form.rules.iter().map(|rule| {
            let (class, severity) = match rule.severity {
                Severity::Violation => ("violation", "form.must"),
                Severity::Warning => ("warning", "form.should"),
                Severity::Info | Severity::Other(_) => ("info", "form.may"),
            };
            RuleView {
                text: text(reading, &rule.text),
                class,
                severity: reading.words.text(severity),
            }
        });
        Self {
            title: label,
            iri: class.as_str().to_owned(),
            query: query(class),
            groups: groups(reading, form),
            rules: rules.collect(),
            class: link,
        }
    }
}

impl FormsPage {
    pub(super) fn of(reading: &Reading<'_>, rules: &Rules) -> Self {
        let classes = rules.classes();
        let forms = classes.iter().filter_map(|class| {
            let form = rules.form(reading.state, class.as_ref(), reading.language.shacl())?;
            form.fields().next()?;
            Some(Link::new(format!("?{}", query(class)), reading.name(class.as_ref())))
        });
        let mut classes: Vec<Link> = forms.collect();
        classes.sort_by_cached_key(|link| link.text.sort_key());
        Self { title: reading.words.text("form.list"), classes }
    }
}

fn query(class: &NamedNode) -> String {
    format!("class={}", Encoded(class.as_str()))
}

fn text(reading: &Reading<'_>, literal: &Literal) -> Text {
    reading.text(literal.value(), literal.language())
}

fn groups(reading: &Reading<'_>, form: &Form) -> Vec<GroupView> {
    let view = |field: &Field| {
        let all = field.demanded();
        let links = |terms: &[Labelled]| terms.iter().map(|one| labelled(reading, one)).collect();
        let iris = all.iter().flat_map(|values| {
            values.classes.iter().chain(&values.schemes).chain(values.datatype.as_ref())
        });
        let mut kinds: Vec<Link> = Vec::new();
        for link in iris.map(|iri| reading.link(iri.as_ref())) {
            if !kinds.contains(&link) {
                kinds.push(link);
            }
        }
        let options = all.iter().flat_map(|values| values.options.iter().flatten());
        FieldView {
            name: text(reading, &field.name),
            property: reading.link(field.property.as_ref()),
            help: field.help.as_ref().map(|help| text(reading, help)),
            required: field.is_required(),
            recommended: !field.is_required() && field.is_recommended(),
            demands: demands(reading, field),
            kinds,
            options: options.chain(&field.fixed).map(|one| labelled(reading, one)).collect(),
            default: links(&field.default),
            messages: field.messages.iter().map(|message| text(reading, message)).collect(),
            part: field.values.part.iter().flat_map(|part| groups(reading, part)).collect(),
        }
    };
    let groups = form.groups.iter().map(|group| GroupView {
        label: group.label.as_ref().map(|label| text(reading, label)),
        fields: group.fields.iter().filter(|field| !field.hidden).map(view).collect(),
    });
    groups.collect()
}

fn labelled(reading: &Reading<'_>, one: &Labelled) -> Link {
    let plain =
        |text: Text| Link { href: None, text, external: false, accent: None, illustrative: false };
    match &one.term {
        Term::NamedNode(iri) => reading.link(iri.as_ref()),
        Term::Literal(literal) => plain(text(reading, literal)),
        Term::BlankNode(_) => plain(Text::plain(reading.words.text("document.part"))),
    }
}

/// How many values, in which languages, of which form.
fn demands(reading: &Reading<'_>, field: &Field) -> Vec<String> {
    let say = |name: &str, about: &str| reading.words.text(name).replace("{0}", about);
    let Count { required, max, .. } = field.count;
    let mut demands = Vec::new();
    if required > 1 {
        demands.push(say("form.at-least", &required.to_string()));
    }
    demands.extend(max.map(|max| say("form.at-most", &max.to_string())));
    if field.unique_language {
        demands.push(say("form.each-language", ""));
    }
    if field.read_only {
        demands.push(say("form.read-only", ""));
    }
    for values in field.demanded() {
        demands.extend(values.languages.iter().map(|l| say("form.in-language", &l.join(", "))));
        demands.extend(values.patterns.iter().map(|pattern| say("form.pattern", pattern)));
        if let Some(min) = values.length_min {
            demands.push(say("form.at-least-characters", &min.to_string()));
        }
        if let Some(max) = values.length_max {
            demands.push(say("form.at-most-characters", &max.to_string()));
        }
        demands.extend(values.bounds.iter().map(|(side, bound)| {
            let sign = match side {
                Side::MinExclusive => ">",
                Side::MinInclusive => "≥",
                Side::MaxExclusive => "<",
                Side::MaxInclusive => "≤",
            };
            format!("{sign}\u{a0}{}", bound.value())
        }));
    }
    demands
}

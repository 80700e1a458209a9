//! How the data stand with the rules: each class in figures, and of one class what its instances
//! break, constraint by constraint, with the resources to mend.

use super::link::{Link, local};
use super::reading::Reading;
use super::standing::percent_of;
use crate::extract::Encoded;
use crate::quality::{Faulty, Tally, Wanted};
use codesocial_ldp::Document;
use codesocial_rdf::vocab::{compact, cs};
use codesocial_shacl::{Severity, ValidationResult};
use codesocial_store::{State, StoredResult};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, TermRef};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Resources that a constraint shows on a page.
const RESOURCES_SHOWN: usize = 20;

#[derive(Debug, Serialize)]
pub(super) struct QualityPage {
    title: String,
    classes: Vec<ClassLine>,
}

#[derive(Debug, Serialize)]
struct ClassLine {
    link: Link,
    figures: Vec<Figure>,
    conforming: u32,
}

/// What is counted, and how much.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    count: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct ClassQuality {
    title: String,
    class: Link,
    /// The address of this page begins so.
    query: String,
    /// Where one constraint only is shown, the address of all.
    all: Option<String>,
    figures: Vec<Figure>,
    groups: Vec<Group>,
}

/// One constraint, and where it is not met.
#[derive(Debug, Serialize)]
struct Group {
    /// By which it is coloured.
    class: &'static str,
    severity: String,
    rules: Vec<String>,
    /// What its results have in common to say.
    messages: Vec<String>,
    shape: Option<Link>,
    count: usize,
    resources: Vec<Resource>,
    previous: Option<String>,
    next: Option<String>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Resource {
    link: Link,
    report: Option<String>,
    /// What it alone is told.
    messages: Vec<String>,
}

impl QualityPage {
    pub(super) fn of(reading: &Reading<'_>, classes: &[(NamedNode, Tally)]) -> Self {
        let line = |(class, tally): &(NamedNode, Tally)| ClassLine {
            link: Link::new(
                format!("?class={}", Encoded(&name(class))),
                reading.name(class.as_ref()),
            ),
            figures: figures(reading, tally),
            conforming: percent_of(tally.conforming, tally.instances),
        };
        let mut classes: Vec<ClassLine> = classes.iter().map(line).collect();
        classes.sort_by_cached_key(|class| class.link.text.sort_key());
        Self { title: reading.words.text("quality.title"), classes }
    }
}

impl ClassQuality {
    pub(super) fn of(
        reading: &Reading<'_>,
        state: &State,
        wanted: &Wanted,
        tally: Tally,
        faulty: &[Faulty<'_>],
    ) -> Self {
        let class = reading.link(wanted.class.as_ref());
        let title = reading.words.text("quality.of").replace("{0}", &class.text.text);
        let shape = wanted.shape.as_deref();
        Self {
            title,
            class,
            query: wanted.query(shape, wanted.page),
            all: shape.map(|_| format!("?{}", wanted.query(None, 0))),
            figures: figures(reading, &tally),
            groups: groups(reading, state, wanted, faulty),
        }
    }
}

/// How an address names the class of a document on which the rules remark, where they speak of it.
pub(super) fn remarked(
    reading: &Reading<'_>,
    state: &State,
    document: &Document,
) -> Option<String> {
    let report = state.report_on(document.iri.as_ref()).ok()?;
    if report.conforms {
        return None;
    }
    let classes = reading.with_superclasses(reading.classes(reading.state.id(&document.iri)?));
    let judged = state.rules().classes();
    let mut classes = classes.into_iter().filter_map(|class| match reading.state.term(class) {
        TermRef::NamedNode(class) => Some(class.into_owned()),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    });
    let class = classes.find(|class| judged.contains(class))?;
    Some(Encoded(&name(&class)).to_string())
}

/// How an address names a class.
fn name(class: &NamedNode) -> String {
    compact(class.as_str()).unwrap_or_else(|| class.as_str().to_owned())
}

/// The first two always, of the others those that there are.
fn figures(reading: &Reading<'_>, tally: &Tally) -> Vec<Figure> {
    let figures = [
        ("quality.instances", tally.instances, true),
        ("quality.conforming", tally.conforming, true),
        ("quality.violations", tally.violations, false),
        ("quality.warnings", tally.warnings, false),
        ("quality.infos", tally.infos, false),
    ];
    let shown = figures.into_iter().filter(|(_, count, always)| *always || *count > 0);
    shown.map(|(name, count, _)| Figure { name: reading.words.text(name), count }).collect()
}

/// A constraint that is not met, with each resource and one of its results.
type Unmet<'f, 'a> = Vec<(&'f Faulty<'a>, &'a StoredResult)>;

/// The gravest first, then those that concern most.
fn groups(
    reading: &Reading<'_>,
    state: &State,
    wanted: &Wanted,
    faulty: &[Faulty<'_>],
) -> Vec<Group> {
    let mut unmet: BTreeMap<String, Unmet<'_, '_>> = BTreeMap::new();
    for one in faulty {
        let mut last = BTreeMap::new();
        for result in &one.results {
            let shape = result.broken.source_shape_name();
            if wanted.shape.as_ref().is_none_or(|wanted| *wanted == shape) {
                last.insert(result.broken.constraint(), *result);
            }
        }
        last.into_iter()
            .for_each(|(key, result)| unmet.entry(key).or_default().push((one, result)));
    }
    let mut unmet: Vec<Unmet<'_, '_>> = unmet.into_values().collect();
    let severity =
        |unmet: &Unmet<'_, '_>| unmet.first().map(|(_, own)| own.broken.severity.clone());
    unmet.sort_by_cached_key(|unmet| (severity(unmet), Reverse(unmet.len())));
    unmet.iter().filter_map(|unmet| group(reading, state, wanted, unmet)).collect()
}

fn group(
    reading: &Reading<'_>,
    state: &State,
    wanted: &Wanted,
    unmet: &Unmet<'_, '_>,
) -> Option<Group> {
    let broken = &unmet.first()?.1.broken;
    let (class, severity) = match broken.severity {
        Severity::Violation => ("violation", "report.violation"),
        Severity::Warning => ("warning", "report.warning"),
        Severity::Info | Severity::Other(_) => ("info", "report.info"),
    };
    let start = wanted.page.saturating_mul(RESOURCES_SHOWN).min(unmet.len());
    let end = start.saturating_add(RESOURCES_SHOWN).min(unmet.len());
    let told = unmet[start..end].iter().filter_map(|(one, result)| {
        let told = messages(reading, &state.told(&one.node, result)?);
        Some((resource(reading, one.iri), told))
    });
    let told: Vec<(Resource, Vec<String>)> = told.collect();
    let common = told.first().map(|(_, first)| first.clone()).unwrap_or_default();
    let is_common = told.iter().all(|(_, own)| *own == common);
    let shape = broken.source_shape_name();
    let address = |page| format!("?{}", wanted.query(Some(&shape), page));
    let resources = told.into_iter().map(|(resource, messages)| match is_common {
        true => resource,
        false => Resource { messages, ..resource },
    });
    Some(Group {
        class,
        severity: reading.words.text(severity),
        rules: rules(reading, &broken.source_shape),
        messages: if is_common { common } else { Vec::new() },
        shape: match &broken.source_shape {
            NamedOrBlankNode::NamedNode(shape) => Some(reading.link(shape.as_ref())),
            NamedOrBlankNode::BlankNode(_) => None,
        },
        count: unmet.len(),
        resources: resources.collect(),
        previous: (start > 0).then(|| address(wanted.page.saturating_sub(1))),
        next: (end < unmet.len()).then(|| address(wanted.page + 1)),
        more: unmet.len() - end,
    })
}

fn messages(reading: &Reading<'_>, result: &ValidationResult) -> Vec<String> {
    let messages = result.messages(Some(reading.language.shacl()));
    messages.iter().map(|message| message.value().to_owned()).collect()
}

/// A part without a name is found on the page of its document.
fn resource(reading: &Reading<'_>, iri: NamedNodeRef<'_>) -> Resource {
    let document = iri.as_str().split_once('#').map_or(iri.as_str(), |(document, _)| document);
    let document = NamedNodeRef::new_unchecked(document);
    let link = match reading.link(iri) {
        link if link.href.is_none() => reading.link(document),
        link => link,
    };
    let report = local(reading.state.base(), document.as_str());
    Resource { link, report: report.map(|page| format!("{page}?report")), messages: Vec::new() }
}

/// The numbers of the rules that a shape enforces.
fn rules(reading: &Reading<'_>, shape: &NamedOrBlankNode) -> Vec<String> {
    let NamedOrBlankNode::NamedNode(shape) = shape else { return Vec::new() };
    let shape = reading.state.id(shape).into_iter();
    let rules = shape.flat_map(|shape| reading.objects(shape, cs::RULE));
    let mut rules: Vec<String> = rules
        .filter_map(|rule| match reading.state.term(rule) {
            TermRef::Literal(rule) => Some(rule.value().to_owned()),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
        })
        .collect();
    rules.sort();
    rules
}

//! What the server works out of a #CodeSocial, in words: how far it can be held against its author,
//! how complete it is, section by section; and of a version, what proves it.

use super::label::Text;
use super::link::{Link, local};
use super::reading::Reading;
use super::value::Value;
use codesocial_ldp::Document;
use codesocial_rdf::vocab::{cs, dct, expand};
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Standing {
    level: Option<Link>,
    /// What the level means.
    meaning: Option<Text>,
    completeness: Option<u32>,
    sections: Vec<SectionStanding>,
    /// The version in force.
    version: Option<Link>,
}

#[derive(Debug, Serialize)]
struct SectionStanding {
    link: Link,
    /// In percent.
    completeness: u32,
    #[serde(skip)]
    rank: i64,
}

impl Standing {
    /// Nothing where the document is no description.
    pub(super) fn of(reading: &Reading<'_>, document: &Document) -> Option<Self> {
        let level = object(document, &document.iri, cs::OPPOSABILITY_LEVEL)?;
        let level = match level {
            Term::NamedNode(level) => Some(level),
            Term::BlankNode(_) | Term::Literal(_) => None,
        };
        let version = match object(document, &document.iri, cs::CURRENT_VERSION) {
            Some(Term::NamedNode(version)) => {
                let number = version.as_str().rsplit('/').next().unwrap_or_default();
                let href = local(reading.state.base(), version.as_str());
                href.map(|href| Link::new(href, Text::plain(number)))
            }
            _ => None,
        };
        Some(Self {
            level: level.map(|level| reading.link(level.as_ref())),
            meaning: level.and_then(|level| meaning(reading, level)),
            completeness: completeness(document, &document.iri),
            sections: sections(reading, document),
            version,
        })
    }
}

fn sections(reading: &Reading<'_>, document: &Document) -> Vec<SectionStanding> {
    let scores = document.meta.iter().filter(|triple| triple.predicate == cs::COMPLETENESS);
    let mut sections: Vec<SectionStanding> = scores
        .filter_map(|triple| {
            let NamedOrBlankNode::NamedNode(section) = &triple.subject else { return None };
            let (_, anchor) = section.as_str().split_once('#')?;
            let id = reading.state.id(section)?;
            let kind = reading.objects(id, cs::SECTION_KIND).next()?;
            let TermRef::NamedNode(name) = reading.state.term(kind) else { return None };
            let mut link = reading.link(name);
            link.href = Some(format!("#{anchor}"));
            let rank = reading.integer(kind, cs::ORDER).unwrap_or(i64::MAX);
            Some(SectionStanding { link, completeness: completeness(document, section)?, rank })
        })
        .collect();
    sections.sort_by_key(|section| section.rank);
    sections
}

fn meaning(reading: &Reading<'_>, level: &NamedNode) -> Option<Text> {
    let (level, definition) = (reading.state.id(level)?, expand("skos:definition"));
    let texts = reading.objects(level, definition.as_ref()).filter_map(|text| {
        match reading.state.term(text) {
            TermRef::Literal(text) => Some(text),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
        }
    });
    let best = texts.min_by_key(|text| reading.language_rank(text.language()))?;
    Some(reading.text(best.value(), best.language()))
}

/// In percent, of 0 to 1 as the server writes it.
fn completeness(document: &Document, of: &NamedNode) -> Option<u32> {
    match object(document, of, cs::COMPLETENESS)? {
        Term::Literal(value) => percent(value),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

/// How many of a hundred; all of none.
pub(super) fn percent_of(some: usize, all: usize) -> u32 {
    if all == 0 { 100 } else { (some as f64 / all as f64 * 100.0).floor() as u32 }
}

pub(super) fn percent(value: &Literal) -> Option<u32> {
    let value: f64 = value.value().parse().ok()?;
    Some((value.clamp(0.0, 1.0) * 100.0).round() as u32)
}

fn object<'a>(
    document: &'a Document,
    subject: &NamedNode,
    property: NamedNodeRef<'_>,
) -> Option<&'a Term> {
    let of_subject = |triple: &&oxrdf::Triple| {
        triple.predicate == property && triple.subject == subject.as_ref().into()
    };
    document.meta.iter().find(of_subject).map(|triple| &triple.object)
}

/// What a version's page says of it before its text.
#[derive(Debug, Serialize)]
pub(super) struct VersionFacts {
    pub(super) number: String,
    digest: String,
    snapshot: Option<String>,
    created: Option<Value>,
    of: Link,
}

impl VersionFacts {
    pub(super) fn of(reading: &Reading<'_>, version: &Document) -> Option<Self> {
        let text = |property| match object(version, &version.iri, property) {
            Some(Term::Literal(text)) => Some(text),
            _ => None,
        };
        let snapshot = match object(version, &version.iri, cs::SNAPSHOT) {
            Some(Term::NamedNode(snapshot)) => local(reading.state.base(), snapshot.as_str()),
            _ => None,
        };
        Some(Self {
            number: text(cs::VERSION_NUMBER)?.value().to_owned(),
            digest: text(cs::DIGEST)?.value().to_owned(),
            snapshot,
            created: text(dct::CREATED).map(|created| reading.literal(created)),
            of: reading.link(described(version)?.as_ref()),
        })
    }
}

/// The description that a version is of.
pub(super) fn described(version: &Document) -> Option<&NamedNode> {
    match object(version, &version.iri, cs::VERSION_OF)? {
        Term::NamedNode(description) => Some(description),
        Term::BlankNode(_) | Term::Literal(_) => None,
    }
}

//! Strings: `sh:minLength`, `sh:maxLength`, `sh:pattern`, `sh:languageIn`, `sh:uniqueLang`, and of
//! the draft of SHACL 1.2 `sh:singleLine`.
//! <https://www.w3.org/TR/shacl/#core-components-string>

use crate::eval::{Actual, Evaluation, Finding, Sink, Site, Stop};
use crate::ground::Id;
use crate::model::Component;
use crate::pattern::Pattern;
use crate::view::{GraphView, TermKind};
use oxrdf::TermRef;
use std::collections::BTreeMap;

impl<'a, V: GraphView> Evaluation<'a, V> {
    pub(super) fn check_min_length(
        &self,
        site: &Site<'a, '_, V::Node>,
        min: u64,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        self.check_length(site, &Component::MinLength, |length| length >= min, sink)
    }

    pub(super) fn check_max_length(
        &self,
        site: &Site<'a, '_, V::Node>,
        max: u64,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        self.check_length(site, &Component::MaxLength, |length| length <= max, sink)
    }

    fn check_length(
        &self,
        site: &Site<'a, '_, V::Node>,
        component: &Component,
        fits: impl Fn(u64) -> bool,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        for &value in site.values {
            let length = self.read_text(value, |text| text.chars().count() as u64);
            if !length.is_some_and(&fits) {
                let actual = length.map_or(Actual::Value, Actual::Count);
                sink(Finding { actual, ..site.finding_at(component.clone(), value) })?;
            }
        }
        Ok(())
    }

    pub(super) fn check_pattern(
        &self,
        site: &Site<'a, '_, V::Node>,
        pattern: &Pattern,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        site.each(&Component::Pattern, sink, |value| {
            Ok(self.read_text(value, |text| pattern.is_match(text)) == Some(true))
        })
    }

    /// <https://www.w3.org/TR/shacl12-core/#SingleLineConstraintComponent>
    pub(super) fn check_single_line(
        &self,
        site: &Site<'a, '_, V::Node>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let breaks = |term: TermRef<'_>| match term {
            TermRef::Literal(literal) => literal.value().contains(['\n', '\r', '\u{b}', '\u{c}']),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
        };
        site.each(&Component::SingleLine, sink, |value| Ok(!self.read(value, breaks)))
    }

    pub(super) fn check_language_in(
        &self,
        site: &Site<'a, '_, V::Node>,
        tags: &[String],
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        let matches = |term: TermRef<'_>| match term {
            TermRef::Literal(literal) => literal
                .language()
                .is_some_and(|language| tags.iter().any(|range| lang_matches(language, range))),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
        };
        site.each(&Component::LanguageIn, sink, |value| Ok(self.read(value, matches)))
    }

    pub(super) fn check_unique_lang(
        &self,
        site: &Site<'a, '_, V::Node>,
        sink: Sink<'_, 'a, V::Node>,
    ) -> Result<(), Stop> {
        if site.values.len() < 2 {
            return Ok(());
        }
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for &value in site.values {
            let language = self.read(value, |term| match term {
                TermRef::Literal(literal) => literal.language().map(str::to_ascii_lowercase),
                TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
            });
            if let Some(language) = language {
                *counts.entry(language).or_default() += 1;
            }
        }
        for (language, count) in counts {
            if count > 1 {
                let actual = Actual::Language(language);
                sink(Finding { actual, ..site.finding(Component::UniqueLang) })?;
            }
        }
        Ok(())
    }

    /// What SPARQL's `str()` gives; `None` for a blank node, which has no string.
    fn read_text<R>(&self, value: Id<V::Node>, judge: impl FnOnce(&str) -> R) -> Option<R> {
        if self.kind(value) == TermKind::BlankNode {
            return None;
        }
        self.read(value, |term| match term {
            TermRef::NamedNode(iri) => Some(judge(iri.as_str())),
            TermRef::Literal(literal) => Some(judge(literal.value())),
            TermRef::BlankNode(_) => None,
        })
    }
}

/// SPARQL's `langMatches`, the basic filtering of RFC 4647.
/// <https://www.w3.org/TR/sparql11-query/#func-langMatches>
fn lang_matches(language: &str, range: &str) -> bool {
    if range == "*" {
        return !language.is_empty();
    }
    let mut subtags = language.split('-');
    range.split('-').all(|wanted| subtags.next().is_some_and(|s| s.eq_ignore_ascii_case(wanted)))
}

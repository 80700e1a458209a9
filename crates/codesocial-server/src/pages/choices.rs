//! What the values of a field can be chosen from: options, concepts with what is above them, the
//! instances that the reader may know of.

use super::label::Text;
use super::reading::Reading;
use crate::fill::{Asked, Kind};
use codesocial_graph::{Pattern, TermId, folded};
use codesocial_rdf::skolem;
use codesocial_rdf::vocab::{compact, cs, skos};
use codesocial_shacl::Labelled;
use oxrdf::{NamedNode, Term, TermRef};
use serde::Serialize;
use std::collections::HashSet;

/// More things than these are not listed: their names are typed.
const CHOICES_MAX: usize = 300;
/// How many values of a property are looked at to suggest some of them.
const SUGGESTED_OF_MAX: usize = 5_000;
const SUGGESTED_MAX: usize = 100;
/// How far a concept is told with what is above it.
const BROADER_MAX: usize = 6;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: Text,
}

/// What the rows of a field can be chosen from.
pub(super) enum Choices {
    Listed(Vec<Choice>),
    Suggested(Vec<Choice>),
    None,
}

impl Reading<'_> {
    pub(super) fn choices(&self, asked: &Asked) -> Choices {
        match &asked.kind {
            Kind::Options(options) => {
                Choices::Listed(options.iter().map(|option| self.option_choice(option)).collect())
            }
            Kind::Boolean => Choices::Listed(
                [("true", "yes"), ("false", "no")]
                    .map(|(value, word)| Choice {
                        value: value.to_owned(),
                        text: Text::plain(self.words.text(word)),
                    })
                    .to_vec(),
            ),
            Kind::Concepts(schemes) => Choices::Listed(self.concept_choices(schemes)),
            Kind::Instances { classes, or_text } => {
                let instances = classes.iter().flat_map(|class| self.instances(class.as_ref()));
                let instances: HashSet<TermId> = instances.collect();
                if instances.is_empty() {
                    return Choices::Suggested(self.used(asked));
                }
                if *or_text || instances.len() > CHOICES_MAX {
                    return Choices::Suggested(Vec::new());
                }
                Choices::Listed(self.by_name(instances))
            }
            Kind::Part { .. } | Kind::Typed(_) | Kind::Address | Kind::Text { .. } => Choices::None,
        }
    }

    /// The concepts of schemes, each after what is above it.
    pub(super) fn concept_choices(&self, schemes: &[NamedNode]) -> Vec<Choice> {
        let concepts = schemes.iter().flat_map(|scheme| self.concepts(scheme.as_ref()));
        let mut concepts: Vec<(Vec<(i64, String)>, Choice)> =
            concepts.filter_map(|concept| self.concept_choice(concept)).collect();
        concepts.sort_by(|(one, _), (other, _)| one.cmp(other));
        concepts.into_iter().map(|(_, choice)| choice).collect()
    }

    /// The instances of a class, where they are few enough to be listed.
    pub(super) fn instance_choices(&self, class: &NamedNode) -> Option<Vec<Choice>> {
        let instances = self.instances(class.as_ref());
        (instances.len() <= CHOICES_MAX).then(|| self.by_name(instances))
    }

    fn by_name(&self, things: HashSet<TermId>) -> Vec<Choice> {
        let iris = things.into_iter().filter_map(|one| match self.state.term(one) {
            TermRef::NamedNode(iri) => Some(iri.into_owned()),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        });
        let iris = iris.filter(|iri| !skolem::is_skolem(iri.as_str()));
        let mut choices: Vec<Choice> = iris.map(|iri| self.choice(&iri)).collect();
        choices.sort_by_cached_key(|choice| (choice.text.sort_key(), choice.value.clone()));
        choices
    }

    pub(super) fn choice(&self, iri: &NamedNode) -> Choice {
        Choice { value: iri.as_str().to_owned(), text: self.name(iri.as_ref()) }
    }

    fn option_choice(&self, option: &Labelled) -> Choice {
        match &option.term {
            Term::NamedNode(iri) => self.choice(iri),
            Term::Literal(literal) => Choice {
                value: literal.value().to_owned(),
                text: self.text(literal.value(), literal.language()),
            },
            Term::BlankNode(_) => Choice { value: String::new(), text: Text::default() },
        }
    }

    /// A concept with what is above it, and its place among all.
    fn concept_choice(&self, concept: TermId) -> Option<(Vec<(i64, String)>, Choice)> {
        let TermRef::NamedNode(iri) = self.state.term(concept) else { return None };
        let (mut chain, mut next) = (Vec::new(), Some(concept));
        while let Some(one) = next.filter(|one| chain.len() < BROADER_MAX && !chain.contains(one)) {
            chain.push(one);
            next = self.objects(one, skos::BROADER).next();
        }
        chain.reverse();
        let names = chain.iter().map(|one| match self.state.term(*one) {
            TermRef::NamedNode(iri) => self.name(iri),
            TermRef::BlankNode(_) | TermRef::Literal(_) => Text::default(),
        });
        let names: Vec<Text> = names.collect();
        let order = |one: &TermId| self.integer(*one, cs::ORDER).unwrap_or(i64::MAX);
        let place = chain.iter().zip(&names).map(|(one, name)| (order(one), name.sort_key()));
        let place = place.collect();
        let text = match &names[..] {
            [only] => only.clone(),
            several => {
                let several: Vec<&str> = several.iter().map(|name| &*name.text).collect();
                Text::plain(several.join(" › "))
            }
        };
        Some((place, Choice { value: iri.as_str().to_owned(), text }))
    }

    /// What the property has for values elsewhere, where no instance is known.
    fn used(&self, asked: &Asked) -> Vec<Choice> {
        let state = self.state;
        let Some(predicate) = state.id(&asked.field.property) else { return Vec::new() };
        let all = Pattern { predicate: Some(predicate), ..Pattern::default() };
        let known = state.quads(all).take(SUGGESTED_OF_MAX);
        let known = known.filter(|quad| self.may_read(quad[3])).map(|quad| quad[2]);
        let known: HashSet<TermId> = known.collect();
        let iris = known.into_iter().filter_map(|value| match state.term(value) {
            TermRef::NamedNode(iri) if !iri.as_str().contains("#b-") => Some(iri),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        });
        let mut choices: Vec<Choice> = iris
            .map(|iri| Choice {
                value: compact(iri.as_str()).unwrap_or_else(|| iri.as_str().to_owned()),
                text: self.name(iri),
            })
            .collect();
        choices.sort_by_cached_key(|choice| folded(&choice.value));
        choices.truncate(SUGGESTED_MAX);
        choices
    }
}

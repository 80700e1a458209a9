//! Forms are honest: filled in with what they ask for and no more, each makes what the shapes
//! accept, or what they refuse for a reason that the form tells beforehand.

use crate::fixtures::{AROUND, BASE, SHAPES, judge_with_schemes};
use crate::forms::{VOCABULARY, short};
use codesocial_rdf::vocab::{rdf, skos};
use codesocial_shacl::{Field, Form, Lang, Pattern, Side, Target, Values};
use expect_test::expect_file;
use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use std::collections::BTreeSet;

/// Things stand in things no deeper than this: beyond, a link leads to nothing that is described.
const DEPTH_MAX: usize = 4;
/// Texts of many forms: a pattern takes the first that it matches.
const TEXTS: [&str; 8] = [
    "Un texte qui dit ce qu'il faut, en un peu plus de quatre-vingts caractères pour être sûr ?",
    "https://exemple.fr/",
    "Qu'est-ce ?",
    "1.0.0",
    "03001",
    "03",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "POINT(3.25 46.5)",
];

/// What forms make, and what they said.
#[derive(Default)]
struct Filled {
    triples: Vec<Triple>,
    said: BTreeSet<String>,
    made: usize,
}

impl Filled {
    fn thing(&mut self, class: &NamedNode, depth: usize) -> NamedNode {
        self.made += 1;
        let thing = NamedNode::new_unchecked(format!("{BASE}made/{}", self.made));
        let form = Form::of(&SHAPES, &*VOCABULARY, class.as_ref(), Lang::Fr);
        match form.filter(|_| depth < DEPTH_MAX) {
            Some(form) => self.fill(&form, &thing.clone().into(), depth),
            None => self.tell(&thing.clone().into(), rdf::TYPE, class.clone()),
        }
        thing
    }

    fn tell(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        value: impl Into<Term>,
    ) {
        self.triples.push(Triple::new(subject.clone(), property, value));
    }

    fn fill(&mut self, form: &Form, subject: &NamedOrBlankNode, depth: usize) {
        self.said.extend(form.rules.iter().map(|rule| rule.text.value().to_owned()));
        for class in &form.classes {
            self.tell(subject, rdf::TYPE, class.clone());
        }
        for field in form.fields() {
            self.said.extend(field.messages.iter().map(|message| message.value().to_owned()));
            for value in self.values(field, depth) {
                self.tell(subject, field.property.as_ref(), value);
            }
        }
    }

    fn values(&mut self, field: &Field, depth: usize) -> Vec<Term> {
        let mut values: Vec<Term> = field.fixed.iter().map(|fixed| fixed.term.clone()).collect();
        for qualified in &field.qualified {
            for _ in 0..qualified.count.required {
                values.push(self.value(&[&field.values, &qualified.values], values.len(), depth));
            }
        }
        let mut defaults = field.default.iter().map(|default| default.term.clone());
        while (values.len() as u64) < field.count.required {
            let default = defaults.next();
            let made = || self.value(&[&field.values], values.len(), depth);
            values.push(default.unwrap_or_else(made));
        }
        values
    }

    /// The nth value that is all of these.
    fn value(&mut self, all: &[&Values], nth: usize, depth: usize) -> Term {
        if let Some(options) = all.iter().find_map(|values| values.options.as_ref()) {
            return options[nth % options.len()].term.clone();
        }
        if let Some(scheme) = all.iter().find_map(|values| values.schemes.first()) {
            return concept(scheme, nth).into();
        }
        let part = all.iter().find_map(|values| Some((values.part.as_ref()?, values)));
        if let Some((form, _)) = part {
            self.made += 1;
            let part = BlankNode::new_unchecked(format!("made{}", self.made));
            self.fill(form, &part.clone().into(), depth + 1);
            return part.into();
        }
        if let Some(choice) = all.iter().find_map(|values| values.choice.first()) {
            let bare: Vec<Values> = all.iter().map(|v| without_choice(v)).collect();
            let all: Vec<&Values> = bare.iter().chain([choice]).collect();
            return self.value(&all, nth, depth);
        }
        if let Some(class) = all.iter().find_map(|values| values.classes.first()) {
            return self.thing(class, depth + 1).into();
        }
        if all.iter().any(|values| !values.kinds.literal) {
            self.made += 1;
            return NamedNode::new_unchecked(format!("{BASE}made/{}", self.made)).into();
        }
        literal(all, nth).into()
    }
}

fn without_choice(values: &Values) -> Values {
    Values { choice: Vec::new(), ..values.clone() }
}

fn concept(scheme: &NamedNode, nth: usize) -> NamedNode {
    let concepts = AROUND.iter().filter(|triple| {
        triple.predicate == skos::IN_SCHEME && triple.object == Term::from(scheme.clone())
    });
    let mut concepts = concepts.filter_map(|triple| match &triple.subject {
        NamedOrBlankNode::NamedNode(concept) => Some(concept.clone()),
        NamedOrBlankNode::BlankNode(_) => None,
    });
    concepts.nth(nth).unwrap_or_else(|| unreachable!("{scheme} has {nth} concepts"))
}

fn literal(all: &[&Values], nth: usize) -> Literal {
    let datatype = all.iter().find_map(|values| values.datatype.as_ref());
    let datatype = datatype.map_or(xsd::STRING, |datatype| datatype.as_ref());
    let languages = all.iter().find_map(|values| values.languages.as_ref());
    if datatype == rdf::LANG_STRING || languages.is_some() {
        let of_form = languages.and_then(|languages| languages.get(nth)).map(String::as_str);
        let language = of_form.unwrap_or(["fr", "en", "it", "de"][nth % 4]);
        return Literal::new_language_tagged_literal_unchecked(text(all), language);
    }
    let lexical = match datatype {
        xsd::BOOLEAN => "true".to_owned(),
        xsd::DATE => format!("2021-06-{:02}", nth + 1),
        xsd::DATE_TIME => format!("2021-06-{:02}T08:00:00Z", nth + 1),
        xsd::DURATION => "P1Y".to_owned(),
        xsd::INTEGER | xsd::NON_NEGATIVE_INTEGER | xsd::DECIMAL | xsd::DOUBLE => {
            (least(all) + nth as i64).to_string()
        }
        _ => text(all),
    };
    Literal::new_typed_literal(lexical, datatype)
}

/// The least whole number within the bounds.
fn least(all: &[&Values]) -> i64 {
    let bounds = all.iter().flat_map(|values| &values.bounds);
    let least = bounds.filter_map(|(side, bound)| {
        let bound: f64 = bound.value().parse().ok()?;
        match side {
            Side::MinInclusive => Some(bound.ceil() as i64),
            Side::MinExclusive => Some(bound.floor() as i64 + 1),
            Side::MaxInclusive | Side::MaxExclusive => None,
        }
    });
    least.max().unwrap_or(0)
}

fn text(all: &[&Values]) -> String {
    let fits = |text: &&&str| {
        all.iter().all(|values| {
            let length = text.chars().count() as u64;
            let mut patterns = values.patterns.iter();
            patterns.all(|p| Pattern::new(p, "").is_ok_and(|pattern| pattern.is_match(text)))
                && values.length_min.is_none_or(|min| length >= min)
                && values.length_max.is_none_or(|max| length <= max)
        })
    };
    TEXTS.iter().find(fits).unwrap_or_else(|| unreachable!("a text fits {all:?}")).to_string()
}

fn classes() -> BTreeSet<String> {
    let targets = SHAPES.iter().flat_map(|(_, shape)| &shape.targets);
    let classes = targets.filter_map(|target| match target {
        Target::Class(class) => Some(class.term.as_str().to_owned()),
        Target::Node(_) | Target::SubjectsOf(_) | Target::ObjectsOf(_) | Target::Linked { .. } => {
            None
        }
    });
    classes.collect()
}

#[test]
fn what_a_form_makes_conforms_or_breaks_what_the_form_says_in_words() {
    let (mut broken, mut unsaid) = (String::new(), String::new());
    let (classes, mut conforming) = (classes(), 0);
    for class in &classes {
        let class = NamedNode::new_unchecked(class);
        let mut filled = Filled::default();
        let thing = filled.thing(&class, 0);
        let report = judge_with_schemes(filled.triples.iter().cloned());
        conforming += usize::from(report.results.iter().all(|result| !result.severity.blocks()));
        for result in report.results.iter().filter(|result| result.severity.blocks()) {
            for message in result.messages(Some(Lang::Fr)) {
                let is_own = result.focus == Term::from(thing.clone());
                let line = format!("{}: {}\n", short(&class), message.value());
                if !filled.said.contains(message.value()) {
                    unsaid.push_str(&format!("{line}    {}\n", result.source_shape));
                } else if is_own && !broken.contains(&line) {
                    broken.push_str(&line);
                }
            }
        }
    }
    assert_eq!(unsaid, "", "no form says so");
    broken.push_str(&format!("{conforming} of {} conform\n", classes.len()));
    expect_file!["forms/broken.txt"].assert_eq(&broken);
}

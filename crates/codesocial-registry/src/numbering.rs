//! The number of the next version of a description, from what changed since the last one.
//!
//! Invariant: numbers only grow, and what changed nothing has none.

use codesocial_rdf::vocab::{cs, rdf, section};
use oxrdf::{NamedOrBlankNode, Term, Triple};
use std::collections::HashSet;
use std::fmt;

/// Major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number([i64; 3]);

/// The number of the first version of any text.
pub(crate) const FIRST: Number = Number([1, 0, 0]);

/// What each part of a number weighs in its order.
const WEIGHTS: [i64; 3] = [1_000_000, 1_000, 1];

impl Number {
    /// One integer, greater for the later version.
    pub(crate) fn order(self) -> i64 {
        self.0.iter().zip(WEIGHTS).map(|(part, weight)| part * weight).sum()
    }

    pub(crate) fn of_order(order: i64) -> Self {
        let [major, minor, _] = WEIGHTS;
        Self([order / major, order % major / minor, order % minor])
    }

    /// The number after this one. Changed purpose or governance makes a major version; other
    /// words, and no more, a patch; all else, such as an intention that comes, goes or weakens, a
    /// minor one. After 999 the part before it grows. None where nothing changed.
    pub(crate) fn after(self, old: &HashSet<Triple>, new: &HashSet<Triple>) -> Option<Self> {
        let [major, minor, patch] = WEIGHTS;
        let pillars: HashSet<&NamedOrBlankNode> = pillars(old).chain(pillars(new)).collect();
        let changed: Vec<&Triple> = old.symmetric_difference(new).collect();
        let weight = if changed.is_empty() {
            return None;
        } else if changed.iter().any(|triple| pillars.contains(&triple.subject)) {
            major
        } else if changed.iter().all(|triple| is_wording(&triple.object)) {
            patch
        } else {
            minor
        };
        let order = self.order();
        Some(Self::of_order(order - order % weight + weight))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The sections of purpose and governance, and the statements of purpose.
fn pillars(text: &HashSet<Triple>) -> impl Iterator<Item = &NamedOrBlankNode> {
    let kinds = [section::RAISON_DETRE, section::GOUVERNANCE].map(Term::from);
    text.iter()
        .filter(move |triple| {
            (triple.predicate == cs::SECTION_KIND && kinds.contains(&triple.object))
                || (triple.predicate == rdf::TYPE
                    && triple.object == Term::from(cs::PURPOSE_STATEMENT))
        })
        .map(|triple| &triple.subject)
}

/// Whether a value is a text, and no number, date or link.
fn is_wording(value: &Term) -> bool {
    use oxrdf::vocab::xsd;
    match value {
        Term::Literal(text) => text.language().is_some() || text.datatype() == xsd::STRING,
        Term::NamedNode(_) | Term::BlankNode(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};

    const TEXT: &str = "
        <c> cs:hasSection <c#why> , <c#eco> , <c#gov> .
        <c#why> cs:sectionKind section:raison-detre ; cs:body 'Nourrir.'@fr .
        <c#why-1> a cs:PurposeStatement ; cs:text 'Nourrir le bourg.'@fr .
        <c#eco> cs:sectionKind section:ecologique ; cs:body 'Des haies.'@fr .
        <c#gov> cs:sectionKind section:gouvernance ; cs:quorum 3 .
        <i> a cs:Intention ; cs:label 'Planter' ; cs:commitment engagement:engagement .";

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        check_after([1, 4, 2], from, to, expected);
    }

    #[track_caller]
    fn check_after(first: [i64; 3], from: &str, to: &str, expected: &str) {
        let text = |body: &str| -> HashSet<Triple> {
            let prefixes = "@prefix cs: <https://w3id.org/codesocial/ns#> .
                @prefix section: <https://w3id.org/codesocial/scheme/section/> .
                @prefix engagement: <https://w3id.org/codesocial/scheme/engagement/> .";
            let turtle = format!("{prefixes}{body}");
            let parsed = parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, "http://x/");
            parsed.expect("Turtle").into_iter().collect()
        };
        assert!(TEXT.contains(from), "{from}");
        let second = Number(first).after(&text(TEXT), &text(&TEXT.replace(from, to)));
        let told = second.map(|number| number.to_string()).unwrap_or_default();
        assert_eq!(told, expected, "{from} -> {to}");
    }

    #[test]
    fn the_number_tells_how_much_changed() {
        check("Nourrir.", "Nourrir.", "");
        check("Des haies.", "Des haies hautes.", "1.4.3");
        check("'Planter'", "'Replanter'", "1.4.3");
        check("engagement:engagement", "engagement:aspiration", "1.5.0");
        check("<i> a cs:Intention ;", "<j> a cs:Intention . <i> a cs:Intention ;", "1.5.0");
        check("<c#eco> ,", "", "1.5.0");
        check("Nourrir.", "Nourrir mieux.", "2.0.0");
        check("Nourrir le bourg.", "Nourrir la ville.", "2.0.0");
        check("cs:quorum 3", "cs:quorum 2", "2.0.0");
    }

    #[test]
    fn a_full_part_carries_into_the_one_before() {
        check_after([1, 4, 999], "Des haies.", "Des haies hautes.", "1.5.0");
        check_after([1, 999, 7], "<c#eco> ,", "", "2.0.0");
        check_after([999, 0, 0], "Nourrir.", "Nourrir mieux.", "1000.0.0");
    }

    #[test]
    fn the_order_of_numbers_is_read_back() {
        for parts in [[1, 0, 0], [1, 12, 3], [20, 0, 999], [1_234, 0, 0]] {
            assert_eq!(Number::of_order(Number(parts).order()), Number(parts));
        }
    }
}
